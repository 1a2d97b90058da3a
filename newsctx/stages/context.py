"""Context: where and when, with the articles that say so, at the level that the evidence supports.

The answers are votes of the best articles (see `newsctx.votes`). What the camera wrote into the file is never an
answer: it can be wrong or forged, so it is compared and a disagreement is shown. A value set by the analyst wins, and
is compared too. Articles below the relevance gate do not vote: where none passes, nothing is established, and the
answer says what was tried (REAR, Wang et al. 2024).

Evidence that contradicts an answer lowers its confidence and is named (NewsRECON reports the opposite: a wrong article
that turns a right answer wrong without a trace).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from newsctx.claims import check_claim
from newsctx.corroboration import Hearing, camera_day, dispute, disputed
from newsctx.dates import covers, days_between
from newsctx.places import distance_km
from newsctx.records import (
    RELEVANCE_LEVELS,
    Article,
    Claim,
    Confidence,
    Context,
    Corroboration,
    DateAnswer,
    Hit,
    PartialDate,
    Photo,
    Place,
    PlaceAnswer,
    Relevance,
    RelevanceResult,
    Support,
)
from newsctx.settings import ContextSettings
from newsctx.votes import Tally, called, contains, vote_date, vote_place, voters

Resolve = Callable[[str], Place | None]
A = TypeVar("A", PlaceAnswer, DateAnswer)
_UPPER_BOUND = "This is when the coverage was published: the event can be earlier, and archive pictures older."
_NOT_RATED = RelevanceResult(first=Relevance(unavailable="nothing has rated this ranking"))
_NOT_MATCHED = "No archived photograph matches this one; the answer rests on the best-ranked articles alone."


@dataclass(frozen=True)
class _Evidence:
    """What the helpers below share."""

    hits: Sequence[Hit]
    articles: Mapping[str, Article]
    resolve: Resolve
    settings: ContextSettings
    rated: RelevanceResult
    retrieved: Sequence[Hit]


def run(
    hits: Sequence[Hit],
    articles: Mapping[str, Article],
    photo: Photo,
    claim: Claim,
    resolve: Resolve,
    settings: ContextSettings,
    set_place: Place | None = None,
    set_date: PartialDate | None = None,
    rated: RelevanceResult | None = None,
    retrieved: Sequence[Hit] = (),
    note: str = "",
) -> Context:
    """Answer where and when, and hold the answers against the camera and the claim.

    Args:
        hits: final ranking; the first `settings.articles` vote.
        resolve: a place name -> Place, None where the gazetteer does not know it.
        set_place, set_date: the analyst's own answers; they win.
        rated: relevance of the articles: which of them vote, how much, and how far an answer can be trusted that no
            pinned or matched article supports.
        retrieved: the fused ranking, with each channel's own: the witnesses that corroborate or contradict.
        note: the words of the analyst's note, one of them.
    """
    found = _Evidence(hits, articles, resolve, settings, rated or _NOT_RATED, retrieved)
    place, place_conflicts = _place_answer(found, set_place)
    when, date_conflicts = _date_answer(found, set_date)
    witnesses = Hearing(retrieved, hits, articles, found.rated.articles, photo, claim, resolve, settings, note)
    on_place, on_date = witnesses.place(place.place), witnesses.date(when.date)
    place, place_doubts = _doubted(place, on_place, found, settings)
    when, date_doubts = _doubted(when, on_date, found, settings)
    claimed = resolve(claim.place) if claim.place.strip() else None
    conflicts = [
        *place_conflicts,
        *date_conflicts,
        *place_doubts,
        *date_doubts,
        *_camera_place(photo, place.place, "", settings),
        *_camera_place(photo, claimed, "the claimed place ", settings),
        *_camera_time(photo, when.date, "the date set by the analyst" if set_date else "the coverage", settings),
        *_camera_time(photo, claim.date, "the claimed date", settings),
    ]
    voted = {*place.article_ids, *when.article_ids, *(h.article_id for h in _top(found))}
    read = [articles[h.article_id] for h in hits if h.article_id in voted and h.article_id in articles]
    agreement = check_claim(claim, place, when, read, resolve, settings)
    return Context(
        relevance=found.rated.first, place=place, date=when, agreement=agreement, conflicts=tuple(conflicts),
        corroboration=(on_place, on_date),
    )  # fmt: skip


def _confidence(found: _Evidence, sure: bool) -> tuple[Confidence, str]:
    """How far an answer of the evidence can be trusted, and a sentence for the analyst where that is not far."""
    if sure:
        return "high", ""
    p = found.rated.first.probability
    if p is None:
        return "unrated", _NOT_MATCHED
    if p >= found.settings.min_relevance:
        return "high", _NOT_MATCHED
    first = found.rated.articles.get(found.hits[0].article_id) if found.hits else None
    how = f"the best-ranked article is {first.level} evidence only" if first and first.level else "weak evidence"
    return "low", f"Low confidence: {how}; the archive may hold nothing of this moment."


def _top(found: _Evidence) -> list[Hit]:
    """The hits that the claim's text is compared with: pinned and matched ones alone where there are any."""
    top = [h for h in found.hits[: found.settings.articles] if h.article_id in found.articles and _passes(found, h)]
    return [h for h in top if h.tier != "ranked"] or top


