"""Light by time of day and weather: sky colours, ambient light, haze."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from newsctx.demo.painter.canvas import Array, Color, mix

Time = Literal["dawn", "day", "golden", "dusk", "night"]
Weather = Literal["clear", "cloudy", "overcast", "rain", "snow", "fog"]


@dataclass(frozen=True)
class Light:
    """Colours 0..255; `ambient` multiplies albedo; `cover`, `haze_strength` and `night` in 0..1."""

    top: Color
    mid: Color
    low: Color
    ambient: tuple[float, float, float]
    sun: Color
    haze: Color
    haze_strength: float
    night: float
    cover: float
    time: Time
    weather: Weather

    @property
    def ambient_array(self) -> Array:
        return np.array(self.ambient, np.float32)

    @property
    def haze_array(self) -> Array:
        return np.array(self.haze, np.float32) / 255


_TIMES: dict[str, tuple[Color, Color, Color, tuple[float, float, float], Color, float]] = {
    "dawn": ((78, 104, 158), (196, 172, 186), (255, 206, 164), (0.86, 0.78, 0.78), (255, 214, 170), 0.25),
    "day": ((52, 108, 190), (120, 172, 224), (208, 228, 242), (1.02, 1.0, 0.97), (255, 250, 235), 0.0),
    "golden": ((74, 108, 168), (214, 178, 156), (255, 196, 116), (1.04, 0.86, 0.68), (255, 222, 150), 0.12),
    "dusk": ((26, 36, 84), (104, 80, 126), (244, 142, 96), (0.50, 0.45, 0.56), (255, 150, 90), 0.65),
    "night": ((8, 13, 34), (22, 32, 64), (76, 68, 92), (0.40, 0.39, 0.50), (200, 210, 235), 1.0),
}
_COVER: dict[str, tuple[float, float, float]] = {  # cloud cover, share of grey in the sky, haze
    "clear": (0.22, 0.0, 0.30),
    "cloudy": (0.55, 0.15, 0.35),
    "overcast": (0.92, 0.72, 0.45),
    "rain": (0.95, 0.85, 0.58),
    "snow": (0.85, 0.85, 0.68),
    "fog": (0.60, 0.85, 0.88),
}
_GREYS: dict[str, Color] = {"overcast": (172, 180, 190), "rain": (128, 140, 154), "snow": (206, 212, 222)}


def light_for(time: Time, weather: Weather) -> Light:
    """The light of a time and a weather."""
    top, middle, low, ambient, sun, night = _TIMES[time]
    cover, grey_share, haze = _COVER[weather]
    dim = 1 - 0.80 * night
    grey_day = _GREYS.get(weather, (198, 203, 208))
    grey: Color = (grey_day[0] * dim, grey_day[1] * dim, grey_day[2] * (dim + 0.05))
    top = mix(top, (grey[0] * 0.82, grey[1] * 0.84, grey[2] * 0.88), grey_share)
    middle, low = mix(middle, grey, grey_share), mix(low, mix(grey, low, 0.25), grey_share)
    if weather in ("overcast", "rain", "snow", "fog"):
        mean = sum(ambient) / 3
        flat = mean * (0.80 if weather == "rain" else 0.92)
        ambient = tuple(a * 0.35 + flat * 0.65 * s for a, s in zip(ambient, (0.97, 1.0, 1.05)))  # type: ignore[assignment]
    return Light(top, middle, low, ambient, sun, mix(middle, low, 0.55), haze, night, cover, time, weather)
