"""Where and when, filled into a quoted sentence from the metadata: `in Athens, Greece, on Friday, 19 June 2015,`.

Only what the sentence itself points at is filled in: the land of a city that it names, the day of a weekday that it
names. The day of publication is never taken for the day of the event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from newsctx.five_w_words import TIME_WORDS
from newsctx.grounding.dating import WEEKDAYS, Stated, completed, find_dates
from newsctx.grounding.placenaming import place_spans
from newsctx.grounding.tense import told_as_past
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
_BEFORE_PLACE = re.compile(r"\b(?:in|at|near|of|to|through|across|around|outside|from|over|off|for|towards?)$")
_AFTER_PLACE = re.compile(r"[.,;]|\s(?:on|in|at|to|by|after|as|during|while|when|with|against)\b")
_ARTICLE = re.compile(r"\b(?:an?|the|this|its|his|her|their)$", re.I)
_ELSEWHERE = re.compile(  # `a fire in the harbour of Wedestadt`, also where no gazetteer has it
    r"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Oo]f|[Ff]rom|[Oo]utside|[Tt]o|[Aa]round|[Oo]ff|[Ii]nto|[Oo]n)\s"
    r"(?P<name>[A-Z][\w'’-]*(?:\s(?:(?:de|la|del|am|an|der|of|the)\s)?[A-Z][\w'’-]*)*)"
)
_NAMELIKE = re.compile(r"[A-Z]\w")


def spoken(value: PartialDate) -> tuple[str, str]:
    """Preposition and date in words: ("on", "27 December 2017"), ("in", "December 2017"), ("in", "the 2010s")."""
    if value.decade:
        return "in", f"the {value.iso}"
    month = MONTHS[value.month - 1] if value.month else ""
    parts = [str(value.day) if value.day else "", month, str(value.year)]
    return "on" if value.day else "in", " ".join(p for p in parts if p)


def dated(text: str, published: PartialDate | None) -> str | None:
    """The sentence with the full date behind its weekday; None where it names none, or one whose day is not certain.

    A weekday that a sentence tells as past is the last one up to the day of publication (AP Stylebook); one that may
    lie ahead, or be that of the next day, gets no date.
    """
    found = _DAY.search(text)
    if published is None or published.precision != "day" or not found or not told_as_past(text, *found.span()):
        return None
    if any(r.month or r.year for d in find_dates(text) for r in d.readings):  # it says the day itself, or another year
        return None
    day = completed(Stated(weekday=WEEKDAYS.index(found["day"].lower())), published)
    if day.year is None or day.month is None or day.day is None:
        return None
    return _inserted(text, found.end(), _words(date(day.year, day.month, day.day)), text[found.end() :])


def says_when(text: str) -> bool:
    """True where the sentence has a date with month and year of its own; a year alone is seldom that of the event."""
    return any(r.year is not None and r.month is not None for d in find_dates(text) for r in d.readings)


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


def elsewhere(text: str, place: Place) -> bool:
    """True where the sentence names a place, or what may be one, that the given one does not say: `in Wedestadt`."""
    own = [folded(n) for n in (place.name, place.city, place.region, place.country, place.continent) if n]
    names = [m["name"] for m in _ELSEWHERE.finditer(text)] + [text[a:b] for a, b in place_spans(text)]
    return any(folded(n).removesuffix("'s").removesuffix("’s") not in own for n in names if not _timely(n))


def _timely(name: str) -> bool:
    """`Friday`, `June 2017`, `Christmas`."""
    return folded(name.split()[0]).removesuffix("'s").removesuffix("’s") in TIME_WORDS


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
