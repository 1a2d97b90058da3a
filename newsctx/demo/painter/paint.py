"""Scene in, photograph out."""

from __future__ import annotations

from collections.abc import Collection
from typing import get_args

from PIL import Image

from newsctx.demo.painter import camera, weather
from newsctx.demo.painter.canvas import rng_for
from newsctx.demo.painter.cities import CITIES
from newsctx.demo.painter.events import EVENTS
from newsctx.demo.painter.light import Time, Weather
from newsctx.demo.painter.sights import SIGHTS
from newsctx.demo.painter.stage import Scene, Season, View, build_stage

KINDS = EVENTS | SIGHTS
LETTERED = frozenset({"protest", "ferry accident", "marathon", "snow chaos", "parade"})  # there is always a text in it


def paint(scene: Scene) -> Image.Image:
    """The photograph of a scene, 640x427 RGB; the same scene always gives the same pixels.

    Raises:
        ValueError: the scene names something that is not known, or nothing where a text has to be.
    """
    _check(scene)
    stage = build_stage(scene)
    KINDS[scene.kind](stage)
    rng = rng_for("air", scene.seed)
    if scene.weather == "fog":
        weather.fog(stage.canvas, stage.light, stage.horizon + 40, rng, 0.85)
    elif scene.weather == "rain":
        weather.rain(stage.canvas, stage.light, rng)
    elif scene.weather == "snow":
        weather.snowfall(stage.canvas, stage.light, rng)
    return camera.develop(
        stage.canvas, rng_for("camera", scene.seed), zoom=scene.zoom, shift=scene.shift, night=stage.light.night
    )


def _check(scene: Scene) -> None:
    choices: tuple[tuple[str, Collection[str]], ...] = (
        ("city", CITIES),
        ("kind", KINDS),
        ("view", get_args(View)),
        ("time", get_args(Time)),
        ("weather", get_args(Weather)),
        ("season", get_args(Season)),
    )
    for name, known in choices:
        if (value := getattr(scene, name)) not in known:
            raise ValueError(f"unknown {name} {value!r}; one of: {', '.join(known)}")
    if scene.zoom < 1 or max(map(abs, scene.shift)) > 1:
        raise ValueError(f"zoom {scene.zoom} and shift {scene.shift}: at least 1, and -1 to 1, else the frame is left")
    if scene.kind in LETTERED and not scene.signs:
        raise ValueError(f"a {scene.kind} without signs: it shows at least one text")
