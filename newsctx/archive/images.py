"""Content-addressed photographs: `images/ab/abcdef....jpg`, named by the SHA-256 of the bytes.

A file is written beside and moved into place, so a name that exists is a whole file. What cannot be used is a
`problem` of the article's image, never a failed import.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from newsctx.archive.rows import ImageRef
from newsctx.errors import PhotoRefused
from newsctx.imaging import decode
from newsctx.records import ArticleImage
from newsctx.settings import PhotoSettings

NOT_FETCHED = "not fetched"
OUTSIDE = "outside the source folder"
_ID = re.compile(r"[0-9a-f]{64}")
_SUFFIXES = {
    "JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif", "TIFF": ".tif", "HEIF": ".heic", "AVIF": ".avif",
}  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """A photograph that decodes: its suffix with the dot, and its oriented size in pixels."""

    suffix: str
    width: int
    height: int


Check = Callable[[bytes, PhotoSettings], Checked]


def check_photo(data: bytes, settings: PhotoSettings) -> Checked:
    """Decodes the whole photograph once. Raises PhotoRefused for what an upload would be refused for, too."""
    decoded = decode(data, settings)
    return Checked(_SUFFIXES[decoded.format], decoded.width, decoded.height)


class ImageStore:
    """The folder `images/` of an archive."""

    def __init__(self, archive: Path, settings: PhotoSettings, check: Check = check_photo) -> None:
        self.folder = archive / "images"
        self._settings = settings
        self._check = check

    def path(self, image_id: str, suffix: str) -> Path:
        """Where the photograph lies. Raises ValueError for an id that is no SHA-256."""
        if not _ID.fullmatch(image_id):
            raise ValueError(f"{image_id[:80]!r} is not an image id: expected 64 hexadecimal digits")
        return self.folder / image_id[:2] / f"{image_id}{suffix}"

    def clear_unfinished(self) -> None:
        """Removes what a killed import left half-written; only under the import lock."""
        shutil.rmtree(self.folder / ".incoming", ignore_errors=True)

    def add(self, ref: ImageRef, root: Path, known: Mapping[str, Checked] | None = None) -> ArticleImage:
        """Copies the photograph that a row names, relative to the source's folder `root`.

        Args:
            known: image_id -> what an earlier import found, to spare the decoding.
        """
        blank = ArticleImage(caption=ref.caption, position=ref.position, url=ref.url)
        if not ref.path:
            return blank.model_copy(update={"problem": NOT_FETCHED})
        try:
            data = read_inside(root, ref.path, self._settings.max_bytes)
            image_id = hashlib.sha256(data).hexdigest()
            checked = (known or {}).get(image_id) or self._check(data, self._settings)
        except PhotoRefused as error:
            return blank.model_copy(update={"problem": f"{ref.path[:200]}: {error}"})
        self._write(self.path(image_id, checked.suffix), data)
        found = {"image_id": image_id, "suffix": checked.suffix, "width": checked.width, "height": checked.height}
        return blank.model_copy(update=found)

    def _write(self, target: Path, data: bytes) -> None:
        if target.is_file() and target.stat().st_size == len(data):
            return
        incoming = self.folder / ".incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(exist_ok=True)
        beside = incoming / uuid.uuid4().hex
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)


def read_inside(root: Path, name: str, most: int) -> bytes:
    """Bytes of a file below `root`, links followed.

    Raises:
        PhotoRefused: outside `root`, missing, not a plain file, unreadable, empty, or larger than `most` bytes.
    """
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            raise PhotoRefused(OUTSIDE)
        if not path.exists():
            raise PhotoRefused("no such file in the source folder")
        if not path.is_file():
            raise PhotoRefused("not a file")
        size = path.stat().st_size
        if not 0 < size <= most:
            raise PhotoRefused(f"{size} bytes: expected 1 to {most}")
        return path.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # name too long, NUL, a loop of links, no permission
        raise PhotoRefused(f"cannot be read ({error})") from error
