"""Numbers in running text: digits with separators, percentages, scales, and words."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import regex

_COUNTING = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty "
)
_WORDS = _COUNTING.split()
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
VALUES = {**{word: i for i, word in enumerate(_WORDS)}, **_TENS, "dozen": 12, "hundred": 100, "thousand": 1000}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "mn": 10**6,
           "bn": 10**9, "m": 10**6, "k": 1000, "dozen": 12}  # fmt: skip
#: What an indefinite amount may stand for: least, and the first that would be called otherwise.
_AMOUNTS = {"dozens": (24, 240), "scores": (40, 400), "hundreds": (200, 2000), "thousands": (2000, 10**6),
            "tens of thousands": (20_000, 10**6), "hundreds of thousands": (200_000, 2 * 10**6),
            "millions": (2 * 10**6, 10**9)}  # fmt: skip
_TENS_WORD = "|".join(["twenty", *_TENS])
_NUMBER = regex.compile(
    r"(?<![\p{L}\p{N}])(?:"
    r"(?P<time>\d{1,2}[:h]\d{2}(?!\d))"
    r"|(?P<money>[$€£¥₹]\s?)?(?P<digits>"
    r"\d{1,3}(?:[,\u00a0\u202f\u2009'’]\d{3})+(?!\d)(?:\.\d{1,9})?|\d{1,30}(?:[.,]\d{1,9})?)"
    r"(?P<ordinal>(?:st|nd|rd|th)(?!\p{L}))?"
    r"(?:(?P<percent>\s?(?:%|％|percent(?!\p{L})|per\scent(?!\p{L})))"
    r"|[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|bn|mn)(?!\p{L})"
    r"|(?P<short>[mk])(?!\p{L}))?"
    rf"|(?P<amount>(?:tens\sof\s|hundreds\sof\s)?thousands|hundreds|dozens|scores|millions)(?!\p{{L}})"
    rf"|(?P<compound>(?:{_TENS_WORD})-(?:{'|'.join(_WORDS[1:10])}))(?!\p{{L}})"
    rf"|(?P<word>a\s(?:dozen|hundred|thousand)|{'|'.join(sorted([*_WORDS, *_TENS], key=len, reverse=True))})"
    r"(?:\s(?P<times>hundred|thousand|million|billion|dozen))?(?!\p{L})"
    r"(?P<wordpercent>\s(?:percent|per\scent)(?!\p{L}))?"
    r")",
    regex.I,
)
_NO_COUNT_BEFORE = regex.compile(r"\b(?:no|any|every|each|another|the|this|that|which)\s$", regex.I)
_NO_COUNT_AFTER = regex.compile(r"\s(?:of|another|day|by\sone)\b", regex.I)


class Amount(NamedTuple):
    """A number as it is compared: `least` is its value, or the least that an indefinite amount means."""

    least: Decimal
    below: Decimal | None = None  # an indefinite amount stands for least..below
    unit: str = ""  # `%`, `th` (an ordinal) or `:` (a time of day)


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
        if (amount := _amount(match)) is not None:
            found.append(Found(match.start(), match.end(), amount))
    return found


def holds(known: Amount, said: Amount) -> bool:
    """True where the known number is the one that was said, or lies in the indefinite amount that was said."""
    if known.unit != said.unit:
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
        hours, minutes = regex.split("[:hH]", part["time"])
        return Amount(Decimal(int(hours) * 60 + int(minutes)), unit=":")
    if part["amount"]:
        least, below = _AMOUNTS[" ".join(part["amount"].lower().split())]
        return Amount(Decimal(least), Decimal(below))
    if part["digits"]:
        return _of_digits(part)
    if part["compound"]:
        tens, _, ones = part["compound"].lower().partition("-")
        return Amount(Decimal(VALUES[tens] + VALUES[ones]))
    value = VALUES[part["word"].lower().split()[-1]] * _SCALES.get((part["times"] or "").lower(), 1)
    return Amount(Decimal(value), unit="%" if part["wordpercent"] else "")


def _of_digits(part: dict[str, str | None]) -> Amount | None:
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in part["digits"] or "")
    grouped = regex.fullmatch(r"\d{1,3}(?:[,\u00a0\u202f\u2009'’]\d{3})+(\.\d+)?", digits)
    plain = regex.sub(r"[,\u00a0\u202f\u2009'’]", "" if grouped else ".", digits)
    try:
        value = Decimal(plain)
    except InvalidOperation:  # pragma: no cover - the pattern admits digits and one mark
        return None
    scale = (part["scale"] or "").lower() or ((part["short"] or "").lower() if part["money"] else "")
    unit = "th" if part["ordinal"] else "%" if part["percent"] else ""
    return Amount(value * _SCALES.get(scale, 1), unit=unit)
