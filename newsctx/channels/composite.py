"""Text, picture and placement of an article in one score (EVENTA-H).

`score = b1 * s_content + b2 * s_visual + b3 * s_position` with b = `structure.beta`, over the articles that the content
or the visual channel proposes. Both scores are computed for all of them; what an article does not have counts 0.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from newsctx import placement
from newsctx.archive.index import ArchiveIndex, Found
from newsctx.channels import content, visual
from newsctx.channels.outcome import unavailable
from newsctx.records import ChannelResult
from newsctx.settings import RetrieveSettings, StructureSettings

NAME = "composite"


def search(
    image_vector: np.ndarray | None,
    index: ArchiveIndex,
    settings: RetrieveSettings,
    structure: StructureSettings,
    found: Iterable[ChannelResult] = (),
) -> ChannelResult:
    """The k best articles by the weighted sum; evidence = id of the photograph that counted.

    Args:
        image_vector: (D,) float32, L2-normalised; None without an encoder.
        found: results of `content` and `visual` for the same query, where they ran; the others are asked here.
    """
    reason = index.why_not(content.PART) or index.why_not(visual.PART)
    if reason or image_vector is None:
        return unavailable(NAME, reason or "no image-text encoder is loaded")
    ids = _candidates(image_vector, index, settings, structure, found)
    texts = index.text_scores(image_vector, structure, ids)
    photos = visual.best(image_vector, index, ids)
    parts = _parts(ids, texts, photos, index, structure)
    scores = {a: sum(structure.beta.get(n, 0.0) * s for n, s in p.items()) for a, p in parts.items()}
    order = sorted(scores, key=lambda a: (-scores[a], a))[: settings.k]
    return ChannelResult(
        name=NAME,
        state="ran",
        hits=tuple((a, scores[a]) for a in order),
        evidence={a: index.image_ids[photos[a].tag] for a in order if a in photos},
        parts={a: parts[a] for a in order},
    )


def _candidates(
    image_vector: np.ndarray,
    index: ArchiveIndex,
    settings: RetrieveSettings,
    structure: StructureSettings,
    found: Iterable[ChannelResult],
) -> list[str]:
    """Ids of the articles that the channels propose which weigh anything, ascending."""
    ran = {r.name: r for r in found if r.state == "ran"}
    asked = {
        content.NAME: lambda: content.search(image_vector, index, settings, structure),
        visual.NAME: lambda: visual.search(image_vector, index, settings),
    }
    results = [ran.get(name) or ask() for name, ask in asked.items() if structure.beta.get(name, 0.0) > 0]
    return sorted({a for r in results for a, _ in r.hits})


def _parts(
    ids: list[str],
    texts: dict[str, float],
    photos: dict[str, Found],
    index: ArchiveIndex,
    structure: StructureSettings,
) -> dict[str, dict[str, float]]:
    """Article id -> its three scores; the position is that of the photograph that counts."""
    pictured = [a for a in ids if a in photos]
    places = placement.scores(*index.places([photos[a] for a in pictured]), structure)
    stands = dict(zip(pictured, places.tolist(), strict=True))
    return {
        a: {
            "content": texts.get(a, 0.0),
            "visual": photos[a].score if a in photos else 0.0,
            "position": stands.get(a, 0.0),
        }
        for a in ids
    }
