"""Two different photographs in one template: what broadcasters and printers share, and what proves no match.

Every pair is drawn from two photographs of different scenes and a seed, 800 x 600 pixels, each recompressed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from newsctx.bench.edits import recompress

Pixels = NDArray[np.uint8]
Template = Callable[[Pixels, Pixels, Generator], tuple[Pixels, Pixels]]
WIDTH, HEIGHT = 800, 600
_FONT = cv2.FONT_HERSHEY_TRIPLEX


def make(name: str, one: Pixels, other: Pixels, seed: int) -> tuple[Pixels, Pixels]:
    """Both photographs, (H, W, 3) uint8 RGB, in the template `name` of `TEMPLATES`; the same seed, the same pair."""
    sized = [cv2.resize(p, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for p in (one, other)]
    first, second = TEMPLATES[name](sized[0], sized[1], np.random.default_rng(seed))
    return recompress(first, 80), recompress(second, 70)


def _frame(thick: int) -> Template:
    def put(one: Pixels, other: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
        ring = np.ones((HEIGHT, WIDTH, 1), bool)
        ring[thick:-thick, thick:-thick] = False
        ornament = _ornament(rng, WIDTH, HEIGHT)
        return np.where(ring, ornament, one), np.where(ring, ornament, other)

    return put


def _strips(one: Pixels, other: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
    strip = _ornament(rng, WIDTH, 80)
    inner = slice(80, -80)
    return tuple(np.concatenate([strip, p[inner], strip[:, ::-1]]) for p in (one, other))  # type: ignore[return-value]


def _banners(one: Pixels, other: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
    out = one.copy(), other.copy()
    for photo in out:
        photo[:70], photo[-90:] = (180, 20, 20), (20, 20, 90)
        cv2.putText(photo, "BREAKING NEWS  CHANNEL 24  LIVE", (10, 50), _FONT, 1.3, (255, 255, 255), 3, cv2.LINE_AA)
        cv2.putText(photo, "channel24.example  follow us", (10, 572), _FONT, 1.1, (255, 255, 255), 2, cv2.LINE_AA)
    return out


def _backdrop(one: Pixels, other: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
    """A studio with another picture on its screen, 42% of the frame."""
    studio = np.mean(
        [cv2.resize(_noise(rng, n), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) for n in (8, 24, 72)], 0
    )
    out = []
    for photo in (one, other):
        full = studio.astype(np.uint8)
        full[100:500, 150:650] = cv2.resize(photo, (500, 400), interpolation=cv2.INTER_AREA)
        out.append(full)
    return out[0], out[1]


def _boards(one: Pixels, other: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
    """Drawn boards with other pieces; the photographs are not used."""
    out = []
    for _ in range(2):
        board = np.full((HEIGHT, WIDTH, 3), int(rng.integers(90, 160)), np.uint8)
        for row in range(8):
            for column in range(8):
                colour = (220, 200, 170) if (row + column) % 2 else (110, 80, 60)
                board[60 + row * 60 : 120 + row * 60, 160 + column * 60 : 220 + column * 60] = colour
        for _ in range(20):
            row, column = (int(v) for v in rng.integers(0, 8, 2))
            colour = tuple(int(v) for v in rng.integers(0, 255, 3))
            cv2.circle(board, (190 + 60 * column, 90 + 60 * row), int(rng.integers(14, 24)), colour, -1)
        out.append(board)
    return out[0], out[1]


def _noise(rng: Generator, cells: int) -> NDArray[np.float32]:
    return rng.uniform(0, 255, (cells * HEIGHT // WIDTH, cells, 3)).astype(np.float32)


def _ornament(rng: Generator, width: int, height: int) -> Pixels:
    cells = rng.integers(0, 255, (height // 8, width // 8, 3), dtype=np.uint8)
    return cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)


TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        "decorated frame": _frame(60), "wide decorated frame": _frame(90), "ornament strips": _strips,
        "lettered banners": _banners, "studio backdrop": _backdrop, "drawn boards": _boards,
    }
)  # fmt: skip
