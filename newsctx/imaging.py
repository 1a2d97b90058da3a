"""Safe decoding of untrusted photographs, copies without metadata, and hashes.

The pixel count is checked from the header before anything is decoded; whatever goes wrong inside a decoder
becomes one `PhotoRefused`. No function here writes metadata: every copy is encoded from bare pixels.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable
from dataclasses import dataclass

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
    features,
)

from newsctx.errors import PhotoRefused
from newsctx.settings import PhotoSettings
from newsctx.signatures import PHOTO_FORMATS, sniff, webp_size

Pixels = NDArray[np.uint8]

_ACCEPTED = "a JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF photograph"
_COUNT_FRAMES_BYTES = 2_000_000  # GIF and TIFF frames are counted by walking the file: only in small files
_STRIP_ROWS = 512
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # EXIF 2.32 tag 0x0112


@dataclass(frozen=True)
class Decoded:
    """A photograph that was read completely."""

    pixels: Pixels  # (height, width, 3) uint8 RGB, upright, on white where the file was transparent
    format: str  # one of `signatures.PHOTO_FORMATS`
    width: int  # pixels, after EXIF orientation
    height: int
    exif: Image.Exif  # empty where the file has none, or a corrupt one
    notices: tuple[str, ...] = ()  # what the analyst should know about the reading


def decode(data: bytes, settings: PhotoSettings) -> Decoded:
    """The photograph in `data`, checked and upright.

    Peak memory is about 8 bytes per pixel (float and 32-bit TIFF: 13), whose number `settings.max_pixels` bounds.
    Raises PhotoRefused for everything that is not a complete photograph within the limits.
    """
    kind = _check_bytes(data, settings)
    notices: list[str] = []
    try:
        image = _open(kind, data, settings)
        _check_size(image.width, image.height, settings)
        notices += _frame_notices(image, kind, data)
        image.load()
        exif = _read_exif(image, notices)
        # after load(): the TIFF reader turns the picture itself and then drops the tag
        image = _upright(image, exif)
        pixels = _to_rgb(image, notices)
    except PhotoRefused:
        raise
    except Exception as error:  # decoders raise almost anything on hostile bytes; all of it means the same here
        raise _damaged(kind, data, error) from error
    height, width = pixels.shape[:2]
    _check_size(width, height, settings)
    return Decoded(pixels, kind, width, height, exif, tuple(notices))


def header(data: bytes, settings: PhotoSettings) -> Image.Image:
    """The picture with its metadata, nothing decoded, read by the reader of its own format.

    Raises PhotoRefused for bytes that are no picture of a format that is read here; the reader may raise on its own.
    """
    return _open(_check_bytes(data, settings), data, settings)


def _check_bytes(data: bytes, settings: PhotoSettings) -> str:
    if not data:
        raise PhotoRefused(f"The file is empty (0 bytes); expected {_ACCEPTED}. Upload the photograph again.")
    if len(data) > settings.max_bytes:
        raise PhotoRefused(
            f"The file has {len(data):,} bytes; at most {settings.max_bytes:,} are read. "
            "Save it as a JPEG or at a smaller size, or raise photo.max_bytes."
        )
    kind = sniff(data)
    if kind not in PHOTO_FORMATS:
        raise PhotoRefused(
            f"By its content the file is {kind}, whatever its name; expected {_ACCEPTED}. "
            "Export or screenshot the picture as JPEG or PNG and upload that."
        )
    return kind


def _check_size(width: int, height: int, settings: PhotoSettings) -> None:
    if width * height > settings.max_pixels:
        raise PhotoRefused(
            f"The photograph has {width:,} x {height:,} = {width * height:,} pixels; at most "
            f"{settings.max_pixels:,} are decoded. Save it at a smaller size, or raise photo.max_pixels."
        )
    if min(width, height) < settings.min_side:
        raise PhotoRefused(
            f"The photograph has {width} x {height} pixels; each side needs at least {settings.min_side}. "
            "Upload the photograph itself, not a placeholder or tracking pixel."
        )


def _damaged(kind: str, data: bytes, error: Exception) -> PhotoRefused:
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return PhotoRefused(
        f"The {kind} file of {len(data):,} bytes is truncated or damaged ({reason}); expected a complete photograph. "
        "Copy or download it again."
    )


def _open(kind: str, data: bytes, settings: PhotoSettings) -> Image.Image:
    """Header only. The reader of the sniffed format is used directly: no guessing, no bomb limit of Pillow's own."""
    if kind == "WEBP" and (size := webp_size(data)):
        _check_size(*size, settings)
    readers: dict[str, Callable[[io.BytesIO], Image.Image]] = {
        "JPEG": JpegImagePlugin.JpegImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "WEBP": WebPImagePlugin.WebPImageFile,
        "GIF": GifImagePlugin.GifImageFile,
        "TIFF": TiffImagePlugin.TiffImageFile,
        "HEIF": _open_heif,
        "AVIF": _open_avif,
    }
    return readers[kind](io.BytesIO(data))


def _open_heif(stream: io.BytesIO) -> Image.Image:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise PhotoRefused(
            f"This is a HEIC photograph and its reader is missing ({error}). "
            "Run `pip install pillow-heif`, or convert the photograph to JPEG."
        ) from error
    return HeifImageFile(stream)


