"""The batch benchmark counts every photograph, names what failed and holds the batch against the pipeline alone."""

from __future__ import annotations

import dataclasses

import pytest
from batch.batch_world import few, light, photos  # noqa: F401

from newsctx.bench import batch
from newsctx.errors import BatchError
from newsctx.settings import Settings


def test_a_small_batch_is_measured(few, light, photos, tmp_path):  # noqa: F811
    told = []
    report = batch.run(few, light, Settings(), photos, 3, 2, told.append)
    assert told[-1] == 3 and len(report.batch) == 2 and set(report.baseline) <= set(report.batch)
    assert report.wall >= sum(report.batch.values()) and report.peak >= report.before > 0
    text = report.text()
    assert "3 photographs, profile" in text and "2 done, 1 failed" in text
    assert f"{60 * 3 / report.wall:.1f} photographs a minute" in text and "failed: photo 10.jpg: By its content" in text
    none = dataclasses.replace(report, baseline={}, batch={}).text()
    assert "0 of the same photographs, 0.0 a minute" in none, "a folder in which no file is a photograph"
    (tmp_path / "empty").mkdir()
    with pytest.raises(BatchError, match="holds no photograph"):
        batch.run(few, light, Settings(), tmp_path / "empty", 3, 2, told.append)
