"""Event candidates: articles of one place within one window of days, and the ranking by them (NewsRECON sec. 3).

The rules are pure functions over a pool of anything that has an article id, a day, a location text and a score:
`build_clusters` and `rerank_by_events`. `build` makes the records of the events stage with them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from newsctx.places import atoms
from newsctx.records import Article, Cluster
from newsctx.settings import EventSettings

TEMPLATE = EventSettings().template


class PoolItem(Protocol):
    """What the rules read of an article of the pool."""

    @property
    def article_id(self) -> str: ...
    @property
    def date(self) -> date | None: ...
    @property
    def location_text(self) -> str | None: ...
    @property
    def score(self) -> float: ...


class PoolArticle(NamedTuple):
    """A pool item."""

    article_id: str
    date: date | None  # the day; None where it is not known to the day
    location_text: str | None  # `Paris (France) ; Lyon`; empty or None where there is none
    score: float  # of the bi-encoder; higher is better


@dataclass(frozen=True)
class EventCluster:
    """Articles of one place atom within one window of days."""

    article_ids: tuple[str, ...]  # by date; equal dates in pool order
    place: str  # the atom
    first: date
    last: date
    text: str  # what the event scorer reads
    maximal: bool = True  # not contained in another window of its atom


C = TypeVar("C", Cluster, EventCluster)


class _Window(NamedTuple):
    """Positions first..last (inclusive) of an atom's members in date order."""

    first: int
    last: int


# --- the published rules --------------------------------------------------------------------------------------


def build_clusters(
    pool: Sequence[PoolItem], min_size: int, window_days: int, template: str = TEMPLATE
) -> list[EventCluster]:
    """All clusters of a pool, in order of the atoms' first appearance, then of the windows' right ends.

    For each atom its articles are sorted by date (stable: equal dates keep pool order). Every right end has one window:
    it reaches back to the earliest article that is at most `window_days` days older. Where it holds `min_size`
    articles it is a cluster; identical sets of members count once, the first atom keeps them. Articles without a
    date or a place atom are left out.

    Args:
        pool: in bi-encoder order, best first; an article that stands twice counts once, at its first place.
        min_size: N_min, at least 1.
        window_days: most days between a cluster's first and last article: with 15, the 1st and the 16th of a month
            stand together, the 1st and the 17th do not. The published code compares dates so.

    Raises:
        ValueError: `min_size` below 1 or `window_days` below 0.
    """
    if min_size < 1 or window_days < 0:
        raise ValueError(f"min_size {min_size}, window_days {window_days}: expected at least 1 and at least 0")
    seen: set[frozenset[str]] = set()
    found: list[EventCluster] = []
    for atom, items in _by_atom(pool).items():
        members = sorted(items, key=lambda m: m[0])
        windows = list(_windows([day for day, _ in members], min_size, window_days))
        for window in windows:
            part = members[window.first : window.last + 1]
            ids = tuple(article_id for _, article_id in part)
            if frozenset(ids) in seen:
                continue
            seen.add(frozenset(ids))
            first, last = part[0][0], part[-1][0]
            text = template.format(first=first.isoformat(), last=last.isoformat(), atom=atom)
            inside = any(_inside(window, other) for other in windows)
            found.append(EventCluster(ids, atom, first, last, text, maximal=not inside))
    return found


def rerank_by_events(
    pool: Sequence[PoolItem], clusters: Sequence[EventCluster], probabilities: Sequence[float], min_clusters: int = 2
) -> list[str]:
    """The article ids of the pool in the order of the event stage.

    With fewer than `min_clusters` clusters the pool's own order. Otherwise each cluster's best article by score, the
    clusters by descending probability (stable), each article once; then the other articles by descending score
    (stable: the pool's order).

    Args:
        pool: as `build_clusters` had it.
        probabilities: one per cluster.

    Raises:
        ValueError: not one probability per cluster, one that is no number, or a cluster of articles that the pool
            does not have.
    """
    check_probabilities(probabilities, len(clusters), "clusters")
    scores = {item.article_id: item.score for item in pool}
    foreign = next((a for c in clusters for a in c.article_ids if a not in scores), None)
    if foreign is not None:
        raise ValueError(f"a cluster has the article {foreign!r} that is not in the pool: expected the pool's clusters")
    if len(clusters) < min_clusters:
        return list(scores)
    order = sorted(range(len(clusters)), key=lambda i: -probabilities[i])
    put = walk([clusters[i] for i in order], scores)
    rest = sorted((a for a in scores if a not in put), key=lambda a: -scores[a])
    return [*put, *rest]


