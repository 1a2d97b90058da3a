"""Signs of editing on hand-made pictures, where it is known what was done to them."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError
from verify_world import paint

from newsctx import imaging, tamper
from newsctx.errors import PhotoRefused
from newsctx.inspection import LastSeen, inspect, traces
from newsctx.metadata import Metadata, Tag
from newsctx.settings import PhotoSettings, TamperSettings

SETTINGS, PHOTO = TamperSettings(), PhotoSettings()


def jpeg(pixels: np.ndarray, quality: int, **more) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality, **more)
    return stream.getvalue()


def pixels_of(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def texture(seed: int) -> np.ndarray:
    """(300, 460, 3): the same kind of surface everywhere, so that only its history can differ."""
    rough = np.random.default_rng(seed).normal(128, 40, (300, 460)).astype(np.float32)
    return np.repeat(cv2.GaussianBlur(rough, (0, 0), 1.2).clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def saved_twice(pixels: np.ndarray) -> np.ndarray:
    return pixels_of(jpeg(pixels_of(jpeg(pixels, 70)), 70)).copy()


def patched() -> bytes:
    """A photograph saved twice at quality 70 with a patch of one saved at 95, saved together at 95."""
    base = saved_twice(texture(1))
    base[100:180, 150:250] = pixels_of(jpeg(texture(2), 95))[100:180, 150:250]
    return jpeg(base, 95)


def brighter(data: bytes) -> float:
    """Error inside the patch, a block away from its edges, over the error of rows that it does not touch."""
    level, gain = tamper.error_level(data, SETTINGS)
    assert level.shape == (300, 460, 3) and gain > 1
    return float(level[108:172, 158:242].mean() / np.delete(level.mean(axis=2), np.s_[92:188], axis=0).mean())


def test_a_patch_of_another_quality_is_brighter_than_its_surroundings() -> None:
    assert brighter(patched()) > 1.3


def test_without_a_patch_nothing_stands_out() -> None:
    assert 0.93 < brighter(jpeg(saved_twice(texture(1)), 95)) < 1.07


def test_the_blocks_are_those_of_the_stored_picture_and_the_view_is_upright() -> None:
    """Stored on its side with orientation 6: the error picture is the unturned one's, turned like the photograph."""
    exif = Image.Exif()
    exif[0x0112] = 6
    plain, turned = jpeg(paint(1), 80), jpeg(paint(1), 80, exif=exif)
    level, _ = tamper.error_level(turned, SETTINGS)
    assert level.shape == imaging.decode(turned, PHOTO).pixels.shape == (460, 300, 3)
    straight, _ = tamper.error_level(plain, SETTINGS)
    assert np.array_equal(level, np.asarray(Image.fromarray(straight).transpose(Image.Transpose.ROTATE_270)))


def test_a_smoothed_patch_has_no_noise() -> None:
    noisy = np.random.default_rng(5).normal(128, 12, (120, 160)).clip(0, 255).astype(np.uint8)
    photo = np.repeat(noisy[:, :, None], 3, axis=2)
    photo[40:80, 60:100] = 128
    residual, gain = tamper.noise_residual(photo, SETTINGS)
    assert residual[44:76, 64:96].max() == 0 and residual[:36].mean() > 40 and gain > 1


@pytest.mark.parametrize("quality", [30, 50, 75, 92])
def test_the_tables_of_libjpeg_tell_their_quality_exactly(quality: int) -> None:
    facts = tamper.jpeg_facts(jpeg(paint(1), quality))
    assert facts.quality == tamper.Quality(quality, True) and facts.tables == 2 and facts.sampling == "4:2:0"
    assert facts.segments == ("JFIF",) and facts.after_end == 0 and facts.decoded == (460, 300)


