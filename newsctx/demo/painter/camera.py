"""The camera: framing, bloom, grade, vignette, slight blur, sensor noise, and the JPEG file."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from newsctx.demo.painter.canvas import Array, Canvas, H, W

OUT_SIZE = (640, 427)  # pixels, width and height of every photograph


def develop(
    canvas: Canvas, rng: np.random.Generator, *, zoom: float, shift: tuple[float, float], night: float
) -> Image.Image:
    """The finished photograph. `zoom` >= 1 narrows the frame, `shift` -1..1 moves it within what zoom leaves."""
    picture = _bloom(canvas, night)
    picture = _frame(picture, zoom, shift)
    picture = _grade(picture, rng)
    picture = _vignette(picture, float(rng.uniform(0.16, 0.30)))
    picture = cv2.GaussianBlur(picture, (0, 0), 0.45)
    picture = _noise(picture, rng, 0.007 + 0.009 * night)
    return Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))


def jpeg(image: Image.Image, quality: int = 82) -> bytes:
    """JPEG bytes without metadata."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()


def _bloom(canvas: Canvas, night: float) -> Array:
    small = cv2.resize(canvas.emit, (W // 4, H // 4), interpolation=cv2.INTER_AREA)
    halo = 0.55 * cv2.GaussianBlur(small, (0, 0), 3) + 0.55 * cv2.GaussianBlur(small, (0, 0), 14)
    halo += 0.35 * cv2.GaussianBlur(small, (0, 0), 45)
    halo = cv2.resize(halo, (W, H), interpolation=cv2.INTER_LINEAR)
    strength = 0.35 + 0.75 * night
    base = np.maximum(canvas.rgb, canvas.emit)
    return 1 - (1 - np.clip(base, 0, 1)) * (1 - np.clip(halo * strength, 0, 1))  # "screen": light never clips hard


def _frame(picture: Array, zoom: float, shift: tuple[float, float]) -> Array:
    width, height = W / zoom, H / zoom
    x0 = (W - width) * (0.5 + 0.5 * shift[0])
    y0 = (H - height) * (0.5 + 0.5 * shift[1])
    crop = picture[int(y0) : int(y0 + height), int(x0) : int(x0 + width)]
    return cv2.resize(crop, OUT_SIZE, interpolation=cv2.INTER_AREA)


def _grade(picture: Array, rng: np.random.Generator) -> Array:
    """White balance and a gentle S curve, a little different for every camera."""
    balance = 1 + rng.uniform(-0.03, 0.03, 3).astype(np.float32)
    toned = np.clip(picture * balance, 0, 1)
    curve = toned * toned * (3 - 2 * toned)
    toned = toned * 0.62 + curve * 0.38
    grey = toned.mean(axis=2, keepdims=True)
    return grey + (toned - grey) * 1.10


def _vignette(picture: Array, amount: float) -> Array:
    height, width = picture.shape[:2]
    yy, xx = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    fall = 1 - amount * np.clip((xx**2 + yy**2) / 2, 0, 1) ** 1.3
    return picture * fall[..., None].astype(np.float32)


def _noise(picture: Array, rng: np.random.Generator, sigma: float) -> Array:
    """Grain: stronger in the shadows, partly common to the colours."""
    shape = picture.shape[:2]
    grain = rng.normal(0, sigma, shape).astype(np.float32)[..., None]
    color = rng.normal(0, sigma * 0.5, picture.shape).astype(np.float32)
    shadow = 1.25 - 0.6 * picture.mean(axis=2, keepdims=True)
    return picture + (grain + color) * shadow
