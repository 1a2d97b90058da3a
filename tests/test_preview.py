"""What an override would change, told before it is made: it must be just what the override then changes."""

from __future__ import annotations

import threading

import pytest
from conftest import QUERIES

from newsctx.archive.opened import open_archive
from newsctx.cache import StageCache
from newsctx.errors import CaseNotFound, NewsctxError, OverrideError
from newsctx.overrides import parse_override
from newsctx.pipeline import Pipeline, Request
from newsctx.preview import FIRST, AnswerChange, Preview, preview_of
from newsctx.records import Caption, Inputs, ModelInfo
from newsctx.settings import Settings
from newsctx.workbench import Workbench

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()
NOTE = Inputs(note="flood of the Seine in Paris")


class Forbidden:
    """A writer that no preview may ask."""

    info = ModelInfo(slot="caption_writer", name="forbidden")
    kind = "generated"

    def write(self, evidence, settings):
        pytest.fail("a preview asked the caption's writer")
        yield Caption(writer="forbidden")


@pytest.fixture(scope="module")
def line(demo_archive, models, tmp_path_factory) -> Pipeline:
    chosen = Settings()
    cache = StageCache(tmp_path_factory.mktemp("preview") / "cache")
    return Pipeline(open_archive(demo_archive, models, chosen), models, chosen, cache, Forbidden())


def results(line: Pipeline, *actions: dict) -> dict:
    return dict(line.results(request(*actions)))


def request(*actions: dict) -> Request:
    return Request(CROP, "crop.jpg", NOTE, tuple(parse_override(a) for a in actions))


def told(line: Pipeline, action: dict, *before: dict) -> Preview:
    return preview_of(line, request(*before), parse_override(action))


def order(found: dict) -> list[str]:
    return [h.article_id for h in found["events"].hits]


def test_rank_changes_are_those_of_the_override_and_only_of_ranks_that_are_looked_at(line):
    exclude = {"action": "exclude", "article_id": "paris-flood-1"}
    found, before, after = told(line, exclude), results(line), results(line, exclude)
    assert found.first_stage == "retrieve" and found.incomplete == "" and not found.nothing
    old, new = order(before), order(after)
    for change in found.ranks:
        a = change.article_id
        assert change.before == (old.index(a) + 1 if a in old else None)
        assert change.after == (new.index(a) + 1 if a in new else None)
    seen = {a for a in [*old[:FIRST], *new[:FIRST]] if a not in old or a not in new or old.index(a) != new.index(a)}
    assert {c.article_id for c in found.ranks} == seen
    gone = next(c for c in found.ranks if c.article_id == "paris-flood-1")
    assert (gone.before, gone.after) == (old.index("paris-flood-1") + 1, None) and found.ranks[-1] == gone
    assert set(found.entered) == set(new[:FIRST]) - set(old[:FIRST])
    assert set(found.left) == set(old[:FIRST]) - set(new[:FIRST]) >= {"paris-flood-1"}
    assert all(not c.after for c in found.chunks if c.article_id == "paris-flood-1")


def test_nothing_is_stored_and_the_same_override_then_costs_nothing(line, monkeypatch):
    exclude = {"action": "exclude", "article_id": "paris-flood-2"}
    before = results(line)
    told(line, exclude)
    assert results(line) == before
    from newsctx.stages import events

    monkeypatch.setattr(events, "run", lambda *a, **k: pytest.fail("computed again"))
    assert "paris-flood-2" not in order(results(line, exclude))  # from the cache


def test_clusters_that_come_and_go_are_told(line):
    action = {"action": "threshold", "name": "events.min_articles", "value": 1000}
    found = told(line, action)
    shown = [c for c in results(line)["events"].clusters if c.maximal]
    assert shown and found.clusters_before == len(shown) and found.clusters_after == 0
    assert [(c.cluster_id, c.before, c.after) for c in found.clusters] == [
        (c.id, i, None) for i, c in enumerate(shown, 1)
    ]
    assert found.clusters[0].first <= found.clusters[0].last and found.clusters[0].articles >= 2


def test_chunks_and_answers_are_told(line):
    few = {"action": "threshold", "name": "chunks.articles", "value": 1}
    found, before, after = told(line, few), results(line), results(line, few)
    old, new = ({c.chunk_id for c in r["chunks"].chunks} for r in (before, after))
    assert {c.chunk_id for c in found.chunks if c.before and not c.after} == old - new != set()
    assert not found.place.changed and found.place.before == before["context"].place.label != ""
    lyon = told(line, {"action": "set_place", "place": "Lyon"})
    assert lyon.first_stage == "context" and lyon.place.changed and lyon.place.after.startswith("Lyon")
    assert lyon.ranks == () and lyon.chunks == ()
    assert told(line, {"action": "set_date", "date": "2021-01"}).date.after == "2021-01"


def test_on_top_of_what_the_case_has(line):
    pin = {"action": "pin", "article_id": "paris-flood-3"}
    again = told(line, pin, pin)
    assert again.nothing and again.ranks == () and again.incomplete == ""


