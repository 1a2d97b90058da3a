"""Captions, articles and signs of fictional events, in many wordings, for training."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from newsctx.demo.wording.choice import choose, pick, sentence

_MANY = ["two thousand", "3,000", "hundreds of", "some 400", "about 1,200", "5,000", "20,000", "ninety", "12,000"]
_TIMES = {
    "dawn": ["at dawn", "at first light", "early in the morning", "at sunrise", "at daybreak"],
    "day": ["during the day", "at noon", "in the afternoon", "by day", "this morning", ""],
    "golden": ["in the evening sun", "in golden light", "late in the afternoon", "in low sun", "before sunset"],
    "dusk": ["at dusk", "at nightfall", "in the twilight", "after sunset", "in the evening"],
    "night": ["at night", "by night", "in the dark", "after dark", "late at night"],
}
_WEATHER = {
    "clear": ["under a blue sky", "in clear weather", "under a cloudless sky", "in the sunshine", ""],
    "cloudy": ["under clouds", "under a cloudy sky", "beneath drifting clouds", ""],
    "overcast": ["under a grey sky", "under heavy clouds", "on a grey day", "in dull weather"],
    "rain": ["in the rain", "in pouring rain", "on wet ground", "during a shower", "in rainy weather"],
    "snow": ["in falling snow", "as snow falls", "in snow flurries", "among snowflakes"],
    "fog": ["in the fog", "in thick mist", "in haze", "on a foggy day"],
}
_VIEWS = {
    "river": ["by the water", "on the waterfront", "on the quay", "along the river", "on the embankment", ""],
    "street": ["on a street", "between houses", "in a narrow street", "on an avenue", "down the road", ""],
    "square": ["on a square", "on a plaza", "in front of old houses", "on an open square", ""],
}
_DARK = {**_WEATHER, "clear": ["under the stars", "on a clear night", ""], "overcast": ["under heavy clouds", ""]}


@dataclass(frozen=True)
class Facts:
    """What happened."""

    city: str
    kind: str
    start: date
    venue: str = ""
    signs: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """What one photograph of it shows."""

    view: str
    time: str
    weather: str
    landmark: int  # -1: none in frame
    snow: bool


@dataclass(frozen=True)
class Written:
    """An article."""

    headline: str
    abstract: str
    body: str
    captions: tuple[str, ...]


@cache
def _words(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def signs(city: str, kind: str, rng: np.random.Generator) -> tuple[str, ...]:
    """One to three texts in the city's language and script."""
    known = _words("signs")[kind][_words("cities")[city]["language"]]
    count = min(int(rng.integers(1, 4)), len(known))
    return tuple(known[int(i)] for i in rng.choice(len(known), count, replace=False))


def venue(city: str, rng: np.random.Generator) -> str:
    """A district of the city."""
    return pick(_words("cities")[city]["venues"], rng)


def caption(facts: Facts, view: View | None, rng: np.random.Generator) -> str:
    """A news caption of the event; with a view also of what that photograph shows, without one from hearsay."""
    place = _fill(pick(_words("cities")[facts.city]["in"], rng), facts, rng)
    what = _what(facts, rng)
    if view is None:
        return _plain(what, place, facts, rng)
    details = _details(facts, view, rng)
    patterns = (
        f"{what} {place}{details}",
        f"{place}, {what}{details}",
        f"{what}{details} {place}",
        f"{what} {place}, {_noun(facts, rng)}{details}",
    )
    return sentence(patterns[int(rng.integers(len(patterns)))])


def _plain(what: str, place: str, facts: Facts, rng: np.random.Generator) -> str:
    name = _name(facts, rng)
    reason = pick(_words("kinds")[facts.kind]["reasons"], rng)
    patterns = (
        f"{what} {place}",
        f"{_noun(facts, rng)} {place}: {what}",
        f"{name}: {what}",
        f"{what} {place} after {reason}",
        f"{place}, {what} after {reason}",
        f"scene of the {_noun(facts, rng)} {place}",
        f"{_noun(facts, rng)} {place} after {reason}",
    )
    return sentence(patterns[int(rng.integers(len(patterns)))])


def _details(facts: Facts, view: View, rng: np.random.Generator) -> str:
    """What else the photograph shows, in any order and never all of it."""
    found: list[str] = []
    if view.landmark >= 0 and rng.random() < 0.75:
        landmark = pick(_words("cities")[facts.city]["landmarks"][view.landmark], rng)
        found.append(choose(f"[with {landmark} behind|before {landmark}|near {landmark}|, {landmark} in the background|"
                            f"with {landmark} in the distance|in the shadow of {landmark}]", rng))  # fmt: skip
    weather = _DARK if view.time in ("dusk", "night") else _WEATHER
    for table, key, share in ((_TIMES, view.time, 0.6), (weather, view.weather, 0.5), (_VIEWS, view.view, 0.4)):
        if rng.random() < share:
            found.append(pick(table[key], rng))
    if view.snow and view.weather != "snow" and rng.random() < 0.5:
        found.append(choose("[in winter|with snow on the ground|on snowy ground]", rng))
    order = rng.permutation(len(found))
    return "".join(f" {found[int(i)]}" for i in order if found[int(i)]).replace(" ,", ",")


def _what(facts: Facts, rng: np.random.Generator) -> str:
    clauses = _words("kinds")[facts.kind]["clauses"]
    shown = [c for c in clauses if "{sign}" not in c or facts.signs]
    return _fill(pick(shown, rng), facts, rng)


def _noun(facts: Facts, rng: np.random.Generator) -> str:
    return pick(_words("kinds")[facts.kind]["nouns"], rng)


def _name(facts: Facts, rng: np.random.Generator) -> str:
    return _fill(pick(_words("cities")[facts.city]["name"], rng), facts, rng)


def _fill(text: str, facts: Facts, rng: np.random.Generator) -> str:
    sign = facts.signs[int(rng.integers(len(facts.signs)))].replace("\n", " ") if facts.signs else ""
    district = facts.venue or venue(facts.city, rng)
    for name, value in (("{sign}", sign), ("{venue}", district), ("{many}", pick(_MANY, rng))):
        text = text.replace(name, value)
    return text


def article(facts: Facts, views: tuple[View, ...], rng: np.random.Generator) -> Written:
    """An article about the event; its first captions describe the views, the others what anybody could have seen."""
    kind = _words("kinds")[facts.kind]
    captions = [caption(facts, view, rng) for view in views]
    captions += [caption(facts, None, rng) for _ in range(int(rng.integers(1, 4)))]
    reason = pick(kind["reasons"], rng)
    place = _fill(pick(_words("cities")[facts.city]["in"], rng), facts, rng)
    lead = sentence(f"{_what(facts, rng)} {place} after {reason}")
    order = rng.permutation(len(kind["facts"]))[: int(rng.integers(3, len(kind["facts"]) + 1))]
    day = choose(f"[on|last] {facts.start:%A}", rng)
    second = sentence(
        f"{day} the {_noun(facts, rng)} {choose('[surprised|moved|shook|occupied]', rng)} {_name(facts, rng)}"
    )
    rest = [sentence(_fill(choose(kind["facts"][int(i)], rng), facts, rng)) for i in order]
    headline = _fill(pick(kind["heads"], rng).replace("{city}", _name(facts, rng)), facts, rng)
    abstract = sentence(f"{_what(facts, rng)} {place}")
    closing = sentence(
        choose("[officials|witnesses|residents] [said so|told reporters|confirmed it] [in the evening|today]", rng)
    )
    return Written(
        headline[:1].upper() + headline[1:], abstract, " ".join([lead, second, *rest, closing]), tuple(captions[:5])
    )
