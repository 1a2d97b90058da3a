"""Cities of the world beyond Europe."""

from __future__ import annotations

from newsctx.demo.painter.city import City

CITIES: tuple[City, ...] = ()
