"""The choice of sentences, with values small enough to add up by hand."""

from __future__ import annotations

import itertools
import math

import pytest

from newsctx.coverage_selection import choose
from newsctx.five_w import Found
from newsctx.sentences import Span
from newsctx.settings import ChunkSettings

NONE = ChunkSettings(five_w_closeness=0, five_w_position=0, five_w_coverage=0, five_w_cost=0)


def spans(count: int, words: int = 1) -> list[Span]:
    """Sentences of ten characters: 0..9, 10..19 ..."""
    return [Span(10 * i, 10 * i + 9, " ".join(["w"] * words)) for i in range(count)]


def found(*answers: tuple[int, str, str]) -> list[Found]:
    return [Found(question, 10 * i + 1, 10 * i + 2, key) for i, question, key in answers]


def settings(**values: float) -> ChunkSettings:
    return NONE.model_copy(update=values)


def test_closeness_alone() -> None:
    chosen = choose(spans(4), [], [0.1, 0.9, 0.9, 0.5], settings(five_w_closeness=1, five_w_sentences=3))
    assert chosen == [1, 2, 3]  # of equal ones the first comes first


def test_position_alone_is_the_lead() -> None:
    assert choose(spans(6), [], None, settings(five_w_position=1, five_w_sentences=3)) == [0, 1, 2]


def test_a_question_that_is_not_answered_yet_is_worth_more_than_another_answer() -> None:
    answers = found((0, "who", "ann"), (1, "who", "bob"), (2, "when", "sunday"))
    # 0: who, weight 1. Then bob adds sqrt(1 + 3/4) - 1 = 0.32, sunday, the first `when`, adds 1.
    assert choose(spans(3), answers, None, settings(five_w_coverage=1, five_w_sentences=2)) == [0, 2]


def test_the_same_answer_again_adds_nothing() -> None:
    answers = found((0, "where", "seattle"), (1, "where", "seattle"), (2, "where", "ohio"))
    assert choose(spans(3), answers, None, settings(five_w_coverage=1, five_w_sentences=2)) == [0, 2]


def test_a_gain_is_divided_by_the_power_of_its_words_where_words_are_scarce() -> None:
    sentences = [Span(0, 9, " ".join(["w"] * 16)), Span(10, 19, "w")]
    # 0.9 / 16 ** 0.5 = 0.225 is below 0.5 / 1
    wanted = settings(five_w_closeness=1, five_w_cost=0.5, five_w_sentences=1, five_w_words=16)
    assert choose(sentences, [], [0.9, 0.5], wanted) == [1]
    assert choose(sentences, [], [0.9, 0.5], wanted.model_copy(update={"five_w_words": 0})) == [0]


def test_words_are_a_budget_and_a_smaller_sentence_may_still_fit() -> None:
    sentences = [Span(0, 9, "w w w w"), Span(10, 19, "w w w"), Span(20, 29, "w")]
    chosen = choose(sentences, [], [0.9, 0.8, 0.1], settings(five_w_closeness=1, five_w_words=5))
    assert chosen == [0, 2]
    assert choose(sentences, [], [0.9, 0.8, 0.1], settings(five_w_closeness=1, five_w_words=0)) == [0, 1, 2]


def test_answers_outside_every_sentence_and_no_sentences() -> None:
    assert choose(spans(1), [Found("who", 9, 10, "x"), Found("who", 500, 501, "y")], None, NONE) == [0]
    assert choose([], [], None, NONE) == []


@pytest.mark.parametrize("seed", range(5))
def test_greedy_is_near_the_best_set(seed: int) -> None:
    # Nemhauser et al. 1978: of a monotone submodular value the greedy set has at least 1 - 1/e; here all sets are tried
    keys = [[(i * 7 + seed * 3 + j * j) % 6 for j in range(3)] for i in range(7)]
    questions = ("who", "what", "where")
    answers = found(*[(i, questions[k % 3], str(k)) for i, own in enumerate(keys) for k in own])
    wanted = settings(five_w_coverage=1, five_w_sentences=3)

    def value(chosen: tuple[int, ...]) -> float:
        first = {k: next(i for i, own in enumerate(keys) if k in own) for own in keys for k in own}
        weight = {k: 1 / (1 + i / wanted.five_w_half) for k, i in first.items()}
        most = {q: max((w for k, w in weight.items() if k % 3 == q), default=1.0) for q in range(3)}
        held = {k for i in chosen for k in keys[i]}
        return sum(math.sqrt(sum(weight[k] / most[q] for k in held if k % 3 == q)) for q in range(3))

    best = max(value(s) for s in itertools.combinations(range(7), 3))
    greedy = value(tuple(choose(spans(7), answers, None, wanted)))
    assert greedy >= (1 - 1 / math.e) * best
    assert greedy == pytest.approx(best, rel=0.05)
