"""What a geometry proves: the same photograph, the same scene, or nothing (shared lettering, a logo, chance).

A photograph inside another agrees with it nearly everywhere in the common frame, and the points lie all over it. Two
photographs of one place agree less (light, parallax, people), but the points still span the place. A brand name on
two screens gives as many points as either, on a small part of the frame, and everything around it differs. A template
(a decorated frame, a studio's backdrop) gives points all around another picture: what lies between them differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from newsctx.localfeatures.geometry import MatchGeometry
from newsctx.localfeatures.homography import stretch_at
from newsctx.settings import VerifySettings
from newsctx.verification.agreement import Agreement

Relation = Literal["photo", "scene"]
Polygon = Sequence[tuple[float, float]]


class Verdict(NamedTuple):
    """reason: empty where something is proven, else why not."""

    relation: Relation
    reason: str


def judge(found: MatchGeometry, agreed: Agreement, on_text: float, settings: VerifySettings) -> Verdict:
    """What a homography with enough inliers proves.

    Args:
        agreed: how far the pixels agree under it.
        on_text: share of the inliers that lie on text which OCR read, 0..1.
    """
    share, spread = agreed.share, found.explained
    level = stretch_at(found.homography, found.lines[:, :2].mean(axis=0)) <= settings.photo_stretch
    if share is None:  # hardly any texture in common: points without a picture behind them
        return Verdict("photo", f"only {agreed.blocks} parts of the common frame have texture to compare")
    clear = settings.few_agreement if level else settings.clear_agreement
    if share < clear and found.inliers < settings.unclear_inliers:
        few = f"{found.inliers} points are few where {share:.0%} of the common frame looks alike"
        return Verdict("scene", f"{few}: lettering, a logo")
    if agreed.filled is not None and agreed.filled < settings.filled:
        within = f"only {agreed.filled:.0%} of what lies between the points looks alike"
        return Verdict("scene", f"{within}: a shared frame, banner or backdrop around another picture")
    enough = settings.text_agreement if on_text > settings.mostly_text else settings.photo_agreement
    if share >= enough and spread >= settings.min_spread:
        return Verdict("photo" if level else "scene", "")
    edited = share >= settings.edited_agreement and spread >= settings.edited_spread
    if edited and level and on_text <= settings.mostly_text:  # a banner or a second panel hides a part
        return Verdict("photo", "")
    outside = round(found.inliers * (1 - on_text))
    if on_text > 0 and outside < settings.scene_inliers:
        return Verdict("scene", f"all but {outside} of the points lie on text, and the pictures differ elsewhere")
    if spread < settings.scene_spread:
        return Verdict(
            "scene",
            f"the points span {spread:.0%} of the common frame and {share:.0%} of it looks alike: lettering, a logo",
        )
    if share < settings.scene_agreement:
        return Verdict("scene", f"only {share:.0%} of the common frame looks alike")
    if found.inliers < settings.scene_inliers:
        return Verdict("scene", f"{found.inliers} points are too few for another view of the scene")
    return Verdict("scene", "")


def share_on_text(lines: NDArray[np.float32], text: Sequence[Polygon]) -> float:
    """Share of the inliers whose place in the query lies within a text box.

    Args:
        lines: (N, 4), xq, yq, xa, ya; text: corners of the boxes, query pixels.
    """
    if not len(lines) or not text:
        return 0.0
    shapes = [np.asarray(p, np.float32).reshape(-1, 1, 2) for p in text]
    inside = [any(cv2.pointPolygonTest(s, (float(x), float(y)), False) >= 0 for s in shapes) for x, y in lines[:, :2]]
    return float(np.mean(inside))
