"""Scene in, photograph out."""

from __future__ import annotations

from PIL import Image

from newsctx.demo.painter import camera, weather
from newsctx.demo.painter.canvas import rng_for
from newsctx.demo.painter.events import EVENTS
from newsctx.demo.painter.sights import SIGHTS
from newsctx.demo.painter.stage import Scene, build_stage

KINDS = EVENTS | SIGHTS


def paint(scene: Scene) -> Image.Image:
    """The photograph of a scene, 640x427 RGB; the same scene always gives the same pixels."""
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
