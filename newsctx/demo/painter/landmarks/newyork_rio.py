"""Landmarks of New York and Rio de Janeiro."""

from __future__ import annotations

import math

from newsctx.demo.painter.canvas import Color, Layer, tone
from newsctx.demo.painter.landmarks.profile import body, windows


def spire_skyscraper(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A stone skyscraper with setbacks and a mast, among lower ones (New York)."""
    stone: Color = (188, 178, 162)
    for dx, w, h, shade in ((-0.34, 0.07, 0.50, 0.8), (-0.2, 0.06, 0.60, 0.9), (0.24, 0.07, 0.54, 0.86)):
        color = tone((150, 132, 118) if dx < 0 else (128, 136, 146), shade)
        body(layer, x + dx * s, y, s, [(w, 0), (w, h - 0.05), (w * 0.7, h - 0.05), (w * 0.7, h)], color, 1.1, 0.7)
        box = (x + (dx - w * 0.9) * s, y - (h - 0.06) * s, x + (dx + w * 0.9) * s, y)
        windows(layer, box, 5, 14, night, tone(color, 0.6))
    steps = ((0.150, 0.0, 0.17), (0.122, 0.17, 0.26), (0.092, 0.26, 0.68), (0.074, 0.68, 0.75), (0.055, 0.75, 0.79))
    for w, low, high in steps:
        body(layer, x, y, s, [(w, low), (w, high)], stone, 1.15, 0.72)
        count = max(int(w * 150), 4)
        for i in range(count):
            px = x + (-w + 2 * w * (i + 0.5) / count) * s
            layer.line([(px, y - high * s + 2), (px, y - low * s)], tone(stone, 0.66), 1.6)
        if night > 0.5:
            field = (x - w * s, y - high * s, x + w * s, y - low * s)
            windows(layer, field, count // 2, max(int((high - low) * 46), 2), night, tone(stone, 0.6), fill=(0.35, 0.4))
    body(layer, x, y, s, [(0.062, 0.68), (0.062, 0.79), (0.034, 0.80), (0.034, 0.83)], tone(stone, 1.06))
    crown: Color = (255, 240, 214) if night > 0.5 else (168, 172, 176)
    body(layer, x, y, s, [(0.022, 0.83), (0.020, 0.89), (0.008, 0.915), (0.006, 0.95), (0.002, 1.02)], crown)
    if night > 0.5:
        layer.e.polygon(
            [(x - 0.03 * s, y - 0.79 * s), (x - 0.012 * s, y - 0.9 * s), (x, y - s), (x + 0.012 * s, y - 0.9 * s)]
            + [(x + 0.03 * s, y - 0.79 * s)],
            fill=(210, 190, 160),
        )


def liberty_statue(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A green robed figure with a raised torch, on a pedestal on an island (New York)."""
    green, stone = (122, 176, 156), (196, 180, 152)
    body(layer, x, y, s, [(0.80, -0.03), (0.76, 0.03), (0.5, 0.06)], (92, 104, 76))
    for i in range(26):
        px = x + (-0.72 + i * 0.058) * s
        layer.oval(px, y - 0.05 * s, 0.045 * s, (0.026 + 0.012 * math.sin(i * 2.3)) * s, (60, 90 + i % 3 * 8, 56))
    body(layer, x, y, s, [(0.34, 0.02), (0.32, 0.10), (0.22, 0.10), (0.20, 0.15)], tone(stone, 0.86))
    body(layer, x, y, s, [(0.145, 0.14), (0.115, 0.36), (0.13, 0.36), (0.13, 0.39)], stone)
    windows(layer, (x - 0.09 * s, y - 0.34 * s, x + 0.09 * s, y - 0.27 * s), 4, 1, night)
    robe = [(-0.115, 0.39), (-0.11, 0.55), (-0.095, 0.68), (-0.06, 0.735), (0.05, 0.735), (0.085, 0.68), (0.1, 0.39)]
    layer.round([(x + px * s, y - py * s) for px, py in robe], green, 1.2, 0.62)
    for i in range(8):
        px = x + (-0.085 + i * 0.024) * s
        fold = [(px, y - 0.39 * s), (px + 0.012 * s, y - 0.55 * s), (x + (px - x) * 0.5, y - 0.7 * s)]
        layer.line(fold, tone(green, 0.72), s * 0.007)
    arm = [(-0.085, 0.66), (-0.125, 0.82), (-0.128, 0.90), (-0.088, 0.90), (-0.075, 0.81), (-0.03, 0.72)]
    layer.round([(x + px * s, y - py * s) for px, py in arm], green)
    body(layer, x - 0.108 * s, y, s, [(0.012, 0.89), (0.036, 0.925), (0.03, 0.935)], tone(green, 0.8))
    flame = [(-0.132, 0.935), (-0.136, 0.96), (-0.108, 1.01), (-0.082, 0.96), (-0.086, 0.935)]
    points = [(x + px * s, y - py * s) for px, py in flame]
    layer.poly(points, (255, 206, 96))
    if night > 0.5:
        layer.e.polygon(points, fill=(255, 190, 80))
        layer.e.polygon([(x + px * s * 0.9, y - py * s) for px, py in robe], fill=(34, 52, 44))
    tablet = [(0.05, 0.56), (0.11, 0.58), (0.135, 0.69), (0.075, 0.68)]
    layer.poly([(x + px * s, y - py * s) for px, py in tablet], tone(green, 0.84))
    layer.oval(x - 0.002 * s, y - 0.775 * s, 0.040 * s, 0.050 * s, green)
    layer.box(x - 0.03 * s, y - 0.745 * s, x + 0.026 * s, y - 0.72 * s, tone(green, 0.8))
    layer.box(x - 0.044 * s, y - 0.815 * s, x + 0.04 * s, y - 0.795 * s, tone(green, 0.86))
    for k in range(-3, 4):
        a = math.pi / 2 - k * 0.38
        tip = (x + math.cos(a) * 0.105 * s, y - 0.79 * s - math.sin(a) * 0.105 * s)
        root = (x + math.cos(a) * 0.035 * s, y - 0.79 * s - math.sin(a) * 0.035 * s)
        layer.line([root, tip], green, s * 0.011)


def _slopes(layer: Layer, x: float, y: float, s: float, ridge: list[tuple[float, float]], rock: Color) -> None:
    points = [(x + px * s, y - py * s) for px, py in ridge]
    layer.round([*points, (points[-1][0], y + 4), (points[0][0], y + 4)], rock, 1.15, 0.72)


def _forest(layer: Layer, x: float, y: float, s: float, ridge: list[tuple[float, float]], count: int) -> None:
    """Trees below a ridge line."""
    low, high = ridge[0][0], ridge[-1][0]
    for i in range(count):
        k = low + (high - low) * ((i * 0.6180339) % 1)
        a, b = next((p, q) for p, q in zip(ridge, ridge[1:]) if p[0] <= k <= q[0])
        top = a[1] + (b[1] - a[1]) * (k - a[0]) / max(b[0] - a[0], 1e-6)
        py = y - top * s * ((i * 0.7548) % 1) * 0.82
        r = s * (0.012 + 0.012 * ((i * 0.37) % 1))
        layer.oval(x + k * s, py, r * 1.3, r, (48 + i % 5 * 7, 84 + i % 7 * 6, 52))


def statue_peak(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A steep green peak with a white figure that spreads its arms (Rio de Janeiro)."""
    far = [(-3.0, 0.10), (-2.2, 0.34), (-1.7, 0.30), (-1.1, 0.46), (-0.5, 0.3), (1.0, 0.38), (1.5, 0.52), (3.0, 0.12)]
    _slopes(layer, x, y, s, far, (96, 120, 104))
    near = [(-1.5, 0.05), (-0.9, 0.26), (-0.55, 0.36), (-0.28, 0.58), (-0.10, 0.71), (-0.03, 0.735), (0.04, 0.735)]
    near += [(0.12, 0.66), (0.2, 0.48), (0.42, 0.36), (0.9, 0.24), (1.6, 0.04)]
    _slopes(layer, x, y, s, near, (78, 104, 70))
    _forest(layer, x, y, s, near, 230)
    for k in (0.09, 0.13, 0.17):
        layer.line(
            [(x + k * s, y - (0.92 - k * 2.2) * s), (x + (k + 0.05) * s, y - 0.4 * s)], (122, 118, 108), s * 0.01
        )
    white: Color = (240, 238, 228)
    body(layer, x, y, s, [(0.034, 0.725), (0.030, 0.765)], (150, 146, 138))
    body(layer, x, y, s, [(0.026, 0.76), (0.021, 0.86), (0.027, 0.935), (0.012, 0.95)], white, 1.05, 0.74)
    arms = [(-0.135, 0.920), (-0.135, 0.902), (-0.03, 0.885), (0.03, 0.885), (0.135, 0.902), (0.135, 0.920), (0, 0.94)]
    layer.round([(x + px * s, y - py * s) for px, py in arms], white, 1.05, 0.8)
    layer.oval(x, y - 0.968 * s, 0.015 * s, 0.021 * s, white)
    if night > 0.5:
        layer.e.polygon([(x + px * s, y - py * s) for px, py in arms], fill=(236, 226, 200))
        layer.e.rectangle((x - 0.022 * s, y - 0.98 * s, x + 0.022 * s, y - 0.76 * s), fill=(236, 226, 200))


def sugar_loaf(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A steep bare dome of rock, a lower hill and the cable car between them (Rio de Janeiro)."""
    rock: Color = (128, 118, 106)
    back = [(-3.0, 0.08), (-2.3, 0.3), (-1.9, 0.22), (-1.3, 0.34), (-0.6, 0.18), (1.2, 0.3), (1.9, 0.42), (3.0, 0.1)]
    _slopes(layer, x, y, s, back, (104, 124, 112))
    loaf = [(-0.50, 0.05), (-0.40, 0.30), (-0.34, 0.55), (-0.25, 0.80), (-0.14, 0.95), (0.0, 1.0), (0.13, 0.97)]
    loaf += [(0.26, 0.82), (0.37, 0.58), (0.45, 0.38), (0.62, 0.18), (0.9, 0.05)]
    _slopes(layer, x, y, s, loaf, rock)
    for i in range(24):
        k = -0.30 + i * 0.028
        top = 0.93 - 2.2 * (k - 0.02) ** 2 - 0.10 * ((i * 7) % 5) / 5
        end = (x + k * 1.25 * s, y - (top - 0.22 - 0.25 * ((i * 3) % 4) / 4) * s)
        layer.line([(x + k * s, y - top * s), end], tone(rock, 0.74 + 0.09 * (i * 3 % 5)), s * 0.012)
    hill = [
        (-1.9, 0.02),
        (-1.6, 0.2),
        (-1.3, 0.36),
        (-1.05, 0.41),
        (-0.8, 0.38),
        (-0.55, 0.22),
        (-0.2, 0.13),
        (0.3, 0.14),
    ]
    hill += [(0.7, 0.16), (1.4, 0.03)]
    _slopes(layer, x, y, s, hill, (84, 110, 74))
    _forest(layer, x, y, s, hill, 190)
    cable = [
        (x + (-0.95 + 0.91 * t) * s, y - (0.42 + 0.585 * t - 0.13 * t * (1 - t)) * s) for t in (0, 0.25, 0.5, 0.75, 1)
    ]
    layer.line(cable, (56, 56, 60), max(s * 0.006, 2))
    cx, cy = cable[2]
    (layer.lit_box if night > 0.5 else layer.box)(cx - 0.035 * s, cy, cx + 0.035 * s, cy + 0.04 * s, (236, 206, 120))
    for px, py in ((-0.95, 0.41), (-0.02, 1.0)):
        box = (x + (px - 0.05) * s, y - (py + 0.03) * s, x + (px + 0.05) * s, y - py * s)
        (layer.lit_box if night > 0.5 else layer.box)(*box, (232, 222, 196))
