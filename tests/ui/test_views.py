"""What the panels show: escaping, order, stale marks, links, numbers. No browser, no model."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsctx.document import ArchiveInfo, ArticleCard, ChunkSelection, Document, PlacePoint, Stages
from newsctx.overrides import parse_override
from newsctx.records import (
    STAGES,
    Article,
    Assessment,
    Camera,
    Caption,
    ChannelScore,
    ChannelStatus,
    Chunk,
    Claim,
    ClaimCheck,
    Cluster,
    Context,
    Corroboration,
    DateAnswer,
    EventsResult,
    Hit,
    Inputs,
    LocateResult,
    Match,
    OcrLine,
    PartialDate,
    Photo,
    Place,
    PlaceAnswer,
    Quote,
    Relevance,
    RelevanceResult,
    RetrieveResult,
    Sentence,
    StageStatus,
    VerifyResult,
    Witness,
)
from newsctx.ui import (
    actions,
    caption_panel,
    charts,
    chunks_panel,
    context_panel,
    events_panel,
    hits_panel,
    html,
    paint,
    parts,
    photo_panel,
    rail,
    toolbar,
    verify_panel,
)
from newsctx.ui.page import Look, Page
from newsctx.workbench import CaseView

HOSTILE = "<script>alert(1)</script> ${alert(2)} \\n `x` {{y}} \"'"
BODY = "One. Two. Three. Four."
ARCHIVE = ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded")


class Nothing:
    """No pictures; article a has a body."""

    def thumbnail(self, image_id: str) -> Path | None:
        return None

    def match_view(self, case_id: str, match: Match) -> Path | None:
        return None

    def match_overlay(self, case_id: str, match: Match) -> Path | None:
        return None

    def preview(self, case_id: str) -> Path | None:
        return None

    def article(self, article_id: str) -> Article | None:
        return Article(article_id="a", body=BODY) if article_id == "a" else None


def hit(article_id: str, rank: int, before: int | None = None, **more) -> Hit:
    return Hit(article_id=article_id, rank=rank, score=1 / rank, rank_before=before, **more)


def chunk(start: int, end: int, **more) -> Chunk:
    return Chunk(chunk_id=f"a#body:{start}-{end}", article_id="a", start=start, end=end, text=BODY[start:end], **more)


def photo(**more) -> Photo:
    return Photo(sha256="a" * 64, phash="0" * 16, format="JPEG", bytes=1234, width=200, height=100, **more)


def document(states: dict[str, str] | None = None, **more) -> Document:
    scores = {"copy": ChannelScore(score=41, rank=7), "words_note": ChannelScore(score=3.2, rank=1)}
    stages = Stages(
        retrieve=RetrieveResult(
            hits=(hit("b", 1), hit("a", 2, channels=scores), hit("c", 3)),
            channels=(
                ChannelStatus(name="copy", state="ran", hits=3),
                ChannelStatus(name="image_text", state="unavailable", reason="no encoder"),
            ),
        ),
        verify=VerifyResult(hits=(hit("a", 1, 2, tier="matched"), hit("b", 2, 1), hit("c", 3, 3))),
        locate=LocateResult(hits=(hit("a", 1, 1), hit("b", 2, 2), hit("c", 3, 3)), unavailable="no image-text encoder"),
    )
    cards = {
        "a": ArticleCard(article_id="a", headline=HOSTILE, url="javascript:alert(1)", source="The <b>Paper</b>"),
        "b": ArticleCard(
            article_id="b",
            headline="Flood",
            url="https://news.example/b?x=1&y=2",
            published="2021-02",
            places=tuple(PlacePoint(label=n) for n in ("Paris", "Lyon", "Nice")),
        ),
    }
    status = tuple(StageStatus(name=n, state=(states or {}).get(n, "fresh"), seconds=0.5) for n in STAGES)
    values = {"version": "0", "archive": ARCHIVE, "stages": stages, "articles": cards, "status": status}
    return Document(**(values | more))


def page(doc: Document | None = None, **more) -> Page:
    doc = doc or document()
    case = CaseView(
        case_id="case1", title=HOSTILE, created="2026-01-01T00:00:00+00:00", updated="", inputs=Inputs(), document=doc
    )
    return Page(**({"archive": ARCHIVE, "pictures": Nothing(), "case": case, "channels": {"copy": 2.0}} | more))


# --- escaping ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(paint.PANELS))
def test_no_panel_lets_markup_of_a_text_through(name):
    ocr = OcrLine(text=HOSTILE, confidence=0.9, box=((0, 0), (9, 0), (9, 9), (0, 9)))
    doc = document(
        photo=photo(ocr=(ocr,), filename=HOSTILE, notices=(HOSTILE,), camera=Camera(make=HOSTILE, gps_problem=HOSTILE)),
        context=Context(
            conflicts=(HOSTILE,),
            agreement=(
                ClaimCheck(
                    item="place",
                    claimed=HOSTILE,
                    verdict="supported",
                    sentences=(Quote(article_id="a", field="body", start=0, end=len(HOSTILE), text=HOSTILE),),
                ),
            ),
            corroboration=(
                Corroboration(
                    item="place",
                    answer=HOSTILE,
                    belief=0.5,
                    plausibility=0.5,
                    conflict=0.5,
                    witnesses=(
                        Witness(channel="camera", says=HOSTILE, side="conflicts", note=HOSTILE, article_ids=("a",)),
                    ),
                ),
            ),
        ),
        caption=Caption(
            text=HOSTILE,
            sentences=(Sentence(text=HOSTILE, chunk_ids=("a#body:0-4",)),),
            writer="extractive",
            note=HOSTILE,
        ),
        overrides=(parse_override({"action": "exclude", "article_id": "a", "reason": HOSTILE}),),
    )
    for shown in (page(doc), page(doc, case=None, archive_problem=HOSTILE, examples=((HOSTILE, HOSTILE, ""),))):
        text = paint.html(name, shown)
        assert "<script" not in text and "<b>Paper" not in text
        assert "javascript:" not in text


def test_only_web_addresses_become_links():
    assert html.link(" https://news.example/a ") == "https://news.example/a"
    for refused in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//host/a",
        "file:///etc/passwd",
        "http://",
        "http://[",
        "",
    ):
        assert html.link(refused) == ""
    text = paint.html("retrieve", page())
    assert 'href="https://news.example/b?x=1&amp;y=2" target="_blank" rel="noopener noreferrer nofollow"' in text


def test_picture_addresses_are_relative_so_that_a_root_path_keeps_them():
    assert html.picture(Path("/state/media/a b#1.webp")) == "gradio_api/file=/state/media/a%20b%231.webp"
    assert html.picture(None) == ""


# --- order and ranks ----------------------------------------------------------------------------------------------


def test_the_evidence_is_the_latest_list_unless_another_is_chosen():
    latest = hits_panel.view(page())
    assert [r["id"] for r in latest["rows"]] == ["a", "b", "c"] and latest["order"] == "locate"
    chosen = hits_panel.view(page(look=Look(order="retrieve")))
    assert [r["id"] for r in chosen["rows"]] == ["b", "a", "c"]
    missing = hits_panel.view(page(look=Look(order="events")))
    assert missing["order"] == "locate", "events has not run: the latest there is"
    assert [o["stage"] for o in latest["orders"]] == ["retrieve", "verify", "locate"]


def test_a_card_shows_how_its_rank_moved_and_its_channels_best_first():
    row = hits_panel.view(page())["rows"][0]
    assert [(s["rank"], s["move"]) for s in row["path"]] == [(2, "new"), (1, "up"), (1, "same")]
    # the locate hit of this world carries no scores: those of the retrieve stage are shown
    assert [(c["name"], c["rank"]) for c in row["channels"]] == [("Your note", 1), ("Copy", 7)]


def test_long_lists_are_cut_and_counted():
    view = hits_panel.view(page(look=Look(shown=2)))
    assert len(view["rows"]) == 2 and view["more"] == 1 and view["total"] == 3
    assert not view["rows"][1]["last"], "the last one shown is not the last one there is"


def test_excluded_articles_stay_reachable_and_pins_show_before_recomputing():
    edits = tuple(parse_override({"action": a, "article_id": i}) for a, i in (("exclude", "b"), ("pin", "c")))
    view = hits_panel.view(page(document(overrides=edits)))
    assert [e["headline"] for e in view["excluded"]] == ["Flood"]
    assert [r["pinned"] for r in view["rows"]] == [False, False, True]
    assert [r["excluded"] for r in view["rows"]] == [False, True, False], "listed until it is recomputed"


def test_a_changed_weight_is_shown_and_may_exceed_the_slider():
    doc = document(overrides=(parse_override({"action": "weight", "channel": "copy", "weight": 9}),))
    copy, image = hits_panel.view(page(doc))["channels"]
    assert (copy["weight"], copy["most"], copy["changed"]) == (9.0, 9.0, True)
    assert image["reason"] == "no encoder" and not image["changed"]


# --- stages -------------------------------------------------------------------------------------------------------


def test_stale_stages_are_marked_on_the_rail_and_in_the_panel():
    shown = page(document({"context": "stale", "caption": "stale"}), automatic=False)
    states = {s["stage"]: s["state"] for s in rail.view(shown)["stages"]}
    assert states["context"] == states["caption"] == "stale"
    assert states["locate"] == "unavailable", "it ran, and could do nothing"
    assert states["chunks"] == "fresh"
    assert 'data-tab="context" data-state="stale"' in paint.html("rail", shown)
    assert "Computed before your last change" in paint.html("context", shown)
    assert "Computed before your last change" not in paint.html("chunks", shown)
    assert toolbar.view(shown)["recompute"] and toolbar.view(shown)["stale"] == ["Answer", "Caption"]
    assert not toolbar.view(page())["recompute"], "nothing is stale"


def test_without_a_case_all_stages_wait():
    shown = page(case=None)
    assert {s["state"] for s in rail.view(shown)["stages"]} == {"pending"}
    for name in ("retrieve", "verify", "locate", "events", "chunks", "context", "caption"):
        assert "will stand here" in paint.html(name, shown)


def test_a_failed_stage_shows_its_message():
    doc = document(status=(StageStatus(name="photo", state="failed", note="The OCR model is damaged."),))
    assert "The OCR model is damaged." in paint.html("rail", page(doc))


# --- photo --------------------------------------------------------------------------------------------------------


def test_photo_facts_name_what_cannot_be_trusted():
    camera = Camera(time="2017-09-15T06:12:00", time_problem="no offset", lat=-33.5, lon=18.25)
    facts = {f["name"]: f for f in photo_panel.facts(photo(camera=camera))}
    assert facts["Taken"]["value"] == "2017-09-15 06:12:00 (no time zone)" and facts["Taken"]["problem"] == "no offset"
    assert facts["GPS"]["value"] == "33.50000° S, 18.25000° E"
    assert facts["SHA-256"]["value"] == "aaaaaaaaaaaa…" and facts["SHA-256"]["full"] == "a" * 64
    assert photo_panel.camera_time(Camera(time="2017-09-15T06:12:00+02:00")).endswith("+02:00")


def test_missing_text_says_why():
    assert (
        photo_panel.ocr_note(photo(ocr_unavailable="rapidocr is missing")) == "Text was not read: rapidocr is missing"
    )
    assert photo_panel.ocr_note(photo()) == "No legible text found."


def test_a_matched_region_is_a_share_of_the_photograph():
    # a 100 x 50 rectangle in a 200 x 100 photograph: 5000 of 20000 square pixels
    found = Match(
        article_id="a",
        image_id="b" * 64,
        inliers=9,
        confidence=0.5,
        accepted=True,
        region=((0, 0), (100, 0), (100, 50), (0, 50)),
    )
    assert verify_panel.region(page(document(photo=photo())), found) == "25% of the photograph"


# --- chunks, answer, caption ----------------------------------------------------------------------------------------


def test_overlapping_chunks_are_marked_once_and_dropped_ones_struck():
    one, two = chunk(0, 9), chunk(5, 16)  # "One. Two." and "Two. Three."
    shown = page(
        document(overrides=(parse_override({"action": "chunk", "chunk_id": one.chunk_id, "decision": "dropped"}),))
    )
    found = [(s["text"], s["mark"]) for s in chunks_panel.segments(shown, BODY, [one, two])]
    assert found == [("One. ", "dropped"), ("Two. Three.", "kept"), (" Four.", "")]
    assert "".join(text for text, _ in found) == BODY


def test_an_article_that_changed_in_the_archive_is_not_marked_wrongly():
    other = Chunk(chunk_id="a#body:0-4", article_id="a", start=0, end=4, text="Uno.")
    assert chunks_panel.texts(page(), "a", [other]) == []
    assert chunks_panel.texts(page(), "a", [chunk(0, 4)])[0]["segments"][0] == {"text": "One.", "mark": "kept"}


@pytest.mark.parametrize(
    ("km", "days", "words"),
    [(1234.4, None, "1,234 km apart"), (None, 0, "same day"), (None, -1, "1 day apart"), (None, 30, "30 days apart")],
)
def test_agreement_with_the_claim_is_told_in_kilometres_and_days(km, days, words):
    item = ClaimCheck(item="date", claimed="x", verdict="contradicted", km=km, days=days)
    assert context_panel.check(page(), item)["distance"] == words


def test_a_doubt_stands_beside_the_answer_and_the_caption():
    paris = Place(name="Paris", level="city", country="France")
    answer = PlaceAnswer(place=paris, basis="evidence", confidence="low", share=0.4, note="Perhaps not.")
    sure = DateAnswer(date=PartialDate(year=2019), basis="evidence", confidence="high", share=0.9)
    caption = Caption(
        text="A.", sentences=(Sentence(text="A.", chunk_ids=("a#body:0-4",)),), writer="extractive", note="May be."
    )
    context = Context(relevance=Relevance(probability=0.26), place=answer, date=sure)
    shown = page(document(context=context, caption=caption))
    text = paint.html("context", shown)
    place, date_part = text.split('aria-label="Date"')
    assert "Perhaps" in place and "low confidence" in place and "P = 0.26" in place
    assert "Perhaps" not in date_part and "high confidence" in date_part
    assert "May be." in paint.html("caption", shown)


def test_relevance_is_named_and_its_figure_is_on_demand():
    strong = Assessment(probability=0.91, level="strong", basis="Rank 1.", passes=True)
    weak = Assessment(probability=0.01, level="weak", basis="Rank 2.", passes=False)
    doc = document(context=Context())
    rated = RelevanceResult(articles={"a": strong, "b": weak, "c": Assessment(basis="not rated: no file")}, gate=0.02)
    shown = page(doc.model_copy(update={"stages": doc.stages.model_copy(update={"relevance": rated})}))
    text = paint.html("context", shown)
    assert "2 of 3 articles may be used" in text and ">weak, not used</span>" in text
    assert ">strong evidence</span>" in text and 'title="P = 0.91. Rank 1."' in text
    assert "91%" not in text and ">not rated</span>" in text
    hits = paint.html("retrieve", shown)
    assert 'title="P = 0.91. Rank 1."' in hits and ">weak, not used</span>" in hits and "91%" not in hits
    rail = paint.html("rail", shown)
    item = next(part for part in rail.split("<li>") if 'data-tab="relevance"' in part)
    assert '<span class="badge num">2</span>' in item and "Relevance" in item


def test_who_says_so_stands_with_the_side_it_takes():
    agrees = Witness(channel="image_text", says="Paris, France", side="agrees", mass=0.72, article_ids=("a",))
    against = Witness(channel="camera", says="48.0, 2.0", side="conflicts", mass=0.5, note="90 km from the answer.")
    found = Corroboration(
        item="place", answer="Paris, France", belief=0.56, plausibility=0.78, conflict=0.36,
        witnesses=(agrees, against, Witness(channel="claim")),
    )  # fmt: skip
    view = context_panel.corroboration(page(), found)
    assert [w["side"] for w in view["witnesses"]] == ["conflicts", "agrees"] and view["silent"] == ["Claim under check"]
    assert (view["belief_title"], view["conflict_title"]) == ("partly corroborated", "strong conflict")
    text = paint.html("context", page(document(context=Context(corroboration=(found,)))))
    assert "conflict K 0.36" in text and "contradicts" in text and 'title="mass 0.72"' in text
    assert "Nothing from: Claim under check." in text


def test_the_sentences_of_a_claim_are_quoted_with_their_source():
    said = Quote(article_id="a", field="body", start=0, end=4, text="One.")
    item = ClaimCheck(item="place", claimed="x", verdict="contradicted", sentences=(said,))
    text = paint.html("context", page(document(context=Context(agreement=(item,)))))
    assert "<q>One.</q>" in text and 'data-goto="hit:a"' in text and "text of" in text


def test_citations_are_numbered_by_first_use_and_lead_to_chunk_or_card():
    caption = Caption(
        text="A. B.",
        sentences=(
            Sentence(text="A.", chunk_ids=("a#body:0-4",), metadata_ids=("b#published",)),
            Sentence(text="B.", chunk_ids=("a#body:5-9", "a#body:0-4")),
        ),
        writer="extractive",
    )
    view = caption_panel.view(page(document(caption=caption)))
    assert [[c["number"] for c in s["citations"]] for s in view["sentences"]] == [[1, 2], [3, 1]]
    assert [s["target"] for s in view["sources"]] == ["chunk:a#body:0-4", "hit:b", "chunk:a#body:5-9"]
    assert view["label"] == "Extractive caption: composed only of statements found in the evidence"


# --- events -------------------------------------------------------------------------------------------------------


def cluster(key: str, maximal: bool = True, **more) -> Cluster:
    values = {"id": key, "place": "Paris", "atom": "paris", "first": date(2021, 2, 1), "last": date(2021, 2, 4)}
    values |= {"article_ids": ("a", "b"), "text": "t", "representative": "a", "maximal": maximal}
    return Cluster(**(values | more))


def test_events_show_maximal_clusters_and_dropped_ones_last():
    stages = Stages(events=EventsResult(clusters=(cluster("1"), cluster("2", maximal=False), cluster("3"))))
    drop = parse_override({"action": "cluster", "cluster_id": "1", "decision": "dropped"})
    shown = page(document(stages=stages, overrides=(drop,)))
    assert [c.id for c in events_panel.shown_clusters(shown)] == ["3", "1"]
    assert events_panel.span(cluster("1")) == "1 Feb 2021 to 4 Feb 2021"


def test_charts_are_left_out_where_there_is_nothing_to_draw():
    assert charts.timeline(page()) is None and charts.world(page()) is None
    placed = Stages(events=EventsResult(clusters=(cluster("1", lat=48.85, lon=2.35),)))
    drawn = charts.world(page(document(stages=placed)))
    assert '"customdata":[["1",' in drawn.plot.replace(" ", "")
    claimed = document(stages=placed, inputs=Inputs(claim=Claim(date="2021-01-30")))
    assert "2021-01-30" in charts.timeline(page(claimed)).plot


# --- words and numbers ------------------------------------------------------------------------------------------------


def test_dates_sizes_and_scores_read_well():
    days = [html.day(PartialDate.model_validate(v)) for v in ("2017-12-06", "2017-12", "2017", "2010s")]
    assert days == ["6 Dec 2017", "Dec 2017", "2017", "2010s"] and html.day(None) == ""
    assert [html.seconds(s) for s in (0.0123, 0.84, 14.2, None)] == ["12 ms", "0.8 s", "14 s", ""]
    assert [html.size(b) for b in (812, 31_400, 1_234_567)] == ["812 B", "31 KB", "1.2 MB"]
    assert [html.score(s) for s in (0.5173, 22.04, 123.6, None)] == ["0.517", "22.04", "124", ""]


def test_many_places_are_counted():
    assert parts.brief(page(), "b")["place"] == "Paris; Lyon +1"


# --- what the page sends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "action"),
    [
        ({"act": "pin", "id": "a", "on": "1"}, {"action": "pin", "article_id": "a", "on": True}),
        ({"act": "exclude", "id": "a", "on": ""}, {"action": "exclude", "article_id": "a", "on": False}),
        (
            {"act": "move", "id": "a", "rank": "3", "stage": "locate"},
            {"action": "move", "article_id": "a", "rank": 3, "stage": "locate"},
        ),
        ({"act": "weight", "channel": "copy", "value": "0"}, {"action": "weight", "channel": "copy", "weight": 0.0}),
        ({"act": "weight", "channel": "copy", "value": ""}, {"action": "weight", "channel": "copy", "weight": None}),
        ({"act": "set_place", "value": " Paris "}, {"action": "set_place", "place": "Paris"}),
        ({"act": "set_date", "value": ""}, {"action": "set_date", "date": None}),
        ({"act": "chunk", "id": "c", "decision": "kept"}, {"action": "chunk", "chunk_id": "c", "decision": "kept"}),
        ({"act": "cluster", "id": "c", "decision": ""}, {"action": "cluster", "cluster_id": "c", "decision": ""}),
    ],
)
def test_events_of_the_page_become_overrides(data, action):
    sent = parse_override(actions.override(data)).model_dump(mode="json", exclude={"reason"})
    assert sent == action


def test_what_is_no_override_is_none():
    assert actions.override({"act": "more"}) is None and actions.override({}) is None


def test_a_claimed_date_that_is_none_is_explained():
    from newsctx.errors import OverrideError

    with pytest.raises(OverrideError, match=r"'31\.12\.2017' is not a date: write 2017-12-26"):
        actions.inputs("", "", "", "31.12.2017")
    assert actions.inputs(None, " c ", None, "1970s").claim == Claim(text="c", date="1970s")


def test_overrides_are_told_in_sentences():
    made = (
        parse_override({"action": "pin", "article_id": "b", "reason": "seen it"}),
        parse_override({"action": "set_place", "place": "Paris"}),
        parse_override({"action": "weight", "channel": "copy", "weight": None}),
    )
    told = toolbar.view(page(document(overrides=made)))["overrides"]
    assert [o["text"] for o in told] == ["Reset the weight of Copy", "Set the place to Paris", "Pinned: Flood"]
    assert told[-1]["reason"] == "seen it"


def test_a_selection_names_chunks_of_no_article():
    doc = document(stages=Stages(chunk_selection=ChunkSelection(method="windows", query="")))
    assert "no text to take passages from" in paint.html("chunks", page(doc))


def test_a_conflict_names_articles_by_outlet_and_date_and_never_half_an_id():
    sources = {"paris-flood-2": "Seine Courier", "paris-flood-2-1": "Northline Wire", "a1": "Short"}
    cards = {
        a: ArticleCard(article_id=a, headline="Flood", source=s, published="2018-02-01") for a, s in sources.items()
    }
    text = "others say 2018 (paris-flood-2-1; a1), 2016 (paris-flood-2)."
    assert context_panel.called(page(document(articles=cards)), text) == (
        "others say 2018 (Northline Wire, 1 Feb 2018; a1), 2016 (Seine Courier, 1 Feb 2018)."
    )


def test_the_sources_of_a_caption_stand_under_the_evidence_card_of_their_article():
    first = Sentence(text="Water.", chunk_ids=("b#body:0-4",), metadata_ids=("photo#seen", "b#published"))
    numbers = caption_panel.citations(Caption(text="Water.", sentences=(first,), writer="x"))
    groups = caption_panel.cited(page(), numbers)
    assert [g["card"] and g["card"]["headline"] for g in groups] == ["Flood", None], "the photograph is no article"
    assert [[s["number"] for s in g["sources"]] for g in groups] == [[1, 3], [2]]
