"""Votes of ranked articles for a place and a date, answered at the finest level that the evidence supports.

GRANOLA QA (Yona et al. 2024): an answer is as fine as the evidence, never finer. An article's vote depends on its
tier and rank; it is shared among the places of the article by their weight. From the finest level upward, the first
level at which one value alone holds at least `min_share` of all votes is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from newsctx.dates import coarsen, covers
from newsctx.places import parse_keyword
from newsctx.records import PLACE_LEVELS, Article, Assessment, Hit, PartialDate, Place, PlaceLevel, Support
from newsctx.settings import ContextSettings

_EPSILON = 1e-9  # float sums of equal votes differ by less
_PRECISIONS = ("day", "month", "year", "decade")
T = TypeVar("T")
Node = tuple[str, ...]  # (level, name, parents that tell two of a name apart)


@dataclass(frozen=True)
class Voter:
    """One article and the weight of its vote."""

    article: Article
    weight: float


@dataclass(frozen=True)
class Tally(Generic[T]):
    """Outcome of a vote: `value` is None where no level has a clear winner."""

    value: T | None
    share: float
    article_ids: tuple[str, ...]
    alternatives: tuple[Support, ...]


def voters(
    hits: Sequence[Hit],
    articles: Mapping[str, Article],
    settings: ContextSettings,
    has_answer: Callable[[Article], bool],
    rated: Mapping[str, Assessment] | None = None,
    first: float | None = None,
) -> tuple[tuple[Voter, ...], bool]:
    """The articles that vote, and whether they are sure (pinned or matched).

    Among the first `settings.articles` hits that pass the gate, pinned and matched articles decide alone where one of
    them has an answer; else all do. A vote weighs `tier_weights[tier] / rank ** rank_power`, times the article's
    probability to the power of `probability_power` where it is rated. Where nothing but the first article is rated,
    its probability is its share of the votes, and the others share the rest.

    Args:
        rated: article id -> its relevance; an article without a rating passes.
        first: the probability of the first hit; None: not rated.
    """
    known = rated or {}
    able = [
        h for h in hits[: settings.articles]
        if h.article_id in articles and has_answer(articles[h.article_id])
        and (h.article_id not in known or known[h.article_id].passes)
    ]  # fmt: skip
    sure = [h for h in able if h.tier != "ranked"]
    chosen = sure or able
    weights = [settings.tier_weights.get(h.tier, 1.0) / h.rank**settings.rank_power for h in chosen]
    p = {a: r.probability for a, r in known.items() if r.probability is not None}
    if not sure and all(h.article_id in p for h in chosen):
        weights = [w * p[h.article_id] ** settings.probability_power for h, w in zip(chosen, weights, strict=True)]
    elif not sure and first is not None and chosen and chosen[0].rank == 1 and sum(weights[1:]) > 0:
        rest = sum(weights[1:])
        weights = [first, *(w / rest * (1 - first) for w in weights[1:])]
    return tuple(Voter(articles[h.article_id], w) for h, w in zip(chosen, weights) if w > 0), bool(sure)


# --- places ---------------------------------------------------------------------------------------------------


def chain(place: Place) -> dict[PlaceLevel, Node]:
    """The place's own node and those above it, finest first."""
    names = {"city": place.city, "region": place.region, "country": place.country, "continent": place.continent}
    names[place.level] = place.name
    nodes: dict[PlaceLevel, Node] = {}
    for level in PLACE_LEVELS[PLACE_LEVELS.index(place.level) :]:
        name = names.get(level, "")
        if name:
            parents = {
                "venue": (place.city, place.country),
                "city": (place.region, place.country),
                "region": (place.country,),
            }
            nodes[level] = (level, *(part.casefold() for part in (name, *parents.get(level, ()))))
    return nodes


def contains(outer: Place, inner: Place) -> bool:
    """True where `inner` is `outer` or lies in it."""
    return chain(outer)[outer.level] in chain(inner).values()


def called(place: Place, articles: Iterable[Article]) -> str:
    """The name that the first of these articles gives the place, where that is another than its own; else empty."""
    node = chain(place)[place.level]
    for article in articles:
        for named in article.places:
            if named.place and named.place.level == place.level and chain(named.place).get(place.level) == node:
                name = parse_keyword(named.keyword)[0]
                return name if name.casefold() != place.name.casefold() else ""
    return ""


def vote_place(
    casting: Sequence[Voter], resolve: Callable[[str], Place | None], settings: ContextSettings
) -> Tally[Place]:
    """The finest place with a clear share of the votes."""
    ballots = [(v.article.article_id, p, v.weight * w) for v in casting for p, w in _own_places(v.article)]
    total = sum(w for _, _, w in ballots)
    for level in PLACE_LEVELS:
        at_level = [(chain(p).get(level), w) for _, p, w in ballots]
        node, share = _winner([(n, w) for n, w in at_level if n], total)
        if node is None or share < settings.min_share - _EPSILON:
            continue
        inside = [(a, p) for a, p, _ in ballots if chain(p).get(level) == node]
        answer = _place_of(level, node, [p for _, p in inside], resolve)
        others = [(a, p, w) for a, p, w in ballots if not contains(p, answer)]
        return Tally(
            answer, min(share, 1.0), _ids(a for a, _ in inside), _place_alternatives(others, answer, total, settings)
        )
    return Tally(None, 0.0, (), _place_alternatives(ballots, None, total, settings))


