"""People: walkers, crowds seen from behind, runners, and what they hold up."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from newsctx.demo.painter.canvas import Color, H, Layer, W, mix, tone, vary

SKIN: tuple[Color, ...] = ((240, 200, 172), (214, 164, 128), (170, 118, 84), (120, 80, 58), (226, 182, 148))
HAIR: tuple[Color, ...] = ((42, 32, 28), (78, 54, 38), (150, 110, 66), (30, 28, 30), (176, 172, 168))
COATS_COLD: tuple[Color, ...] = (
    (48, 58, 84),
    (88, 44, 48),
    (60, 70, 62),
    (38, 38, 44),
    (150, 62, 50),
    (186, 160, 116),
    (70, 96, 130),
)
COATS_WARM: tuple[Color, ...] = (
    (206, 80, 66),
    (66, 126, 180),
    (238, 226, 204),
    (82, 150, 112),
    (236, 186, 76),
    (104, 96, 128),
    (58, 62, 78),
)


def _pick(rng: np.random.Generator, colors: tuple[Color, ...]) -> Color:
    return vary(rng, colors[int(rng.integers(len(colors)))], 0.12)


def person(
    layer: Layer, x: float, y: float, h: float, rng: np.random.Generator, *, cold: bool, raised: bool = False
) -> None:
    """Somebody standing or walking with the feet at (x, y), `h` pixels tall; half of them turn their back."""
    coat, skin, hair = _pick(rng, COATS_COLD if cold else COATS_WARM), _pick(rng, SKIN), _pick(rng, HAIR)
    trousers = _pick(rng, ((44, 48, 66), (54, 50, 48), (74, 84, 108), (38, 36, 40)))
    w, stride, lean = h * rng.uniform(0.115, 0.15), h * rng.uniform(0.0, 0.07), h * rng.uniform(-0.015, 0.015)
    shoulder, hip = y - h * 0.81, y - h * (0.44 if not cold else 0.38)
    for side in (-1, 1):
        foot = x + side * (w * 0.38 + stride)
        layer.poly(
            [
                (x + side * w * 0.02, hip - h * 0.05),
                (x + side * w * 0.85, hip - h * 0.05),
                (foot + h * 0.026, y - h * 0.02),
                (foot - h * 0.026, y - h * 0.02),
            ],
            tone(trousers, 1.1 if side < 0 else 0.82),
        )
        layer.oval(foot + h * 0.01, y - h * 0.012, h * 0.045, h * 0.018, (34, 32, 34))
    body = [
        (x - w * 0.86 + lean, shoulder + h * 0.05),
        (x - w * 0.5 + lean, shoulder),
        (x + w * 0.5 + lean, shoulder),
        (x + w * 0.86 + lean, shoulder + h * 0.05),
        (x + w * 0.82, hip + h * 0.02),
        (x - w * 0.82, hip + h * 0.02),
    ]
    _arms(layer, x + lean, shoulder, w, h, coat, skin, rng, raised)
    layer.round(body, coat, 1.18, 0.62) if h > 40 else layer.poly(body, coat)
    if h > 70:
        layer.line([(x + lean, shoulder + h * 0.03), (x, hip)], tone(coat, 0.7), h * 0.008)
        if rng.random() < 0.3:
            layer.round(
                [
                    (x - w * 0.55, shoulder + h * 0.05),
                    (x + w * 0.55, shoulder + h * 0.05),
                    (x + w * 0.6, hip - h * 0.08),
                    (x - w * 0.6, hip - h * 0.08),
                ],
                _pick(rng, COATS_WARM),
                1.05,
                0.7,
            )
    _head(layer, x + lean * 1.4, y - h * 0.905, h, skin, hair, rng, cold)


def _arms(
    layer: Layer,
    x: float,
    shoulder: float,
    w: float,
    h: float,
    coat: Color,
    skin: Color,
    rng: np.random.Generator,
    raised: bool,
) -> None:
    for side in (-1, 1):
        sx = x + side * w * 0.78
        if raised and side == 1:
            elbow, hand = (sx + w * 0.35, shoulder - h * 0.06), (sx + w * 0.05, shoulder - h * 0.25)
        else:
            swing = rng.uniform(-0.3, 0.5)
            elbow, hand = (sx + side * w * 0.30, shoulder + h * 0.18), (sx + side * w * swing, shoulder + h * 0.34)
        color = tone(coat, 1.05 if side < 0 else 0.72)
        layer.line([(sx, shoulder + h * 0.05), elbow, hand], color, h * 0.058)
        layer.oval(hand[0], hand[1], h * 0.026, h * 0.028, skin)


def _head(
    layer: Layer, x: float, y: float, h: float, skin: Color, hair: Color, rng: np.random.Generator, cold: bool
) -> None:
    rx, ry = h * 0.052, h * 0.068
    layer.box(x - rx * 0.5, y, x + rx * 0.5, y + ry * 1.5, tone(skin, 0.8))
    back, hat = rng.random() < 0.55, cold and rng.random() < 0.45
    layer.oval(x, y, rx, ry, hair if back else skin)
    if not back:
        layer.d.pieslice(
            (x - rx * 1.08, y - ry * 1.1, x + rx * 1.08, y + ry * 0.9), 180, 360, fill=(*map(int, hair), 255)
        )
        layer.oval(x + rx * 0.45, y + ry * 0.15, rx * 0.5, ry * 0.7, tone(skin, 0.88))
        if h > 90:
            for side in (-1, 1):
                layer.oval(x + side * rx * 0.38, y + ry * 0.12, rx * 0.11, ry * 0.09, (40, 34, 32))
            layer.line([(x - rx * 0.25, y + ry * 0.55), (x + rx * 0.25, y + ry * 0.55)], tone(skin, 0.6), h * 0.008)
    else:
        layer.oval(x + rx * 0.4, y, rx * 0.5, ry * 0.8, tone(hair, 0.75))
        if rng.random() < 0.35:
            layer.poly([(x - rx, y), (x + rx, y), (x + rx * 0.9, y + ry * 2.0), (x - rx * 0.9, y + ry * 2.0)], hair)
    if hat:
        cap = _pick(rng, COATS_WARM)
        layer.d.pieslice(
            (x - rx * 1.15, y - ry * 1.25, x + rx * 1.15, y + ry * 0.8), 180, 360, fill=(*map(int, cap), 255)
        )
        layer.oval(x, y - ry * 1.25, rx * 0.35, ry * 0.3, tone(cap, 1.2))
    if cold and rng.random() < 0.5:
        layer.box(x - rx * 0.95, y + ry * 0.85, x + rx * 0.95, y + ry * 1.5, _pick(rng, COATS_WARM))


def placard(layer: Layer, x: float, y: float, width: float, words: str, rng: np.random.Generator, stick: float) -> None:
    """A board with text whose stick ends in a hand at (x, y)."""
    board = ((250, 248, 240), (250, 226, 96), (244, 240, 226), (226, 76, 60), (34, 92, 130))[int(rng.integers(5))]
    ink: Color = (24, 24, 30) if sum(board) > 480 else (250, 248, 240)
    lines = words.count("\n") + 1
    height = width * (0.26 * lines + 0.14)
    sheet = Layer(int(width * 1.1), int(height + stick))
    cx = sheet.img.width / 2
    sheet.box(cx - width * 0.016, height * 0.5, cx + width * 0.016, height + stick, (150, 112, 74))
    sheet.box(cx - width / 2, 0, cx + width / 2, height, board)
    sheet.poly(
        [(cx + width * 0.1, height), (cx + width / 2, height * 0.3), (cx + width / 2, height)], tone(board, 0.95)
    )
    sheet.text((cx - width * 0.45, height * 0.07, cx + width * 0.45, height * 0.93), words, ink)
    angle = float(rng.uniform(-9, 9))
    turned = sheet.img.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    shift = math.sin(math.radians(angle)) * (height + stick) / 2
    left, top = int(x - turned.width / 2 - shift), int(y - turned.height)
    if -turned.width < left < W and -turned.height < top < H:
        layer.img.alpha_composite(*_clip(turned, left, top))


def _clip(image: Image.Image, x: int, y: int) -> tuple[Image.Image, tuple[int, int], tuple[int, int]]:
    """Arguments for alpha_composite, which refuses negative positions."""
    return image, (max(x, 0), max(y, 0)), (max(-x, 0), max(-y, 0))


def runner(layer: Layer, x: float, y: float, h: float, rng: np.random.Generator, bib: int) -> None:
    """A runner coming towards the camera."""
    shirt, skin, hair = _pick(rng, COATS_WARM), _pick(rng, SKIN), _pick(rng, HAIR)
    shorts, w, phase = _pick(rng, COATS_COLD), h * 0.115, 1 if rng.random() < 0.5 else -1
    hip, shoulder, lift = y - h * 0.47, y - h * 0.80, h * 0.15
    for side in (-1, 1):
        up = side == phase
        knee = (x + side * w * 0.55, hip + h * (0.17 if up else 0.22))
        foot = (x + side * w * (0.35 if up else 0.5), y - (lift if up else h * 0.02))
        layer.line([(x + side * w * 0.42, hip), knee, foot], tone(skin, 1.0 if side < 0 else 0.78), h * 0.062)
        layer.line([(x + side * w * 0.42, hip - h * 0.03), (x + side * w * 0.52, hip + h * 0.10)], shorts, h * 0.095)
        layer.oval(foot[0], foot[1] + h * 0.012, h * 0.042, h * 0.026, _pick(rng, COATS_WARM))
        elbow = (x + side * w * 1.45, shoulder + h * 0.17)
        hand = (x + side * w * 0.9, shoulder + h * (0.08 if not up else 0.20))
        layer.line(
            [(x + side * w * 0.85, shoulder + h * 0.03), elbow, hand], tone(skin, 1.0 if side < 0 else 0.78), h * 0.046
        )
    layer.round(
        [
            (x - w * 0.95, shoulder + h * 0.02),
            (x - w * 0.4, shoulder - h * 0.01),
            (x + w * 0.4, shoulder - h * 0.01),
            (x + w * 0.95, shoulder + h * 0.02),
            (x + w * 0.7, hip),
            (x - w * 0.7, hip),
        ],
        shirt,
        1.15,
        0.7,
    )
    layer.box(x - w * 0.52, shoulder + h * 0.12, x + w * 0.52, shoulder + h * 0.24, (250, 250, 248))
    if h > 60:
        layer.text((x - w * 0.45, shoulder + h * 0.13, x + w * 0.45, shoulder + h * 0.23), str(bib), (20, 20, 30))
    rx, ry, hy = h * 0.05, h * 0.066, y - h * 0.90
    layer.box(x - rx * 0.5, hy, x + rx * 0.5, hy + ry * 1.4, tone(skin, 0.8))
    layer.oval(x, hy, rx, ry, skin)
    layer.d.pieslice((x - rx * 1.1, hy - ry * 1.1, x + rx * 1.1, hy + ry * 0.8), 180, 360, fill=(*map(int, hair), 255))
    if h > 70:
        for side in (-1, 1):
            layer.oval(x + side * rx * 0.36, hy + ry * 0.1, rx * 0.12, ry * 0.09, (40, 34, 32))
        layer.oval(x, hy + ry * 0.55, rx * 0.24, ry * 0.12, (120, 60, 54))


def umbrella(layer: Layer, x: float, y: float, r: float, rng: np.random.Generator) -> None:
    """An open umbrella with its stick ending at (x, y)."""
    color, top = _pick(rng, (*COATS_WARM, (40, 42, 50), (60, 30, 40))), y - r * 1.3
    layer.line([(x, y), (x, top)], (60, 60, 64), r * 0.05)
    n = 6
    arc = [
        (x + r * math.cos(a), top + r * 0.18 - r * 0.62 * math.sin(a)) for a in (math.pi * i / 20 for i in range(21))
    ]
    layer.round(arc, color, 1.2, 0.65)
    for i in range(1, n):
        k = math.cos(math.pi * i / n)
        layer.line(
            [(x + r * k, top + r * 0.18), (x + r * k * 0.6, top - r * 0.25), (x, top - r * 0.44)],
            mix(color, (0, 0, 0), 0.3),
            1.5,
        )
