import pytest

from newsctx.ranking import Move, RankEdits
from newsctx.records import ChannelResult
from newsctx.settings import RetrieveSettings
from newsctx.stages import retrieve


def _channel(name: str, *ids: str) -> ChannelResult:
    return ChannelResult(name=name, state="ran", hits=tuple((a, 1.0 - i / 10) for i, a in enumerate(ids)))


def _settings(**weights: float) -> RetrieveSettings:
    return RetrieveSettings(weights=weights)


def test_reciprocal_rank_fusion_by_hand() -> None:
    """a: 1/61 + 2/63, b: 1/62 + 2/61, c: 2/62; so b 0.04892 > a 0.04814 > c 0.03226."""
    found = retrieve.run([_channel("x", "a", "b"), _channel("y", "b", "c", "a")], _settings(x=1, y=2))
    assert [h.article_id for h in found.hits] == ["b", "a", "c"]
    assert [h.score for h in found.hits] == pytest.approx([1 / 62 + 2 / 61, 1 / 61 + 2 / 63, 2 / 62])
    assert {n: (s.score, s.rank) for n, s in found.hits[1].channels.items()} == {"x": (1.0, 1), "y": (0.8, 3)}
    assert found.hits[1].reason == "Found by x (rank 1), y (rank 3)."


def test_equal_scores_are_ordered_by_article_id() -> None:
    found = retrieve.run([_channel("x", "b"), _channel("y", "a")], _settings(x=1, y=1))
    assert [h.article_id for h in found.hits] == ["a", "b"]


def test_a_channel_of_weight_0_or_that_did_not_run_counts_for_nothing_and_says_so() -> None:
    closed = ChannelResult(name="z", state="unavailable", reason="no weights")
    found = retrieve.run([_channel("x", "a"), _channel("y", "b"), closed], _settings(x=1, y=0, z=1))
    assert [h.article_id for h in found.hits] == ["a"]
    assert [(c.name, c.state, c.hits) for c in found.channels] == [
        ("x", "ran", 1),
        ("y", "off", 0),
        ("z", "unavailable", 0),
    ]
    assert found.channels[2].reason == "no weights"


def test_k_hits_are_kept_and_an_excluded_one_makes_room() -> None:
    settings = RetrieveSettings(weights={"x": 1, "y": 1}, k=2)
    channels = [_channel("x", "a", "b"), _channel("y", "b", "c")]
    assert [h.article_id for h in retrieve.run(channels, settings).hits] == ["b", "a"]
    found = retrieve.run(channels, settings, RankEdits(excluded=("b",)))
    assert [h.article_id for h in found.hits] == ["a", "c"]


def test_pins_and_moves() -> None:
    edits = RankEdits(pinned=("z",), moves=(Move(article_id="c", rank=2),))
    found = retrieve.run([_channel("x", "a", "b", "c")], _settings(x=1), edits)
    assert [(h.article_id, h.tier) for h in found.hits] == [
        ("z", "pinned"),
        ("c", "ranked"),
        ("a", "ranked"),
        ("b", "ranked"),
    ]


def test_nothing_found_is_an_empty_list() -> None:
    assert retrieve.run([], RetrieveSettings()).hits == ()
    assert retrieve.run([ChannelResult(name="x", state="ran")], RetrieveSettings()).hits == ()