def _passes(found: _Evidence, hit: Hit) -> bool:
    rating = found.rated.articles.get(hit.article_id)
    return rating is None or rating.passes


def _doubted(answer: A, witnesses: Corroboration, found: _Evidence, settings: ContextSettings) -> tuple[A, list[str]]:
    """The answer with a lower confidence where other evidence contradicts it, and sentences that say which."""
    if answer.basis != "evidence":
        return answer, []
    rival, doubt = _rival(answer, found), disputed(witnesses, settings)
    if not rival and not doubt:
        return answer, []
    reasons = [r for r in (dispute(witnesses) if doubt else "", rival) if r]
    note = f"{answer.note} Low confidence: other evidence contradicts this answer, see the conflicts.".strip()
    return answer.model_copy(update={"confidence": "low", "note": note}), reasons


def _rival(answer: A, found: _Evidence) -> str:
    """A sentence on the strongest other answer: one with a large share of the vote, or of an article that is relevant
    by itself however low its vote. Days within the tolerance contradict nothing.
    """
    value = answer.place if isinstance(answer, PlaceAnswer) else answer.date
    others = [s for s in answer.alternatives if not set(s.article_ids) <= set(answer.article_ids)]
    if isinstance(value, PartialDate):
        far = found.settings.date_tolerance_days
        others = [s for s in others if days_between(PartialDate.model_validate(s.label), value) > far]
    rival = next((s for s in others if s.share >= found.settings.contested or _relevant(s, answer, found)), None)
    if value is None or rival is None or answer.share is None:
        return ""
    what, said = ("place", answer.label) if isinstance(answer, PlaceAnswer) else ("date", value.iso)
    return (
        f"The articles contradict each other on the {what}: {answer.share:.0%} of the vote for {said}, "
        f"{rival.share:.0%} for {rival.label} ({', '.join(rival.article_ids)})."
    )


def _relevant(rival: Support, answer: PlaceAnswer | DateAnswer, found: _Evidence) -> bool:
    rated = found.rated.articles
    against = [a for a in rival.article_ids if a not in answer.article_ids and a in rated]
    return any((rated[a].probability or 0.0) >= found.settings.rival_relevance for a in against)


# --- place ----------------------------------------------------------------------------------------------------


def _place_answer(found: _Evidence, set_place: Place | None) -> tuple[PlaceAnswer, list[str]]:
    casting, sure = voters(
        found.hits,
        found.articles,
        found.settings,
        lambda a: any(p.place and p.weight for p in a.places),
        found.rated.articles,
        found.rated.first.probability,
    )
    tally = vote_place(casting, found.resolve, found.settings)
    if set_place:
        return _set_place(set_place, tally, found.settings)
    if tally.value:
        confidence, note = _confidence(found, sure)
        answer = PlaceAnswer(place=tally.value, basis="evidence", share=tally.share, article_ids=tally.article_ids)
        name = called(tally.value, (found.articles[a] for a in tally.article_ids))
        extra = {"confidence": confidence, "alternatives": tally.alternatives, "note": note, "called": name}
        return answer.model_copy(update=extra), []
    return PlaceAnswer(alternatives=tally.alternatives, note=_nothing("place", found, tally.alternatives)), []


def _set_place(own: Place, tally: Tally[Place], settings: ContextSettings) -> tuple[PlaceAnswer, list[str]]:
    answer = PlaceAnswer(place=own, basis="analyst", alternatives=tally.alternatives, note="Set by the analyst.")
    other = tally.value
    if other is None:
        return answer, []
    km = distance_km(own, other)
    near = km is not None and km <= settings.place_tolerance_km and {own.level, other.level} <= {"venue", "city"}
    if contains(own, other) or contains(other, own) or near:
        return answer.model_copy(update={"article_ids": tally.article_ids, "share": tally.share}), []
    support = Support(label=other.label, share=tally.share, article_ids=tally.article_ids)
    away = f", {km:,.0f} km away" if km is not None else ""
    text = f"The analyst set {own.label}; the articles say {other.label} ({tally.share:.0%} of the vote){away}."
    return answer.model_copy(update={"alternatives": (support, *tally.alternatives)}), [text]


def _camera_place(photo: Photo, place: Place | None, called: str, settings: ContextSettings) -> list[str]:
    camera = photo.camera
    if camera.lat is None or place is None:
        return []
    taken = Place(name="camera", level="venue", lat=camera.lat, lon=camera.lon)
    km = distance_km(taken, place)
    if km is None or km <= settings.level_tolerance_km.get(place.level, settings.place_tolerance_km):
        return []
    return [
        f"The camera's GPS position ({camera.lat:.4f}, {camera.lon:.4f}) is {km:,.0f} km from {called}{place.label}."
    ]


# --- date -----------------------------------------------------------------------------------------------------


