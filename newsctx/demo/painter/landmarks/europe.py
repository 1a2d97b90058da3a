"""Landmarks of London, Rome, Barcelona, Athens, Lisbon, Prague, Budapest and Cologne."""

from __future__ import annotations

import math

from newsctx.demo.painter.canvas import Color, Layer, W, tone
from newsctx.demo.painter.landmarks.first import LAMP, _dome, _window, suspension_bridge

SAND: Color = (206, 180, 128)
STONE: Color = (196, 186, 170)
COPPER: Color = (106, 158, 138)


def _shaft(layer: Layer, x: float, y: float, w: float, h: float, color: Color) -> None:
    """A lit box with its shadow side; foot centre at (x, y)."""
    layer.round([(x - w / 2, y), (x - w / 2, y - h), (x + w / 2, y - h), (x + w / 2, y)], color, 1.1, 0.72)


def _spire(layer: Layer, x: float, y: float, w: float, h: float, color: Color) -> None:
    layer.round([(x - w / 2, y), (x, y - h), (x + w / 2, y)], color, 1.1, 0.65)


def _rows_of_windows(
    layer: Layer, x: float, y: float, w: float, h: float, columns: int, rows: int, night: float, size: float
) -> None:
    for r in range(rows):
        for c in range(columns):
            wx, wy = x - w / 2 + w * (c + 0.5) / columns, y - h * (r + 0.5) / rows
            _window(layer, wx, wy, size, size * 1.8, night, (c * 7 + r * 5) % 3 > 0)


def clock_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A gothic clock tower beside its long palace (London)."""
    _shaft(layer, x - s * 0.62, y, s * 1.0, s * 0.28, SAND)
    _rows_of_windows(layer, x - s * 0.62, y, s * 0.96, s * 0.26, 18, 2, night, s * 0.012)
    for i in range(11):
        px = x - s * 1.1 + i * s * 0.096
        _spire(layer, px, y - s * 0.28, s * 0.022, s * 0.07, tone(SAND, 0.9))
    _shaft(layer, x, y, s * 0.15, s * 0.74, SAND)
    for k in (-0.05, -0.017, 0.017, 0.05):
        layer.line([(x + s * k, y), (x + s * k, y - s * 0.6)], tone(SAND, 0.78), max(s * 0.006, 1))
    _shaft(layer, x, y - s * 0.62, s * 0.17, s * 0.13, tone(SAND, 1.08))
    if night > 0.4:
        layer.glow(x, y - s * 0.685, s * 0.052, (250, 244, 214))
    else:
        layer.oval(x, y - s * 0.685, s * 0.052, s * 0.052, (244, 240, 226))
    layer.line([(x, y - s * 0.685), (x, y - s * 0.725)], (30, 30, 34), max(s * 0.008, 1))
    layer.line([(x, y - s * 0.685), (x + s * 0.028, y - s * 0.67)], (30, 30, 34), max(s * 0.008, 1))
    _spire(layer, x, y - s * 0.75, s * 0.17, s * 0.12, (92, 104, 104))
    _shaft(layer, x, y - s * 0.83, s * 0.07, s * 0.05, SAND)
    _spire(layer, x, y - s * 0.88, s * 0.07, s * 0.14, (92, 104, 104))


def big_wheel(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A great observation wheel on slanting legs (London)."""
    cx, cy, r = x, y - s * 0.53, s * 0.47
    rim: Color = (224, 228, 234)
    for k in range(24):
        a = 2 * math.pi * k / 24
        layer.line([(cx, cy), (cx + r * math.cos(a), cy + r * math.sin(a))], tone(rim, 0.75), 1)
    for radius, width in ((r, s * 0.014), (r * 0.94, s * 0.006)):
        box = (cx - radius, cy - radius, cx + radius, cy + radius)
        layer.d.ellipse(box, outline=(*map(int, rim), 255), width=max(int(width), 1))
    for side in (-1, 1):
        layer.line([(cx, cy), (cx + side * s * 0.2, y)], rim, max(s * 0.018, 2))
    for k in range(24):
        a = 2 * math.pi * (k + 0.5) / 24
        px, py = cx + r * 1.04 * math.cos(a), cy + r * 1.04 * math.sin(a)
        if night > 0.4:
            layer.glow(px, py, s * 0.016, (120, 160, 255) if k % 2 else (255, 120, 180))
        else:
            layer.oval(px, py, s * 0.02, s * 0.014, (190, 206, 220))
    layer.oval(cx, cy, s * 0.025, s * 0.025, tone(rim, 0.8))


