"""Sentence boundaries with exact character offsets.

The rules are pySBD's (Sadvilkar & Neumann 2020, "PySBD: Pragmatic Sentence Boundary Disambiguation"); here are only
what they lack: offsets that are found in one pass, a choice of rule set by script, and a bound on time for text
without punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import pysbd

MAX_SENTENCE = 1000  # characters; a longer "sentence" is a list or a page without punctuation and is cut at spaces
PIECE = 8000  # characters handed to pySBD at once: its rules are up to quadratic in the length

_PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029]+")
_SCRIPTS = (  # first match of the most frequent script decides; kana before Han, because Japanese uses both
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)
_OPEN_END = ("،", ":", "؛")  # pySBD's Arabic rules end sentences here; a comma or colon does not end one
_CLOSERS = "”’」』»）)]"  # a piece that begins with one belongs to the sentence before


@dataclass(frozen=True)
class Span:
    """One sentence: characters start..end (end exclusive) of the text it was found in, without outer white space."""

    start: int
    end: int
    text: str


def split(text: str) -> list[Span]:
    """The sentences of a plain text, in order.

    A line break always ends a sentence. Time is linear in the length: long paragraphs are cut into pieces of at most
    `PIECE` characters first, and what has no punctuation is cut at spaces into sentences of at most `MAX_SENTENCE`
    characters.

    Returns:
        Spans with `text[s.start:s.end] == s.text`, not overlapping, together covering every visible character.
    """
    return [
        span
        for paragraph in _PARAGRAPH.finditer(text)
        for start, end in _pieces(text, paragraph.start(), paragraph.end(), PIECE)
        for span in _sentences(text, start, end)
    ]


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    bounds = [start, *_inner_bounds(text, start, end), end]
    for a, b in zip(bounds, bounds[1:], strict=False):
        for c, d in _pieces(text, a, b, MAX_SENTENCE):
            stripped = text[c:d].strip()
            if stripped:
                first = c + len(text[c:d]) - len(text[c:d].lstrip())
                yield Span(first, first + len(stripped), stripped)


def _inner_bounds(text: str, start: int, end: int) -> Iterator[int]:
    """Offsets inside start..end at which a new sentence begins, rising."""
    cursor = start
    for i, sentence in enumerate(_segment(text[start:end])):
        # pySBD may alter white space inside a sentence; one that is not found adds no boundary
        found = text.find(sentence.strip(), cursor, end)
        if found < 0:
            continue
        before = text[start:found].rstrip()
        if i and before and not before.endswith(_OPEN_END) and text[found] not in _CLOSERS:
            yield found
        cursor = found + len(sentence.strip())


def _segment(piece: str) -> Iterable[str]:
    if not piece.strip():
        return []
    segmenter = _segmenter(_rules(piece))
    return [s for s in segmenter.processor(piece).process() if s.strip()]


@cache
def _segmenter(language: str) -> pysbd.Segmenter:
    return pysbd.Segmenter(language=language, clean=False)


def _rules(piece: str) -> str:
    """pySBD's rule set for the script that most letters are in; English for Latin and all others."""
    counts = {language: len(letters.findall(piece)) for language, letters in _SCRIPTS}
    if counts["ja"]:
        counts["ja"] += counts["zh"]
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] * 2 > sum(c.isalpha() for c in piece) else "en"


def _pieces(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """Cut start..end into parts of at most `longest` characters, at the last sentence end or space where there is
    one.
    """
    while end - start > longest:
        window = text[start : start + longest]
        cut = max(window.rfind(mark) + 1 for mark in (". ", "。", "। ", "؟ ", "? ", "! "))
        if cut < longest // 2:
            cut = window.rfind(" ") + 1 or longest
        yield start, start + cut
        start += cut
    if end > start:
        yield start, end
