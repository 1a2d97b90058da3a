"""Places of an article from its text, for articles that come without location keywords."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from newsctx.gazetteer import Entry, Gazetteer
from newsctx.records import ArticlePlace, PlaceSource
from newsctx.settings import LinkerSettings
from newsctx.toponyms import Mention, Toponym, accepted, find_toponyms, recognise, resolve_all

__all__ = ["Toponym", "find_toponyms", "link"]

_ORDER: tuple[PlaceSource, ...] = ("headline", "dateline", "lead", "body")
_FINE = ("city", "region", "country", "continent")


class _Part(NamedTuple):
    source: PlaceSource
    text: str


def link(
    headline: str, abstract: str, body: str, gazetteer: Gazetteer, settings: LinkerSettings
) -> tuple[ArticlePlace, ...]:
    """At most `max_places` places, best first; weights are shares of the article's place evidence (they sum to 1).

    Empty for an article that names no place. The body is read first: a Title Case headline says with its capitals
    nothing, so it counts only names that the running text confirms, or large ones.
    """
    parts = _parts(abstract or "", (body or "")[: settings.body_characters])
    found = [(p, m) for p in parts for m in recognise(p.text, gazetteer, settings)]
    known = accepted([m for _, m in found] + recognise(headline or "", gazetteer, settings))
    found = [(p, m) for p in parts for m in recognise(p.text, gazetteer, settings, known)]
    found += [(_Part("headline", headline), m) for m in recognise(headline or "", gazetteer, settings, known)]
    if not found:
        return ()
    chosen = resolve_all([m for _, m in found], gazetteer, settings)
    return _records(_evidence(found, chosen, settings), gazetteer, settings)


def _parts(abstract: str, body: str) -> list[_Part]:
    first, _, rest = body.lstrip().partition("\n")
    if len(first) < 80 and rest:  # a repeated headline or a byline: the lead is the next line
        second, _, rest = rest.partition("\n")
        first = f"{first}\n{second}"
    # An abstract is often the first paragraph again: its mentions then count once.
    same = abstract[:60].strip() and abstract[:60].strip() in first
    return [_Part("lead", "" if same else abstract), _Part("lead", first), _Part("body", rest)]


def _evidence(
    found: list[tuple[_Part, Mention]], chosen: dict[str, Entry], settings: LinkerSettings
) -> dict[Entry, dict[PlaceSource, float]]:
    weights = {
        "headline": settings.headline,
        "dateline": settings.dateline,
        "lead": settings.lead,
        "body": settings.body,
    }
    counts: dict[tuple[Entry, PlaceSource], int] = defaultdict(int)
    evidence: dict[Entry, dict[PlaceSource, float]] = defaultdict(lambda: defaultdict(float))
    for part, mention in found:
        entry = chosen[mention.key]
        source: PlaceSource = "dateline" if mention.dateline else part.source
        counts[entry, source] += 1
        if counts[entry, source] <= settings.repeats:
            evidence[entry][source] += weights[source] * mention.strength / counts[entry, source]
    return evidence


def _records(
    evidence: dict[Entry, dict[PlaceSource, float]], gazetteer: Gazetteer, settings: LinkerSettings
) -> tuple[ArticlePlace, ...]:
    totals = {e: sum(by.values()) for e, by in evidence.items()}
    _support_children(totals, gazetteer, settings)
    ranked = sorted(
        totals.items(), key=lambda item: (-item[1], _FINE.index(item[0].level), item[0].name, item[0].geonameid or 0)
    )
    everything = sum(totals.values())
    kept = [(e, w) for e, w in ranked[: settings.max_places] if w >= settings.min_share * everything]
    total = sum(w for _, w in kept)
    return tuple(_record(e, w / total, evidence[e], gazetteer) for e, w in kept)


def _support_children(totals: dict[Entry, float], gazetteer: Gazetteer, settings: LinkerSettings) -> None:
    """A region's or country's weight goes in part to the strongest finer place inside it that the text names."""
    for area in [e for level in ("country", "region") for e in totals if e.level == level]:
        inside = [
            e
            for e in totals
            if e is not area and _FINE.index(e.level) < _FINE.index(area.level) and gazetteer.within(e, area)
        ]
        if inside:
            moved = settings.parent_share * totals[area]
            best = max(inside, key=lambda e: totals[e])
            totals[area] -= moved
            totals[best] += moved


def _record(entry: Entry, share: float, by: dict[PlaceSource, float], gazetteer: Gazetteer) -> ArticlePlace:
    place = gazetteer.place(entry)
    parent = place.country if place.country != place.name else ""
    source = max(_ORDER, key=lambda s: by.get(s, 0.0))
    keyword = f"{place.name} ({parent})" if parent else place.name
    return ArticlePlace(keyword=keyword, place=place, weight=min(1.0, share), source=source)
