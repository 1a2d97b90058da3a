"""The photographs of the best hits against the query: what the verify stage judges."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from newsctx.records import KeypointLine, Match, Record
from newsctx.runtime import one_blas_thread
from newsctx.settings import CopySettings, VerifySettings
from newsctx.verification.features import PhotoFeatures, QueryFeatures, query_features
from newsctx.verification.pair import Finding, compare
from newsctx.verification.verdict import Polygon

NOTHING = "no points of it lie as in the photograph under check"


class Compared(Record):
    """What comparing the query with one photo gave: matches of no article (`article_id` empty).

    None only where the photo could not be read: that is no result, and nothing to remember.
    """

    matches: tuple[Match, ...] = ()


def photographs(
    hits: Sequence[str], images: Mapping[str, Sequence[str]], settings: VerifySettings, known: Collection[str] = ()
) -> list[tuple[str, tuple[str, ...]]]:
    """Which photos to compare: (image id, ids of the articles that carry it), in the order of comparing.

    Args:
        hits: article ids, best first; the first `candidates` count.
        images: article id -> its photos ("" for one without a file). First photos of all hits come before second ones.
        known: photos that need no comparison: the copy channel found them, or they are logos.

    Returns:
        At most `photographs` of them.
    """
    top = hits[: settings.candidates]
    carriers: dict[str, list[str]] = {}
    for place in range(max((len(images.get(a, ())) for a in top), default=0)):
        for article in top:
            own = images.get(article, ())
            if place < len(own) and own[place] and own[place] not in known:
                carriers.setdefault(own[place], []).append(article)
    return [(i, tuple(dict.fromkeys(a))) for i, a in carriers.items()][: settings.photographs]


@dataclass(frozen=True)
class Comparing:
    """The query against candidate photos, one after the other.

    pixels: gives the oriented query, (H, W, 3) uint8 RGB; asked only when a comparison is not remembered.
    features: image id -> its features, None for a photo whose file is gone.
    remember: image id and comparison -> the comparison, from memory where it was made before.
    keep: the query's features, from memory where they were made before.
    text: corners of the text that OCR read in the query, its pixels.
    """

    pixels: Callable[[], NDArray[np.uint8]]
    features: Callable[[str], PhotoFeatures | None]
    settings: VerifySettings
    extraction: CopySettings
    seed: int
    text: Sequence[Polygon] = ()
    remember: Callable[[str, Callable[[], Compared]], Compared] = lambda image_id, compute: compute()
    keep: Callable[[Callable[[], QueryFeatures]], QueryFeatures] = lambda compute: compute()

    def run(self, candidates: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[Match, ...]:
        """Compare the query with each of `photographs`.

        Returns:
            A match for every place of the query in which a photo was found, for every article that carries it; for a
            photo that was not found one that is not accepted and says why, without lines.
        """
        out: list[Match] = []
        with one_blas_thread():
            for image_id, articles in candidates:
                found = self.remember(image_id, partial(self._compare, image_id)).matches
                out += [m.model_copy(update={"article_id": a}) for a in articles for m in found]
        return tuple(out)

    def _compare(self, image_id: str) -> Compared:
        archived = self.features(image_id)
        if archived is None:
            return Compared()
        found = compare(self._query, archived, self.settings, self.extraction, self.seed, self.text)
        return Compared(matches=tuple(to_match(f, image_id, self.settings) for f in found) or (_nothing(image_id),))

    @cached_property
    def _query(self) -> QueryFeatures:
        return self.keep(lambda: query_features(self.pixels(), self.settings, self.extraction))


def to_match(found: Finding, image_id: str, settings: VerifySettings) -> Match:
    """The record of a finding, of no article yet; a refused one keeps its numbers and its reason, not its lines."""
    accepted, geometry = found.accepted(settings), found.geometry
    lines = np.round(geometry.lines.astype(float), 1) if accepted else ()
    return Match(
        article_id="",
        image_id=image_id,
        inliers=geometry.inliers,
        confidence=found.confidence,
        accepted=accepted,
        note=found.reason,
        mirrored=geometry.mirrored,
        method=found.method,
        relation=found.relation,
        agreement=found.agreement,
        homography=tuple(float(v) for v in geometry.homography.ravel()),
        lines=tuple(KeypointLine(xq=a, yq=b, xa=c, ya=d) for a, b, c, d in lines),
        region=geometry.region,
    )


def _nothing(image_id: str) -> Match:
    return Match(
        article_id="", image_id=image_id, inliers=0, confidence=0.0, accepted=False, method="sift", note=NOTHING
    )
