"""The rank ladder, and what a card says of why an article stands where it stands."""

from __future__ import annotations

import re

import pytest

from newsctx.document import ArchiveInfo, ArticleCard, Document, Stages
from newsctx.overrides import parse_override
from newsctx.records import (
    STAGES,
    ChannelScore,
    ChannelStatus,
    EventsResult,
    Hit,
    Inputs,
    Refinement,
    RetrieveResult,
    StageStatus,
    VerifyResult,
)
from newsctx.ui import actions, hits_panel, ladder, paint, toolbar, why
from newsctx.ui.page import Page
from newsctx.workbench import CaseView

HOSTILE = "<script>alert(1)</script> ${alert(2)} \\n `x` {{y}} \"'"
ARCHIVE = ArchiveInfo(name="small", version="1", articles=30, photos=0, profile="embedded")
IDS = [f"a{i:02}" for i in range(30)]
IMAGE = "c" * 64


class NoPictures:
    def __getattr__(self, name: str):
        return lambda *_: None


def page(stages: Stages | None, **more) -> Page:
    """The page of a case with these results; without any it has no case."""
    status = tuple(StageStatus(name=n, state="fresh", seconds=0.5) for n in STAGES)
    case = stages and CaseView(
        case_id="case1", title="t", created="2026-01-01T00:00:00+00:00", updated="", inputs=Inputs(),
        document=Document(version="0", archive=ARCHIVE, stages=stages, status=status, **more),
    )  # fmt: skip
    return Page(archive=ARCHIVE, pictures=NoPictures(), case=case, channels={"copy": 2.0})


def hits(order: list[str], before: dict[str, int] | None = None, channels=None, **more: dict) -> tuple[Hit, ...]:
    return tuple(
        Hit(
            article_id=a,
            rank=i,
            score=1 / i,
            rank_before=(before or {}).get(a),
            channels=(channels or {}).get(a, {}),
            **more.get(a, {}),
        )
        for i, a in enumerate(order, 1)
    )


def world(overrides: tuple = (), fusion: str = "rrf", first: dict | None = None):
    """30 articles: fused as numbered, a02 refined to the top; the last stage puts a25 first. Copy knows a02 alone."""
    refined = ["a02", "a00", "a01", *IDS[3:]]
    channels = {a: {"visual": ChannelScore(score=1 - i / 100, rank=i + 1)} for i, a in enumerate(IDS) if a != "a25"}
    channels["a02"]["copy"] = ChannelScore(score=0.9, rank=1, evidence=IMAGE, parts={"content": 0.25, "bm25": 0.5})
    fused = {a: i for i, a in enumerate(IDS, 1)}
    last = ["a25", *[a for a in refined if a != "a25"]]
    retrieve = RetrieveResult(
        hits=hits(refined, fused, channels, a02=first or {}),
        channels=(ChannelStatus(name="visual", state="ran"), ChannelStatus(name="copy", state="ran"),
                  ChannelStatus(name="words_note", state="no_query", reason="no note")),
        fusion=fusion, notices=("after:2017 left out 3 articles <b>",),
    )  # fmt: skip
    stages = Stages(retrieve=retrieve, verify=VerifyResult(hits=hits(refined)), events=EventsResult(hits=hits(last)))
    cards = {a: ArticleCard(article_id=a, headline=f"Report {a}", image_id=IMAGE) for a in IDS}
    cards["a01"] = ArticleCard(article_id="a01", headline=HOSTILE)
    return page(stages, articles=cards, overrides=overrides, settings={"refine": {"window_days": 7}})


def line_of(view: dict, article_id: str) -> dict:
    return next(one for one in view["lines"] if one["id"] == article_id)


def test_a_line_goes_through_every_ranking_that_has_the_article() -> None:
    view = ladder.view(world())
    assert [c["title"] for c in view["columns"]] == ["Image to image", "Copy", "Fused", "Refined", "Matches", "Events"]
    assert view["lines"][0]["id"] == "a25" and len(view["lines"]) == ladder.LINES, "the first of the final order"
    line = line_of(view, "a02")
    assert [k["rank"] for k in line["knots"]] == [3, 1, 3, 1, 1, 2]
    assert [c["gap"] for c in line["curves"]] == [False] * 5
    assert line["told"] == "Report a02: Image to image 3, Copy 1; fused 3, refined 1, matches 1, events 2."
    # a25 is in no channel here; the fused list has it at 26, so its line begins there
    assert [k["rank"] for k in line_of(view, "a25")["knots"]] == [26, 26, 26, 1]
    over_copy = line_of(view, "a03")  # copy did not find it: the line passes that column dotted
    assert [c["gap"] for c in over_copy["curves"]][0] is True


