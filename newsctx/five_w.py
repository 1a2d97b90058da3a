"""Which of who, what, where, when and why a passage answers, by rules and without a model.

The signs are Giveme5W1H's (Hamborg, Breitinger and Gipp 2019, sec. 3.3): named persons, organisations and people named
by what they are for `who`; the action for `what`; place names, looked up in the gazetteer, and venues for `where`;
dates, weekdays, clock times and relative times for `when`; causal conjunctions, adverbs and verbs for `why`. Giveme5W1H
parses each sentence with CoreNLP; here words and capitals decide, at some hundredths of a second per article. The word
lists are English. Of other languages place names of the gazetteer, written dates and clock times are recognised, and
nothing is claimed beyond that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple, get_args

from newsctx.five_w_times import when
from newsctx.five_w_words import (
    AUXILIARIES,
    BE,
    CAUSAL_PHRASES,
    CAUSAL_VERBS,
    DETERMINERS,
    EVENTS,
    INSIDE,
    LINKS,
    NATIONS,
    NOT_ACTIONS,
    NOUNS,
    OPENERS,
    PAST,
    PERSONS,
    PRESENT,
    SOURCES,
    STATES,
    TIME_WORDS,
    VENUES,
)
from newsctx.gazetteer import Gazetteer
from newsctx.placenames import fold
from newsctx.records import FiveW
from newsctx.toponyms import Token, find_toponyms, tokens_of
from newsctx.wordlists import DIRECTIONS, FIRST_NAMES, NOT_PLACES, ORGANISATIONS, SPEECH, TITLES

QUESTIONS: tuple[FiveW, ...] = get_args(FiveW)


class Found(NamedTuple):
    """An answer at characters start..end (end exclusive); equal keys are the same answer."""

    question: FiveW
    start: int
    end: int
    key: str


def find(text: str, gazetteer: Gazetteer | None = None) -> list[Found]:
    """Every answer in a text, in order of appearance.

    Args:
        gazetteer: looks place names up; without it only venues ("the White House") and what stands behind `in`, `at`
            or `near` answer `where`.
    """
    return list(_found(text, gazetteer))


@lru_cache(maxsize=2000)  # the same passages are read again after every override
def _found(text: str, gazetteer: Gazetteer | None) -> tuple[Found, ...]:
    tokens = tokens_of(text)
    names = _names(text, tokens)
    times = [Found("when", m.start(), m.end(), _bare(m[0])) for m in when().finditer(text)]
    busy = [(t.start, t.end) for t in times]
    places = _places(text, tokens, names, gazetteer, busy)
    taken = busy + [(p.start, p.end) for p in places]
    who = _persons(n for n in names if _acts(n, taken))
    who += _people(tokens, [(w.start, w.end) for w in who])
    causes = [Found("why", m.start(), m.end(), fold(m[0])) for m in _why().finditer(text)]
    return tuple(
        sorted(times + places + who + causes + _actions(tokens), key=lambda f: (f.start, QUESTIONS.index(f.question)))
    )


def answers(text: str, gazetteer: Gazetteer | None = None) -> tuple[FiveW, ...]:
    """The questions that a passage answers, in the order who, what, where, when, why."""
    found = {f.question for f in find(text, gazetteer)}
    return tuple(q for q in QUESTIONS if q in found)


def _bare(time: str) -> str:
    """A time without the preposition before it: `on Sunday` and `Sunday` are one answer."""
    first, *rest = fold(time).split()
    return " ".join(rest) if rest and first in OPENERS and rest[0] != "ago" else " ".join([first, *rest])


def _persons(names: Iterable[_Name]) -> list[Found]:
    """Names as answers; titles make no other person, and a surname alone is whom the text named in full before it."""
    found: list[Found] = []
    full: dict[str, str] = {}
    for n in names:
        words = [w for w in n.words if w not in TITLES] or list(n.words)
        key = full.get(words[-1], words[-1]) if len(words) == 1 else " ".join(words)
        if len(words) > 1:
            full.setdefault(words[-1], key)
        found.append(Found("who", n.start, n.end, key))
    return found


# --- names ----------------------------------------------------------------------------------------------------


class _Name(NamedTuple):
    """Capitalised words in a row, with what they say of themselves."""

    start: int
    end: int
    words: tuple[str, ...]  # keys
    opens: bool
    acronym: bool
    before: str  # key of the word before, where only a space parts them
    article: bool  # `the` before it
    after: str


def _names(text: str, tokens: Sequence[Token]) -> list[_Name]:
    """Runs of capitalised words. In a Title Case line capitals say nothing: there only a title or a known first name
    begins one, and it ends with the word behind."""
    titled = _titled(tokens)
    found: list[_Name] = []
    i = 0
    while i < len(tokens):
        given = tokens[i].key in FIRST_NAMES or tokens[i].key in TITLES
        if not tokens[i].capital or tokens[i].key in OPENERS or (titled and not given):
            i += 1
            continue
        j = _run_end(text, tokens, i, titled)
        found.append(_name(text, tokens, i, j))
        i = j
    return found


def _titled(tokens: Sequence[Token]) -> bool:
    """True where nine of ten longer words have a capital: stricter than for places, as a short sentence of names
    (`Felipe Massa won in Sao Paulo`) is no headline."""
    words = [t for t in tokens if len(t.text) > 3]
    return len(words) >= 3 and sum(t.capital for t in words) >= 0.9 * len(words)


def _run_end(text: str, tokens: Sequence[Token], i: int, titled: bool) -> int:
    """The first token behind the name that begins at i; a link word (`Bank of England`) joins two capitals."""
    j = i + 1
    while j < len(tokens):
        gap, last, word = text[tokens[j - 1].end : tokens[j].start], tokens[j - 1], tokens[j]
        initial = gap == ". " and not word.opens and word.key not in OPENERS
        if not (gap in (" ", "-", "\u00a0") or initial):
            break
        if titled and not (last.key in FIRST_NAMES or last.key in TITLES):
            break
        if word.capital:
            j += 1
        elif word.key in LINKS and j + 1 < len(tokens) and tokens[j + 1].capital and _spaced(text, word, tokens[j + 1]):
            j += 2
        else:
            break
    return j


def _spaced(text: str, a: Token, b: Token) -> bool:
    return text[a.end : b.start] == " "


def _name(text: str, tokens: Sequence[Token], i: int, j: int) -> _Name:
    before = tokens[i - 1].key if i and text[tokens[i - 1].end : tokens[i].start] == " " else ""
    article = before == "the"
    if article and i > 1:
        before = tokens[i - 2].key if text[tokens[i - 2].end : tokens[i - 1].start] == " " else ""
    after = tokens[j].key if j < len(tokens) and text[tokens[j - 1].end : tokens[j].start] in (" ", ", ") else ""
    words = tuple(t.key for t in tokens[i:j])
    acronym = j == i + 1 and tokens[i].text.isupper() and 2 <= len(tokens[i].text) <= 6
    return _Name(tokens[i].start, tokens[j - 1].end, words, tokens[i].opens, acronym, before, article, after)


def _acts(name: _Name, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether a name is somebody: a person, a body, a company."""
    if _overlaps(name.start, name.end, taken) and not (len(name.words) > 1 and name.words[-1] in ORGANISATIONS):
        return False
    last = name.words[-1]
    if last in EVENTS or (last in VENUES and len(name.words) > 1) or all(w in SOURCES for w in name.words):
        return False
    if all(w in NATIONS or w in DIRECTIONS or w in TIME_WORDS for w in name.words):
        return False
    if len(name.words) > 1 or name.acronym:
        return True
    if name.words[0] in TITLES or len(last) < 3 or last in OPENERS:
        return False
    return not name.opens or (last not in NOT_PLACES and last not in PERSONS and _verb(name.after, last))


