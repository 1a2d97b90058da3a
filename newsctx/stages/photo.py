"""Stage 1, photo: decode the upload safely and read everything that the file itself says."""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath

from newsctx.camera import read_camera
from newsctx.imaging import Decoded, decode, phash, sha256, working_copy
from newsctx.ocr import MAX_LINES, OcrReader
from newsctx.records import OcrLine, Photo
from newsctx.settings import PhotoSettings

_MAX_NAME = 120  # characters
_NO_READER = "no OCR reader was given; run `pip install rapidocr onnxruntime`"
_SUFFIXES = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".png": "PNG", ".webp": "WEBP", ".gif": "GIF",
    ".tif": "TIFF", ".tiff": "TIFF", ".heic": "HEIF", ".heif": "HEIF", ".avif": "AVIF",
}  # fmt: skip


def run(
    data: bytes,
    filename: str,
    settings: PhotoSettings,
    ocr: OcrReader | None,
    ocr_unavailable: str = "",
    today: date | None = None,
) -> tuple[Photo, Decoded]:
    """The photograph's facts, and its pixels for the stages that look at them.

    `ocr` None says that no text could be read, for the reason in `ocr_unavailable`. `today` bounds camera times.
    Raises PhotoRefused; a failure of the OCR reader itself is recorded and does not cost the analysis.
    """
    decoded = decode(data, settings)
    lines, unavailable, ocr_notices = _read_text(decoded, settings, ocr, ocr_unavailable)
    name = clean_name(filename)
    photo = Photo(
        sha256=sha256(data),
        phash=phash(decoded.pixels),
        filename=name,
        format=decoded.format,
        bytes=len(data),
        width=decoded.width,
        height=decoded.height,
        camera=read_camera(decoded.exif, today or date.today()),
        ocr=lines,
        ocr_unavailable=unavailable,
        notices=(*decoded.notices, *_name_notices(name, decoded.format), *ocr_notices),
    )
    return photo, decoded


def clean_name(filename: str) -> str:
    """The base name without control, invisible and direction characters, at most 120 characters, suffix kept."""
    base = filename.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    name = " ".join("".join(c for c in base if c.isprintable()).split())
    if len(name) <= _MAX_NAME:
        return name
    suffix = PurePosixPath(name).suffix[:10]
    return name[: _MAX_NAME - len(suffix)] + suffix


def _name_notices(name: str, kind: str) -> list[str]:
    suffix = PurePosixPath(name).suffix.lower()
    expected = _SUFFIXES.get(suffix)
    return [f"the name ends in {suffix}, the content is {kind}"] if expected and expected != kind else []


def _read_text(
    decoded: Decoded, settings: PhotoSettings, ocr: OcrReader | None, reason: str
) -> tuple[tuple[OcrLine, ...], str, list[str]]:
    """(lines with boxes in pixels of the upright photograph, why there are none, notices)."""
    if ocr is None:
        return (), reason or _NO_READER, []
    copy = working_copy(decoded.pixels, settings.work_side)
    try:
        found = ocr.read(copy)
    except Exception as error:  # the text is one clue of many: report the failure, keep the analysis
        return (), f"the OCR reader failed: {type(error).__name__}: {error}"[:300], []
    scale_x, scale_y = decoded.width / copy.shape[1], decoded.height / copy.shape[0]
    lines = tuple(_scaled(line, scale_x, scale_y) for line in found if line.confidence >= settings.ocr_min_confidence)
    # unreadable boxes are dropped by the reader, so slightly fewer lines also mean that the limit was reached
    full = len(found) >= 0.8 * MAX_LINES
    return lines, "", [f"full of text: at most the {MAX_LINES} largest lines are read"] if full else []


def _scaled(line: OcrLine, scale_x: float, scale_y: float) -> OcrLine:
    corners = tuple((round(x * scale_x, 1), round(y * scale_y, 1)) for x, y in line.box)
    return line.model_copy(update={"box": corners})
