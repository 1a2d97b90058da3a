"""Reach of areas and the nearest city, over a gazetteer of ten cities on the equator."""

from __future__ import annotations

import math

import pytest

from newsctx.atlas import Atlas
from newsctx.errors import NewsctxError
from newsctx.gazetteer import Gazetteer
from newsctx.places import EARTH_RADIUS_KM, Places

DEGREE = math.pi * EARTH_RADIUS_KM / 180  # km, 111.195 of the equator


def atlas() -> Atlas:
    """Cities at 0, 1, ... 9 degrees east: their country lies at their mean, 4.5 degrees."""
    cities = [
        {
            "name": f"Town{i}", "countrycode": "XX", "admin1code": "01" if i < 5 else "02", "latitude": 0.0,
            "longitude": float(i), "population": 1000, "geonameid": i, "alternatenames": [],
        }
        for i in range(10)
    ]  # fmt: skip
    country = {"name": "Equatia", "capital": "Town0", "population": 10_000, "geonameid": 99, "continentcode": "AF"}
    regions = {("XX", "01"): "West", ("XX", "02"): "East"}
    return Atlas(lambda: Places(Gazetteer(cities, regions, {"XX": country}, {"AF": "Africa"})))


def test_a_country_reaches_as_far_as_nine_tenths_of_its_cities():
    # distances from 4.5 degrees, in degrees: 0.5 0.5 1.5 1.5 2.5 2.5 3.5 3.5 4.5 4.5; the 90% quantile is 4.5
    country = atlas().place_of("Equatia")
    assert country and country.level == "country" and country.lon == 4.5
    assert atlas().reach_km(country) == pytest.approx(4.5 * DEGREE, rel=1e-6)


def test_a_region_counts_its_own_cities_only():
    # West: 0..4, mean 2; distances 0 1 1 2 2, the 90% quantile is 2
    region = atlas().place_of("West")
    assert region and atlas().reach_km(region) == pytest.approx(2 * DEGREE, rel=1e-6)


def test_a_city_is_a_point():
    city = atlas().place_of("Town3")
    assert city and atlas().reach_km(city) == 0.0


def test_unknown_and_empty_names_have_no_place():
    assert atlas().place_of("Nowhere at all") is None and atlas().place_of("  ") is None


def test_the_nearest_city_comes_with_its_distance():
    near = atlas().near(0.0, 3.1)
    assert near and near.place.name == "Town3"
    assert near.km == pytest.approx(0.1 * DEGREE, rel=1e-6)
    assert atlas().near(1.0, 3.0) is None, "111 km away: farther than 50 km is no answer"


@pytest.mark.parametrize(("lat", "lon"), [(91.0, 0.0), (0.0, 180.5), (math.nan, 0.0), (math.inf, 0.0)])
def test_a_point_off_the_earth_is_refused(lat, lon):
    with pytest.raises(NewsctxError, match="no point on Earth"):
        atlas().near(lat, lon)
