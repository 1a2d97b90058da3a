"""From a case as the workbench shows it to the answer that a program gets. Pure."""

from __future__ import annotations

from typing import Any

from newsctx.api.answers import (
    ArticleRanked,
    CaptionFound,
    CaseAnswer,
    ClaimFound,
    DateFound,
    EvidenceFound,
    PlaceFound,
    QuoteFound,
    SentenceFound,
    StageFacts,
)
from newsctx.document import Document
from newsctx.quoted import readable, visible, warnings
from newsctx.records import Caption, ClaimCheck, Context, DateAnswer, Hit, PlaceAnswer, Sentence
from newsctx.sensitive import hidden
from newsctx.workbench import CaseView


def case_answer(view: CaseView, page: str, most: int, covered: bool, document: dict[str, Any] | None) -> CaseAnswer:
    """The answer for a case.

    Args:
        page: its address in the workbench.
        most: articles that are named.
        covered: whether its photograph is to be covered.
        document: what of the analysis document goes along.
    """
    facts = CaseAnswer(
        case_id=view.case_id, title=readable(view.title), page=page, created=view.created, updated=view.updated,
        status=view.status, tags=tuple(readable(t) for t in view.tags), archived=view.archived, running=view.running,
        interrupted=view.interrupted, sensitive=covered, document=document,
    )  # fmt: skip
    found = view.document
    return facts.model_copy(update=_results(found, most)) if found else facts


def _results(found: Document, most: int) -> dict[str, Any]:
    context = found.context or Context()
    return {
        "stages": tuple(
            StageFacts(name=s.name, state=s.state, seconds=s.seconds, note=readable(s.note)) for s in found.status
        ),
        "relevance": context.relevance.probability,
        "place": _place(context.place),
        "date": _date(context.date),
        "claim": tuple(_claim(check) for check in context.agreement),
        "conflicts": tuple(readable(c) for c in context.conflicts),
        "caption": _caption(found.caption, found) if found.caption else CaptionFound(),
        "articles": tuple(_article(hit, found) for hit in _ranking(found)[:most]),
        "notices": tuple(readable(n) for n in found.stages.retrieve.notices) if found.stages.retrieve else (),
    }


def part_of(view: CaseView, part: str) -> dict[str, Any] | None:
    """The analysis document as it is exported, or one part of it under its name; None before the first analysis.

    Invisible characters are shown as U+FFFD, see `quoted.visible`.
    """
    if view.document is None:
        return None
    whole = view.document.model_copy(update={"sensitive": tuple(sorted(hidden(view.document)))})
    told = visible(whole.model_dump(mode="json", by_alias=True))
    return told if part == "document" else {part: told[part]}


def _ranking(found: Document) -> tuple[Hit, ...]:
    """The order of the last stage that has run."""
    stages = found.stages
    results = (stages.events, stages.locate, stages.verify, stages.retrieve)
    return next((r.hits for r in results if r is not None), ())


def _article(hit: Hit, found: Document) -> ArticleRanked:
    card = found.articles.get(hit.article_id)
    rated = found.stages.relevance.articles.get(hit.article_id) if found.stages.relevance else None
    told = {
        "headline": readable(card.headline),
        "outlet": readable(card.source),
        "published": card.published.iso if card.published else "",
        "places": tuple(readable(p.label) for p in card.places),
        "url": card.url,
        "warnings": warnings((card.headline,)),
    } if card else {}  # fmt: skip
    return ArticleRanked(
        rank=hit.rank, article_id=hit.article_id, tier=hit.tier, relevance=rated.probability if rated else None,
        level=rated.level if rated else None, basis=readable(rated.basis) if rated else "", **told,
    )  # fmt: skip


def _place(answer: PlaceAnswer) -> PlaceFound:
    found = answer.place
    return PlaceFound(
        place=readable(answer.label), level=found.level if found else "", lat=found.lat if found else None,
        lon=found.lon if found else None, confidence=answer.confidence, basis=answer.basis, share=answer.share,
        article_ids=answer.article_ids, note=readable(answer.note),
    )  # fmt: skip


def _date(answer: DateAnswer) -> DateFound:
    return DateFound(
        date=answer.date.iso if answer.date else "", confidence=answer.confidence, basis=answer.basis,
        share=answer.share, article_ids=answer.article_ids, note=readable(answer.note),
    )  # fmt: skip


def _claim(check: ClaimCheck) -> ClaimFound:
    return ClaimFound(
        item=check.item, claimed=readable(check.claimed), verdict=check.verdict, found=readable(check.found),
        km=check.km, days=check.days, article_ids=check.article_ids, note=readable(check.note),
        quotes=tuple(QuoteFound(article_id=q.article_id, text=readable(q.text)) for q in check.sentences),
    )  # fmt: skip


def _caption(caption: Caption, found: Document) -> CaptionFound:
    return CaptionFound(
        text=readable(caption.text), writer=readable(caption.writer), kind=caption.kind, note=readable(caption.note),
        draft=caption.draft, sentences=tuple(_sentence(s, found) for s in caption.sentences),
    )  # fmt: skip


def _sentence(sentence: Sentence, found: Document) -> SentenceFound:
    passages = {c.chunk_id: c.text for c in found.stages.chunks}
    cited = [
        EvidenceFound(
            id=readable(i),
            article_id=i.rpartition("#")[0],
            text=readable(passages[i] if i in passages else _fact(i, found)),
        )
        for i in (*sentence.chunk_ids, *sentence.metadata_ids)
    ]
    return SentenceFound(
        text=readable(sentence.text), evidence=tuple(cited), problem=readable(sentence.problem),
        not_found=tuple(readable(m.text) for m in sentence.mentions if m.struck),
    )  # fmt: skip


def _fact(address: str, found: Document) -> str:
    """What a metadata id such as `ARTICLE#published` stands for."""
    article_id, _, fact = address.rpartition("#")
    card = found.articles.get(article_id)
    if card is None:
        return ""
    facts = {
        "published": card.published.iso if card.published else "",
        "places": "; ".join(p.label for p in card.places),
        "source": card.source,
    }
    return facts.get(fact, "")
