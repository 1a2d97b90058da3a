"""Landmarks of Shanghai and Seattle."""

from __future__ import annotations

import math

from newsctx.demo.painter.canvas import Color, Layer, tone
from newsctx.demo.painter.landmarks.profile import body, windows


def pearl_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Three columns that carry rose-coloured spheres, one above the other (Shanghai)."""
    steel, rose = (178, 178, 182), (196, 92, 118)
    for side in (-1, 1):
        layer.line([(x + side * 0.24 * s, y), (x + side * 0.04 * s, y - 0.27 * s)], tone(steel, 0.8), s * 0.026)
    body(layer, x, y, s, [(0.17, 0), (0.15, 0.045), (0.1, 0.06)], tone(steel, 0.85))
    for dx, shade in ((-0.048, 1.1), (0.0, 0.95), (0.048, 0.75)):
        body(layer, x + dx * s, y, s, [(0.018, 0), (0.018, 0.68)], tone(steel, shade), 1.1, 0.8)
    for h in (0.36, 0.41, 0.46, 0.51, 0.56):
        body(layer, x, y, s, [(0.055, h), (0.055, h + 0.016)], tone(rose, 0.95))
    for h, r in ((0.265, 0.105), (0.645, 0.080), (0.80, 0.030), (0.075, 0.03)):
        for dx in (-0.16, 0.16) if h < 0.1 else (0.0,):
            cx, cy = x + dx * s, y - h * s
            ball = [(cx + r * s * math.cos(a), cy - r * s * math.sin(a)) for a in (i * math.pi / 18 for i in range(36))]
            layer.round(ball, rose, 1.25, 0.55)
            if night > 0.5:
                layer.e.polygon(ball, fill=(196, 60, 128))
            for k in (-0.45, -0.15, 0.15, 0.45):
                half = r * math.sqrt(1 - k * k) * s
                layer.line([(cx - half, cy - k * r * s), (cx + half, cy - k * r * s)], tone(rose, 0.68), 2)
            if r > 0.06:
                layer.box(cx - r * 0.99 * s, cy - 0.010 * s, cx + r * 0.99 * s, cy + 0.010 * s, (120, 130, 146))
                for i in range(9):
                    px = cx + (i - 4) * r * 0.21 * s
                    (layer.lit_box if night > 0.5 else layer.box)(
                        px - 2, cy - 0.006 * s, px + 2, cy + 0.006 * s, (255, 224, 170)
                    )
    body(layer, x, y, s, [(0.020, 0.72), (0.017, 0.77)], steel)
    body(layer, x, y, s, [(0.013, 0.83), (0.006, 0.90), (0.001, 1.03)], tone(steel, 0.9))
    if night > 0.5:
        layer.e.line([(x, y - 0.84 * s), (x, y - 1.02 * s)], fill=(200, 130, 255), width=3)


def bottle_opener_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A blade of glass with a wide opening at its top, beside a tiered tower (Shanghai)."""
    glass: Color = (136, 160, 184)
    other = x + 0.30 * s
    for w, low, high in (
        (0.088, 0, 0.34),
        (0.080, 0.34, 0.52),
        (0.07, 0.52, 0.63),
        (0.056, 0.63, 0.70),
        (0.035, 0.7, 0.75),
    ):
        color: Color = (186, 182, 168)
        body(layer, other, y, s, [(w, low), (w * 0.96, high - 0.01), (w * 1.12, high)], color, 1.12, 0.7)
        if low < 0.6:
            field = (other - w * s * 0.9, y - high * s, other + w * s * 0.9, y - low * s)
            windows(layer, field, 5, max(int((high - low) * 40), 2), night, (112, 118, 122))
    body(layer, other, y, s, [(0.016, 0.75), (0.001, 0.84)], (190, 188, 176))
    shape = [(0.155, 0), (0.145, 0.35), (0.118, 0.72), (0.098, 0.99)]
    body(layer, x, y, s, shape, glass, 1.2, 0.72)
    layer.poly([(x - 0.155 * s, y), (x - 0.02 * s, y), (x - 0.098 * s, y - 0.97 * s)], tone(glass, 1.22))
    for i in range(1, 34):
        h = i * 0.0255
        w = 0.155 - 0.058 * h**1.2
        layer.line([(x - w * s, y - h * s), (x + w * s, y - h * s)], tone(glass, 0.74), 1.5)
    if night > 0.5:
        windows(layer, (x - 0.09 * s, y - 0.84 * s, x + 0.1 * s, y), 8, 30, night, tone(glass, 0.7))
        layer.e.line([(x - 0.098 * s, y - 0.985 * s), (x + 0.098 * s, y - 0.985 * s)], fill=(150, 200, 255), width=4)
    hole = [(-0.050, 0.865), (-0.070, 0.955), (0.070, 0.955), (0.050, 0.865)]
    points = [(x + px * s, y - py * s) for px, py in hole]
    layer.d.polygon(points, fill=(0, 0, 0, 0))
    layer.e.polygon(points, fill=(0, 0, 0))
    layer.line([*points, points[0]], tone(glass, 0.6), s * 0.008)


