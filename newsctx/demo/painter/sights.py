"""More kinds of event: what happens in the sky, on rails, on screens, and after a storm."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from newsctx.demo.painter import people as folk
from newsctx.demo.painter import props, trees, weather
from newsctx.demo.painter.canvas import Color, H, Layer, W, fbm, tone, vary
from newsctx.demo.painter.events import banner, crowd, rows_of
from newsctx.demo.painter.stage import Stage

SPARKS: tuple[Color, ...] = ((255, 208, 110), (255, 120, 110), (140, 220, 255), (170, 255, 160), (240, 170, 255))
CLUBS: tuple[tuple[Color, Color], ...] = (
    ((200, 36, 44), (244, 240, 232)),
    ((34, 84, 170), (248, 214, 70)),
    ((24, 120, 76), (244, 244, 240)),
    ((120, 40, 110), (150, 200, 236)),
    ((240, 130, 30), (30, 30, 36)),
)
CARRIAGES: tuple[Color, ...] = ((242, 200, 60), (60, 110, 180), (206, 60, 52), (210, 214, 218), (70, 140, 96))
DARK: Color = (14, 16, 22)


def _maybe_sign(stage: Stage, share: float = 0.65) -> str:
    """A text in two of three pictures."""
    signs = stage.scene.signs
    return signs[int(stage.rng.integers(len(signs)))] if signs and stage.rng.random() < share else ""


def _sign_board(stage: Stage, color: Color = (176, 40, 36)) -> None:
    words = _maybe_sign(stage)
    if words:
        layer = Layer()
        x = W * float(stage.rng.uniform(0.16, 0.84))
        props.board(layer, x, float(stage.rng.uniform(690, 790)), float(stage.rng.uniform(190, 280)), words, color, 90)
        stage.lay(layer)


def wildfire_smoke(stage: Stage) -> None:
    """A brown sky, a dim sun, a glowing horizon, people with masks."""
    rng, canvas = stage.rng, stage.canvas
    hue = np.array(((0.86, 0.50, 0.20), (0.80, 0.56, 0.32), (0.74, 0.40, 0.16))[int(rng.integers(3))], np.float32)
    dim = 0.45 + 0.5 * (1 - stage.light.night)
    banks = fbm(rng, W, H, (4, 6), 5)
    yy = np.arange(H, dtype=np.float32)[:, None]
    far = np.clip(1.1 - np.abs(yy - stage.horizon) / (H * 0.75), 0.30, 1)
    amount = np.clip((0.35 + 0.5 * banks) * far * float(rng.uniform(1.0, 1.25)), 0, 0.9)[..., None]
    canvas.veil(hue * dim, amount)
    canvas.rgb *= 0.55 + 0.45 * hue / hue.max()  # the light itself is orange
    layer = Layer()
    layer.oval(float(rng.uniform(0.15, 0.85) * W), float(rng.uniform(60, 190)), 26, 26, (255, 120, 60))
    stage.lay(layer, 0.25)
    if rng.random() < 0.7:
        _burning_ridge(stage, float(rng.uniform(0.1, 0.9) * W))
    crowd(stage, H + 60, float(rng.uniform(0.25, 0.5)), raised=0.15)
    _masked_front(stage)
    _sign_board(stage)


def _burning_ridge(stage: Stage, x: float) -> None:
    rng, base = stage.rng, stage.floor - 30
    width = float(rng.uniform(120, 300))
    weather.smoke(stage.canvas, x, base, width * 0.5, 300, float(rng.uniform(-260, 260)), (96, 70, 52), rng, 1.0)
    mask = np.zeros((H, W), np.float32)
    for dx in np.arange(-width, width, 26):
        cv2.ellipse(mask, (int(x + dx), int(base)), (12, int(rng.uniform(8, 34))), 0, 0, 360, 0.8, -1)
    weather.flames(stage.canvas, cv2.GaussianBlur(mask, (0, 0), 4), rng)


def _masked_front(stage: Stage) -> None:
    """People close by, with white masks."""
    layer, rng = Layer(), stage.rng
    for _ in range(int(rng.integers(2, 5))):
        x, y, h = float(rng.uniform(60, W - 60)), H + float(rng.uniform(120, 240)), float(rng.uniform(330, 430))
        folk.person(layer, x, y, h, rng, cold=False)
        layer.box(x - h * 0.036, y - h * 0.90, x + h * 0.036, y - h * 0.862, (236, 238, 240))
    stage.lay(layer)


def rocket_launch(stage: Stage) -> None:
    """A rocket on its column of smoke beyond the city, and those who watch it."""
    rng, canvas = stage.rng, stage.canvas
    x, base = float(rng.uniform(0.2, 0.8) * W), stage.floor - 24
    top = float(rng.uniform(90, 240))
    lean = float(rng.uniform(-120, 120))
    steps = 46
    puffs = np.zeros((H, W), np.float32)
    for i in range(steps):
        t = i / (steps - 1)
        cx, cy = x + lean * t**2, base + (top - base) * t
        r = int(6 + 34 * (1 - t) ** 1.5 + rng.uniform(0, 8))
        cv2.circle(puffs, (int(cx + rng.uniform(-4, 4)), int(cy)), r, float(rng.uniform(0.7, 1)), -1)
    for _ in range(40):  # the cloud on the ground
        cx = int(x + rng.normal(0, 110))
        cv2.ellipse(puffs, (cx, int(base - rng.uniform(0, 34))), (int(rng.uniform(20, 60)), 20), 0, 0, 360, 0.85, -1)
    puffs = cv2.GaussianBlur(puffs, (0, 0), 5) * (0.75 + 0.5 * fbm(rng, W, H, (30, 24), 3))
    puffs[int(base) + 10 :] *= 0.15
    bright = np.array((0.95, 0.93, 0.90), np.float32) * (1 - 0.55 * stage.light.night)
    canvas.veil(bright, np.clip(puffs, 0, 0.94)[..., None])
    _rocket(stage, x + lean, top)
    _launch_glow(stage, x + lean, top + 40)
    crowd(stage, H + 90, float(rng.uniform(0.45, 0.8)), raised=0.45)
    _sign_board(stage, (30, 70, 130))


def _rocket(stage: Stage, x: float, y: float) -> None:
    layer, s = Layer(), float(stage.rng.uniform(44, 70))
    layer.round(
        [(x - s * 0.10, y), (x - s * 0.10, y - s * 0.8), (x + s * 0.10, y - s * 0.8), (x + s * 0.10, y)],
        (236, 238, 240),
    )
    layer.round([(x - s * 0.10, y - s * 0.8), (x, y - s * 1.08), (x + s * 0.10, y - s * 0.8)], (60, 64, 74))
    for side in (-1, 1):
        layer.poly(
            [(x + side * s * 0.1, y), (x + side * s * 0.22, y + s * 0.06), (x + side * s * 0.1, y - s * 0.2)],
            (70, 74, 84),
        )
    stage.lay(layer, 0.1)
    fire = Layer()
    fire.d.polygon([(x - s * 0.12, y), (x + s * 0.12, y), (x, y + s * 1.3)], fill=(255, 214, 130, 255))
    fire.e.polygon([(x - s * 0.12, y), (x + s * 0.12, y), (x, y + s * 1.3)], fill=(255, 200, 110))
    stage.lay(fire)


def _launch_glow(stage: Stage, x: float, y: float) -> None:
    yy, xx = np.mgrid[0:H, 0:W].astype(np.float32)
    near = np.exp(-np.hypot(xx - x, yy - y) / 190)[..., None] * (0.25 + 0.6 * stage.light.night)
    stage.canvas.rgb += near * np.array((1.0, 0.72, 0.36), np.float32)


def storm_damage(stage: Stage) -> None:
    """Fallen trees, torn roofs, a crushed car, tape."""
    rng = stage.rng
    layer = Layer()
    for _ in range(int(rng.integers(60, 120))):  # rubble and tiles
        y = float(rng.uniform(stage.floor + 20, H))
        s = stage.height_at(y) * 0.09
        x = float(rng.uniform(0, W))
        color = vary(rng, ((150, 86, 66), (110, 106, 100), (92, 76, 60), (170, 164, 150))[int(rng.integers(4))], 0.15)
        layer.poly(
            [(x, y), (x + s * rng.uniform(0.6, 2), y + s * 0.2), (x + s, y + s * 0.7), (x - s * 0.3, y + s * 0.5)],
            color,
        )
    stage.lay(layer, 0.04)
    crowd(stage, H - 120, float(rng.uniform(0.12, 0.3)), raised=0.1)
    for i in range(int(rng.integers(1, 4))):
        _fallen_tree(stage, float(rng.uniform(0.1, 0.9) * W), stage.floor + float(rng.uniform(70, 190)) + 50 * i)
    if rng.random() < 0.7:
        _crushed_car(stage, float(rng.uniform(0.15, 0.85) * W), float(rng.uniform(640, 760)))
    if rng.random() < 0.6:
        _roof_piece(stage)
    if rng.random() < 0.7:
        _tape(stage, float(rng.uniform(600, 780)))
    _sign_board(stage)


def _fallen_tree(stage: Stage, x: float, y: float) -> None:
    """A trunk on the ground with its crown to one side and its roots to the other."""
    rng, layer = stage.rng, Layer()
    h, side = stage.height_at(y) * float(rng.uniform(2.2, 3.4)), 1 if stage.rng.random() < 0.5 else -1
    slope = float(rng.uniform(-0.08, 0.10)) * h
    end = (x + side * h * 0.75, y + slope)
    layer.line([(x, y), end], vary(rng, trees.BARK, 0.1), max(h * 0.07, 4))
    layer.line([(x, y - h * 0.015), (end[0], end[1] - h * 0.015)], tone(trees.BARK, 1.35), max(h * 0.018, 2))
    for _ in range(9):
        angle = rng.uniform(1.9, 4.4) if side > 0 else rng.uniform(-1.2, 1.2)
        tip = (x + math.cos(angle) * h * 0.12, y + math.sin(angle) * h * 0.12)
        layer.line([(x, y), tip], tone(trees.BARK, 0.8), max(h * 0.02, 2))
    layer.oval(x, y, h * 0.05, h * 0.08, (128, 96, 66))
    colors = trees.LEAVES[stage.scene.season]
    for i in range(26):
        cx, cy = end[0] + rng.normal(0, 0.16) * h, end[1] - abs(rng.normal(0, 0.10)) * h + 0.02 * h
        if colors:
            r = h * rng.uniform(0.05, 0.10)
            layer.oval(cx, cy, r, r * 0.7, vary(rng, tone(colors[i % len(colors)], 0.8 + 0.3 * (i / 26)), 0.12))
        else:
            layer.line([end, (cx, cy - h * 0.08)], tone(trees.BARK, 0.9), max(h * 0.012, 2))
    stage.shadow([(x + side * h * 0.3, y, h * 0.5)])
    stage.lay(layer, 0.03)


def _crushed_car(stage: Stage, x: float, y: float) -> None:
    layer, w = Layer(), 250.0
    props.car(layer, x, y, w, stage.rng)
    layer.line([(x - w * 0.5, y - w * 0.40), (x + w * 0.35, y - w * 0.16)], trees.BARK, w * 0.10)
    layer.line([(x - w * 0.5, y - w * 0.42), (x + w * 0.35, y - w * 0.18)], tone(trees.BARK, 1.3), w * 0.025)
    stage.shadow([(x, y, w * 0.5)])
    stage.lay(layer)


def _roof_piece(stage: Stage) -> None:
    rng, layer = stage.rng, Layer()
    x, y, w = float(rng.uniform(80, W - 260)), float(rng.uniform(560, 720)), float(rng.uniform(150, 260))
    skew = float(rng.uniform(20, 70))
    color = stage.look.style.roofs[0]
    layer.poly([(x, y), (x + w, y - skew), (x + w * 1.1, y + 40 - skew), (x + w * 0.1, y + 60)], color)
    for i in range(1, 8):
        k = i / 8
        layer.line([(x + w * k, y - skew * k), (x + w * (0.1 + k), y + 60 - (skew + 20) * k)], tone(color, 0.75), 2)
    stage.lay(layer)


def _tape(stage: Stage, y: float) -> None:
    layer = Layer()
    sag = float(stage.rng.uniform(6, 30))
    points = [(x, y + sag * math.sin(math.pi * x / W)) for x in range(-10, W + 31, 30)]
    for i, (a, b) in enumerate(zip(points, points[1:])):
        layer.poly([a, b, (b[0], b[1] + 13), (a[0], a[1] + 13)], (214, 40, 36) if i % 2 else (244, 244, 240))
    stage.lay(layer)


def football_final(stage: Stage) -> None:
    """Fans in club colours before a screen, flags and confetti over them."""
    rng = stage.rng
    first, second = CLUBS[int(rng.integers(len(CLUBS)))]
    if rng.random() < 0.7:
        _screen(stage, first, second)
    rows = rows_of(stage, H + 130, 1.22)
    for i, y in enumerate(rows):
        layer, h, x, spots = Layer(), stage.height_at(y), float(rng.uniform(-20, 20)), []
        while x < W + 20:
            up = rng.random() < 0.4
            folk.person(layer, x, y, h * rng.uniform(0.9, 1.05), rng, cold=stage.cold, raised=up)
            if rng.random() < 0.55:  # a scarf
                layer.box(
                    x - h * 0.09, y - h * 0.84, x + h * 0.09, y - h * 0.79, first if rng.random() < 0.6 else second
                )
            if up and i > 0 and rng.random() < 0.45:
                _flag(layer, x + h * 0.12, y - h * 0.98, h * float(rng.uniform(0.5, 0.9)), first, second, stage)
            spots.append((x, y, h * 0.14))
            x += h * rng.uniform(0.36, 0.64)
        stage.shadow(spots)
        stage.lay(layer, float(np.clip(0.36 - i * 0.08, 0, 0.4)))
    if rng.random() < 0.6:
        layer = Layer()
        weather.confetti(layer, rng, int(rng.integers(80, 260)))
        stage.lay(layer)
    words = _maybe_sign(stage)
    if words:
        banner(stage, H - 14, 150, words.replace("\n", " "))


def _flag(layer: Layer, x: float, y: float, s: float, first: Color, second: Color, stage: Stage) -> None:
    layer.line([(x, y + s * 0.2), (x, y - s)], (90, 80, 70), max(s * 0.04, 2))
    wave = float(stage.rng.uniform(-0.12, 0.12)) * s
    for k in range(3):
        top, low = y - s + k * s * 0.2, y - s + (k + 1) * s * 0.2
        color = second if k == 1 else first
        layer.poly([(x, top), (x + s * 0.9, top + wave), (x + s * 0.9, low + wave), (x, low)], color)


def _screen(stage: Stage, first: Color, second: Color) -> None:
    rng, layer = stage.rng, Layer()
    w = float(rng.uniform(330, 470))
    x, y = float(rng.uniform(0.28, 0.72) * W), stage.floor - 40
    h = w * 0.56
    for side in (-0.42, 0.42):
        layer.box(x + w * side - 8, y - 60, x + w * side + 8, y + 50, (52, 54, 58))
    layer.box(x - w / 2 - 10, y - h - 70, x + w / 2 + 10, y - 50, (26, 28, 32))
    layer.lit_box(x - w / 2, y - h - 60, x + w / 2, y - 60, (58, 140, 70))
    for i in range(6):
        x0 = x - w / 2 + i * w / 6
        layer.lit_box(x0, y - h - 60, x0 + w / 12, y - 60, (68, 156, 80))
    for _ in range(14):
        px, py = x + float(rng.uniform(-0.45, 0.45)) * w, y - 60 - float(rng.uniform(0.08, 0.9)) * h
        layer.lit_box(px - 3, py - 14, px + 3, py, first if rng.random() < 0.5 else second)
    layer.lit_box(x - w * 0.46, y - h - 52, x - w * 0.18, y - h - 26, (20, 24, 40))
    score = f"{int(rng.integers(0, 4))} : {int(rng.integers(0, 4))}"
    layer.text((x - w * 0.45, y - h - 51, x - w * 0.19, y - h - 27), score, (250, 250, 240), lit=True)
    stage.lay(layer, 0.06)


def train_derailment(stage: Stage) -> None:
    """Carriages off their rails, a crane, rescuers."""
    rng = stage.rng
    crowd(stage, stage.floor + 60, 0.3)
    color = vary(rng, CARRIAGES[int(rng.integers(len(CARRIAGES)))], 0.06)
    y = stage.floor + float(rng.uniform(120, 190))
    _rails(stage, y + 10)
    x = float(rng.uniform(-60, 200))
    if rng.random() < 0.75:
        _crane(stage, float(rng.uniform(0.2, 0.85) * W), y - 20)
    for _ in range(int(rng.integers(2, 4))):
        w = float(rng.uniform(360, 470))
        _carriage(stage, x + w / 2, y, w, color, float(rng.uniform(-15, 15)))
        x += w * float(rng.uniform(0.85, 1.05))
    _rescuers(stage, y)
    _sign_board(stage, (30, 60, 120))


def _rails(stage: Stage, y: float) -> None:
    layer = Layer()
    layer.box(0, y - 26, W, y + 34, (116, 108, 100))
    for x in range(-20, W + 40, 34):
        layer.poly([(x, y - 20), (x + 14, y - 20), (x + 20, y + 28), (x + 4, y + 28)], (84, 70, 58))
    for k in (-12, 20):
        layer.box(0, y + k, W, y + k + 5, (170, 170, 174))
    stage.lay(layer)


def _carriage(stage: Stage, x: float, y: float, w: float, color: Color, tilt: float) -> None:
    h = w * 0.30
    sheet = Layer(int(w * 1.3), int(w * 0.8))
    cx, foot = w * 0.65, w * 0.58
    sheet.round(
        [(cx - w / 2, foot), (cx - w / 2, foot - h), (cx + w / 2, foot - h), (cx + w / 2, foot)], color, 1.05, 0.85
    )
    sheet.box(cx - w / 2, foot - h * 1.04, cx + w / 2, foot - h * 0.94, (206, 208, 212))
    sheet.box(cx - w / 2, foot - h * 0.22, cx + w / 2, foot - h * 0.16, tone(color, 0.6))
    for i in range(9):
        wx = cx - w * 0.46 + i * w * 0.105
        sheet.box(wx, foot - h * 0.80, wx + w * 0.075, foot - h * 0.38, (60, 74, 88))
        sheet.line([(wx, foot - h * 0.42), (wx + w * 0.07, foot - h * 0.78)], (120, 140, 156), 2)
    for k in (-0.36, -0.28, 0.28, 0.36):
        sheet.oval(cx + w * k, foot + h * 0.04, h * 0.13, h * 0.13, (44, 44, 48))
    turned = Layer()
    image = sheet.img.rotate(tilt, center=(cx, foot))
    turned.img.paste(image, (int(x - cx), int(y - foot)), image)
    stage.shadow([(x, y + 6, w * 0.45)])
    stage.lay(turned)


def _crane(stage: Stage, x: float, y: float) -> None:
    layer, s = Layer(), float(stage.rng.uniform(330, 430))
    side = 1 if stage.rng.random() < 0.5 else -1
    yellow: Color = (236, 176, 44)
    layer.box(x - 60, y - 60, x + 60, y, yellow)
    layer.box(x - 20, y - 100, x + 30, y - 60, tone(yellow, 0.9))
    tip = (x + side * s * 0.55, y - s)
    for k in (-7, 7):
        layer.line([(x + k, y - 70), (tip[0] + k, tip[1])], yellow, 5)
    for i in range(14):
        t0, t1 = i / 14, (i + 1) / 14
        a = (x - 7 + (tip[0] - x) * t0, y - 70 + (tip[1] - y + 70) * t0)
        b = (x + 7 + (tip[0] - x) * t1, y - 70 + (tip[1] - y + 70) * t1)
        layer.line([a, b], tone(yellow, 0.8), 3)
    layer.line([tip, (tip[0], y - s * 0.45)], (40, 40, 44), 3)
    layer.box(tip[0] - 8, y - s * 0.45, tip[0] + 8, y - s * 0.45 + 20, (60, 60, 64))
    stage.lay(layer, 0.08)


def _rescuers(stage: Stage, y: float) -> None:
    """People in orange around the train."""
    layer, rng = Layer(), stage.rng
    for _ in range(int(rng.integers(7, 15))):
        x, foot = float(rng.uniform(20, W - 20)), y + float(rng.uniform(50, 190))
        h = stage.height_at(foot) * 0.95
        folk.person(layer, x, foot, h, rng, cold=False, raised=rng.random() < 0.2)
        layer.box(x - h * 0.10, foot - h * 0.78, x + h * 0.10, foot - h * 0.45, (240, 110, 30))
        layer.box(x - h * 0.10, foot - h * 0.62, x + h * 0.10, foot - h * 0.58, (240, 240, 200))
        layer.oval(x, foot - h * 0.96, h * 0.055, h * 0.045, (244, 208, 60))
    stage.lay(layer)


def fireworks(stage: Stage) -> None:
    """Bursts over the city, their light on the water, a dark crowd."""
    rng = stage.rng
    layer = Layer()
    for _ in range(int(rng.integers(4, 9))):
        _burst(
            layer, stage, float(rng.uniform(0.08, 0.92) * W), float(rng.uniform(70, 300)), float(rng.uniform(60, 170))
        )
    stage.lay(layer)
    glow = cv2.GaussianBlur(np.asarray(layer.emit, np.float32) / 255, (0, 0), 40)
    stage.canvas.rgb += glow * 0.8
    below = glow[: int(stage.floor)][::-1][: H - int(stage.floor)]
    stage.canvas.rgb[int(stage.floor) : int(stage.floor) + below.shape[0]] += below * 0.9  # on water and pavement
    _silhouettes(stage)
    words = _maybe_sign(stage, 0.5)
    if words:
        sign = Layer()
        x, w = W * float(rng.uniform(0.2, 0.8)), 230.0
        sign.box(x - w / 2 - 6, 560, x + w / 2 + 6, 560 + 64, (20, 20, 30))
        sign.text((x - w / 2, 564, x + w / 2, 620), words, (255, 224, 150), lit=True)
        stage.lay(sign)


def _burst(layer: Layer, stage: Stage, x: float, y: float, r: float) -> None:
    """One shell: rays of sparks that fall a little."""
    rng = stage.rng
    color = SPARKS[int(rng.integers(len(SPARKS)))]
    rays, fall = int(rng.integers(34, 60)), r * float(rng.uniform(0.05, 0.3))
    for i in range(rays):
        angle = 2 * math.pi * i / rays + float(rng.uniform(-0.05, 0.05))
        length = r * float(rng.uniform(0.75, 1.0))
        for k in range(3, 10):
            t = k / 9
            px, py = x + math.cos(angle) * length * t, y + math.sin(angle) * length * t + fall * t * t
            layer.glow(px, py, 1.2 + 1.6 * t, tone(color, 0.55 + 0.45 * t))
    layer.glow(x, y, 4, (255, 250, 235))
    layer.line([(x, y), (x + float(rng.uniform(-20, 20)), stage.floor - 40)], tone(color, 0.25), 1)


def _silhouettes(stage: Stage) -> None:
    """People from behind, nearly black."""
    layer, rng, x = Layer(), stage.rng, -20.0
    while x < W + 40:
        h = float(rng.uniform(230, 330))
        y = H + float(rng.uniform(60, 130))
        folk.person(layer, x, y, h, rng, cold=True, raised=rng.random() < 0.35)
        x += float(rng.uniform(50, 120))
    alpha = layer.img.getchannel("A")
    dark = Layer()
    dark.img.paste((*DARK, 255), (0, 0, W, H), alpha)
    stage.lay(dark)


SIGHTS: dict[str, Callable[[Stage], None]] = {
    "wildfire smoke": wildfire_smoke,
    "rocket launch": rocket_launch,
    "storm damage": storm_damage,
    "football final": football_final,
    "train derailment": train_derailment,
    "fireworks": fireworks,
}
