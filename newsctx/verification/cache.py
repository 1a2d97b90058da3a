"""Features of archived photographs, kept on disk by the photo's content, the program and the settings that shape them.

A file is the SHA-256 of what follows and a compressed archive of packed arrays, about 130 KB a photo. One that
cannot be read, does not match its digest or holds other arrays than it should is computed again; where it cannot be
written either the analysis goes on without it.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from newsctx.cache import code_digest, digest, write_beside
from newsctx.localfeatures.features import LocalFeatures
from newsctx.localfeatures.store import pack, pack_keypoints, settings_digest, unpack, unpack_keypoints
from newsctx.settings import CopySettings, VerifySettings
from newsctx.verification.features import PhotoFeatures, Pixels, photo_features

log = logging.getLogger(__name__)
_SHAPING = ("side", "features", "orb_features", "orb_scale", "orb_levels", "orb_threshold", "small_side")
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FeatureCache:
    """The features of photographs by their sha256; safe for several processes."""

    def __init__(self, folder: Path, settings: VerifySettings, extraction: CopySettings) -> None:
        self.folder = folder
        self._settings, self._extraction = settings, extraction
        values = {name: getattr(settings, name) for name in _SHAPING}
        self._shape = digest(code_digest(), values, settings_digest(extraction))[:16]

    def path(self, image_id: str) -> Path:
        """Where the features of a photo lie. Raises ValueError for what is no sha256."""
        if not _SHA256.fullmatch(image_id):
            raise ValueError(f"image id {image_id[:80]!r}: expected the sha256 of the file, 64 hexadecimal digits")
        return self.folder / self._shape / image_id[:2] / f"{image_id}.bin"

    def get(self, image_id: str, load: Callable[[], Pixels | None]) -> PhotoFeatures | None:
        """The kept features, else those of the pixels that `load` gives; None where it has none."""
        path = self.path(image_id)
        try:
            return unpacked(path.read_bytes())
        except FileNotFoundError:
            pass
        except _UNREADABLE as problem:  # cut off, overwritten, of other hands, a folder
            log.warning("kept features %s cannot be read and are computed again: %s", path, problem)
        pixels = load()
        if pixels is None:
            return None
        data = packed(photo_features(pixels, self._settings, self._extraction))
        try:
            write_beside(path, data)
        except OSError as problem:
            log.warning("features are not kept: %s", problem)
        return unpacked(data)  # what the next run will read, to the last bit


def packed(features: PhotoFeatures) -> bytes:
    """One photograph as bytes; SIFT in 4 bits a value as in the copy index."""
    out = io.BytesIO()
    np.savez_compressed(
        out,
        size=np.array(features.size, np.int32),
        sift=pack_keypoints(features.sift),
        sift_descriptors=pack(features.sift.descriptors),
        orb=pack_keypoints(features.orb),
        orb_descriptors=features.orb.descriptors,
        grey=features.grey,
    )
    body = out.getvalue()
    return hashlib.sha256(body).digest() + body


def unpacked(data: bytes) -> PhotoFeatures:
    """Raises ValueError where the bytes are not what `packed` wrote."""
    if hashlib.sha256(data[32:]).digest() != data[:32]:
        raise ValueError("the features do not match their digest")
    with np.load(io.BytesIO(data[32:]), allow_pickle=False) as arrays:
        size, grey = arrays["size"], arrays["grey"]
        if size.shape != (2,) or size.dtype != np.int32 or size.min() < 1:
            raise ValueError(f"a picture of size {size.tolist()}")
        size = tuple(size.tolist())
        if grey.ndim != 2 or grey.dtype != np.uint8 or not grey.size:
            raise ValueError(f"a grey copy {grey.dtype} {grey.shape}; expected (height, width) uint8")
        sift, orb = _checked(arrays, "sift", 64), _checked(arrays, "orb", 32)
        return PhotoFeatures(_local(sift[0], unpack(sift[1]), size), _local(*orb, size), grey)


def _checked(arrays: Mapping[str, NDArray], name: str, width: int) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Keypoints (N, 4) and as many descriptors (N, width). Raises ValueError for other arrays."""
    keypoints, descriptors = arrays[name], arrays[f"{name}_descriptors"]
    right = keypoints.ndim == 2 and keypoints.shape[1] == 4 and keypoints.dtype == np.uint16
    if not right or descriptors.shape != (len(keypoints), width) or descriptors.dtype != np.uint8:
        raise ValueError(f"{name}: keypoints {keypoints.shape}, descriptors {descriptors.shape}; expected (N, {width})")
    return keypoints, descriptors


def _local(keypoints: NDArray[np.uint16], descriptors: NDArray[np.uint8], size: tuple[int, ...]) -> LocalFeatures:
    return LocalFeatures(*unpack_keypoints(keypoints, size[0], size[1]), descriptors, size[0], size[1])
