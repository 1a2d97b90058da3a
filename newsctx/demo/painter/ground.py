"""What lies below the horizon: paved ground in perspective, snow, water with reflections."""

from __future__ import annotations

import cv2
import numpy as np

from newsctx.demo.painter.canvas import Array, Canvas, Color, H, W, fbm, sample
from newsctx.demo.painter.light import Light

TILE = 512


def pave(
    canvas: Canvas,
    light: Light,
    horizon: float,
    top: float,
    rng: np.random.Generator,
    *,
    color: Color,
    snow: bool,
    wet: bool,
) -> None:
    """Cobbles or asphalt from `top` (pixels) down to the lower edge, vanishing at `horizon`."""
    first = max(int(top), 0)
    yy, xx = np.mgrid[first:H, 0:W].astype(np.float32)
    z = 1 / np.maximum(yy - horizon, 4)
    u, v = (xx - W * 0.5) * z * 420 + TILE * 8, z * 78000
    texture = sample(_cobbles(rng), u, v)
    patches = sample(fbm(rng, TILE, TILE, (5, 5), 5), u * 0.23, v * 0.23)
    near = np.clip((yy - horizon) / (H - horizon), 0, 1)
    detail = (texture - 0.5) * (0.25 + 0.75 * near) * (0.5 if snow else 1.0) + (patches - 0.5) * 0.5
    base = np.array((228, 234, 244) if snow else color, np.float32) / 255
    ground = (
        base * (1 + detail[..., None] * (0.16 if snow else 0.55)) * light.ambient_array * (0.82 + 0.2 * near[..., None])
    )
    if snow:
        slush = np.clip((patches - 0.56) * 4, 0, 1)[..., None] * 0.5
        ground = ground * (1 - slush) + np.array((0.46, 0.47, 0.50), np.float32) * light.ambient_array * slush
    haze = light.haze_array
    ground += (haze - ground) * ((1 - near) ** 2 * light.haze_strength * 0.8)[..., None]
    mask = (yy > top)[..., None]
    if wet or light.night > 0.5:
        flipped = _mirror(canvas.rgb + canvas.emit * 0.8, top)[first:]
        shine = cv2.GaussianBlur(flipped, (0, 0), sigmaX=5, sigmaY=16)
        amount = (0.48 if wet else 0.28) * np.clip(0.5 + (patches - 0.5) * 1.6, 0.15, 1)[..., None]
        ground = ground * (1 - amount * 0.6) + shine * amount
    canvas.rgb[first:] = np.where(mask, ground, canvas.rgb[first:])
    canvas.emit[first:] = np.where(mask, 0, canvas.emit[first:])


def _cobbles(rng: np.random.Generator) -> Array:
    """Rows of stones with dark joints, 0..1."""
    cell = 16
    yy, xx = np.mgrid[0:TILE, 0:TILE]
    row = yy // cell
    shifted = (xx + (row % 2) * cell // 2) % TILE
    column = shifted // cell
    shades = rng.random((TILE // cell + 1, TILE // cell + 1)).astype(np.float32)
    stone = 0.42 + 0.45 * shades[row, column]
    joint = np.minimum(
        np.minimum(shifted % cell, cell - 1 - shifted % cell), np.minimum(yy % cell, cell - 1 - yy % cell)
    )
    return (stone * np.clip(joint / 2.5, 0.25, 1)).astype(np.float32)


def _mirror(picture: Array, line: float) -> Array:
    """The picture flipped about the horizontal line."""
    rows = np.clip(2 * line - np.arange(H), 0, H - 1).astype(np.float32)
    map_y = np.repeat(rows[:, None], W, axis=1)
    map_x = np.repeat(np.arange(W, dtype=np.float32)[None], H, axis=0)
    return sample(picture.astype(np.float32), map_x, map_y)


def flow(
    canvas: Canvas, light: Light, line: float, rng: np.random.Generator, *, tint: Color, rough: float = 1.0
) -> None:
    """Water below `line` (pixels), reflecting what is above it; `rough` 0 = mirror, 2 = waves."""
    first = max(int(line), 0)
    yy, xx = np.mgrid[first:H, 0:W].astype(np.float32)
    near = np.clip((yy - line) / (H - line), 0, 1)
    z = 1 / (near * 0.95 + 0.05)
    waves = fbm(rng, TILE * 2, TILE * 2, (24, 48), 4)
    u, v = (xx - W / 2) * z * 0.45, z * 260
    swell = sample(waves, u, v) - 0.5
    fine = sample(waves, u * 2.7, v * 2.7) - 0.5
    ripple = swell + 0.5 * fine
    above = canvas.rgb + canvas.emit * 0.9
    rows = np.clip(2 * line - yy - ripple * (14 + 90 * near) * rough, 0, line - 1)
    columns = np.clip(xx + ripple * (8 + 46 * near) * rough, 0, W - 1)
    mirror = sample(cv2.GaussianBlur(above, (0, 0), sigmaX=1.2, sigmaY=4.0), columns, rows)
    body = np.array(tint, np.float32) / 255 * light.ambient_array
    fresnel = np.clip(0.74 - 0.40 * near, 0.2, 1)[..., None]
    water = mirror * fresnel * 0.94 + body * (1 - fresnel)
    crest = np.clip(ripple * 2.6 - 0.45, 0, 1)[..., None] * (0.25 + 0.5 * rough)
    water += crest * (light.haze_array * 0.75 - water) * 0.6
    water *= 1 - np.clip(-ripple * 1.6 - 0.2, 0, 0.5)[..., None] * 0.5
    water += (light.haze_array - water) * ((1 - near) ** 5 * light.haze_strength * 0.6)[..., None]
    mask = (yy > line)[..., None]
    canvas.rgb[first:] = np.where(mask, water, canvas.rgb[first:])
    canvas.emit[first:] = np.where(mask, 0, canvas.emit[first:])
