"""What a file is by its first bytes; names and declared types are never trusted."""

from __future__ import annotations

import re

_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}
_PREFIXES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),  # BigTIFF
    (b"MM\x00+", "TIFF"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"PK\x05\x06", "a zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BM", "a BMP picture"),
    (b"8BPS", "a Photoshop document"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"{\\rtf", "an RTF document"),
)
_SVG = re.compile(rb"<(?:[a-z]+:)?svg[\s>]", re.I)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script)\b", re.I)

PHOTO_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "HEIF", "AVIF")


def sniff(data: bytes) -> str:
    """One of `PHOTO_FORMATS`, or a phrase such as `a PDF document` for what the file is instead."""
    if data[:4] == b"RIFF":
        return "WEBP" if data[8:12] == b"WEBP" else "an audio or video file"
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    for prefix, kind in _PREFIXES:
        if data.startswith(prefix):
            return kind
    return _text(data[:4096])


def _iso_media(data: bytes) -> str:
    """HEIF, AVIF and MP4 share one container; major and compatible brands tell them apart."""
    end = min(max(int.from_bytes(data[:4], "big"), 12), 256, len(data))
    brands = {data[i : i + 4] for i in (8, *range(16, end - 3, 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    return "HEIF" if brands & _HEIF_BRANDS else "a video"


def _text(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "a text file"
    if b"\x00" in head:
        return "a file of unknown type"
    if _SVG.search(head):
        return "an SVG drawing"
    if _HTML.search(head):
        return "an HTML page"
    if head.lstrip().startswith(b"<?xml"):
        return "an XML document"
    printable = sum(byte >= 0x20 or byte in b"\t\r\n" for byte in head)
    return "a text file" if printable >= 0.95 * len(head) else "a file of unknown type"


def webp_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) from a WebP header, None where it is malformed.

    Pillow's WebP reader reserves the whole canvas when it opens a file, so its size must be known before.
    """
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
        return width & 0x3FFF, height & 0x3FFF
    return None
