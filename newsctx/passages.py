"""Passages of articles by address: `ARTICLE#field:start-end`, the ids that captions cite and decisions name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import get_args

from newsctx.records import Article, Chunk, ChunkField

_ID = re.compile(
    rf"(?P<article>.+)#(?P<field>{'|'.join(get_args(ChunkField))}):(?P<start>\d{{1,9}})-(?P<end>\d{{1,9}})", re.S
)


def chunk_id(article_id: str, field: ChunkField, start: int, end: int) -> str:
    """Address of characters start..end (end exclusive) of a field."""
    return f"{article_id}#{field}:{start}-{end}"


def parse_chunk_id(address: str) -> tuple[str, ChunkField, int, int] | None:
    """(article id, field, start, end), or None for text that is no address."""
    found = _ID.fullmatch(address)
    if not found or int(found["end"]) <= int(found["start"]):
        return None
    return found["article"], found["field"], int(found["start"]), int(found["end"])  # type: ignore[return-value]


def field_text(article: Article, field: ChunkField) -> str:
    """The text that offsets of a field count in; captions of the photographs stand one on a line, in order."""
    if field == "caption":
        return "\n".join(i.caption for i in article.images if i.caption.strip())
    return getattr(article, field)


def make_chunk(
    article_id: str, field: ChunkField, start: int, end: int, text: str, role: str, score: float | None = None
) -> Chunk:
    """A chunk whose id says where it stands."""
    address = chunk_id(article_id, field, start, end)
    return Chunk(
        chunk_id=address, article_id=article_id, field=field, start=start, end=end, text=text, role=role, score=score
    )


def chunk_at(address: str, articles: Mapping[str, Article]) -> Chunk | None:
    """The passage that an analyst named; None where the article is not among the hits any more or has become
    shorter.
    """
    parsed = parse_chunk_id(address)
    if not parsed or parsed[0] not in articles:
        return None
    article_id, field, start, end = parsed
    text = field_text(articles[article_id], field)[start:end]
    return make_chunk(article_id, field, start, end, text, "analyst") if len(text) == end - start else None


def main_field(article: Article) -> ChunkField | None:
    """The body; where it is empty the abstract, then the headline; None for an article without text."""
    fields: tuple[ChunkField, ...] = ("body", "abstract", "headline")
    return next((f for f in fields if field_text(article, f).strip()), None)


def plain(text: str) -> str:
    """One line of plain text: control and formatting characters removed, white space folded.

    Formatting characters (category Cf) include the bidirectional overrides that can make a text read as another.
    Zero-width joiners stay: Indic and Arabic scripts are spelled with them.
    """
    kept = "".join(
        " "
        if c.isspace()
        else ""
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in "\u200c\u200d"
        else c
        for c in text
    )
    return " ".join(kept.split())


def folded(text: str) -> str:
    """Normalised for comparison: plain, compatibility forms folded, case folded."""
    return plain(unicodedata.normalize("NFKC", text)).casefold()
