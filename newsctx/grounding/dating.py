"""Dates in running text: how news writes them, each with the parts that it states."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

import regex

from newsctx.dates import FIRST_YEAR, LAST_YEAR, MONTHS
from newsctx.records import PartialDate

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS_BACK = 5  # days from a weekday to publication; 6 is the weekday of the next day, which may be meant
_MONTH_NAME = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_WEEKDAY_NAME = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b\.(?=,?\s)|"
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?=,?\s\d))"
)
_Y = r"(?P<y>1[6-9]\d\d|20\d\d|2100)(?!\d)"
_D = r"(?P<d>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?!\d)"
_W = rf"(?:(?P<w>{_WEEKDAY_NAME}),?\s{{1,2}})?"
_M = rf"(?P<m>{_MONTH_NAME})"
_S = r",?\s{1,2}"
_EDGE = r"(?<![\p{L}\p{N}])"
_FORMS = tuple(
    regex.compile(_EDGE + form + r"(?![\p{L}\p{N}])", flags)
    for form, flags in (
        (rf"{_Y}-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?:T[\d:.Z+-]{{1,20}})?", 0),
        (rf"{_Y}\s?年\s?(?:(?P<m>1[0-2]|0?[1-9])\s?月\s?(?:(?P<d>[12]\d|3[01]|0?[1-9])\s?日)?)?", 0),
        (rf"(?P<a>\d{{1,2}})(?P<mark>[/.-])(?P<b>\d{{1,2}})(?P=mark){_Y}", 0),
        (rf"{_W}(?:the\s)?{_D}\s(?:of\s)?{_M}(?:{_S}{_Y})?", regex.I),
        (rf"{_W}{_M}\s{{1,2}}{_D}(?:{_S}{_Y})?", regex.I),
        (rf"{_M}(?:,?\s(?:of\s)?){_Y}", regex.I),
        (rf"(?P<w>{_WEEKDAY_NAME})", regex.I),
        (r"(?P<decade>1[6-9]\d0|20\d0)['’]?s", 0),
        (_Y, 0),
        (rf"{_M}", 0),
    )
)
_MONTH_KEYS = {name[:3]: i for i, name in enumerate(MONTHS, 1)}
_ALSO_WORDS = ("may", "march", "mar")  # a month only where a preposition or another date stands beside it
_BEFORE_MONTH = regex.compile(
    r"\b(?:in|of|since|until|till|by|from|to|last|next|this|early|late|mid|during|and)[ -]$", regex.I
)


class Stated(NamedTuple):
    """What a date expression says; None is what it leaves open. `year` of a decade is its first."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None  # 0 Monday .. 6 Sunday
    decade: bool = False


class Found(NamedTuple):
    """A date at characters start..end (end exclusive); several readings where the order of day and month is open."""

    start: int
    end: int
    readings: tuple[Stated, ...]


def find_dates(text: str) -> list[Found]:
    """Every date of a text, in order, none overlapping; the longest form wins. Time is linear in the length."""
    found: list[Found] = []
    taken = bytearray(len(text) + 1)
    for form in _FORMS:
        for match in form.finditer(text):
            start, end = match.span()
            if taken[start] or taken[end - 1]:
                continue
            if readings := tuple(_readings(match, text)):
                found.append(Found(start, end, readings))
                taken[start:end] = b"\1" * (end - start)
    return sorted(found)


def _readings(match: regex.Match[str], text: str) -> Iterable[Stated]:
    part = match.groupdict()
    if part.get("decade"):
        yield Stated(year=int(part["decade"]), decade=True)
        return
    year = int(part["y"]) if part.get("y") else None
    if part.get("a"):
        pairs = {(int(part["a"]), int(part["b"])), (int(part["b"]), int(part["a"]))}
        yield from (Stated(year, month, day) for day, month in sorted(pairs) if _exists(year, month, day))
        return
    month = _month(part.get("m"))
    day = int(part["d"]) if part.get("d") else None
    weekday = _weekday(part.get("w"))
    bare = month is not None and year is None and day is None
    word = match[0].rstrip(".")
    if (
        bare
        and word.lower() in _ALSO_WORDS
        and not _BEFORE_MONTH.search(text, max(0, match.start() - 12), match.start())
    ):
        return
    if bare and word != word.capitalize():
        return
    if _exists(year, month, day) and (year is not None or month is not None or weekday is not None):
        yield Stated(year, month, day, weekday)


def _month(name: str | None) -> int | None:
    if not name:
        return None
    return int(name) if name.isdigit() else _MONTH_KEYS.get(name[:3].lower())


def _weekday(name: str | None) -> int | None:
    return next((i for i, day in enumerate(WEEKDAYS) if name and day[:3] == name[:3].lower()), None)


def _exists(year: int | None, month: int | None, day: int | None) -> bool:
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        return False
    if month is not None and not 1 <= month <= 12:
        return False
    if day is None or month is None:
        return True
    try:
        datetime.date(year or 2000, month, day)  # a leap year: 29 February may be meant
    except ValueError:
        return False
    return True


def stated(value: PartialDate) -> Stated:
    """What a date of the metadata says, its weekday included."""
    weekday = value.first.weekday() if value.precision == "day" else None
    return Stated(value.year, value.month, value.day, weekday, value.decade)


def completed(one: Stated, published: PartialDate | None) -> Stated:
    """A date that leaves out what a reader of the day knows, completed by the article's publication.

    `Dec. 26` in an article of 2 January 2018 is of 2017: the nearest year. A weekday alone, in a sentence that tells it
    as past (`tense.told_as_past`: the caller sees to it), is the last one up to the publication: news names the days
    of the past week so (AP Stylebook, "days of the week"). The weekday of the day after publication stays open: where
    it happened the date may be a day ahead, and it may be tomorrow.
    """
    if one.weekday is not None and one[:3] == (None, None, None) and published is not None:
        return _last_weekday(one.weekday, published) or one
    if one.year is not None or one.month is None or published is None or published.precision in ("year", "decade"):
        return one
    years = [y for y in (published.year - 1, published.year, published.year + 1) if _exists(y, one.month, one.day)]
    middle = published.first

    def distance(year: int) -> int:
        return abs((datetime.date(year, one.month or 1, min(one.day or 15, 28)) - middle).days)

    return one._replace(year=min(years, key=distance)) if years else one


def _last_weekday(weekday: int, published: PartialDate) -> Stated | None:
    back = (published.first.weekday() - weekday) % 7
    if published.precision != "day" or back > WEEKDAYS_BACK:
        return None
    day = published.first - datetime.timedelta(days=back)
    return Stated(day.year, day.month, day.day, weekday)


def entails(known: Stated, said: Stated) -> bool:
    """True where everything that `said` states follows from `known`: the same or coarser, never finer."""
    if said.decade:
        return known.year is not None and known.year // 10 == said.year // 10  # type: ignore[operator]
    if known.decade and said.year is not None:
        return False
    weekday = known.weekday
    if weekday is None and known.year and known.month and known.day and _exists(known.year, known.month, known.day):
        weekday = datetime.date(known.year, known.month, known.day).weekday()
    pairs = ((said.year, known.year), (said.month, known.month), (said.day, known.day), (said.weekday, weekday))
    return all(wanted is None or wanted == there for wanted, there in pairs)
