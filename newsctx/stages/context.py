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
from newsctx.corroboration import Hearing, dispute, disputed, may_testify, outweighed
from newsctx.dates import days_between
from newsctx.doubts import Doubt, camera_place, camera_time, compatible, rivals
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
from newsctx.votes import Tally, called, vote_date, vote_place, voters

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
    place, set_against = _place_answer(found, set_place)
    when, dated_against = _date_answer(found, set_date)
    witnesses = Hearing(retrieved, hits, articles, found.rated.articles, photo, claim, resolve, settings, note)
    on_place, on_date = witnesses.place(place.place), witnesses.date(when.date)
    called = "the date set by the analyst" if set_date else "the coverage"
    place, place_doubts = _doubted(place, on_place, camera_place(photo, place.place, "", settings), found)
    against = [*dated_against, *camera_time(photo, when.date, called, settings)]
    when, date_doubts = _doubted(when, on_date, against, found)
    claimed = resolve(claim.place) if claim.place.strip() else None
    doubts = [
        *set_against,
        *place_doubts,
        *date_doubts,
        *camera_place(photo, claimed, "the claimed place ", settings),
        *camera_time(photo, claim.date, "the claimed date", settings),
    ]
    voted = {*place.article_ids, *when.article_ids, *(h.article_id for h in _top(found))}
    read = [articles[h.article_id] for h in hits if h.article_id in voted and h.article_id in articles]
    agreement = check_claim(claim, place, when, read, resolve, settings)
    return Context(
        relevance=found.rated.first, place=place, date=when, agreement=agreement,
        conflicts=tuple(d.text for d in doubts), told=tuple(dict.fromkeys(d.told for d in doubts if d.told)),
        corroboration=(on_place, on_date),
    )  # fmt: skip


def _confidence(found: _Evidence, sure: bool, article_ids: Sequence[str]) -> tuple[Confidence, str]:
    """How far an answer of the evidence can be trusted, and a sentence for the analyst where that is not far.

    Args:
        article_ids: those behind the answer; the best rating among them counts, and where none of them is rated that
            of the first article.
    """
    if sure:
        return "high", ""
    rated = {a: r for a in article_ids if (r := found.rated.articles.get(a)) and r.probability is not None}
    best = max(rated.values(), key=lambda r: r.probability or 0.0, default=None)
    p = best.probability if best else found.rated.first.probability
    if p is None:
        return "unrated", _NOT_MATCHED
    how = f"its best article is {best.level} evidence only" if best and best.level else "weak evidence"
    if p < found.settings.min_relevance:
        return "low", f"Low confidence: {how}; the archive may hold nothing of this moment."
    if p < found.settings.sure_relevance:
        return "medium", f"{_NOT_MATCHED} {how[0].upper()}{how[1:]}."
    return "high", _NOT_MATCHED


def _top(found: _Evidence) -> list[Hit]:
    """The hits that the claim's text is compared with: pinned and matched ones alone where there are any."""
    top = [h for h in found.hits[: found.settings.articles] if h.article_id in found.articles and _passes(found, h)]
    return [h for h in top if h.tier != "ranked"] or top


def _passes(found: _Evidence, hit: Hit) -> bool:
    rating = found.rated.articles.get(hit.article_id)
    return rating is None or rating.passes


def _doubted(answer: A, heard: Corroboration, said: Sequence[Doubt], found: _Evidence) -> tuple[A, list[Doubt]]:
    """The answer with a lower confidence where other evidence contradicts it, and sentences that say which.

    No answer with a conflict that is listed has high confidence. What ranked articles say gets low; what a pin or a
    match supports gets medium, and low where other pinned or matched articles have a large share of the vote against
    it, or the channels commit more belief against it than to it.

    Args:
        said: what was found against it before: the camera, an older match.
    """
    evidence = answer.basis == "evidence"
    doubts = [*_disputes(heard, evidence, found), *said]
    if not evidence:
        return answer, doubts
    votes, named = _contested(answer, found)
    doubts += [*votes, *rivals(answer, found.hits, found.articles, found.rated.articles, found.settings, named)]
    if not doubts and not outweighed(heard):
        return answer, []
    sure = any(h.tier != "ranked" for h in found.hits if h.article_id in answer.article_ids)
    level: Confidence = "low"
    if sure and answer.confidence == "high" and not votes and not outweighed(heard):
        level = "medium"
    note = f"{answer.note} {level.capitalize()} confidence: other evidence contradicts this answer, see the conflicts."
    return answer.model_copy(update={"confidence": level, "note": note.strip()}), doubts


