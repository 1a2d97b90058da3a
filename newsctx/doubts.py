"""What speaks against an answer: a rival article, the camera. Each in two wordings, for the analyst and for a prompt.

A prompt gets nothing of an article below the gate, and no position or time that the camera wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from newsctx.corroboration import camera_day
from newsctx.dates import covers, days_between
from newsctx.places import distance_km
from newsctx.records import Article, Assessment, DateAnswer, Hit, PartialDate, Photo, Place, PlaceAnswer
from newsctx.settings import ContextSettings
from newsctx.votes import contains

_EPSILON = 1e-9
_MOST = 3  # rivals that are named; the others are counted


class Doubt(NamedTuple):
    """A sentence for the analyst, and what of it a prompt may hold; empty: nothing."""

    text: str
    told: str = ""


# --- rival articles -------------------------------------------------------------------------------------------


def rivals(
    answer: PlaceAnswer | DateAnswer,
    hits: Sequence[Hit],
    articles: Mapping[str, Article],
    rated: Mapping[str, Assessment],
    settings: ContextSettings,
    named: Collection[str] = (),
) -> list[Doubt]:
    """The articles that say otherwise and are relevant enough to be right.

    Every rated article that passes the gate is asked, whether it voted or not: pinned and matched articles vote
    alone, and the tenth article has no weight. A rival's probability is at least `rival_relevance` of the best one
    behind the answer. That counts as `min_relevance` at least where the analyst or geometry vouches for it: weak
    evidence is no rival of a match. Another pinned or matched article is one whatever its probability.

    Args:
        named: articles that another sentence names already.
    """
    p = {a: r.probability for a, r in rated.items() if r.passes and r.probability is not None}
    own = [p[a] for a in answer.article_ids if a in p]
    sure = any(h.tier != "ranked" for h in hits if h.article_id in answer.article_ids)
    if not own and not sure:
        return []
    least = max([*own, settings.min_relevance] if sure else own) * settings.rival_relevance
    against = [
        (p.get(h.article_id, 0.0), says, h.article_id)
        for h in hits
        if h.article_id in articles and h.article_id not in answer.article_ids and h.article_id not in named
        and (h.tier != "ranked" or p.get(h.article_id, -1.0) >= least - _EPSILON)
        and (says := _otherwise(answer, articles[h.article_id], settings))
    ]  # fmt: skip
    if not against:
        return []
    what = "place" if isinstance(answer, PlaceAnswer) else "date"
    said = answer.label if isinstance(answer, PlaceAnswer) else answer.date.iso if answer.date else ""
    by_value: dict[str, list[str]] = {}
    for _, says, article_id in sorted(against, key=lambda r: -r[0]):
        level = rated[article_id].level if article_id in rated else None
        by_value.setdefault(says, []).append(f"{article_id}, {level} evidence" if level else article_id)
    values = [f"{value} ({'; '.join(who)})" for value, who in list(by_value.items())[:_MOST]]
    more = f" and {len(by_value) - _MOST} more" if len(by_value) > _MOST else ""
    text = (
        f"The articles contradict each other on the {what}: the answer is {said}, but relevant ones say "
        f"{', '.join(values)}{more}."
    )
    return [Doubt(text, text)]


def _otherwise(answer: PlaceAnswer | DateAnswer, article: Article, settings: ContextSettings) -> str:
    """What the article says where nothing in it agrees with the answer; else empty."""
    if isinstance(answer, DateAnswer):
        when = article.published
        if answer.date is None or when is None or days_between(when, answer.date) <= settings.date_tolerance_days:
            return ""
        return when.iso
    named = [(p.weight, p.place) for p in article.places if p.place and p.weight]
    if answer.place is None or not named or any(compatible(answer.place, p, settings) for _, p in named):
        return ""
    return max(named, key=lambda pair: pair[0])[1].label


def compatible(one: Place, other: Place, settings: ContextSettings) -> bool:
    """Whether one lies in the other, or both are as near as one city."""
    if contains(one, other) or contains(other, one):
        return True
    km = distance_km(one, other)
    return {one.level, other.level} <= {"venue", "city"} and km is not None and km <= settings.place_tolerance_km


# --- the camera -----------------------------------------------------------------------------------------------


def camera_place(photo: Photo, place: Place | None, called: str, settings: ContextSettings) -> list[Doubt]:
    """The position in the file, where it is too far from a place.

    Args:
        called: what the place is, before its name: empty for the answer, `the claimed place ` for a claimed one.
    """
    camera = photo.camera
    if camera.lat is None or place is None:
        return []
    taken = Place(name="camera", level="venue", lat=camera.lat, lon=camera.lon)
    km = distance_km(taken, place)
    if km is None or km <= settings.level_tolerance_km.get(place.level, settings.place_tolerance_km):
        return []
    where = f"{camera.lat:.4f}, {camera.lon:.4f}"
    text = f"The camera's GPS position ({where}) is {km:,.0f} km from {called}{place.label}."
    return [Doubt(text, f"The camera disagrees with {called.strip() or 'the place'}.")]


def camera_time(photo: Photo, other: PartialDate | None, called: str, settings: ContextSettings) -> list[Doubt]:
    """The clock in the file, where it is too far from a date."""
    taken = camera_day(photo)
    if taken is None or other is None:
        return []
    days, told = days_between(taken, other), f"The camera disagrees with {called}."
    if taken.first > other.last and days > 1:  # one day: the camera may keep another time zone
        return [Doubt(f"The camera's clock says {taken.iso}, {days:,} days after {called} ({other.iso}).", told)]
    if days > settings.date_tolerance_days and not covers(other, taken):
        return [Doubt(f"The camera's clock says {taken.iso}, {days:,} days before {called} ({other.iso}).", told)]
    return []
