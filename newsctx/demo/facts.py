"""What happens in the fictional world of the demonstration archive: events in real cities, 2015 to 2024."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

STORIES = Path(__file__).parent / "stories"  # a file per city: its events and their articles
FIRST, LAST = date(2015, 1, 1), date(2024, 12, 31)
#: city -> the rest of its hierarchy, leaf to root
PARENTS: dict[str, tuple[str, str]] = {
    "Agra": ("India", "Asia"),
    "Amsterdam": ("Netherlands", "Europe"),
    "Athens": ("Greece", "Europe"),
    "Barcelona": ("Spain", "Europe"),
    "Budapest": ("Hungary", "Europe"),
    "Cairo": ("Egypt", "Africa"),
    "Cape Town": ("South Africa", "Africa"),
    "Cologne": ("Germany", "Europe"),
    "Dubai": ("United Arab Emirates", "Asia"),
    "Florence": ("Italy", "Europe"),
    "Istanbul": ("Turkey", "Europe"),
    "Kyoto": ("Japan", "Asia"),
    "Lisbon": ("Portugal", "Europe"),
    "London": ("England", "Europe"),
    "New York": ("United States", "North America"),
    "Paris": ("France", "Europe"),
    "Prague": ("Czech Republic", "Europe"),
    "Rio de Janeiro": ("Brazil", "South America"),
    "Rome": ("Italy", "Europe"),
    "San Francisco": ("California", "North America"),
    "Seattle": ("Washington", "North America"),
    "Shanghai": ("China", "Asia"),
    "Singapore": ("Singapore", "Asia"),
    "Sydney": ("Australia", "Oceania"),
}
KINDS = (
    "protest", "flood", "ferry accident", "marathon", "vigil", "building fire", "snow chaos", "parade",
    "wildfire smoke", "rocket launch", "storm damage", "football final", "train derailment", "fireworks",
)  # fmt: skip


def keyword(city: str) -> str:
    """The location keyword in the manner of the New York Times: `Paris (France)`."""
    return f"{city} ({PARENTS[city][0]})"


def hierarchy(city: str) -> str:
    """Leaf to root: `Paris, France, Europe`; a city that is its own state counts once."""
    levels = [city, *PARENTS[city]]
    return ", ".join(level for i, level in enumerate(levels) if i == 0 or level != levels[i - 1])


@dataclass(frozen=True)
class Event:
    """One fictional event; `signs` are the words legible in its photographs, `landmark` the one usually in frame."""

    id: str
    city: str
    kind: str
    start: date
    signs: tuple[str, ...]
    related: str = ""  # id of an event of the same kind elsewhere or of the same city
    landmark: int = 0
    snow: bool = False
    venue: str = ""  # a district


@cache
def written() -> tuple[tuple[Event, tuple[dict[str, Any], ...]], ...]:
    """Every event with the rows of its articles, by date.

    Raises:
        ValueError: an event of an unknown city or kind, or an id used twice.
    """
    found: dict[str, tuple[Event, tuple[dict[str, Any], ...]]] = {}
    for path in sorted(STORIES.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8")).get("event", []):
            event = _event(row)
            if event.city not in PARENTS or event.kind not in KINDS or event.id in found:
                what = f"unknown city {event.city!r}, unknown kind {event.kind!r}, or an id used twice"
                raise ValueError(f"{path.name}: {event.id}: {what}")
            found[event.id] = (event, tuple(row["article"]))
    return tuple(sorted(found.values(), key=lambda pair: (pair[0].start, pair[0].id)))


def _event(row: dict[str, Any]) -> Event:
    return Event(
        id=row["id"],
        city=row["city"],
        kind=row["kind"],
        start=row["start"],
        signs=tuple(row["signs"]),
        related=row.get("related", ""),
        landmark=row.get("landmark", 0),
        snow=row.get("snow", False),
        venue=row.get("venue", ""),
    )


def events() -> tuple[Event, ...]:
    """Every event, by date."""
    return tuple(event for event, _ in written())


def by_id() -> dict[str, Event]:
    """Every event by its id."""
    return {event.id: event for event in events()}
