"""Place metrics: by hand, and against slow second formulations."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from geopy.distance import great_circle

from newsctx.evaluation.metrics import (
    codelta,
    example_f1_place,
    great_place,
    haversine_km,
    place_em_pm,
    place_labels,
)

PARIS, LYON, NICE, TOKYO = (48.8566, 2.3522), (45.764, 4.8357), (43.7102, 7.262), (35.6762, 139.6503)


@pytest.mark.parametrize(
    ("predictions", "truth", "k", "expected"),
    [
        (["Paris"], "Paris, France, Europe", 1, (1, 1)),
        (["Paris (France)"], "Paris, France", 1, (1, 1)),  # contained in the normalised whole: `paris france`
        (["Lyon (France)", "PARIS"], "Paris, France", 1, (0, 0)),  # `lyon france` contains france, but is not it
        (["Lyon (France)", "PARIS"], "Paris, France", 2, (1, 1)),
        (["Lyon (France)", "PARIS"], "Paris, France", 99, (1, 1)),  # k larger than the list
        (["France"], "Paris, France, Europe", 1, (0, 1)),
        (["FRANCE."], "Paris, France", 1, (0, 1)),  # punctuation goes, case goes
        (["Comparison"], "Paris", 1, (1, 1)),  # contained, as published, whatever it means
        (["Parisian"], "Paris", 1, (1, 1)),  # contained, as published
        (["St. John's"], "St Johns, Canada", 1, (1, 1)),
        (["Saint-Denis"], "Saint Denis", 1, (0, 0)),  # the hyphen is removed, not replaced: `saintdenis`
        (["“Paris”"], "“Paris”, France", 1, (1, 1)),  # quotes that are not ASCII stay, on both sides
        (["东京"], "东京, 日本", 1, (1, 1)),
        ([], "Paris", 5, (0, 0)),
        ([""], "Paris", 1, (0, 0)),
        (["Paris"], " , Paris, France", 1, (1, 1)),  # the first part with a name is the lowest level
    ],
)
def test_place_em_pm(predictions, truth, k, expected) -> None:
    assert place_em_pm(predictions, truth, k) == expected


@pytest.mark.parametrize(("truth", "k"), [("", 1), (" , ", 1), ("?!, France", 1), ("Paris", 0), ("Paris", -1)])
def test_a_truth_without_a_name_and_no_k_are_refused(truth, k) -> None:
    with pytest.raises(ValueError, match="expected"):
        place_em_pm(["Paris"], truth, k)


def _slow_em_pm(predictions, truth, k):
    """Letter by letter, candidate by candidate."""
    marks = r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"""

    def plain(text):
        return "".join(c for c in text.lower() if c not in marks).strip()

    em = pm = 0
    levels = [p.strip() for p in truth.split(",") if p.strip()]
    for i in range(k):
        if i < len(predictions):
            text, wanted = plain(predictions[i]), plain(levels[0])
            if any(text[j : j + len(wanted)] == wanted for j in range(len(text) + 1)):
                em = pm = 1
            for level in levels[1:]:
                if plain(level) == text:
                    pm = 1
    return em, pm


def test_place_em_pm_is_that_of_a_slow_oracle() -> None:
    draw = random.Random(1)
    words = ["Paris", "France", "Lyon (France)", "St. Denis", "st denis", "Europe", "paris, TEXAS", "Parisian", "-a-"]
    for _ in range(3000):
        truth = ", ".join(draw.choices(words[:4] + ["Europe"], k=draw.randint(1, 3)))
        predictions = draw.choices(words, k=draw.randint(0, 5))
        k = draw.randint(1, 7)
        assert place_em_pm(predictions, truth, k) == _slow_em_pm(predictions, truth, k)


def test_labels_are_the_suffixes_from_leaf_to_root() -> None:
    assert place_labels(["Earth", "Asia", "Japan", "Tokyo"]) == {"tokyo, japan, asia", "japan, asia", "asia"}
    assert place_labels(["Europe", "Luxembourg", "luxembourg"]) == {"luxembourg, europe", "europe"}
    assert place_labels(["", " Asia "]) == {"asia"}
    assert place_labels([]) == place_labels(["Earth"]) == set()


