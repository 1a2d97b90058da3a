"""What a text that somebody gave, the note or the legible text, has in common with an article, word by word."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import Stemmer

from newsctx.records import Article
from newsctx.words import content_words


class Shared(NamedTuple):
    """Content words of the query that stand in the article's texts, and all that the query has."""

    found: int
    asked: int

    @property
    def share(self) -> float:
        """0..1; 0 for a query without content words."""
        return self.found / self.asked if self.asked else 0.0

    def strength(self, half: float) -> float:
        """0..1: the share, the less certain the fewer words there are; one of `half` words counts half."""
        return self.share * self.found / (self.found + half) if self.found else 0.0


def shared(query: str, article: Article) -> Shared:
    """English endings do not count (Porter's stemmer)."""
    asked = _stems(query)
    return Shared(len(asked & vocabulary(article)), len(asked))


def vocabulary(article: Article) -> frozenset[str]:
    """The stems of an article's texts and places."""
    captions = (i.caption for i in article.images)
    return _stems("\n".join((article.headline, article.abstract, article.body, article.location_text, *captions)))


@lru_cache(maxsize=256)
def _stems(text: str) -> frozenset[str]:
    words = content_words(text)
    return frozenset(_stemmer().stemWords(list(words)))


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
