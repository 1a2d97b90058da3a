"""Evidence by hand as HTML: reasons for a rank, corrections, added articles, events, passages, previews. No browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsctx.document import ArchiveInfo, ArticleCard, ChunkSelection, Document, PlacePoint, Stages
from newsctx.overrides import parse_override
from newsctx.preview import AnswerChange, Preview, RankChange
from newsctx.records import (
    STAGES,
    Article,
    ArticlePlace,
    Assessment,
    ChannelScore,
    ChannelStatus,
    Chunk,
    Cluster,
    EventsResult,
    Hit,
    Inputs,
    LocateResult,
    Match,
    Refinement,
    RelevanceResult,
    RetrieveResult,
    StageStatus,
    VerifyResult,
)  # fmt: skip
from newsctx.ui import adjust, chunk_edits, hits_panel, paint, whyhere
from newsctx.ui.correction import correction
from newsctx.ui.page import Look, Page
from newsctx.workbench import CaseView

HOSTILE = "<script>alert(1)</script> ${alert(2)} \\n `x` {{y}} \"'"
BODY = "The river rose. It flooded the quay.  Boats came!  Nobody was hurt. The end."


class Pictures:
    """No pictures; article a has a text, and Lyon as its place in the archive."""

    def thumbnail(self, image_id: str) -> Path | None:
        return None

    def archived(self, image_id: str) -> Path | None:
        return None

    def article(self, article_id: str) -> Article | None:
        places = (ArticlePlace(keyword="Lyon (France)"),)
        return Article(article_id="a", body=BODY, places=places, published="2019") if article_id == "a" else None

    def __getattr__(self, name: str):
        return lambda *args: None


def hit(article_id: str, rank: int, before: int | None = None, **more) -> Hit:
    return Hit(article_id=article_id, rank=rank, score=1 / rank, rank_before=before, **more)


def passage(text: str, **more) -> Chunk:
    start = BODY.index(text)
    end = start + len(text)
    return Chunk(chunk_id=f"a#body:{start}-{end}", article_id="a", start=start, end=end, text=text, **more)


def page(
    *overrides: dict[str, object], states: dict[str, str] | None = None, look: Look | None = None, **stages
) -> Page:
    scores = {"copy": ChannelScore(score=41, rank=7), "words_note": ChannelScore(score=3.2, rank=1)}
    lifted = (Refinement(name="temporal", added=0.01, neighbours=("b",)),)
    results = {
        "retrieve": RetrieveResult(
            hits=(hit("b", 1, 1), hit("a", 2, 4, channels=scores, refinements=lifted), hit("c", 3, 3)),
            channels=tuple(ChannelStatus(name=n, state="ran", hits=3) for n in ("copy", "words_note", "image_text")),
            fusion="weighted",
        ),
        "verify": VerifyResult(hits=(hit("a", 1, 2, tier="matched"), hit("b", 2, 1), hit("c", 3, 3))),
        "locate": LocateResult(hits=(hit("a", 1, 1), hit("b", 2, 2), hit("c", 3, 3))),
    }  # fmt: skip
    cards = {
        "a": ArticleCard(article_id="a", headline=HOSTILE, places=(PlacePoint(label="Lyon"),), published="2019"),
        "b": ArticleCard(article_id="b", headline="Flood"),
    }
    document = Document(
        version="0",
        archive=ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded"),
        stages=Stages(**(results | stages)),
        articles=cards,
        overrides=tuple(parse_override(o) for o in overrides),
        status=tuple(StageStatus(name=n, state=(states or {}).get(n, "fresh")) for n in STAGES),
        settings={"relevance": {"gate": 0.02}, "events": {"window_days": 15, "min_articles": 2}},
    )
    case = CaseView(case_id="case1", title="t", created="", updated="", inputs=Inputs(), document=document)
    return Page(archive=document.archive, pictures=Pictures(), case=case, look=look or Look())


# --- why here -------------------------------------------------------------------------------------------------------


def said(shown: Page, article_id: str, stage: str = "locate") -> str:
    found = next(h for h in shown.hits(stage) if h.article_id == article_id)
    return " ".join(whyhere.paragraph(shown, found, stage))


def test_a_rank_is_explained_from_the_channels_to_the_last_stage():
    """Article a: fused 4 (rank_before), lifted to 2, moved by Matches to 1, and no stage moved it later."""
    text = said(page(), "a")
    assert "Found by 2 of 3 channels, best by Your note (rank 1), Copy (rank 7)." in text
    assert "Combined by score they put it at rank 4. Articles of the same days or that cite it made that 2." in text
    assert "Matches moved it from 2 to 1." in text
    assert "No later stage moved it." in said(page(), "c")


def test_what_the_analyst_did_comes_first():
    moved = {"action": "move", "article_id": "a", "rank": 3, "stage": "verify"}
    text = said(page(moved, {"action": "pin", "article_id": "a"}), "a")
    assert text.startswith("You pinned it, and pinned articles stand above all others. You moved it to rank 3.")
    later = page({"action": "move", "article_id": "a", "rank": 3, "stage": "events"})
    assert "You moved it" not in said(later, "a", "locate"), "a move of a later list has not touched this one"
    corrected = page({"action": "correct_article", "article_id": "a", "places": ["Nice"]})
    assert "You corrected its place or date" in said(corrected, "a")


def test_a_matched_photograph_says_how_many_points_agree():
    found = Match(article_id="a", image_id="b" * 64, inliers=1, confidence=0.5, accepted=True)
    verify = VerifyResult(hits=(hit("a", 1),), matches=(found, found.model_copy(update={"inliers": 41})))
    assert "is found in the one under check (41 points agree)" in said(page(verify=verify), "a", "verify")


def test_an_article_that_no_channel_found_is_there_because_of_the_analyst():
    shown = page({"action": "pin", "article_id": "c"})
    assert "No channel found it: it is here because of you." in said(shown, "c")
    assert said(page(), "c").startswith("No channel found it.")


@pytest.mark.parametrize(("passes", "words"), [(True, "is above the relevance gate"), (False, "unless you pin it")])
def test_the_gate_is_named(passes, words):
    rated = RelevanceResult(articles={"a": Assessment(probability=0.5, level="likely", passes=passes)})
    assert words in said(page(relevance=rated), "a")


def test_a_move_that_is_not_computed_yet_is_shown_as_waiting():
    move = {"action": "move", "article_id": "a", "rank": 3, "stage": "locate"}
    waiting = hits_panel.view(page(move, states={"locate": "stale"}))["rows"][0]
    assert waiting["id"] == "a" and waiting["pending"] == 3
    assert hits_panel.view(page(move))["rows"][0]["pending"] is None, "computed: the list itself says it"
    assert "moved to rank 3, shown when recomputed" in paint.html("retrieve", page(move, states={"locate": "stale"}))


# --- exclusion, correction, added articles ------------------------------------------------------------------------


def test_common_reasons_are_one_click_and_the_reason_stands_with_the_excluded():
    text = paint.html("retrieve", page())
    for reason in hits_panel.REASONS:
        assert f'data-act="exclude" data-id="b" data-on="1" data-why="{reason}"' in text
    excluded = paint.html("retrieve", page({"action": "exclude", "article_id": "b", "reason": HOSTILE}))
    assert "Excluded (1)" in excluded and "Reason: &lt;script&gt;" in excluded and "<script" not in excluded


def test_a_correction_shows_what_the_archive_says_and_what_the_analyst_says():
    plain = correction(page(), "a")
    assert (plain["archived_places"], plain["places"], plain["published"]) == ("Lyon", "Lyon", "2019")
    one = {"action": "correct_article", "article_id": "a", "places": ["Nice", HOSTILE], "published": "2020-01"}
    shown = page(one)
    changed = correction(shown, "a")
    assert changed["archived_places"] == "Lyon (France)" and changed["archived_published"] == "2019"
    assert changed["places"] == f"Nice; {HOSTILE}" and changed["published"] == "2020-01"
    assert changed["version"] != plain["version"], "the fields are filled anew"
    text = paint.html("retrieve", shown)
    assert ">corrected</span>" in text and 'data-reset="1"' in text and "<script" not in text
    assert 'data-reset="1"' not in paint.html("retrieve", page())


def test_added_articles_are_marked_and_can_be_taken_out():
    article = {"article_id": "added-1", "headline": HOSTILE, "source": HOSTILE}
    locate = LocateResult(hits=(hit("added-1", 1, tier="pinned"), hit("a", 2)))
    shown = page({"action": "add_article", "article": article}, locate=locate)
    text = paint.html("retrieve", shown)
    assert ">added by you</span>" in text and 'data-act="remove_article" data-id="added-1"' in text
    assert "<script" not in text and "You added it: no archive has it" in said(shown, "added-1")
    assert "1 added by you" in text
    corrected = page(
        {"action": "add_article", "article": article | {"published": "2018", "body": BODY}},
        {"action": "correct_article", "article_id": "added-1", "published": "2020"},
    )
    assert correction(corrected, "added-1")["archived_published"] == "2018", "the archive does not have it"
    one = passage(FLOODED).model_copy(update={"article_id": "added-1"})
    assert chunk_edits.editing(corrected, one)["before"] == "The river rose."


# --- what stands for evidence ---------------------------------------------------------------------------------------


def test_every_card_names_its_article_and_ids_cannot_break_out():
    locate = LocateResult(hits=(hit('x" onclick="alert(1)', 1), hit("two words", 2)))
    for name in ("retrieve", "locate"):
        text = paint.html(name, page(locate=locate))
        assert 'data-evidence="x%22%20onclick%3D%22alert%281%29"' in text and 'data-evidence="two%20words"' in text
        assert 'onclick="alert' not in text


def test_cards_can_be_reached_and_moved_with_the_keyboard():
    text = paint.html("retrieve", page())
    stops = re.findall(r'<li class="hit" tabindex="(-?\d)"', text)
    assert stops == ["0", "-1", "-1"], "one stop for Tab, then the keys"
    assert text.count("data-grip") == 3 and 'aria-label="Rank 2: Flood"' in text


# --- events -------------------------------------------------------------------------------------------------------


def cluster(name: str, *ids: str) -> Cluster:
    return Cluster(
        id=name, place=HOSTILE, atom="x", first="2021-02-02", last="2021-02-03", article_ids=ids, text=HOSTILE,
        representative=ids[0],
    )  # fmt: skip


def test_events_are_merged_and_split_by_ticking():
    events = EventsResult(clusters=(cluster("k1", "a", "b"), cluster("k2", "c")))
    text = paint.html("events", page(events=events, look=Look(cluster="k1")))
    assert text.count('data-tick="cluster"') == 2 and text.count('data-tick="member" data-group="k1"') == 2
    assert 'data-gather="cluster" data-least="2"' in text and 'data-gather="member" data-group="k1"' in text
    assert 'data-evidence="a b"' in text and "<script" not in text
    alone = paint.html("events", page(events=EventsResult(clusters=(cluster("k2", "c"),)), look=Look(cluster="k2")))
    assert "data-gather" not in alone, "one event of one article: nothing to merge, nothing to split"


def test_groups_of_the_analyst_are_listed_and_taken_back():
    events = EventsResult(clusters=(cluster("k1", "a", "b"), cluster("k3", "c")))
    made = (
        {"action": "merge_clusters", "cluster_ids": ["k1", 'k"2'], "reason": HOSTILE},
        {"action": "split_cluster", "cluster_id": "k1", "article_ids": ["c"]},
    )
    text = paint.html("events", page(*made, events=events))
    assert "Your groups" in text and text.count(">Take back</button>") == 2 and "<script" not in text
    assert 'data-ids="[&#34;k1&#34;, &#34;k\\&#34;2&#34;]" data-on=""' in text
    assert 'data-id="k1" data-articles="[&#34;c&#34;]" data-on=""' in text
    split = paint.html(
        "events", page(events=EventsResult(clusters=(cluster("split-1", "a"), cluster("merged-2", "b"))))
    )
    assert text.count("by you</span>") == 0 and split.count(">split by you<") == split.count(">merged by you<") == 1


# --- passages -----------------------------------------------------------------------------------------------------

FLOODED = "It flooded the quay."


def test_a_passage_is_edited_with_the_sentences_around_it():
    article = Pictures().article("a")
    assert chunk_edits.around(article, passage(FLOODED)) == ("The river rose.", "Boats came!")
    assert chunk_edits.around(article, passage("The river rose.")) == ("", "It flooded the quay.")
    assert chunk_edits.around(article, passage("The end.")) == ("Nobody was hurt.", "")
    changed = Chunk(chunk_id="a#body:0-4", article_id="a", start=0, end=4, text="Uno.")
    assert chunk_edits.around(article, changed) == ("", ""), "the archive has changed since"


def test_an_edit_waits_then_is_named_and_can_be_taken_back():
    first, wide = passage(FLOODED), passage("It flooded the quay.  Boats came!")
    edit = {"action": "edit_chunk", "chunk_id": first.chunk_id, "text": "It flooded the quay. Boats came!"}
    waiting = chunk_edits.editing(page(edit), first)
    assert waiting["waiting"] and waiting["text"] == edit["text"]
    wide = wide.model_copy(update={"edited_from": first.chunk_id})
    done = chunk_edits.editing(page(edit), wide)  # the stage has run: the chunk begins and ends elsewhere
    assert done["edited"] == first.chunk_id and not done["waiting"]
    assert not chunk_edits.editing(page(edit), passage("The end."))["edited"]
    text = paint.html("chunks", page(edit, chunks=(wide,), chunk_selection=ChunkSelection(method="five_w", query="")))
    assert ">edited by you</span>" in text
    assert f'data-act="edit_chunk" data-id="{first.chunk_id}" data-value=""' in text


def test_an_added_passage_is_named_and_can_be_taken_out():
    add = {"action": "add_chunk", "article_id": "a", "text": "Boats came!"}
    other = {"action": "add_chunk", "article_id": "a", "text": HOSTILE}
    shown = page(
        add, other, chunks=(passage("Boats came!"),), chunk_selection=ChunkSelection(method="five_w", query="")
    )
    text = paint.html("chunks", shown)
    assert ">added by you</span>" in text and 'data-value="Boats came!" data-on=""' in text
    assert "Added by you, shown when recomputed" in text and "<script" not in text


# --- thresholds -----------------------------------------------------------------------------------------------------


def test_thresholds_show_what_holds_and_what_was_changed():
    rows = {t["name"]: t for t in hits_panel.view(page())["thresholds"]}
    assert set(rows) == {"relevance.gate", "events.window_days", "events.min_articles"}, "those that the case knows"
    assert rows["relevance.gate"]["value"] == "0.02" and not rows["relevance.gate"]["changed"]
    own = page({"action": "threshold", "name": "events.window_days", "value": 90})
    changed = next(t for t in hits_panel.view(own)["thresholds"] if t["changed"])
    assert (changed["name"], changed["value"], changed["most"]) == ("events.window_days", "90", "90")


# --- previews -------------------------------------------------------------------------------------------------------

ACTION = {"action": "weight", "channel": "copy", "weight": 3.5, "reason": ""}
RESULT = Preview(
    first_stage="retrieve",
    ranks=(RankChange(article_id="a", before=7, after=2), RankChange(article_id="b", before=2)),
    left=("b",),
    held_back=("b", "c"),
    clusters_before=3,
    clusters_after=2,
    place=AnswerChange(before="Paris", after="Paris", confidence_before="high", confidence_after="high"),
    date=AnswerChange(before="2019", after=""),
)


def asked(result: Preview, overrides: int = 0, case_id: str = "case1") -> Look:
    return Look(preview=adjust.Previewed(case_id, overrides, ACTION, result))


def test_a_preview_says_what_would_change_and_what_stays():
    view = adjust.preview(page(look=asked(RESULT)))
    assert view["label"] == "Set the weight of Copy to 3.5"
    assert view["lines"] == [
        "2 articles of the first move, 0 come among them, 1 leave.",
        "2 fall below the relevance gate.",
        "2 events instead of 3.",
        "Place stays Paris.",
        "Date: not established instead of 2019.",
    ]
    assert [(m["before"], m["after"]) for m in view["moved"]] == [(7, 2), (2, None)] and view["rest"] == 0
    text = paint.html("retrieve", page(look=asked(RESULT)))
    assert "nothing is stored yet" in text and 'data-act="preview_apply"' in text and "<script" not in text
    assert 'value="3.5" data-preview="weight" data-channel="copy"' in text, "the slider stands where it was asked"


def test_a_preview_of_nothing_says_so_and_an_incomplete_one_why():
    assert "Nothing would change" in paint.html("retrieve", page(look=asked(Preview(first_stage="retrieve"))))
    half = paint.html("retrieve", page(look=asked(Preview(first_stage="retrieve", incomplete=HOSTILE))))
    assert "Not all of it could be found out: &lt;script&gt;" in half


def test_a_preview_is_gone_with_the_case_that_it_was_made_for():
    pin = {"action": "pin", "article_id": "b"}
    assert adjust.preview(page(pin, look=asked(RESULT))) is None, "the case has changed since"
    assert adjust.preview(page(look=asked(RESULT, case_id="other"))) is None
    assert adjust.preview(page(pin, look=asked(RESULT, overrides=1))) is not None
