"""Resolving location strings against the real gazetteer; distances and atoms by hand."""

from __future__ import annotations

import math

import pytest

from newsctx.places import Places, atoms, distance_km, parse_keyword
from newsctx.records import Place


@pytest.fixture(scope="module")
def places() -> Places:
    return Places()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Paris (France)", "Paris, Île-de-France, France"),
        ("Paris, Texas", "Paris, Texas, United States"),
        ("Duisburg, North Rhine-Westphalia, Germany", "Duisburg, North Rhine-Westphalia, Germany"),
        ("USA", "United States"),
        ("U.K.", "United Kingdom"),
        ("Korea, North", "North Korea"),
        ("Hokkaido", "Hokkaido, Japan"),
        ("Gaza Strip", "Gaza Strip, Palestinian Territory"),
        ("West Bank", "West Bank, Palestinian Territory"),
        ("NYC", "New York City, New York, United States"),
        ("New York", "New York City, New York, United States"),
        ("Washington, DC", "Washington, District of Columbia, United States"),
        ("Springfield, Ill.", "Springfield, Illinois, United States"),
        ("England", "England, United Kingdom"),
        ("Москва", "Moscow, Russia"),
        ("東京", "Tokyo, Japan"),
        ("Moscow, Idaho, USA", "Moscow, Idaho, United States"),
        ("Europe", "Europe"),
    ],
)
def test_resolves(places: Places, text: str, label: str) -> None:
    found = places.resolve(text)
    assert found is not None and found.label == label


@pytest.mark.parametrize("text", ["", "   ", "()", "Qwxyzzy", ";", "Qwxyzzy (Qwxyz)"])
def test_unknown_is_none(places: Places, text: str) -> None:
    assert places.resolve(text) is None


def test_unknown_venue_keeps_the_city_as_its_place(places: Places) -> None:
    found = places.resolve("Qwxyz Tower, Paris, France")
    assert found is not None
    assert (found.level, found.hierarchy[:2], found.country) == ("venue", ("Qwxyz Tower", "Paris"), "France")


def test_unknown_name_in_a_known_country_is_the_country(places: Places) -> None:
    found = places.resolve("Qwxyzzy (Germany)")
    assert found is not None and (found.name, found.level) == ("Germany", "country")


def test_hint_prefers_its_country(places: Places) -> None:
    canada = places.resolve("Canada")
    found = places.resolve("London", hint=canada)
    assert found is not None and found.country_code == "CA"
    plain = places.resolve("London")
    assert plain is not None and plain.country_code == "GB"


def test_nearest(places: Places) -> None:
    found = places.nearest(48.8566, 2.3522)
    assert found is not None and found.country == "France"
    assert places.nearest(0.0, -30.0) is None  # the middle of the Atlantic
    with pytest.raises(ValueError, match="latitude 91"):
        places.nearest(91, 0)


def test_nearest_agrees_with_brute_force(places: Places) -> None:
    point = Place(name="p", level="venue", lat=60.2, lon=179.9)  # near the date line
    cities = (
        places.gazetteer.place(c)
        for c in places.gazetteer.cities
        if c.lat and abs(c.lat - 60.2) < 10 and abs(c.lon) > 160
    )
    best = min(cities, key=lambda c: distance_km(point, c))
    found = places.nearest(60.2, 179.9, max_km=5000)
    assert found is not None and found.geonameid == best.geonameid


def test_distance() -> None:
    a, b = Place(name="a", level="city", lat=0, lon=0), Place(name="b", level="city", lat=0, lon=90)
    assert distance_km(a, b) == pytest.approx(math.pi / 2 * 6371.0088)  # a quarter of the equator
    assert distance_km(a, Place(name="c", level="city")) is None


@pytest.mark.parametrize(
    ("keyword", "parsed"),
    [
        ("Paris (France)", ("Paris", ("France",))),
        ("Paris, Texas", ("Paris", ("Texas",))),
        ("Nice (Provence, France)", ("Nice", ("Provence", "France"))),
        ("Lyon", ("Lyon", ())),
    ],
)
def test_parse_keyword(keyword: str, parsed: tuple) -> None:
    assert parse_keyword(keyword) == parsed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paris (France) ; Lyon", ("paris", "france", "lyon")),
        ("New York City", ("new york city",)),
        ("Lyon (France) ; Paris (France)", ("lyon", "france", "paris")),
        ("Saint-Étienne", ("saint- tienne",)),  # the published pattern turns an accented letter into a space
        ("", ()),
    ],
)
def test_atoms(text: str, expected: tuple[str, ...]) -> None:
    assert atoms(text) == expected
