"""Photograph against the text of an article: `s_content = cos(v_query, sum_c alpha_c * f(c))` (EVENTA-H).

The parts c are headline, lead, body and captions, encoded apart; their weights are `structure.alpha`.
"""

from __future__ import annotations

import numpy as np

from newsctx.archive.index import ArchiveIndex, Found
from newsctx.channels.outcome import ran, unavailable
from newsctx.records import ChannelResult
from newsctx.settings import RetrieveSettings, StructureSettings

NAME = PART = "content"


def search(
    image_vector: np.ndarray | None, index: ArchiveIndex, settings: RetrieveSettings, structure: StructureSettings
) -> ChannelResult:
    """The k articles whose text as a whole is nearest to the photograph.

    Args:
        image_vector: (D,) float32, L2-normalised; None without an encoder.
    """
    reason = index.why_not(PART)
    if reason or image_vector is None:
        return unavailable(NAME, reason or "no image-text encoder is loaded")
    if not any(structure.alpha.values()):
        return unavailable(NAME, "every weight of `structure.alpha` is 0; give one part of the articles a weight")
    found = index.nearest_texts(image_vector, structure, settings.k, settings.probes)
    best = sorted((Found(a, s, 0) for a, s in found.items()), key=lambda h: (-h.score, h.article_id))
    return ran(NAME, best[: settings.k], {})
