"""The pixels of archived photographs."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from newsctx import imaging
from newsctx.archive.store import ArchiveStore
from newsctx.errors import PhotoRefused
from newsctx.settings import PhotoSettings

log = logging.getLogger(__name__)


def archived_pixels(store: ArchiveStore, image_id: str, settings: PhotoSettings) -> NDArray[np.uint8] | None:
    """(H, W, 3) uint8 RGB, oriented; None where the file is gone or no photograph any more (which is logged)."""
    path = store.image_path(image_id)
    if path is None:
        return None
    try:
        return imaging.decode(path.read_bytes(), settings).pixels
    except (OSError, PhotoRefused) as problem:
        log.warning("archived photograph %s cannot be read: %s", image_id, problem)
        return None
