"""Articles that an analyst adds or corrects: built from pasted text, and through every stage of a real analysis."""

from __future__ import annotations

import pytest
from conftest import QUERIES

from newsctx.added_articles import article_from_text, check_added
from newsctx.archive.opened import open_archive
from newsctx.cache import StageCache
from newsctx.case_articles import CaseArticles
from newsctx.errors import OverrideError
from newsctx.overrides import ADDED, Edits, parse_override, replay
from newsctx.pipeline import Pipeline, Request, gazetteer
from newsctx.records import STAGES, Article, ArticleImage, ArticlePlace, Inputs, Place
from newsctx.settings import ImportSettings, LinkerSettings, Settings
from newsctx.writers.extractive import ExtractiveWriter

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()
TOWNS = {
    "Lyon": Place(name="Lyon", level="city", country="France", lat=45.75, lon=4.85),
    "Bonn": Place(name="Bonn", level="city", country="Germany", lat=50.73, lon=7.1),
}
LINKED = (ArticlePlace(keyword="Bonn", place=TOWNS["Bonn"], weight=1.0, source="lead"),)


def build(text: str, **given: str) -> Article:
    return article_from_text(text, lambda *texts: LINKED, TOWNS.get, ImportSettings(), **given)


# --- from pasted text -----------------------------------------------------------------------------------------


def test_the_first_line_is_the_headline_and_the_rest_the_body():
    found = build("Rhine over its banks\n\nBONN, March 3, 2021 - Streets stood under water.\nThe end.")
    assert found.headline == "Rhine over its banks"
    assert found.body == "BONN, March 3, 2021 - Streets stood under water.\nThe end."
    assert found.published.iso == "2021-03-03" and found.published_from == "dateline"
    assert found.places == LINKED and found.article_id.startswith(ADDED) and len(found.article_id) == len(ADDED) + 12


def test_what_is_given_wins_over_what_is_read():
    found = build(
        "Rhine over its banks\nText.", headline="Flood", published="4 March 2021", places="Lyon; Bonn",
        source="A Paper", url="HTTPS://News.example/flood/?utm_source=x#top",
    )  # fmt: skip
    assert (found.headline, found.body) == ("Flood", "Rhine over its banks\nText.")
    assert found.published.iso == "2021-03-04" and found.published_from == "published"
    assert [(p.keyword, p.weight, p.source) for p in found.places] == [("Lyon", 0.5, "given"), ("Bonn", 0.5, "given")]
    assert found.url == "https://news.example/flood" and found.source == "A Paper"


def test_a_first_line_of_a_paragraphs_length_is_no_headline():
    found = build("word " * 80 + "\nMore.")
    assert found.headline == "" and found.body.startswith("word word") and found.body.endswith("More.")


def test_the_same_text_is_the_same_article_and_another_is_another():
    assert build("One\nText.").article_id == build("One\r\nText.").article_id
    others = {build("One\nText!").article_id, build("One\nText.", places="Lyon").article_id, build("One").article_id}
    assert len(others) == 3 and build("One\nText.").article_id not in others


@pytest.mark.parametrize(
    ("text", "given", "named"),
    [
        ("", {}, "no text"),
        (" \n\u202e\ufeff\0\n ", {}, "no text"),
        ("A" * 200_001, {}, "200,001"),
        ("A\nB", {"headline": "H" * 2001}, "2,001"),
        ("A\nB", {"published": "the other day"}, "the other day"),
        ("A\nB", {"places": "Lyon; Atlantis"}, "'Atlantis'"),
        ("A\nB", {"url": "javascript:alert(1)"}, "javascript"),
        ("A\nB", {"source": "S" * 2001}, "2001"),
    ],
)
def test_what_cannot_be_added_is_refused_with_its_name(text, given, named):
    with pytest.raises(OverrideError, match=named):
        build(text, **given)


def test_hostile_text_stays_text_without_what_forges_it():
    found = build("<script>alert(1)</script>\nevil\u202etxt\0 \ud800 {{ 7*7 }} " + "a" + "\u0301" * 500)
    assert found.headline == "<script>alert(1)</script>"
    assert "\u202e" not in found.body and "\0" not in found.body and "{{ 7*7 }}" in found.body
    found.model_dump_json().encode()  # no half of a character


def test_an_action_cannot_bring_photographs_or_endless_texts():
    limits = ImportSettings()
    fine = build("One\nText.")
    check_added(fine, limits)
    for changes, named in (
        ({"images": (ArticleImage(image_id="0" * 64),)}, "photographs"),
        ({"headline": " ", "body": ""}, "no text"),
        ({"body": "b" * 200_001}, "200,001"),
        ({"source": "s" * 2001}, "2,001"),
        ({"source": "half \ud800"}, "control characters"),
        (
            {"places": (ArticlePlace(keyword="Bonn", place=Place(name="Bonn", level="city", region="\ud800")),)},
            "no text can hold",
        ),
        ({"captions": ("c",) * 1001}, "1,000"),
        ({"body": "evil\u202etxt"}, "control characters"),
        ({"headline": "half \ud800"}, "control characters"),
        ({"captions": ("c" * 199_000,) * 5}, "too long in all"),
    ):
        with pytest.raises(OverrideError, match=named):
            check_added(fine.model_copy(update=changes), limits)


