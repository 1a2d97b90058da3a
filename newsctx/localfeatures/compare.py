"""A denser comparison of two photographs, for the keypoint view."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsctx.localfeatures.features import extract
from newsctx.localfeatures.geometry import MatchGeometry, match
from newsctx.settings import CopySettings


def compare(
    query_pixels: NDArray[np.uint8],
    archived_pixels: NDArray[np.uint8],
    settings: CopySettings,
    seed: int,
    flip: bool | None = None,
) -> MatchGeometry | None:
    """Match up to `view_features` keypoints of each photo; about ten times the lines that the index can give.

    Args:
        query_pixels, archived_pixels: (H, W, 3) uint8 RGB, oriented.
        flip: whether the archived photo is mirrored in the query, where that is known already.

    Returns:
        The geometry in pixels of both given photos, or None where they share none.
    """
    query, archived = (
        extract(p, settings, settings.view_features, settings.query_side) for p in (query_pixels, archived_pixels)
    )
    return match(query, archived, settings, seed, flip)
