"""The verify stage in the pipeline: candidates of other channels, its memory, a damaged one, and the fallback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import QUERIES

from newsctx.archive.opened import open_archive
from newsctx.cache import StageCache
from newsctx.document import Document
from newsctx.pipeline import Pipeline, Request
from newsctx.records import Inputs
from newsctx.settings import Settings
from newsctx.writers.extractive import ExtractiveWriter

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()
NOTE = Inputs(note="flood on the Seine in Paris")


@pytest.fixture
def make(demo_archive, models):
    def build(cache: Path, archive: Path = demo_archive, copies: bool = False, **verify) -> Pipeline:
        # without the copy channel: the note's hits are the only candidates
        settings = Settings.model_validate({"copy_detection": {"enabled": copies}, "verify": verify})
        return Pipeline(
            open_archive(archive, models, settings), models, settings, StageCache(cache), ExtractiveWriter()
        )

    return build


def analyse(pipeline: Pipeline, data: bytes = CROP, note: Inputs = NOTE) -> Document:
    *_, document = pipeline.analyse(Request(data, "crop.jpg", note))
    assert [s.name for s in document.status if s.state == "failed"] == [], document.status
    return document


def order(document: Document, stage: str) -> list[str]:
    return [h.article_id for h in getattr(document.stages, stage).hits]


def test_a_candidate_of_the_words_is_verified_and_comes_first(make, tmp_path):
    document = analyse(make(tmp_path / "cache"))
    best = document.stages.verify.hits[0]
    assert best.article_id == "paris-flood-1" and best.tier == "matched"
    first = document.stages.verify.matches[0]
    assert (first.article_id, first.accepted, first.method, first.relation) == ("paris-flood-1", True, "sift", "photo")
    # every other photograph of the best hits was compared, and says why it is none
    others = [m for m in document.stages.verify.matches if not m.accepted]
    assert others and all(m.note and not m.lines for m in others)
    assert {m.article_id for m in others} <= set(order(document, "retrieve")[:20])


def test_below_the_limits_the_order_of_the_retrieval_is_kept(make, tmp_path):
    document = analyse(make(tmp_path / "cache", min_inliers=2000))
    assert order(document, "verify") == order(document, "retrieve")
    assert not any(m.accepted for m in document.stages.verify.matches)


def test_no_candidates_no_comparison(make, tmp_path):
    document = analyse(make(tmp_path / "cache", candidates=0))
    assert document.stages.verify.matches == () and not (tmp_path / "cache" / "photographs").exists()


def test_a_damaged_memory_is_made_anew_with_the_same_result(make, tmp_path):
    cache = tmp_path / "cache"
    before = analyse(make(cache)).stages.verify
    kept = sorted((cache / "photographs").rglob("*.bin"))
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:-100])
    for path in [*(cache / "compared").rglob("*.json"), *(cache / "verify").rglob("*.json")]:
        path.write_text("{")
    assert analyse(make(cache)).stages.verify == before
    assert sorted((cache / "photographs").rglob("*.bin")) == kept


def best(document: Document) -> tuple[str, bool, float | None]:
    found = document.stages.verify.matches[0]
    return found.article_id, found.accepted, found.agreement


@pytest.mark.parametrize("copies", [False, True])
def test_a_photograph_that_was_away_for_one_analysis_is_found_when_it_is_back(
    make, demo_archive, tmp_path, copies
) -> None:
    """Both kinds of memory: the comparison of a candidate, and the copy channel's second look at its pixels."""
    truth = analyse(make(tmp_path / "other", copies=copies))
    assert best(truth)[:2] == ("paris-flood-1", True) and best(truth)[2] > 0.7
    archive = tmp_path / "archive"
    shutil.copytree(demo_archive, archive)
    image_id = truth.stages.verify.matches[0].image_id
    (file,) = (archive / "images").rglob(f"{image_id}.*")
    away, cache = file.with_name("away"), tmp_path / "cache"
    file.rename(away)
    without = [analyse(make(cache, archive, copies)) for _ in range(2)]  # the second from memory where that is sound
    for document in without:
        # no pixels, no agreement: the copy channel takes the points' word, the comparison finds nothing
        assert not any(m.agreement for m in document.stages.verify.matches if m.image_id == image_id)
        assert (document.stages.verify.hits[0].tier == "matched") is copies
    away.rename(file)
    again = analyse(make(cache, archive, copies))  # the same request, every stage of it asked before
    assert again.stages.verify == truth.stages.verify and again.stages.events == truth.stages.events
    other = analyse(make(cache, archive, copies), note=Inputs(note="flood on the Seine"))
    assert best(other) == best(truth)
    cached = {s.name: s.cached for s in analyse(make(cache, archive, copies)).status}
    assert all(cached.values())  # and now it is remembered
