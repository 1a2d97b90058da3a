"""The published ranking rules as pure functions: by hand, against a slow second formulation, and in the stages."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest
from toy_index import article

from newsctx.records import Hit, ModelInfo
from newsctx.settings import EventSettings, LocateSettings
from newsctx.stages import events, locate
from newsctx.stages.events import build_clusters, rerank_by_events
from newsctx.stages.locate import rerank_by_location


@dataclass
class Item:
    article_id: str
    date: date | None
    location_text: str
    score: float = 0.0


def may(day: int) -> date:
    return date(2017, 5, day)


def pool_of(*rows: tuple[str, date | None, str]) -> list[Item]:
    return [Item(a, d, place, 1 - i / 100) for i, (a, d, place) in enumerate(rows)]


def test_clusters_by_hand() -> None:
    """Paris comes first, then France, then Lyon. France's window that ends on the 2nd has Paris's members."""
    pool = pool_of(
        ("a", may(2), "Paris (France) ; Lyon"),
        ("b", may(1), "Paris (France)"),
        ("c", may(3), "Lyon (France)"),
        ("undated", None, "Paris (France)"),
        ("nowhere", may(1), ""),
    )
    found = build_clusters(pool, min_size=2, window_days=15)
    assert [(c.place, list(c.article_ids), c.first, c.last) for c in found] == [
        ("paris", ["b", "a"], may(1), may(2)),
        ("france", ["b", "a", "c"], may(1), may(3)),
        ("lyon", ["a", "c"], may(2), may(3)),
    ]
    assert found[1].text == "An image taken between 2017-05-01 and 2017-05-03 in france"
    assert [c.place for c in build_clusters(pool, min_size=3, window_days=15)] == ["france"]


@pytest.mark.parametrize(("gap", "together"), [(14, True), (15, True), (16, False)])
def test_the_window_is_the_days_between_first_and_last(gap: int, together: bool) -> None:
    pool = pool_of(("a", may(1), "Rome"), ("b", may(1) + timedelta(gap), "Rome"))
    assert bool(build_clusters(pool, 2, 15)) is together


def test_a_window_of_0_days_is_one_day() -> None:
    pool = pool_of(("a", may(1), "Rome"), ("b", may(1), "Rome"), ("c", may(2), "Rome"))
    assert [c.article_ids for c in build_clusters(pool, 2, 0)] == [("a", "b")]


def test_equal_dates_keep_pool_order_and_each_of_their_right_ends_counts() -> None:
    pool = pool_of(("z", may(1), "Rome"), ("a", may(1), "Rome"), ("m", may(1), "Rome"))
    assert [c.article_ids for c in build_clusters(pool, 2, 15)] == [("z", "a"), ("z", "a", "m")]


def test_a_single_article_is_a_cluster_where_one_is_enough() -> None:
    assert [c.article_ids for c in build_clusters(pool_of(("a", may(1), "Rome")), 1, 15)] == [("a",)]


def test_an_article_without_a_location_text_is_left_out() -> None:
    pool = [*pool_of(("a", may(1), "Rome"), ("b", may(2), "Rome")), Item("c", may(1), None)]  # type: ignore[arg-type]
    assert [c.article_ids for c in build_clusters(pool, 1, 0)] == [("a",), ("b",)]


def test_an_article_that_stands_twice_in_the_pool_counts_once() -> None:
    """The published code keeps a pool's articles by their address."""
    pool = pool_of(("a", may(1), "Rome"), ("a", may(1), "Rome"), ("b", may(9), "Rome"), ("b", may(9), "Rome"))
    assert build_clusters(pool, 2, 7) == []
    assert [c.article_ids for c in build_clusters(pool, 2, 15)] == [("a", "b")]
    assert rerank_by_events(pool, [], []) == ["a", "b"]


def test_places_in_other_scripts_are_not_one_place() -> None:
    pool = pool_of(("a", may(1), "東京"), ("b", may(2), "Москва"))
    assert build_clusters(pool, 1, 15) == []


