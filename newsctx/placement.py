"""Where a photograph stands in its article: paragraphs, places among them, and what a place is worth (EVENTA-H).

Position: the index of the paragraph that the photograph stands at, from 0. One that the source does not tell counts as
the headline's: the picture that stands for the article.
"""

from __future__ import annotations

import numpy as np

from newsctx.settings import StructureSettings

UNKNOWN = -1


def paragraphs(body: str) -> list[str]:
    """The paragraphs of a body: its lines that are not blank, as the sentence splitter and the linker read them."""
    return [line.strip() for line in body.split("\n") if line.strip()]


def paragraph_at(body: str, offset: int) -> int:
    """Index of the paragraph that holds a character, or that stands before it; clamped to the body."""
    return max(0, len(paragraphs(body[: max(0, offset) + 1])) - 1)


def shares(positions: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Normalised positions: 0 = headline and first paragraph, 1 = last paragraph.

    Args:
        positions: (N,) paragraph indices; negative ones are unknown (0), those beyond the last paragraph are clamped.
        counts: (N,) paragraphs of the article; with one or none there is only the headline's place.

    Returns:
        (N,) float64, 0..1.
    """
    last = np.maximum(np.asarray(counts, np.float64) - 1, 0)
    return np.clip(positions, 0, last) / np.maximum(last, 1)


def scores(positions: np.ndarray, counts: np.ndarray, settings: StructureSettings) -> np.ndarray:
    """s_position: larger near the headline, the first paragraph or the conclusion (EVENTA-H; the form is our choice).

    1 at headline and first paragraph, `position_floor` half-way, `position_conclusion` at the last paragraph, linear
    between.

    Args:
        positions: (N,) paragraph indices; unknown and impossible ones as in `shares`.
        counts: (N,) paragraphs of the article.

    Returns:
        (N,) float64, 0..1.
    """
    heights = [1.0, settings.position_floor, settings.position_conclusion]
    return np.interp(shares(positions, counts), [0.0, 0.5, 1.0], heights)


def score(position: int | None, count: int, settings: StructureSettings) -> float:
    """`scores` of one photograph; None: unknown."""
    return float(scores(np.array([UNKNOWN if position is None else position]), np.array([count]), settings)[0])
