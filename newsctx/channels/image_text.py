"""Photograph against captions: s_bi = max over an article's captions of the cosine (NewsRECON sec. 1)."""

from __future__ import annotations

import numpy as np

from newsctx.archive.index import ArchiveIndex
from newsctx.channels.outcome import ran, unavailable
from newsctx.records import ChannelResult
from newsctx.settings import RetrieveSettings

NAME = "image_text"


def search(image_vector: np.ndarray | None, index: ArchiveIndex, settings: RetrieveSettings) -> ChannelResult:
    """The k articles whose captions are nearest to the photograph.

    Args:
        image_vector: (D,) float32, L2-normalised; None without an encoder.
    """
    reason = index.why_not(NAME)
    if reason or image_vector is None:
        return unavailable(NAME, reason or "no image-text encoder is loaded")
    found = index.nearest(NAME, image_vector, settings.k, settings.probes)
    return ran(NAME, found, {h.article_id: f"caption {h.tag + 1}" for h in found})
