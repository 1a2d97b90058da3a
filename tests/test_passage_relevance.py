"""A passage's relevance: its article's, lowered by its own distance from the query."""

from __future__ import annotations

import pytest

from newsctx.levels import level_of
from newsctx.passage_relevance import passing, rate
from newsctx.passages import make_chunk
from newsctx.records import Assessment, Chunk, Hit, RelevanceResult
from newsctx.settings import ChunkSettings, RelevanceSettings

LEVELS = RelevanceSettings(strong=0.85, likely=0.5, uncertain=0.15)
SETTINGS = ChunkSettings(closeness_weight=0.5)


def hit(article: str, tier: str = "ranked") -> Hit:
    return Hit(article_id=article, rank=1, score=1.0, tier=tier)


def chunk(start: int, score: float | None, decision: str = "", article: str = "a") -> Chunk:
    made = make_chunk(article, "body", start, start + 1, "x", "ranked", score)
    return made.model_copy(update={"decision": decision})


def rated(probability: float | None = 0.6, passes: bool = True, gate: float = 0.5) -> RelevanceResult:
    found = level_of(probability, LEVELS) if probability is not None else None
    one = Assessment(probability=probability, level=found, basis="Rank 1.", passes=passes)
    return RelevanceResult(articles={"a": one}, gate=gate)


def of(chunks: list[Chunk], result: RelevanceResult | None, tier: str = "ranked") -> list[Assessment | None]:
    return [c.relevance for c in rate(chunks, {"a": hit("a", tier)}, result, SETTINGS, LEVELS)]


def test_the_closest_passage_has_its_articles_probability_and_others_less() -> None:
    found = of([chunk(0, 0.8), chunk(2, 0.4), chunk(4, -0.3), chunk(6, None)], rated(0.6, gate=0.4))
    # 0.6; 0.6 * (1 - 0.5 * (1 - 0.5)) = 0.45; at or below a cosine of 0: 0.6 * (1 - 0.5) = 0.3; no cosine: 0.6
    assert [a.probability for a in found] == pytest.approx([0.6, 0.45, 0.3, 0.6])
    assert [a.level for a in found] == ["likely", "uncertain", "uncertain", "likely"]
    assert [a.passes for a in found] == [True, True, False, True]
    assert found[1].basis == "Its article: Rank 1. Closeness to the query 0.40, the closest passage 0.80."
    assert found[3].basis == "Its article: Rank 1."


def test_matched_and_pinned_articles_and_kept_passages_are_above_the_gate() -> None:
    low = rated(0.1, passes=True, gate=0.5)
    assert [a.passes for a in of([chunk(0, 0.8)], low, "matched")] == [True]
    assert [a.passes for a in of([chunk(0, 0.8)], low, "pinned")] == [True]
    assert [a.passes for a in of([chunk(0, 0.8), chunk(2, 0.8, "kept")], rated(0.1, False))] == [False, True]


def test_unrated_stays_unrated() -> None:
    assert of([chunk(0, 0.8)], None) == [None]
    [found] = of([chunk(0, 0.8)], rated(None))
    assert (found.probability, found.level, found.basis, found.passes) == (None, None, "Rank 1.", True)
    [found] = of([chunk(0, 0.8, article="low")], rated(0.6))
    assert found.probability is None and "too low in the order" in found.basis and not found.passes
    [found] = of([chunk(0, 0.8)], RelevanceResult(unavailable="no model"))
    assert found.basis == "no model" and found.passes


def test_an_article_passes() -> None:
    assert passing(hit("a"), None)
    assert passing(hit("a"), RelevanceResult(unavailable="no model"))
    assert passing(hit("a"), rated(0.6)) and not passing(hit("a"), rated(0.1, False))
    assert passing(hit("a", "pinned"), rated(0.1, False))
    assert not passing(hit("low"), rated(0.6))  # below those that were rated
    assert passing(hit("low"), rated(None))  # of which none was


@pytest.mark.parametrize(
    ("probability", "name"),
    [(1.0, "strong"), (0.85, "strong"), (0.849, "likely"), (0.5, "likely"), (0.15, "uncertain"), (0.149, "weak")],
)  # fmt: skip
def test_levels_begin_at_their_threshold(probability: float, name: str) -> None:
    assert level_of(probability, LEVELS) == name
