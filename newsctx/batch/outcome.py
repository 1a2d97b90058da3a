"""From an analysis to its line in the table of a batch."""

from __future__ import annotations

from newsctx.batch.records import Outcome, Verdict
from newsctx.batch.store import first_line
from newsctx.case_words import found
from newsctx.document import Document
from newsctx.records import Context


def outcome(document: Document) -> Outcome:
    """What the analysis came to. Without an answer `abstained` says why, in the words of its notes."""
    context, caption = document.context, document.caption
    said = found(document.model_dump(mode="json", include={"context", "caption"}))
    hits = document.stages.events.hits if document.stages.events else ()
    best = hits[0].article_id if hits else ""
    card = document.articles.get(best)
    accepted = document.stages.verify.matches if document.stages.verify else ()
    matched = any(m.accepted and m.relation == "photo" and m.article_id == best for m in accepted)
    return Outcome(
        verdict=_verdict(context) if context else "",
        place=said.place, date=said.date, caption=first_line(said.caption),
        confidence=(context.place.confidence or context.date.confidence) if context else "",
        abstained=_abstained(context, caption.note if caption else ""),
        article_id=best, article=card.headline[:300] if card else "", source=card.source[:100] if card else "",
        matched=bool(best) and matched,
    )  # fmt: skip


def _verdict(context: Context) -> Verdict:
    checks = {c.verdict for c in context.agreement}
    if "contradicted" in checks:
        return "contradicted"
    if "supported" in checks:
        return "supported"
    answers = bool(context.place.place) + bool(context.date.date)
    return ("not_established", "partly", "established")[answers]  # type: ignore[return-value]


def _abstained(context: Context | None, caption: str) -> str:
    """Why there is neither place nor date."""
    if context is None or context.place.place or context.date.date:
        return ""
    found = next((n for n in (context.place.note, context.date.note, caption) if n), "")
    return found[:300] or "The evidence found was not enough for an answer."
