"""A first look at signs of editing: pictures and facts that can point somewhere, and prove nothing.

Error level analysis (Krawetz 2007, "A Picture's Worth... Digital Image Analysis and Forensics", Black Hat): the JPEG is
saved once more at a known quality; parts with another compression history lose differently. Noise residual: what a
median filter takes away (the usual denoiser for spotting pasted or smoothed areas, e.g. Mahdian and Saic 2009). Both
also light up at edges, fine texture, lettering and sharpening: what is shown is for looking, and nothing is concluded.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin
from PIL.ExifTags import IFD

from newsctx import imaging
from newsctx.errors import PhotoRefused
from newsctx.settings import PhotoSettings, TamperSettings

Pixels = NDArray[np.uint8]

#: Luminance and chrominance quantisation of the JPEG standard (ITU-T T.81, Annex K.1), row by row.
STANDARD = (
    (16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
     87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
     72, 92, 95, 98, 112, 100, 103, 99),
    (17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
     99, 99, 99, *(99,) * 32),
)  # fmt: skip
SAMPLINGS = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}
_START_OF_SCAN, _END = 0xDA, 0xD9
_APPLICATIONS = (
    (b"JFIF", "JFIF"), (b"Exif", "Exif"), (b"http://ns.adobe.com/xap", "XMP"), (b"ICC_PROFILE", "ICC"),
    (b"Photoshop", "Photoshop/IPTC"), (b"Adobe", "Adobe"), (b"MPF", "MPF"), (b"JP", "JUMBF (C2PA)"),
)  # fmt: skip


@dataclass(frozen=True)
class Quality:
    """What the quantisation tables say of the last saving."""

    estimate: int  # 1..100 on the scale of libjpeg, the most common one
    exact: bool  # the tables are libjpeg's own at that quality; cameras and Photoshop bring tables of their own


@dataclass(frozen=True)
class JpegFacts:
    """How a JPEG file was written."""

    quality: Quality | None  # None: no tables in the file (abbreviated)
    tables: int
    sampling: str  # of the colours; empty: unusual
    progressive: bool
    segments: tuple[str, ...]  # application segments and comments, in order, without repetitions
    after_end: int  # bytes behind the end of the picture
    decoded: tuple[int, int]  # (width, height) as stored, before it is turned upright


@dataclass(frozen=True)
class Thumbnail:
    """The small picture that a camera embeds, beside the photograph at the same size."""

    embedded: Pixels  # (h, w, 3), upright
    photograph: Pixels  # (h, w, 3)
    correlation: float  # of the two in grey, -1..1; 1: the same


def stored(data: bytes) -> Image.Image:
    """The JPEG as it is stored, not turned: the 8 x 8 blocks of its compression lie only there where they were.

    The caller has had `imaging.decode` accept the bytes, which bounds their size. Raises PhotoRefused.
    """
    try:
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
        image.load()
    except Exception as error:  # decoders raise almost anything
        raise PhotoRefused(f"The JPEG could not be read once more ({type(error).__name__}).") from error
    return image


def error_level(data: bytes, settings: TamperSettings) -> tuple[Pixels, float]:
    """Error level analysis of a JPEG.

    Returns:
        ((H, W, 3) uint8 upright, the factor by which the differences were amplified).

    Raises:
        PhotoRefused: the bytes are no JPEG that can be read.
    """
    image = stored(data)
    before = image.convert("RGB")
    sampling = JpegImagePlugin.get_sampling(image)
    stream = io.BytesIO()
    before.save(stream, "JPEG", quality=settings.quality, subsampling=sampling if sampling in SAMPLINGS else 2)
    after = Image.open(stream, formats=["JPEG"]).convert("RGB")
    difference = cv2.absdiff(np.asarray(before), np.asarray(after))
    return amplify(_upright(difference, image), settings.amplified, settings.most_gain)


def noise_residual(pixels: Pixels, settings: TamperSettings) -> tuple[Pixels, float]:
    """What a median filter takes away from the brightness.

    Args:
        pixels: (H, W, 3) uint8 RGB.

    Returns:
        ((H, W, 3) uint8 grey, the factor of its amplification).
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    residual = cv2.absdiff(grey, cv2.medianBlur(grey, settings.median))
    shown, gain = amplify(residual, settings.noise_amplified, settings.most_gain)
    return np.repeat(shown[:, :, None], 3, axis=2), gain


def amplify(difference: Pixels, quantile: float, most: float) -> tuple[Pixels, float]:
    """Differences as brightness, the quantile of them white, and the factor, at most `most`. (H, W) or (H, W, 3)."""
    high = _quantile(difference, quantile)
    gain = min(most, 255 / high) if high > 0 else most
    return cv2.convertScaleAbs(difference, alpha=gain), round(gain, 1)


def _quantile(values: Pixels, share: float) -> int:
    """The least value that this share does not exceed; counted, since a sort of 100 megapixels takes gigabytes."""
    planes = cv2.split(values)
    counts = sum(cv2.calcHist([plane], [0], None, [256], [0, 256]).ravel().astype(np.int64) for plane in planes)
    return int(np.searchsorted(np.cumsum(counts), share * values.size))


