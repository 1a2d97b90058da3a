"""Painted photographs for the verification tests: no two seeds share anything but the painter."""

from __future__ import annotations

import cv2
import numpy as np

from newsctx.settings import CopySettings, VerifySettings
from newsctx.verification.features import photo_features, query_features
from newsctx.verification.pair import Finding, compare

SETTINGS = VerifySettings(features=800, orb_features=500)
EXTRACTION = CopySettings()


def paint(seed: int, width: int = 460, height: int = 300) -> np.ndarray:
    """(height, width, 3): smooth noise in three scales under some discs."""
    rng = np.random.default_rng(seed)
    out = np.zeros((height, width, 3), np.float32)
    for cells in (6, 20, 60):
        noise = rng.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
        out += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) / 3
    out = np.clip(out, 0, 255).astype(np.uint8)
    for _ in range(25):
        x, y, r = int(rng.integers(0, width)), int(rng.integers(0, height)), int(rng.integers(4, 30))
        cv2.circle(out, (x, y), r, tuple(int(c) for c in rng.integers(0, 255, 3)), -1, cv2.LINE_AA)
    return out


def branded(seed: int, x: int, y: int, size: float) -> np.ndarray:
    """A photograph with a brand name on it; its letters are `size` times as large as OpenCV's."""
    photo = paint(seed)
    cv2.putText(photo, "NEWSFLIX", (x, y), cv2.FONT_HERSHEY_TRIPLEX, size, (20, 10, 10), 14, cv2.LINE_AA)
    cv2.putText(photo, "NEWSFLIX", (x, y), cv2.FONT_HERSHEY_TRIPLEX, size, (240, 240, 240), 5, cv2.LINE_AA)
    return photo


def typeset(words: str, width: int = 600, height: int = 420) -> np.ndarray:
    """A page of black letters on white, four words a line."""
    page = np.full((height, width, 3), 255, np.uint8)
    split = words.upper().split()
    for i in range(0, len(split), 4):
        at = (20, 50 + 46 * (i // 4))
        cv2.putText(page, " ".join(split[i : i + 4]), at, cv2.FONT_HERSHEY_DUPLEX, 1.1, (0, 0, 0), 2, cv2.LINE_AA)
    return page


def look(query: np.ndarray, archived: np.ndarray, text=(), settings: VerifySettings = SETTINGS) -> tuple[Finding, ...]:
    """Compare two photographs from their pixels."""
    features = query_features(query, settings, EXTRACTION), photo_features(archived, settings, EXTRACTION)
    return compare(*features, settings, EXTRACTION, 0, text)


def accepted(found: tuple[Finding, ...]) -> list[Finding]:
    return [f for f in found if f.accepted(SETTINGS)]
