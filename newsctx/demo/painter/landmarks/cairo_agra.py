"""Landmarks of Cairo and Agra."""

from __future__ import annotations

from newsctx.demo.painter.canvas import Color, Layer, tone
from newsctx.demo.painter.landmarks.profile import body, windows

ONION = ((0.78, 0), (0.95, 0.22), (1.0, 0.42), (0.93, 0.66), (0.72, 0.90), (0.42, 1.10), (0.16, 1.27), (0.03, 1.46))
ROUND = ((1.0, 0), (0.97, 0.24), (0.87, 0.50), (0.71, 0.71), (0.50, 0.87), (0.26, 0.97), (0.02, 1.0))


def _cap(
    layer: Layer, x: float, y: float, r: float, color: Color, shape: tuple[tuple[float, float], ...] = ROUND
) -> None:
    body(layer, x, y, r, list(shape), color, 1.12, 0.7)


def _arch(layer: Layer, x: float, y: float, w: float, h: float, night: float, dark: Color = (92, 82, 76)) -> None:
    """A pointed niche with its foot at y; lit at night."""
    shape = [(x - w, y), (x - w, y - h * 0.62), (x - w * 0.5, y - h * 0.87), (x, y - h)]
    shape += [(x + w * 0.5, y - h * 0.87), (x + w, y - h * 0.62), (x + w, y)]
    layer.poly(shape, (240, 180, 96) if night > 0.5 else dark)
    if night > 0.5:
        layer.e.polygon(shape, fill=(190, 124, 56))


