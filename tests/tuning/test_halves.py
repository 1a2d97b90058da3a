"""Learning and reporting never see the same event."""

from __future__ import annotations

import pytest

from newsctx.errors import EvaluationError
from newsctx.evaluation.truth import Query
from newsctx.tuning.halves import halves


def queries(events: int, each: int) -> list[Query]:
    return [Query(id=f"q{e:02}-{i}", relevant=(f"a{e}", f"b{e}-{i}")) for e in range(events) for i in range(each)]


def test_photographs_of_one_event_stay_together() -> None:
    asked = queries(20, 3)  # the three photographs of an event share the article a{e}
    learn, report = halves(asked, seed=0)
    assert sorted(q.id for q in (*learn, *report)) == sorted(q.id for q in asked)
    assert not {q.relevant[0] for q in learn} & {q.relevant[0] for q in report}
    assert abs(len(learn) - len(report)) <= 3


def test_events_that_are_linked_by_a_chain_of_articles_stay_together() -> None:
    chain = [Query(id=f"c{i}", relevant=(f"x{i}", f"x{i + 1}")) for i in range(8)]  # x0-x1, x1-x2, ...
    learn, report = halves([*chain, *queries(12, 2)], seed=3)
    sides = {q.id in {p.id for p in learn} for q in chain}
    assert len(sides) == 1 and learn and report


def test_a_photographs_own_article_ties_it_to_the_other_one_of_its_event() -> None:
    """Two articles of an event, each the answer to the other's photograph: no article is relevant to both queries."""
    pairs = [
        Query(id=f"p{e:02}{side}", relevant=(f"{e}-{other}",), exclude=(f"{e}-{side}",))
        for e in range(20)
        for side, other in ("ab", "ba")
    ]
    learn, report = halves(pairs, 0)
    assert not {q.id[:3] for q in learn} & {q.id[:3] for q in report}


def test_the_seed_decides_and_queries_without_truth_sit_out() -> None:
    asked = [*queries(30, 1), Query(id="nothing", relevant=()), Query(id="unknown")]
    assert halves(asked, 1) == halves(asked, 1) != halves(asked, 2)
    assert not {"nothing", "unknown"} & {q.id for half in halves(asked, 1) for q in half}


def test_too_few_queries_are_refused_with_the_counts() -> None:
    with pytest.raises(EvaluationError, match="at least 10 to learn on"):
        halves(queries(4, 4), 0)
    with pytest.raises(EvaluationError, match="0 and 0 queries"):
        halves([Query(id="q", relevant=())], 0)
