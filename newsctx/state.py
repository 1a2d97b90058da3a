"""Where newsctx keeps what is not an archive: cases, caches, the indexed demonstration archive, the chosen profile."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from platformdirs import user_data_path

from newsctx.cache import write_beside

log = logging.getLogger(__name__)
PROFILES = "profiles.json"  # archive folder -> the profile that was chosen for it in the interface


def state_folder(chosen: Path | None = None) -> Path:
    """The folder of `--state`, else of NEWSCTX_STATE, else the user's data folder for newsctx."""
    folder = chosen or (Path(os.environ["NEWSCTX_STATE"]) if os.environ.get("NEWSCTX_STATE") else None)
    return (folder or user_data_path("newsctx")).expanduser()


def remember_profile(state: Path, archive: Path, profile: str) -> None:
    """Keep the profile that was chosen for an archive for the next start. Raises OSError."""
    kept = _profiles(state) | {str(archive.resolve()): profile}
    write_beside(state / PROFILES, (json.dumps(dict(sorted(kept.items())), indent=1) + "\n").encode())


def remembered_profile(state: Path, archive: Path) -> str:
    """The profile that was last chosen for an archive in the interface; empty where none was."""
    return _profiles(state).get(str(archive.resolve()), "")


def _profiles(state: Path) -> dict[str, str]:
    path = state / PROFILES
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read (%s): the default profile is used", path, error)
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
