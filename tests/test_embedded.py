"""The embedded weights: what travels with them, and what they show on the held-out demonstration queries.

The floors are asserted in the paper's own setting (`evaluate --fast`): image-text encoder, location and event heads and
answer over the whole demonstration archive, without reading text in the photographs or looking for copies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsctx import profiles
from newsctx.archive.opened import open_archive
from newsctx.demo.locate import demo_source
from newsctx.evaluation.datasets import load_queries
from newsctx.evaluation.report import Report
from newsctx.evaluation.session import Session
from newsctx.models import Models, load
from newsctx.settings import CopySettings, Settings
from newsctx.start import prepare_demo

SETTINGS = Settings(copy_detection=CopySettings(enabled=False))  # its features take a minute, and are not looked at


@pytest.fixture(scope="module")
def real(embedded_weights: Path) -> Iterator[Models]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profiles, "EMBEDDED", embedded_weights)
        yield load("embedded")


@pytest.fixture(scope="module")
def report(real: Models, tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("embedded")
    archive = prepare_demo(folder, real, SETTINGS)
    queries = load_queries(demo_source() / "queries.jsonl", "auto", None, need_images=True)
    session = Session(queries, open_archive(archive, real, SETTINGS), real, SETTINGS, folder, fast=True)
    return session.report()


def test_every_slot_is_filled_and_nothing_is_fetched(real: Models) -> None:
    assert real.image_text is not None and real.image_text.info.name == "newsctx embedded"
    assert real.location_scorer is not None and real.location_scorer.info.name == "newsctx embedded"
    assert real.event_scorer is not None and real.event_scorer.info.name == "newsctx embedded"
    assert real.relevance is not None


def test_the_weights_say_what_they_were_made_of(embedded_weights: Path, real: Models) -> None:
    record = json.loads((embedded_weights / "training.json").read_text(encoding="utf-8"))
    assert real.image_text is not None and record["model"]["digest"] == real.image_text.info.digest
    assert len(record["data"]["hash"]) == 64 and record["settings"]["seed"] == 0 and record["complete"]
    card = (embedded_weights / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert record["data"]["hash"] in card and "Limits" in card
    whole = sum(p.stat().st_size for p in profiles.ASSETS.rglob("*") if p.is_file())
    assert whole < 25_000_000


def test_every_query_is_scored(report: Report) -> None:
    assert report.expected == report.scored >= 120


def test_the_encoder_finds_the_event(report: Report) -> None:
    assert report.mean("retrieve", "event articles", "R@10") >= 0.80
    assert report.mean("retrieve", "event articles", "R@1") >= 0.35


def test_the_location_head_puts_the_right_place_first_more_often(report: Report) -> None:
    found = next(c for c in report.comparisons if (c.after, c.before) == ("locate", "retrieve"))
    gain = found.differences["place"]["EM@1"]
    assert gain.mean >= 0.05 and gain.low > 0


def test_the_event_stage_does_no_harm(report: Report) -> None:
    found = next(c for c in report.comparisons if (c.after, c.before) == ("events", "retrieve"))
    assert found.differences["event articles"]["R@1"].mean >= 0


def test_the_answer_is_near_and_says_when_it_does_not_know(report: Report) -> None:
    assert report.answer_great is not None and report.answer_great.mean >= 0.75
    assert report.without_relevant is not None and report.without_relevant.low.mean >= 0.80
    assert report.with_relevant is not None and report.with_relevant.low.mean < report.without_relevant.low.mean