def test_better_ranks_stand_higher_and_deep_ones_share_the_band() -> None:
    view = ladder.view(world())
    a02, a25 = line_of(view, "a02")["knots"], line_of(view, "a25")["knots"]
    assert a02[1]["y"] < a02[0]["y"], "rank 1 above rank 3"
    band = view["band"]
    assert all(band["y"] <= k["y"] <= band["y"] + band["height"] for k in a25[:3]) and a25[3]["y"] < band["y"]
    xs = [k["x"] for k in a02]
    assert xs == sorted(xs) and len(set(xs)) == 6


def test_excluded_articles_are_not_drawn_and_pinned_ones_always_are() -> None:
    edits = tuple(parse_override({"action": a, "article_id": i}) for a, i in (("exclude", "a02"), ("pin", "a29")))
    drawn = [one["id"] for one in ladder.view(world(edits))["lines"]]
    assert "a02" not in drawn and drawn[-1] == "a29" and len(drawn) == ladder.LINES + 1
    assert line_of(ladder.view(world(edits)), "a29")["pinned"]


def test_the_table_says_the_same_and_nothing_is_drawn_without_a_ranking() -> None:
    row = next(r for r in ladder.view(world())["table"] if r["id"] == "a25")
    assert row["ranks"] == [None, None, 26, 26, 26, 1]
    assert ladder.view(page(Stages())) is None
    assert ladder.view(page(None)) is None


def test_no_headline_escapes_into_the_drawing() -> None:
    text = paint.html("retrieve", world())
    assert "<script" not in text and "left out 3 articles &lt;b&gt;" in text
    drawing = re.search(r"<svg width=.*?</svg>", text, re.S)
    assert drawing and "&lt;script&gt;" in drawing[0]


def test_a_card_tells_what_a_score_is_made_of_and_who_lifted_the_article() -> None:
    lifts = (
        Refinement(name="temporal", added=0.0042, neighbours=("a05", "a06")),
        Refinement(name="citation", added=0.00002, neighbours=("a07",)),
    )
    shown = world(first={"refinements": lifts, "conflict": 0.25, "reason": "Copy and image to image agree."})
    row = next(r for r in hits_panel.view(shown)["rows"] if r["id"] == "a02")
    copy = next(c for c in row["channels"] if c["name"] == "Copy")
    assert copy["parts"] == [{"name": "text", "score": 0.25}, {"name": "words", "score": 0.5}]
    assert copy["matched"] == "its first photograph"
    week, cited = row["lifts"]
    assert (week["added"], week["why"], week["more"]) == ("+0.004", "same week", 1)
    assert week["first"]["headline"] == "Report a05" and "Report a06" in week["all"]
    assert (cited["added"], cited["why"], cited["more"]) == ("+0.00002", "cited by or citing", 0)
    assert row["conflict"] == 0.25 and row["reasons"][0] == "Copy and image to image agree."
    text = paint.html("retrieve", shown)
    assert "conflict <b" in text and "same week" in text and "Copy and image to image agree." in text
    assert "conflict <b" not in paint.html("retrieve", world()), "no figure where nothing was measured"


@pytest.mark.parametrize("method", list(why.METHODS))
def test_the_way_to_fuse_is_a_choice_that_is_told_and_taken_back(method: str) -> None:
    chosen = world((parse_override({"action": "fusion", "method": method}),), fusion="rrf")
    view = hits_panel.view(chosen)["fusion"]
    assert [m["id"] for m in view["methods"] if m["on"]] == [method] and view["changed"]
    assert 'aria-label="Reset how the channels are combined"' in paint.html("retrieve", chosen)
    plain = hits_panel.view(world(fusion="weighted"))["fusion"]
    assert [m["id"] for m in plain["methods"] if m["on"]] == ["weighted"] and not plain["changed"]
    for value, wanted in ((method, method), ("", None)):  # an empty value takes the choice back
        made = actions.override({"act": "fusion", "value": value})
        assert made == {"action": "fusion", "method": wanted, "reason": ""}
    said = toolbar.view(chosen)
    assert why.METHODS[method][0] in str(said)
