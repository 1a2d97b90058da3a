"""The seeded edits of the copy benchmark: what happens to a photograph on its way through the networks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

EDITS: tuple[str, ...] = (
    "crop70", "crop40", "jpeg15", "third", "mirror", "grey", "rotation", "banner", "screenshot", "collage",
)  # fmt: skip
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_WORDS = (
    "breaking", "live", "this", "happened", "today", "please", "share", "now", "they", "do", "not", "want", "you",
    "to", "see", "watch", "before", "deleted",
)  # fmt: skip


def make_edits(pixels: Pixels, other_pixels: Pixels, rng: Generator) -> dict[str, Pixels]:
    """Every edit of a photo, in the order of `EDITS`.

    Args:
        pixels: (H, W, 3) uint8 RGB; other_pixels: the second photo of the collage.
        rng: drawn from in a fixed order; the same generator state gives the same edits.
    """
    height, width = pixels.shape[:2]
    third = (max(1, round(width / 3)), max(1, round(height / 3)))
    return {
        "crop70": _crop(pixels, 0.7, rng),
        "crop40": _crop(pixels, 0.4, rng),
        "jpeg15": recompress(pixels, 15),
        "third": recompress(cv2.resize(pixels, third, interpolation=cv2.INTER_AREA), 85),
        "mirror": recompress(np.ascontiguousarray(pixels[:, ::-1]), 85),
        "grey": recompress(cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), 85),
        "rotation": _rotate(pixels, rng),
        "banner": _banner(pixels, rng),
        "screenshot": _screenshot(pixels, rng),
        "collage": _collage(pixels, other_pixels, rng),
    }


def recompress(pixels: Pixels, quality: int) -> Pixels:
    """Through a JPEG file of this quality (1..100) and back."""
    done, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"an image of shape {pixels.shape} cannot be written as JPEG")
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[:, :, ::-1])


def _crop(pixels: Pixels, area: float, rng: Generator) -> Pixels:
    """A window of this share of the area, same aspect ratio, anywhere, recompressed at 85."""
    height, width = pixels.shape[:2]
    h, w = max(1, round(height * area**0.5)), max(1, round(width * area**0.5))
    y, x = int(rng.integers(0, height - h + 1)), int(rng.integers(0, width - w + 1))
    return recompress(pixels[y : y + h, x : x + w], 85)


def _rotate(pixels: Pixels, rng: Generator) -> Pixels:
    """By 5 to 30 degrees either way on a black canvas that holds all of it; one in four by a quarter turn more."""
    angle = float(rng.uniform(5, 30) * rng.choice([-1, 1])) + float(rng.choice([0, 0, 0, 90]))
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = (round(height * sin + width * cos), round(height * cos + width * sin))
    turn[:, 2] += np.array(size) / 2 - (width / 2, height / 2)
    return recompress(cv2.warpAffine(pixels, turn, size, flags=cv2.INTER_LINEAR), 85)


def _text(rng: Generator, words: int) -> str:
    return " ".join(rng.choice(_WORDS, words)).upper()


def _banner(pixels: Pixels, rng: Generator) -> Pixels:
    """A coloured news banner with a headline over the lower quarter, a logo box in the upper left corner."""
    out = pixels.copy()
    height, width = out.shape[:2]
    top = round(height * rng.uniform(0.72, 0.8))
    colour = tuple(int(c) for c in rng.integers(0, 180, 3))
    cv2.rectangle(out, (0, top), (width, height), colour, -1)
    size = (height - top) / 60
    for i in range(2):
        line = (round(width * 0.03), top + round((height - top) * (0.42 + 0.4 * i)))
        cv2.putText(out, _text(rng, 5), line, _FONT, size, (255, 255, 255), max(1, round(size * 2)), cv2.LINE_AA)
    cv2.rectangle(out, (0, 0), (round(width * 0.18), round(height * 0.12)), colour, -1)
    cv2.putText(out, "LIVE", (4, round(height * 0.09)), _FONT, height / 400, (255, 255, 255), 1, cv2.LINE_AA)
    return recompress(out, 80)


def _screenshot(pixels: Pixels, rng: Generator) -> Pixels:
    """A phone's screen: status line, account, text of the post, the photo at 50-85% of its size, buttons, comments."""
    factor = float(rng.uniform(0.5, 0.85))
    small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    h, w = small.shape[:2]
    dark = bool(rng.integers(0, 2))
    paper, ink = ((21, 24, 28), (230, 230, 230)) if dark else ((255, 255, 255), (20, 20, 20))
    width = round(w * float(rng.uniform(1.0, 1.12)))
    unit = width / 20
    top = round(unit * 7.5)
    out = np.full((top + h + round(unit * 9), width, 3), paper, np.uint8)
    stroke = max(1, round(unit / 20))

    def write(text: str, x: float, y: float, size: float = 1.0) -> None:
        cv2.putText(out, text, (round(x), round(y)), _FONT, size * unit / 32, ink, stroke, cv2.LINE_AA)

    write("12:47", unit * 0.6, unit * 1.1, 0.8)
    cv2.circle(out, (round(unit * 1.7), round(unit * 3)), round(unit), tuple(map(int, rng.integers(40, 220, 3))), -1)
    write("Daily Witness @witness_" + str(rng.integers(10, 99)), unit * 3.2, unit * 3)
    for i in range(3):
        write(_text(rng, 5).lower(), unit * 0.6, unit * (5 + 0.95 * i))
    x = (width - w) // 2
    out[top : top + h, x : x + w] = small
    for i in range(4):
        write(str(rng.integers(1, 999)) + "K", unit * (1 + 5 * i), top + h + unit * 1.4)
        cv2.circle(out, (round(unit * (0.6 + 5 * i)), round(top + h + unit * 1.2)), round(unit * 0.3), ink, stroke)
    for i in range(5):
        write(_text(rng, 5).lower(), unit * 0.6, top + h + unit * (3.2 + 1.1 * i))
    return recompress(out, 75)


def _collage(pixels: Pixels, other: Pixels, rng: Generator) -> Pixels:
    """Two photos side by side, each cropped to 80% of its width, at 45-75% of its size, a white gap between."""
    height = max(1, round(pixels.shape[0] * float(rng.uniform(0.45, 0.75))))
    panels = []
    for photo in (pixels, other):
        h, w = photo.shape[:2]
        cut = max(1, round(w * 0.8))
        x = int(rng.integers(0, w - cut + 1))
        panel = photo[:, x : x + cut]
        size = (max(1, round(cut * height / h)), height)
        panels.append(cv2.resize(panel, size, interpolation=cv2.INTER_AREA))
    if rng.integers(0, 2):
        panels.reverse()
    gap = np.full((height, max(2, height // 40), 3), 255, np.uint8)
    return recompress(np.concatenate([panels[0], gap, panels[1]], axis=1), 80)
