"""What hangs in the air: rain, snowflakes, fog, smoke, fire light, confetti."""

from __future__ import annotations

import cv2
import numpy as np

from newsctx.demo.painter.canvas import Array, Canvas, Color, H, Layer, W, fbm
from newsctx.demo.painter.light import Light


def rain(canvas: Canvas, light: Light, rng: np.random.Generator) -> None:
    """Slanting streaks."""
    field = np.zeros((H, W), np.float32)
    for _ in range(520):
        x, y, length = float(rng.uniform(0, W)), float(rng.uniform(-40, H)), float(rng.uniform(16, 54))
        cv2.line(
            field,
            (int(x), int(y)),
            (int(x - length * 0.18), int(y + length)),
            float(rng.uniform(0.08, 0.34)),
            1,
            cv2.LINE_AA,
        )
    field = cv2.GaussianBlur(field, (0, 0), 0.8)
    canvas.rgb += (np.clip(light.haze_array * 1.1, 0.25, 1) - canvas.rgb) * field[..., None]


def snowfall(canvas: Canvas, light: Light, rng: np.random.Generator) -> None:
    """Flakes at three depths, the near ones out of focus."""
    for count, radius, blur, strength in ((900, 2, 0.8, 0.65), (240, 4, 2.0, 0.6), (34, 10, 6.0, 0.55)):
        field = np.zeros((H, W), np.float32)
        for _ in range(count):
            place = (int(rng.integers(0, W)), int(rng.integers(0, H)))
            cv2.circle(
                field, place, max(int(radius * rng.uniform(0.5, 1.3)), 1), float(rng.uniform(0.5, 1.0)), -1, cv2.LINE_AA
            )
        field = cv2.GaussianBlur(field, (0, 0), blur) * strength
        canvas.rgb += (np.clip(light.ambient_array * 0.98, 0.45, 1) - canvas.rgb) * field[..., None]


def fog(canvas: Canvas, light: Light, horizon: float, rng: np.random.Generator, amount: float) -> None:
    """Banks of fog, thickest at the horizon."""
    yy = np.arange(H, dtype=np.float32)[:, None]
    profile = np.exp(-(((yy - horizon) / (H * 0.20)) ** 2))
    banks = fbm(rng, W, H, (3, 5), 5)
    veil = np.clip(profile * (0.45 + 0.75 * banks) * amount, 0, 0.93)
    canvas.veil(light.haze_array, veil[..., None])


def smoke(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    rise: float,
    drift: float,
    dark: Color,
    rng: np.random.Generator,
    glow: float,
) -> None:
    """A billowing column from (x, y) upwards: `rise` pixels high, leaning by `drift`, lit from below by `glow` 0..1."""
    yy, xx = np.mgrid[0:H, 0:W].astype(np.float32)
    t = np.clip((y - yy) / rise, 0, 1.6)
    centre = x + drift * t**1.4
    spread = width * (0.45 + 1.9 * t)
    noise = fbm(rng, W, H, (6, 5), 6)
    wide = fbm(rng, W, H, (3, 3), 4)
    distance = np.abs(xx - centre + (wide - 0.5) * spread * 1.2) / spread
    density = np.clip(1.25 - distance + (noise - 0.5) * 1.5, 0, 1) * (yy < y + 8) * np.clip(1.5 - t, 0, 1)
    density = np.clip(density * 1.5, 0, 0.95) * np.clip((y + 8 - yy) / 30, 0, 1)
    shifted = np.roll(noise, (7, 9), axis=(0, 1))
    relief = np.clip(0.5 + (noise - shifted) * 3.5, 0, 1)
    base = np.array(dark, np.float32) / 255
    color = base * (0.45 + 1.0 * relief[..., None])
    warm = np.exp(-t * 5.0)[..., None] * glow
    color = color + warm * np.array((0.85, 0.34, 0.08), np.float32) * relief[..., None]
    canvas.veil(color, density[..., None])


def flames(canvas: Canvas, mask: Array, rng: np.random.Generator) -> None:
    """Fire where `mask` (H, W, 0..1) allows it."""
    noise = fbm(rng, W, H, (40, 22), 4)
    heat = np.clip(mask * 1.6 + (noise - 0.55) * 1.5 * (mask > 0.02), 0, 1)
    heat = cv2.GaussianBlur(heat, (0, 0), 3.0)
    color = np.stack(
        [np.clip(heat * 2.2, 0, 1), np.clip(heat * 1.7 - 0.35, 0, 1) * 0.9, np.clip(heat * 2.0 - 1.3, 0, 1) * 0.7],
        axis=2,
    )
    amount = np.clip(heat * 1.9 - 0.1, 0, 1)[..., None]
    canvas.rgb = canvas.rgb * (1 - amount) + color * amount
    canvas.emit = np.maximum(canvas.emit, color * amount)


def confetti(layer: Layer, rng: np.random.Generator, count: int) -> None:
    """Bits of coloured paper in the air."""
    colors: tuple[Color, ...] = (
        (240, 80, 80),
        (250, 210, 80),
        (90, 160, 220),
        (240, 240, 235),
        (110, 190, 120),
        (220, 120, 190),
    )
    for _ in range(count):
        x, y, s = rng.uniform(0, W), rng.uniform(0, H * 0.9), rng.uniform(2, 6)
        a, b = rng.uniform(-s, s), rng.uniform(-s, s)
        layer.poly([(x, y), (x + s, y + a), (x + s + b, y + s), (x + b, y + s - a)], colors[int(rng.integers(6))])
