"""Refinement of fused scores by neighbouring articles (EVENTA-H): those of the same days, those linked by citation.

Pure functions over the fused list. Both lifts are computed from the fused scores, so neither depends on the other, and
a refinement re-orders the list: it brings nothing in.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from newsctx.records import PartialDate, Refinement
from newsctx.settings import RefineSettings


@dataclass(frozen=True)
class Surroundings:
    """What the archive knows around the fused articles; ids of other articles are harmless."""

    dates: Mapping[str, PartialDate | None] = field(default_factory=dict)  # article id -> publication date
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)  # article id -> ids of the articles it cites
    images: Mapping[str, Sequence[str]] = field(default_factory=dict)  # article id -> its image ids, in its order


class Lift(NamedTuple):
    """What one neighbourhood adds to an article's score, and who is in it, the strongest first."""

    name: Literal["temporal", "citation"]
    added: float
    neighbours: tuple[str, ...]

    def record(self, named: int) -> Refinement:
        """For the document: at most `named` neighbours."""
        return Refinement(name=self.name, added=self.added, neighbours=self.neighbours[:named])


def refine(scores: Mapping[str, float], around: Surroundings, settings: RefineSettings) -> dict[str, tuple[Lift, ...]]:
    """article id -> its lifts (temporal, then citation), for the articles that are lifted.

    Args:
        scores: fused score by article id, best first.
    """
    found: dict[str, tuple[Lift, ...]] = {}
    for lifts in (temporal(scores, around.dates, settings), citation(scores, around.links, settings)):
        for article_id, lift in lifts.items():
            found[article_id] = (*found.get(article_id, ()), lift)
    return found


def temporal(
    scores: Mapping[str, float], dates: Mapping[str, PartialDate | None], settings: RefineSettings
) -> dict[str, Lift]:
    """article id -> `temporal` times the mean fused score of the other articles at most `window_days` away.

    Only dates known to the day count: a month cannot stand within a week. Neighbours are named by score. An article
    without a day or without neighbours has no lift.
    """
    if settings.temporal <= 0:
        return {}
    days = {a: _day(dates.get(a)) for a in scores}
    dated = sorted(((day, rank, a) for rank, (a, day) in enumerate(days.items()) if day), key=lambda one: one[:2])
    calendar = [day.toordinal() for day, _, _ in dated]
    found: dict[str, Lift] = {}
    for day, rank, article_id in dated:
        first = bisect_left(calendar, day.toordinal() - settings.window_days)
        end = bisect_right(calendar, day.toordinal() + settings.window_days)
        near = sorted((r, a) for _, r, a in dated[first:end] if r != rank)
        if near:
            mean = math.fsum(scores[a] for _, a in near) / len(near)
            found[article_id] = Lift("temporal", settings.temporal * mean, tuple(a for _, a in near))
    return found


def citation(
    scores: Mapping[str, float], links: Mapping[str, Iterable[str]], settings: RefineSettings
) -> dict[str, Lift]:
    """article id -> `citation` times the support of the articles that it cites or that cite it.

    Support is the mean score of those neighbours that score high (in the first `high_share` of the list), weighted by
    their PageRank in the link graph among the list's articles. Links to itself, to unknown articles and repeated links
    count for nothing. Neighbours are named by their share of the support.
    """
    high = set(list(scores)[: math.ceil(settings.high_share * len(scores))])
    edges = _edges(links, scores)
    if settings.citation <= 0 or not edges:
        return {}
    ranks = pagerank(edges, settings.damping)
    near: dict[str, set[str]] = {}
    for citing, cited in edges:
        near.setdefault(citing, set()).add(cited)
        near.setdefault(cited, set()).add(citing)
    found: dict[str, Lift] = {}
    for article_id in (a for a in scores if a in near):
        support = sorted(near[article_id] & high, key=lambda a: (-ranks[a] * scores[a], a))
        if support:
            weight = math.fsum(ranks[a] for a in support)
            mean = math.fsum(ranks[a] * scores[a] for a in support) / weight
            found[article_id] = Lift("citation", settings.citation * mean, tuple(support))
    return found


def pagerank(edges: Sequence[tuple[str, str]], damping: float) -> dict[str, float]:
    """article id -> PageRank (Brin and Page 1998) in the graph of the edges (citing, cited); they add up to 1.

    Whoever cites nobody passes its rank on to all alike. Solved as the linear system that defines it, so that it also
    holds for damping close to 1, where iterating takes thousands of rounds.
    """
    import numpy as np
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import spsolve

    names = sorted({a for edge in edges for a in edge})
    place = {a: i for i, a in enumerate(names)}
    citing = np.array([place[a] for a, _ in edges])
    cited = np.array([place[b] for _, b in edges])
    share = 1.0 / np.bincount(citing, minlength=len(names))[citing]
    passed = csc_array((damping * share, (cited, citing)), shape=(len(names), len(names)))
    # giving the rank of those who cite nobody to all alike changes the solution by a factor only
    found = spsolve((eye_array(len(names)) - passed).tocsc(), np.ones(len(names)))
    return dict(zip(names, (found / found.sum()).tolist(), strict=True))


def _edges(links: Mapping[str, Iterable[str]], known: Mapping[str, float]) -> list[tuple[str, str]]:
    """Links between different known articles, each once, in a fixed order."""
    return sorted({(a, b) for a in known for b in links.get(a, ()) if b != a and b in known})


def _day(when: PartialDate | None) -> date | None:
    return when.first if when is not None and when.precision == "day" else None