def _open_avif(stream: io.BytesIO) -> Image.Image:
    if not features.check("avif"):
        raise PhotoRefused(
            "This is an AVIF photograph and this build of Pillow has no AVIF reader. "
            "Run `pip install --upgrade pillow`, or convert the photograph to JPEG."
        )
    return AvifImagePlugin.AvifImageFile(stream)


def _frame_notices(image: Image.Image, kind: str, data: bytes) -> list[str]:
    if kind in ("JPEG", "HEIF"):
        return []
    walks = kind in ("GIF", "TIFF")
    if walks and len(data) > _COUNT_FRAMES_BYTES:
        try:
            image.seek(1)
        except EOFError:
            return []
        finally:
            image.seek(0)
        count = "several"
    else:
        frames = getattr(image, "n_frames", 1)
        if frames < 2:
            return []
        image.seek(0)
        count = str(frames)
    return [f"TIFF: first of {count} pages" if kind == "TIFF" else f"animated {kind}: first of {count} frames"]


def _read_exif(image: Image.Image, notices: list[str]) -> Image.Exif:
    try:
        return image.getexif()
    except Exception as error:  # a corrupt block must not cost the photograph
        notices.append(f"the EXIF block is corrupt and was left out ({type(error).__name__})")
        return Image.Exif()


def turn(exif: Image.Exif) -> Image.Transpose | None:
    """What brings the stored picture upright; None: it is."""
    return _TURNS.get(exif.get(ExifTags.Base.Orientation, 1))


def _upright(image: Image.Image, exif: Image.Exif) -> Image.Image:
    way = turn(exif)
    return image if way is None else image.transpose(way)


def _to_rgb(image: Image.Image, notices: list[str]) -> Pixels:
    """(H, W, 3) uint8 RGB of any Pillow mode."""
    if image.mode.startswith("I;16"):
        # sixteen bits keep their own scale: 65535 is white
        return _grey_to_rgb((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        notices.append(f"{'float' if image.mode == 'F' else '32-bit'} pixels: stretched from darkest to brightest")
        return _grey_to_rgb(_stretch(np.asarray(image)))
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    transparent = False
    for top in range(0, image.height, _STRIP_ROWS):  # in strips: whole conversions would hold several copies
        strip = image.crop((0, top, image.width, min(top + _STRIP_ROWS, image.height)))
        if strip.has_transparency_data:
            strip = strip.convert("RGBA")
            transparent |= strip.getchannel("A").getextrema()[0] < 255
            strip = Image.alpha_composite(Image.new("RGBA", strip.size, "white"), strip)
        pixels[top : top + strip.height] = np.asarray(strip.convert("RGB"))
    if transparent:
        notices.append("transparent parts are shown on white")
    return pixels


def _grey_to_rgb(grey: Pixels) -> Pixels:
    return np.repeat(grey[:, :, None], 3, axis=2)


def _span(values: NDArray[np.float32] | NDArray[np.int32]) -> tuple[float, float]:
    """Least and greatest finite value; (inf, -inf) where there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (math.inf, -math.inf)


def _stretch(values: NDArray[np.float32] | NDArray[np.int32]) -> Pixels:
    """Finite values mapped linearly to 0..255; NaN and infinities become black. (H, W) in, (H, W) uint8 out."""
    strips = [slice(top, top + _STRIP_ROWS) for top in range(0, len(values), _STRIP_ROWS)]
    spans = [_span(values[rows]) for rows in strips]
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    if low == math.inf:
        raise ValueError("no pixel has a finite value")
    if high <= low:
        return np.full(values.shape, 128, dtype=np.uint8)
    grey = np.empty(values.shape, dtype=np.uint8)
    for rows in strips:
        part = values[rows].astype(np.float64)  # the span of two huge float32 values would overflow in float32
        grey[rows] = np.rint((np.where(np.isfinite(part), part, low) - low) / (high - low) * 255)
    return grey


# --- copies ---------------------------------------------------------------------------------------------------


def working_copy(pixels: Pixels, max_side: int) -> Pixels:
    """(h, w, 3) with the longer side at most `max_side`, proportions kept; `pixels` itself if small enough."""
    height, width = pixels.shape[:2]
    scale = max_side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def encode_jpeg(pixels: Pixels, quality: int = 90) -> bytes:
    """JPEG file of the bare pixels: no EXIF, no XMP, no colour profile."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality, optimize=True)
    return stream.getvalue()


def encode_webp(pixels: Pixels, quality: int = 82) -> bytes:
    """WebP file of the bare pixels, for previews."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "WEBP", quality=quality, method=4)
    return stream.getvalue()


def thumbnail(pixels: Pixels, max_side: int = 320) -> bytes:
    """Small WebP for cards and lists."""
    return encode_webp(working_copy(pixels, max_side), quality=78)


# --- hashes ---------------------------------------------------------------------------------------------------


def sha256(data: bytes) -> str:
    """64 hex characters over the original bytes."""
    return hashlib.sha256(data).hexdigest()


def phash(pixels: Pixels) -> str:
    """64-bit DCT perceptual hash as 16 hex characters (imagehash.phash; Zauner 2010 sec. 3.1.1)."""
    return str(imagehash.phash(Image.fromarray(pixels)))