def _date_answer(found: _Evidence, set_date: PartialDate | None) -> tuple[DateAnswer, list[str]]:
    casting, sure = voters(
        found.hits,
        found.articles,
        found.settings,
        lambda a: a.published is not None,
        found.rated.articles,
        found.rated.first.probability,
    )
    tally = vote_date(casting, found.settings)
    if set_date:
        return _set_date(set_date, tally, found.settings)
    if tally.value:
        confidence, doubt = _confidence(found, sure)
        note = f"{_UPPER_BOUND} {_earlier_coverage(found, tally.value) if sure else doubt}".strip()
        answer = DateAnswer(date=tally.value, basis="evidence", share=tally.share, article_ids=tally.article_ids)
        extra = {"confidence": confidence, "alternatives": tally.alternatives, "note": note}
        return answer.model_copy(update=extra), _published_before(found, tally.value)
    return DateAnswer(alternatives=tally.alternatives, note=_nothing("date", found, tally.alternatives)), []


def _set_date(own: PartialDate, tally: Tally[PartialDate], settings: ContextSettings) -> tuple[DateAnswer, list[str]]:
    answer = DateAnswer(date=own, basis="analyst", alternatives=tally.alternatives, note="Set by the analyst.")
    other = tally.value
    if other is None:
        return answer, []
    days = days_between(own, other)
    if days <= settings.date_tolerance_days:
        return answer.model_copy(update={"article_ids": tally.article_ids, "share": tally.share}), []
    support = Support(label=other.iso, share=tally.share, article_ids=tally.article_ids)
    text = f"The analyst set {own.iso}; the coverage says {other.iso} ({tally.share:.0%}), {days:,} days apart."
    return answer.model_copy(update={"alternatives": (support, *tally.alternatives)}), [text]


def _earlier_coverage(found: _Evidence, answer: PartialDate) -> str:
    """A matched article can be dated late (updated, or dated by its crawl): the story's other coverage tells."""
    dated = [
        (article.published, article.headline)
        for h in found.hits[: found.settings.articles]
        if "coverage" in h.channels and (article := found.articles.get(h.article_id)) and article.published
    ]
    earlier = [
        (p, headline)
        for p, headline in dated
        if p.last < answer.first and days_between(p, answer) <= found.settings.coverage_days
    ]
    if not earlier:
        return ""
    first, headline = min(earlier, key=lambda pair: pair[0].last)
    return f"Other coverage of the story is dated from {first.iso} on ({headline})."


def _published_before(found: _Evidence, answer: PartialDate) -> list[str]:
    """A match by geometry that is older than the answer: the photograph cannot show the later event."""
    old = [
        (found.articles[h.article_id].published, h.article_id)
        for h in found.hits[: found.settings.articles]
        if h.tier == "matched" and h.article_id in found.articles and found.articles[h.article_id].published
    ]
    earlier = [
        (p, i) for p, i in old if p.last < answer.first and days_between(p, answer) > found.settings.date_tolerance_days
    ]
    if not earlier:
        return []
    first, article_id = min(earlier, key=lambda pair: pair[0].last)
    days = days_between(first, answer)
    return [
        f"A matching photograph was published on {first.iso} ({article_id}), {days:,} days before {answer.iso}: "
        "the picture may be older than the event."
    ]


def _camera_time(photo: Photo, other: PartialDate | None, called: str, settings: ContextSettings) -> list[str]:
    taken = camera_day(photo)
    if taken is None or other is None:
        return []
    days = days_between(taken, other)
    if taken.first > other.last and days > 1:  # one day: the camera may keep another time zone
        return [f"The camera's clock says {taken.iso}, {days:,} days after {called} ({other.iso})."]
    if days > settings.date_tolerance_days and not covers(other, taken):
        return [f"The camera's clock says {taken.iso}, {days:,} days before {called} ({other.iso})."]
    return []


# --- nothing found --------------------------------------------------------------------------------------------


def _nothing(what: str, found: _Evidence, alternatives: tuple[Support, ...]) -> str:
    top = [h for h in found.hits[: found.settings.articles] if h.article_id in found.articles]
    if not top:
        return f"Not established: no article was found that could say the {what}."
    if not any(_passes(found, h) for h in top):
        return _nothing_relevant(found)
    if alternatives:
        tried = "city, region, country, continent" if what == "place" else "day, month, year, decade"
        return (
            f"Not established: the articles disagree; at no level ({tried}) does one {what} have "
            f"{found.settings.min_share:.0%} of the vote."
        )
    return f"Not established: none of the {len(top)} best articles has a known {what}."


def _nothing_relevant(found: _Evidence) -> str:
    """What was tried: the channels that found something, how many articles, and how near the best one came."""
    names = list(dict.fromkeys(n for h in found.retrieved for n in sorted(h.channels)))
    asked = f"Asked: {', '.join(n.replace('_', ' ') for n in names)}. " if names else ""
    levels = [a.level for a in found.rated.articles.values() if a.level]
    best = min(levels, key=RELEVANCE_LEVELS.index) if levels else None
    near = f"; the best one is {best} evidence" if best else ""
    return (
        "Not established: nothing in the archive is relevant enough to this photograph. "
        f"{asked}{len(found.rated.articles)} best articles rated{near}. Pin an article that you know to be about it."
    )
