"""Parts that many landmarks share: symmetric bodies and fields of windows."""

from __future__ import annotations

from newsctx.demo.painter.canvas import Color, Layer

WARM: Color = (250, 196, 110)
DARK: Color = (70, 70, 78)


def body(
    layer: Layer,
    x: float,
    y: float,
    s: float,
    outline: list[tuple[float, float]],
    color: Color,
    left: float = 1.15,
    right: float = 0.6,
) -> None:
    """A body symmetric about x: `outline` = (half width, height) from foot to top, in parts of `s`."""
    half = [(x + w * s, y - h * s) for w, h in outline]
    layer.round([*half, *((2 * x - px, py) for px, py in reversed(half))], color, left, right)


def windows(
    layer: Layer,
    box: tuple[float, float, float, float],
    columns: int,
    rows: int,
    night: float,
    dark: Color = DARK,
    lit: Color = WARM,
    fill: tuple[float, float] = (0.5, 0.5),
) -> None:
    """A field of windows in box (x0, y0, x1, y1); at night about two of three are lit."""
    x0, y0, x1, y1 = box
    dx, dy = (x1 - x0) / columns, (y1 - y0) / rows
    for row in range(rows):
        for column in range(columns):
            px, py = x0 + (column + 0.5 - fill[0] / 2) * dx, y0 + (row + 0.5 - fill[1] / 2) * dy
            on = night > 0.5 and (column * 7 + row * 5 + column * row) % 3 > 0
            (layer.lit_box if on else layer.box)(px, py, px + dx * fill[0], py + dy * fill[1], lit if on else dark)
