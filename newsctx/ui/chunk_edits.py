"""Passages by hand: what an analyst edited or added, and the words of the article around a passage."""

from __future__ import annotations

import re
from typing import Any
from zlib import crc32

from newsctx.passages import field_text, folded
from newsctx.records import Article, Chunk
from newsctx.ui.page import Page
from newsctx.ui.parts import whole

AROUND = 280  # characters looked at before and after a passage
_END = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*(?=\s|$)|\n")


def editing(page: Page, chunk: Chunk) -> dict[str, Any]:
    """The form that edits a passage.

    `edited`: id of the chunk whose edit this is, "" where it is as it was chosen; `waiting`: the edit is made and the
    stage has not run since; `version` changes with the text that the form holds.
    """
    made = page.edits.passages
    edited = chunk.edited_from if chunk.edited_from in made else chunk.chunk_id if chunk.chunk_id in made else ""
    text = made[edited] if edited else chunk.text
    article = whole(page, chunk.article_id)
    before, after = around(article, chunk) if article else ("", "")
    return {
        "edited": edited,
        "waiting": bool(edited) and folded(text) != folded(chunk.text),
        "text": text,
        "before": before,
        "after": after,
        "version": crc32(text.encode("utf-8", "replace")),
        "own": own(page, chunk.article_id, chunk.text),
    }


def own(page: Page, article_id: str, text: str) -> str:
    """The words as the analyst added them, where this passage is one that was added."""
    return next((t for a, t in page.edits.own_passages if a == article_id and folded(t) == folded(text)), "")


def waiting(page: Page, article_id: str, chunks: list[Chunk]) -> list[str]:
    """Passages that the analyst added to an article and that are not among its chunks (yet)."""
    there = {folded(c.text) for c in chunks}
    return [t for a, t in page.edits.own_passages if a == article_id and folded(t) not in there]


def around(article: Article, chunk: Chunk) -> tuple[str, str]:
    """The sentence before a passage and the one after it; empty at the edges of the text, or where the text has changed
    since the passage was chosen.
    """
    text = field_text(article, chunk.field)
    if text[chunk.start : chunk.end] != chunk.text:
        return "", ""
    before, after = text[max(0, chunk.start - AROUND) : chunk.start].rstrip(), text[chunk.end :][:AROUND]
    ends = [m.end() for m in _END.finditer(before[:-1])]
    first = before[ends[-1] :] if ends else ("…" if chunk.start > AROUND else "") + before
    end = _END.search(after.lstrip())
    last = after.lstrip()[: end.end()] if end else after.lstrip() + ("…" if len(text) > chunk.end + AROUND else "")
    return first.strip(), last.strip()
