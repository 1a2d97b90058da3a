"""Local features of the archive's photographs on disk: parts of packed arrays, memory-mapped, never half-written.

    DIR/features.json                 format, settings digest, names of the parts in order
    DIR/features/PART/ids.npy         (n, 32) uint8, sha256 of the photographs
                      sizes.npy       (n, 2) int32, width and height, pixels
                      offsets.npy     (n + 1,) int64, first keypoint of each photograph
                      keypoints.npy   (M, 4) uint16: x, y (share of the frame), size (log), angle
                      descriptors.npy (M, 64) uint8: 128 RootSIFT values of 4 bits

A keypoint takes 72 bytes. Four bits cost no matches that the benchmark can see, and halve the store.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from newsctx.errors import IndexMismatch
from newsctx.localfeatures.features import LocalFeatures
from newsctx.settings import CopySettings

FORMAT = 1
STEP = 12
"""RootSIFT bytes per 4-bit level: 15 levels reach 180 of 255, above which hardly a value lies."""
_EXTRACTION = (
    "archive_side", "enlarge", "min_side", "archive_features",
    "contrast_threshold", "edge_threshold", "cells", "size_weight",
)  # fmt: skip
_SIZE_STEP = 4096.0
_SHA256 = re.compile(r"[0-9a-f]{64}")


def settings_digest(settings: CopySettings) -> str:
    """Of the settings that change stored features; searching may change freely."""
    values = {name: getattr(settings, name) for name in _EXTRACTION}
    return hashlib.sha256(json.dumps([FORMAT, values], sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Part:
    ids: NDArray[np.uint8]
    sizes: NDArray[np.int32]
    offsets: NDArray[np.int64]
    keypoints: NDArray[np.uint16]
    descriptors: NDArray[np.uint8]


class FeatureStore:
    """All parts of one directory as one list of images and one list of keypoint rows, in the order of adding."""

    def __init__(self, directory: Path, settings: CopySettings) -> None:
        """Raises IndexMismatch where the store was written with other extraction settings or a newer format."""
        self.directory = directory
        self.digest = settings_digest(settings)
        self.part_names: list[str] = []
        manifest = directory / "features.json"
        if manifest.exists():
            self.part_names = _read_manifest(manifest, self.digest)
        self._parts = [_open_part(directory / "features" / name) for name in self.part_names]
        self._bind()

    def _bind(self) -> None:
        self.image_ids: list[str] = [bytes(row).hex() for part in self._parts for row in part.ids]
        self._number = {image_id: i for i, image_id in enumerate(self.image_ids)}
        self._first_row = np.cumsum([0] + [len(p.keypoints) for p in self._parts])
        self._first_image = np.cumsum([0] + [len(p.ids) for p in self._parts])
        starts = [p.offsets[:-1] + base for p, base in zip(self._parts, self._first_row, strict=False)]
        self.offsets = np.concatenate([*starts, [self._first_row[-1]]]).astype(np.int64)

    def __len__(self) -> int:
        return len(self.image_ids)

    def __contains__(self, image_id: str) -> bool:
        return image_id in self._number

    @property
    def keypoints(self) -> int:
        return int(self._first_row[-1])

    def number(self, image_id: str) -> int:
        """Position of an image; KeyError for an unknown one."""
        return self._number[image_id]

    def add(self, items: Iterable[tuple[str, LocalFeatures]], part_images: int = 256) -> int:
        """Append images that are not there yet, a part at a time; a part that was written survives a kill.

        Returns:
            How many images were added.
        """
        added, fresh = 0, self._unseen(items)
        while chunk := list(islice(fresh, part_images)):
            name = _write_part(self.directory / "features", chunk)
            self.part_names.append(name)
            write_json(
                self.directory / "features.json", {"format": FORMAT, "digest": self.digest, "parts": self.part_names}
            )
            self._parts.append(_open_part(self.directory / "features" / name))
            self._bind()
            added += len(chunk)
        return added

    def _unseen(self, items: Iterable[tuple[str, LocalFeatures]]) -> Iterator[tuple[str, LocalFeatures]]:
        seen: set[str] = set()
        for image_id, features in items:
            if not _SHA256.fullmatch(image_id):
                raise ValueError(f"image id {image_id!r}: expected the sha256 of the file, 64 hexadecimal digits")
            if image_id not in self._number and image_id not in seen:
                seen.add(image_id)
                yield image_id, features

    def features_of(self, image_id: str) -> LocalFeatures:
        """The stored features; KeyError for an image that is not in the store."""
        i = self._number[image_id]
        which = int(np.searchsorted(self._first_image, i, side="right")) - 1
        part, local = self._parts[which], i - int(self._first_image[which])
        rows = slice(int(part.offsets[local]), int(part.offsets[local + 1]))
        width, height = (int(v) for v in part.sizes[local])
        points, sizes, angles = unpack_keypoints(part.keypoints[rows], width, height)
        return LocalFeatures(points, sizes, angles, unpack(part.descriptors[rows]), width, height)

    def frames(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(log2 sizes, angles in degrees) of keypoint rows; log2 sizes are in pixels of each row's own photo."""
        packed = np.zeros((len(rows), 4), np.uint16)
        which = np.searchsorted(self._first_row, rows, side="right") - 1
        for i in np.unique(which):
            here = which == i
            packed[here] = self._parts[i].keypoints[rows[here] - self._first_row[i]]
        return packed[:, 2] / _SIZE_STEP - 2, packed[:, 3] * (360.0 / 65536)

    def descriptors(self, first: int = 0) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """(first row, (M, 128) uint8) part by part, from the part that holds keypoint row `first`."""
        for base, part in zip(self._first_row, self._parts, strict=False):
            rows = part.descriptors[max(0, first - int(base)) :]
            if len(rows):
                yield max(first, int(base)), unpack(rows)


