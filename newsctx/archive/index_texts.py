"""Which texts of an article each part of the index reads."""

from __future__ import annotations

from newsctx.encoders.sentence import SentenceEncoder
from newsctx.records import Article
from newsctx.settings import IndexSettings

REVISION = 2  # raised when a text here changes: older indexes still serve, the next index run writes the parts anew


def words(article: Article) -> str:
    """For BM25: headline, abstract, body and photo captions."""
    captions = (i.caption for i in article.images)
    return "\n".join(t for t in (article.headline, article.abstract, article.body, *captions) if t)


def sentences(article: Article, encoder: SentenceEncoder, settings: IndexSettings) -> list[tuple[int, str]]:
    """For words_dense: (0, headline + abstract) and (i, i-th body passage).

    The encoder reads 256 word pieces, so a body in one vector would be its first paragraphs only; an article scores by
    its best passage (MaxP, Dai and Callan 2019).
    """
    lead = "\n".join(t.strip() for t in (article.headline, article.abstract) if t.strip())
    passages = encoder.passages(article.body, settings.passage_overlap, settings.passages)
    return ([(0, lead)] if lead else []) + list(enumerate(passages, 1))


def captions(article: Article) -> list[str]:
    """For image_text: news captions and photo captions; the abstract, else the headline, where there are none."""
    texts = [c.strip() for c in (*article.captions, *(i.caption for i in article.images)) if c.strip()]
    fallback = article.abstract.strip() or article.headline.strip()
    return list(dict.fromkeys(texts)) or ([fallback] if fallback else [])


def location(article: Article, settings: IndexSettings) -> str:
    """For the location scorer: `An image from Paris (France) ; Lyon`; empty without places (NewsRECON sec. 2)."""
    return settings.location_template.format(keywords=article.location_text) if article.places else ""
