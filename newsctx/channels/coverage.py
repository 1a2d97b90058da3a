"""Other coverage of a story whose photograph was found (an extension of ours: relevance feedback, Rocchio 1971).

A verified photo match names an article beyond doubt; the articles that tell the same story are near its headline and
abstract in meaning and near its date.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from newsctx.archive.index import ArchiveIndex, Found
from newsctx.channels.outcome import no_query, ran, unavailable
from newsctx.records import ChannelResult, Match, PartialDate
from newsctx.settings import RetrieveSettings

NAME = "coverage"
_PART = "words_dense"
_WIDER = 3  # neighbours fetched per hit wanted, so that dates can re-order them


def search(matches: Sequence[Match], index: ArchiveIndex, settings: RetrieveSettings) -> ChannelResult:
    """The k articles nearest to the matched ones.

    The score is `cosine / (1 + days / coverage_days)`, where both articles are dated (days = the gap between their
    dates' spans), else the cosine; an article keeps its best over the anchors. A cosine below `coverage_floor` is no
    hit; nor is an anchor itself, which the copy channel has.

    Args:
        matches: of the copy channel, best first; only accepted ones of the photograph itself count.
    """
    if reason := index.why_not(_PART):
        return unavailable(NAME, reason)
    matched = list(dict.fromkeys(m.article_id for m in matches if m.accepted and m.relation == "photo"))
    if not matched:
        return no_query(NAME, "no verified photo match to start from")
    vectors = {a: v for a in matched[: settings.coverage_anchors] if (v := index.lead_vector(a)) is not None}
    if not vectors:
        return no_query(NAME, "the matched articles have neither headline nor abstract")
    best: dict[str, Found] = {}
    anchors: dict[str, str] = {}
    for anchor, vector in vectors.items():
        for found in _around(anchor, vector, index, settings):
            if found.article_id not in matched and found.score > best.get(found.article_id, _NONE).score:
                best[found.article_id], anchors[found.article_id] = found, anchor
    hits = sorted(best.values(), key=lambda h: (-h.score, h.article_id))[: settings.k]
    return ran(NAME, hits, {h.article_id: f"story of {anchors[h.article_id]}" for h in hits})


_NONE = Found("", float("-inf"), 0)


def _around(anchor: str, vector: np.ndarray, index: ArchiveIndex, settings: RetrieveSettings) -> list[Found]:
    when = index.published(anchor)
    near = index.nearest(_PART, vector, _WIDER * settings.k, settings.probes)
    return [
        h._replace(score=h.score * closeness(when, index.published(h.article_id), settings.coverage_days))
        for h in near
        if h.score >= settings.coverage_floor
    ]


def closeness(a: PartialDate | None, b: PartialDate | None, half: float) -> float:
    """1 for dates that may be the same or are unknown, 1/2 at a gap of `half` days, falling further after that."""
    if a is None or b is None:
        return 1.0
    gap = max((b.first - a.last).days, (a.first - b.last).days, 0)
    return 1.0 / (1.0 + gap / half)
