"""All cities of the demonstration archive, by name."""

from __future__ import annotations

import importlib

from newsctx.demo.painter.city import City

_MODULES = ("first", "europe", "world")
CITIES: dict[str, City] = {
    city.name: city for module in _MODULES for city in importlib.import_module(f"{__name__}.{module}").CITIES
}