def pyramids(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Three great pyramids and small ones in the sand (Cairo)."""
    sand: Color = (216, 182, 124)
    dune = [(x - 3.2 * s, y - 0.12 * s), (x - 1.4 * s, y - 0.2 * s), (x, y - 0.15 * s), (x + 1.6 * s, y - 0.21 * s)]
    layer.poly([*dune, (x + 3.2 * s, y - 0.1 * s), (x + 3.2 * s, y + 6), (x - 3.2 * s, y + 6)], (206, 176, 126))
    for dx, w, h, base in (
        (1.55, 0.62, 0.66, 0.13),
        (-1.45, 0.78, 0.86, 0.11),
        (0.05, 0.92, 1.0, 0.06),
        (0.98, 0.17, 0.19, 0.05),
        (1.24, 0.15, 0.17, 0.04),
        (-0.96, 0.13, 0.15, 0.04),
    ):
        px, foot, top = x + dx * s, y - base * s, y - h * s
        edge = px + w * 0.34 * s
        layer.poly([(px - w * s, foot), (px, top), (edge, foot + 0.04 * s)], tone(sand, 1.08))
        layer.poly([(edge, foot + 0.04 * s), (px, top), (px + w * s, foot)], tone(sand, 0.66))
        courses = int(h * 30)
        for i in range(1, courses):
            t = i / courses
            cy = foot + (top - foot) * t
            shade = tone(sand, 0.90 + 0.1 * (i % 3) / 2)
            layer.line([(px - w * s * (1 - t), cy), (px + w * 0.34 * s * (1 - t), cy + 0.04 * s * (1 - t))], shade, 1.5)
            layer.line(
                [(edge + (px - edge) * t, cy + 0.04 * s * (1 - t)), (px + w * s * (1 - t), cy)], tone(sand, 0.58)
            )
        if dx < -1:  # the smooth casing left at one tip
            k = 0.2
            tip = [(px - w * s * k, top + (foot - top) * k), (px, top), (px + w * 0.34 * s * k, top + (foot - top) * k)]
            layer.poly(tip, (236, 222, 192))
        if night > 0.5:
            layer.e.polygon([(px - w * s, foot), (px, top), (edge, foot)], fill=(104, 72, 30))


def citadel_mosque(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Silver domes between two pencil minarets, above a fortress wall (Cairo)."""
    stone, lead, fort = (212, 190, 150), (170, 174, 172), (184, 152, 106)
    for dx in (-0.33, 0.33):
        px = x + dx * s
        body(layer, px, y, s, [(0.021, 0.2), (0.017, 0.86), (0.016, 0.88)], stone)
        for t in (0.60, 0.76):
            body(layer, px, y, s, [(0.020, t), (0.032, t + 0.02), (0.032, t + 0.032)], tone(stone, 0.86))
            if night > 0.5:
                layer.glow(px, y - (t + 0.04) * s, 0.012 * s, (170, 255, 190))
        body(layer, px, y, s, [(0.019, 0.88), (0.012, 0.95), (0.002, 1.02)], (132, 138, 142))
    body(layer, x, y, s, [(0.42, 0.2), (0.42, 0.40)], stone, 1.1, 0.78)
    for dx, r, base in ((-0.31, 0.085, 0.40), (0.31, 0.085, 0.40), (-0.17, 0.13, 0.44), (0.17, 0.13, 0.44)):
        body(layer, x + dx * s, y, s, [(r, 0.38), (r, base)], tone(stone, 0.95))
        _cap(layer, x + dx * s, y - base * s, r * s, lead)
    body(layer, x, y, s, [(0.19, 0.4), (0.19, 0.56)], tone(stone, 1.03))
    windows(layer, (x - 0.18 * s, y - 0.55 * s, x + 0.18 * s, y - 0.51 * s), 11, 1, night)
    _cap(layer, x, y - 0.56 * s, 0.19 * s, lead)
    layer.line([(x, y - 0.75 * s), (x, y - 0.82 * s)], (214, 184, 104), s * 0.009)
    for i in range(9):
        _arch(layer, x + (-0.36 + i * 0.09) * s, y - 0.23 * s, 0.025 * s, 0.11 * s, night)
    wall = [(x - 0.95 * s, y), (x - 0.9 * s, y - 0.2 * s), (x + 0.9 * s, y - 0.23 * s), (x + 0.97 * s, y)]
    layer.round(wall, fort, 1.1, 0.8)
    for i in range(8):
        layer.line([(x - 0.93 * s, y - 0.025 * i * s), (x + 0.94 * s, y - 0.028 * i * s)], tone(fort, 0.86), 1)
    for dx in (-0.84, -0.42, 0.05, 0.48, 0.86):
        body(layer, x + dx * s, y, s, [(0.075, 0), (0.068, 0.26)], tone(fort, 1.03))
    for i in range(44):
        layer.box(x + (-0.9 + i * 0.041) * s, y - 0.245 * s, x + (-0.88 + i * 0.041) * s, y - 0.2 * s, tone(fort, 0.97))


def white_mausoleum(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A white marble tomb under an onion dome, four minarets at the corners of its terrace (Agra)."""
    marble: Color = (246, 242, 234)
    for dx, k in ((-0.92, 0.84), (0.92, 0.84), (-0.66, 0.74), (0.66, 0.74)):
        px = x + dx * s
        body(layer, px, y, s, [(0.034, 0.08), (0.025, k - 0.10)], marble, 1.03, 0.7)
        for t in (0.3, 0.53, k - 0.11):
            body(layer, px, y, s, [(0.030, t), (0.044, t + 0.015), (0.044, t + 0.025)], tone(marble, 0.86))
        body(layer, px, y, s, [(0.022, k - 0.1), (0.022, k - 0.05)], tone(marble, 0.7))
        _cap(layer, px, y - (k - 0.055) * s, 0.030 * s, marble, ONION)
    body(layer, x, y, s, [(1.05, 0), (1.05, 0.09)], tone(marble, 0.9), 1.0, 0.84)
    for i in range(30):
        _arch(layer, x + (-1.0 + i * 0.069) * s, y - 0.012 * s, 0.022 * s, 0.055 * s, night, (176, 170, 164))
    body(layer, x, y, s, [(0.50, 0.09), (0.50, 0.40)], marble, 1.03, 0.80)
    for dx in (-0.32, 0.32):
        body(layer, x + dx * s, y, s, [(0.085, 0.38), (0.085, 0.45)], tone(marble, 0.82), 1.05, 0.75)
        _cap(layer, x + dx * s, y - 0.45 * s, 0.088 * s, marble, ONION)
    body(layer, x, y, s, [(0.185, 0.38), (0.185, 0.53)], tone(marble, 0.94), 1.05, 0.72)
    _cap(layer, x, y - 0.53 * s, 0.235 * s, marble, ONION)
    body(layer, x, y, s, [(0.05, 0.83), (0.01, 0.87), (0.008, 0.95), (0.0, 1.0)], (214, 178, 92))
    body(layer, x, y, s, [(0.17, 0.09), (0.17, 0.46)], marble, 1.03, 0.9)
    _arch(layer, x, y - 0.09 * s, 0.115 * s, 0.31 * s, night, (150, 144, 146))
    _arch(layer, x, y - 0.09 * s, 0.05 * s, 0.15 * s, night, (104, 100, 106))
    for dx in (-0.42, -0.26, 0.26, 0.42):
        for low in (0.10, 0.25):
            _arch(layer, x + dx * s, y - low * s, 0.05 * s, 0.12 * s, night, (164, 158, 158))
    for dx in (-0.5, -0.34, -0.175, 0.175, 0.34, 0.5):
        layer.line([(x + dx * s, y - 0.09 * s), (x + dx * s, y - 0.47 * s)], tone(marble, 0.82), s * 0.012)


def red_fort(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Red sandstone walls with merlons and a gate between two octagonal towers (Agra)."""
    red: Color = (176, 88, 64)
    for low, high, half, shade in ((0.0, 0.50, 1.25, 0.92), (0.0, 0.34, 1.45, 1.0)):
        body(layer, x, y, s, [(half, low), (half, high)], tone(red, shade), 1.12, 0.8)
        count = int(half * 26)
        for i in range(count):
            mx = x + (-half + 2 * half * (i + 0.5) / count) * s
            merlon = [(mx - 0.026 * s, y - high * s), (mx - 0.022 * s, y - (high + 0.035) * s)]
            merlon += [
                (mx, y - (high + 0.055) * s),
                (mx + 0.022 * s, y - (high + 0.035) * s),
                (mx + 0.026 * s, y - high * s),
            ]
            layer.poly(merlon, tone(red, shade))
        for t in (0.10, 0.28, high - 0.03):
            layer.box(x - half * s, y - t * s, x + half * s, y - (t + 0.012) * s, tone(red, 1.28))
        for i in range(count // 2):
            _arch(layer, x + (-half + 4 * half * (i + 0.5) / count) * s, y - (high - 0.1) * s, 0.012 * s, 0.05 * s, 0)
    for dx in (-1.15, 1.15, -0.36, 0.36):
        top = 0.72 if abs(dx) < 1 else 0.5
        px = x + dx * s
        body(layer, px, y, s, [(0.17, 0), (0.155, top)], red, 1.2, 0.62)
        for t in (0.16, 0.38, top - 0.06):
            layer.box(px - 0.158 * s, y - t * s, px + 0.158 * s, y - (t + 0.014) * s, (222, 196, 170))
        for k in (-0.09, 0, 0.09):
            for t in (0.2, 0.42):
                if t + 0.14 < top:
                    _arch(layer, px + k * s, y - t * s, 0.028 * s, 0.12 * s, night, (112, 52, 42))
        for i in range(5):
            layer.box(
                px + (-0.15 + i * 0.066) * s, y - (top + 0.045) * s, px + (-0.11 + i * 0.066) * s, y - top * s, red
            )
        for k in (-0.06, 0.06):
            layer.box(px + (k - 0.012) * s, y - (top + 0.12) * s, px + (k + 0.012) * s, y - top * s, tone(red, 0.8))
        body(layer, px, y, s, [(0.11, top + 0.115), (0.11, top + 0.135)], tone(red, 1.1))
        _cap(layer, px, y - (top + 0.13) * s, 0.085 * s, (238, 230, 218))
        layer.line([(px, y - (top + 0.2) * s), (px, y - (top + 0.27) * s)], (214, 178, 92), s * 0.008)
    body(layer, x, y, s, [(0.24, 0), (0.24, 0.60)], tone(red, 1.08), 1.1, 0.8)
    _arch(layer, x, y, 0.16 * s, 0.48 * s, night, (226, 204, 176))
    _arch(layer, x, y, 0.12 * s, 0.40 * s, night, (92, 44, 38))
    for k in (-0.18, -0.09, 0, 0.09, 0.18):
        layer.box(x + (k - 0.008) * s, y - 0.66 * s, x + (k + 0.008) * s, y - 0.6 * s, tone(red, 0.8))
        _cap(layer, x + k * s, y - 0.655 * s, 0.04 * s, (238, 230, 218))
