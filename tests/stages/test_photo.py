"""The photo stage: real OCR over drawn text, turned photographs, names, and what is said when a reader is missing."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from newsctx import ocr
from newsctx.errors import PhotoRefused
from newsctx.imaging import Pixels, sha256
from newsctx.records import ModelInfo, OcrLine
from newsctx.settings import PhotoSettings
from newsctx.stages import photo

SETTINGS = PhotoSettings()
TODAY = date(2024, 6, 15)
BOX = ((10.0, 20.0), (110.0, 20.0), (110.0, 40.0), (10.0, 40.0))


class FixedReader:
    """Returns given lines and remembers the size of what it was shown."""

    info = ModelInfo(slot="ocr", name="fixed")

    def __init__(self, *lines: OcrLine) -> None:
        self.lines = lines
        self.shape: tuple[int, ...] = ()

    def read(self, pixels: Pixels) -> tuple[OcrLine, ...]:
        self.shape = pixels.shape
        return self.lines


class BrokenReader(FixedReader):
    def read(self, pixels: Pixels) -> tuple[OcrLine, ...]:
        raise RuntimeError("out of memory")


def line(text: str = "HELLO", confidence: float = 0.9) -> OcrLine:
    return OcrLine(text=text, confidence=confidence, box=BOX)


def poster(width: int = 600, height: int = 400) -> Image.Image:
    """`STATION` near the top left corner, in letters about 45 pixels high."""
    image = Image.new("RGB", (width, height), (230, 230, 225))
    ImageDraw.Draw(image).text((40, 30), "STATION", fill=(0, 0, 0), font=ImageFont.load_default(60))
    return image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture(scope="module")
def reader() -> ocr.OcrReader:
    pytest.importorskip("rapidocr", reason="rapidocr is not installed")
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    return ocr.load_reader()


def ink_box(pixels: Pixels) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of everything dark."""
    ys, xs = np.nonzero(pixels[:, :, 0] < 100)
    return int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max())


STORED = {  # how a camera that says `orientation` stored the upright picture
    1: None,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,  # shown turned 90 degrees clockwise, so stored turned back
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", sorted(STORED))
@pytest.mark.parametrize("size", [(600, 400), (2400, 1200)])
def test_text_box_lies_where_the_text_is_in_the_upright_photo(
    reader: ocr.OcrReader, orientation: int, size: tuple[int, int]
) -> None:
    upright = poster(*size)
    turn = STORED[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(upright if turn is None else upright.transpose(turn), "JPEG", exif=exif, quality=92)
    record, decoded = photo.run(data, "poster.jpg", SETTINGS, reader, today=TODAY)
    assert (record.width, record.height) == size == (decoded.width, decoded.height)
    (found,) = record.ocr
    assert found.text == "STATION" and record.ocr_text == "STATION" and record.ocr_unavailable == ""
    left, top, right, bottom = ink_box(decoded.pixels)
    assert (left, top) < (60, 80), "the text of the upright photo is near its top left corner"
    for (x, y), (ink_x, ink_y) in zip(found.box, [(left, top), (right, top), (right, bottom), (left, bottom)]):
        assert abs(x - ink_x) < 25 and abs(y - ink_y) < 25


def test_facts_of_the_file() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769)[0x9003] = "2019:03:04 05:06:07"
    data = saved(poster(), "JPEG", exif=exif)
    record, decoded = photo.run(data, "a.jpg", SETTINGS, FixedReader(), today=TODAY)
    assert record.sha256 == sha256(data) and record.bytes == len(data) and record.format == "JPEG"
    assert record.camera.make == "Maker" and record.camera.time == "2019-03-04T05:06:07"
    assert len(record.phash) == 16 and record.ocr == () and record.notices == ()
    assert decoded.pixels.shape == (400, 600, 3)
    # today bounds the camera's time
    early, _ = photo.run(data, "a.jpg", SETTINGS, None, today=date(2018, 1, 1))
    assert early.camera.time == "" and "in the future" in early.camera.time_problem
    # the same bytes and settings give the same record
    assert photo.run(data, "a.jpg", SETTINGS, FixedReader(), today=TODAY)[0] == record


def test_boxes_are_scaled_from_the_working_copy() -> None:
    fixed = FixedReader(line())
    record, _ = photo.run(saved(poster(800, 400)), "a.png", PhotoSettings(work_side=200), fixed, today=TODAY)
    assert fixed.shape == (100, 200, 3)
    # 800 / 200 = 4 times
    assert record.ocr[0].box == ((40, 80), (440, 80), (440, 160), (40, 160))


def test_uncertain_lines_are_left_out() -> None:
    fixed = FixedReader(line("SURE", 0.5), line("GUESS", 0.49))
    assert [found.text for found in photo.run(saved(poster()), "a.png", SETTINGS, fixed)[0].ocr] == ["SURE"]
    low = PhotoSettings(ocr_min_confidence=0.1)
    assert len(photo.run(saved(poster()), "a.png", low, fixed)[0].ocr) == 2


def test_why_there_is_no_text() -> None:
    data = saved(poster())
    assert "no OCR reader" in photo.run(data, "a.png", SETTINGS, None)[0].ocr_unavailable
    assert photo.run(data, "a.png", SETTINGS, None, "not installed")[0].ocr_unavailable == "not installed"
    broken, _ = photo.run(data, "a.png", SETTINGS, BrokenReader())
    assert broken.ocr == () and broken.ocr_unavailable == "the OCR reader failed: RuntimeError: out of memory"


def test_a_page_full_of_text_is_said_to_be_cut() -> None:
    lines = [line(str(i)) for i in range(ocr.MAX_LINES)]
    notices = photo.run(saved(poster()), "a.png", SETTINGS, FixedReader(*lines))[0].notices
    assert notices == ("full of text: at most the 60 largest lines are read",)


def test_notices_of_the_decoding_and_of_the_name() -> None:
    record, _ = photo.run(saved(Image.new("LA", (40, 40), (0, 0))), "a.JPG", SETTINGS, None)
    assert record.format == "PNG"
    assert record.notices == ("transparent parts are shown on white", "the name ends in .jpg, the content is PNG")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo.jpg", "photo.jpg"),
        ("/home/someone/secret/photo.jpg", "photo.jpg"),
        ("C:\\Users\\someone\\photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n\x1b[2Jc\u202egpj.jpg", "ab[2Jcgpj.jpg"),
        ("", ""),
        ("folder/", "folder"),
        ("写真 — Москва.jpg", "写真 — Москва.jpg"),
        ("<b>.png", "<b>.png"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
        ("y" * 300, "y" * 120),
    ],
)
def test_names(given: str, kept: str) -> None:
    assert photo.clean_name(given) == kept and len(kept) <= 120


@pytest.mark.parametrize(
    "data", [b"", b"<svg></svg>", b"%PDF-1.7", saved(Image.new("RGB", (1, 1))), saved(poster())[:500]]
)
def test_refusals_come_through(data: bytes) -> None:
    with pytest.raises(PhotoRefused):
        photo.run(data, "photo.jpg", SETTINGS, None)
