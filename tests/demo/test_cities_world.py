"""The cities of the world: each paints the same twice, and its landmarks show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from newsctx.demo.painter.cities.world import CITIES
from newsctx.demo.painter.stage import Scene, build_stage


def _pixels(scene: Scene) -> np.ndarray:
    return build_stage(scene).canvas.rgb


@pytest.mark.parametrize("city", [city.name for city in CITIES])
def test_a_city_paints_deterministically_and_its_landmarks_show(city: str) -> None:
    scene = Scene(city, "protest", "square", "day", "clear", "x", landmark=0)
    first = _pixels(scene)
    assert np.array_equal(first, _pixels(scene))
    bare = _pixels(replace(scene, landmark=-1))
    second = _pixels(replace(scene, landmark=1))
    for picture in (first, second):
        assert (np.abs(picture - bare).max(axis=2) > 0.1).mean() > 0.01
    assert (np.abs(first - second).max(axis=2) > 0.1).mean() > 0.01