def _verb(key: str, subject: str) -> bool:
    """Whether the word behind a single capitalised word that opens a sentence makes it a subject."""
    if subject.endswith(("ing", "ly", "tion", "ness", "ment")) or (
        subject.endswith("s") and not subject.endswith("ss")
    ):
        return False
    return key in AUXILIARIES or key in SPEECH or key in PRESENT or _past(key)


def _people(tokens: Sequence[Token], taken: Sequence[tuple[int, int]]) -> list[Found]:
    """People named by what they are, outside names."""
    return [
        Found("who", t.start, t.end, t.key)
        for t in tokens
        if t.key in PERSONS and (not t.capital or t.opens) and not _overlaps(t.start, t.end, taken)
    ]


# --- where ----------------------------------------------------------------------------------------------------


def _places(
    text: str, tokens: Sequence[Token], names: Sequence[_Name], gazetteer: Gazetteer | None, busy: list[tuple[int, int]]
) -> list[Found]:
    surnames = _surnames(names)
    found = []
    if gazetteer is not None:
        for t in find_toponyms(text, gazetteer):
            if fold(t.phrase) not in surnames and not _inside_organisation(t.start, t.end, names):
                found.append(Found("where", t.start, t.end, fold(t.phrase)))
    known = busy + [(f.start, f.end) for f in found]
    for name in names:
        venue = name.words[-1] in VENUES and len(name.words) > 1
        named = name.before in INSIDE and not name.acronym and _place_like(name, surnames)
        if (venue or named) and not _overlaps(name.start, name.end, known):
            found.append(Found("where", name.start, name.end, fold(text[name.start : name.end])))
    return found


