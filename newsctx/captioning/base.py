"""What writes news captions and what judges visual events: the interfaces, for language models and what stands in."""

from __future__ import annotations

from typing import Protocol

from newsctx.cache import digest
from newsctx.records import Article, ModelInfo, Record


class NewsCaptioner(Protocol):
    """Writes short texts that describe a photograph which could illustrate an article."""

    info: ModelInfo

    def write(self, article: Article, most: int) -> tuple[str, ...]:
        """At most `most` captions, different ones, best first; none where the article has no text."""
        ...


class Judgement(Record):
    """Whether an article is about a visual, observable event; None: not decided, which keeps it."""

    visual: bool | None
    reason: str


class VisualJudge(Protocol):
    """Tells visual, observable events from other news (NewsRECON: category 1 of a classifier)."""

    info: ModelInfo

    def judge(self, article: Article) -> Judgement: ...


def text_digest(article: Article) -> str:
    """Changes with the text that captions are made from."""
    return digest(article.headline, article.abstract, article.body)


def judged_digest(article: Article) -> str:
    """Changes with the text that judgements are made from: also the captions of the article's photographs."""
    return digest(text_digest(article), [i.caption for i in article.images])
