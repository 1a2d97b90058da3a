"""Street trees, as the season leaves them."""

from __future__ import annotations

import math

import numpy as np

from newsctx.demo.painter.canvas import Color, Layer, tone, vary

BARK: Color = (92, 74, 60)
LEAVES: dict[str, tuple[Color, ...]] = {
    "spring": ((140, 176, 84), (164, 192, 108), (226, 176, 196)),
    "summer": ((62, 108, 56), (78, 124, 62), (54, 92, 60)),
    "autumn": ((204, 128, 48), (178, 84, 44), (214, 168, 66)),
    "winter": (),
}


def tree(layer: Layer, x: float, y: float, h: float, season: str, snow: bool, rng: np.random.Generator) -> None:
    """A tree with its foot at (x, y), `h` pixels tall."""
    width = max(h * 0.035, 2)
    layer.line([(x, y), (x + h * 0.01, y - h * 0.5)], vary(rng, BARK, 0.1), width * 1.6)
    for _ in range(7):
        angle = rng.uniform(-1.1, 1.1)
        reach = h * rng.uniform(0.28, 0.48)
        foot = y - h * rng.uniform(0.34, 0.52)
        tip = (x + math.sin(angle) * reach, foot - math.cos(angle) * reach)
        layer.line([(x, foot), tip], vary(rng, BARK, 0.12), width * 0.6)
        if snow and not LEAVES[season]:
            layer.line([(x, foot - width * 0.4), (tip[0], tip[1] - width * 0.4)], (236, 240, 246), width * 0.3)
    colors = LEAVES[season]
    if not colors:
        return
    base = colors[int(rng.integers(len(colors)))]
    for i in range(16):  # shaded clumps below, lit ones above
        low = i < 8
        cx = x + rng.uniform(-0.26, 0.26) * h
        cy = y - h * (rng.uniform(0.46, 0.68) if low else rng.uniform(0.62, 0.90))
        r = h * rng.uniform(0.10, 0.17)
        layer.oval(cx, cy, r, r * 0.85, vary(rng, tone(base, 0.78 if low else 1.08), 0.10))
    if snow:
        for _ in range(4):
            layer.oval(
                x + rng.uniform(-0.2, 0.2) * h, y - h * rng.uniform(0.7, 0.92), h * 0.09, h * 0.04, (238, 242, 248)
            )
