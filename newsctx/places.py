"""Places: one location text to a `Place`, nearest city, distances, keywords and their atoms."""

from __future__ import annotations

import math
import re
from functools import cached_property

import numpy as np
from geopy.distance import great_circle
from scipy.spatial import cKDTree

from newsctx.gazetteer import Entry, Gazetteer, load
from newsctx.placenames import AP_STATES, COUNTRY_ALIASES, fold
from newsctx.records import Place

EARTH_RADIUS_KM = 6371.0088  # mean radius, as in the NewsRECON evaluation
NEAREST_KM = 50.0  # farther than this from every city a point is in none
_BRACKETS = re.compile(r"\(([^()]*)\)")
_PART = re.compile(r"\((.*?)\)")  # up to the first closing bracket, as the published atoms are cut
_NOT_ATOM = re.compile(r"[^a-z0-9\s-]")


def parse_keyword(keyword: str) -> tuple[str, tuple[str, ...]]:
    """`Paris (France)` -> (`Paris`, (`France`,)); without brackets commas part: `Paris, Texas` likewise."""
    inside = [part.strip() for group in _BRACKETS.findall(keyword) for part in group.split(",")]
    name, *parents = [part.strip() for part in _BRACKETS.sub(" ", keyword).split(",")]
    return " ".join(name.split()), tuple(p for p in [*parents, *inside] if p)


def atoms(location_text: str) -> tuple[str, ...]:
    """Atoms of a location text, in order of appearance, each once (NewsRECON sec. 3).

    Each `;`-separated keyword without its parentheses, then each parenthesised part; lower case, every character but
    `a-z 0-9 - space` a space, spaces folded. `Paris (France) ; Lyon` -> (`paris`, `france`, `lyon`). A keyword without
    any of these characters (`東京`) has no atom; the published code gives all such keywords one and the same, empty
    atom, and so takes Tokyo and Moscow in their own scripts for one place.
    """
    found: dict[str, None] = {}
    for keyword in location_text.split(";"):
        for part in (_PART.sub("", keyword), *_PART.findall(keyword)):
            if atom := " ".join(_NOT_ATOM.sub(" ", part.lower()).split()):
                found[atom] = None
    return tuple(found)


def distance_km(a: Place, b: Place) -> float | None:
    """Great-circle distance on a sphere of 6371.0088 km; None where either place has no coordinates."""
    if a.lat is None or b.lat is None:
        return None
    return great_circle((a.lat, a.lon), (b.lat, b.lon), radius=EARTH_RADIUS_KM).km


class Places:
    """Resolution over a gazetteer; `Places()` uses the full one."""

    def __init__(self, gazetteer: Gazetteer | None = None) -> None:
        self.gazetteer = gazetteer or load()

    def resolve(self, text: str, hint: Place | None = None) -> Place | None:
        """The place one location string means, or None where nothing of it is known.

        Parents (`, Texas`, `(France)`) decide between places of a name; without them the better known one, or with
        `hint` one in the hint's country. An unknown name with a known city as parent is a venue at that city's
        coordinates; with a known region or country only, the answer is that region or country (never finer than known).
        """
        if whole := self._country(text):
            return whole
        name, parents = parse_keyword(text)
        # Outermost first, so that `Moscow, Idaho, USA` reads Idaho inside the USA.
        areas = self._areas(parents)
        found = [e for e in self.gazetteer.find(name) if all(e is not a and self.gazetteer.within(e, a) for a in areas)]
        if found:
            return self.gazetteer.place(self._preferred(found, hint))
        if areas and any(fold(a.name) == fold(name) for a in areas):  # `Singapore, Singapore`
            return self.gazetteer.place(areas[-1])
        return self._from_parents(name, parents, areas) if parents else None

    def nearest(self, lat: float, lon: float, max_km: float = NEAREST_KM) -> Place | None:
        """The nearest city to a point (degrees, WGS 84) within `max_km`, or None."""
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValueError(f"latitude {lat}, longitude {lon}: expected degrees within -90..90 and -180..180")
        chord, index = self._tree.query(_unit(np.array([[lat, lon]]))[0])
        km = 2 * EARTH_RADIUS_KM * math.asin(min(1.0, float(chord) / 2))
        return self.gazetteer.place(self.gazetteer.cities[int(index)]) if km <= max_km else None

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(_unit(np.array([(c.lat, c.lon) for c in self.gazetteer.cities])))

    def _country(self, text: str) -> Place | None:
        code = COUNTRY_ALIASES.get(fold(text))
        entries = [e for e in self.gazetteer.names.get(fold(text), ()) if e.level == "country" and e.country == code]
        return self.gazetteer.place(entries[0]) if entries else None

    def _areas(self, parents: tuple[str, ...]) -> list[Entry]:
        """Known regions, countries and continents among the parents, outermost first, each inside the one before."""
        areas: list[Entry] = []
        for parent in reversed(parents):
            options = [
                e for e in area_entries(self.gazetteer, parent) if all(self.gazetteer.within(e, a) for a in areas)
            ]
            if options:
                areas.append(options[0])
        return areas

    def _preferred(self, found: list[Entry], hint: Place | None) -> Entry:
        if hint is None:
            return found[0]
        near = [e for e in found if e.country == hint.country_code] or found
        region = [e for e in near if hint.region and self.gazetteer.regions.get((e.country, e.admin1)) == hint.region]
        return (region or near)[0]

    def _from_parents(self, name: str, parents: tuple[str, ...], areas: list[Entry]) -> Place | None:
        for parent in parents:
            cities = [e for e in self.gazetteer.find(parent) if e.level == "city"]
            inside = [
                e for e in cities if all(self.gazetteer.within(e, a) for a in areas if fold(a.name) != fold(parent))
            ]
            if inside and (len(parents) > 1 or not areas):
                city = self.gazetteer.place(inside[0])
                return city.model_copy(update={"name": name, "level": "venue", "city": city.name, "geonameid": None})
        return self.gazetteer.place(areas[-1]) if areas else None


def area_entries(gazetteer: Gazetteer, name: str) -> list[Entry]:
    """Regions, countries and continents of that name, postal codes (`TX`) and AP abbreviations (`Tex.`), best first."""
    code = name.strip() if len(name.strip()) == 2 and name.strip().isupper() else AP_STATES.get(fold(name), "")
    code = code or ("DC" if fold(name) == "dc" else "")
    state = gazetteer.regions.get(("US", code))
    found = [e for e in gazetteer.find(state or name) if e.level not in ("city", "venue")]
    if state:
        found = [e for e in found if (e.country, e.admin1, e.name) == ("US", code, state)]
    return found


def _unit(points: np.ndarray) -> np.ndarray:
    """(N, 2) degrees -> (N, 3) points on the unit sphere."""
    lat, lon = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
