"""Meaning of the photograph's text and the note against headline + abstract and body passages: sentence vectors."""

from __future__ import annotations

from newsctx.archive.index import ArchiveIndex, cut
from newsctx.channels.outcome import no_query, ran, unavailable
from newsctx.channels.query import NO_WORDS
from newsctx.encoders import SentenceEncoder
from newsctx.records import ChannelResult
from newsctx.settings import RetrieveSettings

NAME = "words_dense"


def search(
    query: str, index: ArchiveIndex, encoder: SentenceEncoder | None, settings: RetrieveSettings
) -> ChannelResult:
    """The k articles with the passage nearest in meaning, down to `settings.dense_floor`."""
    reason = index.why_not(NAME)
    if reason or encoder is None:
        return unavailable(NAME, reason or "no sentence encoder is loaded")
    if not query.strip():
        return no_query(NAME, NO_WORDS)
    nearest = index.nearest(NAME, encoder.encode([query])[0], settings.k, settings.probes)
    found = cut(nearest, settings.dense_floor)
    return ran(
        NAME, found, {h.article_id: f"body passage {h.tag}" if h.tag else "headline and abstract" for h in found}
    )
