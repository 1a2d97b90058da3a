"""OCR over text that the tests draw; the networks come with the library's wheel, nothing is downloaded."""

from __future__ import annotations

import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from newsctx import ocr
from newsctx.errors import ModelUnavailable


def sign(
    text: str = "CITY HALL 2019", size: tuple[int, int] = (640, 360), at: tuple[int, int] = (60, 80)
) -> np.ndarray:
    """Black text, about 36 pixels high, on light grey."""
    image = Image.new("RGB", size, (225, 225, 220))
    ImageDraw.Draw(image).text(at, text, fill=(10, 10, 10), font=ImageFont.load_default(48))
    return np.array(image)


@pytest.fixture(scope="module")
def reader() -> ocr.OcrReader:
    pytest.importorskip("rapidocr", reason="rapidocr is not installed")
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    return ocr.load_reader()


def test_reads_the_text_where_it_stands(reader: ocr.OcrReader) -> None:
    pixels = sign()
    (line,) = reader.read(pixels)
    assert line.text.replace(" ", "") == "CITYHALL2019" and line.confidence > 0.8
    ink = np.argwhere(pixels[:, :, 0] < 100)
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
    # the detector draws a margin around the ink, at most half the letter height
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]  # clockwise from top left
    for (x, y), (ink_x, ink_y) in zip(line.box, corners):
        assert abs(x - ink_x) < 20 and abs(y - ink_y) < 20


def test_reading_order_and_determinism(reader: ocr.OcrReader) -> None:
    pixels = sign("FIRST", at=(60, 40))
    pixels[180:] = sign("SECOND", at=(60, 40))[:180]
    lines = reader.read(pixels)
    assert [line.text for line in lines] == ["FIRST", "SECOND"]
    assert reader.read(pixels) == lines == ocr.load_reader().read(pixels)


def test_many_threads_get_their_own_answer(reader: ocr.OcrReader) -> None:
    words = ["NORTH", "SOUTH", "EAST", "WEST"]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda word: [line.text for line in reader.read(sign(word))], words))
    assert found == [[word] for word in words]


def test_nothing_is_downloaded(reader: ocr.OcrReader, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a network connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert ocr.load_reader().read(sign("OFFLINE"))[0].text == "OFFLINE"


def test_info_names_the_weights(reader: ocr.OcrReader) -> None:
    assert reader.info.slot == "ocr" and reader.info.name.startswith("RapidOCR 3")
    assert len(reader.info.digest) == 64 and not reader.info.unavailable
    assert reader.info == ocr.load_reader().info


@pytest.mark.parametrize("size", [(16, 16), (1600, 16), (16, 1600), (1600, 1), (1, 1600), (640, 360)])
def test_pictures_without_text(reader: ocr.OcrReader, size: tuple[int, int]) -> None:
    assert reader.read(np.full((size[1], size[0], 3), 128, np.uint8)) == ()


def test_noise_and_stripes_stay_inside_the_picture(reader: ocr.OcrReader) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    stripes = np.full((400, 900, 3), 255, np.uint8)
    stripes[::20] = 0
    for pixels in (noise, stripes):
        for line in reader.read(pixels):
            assert all(0 <= x <= pixels.shape[1] and 0 <= y <= pixels.shape[0] for x, y in line.box)


def test_only_the_largest_lines_are_read(reader: ocr.OcrReader) -> None:
    pixels = sign("A VERY LONG LINE", at=(20, 20))
    small = Image.fromarray(pixels)
    ImageDraw.Draw(small).text((20, 200), "little", fill=(10, 10, 10), font=ImageFont.load_default(30))
    pixels = np.array(small)
    assert len(reader.read(pixels)) == 2
    (line,) = ocr.load_reader(max_lines=1).read(pixels)
    assert line.text.replace(" ", "") == "AVERYLONGLINE"


def test_hairlines_are_not_recognised() -> None:
    def box(width: float, height: float, y: float) -> list[list[float]]:
        return [[0, y], [width, y], [width, y + height], [0, y + height]]

    boxes = np.array([box(1000, 10, 0), box(100, 20, 20), box(10, 2000, 40), box(100, 10, 60), box(0, 0, 80)])
    # 1000 : 10 and 2000 : 10 exceed 60 : 1; of the rest the two largest areas stay, in reading order
    assert ocr._bounded(boxes, 2) == [1, 3]
    assert ocr._bounded(boxes[[3, 1]], 1) == [1]


def test_text_is_cut_and_cleaned() -> None:
    box = [[-3.0, 1.26], [50.0, 1.0], [50.0, 20.0], [0.0, 20.0]]
    line = ocr._line("a\x00b\u202e <b>\n" + "x" * 999, 1.2, box, 40, 30)
    assert line.text.startswith("a b <b> x") and len(line.text) == 300
    assert line.confidence == 1 and line.box[0] == (0.0, 1.3) and line.box[1] == (40, 1.0)


@pytest.mark.parametrize("missing", ["rapidocr", "onnxruntime"])
def test_a_missing_library_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)  # makes the import fail
    with pytest.raises(ModelUnavailable, match=missing) as refusal:
        ocr.load_reader()
    assert "pip install rapidocr onnxruntime" in str(refusal.value)


def test_missing_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rapidocr = pytest.importorskip("rapidocr", reason="rapidocr is not installed")
    monkeypatch.setattr(rapidocr, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ModelUnavailable, match=r"does not carry PP-OCRv6_det_small\.onnx"):
        ocr.load_reader()
