"""Positives and negatives of the cross-encoder heads, from each photograph's pool (NewsRECON sec. 2 and 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from newsctx.event_clusters import EventCluster
from newsctx.places import atoms


@dataclass(frozen=True)
class Pairs:
    """Texts that are true and that are false of one photograph."""

    positives: tuple[str, ...]
    negatives: tuple[str, ...]


def location_pairs(
    places: Sequence[str], ids: Sequence[str], relevant: Collection[str], negatives: int
) -> Pairs | None:
    """One location text that is true of the photograph and those that are not; None where its pool has no positive.

    The positive is the first location-relevant article of the pool. Negatives are location texts whose atoms are
    disjoint from the positive's, each distinct text once: the two most frequent in the pool first (ties: the earlier
    one), then the others in pool order.

    Args:
        places: location text of each article of the pool, best first.
        ids: their article ids.
        negatives: at most.
    """
    positive = next((i for i, article in enumerate(ids) if article in relevant), None)
    if positive is None:
        return None
    own = set(atoms(places[positive]))
    wrong = [p for p in places if p and own.isdisjoint(atoms(p))]
    return Pairs((places[positive],), tuple(_frequent_first(wrong)[:negatives]))


def event_pairs(
    clusters: Sequence[EventCluster], rank: dict[str, int], place: str, day: date, negatives: int, days: int = 7
) -> Pairs | None:
    """Cluster texts that are true of the photograph and those that are not; None where no cluster is.

    A cluster is true where its atom is the lowest level of the photograph's place and the photograph's day lies in its
    span, widened by `days` at both ends. One of a higher level of the place (`france`) in the right days is neither
    true nor false and left out. Negatives: one text of each of the two places with the most false clusters first, then
    the others by their best article's rank.

    Args:
        rank: of each article in the pool.
        place: leaf to root, `Paris, France`.
    """
    levels = [found[0] for part in place.split(",") if (found := atoms(part))]
    if not levels:
        return None
    right, wrong = [], []
    for cluster in sorted(clusters, key=lambda c: min(rank[a] for a in c.article_ids)):
        reach = timedelta(days=days)
        in_time = cluster.first - reach <= day <= cluster.last + reach
        if in_time and cluster.place == levels[0]:
            right.append(cluster)
        elif not (in_time and cluster.place in levels):
            wrong.append(cluster)
    if not right:
        return None
    common = [place for place, _ in Counter(c.place for c in wrong).most_common(2)]
    first = [next(c for c in wrong if c.place == place) for place in common]
    texts = dict.fromkeys(c.text for c in (*first, *wrong))
    return Pairs(tuple(dict.fromkeys(c.text for c in right)), tuple(texts)[:negatives])


def _frequent_first(texts: Sequence[str]) -> list[str]:
    """Each distinct text once: the two most frequent, then the others in their order."""
    counted = Counter(texts)  # most_common keeps the order of first appearance among equals
    return list(dict.fromkeys([*(t for t, _ in counted.most_common(2)), *texts]))
