"""Chunks: the passages that the caption may use, also shown where they stand in their article."""

from __future__ import annotations

from typing import Any, get_args

from newsctx.passages import parse_chunk_id
from newsctx.records import Chunk, FiveW
from newsctx.ui import chunk_edits
from newsctx.ui.context_panel import FIELDS, called, level
from newsctx.ui.language import tr
from newsctx.ui.page import Page
from newsctx.ui.parts import brief, evidence, header, whole

TEMPLATE = "chunks.html"
METHODS = {
    "five_w": "close to the query, near the top, and together answering who, what, where, when and why",
    "windows": "the closest windows of sentences, with the first and last sentences (BeyondVision)",
    "sentences": "the closest sentences with their neighbours (EVENTA-H)",
}
QUESTIONS: tuple[FiveW, ...] = get_args(FiveW)
FIVE_W = {"who": "who", "what": "what", "where": "where", "when": "when", "why": "why"}
HELD = 5  # articles below the gate that are listed
ROLES = {"ranked": "ranked", "lead": "lead sentence", "closing": "closing sentence", "analyst": "kept by you"}


def view(page: Page) -> dict[str, Any]:
    """Chunks grouped by article, in the order of their articles."""
    document = page.document
    chunks = document.stages.chunks if document else ()
    selection = document.stages.chunk_selection if document else None
    groups: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        groups.setdefault(chunk.article_id, []).append(chunk)
    return {
        **header(page, "chunks"),
        "ran": selection is not None,
        "method": tr(METHODS[selection.method]) if selection and selection.method in METHODS else "",
        "query": selection.query if selection else "",
        "note": called(page, selection.note) if selection else header(page, "chunks")["note"],
        "groups": [group(page, a, found) for a, found in groups.items()],
        "kept": sum(used(page, c) for c in chunks),
        "total": len(chunks),
        "questions": [
            {"name": tr(FIVE_W[q]), "answered": any(q in c.answers and used(page, c) for c in chunks)}
            for q in QUESTIONS
        ],
        **held_back(page),
    }


def used(page: Page, chunk: Chunk) -> bool:
    """Whether the caption may rest on a chunk: the analyst's word, and without one the relevance gate."""
    own = decision(page, chunk)
    return own == "kept" or (own != "dropped" and (chunk.relevance is None or chunk.relevance.passes))


def held_back(page: Page) -> dict[str, Any]:
    """The first articles of the final order that gave no chunks because they are below the gate."""
    rated = page.document.stages.relevance if page.document else None
    pinned = page.edits.pinned
    below = [a for a, one in rated.articles.items() if not one.passes] if rated else []
    return {
        "held": [{**brief(page, a), **level(rated.articles[a]), "pinned": a in pinned} for a in below[:HELD]]
        if rated
        else [],
        "held_more": max(0, len(below) - HELD),
    }


def decision(page: Page, chunk: Chunk) -> str:
    """What the analyst decided; shown at once, before the stage has run again."""
    return page.edits.chunks.get(chunk.chunk_id, "")


def group(page: Page, article_id: str, chunks: list[Chunk]) -> dict[str, Any]:
    """One article's chunks and its texts with the chunks marked."""
    return {
        **evidence(page, article_id),
        "waiting": chunk_edits.waiting(page, article_id, chunks),
        "passages": len([a for a, _ in page.edits.own_passages if a == article_id]),
        "chunks": [
            {
                "id": c.chunk_id,
                "text": c.text,
                "score": c.score,
                "role": tr(ROLES[c.role]),
                "field": tr(FIELDS[c.field]),
                "decision": decision(page, c),
                "answers": tuple(tr(FIVE_W[q]) for q in c.answers),
                "also": also(page, c),
                "rating": level(c.relevance) if c.relevance else None,
                "used": used(page, c),
                "edit": chunk_edits.editing(page, c),
            }
            for c in chunks
        ],
        "texts": texts(page, article_id, chunks),
    }


def also(page: Page, chunk: Chunk) -> list[dict[str, Any]]:
    """The articles that say the same, each once: their passages are folded into this one."""
    ids = dict.fromkeys(found[0] for r in chunk.repeats if (found := parse_chunk_id(r)))
    return [brief(page, a) for a in ids]


def texts(page: Page, article_id: str, chunks: list[Chunk]) -> list[dict[str, Any]]:
    """The fields of the article that chunks come from, cut into marked and unmarked segments."""
    article = whole(page, article_id)
    if article is None:
        return []
    found = []
    for field in ("headline", "abstract", "body"):
        own = [c for c in chunks if c.field == field]
        text: str = getattr(article, field)
        if own and all(text[c.start : c.end] == c.text for c in own):  # the archive may have changed since
            found.append({"field": tr(FIELDS[field]), "segments": segments(page, text, own)})
    return found


def segments(page: Page, text: str, chunks: list[Chunk]) -> list[dict[str, Any]]:
    """Cut a text at every chunk boundary. A segment is marked where a chunk that was not dropped covers it."""
    cuts = sorted({0, len(text)} | {c.start for c in chunks} | {c.end for c in chunks})
    rows: list[dict[str, Any]] = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        over = [c for c in chunks if c.start <= start and end <= c.end]
        kept = [c for c in over if decision(page, c) != "dropped"]
        mark = "kept" if kept else "dropped" if over else ""
        if rows and rows[-1]["mark"] == mark:
            rows[-1]["text"] += text[start:end]
        else:
            rows.append({"text": text[start:end], "mark": mark})
    return rows
