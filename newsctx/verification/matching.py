"""Which keypoints of two photographs may be the same point: nearest both ways, ratio test, one commonest turn."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from newsctx.localfeatures.features import DESCRIPTOR_SCALE, LocalFeatures
from newsctx.localfeatures.geometry import consistent, distances, tentative
from newsctx.localfeatures.homography import warp
from newsctx.settings import CopySettings, VerifySettings

Method = Literal["sift", "orb"]
METHODS: tuple[Method, ...] = ("sift", "orb")


def matches(
    query: LocalFeatures, archived: LocalFeatures, method: Method, settings: VerifySettings, geometry: CopySettings
) -> NDArray[np.intp]:
    """(M, 2) rows of query and archived keypoints.

    Args:
        geometry: the settings of the estimation (`geometry_settings`); its windows of turn and size hold here too.
    """
    found = tentative(query, archived, geometry) if method == "sift" else hamming(query, archived, settings)
    return consistent(query, archived, found, geometry)


def hamming(query: LocalFeatures, archived: LocalFeatures, settings: VerifySettings) -> NDArray[np.intp]:
    """(M, 2) rows of ORB keypoints that are each other's nearest, pass the ratio test and are near enough."""
    if len(query) < 2 or len(archived) < 2:
        return np.zeros((0, 2), np.intp)
    a, b = (np.unpackbits(f.descriptors, axis=1).astype(np.float32) for f in (query, archived))
    table = a @ b.T
    table *= -2
    table += a.sum(axis=1)[:, None]
    table += b.sum(axis=1)[None]  # bits that differ
    rows = np.arange(len(query))
    nearest = table.argmin(axis=1)
    best = table[rows, nearest].copy()
    mutual = table.argmin(axis=0)[nearest] == rows
    table[rows, nearest] = np.inf
    keep = np.flatnonzero(mutual & (best <= settings.orb_distance) & (best < settings.ratio * table.min(axis=1)))
    return np.stack([keep, nearest[keep]], axis=1)


def guided(
    query: LocalFeatures, archived: LocalFeatures, matrix: NDArray[np.float64], reach: float, geometry: CopySettings
) -> NDArray[np.intp]:
    """(M, 2) rows of SIFT keypoints that are each other's nearest among those that a homography brings together.

    Args:
        matrix: (3, 3), query -> archived; reach: largest distance under it, pixels of the archived photo.
    """
    table = distances(query, archived)
    placed = warp(matrix, query.points)
    apart = np.linalg.norm(placed[:, None] - archived.points[None], axis=2)
    table[apart > reach] = np.inf
    rows = np.arange(len(query))
    nearest = table.argmin(axis=1)
    near = table[rows, nearest] < (geometry.max_distance * DESCRIPTOR_SCALE) ** 2
    keep = np.flatnonzero(near & (table.argmin(axis=0)[nearest] == rows))
    return np.stack([keep, nearest[keep]], axis=1)


def geometry_settings(settings: VerifySettings, extraction: CopySettings) -> CopySettings:
    """The copy channel's settings with the numbers of this comparison, for the functions that both share."""
    return extraction.model_copy(
        update={
            "ratio": settings.ratio,
            "angle_window": settings.angle_window,
            "scale_window": settings.scale_window,
            "max_error": settings.max_error,
            "max_stretch": settings.max_stretch,
            "confidence_half": settings.confidence_half,
            "min_explained": 0.0,  # judged by `newsctx.verification.verdict`
        }
    )
