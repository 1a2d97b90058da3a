"""The pipeline end to end over the demonstration archive: real photographs, real OCR, real search."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from conftest import QUERIES

from newsctx.archive.opened import open_archive
from newsctx.cache import StageCache
from newsctx.channel_names import WEIGHTS
from newsctx.channels import copy, words_note
from newsctx.document import Document, json_schema
from newsctx.errors import ModelUnavailable, OverrideError
from newsctx.overrides import parse_override, parse_overrides
from newsctx.pipeline import Pipeline, Request
from newsctx.records import STAGES, Caption, Claim, Inputs, ModelInfo, PartialDate, Sentence
from newsctx.settings import CaptionSettings, Settings
from newsctx.writers.choices import Writers
from newsctx.writers.extractive import ExtractiveWriter

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()
SCHEMA = Path(__file__).parents[1] / "newsctx" / "schema" / "analysis-1.schema.json"


def make(demo_archive, models, cache: Path, **settings) -> Pipeline:
    chosen = Settings.model_validate(settings)
    return Pipeline(open_archive(demo_archive, models, chosen), models, chosen, StageCache(cache), ExtractiveWriter())


@pytest.fixture
def pipeline(demo_archive, models, tmp_path) -> Pipeline:
    return make(demo_archive, models, tmp_path / "cache")


def analyse(pipeline: Pipeline, data: bytes = CROP, inputs: Inputs | None = None, *actions: dict) -> Document:
    overrides = tuple(parse_override(a) for a in actions)
    *_, document = pipeline.analyse(Request(data, "crop.jpg", inputs or Inputs(), overrides))
    assert [s.name for s in document.status if s.state == "failed"] == [], document.status
    return document


def plain(document: Document) -> dict:
    """The document without what may differ between two runs: times."""
    found = json.loads(document.to_json())
    found.pop("seconds"), found.pop("status")
    for channel in found["stages"]["retrieve"]["channels"]:
        channel.pop("seconds")
    return found


def computed(document: Document) -> set[str]:
    return {s.name for s in document.status if not s.cached}


def ids(ranking) -> list[str]:
    return [h.article_id for h in ranking.hits]


def test_a_cropped_photograph_leads_to_its_article_place_date_and_caption(pipeline):
    claim = Claim(place="Lyon", date=PartialDate(year=2019))
    document = analyse(pipeline, inputs=Inputs(claim=claim))
    best = document.stages.events.hits[0]
    assert best.article_id == "paris-flood-1" and best.tier == "matched"
    assert document.stages.verify.matches[0].article_id == "paris-flood-1"
    assert len(document.stages.verify.matches[0].lines) >= 8
    assert document.context.place.place.name == "Paris"
    assert document.context.date.date.iso.startswith("2021-02")
    verdicts = {c.item: c for c in document.context.agreement}
    assert verdicts["place"].verdict == "contradicted" and 350 < verdicts["place"].km < 450  # Paris to Lyon: 392 km
    assert verdicts["date"].verdict == "contradicted" and verdicts["date"].days == 397 + 1  # 2019-12-31 to 2021-02-01
    chunks = {c.chunk_id for c in document.stages.chunks}
    assert document.caption.sentences
    assert all(set(s.chunk_ids) <= chunks for s in document.caption.sentences)
    assert "Paris" in document.caption.text


def test_the_document_follows_the_schema_that_is_written_down(pipeline):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema == json.loads(json.dumps(json_schema())), "write `json_schema()` into the schema file"
    document = json.loads(analyse(pipeline).to_json())
    jsonschema.Draft202012Validator(schema).validate(document)
    document["stages"]["retrieve"]["hits"][0]["rank"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(document)


def test_channels_that_cannot_run_say_why_and_the_rest_goes_on(pipeline):
    channels = {c.name: c for c in analyse(pipeline).stages.retrieve.channels}
    assert list(channels) == list(WEIGHTS)
    for name in ("image_text", "visual"):
        assert channels[name].state == "unavailable" and "weights" in channels[name].reason
    assert channels["copy"].state == "ran" and channels["copy"].hits >= 1


def test_the_same_input_gives_the_same_document(demo_archive, models, tmp_path):
    one = analyse(make(demo_archive, models, tmp_path / "one"))
    two = analyse(make(demo_archive, models, tmp_path / "two"))
    assert plain(one) == plain(two)


def test_a_second_run_computes_nothing_and_says_the_same(pipeline, monkeypatch):
    first = analyse(pipeline)
    assert computed(first) == set(STAGES)
    monkeypatch.setattr(copy, "search", lambda *a, **k: pytest.fail("searched again"))
    second = analyse(pipeline)
    assert computed(second) == set()
    assert plain(first) == plain(second)


@pytest.mark.parametrize(
    ("action", "first"),
    [
        ({"action": "exclude", "article_id": "paris-flood-2"}, "retrieve"),
        ({"action": "move", "article_id": "paris-flood-3", "rank": 1, "stage": "events"}, "events"),
        ({"action": "set_date", "date": "2021-01"}, "context"),
        ({"action": "set_place", "place": "Lyon"}, "context"),
        ({"action": "weight", "channel": "copy", "weight": 3.5}, "retrieve"),
        ({"action": "fusion", "method": "evidence"}, "retrieve"),
    ],
)
def test_an_override_recomputes_its_stage_and_those_after_it_only(pipeline, monkeypatch, action, first):
    analyse(pipeline)
    monkeypatch.setattr(copy, "search", lambda *a, **k: pytest.fail("the channel was searched again"))
    monkeypatch.setattr(words_note, "search", lambda *a, **k: pytest.fail("the channel was searched again"))
    assert computed(analyse(pipeline, CROP, None, action)) == set(STAGES[STAGES.index(first) :])


def test_overrides_change_what_they_say(pipeline):
    before = analyse(pipeline)
    unrelated = next(a for a in pipeline.archive.store.ids() if a not in ids(before.stages.retrieve))
    document = analyse(
        pipeline,
        CROP,
        None,
        {"action": "pin", "article_id": unrelated},
        {"action": "exclude", "article_id": "paris-flood-1", "reason": "cropped"},
        {"action": "set_date", "date": "2021-01"},
    )
    for stage in (document.stages.retrieve, document.stages.verify, document.stages.locate, document.stages.events):
        assert ids(stage)[0] == unrelated and "paris-flood-1" not in ids(stage)
    assert document.stages.retrieve.hits[0].tier == "pinned"
    assert document.context.date.date.iso == "2021-01" and document.context.date.basis == "analyst"
    assert "paris-flood-1" in document.articles, "an excluded article stays reachable"
    assert plain(analyse(pipeline)) == plain(before), "without the overrides everything is as before"


def test_an_excluded_match_lifts_no_coverage_of_its_story(pipeline):
    ferry = (QUERIES / "q01-ferry-screenshot.jpg").read_bytes()
    before = analyse(pipeline, ferry)
    (match,) = [m.article_id for m in before.stages.verify.matches if m.accepted]
    assert any("coverage" in h.channels for h in before.stages.retrieve.hits)
    after = analyse(pipeline, ferry, None, {"action": "exclude", "article_id": match})
    assert not any("coverage" in h.channels for h in after.stages.retrieve.hits)
    assert {c.name: c.state for c in after.stages.retrieve.channels}["coverage"] == "no_query"


def test_a_dropped_chunk_is_not_quoted(pipeline):
    before = analyse(pipeline)
    quoted = before.caption.sentences[0].chunk_ids[0]
    after = analyse(pipeline, CROP, None, {"action": "chunk", "chunk_id": quoted, "decision": "dropped"})
    assert quoted not in {i for s in after.caption.sentences for i in s.chunk_ids}
    assert next(c for c in after.stages.chunks if c.chunk_id == quoted).decision == "dropped"


def test_a_photograph_that_matches_nothing_gets_an_honest_answer(pipeline, noise):
    document = analyse(pipeline, noise)
    assert document.stages.retrieve.hits == () and document.stages.verify.matches == ()
    assert document.stages.events.clusters == () and document.stages.chunks == ()
    assert document.context.place.basis == document.context.date.basis == "none"
    assert document.caption.text == "" and "not established" in document.caption.note.lower()


def test_a_note_finds_articles_without_any_photograph(pipeline, noise):
    document = analyse(pipeline, noise, Inputs(note="flood of the Seine in Paris"))
    assert "paris-flood-1" in ids(document.stages.retrieve)[:4]
    hit = next(h for h in document.stages.retrieve.hits if h.article_id == "paris-flood-1")
    assert set(hit.channels) == {"words_note"} and set(hit.channels["words_note"].parts) == {"bm25", "dense"}


def test_half_characters_nul_and_a_text_of_marks_are_searched_like_any_other(pipeline, noise):
    marks = "б" + "\u0301" * 50_000 + "\u0327" * 50_000
    typed = Inputs(
        note=f"flood of the Seine in Paris\ud800\0 {marks}", claim=Claim(text=f"\udfff {marks}", place="\ud800")
    )
    document = analyse(pipeline, noise, typed)
    assert "paris-flood-1" in ids(document.stages.retrieve)[:4]
    assert Document.model_validate_json(document.to_json()).inputs.note.startswith(
        "flood of the Seine in Paris\ufffd б"
    )


def test_a_long_note_and_claim_are_kept_and_their_beginning_is_used(pipeline, noise):
    typed = Inputs(note="flood Seine " * 3000, claim=Claim(text="A flood in Paris. " * 2000, place="Paris " * 5000))
    document = analyse(pipeline, noise, typed)
    assert document.inputs == typed
    notes = {s.name: s.note for s in document.status}
    assert "The note has 36,000 characters; the first 19,998 are used" in document.stages.retrieve.notices[0]
    assert document.stages.retrieve.notices[0] in notes["retrieve"]
    assert "The claim has 36,000 characters" in notes["context"]
    assert "The claim's place has 30,000 characters" in notes["context"]
    assert max(len(row.claimed) for row in document.context.agreement) <= 20_000


def test_the_fusion_method_can_be_chosen_and_is_named(pipeline, noise):
    note = Inputs(note="flood of the Seine in Paris")
    by_scores = analyse(pipeline, noise, note).stages.retrieve
    choose = {"action": "fusion", "method": "evidence"}
    by_masses = analyse(pipeline, noise, note, choose).stages.retrieve
    assert (by_scores.fusion, by_masses.fusion) == ("weighted", "evidence")
    assert all(h.conflict is None for h in by_scores.hits) and all(h.conflict is not None for h in by_masses.hits)
    back = analyse(pipeline, noise, note, choose, {"action": "fusion", "method": None}).stages.retrieve
    assert back.hits == by_scores.hits


def test_articles_of_the_same_days_and_linked_articles_lift_a_hit(pipeline, noise):
    found = analyse(pipeline, noise, Inputs(note="flood of the Seine in Paris")).stages.retrieve
    published = {a: article.published for a, article in pipeline.archive.store.articles(ids(found)).items()}
    citations = pipeline.archive.store.citations()
    hit = next(h for h in found.hits if h.article_id == "paris-flood-1")
    time, links = hit.refinements
    assert time.name == "temporal" and time.added > 0 and 0 < len(time.neighbours) <= pipeline.settings.refine.named
    gaps = [abs((published[a].first - published["paris-flood-1"].first).days) for a in time.neighbours]
    assert max(gaps) <= pipeline.settings.refine.window_days
    assert links.name == "citation" and links.added > 0
    assert all(
        "paris-flood-1" in citations.get(a, ()) or a in citations.get("paris-flood-1", ()) for a in links.neighbours
    )
    assert "lifted by" in hit.reason and hit.reason.count(".") == 1
    assert sorted(h.rank_before for h in found.hits) == list(range(1, len(found.hits) + 1))
    assert [h.rank_before for h in found.hits] != [h.rank for h in found.hits]


def test_an_override_of_a_channel_of_old_still_works(pipeline, noise):
    note = Inputs(note="flood of the Seine in Paris")
    old = [
        {"action": "weight", "channel": "words_bm25", "weight": 0},
        {"action": "weight", "channel": "never", "weight": 1},
    ]
    channels = analyse(pipeline, noise, note, *old).stages.retrieve.channels
    assert {c.name: c.state for c in channels}["words_note"] == "off" and "never" not in {c.name for c in channels}


def test_a_channel_of_weight_0_is_off_and_named(pipeline, noise):
    note = Inputs(note="flood of the Seine in Paris")
    document = analyse(pipeline, noise, note, {"action": "weight", "channel": "words_note", "weight": 0})
    state = {c.name: c.state for c in document.stages.retrieve.channels}
    assert state["words_note"] == "off" and state["words_ocr"] == "no_query"
    assert all("words_note" not in h.channels for h in document.stages.retrieve.hits)


def test_stages_are_told_as_they_come_and_can_be_stopped(pipeline):
    told = []
    for document in pipeline.analyse(Request(CROP, "crop.jpg"), lambda: len(told) >= 2):
        told.append([s.name for s in document.status if s.state in ("running", "fresh")])
    assert told[0] == ["photo"] and told[1] == ["photo", "retrieve"] and len(told) == 2


class Slow:
    """A writer whose caption grows word by word; it notes how often it began and whether it was closed."""

    info = ModelInfo(slot="caption_writer", name="slow")
    kind = "generated"

    def __init__(self) -> None:
        self.begun, self.closed = 0, 0

    def write(self, evidence, settings):
        self.begun += 1
        try:
            for text in ("A", "A march", "A march in Paris."):
                sentence = Sentence(text=text, chunk_ids=(evidence.chunks[0].chunk_id,))
                yield Caption(text=text, sentences=(sentence,), writer="slow", kind="generated")
        finally:
            self.closed += 1


def test_a_caption_is_told_as_it_grows_and_written_once(pipeline):
    writer = Slow()
    line = replace(pipeline, writer=writer)
    told = [(d.caption.text, d.caption.draft) for d in line.analyse(Request(CROP, "crop.jpg")) if d.caption]
    assert told == [("A", True), ("A march", True), ("A march in Paris.", True), ("A march in Paris.", False)]
    accepted = parse_overrides('[{"action":"accept","text":"Paris"}]')
    *_, again = line.analyse(Request(CROP, "crop.jpg", overrides=accepted))
    assert again.caption.text == "A march in Paris." and writer.begun == 1  # accepting a name asks no model
    once_more = parse_overrides('[{"action":"prompt","step":"synthesise","text":"Shorter."}]')
    *_, _ = line.analyse(Request(CROP, "crop.jpg", overrides=once_more))
    assert writer.begun == 2


def test_a_cancelled_caption_closes_its_writer_and_is_not_kept(pipeline):
    writer = Slow()
    line = replace(pipeline, writer=writer)
    told = []
    for document in line.analyse(Request(CROP, "crop.jpg"), lambda: len(told) >= 1):
        if document.caption:
            told.append(document.caption.text)
    assert told == ["A"] and writer.closed == 1
    *_, document = line.analyse(Request(CROP, "crop.jpg"))
    assert document.caption.text == "A march in Paris." and writer.begun == 2


def test_a_writer_that_fails_says_so_and_the_evidence_stays(pipeline):
    class Gone(Slow):
        def write(self, evidence, settings):
            raise ModelUnavailable("no server answers at http://127.0.0.1:1/v1; start it")
            yield

    *_, document = replace(pipeline, writer=Gone()).analyse(Request(CROP, "crop.jpg"))
    assert document.status[-1].state == "failed" and "start it" in document.status[-1].note
    assert document.stages.chunks and document.context.place.place


def test_what_a_writer_said_before_it_failed_is_no_caption(pipeline):
    class Torn(Slow):
        def write(self, evidence, settings):
            yield Caption(text="Twenty-nine died", writer="torn", kind="generated")
            raise ModelUnavailable("the connection was lost")

    told = [d.caption for d in replace(pipeline, writer=Torn()).analyse(Request(CROP, "crop.jpg"))]
    assert any(c and c.draft for c in told) and told[-1] is None


def test_a_language_model_is_asked_when_the_analyst_says_go(pipeline):
    writer = Slow()
    line = replace(pipeline, writer=writer, ask_first=True)
    *_, held = line.analyse(Request(CROP, "crop.jpg"))
    assert writer.begun == 0 and held.caption.awaiting == "write" and held.status[-1].state == "fresh"
    assert (
        replace(line, ask_first=False).keys(Request(CROP, "c"))["caption"] != line.keys(Request(CROP, "c"))["caption"]
    )
    go = parse_overrides('[{"action":"writer","writer":null,"run":1}]')
    *_, written = line.analyse(Request(CROP, "crop.jpg", overrides=go))
    assert writer.begun == 1 and written.caption.text == "A march in Paris."
    assert written.models[-1].name == "slow", "the document names who wrote"


def test_a_writer_is_chosen_for_one_photograph_and_unknown_ones_are_refused(pipeline):
    slow, made = Slow(), []
    writers = Writers(CaptionSettings(model="tiny"), lambda s: made.append(s.writer) or slow)
    line = replace(pipeline, writers=writers)
    chosen = parse_override({"action": "writer", "writer": "transformers"})
    line.check(chosen)
    *_, document = line.analyse(Request(CROP, "crop.jpg", overrides=(chosen,)))
    assert document.caption.writer == "slow" and made == ["transformers"]
    assert analyse(line).caption.kind == "extractive"  # another case keeps the setting's writer
    with pytest.raises(OverrideError, match="ghost"):
        line.check(parse_override({"action": "writer", "writer": "ghost"}))
    with pytest.raises(OverrideError, match="caption.model"):  # nothing names a model
        replace(pipeline, writers=Writers(CaptionSettings())).check(chosen)
    with pytest.raises(OverrideError, match="evil.example"):
        line.check(parse_override({"action": "allow_remote", "base_url": "https://evil.example/v1"}))


def test_a_refused_photograph_stops_with_its_reason(pipeline):
    *_, document = pipeline.analyse(Request(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.jpg"))
    first = document.status[0]
    assert first.state == "failed" and "SVG" in first.note
    assert all(s.state == "pending" for s in document.status[1:])


@pytest.mark.parametrize(
    ("action", "names"),
    [
        ({"action": "pin", "article_id": "nobody"}, "nobody"),
        ({"action": "weight", "channel": "telepathy", "weight": 1}, "telepathy"),
        ({"action": "set_place", "place": "Xyzzyville"}, "Xyzzyville"),
    ],
)
def test_an_override_of_something_that_does_not_exist_is_refused(pipeline, action, names):
    with pytest.raises(OverrideError, match=names):
        pipeline.check(parse_override(action))


def test_overrides_from_a_file_replay_to_the_same_result(pipeline):
    text = '[{"action":"move","article_id":"paris-flood-3","rank":1},{"action":"set_place","place":"Paris (France)"}]'
    runs = [list(pipeline.analyse(Request(CROP, "c.jpg", overrides=parse_overrides(text))))[-1] for _ in range(2)]
    assert plain(runs[0]) == plain(runs[1])
    assert ids(runs[0].stages.events)[0] == "paris-flood-3"


GROUPS = {
    "photo": "min_side",
    "copy_detection": "candidates",
    "retrieve": "k",
    "fusion": "agree_rank",
    "refine": "named",
    "words": "place_km",
    "verify": "min_inliers",
    "locate": "no_place",
    "events": "window_days",
    "relevance": "articles",
    "chunks": "top",
    "context": "articles",
    "caption": "max_sentences",
}
STAGE_OF = {
    "copy_detection": "retrieve",
    "words": "retrieve",
    "fusion": "retrieve",
    "refine": "retrieve",
    "verify": "retrieve",
}  # what counts as a match decides what the channel returns


@pytest.mark.parametrize(("group", "name"), GROUPS.items())
def test_every_setting_of_a_stage_is_in_its_key(pipeline, group, name):
    request = Request(CROP, "crop.jpg")
    value = getattr(getattr(pipeline.settings, group), name)
    changed = {group: {name: value + 1 if isinstance(value, int) else value / 2}}
    other = Pipeline(
        pipeline.archive, pipeline.models, Settings.model_validate(changed), pipeline.cache, pipeline.writer
    )
    before, after = pipeline.keys(request), other.keys(request)
    first = STAGES.index(STAGE_OF.get(group, group))
    assert [n for n in STAGES if before[n] != after[n]] == list(STAGES[first:])
