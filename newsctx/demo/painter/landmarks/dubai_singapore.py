"""Landmarks of Dubai and Singapore."""

from __future__ import annotations

import math

from newsctx.demo.painter.canvas import Color, Layer, tone
from newsctx.demo.painter.landmarks.profile import body, windows


def needle_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A glass needle that steps in from side to side, far higher than all around it (Dubai)."""
    glass: Color = (164, 178, 190)
    for dx, w, h, shade in ((-0.36, 0.05, 0.3, 0.8), (-0.22, 0.045, 0.38, 0.95), (0.22, 0.05, 0.34, 0.85)):
        body(layer, x + dx * s, y, s, [(w, 0), (w, h), (w * 0.3, h + 0.03)], tone((176, 164, 146), shade), 1.1, 0.7)
        box = (x + (dx - w * 0.85) * s, y - h * s, x + (dx + w * 0.85) * s, y)
        windows(layer, box, 4, 9, night, (104, 112, 122))
    left = ((0.130, 0.16), (0.105, 0.36), (0.074, 0.50), (0.046, 0.68), (0.020, 0.82))
    right = ((0.130, 0.10), (0.112, 0.28), (0.086, 0.43), (0.058, 0.60), (0.030, 0.76))
    for side, steps in ((-1, left), (1, right)):
        low = 0.0
        for w, high in steps:
            points = [(x, y - low * s), (x + side * w * s, y - low * s), (x + side * w * 0.97 * s, y - high * s)]
            points.append((x, y - high * s))
            color = tone(glass, 1.1 if side < 0 else 0.74)
            layer.poly(points, color)
            layer.line(
                [(x + side * w * 0.5 * s, y - low * s), (x + side * w * 0.5 * s, y - high * s)], tone(color, 0.8), 2
            )
            if night > 0.5:
                field = (x + min(0, side * w) * s, y - high * s, x + max(0, side * w) * s, y - low * s)
                windows(layer, field, 4, max(int((high - low) * 60), 2), night, tone(color, 0.7), fill=(0.5, 0.35))
            low = high
    for i in range(50):
        h = i / 60
        w = next((w for w, high in right if h < high), 0.02) * s
        layer.line([(x - w, y - h * s), (x + w, y - h * s)], tone(glass, 0.62), 1)
    body(layer, x, y, s, [(0.022, 0.0), (0.020, 0.84), (0.008, 0.90), (0.001, 1.03)], tone(glass, 1.12))
    if night > 0.5:
        layer.e.line([(x, y - 0.84 * s), (x, y - 1.02 * s)], fill=(220, 230, 255), width=3)


def sail_hotel(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A hotel shaped as a billowing white sail, on its island (Dubai)."""
    body(layer, x, y, s, [(0.75, -0.03), (0.72, 0.03), (0.6, 0.045)], (206, 186, 146))
    for i in range(16):
        layer.oval(x + (-0.66 + i * 0.088) * s, y - 0.05 * s, 0.035 * s, 0.025 * s, (74, 104, 66))
    mast = x - 0.20 * s
    bulge = [
        (mast + 0.56 * s * math.cos(t * math.pi / 2) ** 0.75, y - (0.04 + 0.88 * t) * s)
        for t in (i / 20 for i in range(21))
    ]
    layer.round([(mast, y - 0.04 * s), *bulge], (240, 240, 236), 1.06, 0.66)
    for i in range(1, 20):
        px, py = bulge[i]
        layer.line([(mast + 0.02 * s, py), (px - 0.06 * s, py)], (164, 182, 196), 2)
        if night > 0.5:
            color = ((90, 150, 255), (190, 110, 255), (255, 230, 190))[i // 7]
            layer.e.line([(mast, py), (px - 0.03 * s, py)], fill=color, width=max(int(s * 0.014), 2))
    for k in (0.3, 0.62):
        rib = [(mast + (px - mast) * k, py) for px, py in bulge]
        layer.line(rib, (200, 206, 210), s * 0.008)
    layer.line(bulge, (250, 250, 250), s * 0.022)
    body(layer, mast, y, s, [(0.022, 0.03), (0.016, 0.92), (0.002, 1.06)], (226, 228, 230))
    layer.line([(mast, y - 0.80 * s), (mast + 0.22 * s, y - 0.83 * s)], (190, 194, 198), s * 0.016)
    layer.oval(mast - 0.045 * s, y - 0.81 * s, 0.075 * s, 0.014 * s, (190, 198, 204))
    layer.line([(mast, y - 0.76 * s), (mast - 0.08 * s, y - 0.80 * s)], (190, 198, 204), s * 0.01)


def triple_tower(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """Three leaning towers that carry one long boat-shaped deck (Singapore)."""
    glass: Color = (150, 168, 180)
    for dx in (-0.62, 0.0, 0.62):
        shape = [(-0.20, 0), (-0.125, 0.45), (-0.10, 0.86), (0.12, 0.86), (0.125, 0.45), (0.15, 0)]
        layer.round([(x + (dx + px) * s, y - py * s) for px, py in shape], glass, 1.15, 0.7)
        for row in range(1, 22):
            h = row * 0.039
            w0 = -0.10 - 0.1 * (1 - h / 0.86) ** 1.6
            layer.line([(x + (dx + w0) * s, y - h * s), (x + (dx + 0.125) * s, y - h * s)], tone(glass, 0.66), 2)
        gap = [(-0.05, 0), (-0.015, 0.42), (0.0, 0.5), (0.012, 0.42), (0.02, 0)]
        layer.poly([(x + (dx + px) * s, y - py * s) for px, py in gap], (74, 86, 98))
        if night > 0.5:
            windows(layer, (x + (dx - 0.1) * s, y - 0.84 * s, x + (dx + 0.11) * s, y), 7, 22, night, tone(glass, 0.7))
    deck = [(-0.86, 0.90), (-0.80, 0.865), (0.86, 0.865), (1.02, 0.92), (1.0, 0.935), (0.0, 0.95), (-0.85, 0.925)]
    layer.round([(x + px * s, y - py * s) for px, py in deck], (226, 224, 216), 1.08, 0.8)
    layer.line([(x - 0.8 * s, y - 0.868 * s), (x + 0.86 * s, y - 0.868 * s)], (120, 124, 126), s * 0.012)
    for i in range(22):
        layer.oval(x + (-0.74 + i * 0.073) * s, y - 0.952 * s, 0.03 * s, 0.024 * s, (66, 106 + i % 3 * 10, 62))
    if night > 0.5:
        layer.e.line([(x - 0.84 * s, y - 0.88 * s), (x + 0.95 * s, y - 0.9 * s)], fill=(190, 170, 255), width=4)
    body(layer, x, y, s, [(0.95, 0), (0.9, 0.09), (0.5, 0.12)], (200, 200, 196), 1.05, 0.8)
    windows(layer, (x - 0.88 * s, y - 0.07 * s, x + 0.88 * s, y - 0.02 * s), 26, 1, night)


def merlion(layer: Layer, x: float, y: float, s: float, night: float) -> None:
    """A white statue, half lion and half fish, that spouts water (Singapore)."""
    white: Color = (240, 240, 234)
    body(layer, x, y, s, [(0.62, -0.02), (0.6, 0.05)], (150, 148, 142), 1.05, 0.8)
    for i in range(3):
        base = 0.06 + i * 0.035
        crest = [(x + (-0.42 + 0.06 * i + k * 0.07) * s, y - (base + 0.035 * (k % 2)) * s) for k in range(13 - 2 * i)]
        layer.poly(
            [(crest[0][0], y - 0.03 * s), *crest, (crest[-1][0], y - 0.03 * s)], tone((128, 164, 186), 1 - i * 0.1)
        )
    fish = [(-0.16, 0.10), (-0.235, 0.26), (-0.22, 0.42), (-0.15, 0.56), (0.13, 0.58), (0.19, 0.42), (0.20, 0.26)]
    fish += [(0.15, 0.10)]
    layer.round([(x + px * s, y - py * s) for px, py in fish], white, 1.06, 0.66)
    tail = [(-0.18, 0.14), (-0.34, 0.20), (-0.40, 0.40), (-0.30, 0.36), (-0.22, 0.28)]
    layer.round([(x + px * s, y - py * s) for px, py in tail], tone(white, 0.92))
    for row in range(7):
        for i in range(6):
            cx, cy = x + (-0.16 + i * 0.062 + (row % 2) * 0.03) * s, y - (0.15 + row * 0.055) * s
            layer.d.arc(
                (cx - 0.034 * s, cy - 0.03 * s, cx + 0.034 * s, cy + 0.03 * s), 0, 180, fill=(156, 158, 156), width=2
            )
    mane = [(-0.17, 0.52), (-0.27, 0.66), (-0.27, 0.82), (-0.19, 0.94), (-0.04, 1.0), (0.10, 0.97), (0.16, 0.88)]
    mane += [(0.12, 0.62), (0.16, 0.54)]
    layer.round([(x + px * s, y - py * s) for px, py in mane], tone(white, 0.94), 1.04, 0.7)
    for i in range(9):
        a = 1.4 + i * 0.24
        root = (x + 0.02 * s + 0.11 * s * math.cos(a), y - 0.79 * s - 0.11 * s * math.sin(a))
        tip = (x - 0.02 * s + 0.24 * s * math.cos(a), y - 0.77 * s - 0.2 * s * math.sin(a))
        layer.line([root, tip], tone(white, 0.72), s * 0.014)
    face = [(-0.02, 0.66), (-0.06, 0.80), (0.0, 0.90), (0.11, 0.90), (0.17, 0.83), (0.27, 0.80), (0.28, 0.755)]
    face += [(0.20, 0.745), (0.18, 0.72), (0.24, 0.70), (0.21, 0.655), (0.10, 0.62)]
    layer.round([(x + px * s, y - py * s) for px, py in face], white, 1.08, 0.82)
    layer.oval(x + 0.12 * s, y - 0.83 * s, 0.018 * s, 0.014 * s, (70, 72, 76))
    layer.oval(x + 0.265 * s, y - 0.795 * s, 0.016 * s, 0.012 * s, (110, 110, 110))
    layer.oval(x - 0.03 * s, y - 0.935 * s, 0.035 * s, 0.045 * s, tone(white, 0.9))
    jet = [(x + (0.22 + 0.62 * t) * s, y - (0.73 + 0.08 * t - 0.84 * t * t) * s) for t in (i / 14 for i in range(15))]
    for k, width in ((0.0, 0.030), (0.018, 0.018), (-0.018, 0.016)):
        layer.line([(px, py + k * s) for px, py in jet], (222, 234, 240), s * width)
    layer.oval(jet[-1][0], y, 0.10 * s, 0.025 * s, (228, 238, 242))
    if night > 0.5:
        layer.e.polygon([(x + px * s, y - py * s) for px, py in fish], fill=(120, 112, 90))
        layer.e.polygon([(x + px * s, y - py * s) for px, py in mane], fill=(130, 120, 96))
        layer.e.line(jet, fill=(110, 130, 150), width=max(int(s * 0.03), 2))
