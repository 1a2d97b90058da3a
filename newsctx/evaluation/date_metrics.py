"""How near a predicted date is to the true one (NewsRECON, arXiv 2601.14121, evaluation).

Dates are strings: `2017-12-26`, `2017-12`, `2017` or `1970s`; a time of day (`T09:30`) is cut off. Pure functions; an
evaluation run's own rules are in `newsctx.evaluation.answers`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from dateutil import parser
from dateutil.relativedelta import relativedelta
from dateutil.tz import tzutc

from newsctx.evaluation.place_metrics import _check_k, f1

_DECADE = re.compile(r"\d{4}s")
_FILLED_IN = (2000, 2004)  # two leap years: what a text without a year takes over differs, its own year does not
#: GREAT of a date: unit -> (weight, tolerance); None: equality (NewsRECON, after GETReason, arXiv 2505.21863)
GREAT_UNITS: dict[str, tuple[float, float | None]] = {
    "century": (1.0, None), "decade": (1.0, 50.0), "year": (1.25, 5.0), "month": (1.5, 6.0), "day": (1.5, 15.0),
}  # fmt: skip


def plain_date(text: str) -> str:
    """Stripped, without a time of day: `2016-01-14T00:00:00+00:00` -> `2016-01-14`."""
    return str(text).strip().split("T", 1)[0]


def date_em_pm(predictions: Sequence[str], truth: str, k: int) -> tuple[float, float]:
    """Exact and partial match of a date within the first k predictions, by the truth's own precision.

    EM@k: decade - the prediction's year is one of its ten, or it is that label; year or month - contained in the
    prediction; day - equal. PM@k: EM@k, or the year matches (for month- and day-precise truth).

    Raises:
        ValueError: an empty truth, or k below 1.
    """
    _check_k(k)
    true = plain_date(truth)
    if not true:
        raise ValueError("the true date is empty: expected YYYY-MM-DD, YYYY-MM, YYYY or a decade like 1970s")
    seen = [plain_date(p) for p in predictions[:k]]
    em = any(_exact(true, p) for p in seen)
    return float(em), float(em or any(_same_year(true, p) for p in seen))


def _exact(true: str, predicted: str) -> bool:
    units = true.split("-")
    if len(units) == 1 and "s" in true.lower() and true[:4].isdecimal():
        first = int(true[:4])
        if predicted.split("-")[0] in {str(y) for y in range(first, first + 10)}:
            return True
    return predicted == true if len(units) == 3 else len(units) < 3 and true in predicted


def _same_year(true: str, predicted: str) -> bool:
    units = true.split("-")
    if len(units) == 2:
        return units[0] in predicted
    return len(units) == 3 and predicted.split("-")[0] == units[0]


def example_f1_date(truth: str, predicted: str) -> float:
    """Example-F1 over day, month, year (as far as known), decade and century; a text that is no date is its own label.

    The century is `(year - 1) // 100 + 1`; that of a decade label alone `decade // 100 + 1`, as published.
    """
    return f1(date_labels(truth), date_labels(predicted))


def date_labels(text: str) -> set[str]:
    """`2017-12` -> {`2017-12`, `2017`, `2010s`, `21th century`}; labels that two dates share are equal strings."""
    plain = plain_date(text)
    if not plain:
        return set()
    units = plain.split("-")
    try:
        if plain.endswith("s") and plain[:-1].isdecimal():
            decade = int(plain[:-1])
            return {f"{decade}s", f"{decade // 100 + 1}th century"}
        # more than three units are read for their year alone, as published
        numbers = [int(u) for u in (units if len(units) <= 3 else units[:1])]
    except ValueError:  # no number, or one of thousands of digits
        return {plain}
    year = numbers[0]
    found = {str(year), f"{year // 10 * 10}s", f"{(year - 1) // 100 + 1}th century"}
    text = str(year)
    for number in numbers[1:]:
        text += f"-{number:02d}"
        found.add(text)
    return found


def delta_years(truth: str, predicted: str) -> float:
    """Delta = `1 / (1 + years)`, years = |years + months/12 + days/365.25| of `relativedelta(predicted, truth)`.

    0 where either is no date: also for a decade label, as published. Whatever dateutil reads counts, also `17-03-05`
    (5 March 2017 is 17 March 2005 to it) and `May 5 2017`. A missing month or day counts as the first one on both
    sides; the published code fills in the month and day on which it happens to run, so that dates of different
    precision agree with it on a 1 January only, those of one precision always. A text that names no year (`10:30`,
    `May 5`) is no date here; there it takes the year in which the code runs.
    """
    true, found = _moment(truth), _moment(predicted)
    if true is None or found is None:
        return 0.0
    try:
        gap = relativedelta(found, true)
    except (ValueError, OverflowError):  # a time zone, or a gap, beyond what a datetime holds
        return 0.0
    return 1 / (1 + abs(gap.years + gap.months / 12 + gap.days / 365.25))


def _moment(text: str) -> datetime | None:
    plain = plain_date(text)
    try:
        found, again = (parser.parse(plain, default=datetime(year, 1, 1)) for year in _FILLED_IN)
    except Exception:  # any text may be a prediction, and dateutil raises more kinds than it documents; as published
        return None
    if found.year != again.year:  # not the text's own year
        return None
    return found if found.tzinfo else found.replace(tzinfo=tzutc())


def great_date(truth: str, predicted: str) -> float:
    """GREAT of a date: weighted mean over century, decade, year, month and day of `max(0, 1 - |d| / tolerance)`.

    The century counts by equality (`(year - 1) // 100 + 1`, also for decade labels), the others by their plain
    numbers; a unit missing on either side scores 0 and keeps its weight. So an equal month-precise pair scores
    4.75 / 6.25 = 0.76.
    """
    true, found = _units(truth), _units(predicted)
    score = sum(weight * _unit_score(true.get(u), found.get(u), tol) for u, (weight, tol) in GREAT_UNITS.items())
    return score / sum(weight for weight, _ in GREAT_UNITS.values())


def _unit_score(true: int | None, found: int | None, tolerance: float | None) -> float:
    if true is None or found is None:
        return 0.0
    if tolerance is None:
        return float(true == found)
    gap = abs(true - found)
    return 1.0 - gap / tolerance if gap < tolerance else 0.0  # a year of thousands of digits has no float


def _units(text: str) -> dict[str, int]:
    """The known units; none of a text that does not begin with a year."""
    plain = plain_date(text)
    decade = _DECADE.fullmatch(plain)
    parts = plain.split("-")
    try:
        year = int(plain[:4] if decade else parts[0])
        finer = {name: int(p) for name, p in zip(("month", "day"), parts[1:], strict=False) if p.isdecimal()}
    except ValueError:
        return {}
    found = {"century": (year - 1) // 100 + 1, "decade": year // 10 * 10}
    if decade:
        return found
    found["year"] = year
    return found | finer
