"""Pictures for the page: re-encoded copies without metadata in one folder, named by content.

Originals are never served: they can carry GPS positions and bytes that a browser should not see.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from newsctx import imaging
from newsctx.cache import digest, write_beside
from newsctx.localfeatures.draw import draw_match, laid_over
from newsctx.records import Match
from newsctx.settings import PhotoSettings

THUMB_SIDE = 320  # pixels; twice the size it is shown at
VIEW_SIDE = 1600
DETAIL_SIDE = 4000  # a 12-megapixel photograph whole; WebP ends at 16,383, and most browsers' textures at 4,096
OVERLAY_SIDE = 1000


class Media:
    """Makes a picture when it is first asked for and keeps it."""

    def __init__(self, folder: Path, settings: PhotoSettings, kept_minutes: float = 60) -> None:
        """`kept_minutes`: how long a download stays."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._settings = settings
        self._kept = 60 * kept_minutes

    def keep(self, name: str, make: Callable[[], np.ndarray]) -> Path:
        """The file of that name in the folder, made where there is none: (H, W, 3 or 4) uint8."""
        path = self.folder / name
        if not path.exists():
            write_beside(path, imaging.encode_webp(make()))
        return path

    def _decode(self, data: bytes) -> np.ndarray:
        return imaging.decode(data, self._settings).pixels

    def preview(self, sha256: str, read: Callable[[], bytes]) -> Path:
        """The photograph under check, at most VIEW_SIDE pixels."""
        return self.keep(f"photo-{sha256}.webp", lambda: imaging.working_copy(self._decode(read()), VIEW_SIDE))

    def detail(self, sha256: str, read: Callable[[], bytes]) -> Path:
        """The photograph under check as the viewer loads it when it is enlarged, at most DETAIL_SIDE pixels."""
        return self.keep(f"detail-{sha256}.webp", lambda: imaging.working_copy(self._decode(read()), DETAIL_SIDE))

    def archived(self, image_id: str, path: Path | None, small: bool) -> Path | None:
        """An archived photograph; None where there is no file."""
        if path is None or not path.exists():
            return None
        side = THUMB_SIDE if small else VIEW_SIDE
        return self.keep(
            f"archive-{image_id}-{side}.webp", lambda: imaging.working_copy(self._decode(path.read_bytes()), side)
        )

    def match(self, match: Match, sha256: str, read: Callable[[], bytes], archived: Path) -> Path:
        """Both photographs side by side with the inliers of the match."""
        return self.keep(
            f"match-{sha256}-{digest(match)}.webp",
            lambda: draw_match(self._decode(read()), self._decode(archived.read_bytes()), match, VIEW_SIDE),
        )

    def overlay(self, match: Match, size: tuple[int, int], archived: Path) -> Path | None:
        """The archived photograph as it lies in the query of this (width, height); None without a homography."""
        if len(match.homography) != 9:
            return None
        return self.keep(
            f"overlay-{digest(size, match.image_id, match.homography)}.webp",
            lambda: laid_over(self._decode(archived.read_bytes()), match, size, OVERLAY_SIDE),
        )

    def upload_copy(self, sha256: str, read: Callable[[], bytes], side: int, quality: int) -> Path:
        """A JPEG of the photograph's bare pixels. Its name tells nothing: whoever it is uploaded to sees the name."""
        path = self.folder / f"copy-{sha256}-{side}-{quality}" / "photograph.jpg"
        if not path.exists():
            write_beside(path, imaging.encode_jpeg(imaging.working_copy(self._decode(read()), side), quality))
        return path

    def export(self, name: str, data: bytes) -> Path:
        """A file for a download, in a folder of its own that nobody can guess who knows the case. Older ones go."""
        self._sweep()
        path = self.folder / "exports" / secrets.token_urlsafe(16) / name
        write_beside(path, data)
        return path

    def _sweep(self) -> None:
        """Remove downloads that are older than they are kept."""
        oldest = time.time() - self._kept
        for path in (self.folder / "exports").glob("*"):
            try:
                if path.stat().st_mtime >= oldest:
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)  # as older versions left them
            except FileNotFoundError:  # another thread was faster
                continue

    def forget(self, case_id: str, sha256: str) -> None:
        """Remove what was exported of a case, and the pictures made of its photograph; `sha256` is empty where another
        case shows it.
        """
        names = [*(self.folder / "exports").rglob(f"newsctx-{case_id}*")]
        if sha256:
            names += [p for p in self.folder.glob(f"*{sha256}*") if not p.name.startswith("archive-")]
        for path in names:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
