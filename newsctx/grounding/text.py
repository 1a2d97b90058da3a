"""The words of a text as both sides of a comparison read them: cleaned, cut at every mark, and folded.

Offsets always count in the text as it was given, however many invisible characters it has.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import NamedTuple

import regex

from newsctx.placenames import fold
from newsctx.unicodetext import stream_safe

_INVISIBLE = regex.compile(r"[\p{Cf}\p{Cs}\p{Co}\p{Cn}\u034f\ufe00-\ufe0f]|[\p{Cc}--[\t\n\r]]", regex.V1)
_WORD = regex.compile(r"(?:(?<!\p{L})\p{L}\.){2,10}|[\p{L}\p{M}]+\p{N}{0,6}(?!\p{N})|[\p{L}\p{M}]+|\p{N}+[\p{L}\p{M}]*")
_LETTERS_LIKE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_SAME = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
OWNED = "'s "  # the gap after a possessive: no name goes on there
LONGEST_WORD = 200  # characters; above it a "word" is compared as it stands, without normalising

#: Scripts without upper and lower case: a capital cannot tell a name there.
CASELESS = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Arabic}\p{Hebrew}\p{Devanagari}\p{Bengali}\p{Tamil}\p{Telugu}"
    r"\p{Thai}\p{Gujarati}\p{Gurmukhi}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
    r"\p{Ethiopic}\p{Georgian}]"
)


class Word(NamedTuple):
    """One run of letters, or of digits with the letters attached to them; offsets count in the cleaned text."""

    text: str
    key: str  # folded: case, accents
    start: int
    end: int
    capital: bool  # an upper-case letter anywhere: `iPhone`, `McCain`
    gap: str  # what stands between it and the word before
    opens: bool  # first of a sentence, line or quotation


class Cleaned(NamedTuple):
    """A text without invisible characters; `at[i]` is where its character i stands in the original."""

    text: str
    at: tuple[int, ...] | None  # None: nothing was taken out

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original text of characters start..end (end exclusive, not empty)."""
        return (start, end) if self.at is None else (self.at[start], self.at[end - 1] + 1)


def clean(text: str) -> Cleaned:
    """Zero-width, bidirectional and control characters out; they can part a name or make it read as another."""
    if text.isascii() and text.isprintable() or not _INVISIBLE.search(text):
        return Cleaned(text, None)
    kept, at, last = [], [], 0
    for found in _INVISIBLE.finditer(text):
        kept.append(text[last : found.start()])
        at.extend(range(last, found.start()))
        last = found.end()
    kept.append(text[last:])
    at.extend(range(last, len(text)))
    return Cleaned("".join(kept), tuple(at))


@functools.lru_cache(maxsize=50_000)
def key(word: str) -> str:
    """The folded form under which two spellings of a word are the same."""
    if len(word) > LONGEST_WORD:
        return word
    folded = fold(unicodedata.normalize("NFKC", stream_safe(word))).translate(_LETTERS_LIKE)
    return _SAME.get(folded, folded)


_SENTENCE_END = regex.compile(r"[.!?:;…。！？\n\"“”‘„«»「」『』()\[\]•]|(?<!\p{L})['’]|\s[-–—]+\s")


def words(text: str) -> list[Word]:
    """The words of a cleaned text, in order; a possessive `s` is none."""
    found: list[Word] = []
    end, owner = 0, False
    for match in _WORD.finditer(text):
        word, gap = match[0], text[end : match.start()]
        if word in ("s", "S") and gap in ("'", "’") and found:
            end, owner = match.end(), True  # Merkel's
            continue
        short = bool(found) and gap.startswith(".") and _abbreviates(found[-1])
        opens = not found or bool(_SENTENCE_END.search(gap[1:] if short else gap))
        gap = OWNED if owner and gap == " " else gap
        found.append(Word(word, key(word), match.start(), match.end(), word != word.lower(), gap, opens))
        end, owner = match.end(), False
    return found


_SHORT = (
    "mr mrs ms dr st ste saint sainte mt mount ft fort prof gen col lt sgt capt maj gov sen rep rev hon jr sr "
    "pres sec no jan feb mar apr jun jul aug sept sep oct nov dec u d "
)
_ABBREVIATIONS = frozenset(_SHORT.split())


def _abbreviates(word: Word) -> bool:
    return (len(word.text) == 1 and word.capital) or word.key in _ABBREVIATIONS


def joined(word: Word, before: Word) -> bool:
    """True where the word and the one before can be parts of one name: `Jean-Luc`, `John F. Kennedy`, `O'Neil`."""
    if word.gap in (" ", "-", "'", "’", "\u00a0", "‑", "&", " & ", "·", "・"):
        return True
    return word.gap in (". ", ".", ".-") and _abbreviates(before)
