"""Event candidates as the analyst groups them: merged and split by hand, in the order in which that was done.

A candidate that comes out of it is described, dated and scored like any other. Its id is a digest of what was done and
of its members, so that the same grouping has the same ids in every run and decisions on it hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from newsctx.override_types import MergeClusters, SplitCluster
from newsctx.records import Article, Cluster
from newsctx.settings import EventSettings

Grouping = MergeClusters | SplitCluster
_AND = " + "  # between the places of a merge; no atom has such a character
_LISTED = 3  # ids that a note names


def regroup(
    clusters: Sequence[Cluster],
    groupings: Sequence[Grouping],
    articles: Mapping[str, Article],
    ranks: Mapping[str, int],
    settings: EventSettings,
) -> tuple[tuple[Cluster, ...], tuple[str, ...]]:
    """Apply the analyst's merges and splits, one after the other: a later one can name what an earlier one made.

    A merge puts one candidate in the place of several. A split puts two in the place of one, and takes out the smaller
    windows of the same place that hold articles of both: the analyst said that they are two events.

    Args:
        articles: by id, for all members.
        ranks: article id -> rank in the stage before; the best one represents a candidate.

    Returns:
        The candidates, and a sentence for each grouping that could not be applied because its candidates or articles
        are no longer there.
    """
    now = list(clusters)
    notes: list[str] = []
    for one in groupings:
        known = {c.id: c for c in now}
        if isinstance(one, MergeClusters):
            missing = [i for i in dict.fromkeys(one.cluster_ids) if i not in known]
            parts = [known[i] for i in dict.fromkeys(one.cluster_ids) if i in known]
            if missing or len(parts) < 2:
                notes.append(f"A merge of event candidates was left out: {_gone(missing)}.")
                continue
            now = _replaced(now, parts, [_merged(parts, articles, ranks, settings)])
            continue
        whole = known.get(one.cluster_id)
        if whole is None:
            notes.append(f"A split of an event candidate was left out: {_gone([one.cluster_id])}.")
            continue
        taken = [a for a in whole.article_ids if a in one.article_ids]
        lost = [a for a in dict.fromkeys(one.article_ids) if a not in whole.article_ids]
        rest = [a for a in whole.article_ids if a not in taken]
        if lost or not rest:
            why = f"{_gone(lost)} among its articles" if lost else "it would leave nothing"
            notes.append(f"A split of the event candidate {whole.place} was left out: {why}.")
            continue
        now = [c for c in now if c is whole or not _across(c, whole, taken, rest)]
        now = _replaced(now, [whole], [_part(whole, ids, articles, ranks, settings) for ids in (rest, taken)])
    return tuple(now), tuple(notes)


def unknown_decisions(decided: Sequence[str], clusters: Sequence[Cluster]) -> str:
    """A sentence on decisions that no candidate has any more; empty where there are none."""
    known = {c.id for c in clusters}
    lost = [i for i in decided if i not in known]
    return f"Without effect, a decision on what is no event candidate now: {_listed(lost)}." if lost else ""


# --- making them ----------------------------------------------------------------------------------------------


def _merged(
    parts: Sequence[Cluster], articles: Mapping[str, Article], ranks: Mapping[str, int], settings: EventSettings
) -> Cluster:
    atoms = list(dict.fromkeys(c.atom for c in parts))
    places = list({c.atom: c.place for c in reversed(parts)}[a] for a in atoms)
    ids = list(dict.fromkeys(a for c in parts for a in c.article_ids))
    located = [c for c in parts if c.lat is not None]
    at = max(located, key=lambda c: len(c.article_ids), default=None)
    return _made("merged", _AND.join(atoms), _AND.join(places), " and ".join(atoms), ids, parts, at, articles, ranks,
                 settings)  # fmt: skip


def _part(
    whole: Cluster, ids: Sequence[str], articles: Mapping[str, Article], ranks: Mapping[str, int],
    settings: EventSettings,
) -> Cluster:  # fmt: skip
    text = whole.atom.replace(_AND, " and ")
    return _made("split", whole.atom, whole.place, text, ids, [whole], whole, articles, ranks, settings)


def _made(
    how: str, atom: str, place: str, spoken: str, ids: Sequence[str], sources: Sequence[Cluster], at: Cluster | None,
    articles: Mapping[str, Article], ranks: Mapping[str, int], settings: EventSettings,
) -> Cluster:  # fmt: skip
    days = {a: _day(articles[a], sources, a) for a in ids}
    members = sorted(ids, key=lambda a: (days[a], ranks[a]))
    first, last = min(days.values()), max(days.values())
    key = hashlib.sha256("\0".join((how, atom, *sorted(ids))).encode()).hexdigest()[:12]
    return Cluster(
        id=f"{how}-{key}", place=place, atom=atom, first=first, last=last, article_ids=tuple(members),
        text=settings.template.format(first=first.isoformat(), last=last.isoformat(), atom=spoken),
        representative=min(members, key=ranks.__getitem__), maximal=True,
        lat=at.lat if at else None, lon=at.lon if at else None,
    )  # fmt: skip


def _day(article: Article, sources: Sequence[Cluster], article_id: str) -> date:
    """The day by which the article came into its candidate."""
    if article.published is not None:
        return article.published.first
    return next(c.first for c in sources if article_id in c.article_ids)


def _replaced(now: Sequence[Cluster], old: Sequence[Cluster], new: Sequence[Cluster]) -> list[Cluster]:
    """The new ones where the first of the old stood; none of the computed ones says the same once more."""
    at = min(now.index(c) for c in old)
    same = {(c.atom, frozenset(c.article_ids)) for c in new}
    kept = [c for c in now if c not in old and (c.atom, frozenset(c.article_ids)) not in same]
    before = [c for c in now[:at] if c in kept]
    return [*before, *new, *kept[len(before) :]]


def _across(cluster: Cluster, whole: Cluster, taken: Sequence[str], rest: Sequence[str]) -> bool:
    """Whether it is a part of the candidate that is split and holds articles of both sides."""
    ids = set(cluster.article_ids)
    return (
        cluster.atom in whole.atom.split(_AND)
        and ids <= set(whole.article_ids)
        and bool(ids & set(taken) and ids & set(rest))
    )


def _gone(ids: Sequence[str]) -> str:
    return f"{_listed(ids)} {'is' if len(ids) == 1 else 'are'} no longer there"


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return ", ".join(i[:60] for i in ids[:_LISTED]) + more
