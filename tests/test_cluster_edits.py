"""Event candidates merged and split by hand, in a world small enough to count.

Four articles of Paris (1 to 4 May), two of Lyon (3 and 5 May). With at least two articles the windows of Paris end at
the 2nd, 3rd and 4th: {a b}, {a b c}, {a b c d}, and only the last is maximal; Lyon has {x y}.
"""

from __future__ import annotations

import numpy as np
from toy_index import article

from newsctx.cluster_edits import regroup
from newsctx.overrides import MergeClusters, SplitCluster
from newsctx.records import Article, ArticlePlace, EventsResult, Hit, ModelInfo, Place
from newsctx.settings import EventSettings
from newsctx.stages import events

SETTINGS = EventSettings(min_articles=2)
POOL = [
    article("x", day="2017-05-03", place="Lyon"),
    *(article(a, day=f"2017-05-0{i}", place="Paris") for i, a in enumerate("abcd", 1)),
    article("y", day="2017-05-05", place="Lyon"),
]
IMAGE = np.array([1.0, 0.0], np.float32)


class ByWords:
    """Scores a candidate by a word of its text, and remembers the texts."""

    info = ModelInfo(slot="event_head", name="by-words")

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts):
        self.texts = list(texts)
        return np.zeros((len(texts), 2), np.float32)

    def probabilities(self, image, vectors):
        return np.array([0.9 if "lyon" in t else 0.2 for t in self.texts])


def run(*regrouped, pool: list[Article] = POOL, scorer: ByWords | None = None, **more) -> EventsResult:
    hits = [Hit(article_id=a.article_id, rank=i, score=1 / i) for i, a in enumerate(pool, 1)]
    named = {a.article_id: a for a in pool}
    given = (IMAGE, scorer.encode, scorer) if scorer else (None, None, None)
    return events.run(hits, named, *given, SETTINGS, regrouped=regrouped, **more)


def members(result: EventsResult) -> dict[str, tuple[str, ...]]:
    return {c.id: c.article_ids for c in result.clusters}


def of(result: EventsResult, *ids: str) -> str:
    """The id of the candidate with just these articles."""
    return next(c.id for c in result.clusters if set(c.article_ids) == set(ids))


def test_a_merge_stands_in_the_place_of_its_parts_with_both_places_and_all_days():
    plain = run()
    paris, lyon = of(plain, "a", "b", "c", "d"), of(plain, "x", "y")
    merged = run(MergeClusters(cluster_ids=(paris, lyon)))
    (new,) = [c for c in merged.clusters if c.id.startswith("merged-")]
    assert new.article_ids == ("a", "b", "x", "c", "d", "y")  # by day; on the 3rd x stands before c in the pool
    assert (new.first.isoformat(), new.last.isoformat()) == ("2017-05-01", "2017-05-05")
    assert (new.place, new.atom, new.representative, new.maximal) == ("Paris + Lyon", "paris + lyon", "x", True)
    assert new.text == "An image taken between 2017-05-01 and 2017-05-05 in paris and lyon"
    assert not {paris, lyon} & set(members(merged)) and merged.note == ""
    assert [c.id for c in run(MergeClusters(cluster_ids=(paris, lyon))).clusters] == [c.id for c in merged.clusters]


def test_a_merge_of_several_places_stands_where_its_largest_part_is():
    def at(name: str, lat: float) -> ArticlePlace:
        return ArticlePlace(keyword=name, place=Place(name=name, level="city", lat=lat, lon=1.0))

    placed = [
        a.model_copy(update={"places": (at(a.location_text, 48.0 if a.article_id in "abcd" else 45.0),)}) for a in POOL
    ]
    plain = run(pool=placed)
    ids = of(plain, "x", "y"), of(plain, "a", "b", "c", "d")
    (new,) = [c for c in run(MergeClusters(cluster_ids=ids), pool=placed).clusters if c.id.startswith("merged-")]
    assert (new.lat, new.lon, new.place) == (48.0, 1.0, "Lyon + Paris")  # named in the order given


