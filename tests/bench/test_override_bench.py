"""bench overrides: every kind of override is made and taken back, on a page without a browser."""

from __future__ import annotations

from pathlib import Path

from newsctx.bench import overrides
from newsctx.ui.unseen import UnseenPage


def test_every_kind_is_timed_over_a_small_archive(tmp_path: Path) -> None:
    report = overrides.run(tmp_path, 120, 40, 1, UnseenPage)
    assert set(report.kinds) == set(overrides.KINDS) and report.queries == 1
    for name, times in (*report.kinds.items(), ("baseline", report.baseline)):
        assert times.last[0] >= times.first[0] > 0 and times.paints[0] >= 1 and times.sent[0] > 0, name
        assert times.stages["caption"], name
    assert "retrieve" in report.kinds["exclude the first"].stages
    assert "retrieve" not in report.kinds["set the date"].stages and report.kinds["set the date"].encoded == [0]
    text = report.text()
    assert "120 synthetic articles" in text and "analysis (baseline)" in text and "1.000" in text
