"""Fusion by hand, its properties, and slow oracles that follow the papers step by step."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from newsctx.fusion import VACUOUS, Channel, Mass, calibrated, combine, evidence, fuse, mass, platt, rrf, weighted
from newsctx.records import ChannelResult
from newsctx.settings import Calibration, FusionSettings

METHODS = ("rrf", "weighted", "evidence")
LINE = Calibration(slope=2.0, intercept=-1.0)  # P = 1/2 at a score of 0.5


def _ran(name: str, *hits: tuple[str, float], **more) -> ChannelResult:
    return ChannelResult(name=name, state="ran", hits=hits, **more)


def _scores(results, method: str, k: int = 100, weights=None, **settings) -> dict[str, float]:
    fused = fuse(results, weights or {}, k, 60.0, FusionSettings(method=method, **settings))
    return {f.article_id: f.score for f in fused}


# --- calibration ------------------------------------------------------------------------------------------------


def test_min_max_over_the_channels_own_hits() -> None:
    assert calibrated(Channel("visual", 1, [("a", 0.9), ("b", 0.5), ("c", 0.1)]), None) == pytest.approx([1, 0.5, 0])
    assert calibrated(Channel("visual", 1, [("a", -3.0)]), None) == [1.0]
    assert calibrated(Channel("visual", 1, [("a", 0.3), ("b", 0.3)]), None) == [0.3, 0.3], "no best of many"
    assert calibrated(Channel("visual", 1, []), None) == calibrated(Channel("visual", 1, []), LINE) == []


def test_platt_by_hand_and_at_scores_that_would_overflow() -> None:
    assert platt(0.5, LINE) == 0.5
    assert platt(1.0, LINE) == pytest.approx(1 / (1 + math.exp(-1)))
    assert platt(0.0, LINE) == pytest.approx(1 / (1 + math.exp(1)))
    assert (platt(1e308, LINE), platt(-1e308, LINE)) == (1.0, 0.0)


# --- weighted ---------------------------------------------------------------------------------------------------


def test_weighted_by_hand() -> None:
    """visual (weight 1): a 1, b 0.5, c 0; copy (weight 3, Platt): b 0.5. So a 1/4, b (0.5 + 1.5)/4, c 0."""
    results = [_ran("visual", ("a", 0.9), ("b", 0.5), ("c", 0.1)), _ran("copy", ("b", 0.5))]
    found = _scores(results, "weighted", weights={"copy": 3.0}, calibration={"copy": LINE})
    assert found == pytest.approx({"a": 0.25, "b": 0.5, "c": 0.0})
    assert list(found) == ["b", "a", "c"]


def test_a_calibrated_channel_counts_as_much_as_its_scores_are_probable() -> None:
    """Both channels have a first hit at the top of their lists. `visual` says 0.25 of its own where the calibration
    (logistic(4 x - 2)) makes of a score of 0.225 a probability of 0.25: sqrt(1 * 0.25) = 0.5 against 1 of `copy`.
    """
    unsure = Calibration(slope=4.0, intercept=-2.0)
    score = (math.log(1 / 3) + 2) / 4  # logit(0.25) = log(1/3)
    results = [_ran("visual", ("a", score), ("b", score - 1)), _ran("copy", ("b", 0.9), ("c", 0.1))]
    found = _scores(results, "weighted", calibration={"visual": unsure})
    assert found == pytest.approx({"b": 0.5, "a": 0.25, "c": 0.0})  # halves: two channels of weight 1
    assert list(found) == ["b", "a", "c"]
    assert _scores(results, "weighted") == pytest.approx({"a": 0.5, "b": 0.5, "c": 0.0}), "nobody knows better"


def test_a_channel_that_ran_and_found_nothing_lowers_all_scores_alike_one_that_did_not_run_changes_nothing() -> None:
    visual = _ran("visual", ("a", 0.9), ("b", 0.5), ("c", 0.1))
    silent = ChannelResult(name="coverage", state="no_query", reason="no match")
    assert _scores([visual, silent], "weighted") == pytest.approx({"a": 1, "b": 0.5, "c": 0})
    assert _scores([visual, _ran("copy")], "weighted") == pytest.approx({"a": 0.5, "b": 0.25, "c": 0})


# --- evidence ---------------------------------------------------------------------------------------------------


def test_dempsters_rule_by_hand() -> None:
    """Masses (0.6, 0.2, 0.2) and (0.3, 0.5, 0.2): K = 0.6 * 0.5 + 0.2 * 0.3 = 0.36, 1 - K = 0.64.

    relevant (0.6*0.3 + 0.6*0.2 + 0.2*0.3) / 0.64 = 0.36 / 0.64, irrelevant (0.2*0.5 + 0.2*0.2 + 0.2*0.5) / 0.64 =
    0.24 / 0.64, unknown 0.04 / 0.64; pignistic (0.36 + 0.02) / 0.64 = 0.59375.
    """
    found, conflict = combine([Mass(0.6, 0.2, 0.2), Mass(0.3, 0.5, 0.2)])
    assert found == pytest.approx((0.5625, 0.375, 0.0625))
    assert (conflict, found.pignistic) == pytest.approx((0.36, 0.59375))


def test_a_mass_is_the_probability_discounted_by_the_reliability() -> None:
    assert mass(0.75, 0.8) == pytest.approx((0.6, 0.2, 0.2))
    assert mass(0.3, 0.0) == VACUOUS
    assert mass(0.3, 0.0).pignistic == 0.5  # who knows nothing says one half


def _draw(random: random.Random) -> Mass:
    return mass(random.choice([0, 1, random.random()]), random.choice([0, 0.999, random.random()]))


def _slow_rule(one: Mass, two: Mass) -> tuple[Mass, float]:
    """Dempster's rule over the subsets of the frame, as it is written in Shafer 1976, p. 60."""
    sets = ({"relevant"}, {"not"}, {"relevant", "not"})
    found, conflict = [0.0, 0.0, 0.0], 0.0
    for (a, x), (b, y) in itertools.product(zip(sets, one, strict=True), zip(sets, two, strict=True)):
        if a & b:
            found[sets.index(a & b)] += x * y
        else:
            conflict += x * y
    return Mass(*(x / (1 - conflict) for x in found)), conflict


