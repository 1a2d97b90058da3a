"""Boundaries that pySBD's rules get wrong in news, each seen in real text or in its own scripts' punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOCK = re.compile(r"\b[ap]\.m\.$", re.IGNORECASE)
_AFTER_CLOCK = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)"
    r"|[A-Z]{2,4}\b(?! [A-Z])|(?:local|Eastern|Pacific|Central|Mountain|Greenwich) (?:time|standard|daylight|mean))",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|[\s(\"“«.])[^\W\d_]\.$")
_NEXT_INITIAL = re.compile(r"[^\W\d_]\.")
_SHORT = re.compile(
    r"(?:^|[\s(])(?:cf|ca|approx|vs|viz|figs?|vol|pp|nos?|bn|mn|Dr|Mr|Mrs|Ms|Prof|Pres|Supt|Insp|Asst|Amb|Atty|Adm|Capt|Cpl|Brig|med|jur|phil|Nr|Str)\.$"
)
_CONSONANTS = re.compile(
    r"(?:^|[\s(])[bcdfghjklmnpqrstvwxz]{1,4}\.$", re.IGNORECASE
)  # a word without a vowel is short for one
_DAY = re.compile(r"(?:^|\s)(?:[1-9]|[12]\d|3[01])\.$")
_MONTH = re.compile(
    r"(?:Jan(?:uar|\.)|Jän(?:ner|\.)|Feb(?:ruar|\.)|März|Apr(?:il|\.)|Mai|Jun[ij]|Jul[ij]|Aug(?:ust|\.)|Sep(?:tember|t?\.)"
    r"|Okt(?:ober|\.)|Nov(?:ember|\.)|Dez(?:ember|\.)|Jahrhundert)\b"
)
_SHORT_MONTH = re.compile(r"\b\d{1,2} [^\W\d_]{3,5}\.$")
_YEAR = re.compile(r"\d{4}\b")
_UNSPACED = re.compile(r"(?<=[a-z]{3}[.!?])(?=[A-Z][a-z]*[ ,])")  # He won.She lost: a scraped page lost its line break
_QUOTE = re.compile(r"[\"“”]+(?:\s+|$)")


def joined(before: str, after: str, spaced: bool) -> bool:
    """Whether a boundary between two stretches of text ends no sentence.

    Args:
        before: the sentence so far, without white space at its end.
        after: what follows, from its first visible character.
        spaced: white space stands between them.
    """
    if before[-1] != ".":
        return False
    first = after[:1]
    if (first.islower() and _CONSONANTS.search(before)) or (not spaced and not first.isascii()):
        return True  # `$1.2 bn. in`, `Inc.的`
    if _CLOCK.search(before):
        return bool(_AFTER_CLOCK.match(after))
    if _INITIAL.search(before) and (not before[-2].isascii() or bool(_NEXT_INITIAL.match(after))):
        return True  # an initial or a title of one letter: `د. أحمد`, `z. B.`
    if _SHORT.search(before):
        return True
    return bool((_DAY.search(before) and _MONTH.match(after)) or (_SHORT_MONTH.search(before) and _YEAR.match(after)))


def unspaced(text: str, start: int, end: int) -> Iterator[int]:
    """Boundaries inside start..end that have no space."""
    return (m.start() for m in _UNSPACED.finditer(text, start, end))


def closing_quote(text: str, start: int, found: int, end: int) -> int:
    """The boundary, moved behind a straight quotation mark that closes the sentence start..found."""
    mark = _QUOTE.match(text, found, end)
    if mark and mark[0][0] == '"' and text.count('"', start, found) % 2:
        return mark.end()
    return found