def pack(descriptors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, 128) uint8 -> (N, 64) uint8, two 4-bit levels a byte."""
    levels = np.minimum((descriptors.astype(np.uint16) + STEP // 2) // STEP, 15).astype(np.uint8)
    return (levels[:, ::2] << 4) | levels[:, 1::2]


def unpack(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, 64) uint8 -> (N, 128) uint8, multiples of STEP."""
    out = np.empty((len(packed), 128), np.uint8)
    out[:, ::2], out[:, 1::2] = packed >> 4, packed & 15
    return out * np.uint8(STEP)


def write_json(path: Path, value: object) -> None:
    """Replace a file in one step."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps(value, indent=1), encoding="utf-8")
    os.replace(beside, path)


def pack_keypoints(features: LocalFeatures) -> NDArray[np.uint16]:
    """(N, 4) uint16: x, y (share of the frame), size (log), angle."""
    frame = np.array([max(1, features.width), max(1, features.height)], np.float64)
    places = np.clip(np.rint((features.points + 0.5) / frame * 65535), 0, 65535)
    sizes = np.clip(np.rint((np.log2(np.maximum(features.scales, 0.25)) + 2) * _SIZE_STEP), 0, 65535)
    angles = np.rint(features.angles * (65536 / 360)) % 65536
    return np.concatenate([places, sizes[:, None], angles[:, None]], axis=1).astype(np.uint16)


def unpack_keypoints(packed: NDArray[np.uint16], width: int, height: int) -> tuple[NDArray[np.float32], ...]:
    """Points (N, 2), sizes (N,) in pixels of a photo of this size, and angles (N,) in degrees."""
    points = packed[:, :2].astype(np.float32) / 65535 * np.array([width, height], np.float32) - 0.5
    sizes = np.exp2(packed[:, 2].astype(np.float32) / _SIZE_STEP - 2)
    return points.astype(np.float32), sizes, packed[:, 3].astype(np.float32) * np.float32(360 / 65536)


def _write_part(parent: Path, chunk: list[tuple[str, LocalFeatures]]) -> str:
    name = "part-" + hashlib.sha256("".join(i for i, _ in chunk).encode()).hexdigest()[:16]
    beside = parent / (name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    found = [f for _, f in chunk]
    arrays = {
        "ids": np.array([list(bytes.fromhex(i)) for i, _ in chunk], np.uint8),
        "sizes": np.array([(f.width, f.height) for f in found], np.int32),
        "offsets": np.cumsum([0] + [len(f) for f in found]).astype(np.int64),
        "keypoints": np.concatenate([pack_keypoints(f) for f in found]),
        "descriptors": np.concatenate([pack(f.descriptors) for f in found]),
    }
    for key, array in arrays.items():
        np.save(beside / f"{key}.npy", array)
    shutil.rmtree(parent / name, ignore_errors=True)  # written before a kill, never listed
    os.replace(beside, parent / name)
    return name


def _open_part(folder: Path) -> _Part:
    try:
        arrays = {
            key: np.load(folder / f"{key}.npy", mmap_mode=None if key in ("ids", "offsets", "sizes") else "r")
            for key in _Part.__dataclass_fields__
        }
    except (OSError, ValueError) as problem:
        raise IndexMismatch(
            f"copy index part {folder.name} cannot be read ({problem}); run `python -m newsctx index` anew"
        ) from problem
    return _Part(**arrays)


def _read_manifest(path: Path, digest: str) -> list[str]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        found, made, parts = manifest["format"], manifest["digest"], [str(p) for p in manifest["parts"]]
    except (ValueError, KeyError, TypeError) as problem:
        raise IndexMismatch(f"{path.name} is no copy index manifest; run `python -m newsctx index` anew") from problem
    if found != FORMAT or made != digest:
        raise IndexMismatch(
            f"copy index of format {found}, settings {made}; this program expects format {FORMAT}, settings {digest}: "
            "run `python -m newsctx index` anew"
        )
    return parts
