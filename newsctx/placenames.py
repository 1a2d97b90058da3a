"""Small tables of names that GeoNames does not list under the form the press uses, and the folding of names to keys."""

from __future__ import annotations

import re
import unicodedata

COUNTRY_ALIASES: dict[str, str] = {  # folded press form -> ISO 3166-1 alpha-2
    "usa": "US", "us": "US", "united states of america": "US", "the united states": "US", "america": "US",
    "uk": "GB", "britain": "GB", "great britain": "GB", "uae": "AE", "emirates": "AE", "dprk": "KP",
    "korea north": "KP",    "democratic people s republic of korea": "KP", "korea south": "KR",
    "republic of korea": "KR", "holland": "NL",
    "czech republic": "CZ", "burma": "MM", "russian federation": "RU", "ivory coast": "CI", "cote d ivoire": "CI",
    "swaziland": "SZ", "macedonia": "MK", "east timor": "TL", "cape verde": "CV", "vatican city": "VA",
    "turkiye": "TR",    "palestine": "PS", "palestinian territories": "PS", "drc": "CD", "dr congo": "CD",
       "congo": "CG", "people s republic of china": "CN", "prc": "CN", "syrian arab republic": "SY", "viet nam": "VN",
    "republic of ireland": "IE", "the netherlands": "NL", "the gambia": "GM", "the bahamas": "BS",
    "the philippines": "PH",    "deutschland": "DE", "espana": "ES", "italia": "IT",
    "brasil": "BR", "россия": "RU", "украина": "UA", "日本": "JP",
    "中国": "CN",
}  # fmt: skip

CITY_ALIASES: dict[str, tuple[str, str, str]] = {  # folded press form -> (folded official name, country, admin1 code)
    "nyc": ("new york city", "US", "NY"), "new york": ("new york city", "US", "NY"),
    "washington dc": ("washington", "US", "DC"), "washington d c": ("washington", "US", "DC"),
    "kiev": ("kyiv", "UA", "12"), "odessa": ("odesa", "UA", "17"),
    "brussels": ("brussels", "BE", "BRU"), "gaza city": ("gaza", "PS", "GZ"),
    "pyeongchang": ("pyeongchang", "KR", "06"),
}  # fmt: skip

REGION_ALIASES: dict[str, tuple[str, str]] = {  # folded press form -> (country, folded region name)
    "gaza strip": ("PS", "gaza strip"), "west bank": ("PS", "west bank"),
    "nrw": ("DE", "north rhine westphalia"), "catalonia": ("ES", "catalonia"), "quebec": ("CA", "quebec"),
}  # fmt: skip

AP_STATES: dict[str, str] = {  # newspaper abbreviations of US states (AP Stylebook), folded, beside the postal codes
    "ala": "AL", "ariz": "AZ", "ark": "AR", "calif": "CA", "colo": "CO", "conn": "CT", "del": "DE", "fla": "FL",
    "ga": "GA", "ill": "IL", "ind": "IN", "kan": "KS", "ky": "KY", "la": "LA", "mass": "MA", "md": "MD", "mich": "MI",
    "minn": "MN", "miss": "MS", "mo": "MO", "mont": "MT", "neb": "NE", "nev": "NV", "n c": "NC", "n d": "ND",
    "n h": "NH", "n j": "NJ", "n m": "NM", "n y": "NY", "okla": "OK", "ore": "OR", "pa": "PA", "r i": "RI",
    "s c": "SC", "s d": "SD", "tenn": "TN", "tex": "TX", "vt": "VT", "va": "VA", "wash": "WA", "wis": "WI",
    "w va": "WV", "wyo": "WY", "d c": "DC",
}  # fmt: skip

ABBREVIATED = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)")  # the inner dots of `U.S.`
_SPLIT = re.compile(r"[\W_]+")
_MARKS = re.compile("[\u0300-\u036f]+")


def fold(name: str) -> str:
    """The key of a name: case, accents and punctuation dropped, `St.` written out; letters of every script stay.

    `U.S.` -> `us`, `Saint-Étienne` = `St. Etienne` -> `saint etienne`, `Москва` -> `москва`.
    """
    text = name.casefold()
    if "." in text:
        text = _DOTTED.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text)))
    if not text.isalpha():
        text = _SPLIT.sub(" ", text).strip()
    words = text.split(" ", 1)
    if len(words) > 1 and words[0] in ABBREVIATED:
        text = f"{ABBREVIATED[words[0]]} {words[1]}"
    return text
