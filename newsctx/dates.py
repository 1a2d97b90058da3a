"""Partial dates: reading them from import rows and news datelines, comparing and coarsening them.

A date-time keeps the calendar day as it is written, in its own time zone: that is the day the outlet printed.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from newsctx.records import DatePrecision, PartialDate

FIRST_YEAR, LAST_YEAR = 1600, 2100  # the first newspaper is of 1605; later than 2100 is a broken field
_EPOCH_SECONDS = range(100_000_000, 4_102_444_800)  # 1973-03-03 .. 2099-12-31; smaller numbers are not time stamps
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*)\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_WORDED = tuple(
    re.compile(_WEEKDAY + p, re.IGNORECASE)
    for p in (rf"{_DAY}\s+{_MONTH},?\s+{_YEAR}", rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}", rf"{_MONTH},?\s+{_YEAR}")
)
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?|\d{3}0s")
_ISO_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*|(\d{8})T\d{4,6}.*")
_SPAN_ORDER: tuple[DatePrecision, ...] = ("decade", "year", "month", "day")


def parse_published(value: str | int | None | date) -> PartialDate | None:
    """The publication date of an import row; None for a missing or blank value.

    Reads ISO dates and date-times (offsets, `Z`), `2017`, `2017-12`, `1970s`, `20171226`, `20171226093000`, RFC 2822,
    `26 December 2017`, `December 26, 2017`, `December 2017`, and epoch seconds or milliseconds (UTC day) from 1973 on.
    Raises ValueError, naming value and remedy, for anything else, an impossible day, or a year outside 1600..2100.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, date)):
        raise ValueError(_refusal(value, f"a {type(value).__name__} is not a date"))
    if isinstance(value, date):
        return _plausible(PartialDate(year=value.year, month=value.month, day=value.day), value)
    if isinstance(value, int):
        return _plausible(_from_number(value), value)
    text = " ".join(value.split())
    if not text:
        return None
    try:
        found = _from_text(text)
    except (ValueError, OverflowError) as problem:
        raise ValueError(_refusal(value, str(problem).splitlines()[0])) from problem
    if found is None:
        raise ValueError(_refusal(value, "no known date form"))
    return _plausible(found, value)


def _refusal(value: object, why: str) -> str:
    return (
        f"published {value!r} is not a usable date ({why}): expected an ISO date such as 2017-12-26, a partial one "
        "(2017-12, 2017, 1970s), RFC 2822 or epoch seconds; correct it or leave it empty"
    )


def _plausible(found: PartialDate, value: object) -> PartialDate:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(_refusal(value, f"year {found.year} is outside {FIRST_YEAR}..{LAST_YEAR}"))
    return found


def _from_number(number: int) -> PartialDate:
    if FIRST_YEAR <= number <= LAST_YEAR:
        return PartialDate(year=number)
    seconds = number if number in _EPOCH_SECONDS else number // 1000
    if seconds not in _EPOCH_SECONDS:
        raise ValueError(_refusal(number, "neither a year nor epoch seconds of 1973..2099"))
    return _of_day(datetime.fromtimestamp(seconds, UTC).date())


def _of_day(day: date) -> PartialDate:
    return PartialDate(year=day.year, month=day.month, day=day.day)


def _from_text(text: str) -> PartialDate | None:
    if _ISO.fullmatch(text):
        return PartialDate.model_validate(text)
    if text.isascii() and text.isdigit():
        return _from_digits(text)
    if _ISO_TIME.fullmatch(text):
        return _of_day(datetime.fromisoformat(text.removesuffix(" UTC")).date())
    for pattern in _WORDED:
        if found := pattern.fullmatch(text):
            return _of_words(found)
    parsed = email.utils.parsedate_tz(text) if ":" in text else None
    return _of_day(date(*parsed[:3])) if parsed else None


def _from_digits(text: str) -> PartialDate | None:
    if len(text) in (8, 14):  # basic ISO form; 14 digits are the time stamps of GDELT
        return _of_day(datetime.strptime(text[:8], "%Y%m%d").date())
    return _from_number(int(text))