def _disputes(heard: Corroboration, evidence: bool, found: _Evidence) -> list[Doubt]:
    """The channels against each other. A prompt hears those alone whose articles all pass the gate."""
    if not (disputed(heard, found.settings) if evidence else (heard.conflict or 0.0) > found.settings.max_conflict):
        return []  # that the articles outweigh the analyst's own answer is said already
    text = dispute(heard)
    passing = [
        w for w in heard.witnesses
        if w.channel != "camera" and all(may_testify(a, found.rated.articles) for a in w.article_ids)
    ]  # fmt: skip
    return [Doubt(text, dispute(heard.model_copy(update={"witnesses": tuple(passing)})))] if text else []


def _contested(answer: PlaceAnswer | DateAnswer, found: _Evidence) -> tuple[list[Doubt], tuple[str, ...]]:
    """The strongest other answer, where it has a large share of the vote, and its articles. Days within the tolerance
    contradict nothing.
    """
    value = answer.place if isinstance(answer, PlaceAnswer) else answer.date
    others = [s for s in answer.alternatives if not set(s.article_ids) <= set(answer.article_ids)]
    if isinstance(value, PartialDate):
        far = found.settings.date_tolerance_days
        others = [s for s in others if days_between(PartialDate.model_validate(s.label), value) > far]
    rival = next((s for s in others if s.share >= found.settings.contested), None)
    if value is None or rival is None or answer.share is None:
        return [], ()
    what, said = ("place", answer.label) if isinstance(answer, PlaceAnswer) else ("date", value.iso)
    text = (
        f"The articles contradict each other on the {what}: {answer.share:.0%} of the vote for {said}, "
        f"{rival.share:.0%} for {rival.label} ({', '.join(rival.article_ids)})."
    )
    return [Doubt(text, text)], rival.article_ids


# --- place ----------------------------------------------------------------------------------------------------


def _place_answer(found: _Evidence, set_place: Place | None) -> tuple[PlaceAnswer, list[Doubt]]:
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
        confidence, note = _confidence(found, sure, tally.article_ids)
        answer = PlaceAnswer(place=tally.value, basis="evidence", share=tally.share, article_ids=tally.article_ids)
        name = called(tally.value, (found.articles[a] for a in tally.article_ids))
        extra = {"confidence": confidence, "alternatives": tally.alternatives, "note": note, "called": name}
        return answer.model_copy(update=extra), []
    return PlaceAnswer(alternatives=tally.alternatives, note=_nothing("place", found, tally.alternatives)), []


def _set_place(own: Place, tally: Tally[Place], settings: ContextSettings) -> tuple[PlaceAnswer, list[Doubt]]:
    answer = PlaceAnswer(place=own, basis="analyst", alternatives=tally.alternatives, note="Set by the analyst.")
    other = tally.value
    if other is None:
        return answer, []
    if compatible(own, other, settings):
        return answer.model_copy(update={"article_ids": tally.article_ids, "share": tally.share}), []
    support = Support(label=other.label, share=tally.share, article_ids=tally.article_ids)
    km = distance_km(own, other)
    away = f", {km:,.0f} km away" if km is not None else ""
    text = f"The analyst set {own.label}; the articles say {other.label} ({tally.share:.0%} of the vote){away}."
    return answer.model_copy(update={"alternatives": (support, *tally.alternatives)}), [Doubt(text, text)]


# --- date -----------------------------------------------------------------------------------------------------


def _date_answer(found: _Evidence, set_date: PartialDate | None) -> tuple[DateAnswer, list[Doubt]]:
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
        confidence, doubt = _confidence(found, sure, tally.article_ids)
        note = f"{_UPPER_BOUND} {_earlier_coverage(found, tally.value) if sure else doubt}".strip()
        answer = DateAnswer(date=tally.value, basis="evidence", share=tally.share, article_ids=tally.article_ids)
        extra = {"confidence": confidence, "alternatives": tally.alternatives, "note": note}
        return answer.model_copy(update=extra), _published_before(found, tally.value)
    return DateAnswer(alternatives=tally.alternatives, note=_nothing("date", found, tally.alternatives)), []


def _set_date(own: PartialDate, tally: Tally[PartialDate], settings: ContextSettings) -> tuple[DateAnswer, list[Doubt]]:
    answer = DateAnswer(date=own, basis="analyst", alternatives=tally.alternatives, note="Set by the analyst.")
    other = tally.value
    if other is None:
        return answer, []
    days = days_between(own, other)
    if days <= settings.date_tolerance_days:
        return answer.model_copy(update={"article_ids": tally.article_ids, "share": tally.share}), []
    support = Support(label=other.iso, share=tally.share, article_ids=tally.article_ids)
    text = f"The analyst set {own.iso}; the coverage says {other.iso} ({tally.share:.0%}), {days:,} days apart."
    return answer.model_copy(update={"alternatives": (support, *tally.alternatives)}), [Doubt(text, text)]


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


def _published_before(found: _Evidence, answer: PartialDate) -> list[Doubt]:
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
    text = (
        f"A matching photograph was published on {first.iso} ({article_id}), {days:,} days before {answer.iso}: "
        "the picture may be older than the event."
    )
    return [Doubt(text, text)]


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
