"""The copy index: same answers however it was built, exact where it is small, honest where it is empty."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import cv2
import faiss
import numpy as np
import pytest

from newsctx.errors import IndexMismatch
from newsctx.localfeatures.features import DESCRIPTOR_SCALE
from newsctx.localfeatures.index import CopyIndex, archive_features, extracted, missing, query_views, tally
from newsctx.localfeatures.store import FeatureStore, pack, unpack
from newsctx.settings import CopySettings

SETTINGS = CopySettings()
QUANTISED = CopySettings(flat_below=1000, pq_bytes=8, pca=32)  # 40 photos are enough for the inverted file


def paint(seed: int) -> np.ndarray:
    """(180, 280, 3): smooth noise in three scales and some shapes."""
    rng = np.random.default_rng(seed)
    out = np.zeros((180, 280, 3), np.float32)
    for cells in (6, 20, 60):
        noise = rng.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
        out += cv2.resize(noise, (280, 180), interpolation=cv2.INTER_CUBIC) / 3
    out = np.clip(out, 0, 255).astype(np.uint8)
    for _ in range(15):
        x, y, r = int(rng.integers(0, 280)), int(rng.integers(0, 180)), int(rng.integers(4, 20))
        cv2.circle(out, (x, y), r, tuple(int(c) for c in rng.integers(0, 255, 3)), -1, cv2.LINE_AA)
    return out


def name(i: int) -> str:
    return sha256(f"photo {i}".encode()).hexdigest()


def world(count: int, first: int = 0):
    return [(name(i), archive_features(paint(i), SETTINGS)) for i in range(first, first + count)]


@pytest.fixture(scope="module")
def forty():
    return world(40)


def answers(index: CopyIndex, settings: CopySettings = SETTINGS) -> list:
    return [index.search(query_views(paint(i)[20:, 30:], settings), 5) for i in (0, 3, 39)]


@pytest.mark.parametrize("settings", [SETTINGS, QUANTISED], ids=["exact", "quantised"])
def test_two_parts_equal_one_and_reopened_equals_built(tmp_path: Path, forty, settings: CopySettings) -> None:
    once = CopyIndex.update(tmp_path / "a", forty, settings)
    CopyIndex.update(tmp_path / "b", forty[25:], settings)
    twice = CopyIndex.update(tmp_path / "b", forty, settings)  # the 15 known ones are skipped
    assert len(once) == len(twice) == 40
    assert (tmp_path / "a" / "inverted.json").exists() == (settings is QUANTISED)
    expected = answers(once)
    assert [found[0].image_id for found in expected] == [name(0), name(3), name(39)]
    for index in (twice, CopyIndex.open(tmp_path / "a", settings)):
        for got, want in zip(answers(index), expected, strict=True):
            assert [c.image_id for c in got][:1] == [c.image_id for c in want][:1]
            assert got[0].votes == pytest.approx(want[0].votes, rel=1e-3)


def test_search_equals_a_brute_force_over_the_stored_features(tmp_path: Path, forty) -> None:
    index = CopyIndex.update(tmp_path, forty[:10], SETTINGS)
    store = FeatureStore(tmp_path, SETTINGS)
    view = query_views(paint(7)[10:, 25:], SETTINGS)[0].take(np.arange(80))
    stored = np.concatenate([index.features_of(i).descriptors for i in index.image_ids]).astype(float)
    squared, rows = [], []
    for vector in view.descriptors.astype(float):
        distances = ((stored - vector) ** 2).sum(axis=1) / DESCRIPTOR_SCALE**2
        nearest = np.argsort(distances, kind="stable")[: SETTINGS.neighbours]
        squared.append(distances[nearest])
        rows.append(nearest)
    images, votes = tally(np.array(squared, np.float32), np.array(rows), view, store, SETTINGS)
    slow = sorted(zip(votes, images, strict=True), reverse=True)[:3]
    fast = index.search([view], 3)
    assert [index.image_ids[i] for _, i in slow] == [c.image_id for c in fast]
    assert [v for v, _ in slow] == pytest.approx([c.votes for c in fast], rel=1e-3)


def test_tally_by_hand(tmp_path: Path, forty) -> None:
    # One keypoint of photo 0 at distance 0 votes 1; a keypoint that three others crowd gives each 1 / sqrt(3).
    CopyIndex.update(tmp_path, forty[:3], SETTINGS)
    store = FeatureStore(tmp_path, SETTINGS)
    view = store.features_of(name(0)).take(np.array([0, 1]))
    second = int(store.offsets[1])
    rows = np.array([[0, -1, -1], [1, second, int(store.offsets[2])]])
    images, votes = tally(np.zeros((2, 3), np.float32), rows, view, store, SETTINGS)
    assert images.tolist() == [0, 1, 2]
    assert votes == pytest.approx([1 + 3**-0.5, 3**-0.5, 3**-0.5])


def test_many_lists_are_found_by_a_graph_that_is_the_same_each_time(tmp_path: Path, forty) -> None:
    """1,024 lists over some 5,000 keypoints; the photo that a query is cut from is first all the same."""
    fine = QUANTISED.model_copy(update={"lists_per_root": 14.0, "probes": 32})
    files = []
    for folder in ("a", "b"):
        index = CopyIndex.update(tmp_path / folder, forty, fine)
        files.append(next((tmp_path / folder).glob("inverted-*.faiss")).read_bytes())
        whole = faiss.read_index(str(next((tmp_path / folder).glob("inverted-*.faiss"))))
        inner = faiss.extract_index_ivf(whole)
        assert inner.nlist == 1024 and isinstance(faiss.downcast_index(inner.quantizer), faiss.IndexHNSW)
    assert files[0] == files[1]
    assert [found[0].image_id for found in answers(index, fine)] == [name(0), name(3), name(39)]


def test_mirrored_query_names_the_view(tmp_path: Path, forty) -> None:
    index = CopyIndex.update(tmp_path, forty, SETTINGS)
    flipped = np.ascontiguousarray(paint(11)[:, ::-1])
    best = index.search(query_views(flipped, SETTINGS), 1)[0]
    assert (best.image_id, best.view) == (name(11), 1)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_small_archives(tmp_path: Path, count: int) -> None:
    index = CopyIndex.update(tmp_path, world(count), SETTINGS)
    found = index.search(query_views(paint(0), SETTINGS), 10)
    assert len(index) == count and len(found) <= count
    assert (found[0].image_id == name(0)) if count else (found == [])


def test_blank_photos_are_kept_and_not_extracted_again(tmp_path: Path) -> None:
    blank = np.full((100, 100, 3), 255, np.uint8)
    index = CopyIndex.update(tmp_path, [(name(0), archive_features(blank, SETTINGS))], SETTINGS)
    assert len(index) == 1 and index.keypoints == 0
    assert missing(tmp_path, [name(0), name(1), name(1)], SETTINGS) == [name(1)]
    assert index.search(query_views(paint(0), SETTINGS), 5) == []


def test_a_killed_run_resumes_after_its_last_part(tmp_path: Path, forty) -> None:
    def killed():
        yield from forty[:12]
        raise KeyboardInterrupt

    store = FeatureStore(tmp_path, SETTINGS)
    with pytest.raises(KeyboardInterrupt):
        store.add(killed(), part_images=5)
    assert missing(tmp_path, [i for i, _ in forty], SETTINGS) == [i for i, _ in forty[10:]]
    (tmp_path / "features" / "part-feedfeedfeedfeed.new").mkdir()  # half-written: nobody reads it
    assert len(CopyIndex.update(tmp_path, forty, SETTINGS)) == 40


def test_an_unfinished_inverted_file_says_so(tmp_path: Path, forty) -> None:
    CopyIndex.update(tmp_path, forty[:30], QUANTISED)
    FeatureStore(tmp_path, QUANTISED).add(forty)
    with pytest.raises(IndexMismatch, match="interrupted.*newsctx index"):
        CopyIndex.open(tmp_path, QUANTISED)
    assert len(CopyIndex.update(tmp_path, [], QUANTISED)) == 40


def test_other_extraction_settings_are_refused_search_settings_are_not(tmp_path: Path, forty) -> None:
    CopyIndex.update(tmp_path, forty[:2], SETTINGS)
    assert len(CopyIndex.open(tmp_path, CopySettings(candidates=3))) == 2
    with pytest.raises(IndexMismatch, match="settings .*expects"):
        CopyIndex.open(tmp_path, CopySettings(archive_features=50))


def test_corrupt_files_are_named(tmp_path: Path, forty) -> None:
    CopyIndex.update(tmp_path, forty[:2], SETTINGS)
    part = next((tmp_path / "features").iterdir())
    (part / "descriptors.npy").write_bytes(b"broken")
    with pytest.raises(IndexMismatch, match=part.name):
        CopyIndex.open(tmp_path, SETTINGS)
    (tmp_path / "features.json").write_text(json.dumps({"parts": []}))
    with pytest.raises(IndexMismatch, match="features.json"):
        CopyIndex.open(tmp_path, SETTINGS)


def test_an_image_id_that_is_no_sha256_is_refused(tmp_path: Path, forty) -> None:
    with pytest.raises(ValueError, match="sha256"):
        CopyIndex.update(tmp_path, [("../x", forty[0][1])], SETTINGS)


def test_features_survive_packing(tmp_path: Path, forty) -> None:
    given = forty[0][1]
    kept = CopyIndex.update(tmp_path, forty[:2], SETTINGS).features_of(name(0))
    assert (kept.width, kept.height, len(kept)) == (280, 180, len(given))
    assert kept.points == pytest.approx(given.points, abs=0.01)
    assert kept.scales == pytest.approx(given.scales, rel=1e-3)
    turn = np.abs((kept.angles - given.angles + 180) % 360 - 180)
    assert turn.max() < 0.01
    assert np.abs(kept.descriptors.astype(int) - np.minimum(given.descriptors, 180)).max() <= 6
    with pytest.raises(KeyError):
        FeatureStore(tmp_path, SETTINGS).features_of(name(30))


def test_pack_by_hand() -> None:
    # 0 -> level 0; 5 -> 0; 6 -> 1 (= 12); 180 and 255 -> 15 (= 180)
    row = np.zeros((1, 128), np.uint8)
    row[0, :5] = [0, 5, 6, 180, 255]
    assert unpack(pack(row))[0, :6].tolist() == [0, 0, 12, 180, 180, 0]


def test_extracted_leaves_out_what_cannot_be_read(tmp_path: Path) -> None:
    photos = {name(0): paint(0), name(1): None}
    index = CopyIndex.update(tmp_path, extracted(photos, photos.get, SETTINGS), SETTINGS)
    assert index.image_ids == (name(0),)