def _of_words(found: re.Match[str]) -> PartialDate | None:
    """From a match of `_WORDED`; None where the word only begins like a month (`Marching 2017`)."""
    word = found["month"].lower()
    months = [i for i, m in enumerate(MONTHS, 1) if m == word or m[:3] == word or (word == "sept" and i == 9)]
    if not months:
        return None
    day = found.groupdict().get("day")
    return PartialDate(year=int(found["year"]), month=months[0], day=int(day) if day else None)


# --- datelines ------------------------------------------------------------------------------------------------

_HEAD = 400  # characters: a dateline or an "Updated:" line stands at the top
_LABEL = re.compile(
    r"\b(?:posted|published|updated|last\s+modified|modified|first\s+published|date)\b\W{0,3}(?:on\s+)?", re.I
)
_ISO_HEAD = re.compile(r"(\d{4}-\d{2}-\d{2})(?!\d)")
_DATELINE = re.compile(
    rf"^(?P<place>[A-Z][A-Z .'’/-]{{2,40}})(?:,\s*[^,()\n]{{1,30}})?,\s+"
    rf"(?i:{_MONTH})\s+{_DAY}(?:,\s*(?P<year>\d{{4}}))?"
    r"\s*(?:\([^)\n]{2,40}\)\s*)?(?:--?|–|—)",
    re.MULTILINE,
)


def dateline_date(text: str, published_year_hint: int | None = None) -> PartialDate | None:
    """The date a news text states about itself at its top, or None where there is none beyond doubt.

    Only a date after a word such as `Updated:` or `Posted`, or inside an agency dateline (`LONDON, Dec 26 (Reuters) -`,
    whose year is `published_year_hint`), within the first 400 characters. Dates of the story itself are not read.
    """
    head = text[:_HEAD]
    for label in _LABEL.finditer(head):
        if found := _labelled(head[label.end() : label.end() + 40]):
            return found
    line = _DATELINE.search(head)
    if line is None:
        return None
    year = line["year"] or published_year_hint
    try:
        word = parse_published(f"{line['day']} {line['month']} {year}") if year else None
    except ValueError:  # `Feb 30`: a text is free to be wrong; it then has no dateline date
        return None
    return word


def _labelled(rest: str) -> PartialDate | None:
    candidates = [_ISO_HEAD.match(rest), *(p.match(rest) for p in _WORDED)]
    for found in candidates:
        if found:
            try:
                return parse_published(found[0])
            except ValueError:  # an impossible day after the label is no date
                return None
    return None


# --- comparing ------------------------------------------------------------------------------------------------


def days_between(a: PartialDate, b: PartialDate) -> int:
    """Smallest gap in days between the two spans; 0 when they overlap, 1 for neighbouring days."""
    return max((b.first - a.last).days, (a.first - b.last).days, 0)


def covers(a: PartialDate, b: PartialDate) -> bool:
    """True where every day of `b` lies in the span of `a`: 2017 covers 2017-12."""
    return a.first <= b.first and b.last <= a.last


def coarsen(value: PartialDate, precision: DatePrecision) -> PartialDate:
    """`value` at `precision`; a value that is already coarser stays as it is (nothing is invented)."""
    if _SPAN_ORDER.index(precision) >= _SPAN_ORDER.index(value.precision):
        return value
    if precision == "decade":
        return PartialDate(year=value.year // 10 * 10, decade=True)
    return PartialDate(year=value.year, month=value.month if precision == "month" else None)


def common(dates: Iterable[PartialDate]) -> PartialDate | None:
    """The finest date that covers all of `dates`, down from day to decade; None for none, or for several decades."""
    known = list(dates)
    for precision in reversed(_SPAN_ORDER):
        for candidate in [coarsen(d, precision) for d in known[:1]]:
            if all(covers(candidate, d) for d in known):
                return candidate
    return None