def _place_like(name: _Name, surnames: frozenset[str]) -> bool:
    """A name behind `in` or `at` that nothing says is a person, a body, an event or a time."""
    first, last = name.words[0], name.words[-1]
    if name.article and last not in VENUES:
        return False
    person = first in FIRST_NAMES or first in TITLES or last in surnames
    return not person and last not in ORGANISATIONS | EVENTS | NATIONS | SOURCES | TIME_WORDS | NOT_PLACES


def _surnames(names: Sequence[_Name]) -> frozenset[str]:
    """Words that stand last in a name of a person somewhere in the text: throughout it they are that person, also where
    the gazetteer knows a town of the name (one sense per discourse)."""
    found = set()
    for name in names:
        link = any(w in LINKS for w in name.words)
        first, last = name.words[0], name.words[-1]
        descriptor = first in DIRECTIONS | NATIONS | NOT_PLACES | OPENERS or last in VENUES | EVENTS | ORGANISATIONS
        if len(name.words) in (2, 3) and not link and (first in FIRST_NAMES or first in TITLES or not descriptor):
            found.add(last)
    return frozenset(found)


def _inside_organisation(start: int, end: int, names: Sequence[_Name]) -> bool:
    return any(n.start <= start and end <= n.end and n.words[-1] in ORGANISATIONS and len(n.words) > 1 for n in names)


# --- what and why ---------------------------------------------------------------------------------------------


def _actions(tokens: Sequence[Token]) -> list[Found]:
    """Verbs of what happened: past forms, `is/are ...ing`, and the present of headlines. Speech, feeling and being are
    no action; neither is a participle before a noun (`a trapped boy`)."""
    found = []
    for i, t in enumerate(tokens):
        before = tokens[i - 1].key if i and not t.opens else ""
        if not before or t.capital or before in DETERMINERS:
            continue
        running = t.key.endswith("ing") and len(t.key) > 4 and before in BE and t.key not in STATES
        if running or t.key in PRESENT - NOUNS or _past(t.key):
            found.append(Found("what", t.start, t.end, t.key))
    return found


def _past(key: str) -> bool:
    return (key in PAST or (key.endswith("ed") and len(key) > 4)) and key not in NOT_ACTIONS and key not in SPEECH


@cache
def _why() -> re.Pattern[str]:
    phrases = "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in sorted(CAUSAL_PHRASES, key=len, reverse=True))
    return re.compile(rf"\b(?:{phrases}|{'|'.join(CAUSAL_VERBS)})\b", re.IGNORECASE)


def _overlaps(start: int, end: int, taken: Sequence[tuple[int, int]]) -> bool:
    return any(s < end and start < e for s, e in taken)
