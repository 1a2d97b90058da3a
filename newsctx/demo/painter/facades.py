"""Rows of house fronts in the manner of a city, drawn flat; the stage places or tilts them."""

from __future__ import annotations

import numpy as np

from newsctx.demo.painter.canvas import Color, Layer, mix, tone, vary
from newsctx.demo.painter.city import Style

GLASS_DAY: Color = (84, 98, 112)
LIT: tuple[Color, ...] = ((255, 206, 124), (255, 186, 96), (250, 224, 170), (236, 214, 190))


FLOOR = 62


def facade_row(
    style: Style, width: int, height: int, rng: np.random.Generator, night: float, snow: bool = False
) -> Layer:
    """House fronts side by side, feet at the bottom edge of a layer of `width` x `height` pixels."""
    layer, x = Layer(width, height), 0.0
    while x < width:
        w = float(rng.integers(*style.width))
        floors = int(rng.integers(style.floors[0], style.floors[1] + 1))
        _house(layer, style, x, height, w, floors, rng, night, snow)
        x += w
    return layer


def _house(
    layer: Layer,
    style: Style,
    x: float,
    y: float,
    w: float,
    floors: int,
    rng: np.random.Generator,
    night: float,
    snow: bool,
) -> None:
    wall = vary(rng, style.walls[int(rng.integers(len(style.walls)))], 0.06)
    top = y - FLOOR * (floors + 0.35)
    layer.box(x, top, x + w, y, wall)
    _grain(layer, x, top, w, y, wall, style, rng)
    _roof(layer, style, x, top, w, wall, rng, night, snow)
    columns = max(int(w // (40 if style.roof != "glass" else 30)), 2)
    for floor in range(1, floors):
        for i in range(columns):
            cx = x + w * (i + 0.5) / columns
            _opening(layer, style, cx, y - FLOOR * (floor + 0.52), w / columns, wall, rng, night, snow)
        line = y - FLOOR * (floor + 0.02)
        layer.line([(x, line), (x + w, line)], tone(wall, 0.84), 2)
    _shop(layer, style, x, y, w, wall, rng, night)
    layer.box(x + w - 3, top, x + w, y, tone(wall, 0.6))
    layer.box(x, top, x + 2, y, tone(wall, 1.1))


def _grain(
    layer: Layer, x: float, top: float, w: float, y: float, wall: Color, style: Style, rng: np.random.Generator
) -> None:
    """Brick courses, planks or stains."""
    step = 7 if style.roof == "gable" else 21
    rows = np.arange(top, y, step)
    for row in rows:
        layer.line([(x, row), (x + w, row)], tone(wall, 0.93), 1)
    for _ in range(int(w * (y - top) / 900)):
        px, py = rng.uniform(x, x + w), rng.uniform(top, y)
        dx = rng.uniform(3, 12)
        layer.box(px, py, min(px + dx, x + w), py + rng.uniform(2, 6), tone(wall, rng.uniform(0.88, 1.08)))


def _roof(
    layer: Layer,
    style: Style,
    x: float,
    top: float,
    w: float,
    wall: Color,
    rng: np.random.Generator,
    night: float,
    snow: bool,
) -> None:
    color = vary(rng, style.roofs[int(rng.integers(len(style.roofs)))], 0.08)
    white: Color = (240, 243, 248)
    if style.roof == "mansard":
        shape = [(x, top), (x + 6, top - 66), (x + w - 6, top - 66), (x + w, top)]
        layer.round(shape, white if snow else color, 1.1, 0.8)
        layer.box(x, top - 5, x + w, top + 4, style.trim)
        for i in range(max(int(w // 52), 1)):
            cx = x + w * (i + 0.5) / max(int(w // 52), 1)
            layer.box(cx - 12, top - 48, cx + 12, top - 6, style.trim)
            _pane(layer, cx - 8, top - 43, cx + 8, top - 8, rng, night)
        layer.box(x + w * 0.7, top - 96, x + w * 0.82, top - 60, (158, 106, 84))
    elif style.roof == "gable":
        peak = top - w * rng.uniform(0.55, 0.75)
        stepped = rng.random() < 0.5
        shape = _stepped(x, top, w, peak) if stepped else _bell(x, top, w, peak)
        layer.poly(shape, wall)
        layer.line(shape, white if snow else style.trim, 5)
        _pane(layer, x + w / 2 - 9, top - w * 0.26, x + w / 2 + 9, top - 4, rng, night)
        layer.line([(x + w / 2, peak + 16), (x + w / 2, peak + 24)], (40, 36, 36), 6)
    elif style.roof in ("tile", "eaves"):
        over = 8 if style.roof == "tile" else 14
        high = 26 if style.roof == "tile" else 46
        layer.round(
            [(x - over, top), (x + 10, top - high), (x + w - 10, top - high), (x + w + over, top)],
            white if snow else color,
        )
        for i in range(int(w // 9)):
            layer.line([(x + i * 9 + 4, top), (x + i * 9 + 7, top - high + 2)], tone(white if snow else color, 0.82), 2)
        layer.box(x - over, top, x + w + over, top + 5, tone(color, 0.5))
    elif style.roof == "glass":
        layer.box(x + w * 0.2, top - 26, x + w * 0.6, top, tone(wall, 0.7))
        layer.line([(x + w * 0.4, top - 26), (x + w * 0.4, top - 80)], (90, 94, 98), 3)
    elif style.roof == "parapet":
        layer.poly(
            [
                (x, top),
                (x, top - 16),
                (x + w * 0.3, top - 16),
                (x + w * 0.4, top - 38),
                (x + w * 0.6, top - 38),
                (x + w * 0.7, top - 16),
                (x + w, top - 16),
                (x + w, top),
            ],
            tone(wall, 1.04),
        )
        layer.line(
            [
                (x, top - 16),
                (x + w * 0.3, top - 16),
                (x + w * 0.4, top - 38),
                (x + w * 0.6, top - 38),
                (x + w * 0.7, top - 16),
                (x + w, top - 16),
            ],
            style.trim,
            5,
        )
    else:
        layer.box(x - 4, top - 14, x + w + 4, top + 4, white if snow else mix(style.trim, wall, 0.3))
        if style.roof == "bay":
            layer.poly([(x + w * 0.1, top - 14), (x + w / 2, top - 62), (x + w * 0.9, top - 14)], tone(wall, 0.92))
            layer.line([(x + w * 0.1, top - 14), (x + w / 2, top - 62), (x + w * 0.9, top - 14)], style.trim, 5)
        else:
            layer.poly(
                [(x, top - 14), (x + w * 0.15, top - 40), (x + w * 0.85, top - 40), (x + w, top - 14)],
                white if snow else color,
            )


def _stepped(x: float, top: float, w: float, peak: float) -> list[tuple[float, float]]:
    n, left = 4, []
    for i in range(n):
        y = top - (top - peak) * i / n
        left += [(x + w * 0.42 * i / n, y), (x + w * 0.42 * i / n, y - (top - peak) / n)]
    return left + [(2 * x + w - px, py) for px, py in reversed(left)]


def _bell(x: float, top: float, w: float, peak: float) -> list[tuple[float, float]]:
    left = [
        (x, top),
        (x + w * 0.06, top - (top - peak) * 0.2),
        (x + w * 0.2, top - (top - peak) * 0.4),
        (x + w * 0.27, top - (top - peak) * 0.72),
        (x + w * 0.36, peak + 6),
        (x + w * 0.5, peak),
    ]
    return left + [(2 * x + w - px, py) for px, py in reversed(left[:-1])]


def _opening(
    layer: Layer,
    style: Style,
    cx: float,
    cy: float,
    cell: float,
    wall: Color,
    rng: np.random.Generator,
    night: float,
    snow: bool,
) -> None:
    w = cell * (0.44 if style.roof == "glass" else 0.26)
    h = FLOOR * (0.40 if style.roof == "glass" else 0.30)
    layer.box(cx - w - 3, cy - h - 4, cx + w + 3, cy + h + 4, style.trim if style.roof != "glass" else tone(wall, 0.8))
    _pane(layer, cx - w, cy - h, cx + w, cy + h, rng, night)
    frame = style.trim if style.roof != "eaves" else (70, 52, 42)
    layer.line([(cx, cy - h), (cx, cy + h)], frame, 2)
    if style.roof != "glass":
        layer.line([(cx - w, cy - h * 0.2), (cx + w, cy - h * 0.2)], frame, 2)
        layer.box(cx - w - 5, cy + h + 2, cx + w + 5, cy + h + 7, (240, 243, 248) if snow else tone(style.trim, 0.88))
    if style.shutters and rng.random() < 0.8:
        for side in (-1, 1):
            layer.box(cx + side * (w + 2), cy - h - 2, cx + side * (w + 10), cy + h + 2, vary(rng, style.shutters, 0.1))
    if style.roof == "mansard":
        layer.box(cx - w - 6, cy + h * 0.35, cx + w + 6, cy + h * 0.42, (40, 40, 44))
        for i in range(6):
            layer.line(
                [(cx - w - 5 + i * (2 * w + 10) / 5, cy + h * 0.4), (cx - w - 5 + i * (2 * w + 10) / 5, cy + h + 4)],
                (44, 44, 48),
                1,
            )


def _pane(layer: Layer, x0: float, y0: float, x1: float, y1: float, rng: np.random.Generator, night: float) -> None:
    if night > 0.3 and rng.random() < 0.30 + 0.25 * night:
        layer.lit_box(x0, y0, x1, y1, tone(LIT[int(rng.integers(len(LIT)))], rng.uniform(0.55, 1.0)))
        layer.box(x0, y0, x0 + (x1 - x0) * rng.uniform(0.05, 0.35), y1, (150, 96, 58))
        return
    layer.box(x0, y0, x1, y1, vary(rng, GLASS_DAY, 0.25))
    if rng.random() < 0.5:
        layer.poly([(x0, y1), (x0, y0), (x0 + (x1 - x0) * 0.7, y0)], vary(rng, (136, 156, 174), 0.2))
    if rng.random() < 0.3:
        layer.box(x0, y0, x1, y0 + (y1 - y0) * rng.uniform(0.1, 0.6), (216, 208, 196))


def _shop(
    layer: Layer, style: Style, x: float, y: float, w: float, wall: Color, rng: np.random.Generator, night: float
) -> None:
    """Ground floor: a shop window, an awning and a sign."""
    awning = ((150, 40, 44), (38, 84, 72), (44, 60, 110), (196, 146, 52), (92, 46, 70))[int(rng.integers(5))]
    layer.box(x + 4, y - FLOOR + 6, x + w - 4, y, tone(wall, 0.62))
    door = x + w * rng.uniform(0.1, 0.75)
    pane: Color = (255, 206, 128) if night > 0.4 else (96, 104, 110)
    show = layer.lit_box if night > 0.4 else layer.box
    show(x + 10, y - FLOOR * 0.66, x + w - 10, y - 12, pane)
    for _ in range(int(w // 14)):
        px = rng.uniform(x + 12, x + w - 18)
        layer.box(px, y - rng.uniform(18, 34), px + rng.uniform(4, 12), y - 12, vary(rng, (120, 84, 70), 0.5))
    layer.box(door, y - FLOOR * 0.68, door + 24, y, (58, 44, 40))
    sign = style.shops[int(rng.integers(len(style.shops)))]
    layer.box(x + 6, y - FLOOR * 1.02, x + w - 6, y - FLOOR * 0.70, awning)
    layer.text((x + 12, y - FLOOR * 1.0, x + w - 12, y - FLOOR * 0.72), sign, (246, 236, 212), lit=night > 0.4)
    if rng.random() < 0.6:
        for i in range(int(w // 16)):
            color = awning if i % 2 else (236, 230, 218)
            layer.poly(
                [
                    (x + 6 + i * 16, y - FLOOR * 0.70),
                    (x + 22 + i * 16, y - FLOOR * 0.70),
                    (x + 24 + i * 16, y - FLOOR * 0.52),
                    (x + 6 + i * 16, y - FLOOR * 0.52),
                ],
                color,
            )