# --- the articles of a case -----------------------------------------------------------------------------------


def test_corrections_lie_over_what_the_archive_and_the_analyst_hold():
    archive = {"a": Article(article_id="a", headline="A", places=LINKED), "b": Article(article_id="b", headline="B")}
    own = build("Own\nText.")
    actions = [
        {"action": "add_article", "article": own.model_dump(mode="json")},
        {"action": "correct_article", "article_id": "a", "places": ["Lyon", "Nowhere"]},
        {"action": "correct_article", "article_id": "b", "published": "2020-05"},
        {"action": "correct_article", "article_id": own.article_id, "places": []},
    ]
    asked: list[list[str]] = []

    def read(ids):
        asked.append(ids)
        return {i: archive[i] for i in ids if i in archive}

    case = CaseArticles(read, replay(parse_override(a) for a in actions), TOWNS.get)
    found = case.get(["b", own.article_id, "a", "gone"])
    assert list(found) == ["b", own.article_id, "a"]
    assert [(p.keyword, p.place, p.weight) for p in found["a"].places] == [
        ("Lyon", TOWNS["Lyon"], 0.5), ("Nowhere", None, 0.5),
    ]  # fmt: skip
    assert found["b"].published.iso == "2020-05" and found["b"].published_from == "published"
    assert found[own.article_id].places == () and found[own.article_id].body == "Text."
    assert case.get(["a", "b"]) == {"a": found["a"], "b": found["b"]} and asked == [["b", "a", "gone"]]
    assert set(case.placed_anew(["a", "b", own.article_id])) == {"a", own.article_id}  # b's place is the archive's


# --- through the stages ---------------------------------------------------------------------------------------


@pytest.fixture
def pipeline(demo_archive, models, tmp_path) -> Pipeline:
    chosen = Settings()
    opened = open_archive(demo_archive, models, chosen)
    return Pipeline(opened, models, chosen, StageCache(tmp_path / "cache"), ExtractiveWriter())


def analyse(pipeline: Pipeline, *actions: dict, note: str = ""):
    overrides = tuple(parse_override(a) for a in actions)
    for i, one in enumerate(overrides):
        pipeline.check(one, replay(overrides[:i]))
    *_, document = pipeline.analyse(Request(CROP, "crop.jpg", Inputs(note=note), overrides))
    assert [s for s in document.status if s.state == "failed"] == []
    return document


def own_article() -> tuple[dict, str]:
    known = gazetteer()
    article = article_from_text(
        "Water stands in the streets of Lyon\n\nThe Rhone left its bed on Tuesday and 40 people were led to safety.\n"
        "Mayor Jeanne Roux said that the pumps would run for a week.",
        lambda *texts: (), known.resolve, ImportSettings(), published="2021-02-02", places="Lyon (France)",
    )  # fmt: skip
    return {"action": "add_article", "article": article.model_dump(mode="json")}, article.article_id


def test_an_added_article_is_pinned_in_every_ranking_and_feeds_answers_and_caption(pipeline):
    add, own = own_article()
    document = analyse(pipeline, add)
    stages = document.stages
    for stage in (stages.retrieve, stages.verify, stages.locate, stages.events):
        assert stage.hits[0].article_id == own and stage.hits[0].tier == "pinned"
    first = stages.retrieve.hits[0]
    assert first.score == 0.0 and first.channels == {} and "Added by the analyst" in first.reason
    assert stages.relevance.articles[own].passes
    assert any(c.article_id == own for c in stages.chunks)
    assert document.context.place.place.name == "Lyon" and own in document.context.place.article_ids
    assert any(own in i for s in document.caption.sentences for i in s.chunk_ids)
    card = document.articles[own]
    assert card.added and not card.corrected and card.headline.startswith("Water stands")
    assert not any(c.added for a, c in document.articles.items() if a != own)


def test_an_added_article_without_its_pin_stands_last_and_can_be_moved_and_excluded(pipeline):
    add, own = own_article()
    unpin = {"action": "pin", "article_id": own, "on": False}
    plain = analyse(pipeline)
    hits = analyse(pipeline, add, unpin).stages.retrieve.hits
    assert [h.article_id for h in hits] == [*(h.article_id for h in plain.stages.retrieve.hits), own]
    assert hits[-1].tier == "ranked" and hits[-1].score == 0.0
    moved = analyse(pipeline, add, unpin, {"action": "move", "article_id": own, "rank": 2}).stages.events.hits
    assert moved[1].article_id == own and moved[1].tier == "ranked"
    out = analyse(pipeline, add, {"action": "exclude", "article_id": own})
    assert own not in {h.article_id for h in out.stages.retrieve.hits} and own in out.articles
    again = analyse(pipeline, add, {**add, "on": False})
    assert again.stages == plain.stages.model_copy(update={"retrieve": again.stages.retrieve})


