"""The setting of a photograph: a city seen across water, down a street or over a square."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal

import cv2
import numpy as np

from newsctx.demo.painter import ground
from newsctx.demo.painter.canvas import Canvas, Color, H, Layer, Sheet, W, fbm, mix, rng_for, vary, warp
from newsctx.demo.painter.cities import CITIES
from newsctx.demo.painter.city import City, Landmark
from newsctx.demo.painter.facades import facade_row
from newsctx.demo.painter.light import Light, Time, Weather, light_for
from newsctx.demo.painter.sky import paint_sky
from newsctx.demo.painter.trees import tree

View = Literal["river", "street", "square"]
Season = Literal["spring", "summer", "autumn", "winter"]
ON_WATER = frozenset({"flood", "ferry accident"})  # what a river view shows on the water; all else stands on a quay
PERSON = 0.50  # height of a person per pixel below the horizon: a camera held well above the heads


@dataclass(frozen=True)
class Scene:
    """All that decides a photograph; equal scenes give equal pixels."""

    city: str
    kind: str
    view: View
    time: Time
    weather: Weather
    seed: str
    signs: tuple[str, ...] = ()
    snow: bool = False
    landmark: int = 0  # which of the city's landmarks, -1 = none in frame
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    season: Season = "summer"


@dataclass
class Stage:
    """A scene under work: the canvas, the light and the geometry that the event needs."""

    scene: Scene
    canvas: Canvas
    light: Light
    look: City
    rng: np.random.Generator
    horizon: float
    floor: float  # where the ground or water begins, pixels
    facade_tops: list[tuple[float, float]] = field(default_factory=list)
    _grain: np.ndarray | None = None
    _layers: int = 0

    @property
    def cold(self) -> bool:
        return self.scene.snow or self.scene.weather in ("rain", "snow", "fog", "overcast")

    @property
    def landmark(self) -> Landmark | None:
        """The landmark in frame."""
        index = self.scene.landmark
        return None if index < 0 else self.look.landmarks[index % len(self.look.landmarks)]

    def height_at(self, y: float) -> float:
        """Pixels that a grown person is tall with the feet at y."""
        return max((y - self.horizon) * PERSON, 6)

    def lay(self, layer: Layer, depth: float = 0.0) -> None:
        """Lays a layer over the picture, `depth` 0..1 = near to far."""
        self.lay_sheet(layer.sheet(), depth)

    def lay_sheet(self, sheet: Sheet | None, depth: float) -> None:
        """As `lay`, for a sheet."""
        if sheet is None:
            return
        if self._grain is None:
            self._grain = fbm(self.rng, W, H, (90, 60), 3)[..., None] * np.float32(0.22) + np.float32(0.89)
        rows, columns = sheet.region
        air = min(depth * (0.35 + self.light.haze_strength), 0.93)
        # one texture for all layers, mirrored for every second one so that they do not share their spots
        self._layers += 1
        grain = self._grain if self._layers % 2 else self._grain[::-1, ::-1]
        self.canvas.lay(sheet, grain[rows, columns], self.light.ambient_array, self.light.haze_array, air)

    def shadow(self, spots: list[tuple[float, float, float]]) -> None:
        """Soft contact shadows: (x, y, width) of things that stand on the ground."""
        if not spots:
            return
        reach = [max(width * 0.22, 1) + 8 for _, _, width in spots]
        y0 = min(max(int(min(y - r for (_, y, _), r in zip(spots, reach))), 0), H - 1)
        y1 = max(min(int(max(y + r for (_, y, _), r in zip(spots, reach))) + 1, H), y0 + 1)
        dark = np.zeros((y1 - y0, W), np.float32)
        for x, y, width in spots:
            axes = (max(int(width), 1), max(int(width * 0.22), 1))
            cv2.ellipse(dark, (int(x + width * 0.35), int(y) - y0), axes, 0, 0, 360, 0.55, -1)
        dark = cv2.GaussianBlur(dark, (0, 0), 2.5)
        self.canvas.rgb[y0:y1] *= 1 - dark[..., None] * np.float32(0.85 - 0.4 * self.light.cover)


def build_stage(scene: Scene) -> Stage:
    """Sky, city and ground of a scene, without its event."""
    rng, light, look = (
        rng_for("scene", scene.seed, scene.city, scene.view),
        light_for(scene.time, scene.weather),
        CITIES[scene.city],
    )
    horizon = {"river": 392.0, "street": 400.0, "square": 372.0}[scene.view] + float(rng.uniform(-36, 30))
    stage = Stage(scene, Canvas.blank(), light, look, rng, horizon, horizon)
    paint_sky(stage.canvas, light, horizon + 30, rng)
    {"river": _river, "street": _street, "square": _square}[scene.view](stage)
    return stage


def _hills(stage: Stage, base: float) -> None:
    if not stage.look.hills:
        return
    for depth, scale in ((0.85, 1.0), (0.62, 0.6)):
        layer, rng = Layer(), stage.rng
        phase = rng.uniform(0, 9, 3)
        ridge = [
            (
                x,
                base
                - stage.look.hills
                * scale
                * (
                    0.6
                    + 0.25 * math.sin(x / 210 + phase[0])
                    + 0.12 * math.sin(x / 71 + phase[1])
                    + 0.03 * math.sin(x / 13 + phase[2])
                ),
            )
            for x in range(0, W + 9, 8)
        ]
        color: Color = (226, 230, 236) if stage.scene.snow else stage.look.hill_color
        layer.poly([(0, base + 20), *ridge, (W, base + 20)], color)
        for _ in range(420):
            x, r = rng.uniform(0, W), rng.uniform(3, 9)
            y = base - rng.uniform(0, 1) * stage.look.hills * scale * 0.6
            layer.oval(x, y, r, r * 0.7, vary(rng, mix(color, (40, 58, 40), 0.3), 0.15))
        stage.lay(layer, depth)


def _far_town(stage: Stage, base: float, low: float, high: float, depth: float) -> None:
    layer, rng, x = Layer(), stage.rng, -10.0
    while x < W:
        w, h = rng.uniform(26, 80), rng.uniform(low, high)
        color = vary(rng, (168, 158, 148), 0.14)
        layer.box(x, base - h, x + w, base + 6, color)
        layer.box(x + w * 0.75, base - h, x + w, base + 6, vary(rng, mix(color, (60, 60, 70), 0.3), 0.03))
        if rng.random() < 0.5:
            layer.poly(
                [(x, base - h), (x + w / 2, base - h - w * 0.3), (x + w, base - h)], vary(rng, (150, 96, 80), 0.12)
            )
        for wy in np.arange(base - h + 6, base - 4, 10):
            for wx in np.arange(x + 5, x + w - 5, 9):
                if stage.light.night > 0.3 and rng.random() < 0.35:
                    layer.lit_box(wx, wy, wx + 3, wy + 4, (230, 180, 110))
                elif rng.random() < 0.7:
                    layer.box(wx, wy, wx + 3, wy + 4, (104, 104, 112))
        x += w
    stage.lay(layer, depth)


def _landmark(stage: Stage, base: float, scale: float, x: float, depth: float) -> None:
    landmark = stage.landmark
    if landmark is None:
        return
    layer = Layer()
    landmark.paint(layer, x, base, landmark.height * scale, stage.light.night)
    stage.lay(layer, depth + (0.2 if landmark.role == "behind" else 0))


def _river(stage: Stage) -> None:
    rng, line = stage.rng, stage.horizon + 52
    _hills(stage, line)
    role = stage.landmark.role if stage.landmark else ""
    x = float(rng.uniform(0.30, 0.70) * W)
    if role == "behind":
        _landmark(stage, line, 1.1, W / 2, 0.5)
    _far_town(stage, line, 30, 90, 0.62)
    if role == "across":
        _landmark(stage, line + 12, 1.05, x, 0.22)
    elif role != "behind":
        _landmark(stage, line, 1.0, x, 0.25)
    side = -1 if x > W / 2 else 1
    if role != "across":
        row = facade_row(stage.look.style, 1500, 520, rng, stage.light.night, stage.scene.snow)
        near, far = (W + 60, W * 0.62) if side > 0 else (-60, W * 0.38)
        quad = [(far, line - 120), (near, line - 330), (near, line + 22), (far, line + 2)]
        if side < 0:
            quad = [quad[1], quad[0], quad[3], quad[2]]
        stage.lay_sheet(warp(row, quad), 0.12)
    layer = Layer()
    layer.box(0, line - 10, W, line + 26, (132, 124, 112))
    for i in range(90):
        layer.line([(i * 15 + (i % 2) * 5, line - 10), (i * 15 + (i % 2) * 5, line + 26)], (106, 100, 92), 1)
    for k in (-10, 3, 14):
        layer.line([(0, line + k), (W, line + k)], (150, 142, 130) if k < 0 else (108, 102, 94), 2)
    for i in range(16):
        lx = i * 84 + 20
        layer.line([(lx, line - 10), (lx, line - 52)], (44, 44, 48), 3)
        layer.glow(lx, line - 55, 5, (255, 214, 150)) if stage.light.night > 0.3 else layer.oval(
            lx, line - 55, 5, 6, (210, 206, 196)
        )
    stage.lay(layer, 0.16)
    stage.floor = line + 26
    ground.flow(stage.canvas, stage.light, stage.floor, rng, tint=stage.look.water, rough=1.2 if stage.cold else 0.8)
    if stage.scene.kind not in ON_WATER:
        _quay(stage, stage.floor + float(rng.uniform(34, 64)))


def _quay(stage: Stage, line: float) -> None:
    """The near bank, on which people stand."""
    scene = stage.scene
    ground.pave(
        stage.canvas,
        stage.light,
        stage.horizon,
        line,
        stage.rng,
        color=stage.look.paving,
        snow=scene.snow,
        wet=scene.weather == "rain",
    )
    layer = Layer()
    layer.box(0, line - 4, W, line + 3, mix(stage.look.paving, (90, 88, 86), 0.5))
    for x in range(int(stage.rng.integers(0, 120)), W, 150):
        layer.box(x - 4, line - 20, x + 4, line, (58, 58, 62))
        layer.oval(x, line - 20, 6, 3, (84, 84, 88))
    stage.lay(layer, 0.08)
    stage.floor = line + 6


def _street(stage: Stage) -> None:
    rng, horizon, scene = stage.rng, stage.horizon, stage.scene
    vx = float(rng.uniform(0.36, 0.64) * W)
    _hills(stage, horizon + 16)
    _landmark(stage, horizon + 20, 1.05, vx + float(rng.uniform(-40, 40)), 0.35)
    _far_town(stage, horizon + 22, 14, 60, 0.55)
    ground.pave(
        stage.canvas,
        stage.light,
        horizon,
        horizon + 18,
        rng,
        color=stage.look.paving,
        snow=scene.snow,
        wet=scene.weather == "rain",
    )
    for side in (-1, 1):
        row = facade_row(stage.look.style, 2300, 560, rng, stage.light.night, scene.snow)
        near, far = (W + 520 if side > 0 else -520), vx + side * float(rng.uniform(120, 170))
        spread = abs(near - vx) / abs(far - vx)
        top, foot = 150, 30
        quad = [
            (near, horizon - top * spread),
            (far, horizon - top),
            (far, horizon + foot),
            (near, horizon + foot * spread),
        ]
        if side > 0:
            quad = [quad[1], quad[0], quad[3], quad[2]]
        wall = warp(row, quad)
        if wall is not None:
            stage.lay_sheet(replace(wall, albedo=wall.albedo * np.float32(0.80 if side > 0 else 1.04)), 0.06)
            _fog_depth(stage, wall, far, near)
        _lamps(stage, vx, far, near, foot, spread)
        if stage.look.trees and rng.random() < 0.55:
            _avenue(stage, vx, far, foot)
    stage.floor = horizon + 40


def _avenue(stage: Stage, vx: float, far: float, foot: float) -> None:
    """A row of trees along a wall, back to front."""
    layer = Layer()
    for z in (1.35, 1.7, 2.2, 3.0, 4.4):
        x, y = vx + (far - vx) * z * 0.93, stage.horizon + foot * z
        if -80 < x < W + 80:
            tree(layer, x, y, stage.height_at(y) * 3.1, stage.scene.season, stage.scene.snow, stage.rng)
    stage.lay(layer, 0.05)


def _fog_depth(stage: Stage, wall: Sheet, far: float, near: float) -> None:
    """More air in front of the far end of a wall."""
    rows, columns = wall.region
    xs = np.arange(W, dtype=np.float32)[None, columns, None]
    nearness = np.clip((xs - far) / (near - far), 0, 1)
    amount = wall.alpha * np.float32(stage.light.haze_strength * 0.8) * np.exp(-nearness * 9)
    stage.canvas.veil(stage.light.haze_array, amount, wall.region)


def _lamps(stage: Stage, vx: float, far: float, near: float, foot: float, spread: float) -> None:
    layer = Layer()
    for z in (1.25, 1.8, 2.9, 5.0):
        x = vx + (far - vx) * z * 0.88
        y = stage.horizon + foot * z
        h = stage.height_at(y) * 2.3
        layer.line([(x, y), (x, y - h)], (40, 42, 46), max(h * 0.016, 2))
        layer.line([(x - h * 0.05, y - h), (x + h * 0.05, y - h)], (40, 42, 46), max(h * 0.012, 2))
        lamp = layer.glow if stage.light.night > 0.3 else layer.oval
        args = (h * 0.025, (255, 220, 160)) if stage.light.night > 0.3 else (h * 0.022, h * 0.03, (224, 220, 208))
        lamp(x, y - h * 1.03, *args)
    stage.lay(layer, 0.05)


def _square(stage: Stage) -> None:
    rng, horizon, scene = stage.rng, stage.horizon, stage.scene
    base = horizon + 78
    x = float(rng.uniform(0.32, 0.68) * W)
    _hills(stage, base)
    if stage.landmark and stage.landmark.role == "behind":
        _landmark(stage, base, 1.25, W / 2, 0.3)
    else:
        _far_town(stage, base, 30, 90, 0.6)
        _landmark(stage, base, 1.12, x, 0.18)
    for x0, x1 in ((-30, x - 150), (x + 190, W + 30)):
        if x1 - x0 < 90:
            continue
        row = facade_row(stage.look.style, int((x1 - x0) * 1.55), 520, rng, stage.light.night, scene.snow)
        width, height = x1 - x0, 520 / 1.55
        quad = [(x0, base - height), (x0 + width, base - height), (x0 + width, base + 4), (x0, base + 4)]
        stage.lay_sheet(warp(row, quad), 0.08)
        stage.facade_tops.append((x0, x1))
    if stage.look.trees and rng.random() < 0.7:
        layer = Layer()
        for _ in range(int(rng.integers(2, 6))):
            tx = float(rng.uniform(20, W - 20))
            tree(layer, tx, base + 8, float(rng.uniform(90, 150)), scene.season, scene.snow, rng)
        stage.lay(layer, 0.12)
    ground.pave(
        stage.canvas,
        stage.light,
        horizon,
        base + 2,
        rng,
        color=stage.look.paving,
        snow=scene.snow,
        wet=scene.weather == "rain",
    )
    stage.floor = base + 6
