"""Makes world_110m.json from the Natural Earth shapefile; see README.md for the source. Needs shapely only.

    python assets/convert_outlines.py naturalearth_lowres.shp assets/world_110m.json

Writes the three objects that the map draws (land, coastlines, countries), quantised to 0.01 degrees, as TopoJSON
(https://github.com/topojson/topojson-specification).
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

from shapely.geometry import LineString, MultiLineString, Polygon
from shapely.ops import linemerge, unary_union

STEP = 0.01  # degrees per unit
Ring = list[tuple[float, float]]


def rings(shapefile: bytes) -> list[list[Ring]]:
    """Rings of every polygon record (ESRI shapefile technical description, 1998, pages 2-9)."""
    records, at = [], 100
    while at < len(shapefile):
        length = 2 * struct.unpack_from(">i", shapefile, at + 4)[0]
        kind, parts, points = (
            *struct.unpack_from("<i", shapefile, at + 8),
            *struct.unpack_from("<ii", shapefile, at + 44),
        )
        if kind != 5:
            raise SystemExit(f"shape type {kind}: expected 5 (polygon)")
        starts = [*struct.unpack_from(f"<{parts}i", shapefile, at + 52), points]
        flat = struct.unpack_from(f"<{2 * points}d", shapefile, at + 52 + 4 * parts)
        xy = list(zip(flat[::2], flat[1::2], strict=True))
        records.append([xy[a:b] for a, b in zip(starts, starts[1:], strict=False)])
        at += 8 + length
    return records


class Topology:
    """Collects arcs; every line or ring is one arc of its own (no sharing: the file stays small enough)."""

    def __init__(self) -> None:
        self.arcs: list[list[list[int]]] = []

    def arc(self, line: Any) -> int:
        units = [(round((x + 180) / STEP), round((y + 90) / STEP)) for x, y in line]
        units = [p for i, p in enumerate(units) if i == 0 or p != units[i - 1]]
        deltas = [list(units[0])] + [[b[0] - a[0], b[1] - a[1]] for a, b in zip(units, units[1:], strict=False)]
        self.arcs.append(deltas)
        return len(self.arcs) - 1

    def lines(self, shape: Any) -> dict[str, Any]:
        if isinstance(shape, MultiLineString):
            shape = linemerge(shape)
        parts = [shape] if isinstance(shape, LineString) else list(shape.geoms)
        lines = [[self.arc(p.coords)] for p in parts if isinstance(p, LineString)]
        return {"type": "GeometryCollection", "geometries": [{"type": "MultiLineString", "arcs": lines}]}


def main(source: str, target: str) -> None:
    countries = [
        unary_union([Polygon(r).buffer(0) for r in record if len(r) > 3]) for record in rings(Path(source).read_bytes())
    ]
    land = unary_union([c.buffer(0.001) for c in countries]).buffer(-0.001)
    topology = Topology()
    # d3-geo reads outer rings clockwise: the other way round means "the whole globe but this"
    polygons = [
        [[topology.arc(list(p.exterior.coords)[:: -1 if p.exterior.is_ccw else 1])]]
        for p in land.geoms
        if p.area > 0.02 and len(p.exterior.coords) > 3
    ]
    coast = land.boundary
    borders = unary_union([c.boundary for c in countries]).difference(coast.buffer(0.02))
    objects = {
        "land": {"type": "GeometryCollection", "geometries": [{"type": "MultiPolygon", "arcs": polygons}]},
        "coastlines": topology.lines(coast),
        "countries": topology.lines(borders),
    }
    transform = {"scale": [STEP, STEP], "translate": [-180, -90]}
    found = {"type": "Topology", "transform": transform, "objects": objects, "arcs": topology.arcs}
    Path(target).write_text(json.dumps(found, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
