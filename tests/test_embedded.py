"""The embedded weights: what travels with them, and what they show on the held-out demonstration queries.

The floors are asserted in the paper's own setting (`evaluate --fast`): image-text encoder, location and event heads and
answer over the whole demonstration archive, without reading text in the photographs or looking for copies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from newsctx import profiles
from newsctx.archive.opened import open_archive
from newsctx.demo.locate import demo_source
from newsctx.evaluation import fast
from newsctx.evaluation.datasets import load_queries
from newsctx.evaluation.report import Report
from newsctx.evaluation.session import Session
from newsctx.event_clusters import build_clusters, pool_of
from newsctx.heads import CrossEncoderHead
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
def session(real: Models, tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("embedded")
    archive = prepare_demo(folder, real, SETTINGS)
    queries = load_queries(demo_source() / "queries.jsonl", "auto", None, need_images=True)
    return Session(queries, open_archive(archive, real, SETTINGS), real, SETTINGS, folder, fast=True)


@pytest.fixture(scope="module")
def report(session: Session) -> Report:
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


def test_the_event_order_is_no_worse_than_the_encoders(report: Report) -> None:
    found = next(c for c in report.comparisons if (c.after, c.before) == ("events", "retrieve"))
    assert found.differences["event articles"]["R@1"].mean >= 0
    # most of that is the location head's; the stage itself must not cost more than chance allows
    own = next(c for c in report.comparisons if (c.after, c.before) == ("events", "locate"))
    assert own.differences["event articles"]["R@1"].high >= 0


def test_the_event_head_knows_something(session: Session, real: Models) -> None:
    """Area under the ROC curve: a relevant event candidate before another one; an untrained head comes to about 0.6."""
    assert isinstance(real.event_scorer, CrossEncoderHead)
    torch.manual_seed(0)
    untrained = CrossEncoderHead(real.event_scorer.meta)
    trained_auc, untrained_auc = (_auc(session, head) for head in (real.event_scorer, untrained))
    assert trained_auc >= 0.85 and trained_auc > untrained_auc + 0.1


def _auc(session: Session, head: CrossEncoderHead) -> float:
    world, found = session.world, []
    for n, (query, ranked) in enumerate(zip(world.queries, fast.rank(world, 100), strict=True)):
        articles = [world.articles[a] for a, _ in ranked]
        clusters = build_clusters(pool_of(articles), 2, 15)
        right = [bool(set(c.article_ids) & set(query.relevant or ())) for c in clusters]
        if any(right) and not all(right):
            texts = world.encode_texts([c.text for c in clusters])
            found.append(roc_auc_score(right, head.probabilities(world.images[n], texts)))
    assert len(found) > 90
    return float(np.mean(found))


def test_the_answer_is_near_and_says_when_it_does_not_know(report: Report) -> None:
    assert report.answer_great is not None and report.answer_great.mean >= 0.75
    assert report.without_relevant is not None and report.without_relevant.low.mean >= 0.80
    assert report.with_relevant is not None and report.with_relevant.low.mean < report.without_relevant.low.mean
