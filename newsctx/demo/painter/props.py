"""Things: boats, cars, fire engines, trams, banners, arches, bunting, lanterns, candles."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from newsctx.demo.painter.canvas import Color, Layer, Point, tone, vary

PAINTS: tuple[Color, ...] = ((168, 44, 44), (48, 74, 120), (226, 226, 226), (60, 64, 70), (190, 176, 140), (38, 98, 92))


def car(
    layer: Layer, x: float, y: float, w: float, rng: np.random.Generator, *, sunk: float = 0.0, snow: bool = False
) -> None:
    """A car seen from the side; `sunk` 0..1 of its height is under water (cut off at y)."""
    h, color = w * 0.36, vary(rng, PAINTS[int(rng.integers(len(PAINTS)))])
    sheet = Layer(int(w * 1.1), int(h * 1.3))
    x0, b = w * 0.05, h * 1.2
    sheet.round(
        [
            (x0, b - h * 0.12),
            (x0, b - h * 0.46),
            (x0 + w * 0.06, b - h * 0.55),
            (x0 + w * 0.25, b - h * 0.58),
            (x0 + w * 0.36, b - h * 0.95),
            (x0 + w * 0.68, b - h * 0.95),
            (x0 + w * 0.86, b - h * 0.58),
            (x0 + w * 0.97, b - h * 0.52),
            (x0 + w, b - h * 0.12),
        ],
        color,
        1.15,
        0.75,
    )
    sheet.poly(
        [
            (x0 + w * 0.29, b - h * 0.58),
            (x0 + w * 0.38, b - h * 0.88),
            (x0 + w * 0.51, b - h * 0.88),
            (x0 + w * 0.51, b - h * 0.58),
        ],
        (72, 86, 98),
    )
    sheet.poly(
        [
            (x0 + w * 0.54, b - h * 0.58),
            (x0 + w * 0.54, b - h * 0.88),
            (x0 + w * 0.66, b - h * 0.88),
            (x0 + w * 0.80, b - h * 0.58),
        ],
        (58, 70, 82),
    )
    sheet.line([(x0 + w * 0.525, b - h * 0.9), (x0 + w * 0.53, b - h * 0.16)], tone(color, 0.6), 2)
    sheet.line([(x0, b - h * 0.36), (x0 + w, b - h * 0.36)], tone(color, 0.75), 2)
    for k in (0.2, 0.8):
        sheet.oval(x0 + w * k, b - h * 0.14, h * 0.19, h * 0.19, (26, 26, 28))
        sheet.oval(x0 + w * k, b - h * 0.14, h * 0.10, h * 0.10, (150, 152, 156))
    sheet.box(x0, b - h * 0.48, x0 + w * 0.03, b - h * 0.38, (255, 240, 200))
    sheet.box(x0 + w * 0.97, b - h * 0.5, x0 + w, b - h * 0.4, (190, 30, 30))
    if snow:
        sheet.poly(
            [
                (x0 + w * 0.34, b - h * 0.90),
                (x0 + w * 0.40, b - h * 1.10),
                (x0 + w * 0.64, b - h * 1.12),
                (x0 + w * 0.70, b - h * 0.90),
            ],
            (244, 247, 252),
        )
        sheet.poly(
            [
                (x0, b - h * 0.48),
                (x0 + w * 0.08, b - h * 0.66),
                (x0 + w * 0.25, b - h * 0.66),
                (x0 + w * 0.3, b - h * 0.55),
            ],
            (240, 244, 250),
        )
        sheet.poly(
            [
                (x0 + w * 0.8, b - h * 0.55),
                (x0 + w * 0.86, b - h * 0.66),
                (x0 + w * 0.98, b - h * 0.60),
                (x0 + w, b - h * 0.48),
            ],
            (236, 240, 248),
        )
    image = sheet.img.rotate(float(rng.uniform(-4, 4)) * sunk * 2, Image.Resampling.BICUBIC)
    image = image.crop((0, 0, image.width, int(h * (1.2 - sunk))))
    layer.img.alpha_composite(image, (max(int(x - w / 2), 0), max(int(y - image.height), 0)))


def fire_engine(layer: Layer, x: float, y: float, w: float, night: float) -> None:
    """A fire engine from the side with its ladder raised."""
    h, red = w * 0.34, (196, 34, 30)
    layer.line([(x + w * 0.35, y - h * 0.9), (x - w * 0.5, y - h * 2.4)], (196, 200, 204), w * 0.03)
    for i in range(14):
        k = i / 14
        layer.line(
            [
                (x + w * 0.35 - w * 0.85 * k, y - h * 0.9 - h * 1.5 * k),
                (x + w * 0.35 - w * 0.85 * k + 8, y - h * 0.98 - h * 1.5 * k),
            ],
            (90, 94, 98),
            3,
        )
    layer.round(
        [
            (x - w / 2, y - h * 0.12),
            (x - w / 2, y - h * 0.55),
            (x - w * 0.45, y - h * 0.95),
            (x - w * 0.2, y - h),
            (x + w / 2, y - h),
            (x + w / 2, y - h * 0.12),
        ],
        red,
        1.1,
        0.8,
    )
    layer.box(x - w / 2, y - h * 0.38, x + w / 2, y - h * 0.28, (250, 232, 90))
    layer.poly(
        [
            (x - w * 0.47, y - h * 0.55),
            (x - w * 0.43, y - h * 0.88),
            (x - w * 0.3, y - h * 0.88),
            (x - w * 0.3, y - h * 0.55),
        ],
        (60, 76, 90),
    )
    layer.box(x - w * 0.27, y - h * 0.88, x - w * 0.2, y - h * 0.55, (60, 76, 90))
    for k in (-0.1, 0.08, 0.26):
        layer.box(x + w * k, y - h * 0.9, x + w * (k + 0.15), y - h * 0.45, (170, 176, 182))
        for j in range(5):
            layer.line(
                [(x + w * k, y - h * (0.5 + j * 0.08)), (x + w * (k + 0.15), y - h * (0.5 + j * 0.08))],
                (120, 126, 132),
                2,
            )
    layer.text((x - w * 0.15, y - h * 0.28, x + w * 0.45, y - h * 0.12), "FIRE  BRIGADE", (250, 250, 250))
    for k in (-0.32, -0.05, 0.3):
        layer.oval(x + w * k, y - h * 0.1, h * 0.16, h * 0.16, (24, 24, 26))
        layer.oval(x + w * k, y - h * 0.1, h * 0.08, h * 0.08, (160, 162, 166))
    for k in (-0.38, -0.28):
        layer.glow(x + w * k, y - h * 1.03, w * 0.017, (70, 130, 255))


def ferry(layer: Layer, x: float, y: float, w: float, name: str, tilt: float, night: float) -> None:
    """A passenger ferry, waterline at y, heeled by `tilt` degrees."""
    h = w * 0.42
    sheet = Layer(int(w * 1.15), int(h * 1.5))
    x0, b = w * 0.075, h * 1.32
    sheet.round(
        [(x0, b - h * 0.34), (x0 + w * 0.07, b + h * 0.05), (x0 + w * 0.93, b + h * 0.05), (x0 + w, b - h * 0.36)],
        (34, 44, 66),
        1.2,
        0.8,
    )
    sheet.line([(x0 + w * 0.05, b - h * 0.03), (x0 + w * 0.95, b - h * 0.03)], (176, 48, 40), h * 0.05)
    sheet.line([(x0, b - h * 0.34), (x0 + w, b - h * 0.36)], (244, 240, 230), h * 0.03)
    for i, (inset, low, high) in enumerate(((0.06, 0.34, 0.58), (0.12, 0.60, 0.82), (0.26, 0.84, 1.0))):
        sheet.round(
            [
                (x0 + w * inset, b - h * low),
                (x0 + w * inset, b - h * high),
                (x0 + w * (1 - inset), b - h * high),
                (x0 + w * (1 - inset), b - h * low),
            ],
            (242, 240, 232),
            1.05,
            0.82,
        )
        count = 18 - 4 * i
        for k in range(count):
            px = x0 + w * (inset + 0.02) + k * w * (1 - 2 * inset - 0.04) / count
            box = (px, b - h * (high - 0.05), px + w * 0.024, b - h * (low + 0.07))
            if night > 0.4 and k % 5:
                sheet.lit_box(*box, (255, 210, 130))
            else:
                sheet.box(*box, (66, 84, 100))
        sheet.line([(x0 + w * inset - 6, b - h * low), (x0 + w * (1 - inset) + 6, b - h * low)], (120, 124, 130), 3)
    sheet.round(
        [
            (x0 + w * 0.50, b - h * 1.0),
            (x0 + w * 0.51, b - h * 1.25),
            (x0 + w * 0.60, b - h * 1.25),
            (x0 + w * 0.61, b - h * 1.0),
        ],
        (226, 180, 60),
    )
    sheet.box(x0 + w * 0.51, b - h * 1.25, x0 + w * 0.60, b - h * 1.19, (40, 40, 44))
    sheet.line([(x0 + w * 0.33, b - h), (x0 + w * 0.33, b - h * 1.28)], (90, 90, 94), 4)
    for k in (0.2, 0.4, 0.68, 0.82):
        sheet.oval(x0 + w * k, b - h * 0.46, h * 0.035, h * 0.035, (236, 96, 40))
        sheet.oval(x0 + w * k, b - h * 0.46, h * 0.016, h * 0.016, (242, 240, 232))
    sheet.text((x0 + w * 0.12, b - h * 0.31, x0 + w * 0.62, b - h * 0.08), name, (246, 244, 236))
    for target, source in ((layer.img, sheet.img), (layer.emit, sheet.emit)):
        turned = source.rotate(tilt, Image.Resampling.BICUBIC, center=(sheet.img.width / 2, b))
        turned = turned.crop((0, 0, turned.width, int(b + 4)))
        place = (int(x - turned.width / 2), int(y - turned.height))
        target.paste(
            turned,
            place,
            turned
            if target is layer.img
            else sheet.img.rotate(tilt, Image.Resampling.BICUBIC, center=(sheet.img.width / 2, b)).crop(
                (0, 0, turned.width, int(b + 4))
            ),
        )


def small_boat(layer: Layer, x: float, y: float, w: float, color: Color, crew: int, rng: np.random.Generator) -> None:
    """A rubber boat or rowing boat with people in orange vests."""
    h = w * 0.22
    for i in range(crew):
        px = x - w * 0.3 + i * w * 0.6 / max(crew - 1, 1)
        layer.oval(px, y - h * 2.15, w * 0.036, w * 0.042, vary(rng, (190, 146, 116), 0.2))
        layer.d.pieslice(
            (px - w * 0.045, y - h * 2.4, px + w * 0.045, y - h * 1.95), 180, 360, fill=(230, 200, 40, 255)
        )
        layer.round(
            [
                (px - w * 0.065, y - h * 0.7),
                (px - w * 0.055, y - h * 1.9),
                (px + w * 0.055, y - h * 1.9),
                (px + w * 0.065, y - h * 0.7),
            ],
            (236, 104, 36),
        )
        layer.box(px - w * 0.06, y - h * 1.4, px + w * 0.06, y - h * 1.26, (236, 240, 200))
    layer.round(
        [
            (x - w / 2, y - h * 0.95),
            (x - w * 0.42, y),
            (x + w * 0.44, y),
            (x + w * 0.52, y - h * 1.1),
            (x + w * 0.4, y - h * 0.8),
            (x - w * 0.4, y - h * 0.75),
        ],
        color,
        1.25,
        0.7,
    )
    layer.line([(x - w * 0.46, y - h * 0.55), (x + w * 0.48, y - h * 0.62)], tone(color, 1.4), h * 0.12)


def arch(layer: Layer, x: float, y: float, w: float, h: float, words: str, color: Color) -> None:
    """An inflatable finish arch with its name."""
    t = w * 0.085
    for side in (-1, 1):
        px = x + side * (w / 2 - t / 2)
        layer.round([(px - t / 2, y), (px - t / 2, y - h), (px + t / 2, y - h), (px + t / 2, y)], color, 1.25, 0.6)
        for i in range(4):
            layer.text(
                (px - t * 0.4, y - h * (0.2 + 0.17 * i), px + t * 0.4, y - h * (0.12 + 0.17 * i)), "KM", (255, 255, 255)
            )
    layer.round(
        [(x - w / 2, y - h * 0.72), (x - w / 2, y - h), (x + w / 2, y - h), (x + w / 2, y - h * 0.72)],
        color,
        1.12,
        0.85,
    )
    layer.line([(x - w / 2, y - h * 0.96), (x + w / 2, y - h * 0.96)], tone(color, 1.3), h * 0.02)
    layer.text((x - w * 0.46, y - h * 0.96, x + w * 0.46, y - h * 0.76), words, (252, 252, 250))


def bunting(
    layer: Layer, a: Point, b: Point, sag: float, rng: np.random.Generator, lanterns: bool, night: float
) -> None:
    """A sagging string of pennants or paper lanterns."""
    steps = max(int(math.dist(a, b) / (44 if lanterns else 30)), 3)
    points = [
        (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t + sag * 4 * t * (1 - t))
        for t in (i / steps for i in range(steps + 1))
    ]
    layer.line(points, (60, 56, 56), 2)
    colors: tuple[Color, ...] = ((226, 70, 60), (250, 200, 70), (70, 140, 190), (246, 244, 236), (90, 168, 110))
    for i, (x, y) in enumerate(points[1:-1]):
        if lanterns:
            color = vary(rng, (255, 150, 64) if i % 3 else (250, 226, 190), 0.05)
            layer.oval(x, y + 16, 11, 15, color)
            for k in (-6, 0, 6):
                layer.line([(x - 10, y + 16 + k), (x + 10, y + 16 + k)], tone(color, 0.8), 1)
            if night > 0.3:
                layer.e.ellipse((x - 10, y + 2, x + 10, y + 30), fill=(230, 120, 46))
        else:
            layer.poly([(x - 9, y), (x + 9, y), (x, y + 22)], colors[i % 5])


def candle(layer: Layer, x: float, y: float, h: float, rng: np.random.Generator) -> None:
    """A candle in a paper cup; the flame shines."""
    layer.poly(
        [(x - h * 0.20, y - h * 0.55), (x + h * 0.20, y - h * 0.55), (x + h * 0.14, y), (x - h * 0.14, y)],
        (240, 214, 176),
    )
    layer.e.polygon([(x - h * 0.20, y - h * 0.55), (x + h * 0.20, y - h * 0.55), (x + h * 0.12, y)], fill=(176, 96, 36))
    tip = y - h * rng.uniform(0.95, 1.1)
    flame = [(x - h * 0.08, y - h * 0.62), (x, tip), (x + h * 0.08, y - h * 0.62), (x, y - h * 0.54)]
    layer.poly(flame, (255, 236, 170))
    layer.e.polygon(flame, fill=(255, 226, 150))


def tram(layer: Layer, x: float, y: float, w: float, words: str, color: Color, snow: bool, night: float) -> None:
    """A tram or bus from the side with its destination."""
    h = w * 0.30
    layer.round(
        [
            (x - w / 2, y - h * 0.08),
            (x - w / 2, y - h * 0.95),
            (x - w * 0.48, y - h),
            (x + w * 0.48, y - h),
            (x + w / 2, y - h * 0.95),
            (x + w / 2, y - h * 0.08),
        ],
        color,
        1.1,
        0.85,
    )
    layer.box(x - w / 2, y - h * 0.42, x + w / 2, y - h * 0.34, (244, 240, 230))
    for i in range(9):
        px = x - w * 0.46 + i * w * 0.104
        show = layer.lit_box if night > 0.3 else layer.box
        show(px, y - h * 0.80, px + w * 0.085, y - h * 0.47, (244, 214, 150) if night > 0.3 else (80, 98, 110))
    layer.box(x - w * 0.36, y - h * 0.97, x + w * 0.36, y - h * 0.83, (24, 24, 26))
    layer.text((x - w * 0.34, y - h * 0.97, x + w * 0.34, y - h * 0.83), words, (255, 190, 60), lit=True)
    for k in (-0.32, 0.32):
        layer.oval(x + w * k, y - h * 0.08, h * 0.13, h * 0.13, (28, 28, 30))
    if snow:
        layer.poly(
            [
                (x - w / 2, y - h * 0.97),
                (x - w * 0.4, y - h * 1.08),
                (x, y - h * 1.10),
                (x + w * 0.42, y - h * 1.08),
                (x + w / 2, y - h * 0.97),
            ],
            (245, 248, 252),
        )


def board(
    layer: Layer, x: float, y: float, w: float, words: str, color: Color = (20, 76, 120), post: float = 120
) -> None:
    """A street or warning sign on two posts; y = foot."""
    lines = words.count("\n") + 1
    h = w * (0.20 * lines + 0.06)
    for k in (-0.4, 0.4):
        layer.box(x + w * k - 4, y - post - h * 0.5, x + w * k + 4, y, (110, 114, 118))
    layer.box(x - w / 2, y - post - h, x + w / 2, y - post, (244, 244, 240))
    layer.box(x - w / 2 + 4, y - post - h + 4, x + w / 2 - 4, y - post - 4, color)
    layer.text((x - w * 0.45, y - post - h + 6, x + w * 0.45, y - post - 6), words, (250, 250, 246))
