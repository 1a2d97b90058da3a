"""Map and timeline as pictures: the same events give the same bytes.

Nothing is told by the picture alone: numbers refer to the table of events that stands below, kinds have shapes of
their own, and both have a text alternative. Letters are drawn as paths, so that no font has to be there.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from newsctx.report import words
from newsctx.report.facts import EventFacts, MarkFacts
from newsctx.report.outlines import borders, land

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Kind = Literal["svg", "png"]
WIDTH = 7.4  # inches
DPI = 160
INK, QUIET, GRID = "#1f2933", "#5b6b7a", "#d8dee4"
SEA, LAND, BORDER = "#eef3f7", "#dfe3dc", "#b3bcb4"
EVENT, DROPPED = "#0b7a75", "#9aa5b1"
#: Kind -> marker, colour, name.
MARKS = {
    "claimed": ("D", "#b45309", "Claimed"), "camera": ("^", "#6d28d9", "Camera"), "answer": ("*", "#c01048", "Answer"),
}  # fmt: skip
LEAST = 16.0  # degrees of longitude that a map shows at least
_SALT = "newsctx"
_LOCK = threading.Lock()  # matplotlib's settings are the process's


def world(events: Sequence[EventFacts], marks: Sequence[MarkFacts], kind: Kind) -> bytes:
    """Map of the events that have a position; empty bytes where there is nothing to draw.

    Map, timeline and table are of the same events (setting `report.events`): a number leads to its row.
    """
    placed = [(e.lon, e.lat, e) for e in events if e.lat is not None and e.lon is not None]
    spots = [(m.lon, m.lat, m) for m in marks if m.lat is not None and m.lon is not None]
    if not placed and not spots:
        return b""
    points = [(float(x or 0), float(y or 0)) for x, y, _ in (*placed, *spots)]
    west, east, south, north = _window(points)
    height = max(2.6, min(4.6, WIDTH * (north - south) / (east - west)))

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.005, 0.005, 0.99, 0.99))
        _land(axes, (west, east, south, north))
        for x, y, e in sorted(placed, key=lambda p: -len(p[2].article_ids)):
            colour = DROPPED if e.decision == "dropped" else EVENT
            size = 30 + 26 * min(len(e.article_ids), 20)
            axes.scatter([x], [y], s=size, color=colour, alpha=0.75, edgecolors="white", linewidths=0.8, zorder=3)
        for (x, y), numbers in _together(placed).items():
            label = ", ".join(str(n) for n in numbers[:4]) + ("…" if len(numbers) > 4 else "")
            axes.annotate(
                label, (x, y), xytext=(0, 9), textcoords="offset points", ha="center", fontsize=8, color=INK,
                fontweight="bold", zorder=6,
            )  # fmt: skip
        for x, y, m in spots:
            shape, colour, name = MARKS[m.kind]
            size = 150 if m.kind == "answer" else 62
            axes.scatter(
                [x], [y], marker=shape, s=size, color=colour, edgecolors="white", linewidths=0.9, zorder=5, label=name
            )
        axes.scatter([], [], s=56, color=EVENT, label="Event (number as in the table)")
        axes.legend(loc="lower left", fontsize=7, frameon=True, framealpha=0.9, edgecolor=GRID, labelcolor=INK)

    return _draw(paint, height, kind)


def timeline(events: Sequence[EventFacts], marks: Sequence[MarkFacts], kind: Kind) -> bytes:
    """Events as bars over their days, claim, camera and answer as bands; empty bytes without any of them."""
    rows, dated = list(events), [m for m in marks if m.first]
    if not rows and not dated:
        return b""
    days = [date.fromisoformat(d) for e in rows for d in (e.first, e.last)]
    days += [date.fromisoformat(d) for m in dated for d in (m.first, m.last)]
    first, last = min(days), max(days)
    margin = timedelta(days=max(5, (last - first).days // 25))

    def paint(figure: Figure) -> None:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

        axes = figure.add_axes((0.055, 0.16 if len(rows) < 6 else 0.1, 0.93, 0.74))
        least = (last - first + 2 * margin).days / 120  # a day of a decade would not be seen
        for y, e in enumerate(rows):
            begin, end = (date2num(date.fromisoformat(d)) for d in (e.first, e.last))
            width = max(end - begin + 1, least)
            axes.barh(y, width, left=begin, height=0.56, color=DROPPED if e.decision == "dropped" else EVENT, zorder=3)
        for m in dated:
            _, colour, name = MARKS[m.kind]
            begin, end = date2num(date.fromisoformat(m.first)), date2num(date.fromisoformat(m.last)) + 1
            style = {"claimed": "--", "camera": ":", "answer": "-"}[m.kind]
            axes.axvspan(begin, max(end, begin + least / 3), color=colour, alpha=0.16, linewidth=0, zorder=1)
            axes.axvline(begin, color=colour, linestyle=style, linewidth=1.4, zorder=4, label=f"{name}: {m.date}")
        axes.set_xlim(date2num(first - margin), date2num(last + margin))
        axes.set_ylim(len(rows) - 0.4 if rows else 0.6, -0.6)
        axes.set_yticks(range(len(rows)), [str(e.number) for e in rows], fontsize=8, color=INK)
        locator = AutoDateLocator(minticks=3, maxticks=8)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        axes.tick_params(axis="x", labelsize=7.5, colors=QUIET)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=GRID, linewidth=0.7, zorder=0)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(GRID)
        if dated:
            axes.legend(
                loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, fontsize=7.5, frameon=False, labelcolor=INK,
                borderaxespad=0.2, handlelength=1.6,
            )  # fmt: skip

    return _draw(paint, 1.25 + 0.235 * max(len(rows), 1), kind)


def map_gist(events: Sequence[EventFacts], marks: Sequence[MarkFacts]) -> str:
    """The map in one paragraph, for those who do not see it."""
    placed = [e for e in events if e.lat is not None]
    told = [f"Map of {words.count(len(placed), 'event')}."]
    if placed:
        most = max(placed, key=lambda e: len(e.article_ids))
        told.append(f"Most articles: {most.place}, event {most.number}.")
    told += [f"{MARKS[m.kind][2]}: {m.label}." for m in marks if m.lat is not None and m.label]
    return " ".join([*told, "The table of events says the same."])


def timeline_gist(events: Sequence[EventFacts], marks: Sequence[MarkFacts]) -> str:
    """The same of the timeline."""
    told = [f"Timeline of {words.count(len(events), 'event')}."]
    if events:
        told.append(f"First in the list: {events[0].place}, {span(events[0])}.")
    told += [f"{MARKS[m.kind][2]}: {m.date}." for m in marks if m.date]
    return " ".join([*told, "The table of events says the same."])


def span(event: EventFacts) -> str:
    """`3 Feb 2021`, or `3 Feb 2021 to 5 Feb 2021`."""
    first, last = words.iso_day(event.first), words.iso_day(event.last)
    return first if first == last else f"{first} to {last}"


# --- drawing ----------------------------------------------------------------------------------------------------


def _window(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """West, east, south, north around all points, twice as wide as high, on the world."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    wide = max(LEAST, (max(xs) - min(xs)) * 1.3, (max(ys) - min(ys)) * 2.6)
    wide = min(wide, 360.0)
    high = min(max(wide / 2, (max(ys) - min(ys)) * 1.3), 180.0)
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    x = min(max(x, -180 + wide / 2), 180 - wide / 2)
    y = min(max(y, -90 + high / 2), 90 - high / 2)
    return x - wide / 2, x + wide / 2, y - high / 2, y + high / 2


