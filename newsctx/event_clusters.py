"""Event candidates: articles of one place within one window of days (NewsRECON sec. 3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from newsctx.places import atoms
from newsctx.records import Article, Cluster
from newsctx.settings import EventSettings


class Member(NamedTuple):
    """An article of an atom."""

    day: date
    article_id: str


class Window(NamedTuple):
    """Positions first..last (inclusive) of an atom's members in date order."""

    first: int
    last: int


def build(pool: Sequence[Article], settings: EventSettings) -> tuple[Cluster, ...]:
    """All clusters of a pool, in order of the atoms' first appearance, then of the windows' right ends.

    Only dates that are known to the day count: a month or a year cannot stand in a window of 15 days. Articles without
    such a date or without a place atom are left out.

    Args:
        pool: articles in pool order, best first; it decides ties between equal dates and the representative.

    Returns:
        Clusters, unscored; each set of members once, under its first atom.
    """
    by_atom, labels = _by_atom(pool)
    rank = {a.article_id: i for i, a in enumerate(pool)}
    articles = {a.article_id: a for a in pool}
    seen: set[frozenset[str]] = set()
    found: list[Cluster] = []
    for atom, members in by_atom.items():
        members = sorted(members, key=lambda m: m.day)  # stable: equal dates keep pool order
        windows = _windows(members, settings)
        for window in windows:
            part = members[window.first : window.last + 1]
            ids = tuple(m.article_id for m in part)
            if frozenset(ids) in seen:
                continue
            seen.add(frozenset(ids))
            first, last = part[0].day, part[-1].day
            lat, lon = _coordinates(atom, [articles[i] for i in ids])
            found.append(
                Cluster(
                    id=_cluster_id(atom, ids),
                    place=labels[atom],
                    atom=atom,
                    first=first,
                    last=last,
                    article_ids=ids,
                    text=settings.template.format(first=first.isoformat(), last=last.isoformat(), atom=atom),
                    representative=min(ids, key=rank.__getitem__),
                    maximal=not any(_inside(window, other) for other in windows),
                    lat=lat,
                    lon=lon,
                )
            )
    return tuple(found)


def _by_atom(pool: Sequence[Article]) -> tuple[dict[str, list[Member]], dict[str, str]]:
    """Members by atom, and each atom as its first article writes it."""
    members: dict[str, list[Member]] = {}
    labels: dict[str, str] = {}
    for article in pool:
        published = article.published
        if published is None or published.precision != "day":
            continue
        for atom in atoms(article.location_text):
            members.setdefault(atom, []).append(Member(published.first, article.article_id))
            labels.setdefault(atom, _label(atom, article))
    return members, labels


def _label(atom: str, article: Article) -> str:
    for keyword in article.location_keywords:
        for part in keyword.replace("(", ";").replace(")", ";").split(";"):
            if atoms(part) == (atom,):
                return " ".join(part.split())
    return atom


def _windows(members: Sequence[Member], settings: EventSettings) -> list[Window]:
    """For every right end the longest window of at most `window_days` days, where it holds `min_articles`."""
    found: list[Window] = []
    left = 0
    for right, member in enumerate(members):
        while (member.day - members[left].day).days >= settings.window_days:
            left += 1
        if right - left + 1 >= settings.min_articles:
            found.append(Window(left, right))
    return found


def _inside(window: Window, other: Window) -> bool:
    return window != other and other.first <= window.first and window.last <= other.last


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


def walk(clusters: Sequence[Cluster], pool_order: Mapping[str, int]) -> dict[str, Cluster]:
    """Each cluster's best article once, in the order of the clusters: article id -> the cluster that put it there."""
    emitted: dict[str, Cluster] = {}
    for cluster in clusters:
        if cluster.representative in pool_order:
            emitted.setdefault(cluster.representative, cluster)
    return emitted
