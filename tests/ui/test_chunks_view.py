"""The chunks panel: what each chunk answers, how relevant it is, who else says it, and what the gate holds back."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from newsctx.document import ArchiveInfo, ArticleCard, ChunkSelection, Document, Stages
from newsctx.overrides import parse_override
from newsctx.passages import make_chunk
from newsctx.records import Assessment, Chunk, Inputs, RelevanceResult
from newsctx.ui import chunks_panel, paint
from newsctx.ui.page import Page
from newsctx.workbench import CaseView

HOSTILE = "<img src=x onerror=alert(1)>"
STRONG = Assessment(probability=0.91, level="strong", basis=f"Rank 1 {HOSTILE}")
WEAK = Assessment(probability=0.04, level="weak", basis="Rank 9", passes=False)


ARCHIVE = ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded")


def chunk(article: str = "a", text: str = "One.", **more: object) -> Chunk:
    return make_chunk(article, "body", 0, len(text), text, "ranked", 0.5).model_copy(update=more)


def page(*chunks: Chunk, overrides: tuple = (), articles: dict[str, Assessment] | None = None) -> Page:
    cards = {i: ArticleCard(article_id=i, headline=f"Headline {i}", source=f"Outlet {i}") for i in "abc"}
    cards["h"] = ArticleCard(article_id="h", headline=HOSTILE)
    document = Document(
        version="0", archive=ARCHIVE, articles=cards,
        overrides=tuple(parse_override(o) for o in overrides),
        stages=Stages(
            chunks=chunks, chunk_selection=ChunkSelection(method="five_w", query="q"),
            relevance=RelevanceResult(articles=articles or {}, gate=0.15),
        ),
    )  # fmt: skip
    pictures = SimpleNamespace(article=lambda i: None, thumbnail=lambda i: None)
    case = CaseView(case_id="1", title="t", created="", updated="", inputs=Inputs(), document=document)
    return Page(archive=document.archive, pictures=pictures, case=case)  # type: ignore[arg-type]


def test_each_chunk_shows_what_it_answers_and_all_of_them_together() -> None:
    shown = page(chunk(answers=("who", "when")), chunk("b", "Two.", answers=("where",), relevance=WEAK))
    view = chunks_panel.view(shown)
    assert [c["answers"] for g in view["groups"] for c in g["chunks"]] == [("who", "when"), ("where",)]
    # the second is below the gate: where is not answered by anything in use
    assert [q["name"] for q in view["questions"] if q["answered"]] == ["who", "when"]
    assert (view["kept"], view["total"]) == (1, 2)
    html = paint.html("chunks", shown)
    assert 'title="says who"' in html and "not used unless you keep it" in html


def test_what_the_gate_holds_back_is_told_by_outlet_not_by_id() -> None:
    shown = page()
    article = "e5b73024b40cab7d"
    stages = shown.document.stages.model_copy(
        update={"chunk_selection": ChunkSelection(method="five_w", query="q", note=f"Below the gate: {article}; pin.")}
    )
    cards = {article: ArticleCard(article_id=article, headline="Headline", source="Outlet", published="2018-02-01")}
    document = shown.document.model_copy(update={"stages": stages, "articles": cards})
    view = chunks_panel.view(replace(shown, case=shown.case.model_copy(update={"document": document})))
    assert view["note"] == "Below the gate: Outlet, 1 Feb 2018; pin."


@pytest.mark.parametrize(
    ("decision", "relevance", "used"),
    [("", None, True), ("", STRONG, True), ("", WEAK, False), ("kept", WEAK, True), ("dropped", STRONG, False)],
)
def test_a_chunk_is_used(decision: str, relevance: Assessment | None, used: bool) -> None:
    one = chunk(relevance=relevance)
    overrides = ({"action": "chunk", "chunk_id": one.chunk_id, "decision": decision},) if decision else ()
    assert chunks_panel.used(page(one, overrides=overrides), one) is used


def test_the_level_is_named_and_its_figure_is_on_demand() -> None:
    html = paint.html("chunks", page(chunk(relevance=STRONG)))
    summary, _, rest = html.partition("</summary>")
    assert "strong" in summary[-60:] and "0.91" not in summary
    assert "0.91" in rest.partition("</details>")[0]
    assert HOSTILE not in html and "&lt;img" in html


def test_who_else_says_it_is_named_once() -> None:
    repeats = ("b#body:0-4", "b#body:9-12", "c#body:0-4", "no address")
    shown = page(chunk(repeats=repeats))
    [group] = chunks_panel.view(shown)["groups"]
    assert [a["source"] for a in group["chunks"][0]["also"]] == ["Outlet b", "Outlet c"]
    assert "also in:" in paint.html("chunks", shown)
    assert "also in:" not in paint.html("chunks", page(chunk()))


def test_articles_below_the_gate_are_listed_and_can_be_pinned() -> None:
    ratings = {"a": STRONG, "h": WEAK, "b": WEAK}
    shown = page(chunk(), articles=ratings, overrides=({"action": "pin", "article_id": "b"},))
    view = chunks_panel.view(shown)
    assert [(a["id"], a["pinned"]) for a in view["held"]] == [("h", False), ("b", True)] and view["held_more"] == 0
    html = paint.html("chunks", shown)
    assert 'data-act="pin" data-id="h" data-on="1"' in html and HOSTILE not in html
    many = {f"x{i}": WEAK for i in range(9)}
    assert len(chunks_panel.view(page(articles=many))["held"]) == chunks_panel.HELD
    assert "and 4 more" in paint.html("chunks", page(articles=many))
    assert "No article is above the relevance gate" in paint.html("chunks", page(articles=many))


def test_hostile_texts_are_text() -> None:
    html = paint.html("chunks", page(chunk("h", HOSTILE, repeats=("h#body:0-3",), relevance=STRONG)))
    assert HOSTILE not in html and html.count("&lt;img src=x") >= 3