@pytest.mark.parametrize("seed", range(40))
def test_the_combination_is_the_rule_applied_step_by_step(seed: int) -> None:
    draw = random.Random(seed)
    masses = [_draw(draw) for _ in range(draw.randint(1, 9))]
    whole, left = masses[0], 1.0
    for one in masses[1:]:
        whole, conflict = _slow_rule(whole, one)
        left *= 1 - conflict
    found, conflict = combine(masses)
    assert found == pytest.approx(whole, abs=1e-9) and conflict == pytest.approx(1 - left, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_the_order_changes_nothing_not_even_the_last_bit_and_a_vacuous_mass_changes_nothing(seed: int) -> None:
    draw = random.Random(seed)
    masses = [_draw(draw) for _ in range(4)]
    first = combine(masses)
    assert all(combine(order) == first for order in itertools.permutations(masses))
    assert combine([*masses, VACUOUS]) == first
    assert sum(first[0]) == pytest.approx(1) and all(0 <= x <= 1 for x in (*first[0], first[1], first[0].pignistic))


def test_total_conflict_leaves_no_opinion_in_any_order() -> None:
    """Two channels that cannot err contradict each other: nothing is left to divide by."""
    yes, no, perhaps = Mass(1, 0, 0), Mass(0, 1, 0), Mass(0.5, 0.2, 0.3)
    for order in itertools.permutations((yes, no, perhaps)):
        assert combine(order) == (VACUOUS, 1.0)
    assert VACUOUS.pignistic == 0.5


def test_no_mass_is_no_opinion() -> None:
    assert combine([]) == (VACUOUS, 0.0)


def test_evidence_by_hand() -> None:
    """visual, reliability 0.5, Platt: a 0.5 -> (0.25, 0.25, 0.5). copy, 0.8: a 1 (its best hit) -> (0.8, 0, 0.2).

    K = 0.25 * 0.8 = 0.2; relevant (0.25*0.8 + 0.25*0.2 + 0.5*0.8) / 0.8 = 0.8125, unknown 0.1 / 0.8 = 0.125; so a is
    0.875. b is copy's last hit: (0, 0.8, 0.2), pignistic 0.1.
    """
    results = [_ran("visual", ("a", 0.5)), _ran("copy", ("a", 0.9), ("b", 0.4))]
    settings = FusionSettings(method="evidence", calibration={"visual": LINE}, reliability={"visual": 0.5, "copy": 0.8})
    a, b = fuse(results, {}, 100, 60.0, settings)
    assert (a.article_id, a.score, a.conflict) == ("a", pytest.approx(0.875), pytest.approx(0.2))
    assert (b.article_id, b.score, b.conflict) == ("b", pytest.approx(0.1), 0.0)


def test_a_weight_below_1_makes_a_channel_less_reliable_one_above_1_not_more() -> None:
    settings = FusionSettings(method="evidence", default_reliability=0.6)
    masses = {w: evidence([Channel("copy", w, [("a", 1.0)])], settings)["a"][0] for w in (0.5, 1.0, 10.0)}
    assert masses[0.5] == pytest.approx((0.3, 0, 0.7))
    assert masses[1.0] == masses[10.0] == pytest.approx((0.6, 0, 0.4))


def test_a_cut_off_list_of_a_calibrated_channel_says_of_others_what_it_says_of_its_last_hit() -> None:
    """k = 2: visual is full, its last hit b has P = 1/2; a channel whose list is not full is silent on the others."""
    visual, copy = _ran("visual", ("a", 0.9), ("b", 0.5)), _ran("copy", ("c", 1.0))
    fitted = {"visual": LINE}
    half, (alone, _) = mass(0.5, 0.6), combine([mass(1, 0.6)])
    assert combine([half, mass(1, 0.6)])[0].pignistic < alone.pignistic == 0.8
    open_ended = _scores([visual, copy], "evidence", k=3, calibration=fitted)
    assert open_ended["c"] == pytest.approx(0.8)
    full = _scores([visual, copy], "evidence", k=2, calibration=fitted)
    assert full["c"] == pytest.approx(combine([half, mass(1, 0.6)])[0].pignistic)
    uncalibrated = _scores([visual, copy], "evidence", k=2)  # its 0 for the last hit is a matter of scale, no doubt
    assert uncalibrated["c"] == pytest.approx(0.8)


# --- all methods ------------------------------------------------------------------------------------------------


def _world(seed: int) -> list[ChannelResult]:
    draw, found = random.Random(seed), []
    for name in ("image_text", "visual", "copy", "coverage"):
        listed = draw.sample("abcdefghij", draw.randint(0, 9))
        hits = [(a, draw.choice([0.25, 0.5, draw.uniform(-1, 1)])) for a in listed]
        found.append(_ran(name, *sorted(hits, key=lambda hit: -hit[1])))
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(15))
def test_the_order_of_the_channels_changes_nothing_and_scores_stay_in_range(method: str, seed: int) -> None:
    world, settings = _world(seed), {"calibration": {"visual": LINE}}
    weights = {"copy": 2.0, "visual": 0.3}
    first = _scores(world, method, weights=weights, **settings)
    for order in itertools.permutations(world):
        assert _scores(order, method, weights=weights, **settings) == first
    most = sum(weights.get(r.name, 1.0) for r in world) / 61 if method == "rrf" else 1.0
    assert all(0 <= score <= most for score in first.values())
    assert list(first) == sorted(first, key=lambda a: (-first[a], a))


