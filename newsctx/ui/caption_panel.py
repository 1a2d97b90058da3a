"""Caption: sentences with citations that lead to what they rest on."""

from __future__ import annotations

from typing import Any

from newsctx.records import Caption
from newsctx.ui.page import Page
from newsctx.ui.parts import header

TEMPLATE = "caption.html"
LABELS = {
    "extractive": "Extractive caption: composed only of statements found in the evidence",
    "generated": "Generated caption: written by a language model, check every sentence",
}


def view(page: Page) -> dict[str, Any]:
    """Sentences with numbered citations and the list of sources behind the numbers."""
    caption = page.document.caption if page.document else None
    numbers = citations(caption) if caption else {}
    return {
        **header(page, "caption"),
        "ran": caption is not None,
        "label": LABELS[caption.kind] if caption else "",
        "writer": caption.writer if caption else "",
        "text": caption.text if caption else "",
        "caution": caption.note if caption else "",
        "empty_note": (caption.note if caption else "") or "The evidence holds no statement that a caption could use.",
        "sentences": [
            {
                "text": s.text,
                "citations": [{"number": numbers[i], "target": target(i)} for i in (*s.chunk_ids, *s.metadata_ids)],
            }
            for s in (caption.sentences if caption else ())
        ],
        "sources": [source(page, i, n) for i, n in numbers.items()],
    }


def citations(caption: Caption) -> dict[str, int]:
    """Chunk and metadata ids in the order of their first use, numbered from 1."""
    ids = dict.fromkeys(i for s in caption.sentences for i in (*s.chunk_ids, *s.metadata_ids))
    return {key: number for number, key in enumerate(ids, 1)}


def is_chunk(identifier: str) -> bool:
    """Chunk ids carry their span, `ARTICLE#body:120-310`; metadata ids only a field, `ARTICLE#published`."""
    return ":" in identifier.rpartition("#")[2]


def target(identifier: str) -> str:
    """What the page scrolls to: the chunk, or for metadata the article's card."""
    return f"chunk:{identifier}" if is_chunk(identifier) else f"hit:{identifier.rpartition('#')[0]}"


def source(page: Page, identifier: str, number: int) -> dict[str, Any]:
    """One cited source: its outlet and date, and the passage or the metadata field."""
    article_id, _, place = identifier.rpartition("#")
    card = page.card(article_id)
    chunks = page.document.stages.chunks if page.document else ()
    text = next((c.text for c in chunks if c.chunk_id == identifier), "")
    return {
        "number": number,
        "target": target(identifier),
        "headline": card.headline or "(no headline)",
        "source": card.source,
        "field": place.partition(":")[0],
        "text": text,
        "chunk": is_chunk(identifier),
    }
