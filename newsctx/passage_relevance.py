"""How relevant a passage is: its article's rating, lowered by how far it is from the query beside the closest passage.

A passage can be about the photographed moment only where its article is, so the article's calibrated probability is the
most that a passage gets. Of an article's passages the closest to the query text keeps it; another keeps the share
`1 - w * (1 - cosine / closest cosine)`, w being `chunks.closeness_weight`. There are no photographs with judged
passages to calibrate that share on; it orders the passages of an article and is no measured frequency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from newsctx.levels import level_of
from newsctx.records import Assessment, Chunk, Hit, RelevanceResult
from newsctx.settings import ChunkSettings, RelevanceSettings


def passing(hit: Hit, rated: RelevanceResult | None) -> bool:
    """Whether the passages of a ranked article may be chosen: it is above the gate, pinned, or nothing is rated.

    An article that the rating did not reach, because it stands too low in the order, does not pass.
    """
    if rated is None or hit.tier == "pinned":
        return True
    found = rated.articles.get(hit.article_id)
    return found.passes if found else not _any(rated)


def _any(rated: RelevanceResult) -> bool:
    return any(a.probability is not None for a in rated.articles.values())


def rate(
    chunks: Sequence[Chunk],
    hits: Mapping[str, Hit],
    rated: RelevanceResult | None,
    settings: ChunkSettings,
    levels: RelevanceSettings,
) -> tuple[Chunk, ...]:
    """The passages with their relevance; as they are where no rating was made."""
    if rated is None:
        return tuple(chunks)
    closest: dict[str, float] = {}
    for c in chunks:
        if c.score is not None:
            closest[c.article_id] = max(closest.get(c.article_id, 0.0), c.score)
    return tuple(
        c.model_copy(update={"relevance": _of(c, closest.get(c.article_id, 0.0), hits, rated, settings, levels)})
        for c in chunks
    )


def _of(
    chunk: Chunk, closest: float, hits: Mapping[str, Hit], rated: RelevanceResult, settings: ChunkSettings,
    levels: RelevanceSettings,
) -> Assessment:  # fmt: skip
    article = rated.articles.get(chunk.article_id)
    hit = hits.get(chunk.article_id)
    sure = chunk.decision == "kept" or (hit is not None and hit.tier != "ranked")
    if article is None or article.probability is None:
        basis = article.basis if article else rated.unavailable or "its article stands too low in the order to be rated"
        return Assessment(basis=basis, passes=sure or (article.passes if article else not _any(rated)))
    probability, basis = article.probability, f"Its article: {article.basis}" if article.basis else "Its article's"
    if chunk.score is not None and closest > 0:
        near = max(chunk.score, 0.0) / closest
        probability *= 1 - settings.closeness_weight * (1 - near)
        basis = f"{basis.rstrip('. ')}. Closeness to the query {chunk.score:.2f}, the closest passage {closest:.2f}."
    passes = sure or (article.passes and probability >= rated.gate)
    return Assessment(probability=probability, level=level_of(probability, levels), basis=basis, passes=passes)