@pytest.mark.parametrize("seed", range(15))
def test_ranks_and_means_are_those_of_a_slow_oracle(seed: int) -> None:
    world = _world(seed)
    ranks, means = {}, {}
    for article in sorted({a for r in world for a, _ in r.hits}):
        shares, values = [], []
        for result in world:
            listed = [a for a, _ in result.hits]
            if article in listed:
                scores = [s for _, s in result.hits]
                spread = max(scores) - min(scores)
                score = scores[listed.index(article)]
                shares.append(1 / (60 + listed.index(article) + 1))
                values.append((score - min(scores)) / spread if spread else score if 0 <= score <= 1 else 1.0)
        ranks[article], means[article] = sum(shares), sum(values) / len(world)
    channels = [Channel(r.name, 1.0, r.hits) for r in world]
    assert rrf(channels, 60.0) == pytest.approx(ranks)
    assert weighted(channels, {}) == pytest.approx(means)


@pytest.mark.parametrize("method", METHODS)
def test_equal_scores_are_ordered_by_article_id(method: str) -> None:
    found = _scores([_ran("visual", ("b", 1.0)), _ran("copy", ("a", 1.0))], method)
    assert list(found) == ["a", "b"]


@pytest.mark.parametrize("method", METHODS)
def test_nothing_ran_is_an_empty_ranking(method: str) -> None:
    assert fuse([], {}, 10, 60.0, FusionSettings(method=method)) == []
    off = [_ran("visual", ("a", 1.0)), ChannelResult(name="copy", state="off", reason="off")]
    assert fuse(off, {"visual": 0.0}, 10, 60.0, FusionSettings(method=method)) == []


@pytest.mark.parametrize("method", METHODS)
def test_k_is_read_of_each_channel_and_kept_and_excluded_articles_make_room(method: str) -> None:
    results = [_ran("visual", ("a", 0.9), ("b", 0.8), ("c", 0.7)), _ran("copy", ("d", 0.9))]
    settings = FusionSettings(method=method)
    assert {f.article_id for f in fuse(results, {}, 3, 60.0, settings)} == {"a", "d", "b"}
    assert [f.article_id for f in fuse(results, {}, 1, 60.0, settings)] == ["a"]  # d has the same score
    assert [f.article_id for f in fuse(results, {}, 1, 60.0, settings, ["a"])] == ["d"]


def test_only_evidence_has_a_conflict() -> None:
    results = [_ran("visual", ("a", 0.9))]
    assert [fuse(results, {}, 1, 60.0, FusionSettings(method=m))[0].conflict for m in METHODS] == [None, None, 0.0]


def test_own_scores_ranks_parts_and_evidence_are_kept() -> None:
    copy = _ran("copy", ("b", 0.9), ("a", 0.4), evidence={"a": "photo"}, parts={"a": {"x": 1.0}})
    (a, _) = fuse([copy, _ran("visual", ("a", 0.1))], {}, 5, 60.0, FusionSettings(method="rrf"))
    assert a.article_id == "a" and list(a.channels) == ["copy", "visual"]
    own = a.channels["copy"]
    assert (own.score, own.rank, own.evidence, own.parts) == (0.4, 2, "photo", {"x": 1.0})
