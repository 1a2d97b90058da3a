"""The canvas: two float images (reflected light and emitted light) and layers that are laid over them, back to front.

Everything is drawn at twice the final size and halved at the end, which is the anti-aliasing.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

W, H = 1280, 854  # working size, pixels; the photograph is half of it
Color = tuple[float, float, float]  # 0..255
Array = np.ndarray
Point = tuple[float, float]


def rng_for(*names: object) -> np.random.Generator:
    """A generator seeded by what it is for, so that adding one scene never changes another."""
    return np.random.default_rng([zlib.crc32(str(name).encode()) for name in names])


def fbm(rng: np.random.Generator, width: int, height: int, cells: tuple[int, int], octaves: int = 5) -> Array:
    """Fractal noise, (height, width) float32 in 0..1; `cells` = columns and rows of the coarsest grid."""
    total = np.zeros((height, width), np.float32)
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        cols, rows = cells[0] << octave, cells[1] << octave
        grid = rng.random((min(rows, height) + 2, min(cols, width) + 2), dtype=np.float32)
        total += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        norm += weight
        weight *= 0.55
    total /= norm
    low, high = np.percentile(total[::4, ::4], (1, 99))
    return np.clip((total - low) / max(high - low, 1e-6), 0, 1)


def mix(a: Color, b: Color, t: float) -> Color:
    """a at t = 0, b at t = 1."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def tone(color: Color, factor: float) -> Color:
    return (min(color[0] * factor, 255), min(color[1] * factor, 255), min(color[2] * factor, 255))


def ints(color: Color, alpha: int = 255) -> tuple[int, int, int, int]:
    return (int(color[0]), int(color[1]), int(color[2]), alpha)


def vary(rng: np.random.Generator, color: Color, amount: float = 0.08) -> Color:
    """The colour a little lighter or darker and warmer or colder."""
    factor = 1 + rng.uniform(-amount, amount, 3) * 0.3 + rng.uniform(-amount, amount)
    r, g, b = (float(np.clip(c * f, 0, 255)) for c, f in zip(color, factor))
    return (r, g, b)


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own TrueType font: the pictures do not depend on the system's fonts."""
    return ImageFont.load_default(size=max(int(size), 6))