def _own_places(article: Article) -> list[tuple[Place, float]]:
    """The article's places and their shares of its vote, which sum to 1.

    `Nice` and `France` in one article are one piece of evidence: a place around others that the article weighs no less
    gives its weight to them, in proportion. A place around others that are named in passing keeps it.
    """
    named = [(p.place, p.weight) for p in article.places if p.place and p.weight]
    votes = [w for _, w in named]
    for i, (outer, weight) in sorted(enumerate(named), key=lambda x: PLACE_LEVELS.index(x[1][0].level), reverse=True):
        inner = [j for j, (p, w) in enumerate(named) if w >= weight and p.level != outer.level and contains(outer, p)]
        if inner:
            given, votes[i] = votes[i], 0.0
            total = sum(named[j][1] for j in inner)
            for j in inner:
                votes[j] += given * named[j][1] / total
    whole = sum(votes)
    return [(p, v / whole) for (p, _), v in zip(named, votes) if v]


def _place_of(level: PlaceLevel, node: Node, inside: Sequence[Place], resolve: Callable[[str], Place | None]) -> Place:
    """The place of a node: as an article has it, else as the gazetteer has it, else without coordinates."""
    own = next((p for p in inside if p.level == level), None)
    if own:
        return own
    leaf = inside[0]
    name = {"city": leaf.city, "region": leaf.region, "country": leaf.country, "continent": leaf.continent}[level]
    above = PLACE_LEVELS[PLACE_LEVELS.index(level) + 1 :]
    parts = {
        k: v
        for k, v in (("region", leaf.region), ("country", leaf.country), ("continent", leaf.continent))
        if k in above
    }
    known = resolve(", ".join([name, *(v for k, v in parts.items() if v and k != "continent")]))
    if known and chain(known).get(level) == node and known.level == level:
        return known
    return Place(name=name, level=level, country_code=leaf.country_code if level != "continent" else "", **parts)


def _place_alternatives(
    ballots: Sequence[tuple[str, Place, float]], answer: Place | None, total: float, settings: ContextSettings
) -> tuple[Support, ...]:
    """The places named by the voters that are neither the answer nor around it, strongest first."""
    labels: dict[Node, str] = {}
    votes: dict[Node, float] = {}
    ids: dict[Node, list[str]] = {}
    for article_id, place, weight in ballots:
        node = chain(place)[place.level]
        if answer and node == chain(answer)[answer.level]:
            continue
        labels.setdefault(node, place.label)
        votes[node] = votes.get(node, 0.0) + weight
        ids.setdefault(node, []).append(article_id)
    order = sorted(votes, key=lambda n: -round(votes[n], 9))[
        : settings.alternatives
    ]  # stable: ties in order of appearance
    return tuple(Support(label=labels[n], share=min(votes[n] / total, 1.0), article_ids=_ids(ids[n])) for n in order)


# --- dates ----------------------------------------------------------------------------------------------------


def vote_date(casting: Sequence[Voter], settings: ContextSettings) -> Tally[PartialDate]:
    """The finest publication date with a clear share of the votes."""
    ballots = [(v.article.article_id, v.article.published, v.weight) for v in casting if v.article.published]
    total = sum(w for _, _, w in ballots)
    for precision in _PRECISIONS:
        fine = [(coarsen(d, precision), w) for _, d, w in ballots]
        date, share = _winner([(d, w) for d, w in fine if d.precision == precision], total)
        if date is None or share < settings.min_share - _EPSILON:
            continue
        inside = _ids(a for a, d, _ in ballots if covers(date, d))
        others = [b for b in ballots if b[1] != date and not covers(b[1], date)]
        return Tally(date, min(share, 1.0), inside, _date_alternatives(others, total, settings))
    return Tally(None, 0.0, (), _date_alternatives(ballots, total, settings))


def _date_alternatives(
    ballots: Sequence[tuple[str, PartialDate, float]], total: float, settings: ContextSettings
) -> tuple[Support, ...]:
    votes: dict[str, float] = {}
    ids: dict[str, list[str]] = {}
    for article_id, date, weight in ballots:
        votes[date.iso] = votes.get(date.iso, 0.0) + weight
        ids.setdefault(date.iso, []).append(article_id)
    order = sorted(votes, key=lambda d: -round(votes[d], 9))[: settings.alternatives]
    return tuple(Support(label=d, share=min(votes[d] / total, 1.0), article_ids=_ids(ids[d])) for d in order)


# --- counting -------------------------------------------------------------------------------------------------


def _winner(ballots: Sequence[tuple[T, float]], total: float) -> tuple[T | None, float]:
    """The value with the most votes and its share of `total`; None on a tie for the first place."""
    votes: dict[T, float] = {}
    for value, weight in ballots:
        votes[value] = votes.get(value, 0.0) + weight
    order = sorted(votes, key=lambda v: -votes[v])
    if not order or (len(order) > 1 and votes[order[0]] - votes[order[1]] <= _EPSILON * total):
        return None, 0.0
    return order[0], votes[order[0]] / total


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