def test_a_split_leaves_two_and_no_window_that_holds_articles_of_both():
    plain = run()
    whole = of(plain, "a", "b", "c", "d")
    parted = run(SplitCluster(cluster_id=whole, article_ids=("d", "b")))
    groups = sorted(members(parted).values())
    assert groups == [("a", "c"), ("b", "d"), ("x", "y")]  # {a b} and {a b c} held both sides
    new = {c.article_ids: c for c in parted.clusters if c.id.startswith("split-")}
    assert (new["b", "d"].first.isoformat(), new["b", "d"].last.isoformat()) == ("2017-05-02", "2017-05-04")
    assert all(c.maximal and c.atom == "paris" for c in new.values()) and parted.note == ""


def test_a_window_of_one_side_alone_stays_once():
    parted = run(SplitCluster(cluster_id=of(run(), "a", "b", "c", "d"), article_ids=("d",)))
    assert sorted(members(parted).values()) == [("a", "b"), ("a", "b", "c"), ("d",), ("x", "y")]
    assert [c.maximal for c in parted.clusters if c.article_ids == ("a", "b", "c")] == [True]  # a part now


def test_a_later_grouping_can_name_what_an_earlier_one_made_and_decisions_hold():
    plain = run()
    merge = MergeClusters(cluster_ids=(of(plain, "a", "b", "c", "d"), of(plain, "x", "y")))
    merged = next(i for i in members(run(merge)) if i.startswith("merged-"))
    split = SplitCluster(cluster_id=merged, article_ids=("x", "a"))
    parted = run(merge, split)
    out = of(parted, "a", "x")
    assert sorted(members(parted).values()) == [("a", "x"), ("b", "c", "d", "y")]  # no window of Paris with a and b
    assert out.startswith("split-") and set(parted.clusters[0].article_ids) and parted.note == ""
    kept = run(merge, split, kept=(out,))
    assert kept.clusters[0].id == out and kept.clusters[0].decision == "kept" and kept.note == ""
    assert kept.hits[0].article_id == "x" and "Paris + Lyon" in kept.hits[0].reason  # best of x and a before
    dropped = run(merge, split, dropped=(out,))
    assert dropped.clusters[-1].id == out and dropped.clusters[-1].decision == "dropped"


def test_what_was_made_is_scored_like_the_rest():
    plain, scorer = run(), ByWords()
    ids = of(plain, "a", "b", "c", "d"), of(plain, "x", "y")
    merged = run(MergeClusters(cluster_ids=ids), scorer=scorer)
    assert "An image taken between 2017-05-01 and 2017-05-05 in paris and lyon" in scorer.texts
    assert merged.clusters[0].id.startswith("merged-") and merged.clusters[0].probability == 0.9


def test_what_is_no_longer_there_is_left_out_and_named():
    plain = run()
    paris, lyon = of(plain, "a", "b", "c", "d"), of(plain, "x", "y")
    gone = "0123456789ab"
    for one, named in (
        (MergeClusters(cluster_ids=(paris, gone)), f"merge.*{gone} is no longer there"),
        (MergeClusters(cluster_ids=(paris, paris)), "merge"),
        (SplitCluster(cluster_id=gone, article_ids=("a",)), f"split.*{gone} is no longer there"),
        (SplitCluster(cluster_id=paris, article_ids=("a", "x")), "split.*Paris.*x is no longer there"),
        (SplitCluster(cluster_id=paris, article_ids=("a", "b", "c", "d")), "would leave nothing"),
    ):
        result = run(one)
        assert result.clusters == plain.clusters and result.hits == plain.hits, one
        import re

        assert re.search(named, result.note), result.note
    later = run(MergeClusters(cluster_ids=(paris, gone)), MergeClusters(cluster_ids=(paris, lyon)))
    assert any(i.startswith("merged-") for i in members(later)) and gone in later.note  # the others still count


def test_a_decision_on_what_is_no_candidate_is_named():
    result = run(kept=("never",), dropped=("nor-this", of(run(), "x", "y")))
    assert "never, nor-this" in result.note and of(run(), "x", "y") not in result.note
    many = run(kept=tuple(f"k{i}" for i in range(9)))
    assert "k0, k1, k2 and 6 more" in many.note


def test_nothing_is_changed_without_a_grouping():
    clusters = run().clusters
    assert regroup(clusters, (), {}, {}, SETTINGS) == (clusters, ())
