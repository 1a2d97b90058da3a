"""Sky: gradient, sun or moon, stars, clouds in perspective."""

from __future__ import annotations

import numpy as np

from newsctx.demo.painter.canvas import Array, Canvas, H, W, fbm, sample
from newsctx.demo.painter.light import Light


def paint_sky(canvas: Canvas, light: Light, horizon: float, rng: np.random.Generator) -> None:
    """Fills the whole canvas; below `horizon` (pixels) the lowest colour goes on."""
    t = np.clip(np.arange(H) / horizon, 0, 1)[:, None]
    stops = np.array([light.top, light.mid, light.low], np.float32) / 255
    column = np.stack([np.interp(t[:, 0], [0, 0.6, 1], stops[:, c]) for c in range(3)], axis=1)
    sky = np.repeat(column[:, None, :], W, axis=1).astype(np.float32)
    sun_x = float(rng.uniform(0.12, 0.88) * W)
    sun_y = horizon * {"day": 0.2, "golden": 0.72, "dawn": 0.8, "dusk": 0.95, "night": 0.2}[light.time]
    yy, xx = np.mgrid[0:H, 0:W].astype(np.float32)
    distance = (np.hypot(xx - sun_x, (yy - sun_y) * 1.15) / W).astype(np.float32)
    _sun(sky, light, distance)
    if light.night > 0.6 and light.weather in ("clear", "cloudy"):
        _stars(sky, rng, horizon)
    rows = min(int(horizon) + 1, H)  # below the horizon no cloud is seen
    _clouds(sky[:rows], light, horizon, distance[:rows], rng)
    canvas.rgb = sky
    canvas.emit = np.zeros_like(sky)


def _sun(sky: Array, light: Light, distance: Array) -> None:
    color = np.array(light.sun, np.float32) / 255
    veil = 1 - 0.75 * light.cover
    halo = np.exp(-distance * 5.0) * (0.12 if light.time == "night" else 0.42) * (0.35 + 0.65 * veil)
    sky += halo[..., None] * (color - sky)
    if light.weather in ("clear", "cloudy") and light.time != "day":
        radius = 0.011 if light.time == "night" else 0.02
        disc = np.clip((radius - distance) / 0.0025 + 0.5, 0, 1)
        sky += disc[..., None] * (np.minimum(color * 1.1, 1) - sky)


def _stars(sky: Array, rng: np.random.Generator, horizon: float) -> None:
    count = 160
    xs, ys = rng.integers(1, W - 2, count), rng.integers(1, int(horizon * 0.7), count)
    glow = rng.random(count) ** 3
    for x, y, g in zip(xs, ys, glow):
        sky[y : y + 2, x : x + 2] += 0.15 + 0.6 * g


def _clouds(sky: Array, light: Light, horizon: float, distance: Array, rng: np.random.Generator) -> None:
    """Noise on a plane overhead: cells shrink towards the horizon."""
    size = 1024
    plane = fbm(rng, size, size, (7, 7), 6)
    yy, xx = np.mgrid[0 : sky.shape[0], 0:W].astype(np.float32)
    depth = 1 / (np.clip((horizon - yy) / horizon, 0.03, 1) + 0.18)
    u = (xx - W / 2) * 0.30 * depth + size * 4
    v = 190 * depth
    noise = sample(plane, u, v)
    shifted = sample(plane, u + 9, v - 11)
    edge = 1 - light.cover
    density = np.clip((noise - edge * 0.85) / 0.30, 0, 1)
    relief = np.clip((noise - shifted) * 2.4 + 0.5, 0, 1)
    base = np.array(light.low, np.float32) / 255
    dark = np.array(light.top, np.float32) / 255 * 0.45 + base * 0.42
    white = np.clip(base * 0.4 + np.array(light.sun, np.float32) / 255 * 0.62, 0, 1)
    if light.night > 0.9:
        dark, white = base * 0.42, base * 0.95
    warm = np.exp(-distance * 2.2)[..., None]
    color = dark + (white - dark) * (relief[..., None] * (0.55 + 0.45 * warm))
    if light.weather in ("overcast", "rain", "snow"):
        color = base * 0.94 + (color - color.mean(axis=(0, 1))) * 0.55
    fade = np.clip((horizon - yy) / (horizon * 0.22), 0, 1)
    amount = (density * fade * (0.88 if light.weather != "fog" else 0.3))[..., None]
    sky += amount * (color - sky)
