"""Other names of the same place: `US` and `United States`, `Kyiv` and `Kiev`, `German` for Germany."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Iterator

from newsctx.dates import MONTHS
from newsctx.gazetteer import Gazetteer, load
from newsctx.grounding.common import word_set
from newsctx.grounding.dating import WEEKDAYS
from newsctx.grounding.demonyms import DEMONYMS
from newsctx.grounding.names import is_common, title_case
from newsctx.grounding.text import Word
from newsctx.placenames import AP_STATES, CITY_ALIASES, COUNTRY_ALIASES, fold
from newsctx.toponyms import find_toponyms
from newsctx.wordlists import DIRECTIONS, FIRST_NAMES, TEAMS, TITLES

_NAMED = {
    "US": "america",
    "GB": "britain",
    "KR": "south korea",
    "KP": "north korea",
    "ZA": "south africa",
    "CD": "congo",
}
_LONG_FORMS = {  # acronyms of two letters that news never spells out twice
    ("eu",): ("european", "union"), ("un",): ("united", "nations"),
}  # fmt: skip

Keys = tuple[str, ...]


def _keys(name: str) -> Keys:
    return tuple(fold(name).split())


@functools.cache
def _groups() -> dict[Keys, frozenset[Keys]]:
    """Name -> all names of the same country, state or city, from the alias tables."""
    gazetteer = load()
    groups: dict[str, set[Keys]] = defaultdict(set)
    for alias, code in COUNTRY_ALIASES.items():
        if code in gazetteer.countries:
            groups[code] |= {_keys(alias), _keys(gazetteer.countries[code]["name"])}
    for alias, (name, country, _) in CITY_ALIASES.items():
        groups[f"{country}/{name}"] |= {_keys(alias), _keys(name)}
    for alias, code in AP_STATES.items():
        if state := gazetteer.regions.get(("US", code)):
            groups[f"US-{code}"] |= {_keys(alias), _keys(state)}
    table: dict[Keys, set[Keys]] = defaultdict(set)
    for names in groups.values():
        for name in names:
            table[name] |= names
    for short, long in _LONG_FORMS.items():
        table[short].add(long)
        table[long].add(short)
    return {name: frozenset(others) for name, others in table.items()}


@functools.cache
def _countries_of_adjective() -> dict[str, tuple[Keys, ...]]:
    gazetteer = load()
    table: dict[str, list[Keys]] = defaultdict(list)
    for code, adjectives in DEMONYMS.items():
        if code not in gazetteer.countries:
            continue
        names = [n for n in (gazetteer.countries[code]["name"], _NAMED.get(code, "")) if n]
        for word in adjectives.split():
            table[word].extend(_keys(n) for n in names)
    return {word: tuple(names) for word, names in table.items()}


def other_names(keys: Keys) -> tuple[Keys, ...]:
    """What else in a text shows the place that these keys name; a country's adjective is shown by its name.

    Not the other way: a German chancellor may speak in Paris.
    """
    same = tuple(sorted(_groups().get(keys, frozenset()) - {keys}))
    if len(keys) != 1:
        return same
    countries = _countries_of_adjective().get(keys[0], ())
    further = tuple(o for c in countries for o in sorted(_groups().get(c, frozenset())))
    return same + countries + further


def is_adjective(key: str) -> bool:
    """True for `german`, `french`: a country's adjective or the name of its people."""
    return key in _countries_of_adjective()


_NO_NAMES = TITLES | DIRECTIONS | TEAMS | {*MONTHS, *WEEKDAYS}
#: Places that are given names or parts of such: before another name they are a person.
_GIVEN = FIRST_NAMES | word_set("paris london brooklyn savannah sierra kenya cheyenne vienna verona lincoln alexandria")


def placelike_words(line: list[Word]) -> Iterator[Word]:
    """The capitalised words of a line that are no part of a person's name, as far as their neighbours tell.

    A capitalised word before them that is neither an ordinary word nor a title, a place or an acronym is taken for a
    given name; behind them one counts only where they are given names too (`Paris Hilton`, not `Manchester Arena`).
    In a headline in Title Case neighbours tell nothing.
    """
    titled = title_case(line)
    for n, word in enumerate(line):
        if not word.capital:
            continue
        before = line[n - 1] if n and word.gap == " " else None
        after = line[n + 1] if n + 1 < len(line) and line[n + 1].gap == " " and word.key in _GIVEN else None
        if titled or not (_of_person(before) or _of_person(after)):
            yield word


def _of_person(word: Word | None) -> bool:
    if word is None or not word.capital or is_common(word.text) or word.text.isupper():
        return False
    return (
        word.key not in _NO_NAMES
        and not is_adjective(word.key)
        and not known_in_lower_case(word.key)
        and (word.key,) not in _groups()
    )


def place_runs(line: list[Word]) -> Iterator[list[Word]]:
    """One or two neighbouring capitalised words that may be a place; words that are ordinary English are left out."""
    fit = {w.start for w in placelike_words(line) if len(w.text) > 3 and not is_common(w.text)}
    for n, word in enumerate(line):
        if word.start in fit:
            yield [word]
        if n + 1 < len(line) and word.capital and line[n + 1].capital and len(line[n + 1].text) < 80:
            yield [word, line[n + 1]]


def place_spans(text: str) -> list[tuple[int, int]]:
    """Characters start..end of every place that the gazetteer and the context of the sentence show."""
    return [(t.start, t.end) for t in find_toponyms(text, load())]


@functools.lru_cache(maxsize=20_000)
def geonameid(name: str) -> int | None:
    """Of the best-known place of that name in any script; None where unknown."""
    found = _gazetteer().find(name)
    return found[0].geonameid if found else None


BIG = math.log10(500_000) + 1  # prior of a city (capitals have +1) from which it needs no capital letter to be one
_ALSO_ENGLISH = word_set("bath essen guinea jersey male mission mobile nice orange reading split surprise")


@functools.lru_cache(maxsize=20_000)
def known_in_lower_case(key: str) -> bool:
    """True for a folded name that can only be a country, capital or city of half a million: `moscow`, not `orange`."""
    if len(key) < 4 or key in _ALSO_ENGLISH or is_common(key):
        return False
    entries = load().names.get(key, ())
    return any(
        fold(e.name) == key and (e.level == "country" or (e.level == "city" and e.prior >= BIG)) for e in entries
    )


def _gazetteer() -> Gazetteer:
    return load()
