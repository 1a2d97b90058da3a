"""The analyst's note against headline, abstract, body and photo captions; phrases have to occur, `-words` must not."""

from __future__ import annotations

from collections.abc import Sequence

from newsctx.archive.index import ArchiveIndex
from newsctx.archive.words import tokens, units
from newsctx.channels import words
from newsctx.encoders import SentenceEncoder
from newsctx.records import Article, ChannelResult
from newsctx.settings import Settings
from newsctx.wordquery import WordQuery

NAME = "words_note"
NO_NOTE = "no note"
ONLY_FILTERS = "the note holds nothing to search with, only what to leave out"


def search(
    query: WordQuery,
    index: ArchiveIndex,
    encoder: SentenceEncoder | None,
    settings: Settings,
    articles: words.Articles,
) -> ChannelResult:
    """The k best articles for a note that was read.

    Args:
        articles: reads articles by id; asked only where phrases or `-words` have to be looked for.
    """
    phrases = {p: found for p in query.phrases if (found := units(p))}
    without = {p: found for p in query.without if (found := units(p))}
    check = None
    if phrases or without:
        asked = _Asked(phrases, without)
        holding = tuple(t for p in phrases for t in _in_the_index(p))
        check = words.TextCheck(asked.accept, articles, holding, () if holding else tuple(phrases))
    filters = query.places or query.after or query.before or query.without or query.notices
    return words.search(NAME, query.text, index, encoder, settings, ONLY_FILTERS if filters else NO_NOTE, check)


def _in_the_index(phrase: str) -> list[str]:
    """The terms under which articles with a phrase are found.

    A lone character of a script without spaces is left out: the index holds pairs.
    """
    return [t for t in tokens(phrase) if len(t) > 1 or t.isascii()]


class _Asked:
    """Phrases that a text has to hold, and words and phrases that it must not."""

    def __init__(self, phrases: dict[str, list[str]], without: dict[str, list[str]]) -> None:
        self.phrases = {p: _line(u) for p, u in phrases.items()}
        self.without = [_line(u) for u in without.values()]

    def accept(self, article: Article) -> str | None:
        """Where the first phrase stands; empty where none was asked for; None where the article fails."""
        fields = {name: _line(units(text)) for name, text in _fields(article)}
        if any(line in text for line in self.without for text in fields.values()):
            return None
        told = ""
        for phrase, line in self.phrases.items():
            name = next((n for n, text in fields.items() if line in text), None)
            if name is None:
                return None
            told = told or f'"{phrase}" in the {name}'
        return told


def _fields(article: Article) -> list[tuple[str, str]]:
    """A phrase does not run from one of them into the next."""
    captions = [(f"caption of photo {n}", i.caption) for n, i in enumerate(article.images, 1)]
    texts = [("headline", article.headline), ("abstract", article.abstract), ("body", article.body), *captions]
    return [(name, text) for name, text in texts if text]


def _line(found: Sequence[str]) -> str:
    return f" {' '.join(found)} "  # no unit holds a space
