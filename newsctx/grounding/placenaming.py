"""Other names of the same place: `US` and `United States`, `Kyiv` and `Kiev`, `German` for Germany."""

from __future__ import annotations

import functools
from collections import defaultdict

from newsctx.gazetteer import Gazetteer, load
from newsctx.placenames import AP_STATES, CITY_ALIASES, COUNTRY_ALIASES, fold
from newsctx.toponyms import find_toponyms

_DEMONYMS = {
    "US": "american", "GB": "british briton britons", "FR": "french", "DE": "german germans", "IT": "italian italians",
    "ES": "spanish", "PT": "portuguese", "NL": "dutch", "BE": "belgian belgians", "CH": "swiss", "AT": "austrian",
    "PL": "polish", "CZ": "czech", "SK": "slovak", "HU": "hungarian", "RO": "romanian", "BG": "bulgarian",
    "GR": "greek greeks", "TR": "turkish turks", "RU": "russian russians", "UA": "ukrainian ukrainians",
    "BY": "belarusian", "SE": "swedish", "NO": "norwegian", "DK": "danish", "FI": "finnish", "IS": "icelandic",
    "IE": "irish", "CA": "canadian canadians", "MX": "mexican mexicans", "BR": "brazilian brazilians",
    "AR": "argentine argentinian", "CL": "chilean", "CO": "colombian", "PE": "peruvian", "VE": "venezuelan",
    "CU": "cuban", "HT": "haitian", "CN": "chinese", "JP": "japanese", "KR": "korean", "KP": "korean", "IN": "indian",
    "PK": "pakistani pakistanis", "BD": "bangladeshi", "NP": "nepali nepalese", "LK": "lankan", "TH": "thai",
    "VN": "vietnamese", "PH": "filipino philippine", "ID": "indonesian", "MY": "malaysian", "SG": "singaporean",
    "AU": "australian australians", "NZ": "zealander", "EG": "egyptian egyptians", "IL": "israeli israelis",
    "PS": "palestinian palestinians", "SY": "syrian syrians", "IQ": "iraqi iraqis", "IR": "iranian iranians",
    "SA": "saudi", "AE": "emirati", "LB": "lebanese", "JO": "jordanian", "YE": "yemeni", "AF": "afghan afghans",
    "ZA": "african", "NG": "nigerian", "KE": "kenyan", "ET": "ethiopian", "SD": "sudanese", "SO": "somali",
    "LY": "libyan", "TN": "tunisian", "DZ": "algerian", "MA": "moroccan", "GH": "ghanaian", "ZW": "zimbabwean",
    "RS": "serbian", "HR": "croatian", "BA": "bosnian", "AL": "albanian", "GE": "georgian", "AM": "armenian",
    "MM": "burmese",
}  # fmt: skip
_NAMED = {"US": "america", "GB": "britain", "KR": "south korea", "KP": "north korea", "ZA": "south africa"}
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
    for code, adjectives in _DEMONYMS.items():
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


def place_spans(text: str) -> list[tuple[int, int]]:
    """Characters start..end of every place that the gazetteer and the context of the sentence show."""
    return [(t.start, t.end) for t in find_toponyms(text, load())]


@functools.lru_cache(maxsize=20_000)
def geonameid(name: str) -> int | None:
    """Of the best-known place of that name in any script; None where unknown."""
    found = _gazetteer().find(name)
    return found[0].geonameid if found else None


def _gazetteer() -> Gazetteer:
    return load()