def test_probabilities_that_are_no_numbers_and_foreign_clusters_are_refused() -> None:
    pool = pool_of(("a", may(1), "Rome"), ("b", may(1), "Oslo"))
    clusters = build_clusters(pool, 1, 15)
    with pytest.raises(ValueError, match="probability 1 of the clusters is nan"):
        rerank_by_events(pool, clusters, [0.5, float("nan")])
    with pytest.raises(ValueError, match="probability 0 of the articles is nan"):
        rerank_by_location(pool, [float("nan"), 0.5])
    with pytest.raises(ValueError, match="article 'b' that is not in the pool"):
        rerank_by_events(pool[:1], clusters, [0.5, 0.4])


@pytest.mark.parametrize(("size", "days"), [(0, 15), (2, -1)])
def test_senseless_sizes_are_refused(size: int, days: int) -> None:
    with pytest.raises(ValueError, match="expected at least"):
        build_clusters([], size, days)


def test_clusters_are_walked_by_probability() -> None:
    """rome's best is r1, paris's p1; then the rest in the pool's order."""
    pool = pool_of(
        ("p1", may(1), "Paris"), ("x", None, ""), ("r1", may(1), "Rome"), ("p2", may(2), "Paris"),
        ("r2", may(2), "Rome"),
    )  # fmt: skip
    clusters = build_clusters(pool, 2, 15)
    assert [c.place for c in clusters] == ["paris", "rome"]
    assert rerank_by_events(pool, clusters, [0.2, 0.9]) == ["r1", "p1", "x", "p2", "r2"]
    assert rerank_by_events(pool, clusters, [0.5, 0.5]) == ["p1", "r1", "x", "p2", "r2"]  # stable
    assert rerank_by_events(pool, clusters[1:], [0.9]) == ["p1", "x", "r1", "p2", "r2"]  # one cluster: order kept
    assert rerank_by_events(pool, clusters[1:], [0.9], min_clusters=1) == ["r1", "p1", "x", "p2", "r2"]
    assert rerank_by_events(pool, [], []) == ["p1", "x", "r1", "p2", "r2"]
    with pytest.raises(ValueError, match="1 probabilities for 2 clusters"):
        rerank_by_events(pool, clusters, [0.9])


def test_products_decide_and_ties_keep_bi_encoder_order() -> None:
    pool = [Item("a", None, "", 0.4), Item("b", None, "", 0.2), Item("c", None, "", 0.4), Item("d", None, "", 0.1)]
    assert rerank_by_location(pool, [0.25, 0.5, 0.5, 1.0]) == ["c", "a", "b", "d"]  # .1 .1 .2 .1
    assert rerank_by_location([], []) == []
    with pytest.raises(ValueError, match="expected one for each"):
        rerank_by_location(pool, [1.0])


# --- slow oracles, written from the description ---------------------------------------------------------------


def _atoms(text: str) -> list[str]:
    """Letter by letter; for texts with brackets that are not nested."""
    found: list[str] = []
    for keyword in text.split(";"):
        outside, inside, deep = "", [], False
        for letter in keyword.lower():
            if letter == "(":
                deep = True
                inside.append("")
            elif letter == ")":
                deep = False
            elif deep:
                inside[-1] += letter
            else:
                outside += letter
        for part in (outside, *inside):
            kept = "".join(c if c.isascii() and c.isalnum() or c == "-" else " " for c in part)
            atom = " ".join(kept.split())
            if atom and atom not in found:
                found.append(atom)
    return found


def _slow_clusters(pool: list[Item], size: int, days: int) -> list[tuple[str, list[str]]]:
    order: list[str] = []
    for item in pool:
        if item.date:
            order += [a for a in _atoms(item.location_text) if a not in order]
    found: list[tuple[str, list[str]]] = []
    for atom in order:
        members = [i for i in pool if i.date and atom in _atoms(i.location_text)]
        for earlier in range(len(members)):  # insertion sort, stable
            for j in range(earlier, 0, -1):
                if members[j].date < members[j - 1].date:
                    members[j], members[j - 1] = members[j - 1], members[j]
        for right in range(len(members)):
            end = members[right].date.toordinal()
            ids = [m.article_id for m in members[: right + 1] if end - m.date.toordinal() <= days]
            if len(ids) >= size and sorted(ids) not in [sorted(known) for _, known in found]:
                found.append((atom, ids))
    return found


