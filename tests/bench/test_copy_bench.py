"""The copy benchmark on a folder of painted photographs."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from newsctx.bench import copy
from newsctx.bench.baselines import BASELINES, HashIndex
from newsctx.bench.edits import EDITS, make_edits
from newsctx.bench.report import CopyBenchReport
from newsctx.errors import SettingsError
from newsctx.settings import Settings


def paint(seed: int) -> np.ndarray:
    """(180, 320, 3): smooth noise in three scales."""
    rng = np.random.default_rng(seed)
    out = np.zeros((180, 320, 3), np.float32)
    for cells in (6, 20, 60):
        noise = rng.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
        out += cv2.resize(noise, (320, 180), interpolation=cv2.INTER_CUBIC) / 3
    return np.clip(out, 0, 255).astype(np.uint8)


@pytest.fixture()
def photos(tmp_path: Path) -> Path:
    """24 photographs; 0 and 1 are one near-duplicate group, `again.png` is a second copy of file 2."""
    folder = tmp_path / "photos"
    (folder / "images").mkdir(parents=True)
    for i in range(24):
        pixels = paint(i) if i != 1 else paint(0)[4:, 6:]
        cv2.imwrite(str(folder / "images" / f"{i:02}.png"), pixels)
    (folder / "images" / "again.png").write_bytes((folder / "images" / "02.png").read_bytes())
    (folder / "images" / "notes.txt").write_text("not a photograph")
    rows = [{"image": f"images/{i:02}.png", "near_duplicate_group": "g1" if i < 2 else None} for i in range(24)]
    (folder / "articles.jsonl").write_text("\n".join(json.dumps(r) for r in rows))
    return folder


def test_photos_once_per_content_with_their_groups(photos: Path) -> None:
    found = copy.find_photos(photos)
    assert len(found) == 24
    assert found[0].group == found[1].group == "near g1"
    assert len({p.group for p in found}) == 23


def test_held_out_photos_are_indexed_nowhere_and_never_grouped(photos: Path) -> None:
    found = copy.find_photos(photos)
    indexed, out = copy.split(found, np.random.default_rng(0))
    assert len(out) == 2 and len(indexed) == 22  # one in 12
    assert not {p.image_id for p in out} & {p.image_id for p in indexed}
    assert all(p.group == p.image_id for p in out)


def test_report_of_a_small_world(photos: Path) -> None:
    report = copy.run(photos, Settings(), queries=2, seed=1, progress=lambda _: None)
    assert (report.photos, report.held_out, report.queries, report.unknown_queries) == (22, 2, 2, 8)
    assert list(report.recall) == ["ours", "pHash", "PDQ"] and list(report.recall["ours"]) == list(EDITS)
    assert report.mean("ours") >= 0.95
    assert report.recall["pHash"]["jpeg15"] == report.recall["PDQ"]["jpeg15"] == 1.0
    assert report.mean("pHash") < report.mean("ours")  # a whole-image hash cannot find a collage
    assert report.unknown_accepted == () and report.false_acceptance == 0.0
    assert 0 < report.query_median <= report.query_p95
    assert report.bytes_per_photo <= 24 * 1024
    assert f"{report.mean('ours'):.3f}" in report.text() and "0 of 8" in report.text()


def test_too_few_photos_is_an_error_that_says_how_many(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "only.png"), paint(0))
    with pytest.raises(SettingsError, match="1 photographs.*at least 2"):
        copy.run(tmp_path, Settings(), queries=1)


def test_unmeasured_false_acceptance_is_not_reported_as_zero() -> None:
    report = CopyBenchReport(
        photos=3, held_out=0, queries=1, seed=0, recall={"ours": dict.fromkeys(EDITS, 0.5)}, unknown_queries=0,
        unknown_accepted=(), other_accepted=(), query_median=0.1, query_p95=0.2, index_seconds=1, bytes_per_photo=9,
    )  # fmt: skip
    assert report.false_acceptance is None and "not measured" in report.text()


def test_edits_are_seeded_and_what_they_say() -> None:
    photo, other = paint(3), paint(4)
    one, two = (make_edits(photo, other, np.random.default_rng(5)) for _ in range(2))
    assert tuple(one) == EDITS and all(np.array_equal(one[e], two[e]) for e in EDITS)
    area = photo.shape[0] * photo.shape[1]
    sizes = {e: p.shape[0] * p.shape[1] / area for e, p in one.items()}
    assert sizes["crop70"] == pytest.approx(0.7, abs=0.01) and sizes["crop40"] == pytest.approx(0.4, abs=0.01)
    assert sizes["third"] == pytest.approx(1 / 9, abs=0.005)
    assert np.ptp(one["grey"].astype(int), axis=2).max() <= 2
    assert np.abs(one["mirror"][:, ::-1].astype(int) - photo).mean() < 12
    assert one["screenshot"].shape[0] > one["screenshot"].shape[1]
    assert not np.array_equal(one["crop40"], make_edits(photo, other, np.random.default_rng(6))["crop40"])


def test_hash_baselines_find_the_photo_itself() -> None:
    photos = [paint(i) for i in range(6)]
    for bits, length in ((BASELINES["pHash"], 64), (BASELINES["PDQ"], 256)):
        assert bits(photos[0]).shape == (length,)
        assert [HashIndex(bits, photos).nearest(p) for p in photos] == list(range(6))
