"""A claim against the answers: supported, contradicted or not addressed, item by item, each with its sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_args

from newsctx.claim_text import Said, compared
from newsctx.dates import covers, days_between
from newsctx.places import distance_km
from newsctx.quotes import covering, naming_date, naming_place, published_quote
from newsctx.records import Article, Claim, ClaimCheck, DateAnswer, Place, PlaceAnswer, Quote
from newsctx.settings import ContextSettings
from newsctx.votes import chain, contains
from newsctx.words import content_words, negated


def check_claim(
    claim: Claim,
    place: PlaceAnswer,
    date: DateAnswer,
    evidence: Sequence[Article],
    resolve: Callable[[str], Place | None],
    settings: ContextSettings,
) -> tuple[ClaimCheck, ...]:
    """One row for each item that the claim has; none for an empty claim.

    Args:
        evidence: the articles that the answers rest on and those that could say otherwise, best first; sentences are
            quoted from them alone.
    """
    rows: list[ClaimCheck] = []
    if claim.text.strip():
        rows.append(_text(claim.text, evidence, settings))
    if claim.place.strip():
        row = _place(claim.place, place, resolve, settings)
        quotes = _place_quotes(row, resolve(claim.place), place, evidence, settings.quotes)
        rows.append(row.model_copy(update={"sentences": quotes}))
    if claim.date:
        row = _date(claim, date, settings)
        rows.append(row.model_copy(update={"sentences": _date_quotes(row, claim, date, evidence, settings)}))
    return tuple(rows)


def _place_quotes(
    row: ClaimCheck, claimed: Place | None, answer: PlaceAnswer, evidence: Sequence[Article], most: int
) -> tuple[Quote, ...]:
    """Sentences that name the answer; where it contradicts the claim also those that name the claimed place."""
    behind = [a for a in evidence if a.article_id in answer.article_ids]
    said = naming_place(behind, answer.place, most) if answer.place else ()
    if claimed is None or row.verdict == "supported":
        return said
    other = naming_place(evidence, claimed, most)
    half = said[: most - min(len(other), most // 2)]
    return (*half, *(q for q in other if q not in half))[:most]


def _date_quotes(
    row: ClaimCheck, claim: Claim, answer: DateAnswer, evidence: Sequence[Article], settings: ContextSettings
) -> tuple[Quote, ...]:
    """What dates the answer's articles, and where it is not the claim's, what says the claimed date."""
    most, claimed = settings.quotes, claim.date
    behind = [a for a in evidence if a.article_id in answer.article_ids and a.published]
    said = tuple(published_quote(a) for a in behind)[:most]
    if claimed is None:
        return said
    other = naming_date(evidence, claimed, 0 if row.verdict != "supported" else settings.date_tolerance_days, most)
    half = said[: most - min(len(other), most // 2)]
    return (*half, *(q for q in other if q not in half))[:most]


def _place(
    text: str, answer: PlaceAnswer, resolve: Callable[[str], Place | None], settings: ContextSettings
) -> ClaimCheck:
    claimed = resolve(text)
    if answer.place is None or claimed is None:
        why = "The gazetteer does not know the claimed place." if claimed is None else "No place is established."
        found = answer.place.label if answer.place else ""
        return ClaimCheck(item="place", claimed=text, verdict="not_addressed", found=found, note=why)
    row = {"item": "place", "claimed": text, "found": answer.place.label, "article_ids": answer.article_ids}
    km = distance_km(claimed, answer.place)
    row["km"] = None if km is None else round(km, 1)
    if contains(claimed, answer.place):
        return ClaimCheck(**row, verdict="supported", note=_level_note(claimed, answer.place))
    if contains(answer.place, claimed):
        note = f"Only as far as the {answer.place.level}: the evidence does not reach the claimed {claimed.level}."
        reaches = answer.place.level != "continent"  # the same continent supports no claim worth checking
        return ClaimCheck(**row, verdict="supported" if reaches else "not_addressed", note=note)
    fine = {claimed.level, answer.place.level} <= {"venue", "city"}
    if fine and km is not None and km <= settings.place_tolerance_km:
        return ClaimCheck(**row, verdict="supported", note=f"Within {settings.place_tolerance_km:g} km.")
    return ClaimCheck(**row, verdict="contradicted", note=_common_note(claimed, answer.place))


def _level_note(claimed: Place, found: Place) -> str:
    return "" if claimed.level == found.level else f"The claim names the {claimed.level}; the evidence is finer."


def _common_note(a: Place, b: Place) -> str:
    shared = [n for n in chain(a).values() if n in chain(b).values()]
    return f"Both lie in the same {shared[0][0]}." if shared else ""


def _date(claim: Claim, answer: DateAnswer, settings: ContextSettings) -> ClaimCheck:
    claimed = claim.date
    assert claimed is not None
    if answer.date is None:
        return ClaimCheck(item="date", claimed=claimed.iso, verdict="not_addressed", note="No date is established.")
    days = days_between(claimed, answer.date)
    row = {
        "item": "date",
        "claimed": claimed.iso,
        "found": answer.date.iso,
        "days": days,
        "article_ids": answer.article_ids,
    }
    if days == 0:
        same = claimed.precision == answer.date.precision
        finer = covers(answer.date, claimed) and not same
        note = f"Only as far as the {answer.date.precision}." if finer else ""
        reaches = not finer or answer.date.precision != "decade"
        return ClaimCheck(**row, verdict="supported" if reaches else "not_addressed", note=note)
    if days <= settings.date_tolerance_days:
        return ClaimCheck(**row, verdict="supported", note=f"Within {settings.date_tolerance_days} days.")
    earlier = claimed.last < answer.date.first
    note = f"The claim is {days} days {'before' if earlier else 'after'} the answer."
    if earlier and answer.basis == "evidence":
        note += " Coverage can print older pictures: check whether this one was taken before."
    return ClaimCheck(**row, verdict="contradicted", note=note)


def _text(text: str, evidence: Sequence[Article], settings: ContextSettings) -> ClaimCheck:
    """Supported where an article says it in one sentence and none denies or doubts it; contradicted where one denies
    it plainly and none says it (see `newsctx.claim_text`).
    """
    row: dict[str, Any] = {"item": "text", "claimed": text, "verdict": "not_addressed"}
    words = content_words(text)
    if not evidence or not words:
        why = "No article to compare with." if words else "The claim has no words to compare."
        return ClaimCheck(**row, note=why)
    if negated(text):
        why = "the claim has a negation: read the evidence."
        return _uncompared(row, words, evidence, why, settings.quotes)
    pairs = [(a, found) for a in evidence if (found := compared(text, a, settings.claim_word_share))]
    by_kind = {kind: [p for p in pairs if p[1].said == kind] for kind in get_args(Said)}
    first = next((by_kind[kind][0] for kind in get_args(Said) if by_kind[kind]), None)
    if first is None or len(words) < 2:
        return _uncompared(row, words, evidence, "too few in one sentence to tell; read the evidence.", settings.quotes)
    quotes = [q for kind in ("denies", "doubts", "says") for _, found in by_kind[kind][:1] for q in found.quotes]
    row["sentences"] = tuple(dict.fromkeys(quotes or first[1].quotes))[: settings.quotes]
    article, found = first
    against = bool(by_kind["denies"] or by_kind["doubts"])
    if by_kind["says"] and against:
        other = by_kind["says"][0][0].article_id
        note = f"{other} says so, {article.article_id} denies or doubts it: read both."
        return ClaimCheck(**row, note=note)
    if found.said in ("says", "denies"):
        row |= {"found": article.headline, "article_ids": (article.article_id,)}
        row["verdict"] = "supported" if found.said == "says" else "contradicted"
    return ClaimCheck(**row, note=_COMPARED[found.said].format(article.article_id))


_COMPARED = {
    "says": "Its words stand in one sentence of {0}, with its headline at most; this compares words, not meaning.",
    "denies": "A sentence of {0} denies it in the same words; this compares words, not meaning.",
    "doubts": "Its words stand in {0}, but the sentence or what is around it is negated or debunks: read it.",
    "unsure": "Its words stand in {0}, but hedged or beside a negation: read it.",
    "another_order": "Its words stand in {0}, but in another order, which can be another event: read it.",
}


def _uncompared(
    row: dict[str, Any], words: Sequence[str], evidence: Sequence[Article], why: str, most: int
) -> ClaimCheck:
    """The sentences that come nearest."""
    held = [(a, [w for w in words if w in _vocabulary(a)]) for a in evidence]
    article, best = max(held, key=lambda pair: len(pair[1]))  # the first of equals: the better ranked
    note = f"{len(best)} of {len(words)} content words stand in {article.article_id}: {why}"
    return ClaimCheck(**row, sentences=covering(article, best, most), note=note)


def _vocabulary(article: Article) -> frozenset[str]:
    captions = (i.caption for i in article.images)
    return frozenset(content_words("\n".join((article.headline, article.abstract, article.body, *captions))))
