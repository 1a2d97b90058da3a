"""Landmarks by their shape. Each painter draws into a layer: foot at (x, y), `s` = height in pixels."""

from __future__ import annotations

import math

from newsctx.demo.painter.canvas import Color, Layer, tone

LAMP: Color = (255, 214, 140)


def iron_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A lattice tower on four curved legs (Paris)."""
    color: Color = (255, 190, 96) if night > 0.5 else (112, 92, 78)

    def half(t: float) -> float:  # half width at height t
        return s * (0.19 * math.exp(-3.3 * t) + 0.006 + 0.012 * (1 - t))

    pen = layer.e if night > 0.5 else None
    steps = [i / 44 for i in range(45)]
    for side in (-1, 1):
        outer = [(x + side * half(t) * 1.0, y - t * s) for t in steps]
        inner = [(x + side * half(t) * (0.55 if t < 0.28 else 0.35), y - t * s) for t in steps]
        for a, b, c, d in zip(outer, outer[1:], inner, inner[1:]):
            for p, q in ((a, b), (c, d), (a, d), (c, b), (a, c)):
                layer.line([p, q], tone(color, 1.1 if side < 0 else 0.72), s * 0.006)
                if pen:
                    pen.line([p, q], fill=(200, 128, 40), width=max(int(s * 0.005), 1))
    for a, b in zip(steps[14:], steps[15:]):
        layer.line([(x - half(a), y - a * s), (x + half(b), y - b * s)], color, s * 0.005)
        layer.line([(x + half(a), y - a * s), (x - half(b), y - b * s)], color, s * 0.005)
    for t, grow in ((0.0, 1.15), (0.19, 1.2), (0.37, 1.35), (0.88, 1.9)):
        w = half(t) * grow
        layer.box(x - w, y - t * s - s * 0.014, x + w, y - t * s + s * 0.004, tone(color, 0.9))
    arch = half(0.05) * 0.95
    layer.d.arc((x - arch, y - s * 0.175, x + arch, y + s * 0.10), 180, 360, fill=(*map(int, color), 255), width=4)
    layer.line([(x, y - s * 0.9), (x, y - s * 1.03)], color, s * 0.008)
    if pen:
        layer.glow(x, y - s * 1.02, s * 0.008, (255, 240, 200))


def _dome(layer: Layer, x: float, y: float, r: float, color: Color, squash: float = 1.0, ribs: int = 0) -> None:
    arc = [(x + r * math.cos(a), y - r * squash * math.sin(a)) for a in (math.pi * i / 24 for i in range(25))]
    layer.round(arc, color)
    for i in range(1, ribs):
        k = math.cos(math.pi * i / ribs)
        rib = [
            (x + r * k * math.cos(a), y - r * squash * math.sin(a)) for a in (math.pi / 2 * j / 12 for j in range(13))
        ]
        layer.line(rib, tone((236, 226, 210), 0.8), r * 0.035)


def _minaret(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    w = s * 0.024
    stone: Color = (214, 204, 188)
    layer.round([(x - w, y), (x - w * 0.8, y - s * 0.8), (x + w * 0.8, y - s * 0.8), (x + w, y)], stone)
    for t in (0.42, 0.62, 0.78):
        layer.round(
            [
                (x - w * 1.7, y - s * t),
                (x - w * 1.2, y - s * (t - 0.025)),
                (x + w * 1.2, y - s * (t - 0.025)),
                (x + w * 1.7, y - s * t),
                (x + w * 1.7, y - s * (t + 0.015)),
                (x - w * 1.7, y - s * (t + 0.015)),
            ],
            tone(stone, 0.9),
        )
        if night > 0.5:
            layer.glow(x, y - s * (t + 0.02), w * 0.7, LAMP)
    layer.round([(x - w, y - s * 0.8), (x, y - s), (x + w, y - s * 0.8)], (92, 104, 116))


def mosque(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A great dome over half domes, between slender minarets (Istanbul)."""
    stone, lead = (206, 194, 176), (122, 134, 146)
    for dx, k in ((-0.78, 0.92), (0.78, 0.92), (-0.5, 1.0), (0.5, 1.0)):
        _minaret(layer, x + dx * s, y, s * k, night)
    layer.round([(x - s * 0.56, y), (x - s * 0.56, y - s * 0.2), (x + s * 0.56, y - s * 0.2), (x + s * 0.56, y)], stone)
    for dx, r, dy in ((-0.42, 0.13, 0.2), (0.42, 0.13, 0.2), (-0.26, 0.18, 0.26), (0.26, 0.18, 0.26)):
        layer.round(
            [
                (x + (dx - r) * s, y),
                (x + (dx - r) * s, y - dy * s),
                (x + (dx + r) * s, y - dy * s),
                (x + (dx + r) * s, y),
            ],
            tone(stone, 0.96),
        )
        _dome(layer, x + dx * s, y - dy * s, r * s, lead, 0.85)
    layer.round(
        [
            (x - s * 0.27, y - s * 0.2),
            (x - s * 0.27, y - s * 0.40),
            (x + s * 0.27, y - s * 0.40),
            (x + s * 0.27, y - s * 0.2),
        ],
        tone(stone, 1.03),
    )
    _dome(layer, x, y - s * 0.40, s * 0.26, lead, 0.9, 0)
    layer.line([(x, y - s * 0.62), (x, y - s * 0.70)], (220, 190, 110), s * 0.01)
    for i in range(13):
        wx = x - s * 0.24 + i * s * 0.04
        _window(layer, wx, y - s * 0.37, s * 0.010, s * 0.035, night, i % 3 != 1)
    for row in (0.05, 0.13):
        for i in range(19):
            _window(
                layer,
                x - s * 0.52 + i * s * 0.058,
                y - s * row,
                s * 0.012,
                s * 0.04,
                night,
                (i + int(row * 99)) % 4 > 0,
            )