def _land(axes: Axes, window: tuple[float, float, float, float]) -> None:
    from matplotlib.collections import LineCollection, PolyCollection

    west, east, south, north = window

    def near(lines: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        """A picture holds only what lies in it."""
        low, high = np.array([west, south]), np.array([east, north])
        return [line for line in lines if (line.max(axis=0) >= low).all() and (line.min(axis=0) <= high).all()]

    axes.add_collection(PolyCollection(near(land()), facecolors=LAND, edgecolors=BORDER, linewidths=0.5, zorder=1))
    axes.add_collection(LineCollection(near(borders()), colors=BORDER, linewidths=0.5, zorder=1.5))
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_facecolor(SEA)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(GRID)


def _together(placed: Sequence[tuple[Any, Any, EventFacts]]) -> dict[tuple[float, float], list[int]]:
    """Numbers of the events that lie at one point."""
    found: dict[tuple[float, float], list[int]] = {}
    for x, y, e in placed:
        found.setdefault((x, y), []).append(e.number)
    return found


def _draw(paint: Any, height: float, kind: Kind) -> bytes:
    """The picture as bytes that hold neither a date nor a random id."""
    import matplotlib
    from matplotlib.figure import Figure

    settings = {"svg.hashsalt": _SALT, "svg.fonttype": "path", "font.family": ["DejaVu Sans"], "path.simplify": True}
    stream = io.BytesIO()
    with _LOCK, matplotlib.rc_context(settings):
        figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
        paint(figure)
        metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
        figure.savefig(stream, format=kind, metadata=metadata)
    return stream.getvalue()
