"""Names in a sentence: runs of capitalised words, acronyms, and what a script without capitals shows of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import regex

from newsctx.dates import MONTHS
from newsctx.grounding.common import COMMON, FUNCTION
from newsctx.grounding.dating import WEEKDAYS
from newsctx.grounding.text import CASELESS, Word, joined
from newsctx.wordlists import FIRST_NAMES, SPEECH, TITLES

LONGEST = 12  # words of one name; a longer run of capitals is cut
_PARTICLE_WORDS = (
    "de da do das dos del della di du des la le el los las van von der den ter ten zu zur af av bin ibn binti al "
    "ash as ad an ar abu y e und "
)
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_OF = frozenset(["of", "for"])
_INSTITUTION_WORDS = (
    "academy arch archbishop association bank battle bay bishop board bureau cape cathedral center centers centre "
    "chamber church city college commission committee confederation council court department duke federation gulf "
    "hospital house institute institutes isle kingdom league ministry museum office order organisation "
    "organization palace prince princess republic school sea society state statue strait union university "
)
_INSTITUTIONS = frozenset(_INSTITUTION_WORDS.split())
_TITLES = TITLES | {"prime", "vice", "deputy", "former", "foreign", "crown", "pm"}
_NEVER = frozenset(["i", *MONTHS, *WEEKDAYS])
_QUOTED = regex.compile(r"[「『《〈“]([^「『《〈“」』》〉”]{1,40})[」』》〉”]")
_KATAKANA = regex.compile(r"[\p{Katakana}ー]{2,}(?:[・·=＝][\p{Katakana}ー]+)*")
_CASELESS_RUN = regex.compile(rf"(?:{CASELESS.pattern}|[\p{{M}}ー・])+(?:[ ](?:{CASELESS.pattern}|[\p{{M}}ー・])+)*")


Known = Callable[[tuple[str, ...]], bool]  # whether the cited texts hold these keys one after the other


class Run(NamedTuple):
    """Words i..j (j exclusive) of the sentence that make one name."""

    first: int
    last: int


def find_runs(words: list[Word], taken: Callable[[Word], bool], known: Known) -> Iterator[Run]:
    """Runs of capitalised words that are names, in order.

    Args:
        words: of the sentence.
        taken: a word that is part of a date already.
        known: whether the cited texts hold these keys one after the other; it decides where capitals say nothing.
    """
    titled = _title_case(words)
    i = 0
    while i < len(words):
        if not _begins(words, i, taken):
            i += 1
            continue
        j = _end(words, i, taken)
        yield from _trimmed(words, i, j, titled, known)
        i = j


def _begins(words: list[Word], i: int, taken: Callable[[Word], bool]) -> bool:
    word = words[i]
    if taken(word) or CASELESS.match(word.text):
        return False
    if word.capital:
        return True
    attached = i + 1 < len(words) and words[i + 1].gap in ("-", "'", "’") and words[i + 1].capital
    return attached and word.key in _PARTICLES | {"d", "o", "l"}  # al-Assad, d'Estaing


def _end(words: list[Word], i: int, taken: Callable[[Word], bool]) -> int:
    """One past the last word of the capitalised run that starts at i, with particles inside it."""
    j = i + 1
    while j < len(words) and j - i < LONGEST and "." not in words[j - 1].text:  # `U.S.` ends a name, or a sentence
        ahead = j
        while (
            ahead < len(words) and ahead - j < 3 and _inner(words, i, ahead) and joined(words[ahead], words[ahead - 1])
        ):
            ahead += 1
        if ahead >= len(words) or not joined(words[ahead], words[ahead - 1]):
            break
        if not words[ahead].capital or taken(words[ahead]) or CASELESS.match(words[ahead].text):
            break
        j = ahead + 1
    return j


def _inner(words: list[Word], i: int, at: int) -> bool:
    """A small word that may stand inside a name: `de`, or `of the` after an institution."""
    word = words[at]
    if word.capital:
        return False
    if word.key in _PARTICLES:
        return True
    head = words[at - 1].key in _INSTITUTIONS
    return (word.key in _OF and head) or (word.key == "the" and words[at - 1].key in _OF)


def _trimmed(words: list[Word], i: int, j: int, titled: bool, known: Known) -> Iterator[Run]:
    """The names in a run: without titles, and without a first word that is capitalised only because it comes first."""
    while i < j and _is_title(words, i, j):
        i += 1
    while j > i and (words[j - 1].key in _NEVER):
        j -= 1
    if i >= j:
        return
    keys = tuple(w.key for w in words[i:j])
    if titled and not known(keys):
        yield from _untitled(words, i, j)
        return
    if words[i].opens and _common_opening(words, i, j, known):
        i += 1
        yield from _trimmed(words, i, j, titled, known) if i < j and words[i].capital else ()
        return
    if j - i == 1 and (words[i].key in _NEVER or (words[i].key in FUNCTION and not words[i].text.isupper())):
        return
    if j - i == 1 and len(words[i].text) == 1 and words[i].text.isascii():
        return  # a lone letter: `Plan B`, `vitamin C`
    yield Run(i, j)


def _is_title(words: list[Word], i: int, j: int) -> bool:
    return words[i].key in _TITLES and j - i > 1 and words[i].key not in _INSTITUTIONS


def _common_opening(words: list[Word], i: int, j: int, known: Known) -> bool:
    """True where a sentence's first word is an ordinary word and no part of a name."""
    word = words[i]
    if word.text.isupper() and len(word.text) > 1:
        return False
    if word.key in FUNCTION:
        return j - i == 1 or not known(tuple(w.key for w in words[i:j]))
    if j - i > 1:
        return is_common(word.text) and not known(tuple(w.key for w in words[i:j]))
    after = words[i + 1].key if i + 1 < len(words) else ""
    if after in SPEECH and not is_common(word.text):
        return False
    return is_common(word.text)


def _untitled(words: list[Word], i: int, j: int) -> Iterator[Run]:
    """In a Title Case line: what is left between ordinary words."""
    first = i
    for at in range(i, j + 1):
        if at == j or is_common(words[at].text) or words[at].key in FUNCTION:
            if at > first and words[first].key not in _NEVER:
                yield Run(first, at)
            first = at + 1


def is_common(word: str) -> bool:
    """True for an ordinary English word, by list or by its ending; a first name never is one."""
    low = word.lower()
    if low in FIRST_NAMES:
        return False
    if low in COMMON or low in FUNCTION:
        return True
    stems = [low[: -len(end)] for end in ("s", "es", "ed", "d", "ing", "ers", "er", "ly") if low.endswith(end)]
    if any(s in COMMON or s + "e" in COMMON or (s[-1:] == s[-2:-1] and s[:-1] in COMMON) for s in stems if len(s) > 2):
        return True
    if low.endswith("ies") and low[:-3] + "y" in COMMON:
        return True
    return len(low) > 6 and low.endswith(("ing", "tion", "tions", "ment", "ments", "ness", "fully", "workers"))


def _title_case(words: list[Word]) -> bool:
    """True where capitals say nothing: three quarters of the longer words have one."""
    long = [w for w in words if len(w.text) > 3]
    return len(long) >= 4 and sum(w.capital for w in long) >= 0.75 * len(long)


# --- scripts without capitals ---------------------------------------------------------------------------------


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


_CASELESS_WORD = regex.compile(rf"(?:{CASELESS.pattern}|\p{{M}})+")
_HAN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_WINDOW = 6  # characters of a place name in a script without spaces


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
