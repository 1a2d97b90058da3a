"""What happens in the fictional world of the demonstration archive: events in real cities, 2021 to 2024."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

KEYWORDS: dict[str, str] = {  # location keyword per city, NYT style
    "Paris": "Paris (France)",
    "Amsterdam": "Amsterdam (Netherlands)",
    "Florence": "Florence (Italy)",
    "Istanbul": "Istanbul (Turkey)",
    "Cape Town": "Cape Town (South Africa)",
    "Sydney": "Sydney (Australia)",
    "Kyoto": "Kyoto (Japan)",
    "San Francisco": "San Francisco (California)",
}
FIRST, LAST = date(2021, 1, 1), date(2024, 12, 31)


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


EVENTS: tuple[Event, ...] = (
    Event("paris_flood", "Paris", "flood", date(2021, 2, 1), ("QUAI FERME", "DANGER\nCRUE")),
    Event("sydney_vigil", "Sydney", "vigil", date(2021, 8, 20), ("HOME SAFE",)),
    Event("kyoto_fire", "Kyoto", "building fire", date(2021, 11, 12), ("KEEP OUT",)),
    Event(
        "sf_protest",
        "San Francisco",
        "protest",
        date(2022, 4, 22),
        ("SAVE THE\nNIGHT BUS", "NO CUTS", "OWL LINE\nSTAYS"),
    ),
    Event("istanbul_ferry", "Istanbul", "ferry accident", date(2022, 5, 17), ("MARTI 7", "KARAKOY\nISKELE")),
    Event("kyoto_parade", "Kyoto", "parade", date(2022, 7, 16), ("LANTERN FESTIVAL",), "kyoto_fire"),
    Event("florence_marathon", "Florence", "marathon", date(2022, 11, 27), ("FIRENZE MARATONA",)),
    Event("capetown_fire", "Cape Town", "building fire", date(2023, 2, 9), ("ROAD CLOSED",), "kyoto_fire"),
    Event("sydney_marathon", "Sydney", "marathon", date(2023, 9, 17), ("HARBOUR MARATHON",), "florence_marathon"),
    Event(
        "paris_protest",
        "Paris",
        "protest",
        date(2023, 10, 14),
        ("BUS DE NUIT\nPOUR TOUS", "LA NUIT AUSSI\nON TRAVAILLE", "N14 RESTE"),
        "sf_protest",
    ),
    Event(
        "amsterdam_flood", "Amsterdam", "flood", date(2023, 11, 17), ("GRACHT\nAFGESLOTEN", "HOOG WATER"), "paris_flood"
    ),
    Event(
        "istanbul_snow",
        "Istanbul",
        "snow chaos",
        date(2024, 1, 24),
        ("T1 SERVIS DISI", "YOL\nKAPALI"),
        "istanbul_ferry",
        0,
        True,
    ),
)
BY_ID: dict[str, Event] = {event.id: event for event in EVENTS}
