"""The fast evaluation over vectors that can be computed by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from toy_index import article, unit

from newsctx.evaluation.fast import FastWorld, Texts, rank, run
from newsctx.evaluation.labels import with_location_labels
from newsctx.evaluation.outcome import Judge
from newsctx.evaluation.report import build
from newsctx.evaluation.sweep import share_of
from newsctx.evaluation.truth import Query
from newsctx.records import ModelInfo, Photo
from newsctx.settings import EventSettings, LocateSettings, RetrieveSettings, Settings

PHOTO = Photo(sha256="a" * 64, phash="0" * 16, format="JPEG", bytes=1, width=1, height=1)
ARTICLES = {
    a.article_id: a
    for a in (
        article("p1", "Flood", day="2021-02-01", place="Paris (France)"),
        article("p2", "Flood", day="2021-02-02", place="Paris (France)"),
        article("r1", "Strike", day="2019-05-01", place="Rome (Italy)"),
        article("r2", "Strike", day="2019-05-03", place="Rome (Italy)"),
        article("x", "Nowhere", day="2019-05-03"),
    )
}
IDS = tuple(sorted(ARTICLES))


class First:
    """p = the first number of the text's vector."""

    info = ModelInfo(slot="location_head", name="first")

    def probabilities(self, image: np.ndarray, texts: np.ndarray) -> np.ndarray:
        return texts[:, 0].astype(np.float64)


def world(encode=lambda texts: np.array([[0.9 if "rome" in t else 0.1, 0.0] for t in texts], np.float32)) -> FastWorld:
    """Two captions of p1; s_bi to the photograph (1, 0): p1 0.8, p2 0.6, r1 0.6, r2 0.0, x -1."""
    rows = [unit(0, 1), unit(0.8, 0.6), unit(0.6, 0.8), unit(0.6, 0.8), unit(0, 1), unit(-1, 0)]
    queries = (
        Query(id="rome", place="Rome, Italy", date="2019-05-01", relevant=("r1", "r2")),
        Query(id="none", place="Paris, France", date="2021-02-01", relevant=()),
    )
    return FastWorld(
        queries=queries, photos=(PHOTO, PHOTO), images=np.stack([unit(1, 0), unit(1, 0)]), article_ids=IDS,
        texts=Texts(np.stack(rows), np.array([0, 0, 1, 2, 3, 4])), articles=ARTICLES,
        location_vectors={a: np.array([p, 0], np.float32) for a, p in
                          (("p1", 0.25), ("p2", 0.5), ("r1", 0.75), ("r2", 1.0))},
        location_scorer=First(), event_scorer=First(), relevance=None, encode_texts=encode,
    )  # fmt: skip


TWO = Settings(events=EventSettings(min_articles=2))


def test_an_article_scores_by_its_best_caption_and_ties_go_by_id() -> None:
    (first, second) = rank(world(), 100)
    assert [a for a, _ in first] == ["p1", "p2", "r1", "r2", "x"] and first == second
    assert [s for _, s in first] == pytest.approx([0.8, 0.6, 0.6, 0.0, -1.0])
    assert [[a for a, _ in r] for r in rank(world(), 2)] == [["p1", "p2"]] * 2


def test_what_a_query_leaves_out_is_not_ranked() -> None:
    whole = world()
    first, second = whole.queries
    part = replace(whole, queries=(first.model_copy(update={"exclude": ("p1", "x")}), second))
    assert [[a for a, _ in r] for r in rank(part, 100)] == [["p2", "r1", "r2"], ["p1", "p2", "r1", "r2", "x"]]
    assert [[a for a, _ in r] for r in rank(part, 1)] == [["p2"], ["p1"]], "the next one moves up"


def test_every_stage_by_hand() -> None:
    """p * s: p1 .25*.8 = .2, p2 .5*.6 = .3, r1 .75*.6 = .45, r2 1*0 = 0, x .5*0 (no place, negative) = 0.

    Events over the bi-encoder: paris {p1, p2} (france has the same members), rome {r1, r2}; rome 0.9 first: r1, p1.
    Over the located order p2 is Paris's best.
    """
    found = run(world(), TWO, answers=False)["rome"]
    assert found.rankings["locate"] == ("r1", "p2", "p1", "r2", "x")
    assert found.rankings["events alone"] == ("r1", "p1", "p2", "r2", "x")
    assert found.rankings["events"] == ("r1", "p2", "p1", "r2", "x")
    assert found.clusters == 2 and not found.answered


