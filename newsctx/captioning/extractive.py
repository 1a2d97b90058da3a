"""News captions without a language model: the article's own sentences, never worded anew."""

from __future__ import annotations

from newsctx.passages import folded, plain
from newsctx.records import Article, ModelInfo
from newsctx.sentences import split

SHORTEST, LONGEST = (
    20,
    300,
)  # characters: a shorter sentence says nothing to see, a longer one is no caption (own choice)
_LEAD = 3  # sentences of the body that count as its lead (own choice)


class ExtractiveCaptioner:
    """The abstract's sentences, then those of the lead, then the headline."""

    info = ModelInfo(slot="news_captioner", name="extractive", digest="extractive-1", device="cpu")

    def write(self, article: Article, most: int) -> tuple[str, ...]:
        """See `NewsCaptioner`."""
        sentences = [*_sentences(article.abstract), *_sentences(article.body)[:_LEAD]]
        fitting = [s for s in sentences if SHORTEST <= len(s) <= LONGEST]
        headline = plain(article.headline)
        found: dict[str, str] = {}
        for text in [*fitting, *([headline] if headline else [])]:
            found.setdefault(folded(text), text)
        return tuple(found.values())[:most]


def _sentences(text: str) -> list[str]:
    return [plain(text[s.start : s.end]) for s in split(text)]