def saucer_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A saucer on three waisted legs, with a spire (Seattle)."""
    white: Color = (232, 230, 222)

    def half(t: float) -> float:  # half width of the legs at height t
        return 0.032 + 0.115 * abs(t - 0.50) ** 1.5 * (2.6 if t < 0.50 else 1.9)

    steps = [i / 24 * 0.80 for i in range(25)]
    for k, shade in ((0.0, 0.66), (-1, 1.0), (1, 0.82)):
        leg = [(x + k * half(t) * s, y - t * s) for t in steps]
        layer.line(leg, tone(white, shade), s * 0.022)
    body(layer, x, y, s, [(0.014, 0), (0.014, 0.8)], (170, 172, 172))
    for t in (0.1, 0.2, 0.3, 0.42, 0.55, 0.66):
        layer.box(x - half(t) * s, y - t * s - 2, x + half(t) * s, y - t * s + 2, tone(white, 0.8))
    body(layer, x, y, s, [(0.075, 0.13), (0.09, 0.15), (0.075, 0.17)], tone(white, 0.92))
    body(layer, x, y, s, [(0.05, 0.775), (0.155, 0.81), (0.185, 0.832), (0.185, 0.84)], tone(white, 0.8))
    body(layer, x, y, s, [(0.15, 0.838), (0.14, 0.864)], (92, 104, 116))
    for i in range(13):
        px = x + (-0.13 + i * 0.0217) * s
        (layer.lit_box if night > 0.5 else layer.box)(
            px - 0.006 * s,
            y - 0.86 * s,
            px + 0.006 * s,
            y - 0.843 * s,
            (255, 214, 140) if night > 0.5 else (140, 156, 170),
        )
    body(layer, x, y, s, [(0.17, 0.864), (0.10, 0.888), (0.05, 0.905), (0.03, 0.925)], white)
    body(layer, x, y, s, [(0.024, 0.92), (0.006, 0.95), (0.001, 1.04)], (206, 198, 186))
    if night > 0.5:
        layer.e.line([(x - 0.18 * s, y - 0.836 * s), (x + 0.18 * s, y - 0.836 * s)], fill=(255, 236, 200), width=4)
        layer.glow(x, y - 1.03 * s, 0.008 * s, (255, 90, 70))


def ferris_pier(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A white wheel at the end of a timber pier with a long shed (Seattle)."""
    white, wood = (236, 238, 240), (122, 96, 74)
    for i in range(30):
        px = x + (-1.3 + i * 0.08) * s
        layer.line([(px, y - 0.1 * s), (px, y + 0.04 * s)], tone(wood, 0.6), s * 0.018)
    layer.box(x - 1.35 * s, y - 0.13 * s, x + 1.1 * s, y - 0.09 * s, wood)
    cx, cy, r = x + 0.45 * s, y - 0.56 * s, 0.43 * s
    for side in (-1, 1):
        layer.line([(cx + side * 0.26 * s, y - 0.12 * s), (cx, cy)], tone(white, 0.85), s * 0.024)
    for radius, width in ((r, 0.014), (r * 0.9, 0.008)):
        rim = [(cx + radius * math.cos(a), cy + radius * math.sin(a)) for a in (i * math.pi / 24 for i in range(49))]
        layer.line(rim, white, s * width)
        if night > 0.5:
            layer.e.line(rim, fill=(80, 190, 255), width=max(int(s * 0.012), 2))
    for i in range(21):
        a = i * 2 * math.pi / 21
        end = (cx + r * math.cos(a), cy + r * math.sin(a))
        layer.line([(cx, cy), end], tone(white, 0.9), 1.5)
        if night > 0.5:
            layer.e.line([(cx, cy), end], fill=(50, 130, 190), width=1)
        bx, by = cx + r * 1.06 * math.cos(a), cy + r * 1.06 * math.sin(a)
        layer.box(bx - 0.022 * s, by - 0.018 * s, bx + 0.022 * s, by + 0.026 * s, (60, 70, 84))
    layer.oval(cx, cy, 0.04 * s, 0.04 * s, tone(white, 0.8))
    shed: Color = (152, 60, 50)
    layer.box(x - 1.3 * s, y - 0.33 * s, x + 0.06 * s, y - 0.12 * s, shed)
    roof = [(x - 1.34 * s, y - 0.33 * s), (x - 1.18 * s, y - 0.45 * s), (x - 0.06 * s, y - 0.45 * s)]
    layer.poly([*roof, (x + 0.1 * s, y - 0.33 * s)], (116, 122, 124))
    windows(
        layer, (x - 1.27 * s, y - 0.30 * s, x + 0.03 * s, y - 0.15 * s), 14, 1, night, (84, 92, 100), fill=(0.6, 0.7)
    )
    layer.text((x - 1.0 * s, y - 0.44 * s, x - 0.2 * s, y - 0.345 * s), "PIER 57", (244, 240, 226), lit=night > 0.5)