def test_stages_that_are_off_keep_the_order() -> None:
    off = Settings(locate=LocateSettings(enabled=False), events=EventSettings(enabled=False))
    found = run(world(), off, answers=False)["rome"]
    assert set(found.rankings.values()) == {("p1", "p2", "r1", "r2", "x")}
    shallow = run(world(), Settings(retrieve=RetrieveSettings(k=2)), answers=False)["rome"]
    assert shallow.rankings["events"] == ("p2", "p1")


def test_the_texts_of_all_queries_are_encoded_together() -> None:
    calls: list[int] = []

    def encode(texts: list[str]) -> np.ndarray:
        calls.append(len(texts))
        return np.full((len(texts), 2), 0.5, np.float32)

    run(world(encode), TWO, answers=False)
    assert calls[0] == 2, "first both clusters of both queries at once"


def test_a_part_of_the_archive_keeps_what_is_left_of_the_truth() -> None:
    part = world().only(["r2", "x", "p1"])
    assert part.article_ids == ("p1", "r2", "x")
    assert part.queries[0].relevant == ("r2",)
    assert [a for a, _ in rank(part, 10)[0]] == ["p1", "r2", "x"]
    assert run(part, TWO, answers=False)["rome"].rankings["locate"] == ("p1", "r2", "x")


def test_shares_are_seeded_and_nested() -> None:
    third, half = share_of(world(), 0.4), share_of(world(), 0.6)
    assert (len(third.article_ids), len(half.article_ids)) == (2, 3)
    assert set(third.article_ids) < set(half.article_ids)
    assert third.article_ids == share_of(world(), 0.4).article_ids
    assert share_of(world(), 1.0).article_ids == IDS
    with pytest.raises(ValueError, match="share 0"):
        share_of(world(), 0)


def test_location_labels_are_made_where_the_queries_have_none() -> None:
    """`Paris (France)` counts for Paris and for France; a query that names its articles keeps them."""
    queries = [
        Query(id="a", place="Paris, France"), Query(id="b", place="France"), Query(id="c"),
        Query(id="d", place="Rome", location_relevant=("mine",)), Query(id="e", place="Oslo"),
    ]  # fmt: skip
    found = {q.id: q.location_relevant for q in with_location_labels(queries, [list(ARTICLES.values())])}
    assert found == {"a": ("p1", "p2"), "b": ("p1", "p2"), "c": None, "d": ("mine",), "e": ()}


def test_the_report_counts_compares_and_tells_confidence() -> None:
    """Before location the event's first article is third, after it first: R@1 rises by 1 with one labelled query.

    The other query has no relevant article; its truth is Paris on 2021-02-01, the answer is Rome's articles: wrong.
    """
    space = world()
    outcomes = run(space, TWO)
    found = build(Judge(space.queries, lambda ids: {i: ARTICLES[i] for i in ids}, lambda text: None),
                  outcomes, ("retrieve", "locate", "events", "context"), "fast")  # fmt: skip
    assert (found.expected, found.scored) == (2, 2)
    table = found.stages["retrieve"]["event articles"]
    assert (table.expected, table.scored) == (1, 1) and "1 more queries have no relevant article" in table.note
    (pair,) = [c for c in found.comparisons if (c.before, c.after) == ("retrieve", "locate")]
    assert pair.differences["event articles"]["R@1"].mean == 1.0
    assert pair.differences["place"]["EM@1"].mean == 0.0  # one query gains, the other loses
    assert found.mean("locate", "place", "EM@1") == 0.5 and found.mean("retrieve", "place", "EM@10") == 1.0
    assert found.mean("events", "date", "EM@1") == 0.5
    assert "event articles" not in found.stages["context"]
    great = [found.mean("context", t, "GREAT") for t in ("place", "date")]
    assert found.answer_great.mean == pytest.approx(sum(great) / 2)
    assert found.answer_great_relevant.mean != found.answer_great.mean
    assert found.without_relevant.queries == 1 and found.with_relevant.queries == 1
    assert "retrieve -> locate" in found.text() and "expected 2 queries, scored 2" in found.text()