class Layer:
    """A transparent sheet: `img` in albedo colours, `emit` the light that its parts give off themselves."""

    def __init__(self, width: int = W, height: int = H) -> None:
        self.img = Image.new("RGBA", (width, height))
        self.emit = Image.new("RGB", (width, height))
        self.d = ImageDraw.Draw(self.img)
        self.e = ImageDraw.Draw(self.emit)

    def poly(self, points: list[Point], color: Color) -> None:
        self.d.polygon(points, fill=ints(color))

    def box(self, x0: float, y0: float, x1: float, y1: float, color: Color) -> None:
        self.d.rectangle((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), fill=ints(color))

    def line(self, points: list[Point], color: Color, width: float = 1) -> None:
        self.d.line(points, fill=ints(color), width=max(int(round(width)), 1), joint="curve")

    def oval(self, x: float, y: float, rx: float, ry: float, color: Color) -> None:
        self.d.ellipse((x - rx, y - ry, x + rx, y + ry), fill=ints(color))

    def round(self, points: list[Point], color: Color, left: float = 1.15, right: float = 0.6) -> None:
        """A polygon shaded from its left edge to its right one, as a lit cylinder or dome is."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        x0, y0 = int(min(xs)) - 1, int(min(ys)) - 1
        width, height = int(max(xs)) - x0 + 2, int(max(ys)) - y0 + 2
        mask = Image.new("L", (width, height))
        ImageDraw.Draw(mask).polygon([(x - x0, y - y0) for x, y in points], fill=255)
        ramp = np.interp(np.linspace(0, 1, width), [0, 0.3, 1], [left * 0.9, left, right])
        strip = np.clip(np.array(color)[None, :] * ramp[:, None], 0, 255).astype(np.uint8)
        fill = Image.fromarray(np.repeat(strip[None], height, axis=0))
        self.img.paste(fill, (x0, y0), mask)

    def glow(self, x: float, y: float, r: float, color: Color) -> None:
        """A lamp: visible disc and emitted light."""
        self.oval(x, y, r, r, color)
        self.e.ellipse((x - r, y - r, x + r, y + r), fill=ints(color)[:3])

    def lit_box(self, x0: float, y0: float, x1: float, y1: float, color: Color) -> None:
        self.box(x0, y0, x1, y1, color)
        self.e.rectangle((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), fill=ints(color)[:3])

    def text(self, box: tuple[float, float, float, float], words: str, color: Color, lit: bool = False) -> None:
        """The words as large as the box (x0, y0, x1, y1) allows, centred, on as many lines as `words` has."""
        x0, y0, x1, y1 = box
        lines = words.split("\n")
        size = (y1 - y0) / len(lines) * 0.92
        widest = max(self.d.textlength(line, font=font(size)) for line in lines)
        size = size * min(1.0, (x1 - x0) / max(widest, 1))
        step = (y1 - y0) / len(lines)
        for i, line in enumerate(lines):
            place = ((x0 + x1) / 2, y0 + step * (i + 0.5))
            weight = 1 if size > 16 else 0
            self.d.text(place, line, font=font(size), fill=ints(color), anchor="mm", stroke_width=weight)
            if lit:
                self.e.text(place, line, font=font(size), fill=ints(color)[:3], anchor="mm", stroke_width=weight)

    def arrays(self) -> tuple[Array, Array, Array]:
        """Albedo (H, W, 3) premultiplied, alpha (H, W, 1), emission (H, W, 3), all float32 in 0..1."""
        rgba = np.asarray(self.img, np.float32) / 255
        alpha = rgba[..., 3:]
        return rgba[..., :3] * alpha, alpha, np.asarray(self.emit, np.float32) / 255


@dataclass
class Canvas:
    """What the camera sees so far: `rgb` without and `emit` with the lamps, (H, W, 3) float32, 1.0 = white."""

    rgb: Array
    emit: Array

    @classmethod
    def blank(cls) -> Canvas:
        return cls(np.zeros((H, W, 3), np.float32), np.zeros((H, W, 3), np.float32))

    def lay(self, albedo: Array, alpha: Array, emit: Array, ambient: Array, haze: Array, depth: float) -> None:
        """Lays a premultiplied sheet over the picture; `depth` 0..1 is how much air lies in between."""
        light = np.maximum(ambient, 0)
        self.rgb = self.rgb * (1 - alpha) + (albedo * light * (1 - depth) + haze * alpha * depth)
        self.emit = self.emit * (1 - alpha) + emit * (1 - depth * 0.7)

    def veil(self, color: Array, amount: Array) -> None:
        """Mixes a colour in: fog, smoke, spray. `amount` broadcasts against (H, W, 1)."""
        self.rgb = self.rgb * (1 - amount) + color * amount
        self.emit = self.emit * (1 - amount)


def warp(layer: Layer, quad: list[Point]) -> tuple[Array, Array, Array]:
    """The layer's four corners (clockwise from top left) moved to `quad` on the canvas; arrays as `Layer.arrays`."""
    albedo, alpha, emit = layer.arrays()
    width, height = layer.img.size
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.array(quad, np.float32))
    moved = [cv2.warpPerspective(a, matrix, (W, H), flags=cv2.INTER_AREA) for a in (albedo, alpha, emit)]
    return moved[0], moved[1][..., None] if moved[1].ndim == 2 else moved[1], moved[2]


def sample(picture: Array, x: Array, y: Array) -> Array:
    """The picture read at positions (x, y), bilinear; beyond its edges it goes on mirrored, so that no seam shows."""
    high, wide = picture.shape[0] - 1, picture.shape[1] - 1
    x, y = wide - np.abs(x % (2 * wide) - wide), high - np.abs(y % (2 * high) - high)
    return cv2.remap(picture.astype(np.float32), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
