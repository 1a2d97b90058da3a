"""Landmarks by their shape. Each painter draws into a layer: foot at (x, y), `s` = height in pixels, `night` 0..1."""
