"""Sentence boundaries with exact character offsets.

The rules are pySBD's (Sadvilkar & Neumann 2020, "PySBD: Pragmatic Sentence Boundary Disambiguation"); here are only
what they lack: offsets that are found in one pass, a choice of rule set by script and by small words, a bound on time
for text without punctuation, and the cases of `sentence_joins`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import pysbd

from newsctx.sentence_joins import closing_quote, joined, unspaced

MAX_SENTENCE = 1000  # characters; a longer "sentence" is a list or a page without punctuation and is cut at spaces
MAX_UNMARKED = 200  # characters, of scripts that end no sentence with a mark: Thai and Lao put spaces between clauses
PIECE = 8000  # characters handed to pySBD at once: its rules are up to quadratic in the length
_KEPT_LENGTH = 20_000  # characters; sentences of longer texts are not remembered

_PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029]+")
_SCRIPTS = (  # first match of the most frequent script decides; kana before Han, because Japanese uses both
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
    ("am", re.compile(r"[\u1200-\u139f]")),
    ("my", re.compile(r"[\u1000-\u109f]")),
)
_UNMARKED = re.compile(r"[\u0e00-\u0eff]")
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = {  # the most frequent words that no other language here has so often
    "de": "der die das und ist nicht ein eine von mit den dem zu auf wurde sich",
    "fr": "le les des et est dans une du qui pas par sur au que avec",
    "es": "el los las y es en una del que por con para se su fue",
    "it": "il gli che di è della una nel con per non sono del alla",
    "nl": "het een van en de niet dat zijn met voor op is werd door",
    "pl": "i w na z się nie jest do że przez po od jak",
    "da": "og det er en at på af til den med som ikke har",
    "en": "the of and to in a is was that for on with he said by",
}
_SMALL_WORDS = {language: frozenset(words.split()) for language, words in _SMALL.items()}
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
    return list(_remembered(text) if len(text) <= _KEPT_LENGTH else _spans(text))


def _spans(text: str) -> Iterator[Span]:
    for paragraph in _PARAGRAPH.finditer(text):
        for start, end in _pieces(text, paragraph.start(), paragraph.end(), PIECE):
            yield from _sentences(text, start, end)


@lru_cache(maxsize=1000)
def _remembered(text: str) -> tuple[Span, ...]:
    """The same articles are read again after every override."""
    return tuple(_spans(text))


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    bounds = [start, *_inner_bounds(text, start, end), end]
    for a, b in zip(bounds, bounds[1:], strict=False):
        unmarked = len(_UNMARKED.findall(text, a, b)) * 2 > b - a
        for c, d in _pieces(text, a, b, MAX_UNMARKED if unmarked else MAX_SENTENCE):
            stripped = text[c:d].strip()
            if stripped:
                first = c + len(text[c:d]) - len(text[c:d].lstrip())
                yield Span(first, first + len(stripped), stripped)


def _inner_bounds(text: str, start: int, end: int) -> list[int]:
    """Offsets inside start..end at which a new sentence begins, rising."""
    bounds, last = [], start
    for found in sorted({*_found_bounds(text, start, end), *unspaced(text, start, end)}):
        before, after = text[last:found].rstrip(), text[found : found + 40]
        if not before or joined(before, after, spaced=text[found - 1].isspace()):
            continue
        last = closing_quote(text, last, found, end)
        if text[last:end].strip():
            bounds.append(last)
    return bounds


def _found_bounds(text: str, start: int, end: int) -> Iterator[int]:
    """What pySBD finds, at the offsets where it stands."""
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
    """pySBD's rule set for the script that most letters are in; for Latin letters by small words, English at last."""
    counts = {language: len(letters.findall(piece)) for language, letters in _SCRIPTS}
    if counts["ja"]:
        counts["ja"] += counts["zh"]
    best = max(counts, key=lambda language: counts[language])
    if counts[best] * 2 > sum(c.isalpha() for c in piece):
        return "ur" if best == "ar" and "۔" in piece else best
    words = [w.casefold() for w in _WORD.findall(piece)]
    votes = {language: sum(w in small for w in words) for language, small in _SMALL_WORDS.items()}
    winner = max(votes, key=lambda language: (votes[language], language == "en"))
    return winner if votes[winner] >= 2 else "en"


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
