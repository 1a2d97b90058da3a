"""Photograph against the articles' photographs, by the image side of the image-text encoder.

`s_visual = max_i cos(v_query, v_i * m_i)` (EVENTA-H): the index holds photographs as `newsctx.modulation` makes them
of their places in the articles, where a trained one is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from newsctx.archive.index import ArchiveIndex, Found
from newsctx.channels.outcome import ran, unavailable
from newsctx.records import ChannelResult
from newsctx.settings import RetrieveSettings

NAME = "visual"
PART = "image_image"  # of the index


def search(image_vector: np.ndarray | None, index: ArchiveIndex, settings: RetrieveSettings) -> ChannelResult:
    """The k articles with the photograph most alike; evidence = that photograph's id.

    Args:
        image_vector: (D,) float32, L2-normalised; None without an encoder.
    """
    reason = index.why_not(PART)
    if reason or image_vector is None:
        return unavailable(NAME, reason or "no image-text encoder is loaded")
    found = index.nearest(PART, image_vector, settings.k, settings.probes)
    return ran(NAME, found, {h.article_id: index.image_ids[h.tag] for h in found})


def best(image_vector: np.ndarray, index: ArchiveIndex, ids: Iterable[str]) -> dict[str, Found]:
    """Exact score and photograph (`tag`) of the given articles; those without a photograph are left out."""
    return index.closest(PART, image_vector, ids)