def _window(layer: Layer, x: float, y: float, w: float, h: float, night: float, lit: bool) -> None:
    if night > 0.5 and lit:
        layer.lit_box(x - w, y - h / 2, x + w, y + h / 2, (250, 196, 110))
    else:
        layer.box(x - w, y - h / 2, x + w, y + h / 2, (70, 68, 72))


def stone_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A round tower with a conical roof (Galata)."""
    w = s * 0.15
    layer.round([(x - w, y), (x - w, y - s * 0.62), (x + w, y - s * 0.62), (x + w, y)], (186, 168, 142))
    layer.round(
        [
            (x - w * 1.12, y - s * 0.58),
            (x - w * 1.12, y - s * 0.7),
            (x + w * 1.12, y - s * 0.7),
            (x + w * 1.12, y - s * 0.58),
        ],
        (200, 184, 160),
    )
    layer.round([(x - w * 1.05, y - s * 0.7), (x, y - s), (x + w * 1.05, y - s * 0.7)], (96, 108, 122))
    for row in range(6):
        for i in (-2, -1, 0, 1, 2):
            _window(layer, x + i * w * 0.4, y - s * (0.12 + row * 0.11), w * 0.06, s * 0.03, night, (row + i) % 2 == 0)


def opera_shells(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """White sail-like shells on a podium (Sydney)."""
    white: Color = (244, 240, 230)

    def shell(x0: float, base: float, tip: float, high: float, face: float) -> None:
        back = [
            (x0 + tip * t * s * face, y - s * 0.14 - high * s * math.sin(math.pi / 2 * t) ** 0.75)
            for t in (i / 18 for i in range(19))
        ]
        front = [
            (x0 + s * face * (tip - (tip - base) * u**0.6), y - s * 0.14 - high * s * (1 - u))
            for u in (i / 12 for i in range(13))
        ]
        layer.round(back + front, white, 1.04, 0.74)
        for k in (0.25, 0.5, 0.75):
            rib = [(px + (x0 + base * s * face - px) * k * 0.6, py + (y - s * 0.14 - py) * k * 0.25) for px, py in back]
            layer.line(rib, tone(white, 0.83), 1.5)
        glass: Color = (255, 206, 130) if night > 0.5 else (92, 84, 84)
        inner = [front[0], *front[1:], (x0 + s * face * base * 0.82, y - s * 0.14)]
        layer.poly(inner, tone(glass, 0.9))
        if night > 0.5:
            layer.e.polygon(inner, fill=(150, 104, 50))

    layer.round(
        [(x - s * 1.05, y), (x - s * 0.98, y - s * 0.15), (x + s * 1.0, y - s * 0.15), (x + s * 1.1, y)],
        (168, 140, 120),
    )
    for x0, base, tip, high in ((-0.95, 0.34, 0.42, 0.34), (-0.70, 0.52, 0.62, 0.62), (-0.30, 0.66, 0.80, 0.86)):
        shell(x + x0 * s, base, tip, high, 1)
    shell(x + 0.98 * s, 0.30, 0.36, 0.42, -1)
    for x0, base, tip, high in ((0.30, 0.26, 0.34, 0.26), (0.42, 0.40, 0.48, 0.44)):
        shell(x + x0 * s, base, tip, high, 1)
    for i in range(30):
        _window(layer, x - s * 0.95 + i * s * 0.066, y - s * 0.06, s * 0.022, s * 0.03, night, i % 4 != 0)


def arch_bridge(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A steel arch with hangers between stone pylons (Sydney Harbour)."""
    steel: Color = (96, 104, 110)
    span, deck = s * 1.9, y - s * 0.34
    top = [(x + span * (t - 0.5) * 1.0, deck - s * 0.62 * (1 - (2 * t - 1) ** 2)) for t in (i / 40 for i in range(41))]
    low = [(px, py + s * 0.09 + s * 0.10 * abs(2 * i / 40 - 1)) for i, (px, py) in enumerate(top)]
    for line in (top, low):
        layer.line(line, steel, s * 0.022)
    for i, (a, b) in enumerate(zip(top, low)):
        layer.line([a, b], steel, s * 0.010)
        if i < 40:
            layer.line([a, low[i + 1]], tone(steel, 0.9), s * 0.008)
        layer.line([b, (b[0], deck)], steel, s * 0.006)
        if night > 0.5 and i % 3 == 0:
            layer.glow(b[0], deck - 3, s * 0.010, LAMP)
    layer.box(x - span, deck - s * 0.02, x + span, deck + s * 0.03, tone(steel, 0.8))
    for side in (-1, 1):
        for dx in (0.5, 0.56):
            px = x + side * span * dx
            layer.round(
                [
                    (px - s * 0.045, y),
                    (px - s * 0.04, deck - s * 0.2),
                    (px + s * 0.04, deck - s * 0.2),
                    (px + s * 0.045, y),
                ],
                (190, 176, 152),
            )


