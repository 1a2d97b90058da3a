"""Checkpoints: whole files only, and only for the run that wrote them."""

from __future__ import annotations

import os
import pickle
import tempfile
from pathlib import Path
from typing import Any

import torch

from newsctx.errors import TrainingError


def save(path: Path, state: dict[str, Any]) -> None:
    """Write tensors, numbers and strings; readers see the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # straight to the disk: the state of a large adapter is several gigabytes, and a copy of it in memory may not fit
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as out:
            torch.save(state, out)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(path: Path, run: str) -> dict[str, Any] | None:
    """The state, or None where there is none yet.

    Args:
        run: the key of settings, data and model that the state has to be of.

    Raises:
        TrainingError: a damaged checkpoint, or one of another run.
    """
    if not path.is_file():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        found = state["run"]
    except (OSError, RuntimeError, KeyError, EOFError, pickle.UnpicklingError) as error:
        raise TrainingError(f"checkpoint {path} cannot be read: {error}; start without --resume.") from error
    if found != run:
        raise TrainingError(
            f"checkpoint {path} is of another run ({found[:12]}, this one is {run[:12]}): settings, data or the first "
            "model differ; repeat that command exactly, or start without --resume."
        )
    return state
