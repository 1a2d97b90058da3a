"""The canvas: two float images (reflected light and emitted light) and layers that are laid over them, back to front.

Everything is drawn at twice the final size and halved at the end, which is the anti-aliasing.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from newsctx.demo.painter.lettering import font

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
    warm, green, cold, light = rng.uniform(-amount, amount, 4).tolist()
    r, g, b = (min(max(c * (1 + t * 0.3 + light), 0.0), 255.0) for c, t in zip(color, (warm, green, cold)))
    return (r, g, b)


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
        fill = Image.fromarray(strip[None]).resize((width, height), Image.Resampling.NEAREST)
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
        size = (y1 - y0) / len(lines) * 0.78
        widest = max(self.d.textlength(line, font=font(size, line)) for line in lines)
        size = size * min(1.0, (x1 - x0) / max(widest, 1))
        step = (y1 - y0) / len(lines)
        for i, line in enumerate(lines):
            place = ((x0 + x1) / 2, y0 + step * (i + 0.5))
            self.d.text(place, line, font=font(size, line), fill=ints(color), anchor="mm")
            if lit:
                self.e.text(place, line, font=font(size, line), fill=ints(color)[:3], anchor="mm")

    def sheet(self) -> Sheet | None:
        """What is drawn, cut to where it is drawn and to the canvas; None where nothing is."""
        boxes = [box for box in (self.img.getbbox(), self.emit.getbbox()) if box]
        if not boxes:
            return None
        x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
        x1, y1 = min(max(b[2] for b in boxes), W), min(max(b[3] for b in boxes), H)
        if x0 >= x1 or y0 >= y1:
            return None
        rgba = np.asarray(self.img.crop((x0, y0, x1, y1)))
        lamps = np.asarray(self.emit.crop((x0, y0, x1, y1)), np.float32) / 255 if self.emit.getbbox() else None
        return Sheet(*_premultiplied(rgba), lamps, x0, y0)


@dataclass(frozen=True)
class Sheet:
    """A part of the canvas: albedo (h, w, 3) premultiplied, alpha (h, w, 1), emission (h, w, 3) or None where no lamp
    is; float32 in 0..1; its top left corner on the canvas."""

    albedo: Array
    alpha: Array
    emit: Array | None
    x: int
    y: int

    @property
    def region(self) -> tuple[slice, slice]:
        """Rows and columns of the canvas that it covers."""
        return slice(self.y, self.y + self.alpha.shape[0]), slice(self.x, self.x + self.alpha.shape[1])


def _premultiplied(rgba: Array) -> tuple[Array, Array]:
    """(h, w, 4) uint8 -> albedo times alpha (h, w, 3) and alpha (h, w, 1), float32 in 0..1."""
    scaled = rgba.astype(np.float32)
    scaled *= 1 / 255
    alpha = scaled[..., 3:]
    return scaled[..., :3] * alpha, alpha


@dataclass
class Canvas:
    """What the camera sees so far: `rgb` without and `emit` with the lamps, (H, W, 3) float32, 1.0 = white."""

    rgb: Array
    emit: Array

    @classmethod
    def blank(cls) -> Canvas:
        return cls(np.zeros((H, W, 3), np.float32), np.zeros((H, W, 3), np.float32))

    def lay(self, sheet: Sheet, grain: Array, ambient: Array, haze: Array, depth: float) -> None:
        """Lays a sheet over the picture; `depth` 0..1 is how much air is in between, `grain` (h, w, 1) its texture."""
        rows, columns = sheet.region
        through = 1 - sheet.alpha
        part = self.rgb[rows, columns]
        part *= through
        part += sheet.albedo * grain * (np.maximum(ambient, 0) * np.float32(1 - depth))
        if depth:
            part += sheet.alpha * (haze * np.float32(depth))
        lamps = self.emit[rows, columns]
        lamps *= through
        if sheet.emit is not None:
            lamps += sheet.emit * np.float32(1 - depth * 0.7)

    def veil(self, color: Array, amount: Array, region: tuple[slice, slice] = (slice(None), slice(None))) -> None:
        """Mixes a colour in: fog, smoke, spray. `amount` broadcasts against (H, W, 1), or against the region's size."""
        part, lamps = self.rgb[region], self.emit[region]
        part *= 1 - amount
        part += color * amount
        lamps *= 1 - amount


def warp(layer: Layer, quad: list[Point]) -> Sheet | None:
    """The layer's four corners (clockwise from top left) moved to `quad`; None where nothing falls on the canvas."""
    xs, ys = [p[0] for p in quad], [p[1] for p in quad]
    x0, y0 = max(int(min(xs)) - 1, 0), max(int(min(ys)) - 1, 0)
    size = (min(int(max(xs)) + 2, W) - x0, min(int(max(ys)) + 2, H) - y0)
    if min(size) <= 0:
        return None
    width, height = layer.img.size
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    target = np.array([(x - x0, y - y0) for x, y in quad], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    moved = cv2.warpPerspective(np.asarray(layer.img), matrix, size, flags=cv2.INTER_AREA)
    lamps = None
    if layer.emit.getbbox():
        lamps = cv2.warpPerspective(np.asarray(layer.emit), matrix, size, flags=cv2.INTER_AREA).astype(np.float32) / 255
    return Sheet(*_premultiplied(moved), lamps, x0, y0)


def sample(picture: Array, x: Array, y: Array) -> Array:
    """The picture read at positions (x, y), bilinear; beyond its edges it goes on mirrored, so that no seam shows."""
    high, wide = picture.shape[0] - 1, picture.shape[1] - 1
    x, y = wide - np.abs(x % (2 * wide) - wide), high - np.abs(y % (2 * high) - high)
    return cv2.remap(picture.astype(np.float32), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