def pagoda(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Five curved roofs and a spire (Kyoto)."""
    for i in range(5):
        w, base = s * (0.20 - 0.022 * i), y - s * (0.02 + 0.155 * i)
        layer.round(
            [
                (x - w * 0.62, base),
                (x - w * 0.62, base - s * 0.10),
                (x + w * 0.62, base - s * 0.10),
                (x + w * 0.62, base),
            ],
            (138, 62, 46),
        )
        for k in range(-3, 4):
            _window(layer, x + k * w * 0.16, base - s * 0.045, w * 0.05, s * 0.05, night, k % 2 == 0)
        eave, ridge = base - s * 0.095, base - s * 0.158
        left = [(x - w * 1.34, eave - s * 0.018), (x - w * 0.9, eave - s * 0.020), (x - w * 0.55, ridge)]
        right = [(2 * x - px, py) for px, py in reversed(left)]
        layer.round([*left, *right, (x + w * 1.1, eave + s * 0.004), (x - w * 1.1, eave + s * 0.004)], (74, 76, 84))
        layer.line(
            [(x - w * 1.34, eave - s * 0.016), (x - w * 1.0, eave), (x + w, eave), (x + w * 1.34, eave - s * 0.016)],
            (46, 44, 48),
            s * 0.006,
        )
        if night > 0.5:
            for k in (-1, 1):
                layer.glow(x + k * w * 1.05, eave + s * 0.02, s * 0.010, (255, 150, 70))
    layer.line([(x, y - s * 0.78), (x, y - s)], (120, 96, 60), s * 0.012)
    for i in range(6):
        layer.oval(x, y - s * (0.83 + i * 0.024), s * 0.016, s * 0.005, (150, 120, 70))


def torii(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A vermilion gate (Kyoto)."""
    red: Color = (206, 62, 36)
    for side in (-1, 1):
        layer.round(
            [
                (x + side * s * 0.42 - s * 0.05, y),
                (x + side * s * 0.38 - s * 0.045, y - s * 0.85),
                (x + side * s * 0.38 + s * 0.045, y - s * 0.85),
                (x + side * s * 0.42 + s * 0.05, y),
            ],
            red,
        )
        layer.box(x + side * s * 0.42 - s * 0.06, y - s * 0.06, x + side * s * 0.42 + s * 0.06, y, (36, 32, 34))
    layer.box(x - s * 0.52, y - s * 0.68, x + s * 0.52, y - s * 0.60, tone(red, 0.9))
    layer.poly(
        [
            (x - s * 0.68, y - s * 0.98),
            (x, y - s * 0.92),
            (x + s * 0.68, y - s * 0.98),
            (x + s * 0.62, y - s * 0.82),
            (x, y - s * 0.80),
            (x - s * 0.62, y - s * 0.82),
        ],
        red,
    )
    layer.line([(x - s * 0.69, y - s * 0.99), (x, y - s * 0.93), (x + s * 0.69, y - s * 0.99)], (40, 36, 40), s * 0.05)
    layer.box(x - s * 0.06, y - s * 0.82, x + s * 0.06, y - s * 0.64, (48, 44, 40))


def church_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A brick tower with a stepped lead spire and a crown (Amsterdam)."""
    w, brick = s * 0.085, (150, 96, 74)
    layer.round([(x - w, y), (x - w, y - s * 0.48), (x + w, y - s * 0.48), (x + w, y)], brick)
    for i, (width, low, high) in enumerate(((0.95, 0.48, 0.60), (0.68, 0.60, 0.72), (0.44, 0.72, 0.82))):
        layer.round(
            [
                (x - w * width, y - s * low),
                (x - w * width, y - s * high),
                (x + w * width, y - s * high),
                (x + w * width, y - s * low),
            ],
            ((226, 214, 192), (206, 200, 190), (150, 160, 160))[i],
        )
        layer.box(x - w * width * 1.2, y - s * high, x + w * width * 1.2, y - s * (high - 0.014), (96, 112, 112))
        layer.box(x - w * width * 0.3, y - s * (high - 0.02), x + w * width * 0.3, y - s * (low + 0.02), (52, 52, 60))
    _dome(layer, x, y - s * 0.82, w * 0.5, (52, 88, 160), 1.2)
    layer.round([(x - w * 0.15, y - s * 0.87), (x, y - s), (x + w * 0.15, y - s * 0.87)], (216, 178, 84))
    clock = y - s * 0.54
    layer.oval(x, clock, w * 0.42, w * 0.42, (34, 46, 86))
    layer.line([(x, clock), (x, clock - w * 0.32)], (236, 200, 100), 3)
    layer.line([(x, clock), (x + w * 0.24, clock + w * 0.1)], (236, 200, 100), 3)
    for row in range(4):
        _window(layer, x, y - s * (0.08 + 0.10 * row), w * 0.22, s * 0.05, night, row % 2 == 0)


def suspension_bridge(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Two red towers, sweeping cables and hangers (San Francisco)."""
    red: Color = (196, 72, 48)
    half, deck = s * 1.05, y - s * 0.24
    for side in (-1, 1):
        outer = [
            (x + side * (half + s * 2.0 * t), y - s * 0.97 + s * 0.72 * t**0.8) for t in (i / 30 for i in range(31))
        ]
        layer.line(outer, red, s * 0.014)
        for px, py in outer[2:-4:2]:
            layer.line([(px, py), (px, deck)], tone(red, 0.9), 1.5)
    main = [(x + half * t, y - s * 0.97 + s * 0.66 * (1 - t * t)) for t in (i / 30 - 1 for i in range(61))]
    layer.line(main, red, s * 0.016)
    for px, py in main[2:-2:2]:
        layer.line([(px, py), (px, deck)], tone(red, 0.9), 1.5)
    layer.box(x - half * 3.2, deck - s * 0.016, x + half * 3.2, deck + s * 0.034, tone(red, 0.82))
    for i in range(90):
        px = x - half * 3.2 + i * half * 0.072
        layer.line(
            [(px, deck + s * 0.03), (px + half * 0.036, deck - s * 0.012), (px + half * 0.072, deck + s * 0.03)],
            tone(red, 0.6),
            1.5,
        )
        if night > 0.5 and i % 3 == 0:
            layer.glow(px, deck - s * 0.04, s * 0.008, LAMP)
    for side in (-1, 1):
        tx = x + side * half
        for dx in (-1, 1):
            leg = tx + dx * s * 0.05
            layer.round(
                [(leg - s * 0.03, y), (leg - s * 0.02, y - s), (leg + s * 0.02, y - s), (leg + s * 0.03, y)], red
            )
        for t in (0.98, 0.80, 0.62, 0.44):
            layer.box(tx - s * 0.06, y - s * t, tx + s * 0.06, y - s * (t - 0.05), tone(red, 0.85))
        layer.box(tx - s * 0.12, y - s * 0.06, tx + s * 0.12, y + s * 0.02, (150, 142, 132))


def cathedral_dome(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A ribbed red dome with a lantern, beside a striped bell tower (Florence)."""
    wall, tile = (222, 208, 186), (178, 86, 58)
    layer.round(
        [
            (x - s * 0.95, y),
            (x - s * 0.95, y - s * 0.30),
            (x - s * 0.9, y - s * 0.36),
            (x - s * 0.2, y - s * 0.36),
            (x - s * 0.2, y),
        ],
        wall,
        1.05,
        0.85,
    )
    layer.poly(
        [
            (x - s * 0.97, y - s * 0.34),
            (x - s * 0.9, y - s * 0.41),
            (x - s * 0.2, y - s * 0.41),
            (x - s * 0.2, y - s * 0.34),
        ],
        tile,
    )
    for dx, r in ((-0.26, 0.14), (0.30, 0.15)):
        layer.round(
            [
                (x + (dx - r) * s, y),
                (x + (dx - r) * s, y - s * 0.27),
                (x + (dx + r) * s, y - s * 0.27),
                (x + (dx + r) * s, y),
            ],
            wall,
        )
        _dome(layer, x + dx * s, y - s * 0.27, r * s, tile, 0.8, 5)
    layer.round(
        [(x - s * 0.29, y), (x - s * 0.29, y - s * 0.46), (x + s * 0.29, y - s * 0.46), (x + s * 0.29, y)], wall
    )
    _dome(layer, x, y - s * 0.45, s * 0.285, tile, 1.30, 8)
    layer.round(
        [
            (x - s * 0.045, y - s * 0.80),
            (x - s * 0.04, y - s * 0.92),
            (x + s * 0.04, y - s * 0.92),
            (x + s * 0.045, y - s * 0.80),
        ],
        (236, 228, 212),
    )
    layer.round([(x - s * 0.045, y - s * 0.92), (x, y - s), (x + s * 0.045, y - s * 0.92)], (210, 190, 150))
    for k in (-0.2, -0.07, 0.07, 0.2):
        layer.oval(x + k * s, y - s * 0.38, s * 0.030, s * 0.030, tone(wall, 0.86))
        layer.oval(x + k * s, y - s * 0.38, s * 0.020, s * 0.020, (250, 190, 104) if night > 0.5 else (70, 66, 70))
    bell = x - s * 0.80
    layer.round(
        [
            (bell - s * 0.085, y),
            (bell - s * 0.08, y - s * 0.86),
            (bell + s * 0.08, y - s * 0.86),
            (bell + s * 0.085, y),
        ],
        (228, 216, 202),
    )
    for row in range(5):
        layer.box(
            bell - s * 0.085,
            y - s * (0.16 + row * 0.16),
            bell + s * 0.085,
            y - s * (0.15 + row * 0.16),
            (110, 130, 110),
        )
        for k in (-0.035, 0.035):
            _window(layer, bell + k * s, y - s * (0.10 + row * 0.16), s * 0.016, s * 0.085, night, row % 2 == 0)
    layer.box(bell - s * 0.10, y - s * 0.89, bell + s * 0.10, y - s * 0.86, (206, 192, 172))


def flat_mountain(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A table mountain with gullies, a pointed peak at each side (Cape Town)."""
    rock: Color = (112, 116, 112)
    ridge = [
        (-2.3, 0.10),
        (-1.9, 0.42),
        (-1.62, 0.78),
        (-1.5, 0.60),
        (-1.25, 0.52),
        (-1.08, 0.93),
        (-0.6, 0.97),
        (-0.1, 1.0),
        (0.5, 0.985),
        (0.98, 0.95),
        (1.1, 0.58),
        (1.4, 0.46),
        (1.62, 0.62),
        (1.75, 0.70),
        (1.92, 0.48),
        (2.5, 0.12),
    ]
    points = [(x + px * s, y - py * s) for px, py in ridge]
    layer.round([*points, (x + 2.5 * s, y), (x - 2.3 * s, y)], rock, 1.12, 0.8)
    layer.poly(
        [
            (x - 2.3 * s, y - s * 0.08),
            *[
                (x + k * s, y - s * (0.36 + 0.05 * math.sin(k * 9)))
                for k in (-1.7, -1.2, -0.7, -0.2, 0.3, 0.8, 1.3, 1.8)
            ],
            (x + 2.5 * s, y - s * 0.1),
            (x + 2.5 * s, y),
            (x - 2.3 * s, y),
        ],
        (92, 108, 82),
    )
    for i in range(46):
        k = -1.05 + i * 0.0455
        top = 0.93 + 0.04 * math.sin(i * 12.9)
        low = 0.42 + 0.13 * math.sin(i * 7.3)
        layer.line(
            [
                (x + k * s, y - top * s),
                (x + (k + 0.03 * math.sin(i * 3.1)) * s, y - (top + low) / 2 * s),
                (x + (k + 0.05 * math.sin(i)) * s, y - low * s),
            ],
            tone(rock, 0.72 + 0.38 * ((i * 7) % 5) / 5),
            s * 0.012,
        )


def clock_hall(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A sandstone hall with a clock tower (Cape Town)."""
    stone: Color = (206, 178, 136)
    layer.round(
        [(x - s * 0.8, y), (x - s * 0.8, y - s * 0.42), (x + s * 0.8, y - s * 0.42), (x + s * 0.8, y)], stone, 1.08, 0.8
    )
    for row in (0.10, 0.28):
        for i in range(15):
            _window(
                layer,
                x - s * 0.73 + i * s * 0.104,
                y - s * row,
                s * 0.022,
                s * 0.09,
                night,
                (i * 5 + int(row * 50)) % 3 > 0,
            )
    layer.box(x - s * 0.82, y - s * 0.44, x + s * 0.82, y - s * 0.41, tone(stone, 0.8))
    layer.round(
        [(x - s * 0.12, y), (x - s * 0.12, y - s * 0.8), (x + s * 0.12, y - s * 0.8), (x + s * 0.12, y)],
        tone(stone, 1.06),
    )
    layer.round([(x - s * 0.13, y - s * 0.8), (x, y - s), (x + s * 0.13, y - s * 0.8)], (110, 124, 116))
    layer.oval(x, y - s * 0.68, s * 0.08, s * 0.08, (240, 234, 214))
    layer.line([(x, y - s * 0.68), (x, y - s * 0.74)], (40, 40, 40), 3)
    layer.line([(x, y - s * 0.68), (x + s * 0.04, y - s * 0.66)], (40, 40, 40), 3)
