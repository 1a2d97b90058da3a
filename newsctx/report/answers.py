"""The answers of a report: where and when, who decided, how sure, and what the claim says against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from newsctx.audit import NOBODY
from newsctx.case_records import OverrideMade
from newsctx.corroboration import camera_day
from newsctx.document import Document
from newsctx.records import ClaimCheck, DateAnswer, PartialDate, Place, PlaceAnswer
from newsctx.report import facts, words

_ITEMS = {"text": "text", "place": "place", "date": "date"}
_SIDES = tuple(words.SIDES)


def place(document: Document, made: Sequence[OverrideMade]) -> facts.AnswerFacts:
    answer = document.context.place if document.context else PlaceAnswer()
    where = answer.place
    at = f"{where.lat:.3f}, {where.lon:.3f}" if where and where.lat is not None and where.lon is not None else ""
    return _answer(document, answer, "place", answer.label, where.level if where else "", made, at)


def date(document: Document, made: Sequence[OverrideMade]) -> facts.AnswerFacts:
    answer = document.context.date if document.context else DateAnswer()
    return _answer(document, answer, "date", words.day(answer.date), answer.date.precision if answer.date else "", made)


def _answer(
    document: Document,
    answer: PlaceAnswer | DateAnswer,
    item: Literal["place", "date"],
    value: str,
    level: str,
    made: Sequence[OverrideMade],
    at: str = "",
) -> facts.AnswerFacts:
    decided, reason = _decided(answer, item, made)
    note = answer.note if document.context else "The evidence has not been weighed: this stage has not run."
    return facts.AnswerFacts(
        item=item, value=value, level=words.LEVELS.get(level, ""), basis=answer.basis, decided=decided, reason=reason,
        confidence=answer.confidence, confidence_words=words.CONFIDENCE[answer.confidence], note=note,
        article_ids=answer.article_ids, position=at,
        alternatives=tuple(
            facts.Alternative(label=s.label, share=s.share, article_ids=s.article_ids) for s in answer.alternatives
        ),
    )  # fmt: skip


def _decided(answer: PlaceAnswer | DateAnswer, item: str, made: Sequence[OverrideMade]) -> tuple[str, str]:
    if answer.basis == "evidence":
        return "newsctx, from the evidence", ""
    if answer.basis == "none":
        return "nobody: not established", ""
    mine = [o for o in made if o.state == "live" and o.override.action == f"set_{item}"]
    if not mine:
        return "an analyst", ""
    who = "an analyst who gave no name" if mine[-1].who in ("", NOBODY) else mine[-1].who
    return f"{who}, {words.moment(mine[-1].made)}", mine[-1].override.reason


def relevance(document: Document) -> str:
    """How probable it is that the first article is of this moment, in one sentence."""
    if document.context is None:
        return ""
    p = document.context.relevance.probability
    if p is None:
        return document.context.relevance.unavailable
    return f"P = {p:.2f} that the best-ranked article is of this moment."


def checks(document: Document) -> tuple[facts.CheckFacts, ...]:
    return tuple(_check(c) for c in document.context.agreement) if document.context else ()


def _check(one: ClaimCheck) -> facts.CheckFacts:
    apart = [f"{round(one.km):,} km apart"] if one.km is not None else []
    if one.days is not None:
        apart.append(f"{words.count(abs(one.days), 'day')} apart" if one.days else "same day")
    return facts.CheckFacts(
        item=_ITEMS[one.item], claimed=one.claimed, verdict=one.verdict, found=one.found, distance=", ".join(apart),
        note=one.note, article_ids=one.article_ids, quotes=tuple((q.article_id, q.text) for q in one.sentences),
    )  # fmt: skip


def witnesses(document: Document) -> tuple[facts.WitnessFacts, ...]:
    """Independent channels that say something of place or date, those against the answer first."""
    found = []
    for one in document.context.corroboration if document.context else ():
        for w in sorted(one.witnesses, key=lambda w: _SIDES.index(w.side)):
            if w.says and w.side != "silent":
                found.append(
                    facts.WitnessFacts(
                        item=one.item, who=words.WITNESSES[w.channel], says=w.says, side=words.SIDES[w.side],
                        note=w.note,
                    )
                )  # fmt: skip
    return tuple(found)


def marks(document: Document, claimed: Place | None) -> tuple[facts.MarkFacts, ...]:
    """Claim, camera and answer, as far as they have a position or a date; `claimed`: where the claimed place lies."""
    claim, photo, context = document.inputs.claim, document.photo, document.context
    camera = photo.camera if photo else None
    spot = camera if camera and camera.lat is not None else None
    answer = context.place.place if context else None
    found = [
        _mark("claimed", claim.place, claimed.lat if claimed else None, claimed.lon if claimed else None, claim.date),
        _mark(
            "camera", "position in the file" if spot else "", spot.lat if spot else None, spot.lon if spot else None,
            camera_day(photo) if photo else None,
        ),
        _mark(
            "answer", context.place.label if context else "", answer.lat if answer else None,
            answer.lon if answer else None, context.date.date if context else None,
        ),
    ]  # fmt: skip
    return tuple(m for m in found if m.lat is not None or m.date)


def _mark(
    kind: Literal["claimed", "camera", "answer"],
    label: str,
    lat: float | None,
    lon: float | None,
    when: PartialDate | None,
) -> facts.MarkFacts:
    return facts.MarkFacts(
        kind=kind, label=label, lat=lat, lon=lon, date=words.day(when),
        first=when.first.isoformat() if when else "", last=when.last.isoformat() if when else "",
    )  # fmt: skip
