"""The copy channel: archived photographs that the query contains, after cropping, shrinking, mirroring, framing.

A hit is verified evidence, never a guess: votes of local features name candidates, a homography has to confirm each.
A photo that matches nothing gives no hits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from newsctx.archive.logos import note
from newsctx.localfeatures.geometry import MatchGeometry, match
from newsctx.localfeatures.index import CopyIndex, query_views
from newsctx.records import ChannelResult, KeypointLine, Match
from newsctx.runtime import one_blas_thread
from newsctx.settings import CopySettings, VerifySettings
from newsctx.verification.confirm import Confirmed

NAME = "copy"
LISTED = 3  # articles that a logo is listed with; it may stand in thousands


def search(
    pixels: NDArray[np.uint8],
    index: CopyIndex,
    settings: CopySettings,
    k: int,
    seed: int,
    articles_of: Callable[[str], Sequence[str]],
    verify: VerifySettings | None = None,
    logos: Mapping[str, int] = MappingProxyType({}),
    confirm: Callable[[str, MatchGeometry], Confirmed] | None = None,
) -> tuple[ChannelResult, tuple[Match, ...]]:
    """Find the archive's photographs in the query.

    Args:
        pixels: (H, W, 3) uint8 RGB, the oriented photo.
        k: most hits.
        articles_of: image id -> ids of the articles that carry it; none for a photo no longer in the archive.
        verify: what counts as a match; the default settings where not given.
        logos: image id -> number of its articles, of pictures that are no evidence (`newsctx.archive.logos`); they are
            among the matches, not accepted and with the reason, but give no hits.
        confirm: a second look at an accepted geometry (`newsctx.verification.confirm`); what it refuses is among the
            matches with its note, and gives no hits either.

    Returns:
        Hits scored by the confidence of their best accepted match (0..1), and the matches behind them, best first;
        `evidence` names the photograph of each article.
    """
    started = time.perf_counter()
    if not settings.enabled:
        return ChannelResult(name=NAME, state="off", reason="Copy detection is switched off in the settings."), ()
    if len(index) == 0:
        return ChannelResult(
            name=NAME, state="unavailable", reason="The archive's copy index holds no photographs."
        ), ()
    views = query_views(pixels, settings)
    if not len(views[0]):
        reason = "The photo has no local features: it is blank or too small."
        return ChannelResult(name=NAME, state="no_query", reason=reason, seconds=time.perf_counter() - started), ()
    verify = verify or VerifySettings()
    matches: list[Match] = []
    candidates = index.search(views, settings.candidates)
    with one_blas_thread():
        for candidate in candidates:
            found = match(views[0], index.features_of(candidate.image_id), settings, seed, flip=candidate.view == 1)
            if found and accepted(found, verify):
                articles = articles_of(candidate.image_id)
                seen = confirm(candidate.image_id, found) if confirm and articles else Confirmed(found)
                matches += _of_articles(seen, candidate.image_id, articles, verify, logos)
    matches.sort(key=lambda m: (not m.accepted, -m.confidence, -m.inliers, m.article_id, m.image_id))
    best: dict[str, Match] = {}
    for found_match in matches:
        if found_match.accepted and found_match.relation == "photo":
            best.setdefault(found_match.article_id, found_match)
    hits = tuple((a, m.confidence) for a, m in best.items())[:k]
    evidence = {a: best[a].image_id for a, _ in hits}
    seconds = time.perf_counter() - started
    return ChannelResult(name=NAME, state="ran", hits=hits, seconds=seconds, evidence=evidence), tuple(matches)


def _of_articles(
    found: Confirmed, image_id: str, articles: Sequence[str], verify: VerifySettings, logos: Mapping[str, int]
) -> list[Match]:
    seen = {"method": found.method, "relation": found.relation, "agreement": found.agreement}
    if image_id in logos:
        seen |= {"accepted": False, "note": note(logos[image_id])}
        articles = articles[:LISTED]
    elif found.note:
        seen |= {"accepted": False, "note": found.note}
    return [to_match(found.geometry, a, image_id, verify).model_copy(update=seen) for a in articles]


def accepted(found: MatchGeometry, verify: VerifySettings) -> bool:
    """At least 8 inliers and confidence 0.4 by default (BeyondVision, arXiv 2512.20042)."""
    return found.inliers >= verify.min_inliers and found.confidence >= verify.min_confidence


def to_match(found: MatchGeometry, article_id: str, image_id: str, verify: VerifySettings) -> Match:
    """The record of a geometry."""
    return Match(
        article_id=article_id,
        image_id=image_id,
        inliers=found.inliers,
        confidence=found.confidence,
        accepted=accepted(found, verify),
        mirrored=found.mirrored,
        homography=tuple(float(v) for v in found.homography.ravel()),
        lines=tuple(KeypointLine(xq=a, yq=b, xa=c, ya=d) for a, b, c, d in np.round(found.lines.astype(float), 1)),
        region=found.region,
    )