def amphitheatre(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """The broken oval of an ancient arena, three rows of arches (Rome)."""
    stone: Color = (202, 178, 142)
    left, right = x - s * 0.95, x + s * 0.95
    outer = [
        (left, y),
        (left, y - s * 0.62),
        (x - s * 0.7, y - s * 0.80),
        (x, y - s * 0.84),
        (x + s * 0.18, y - s * 0.80),
        (x + s * 0.34, y - s * 0.56),
        (x + s * 0.6, y - s * 0.54),
        (right, y - s * 0.46),
        (right, y),
    ]
    layer.round(outer, stone, 1.12, 0.7)
    for row, (base, high) in enumerate(((0.02, 0.17), (0.25, 0.16), (0.47, 0.13))):
        for i in range(17):
            ax = left + s * 0.06 + i * s * 0.112
            if row == 2 and ax > x + s * 0.2:
                continue
            w, top = s * 0.035, y - s * (base + high)
            color = (250, 190, 96) if night > 0.4 else (96, 74, 56)
            layer.box(ax - w, y - s * base, ax + w, top, color)
            layer.oval(ax, top, w, w, color)
            if night > 0.4:
                layer.e.rectangle((ax - w, top, ax + w, y - s * base), fill=(190, 120, 40))
        layer.line(
            [(left, y - s * (base + high + 0.055)), (right if row < 2 else x + s * 0.2, y - s * (base + high + 0.055))],
            tone(stone, 0.82),
            max(s * 0.012, 2),
        )


def basilica_dome(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A ribbed grey dome over a wide columned front (Rome)."""
    stone: Color = (214, 204, 184)
    _shaft(layer, x, y, s * 1.25, s * 0.36, stone)
    for i in range(11):
        cx = x - s * 0.56 + i * s * 0.112
        _shaft(layer, cx, y, s * 0.035, s * 0.30, tone(stone, 1.08))
    layer.poly([(x - s * 0.24, y - s * 0.36), (x, y - s * 0.44), (x + s * 0.24, y - s * 0.36)], tone(stone, 0.95))
    for dx in (-0.40, 0.40):
        _shaft(layer, x + dx * s, y - s * 0.36, s * 0.14, s * 0.07, stone)
        _dome(layer, x + dx * s, y - s * 0.43, s * 0.07, (128, 140, 146))
    _shaft(layer, x, y - s * 0.38, s * 0.44, s * 0.17, tone(stone, 0.98))
    _rows_of_windows(layer, x, y - s * 0.40, s * 0.40, s * 0.13, 8, 1, night, s * 0.016)
    _dome(layer, x, y - s * 0.55, s * 0.22, (132, 144, 150), 1.15, 8)
    _shaft(layer, x, y - s * 0.79, s * 0.07, s * 0.08, stone)
    _spire(layer, x, y - s * 0.87, s * 0.06, s * 0.09, (132, 144, 150))
    if night > 0.4:
        layer.glow(x, y - s * 0.83, s * 0.014, LAMP)


def spired_basilica(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Eight honeycomb spires over an unfinished church (Barcelona)."""
    stone: Color = (188, 158, 122)
    _shaft(layer, x, y, s * 0.7, s * 0.34, tone(stone, 0.95))
    _rows_of_windows(layer, x, y, s * 0.66, s * 0.32, 9, 2, night, s * 0.016)
    for dx, k in ((-0.27, 0.78), (0.27, 0.76), (-0.16, 0.92), (0.16, 0.90), (-0.055, 0.84), (0.055, 0.86)):
        w, top = s * 0.085, y - s * k
        curve = [
            (x + dx * s - w / 2, y),
            (x + dx * s - w * 0.5, y - s * k * 0.45),
            (x + dx * s - w * 0.3, y - s * k * 0.8),
            (x + dx * s, top),
            (x + dx * s + w * 0.3, y - s * k * 0.8),
            (x + dx * s + w * 0.5, y - s * k * 0.45),
            (x + dx * s + w / 2, y),
        ]
        layer.round(curve, stone, 1.15, 0.65)
        for i in range(9):
            layer.box(
                x + dx * s - w * 0.12,
                y - s * k * (0.42 + i * 0.05),
                x + dx * s + w * 0.12,
                y - s * k * (0.435 + i * 0.05),
                tone(stone, 0.5),
            )
        layer.oval(x + dx * s, top, s * 0.016, s * 0.02, (226, 190, 80))
        if night > 0.4:
            layer.glow(x + dx * s, top, s * 0.011, LAMP)
    layer.line([(x - s * 0.42, y - s * 0.30), (x - s * 0.42, y - s * 1.0)], (206, 160, 60), max(s * 0.01, 2))
    layer.line([(x - s * 0.62, y - s * 0.95), (x - s * 0.1, y - s * 0.95)], (206, 160, 60), max(s * 0.008, 2))


def twin_venetian_towers(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Two slim brick towers with white belfries at an avenue's head (Barcelona)."""
    brick: Color = (168, 92, 64)
    for dx in (-0.3, 0.3):
        px = x + dx * s
        _shaft(layer, px, y, s * 0.13, s * 0.72, brick)
        _rows_of_windows(layer, px, y - s * 0.1, s * 0.06, s * 0.56, 1, 6, night, s * 0.014)
        _shaft(layer, px, y - s * 0.72, s * 0.15, s * 0.13, (226, 218, 204))
        for k in (-0.045, 0.0, 0.045):
            layer.box(px + s * (k - 0.012), y - s * 0.74, px + s * (k + 0.012), y - s * 0.83, (90, 74, 64))
        _spire(layer, px, y - s * 0.85, s * 0.14, s * 0.15, tone(brick, 1.1))
    layer.line([(x - s * 0.24, y - s * 0.03), (x + s * 0.24, y - s * 0.03)], (150, 140, 128), s * 0.05)


def temple_hill(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A rock as wide as the picture with a columned temple on it (Athens)."""
    rock: Color = (168, 152, 126)
    left, right, top = x - s * 1.9, x + s * 1.9, y - s * 0.52
    ridge = [
        (left - s, y),
        (left, y - s * 0.12),
        (x - s * 1.35, y - s * 0.42),
        (x - s * 1.1, top),
        (x + s * 1.15, top + s * 0.02),
        (x + s * 1.4, y - s * 0.36),
        (right, y - s * 0.1),
        (right + s, y),
    ]
    layer.round(ridge, rock, 1.1, 0.78)
    for i in range(46):
        px = x - s * 1.4 + i * s * 0.062
        layer.line(
            [(px, top + s * 0.03 + (i * 37 % 11) * s * 0.012), (px + s * 0.02, y - s * 0.1 - (i * 53 % 9) * s * 0.02)],
            tone(rock, 0.84),
            max(s * 0.008, 1),
        )
    layer.box(x - s * 1.08, top - s * 0.05, x + s * 1.12, top + s * 0.02, tone(rock, 1.15))
    marble: Color = (232, 216, 182) if night < 0.4 else (250, 206, 120)
    w, h = s * 0.62, s * 0.30
    layer.box(x - w / 2 - s * 0.02, top - s * 0.05, x + w / 2 + s * 0.02, top - s * 0.08, tone(marble, 0.9))
    for i in range(9):
        cx = x - w / 2 + s * 0.03 + i * (w - s * 0.06) / 8
        _shaft(layer, cx, top - s * 0.07, s * 0.034, h * 0.66, marble)
    layer.box(x - w / 2, top - s * 0.07 - h * 0.66, x + w / 2, top - s * 0.07 - h * 0.82, marble)
    layer.poly(
        [
            (x - w / 2, top - s * 0.07 - h * 0.82),
            (x - w * 0.12, top - s * 0.07 - h * 1.05),
            (x + w * 0.2, top - s * 0.07 - h * 0.9),
            (x + w / 2, top - s * 0.07 - h * 0.82),
        ],
        tone(marble, 0.94),
    )
    if night > 0.4:
        layer.e.rectangle((x - w / 2, top - s * 0.07 - h * 0.8, x + w / 2, top - s * 0.07), fill=(120, 84, 34))


def red_bridge(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A red suspension bridge, with a statue on the far bank to tell it by (Lisbon)."""
    px = W * 0.86 if x < W / 2 else W * 0.14
    _shaft(layer, px, y, s * 0.16, s * 0.42, (206, 200, 190))
    layer.box(px - s * 0.17, y - s * 0.54, px + s * 0.17, y - s * 0.51, (216, 210, 200))
    _shaft(layer, px, y - s * 0.42, s * 0.045, s * 0.18, (216, 210, 200))
    layer.oval(px, y - s * 0.62, s * 0.025, s * 0.03, (216, 210, 200))
    suspension_bridge(layer, x, y, s * 0.92, night)


def river_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A white fortified tower in the shallows (Lisbon)."""
    stone: Color = (228, 220, 202)
    _shaft(layer, x + s * 0.22, y, s * 0.95, s * 0.20, tone(stone, 0.95))
    for i in range(10):
        layer.box(x - s * 0.24 + i * s * 0.1, y - s * 0.20, x - s * 0.19 + i * s * 0.1, y - s * 0.24, stone)
    _shaft(layer, x - s * 0.1, y, s * 0.38, s * 0.62, stone)
    _shaft(layer, x - s * 0.1, y - s * 0.62, s * 0.30, s * 0.18, tone(stone, 1.04))
    _rows_of_windows(layer, x - s * 0.1, y - s * 0.24, s * 0.30, s * 0.5, 4, 3, night, s * 0.016)
    for dx, dy in ((-0.29, 0.62), (0.09, 0.62), (-0.25, 0.80), (0.05, 0.80), (-0.22, 0.22), (0.68, 0.22)):
        _shaft(layer, x + dx * s, y - s * dy + s * 0.05, s * 0.07, s * 0.10, stone)
        _dome(layer, x + dx * s, y - s * dy - s * 0.05, s * 0.036, tone(stone, 0.9))
    layer.box(x - s * 0.34, y - s * 0.36, x + s * 0.14, y - s * 0.39, tone(stone, 0.86))


def castle_hill(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A long castle on a wooded hill with a gothic cathedral rising from it (Prague)."""
    green: Color = (84, 108, 78)
    layer.round(
        [
            (x - s * 3.4, y),
            (x - s * 1.8, y - s * 0.30),
            (x, y - s * 0.42),
            (x + s * 1.7, y - s * 0.34),
            (x + s * 3.2, y),
        ],
        green,
        1.1,
        0.8,
    )
    top = y - s * 0.40
    for x0, x1, h, color in ((-1.5, -0.3, 0.17, (226, 208, 172)), (-0.4, 1.5, 0.19, (214, 196, 164))):
        layer.box(x + x0 * s, top + s * 0.06, x + x1 * s, top - s * h, color)
        layer.poly(
            [
                (x + x0 * s, top - s * h),
                (x + (x0 + 0.05) * s, top - s * (h + 0.08)),
                (x + (x1 - 0.05) * s, top - s * (h + 0.08)),
                (x + x1 * s, top - s * h),
            ],
            (170, 86, 62),
        )
        middle = (x0 + x1) / 2
        _rows_of_windows(layer, x + middle * s, top + s * 0.04, (x1 - x0) * s * 0.95, s * 0.18, 18, 2, night, s * 0.014)
    dark: Color = (112, 104, 96)
    for dx, k, w in ((-0.06, 0.62, 0.10), (0.10, 0.62, 0.10), (0.42, 0.78, 0.13)):
        _shaft(layer, x + dx * s, top, s * w, s * k * 0.66, dark)
        _spire(
            layer,
            x + dx * s,
            top - s * k * 0.66,
            s * w,
            s * k * 0.5,
            tone(COPPER, 0.75) if w > 0.12 else tone(dark, 0.8),
        )
    layer.box(x - s * 0.1, top, x + s * 0.62, top - s * 0.30, tone(dark, 1.1))


def bridge_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A dark gothic gate tower with a steep wedge roof, statues along the bridge (Prague)."""
    stone: Color = (110, 98, 84)
    layer.box(x - s * 1.6, y - s * 0.10, x + s * 1.6, y, (150, 134, 112))
    for i in range(9):
        px = x - s * 1.5 + i * s * 0.37
        if abs(px - x) > s * 0.22:
            _shaft(layer, px, y - s * 0.10, s * 0.045, s * 0.15, (74, 68, 62))
    _shaft(layer, x, y, s * 0.36, s * 0.60, stone)
    layer.box(x - s * 0.08, y, x + s * 0.08, y - s * 0.20, (44, 38, 34))
    layer.oval(x, y - s * 0.20, s * 0.08, s * 0.09, (44, 38, 34))
    _rows_of_windows(layer, x, y - s * 0.34, s * 0.28, s * 0.22, 3, 2, night, s * 0.018)
    roof: Color = (72, 78, 86)
    layer.round(
        [
            (x - s * 0.20, y - s * 0.60),
            (x - s * 0.07, y - s * 0.92),
            (x + s * 0.07, y - s * 0.92),
            (x + s * 0.20, y - s * 0.60),
        ],
        roof,
    )
    for dx in (-0.18, 0.18):
        _spire(layer, x + dx * s, y - s * 0.60, s * 0.07, s * 0.24, roof)
    for dx in (-0.06, 0.06):
        layer.line([(x + dx * s, y - s * 0.92), (x + dx * s, y - s * 1.0)], (210, 176, 80), max(s * 0.008, 1))


def parliament(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A long neo-gothic palace by the river, its red dome between spires (Budapest)."""
    stone: Color = (226, 214, 190)
    _shaft(layer, x, y, s * 2.2, s * 0.34, stone)
    _rows_of_windows(layer, x, y - s * 0.02, s * 2.1, s * 0.28, 34, 2, night, s * 0.013)
    layer.poly(
        [
            (x - s * 1.1, y - s * 0.34),
            (x - s * 1.04, y - s * 0.42),
            (x + s * 1.04, y - s * 0.42),
            (x + s * 1.1, y - s * 0.34),
        ],
        (146, 78, 66),
    )
    for i in range(19):
        px = x - s * 1.08 + i * s * 0.12
        _spire(layer, px, y - s * 0.34, s * 0.026, s * (0.13 if i % 3 else 0.22), tone(stone, 0.9))
    _shaft(layer, x, y - s * 0.34, s * 0.36, s * 0.24, stone)
    _rows_of_windows(layer, x, y - s * 0.38, s * 0.32, s * 0.18, 6, 1, night, s * 0.018)
    _dome(layer, x, y - s * 0.58, s * 0.17, (150, 70, 60), 1.2, 8)
    _spire(layer, x, y - s * 0.77, s * 0.05, s * 0.23, tone(stone, 0.85))
    if night > 0.4:
        layer.e.rectangle((x - s * 1.1, y - s * 0.34, x + s * 1.1, y), fill=(120, 84, 36))


def chain_bridge(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Two heavy stone towers with iron chains between them (Budapest)."""
    stone: Color = (198, 186, 164)
    towers = (x - s * 1.05, x + s * 1.05)
    deck = y - s * 0.22
    layer.box(-10, deck, W + 10, deck + s * 0.05, (126, 122, 116))
    for a, b in ((towers[0] - s * 1.7, towers[0]), (towers[0], towers[1]), (towers[1], towers[1] + s * 1.7)):
        points = []
        for i in range(31):
            t = i / 30
            low = 4 * t * (1 - t) if (a, b) == towers else (1 - t if a < towers[0] else t)
            points.append((a + (b - a) * t, y - s * 0.80 + low * s * 0.54))
        layer.line(points, (92, 96, 98), max(s * 0.018, 2))
        for px, py in points[::2]:
            layer.line([(px, py), (px, deck)], (110, 112, 112), 1)
    for tx in towers:
        _shaft(layer, tx, y + s * 0.05, s * 0.30, s * 0.86, stone)
        layer.box(tx - s * 0.07, deck, tx + s * 0.07, deck - s * 0.26, (116, 128, 140))
        layer.oval(tx, deck - s * 0.26, s * 0.07, s * 0.07, (116, 128, 140))
        layer.box(tx - s * 0.18, y - s * 0.81, tx + s * 0.18, y - s * 0.86, tone(stone, 0.9))
        if night > 0.4:
            layer.glow(tx, y - s * 0.88, s * 0.02, LAMP)
    if night > 0.4:
        for i in range(40):
            layer.glow(i * W / 39, deck - 4, 2.5, LAMP)


def twin_spires(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A dark cathedral with two openwork spires (Cologne)."""
    stone: Color = (92, 86, 82)
    _shaft(layer, x + s * 0.42, y, s * 0.62, s * 0.36, tone(stone, 1.1))
    layer.poly(
        [
            (x + s * 0.1, y - s * 0.36),
            (x + s * 0.16, y - s * 0.46),
            (x + s * 0.68, y - s * 0.46),
            (x + s * 0.73, y - s * 0.36),
        ],
        (84, 96, 96),
    )
    _spire(layer, x + s * 0.46, y - s * 0.46, s * 0.04, s * 0.18, tone(COPPER, 0.7))
    for i in range(7):
        _spire(layer, x + s * (0.14 + i * 0.095), y - s * 0.30, s * 0.03, s * 0.14, tone(stone, 0.9))
    for dx in (-0.13, 0.13):
        px = x + dx * s
        _shaft(layer, px, y, s * 0.22, s * 0.55, stone)
        _rows_of_windows(layer, px, y - s * 0.05, s * 0.17, s * 0.46, 2, 3, night, s * 0.022)
        for k in (-0.09, 0.09):
            _spire(layer, px + k * s, y - s * 0.52, s * 0.05, s * 0.18, tone(stone, 0.9))
        _spire(layer, px, y - s * 0.55, s * 0.19, s * 0.45, stone)
        for i in range(6):
            t = i / 6
            layer.line(
                [
                    (px - s * 0.09 * (1 - t), y - s * (0.57 + 0.43 * t)),
                    (px + s * 0.09 * (1 - t), y - s * (0.57 + 0.43 * t)),
                ],
                tone(stone, 0.7),
                max(s * 0.008, 1),
            )
    _spire(layer, x, y - s * 0.45, s * 0.12, s * 0.14, stone)
    if night > 0.4:
        layer.e.rectangle((x - s * 0.24, y - s * 0.5, x + s * 0.24, y), fill=(60, 52, 30))


def arch_rail_bridge(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Three steel arches in a row carrying a railway (Cologne)."""
    steel: Color = (104, 124, 120)
    deck = y - s * 0.20
    for k in (-1, 0, 1):
        cx, half = x + k * s * 1.42, s * 0.70
        for high, width in ((0.52, 0.028), (0.43, 0.016)):
            arc = [(cx - half + 2 * half * t, deck - s * high * 4 * t * (1 - t)) for t in (i / 28 for i in range(29))]
            layer.line(arc, steel, max(s * width, 2))
            if width > 0.02:
                for px, py in arc[1:-1:2]:
                    layer.line([(px, py), (px, deck)], tone(steel, 0.85), 2)
        for side in (-1, 1):
            _shaft(layer, cx + side * half, y + s * 0.06, s * 0.14, s * 0.30, (150, 140, 130))
    layer.box(-10, deck, W + 10, deck + s * 0.06, tone(steel, 0.8))
    for i in range(9):  # a train
        tx = x - s * 0.9 + i * s * 0.2
        layer.box(tx, deck - s * 0.09, tx + s * 0.185, deck, (190, 40, 40))
        layer.box(
            tx + s * 0.02,
            deck - s * 0.07,
            tx + s * 0.165,
            deck - s * 0.035,
            (250, 224, 160) if night > 0.4 else (66, 78, 90),
        )
