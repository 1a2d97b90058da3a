"""The map: events, and where claim, camera and answer say that the photograph was taken, with their distances."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gradio.components.plot import PlotData

from newsctx.places import EARTH_RADIUS_KM
from newsctx.records import Place
from newsctx.ui.chart_data import NAMES, EventPoint, PlaceMark, apart, events, evidence, level, place_marks
from newsctx.ui.chart_figure import COLOURS, draw, plain, short, trace
from newsctx.ui.events_panel import span
from newsctx.ui.language import N_, number, tr, trn
from newsctx.ui.page import Page

ASPECT = 1.6  # width to height of the map in a window of 1440 pixels
LEAST_DEGREES = 24.0  # of the map's sides: a single city still shows its surroundings
TOLD = 6  # events of one spot that are named where it is pointed at
CIRCLE = 48  # corners of a circle
AREAS = 12  # circles at most
SYMBOLS = {"claim": "diamond", "camera": "square", "answer": "star"}
LINES = {"claim": N_("Claimed place to answer: %(km)s km"), "camera": N_("Camera to answer: %(km)s km")}
_KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180
_MAP = {
    "resolution": 110, "projection": {"type": "equirectangular"}, "showcoastlines": True, "showland": True,
    "showcountries": True, "showframe": False, "bgcolor": "rgba(0,0,0,0)",
}  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """The events of one position: they would hide each other."""

    lat: float
    lon: float
    events: tuple[EventPoint, ...]

    @property
    def articles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(a for e in self.events for a in e.cluster.article_ids))

    @property
    def dropped(self) -> bool:
        return all(e.dropped for e in self.events)


def world(page: Page) -> PlotData | None:
    """Events where they are, as large as they have articles; None where nothing has coordinates.

    A city is a point; a region or a country has a circle that holds most of its cities (`Atlas.reach_km`).
    """
    spots, marks = _spots(events(page)), place_marks(page)
    if not spots and not marks:
        return None
    traces = _areas(spots, marks) + _lines(marks)
    labels = _labels(spots)
    for kind in ("event", "dropped"):
        chosen = [(s, label) for s, label in zip(spots, labels, strict=True) if s.dropped == (kind == "dropped")]
        traces += [_points(kind, chosen)] if chosen else []
    traces += [_mark(page, m, spots) for m in marks]
    around = [(s.lat, s.lon, max(e.reach_km for e in s.events)) for s in spots]
    around += [(*m.at, m.reach_km) for m in marks]
    return draw(traces, {"geo": _MAP | _window(around), "dragmode": "pan"}, page.case.case_id if page.case else "")


def _spots(found: list[EventPoint]) -> list[Spot]:
    """In the order of their best event."""
    groups: dict[tuple[float, float], list[EventPoint]] = {}
    for e in found:
        if e.place and e.place.lat is not None and e.place.lon is not None:
            groups.setdefault((e.place.lat, e.place.lon), []).append(e)
    return [Spot(lat, lon, tuple(group)) for (lat, lon), group in groups.items()]


def _points(kind: str, spots: list[tuple[Spot, str]]) -> dict[str, Any]:
    return trace(
        kind, type="scattergeo", mode="markers+text",
        name=tr("Events, larger with more articles") if kind == "event" else tr("Dropped events"),
        lat=[s.lat for s, _ in spots], lon=[s.lon for s, _ in spots],
        text=[label for _, label in spots], textposition="top center",
        customdata=[[s.events[0].cluster.id, evidence(s.articles)] for s, _ in spots],
        hovertext=[_told(s) for s, _ in spots], hoverinfo="text",
        marker={
            "size": [size(len(s.articles)) for s, _ in spots], "color": COLOURS[kind], "opacity": 0.8,
            "line": {"width": 1, "color": "#ffffff"},
        },
    )  # fmt: skip


def size(articles: int) -> float:
    """Diameter in pixels: the surface grows with the articles."""
    return round(min(30.0, 6 + 4 * math.sqrt(articles)), 1)


def _told(spot: Spot) -> str:
    first = spot.events[0]
    exact = f" ({level(first.place)})" if first.place else ""
    lines = [f"{plain(short(first.place.name if first.place else first.cluster.place, 60))}{exact}"]
    for e in spot.events[:TOLD]:
        many = trn("%(num)s article", "%(num)s articles", len(e.cluster.article_ids))
        lines.append(f"{e.number}: {span(e.cluster)}, {many}")
    if len(spot.events) > TOLD:
        lines.append(tr("and %(num)s more", num=len(spot.events) - TOLD))
    return "<br>".join(lines)


def _mark(page: Page, mark: PlaceMark, spots: list[Spot]) -> dict[str, Any]:
    """It lies on top: a click on it also means the events below it, or the articles that the answer rests on."""
    told = place_name(mark)
    below = next((s for s in spots if (s.lat, s.lon) == mark.at), None)
    answer = page.document.context.place.article_ids if page.document and page.document.context else ()
    stands_for = below.articles if below else answer if mark.kind == "answer" else ()
    return trace(
        mark.kind, type="scattergeo", mode="markers", name=plain(short(told, 44)), lat=[mark.at[0]], lon=[mark.at[1]],
        customdata=[[below.events[0].cluster.id if below else "", evidence(stands_for)]],
        hovertext=[f"{plain(told)}<br>{mark.at[0]:.3f}, {mark.at[1]:.3f}"], hoverinfo="text",
        marker={
            "size": 14 if mark.kind == "answer" else 11, "symbol": SYMBOLS[mark.kind], "color": COLOURS[mark.kind],
            "line": {"width": 1, "color": "#ffffff"},
        },
    )  # fmt: skip


def place_name(mark: PlaceMark) -> str:
    """`Claimed: Rotterdam, South Holland, The Netherlands (city)`; what the camera wrote is a position."""
    told = f"{tr(NAMES[mark.kind])}: {mark.label}"
    return told if mark.kind == "camera" else f"{told} ({level(mark.place)})"


def _areas(spots: list[Spot], marks: list[PlaceMark]) -> list[dict[str, Any]]:
    """A circle for each region or country: its centre is not where it happened."""
    wide = [(m.place, m.reach_km) for m in marks]
    wide += [(e.place, e.reach_km) for s in spots for e in s.events[:1] if e.place]
    unique: dict[tuple[float, float], tuple[Place, float]] = {}
    for place, km in wide:
        if km and place.lat is not None and place.lon is not None:
            unique.setdefault((round(place.lat, 2), round(place.lon, 2)), (place, km))
    return [_area(place, km, first=i == 0) for i, (place, km) in enumerate(list(unique.values())[:AREAS])]


def _area(place: Place, km: float, first: bool) -> dict[str, Any]:
    corners = circle(place.lat or 0.0, place.lon or 0.0, km)
    told = tr("%(place)s (%(level)s): 90%% of its cities lie within %(km)s km", place=plain(place.name),
              level=level(place), km=number(round(km)))  # fmt: skip
    return trace(
        "area", type="scattergeo", mode="lines", fill="toself", name=tr("Region or country: 90% of its cities"),
        legendgroup="area", showlegend=first, lat=[lat for lat, _ in corners], lon=[lon for _, lon in corners],
        hovertext=told, hoverinfo="text", line={"color": COLOURS["area"], "width": 1},
        fillcolor=COLOURS["area"] + "22",
    )  # fmt: skip


def circle(lat: float, lon: float, km: float) -> list[tuple[float, float]]:
    """Corners (latitude, longitude) of a closed circle on the sphere, clockwise: what lies to its right is inside."""
    away, corners = km / EARTH_RADIUS_KM, []
    phi, lam = math.radians(lat), math.radians(lon)
    for step in range(CIRCLE + 1):
        turn = 2 * math.pi * step / CIRCLE
        y = math.asin(math.sin(phi) * math.cos(away) + math.cos(phi) * math.sin(away) * math.cos(turn))
        x = lam + math.atan2(
            math.sin(turn) * math.sin(away) * math.cos(phi), math.cos(away) - math.sin(phi) * math.sin(y)
        )
        corners.append((round(math.degrees(y), 2), round((math.degrees(x) + 180) % 360 - 180, 2)))
    return corners


def _lines(marks: list[PlaceMark]) -> list[dict[str, Any]]:
    """Great circles to the answer, each told at its middle. Plotly draws the shortest way between two points.

    The line itself is not pointed at: its ends would take the clicks of what lies there.
    """
    answer = next((m for m in marks if m.kind == "answer"), None)
    found = []
    for mark in marks:
        km = apart(marks).get(mark.kind)
        if answer is None or km is None:
            continue
        told, kind = tr(LINES[mark.kind], km=number(round(km))), f"line-{mark.kind}"
        half, ends = middle(mark.at, answer.at), (mark.at, answer.at)
        line = trace(
            kind, type="scattergeo", mode="lines", name=told, legendgroup=kind, hoverinfo="skip",
            lat=[lat for lat, _ in ends], lon=[lon for _, lon in ends],
            line={"color": COLOURS[mark.kind], "width": 1.5, "dash": "dash"},
        )  # fmt: skip
        point = trace(
            kind, type="scattergeo", mode="markers", name=told, legendgroup=kind, showlegend=False,
            lat=[half[0]], lon=[half[1]], hovertext=told, hoverinfo="text",
            marker={"size": 7, "color": COLOURS[mark.kind]},
        )  # fmt: skip
        found += [line, point] if km >= 1 else [line]
    return found


def middle(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """Half way on the great circle (latitude, longitude, degrees); of opposite points the first."""
    vectors = []
    for lat, lon in (a, b):
        phi, lam = math.radians(lat), math.radians(lon)
        vectors.append((math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)))
    x, y, z = (p + q for p, q in zip(*vectors, strict=True))
    if math.hypot(x, y, z) < 1e-9:
        return a
    return round(math.degrees(math.atan2(z, math.hypot(x, y))), 4), round(math.degrees(math.atan2(y, x)), 4)


def _labels(spots: list[Spot]) -> list[str]:
    """The numbers of the events, left out where a better event already stands nearly there."""
    if not spots:
        return []
    wide = max(20.0, max(s.lon for s in spots) - min(s.lon for s in spots))
    labels: list[str] = []
    taken: list[tuple[float, float]] = []
    for s in spots:
        free = all(abs(s.lat - a) > wide / 16 or abs(s.lon - o) > wide / 16 for a, o in taken)
        first, *more = [str(e.number) for e in s.events]
        labels.append((f"{first} +{len(more)}" if more else first) if free else "")
        if free:
            taken.append((s.lat, s.lon))
    return labels


def _window(around: Iterable[tuple[float, float, float]]) -> dict[str, Any]:
    """The part of the world that holds all points and circles, with a margin."""
    lats: list[float] = []
    lons: list[float] = []
    for lat, lon, km in around:
        degrees = km / _KM_PER_DEGREE
        lats += [max(-90.0, lat - degrees), min(90.0, lat + degrees)]
        lons += [max(-180.0, lon - degrees), min(180.0, lon + degrees)]
    return {
        "lataxis": {"range": _stretch(lats, max(LEAST_DEGREES, (max(lons) - min(lons)) / ASPECT), -60, 85)},
        "lonaxis": {"range": _stretch(lons, max(ASPECT * LEAST_DEGREES, (max(lats) - min(lats)) * ASPECT), -180, 180)},
    }


def _stretch(values: list[float], least: float, low: float, high: float) -> list[float]:
    """The span of the values with a margin, at least `least` wide, inside low..high."""
    center, half = (min(values) + max(values)) / 2, max((max(values) - min(values)) * 0.6, least / 2)
    return [round(max(low, center - half), 2), round(min(high, center + half), 2)]
