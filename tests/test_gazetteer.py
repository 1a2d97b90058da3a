"""The gazetteer over a small hand-made world; the real tables once, for what they must hold."""

from __future__ import annotations

import pytest

from newsctx.gazetteer import Gazetteer, load
from newsctx.placenames import fold


def city(
    geonameid: int, name: str, country: str, admin1: str, lat: float, lon: float, people: int, *alternates: str
) -> dict:
    return {
        "geonameid": geonameid, "name": name, "countrycode": country, "admin1code": admin1, "latitude": lat,
        "longitude": lon, "population": people, "alternatenames": list(alternates),
    }  # fmt: skip


@pytest.fixture
def world() -> Gazetteer:
    """Two countries of one continent, two towns of one name."""
    cities = [
        city(1, "Alba", "AA", "01", 10.0, 20.0, 90_000, "ALB", "Альба"),
        city(2, "Alba", "BB", "02", 0.0, 0.0, 600),
        city(3, "Bel", "AA", "01", 12.0, 22.0, 1_000_000, "Belagrad"),
    ]
    country = {"capital": "", "population": 5_000_000, "continentcode": "XX", "geonameid": 9}
    countries = {"AA": country | {"name": "Aland", "capital": "Bel"}, "BB": country | {"name": "Beland"}}
    return Gazetteer(cities, {("AA", "01"): "North Aland"}, countries, {"XX": "Xenia"}, [])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("U.S.", "us"),
        ("Saint-Étienne", "saint etienne"),
        ("St. Etienne", "saint etienne"),
        ("Москва", "москва"),
        ("", ""),
    ],
)
def test_fold(name: str, key: str) -> None:
    assert fold(name) == key


def test_larger_place_of_a_name_comes_first(world: Gazetteer) -> None:
    assert [e.geonameid for e in world.find("ALBA")] == [1, 2]
    assert world.find("Gamma") == []


def test_alternate_names(world: Gazetteer) -> None:
    assert [e.geonameid for e in world.find("альба")] == [1]
    assert world.find("ALB")[:1] == []  # three ASCII letters: a code, not a name
    assert "belagrad" in world.names  # a big city's Latin alternate is looked for in running text
    assert "альба" not in world.names


def test_place_has_its_hierarchy(world: Gazetteer) -> None:
    place = world.place(world.find("Alba")[0])
    assert place.hierarchy == ("Alba", "North Aland", "Aland", "Xenia")
    assert world.place(world.find("Alba")[1]).region == ""  # no name known for BB.02: empty, never the code


def test_area_lies_at_the_mean_of_its_cities(world: Gazetteer) -> None:
    region = world.find("North Aland")[0]
    assert (region.lat, region.lon) == (11.0, 21.0)  # (10 + 12) / 2, (20 + 22) / 2
    assert world.place(region).hierarchy == ("North Aland", "Aland", "Xenia")


def test_within(world: Gazetteer) -> None:
    alba, bel = world.find("Alba")[0], world.find("Bel")[0]
    for area in ("North Aland", "Aland", "Xenia"):
        assert world.within(alba, world.find(area)[0])
    assert not world.within(alba, world.find("Beland")[0])
    assert world.within(bel, bel) and not world.within(alba, bel)


def test_capital_outranks_its_size(world: Gazetteer) -> None:
    # log10(1,000,010) + 1 (a city) + 1 (the capital) = 8.0
    assert world.find("Bel")[0].prior == pytest.approx(8.0, abs=1e-4)


def test_real_tables() -> None:
    gazetteer = load()
    assert load() is gazetteer
    assert len(gazetteer.cities) > 200_000
    assert gazetteer.regions["DE", "07"] == "North Rhine-Westphalia"
    assert gazetteer.regions["US", "TX"] == "Texas"
    named = sum((c.country, c.admin1) in gazetteer.regions for c in gazetteer.cities)
    assert named / len(gazetteer.cities) > 0.95
    assert not [n for n in gazetteer.regions.values() if n.isdigit()]
