from itertools import combinations

import numpy as np
import pytest
from toy_index import article

from newsctx import event_clusters
from newsctx.places import atoms
from newsctx.ranking import RankEdits
from newsctx.records import Article, ArticlePlace, Cluster, Hit, ModelInfo, Place
from newsctx.settings import EventSettings
from newsctx.stages import events

IMAGE = np.array([1.0, 0.0], np.float32)
TWO = EventSettings(min_articles=2)


class ByAtom:
    """A scorer that gives each place its probability; texts are encoded as their place's number."""

    info = ModelInfo(slot="event_head", name="by-atom")

    def __init__(self, **probability: float) -> None:
        self.probability, self.texts = probability, [""]

    def encode(self, texts: list[str]) -> np.ndarray:
        self.texts = texts
        return np.array([[0.0, i] for i in range(len(texts))], np.float32)

    def probabilities(self, image: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        return np.array([self.probability[self.texts[int(v[1])].rsplit(" in ", 1)[1]] for v in vectors])


def _run(pool: list[Article], scorer: ByAtom | None = None, settings: EventSettings = TWO, **more: object):
    hits = [Hit(article_id=a.article_id, rank=i, score=1 / i) for i, a in enumerate(pool, 1)]
    named = {a.article_id: a for a in pool}
    if scorer is None:
        return events.run(hits, named, None, None, None, settings, **more)
    return events.run(hits, named, IMAGE, scorer.encode, scorer, settings, **more)


def _members(clusters: tuple[Cluster, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(c.atom, c.article_ids) for c in clusters]


def test_a_window_spans_at_most_15_days() -> None:
    """1 to 16 May are 15 days apart; 17 May is 16 days after the 1st, so the window that ends there starts at b."""
    pool = [article(a, day=f"2017-05-{d}", place="Paris") for a, d in (("a", "01"), ("b", "16"), ("c", "17"))]
    found = event_clusters.build(pool, TWO)
    assert _members(found) == [("paris", ("a", "b")), ("paris", ("b", "c"))]
    assert [c.maximal for c in found] == [True, True]
    assert found[0].text == "An image taken between 2017-05-01 and 2017-05-16 in paris"


def test_every_right_end_gives_a_cluster_and_only_the_widest_is_maximal() -> None:
    pool = [article(a, day=f"2017-05-0{i}", place="Paris") for i, a in enumerate("abcd", 1)]
    found = event_clusters.build(pool, EventSettings(min_articles=3))  # N_min 3
    assert _members(found) == [("paris", ("a", "b", "c")), ("paris", ("a", "b", "c", "d"))]
    assert [c.maximal for c in found] == [False, True]


def test_atoms_come_in_order_of_appearance_and_the_first_keeps_equal_members() -> None:
    """paris and france have the same two articles, so paris keeps them; lyon comes after both."""
    pool = [
        article("a", day="2017-05-01", place="Paris (France) ; Lyon"),
        article("b", day="2017-05-02", place="Paris (France)"),
        article("c", day="2017-05-03", place="Lyon (France)"),
    ]
    assert _members(event_clusters.build(pool, TWO)) == [
        ("paris", ("a", "b")), ("france", ("a", "b", "c")), ("lyon", ("a", "c")),
    ]  # fmt: skip


def test_equal_dates_keep_pool_order_and_the_best_member_stands_for_the_cluster() -> None:
    pool = [article("z", day="2017-05-02", place="Rome"), article("m", day="2017-05-01", place="Rome"),
            article("a", day="2017-05-02", place="Rome")]  # fmt: skip
    found = event_clusters.build(pool, TWO)
    assert _members(found) == [("rome", ("m", "z")), ("rome", ("m", "z", "a"))]
    assert [c.representative for c in found] == ["z", "z"]


def test_articles_without_a_day_or_a_place_are_left_out() -> None:
    where = (
        ("a", "2017-05", "Rome"),
        ("b", "2017-05-01", "Rome"),
        ("c", "2017-05-01", ""),
        ("d", None, "Rome"),
        ("e", "2010s", "Rome"),
    )
    pool = [article(a, day=d, place=p) for a, d, p in where]
    assert event_clusters.build(pool, TWO) == ()
    assert [h.article_id for h in _run(pool).hits] == list("abcde")


def _oracle(pool: list[Article], days: int, least: int) -> set[tuple[str, frozenset[str]]]:
    """Slow: a set is a window's if some right end takes everything of its atom within the days before it."""
    found: dict[frozenset[str], str] = {}
    for atom in dict.fromkeys(x for a in pool for x in atoms(a.location_text)):
        dated = sorted(
            (a.published.first.toordinal(), i, a.article_id)
            for i, a in enumerate(pool)
            if a.published and atom in atoms(a.location_text)
        )
        for right in range(len(dated)):
            inside = [x for j, x in enumerate(dated) if j <= right and dated[right][0] - x[0] <= days]
            if len(inside) >= least:
                found.setdefault(frozenset(x[2] for x in inside), atom)
    return {(atom, members) for members, atom in found.items()}


@pytest.mark.parametrize("seed", range(5))
def test_clusters_are_those_of_a_slow_oracle(seed: int) -> None:
    draw = np.random.default_rng(seed)
    places = ("Paris (France)", "Lyon (France)", "Rome", "Rome ; Paris (France)")
    pool = [
        article(
            f"a{i}", day=f"2017-{draw.integers(5, 7):02d}-{draw.integers(1, 29):02d}", place=places[draw.integers(4)]
        )
        for i in range(40)
    ]
    found = event_clusters.build(pool, EventSettings(min_articles=3))
    assert {(c.atom, frozenset(c.article_ids)) for c in found} == _oracle(pool, 15, 3)
    for one, other in combinations(found, 2):
        if one.atom == other.atom and set(one.article_ids) < set(other.article_ids):
            assert not one.maximal


WORLD = [
    article("p1", day="2017-05-01", place="Paris"), article("r1", day="2017-05-01", place="Rome"), article("x"),
    article("p2", day="2017-05-02", place="Paris"), article("r2", day="2017-05-02", place="Rome"),
]  # fmt: skip


def test_clusters_are_walked_by_probability_then_the_rest_follows() -> None:
    found = _run(WORLD, ByAtom(paris=0.2, rome=0.9))
    assert [h.article_id for h in found.hits] == ["r1", "p1", "x", "p2", "r2"]
    assert [(h.rank_before, h.probability) for h in found.hits][:3] == [(2, 0.9), (1, 0.2), (3, None)]
    assert [(c.atom, c.probability) for c in found.clusters] == [("rome", 0.9), ("paris", 0.2)]
    assert found.hits[0].reason == "Best article of the event candidate Rome, 2017-05-01 to 2017-05-02."
    assert (found.scorer, found.unavailable) == ("event head by-atom", "")


def test_an_article_that_stands_for_two_clusters_is_put_once() -> None:
    """a stands for paris and for france; france's other articles wait for the rest."""
    pool = [article("b", day="2017-05-09", place="Nice"), article("a", day="2017-05-01", place="Paris (France)"),
            article("c", day="2017-05-02", place="Paris"), article("d", day="2017-05-03", place="France")]  # fmt: skip
    found = _run(pool, ByAtom(paris=0.5, france=0.6))
    assert [h.article_id for h in found.hits] == ["a", "b", "c", "d"]
    assert found.hits[0].probability == 0.6


def test_one_cluster_keeps_the_order() -> None:
    pool = [WORLD[2], WORLD[0], WORLD[3]]
    found = _run(pool, ByAtom(paris=0.9))
    assert [h.article_id for h in found.hits] == ["x", "p1", "p2"]
    assert found.clusters[0].probability == 0.9


def test_equal_probabilities_keep_order_of_appearance() -> None:
    assert [c.atom for c in _run(WORLD, ByAtom(paris=0.5, rome=0.5)).clusters] == ["paris", "rome"]


def test_a_dropped_cluster_is_shown_last_and_not_walked_a_kept_one_comes_first() -> None:
    ids = {c.atom: c.id for c in event_clusters.build(WORLD, TWO)}
    found = _run(WORLD, ByAtom(paris=0.2, rome=0.9), kept=(ids["paris"],))
    assert [h.article_id for h in found.hits] == ["p1", "r1", "x", "p2", "r2"]
    found = _run(WORLD, ByAtom(paris=0.2, rome=0.9), dropped=(ids["rome"],))
    assert [h.article_id for h in found.hits] == ["p1", "r1", "x", "p2", "r2"]  # one cluster is left: order kept
    assert [(c.atom, c.decision) for c in found.clusters] == [("paris", ""), ("rome", "dropped")]


def test_without_an_encoder_clusters_are_unscored_by_their_best_rank_and_hits_keep_their_order() -> None:
    found = _run(WORLD)
    assert [h.article_id for h in found.hits] == ["p1", "r1", "x", "p2", "r2"]
    assert [(c.atom, c.probability) for c in found.clusters] == [("paris", None), ("rome", None)]
    assert "unscored" in found.unavailable and found.scorer == ""


def test_without_an_encoder_a_kept_cluster_still_comes_first() -> None:
    rome = next(c.id for c in event_clusters.build(WORLD, TWO) if c.atom == "rome")
    found = _run(WORLD, kept=(rome,))
    assert [h.article_id for h in found.hits] == ["r1", "p1", "x", "p2", "r2"]
    assert found.clusters[0].decision == "kept"
    assert found.hits[0].reason.endswith("kept by the analyst.")


def test_edits_and_the_switch() -> None:
    found = _run(WORLD, ByAtom(paris=0.2, rome=0.9), edits=RankEdits(pinned=("x",), excluded=("r2",)))
    assert [h.article_id for h in found.hits] == ["x", "r1", "p1", "p2"]
    off = _run(WORLD, ByAtom(paris=0.2, rome=0.9), settings=EventSettings(enabled=False))
    assert off.clusters == () and off.unavailable == "switched off in the settings"
    assert [h.article_id for h in off.hits] == ["p1", "r1", "x", "p2", "r2"]


def test_only_the_pool_forms_clusters() -> None:
    assert _run(WORLD, settings=EventSettings(min_articles=2, pool=4)).clusters[0].article_ids == ("p1", "p2")
    assert len(_run(WORLD, settings=EventSettings(min_articles=2, pool=4)).clusters) == 1


def test_display_name_coordinates_and_a_stable_id() -> None:
    zurich = Place(name="Zürich", level="city", country="Switzerland", lat=47.37, lon=8.54)
    places = (ArticlePlace(keyword="Zürich (Switzerland)", place=zurich),)
    pool = [article(a, day="2017-05-01").model_copy(update={"places": places}) for a in "ab"]
    found = {c.atom: c for c in event_clusters.build(pool, TWO)}
    (only,) = found.values()  # z rich and switzerland have the same members
    assert (only.place, only.lat, only.lon) == ("Zürich", 47.37, 8.54)
    again = event_clusters.build(list(reversed(pool)), TWO)[0]
    assert again.id == only.id and len(only.id) == 12


def test_nothing_in_nothing_out() -> None:
    found = _run([])
    assert (found.hits, found.clusters) == ((), ())
