"""Date metrics: by hand, and against slow second formulations."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from newsctx.evaluation.metrics import date_em_pm, date_labels, delta_years, example_f1_date, great_date


@pytest.mark.parametrize(
    ("predictions", "truth", "k", "expected"),
    [
        # day
        (["2017-12-26"], "2017-12-26", 1, (1, 1)),
        (["2017-12-26T09:30:00Z"], "2017-12-26", 1, (1, 1)),  # a time of day is cut off
        (["2017-12-25"], "2017-12-26", 1, (0, 1)),
        (["2017"], "2017-12-26", 1, (0, 1)),
        (["2010s"], "2017-12-26", 1, (0, 0)),
        (["2016-12-26", "2017-12-26"], "2017-12-26", 1, (0, 0)),
        (["2016-12-26", "2017-12-26"], "2017-12-26", 9, (1, 1)),
        # month
        (["2017-12-26"], "2017-12", 1, (1, 1)),  # contained
        (["2017-11-26"], "2017-12", 1, (0, 1)),
        (["2017"], "2017-12", 1, (0, 1)),
        # year
        (["2017-12-26"], "2017", 1, (1, 1)),
        (["2018-12-26"], "2017", 1, (0, 0)),
        (["1970s"], "1970", 1, (1, 1)),  # contained, as published
        # decade
        (["1970-01-01"], "1970s", 1, (1, 1)),
        (["1979"], "1970s", 1, (1, 1)),
        (["1980"], "1970s", 1, (0, 0)),
        (["1970s"], "1970s", 1, (1, 1)),
        (["1980s"], "1970s", 1, (0, 0)),
        ([], "2017", 3, (0, 0)),
        ([""], "2017", 3, (0, 0)),
    ],
)
def test_date_em_pm(predictions, truth, k, expected) -> None:
    assert date_em_pm(predictions, truth, k) == expected


@pytest.mark.parametrize(("truth", "k"), [("", 1), ("  ", 1), ("2017", 0)])
def test_an_empty_truth_and_no_k_are_refused(truth, k) -> None:
    with pytest.raises(ValueError, match="expected"):
        date_em_pm(["2017"], truth, k)


def test_labels_from_day_to_century() -> None:
    assert date_labels("2017-12-06") == {"2017-12-06", "2017-12", "2017", "2010s", "21th century"}
    assert date_labels("2017-3") == {"2017-03", "2017", "2010s", "21th century"}
    assert date_labels("2000") == {"2000", "2000s", "20th century"}  # (2000 - 1) // 100 + 1
    assert date_labels("2000s") == {"2000s", "21th century"}  # the label alone: 2000 // 100 + 1
    assert date_labels("1970s") == {"1970s", "20th century"}
    assert date_labels("last summer") == {"last summer"} and date_labels("2017-xx") == {"2017-xx"}


@pytest.mark.parametrize(
    ("truth", "predicted", "expected"),
    [
        ("2017-12-06", "2017-12-06", 1.0),
        ("2017-12-06", "2017-12-07", 2 * 4 / 10),
        ("2017-12-06", "2017-11-06", 2 * 3 / 10),
        ("2017-12-06", "2013", 2 * 2 / 8),
        ("2017-12-06", "2010s", 2 * 2 / 7),
        ("2000", "2000s", 2 * 1 / 5),  # the decade is shared, the centuries differ, as published
        ("2017", "1917", 0.0),
        ("2017", "", 0.0),
        ("", "", 1.0),
        ("2017", "unknown", 0.0),
    ],
)
def test_example_f1_date(truth, predicted, expected) -> None:
    assert example_f1_date(truth, predicted) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("truth", "predicted", "years"),
    [
        ("2017-12-26", "2017-12-26", 0),
        ("2017-12-26", "2019-12-26", 2),
        ("2017-01-31", "2017-03-01", 1 / 12 + 1 / 365.25),  # 31 January + 1 month = 28 February, + 1 day
        ("2017-03-01", "2017-01-31", 1 / 12 + 1 / 365.25),  # 1 March - 1 month = 1 February, - 1 day
        ("2016-02-29", "2017-02-28", 1),  # 29 February + 1 year = 28 February
        ("2017-02-28", "2016-02-29", 11 / 12 + 28 / 365.25),  # 28 February - 11 months = 28 March: not symmetric
        ("2017-03-31", "2017-02-28", 1 / 12),  # 31 March - 1 month = 28 February
        ("2017-02-28", "2017-03-31", 1 / 12 + 3 / 365.25),  # 28 February + 1 month = 28 March, + 3 days
        ("2015", "2017", 2),
        ("2015-05", "2017-06", 2 + 1 / 12),
        ("2017", "2017-07-11", 6 / 12 + 10 / 365.25),  # a missing month and day count as the first
    ],
)
def test_delta_years(truth, predicted, years) -> None:
    assert delta_years(truth, predicted) == pytest.approx(1 / (1 + years), abs=1e-12)


@pytest.mark.parametrize("text", ["", "1970s", "unknown", "2017-13-01", "May 5"])
def test_delta_is_0_where_either_is_no_date(text) -> None:
    assert delta_years(text, "2017-01-01") == delta_years("2017-01-01", text) == 0.0


@pytest.mark.parametrize(
    ("truth", "predicted", "years"),
    [
        ("1900-03-17", "17-03-05", 105),  # day, month, year: 17 March 2005
        ("2017-05-05", "May 5 2018", 1),
        ("2017-12-26", "26 December 2017", 0),
    ],
)
def test_delta_reads_what_dateutil_reads(truth, predicted, years) -> None:
    assert delta_years(truth, predicted) == pytest.approx(1 / (1 + years), abs=1e-9)


def test_delta_takes_no_year_from_the_day_on_which_it_runs() -> None:
    """dateutil fills in what a text leaves out; a weekday, a time or a day of a month is no date of a photograph."""
    for text in ("10:30", "Monday", "5", "May"):
        assert delta_years("2000-01-01", text) == delta_years("2004-01-01", text) == 0.0


_NASTY = ["²", "2017-²", "²s", "²²²²s", "2017-1²", "9" * 5000, "9" * 4000, "2017-" + "9" * 5000, "9" * 5000 + "s",
          "NaN", "2017-12-26T25:00", "0000-00-00", "10000-01-01", "1E999", "2017-01-01 00:00:00+99:99",
          "0001-01-01 +23:59", "9999-12-31 -23:59", "-", "--", "T", "\0", "٢٠١٧-١٢", "２０１７", "1970s-²",
          "Ⅳ", "𝟚𝟘𝟙𝟟s"]  # fmt: skip


def test_any_text_may_be_a_prediction() -> None:
    """What a language model writes is scored, never an error: all scores lie in 0..1."""
    draw = random.Random(9)
    pieces = [*"0123456789-/:.sT +²½٣", "2017", "12", "1970s", "AM", "Monday", "May", "UTC", "century", "é", "\n"]
    made = ["".join(draw.choices(pieces, k=draw.randrange(1, 9))) for _ in range(4000)]
    for text in [*_NASTY, *made]:
        for truth in ("2017-12-26", "2017-12", "2017", "1970s", "20th century"):
            em, pm = date_em_pm([text], truth, 1)
            scores = (example_f1_date(truth, text), delta_years(truth, text), great_date(truth, text))
            assert 0 <= em <= pm <= 1 and all(0 <= s <= 1 for s in scores), (truth, text)


def test_a_true_century_is_met_by_its_own_name_alone() -> None:
    """As published: everything else scores 0, and the photograph stays in the denominator."""
    assert date_em_pm(["20th century"], "20th century", 1) == (1, 1) and date_em_pm(["1955"], "20th century", 1) == (
        0,
        0,
    )
    assert great_date("20th century", "1955") == delta_years("20th century", "1955") == 0.0


def _slow_years(truth: date, predicted: date) -> float:
    """Count whole months from the truth towards the prediction, then the days that are left."""
    sign = 1 if predicted >= truth else -1

    def moved(months: int) -> date:
        total = truth.year * 12 + truth.month - 1 + sign * months
        year, month = divmod(total, 12)
        day = truth.day
        while True:
            try:
                return date(year, month + 1, day)
            except ValueError:
                day -= 1

    months = 0
    while (predicted - moved(months + 1)).days * sign >= 0:
        months += 1
    return (months // 12) + (months % 12) / 12 + abs((predicted - moved(months)).days) / 365.25


def test_delta_is_that_of_a_slow_oracle() -> None:
    draw = random.Random(4)
    for _ in range(1500):
        truth, predicted = (date(2015, 1, 1) + timedelta(draw.randrange(3000)) for _ in range(2))
        expected = 1 / (1 + _slow_years(truth, predicted))
        assert delta_years(truth.isoformat(), predicted.isoformat()) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("truth", "predicted", "points"),
    [
        ("2017-12-26", "2017-12-26", 6.25),
        ("2017-12-26", "2017-12-29", 4.75 + 1.5 * (1 - 3 / 15)),
        ("2017-12-26", "2016-11-26", 1 + 1 + 1.25 * 0.8 + 1.5 * (1 - 1 / 6) + 1.5),
        ("2017-12-26", "2005-01-01", 1 + (1 - 10 / 50) + 0 + 0 + 0),  # 12 years, 11 months, 25 days: all beyond
        ("2017-12-26", "2017", 3.25),
        ("2017", "2017", 3.25),  # the missing units keep their weight
        ("2017-12", "2017-12", 4.75),
        ("1970s", "1970s", 2.0),
        ("1970s", "1981-05-05", 1 + 0.8),
        ("2000s", "2001", 0 + 1),  # 2000 lies in the 20th century, 2001 in the 21st
        ("2017", "1917", 0.0),
        ("2017", "", 0.0),
        ("unknown", "unknown", 0.0),
        ("2017-12-26T23:00:00Z", "2017-12-26", 6.25),
    ],
)
def test_great_date(truth, predicted, points) -> None:
    assert great_date(truth, predicted) == pytest.approx(points / 6.25, abs=1e-12)
    assert great_date(predicted, truth) == pytest.approx(points / 6.25, abs=1e-12)