def _slow_rerank(pool: list[Item], clusters: list[tuple[str, list[str]]], p: list[float], least: int) -> list[str]:
    if len(clusters) < least:
        return [i.article_id for i in pool]
    left, out = list(range(len(clusters))), []
    while left:
        top = max(p[i] for i in left)
        chosen = next(i for i in left if p[i] == top)
        left.remove(chosen)
        best = next(i.article_id for i in pool if i.article_id in clusters[chosen][1])  # the pool is in score order
        if best not in out:
            out.append(best)
    return out + [i.article_id for i in pool if i.article_id not in out]


def _world(seed: int) -> list[Item]:
    draw = random.Random(seed)
    places = ["Paris (France)", "Lyon (France)", "New York City", "Saint-Étienne (France) ; Lyon", "Rome", "", "Paris"]
    return [
        Item(
            f"n{i}",
            may(1) + timedelta(draw.randrange(70)) if draw.random() < 0.9 else None,
            " ; ".join(draw.choices(places, k=draw.randint(1, 2))),
            1 - i / 1000,
        )
        for i in range(draw.randint(0, 40))
    ]


@pytest.mark.parametrize("seed", range(60))
def test_clusters_and_rankings_are_those_of_a_slow_oracle(seed: int) -> None:
    pool, draw = _world(seed), random.Random(seed)
    size, days, least = draw.randint(1, 4), draw.choice([0, 1, 7, 15, 30]), draw.randint(1, 3)
    found = build_clusters(pool, size, days)
    slow = _slow_clusters(pool, size, days)
    assert [(c.place, list(c.article_ids)) for c in found] == slow
    dates = {i.article_id: i.date for i in pool}
    assert [(c.first, c.last) for c in found] == [(dates[ids[0]], dates[ids[-1]]) for _, ids in slow]
    p = [draw.choice([0.1, 0.5, 0.9]) for _ in found]
    assert rerank_by_events(pool, found, p, least) == _slow_rerank(pool, slow, p, least)


class Table:
    """Probabilities by text, as the stage asks for them; texts are encoded as their number."""

    info = ModelInfo(slot="event_head", name="table")

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.texts = list(texts)
        return np.array([[0.0, i] for i in range(len(texts))], np.float32).reshape(-1, 2)

    def probability(self, text: str) -> float:
        return random.Random(text).random()

    def probabilities(self, image: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        return np.array([self.probability(self.texts[int(v[1])]) for v in vectors])


@pytest.mark.parametrize("seed", range(10))
def test_the_stages_follow_the_rules(seed: int) -> None:
    """The same pool through the stage and through the pure functions: one ranking."""
    world, table, settings = _world(seed), Table(), EventSettings(min_articles=2, order="probability")
    articles = [article(i.article_id, day=i.date.isoformat() if i.date else None, place=i.location_text) for i in world]
    hits = [Hit(article_id=i.article_id, rank=r, score=i.score) for r, i in enumerate(world, 1)]
    image = np.array([1.0, 0.0], np.float32)
    found = events.run(hits, {a.article_id: a for a in articles}, image, table.encode, table, settings)
    pool = [Item(i.article_id, i.date, a.location_text, i.score) for i, a in zip(world, articles, strict=True)]
    clusters = build_clusters(pool, settings.min_articles, settings.window_days)
    p = [table.probability(c.text) for c in clusters]
    assert [h.article_id for h in found.hits] == rerank_by_events(pool, clusters, p)
    assert sorted(c.article_ids for c in found.clusters) == sorted(c.article_ids for c in clusters)

    p_loc = {i.article_id: random.Random(i.article_id).random() for i in world}
    vectors = {a: np.array([0, n], np.float32) for n, a in enumerate(p_loc)}

    class ByNumber(Table):
        def probabilities(self, image: np.ndarray, rows: np.ndarray) -> np.ndarray:
            return np.array([list(p_loc.values())[int(r[1])] for r in rows])

    weighed = settings.model_copy(update={"order": "product"})
    found = events.run(hits, {a.article_id: a for a in articles}, image, table.encode, table, weighed)
    scores = {i.article_id: i.score for i in world}
    products = [x * max(scores[a] for a in c.article_ids) for x, c in zip(p, clusters, strict=True)]
    assert [h.article_id for h in found.hits] == rerank_by_events(pool, clusters, products)

    located = locate.run(hits, image, vectors, ByNumber(), {i.article_id: i.score for i in world}, LocateSettings())
    assert [h.article_id for h in located.hits] == rerank_by_location(pool, list(p_loc.values()))
