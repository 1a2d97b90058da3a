"""What the viewer shows of a file beside its picture: signs of editing, each with what it is worth, and all metadata.

Everything is told as what the file says or shows. Nothing is concluded: an edited photograph may be honest (cropped,
toned, captioned by its agency), and a false one may be untouched.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from newsctx import imaging, metadata, tamper
from newsctx.errors import PhotoRefused
from newsctx.metadata import Metadata
from newsctx.settings import PhotoSettings, TamperSettings
from newsctx.tamper import JpegFacts

PROGRAMS = ("Software", "ProcessingSoftware", "OriginatingProgram", "xmp:CreatorTool", "HostComputer")
Keep = Callable[[str, Callable[[], np.ndarray]], Path]  # name of a picture and how it is made -> its re-encoded file


@dataclass(frozen=True)
class SignPicture:
    """A picture that can be laid in the place of the photograph, pixel for pixel."""

    id: str  # ela, noise
    path: Path
    gain: float  # how much the differences are amplified


@dataclass(frozen=True)
class Small:
    """The embedded thumbnail and the photograph at its size."""

    embedded: Path
    photograph: Path
    correlation: float
    alike: bool


@dataclass(frozen=True)
class Inspection:
    """A first look at one file."""

    format: str
    pictures: tuple[SignPicture, ...] = ()
    quality: int = 0  # of the second saving
    median: int = 3  # side of the noise filter, pixels
    no_ela: str = ""  # why there is no error level picture
    jpeg: JpegFacts | None = None
    small: Small | None = None
    metadata: Metadata = Metadata()
    traces: tuple[tuple[str, str], ...] = ()  # (kind, value): software, history, camera, times, credentials


def inspect(data: bytes, sha256: str, photo: PhotoSettings, settings: TamperSettings, keep: Keep) -> Inspection:
    """Look at a file once; the pictures are kept by its content and the settings they were made with.

    Raises:
        PhotoRefused: the bytes are no photograph.
    """
    decoded = imaging.decode(data, photo)
    found = metadata.read(data, photo, settings)
    key = f"{sha256}-{settings.quality}-{settings.median}-{settings.picture_side}"
    pictures: list[SignPicture] = []
    no_ela, jpeg, small = "", None, None
    if decoded.format == "JPEG":
        try:
            jpeg = tamper.jpeg_facts(data)
            level, gain = tamper.error_level(data, settings)
            pictures.append(SignPicture("ela", keep(f"ela-{key}.webp", lambda: _fit(level, settings)), gain))
            small = _small(data, decoded.pixels, key, photo, settings, keep)
        except PhotoRefused as error:
            no_ela = str(error)
    residual, gain = tamper.noise_residual(decoded.pixels, settings)
    pictures.append(SignPicture("noise", keep(f"noise-{key}.webp", lambda: _fit(residual, settings)), gain))
    return Inspection(
        format=decoded.format, pictures=tuple(pictures), quality=settings.quality, median=settings.median,
        no_ela=no_ela, jpeg=jpeg, small=small, metadata=found, traces=traces(found, jpeg),
    )  # fmt: skip


def _fit(pixels: np.ndarray, settings: TamperSettings) -> np.ndarray:
    return imaging.working_copy(pixels, settings.picture_side)


def _small(
    data: bytes, pixels: np.ndarray, key: str, photo: PhotoSettings, settings: TamperSettings, keep: Keep
) -> Small | None:
    found = tamper.thumbnail(data, pixels, photo)
    if found is None:
        return None
    return Small(
        keep(f"embedded-{key}.webp", lambda: found.embedded), keep(f"reduced-{key}.webp", lambda: found.photograph),
        found.correlation, found.correlation >= settings.thumbnail_alike,
    )  # fmt: skip


def traces(found: Metadata, jpeg: JpegFacts | None) -> tuple[tuple[str, str], ...]:
    """What the metadata tells of programs and cameras, neutrally: (kind, value), no value for what is missing."""
    told: list[tuple[str, str]] = []
    software = dict.fromkeys(t.value for t in found.tags if t.name in PROGRAMS and t.value)
    told += [("software", name) for name in software]
    for step in metadata.history(found.tags)[:20]:
        line = ", ".join(step[k] for k in ("action", "softwareAgent", "when") if step.get(k))
        told += [("history", line)] if line else []
    if not found.first("Make", "Model", "tiff:Make", "tiff:Model"):
        told.append(("no_camera", ""))
    taken, changed = found.first("DateTimeOriginal"), found.first("DateTime")
    if taken and changed and taken != changed:
        told.append(("times", f"{taken} / {changed}"))
    if jpeg and jpeg.after_end:
        told.append(("after_end", f"{jpeg.after_end:,}"))
    if jpeg and "JUMBF (C2PA)" in jpeg.segments:
        told.append(("credentials", ""))
    return tuple(told)


class LastSeen:
    """The inspections made last, by the photograph's sha256: a page is painted many times."""

    def __init__(self, most: int = 16) -> None:
        self._most, self._lock = most, threading.Lock()
        self._seen: OrderedDict[str, Inspection] = OrderedDict()

    def __call__(self, sha256: str, make: Callable[[], Inspection]) -> Inspection:
        """The inspection of that photograph; it is made where it is not known, or its pictures are gone."""
        with self._lock:
            found = self._seen.get(sha256)
        if found is None or not all(p.path.exists() for p in found.pictures):
            found = make()
        with self._lock:
            self._seen[sha256] = found
            self._seen.move_to_end(sha256)
            while len(self._seen) > self._most:
                self._seen.popitem(last=False)
        return found
