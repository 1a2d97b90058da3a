"""Safe decoding: every accepted format and mode, and every hostile file, written by the tests themselves."""

from __future__ import annotations

import io
import random
import struct
import sys
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from newsctx import imaging
from newsctx.errors import PhotoRefused
from newsctx.settings import PhotoSettings
from newsctx.signatures import sniff, webp_size

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow warns of each corrupt EXIF entry
SETTINGS = PhotoSettings()
RED, BLUE = (220, 30, 30), (20, 40, 200)


def two_colours(width: int = 64, height: int = 48) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def near(pixel: np.ndarray, colour: tuple[int, int, int], tolerance: int = 12) -> bool:
    return bool(np.all(np.abs(pixel.astype(int) - colour) <= tolerance))


def png_header(width: int, height: int) -> bytes:
    """A PNG of the given header size whose pixel data is a few bytes long: a decompression bomb."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


# --- accepted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_formats(kind: str) -> None:
    if kind == "AVIF":
        from PIL import features

        if not features.check("avif"):
            pytest.skip("this Pillow has no AVIF codec")
    decoded = imaging.decode(saved(two_colours(), kind), SETTINGS)
    assert (decoded.format, decoded.width, decoded.height) == (kind, 64, 48)
    assert decoded.pixels.shape == (48, 64, 3) and decoded.pixels.dtype == np.uint8
    assert near(decoded.pixels[24, 8], RED) and near(decoded.pixels[24, 56], BLUE)
    assert decoded.notices == ()


def heic(exif: bytes | None = None) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed")
    stream = io.BytesIO()
    pillow_heif.from_pillow(two_colours()).save(stream, quality=90, exif=exif)
    return stream.getvalue()


def test_heic() -> None:
    decoded = imaging.decode(heic(), SETTINGS)
    assert (decoded.format, decoded.width, decoded.height) == ("HEIF", 64, 48)
    assert near(decoded.pixels[24, 8], RED, 25) and near(decoded.pixels[24, 56], BLUE, 25)


def test_heic_without_its_reader_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    data = heic()
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # makes the import fail
    with pytest.raises(PhotoRefused, match="pip install pillow-heif"):
        imaging.decode(data, SETTINGS)


def test_first_frame_and_first_page() -> None:
    blue = Image.new("RGB", (64, 48), BLUE)
    for kind, notice in (
        ("GIF", "animated GIF: first of 2 frames"),
        ("WEBP", "animated WEBP: first of 2 frames"),
        ("PNG", "animated PNG: first of 2 frames"),
        ("TIFF", "TIFF: first of 2 pages"),
    ):
        decoded = imaging.decode(saved(two_colours(), kind, save_all=True, append_images=[blue]), SETTINGS)
        assert near(decoded.pixels[24, 8], RED), kind
        assert decoded.notices == (notice,)


def test_large_multipage_files_are_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imaging, "_COUNT_FRAMES_BYTES", 10)
    blue = Image.new("RGB", (64, 48), BLUE)
    decoded = imaging.decode(saved(two_colours(), "TIFF", save_all=True, append_images=[blue]), SETTINGS)
    assert decoded.notices == ("TIFF: first of several pages",) and near(decoded.pixels[24, 8], RED)
    assert imaging.decode(saved(two_colours(), "GIF"), SETTINGS).notices == ()


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    # where the stored left half lies once the picture is upright (EXIF 2.32, tag 0x0112)
    [(1, "left"), (2, "right"), (3, "right"), (4, "left"), (5, "top"), (6, "top"), (7, "bottom"), (8, "bottom")],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_orientation(kind: str, orientation: int, red_at: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = heic(exif.tobytes()) if kind == "HEIF" else saved(two_colours(), kind, exif=exif)
    decoded = imaging.decode(data, SETTINGS)
    assert (decoded.width, decoded.height) == ((64, 48) if red_at in ("left", "right") else (48, 64))
    assert decoded.pixels.shape[:2] == (decoded.height, decoded.width)
    y, x = {"left": (24, 8), "right": (24, 56), "top": (8, 24), "bottom": (56, 24)}[red_at]
    assert near(decoded.pixels[y, x], RED, 25)


def test_nonsense_orientation_is_ignored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    assert imaging.decode(saved(two_colours(), "JPEG", exif=exif), SETTINGS).width == 64


def test_sixteen_bit_grey_keeps_its_scale() -> None:
    grey = np.full((20, 30), 40_000, dtype=np.uint16)
    decoded = imaging.decode(saved(Image.fromarray(grey), "PNG"), SETTINGS)
    assert np.all(decoded.pixels == 40_000 // 256) and decoded.pixels.shape == (20, 30, 3)
    assert np.all(imaging.decode(saved(Image.fromarray(grey), "TIFF"), SETTINGS).pixels == 156)


def test_float_and_integer_tiff_are_stretched_with_a_notice() -> None:
    values = np.linspace(-3.0, 5.0, 20 * 20, dtype=np.float32).reshape(20, 20)
    values[0, 0] = np.nan
    decoded = imaging.decode(saved(Image.fromarray(values), "TIFF"), SETTINGS)
    assert decoded.pixels[0, 0, 0] == 0 and decoded.pixels[0, 1, 0] == 0 and decoded.pixels[-1, -1, 0] == 255
    assert decoded.notices == ("float pixels: stretched from darkest to brightest",)
    integers = np.arange(400, dtype=np.int32).reshape(20, 20) * 1000
    assert imaging.decode(saved(Image.fromarray(integers), "TIFF"), SETTINGS).pixels.max() == 255


def test_float_tiff_extremes() -> None:
    huge = np.full((16, 16), -3e38, dtype=np.float32)
    huge[8:] = 3e38
    assert set(np.unique(imaging.decode(saved(Image.fromarray(huge), "TIFF"), SETTINGS).pixels)) == {0, 255}
    flat = np.full((16, 16), 7.0, dtype=np.float32)
    assert np.all(imaging.decode(saved(Image.fromarray(flat), "TIFF"), SETTINGS).pixels == 128)
    nothing = np.full((16, 16), np.nan, dtype=np.float32)
    with pytest.raises(PhotoRefused, match="finite"):
        imaging.decode(saved(Image.fromarray(nothing), "TIFF"), SETTINGS)


def test_cmyk_jpeg_is_not_inverted() -> None:
    # Adobe writes CMYK JPEG inverted, and so does Pillow: red must come back red, not cyan
    decoded = imaging.decode(saved(two_colours().convert("CMYK"), "JPEG", quality=95), SETTINGS)
    assert near(decoded.pixels[24, 8], RED, 30) and near(decoded.pixels[24, 56], BLUE, 30)
    assert near(imaging.decode(saved(two_colours().convert("CMYK"), "TIFF"), SETTINGS).pixels[24, 8], RED, 30)


def test_transparency_becomes_white_with_a_notice() -> None:
    image = two_colours().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 32, 48))
    grey_alpha = Image.new("LA", (20, 20), (0, 0))
    palette = Image.new("P", (20, 20), 0)
    palette.putpalette([0, 0, 0, 255, 255, 255])
    for data in (
        saved(image, "PNG"),
        saved(image, "WEBP", lossless=True),
        saved(grey_alpha, "PNG"),
        saved(palette, "PNG", transparency=0),
        saved(palette, "GIF", transparency=0),
        saved(Image.new("RGB", (20, 20), (1, 2, 3)), "PNG", transparency=(1, 2, 3)),
    ):
        decoded = imaging.decode(data, SETTINGS)
        assert decoded.pixels[8, 8].tolist() == [255, 255, 255]
        assert decoded.notices == ("transparent parts are shown on white",)
    assert imaging.decode(saved(two_colours().convert("RGBA"), "PNG"), SETTINGS).notices == ()


def test_strips_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (50, 40, 4), dtype=np.uint8)
    data = saved(Image.fromarray(noise), "PNG")
    whole = imaging.decode(data, SETTINGS)
    monkeypatch.setattr(imaging, "_STRIP_ROWS", 7)
    assert np.array_equal(imaging.decode(data, SETTINGS).pixels, whole.pixels)
    colour, alpha = noise[:, :, :3].astype(float), noise[:, :, 3:] / 255
    # alpha over white, by hand
    assert np.abs(whole.pixels - (colour * alpha + 255 * (1 - alpha))).max() <= 1


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "jpeg"])
def test_tiff_compressions(compression: str) -> None:
    decoded = imaging.decode(saved(two_colours(), "TIFF", compression=compression), SETTINGS)
    assert near(decoded.pixels[24, 8], RED) and near(decoded.pixels[24, 56], BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LAB"])
def test_other_modes(mode: str) -> None:
    image = Image.new("LAB", (20, 20), (128, 128, 128)) if mode == "LAB" else two_colours().convert(mode)
    assert imaging.decode(saved(image, "TIFF" if mode == "LAB" else "PNG"), SETTINGS).pixels.shape == (
        image.height,
        image.width,
        3,
    )


# --- refused --------------------------------------------------------------------------------------------------


def a_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "a")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "empty"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"\n <svg width='1'></svg>", "an SVG drawing"),
        (b"%PDF-1.7\n1 0 obj", "a PDF document"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
        (b"<?xml version='1.0'?><rss/>", "an XML document"),
        ("Just words in a file named photo.jpg, привет".encode(), "a text file"),
        ("words".encode("utf-16"), "a text file"),
        (a_zip(), "a zip archive or office document"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2mp41mp42" + bytes(40), "a video"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "an audio or video file"),
        (b"\x7fELF" + bytes(60), "a program"),
        (bytes(1000), "a file of unknown type"),
        (b"BM" + bytes(60), "a BMP picture"),
    ],
)
def test_other_files_are_named(data: bytes, named: str) -> None:
    with pytest.raises(PhotoRefused, match=named) as refusal:
        imaging.decode(data, SETTINGS)
    assert "expected" in str(refusal.value) and "pload" in str(refusal.value)


def test_too_many_bytes() -> None:
    data = saved(two_colours(), "PNG")
    with pytest.raises(PhotoRefused, match=f"{len(data)} bytes; at most 100"):
        imaging.decode(data, PhotoSettings(max_bytes=100))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF"])
def test_too_small(kind: str) -> None:
    with pytest.raises(PhotoRefused, match="1 x 1 pixels; each side needs at least 16"):
        imaging.decode(saved(Image.new("RGB", (1, 1)), kind), SETTINGS)
    with pytest.raises(PhotoRefused, match="400 x 15 pixels"):
        imaging.decode(saved(Image.new("RGB", (400, 15)), kind), SETTINGS)
    assert imaging.decode(saved(Image.new("RGB", (16, 16)), kind), SETTINGS).width == 16


def no_pixels(*args: object, **kwargs: object) -> None:
    raise AssertionError("pixels were decoded before the size was checked")


def test_bomb_is_refused_from_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", no_pixels)
    with pytest.raises(PhotoRefused, match="20,000 x 20,000 = 400,000,000 pixels; at most 100,000,000"):
        imaging.decode(png_header(20_000, 20_000), SETTINGS)


def test_webp_bomb_is_refused_before_its_reader_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.WebPImagePlugin.WebPImageFile.__init__", no_pixels)
    body = bytes(4) + (16_382).to_bytes(3, "little") * 2
    data = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + body
    with pytest.raises(PhotoRefused, match="16,383 x 16,383"):
        imaging.decode(data, SETTINGS)


@pytest.mark.parametrize(
    "options", [{"quality": 80}, {"lossless": True}, {"exif": b"Exif\x00\x00MM\x00*\x00\x00\x00\x08"}]
)
def test_webp_size_matches_the_decoder(options: dict[str, object]) -> None:
    assert webp_size(saved(Image.new("RGB", (301, 77)), "WEBP", **options)) == (301, 77)
    assert webp_size(b"RIFF\x00\x00\x00\x00WEBPVP8X") is None


def test_bomb_pixels_never_decoded_for_a_lie_within_the_limits() -> None:
    with pytest.raises(PhotoRefused, match="truncated or damaged"):
        imaging.decode(png_header(2000, 2000), SETTINGS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF", "progressive"])
def test_truncated_files_are_refused(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8))
    data = (
        heic()
        if kind == "HEIF"
        else saved(noise, "JPEG", progressive=True)
        if kind == "progressive"
        else saved(noise, kind)
    )
    for share in (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9):
        with pytest.raises(PhotoRefused):
            imaging.decode(data[: int(len(data) * share)], SETTINGS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"])
def test_mutated_files_are_read_or_refused_never_worse(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (10.0, 20.0, 30.0)})
    options = {} if kind == "GIF" else {"exif": exif}
    data = heic() if kind == "HEIF" else saved(two_colours(), kind, **options)
    rng = random.Random(7)
    settings = PhotoSettings(max_pixels=1_000_000)
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 6)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        try:
            decoded = imaging.decode(bytes(broken), settings)
        except PhotoRefused as refusal:
            assert len(str(refusal)) > 40
        else:
            assert decoded.pixels.shape == (decoded.height, decoded.width, 3)
            assert decoded.width * decoded.height <= 1_000_000


def test_corrupt_exif_does_not_cost_the_photograph() -> None:
    data = saved(two_colours(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f" + b"\xff" * 40)
    decoded = imaging.decode(data, SETTINGS)
    assert decoded.width == 64


def test_trailing_data_does_not_change_the_kind() -> None:
    assert sniff(saved(two_colours(), "PNG") + a_zip()) == "PNG"


# --- copies and hashes ----------------------------------------------------------------------------------------


def test_copies_carry_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRETMAKER"
    exif.get_ifd(0x8825).update({1: "N", 2: (10.0, 20.0, 30.0), 3: "E", 4: (1.0, 2.0, 3.0)})
    data = saved(two_colours(), "JPEG", exif=exif, comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE" * 20)
    assert b"SECRETMAKER" in data
    pixels = imaging.decode(data, SETTINGS).pixels
    for copy in (imaging.encode_jpeg(pixels), imaging.encode_webp(pixels), imaging.thumbnail(pixels, 32)):
        assert b"SECRET" not in copy and b"Exif" not in copy
        reread = Image.open(io.BytesIO(copy))
        assert not reread.getexif() and "icc_profile" not in reread.info and "comment" not in reread.info
        assert near(np.array(reread.convert("RGB"))[4, 4], RED)


def test_working_copy() -> None:
    pixels = np.array(two_colours(400, 100))
    small = imaging.working_copy(pixels, 100)
    assert small.shape == (25, 100, 3) and near(small[12, 10], RED) and near(small[12, 90], BLUE)
    assert imaging.working_copy(pixels, 400) is pixels
    assert imaging.working_copy(np.zeros((2000, 3, 3), np.uint8), 100).shape == (100, 1, 3)


def test_hashes() -> None:
    # FIPS 180-2 appendix B.1
    assert imaging.sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    rng = np.random.default_rng(1)
    scene = np.array(Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)).resize((320, 240)))
    first = imaging.phash(scene)
    assert len(first) == 16 and int(first, 16) >= 0
    again = imaging.decode(imaging.encode_jpeg(imaging.working_copy(scene, 160), 40), SETTINGS).pixels
    other = np.array(Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)).resize((320, 240)))

    def bits(a: str, b: str) -> int:
        return (int(a, 16) ^ int(b, 16)).bit_count()

    # a recompressed half-size copy stays within the usual 10 bits; unrelated pictures differ in about 32
    assert bits(first, imaging.phash(again)) <= 10 < bits(first, imaging.phash(other))