def test_ids_that_nobody_holds_any_more_break_no_stage(pipeline):
    """As in a stored case whose archive was replaced: nothing checks those overrides again."""
    gone = f"{ADDED}000000000000"
    overrides = tuple(
        parse_override(a)
        for a in (
            {"action": "pin", "article_id": gone},
            {"action": "pin", "article_id": "never"},
            {"action": "exclude", "article_id": "nor-this"},
            {"action": "correct_article", "article_id": "never", "places": ["Paris"], "published": "2020"},
            {"action": "add_chunk", "article_id": gone, "text": "Text."},
            {"action": "split_cluster", "cluster_id": "c", "article_ids": [gone]},
        )
    )
    *_, document = pipeline.analyse(Request(CROP, "crop.jpg", Inputs(note="place:Paris flood"), overrides))
    assert {s.state for s in document.status} == {"fresh"}, document.status
    assert [h.article_id for h in document.stages.events.hits[:2]] == [gone, "never"]
    assert document.stages.events.hits[2].article_id == "paris-flood-1" and gone not in document.articles
    assert document.context.place.place.name == "Paris" and document.caption.text


def test_a_note_with_filters_does_not_stumble_over_an_added_article(pipeline):
    add, own = own_article()
    found = analyse(pipeline, add, note="flood place:Paris after:2021-01-01").stages.retrieve
    assert found.hits[0].article_id == own


def test_a_corrected_place_and_date_change_events_and_answers_only(pipeline, monkeypatch):
    before = analyse(pipeline)
    paris = [h.article_id for h in before.stages.events.hits if h.article_id.startswith("paris-flood")]
    fix = [
        {"action": "correct_article", "article_id": a, "places": ["Lyon (France)"], "published": "2020-07-01"}
        for a in paris
    ]
    after = analyse(pipeline, *fix)
    first = STAGES.index("locate")
    assert {s.name for s in after.status if s.cached} == set(STAGES[:first])
    assert after.context.place.place.name == "Lyon" and after.context.date.date.iso.startswith("2020-07")
    assert after.articles[paris[0]].corrected and after.articles[paris[0]].published.iso == "2020-07-01"
    assert any(set(paris) <= set(c.article_ids) and c.atom == "lyon" for c in after.stages.events.clusters)
    assert not any(set(paris) & set(c.article_ids) and c.atom == "paris" for c in after.stages.events.clusters)
    back = [{"action": "correct_article", "article_id": a} for a in paris]
    assert analyse(pipeline, *fix, *back).stages == before.stages


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ({"action": "correct_article", "article_id": "paris-flood-1", "places": ["Xyzzyburg"]}, "Xyzzyburg.*larger"),
        ({"action": "correct_article", "article_id": "never", "places": ["Paris"]}, "never"),
        ({"action": "pin", "article_id": "added-000000000000"}, "added-000000000000"),
        ({"action": "add_chunk", "article_id": "never", "text": "x"}, "never"),
        ({"action": "threshold", "name": "events.window_days", "value": 2.5}, "window_days cannot be 2.5.*15"),
        ({"action": "threshold", "name": "relevance.gate", "value": 1.5}, "gate cannot be 1.5"),
        ({"action": "threshold", "name": "events.min_articles", "value": 0}, "min_articles cannot be 0"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_remedy(pipeline, action, named):
    with pytest.raises(OverrideError, match=named):
        pipeline.check(parse_override(action), Edits())


def test_a_threshold_changes_its_own_stage_and_those_after_it_and_is_shown(pipeline):
    before = analyse(pipeline)
    assert before.stages.events.clusters and before.settings["events"]["min_articles"] == 2
    after = analyse(pipeline, {"action": "threshold", "name": "events.min_articles", "value": 1000})
    assert after.stages.events.clusters == () and after.settings["events"]["min_articles"] == 1000
    assert {s.name for s in after.status if s.cached} == set(STAGES[: STAGES.index("events")])
    one = {"action": "threshold", "name": "chunks.articles", "value": 1}
    few = analyse(pipeline, one)
    assert len({c.article_id for c in few.stages.chunks}) == 1
    assert {s.name for s in few.status if s.cached} == set(STAGES[: STAGES.index("chunks")])
    back = analyse(pipeline, one, {**one, "value": None})
    assert back.stages == before.stages and back.settings == before.settings


def test_a_stored_threshold_that_holds_no_more_is_left_out_and_said(pipeline):
    wrong = parse_override({"action": "threshold", "name": "events.window_days", "value": 2.5})
    *_, document = pipeline.analyse(Request(CROP, "crop.jpg", overrides=(wrong,)))
    note = next(s.note for s in document.status if s.name == "events")
    assert "window_days cannot be 2.5" in note and document.settings["events"]["window_days"] == 15


def test_the_linker_places_a_pasted_text():
    known = gazetteer()
    from newsctx import linker

    found = article_from_text(
        "Flood in Lisbon\nLISBON, Portugal - Rain fell on Lisbon for hours.",
        lambda *texts: linker.link(*texts, known.gazetteer, LinkerSettings()), known.resolve, ImportSettings(),
    )  # fmt: skip
    assert found.places[0].place.name == "Lisbon" and found.places[0].source != "given"