def _upright(pixels: Pixels, image: Image.Image) -> Pixels:
    try:
        turn = imaging.turn(image.getexif())
    except Exception:  # a corrupt block: the photograph itself was not turned either
        turn = None
    return pixels if turn is None else np.ascontiguousarray(Image.fromarray(pixels).transpose(turn))


# --- the file -------------------------------------------------------------------------------------------------


def jpeg_facts(data: bytes) -> JpegFacts:
    """Facts of the file's structure. Raises PhotoRefused where it is no readable JPEG."""
    image = stored(data)
    tables = [tuple(image.quantization[key]) for key in sorted(image.quantization)]
    sampling = SAMPLINGS.get(JpegImagePlugin.get_sampling(image), "") if image.layers == 3 else ""
    segments, end = _segments(data)
    return JpegFacts(
        quality=quality(tables[0], tables[1] if len(tables) > 1 else None) if tables else None,
        tables=len(tables), sampling=sampling, progressive=bool(image.info.get("progressive")),
        segments=segments, after_end=max(0, len(data) - end), decoded=image.size,
    )  # fmt: skip


def quality(luminance: tuple[int, ...], chrominance: tuple[int, ...] | None = None) -> Quality:
    """The libjpeg quality whose tables are nearest (jcparam.c: 5000/q below 50, else 200 - 2q percent of the standard).

    Args:
        luminance, chrominance: 64 quantisation steps each, row by row.
    """
    given = [luminance] if chrominance is None else [luminance, chrominance]
    wanted = np.array([np.sort(t) for t in given])  # sorted: whether they are stored row by row or zigzag is all one
    best, least = 1, np.inf
    for q in range(1, 101):
        scale = 5000 // q if q < 50 else 200 - 2 * q
        tables = [np.clip((np.array(t) * scale + 50) // 100, 1, 255) for t in STANDARD[: len(given)]]
        off = float(np.abs(np.array([np.sort(t) for t in tables]) - wanted).sum())
        if off <= least:
            best, least = q, off
    return Quality(best, least == 0)


def _segments(data: bytes) -> tuple[tuple[str, ...], int]:
    """(names of the segments before the picture, offset of the byte behind its end)."""
    names: dict[str, None] = {}
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != _START_OF_SCAN:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        body = data[at + 4 : at + 40]
        if 0xE0 <= marker <= 0xEF:
            known = next((name for start, name in _APPLICATIONS if body.startswith(start)), f"APP{marker - 0xE0}")
            names[known] = None
        elif marker == 0xFE:
            names["comment"] = None
        at += 2 + max(2, length)
    return tuple(names), _end(data, at)


def _end(data: bytes, at: int) -> int:
    """Behind the End Of Image that closes the scan at `at`: inside a scan 0xFF is followed by 0 or a restart marker."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        marker = data[at + 1]
        if marker == _END:
            return at + 2
        if marker in (0, 0xFF, 1) or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
        else:  # another table or scan
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return len(data)


def thumbnail(data: bytes, pixels: Pixels, photo: PhotoSettings) -> Thumbnail | None:
    """The embedded thumbnail beside the photograph; None where there is none that can be read.

    Args:
        pixels: (H, W, 3) uint8, the upright photograph.
    """
    image = stored(data)
    raw = embedded_thumbnail(image)
    if not raw:
        return None
    try:
        small = imaging.decode(raw, photo).pixels
    except PhotoRefused:
        return None
    small = _trimmed(_upright(small, image), pixels.shape[1] / pixels.shape[0])
    height, width = small.shape[:2]
    if min(height, width) < 8:
        return None
    large = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return Thumbnail(small, large, correlation(small, large))


def embedded_thumbnail(image: Image.Image) -> bytes:
    """The JPEG of the EXIF block's second directory (EXIF 2.32 sec. 4.5.5), empty where there is none."""
    block = image.info.get("exif", b"")
    tiff = block[6:] if block.startswith(b"Exif\x00\x00") else block
    try:
        second = image.getexif().get_ifd(IFD.IFD1)
        start, length = int(second.get(0x0201, 0)), int(second.get(0x0202, 0))
    except Exception:  # Pillow raises almost anything on corrupt blocks
        return b""
    found = tiff[start : start + length] if start > 0 and 0 < length <= len(tiff) else b""
    return found if found.startswith(b"\xff\xd8") else b""


def _trimmed(small: Pixels, aspect: float) -> Pixels:
    """Without the black bars that cameras add to bring a photograph to the thumbnail's 4:3."""
    height, width = small.shape[:2]
    if abs(width / height - aspect) < 0.02 * aspect:
        return small
    if width / height < aspect:  # bars above and below
        rows = round((height - width / aspect) / 2)
        bars, kept = (small[:rows], small[height - rows :]), small[rows : height - rows]
    else:
        columns = round((width - height * aspect) / 2)
        bars, kept = (small[:, :columns], small[:, width - columns :]), small[:, columns : width - columns]
    return kept if all(bar.size and bar.mean() < 24 for bar in bars) else small  # 24: black after JPEG


def correlation(one: Pixels, other: Pixels) -> float:
    """Pearson's of the two in grey, same size; 0 where one of them is of a single colour."""
    a, b = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64).ravel() for p in (one, other))
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return round(float((a * b).sum()) / size, 3) if size > 0 else 0.0
