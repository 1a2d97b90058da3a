"""Numbers in running text: digits with separators, percentages, scales, and words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import regex

from newsctx.grounding.units import currency_after, unit_after

_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen "
)
_SMALL = {word: i for i, word in enumerate(_SMALL_WORDS.split())}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
NUMBER_WORDS = frozenset([*_SMALL, *_TENS])
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "mn": 10**6,
           "bn": 10**9, "m": 10**6, "k": 1000, "dozen": 12}  # fmt: skip
#: What an indefinite amount may stand for: least, and the first that would be called otherwise.
_AMOUNTS = {"dozens": (24, 240), "scores": (40, 400), "hundreds": (200, 2000), "thousands": (2000, 10**6),
            "tens of thousands": (20_000, 10**6), "hundreds of thousands": (200_000, 2 * 10**6),
            "millions": (2 * 10**6, 10**9)}  # fmt: skip


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


_BELOW_100 = rf"(?:{_any(_TENS)}(?:[-\s]{_any([*_SMALL][1:10])})?|{_any(_SMALL)})"
_BELOW_1000 = rf"(?:(?:{_BELOW_100}|a)[-\s]hundred(?:\s(?:and\s)?{_BELOW_100})?|{_BELOW_100})"
_SCALED = r"(?:thousand|million|billion|dozen)"
_IN_WORDS = (  # two hundred and fifty; a dozen; three million two hundred thousand
    rf"(?:{_BELOW_1000}|a(?=\s{_SCALED}))(?:[-\s]{_SCALED}(?!\p{{L}})(?:\s(?:and\s)?{_BELOW_1000}(?!\p{{L}}))?){{0,3}}"
)
_NUMBER = regex.compile(
    r"(?<![\p{L}\p{N}])(?:"
    r"(?P<time>\d{1,2}[:h]\d{2}(?!\d)|\d{1,2}(?=\s?[ap]\.?m(?!\p{L})))(?:\s?(?P<half>[ap])\.?m(?!\p{L})\.?)?"
    r"|(?P<minus>[-−]|minus\s)?(?P<money>(?:US|A|C)?[$€£¥₹]\s?)?(?P<digits>"
    r"\d{1,3}(?:[,\u00a0\u202f\u2009'’]\d{3})+(?!\d)(?:\.\d{1,9})?|\d{1,30}(?:[.,]\d{1,9})?)"
    r"(?P<ordinal>(?:st|nd|rd|th)(?!\p{L}))?"
    r"(?:(?P<percent>\s?(?:%|％|percent(?!\p{L})|per\scent(?!\p{L})))"
    r"|[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|bn|mn)(?!\p{L})"
    r"|(?P<short>[mk])(?!\p{L}))?"
    rf"|(?P<amount>(?:tens\sof\s|hundreds\sof\s)?thousands|hundreds|dozens|scores|millions)(?!\p{{L}})"
    rf"|(?P<words>{_IN_WORDS})(?!\p{{L}})(?P<wordpercent>\s(?:percent|per\scent)(?!\p{{L}}))?"
    r")",
    regex.I,
)
_NO_COUNT_BEFORE = regex.compile(r"\b(?:no|any|every|each|another|the|this|that|which)\s$", regex.I)
_NO_COUNT_AFTER = regex.compile(r"\s(?:of|another|day|by\sone)\b", regex.I)
_CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee"}


class Amount(NamedTuple):
    """A number as it is compared: `least` is its value, or the least that an indefinite amount means."""

    least: Decimal
    below: Decimal | None = None  # an indefinite amount stands for least..below
    unit: str = ""  # `%`, `th` (an ordinal), `:` (a time of day, in minutes) or a currency
    of: str = ""  # what it counts or measures, where the word behind it is a known one (`units.py`)


class Found(NamedTuple):
    start: int
    end: int
    amount: Amount


def find_numbers(text: str) -> list[Found]:
    """Every number of a text, in order; `one` only where it counts something. Time is linear in the length."""
    found = []
    for match in _NUMBER.finditer(text):
        if match[0].lower() == "one" and _pronoun(text, match.start(), match.end()):
            continue
        if (amount := _amount(match)) is None:
            continue
        if not amount.unit:
            money, counted = currency_after(text, match.end()), unit_after(text, match.end())
            amount = amount._replace(unit=money, of="" if money else counted)
        found.append(Found(match.start(), match.end(), amount))
    return found


_AS_YEAR = regex.compile(
    r"\b(?:in|since|by|until|till|of|during|before|after|year|years|early|late|mid|spring|summer|autumn|fall|winter|the)"
    r"[\s-]$|,\s$",
    regex.I,
)


def as_year(text: str, start: int) -> bool:
    """True where the words before character `start` make a year of four figures: `in 1800`, `Dec. 26, 2017`."""
    return bool(_AS_YEAR.search(text, max(0, start - 10), start))


def is_count(text: str, start: int, end: int) -> bool:
    """True for four figures that count something, `some 1800 homes`; false for a year, `in 1800 people fled`."""
    return text[start:end].isdigit() and bool(unit_after(text, end)) and not as_year(text, start)


def holds(known: Amount, said: Amount) -> bool:
    """True where the known number is the one that was said, or lies in the indefinite amount that was said.

    A currency has to be the same; what is counted must not be another thing where both say it.
    """
    if known.unit != said.unit or (known.of and said.of and known.of != said.of):
        return False
    if said.below is None or known.below is not None:
        return (known.least, known.below) == (said.least, said.below)
    return said.least <= known.least < said.below


def _pronoun(text: str, start: int, end: int) -> bool:
    """`one of the`, `no one`: no count."""
    before, after = text[max(0, start - 10) : start], text[end : end + 12]
    return bool(_NO_COUNT_BEFORE.search(before) or _NO_COUNT_AFTER.match(after))


def _amount(match: regex.Match[str]) -> Amount | None:
    part = match.groupdict()
    if part["time"]:
        return _time(part)
    if part["amount"]:
        least, below = _AMOUNTS[" ".join(part["amount"].lower().split())]
        return Amount(Decimal(least), Decimal(below))
    if part["digits"]:
        return _of_digits(part)
    return Amount(Decimal(_value(part["words"])), unit="%" if part["wordpercent"] else "")


def _time(part: dict[str, str]) -> Amount:
    """`5 p.m.` is 17:00; without a half of the day it is read as one of 24 hours."""
    hours, _, minutes = part["time"].lower().replace("h", ":").partition(":")
    hour = int(hours)
    if part["half"]:
        hour = hour % 12 + 12 * (part["half"].lower() == "p")
    return Amount(Decimal(hour * 60 + int(minutes or 0)), unit=":")


def _value(words: str) -> int:
    """Of `two hundred and fifty`."""
    total = current = 0
    for word in regex.split(r"[-\s]+", words.lower()):
        if word in ("hundred", "dozen"):
            current = (current or 1) * _SCALES[word]
        elif word in _SCALES:
            total, current = total + (current or 1) * _SCALES[word], 0
        else:
            current += _SMALL.get(word, _TENS.get(word, 0))  # `a` and `and` are none
    return total + current


def _of_digits(part: dict[str, str | None]) -> Amount | None:
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in part["digits"] or "")
    grouped = regex.fullmatch(r"\d{1,3}(?:[,\u00a0\u202f\u2009'’]\d{3})+(\.\d+)?", digits)
    plain = regex.sub(r"[,\u00a0\u202f\u2009'’]", "" if grouped else ".", digits)
    try:
        value = Decimal(plain)
    except InvalidOperation:  # pragma: no cover - the pattern admits digits and one mark
        return None
    scale = (part["scale"] or "").lower() or ((part["short"] or "").lower() if part["money"] else "")
    money = _CURRENCIES[part["money"].strip()[-1]] if part["money"] else ""
    unit = "th" if part["ordinal"] else "%" if part["percent"] else money
    return Amount(value * _SCALES.get(scale, 1) * (-1 if part["minus"] else 1), unit=unit)
