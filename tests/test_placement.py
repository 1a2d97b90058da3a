import numpy as np
import pytest

from newsctx import placement
from newsctx.settings import StructureSettings

S = StructureSettings(position_floor=0.2, position_conclusion=0.6)


@pytest.mark.parametrize(
    ("position", "count", "score"),
    [
        (0, 9, 1.0),
        (2, 9, 0.6),  # half-way from 1 down to 0.2
        (4, 9, 0.2),  # the middle of nine
        (6, 9, 0.4),  # half-way from 0.2 up to 0.6
        (8, 9, 0.6),
        (1, 4, 1 - 0.8 * 2 / 3),  # a third of the way: two thirds down to the middle
        (1, 2, 0.6),
        (None, 9, 1.0),  # unknown: the headline's picture
        (99, 9, 0.6),  # beyond the last paragraph: clamped
        (-5, 9, 1.0),
        (3, 1, 1.0),  # one paragraph: there is no other place
        (3, 0, 1.0),
    ],
)
def test_scores_by_hand(position: int | None, count: int, score: float) -> None:
    assert placement.score(position, count, S) == pytest.approx(score)


def test_many_at_once_are_one_by_one() -> None:
    draw = np.random.default_rng(0)
    positions, counts = draw.integers(-2, 30, 200), draw.integers(0, 20, 200)
    together = placement.scores(positions, counts, S)
    assert together.tolist() == [placement.score(int(p), int(n), S) for p, n in zip(positions, counts, strict=True)]
    assert together.min() >= 0.2 and together.max() == 1.0
    assert placement.scores(np.array([], int), np.array([], int), S).tolist() == []


def test_paragraphs_and_the_characters_in_them() -> None:
    body = "One.\n\n  \nTwo is here.\nThree.\n"
    assert placement.paragraphs(body) == ["One.", "Two is here.", "Three."]
    expected = {0: 0, 3: 0, 4: 0, 7: 0, 9: 1, 20: 1, body.index("Three"): 2, 10_000: 2, -3: 0}
    assert {o: placement.paragraph_at(body, o) for o in expected} == expected
    assert placement.paragraphs(" \n") == [] and placement.paragraph_at("", 5) == 0
