"""What a city looks like to the painter: its landmarks, house fronts, hills, water and paving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from newsctx.demo.painter.canvas import Color, Layer

LandmarkPainter = Callable[[Layer, float, float, float, float], None]  # layer, x, foot y, height in pixels, night 0..1
#: beside = stands among the houses; across = spans or stands in the water; behind = a backdrop as wide as the picture
Role = Literal["beside", "across", "behind"]
Roof = Literal["mansard", "gable", "tile", "flat", "eaves", "bay", "glass", "parapet"]


@dataclass(frozen=True)
class Landmark:
    """A landmark; `height` in pixels of the working canvas (1280 x 854) in the distance."""

    name: str
    height: float
    paint: LandmarkPainter
    role: Role = "beside"


@dataclass(frozen=True)
class Style:
    """How the houses of a city look; sizes in pixels of the flat drawing (one floor is about 62)."""

    roof: Roof
    walls: tuple[Color, ...]
    roofs: tuple[Color, ...]
    width: tuple[int, int]
    floors: tuple[int, int]
    shutters: Color | None = None
    trim: Color = (232, 226, 214)
    shops: tuple[str, ...] = ("CAFE",)


@dataclass(frozen=True)
class City:
    """A city; `hills` in pixels above the horizon, 0 = flat."""

    name: str
    landmarks: tuple[Landmark, ...]
    hills: float
    hill_color: Color
    water: Color
    paving: Color
    style: Style
    trees: bool = True  # whether leafy trees stand in its streets
