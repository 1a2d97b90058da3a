"""What a photographer would find: views, times, weather and season that suit an event, drawn at random."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

import numpy as np

from newsctx.demo.facts import Event
from newsctx.demo.painter.light import Time, Weather
from newsctx.demo.painter.stage import Scene, Season, View

Choice = TypeVar("Choice")
SOUTH = frozenset({"Cape Town", "Sydney", "Rio de Janeiro"})
NO_SEASONS = frozenset({"Singapore", "Rio de Janeiro", "Dubai", "Cairo"})
SNOWY = frozenset({"New York", "Prague", "Budapest", "Cologne", "Amsterdam", "Istanbul", "Kyoto", "Seattle"})
DRY = frozenset({"Dubai", "Cairo"})
_SEASONS: tuple[Season, ...] = ("winter", "spring", "summer", "autumn")
_VIEWS: dict[str, tuple[View, ...]] = {
    "ferry accident": ("river",),
    "flood": ("river", "street", "square"),
    "wildfire smoke": ("river", "street", "square"),
    "rocket launch": ("river", "river", "square"),
    "fireworks": ("river", "river", "square"),
}
_LAND: tuple[View, ...] = ("street", "street", "square", "square", "river")
_DAYTIME: tuple[Time, ...] = ("dawn", "day", "day", "day", "golden", "golden", "dusk", "night")
_TIMES: dict[str, tuple[Time, ...]] = {
    "fireworks": ("dusk", "night", "night"),
    "vigil": ("dusk", "dusk", "night", "night", "golden"),
    "football final": ("golden", "dusk", "night", "night"),
    "rocket launch": ("dawn", "day", "golden", "dusk", "night"),
}
_WEATHER: dict[str, tuple[Weather, ...]] = {
    "flood": ("overcast", "rain", "rain", "cloudy"),
    "storm damage": ("overcast", "rain", "cloudy", "cloudy", "clear"),
    "snow chaos": ("snow", "snow", "overcast", "cloudy"),
    "wildfire smoke": ("clear", "cloudy", "overcast"),
    "fireworks": ("clear", "clear", "cloudy"),
    "rocket launch": ("clear", "clear", "cloudy"),
}
_ANY: tuple[Weather, ...] = ("clear", "clear", "cloudy", "cloudy", "overcast", "rain", "fog")


def season_of(city: str, day: date) -> Season:
    """The season there, by the trees: southern cities half a year off, cities without seasons always in summer."""
    if city in NO_SEASONS:
        return "summer"
    quarter = (day.month % 12) // 3
    return _SEASONS[(quarter + 2) % 4 if city in SOUTH else quarter]


def draw(event: Event, rng: np.random.Generator, seed: str) -> Scene:
    """A photograph of the event by somebody who was there: the landmark is often out of frame, some signs are too."""
    season = season_of(event.city, event.start)
    lying = event.snow or (season == "winter" and event.city in SNOWY and rng.random() < 0.3)
    shown = tuple(sign for sign in event.signs if rng.random() < 0.6) or event.signs[:1]
    weather = _weather(event, lying, rng)
    return Scene(
        city=event.city,
        kind=event.kind,
        view=_pick(_VIEWS.get(event.kind, _LAND), rng),
        time=_pick(_TIMES.get(event.kind, _DAYTIME), rng),
        weather=weather,
        seed=seed,
        signs=shown,
        snow=lying,
        landmark=(0, 0, 0, 1, 1, -1, -1)[int(rng.integers(7))],
        zoom=float(round(rng.uniform(1.0, 1.4), 3)),
        shift=(float(round(rng.uniform(-1, 1), 3)), float(round(rng.uniform(-0.6, 0.6), 3))),
        season=season,
    )


def _weather(event: Event, lying: bool, rng: np.random.Generator) -> Weather:
    if event.kind in _WEATHER:
        return _pick(_WEATHER[event.kind], rng)
    if lying and rng.random() < 0.4:
        return "snow"
    if event.city in DRY:
        return "clear" if rng.random() < 0.8 else "cloudy"
    return _pick(_ANY, rng)


def _pick(choices: tuple[Choice, ...], rng: np.random.Generator) -> Choice:
    return choices[int(rng.integers(len(choices)))]
