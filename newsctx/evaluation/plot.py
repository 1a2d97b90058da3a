"""Plots of a sweep: an HTML page that can be explored (plotly) and a small PNG for a document (Pillow)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from newsctx.evaluation.sweep import COLUMNS, Point, Sweep

_COLOURS = ("#1f6f8b", "#d1495b", "#2e933c", "#edae49", "#66519c", "#8d5524", "#3d3d3d", "#0aa3cf", "#b23a9f")
_SHOWN = ("bi-encoder R@1", "event R@1", "events alone R@1", "event R@10", "event mAP", "answer GREAT")
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 560, 300, 52, 176, 34, 44


def write_html(sweep: Sweep, path: Path) -> None:
    """One panel a setting, lines with error bars; the page needs no network. Grids have one axis of combinations."""
    from plotly.subplots import make_subplots

    panels = _panels(sweep)
    figure = make_subplots(rows=len(panels), cols=1, subplot_titles=list(panels))
    for row, (name, points) in enumerate(panels.items(), 1):
        for i, (heading, *_) in enumerate(COLUMNS):
            known = [(p, m) for p in points if (m := p.metrics.get(heading))]
            if not known:
                continue
            figure.add_scatter(
                x=[_label(p) for p, _ in known], y=[m.mean for _, m in known], name=heading, legendgroup=heading,
                showlegend=row == 1, mode="lines+markers", line={"color": _COLOURS[i % len(_COLOURS)]}, row=row, col=1,
                visible=True if heading in _SHOWN else "legendonly",
                error_y={"type": "data", "array": [m.high - m.mean for _, m in known],
                         "arrayminus": [m.mean - m.low for _, m in known], "symmetric": False},
            )  # fmt: skip
        figure.update_xaxes(type="category", title_text=name, row=row, col=1)
        figure.update_yaxes(rangemode="tozero", row=row, col=1)
    figure.update_layout(height=380 * len(panels), template="plotly_white", title_text=sweep.mode)
    figure.write_html(path, include_plotlyjs=True)


def write_png(sweep: Sweep, path: Path) -> None:
    """The main lines with their 95% intervals, one panel a setting, stacked."""
    panels = _panels(sweep)
    image = Image.new("RGB", (_WIDTH, _HEIGHT * len(panels)), "white")
    draw = ImageDraw.Draw(image)
    for number, (name, points) in enumerate(panels.items()):
        _panel(draw, number * _HEIGHT, name, points)
    image.save(path)


def _panels(sweep: Sweep) -> dict[str, list[Point]]:
    if sweep.grid:
        return {" x ".join(sweep.points[0].values): list(sweep.points)}
    names = list(dict.fromkeys(n for p in sweep.points for n in p.values))
    return {n: [p for p in sweep.points if n in p.values] for n in names}


def _label(point: Point) -> str:
    return ", ".join(str(v) for v in point.values.values())


def _panel(draw: ImageDraw.ImageDraw, top: int, name: str, points: Sequence[Point]) -> None:
    small, font = ImageFont.load_default(11), ImageFont.load_default(13)
    shown = [h for h in _SHOWN if any(p.metrics.get(h) for p in points)]
    values = [v for p in points for h in shown if (m := p.metrics.get(h)) for v in (m.low, m.high)] or [0.0, 1.0]
    low, high = max(0.0, min(values) - 0.03), min(1.0, max(values) + 0.03)
    x0, x1, y0, y1 = _LEFT, _WIDTH - _RIGHT, top + _HEIGHT - _BOTTOM, top + _TOP

    def x(i: int) -> float:
        return x0 + (x1 - x0) * (i + 0.5) / len(points)

    def y(value: float) -> float:
        return y0 - (y0 - y1) * (value - low) / (high - low or 1.0)

    draw.text((x0, top + 10), name, "black", font)
    for step in range(5):
        value = low + (high - low) * step / 4
        draw.line((x0, y(value), x1, y(value)), "#dddddd")
        draw.text((x0 - 8, y(value)), f"{value:.2f}", "#444444", small, anchor="rm")
    for i, point in enumerate(points):
        draw.text((x(i), y0 + 8), _label(point), "#444444", small, anchor="mt")
    for number, heading in enumerate(shown):
        colour = _COLOURS[number % len(_COLOURS)]
        known = [(x(i), m) for i, p in enumerate(points) if (m := p.metrics.get(heading))]
        shift = (number - len(shown) / 2) * 2.0  # intervals beside each other
        _line(draw, [(at + shift, m) for at, m in known], y, colour)
        draw.line((x1 + 12, y1 + 14 * number + 6, x1 + 28, y1 + 14 * number + 6), colour, 2)
        draw.text((x1 + 34, y1 + 14 * number + 6), heading, "black", small, anchor="lm")


def _line(draw: ImageDraw.ImageDraw, points: Sequence[tuple[float, Any]], y: Any, colour: str) -> None:
    if len(points) > 1:
        draw.line([(at, y(m.mean)) for at, m in points], colour, 2)
    for at, m in points:
        draw.line((at, y(m.low), at, y(m.high)), colour, 1)
        draw.ellipse((at - 3, y(m.mean) - 3, at + 3, y(m.mean) + 3), colour)