def check_probabilities(probabilities: Sequence[float], count: int, what: str) -> None:
    """Raise ValueError unless there are `count` numbers: a NaN has no place in an order."""
    if len(probabilities) != count:
        raise ValueError(f"{len(probabilities)} probabilities for {count} {what}: expected one for each")
    wrong = next((i for i, p in enumerate(probabilities) if math.isnan(p)), None)
    if wrong is not None:
        raise ValueError(f"probability {wrong} of the {what} is nan: expected a number from 0 to 1")


def walk(clusters: Sequence[C], scores: Mapping[str, float]) -> dict[str, C]:
    """Each cluster's best article once, in the order of the clusters: article id -> the cluster that put it there."""
    put: dict[str, C] = {}
    for cluster in clusters:
        put.setdefault(best(cluster.article_ids, scores), cluster)
    return put


def best(article_ids: Sequence[str], scores: Mapping[str, float]) -> str:
    """The article with the highest score; among equal ones the earliest of the cluster, as published."""
    return max(article_ids, key=scores.__getitem__)


def _by_atom(pool: Sequence[PoolItem]) -> dict[str, list[tuple[date, str]]]:
    """(day, article id) in pool order, by atom in order of first appearance."""
    members: dict[str, list[tuple[date, str]]] = {}
    for item in {item.article_id: item for item in pool}.values():  # once each, as published
        if item.date is not None and item.location_text:
            for atom in atoms(item.location_text):
                members.setdefault(atom, []).append((item.date, item.article_id))
    return members


def _windows(days: Sequence[date], min_size: int, window_days: int) -> Iterator[_Window]:
    left = 0
    for right, day in enumerate(days):
        while (day - days[left]).days > window_days:
            left += 1
        if right - left + 1 >= min_size:
            yield _Window(left, right)


def _inside(window: _Window, other: _Window) -> bool:
    return window != other and other.first <= window.first and window.last <= other.last


# --- the records of the stage ---------------------------------------------------------------------------------


def build(pool: Sequence[Article], settings: EventSettings) -> tuple[Cluster, ...]:
    """`build_clusters` over articles, as records with what an analyst is shown.

    Only dates that are known to the day count: a month or a year cannot stand in a window of days.

    Args:
        pool: articles in pool order, best first; it decides ties between equal dates and the representative.
    """
    items = pool_of(pool)
    scores = {item.article_id: item.score for item in items}
    articles = {a.article_id: a for a in pool}
    clusters = build_clusters(items, settings.min_articles, settings.window_days, settings.template)
    return tuple(_record(c, scores, [articles[a] for a in c.article_ids]) for c in clusters)


def pool_of(articles: Sequence[Article]) -> list[PoolArticle]:
    """Articles in the order of the stage before as a pool: that order is their score."""
    return [PoolArticle(a.article_id, _day(a), a.location_text, float(-rank)) for rank, a in enumerate(articles, 1)]


def _day(article: Article) -> date | None:
    published = article.published
    return published.first if published and published.precision == "day" else None


def _record(cluster: EventCluster, scores: Mapping[str, float], members: Sequence[Article]) -> Cluster:
    lat, lon = _coordinates(cluster.place, members)
    pool_order = sorted(members, key=lambda a: -scores[a.article_id])
    return Cluster(
        id=_cluster_id(cluster.place, cluster.article_ids),
        place=_label(cluster.place, pool_order[0]),
        atom=cluster.place,
        first=cluster.first,
        last=cluster.last,
        article_ids=cluster.article_ids,
        text=cluster.text,
        representative=best(cluster.article_ids, scores),
        maximal=cluster.maximal,
        lat=lat,
        lon=lon,
    )


def _label(atom: str, article: Article) -> str:
    """The atom as an article writes it."""
    for keyword in article.location_keywords:
        for part in keyword.replace("(", ";").replace(")", ";").split(";"):
            if atoms(part) == (atom,):
                return " ".join(part.split())
    return atom


def _coordinates(atom: str, members: Sequence[Article]) -> tuple[float | None, float | None]:
    """Latitude and longitude of the atom, where a member's keyword starts with it and the gazetteer knows the place."""
    for article in members:
        for place in article.places:
            if place.place and place.place.lat is not None and atoms(place.keyword)[:1] == (atom,):
                return place.place.lat, place.place.lon
    return None, None


def _cluster_id(atom: str, ids: Sequence[str]) -> str:
    """Short and stable: the same place and members have the same id in every run."""
    text = "\0".join((atom, *sorted(ids)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
