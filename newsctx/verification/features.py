"""What a photograph is compared by: SIFT and ORB keypoints and a small grey copy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from newsctx.localfeatures.features import LocalFeatures, empty_features, extract, mirrored
from newsctx.settings import CopySettings, VerifySettings
from newsctx.verification.agreement import Grey, small_grey

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class PhotoFeatures:
    """One photograph.

    sift: RootSIFT features; orb: the same record with descriptors (N, 32) uint8, 256 bits (Rublee et al., ICCV 2011);
    grey: small copy, longest side `small_side` for an archived photo, `side` for the query; all in one orientation.
    """

    sift: LocalFeatures
    orb: LocalFeatures
    grey: Grey

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the photograph, pixels."""
        return self.sift.width, self.sift.height


@dataclass(frozen=True)
class QueryFeatures:
    """The query as it is and flipped left to right; the points of each count in its own pixels."""

    plain: PhotoFeatures
    flipped: PhotoFeatures

    def view(self, flip: bool) -> PhotoFeatures:
        return self.flipped if flip else self.plain


def photo_features(pixels: Pixels, settings: VerifySettings, extraction: CopySettings) -> PhotoFeatures:
    """The features of an archived photograph, (H, W, 3) uint8 RGB; a blank or tiny one has none."""
    return PhotoFeatures(
        extract(pixels, extraction, settings.features, settings.side),
        orb_features(pixels, settings, extraction),
        small_grey(pixels, settings.small_side),
    )


def query_features(pixels: Pixels, settings: VerifySettings, extraction: CopySettings) -> QueryFeatures:
    """The features of the query, (H, W, 3) uint8 RGB.

    The flip needs no second look at the pixels for SIFT (`mirrored`); ORB's bits have no such symmetry.
    """
    sift, grey = extract(pixels, extraction, settings.features, settings.side), small_grey(pixels, settings.side)
    flip = np.ascontiguousarray(pixels[:, ::-1])
    plain = PhotoFeatures(sift, orb_features(pixels, settings, extraction), grey)
    turned = PhotoFeatures(
        mirrored(sift), orb_features(flip, settings, extraction), np.ascontiguousarray(grey[:, ::-1])
    )
    return QueryFeatures(plain, turned)


def orb_features(pixels: Pixels, settings: VerifySettings, extraction: CopySettings) -> LocalFeatures:
    """At most `orb_features` ORB keypoints, in pixels of `pixels`, sizes and angles like SIFT's."""
    height, width = pixels.shape[:2]
    if min(height, width) < extraction.min_side:
        return _none(width, height)
    grey = small_grey(pixels, settings.side)
    detector = _orb(settings.orb_features, settings.orb_scale, settings.orb_levels, settings.orb_threshold)
    keypoints, bits = detector.detectAndCompute(grey, None)
    if bits is None or not keypoints:
        return _none(width, height)
    table = np.array([(*k.pt, k.size, k.angle) for k in keypoints], np.float32)
    order = np.lexsort((table[:, 3], table[:, 2], table[:, 1], table[:, 0]))  # OpenCV may use several threads
    table = table[order]
    scale = np.array([grey.shape[1] / width, grey.shape[0] / height], np.float32)
    points = ((table[:, :2] + 0.5) / scale - 0.5).astype(np.float32)
    size = (table[:, 2] / float(np.sqrt(scale[0] * scale[1]))).astype(np.float32)
    return LocalFeatures(points, size, table[:, 3] % 360, bits[order], width, height)


def _none(width: int, height: int) -> LocalFeatures:
    nothing = empty_features(width, height)
    return LocalFeatures(
        nothing.points, nothing.scales, nothing.angles, np.zeros((0, 32), np.uint8), nothing.width, nothing.height
    )


@lru_cache(maxsize=4)
def _orb(count: int, scale: float, levels: int, threshold: int) -> cv2.ORB:
    return cv2.ORB_create(nfeatures=count, scaleFactor=scale, nlevels=levels, fastThreshold=threshold)
