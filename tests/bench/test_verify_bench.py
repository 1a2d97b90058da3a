"""The verification benchmark on painted pairs, its negatives and its threshold by hand."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from verify_world import EXTRACTION, SETTINGS, paint

from newsctx.bench import verify
from newsctx.bench.plain import plain_features, plain_inliers, ratio_matches
from newsctx.bench.templates import TEMPLATES
from newsctx.errors import SettingsError
from newsctx.settings import Settings


def write_pairs(folder: Path, rows: list[dict]) -> Path:
    (folder / "pairs.jsonl").write_text("\n".join(json.dumps(r) for r in rows))
    return folder


@pytest.fixture()
def pairs(tmp_path: Path) -> Path:
    """Three scenes; the second picture of each is half its size. The pictures of the third pair share nothing."""
    shrink = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1.0]])
    rows = []
    for scene in range(3):
        folder = tmp_path / f"set/scene{scene}"
        folder.mkdir(parents=True)
        photo = paint(scene)
        cv2.imwrite(str(folder / "img1.png"), photo)
        small = cv2.resize(photo if scene < 2 else paint(9), (230, 150), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / "img2.png"), small)
        names = {k: f"set/scene{scene}/img{n}.png" for k, n in (("a", 1), ("b", 2))}
        rows.append({"id": f"set_{scene}", **names, "homography": shrink.tolist(), "same_scene": True})
    return write_pairs(tmp_path, rows)


def test_report_of_a_small_world(pairs: Path) -> None:
    settings = Settings(verify=SETTINGS, copy_detection=EXTRACTION)
    report = verify.run(pairs, settings, negatives=100, progress=lambda _: None)
    assert (report.pairs, report.negatives) == (3, 6)  # 3 pictures a, each with the b of 2 other scenes
    assert report.recall == pytest.approx(2 / 3) and report.missed == ("set_2",)
    assert report.false_acceptances == 0 and report.false_acceptance_rate == 0
    assert report.plain_recall == pytest.approx(2 / 3) and report.plain_false_acceptances == 0
    assert report.by_source == {"set": (3, 2, 2)} and report.methods == {"sift photo": 2}
    assert report.corner_error < 2 and report.milliseconds > 0
    assert report.templates == {name: (6, 0) for name in TEMPLATES}  # all six negatives in each
    text = report.text()
    assert "drawn boards 0 of 6" in text
    assert "0.667" in text and "0 of 6" in text and "missed: set_2" in text


def test_threshold_is_the_lowest_with_one_percent_false() -> None:
    # 200 negatives: 2 may pass. Sorted 9, 8, 7, 7, 5 ...: at 8 two pass, at 7 four would.
    negative = [9, 8, 7, 7] + [5] * 196
    assert verify.best_threshold([], negative) == 8
    assert sum(n >= 8 for n in negative) == 2
    assert verify.best_threshold([], [3] * 50) == 4  # below 4 there is no homography
    assert verify.best_threshold([], [30] + [3] * 49) == 31  # 1% of 50 is none


def test_negatives_are_of_other_scenes_and_seeded(pairs: Path) -> None:
    rows = verify.read_pairs(pairs)
    drawn = verify.draw_negatives(rows, 4, 7)
    assert len(set(drawn)) == 4 and drawn == verify.draw_negatives(rows, 4, 7)
    assert all(a.split("/")[1] != b.split("/")[1] for a, b in drawn)


def test_scenes_are_joined_by_pairs_and_by_folders() -> None:
    def pair(a: str, b: str, same: bool = True) -> verify.Pair:
        return verify.Pair(f"{a}{b}", a, b, None, same)

    scene = verify.scenes(
        [
            pair("ox/boat/img1.jpg", "ox/boat/img2.jpg"), pair("ox/boat/img1.jpg", "ox/boat/img3.jpg"),
            pair("ox/wall/img1.jpg", "ox/wall/img2.jpg"), pair("dome/plain/7.jpg", "dome/turned/9_rot90.jpg"),
            pair("wx/kind/kyiv/01.jpg", "wx/kind/kyiv/02.jpg"), pair("wx/kind/lviv/01.jpg", "wx/kind/lviv/02.jpg"),
        ]
    )  # fmt: skip
    assert scene["ox/boat/img2.jpg"] == scene["ox/boat/img3.jpg"] != scene["ox/wall/img1.jpg"]
    assert scene["dome/plain/7.jpg"] == scene["dome/turned/9_rot90.jpg"]
    assert scene["wx/kind/kyiv/01.jpg"] != scene["wx/kind/lviv/02.jpg"]


def test_ratio_matches_are_those_of_opencv() -> None:
    a, b = plain_features(paint(1)), plain_features(paint(1)[30:, 50:])
    expected = [
        (m.queryIdx, m.trainIdx)
        for m, n in cv2.BFMatcher().knnMatch(a.descriptors, b.descriptors, k=2)
        if m.distance < 0.75 * n.distance
    ]
    assert [tuple(p) for p in ratio_matches(a.descriptors, b.descriptors).tolist()] == expected
    assert plain_inliers(a, b) > 100 and plain_inliers(a, plain_features(np.zeros((90, 90, 3), np.uint8))) == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (None, "does not exist"),
        ([{"id": "x"}], "line 1: no pair"),
        ([{"id": "x", "a": "s/img1.png", "b": "s/img2.png"}], "1 pairs of one scene and 0 of different"),
    ],
)
def test_a_folder_without_pairs_says_what_is_missing(tmp_path: Path, rows, message) -> None:
    if rows is not None:
        write_pairs(tmp_path, rows)
    with pytest.raises(SettingsError, match=message):
        verify.run(tmp_path, Settings())
