"""A caption without a language model: sentences cut out of the evidence, and dated and placed by its metadata.

Nothing is worded anew but three fixed frames ("Location: ...", "Reported by ... on ...", "Date set by the analyst:
..."), which are filled with values that the evidence holds. Attributions stay: without "police said" a claim would
become a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from newsctx.passages import folded, plain
from newsctx.records import Article, Caption, ModelInfo, PartialDate, Place, Sentence
from newsctx.settings import CaptionSettings
from newsctx.votes import contains
from newsctx.writers.base import CaptionEvidence
from newsctx.writers.selection import Candidate, best, candidates

_MONTHS = "January February March April May June July August September October November December"
_LOW = "Low confidence: the archive may hold nothing of this moment; check before you use any of this."
_WEAK = (
    "No archived photograph matches this one: the text is from the best-ranked article and may be about something else."
)


class ExtractiveWriter:
    """Composes captions of quoted sentences and metadata lines, each cited."""

    kind = "extractive"

    def __init__(self) -> None:
        self.info = ModelInfo(slot="caption_writer", name="extractive", digest="extractive-1", device="cpu")

    def write(self, evidence: CaptionEvidence, settings: CaptionSettings) -> Iterator[Caption]:
        """Yield the caption sentence by sentence; an empty one with the reason where there is no evidence."""
        lead = _lead_article(evidence)
        if lead is None:
            yield Caption(writer="extractive", note=_nothing(evidence))
            return
        article, sure = lead
        note = "" if sure else _WEAK
        if not sure and "low" in (evidence.context.place.confidence, evidence.context.date.confidence):
            note = f"{_LOW} {_WEAK}"
        sentences = _compose(article, evidence, settings.max_sentences)
        for n in range(1, len(sentences) + 1):
            part = tuple(sentences[:n])
            yield Caption(text=" ".join(s.text for s in part), sentences=part, writer="extractive", note=note)


def _lead_article(evidence: CaptionEvidence) -> tuple[Article, bool] | None:
    """The best-ranked article with a chosen passage, and whether it is pinned or matched."""
    cited = {c.article_id for c in evidence.chunks}
    for hit in evidence.hits:
        if hit.article_id in cited and hit.article_id in evidence.articles:
            return evidence.articles[hit.article_id], hit.tier != "ranked"
    return None


def _compose(article: Article, evidence: CaptionEvidence, limit: int) -> list[Sentence]:
    """Who and what first, then where (if the quoted sentence does not say it), then when; what room is left is
    background.
    """
    found = candidates(article, [c for c in evidence.chunks if c.article_id == article.article_id])
    ranked = best(article, found)
    quoted = [ranked[0].sentence] if ranked else [_headline(article)] if plain(article.headline) else []
    where = _where(evidence, " ".join(s.text for s in quoted))
    frames = [s for s in (where, _when(article, evidence)) if s]
    room = limit - len(quoted) - len(frames)
    quoted += [c.sentence for c in _in_order(ranked[1 : 1 + max(room, 0)])]
    return (quoted + frames[: max(limit - len(quoted), 0)])[:limit]


def _in_order(chosen: list[Candidate]) -> list[Candidate]:
    return sorted(chosen, key=lambda c: c.position)


def _headline(article: Article) -> Sentence:
    text = plain(article.headline)
    return Sentence(
        text=text if text.endswith((".", "!", "?", "。")) else f"{text}.",
        metadata_ids=(f"{article.article_id}#headline",),
    )


def _where(evidence: CaptionEvidence, said: str) -> Sentence | None:
    """The established place; None where the quoted text names it, or no chosen passage does.

    A continent is no place for a caption, and a place that a linker alone saw may be its mistake.
    """
    answer = evidence.context.place
    if answer.place is None:
        return None
    if answer.basis == "analyst":
        return Sentence(
            text=f"Location set by the analyst: {plain(answer.place.label)}.", metadata_ids=("analyst#place",)
        )
    ids = tuple(f"{i}#places" for i in answer.article_ids if _has(evidence.articles, i, "places"))
    if not ids or answer.place.level == "continent" or _names(said, answer.place.name):
        return None
    if not _grounded(answer.place, answer.article_ids, evidence):
        return None
    return Sentence(text=f"Location: {plain(answer.place.label)}.", metadata_ids=ids)


def _when(article: Article, evidence: CaptionEvidence) -> Sentence | None:
    """When and by whom it was reported, or the analyst's date."""
    answer = evidence.context.date
    if answer.basis == "analyst" and answer.date:
        return Sentence(text=f"Date set by the analyst: {spoken(answer.date)[1]}.", metadata_ids=("analyst#date",))
    by = f" by {plain(article.source)}" if plain(article.source) else ""
    on = f" {' '.join(spoken(article.published))}" if article.published else ""
    ids = [f"{article.article_id}#{field}" for field, there in (("source", by), ("published", on)) if there]
    return Sentence(text=f"Reported{by}{on}.", metadata_ids=tuple(ids)) if ids else None


def spoken(value: PartialDate) -> tuple[str, str]:
    """Preposition and date in words: ("on", "27 December 2017"), ("in", "December 2017"), ("in", "the 2010s")."""
    if value.decade:
        return "in", f"the {value.iso}"
    month = _MONTHS.split()[value.month - 1] if value.month else ""
    parts = [str(value.day) if value.day else "", month, str(value.year)]
    return "on" if value.day else "in", " ".join(p for p in parts if p)


def _grounded(place: Place, article_ids: tuple[str, ...], evidence: CaptionEvidence) -> bool:
    """True where the archive was given the place, or a headline or chosen passage of its articles names it."""
    supporting = [evidence.articles[i] for i in article_ids if i in evidence.articles]
    if any(p.source == "given" and p.place and contains(place, p.place) for a in supporting for p in a.places):
        return True
    read = [a.headline for a in supporting] + [c.text for c in evidence.chunks if c.article_id in article_ids]
    return any(_names(text, place.name) for text in read)


def _names(text: str, name: str) -> bool:
    """True where the name stands in the text as whole words."""
    return bool(re.search(rf"(?<!\w){re.escape(folded(name))}(?!\w)", folded(text)))


def _has(articles: Mapping[str, Article], article_id: str, field: str) -> bool:
    return article_id in articles and bool(getattr(articles[article_id], field))


def _nothing(evidence: CaptionEvidence) -> str:
    if not evidence.hits:
        return "not established: no channel found an article for this photograph."
    if not any(h.article_id in evidence.articles for h in evidence.hits):
        return f"not established: none of the {len(evidence.hits)} articles found could be read."
    return f"not established: {len(evidence.hits)} article(s) found, but no passage of them is chosen as evidence."