@pytest.mark.parametrize(
    ("truth", "predicted", "expected"),
    [
        (["Asia", "Japan", "Tokyo"], ["Asia", "Japan", "Kyoto"], 2 * 2 / 6),
        (["Asia", "Japan", "Tokyo"], ["Asia", "Japan"], 2 * 2 / 5),
        (["Asia", "Japan", "Tokyo"], ["Asia", "Japan", "Kanto", "Tokyo"], 2 * 2 / 7),  # `tokyo, kanto, japan, asia`
        (["Asia"], ["Europe"], 0.0),
        (["North America", "United States", "Paris"], ["Europe", "France", "Paris"], 0.0),  # the same name elsewhere
        ([], [], 1.0),
        (["Asia"], [], 0.0),
        ([], ["Asia"], 0.0),
    ],
)
def test_example_f1_place(truth, predicted, expected) -> None:
    assert example_f1_place(truth, predicted) == pytest.approx(expected, abs=1e-12)


def test_haversine_is_geopys_great_circle() -> None:
    draw = random.Random(2)
    for _ in range(500):
        a, b = [(draw.uniform(-90, 90), draw.uniform(-180, 180)) for _ in range(2)]
        assert haversine_km(a, b) == pytest.approx(great_circle(a, b, radius=6371.0088).km, abs=1e-3)
    assert haversine_km((0, 0), (0, 1)) == pytest.approx(6371.0088 * math.pi / 180, abs=1e-9)
    assert haversine_km((0, 0), (0, 180)) == pytest.approx(6371.0088 * math.pi, abs=1e-9)
    assert haversine_km(PARIS, PARIS) == 0.0
    with pytest.raises(ValueError, match="expected degrees"):
        haversine_km((91, 0), (0, 0))


def test_great_place_falls_by_distance() -> None:
    half = 500 / 6371.0088 * 180 / math.pi  # degrees of latitude that are 500 km
    assert great_place((0, 0), (half, 0)) == pytest.approx(0.5, abs=1e-12)
    assert great_place((0, 0), (3 * half, 0)) == 0.0
    assert great_place(PARIS, PARIS) == 1.0
    assert great_place(None, PARIS) == great_place(PARIS, None) == great_place(None, None) == 0.0


def _slow_codelta(truths, predictions):
    """Every one-to-one assignment; the one of the least total distance counts."""
    small, large = sorted((truths, predictions), key=len)
    pairs = [list(zip(small, chosen, strict=True)) for chosen in itertools.permutations(large, len(small))]
    best = min(pairs, key=lambda p: sum(haversine_km(a, b) for a, b in p))
    return sum(1 / (1 + haversine_km(a, b)) for a, b in best) / len(truths)


def test_codelta_by_hand() -> None:
    km = haversine_km(PARIS, LYON)
    assert codelta([PARIS], [PARIS]) == 1.0
    assert codelta([PARIS], [LYON]) == pytest.approx(1 / (1 + km), abs=1e-12)
    assert codelta([PARIS, LYON], [LYON]) == 0.5  # one of two truths is found
    assert codelta([PARIS], [LYON, PARIS]) == 1.0  # the surplus prediction costs nothing
    assert codelta([], [PARIS]) == codelta([PARIS], []) == codelta([], []) == 0.0
    assert codelta([None], [PARIS]) == codelta([PARIS], [None]) == 0.0
    assert codelta([PARIS, None], [PARIS, None]) == 0.5  # a truth without coordinates is one that nobody found


def test_codelta_minimises_the_kilometres_not_the_score() -> None:
    """On one meridian, in degrees: 0.1 to 0 and -1 to 10 is 11.1 and scores more, 0.1 to 10 and -1 to 0 is 10.9."""
    truths, predictions = [(0.0, 0.0), (10.0, 0.0)], [(0.1, 0.0), (-1.0, 0.0)]
    km = 6371.0088 * math.pi / 180
    assert codelta(truths, predictions) == pytest.approx((1 / (1 + km) + 1 / (1 + 9.9 * km)) / 2, abs=1e-12)


def test_codelta_is_that_of_a_slow_oracle() -> None:
    draw = random.Random(3)
    for _ in range(300):
        truths, predictions = [
            [(draw.uniform(-80, 80), draw.uniform(-180, 180)) for _ in range(draw.randint(1, 4))] for _ in range(2)
        ]
        assert codelta(truths, predictions) == pytest.approx(_slow_codelta(truths, predictions), abs=1e-9)
