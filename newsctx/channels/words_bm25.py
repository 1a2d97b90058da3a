"""Words of the photograph and the note against headline, abstract and body: BM25."""

from __future__ import annotations

from newsctx.archive.index import ArchiveIndex
from newsctx.channels.outcome import no_query, unavailable
from newsctx.channels.query import NO_WORDS
from newsctx.records import ChannelResult
from newsctx.settings import RetrieveSettings

NAME = "words_bm25"


def search(query: str, index: ArchiveIndex, settings: RetrieveSettings) -> ChannelResult:
    """The k best articles that share a word with the query; an article that shares none is no hit."""
    if reason := index.why_not(NAME):
        return unavailable(NAME, reason)
    if not query.strip():
        return no_query(NAME, NO_WORDS)
    return ChannelResult(name=NAME, state="ran", hits=tuple(index.words(query, settings.k)))
