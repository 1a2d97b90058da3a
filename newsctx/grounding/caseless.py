"""Names in scripts without upper and lower case, where a capital cannot show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex

from newsctx.grounding.text import CASELESS

_QUOTED = regex.compile(r"[「『《〈“]([^「『《〈“」』》〉”]{1,40})[」』》〉”]")
_KATAKANA = regex.compile(r"[\p{Katakana}ー]{2,}(?:[・·=＝][\p{Katakana}ー]+)*")
_CASELESS_RUN = regex.compile(rf"(?:{CASELESS.pattern}|[\p{{M}}ー・])+(?:[ ](?:{CASELESS.pattern}|[\p{{M}}ー・])+)*")
_CASELESS_WORD = regex.compile(rf"(?:{CASELESS.pattern}|\p{{M}})+")
_HAN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_WINDOW = 6  # characters of a place name in a script without spaces


def find_caseless(text: str, is_place: Callable[[str], bool]) -> list[tuple[int, int, bool]]:
    """(start, end, is a place) of names in scripts without capitals, in order.

    In a sentence of another script a run is a name as a whole (`a banner reads 自由`). In a sentence of that script
    only what shows itself is: quoted titles, katakana (Japanese writes foreign names with it), gazetteer places.
    """
    if not CASELESS.search(text):
        return []
    letters = sum(c.isalpha() for c in text)
    runs = [m.span() for m in _CASELESS_RUN.finditer(text)]
    if sum(b - a for a, b in runs) * 2 < letters:
        return [(a, b, is_place(text[a:b])) for a, b in runs]
    found: dict[tuple[int, int], bool] = {}
    for pattern in (_QUOTED, _KATAKANA):
        for match in pattern.finditer(text):
            span = match.span(1) if pattern is _QUOTED else match.span()
            if text[span[0] : span[1]].strip():
                found[span] = is_place(text[span[0] : span[1]])
    for span in _places(text, runs, is_place):
        found.setdefault(span, True)
    return _apart([(a, b, place) for (a, b), place in found.items()])


def _places(text: str, runs: list[tuple[int, int]], is_place: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    for a, b in runs:
        for word in _CASELESS_WORD.finditer(text, a, b):
            if not _HAN.search(word[0]):
                if len(word[0]) > 2 and is_place(word[0]):
                    yield word.span()
                continue
            at = word.start()
            while at < word.end():
                sizes = range(min(_WINDOW, word.end() - at), 1, -1)
                size = next((n for n in sizes if is_place(text[at : at + n])), 0)
                if size:
                    yield at, at + size
                at += size or 1


def _apart(spans: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    """In order, without overlaps; what starts first and reaches farthest stays."""
    kept: list[tuple[int, int, bool]] = []
    for span in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
