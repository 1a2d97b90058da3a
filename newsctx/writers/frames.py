"""Where and when, filled into a quoted sentence from the metadata: `in Athens, Greece, on Friday, 19 June 2015,`.

Only what the sentence itself points at is filled in: the land of a city that it names, the day of a weekday that it
names. The day of publication is never taken for the day of the event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from newsctx.grounding.dating import WEEKDAYS, find_dates
from newsctx.passages import folded
from newsctx.places import parse_keyword
from newsctx.records import Article, PartialDate, Place

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAY = re.compile(
    rf"\b(?:[Oo]n|[Ss]ince)\s+(?P<day>{'|'.join(d.capitalize() for d in WEEKDAYS)})\b"
    r"(?:\s(?:early\s|late\s)?(?:morning|afternoon|evening|night|noon))?"
)
_COMING = re.compile(  # of a day still to come
    r"\b(?:will|would|shall|expect\w*|plan\w*|due|schedul\w*|forecast\w*|"
    r"is to|are to|was to|were to|set to|to reopen|tomorrow|upcoming|begins|starts|opens)\b|\bnext\s(?:[A-Z]|week)"
)
_BEFORE_PLACE = re.compile(r"\b(?:in|at|near|of|to|through|across|around|outside|from|over|off|for|towards?)$")
_AFTER_PLACE = re.compile(r"[.,;]|\s(?:on|in|at|to|by|after|as|during|while|when|with|against)\b")
_ARTICLE = re.compile(r"\b(?:an?|the|this|its|his|her|their)$", re.I)
_NAMELIKE = re.compile(r"[A-Z]\w")


def spoken(value: PartialDate) -> tuple[str, str]:
    """Preposition and date in words: ("on", "27 December 2017"), ("in", "December 2017"), ("in", "the 2010s")."""
    if value.decade:
        return "in", f"the {value.iso}"
    month = MONTHS[value.month - 1] if value.month else ""
    parts = [str(value.day) if value.day else "", month, str(value.year)]
    return "on" if value.day else "in", " ".join(p for p in parts if p)


def dated(text: str, published: PartialDate | None) -> str | None:
    """The sentence with the full date behind its weekday; None where it names none, or one that may lie ahead.

    A weekday in news is the last one up to the day of publication (AP Stylebook).
    """
    found = list(_DAY.finditer(text))
    if published is None or published.precision != "day" or not found or _COMING.search(text):
        return None
    rest = text[found[0].end() :]
    if any(d.readings[0].month for d in find_dates(text)):  # it says the day itself
        return None
    back = (published.first.weekday() - WEEKDAYS.index(found[0]["day"].lower())) % 7
    return _inserted(text, found[0].end(), _words(published.first - timedelta(days=back)), rest)


def says_when(text: str) -> bool:
    """True where the sentence has a date with a year of its own."""
    return any(r.year is not None for d in find_dates(text) for r in d.readings)


class Where(NamedTuple):
    """A place as a caption writes it: `Athens`, `Greece`; `area` is empty where the name says enough."""

    name: str
    area: str

    @property
    def text(self) -> str:
        """`Athens, Greece`."""
        return f"{self.name}, {self.area}" if self.area else self.name


def placed(text: str, places: Sequence[Where]) -> str | None:
    """The sentence with the land (in the United States the state) behind the first city that it names.

    None where it names none of the places as a place: in `Paris Hilton`, `Paris's mayor` and `the Paris Agreement` the
    city is no place of the event.
    """
    for place in places:
        for match in re.finditer(rf"(?<!\w){re.escape(place.name)}(?!\w)", text):
            before, after = text[: match.start()].rstrip(), text[match.end() :]
            if _part_of_a_name(before, after):
                continue
            said = not place.area or _has(text, place.area)
            stands = _BEFORE_PLACE.search(before) or (_AFTER_PLACE.match(after) and not _ARTICLE.search(before))
            return text if said or not stands else _inserted(text, match.end(), place.area, after)
    return None


def where(place: Place, keyword: str = "") -> Where:
    """How a caption writes a place: as the archive's keyword does (`Cologne (Germany)`), else as the gazetteer does."""
    name, parents = parse_keyword(keyword)
    own = place.city if place.level == "venue" else ""
    if place.level in ("country", "continent"):
        return Where(place.name, "")
    area = place.region if place.country_code == "US" and place.region else place.country
    if name and parents and parents[-1] not in ("United States", "USA"):
        area = parents[-1]
    area = "" if folded(area) == folded(name or place.name) else area
    return Where(name or place.name, ", ".join(part for part in (own, area) if part))


def article_places(article: Article) -> list[Where]:
    """The cities and venues of an article, as its metadata has them, the weightiest first."""
    known = [p for p in article.places if p.place and p.place.level in ("city", "venue")]
    return [where(p.place, p.keyword) for p in sorted(known, key=lambda p: -p.weight) if p.place]


def _has(text: str, name: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(folded(name))}(?!\w)", folded(text)))


def _part_of_a_name(before: str, after: str) -> bool:
    last = before.split(" ")[-1] if before else ""
    named_before = bool(_NAMELIKE.match(last)) and not last.endswith((".", ":", "”", '"')) and " " in before
    named_after = bool(re.match(r"\s[A-Z]", after)) or after[:1] in ("'", "’", "-")
    return named_before or named_after or last.lower() == "the"


def _inserted(text: str, at: int, what: str, rest: str) -> str:
    """`, what,` at a place of the text; no comma where a mark follows."""
    close = "" if not rest or rest[0] in '.,;:!?)”"—–' else ","
    return f"{text[:at]}, {what}{close}{rest}"


def _words(day: date) -> str:
    return spoken(PartialDate(year=day.year, month=day.month, day=day.day))[1]
