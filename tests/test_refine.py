"""Refinement by time and citation: by hand, against slow oracles, and over harmful graphs."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from newsctx.records import PartialDate
from newsctx.refine import Lift, Surroundings, citation, pagerank, refine, temporal
from newsctx.settings import RefineSettings

S = RefineSettings(temporal=0.2, window_days=7, citation=0.1, damping=0.85, high_share=1.0)


def days(**iso: str) -> dict[str, PartialDate]:
    return {a: PartialDate.model_validate(text) for a, text in iso.items()}


# --- time -------------------------------------------------------------------------------------------------------


def test_the_mean_of_the_neighbours_by_hand() -> None:
    """b has a (7 days before) and c (5 after): 0.2 * (0.9 + 0.3) / 2 = 0.12. a and c are 12 days apart."""
    scores = {"a": 0.9, "b": 0.5, "c": 0.3, "d": 0.2}
    found = temporal(scores, days(a="2020-02-25", b="2020-03-03", c="2020-03-08", d="2021-03-03"), S)
    assert found["b"] == Lift("temporal", pytest.approx(0.12), ("a", "c"))
    assert found["a"] == Lift("temporal", pytest.approx(0.1), ("b",))
    assert found["c"] == Lift("temporal", pytest.approx(0.1), ("b",))
    assert "d" not in found  # alone in its week


@pytest.mark.parametrize(("gap", "near"), [(6, True), (7, True), (8, False)])
def test_the_window_holds_its_last_day(gap: int, near: bool) -> None:
    there = (date(2020, 12, 28) + timedelta(gap)).isoformat()
    assert bool(temporal({"a": 1.0, "b": 0.5}, days(a="2020-12-28", b=there), S)) is near


def test_dates_that_are_not_known_to_the_day_lift_nobody() -> None:
    dates = days(a="2020-03", b="2020", c="2020s", d="2020-03-01") | {"e": None}
    assert temporal(dict.fromkeys("abcdef", 0.5), dates, S) == {}


def test_weight_0_is_off_and_articles_outside_the_list_do_not_count() -> None:
    dates = days(a="2020-03-01", b="2020-03-02")
    assert temporal({"a": 1.0, "b": 0.5}, dates, S.model_copy(update={"temporal": 0.0})) == {}
    assert temporal({"a": 1.0}, dates, S) == {}


def test_the_first_days_of_all_calendars_are_no_problem() -> None:
    assert set(temporal({"a": 1.0, "b": 0.5}, days(a="0001-01-01", b="0001-01-02"), S)) == {"a", "b"}


@pytest.mark.parametrize("seed", range(20))
def test_time_is_that_of_a_slow_oracle(seed: int) -> None:
    draw = random.Random(seed)
    scores = {f"n{i}": 1 / (i + 1) for i in range(draw.randint(0, 30))}
    dates = {a: PartialDate.model_validate(str(date(2020, 1, 1) + timedelta(draw.randrange(60)))) for a in scores}
    settings = S.model_copy(update={"window_days": draw.choice([0, 1, 7, 30])})
    found = temporal(scores, dates, settings)
    for a in scores:
        near = [b for b in scores if b != a and abs((dates[a].first - dates[b].first).days) <= settings.window_days]
        if near:
            assert found[a].added == pytest.approx(0.2 * sum(scores[b] for b in near) / len(near))
            assert list(found[a].neighbours) == near  # the list is in the order of the scores
        else:
            assert a not in found


# --- citation ---------------------------------------------------------------------------------------------------


def test_pagerank_of_two_pages_by_hand() -> None:
    """a cites b, b nobody. a = 0.075 + 0.85 b/2, b = 0.075 + 0.85 (a + b/2), a + b = 1: so a = 0.5 / 1.425."""
    found = pagerank([("a", "b")], 0.85)
    assert found == pytest.approx({"a": 0.5 / 1.425, "b": 0.925 / 1.425})


def _iterated(edges: list[tuple[str, str]], damping: float) -> dict[str, float]:
    """PageRank as it is described: the surfer walks on and on."""
    names = sorted({a for e in edges for a in e})
    ranks = dict.fromkeys(names, 1 / len(names))
    for _ in range(3000):
        new = dict.fromkeys(names, (1 - damping) / len(names))
        for a in names:
            cited = [y for x, y in edges if x == a] or names
            for b in cited:
                new[b] += damping * ranks[a] / len(cited)
        ranks = new
    return ranks


@pytest.mark.parametrize("seed", range(8))
def test_pagerank_is_that_of_a_walking_surfer(seed: int) -> None:
    draw = random.Random(seed)
    names = "abcdef"[: draw.randint(2, 6)]
    edges = sorted({(x, y) for x, y in ((draw.choice(names), draw.choice(names)) for _ in range(9)) if x != y})
    damping = draw.choice([0.5, 0.85, 0.99])
    assert edges
    found = pagerank(edges, damping)
    assert found == pytest.approx(_iterated(edges, damping), abs=1e-9) and sum(found.values()) == pytest.approx(1)


def test_pagerank_holds_where_walking_takes_for_ever() -> None:
    """A cycle with a tail, damping next to 1: all the rank ends in the cycle."""
    found = pagerank([("t", "a"), ("a", "b"), ("b", "a")], 1 - 1e-9)
    assert found["a"] + found["b"] == pytest.approx(1, abs=1e-6) and found["t"] < 1e-6


def test_support_by_hand() -> None:
    """b and c cite a. PageRank with x = that of b and c: a : b = 1 + 2 * 0.85 : 1 = 2.7 : 1.

    a is supported by b and c, each of rank 1: (0.4 + 0.2) / 2; b by a alone: 0.8; so is c.
    """
    found = citation({"a": 0.8, "b": 0.4, "c": 0.2, "d": 0.9}, {"b": ["a"], "c": ["a"]}, S)
    assert found["a"] == Lift("citation", pytest.approx(0.03), ("b", "c"))
    assert found["b"] == found["c"] == Lift("citation", pytest.approx(0.08), ("a",))
    assert "d" not in found


def test_a_neighbour_that_is_cited_more_weighs_more() -> None:
    """m cites a and z; a is cited by b and c too. Ranks: m, b, c 1; z 1 + 0.425 = 1.425; a 1.425 + 1.7 = 3.125."""
    scores = {"z": 0.9, "a": 0.6, "m": 0.5, "b": 0.1, "c": 0.1}
    found = citation(scores, {"m": ["a", "z"], "b": ["a"], "c": ["a"]}, S)
    support = (3.125 * 0.6 + 1.425 * 0.9) / (3.125 + 1.425)
    assert found["m"] == Lift("citation", pytest.approx(0.1 * support), ("a", "z"))  # 1.875 before 1.2825
    unknown = {"m": ["a", "z"], "b": ["a", "nowhere"], "c": ["elsewhere", "a"], "nowhere": ["z"]}
    assert citation(scores, unknown, S) == found  # the rank that unknown articles would take is not taken


def test_only_neighbours_that_score_high_support() -> None:
    """With a share of 0.5 the first two of four score high: d supports nobody."""
    scores = {"a": 0.9, "b": 0.8, "c": 0.2, "d": 0.1}
    found = citation(scores, {"d": ["a"], "c": ["b"]}, S.model_copy(update={"high_share": 0.5}))
    assert {a: lift.neighbours for a, lift in found.items()} == {"c": ("b",), "d": ("a",)}


def test_of_an_odd_number_the_middle_one_scores_high_too() -> None:
    half = S.model_copy(update={"high_share": 0.5})
    assert set(citation({"a": 0.9, "b": 0.8, "c": 0.7}, {"a": ["b"], "b": ["c"]}, half)) == {"a", "b", "c"}


def test_cycles_self_links_repeated_and_unknown_links_are_harmless() -> None:
    plain = citation({"a": 0.9, "b": 0.5}, {"a": ["b"], "b": ["a"]}, S)
    odd = {"a": ["b", "a", "b", "nowhere"], "b": ["a", "b"], "nowhere": ["a"]}
    assert citation({"a": 0.9, "b": 0.5}, odd, S) == plain
    assert plain["a"] == Lift("citation", pytest.approx(0.05), ("b",))
    assert citation({"a": 0.9, "b": 0.5}, {"a": ["a", "nowhere"]}, S) == {}
    assert citation({}, {}, S) == {} and citation({"a": 1.0}, {}, S) == {}
    assert citation({"a": 0.9, "b": 0.5}, {"a": ["b"]}, S.model_copy(update={"citation": 0.0})) == {}


def test_the_order_in_which_links_come_changes_nothing() -> None:
    draw, scores = random.Random(0), {f"n{i}": 1 / (i + 1) for i in range(12)}
    links = {a: draw.sample(sorted(scores), 4) for a in scores}
    other = {a: links[a][::-1] for a in reversed(links)}
    assert citation(scores, links, S) == citation(scores, other, S)


# --- both -------------------------------------------------------------------------------------------------------


def test_both_are_computed_from_the_fused_scores() -> None:
    around = Surroundings(dates=days(a="2020-03-01", b="2020-03-02"), links={"a": ("b",)})
    found = refine({"a": 0.9, "b": 0.5, "c": 0.1}, around, S)
    assert [(lift.name, lift.added) for lift in found["a"]] == [
        ("temporal", pytest.approx(0.1)),
        ("citation", pytest.approx(0.05)),
    ]
    assert "c" not in found


def test_the_record_names_the_strongest_only() -> None:
    lift = Lift("temporal", 0.1, ("a", "b", "c", "d"))
    assert lift.record(2).neighbours == ("a", "b") and lift.record(0).neighbours == ()
