"""The outlines of the world's countries from `assets/world_110m.json`, for maps that are drawn without a browser.

TopoJSON (https://github.com/topojson/topojson-specification): arcs are quantised and delta-encoded; a ring is a list of
arc numbers, `~n` an arc walked backwards.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORLD = Path(__file__).parents[2] / "assets" / "world_110m.json"


@cache
def land() -> tuple[NDArray[np.float64], ...]:
    """Every ring of the land as (N, 2) longitudes and latitudes, degrees."""
    arcs, shapes = _world("land")
    rings = [r for s in shapes for p in ([s["arcs"]] if s["type"] == "Polygon" else s["arcs"]) for r in p]
    return tuple(_line(arcs, ring) for ring in rings)


@cache
def borders() -> tuple[NDArray[np.float64], ...]:
    """Every line of a country's outline, as `land`."""
    arcs, shapes = _world("countries")
    lines = [line for s in shapes for line in _lines(s)]
    return tuple(_line(arcs, line) for line in lines)


def _lines(shape: dict[str, Any]) -> list[list[int]]:
    match shape["type"]:
        case "LineString":
            return [shape["arcs"]]
        case "MultiLineString" | "Polygon":
            return list(shape["arcs"])
        case _:
            return [ring for polygon in shape["arcs"] for ring in polygon]


@cache
def _world(name: str) -> tuple[list[NDArray[np.float64]], list[dict[str, Any]]]:
    """The arcs in degrees, and the geometries of an object."""
    world = json.loads(WORLD.read_text(encoding="utf-8"))
    scale, shift = np.array(world["transform"]["scale"]), np.array(world["transform"]["translate"])
    arcs = [np.cumsum(np.array(a, dtype=np.int64), axis=0) * scale + shift for a in world["arcs"]]
    return arcs, world["objects"][name]["geometries"]


def _line(arcs: list[NDArray[np.float64]], numbers: list[int]) -> NDArray[np.float64]:
    parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    return np.concatenate([parts[0], *(p[1:] for p in parts[1:])])
