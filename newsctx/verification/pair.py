"""One photograph against another: every place of the query where the archived photo lies, and what that proves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from newsctx.localfeatures.features import LocalFeatures
from newsctx.localfeatures.geometry import LEAST_MATCHES, MatchGeometry, measure
from newsctx.localfeatures.homography import fit, hull_area, overlap
from newsctx.settings import CopySettings, VerifySettings
from newsctx.verification.agreement import agreement
from newsctx.verification.epipolar import two_views
from newsctx.verification.features import PhotoFeatures, QueryFeatures
from newsctx.verification.matching import METHODS, Method, geometry_settings, guided, matches
from newsctx.verification.verdict import Polygon, Relation, judge, share_on_text


@dataclass(frozen=True)
class Finding:
    """One place of the query where the archived photo was looked for and points agreed.

    confidence: 0..1, `1 - 2 ** (-L / confidence_half)` with L = -log10 of the number of false alarms of the geometry
    (IPOL 2012), and 0 where `reason` says that the geometry proves nothing; agreement: share of the textured common
    frame that looks alike, None where it was not measured.
    """

    geometry: MatchGeometry
    method: Method
    relation: Relation
    confidence: float
    agreement: float | None
    reason: str

    def accepted(self, settings: VerifySettings) -> bool:
        """The published rule: 8 inliers and confidence 0.4 (BeyondVision, arXiv 2512.20042)."""
        return self.geometry.inliers >= settings.min_inliers and self.confidence >= settings.min_confidence


def compare(
    query: QueryFeatures,
    archived: PhotoFeatures,
    settings: VerifySettings,
    extraction: CopySettings,
    seed: int,
    text: Sequence[Polygon] = (),
) -> tuple[Finding, ...]:
    """Look for an archived photograph in the query.

    SIFT first, as it is and mirrored; ORB where SIFT finds nothing; then two views of a scene without a common plane.

    Args:
        extraction: the copy channel's settings, whose limits of zoom and windows of turn and size hold here too.
        text: corners of the text that OCR read in the query, query pixels.

    Returns:
        The accepted findings, each at another place of the query, best first; where there are none the strongest
        refused one, with its reason; nothing where no geometry holds five points together.
    """
    work = _Comparison(query, archived, settings, geometry_settings(settings, extraction), seed, text)
    refused: list[Finding] = []
    for method in METHODS:
        found = [f for flip in (False, True) for f in work.findings(method, flip)]
        good = _apart([f for f in found if f.accepted(settings)], settings.same_place)
        if good:
            return good
        refused += found
    seen = work.two_views() if not any(f.geometry.confidence >= settings.min_confidence for f in refused) else None
    if seen and seen.accepted(settings):
        return (seen,)
    return tuple(sorted([*refused, *([seen] if seen else [])], key=_strength)[:1])


@dataclass(frozen=True)
class _Comparison:
    query: QueryFeatures
    archived: PhotoFeatures
    settings: VerifySettings
    geometry: CopySettings
    seed: int
    text: Sequence[Polygon]
    paired: dict[bool, NDArray[np.intp]] = field(default_factory=dict)  # SIFT's pairs by flip, for `two_views`

    def findings(self, method: Method, flip: bool) -> Iterator[Finding]:
        """Place after place (sequential RANSAC): what an accepted one covers is taken out of the query."""
        view, stored = getattr(self.query.view(flip), method), getattr(self.archived, method)
        for _ in range(self.settings.regions):
            found = self._next(view, stored, method, flip)
            if found is None:
                return
            yield found
            if not found.accepted(self.settings):
                return
            view = _without(view, found.geometry.region, flip)

    def _next(self, view: LocalFeatures, stored: LocalFeatures, method: Method, flip: bool) -> Finding | None:
        """The best-supported geometry; where it proves nothing, the next one that shares no point with it."""
        first: Finding | None = None
        pairs = matches(view, stored, method, self.settings, self.geometry)
        if method == "sift":
            self.paired.setdefault(flip, pairs)
        tolerance = self.geometry.max_error * max(stored.width, stored.height)
        sizes = (view.width, view.height), (stored.width, stored.height)
        for _ in range(2):
            if len(pairs) < LEAST_MATCHES:
                break
            source, target = view.points[pairs[:, 0]], stored.points[pairs[:, 1]]
            held = fit(source, target, *sizes, tolerance, self.geometry, self.seed)
            measured = measure(held, view, stored, pairs, tolerance, self.geometry, flip) if held else None
            if held is None or measured is None:
                break
            found = self._judged(measured, method)
            if not found.accepted(self.settings) and method == "sift":
                found = self._grown(found, held.matrix, view, stored, flip)
            if found.accepted(self.settings):
                return found
            first = first or found
            pairs = pairs[~held.inliers]
        return first

    def _judged(self, found: MatchGeometry, method: Method) -> Finding:
        """Weak geometries are not looked at closer: they are refused by the published rule."""
        weak = found.inliers < self.settings.min_inliers or found.confidence < self.settings.min_confidence
        if weak:
            return Finding(found, method, "photo", found.confidence, None, self._weakness(found))
        agreed = agreement(
            self.query.plain.grey, self.archived.grey, found.homography, self.query.plain.size, self.archived.size,
            self.settings, found.lines[:, 2:],
        )  # fmt: skip
        verdict = judge(found, agreed, share_on_text(found.lines, self.text), self.settings)
        confidence = 0.0 if verdict.reason else found.confidence
        return Finding(found, method, verdict.relation, confidence, agreed.share, verdict.reason)

    def _grown(
        self, found: Finding, matrix: NDArray[np.float64], view: LocalFeatures, stored: LocalFeatures, flip: bool
    ) -> Finding:
        """The finding again after matching along its homography, where that makes it a proven one.

        An oblique view leaves few points that look alike, on one spot of the frame. Points that were matched because
        they fit are no evidence of the fit: confidence and least inliers stay those of the first estimate, and the
        pixels must agree nearly everywhere: lines of text agree with other lines of text in most places.
        """
        first = found.geometry
        farthest = self.settings.grown_reach
        if not farthest or first.inliers < self.settings.min_inliers or first.confidence < self.settings.min_confidence:
            return found
        tolerance = self.geometry.max_error * max(stored.width, stored.height)
        sizes = (view.width, view.height), (stored.width, stored.height)
        grown = None
        for reach in (farthest, farthest / 2):
            pairs = guided(view, stored, matrix, reach * tolerance, self.geometry)
            if len(pairs) < LEAST_MATCHES:
                return found
            source, target = view.points[pairs[:, 0]], stored.points[pairs[:, 1]]
            held = fit(source, target, *sizes, tolerance, self.geometry, self.seed)
            if held is None:
                return found
            matrix, grown = held.matrix, measure(held, view, stored, pairs, tolerance, self.geometry, flip)
        if grown is None:
            return found
        again = self._judged(replace(grown, confidence=first.confidence), "sift")
        few = again.relation == "photo" and first.inliers < self.settings.unclear_inliers  # more points fit any board
        least = max(self.settings.grown_agreement, self.settings.few_agreement if few else 0.0)
        alike = again.agreement is not None and again.agreement >= least
        return again if alike and again.accepted(self.settings) else found

    def _weakness(self, found: MatchGeometry) -> str:
        if found.inliers < self.settings.min_inliers:
            return f"{found.inliers} points agree, {self.settings.min_inliers} are needed"
        return f"{found.inliers} points may agree by chance: confidence {found.confidence:.2f}"

    def two_views(self) -> Finding | None:
        """Another view of the scene without a common plane, from SIFT; both ways, the better one."""
        found = []
        for flip in (False, True):
            view, stored = self.query.view(flip).sift, self.archived.sift
            pairs = self.paired[flip]
            if len(pairs) >= self.settings.epipolar_inliers:
                found.append(two_views(view, stored, pairs, self.geometry, self.settings, self.seed, flip))
        best = max((f for f in found if f), key=lambda f: (f.confidence, f.inliers), default=None)
        if best is None:
            return None
        reason = self._two_view_problem(best)
        return Finding(best, "sift", "scene", 0.0 if reason else best.confidence, None, reason)

    def _two_view_problem(self, found: MatchGeometry) -> str:
        outside = round(found.inliers * (1 - share_on_text(found.lines, self.text)))
        if outside < self.settings.epipolar_inliers:
            return f"{outside} points agree on two views of one scene, {self.settings.epipolar_inliers} are needed"
        if found.explained < self.settings.scene_spread:
            return f"the points span {found.explained:.0%} of the photograph: lettering, a logo"
        return ""


def _without(view: LocalFeatures, region: Polygon, flip: bool) -> LocalFeatures:
    """The keypoints outside a region (query pixels; `view` is flipped where `flip`)."""
    if len(region) < 3:
        return view.take(np.zeros(0, np.intp))
    shape = np.asarray(region, np.float32)
    if flip:
        shape = np.stack([view.width - 1 - shape[:, 0], shape[:, 1]], axis=1)
    shape = shape.reshape(-1, 1, 2)
    outside = [cv2.pointPolygonTest(shape, (float(x), float(y)), False) < 0 for x, y in view.points]
    return view.take(np.flatnonzero(outside))


def _apart(found: list[Finding], same: float) -> tuple[Finding, ...]:
    """Findings best first, without those that lie on a better one: a symmetric photo matches its own mirror image."""
    kept: list[Finding] = []
    for finding in sorted(found, key=_strength):
        if all(_shared(finding, k) < same for k in kept):
            kept.append(finding)
    return tuple(kept)


def _shared(a: Finding, b: Finding) -> float:
    one, other = (np.array(f.geometry.region, np.float64).reshape(-1, 2) for f in (a, b))
    if len(one) < 3 or len(other) < 3:
        return 0.0
    return hull_area(overlap(one, other)) / max(min(hull_area(one), hull_area(other)), 1.0)


def _strength(finding: Finding) -> tuple[float, ...]:
    return -finding.confidence, -finding.geometry.confidence, -finding.geometry.inliers
