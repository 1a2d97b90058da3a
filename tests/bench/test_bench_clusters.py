"""bench clusters: what is found of an event without the query's own article."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from newsctx.bench.clusters import FUSED, read_queries, run
from newsctx.channels.search import ChannelOutcome
from newsctx.errors import EvaluationError
from newsctx.records import ChannelResult, Hit, RetrieveResult


class Line:
    """A pipeline whose answers are written down; it notes what it was asked."""

    archive = SimpleNamespace(store=SimpleNamespace(ids=lambda: ("a1", "a2", "a3", "b1", "c1")))

    def __init__(self) -> None:
        self.excluded: list[tuple[str, ...]] = []

    def search(self, request) -> ChannelOutcome:
        self.excluded.append(request.edits.excluded)
        found = {"a1": ("a1", "b1", "a2", "a3"), "a2": ("a2", "a1", "a3")}[request.excluded_one]
        return ChannelOutcome(
            results=(
                ChannelResult(name="visual", state="ran", hits=tuple((a, 1.0 - i / 10) for i, a in enumerate(found))),
                ChannelResult(name="words_ocr", state="no_query", reason="no text"),
                ChannelResult(name="image_text", state="unavailable", reason="no encoder"),
            )
        )

    def fused(self, request) -> RetrieveResult:
        return RetrieveResult(
            hits=tuple(Hit(article_id=a, rank=i, score=1 / i) for i, a in enumerate(("a3", "b1", "a2"), 1))
            if request.excluded_one == "a1"
            else (Hit(article_id="c1", rank=1, score=1.0),)
        )


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from newsctx.bench import clusters

    class Asked(clusters.Request):
        @property
        def excluded_one(self) -> str:
            return self.edits.excluded[0]

    monkeypatch.setattr(clusters, "Request", Asked)
    for name in ("one.jpg", "two.jpg", "alone.jpg"):
        (tmp_path / name).write_bytes(name.encode())
    rows = [
        {"id": "a1", "event": "flood", "image": "one.jpg"},
        {"id": "a2", "event": "flood", "image": "two.jpg"},
        {"id": "a3", "event": "flood", "image": None},
        {"id": "b1", "event": "fire", "image": "alone.jpg"},
    ]
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def test_the_precision_of_every_channel_and_of_the_fusion(source: Path) -> None:
    line = Line()
    report = run(line, read_queries(source))
    assert line.excluded == [("a1",), ("a2",)], "the query's own article is left out of the fusion"
    assert report.alone == 1, "the fire has no other article"
    # a1: visual without a1 is b1, a2, a3: (1/2 + 2/3) / 2 = 7/12. a2: without a2 it is a1, a3: 1.
    assert report.precision["visual"] == pytest.approx([7 / 12, 1.0])
    # a1: fused is a3, b1, a2: (1 + 2/3) / 2. a2: nothing of the event.
    assert report.precision[FUSED] == pytest.approx([5 / 6, 0.0])
    assert report.first["visual"] == [0.0, 1.0] and report.first[FUSED] == [1.0, 0.0]
    assert report.precision["words_ocr"] == [0.0, 0.0] and report.answered["words_ocr"] == 0
    assert "image_text" not in report.precision and report.off == {"image_text": "no encoder"}
    assert report.best_channel == "visual"
    assert "2 photographs among 5 articles" in report.text() and "image_text: no encoder" in report.text()


def test_a_bad_line_and_a_lost_photograph_are_named(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    source.write_text(text + '{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match="line 5"):
        read_queries(source)
    source.write_text(text.replace("two.jpg", "gone.jpg"), encoding="utf-8")
    with pytest.raises(EvaluationError, match="gone.jpg of a2"):
        read_queries(source)
    source.write_text(text.replace('"flood"', '"x"', 1), encoding="utf-8")
    only = [q for q in read_queries(source) if q.article_id == "b1"]
    with pytest.raises(ValueError, match="nothing can be measured"):
        run(Line(), only)
