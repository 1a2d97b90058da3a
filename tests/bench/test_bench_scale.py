"""bench scale: a synthetic archive goes through the real import, index and search."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from newsctx.bench import scale, synthetic
from newsctx.channel_names import WEIGHTS


def test_every_channel_is_timed_over_a_small_archive(tmp_path: Path) -> None:
    report = scale.run(tmp_path, articles=60, photos=12, queries=3)
    assert set(report.channels) == set(WEIGHTS) - {"words_ocr"}, report.idle
    assert len(report.stage) == len(report.baseline) == len(report.features) == 3
    assert all(stage > part for stage, part in zip(report.stage, report.channels["copy"], strict=True))
    text = report.text()
    assert "60 synthetic articles, 12 of them" in text and "words_ocr did not run: no text" in text
    again = scale.run(tmp_path, articles=60, photos=12, queries=1)  # the archive is kept
    assert again.articles == 60 and len(again.stage) == 1


def test_the_archive_is_the_same_for_a_seed(tmp_path: Path) -> None:
    one, same, other = (synthetic.write(tmp_path / name, 20, 3, seed) for name, seed in (("a", 0), ("b", 0), ("c", 1)))
    assert one.read_bytes() == same.read_bytes() != other.read_bytes()
    photo = json.loads(one.read_text().split("\n")[0])["images"][0]["path"]
    pictures = [(source.parent / photo).read_bytes() for source in (one, same, other)]
    assert pictures[0] == pictures[1] != pictures[2]


def test_synthetic_vectors_cluster_and_are_drawn_from_the_content() -> None:
    encoder = synthetic.SyntheticEncoder("sentence", 64)
    rows = encoder.encode([f"text {n}" for n in range(500)])
    assert rows.shape == (500, 64) and np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(rows[7], encoder.encode(["text 7"])[0])
    near = np.sort(rows @ rows.T - 2 * np.eye(500), axis=1)[:, -1]
    assert np.median(near) > 0.5, "most texts have a neighbour of their topic"
