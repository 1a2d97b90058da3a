"""Where others run newsctx: a Hugging Face Space, or a public demonstration anywhere.

A Space starts `python app.py` in a copy of the repository and tells by environment variables that it is one
(https://huggingface.co/docs/hub/spaces-overview, "Helper environment variables"); nothing has to be set by hand.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from newsctx.errors import SettingsError
from newsctx.settings import Settings

LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"
PORT = 7860  # Gradio's, and the one that a Space shows
PERSISTENT = Path("/data")  # where a Space mounts storage that outlives it, if its owner has bought some


def on_space(environment: Mapping[str, str]) -> bool:
    """Whether this process runs as a Space."""
    return bool(environment.get("SPACE_ID"))


def address(host: str | None, port: int | None, environment: Mapping[str, str]) -> tuple[str, int]:
    """Where to listen: what was asked for, else what a Space wants, else this machine only.

    Raises:
        SettingsError: a port that is none.
    """
    space = on_space(environment)
    named = environment.get("GRADIO_SERVER_PORT", "") if space else ""
    if port is None and named and not (named.isascii() and named.isdecimal() and 0 < int(named) < 65536):
        raise SettingsError(f"GRADIO_SERVER_PORT is {named[:40]!r}; expected a port from 1 to 65535. Unset or mend it.")
    wanted = (environment.get("GRADIO_SERVER_NAME") or EVERYWHERE) if space else LOOPBACK
    return host or wanted, port if port is not None else int(named or PORT)


def root_path(given: str | None, environment: Mapping[str, str]) -> str | None:
    """The path prefix behind a proxy: what was asked for, else GRADIO_ROOT_PATH, None where there is none.

    A path begins with one slash and ends with none, as Gradio joins it to what follows; a whole address stays one.
    """
    path = (given if given is not None else environment.get("GRADIO_ROOT_PATH", "")).strip().rstrip("/")
    if not path:
        return None
    return path if "://" in path else f"/{path.lstrip('/')}"


def state(given: Path | None, environment: Mapping[str, str], persistent: Path = PERSISTENT) -> Path | None:
    """Where a Space keeps its state: its persistent storage, if there is some; None: wherever it is kept elsewhere."""
    if given or environment.get("NEWSCTX_STATE") or not on_space(environment):
        return given
    return persistent / "newsctx" if _writable(persistent) else None


def _writable(folder: Path) -> bool:
    """Whether a file can be written there; permissions alone do not tell it of a read-only file system."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def public(settings: Settings) -> Settings:
    """The settings of a workbench that anybody may use: it fetches no pages, asks no model and no geocoder for
    strangers. What opens in the visitor's own browser stays.
    """
    caption = settings.caption.model_copy(update={"writer": "extractive", "model": ""})
    fetch = settings.fetch.model_copy(update={"enabled": False})
    allowed = tuple(one for one in settings.services.allowed if one != "geocoder")
    services = settings.services.model_copy(update={"allowed": allowed})
    return settings.model_copy(update={"caption": caption, "fetch": fetch, "services": services})


def environment() -> Mapping[str, str]:
    """The process's environment: the one place that tests replace."""
    return os.environ
