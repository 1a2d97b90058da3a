"""Broken and hostile photographs, made from small real ones: the same seed makes the same files.

Every kind of harm is a function `bytes, Random -> bytes`; `mutants` walks over all of them and all formats in turn.
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF")
SUFFIX = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif", "HEIF": ".heic"}
BITS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 30_000, 65_500, 16_383)
HTML = b"<!doctype html><html><script>alert(1)</script><img src=x onerror=alert(1)></html>"
Harm = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Mutant:
    """One file."""

    format: str  # of the photograph that it was made from
    harm: str
    name: str  # as it is uploaded
    data: bytes


def _picture(side: int, seed: int) -> Image.Image:
    """Something with edges, so that encoders write more than a few blocks."""
    rng = np.random.default_rng(seed)
    pixels = np.kron(rng.integers(0, 256, (side // 8, side // 8, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    return Image.fromarray(pixels)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _exif(text: str = "maker") -> bytes:
    exif = Image.Exif()
    exif[0x010F] = text
    exif.get_ifd(0x8769)[0x9003] = "2017:12:26 10:00:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return exif.tobytes()


def originals() -> dict[str, list[bytes]]:
    """Small photographs of each format, in several of its ways of being written."""
    import pillow_heif

    a, b = _picture(128, 1), _picture(96, 2)
    exif, xmp = _exif(), b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a>b</a></x:xmpmeta>"

    def heif(*images: Image.Image, **options: object) -> bytes:
        stream = io.BytesIO()
        made = pillow_heif.from_pillow(images[0])
        for other in images[1:]:
            made.add_from_pillow(other)
        made.save(stream, quality=60, **options)
        return stream.getvalue()

    return {
        "JPEG": [
            _saved(a, "JPEG", exif=exif, xmp=xmp), _saved(b, "JPEG", progressive=True),
            _saved(a.convert("CMYK"), "JPEG"), _saved(a.convert("L"), "JPEG", restart_marker_rows=1),
        ],
        "PNG": [
            _saved(a, "PNG", exif=exif), _saved(a.quantize(16), "PNG"), _saved(a.convert("RGBA"), "PNG"),
            _saved(a, "PNG", save_all=True, append_images=[a.rotate(90)]), _saved(a.convert("I;16"), "PNG"),
        ],
        "WEBP": [
            _saved(a, "WEBP", exif=exif, xmp=xmp), _saved(b, "WEBP", lossless=True),
            _saved(a, "WEBP", save_all=True, append_images=[a.rotate(90)]),
        ],
        "TIFF": [
            _saved(a, "TIFF", compression=c) for c in ("raw", "tiff_lzw", "jpeg", "tiff_adobe_deflate", "packbits")
        ] + [_saved(a, "TIFF", save_all=True, append_images=[b]), _saved(a.convert("F"), "TIFF")],
        "HEIF": [heif(a, exif=exif), heif(b.convert("RGBA")), heif(a, b)],
    }  # fmt: skip


# --- blind harm -----------------------------------------------------------------------------------------------


def flipped_bits(data: bytes, draw: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(draw.randint(1, 40)):
        broken[draw.randrange(len(broken))] ^= 1 << draw.randrange(8)
    return bytes(broken)


def header_bytes(data: bytes, draw: random.Random) -> bytes:
    """Where formats keep what they say of themselves."""
    broken = bytearray(data)
    for _ in range(draw.randint(1, 12)):
        broken[draw.randrange(min(len(broken), 400))] = draw.randrange(256)
    return bytes(broken)


def truncated(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(1, len(data))]


def lying_length(data: bytes, draw: random.Random) -> bytes:
    """A 16- or 32-bit number of either order becomes an extreme one."""
    broken = bytearray(data)
    for _ in range(draw.randint(1, 3)):
        code = draw.choice((">H", "<H", ">I", "<I"))
        size = struct.calcsize(code)
        at = draw.randrange(2, min(len(broken) - size, 2000))
        struct.pack_into(code, broken, at, draw.choice(BITS) & (0xFFFF if size == 2 else 0xFFFFFFFF))
    return bytes(broken)


def copied_piece(data: bytes, draw: random.Random) -> bytes:
    """A stretch stands twice, or many times."""
    start = draw.randrange(len(data))
    piece = data[start : start + draw.randint(4, 800)]
    at = draw.choice((start, draw.randrange(len(data))))
    return data[:at] + piece * draw.choice((1, 1, 2, 200)) + data[at:]


def removed_piece(data: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(data))
    return data[:start] + data[start + draw.randint(1, 300) :]


def spliced(data: bytes, draw: random.Random) -> bytes:
    """Two files of any formats in one."""
    every = [d for kind in originals_once().values() for d in kind]
    other = draw.choice(every)
    return data[: draw.randrange(8, len(data))] + other[draw.randrange(len(other)) :]


# --- aimed harm -----------------------------------------------------------------------------------------------


def _pieces(data: bytes) -> list[tuple[int, int]]:
    """(start, end) of JPEG segments, PNG chunks, RIFF chunks or ISO boxes; empty for TIFF and what is not walked."""
    found: list[tuple[int, int]] = []
    if data[:2] == b"\xff\xd8":
        at = 2
        while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            found.append((at, end))
            at = end
    elif data[:4] == b"\x89PNG":
        at = 8
        while at + 12 <= len(data):
            end = at + 12 + int.from_bytes(data[at : at + 4], "big")
            found.append((at, end))
            at = end
    elif data[:4] == b"RIFF":
        at = 12
        while at + 8 <= len(data):
            size = int.from_bytes(data[at + 4 : at + 8], "little")
            end = at + 8 + size + size % 2
            found.append((at, end))
            at = end
    elif data[4:8] == b"ftyp":
        at = 0
        while at + 8 <= len(data):
            size = int.from_bytes(data[at : at + 4], "big")
            end = at + size if size >= 8 else len(data)
            found.append((at, end))
            if data[at + 4 : at + 8] == b"meta":  # its boxes, too
                inner = at + 12
                while inner + 8 <= end:
                    step = max(8, int.from_bytes(data[inner : inner + 4], "big"))
                    found.append((inner, inner + step))
                    inner += step
            at = end
    return found


def moved_chunks(data: bytes, draw: random.Random) -> bytes:
    """Segments, chunks or boxes stand twice, a thousand times, in another place, or not at all."""
    pieces = _pieces(data)
    if not pieces:
        return copied_piece(data, draw)
    start, end = draw.choice(pieces)
    chunk = data[start:end]
    match draw.randrange(4):
        case 0:
            return data[:end] + chunk + data[end:]
        case 1:
            return data[:end] + chunk * min(1000, 400_000 // max(1, len(chunk))) + data[end:]
        case 2:
            return data[:start] + data[end:]
    other = draw.choice(pieces)[1]
    without = data[:start] + data[end:]
    return without[:other] + chunk + without[other:]


def huge_size(data: bytes, draw: random.Random) -> bytes:
    """Width and height in the header become enormous, or nothing; checksums fit."""
    width, height = draw.choice(
        (
            (65_535, 65_535),
            (16_383, 16_383),
            (1, 65_535),
            (0, 0),
            (30_000, 30_000),
            (4000, 3000),
            (2**31 - 1, 2**31 - 1),
        )
    )
    broken = bytearray(data)
    if data[:2] == b"\xff\xd8":
        for start, _ in _pieces(data):
            if data[start + 1] in (0xC0, 0xC1, 0xC2):
                struct.pack_into(">HH", broken, start + 5, height & 0xFFFF, width & 0xFFFF)
    elif data[:4] == b"\x89PNG":
        struct.pack_into(">II", broken, 16, width, height)
        struct.pack_into(">I", broken, 29, zlib.crc32(broken[12:29]))
    elif data[:4] == b"RIFF" and data[12:16] == b"VP8X":
        broken[24:30] = (max(width, 1) - 1 & 0xFFFFFF).to_bytes(3, "little") + (max(height, 1) - 1 & 0xFFFFFF).to_bytes(
            3, "little"
        )
    elif data[:4] == b"RIFF" and data[12:16] == b"VP8 ":
        struct.pack_into("<HH", broken, 26, width & 0x3FFF, height & 0x3FFF)
    elif data[:4] == b"RIFF":
        struct.pack_into("<I", broken, 21, (max(width, 1) - 1 & 0x3FFF) | (max(height, 1) - 1 & 0x3FFF) << 14)
    elif data[:2] in (b"II", b"MM"):
        order = "<" if data[:2] == b"II" else ">"
        at = struct.unpack_from(order + "I", data, 4)[0]
        for i in range(struct.unpack_from(order + "H", data, at)[0]):
            entry = at + 2 + 12 * i
            tag = struct.unpack_from(order + "H", data, entry)[0]
            if tag in (256, 257, 278):
                value = {256: width, 257: height, 278: height}[tag]
                struct.pack_into(order + "HII", broken, entry + 2, 4, 1, value)
    else:
        at = -1
        while (at := data.find(b"ispe", at + 1)) >= 0:
            struct.pack_into(">II", broken, at + 8, width, height)
    return bytes(broken)


def bomb(data: bytes, draw: random.Random) -> bytes:
    """A real picture of one colour that unfolds a thousandfold: within `max_pixels`, or far above."""
    side = draw.choice((3000, 4000, 9000))
    image = Image.new("L", (side, side), 200)
    match _kind(data):
        case "PNG":
            return _saved(image, "PNG", compress_level=9)
        case "TIFF":
            return _saved(image, "TIFF", compression="tiff_adobe_deflate")
        case "WEBP":
            return _saved(image.convert("RGB"), "WEBP", lossless=True, quality=0, method=0)
        case "HEIF":
            return huge_size(data, draw)
    return _saved(image, "JPEG", quality=10, progressive=draw.random() < 0.5)


def metadata_bomb(data: bytes, draw: random.Random) -> bytes:
    """EXIF, XMP, ICC and text blocks that are large, unfold, nest deeply, or point into themselves."""
    image = _picture(64, 5)
    deep = b"<a>" * 30_000 + b"</a>" * 30_000
    laughs = (
        b'<!DOCTYPE x [<!ENTITY a "'
        + b"ha" * 500
        + b'">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 20) for i in range(6))
        + b"]><x>&g;</x>"
    )
    packet = draw.choice((deep, laughs, b"<x " + b"a='b' " * 50_000 + b"/>", bytes(1_000_000)))
    loop = bytearray(_exif())
    for _ in range(6):
        at = draw.randrange(16, len(loop) - 4)
        struct.pack_into("<I", loop, at, draw.choice((8, at, 0, 0xFFFFFFFF, 6)))
    match _kind(data), draw.randrange(3):
        case "PNG", _:
            folded = zlib.compress(bytes(60_000_000), 9)

            def chunk(name: bytes, body: bytes) -> bytes:
                return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

            extra = draw.choice(
                (
                    chunk(b"zTXt", b"Comment\x00\x00" + folded), chunk(b"iCCP", b"icc\x00\x00" + folded),
                    chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + folded), chunk(b"eXIf", bytes(loop)),
                    chunk(b"tEXt", b"k\x00" + b"v" * 50_000) * 100,
                )
            )  # fmt: skip
            plain = _saved(image, "PNG")
            return plain[:33] + extra + plain[33:]
        case "WEBP", _:
            return _saved(image, "WEBP", exif=bytes(loop), xmp=packet, icc_profile=bytes(300_000))
        case "HEIF", _:
            import pillow_heif

            stream = io.BytesIO()
            pillow_heif.from_pillow(image).save(stream, exif=bytes(loop), xmp=packet)
            return stream.getvalue()
        case "JPEG", 0:
            return _saved(image, "JPEG", exif=bytes(loop))
        case "JPEG", 1:
            return _saved(image, "JPEG", xmp=packet[:65_000])
        case "JPEG", _:  # hundreds of profile segments, and photoshop blocks that lie about their length
            lies = b"\xff\xed\x00\x40Photoshop 3.0\x008BIM\x04\x04\x00\x00\x7f\xff\xff\xff" + bytes(36)
            profile = b"\xff\xe2\xff\xff" + b"ICC_PROFILE\x00\x01\xff" + bytes(65_519)
            plain = _saved(image, "JPEG")
            return plain[:2] + lies * 50 + profile * 60 + plain[2:]
    return lying_length(_saved(image, "TIFF", description="x" * 400_000), draw)


def many_frames(data: bytes, draw: random.Random) -> bytes:
    """Animations and documents of many pages; the second half of them is torn."""
    frames = [_picture(32, i) for i in range(draw.choice((3, 40)))]
    match _kind(data):
        case "PNG" | "WEBP" | "TIFF" as kind:
            whole = _saved(frames[0], kind, save_all=True, append_images=frames[1:])
        case _:
            whole = _saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    return whole if draw.random() < 0.5 else flipped_bits(whole, draw)


def looped_pages(data: bytes, draw: random.Random) -> bytes:
    """A TIFF whose next page is its first, or whose directories lie anywhere."""
    whole = bytearray(_saved(_picture(32, 1), "TIFF", save_all=True, append_images=[_picture(32, 2)]))
    at = struct.unpack_from("<I", whole, 4)[0]
    count = struct.unpack_from("<H", whole, at)[0]
    struct.pack_into("<I", whole, at + 2 + 12 * count, draw.choice((at, 8, len(whole) - 2, 0xFFFFFFF0)))
    if draw.random() < 0.5:
        struct.pack_into("<H", whole, at, draw.choice((0, 0xFFFF, 300)))
    return bytes(whole)


def polyglot(data: bytes, draw: random.Random) -> bytes:
    """A photograph that is a page, a program archive or a script as well."""
    zipped = b"PK\x03\x04" + bytes(26) + b"META-INF/MANIFEST.MF" + b"PK\x05\x06" + bytes(18)
    return draw.choice(
        (data + HTML, data + zipped, data[:4] + HTML + data[4:], HTML + data, zipped + data, b"%PDF-1.7\n" + data,
         data + data, b"<svg onload=alert(1)>" + data)
    )  # fmt: skip


def unharmed(data: bytes, draw: random.Random) -> bytes:
    return data


HARMS: tuple[Harm, ...] = (
    flipped_bits, header_bytes, truncated, lying_length, copied_piece, removed_piece, spliced, moved_chunks, huge_size,
    bomb, metadata_bomb, many_frames, looped_pages, polyglot, unharmed,
)  # fmt: skip
#: What is told by hand is made of every format once; the blind ones fill the rest.
NAMES = ("photo", "../../etc/passwd", "a\x00b", "x" * 300, "<img src=x onerror=alert(1)>", "\u202egpj.exe", "CON", "")
_KEPT: dict[str, list[bytes]] = {}


def originals_once() -> dict[str, list[bytes]]:
    if not _KEPT:
        _KEPT.update(originals())
    return _KEPT


def _kind(data: bytes) -> str:
    return next((k for k, files in originals_once().items() if data in files), "")


def mutants(count: int, seed: int = 20171226) -> Iterator[Mutant]:
    """So many files: formats and harms in turn, names sometimes hostile, sometimes of another format."""
    draw = random.Random(seed)
    for i in range(count):
        kind = FORMATS[i % len(FORMATS)]
        harm = HARMS[(i // len(FORMATS)) % len(HARMS)]
        data = harm(draw.choice(originals_once()[kind]), draw)
        suffix = SUFFIX[kind] if draw.random() < 0.7 else draw.choice((*SUFFIX.values(), ".html", ".jpg.svg", ""))
        yield Mutant(kind, harm.__name__, draw.choice(NAMES) + suffix if i % 7 == 0 else f"photo-{i}{suffix}", data)
