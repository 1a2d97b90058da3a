"""Where a text says when: dates, weekdays, clock times and times relative to another (English; dates also numeric)."""

from __future__ import annotations

import re
from functools import cache

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_PARTS = r"(?:morning|afternoon|evening|night|noon|lunchtime)"
_COUNT = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|a few|a couple of|few|\d{1,4})"
_UNIT = r"(?:second|minute|hour|day|week|weekend|month|year|decade|season)s?"
_YEAR = r"(?:1[6-9]|20)\d\d"
_SEASON = r"(?:spring|summer|autumn|winter)"
_WITH_MONTH = (
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? {_YEAR})?(?!\w)",
    rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?![\d:%])(?:,? {_YEAR}\b)?",
    rf"\b{_MONTH},? {_YEAR}\b",
    # `May` and `March` alone are a verb: a preposition or an adverb of time has to stand before
    rf"\b(?:in|since|until|till|by|during|from|last|this|next|early|late|mid)[ -](?:early |late |mid-?)?{_MONTH}(?!\w)",
)
_NUMERIC = (
    rf"\b{_YEAR}-\d\d(?:-\d\d)?\b",
    r"\b\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})\b",
    r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|\d{4}年",
    # a year: not the first digits of an amount, nor a number of something
    rf"\b(?:in|since|until|till|by|during|from|of|for|between|before|after|early|late|mid)[ -](?:early |late |mid-?)?"
    rf"{_YEAR}s?\b(?![,.]\d|%| (?:people|men|women|children|dead|homes|houses|miles|km|troops|dollars))",
    rf"\({_YEAR}\)",
    r"\b(?:1[6-9]|20)\d0s\b",
)
_RELATIVE = (
    rf"\b{_WEEKDAY}(?:['’]s)?(?: (?:early |late )?{_PARTS})?\b",
    r"\b(?:today|yesterday|tomorrow|tonight|overnight|midnight|midday|noon|dawn|dusk|nightfall)\b",
    rf"\b(?:this|that|the next|the following|yesterday|tomorrow|the same|in the|on the|last|next) (?:early |late )?"
    rf"(?:{_PARTS}|day|weekend)\b",
    rf"\b(?:last|this|next|past|previous|earlier this|later this|earlier in the|later in the) "
    rf"(?:{_UNIT}|{_SEASON}|fall|Christmas|Easter)\b",
    rf"\b(?:(?:more than|less than|nearly|almost|about|just|some) )?{_COUNT} {_UNIT} "
    r"(?:ago|earlier|later|before|after)\b",
    rf"\b(?:just |only )?(?:{_COUNT} )?(?:minutes|hours|days|weeks|months|years) (?:after|before)\b",
    rf"\b(?:for|in|within|over|during) the (?:last|past|next|coming|previous) (?:{_COUNT} )?{_UNIT}\b",
    rf"\b(?:over|at|on) the weekend\b|\bin the {_SEASON}(?: of {_YEAR})?\b",
)
_CLOCK = (
    r"\b\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.m\.|[ap]m\b)(?: [A-Z]{2,4}\b)?",
    r"\b(?:at |around |about |by )?(?:[01]?\d|2[0-3]):[0-5]\d(?![:\d])",
    r"\b\d{1,2} o['’]clock\b",
)


@cache
def when() -> re.Pattern[str]:
    """Matches each time expression; of two that begin at the same place, the more exact one."""
    return re.compile("|".join(f"(?:{p})" for p in (*_WITH_MONTH, *_NUMERIC, *_RELATIVE, *_CLOCK)))
