"""What a map asks the gazetteer: where a name lies, which city is next to a point, how far an area reaches."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from newsctx.errors import NewsctxError
from newsctx.places import EARTH_RADIUS_KM, NEAREST_KM, Places, distance_km
from newsctx.records import Place

REACH = 0.9  # share of an area's cities that its circle holds


class Near(NamedTuple):
    """A city and how far it is from the point that was asked for."""

    place: Place
    km: float


class Atlas:
    """Answers are kept: a page is drawn again and again. The gazetteer is loaded on the first question."""

    def __init__(self, places: Callable[[], Places]) -> None:
        self._places = places
        self.place_of = lru_cache(1024)(self._place_of)
        self.reach_km = lru_cache(1024)(self._reach_km)

    def _place_of(self, text: str) -> Place | None:
        """The place that a text means, None where nothing of it is known."""
        return self._places().resolve(text.strip()) if text.strip() else None

    def near(self, lat: float, lon: float) -> Near | None:
        """The city nearest to a point (degrees, WGS 84), None where there is none within `NEAREST_KM`.

        Raises NewsctxError for a point that is none on Earth.
        """
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise NewsctxError(
                f"Latitude {lat}, longitude {lon} is no point on Earth: expected degrees within -90..90 and -180..180."
            )
        found = self._places().nearest(lat, lon, NEAREST_KM)
        if found is None:
            return None
        km = distance_km(Place(name="point", level="venue", lat=lat, lon=lon), found)
        return Near(found, km or 0.0)

    def _reach_km(self, place: Place) -> float:
        """Radius in km around a region's or country's position that holds 90% of its cities in the gazetteer.

        0 for a venue or a city, which are drawn as points, for a continent and where the gazetteer holds no city of
        the area.
        """
        if place.level not in ("region", "country") or place.lat is None or place.lon is None:
            return 0.0
        gazetteer = self._places().gazetteer
        name = place.name if place.level == "region" else ""
        at = np.array(
            [
                (c.lat, c.lon)
                for c in gazetteer.cities
                if c.country == place.country_code
                and (not name or gazetteer.regions.get((c.country, c.admin1)) == name)
            ]
        )
        return float(np.quantile(_km(place.lat, place.lon, at), REACH)) if len(at) else 0.0


def _km(lat: float, lon: float, points: np.ndarray) -> np.ndarray:
    """Great-circle distances from a point to (N, 2) points, degrees -> (N,) km (haversine)."""
    a, b = np.radians(points), np.radians([lat, lon])
    half = np.sin((a - b) / 2) ** 2
    chord = half[:, 0] + np.cos(a[:, 0]) * np.cos(b[0]) * half[:, 1]
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
