"""The note's filters over rankings, and over the whole search of an archive."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import QUERIES

from newsctx.archive.opened import open_archive
from newsctx.cache import StageCache
from newsctx.channels import coverage, filters
from newsctx.channels.filters import Facts, Sieve
from newsctx.overrides import parse_override
from newsctx.pipeline import Pipeline, Request
from newsctx.records import ArticlePlace, ChannelResult, Inputs, Match, PartialDate, Place
from newsctx.settings import Settings
from newsctx.writers.extractive import ExtractiveWriter

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()  # of the photograph of paris-flood-1
LYON = Place(name="Lyon", level="city", country="France", country_code="FR", lat=45.75, lon=4.85)
PARIS = Place(name="Paris", level="city", country="France", country_code="FR", lat=48.86, lon=2.35)


def facts(day: str | None, *places: Place) -> Facts:
    return (
        PartialDate.model_validate(day) if day else None,
        tuple(ArticlePlace(keyword=p.name, place=p) for p in places),
    )


WORLD = {
    "a": facts("2017-12-05", LYON), "b": facts("2017-11-05", LYON), "c": facts(None, LYON), "d": facts("2018", PARIS),
    "e": facts("2017-12"),
}  # fmt: skip


def known(ids: Iterable[str]) -> dict[str, Facts]:
    return {a: WORLD[a] for a in ids if a in WORLD}


def sieve(note: str, *pinned: str) -> Sieve:
    return Sieve(filters.read(note, {"Lyon": LYON, "Paris": PARIS}.get, 50), known, pinned)


@pytest.mark.parametrize(
    ("note", "out", "notices"),
    [
        ("fire", {}, ()),
        (
            "after:2017-12-01",
            {"b": "date", "c": "undated"},
            ("after:2017-12-01 left out 2 of 5 articles found (1 of them without a date).",),
        ),
        (
            "place:Lyon",
            {"d": "place", "e": "unplaced"},
            ("place:Lyon, France left out 2 of 5 articles found (1 of them without a place).",),
        ),
        (
            "after:2017 before:2018 place:Paris place:Lyon",
            {"c": "undated", "d": "date", "e": "unplaced"},
            (
                "after:2017 before:2018 left out 2 of 5 articles found (1 of them without a date).",
                "place:Paris, France or place:Lyon, France left out 1 of 5 articles found (1 of them without a place).",
            ),
        ),
    ],
)
def test_who_is_left_out_and_what_is_told(note: str, out: dict, notices: tuple):
    found = sieve(note)
    assert found.why_not("abcde") == out
    assert found.notices(out, 5) == notices or not notices


def test_pinned_articles_stay():
    assert sieve("place:Paris", "a", "c").why_not("abc") == {"b": "place"}


def test_an_unknown_place_is_searched_as_words():
    asked = filters.read("fire place:Xyzzyville", lambda name: None, 50)
    assert asked.query.text == "fire Xyzzyville" and not asked.filters and "Xyzzyville" in asked.notices[0]


def test_the_gazetteer_is_asked_only_for_places():
    filters.read('"a fire" after:2017', lambda name: pytest.fail("asked"), 50)


def test_a_ranking_without_some_articles_keeps_its_order_and_moves_up():
    whole = ChannelResult(
        name="x", state="ran", hits=(("a", 3), ("b", 2), ("c", 1), ("d", 0)), evidence={"a": "1", "b": "2"},
        parts={"b": {"bm25": 2}, "a": {"bm25": 3}},
    )  # fmt: skip
    off = ChannelResult(name="y", state="off", reason="off")
    kept, other = filters.apply([whole, off], ["a"], 2)
    assert kept.hits == (("b", 2), ("c", 1)) and kept.evidence == {"b": "2"} and kept.parts == {"b": {"bm25": 2}}
    assert other == off


def test_lost_photo_matches_are_named_and_the_rest_counted():
    matches = [Match(article_id=a, image_id="0" * 64, inliers=9, confidence=0.9, accepted=a != "a") for a in "abcde"]
    told = filters.lost_matches(matches, dict.fromkeys("abcde", "date"), {"b": "A fire"}.get, WORLD)
    assert told[0].startswith("A photo match outside the filter was left out: A fire (2017-11-05, Lyon).")
    assert [("(no date, Lyon)" in told[1]), ("(2018, Paris)" in told[2]), told[3][:6]] == [True, True, "1 more"]


# --- over an archive ----------------------------------------------------------------------------------------------


@pytest.fixture
def run(demo_archive, models, tmp_path: Path):
    def analyse(note: str, *actions: dict, **settings: object):
        chosen = Settings.model_validate(settings)
        line = Pipeline(
            open_archive(demo_archive, models, chosen), models, chosen, StageCache(tmp_path / "c"), ExtractiveWriter()
        )
        edits = tuple(parse_override(a) for a in actions)
        *_, document = line.analyse(Request(CROP, "crop.jpg", Inputs(note=note), edits))
        assert [s for s in document.status if s.state == "failed"] == []
        return document

    return analyse


def test_a_filter_holds_for_every_channel_and_says_so(run):
    before = run("flood of the river")
    cities = {a.rpartition("-")[0] for a in (h.article_id for h in before.stages.retrieve.hits)}
    assert {"paris-flood", "amsterdam-flood"} <= cities and before.stages.verify.matches
    found = run("flood of the river place:Amsterdam")
    assert {h.article_id.partition("-")[0] for h in found.stages.events.hits} == {"amsterdam"}
    assert {m.article_id.partition("-")[0] for m in found.stages.verify.matches} <= {"amsterdam"}
    notices = found.stages.retrieve.notices
    assert "place:Amsterdam" in notices[0] and "left out" in notices[0]
    assert any(n.startswith("A photo match outside the filter was left out") for n in notices[1:])
    status = next(s for s in found.status if s.name == "retrieve")
    assert notices[0] in status.note


def test_a_pinned_article_passes_every_filter(run):
    found = run("flood before:1990", {"action": "pin", "article_id": "paris-flood-1"})
    assert [h.article_id for h in found.stages.retrieve.hits] == ["paris-flood-1"]
    assert found.stages.verify.matches[0].article_id == "paris-flood-1"


def test_a_filter_can_be_kept_to_the_words(run):
    found = run("flood of the river place:Amsterdam", words={"filter_all": False})
    hits = found.stages.retrieve.hits
    noted = {h.article_id.partition("-")[0] for h in hits if "words_note" in h.channels}
    assert noted == {"amsterdam"}
    assert any(h.article_id.startswith("paris") and "copy" in h.channels for h in hits)
    assert found.stages.verify.matches[0].article_id == "paris-flood-1"


def test_articles_that_a_filter_leaves_out_make_room_for_others(run):
    """With two hits per channel, both would be of Paris: below them the next ones inside the filter move up."""
    both = {"retrieve": {"k": 2, "weights": {"words_note": 1, "copy": 0}}}
    assert {h.article_id[:5] for h in run("flood of the Seine in Paris", **both).stages.retrieve.hits} == {"paris"}
    found = run("flood of the Seine in Paris place:Amsterdam", **both)
    assert [h.article_id[:9] for h in found.stages.retrieve.hits] == ["amsterdam"] * 2


def test_a_value_that_cannot_be_used_is_told_and_nothing_is_filtered(run):
    found = run("flood after:soon place:Xyzzyville")
    told = " ".join(found.stages.retrieve.notices)
    assert "after:soon was ignored" in told and "does not know 'Xyzzyville'" in told
    assert found.stages.verify.matches


def test_operators_are_no_words_for_the_evidence(run):
    assert run('flood "of the" after:2000').stages.chunk_selection.query.splitlines()[0] == "flood of the"


def test_another_filter_searches_nothing_again_but_what_depends_on_it(run, monkeypatch):
    run("flood place:Amsterdam")
    monkeypatch.setattr("newsctx.channels.copy.search", lambda *a, **k: pytest.fail("searched again"))
    monkeypatch.setattr("newsctx.channels.words_ocr.search", lambda *a, **k: pytest.fail("searched again"))
    found = run("flood place:Paris")
    assert {h.article_id[:5] for h in found.stages.retrieve.hits} == {"paris"}
    assert any(coverage.NAME in h.channels for h in found.stages.retrieve.hits)
