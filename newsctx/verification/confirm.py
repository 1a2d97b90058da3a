"""A second look at what the copy channel found: it knows points alone, and large shared lettering has points too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from newsctx.localfeatures.geometry import MatchGeometry
from newsctx.settings import CopySettings, VerifySettings
from newsctx.verification.agreement import Grey, agreement, small_grey
from newsctx.verification.features import Pixels, QueryFeatures, photo_features, query_features
from newsctx.verification.pair import compare
from newsctx.verification.verdict import Polygon, Relation, judge, share_on_text


class Confirmed(NamedTuple):
    """A geometry after the second look: `note` says why it is no evidence, where it is none."""

    geometry: MatchGeometry
    method: Literal["copy", "sift", "orb"] = "copy"
    relation: Relation = "photo"
    agreement: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Confirmation:
    """Looks at the pixels under a geometry, and where they disagree compares both photos closely.

    pixels: (H, W, 3) uint8 RGB, the query; load: image id -> pixels of the archived photo, None where it is gone;
    text: corners of the text that OCR read in the query, its pixels.
    """

    pixels: Pixels
    load: Callable[[str], Pixels | None]
    settings: VerifySettings
    extraction: CopySettings
    seed: int
    text: Sequence[Polygon] = ()

    def __call__(self, image_id: str, found: MatchGeometry) -> Confirmed:
        """The geometry as it is where the pixels bear it out (or the file is gone), else what a closer look found."""
        archived = self.load(image_id)
        if archived is None:
            return Confirmed(found)
        s = self.settings
        small = small_grey(archived, s.small_side)
        sizes = self.pixels.shape[1::-1], archived.shape[1::-1]
        agreed = agreement(self._grey, small, found.homography, *sizes, s, found.lines[:, 2:])
        verdict = judge(found, agreed, share_on_text(found.lines, self.text), s)
        if verdict.relation == "photo" and not verdict.reason:
            return Confirmed(found, agreement=agreed.share)
        features = photo_features(archived, s, self.extraction)
        closer = compare(self._query, features, s, self.extraction, self.seed, self.text)
        if not closer:
            reason = verdict.reason or "a closer comparison does not bear it out"
            return Confirmed(found, "copy", verdict.relation, agreed.share, reason)
        best = closer[0]
        geometry = best.geometry if best.accepted(s) else found
        return Confirmed(geometry, best.method, best.relation, best.agreement, best.reason)

    @cached_property
    def _grey(self) -> Grey:
        return small_grey(self.pixels, self.settings.side)

    @cached_property
    def _query(self) -> QueryFeatures:
        return query_features(self.pixels, self.settings, self.extraction)
