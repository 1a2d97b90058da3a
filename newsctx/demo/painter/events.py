"""The kinds of event: each puts its people and things onto a stage."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from newsctx.demo.painter import ground, props, weather
from newsctx.demo.painter import people as folk
from newsctx.demo.painter.canvas import Array, H, Layer, W, fbm, sample
from newsctx.demo.painter.facades import FLOOR
from newsctx.demo.painter.stage import Stage


def rows_of(stage: Stage, near: float, step: float = 1.26) -> list[float]:
    """Rows of feet from the back to the front, denser in the distance."""
    ys, y = [], stage.floor + 14
    while y < near:
        ys.append(y)
        y = stage.horizon + (y - stage.horizon) * step
    return ys


def crowd(
    stage: Stage, near: float = H + 60, density: float = 0.85, x0: float = -20, x1: float = W + 20, raised: float = 0.1
) -> None:
    """People all over the ground, painted back to front."""
    rng = stage.rng
    for y in rows_of(stage, near, 1.2):
        layer, h, x, spots = Layer(), stage.height_at(y), x0 + rng.uniform(0, 30), []
        while x < x1:
            foot = y + rng.uniform(-0.05, 0.05) * h
            folk.person(layer, x, foot, h * rng.uniform(0.9, 1.06), rng, cold=stage.cold, raised=rng.random() < raised)
            spots.append((x, foot, h * 0.14))
            x += h * rng.uniform(0.30, 0.62) / density
        stage.shadow(spots)
        stage.lay(layer, float(np.clip(0.42 - (y - stage.floor) / 300, 0, 0.4)))


def protest(stage: Stage) -> None:
    rng, signs = stage.rng, stage.scene.signs
    rows, used = rows_of(stage, H + 130, 1.2), 0
    for i, y in enumerate(rows):
        layer, h, x, spots = Layer(), stage.height_at(y), float(rng.uniform(-30, 20)), []
        boards = []
        while x < W + 20:
            up = rng.random() < 0.34
            folk.person(layer, x, y, h * rng.uniform(0.9, 1.06), rng, cold=stage.cold, raised=up)
            spots.append((x, y, h * 0.14))
            if up and i > 1 and (i < len(rows) - 1 or rng.random() < 0.6):
                boards.append((x + h * 0.1, y - h * 1.02))
            x += h * rng.uniform(0.36, 0.66)
        for px, py in boards[:: 1 if i < 5 else 2]:
            folk.placard(layer, px, py, h * rng.uniform(0.95, 1.3), signs[used % len(signs)], rng, h * 0.28)
            used += 1
        stage.shadow(spots)
        stage.lay(layer, float(np.clip(0.36 - i * 0.08, 0, 0.4)))
        if i == len(rows) - 1:
            banner(stage, min(y, H - 12), h, signs[0].replace("\n", " "))


def banner(stage: Stage, y: float, h: float, words: str) -> None:
    layer, w = Layer(), h * 4.6
    x = W / 2 + float(stage.rng.uniform(-80, 80))
    layer.box(x - w / 2, y - h * 0.62, x + w / 2, y - h * 0.02, (248, 246, 236))
    layer.box(x - w / 2, y - h * 0.10, x + w / 2, y - h * 0.02, (206, 44, 44))
    layer.text((x - w * 0.47, y - h * 0.58, x + w * 0.47, y - h * 0.14), words, (28, 30, 60))
    stage.lay(layer)


def flood(stage: Stage) -> None:
    rng, light = stage.rng, stage.light
    muddy = (120, 104, 78)
    if stage.scene.view != "river":
        cars = Layer()
        line = stage.horizon + 46
        for k in range(5):
            props.car(cars, float(rng.uniform(0.1, 0.9) * W), line + 12 + k * 5, 70 + k * 12, rng)
        stage.lay(cars, 0.2)
        ground.flow(stage.canvas, light, line, rng, tint=muddy, rough=0.55)
        stage.floor = line
    spots = ((0.16, 90, 0.42), (0.82, 150, 0.5), (0.40, 60, 0.45)) if stage.scene.view != "river" else ()
    for fx, dy, sunk in spots:
        layer = Layer()
        props.car(layer, fx * W + float(rng.uniform(-50, 50)), stage.floor + dy, 150 + dy * 1.1, rng, sunk=sunk)
        stage.lay(layer, 0.04)
        _ring(stage, fx * W, stage.floor + dy, 90 + dy * 0.6)
    layer = Layer()
    for i, words in enumerate(stage.scene.signs[:2]):
        x, y = (0.16 + 0.64 * i) * W + float(rng.uniform(-40, 40)), stage.floor + 190 + 70 * i
        props.board(layer, x, y, 290, words, (20, 76, 120) if i == 0 else (176, 40, 36), 60)
        _ring(stage, x, y, 130)
    stage.lay(layer)
    boat = Layer()
    x, y = float(rng.uniform(0.42, 0.50) * W), stage.floor + float(rng.uniform(120, 200))
    props.small_boat(boat, x, y, 270, (200, 60, 44), 4, rng)
    stage.lay(boat)
    _ring(stage, x, y, 170)
    if stage.scene.view == "river":
        _railing(stage)


def _ring(stage: Stage, x: float, y: float, r: float) -> None:
    """Ripples and a dark reflection at the waterline of something."""
    stage.shadow([(x - r * 0.3, y + r * 0.05, r * 0.9)])
    layer = Layer()
    for k in (0.9, 1.15):
        layer.d.arc(
            (x - r * k, y - r * 0.10 * k, x + r * k, y + r * 0.14 * k), 0, 180, fill=(216, 220, 222, 255), width=2
        )
    stage.lay(layer, 0.1)


def _railing(stage: Stage) -> None:
    """A foreground parapet with onlookers, out of focus a little."""
    layer, rng = Layer(), stage.rng
    for x in np.arange(-20, W + 40, 120):
        if rng.random() < 0.55:
            folk.person(
                layer, float(x + rng.uniform(-30, 30)), H + 150, 330 * rng.uniform(0.9, 1.05), rng, cold=stage.cold
            )
    layer.box(0, H - 84, W, H, (104, 98, 92))
    layer.box(0, H - 96, W, H - 78, (146, 138, 128))
    for i in range(34):
        layer.box(i * 40, H - 76, i * 40 + 2, H, (82, 78, 74))
    stage.lay(layer)


def ferry_accident(stage: Stage) -> None:
    rng, scene = stage.rng, stage.scene
    layer = Layer()
    x, y = float(rng.uniform(0.42, 0.60) * W), stage.floor + float(rng.uniform(80, 130))
    props.ferry(
        layer,
        x,
        y,
        float(rng.uniform(520, 640)),
        scene.signs[0],
        float(rng.uniform(5, 10)) * (1 if rng.random() < 0.5 else -1),
        stage.light.night,
    )
    stage.lay(layer, 0.10)
    _ring(stage, x, y, 300)
    for k in range(3):
        boat = Layer()
        bx, by = x + (-420, 330, -60)[k] + float(rng.uniform(-60, 60)), y + (40, 90, 170)[k]
        props.small_boat(
            boat, bx, by, (130, 170, 230)[k], ((230, 100, 40), (240, 200, 60), (60, 90, 130))[k], 3 + k, rng
        )
        stage.lay(boat, 0.05)
        _ring(stage, bx, by, (70, 90, 120)[k])
    rings = Layer()
    for _ in range(9):
        px, py = rng.uniform(60, W - 60), rng.uniform(y + 30, H - 90)
        s = (py - stage.horizon) * 0.05
        rings.oval(px, py, s, s * 0.4, (236, 96, 40))
        rings.oval(px, py, s * 0.5, s * 0.18, (80, 100, 110))
    stage.lay(rings)
    if len(scene.signs) > 1:
        sign = Layer()
        props.board(sign, W * (0.18 if x > W / 2 else 0.82), H + 10, 300, scene.signs[1], post=70)
        stage.lay(sign)


def marathon(stage: Stage) -> None:
    rng, scene, used = stage.rng, stage.scene, 0
    if scene.view != "river":
        layer = Layer()
        y = stage.horizon + 150
        props.arch(
            layer,
            W / 2,
            y,
            640,
            300,
            scene.signs[0],
            ((196, 40, 70), (30, 96, 170), (20, 130, 110))[int(rng.integers(3))],
        )
        stage.lay(layer, 0.10)
    for i, y in enumerate(rows_of(stage, H + 40, 1.24)):
        layer, h, spots = Layer(), stage.height_at(y), []
        centre, lane = W / 2, (y - stage.horizon) * 1.05
        for side in (-1, 1):
            for k in range(4 + (i < 5) * 6):
                px = centre + side * (lane + h * (0.35 + 0.42 * k))
                if -60 < px < W + 60:
                    folk.person(layer, px, y, h * rng.uniform(0.9, 1.03), rng, cold=False, raised=rng.random() < 0.4)
                    spots.append((px, y, h * 0.14))
        x = centre - lane * 0.85
        while x < centre + lane * 0.85:
            foot = y + rng.uniform(-0.12, 0.12) * h
            folk.runner(layer, x, foot, h * rng.uniform(0.92, 1.05), rng, int(rng.integers(100, 9999)))
            spots.append((x, foot, h * 0.16))
            used += 1
            x += h * rng.uniform(0.55, 0.95)
        for side in (-1, 1):
            a, b = (centre + side * lane, y), (centre + side * lane * 1.24, stage.horizon + (y - stage.horizon) * 1.24)
            layer.poly(
                [(a[0], a[1] - h * 0.42), (b[0], b[1] - h * 0.5), (b[0], b[1] - h * 0.06), (a[0], a[1] - h * 0.04)],
                (226, 230, 236),
            )
            layer.line([(a[0], a[1] - h * 0.42), (b[0], b[1] - h * 0.5)], (30, 96, 170), h * 0.05)
        stage.shadow(spots)
        stage.lay(layer, float(np.clip(0.36 - i * 0.09, 0, 0.4)))


def vigil(stage: Stage) -> None:
    rng = stage.rng
    rows = rows_of(stage, H + 90, 1.22)
    for i, y in enumerate(rows):
        layer, h, x, spots = Layer(), stage.height_at(y), float(rng.uniform(-20, 20)), []
        while x < W + 20:
            folk.person(layer, x, y, h * rng.uniform(0.9, 1.05), rng, cold=True)
            spots.append((x, y, h * 0.14))
            if rng.random() < 0.75:
                props.candle(layer, x + h * 0.13, y - h * 0.55, h * 0.30, rng)
            x += h * rng.uniform(0.36, 0.62)
        if i == len(rows) - 1 and stage.scene.signs:
            _board_held(layer, y, h, stage.scene.signs[0])
        stage.shadow(spots)
        _warm(stage, spots, h)
        stage.lay(layer, float(np.clip(0.28 - i * 0.08, 0, 0.3)))


def _board_held(layer: Layer, y: float, h: float, words: str) -> None:
    w = h * 2.6
    layer.box(W / 2 - w / 2, y - h * 0.72, W / 2 + w / 2, y - h * 0.18, (250, 246, 232))
    layer.e.rectangle((W / 2 - w / 2, y - h * 0.72, W / 2 + w / 2, y - h * 0.18), fill=(0, 0, 0))
    layer.text((W / 2 - w * 0.46, y - h * 0.69, W / 2 + w * 0.46, y - h * 0.21), words, (40, 30, 40))


def _warm(stage: Stage, spots: list[tuple[float, float, float]], h: float) -> None:
    """Candle light on the ground and the people before it."""
    yy = np.arange(H, dtype=np.float32)[:, None, None]
    y = spots[0][1]
    band = np.exp(-(((yy - y + h * 0.3) / (h * 0.55)) ** 2)) * 0.10 * (0.5 + stage.light.night)
    stage.canvas.rgb += band * np.array((1.0, 0.58, 0.22), np.float32) * (0.35 + stage.canvas.rgb)


def _windows_mask(stage: Stage, x0: float, x1: float, top: float, base: float) -> Array:
    """Burning windows of a house, 0..1."""
    mask, rng = np.zeros((H, W), np.float32), stage.rng
    for y in np.arange(top, base - 20, 44):
        for x in np.arange(x0 + 14, x1 - 20, 40):
            if rng.random() < 0.75:
                high = rng.uniform(26, 78)
                for k in range(int(high)):
                    row, width = int(y + 26 - k), 15 * (1 - k / high) ** 0.6
                    if 0 <= row < H:
                        a = int(max(x + 10 - width, 0))
                        mask[row, a : int(x + 10 + width)] = np.maximum(
                            mask[row, a : int(x + 10 + width)], 1 - 0.6 * k / high
                        )
    bend = fbm(rng, W, H, (30, 16), 3) - 0.5
    yy, xx = np.mgrid[0:H, 0:W].astype(np.float32)
    return cv2.GaussianBlur(sample(mask, xx + bend * 46, yy + bend * 30), (0, 0), 3)


def building_fire(stage: Stage) -> None:
    rng, scene = stage.rng, stage.scene
    left = (stage.facade_tops or [(W * 0.1, W * 0.5)])[-1 if rng.random() < 0.5 else 0]
    x0 = float(np.clip(left[0] + 40, 30, W - 330))
    x1 = float(min(max(left[1] - 20, x0 + 160), x0 + 330))
    base = stage.floor
    low, high = stage.look.style.floors
    roof = base - (low + high) / 2 * FLOOR / 1.55 - 12  # the houses of a square are drawn at 1 / 1.55
    drift = float(rng.uniform(120, 380)) * (1 if x0 < W / 2 else -1)
    weather.smoke(stage.canvas, (x0 + x1) / 2, roof + 30, (x1 - x0) * 0.62, 420, drift, (62, 60, 62), rng, 0.9)
    weather.flames(stage.canvas, _windows_mask(stage, x0, x1, roof + 10, base - 40), rng)
    _fire_glow(stage, (x0 + x1) / 2, base - 120)
    layer = Layer()
    ex = x1 + 190 if x1 < W * 0.6 else x0 - 190
    props.fire_engine(layer, float(ex), base + 66, 330, stage.light.night)
    stage.shadow([(ex, base + 62, 170)])
    stage.lay(layer, 0.05)
    _hose(stage, float(ex), base - 70, (x0 + x1) / 2, roof + 20)
    crowd(stage, H + 120, 0.55, raised=0.12)
    tape = Layer()
    for i in range(44):
        tape.poly([(i * 30, 640), (i * 30 + 15, 640), (i * 30 + 8, 656), (i * 30 - 7, 656)], (30, 30, 30))
    words = Layer()
    words.box(0, 640, W, 656, (246, 208, 40))
    stage.lay(words)
    stage.lay(tape)
    if scene.signs:
        sign = Layer()
        props.board(sign, W * (0.8 if ex < W / 2 else 0.2), 780, 250, scene.signs[0], (176, 40, 36), 90)
        stage.lay(sign)


def _fire_glow(stage: Stage, x: float, y: float) -> None:
    """The light of the fire on everything around."""
    yy, xx = np.mgrid[0:H, 0:W].astype(np.float32)
    near = np.exp(-np.hypot(xx - x, yy - y) / 300)[..., None] * (0.15 + 0.55 * stage.light.night)
    stage.canvas.rgb += near * np.array((1.0, 0.46, 0.14), np.float32) * (0.25 + stage.canvas.rgb)


def _hose(stage: Stage, x0: float, y0: float, x1: float, y1: float) -> None:
    """A jet of water in an arc."""
    field = np.zeros((H, W), np.float32)
    previous = (int(x0), int(y0))
    for i in range(1, 41):
        t = i / 40
        point = (int(x0 + (x1 - x0) * t), int(y0 + (y1 - y0) * t - 190 * t * (1 - t)))
        cv2.line(field, previous, point, 0.55, 3 + int(14 * t), cv2.LINE_AA)
        previous = point
    field = cv2.GaussianBlur(field, (0, 0), 2.5)
    stage.canvas.rgb += (np.float32(0.9) * (0.4 + 0.6 * stage.light.ambient_array) - stage.canvas.rgb) * field[
        ..., None
    ]


def snow_chaos(stage: Stage) -> None:
    rng, scene = stage.rng, stage.scene
    layer = Layer()
    props.tram(
        layer,
        float(rng.uniform(0.40, 0.62) * W),
        stage.horizon + 150,
        470,
        scene.signs[0],
        (176, 38, 44),
        True,
        stage.light.night,
    )
    stage.lay(layer, 0.12)
    for k, (fx, dy, w) in enumerate(((0.12, 190, 230), (0.86, 230, 270), (0.36, 330, 330))):
        layer = Layer()
        x = fx * W + float(rng.uniform(-40, 40))
        props.car(layer, x, stage.horizon + dy, w, rng, snow=True)
        stage.shadow([(x - w * 0.1, stage.horizon + dy - 4, w * 0.5)])
        stage.lay(layer, 0.08 - 0.03 * k)
    for y in rows_of(stage, H + 100, 1.4):
        layer, h, spots = Layer(), stage.height_at(y), []
        for _ in range(int(rng.integers(3, 8))):
            x = float(rng.uniform(0, W))
            folk.person(layer, x, y, h, rng, cold=True, raised=True)
            spots.append((x, y, h * 0.15))
            if rng.random() < 0.45:
                folk.umbrella(layer, x + h * 0.12, y - h * 0.95, h * 0.36, rng)
        stage.shadow(spots)
        stage.lay(layer, 0.06)
    if len(scene.signs) > 1:
        sign = Layer()
        props.board(sign, W * 0.76, H - 60, 300, scene.signs[1], (176, 40, 36), 130)
        stage.lay(sign)


def parade(stage: Stage) -> None:
    rng, scene = stage.rng, stage.scene
    lanterns, strings = scene.city == "Kyoto", Layer()
    for k in range(6):
        y = stage.horizon - 290 + k * 44
        props.bunting(
            strings,
            (-20, y - 60 + k * 20),
            (W + 20, y - 60 + k * 20 + float(rng.uniform(-30, 30))),
            60 - k * 6,
            rng,
            lanterns,
            stage.light.night,
        )
    stage.lay(strings, 0.10)
    if scene.view != "river":
        crowd(stage, stage.horizon + 190, 0.9, raised=0.3)
    float_layer = Layer()
    x, y = W / 2 + float(rng.uniform(-120, 120)), stage.horizon + 235
    _float(float_layer, x, y, 300, scene.signs[0], stage)
    stage.shadow([(x, y, 190)])
    stage.lay(float_layer, 0.06)
    if scene.view != "river":
        for side in (-1, 1):
            x0, x1 = (-40, W * 0.30) if side < 0 else (W * 0.72, W + 40)
            _crowd_band(stage, x0, x1)
    _near_row(stage)
    if not lanterns:
        bits = Layer()
        weather.confetti(bits, rng, 260)
        stage.lay(bits)


def _crowd_band(stage: Stage, x0: float, x1: float) -> None:
    for y in rows_of(stage, H - 20, 1.3)[3:]:
        layer, h, x = Layer(), stage.height_at(y), x0
        while x < x1:
            folk.person(layer, x, y, h, stage.rng, cold=stage.cold, raised=stage.rng.random() < 0.3)
            x += h * stage.rng.uniform(0.34, 0.6)
        stage.lay(layer, 0.04)


def _near_row(stage: Stage) -> None:
    layer, x = Layer(), -20.0
    while x < W + 40:
        folk.person(
            layer,
            x,
            H + 190,
            360 * stage.rng.uniform(0.9, 1.05),
            stage.rng,
            cold=stage.cold,
            raised=stage.rng.random() < 0.25,
        )
        x += stage.rng.uniform(95, 210)
    stage.lay(layer)


def _float(layer: Layer, x: float, y: float, w: float, words: str, stage: Stage) -> None:
    """A decorated wagon (or barge) with its name."""
    h, rng = w * 0.95, stage.rng
    if stage.scene.view == "river":
        layer.round(
            [(x - w * 0.75, y - h * 0.22), (x - w * 0.62, y), (x + w * 0.62, y), (x + w * 0.78, y - h * 0.24)],
            (52, 62, 58),
            1.2,
            0.7,
        )
    else:
        for k in (-0.36, 0.36):
            layer.oval(x + w * k, y - h * 0.10, h * 0.11, h * 0.11, (60, 40, 30))
            layer.oval(x + w * k, y - h * 0.10, h * 0.05, h * 0.05, (190, 150, 70))
    layer.round(
        [(x - w / 2, y - h * 0.12), (x - w / 2, y - h * 0.42), (x + w / 2, y - h * 0.42), (x + w / 2, y - h * 0.12)],
        (168, 36, 48),
        1.15,
        0.75,
    )
    layer.text(
        (x - w * 0.46, y - h * 0.40, x + w * 0.46, y - h * 0.15), words, (252, 226, 130), lit=stage.light.night > 0.3
    )
    for k in (-0.42, -0.14, 0.14, 0.42):
        layer.round(
            [
                (x + w * (k - 0.02), y - h * 0.42),
                (x + w * (k - 0.02), y - h * 0.84),
                (x + w * (k + 0.02), y - h * 0.84),
                (x + w * (k + 0.02), y - h * 0.42),
            ],
            (220, 176, 84),
        )
    for k in range(5):
        folk.person(layer, x - w * 0.34 + k * w * 0.17, y - h * 0.40, h * 0.36, rng, cold=False, raised=True)
    layer.round(
        [
            (x - w * 0.62, y - h * 0.82),
            (x - w * 0.3, y - h * 0.92),
            (x, y - h * 1.12),
            (x + w * 0.3, y - h * 0.92),
            (x + w * 0.62, y - h * 0.82),
        ],
        (40, 70, 110),
        1.2,
        0.7,
    )
    for k in range(11):
        px = x - w * 0.55 + k * w * 0.11
        props_color = ((250, 190, 80), (240, 110, 90), (250, 240, 220))[k % 3]
        layer.oval(px, y - h * 0.77, w * 0.02, w * 0.026, props_color)
        if stage.light.night > 0.3:
            layer.glow(px, y - h * 0.77, w * 0.018, (255, 190, 100))


EVENTS: dict[str, Callable[[Stage], None]] = {
    "protest": protest,
    "flood": flood,
    "ferry accident": ferry_accident,
    "marathon": marathon,
    "vigil": vigil,
    "building fire": building_fire,
    "snow chaos": snow_chaos,
    "parade": parade,
}