@pytest.mark.parametrize(
    ("action", "stage"),
    [
        ({"action": "writer", "writer": "extractive"}, "caption"),
        ({"action": "edit_caption", "text": "Mine."}, "caption"),
        ({"action": "pillar", "pillar": "date", "status": "verified"}, None),
        ({"action": "approve", "version": 1}, None),
    ],
)
def test_what_changes_no_stage_up_to_the_context_computes_nothing(line, action, stage, monkeypatch):
    monkeypatch.setattr(Pipeline, "results", lambda *a: pytest.fail("ran"))
    found = told(line, action)
    assert found.first_stage == stage and found.nothing


def test_a_preview_can_be_left_and_says_so(line):
    asked = iter([False, True])
    exclude = parse_override({"action": "exclude", "article_id": "paris-flood-1"})
    found = preview_of(line, request(), exclude, lambda: next(asked, True))
    assert "cancelled" in found.incomplete and found.ranks == ()


def test_a_stage_that_fails_is_named(line, monkeypatch):
    def fails(self, asked):
        yield from ()
        raise NewsctxError("the gazetteer is gone")

    monkeypatch.setattr(Pipeline, "results", fails)
    assert "now: the gazetteer is gone" in told(line, {"action": "set_place", "place": "Lyon"}).incomplete


def test_an_answers_confidence_is_part_of_it():
    assert AnswerChange(before="Paris", after="Paris", confidence_before="low", confidence_after="high").changed
    assert not AnswerChange(before="Paris", after="Paris").changed


# --- through the workbench ------------------------------------------------------------------------------------


@pytest.fixture
def bench(demo_archive, models, tmp_path):
    workbench = Workbench(demo_archive, tmp_path / "state", models)
    yield workbench
    workbench.close()


def test_the_workbench_previews_without_storing_and_refuses_what_override_refuses(bench):
    case = bench.create_case(CROP, "crop.jpg")
    exclude = {"action": "exclude", "article_id": "paris-flood-1"}
    with pytest.raises(NewsctxError, match="analyse the photograph first"):
        bench.preview_override(case, exclude)
    for _ in bench.run(case):
        pass
    found = bench.preview_override(case, exclude)
    assert "paris-flood-1" in found.left
    view = bench.view(case)
    assert view.document.overrides == () and {s.state for s in view.document.status} == {"fresh"}
    with pytest.raises(OverrideError, match="never"):
        bench.preview_override(case, {"action": "exclude", "article_id": "never"})
    with pytest.raises(CaseNotFound):
        bench.preview_override("never", exclude)


def test_a_newer_preview_ends_an_older_one(bench, monkeypatch):
    case = bench.create_case(CROP, "crop.jpg")
    for _ in bench.run(case):
        pass
    begun, go, found = threading.Event(), threading.Event(), []
    real = Pipeline.results

    def slow(self, asked):
        for one in real(self, asked):
            if threading.current_thread().name == "older":
                begun.set()
                assert go.wait(30)
            yield one

    monkeypatch.setattr(Pipeline, "results", slow)
    exclude = {"action": "exclude", "article_id": "paris-flood-1"}
    older = threading.Thread(target=lambda: found.append(bench.preview_override(case, exclude)), name="older")
    older.start()
    assert begun.wait(30)
    newer = bench.preview_override(case, {"action": "set_place", "place": "Lyon"})
    go.set()
    older.join(30)
    assert newer.incomplete == "" and newer.place.after.startswith("Lyon")
    assert "cancelled" in found[0].incomplete


def test_pasted_and_placed_by_hand(bench):
    case = bench.create_case(CROP, "crop.jpg")
    action = bench.added_article("Flood in Lyon\nThe Rhone left its bed.", source="A Paper", published="2021-02-02",
                                 places="Lyon (France)")  # fmt: skip
    bench.override(case, action)
    own = action["article"]["article_id"]
    assert bench.case_article(case, own).source == "A Paper" and bench.article(own) is None
    bench.override(case, {"action": "exclude", "article_id": own})
    bench.override(case, {"action": "correct_article", "article_id": "paris-flood-1", "places": ["Lyon (France)"]})
    assert bench.case_article(case, "paris-flood-1").places[0].place.name == "Lyon"
    near = bench.place_near(48.85, 2.35)
    assert near.name == "Paris" and bench.place_near(0.0, -30.0) is None  # in the middle of the Atlantic
    bench.override(case, {"action": "set_place", "place": near.model_dump(mode="json")})
    for wrong in ((91.0, 0.0), (float("nan"), 0.0), ("<b>", 0.0)):
        with pytest.raises(OverrideError, match="no such point"):
            bench.place_near(*wrong)


def test_a_page_is_fetched_for_a_case_only_where_that_is_allowed(demo_archive, models, tmp_path):
    from newsctx.errors import FetchRefused

    closed = Settings.model_validate({"fetch": {"enabled": False}})
    workbench = Workbench(demo_archive, tmp_path / "state", models, closed)
    with pytest.raises(FetchRefused, match=r"fetch\.enabled"):
        workbench.fetch_article("https://news.example/a")
    workbench.close()
