"""Photograph against the articles' photographs, by the second image encoder (two encoders: BeyondVision).

The candidates of both encoders are united when the channels are fused by rank.
"""

from __future__ import annotations

import numpy as np

from newsctx.archive.index import ArchiveIndex
from newsctx.channels.outcome import ran, unavailable
from newsctx.records import ChannelResult
from newsctx.settings import RetrieveSettings

NAME = "visual_second"
PART = "image_second"  # of the index


def search(vector: np.ndarray | None, index: ArchiveIndex, settings: RetrieveSettings) -> ChannelResult:
    """The k articles with the photograph most alike; evidence = that photograph's id.

    Args:
        vector: (D,) float32, L2-normalised, of the second image encoder; None without one.
    """
    reason = index.why_not(PART)
    if reason or vector is None:
        return unavailable(NAME, reason or "no second image encoder is loaded")
    found = index.nearest(PART, vector, settings.k, settings.probes)
    return ran(NAME, found, {h.article_id: index.image_ids[h.tag] for h in found})
