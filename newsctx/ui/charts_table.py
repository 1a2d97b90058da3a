"""The map and the timeline as text: everything that they draw, with the controls that need no mouse."""

from __future__ import annotations

from datetime import date
from typing import Any

from newsctx.places import distance_km
from newsctx.records import Place
from newsctx.ui import chart_data as data
from newsctx.ui.chart_data import EventPoint, PlaceMark
from newsctx.ui.chart_map import LINES, place_name
from newsctx.ui.charts import MOST_EVENTS, date_name
from newsctx.ui.events_panel import span
from newsctx.ui.html import day
from newsctx.ui.language import number, tr, trn
from newsctx.ui.page import Page

TEMPLATE = "charts.html"


def view(page: Page) -> dict[str, Any]:
    """Events, what they are held against, and every article with its days."""
    document = page.document
    if document is None or document.stages.events is None:
        return {"ran": False}
    found, places, dates = data.events(page), data.place_marks(page), data.date_marks(page)
    return {
        "ran": True,
        "events": [event(e, places) for e in found],
        "marks": marks(page, places),
        "articles": articles(page, found),
        "lines": [tr(LINES[kind], km=number(round(km))) for kind, km in data.apart(places).items()],
        "map": {"drawn": bool(places or any(e.place for e in found)), "gist": map_gist(found, places)},
        "timeline": {"drawn": bool(found or dates), "gist": timeline_gist(found, dates), "most": MOST_EVENTS},
        "unplaced": data.unplaced_claim(page),
        "set_place": _set_place(page),
        "set_date": page.edits.date.iso if page.edits.date else "",
    }


def event(e: EventPoint, places: list[PlaceMark]) -> dict[str, Any]:
    """One event in words."""
    return {
        "id": e.cluster.id,
        "number": e.number,
        "place": e.cluster.place,
        "level": data.level(e.place),
        "at": position(e.place),
        "reach": number(round(e.reach_km)) if e.reach_km else "",
        "span": span(e.cluster),
        "articles": len(e.cluster.article_ids),
        "ids": e.cluster.article_ids,
        "dropped": e.dropped,
        "to_claim": _away(e.place, places, "claim"),
        "to_camera": _away(e.place, places, "camera"),
    }


def marks(page: Page, places: list[PlaceMark]) -> list[dict[str, str]]:
    """Claim, camera and answer: place and date side by side."""
    by_place, by_date = {m.kind: m for m in places}, {m.kind: m for m in data.date_marks(page)}
    away = data.apart(places)
    rows = []
    for kind, name in data.NAMES.items():
        place, when = by_place.get(kind), by_date.get(kind)
        if place or when:
            rows.append({
                "kind": kind, "name": tr(name), "place": place.label if place else "",
                "level": data.level(place.place) if place and kind != "camera" else "",
                "at": position(place.place) if place else "",
                "date": day(when.when) if when else "",
                "precision": tr(data.PRECISIONS[when.when.precision]) if when else "",
                "away": number(round(away[kind])) if kind in away else "",
            })  # fmt: skip
    return rows


def articles(page: Page, found: list[EventPoint]) -> list[dict[str, Any]]:
    """Every article of the case with its first and last possible day of publication, oldest first."""
    of: dict[str, list[int]] = {}
    for e in found:
        for a in e.cluster.article_ids:
            of.setdefault(a, []).append(e.number)
    cards = page.document.articles.values() if page.document else ()
    return [
        {
            "id": c.article_id,
            "headline": c.headline or tr("(no headline)"),
            "source": c.source,
            "date": day(c.published),
            "first": c.published.first.isoformat() if c.published else "",
            "last": c.published.last.isoformat() if c.published else "",
            "events": of.get(c.article_id, []),
        }
        for c in sorted(cards, key=lambda c: (c.published.first if c.published else date.max, c.article_id))
    ]


def map_gist(found: list[EventPoint], places: list[PlaceMark]) -> str:
    """What the map says, in one paragraph for those who do not see it."""
    placed = [e for e in found if e.place]
    told = [trn("Map of %(num)s event.", "Map of %(num)s events.", len(placed))]
    if placed:
        most = max(placed, key=lambda e: len(e.cluster.article_ids))
        told.append(tr("Most articles: %(place)s, %(span)s.", place=most.cluster.place, span=span(most.cluster)))
    told += [place_name(m) + "." for m in places]
    told += [tr(LINES[kind], km=number(round(km))) + "." for kind, km in data.apart(places).items()]
    return " ".join([*told, tr("The table below says the same.")])


def timeline_gist(found: list[EventPoint], dates: list[data.DateMark]) -> str:
    """The same of the timeline."""
    told = [trn("Timeline of %(num)s event.", "Timeline of %(num)s events.", min(len(found), MOST_EVENTS))]
    if found:
        told.append(
            tr("First in the list: %(place)s, %(span)s.", place=found[0].cluster.place, span=span(found[0].cluster))
        )
    told += [date_name(m) + "." for m in dates]
    return " ".join([*told, tr("The table below says the same.")])


def position(place: Place | None) -> str:
    """`48.853, 2.349`: latitude and longitude in degrees; empty where unknown."""
    return f"{place.lat:.3f}, {place.lon:.3f}" if place and place.lat is not None and place.lon is not None else ""


def _away(place: Place | None, places: list[PlaceMark], kind: str) -> str:
    mark = next((m for m in places if m.kind == kind), None)
    km = distance_km(place, mark.place) if place and mark else None
    return number(round(km)) if km is not None else ""


def _set_place(page: Page) -> str:
    place = page.edits.place
    return place if isinstance(place, str) else place.label if place else ""