def own_tables(tables: list[tuple[int, ...]]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(paint(1)).save(stream, "JPEG", qtables=tables)
    return stream.getvalue()


def test_own_tables_are_only_near_a_quality() -> None:
    own = [tuple(min(255, v + 1) for v in table) for table in tamper.STANDARD]
    facts = tamper.jpeg_facts(own_tables(own))
    assert facts.quality is not None and not facts.quality.exact and 40 <= facts.quality.estimate <= 55


def test_bytes_behind_the_end_are_counted_whatever_they_are() -> None:
    data = jpeg(paint(1), 80, progressive=True)
    facts = tamper.jpeg_facts(data + b"\xff\xd8 a second picture \xff\xd9")
    assert facts.progressive and facts.after_end == len(b"\xff\xd8 a second picture \xff\xd9")


def with_thumbnail(photo: np.ndarray, small: np.ndarray) -> bytes:
    """A JPEG whose EXIF block embeds `small`: TIFF header, an empty first directory, the second with the thumbnail."""
    thumb = jpeg(small, 85)
    entry = lambda tag, value: tag.to_bytes(2, "big") + b"\x00\x04" + (1).to_bytes(4, "big") + value.to_bytes(4, "big")  # noqa: E731
    second = (2).to_bytes(2, "big") + entry(0x0201, 44) + entry(0x0202, len(thumb)) + bytes(4)
    tiff = b"MM\x00\x2a" + (8).to_bytes(4, "big") + bytes(2) + (14).to_bytes(4, "big") + second
    assert len(tiff) == 44
    return jpeg(photo, 90, exif=b"Exif\x00\x00" + tiff + thumb)


def small_copy(photo: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(Image.fromarray(photo).resize(size))


def test_the_embedded_thumbnail_is_held_against_the_photograph() -> None:
    photo = paint(1, 480, 320)
    same = tamper.thumbnail(with_thumbnail(photo, small_copy(photo, (150, 100))), photo, PHOTO)
    other = tamper.thumbnail(with_thumbnail(photo, small_copy(paint(2, 480, 320), (150, 100))), photo, PHOTO)
    assert same and same.embedded.shape == same.photograph.shape == (100, 150, 3) and same.correlation > 0.95
    assert other and other.correlation < 0.5
    assert tamper.thumbnail(jpeg(photo, 90), photo, PHOTO) is None


def test_the_black_bars_of_a_camera_are_no_difference() -> None:
    photo = paint(1, 480, 320)
    barred = np.zeros((120, 160, 3), np.uint8)
    barred[7:113] = small_copy(photo, (160, 106))  # 3:2 in 4:3: 160 / 1.5 = 107 rows
    found = tamper.thumbnail(with_thumbnail(photo, barred), photo, PHOTO)
    assert found and found.embedded.shape[0] in (106, 107) and found.correlation > 0.95


def test_a_thumbnail_that_points_outside_the_file_is_none() -> None:
    photo = paint(1)
    data = with_thumbnail(photo, small_copy(photo, (150, 100)))
    broken = data.replace((44).to_bytes(4, "big"), (4_000_000_000).to_bytes(4, "big"), 1)
    assert tamper.thumbnail(broken, photo, PHOTO) is None


def test_what_is_no_jpeg_is_refused_here_and_said_by_the_inspection(tmp_path: Path) -> None:
    png = io.BytesIO()
    Image.fromarray(paint(1)).save(png, "PNG")
    with pytest.raises(PhotoRefused):
        tamper.error_level(png.getvalue(), SETTINGS)
    found = inspect(png.getvalue(), "0" * 64, PHOTO, SETTINGS, lambda name, make: (make(), tmp_path / name)[1])
    assert [p.id for p in found.pictures] == ["noise"] and found.jpeg is None and found.small is None


def test_pictures_are_named_by_content_and_settings(tmp_path: Path) -> None:
    def names(settings: TamperSettings) -> set[str]:
        kept: list[str] = []
        inspect(patched(), "0" * 64, PHOTO, settings, lambda name, make: (kept.append(name), tmp_path / name)[1])
        return set(kept)

    assert names(SETTINGS) == names(SETTINGS) and not names(SETTINGS) & names(TamperSettings(quality=75))


def test_an_inspection_is_made_once_and_again_when_its_pictures_are_gone(tmp_path: Path) -> None:
    def keep(name, make):
        (tmp_path / name).write_bytes(b"x")
        return tmp_path / name

    seen, made = LastSeen(most=1), []
    make = lambda: (made.append(1), inspect(patched(), "a", PHOTO, SETTINGS, keep))[1]  # noqa: E731
    assert seen("a", make) is seen("a", make) and len(made) == 1
    for path in tmp_path.iterdir():
        path.unlink()
    seen("a", make)
    assert len(made) == 2
    seen("b", make), seen("a", make)  # only one is remembered
    assert len(made) == 4


def test_traces_are_told_neutrally() -> None:
    tags = (
        Tag("EXIF", "Software", "Adobe Photoshop 25.0"), Tag("EXIF", "DateTime", "2024:02:02 10:00:00"),
        Tag("Photograph", "DateTimeOriginal", "2024:02:01 09:00:00"),
        Tag("XMP", "xmpMM:History[1]/stEvt:action", "saved"), Tag("XMP", "xmpMM:History[1]/stEvt:softwareAgent", "X 1"),
    )  # fmt: skip
    found = dict(traces(Metadata(tags), None))
    assert found == {
        "software": "Adobe Photoshop 25.0", "history": "saved, X 1", "no_camera": "",
        "times": "2024:02:01 09:00:00 / 2024:02:02 10:00:00",
    }  # fmt: skip
    assert traces(Metadata((Tag("EXIF", "Model", "D5"),)), None) == ()


def test_the_quantile_becomes_white() -> None:
    """A hundred differences 1..100: 90 of them do not exceed 90, which becomes 255."""
    values = np.arange(1, 101, dtype=np.uint8).reshape(10, 10)
    shown, gain = tamper.amplify(values, 0.9, 40.0)
    assert gain == pytest.approx(255 / 90, abs=0.05) and shown[8, 9] == 255 and shown[9, 9] == 255 and shown[0, 0] == 3
    assert tamper.amplify(values, 0.9, 2.0)[1] == 2.0
    assert tamper.amplify(np.zeros((4, 4), np.uint8), 0.9, 40.0)[0].max() == 0


def test_an_even_median_is_refused() -> None:
    with pytest.raises(ValidationError, match="odd"):
        TamperSettings(median=4)
