"""Where newsctx keeps what is not an archive: cases, caches, the indexed demonstration archive."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path


def state_folder(chosen: Path | None = None) -> Path:
    """The folder of `--state`, else of NEWSCTX_STATE, else the user's data folder for newsctx."""
    folder = chosen or (Path(os.environ["NEWSCTX_STATE"]) if os.environ.get("NEWSCTX_STATE") else None)
    return (folder or user_data_path("newsctx")).expanduser()
