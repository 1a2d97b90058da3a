"""Ratings of articles and event candidates: scaling recovers known odds, measures by hand, and the command for real."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from training.training_world import SMALL_CONFIG, make_world

from newsctx.cli import main
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import TrainingError
from newsctx.relevance import RelevanceInfo, logistic
from newsctx.training.options import RelevanceOptions
from newsctx.training.photos import TrainingPhoto
from newsctx.training.rating_training import Row, held_out, measures, platt, rate, reliability

OPTIONS = RelevanceOptions(c=1e6, folds=4, bins=10)


def test_platt_recovers_the_odds_that_made_the_labels():
    rng = np.random.default_rng(0)
    z = rng.normal(0, 3, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * z - 1.0)))
    slope, intercept = platt(z, right)
    assert slope == pytest.approx(0.5, abs=0.03) and intercept == pytest.approx(-1.0, abs=0.06)


def test_scores_that_say_the_opposite_become_the_share_of_right_ones():
    slope, intercept = platt([3.0, 2.0, -2.0, -3.0], [False, False, False, True])
    assert slope == 0.0 and logistic(intercept) == pytest.approx(0.25)


def test_measures_by_hand():
    """Said 0.1, 0.1, 0.9, 0.9; right are one of the first and both of the second: bins 0.1 and 0.9.
    Brier (0.01 + 0.81 + 0.01 + 0.01) / 4 = 0.21; ECE (2 * |0.1 - 0.5| + 2 * |0.9 - 1|) / 4 = 0.25.
    """
    said, right = np.array([0.1, 0.1, 0.9, 0.9]), np.array([False, True, True, True])
    found = measures(said, right, 10)
    assert found["brier"] == pytest.approx(0.21) and found["ece"] == pytest.approx(0.25)
    assert found["brier_of_share"] == pytest.approx(0.75 * 0.25) and found["count"] == 4
    assert found["auc"] == pytest.approx(2.5 / 3)  # the tie at 0.1 counts half
    table = reliability(said, right, 10)
    assert [(b.low, b.count, b.right) for b in table] == [(0.1, 2, 0.5), (0.9, 2, 1.0)]
    assert reliability(np.array([1.0]), np.array([True]), 10)[0].low == 0.9, "1.0 is in the last bin"


def rows(stories: int, shift: float = 0.0) -> list[Row]:
    """Ten articles a photograph; `cosine` is the log odds plus a shift on the held-out side."""
    rng, found = np.random.default_rng(1), []
    for story in range(stories):
        aside = story % 2 == 1
        for rank in range(10):
            odds = float(rng.normal(0, 2))
            right = bool(rng.random() < logistic(odds))
            signals = {"cosine": odds + (shift if aside else 0.0), "rank": 1.0}
            found.append(Row(f"p{story}", aside, signals, right, rank == 0, f"s{story}"))
    return found


def test_a_rating_is_scaled_on_what_it_was_not_fitted_on():
    """The held-out scores are shifted by 3: the regression alone would be far too sure, the scaling takes it back."""
    found = rate(rows(600, shift=3.0), ("cosine", "rank"), OPTIONS)
    assert set(found.regression.weights) == {"cosine"}, "a signal that never varies says nothing"
    assert found.regression.intercept == pytest.approx(-3.0, abs=0.5)
    assert found.metrics["ece"] < 0.04 and found.metrics["brier"] < found.metrics["brier_of_share"]
    assert found.metrics["count"] == 3000 and found.metrics["fitted_on"] == 3000
    assert found.metrics["first_count"] == 300
    assert sum(b.count for b in found.reliability) == 3000
    p = found.regression.probability({"cosine": 3.0})
    assert p == pytest.approx(0.5, abs=0.06)
    assert found.regression.probability({}) == pytest.approx(
        logistic(found.regression.slope * found.regression.bias + found.regression.intercept)
    ), "a signal that is not there counts as its mean"


def test_nothing_to_tell_apart_is_refused():
    wrong = [Row("p", i % 2 == 0, {"cosine": float(i)}, False, False, str(i)) for i in range(8)]
    with pytest.raises(TrainingError, match="of 4 fitted articles or event candidates 0 are relevant"):
        rate(wrong, ("cosine",), OPTIONS)
    right = [Row("p", i % 2 == 0, {"cosine": float(i)}, i % 4 < 2, False, "one story") for i in range(8)]
    with pytest.raises(TrainingError, match="of one story"):
        rate(right, ("cosine",), OPTIONS)


def test_held_out_are_the_dev_photographs_else_every_fifth():
    photos = [TrainingPhoto(id=f"p{i}", image=Path("x"), split="dev" if i in (2, 3) else "train") for i in range(11)]
    assert held_out(photos) == {"p2", "p3"}
    assert held_out([p.model_copy(update={"split": None}) for p in photos]) == {"p0", "p5", "p10"}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """`train relevance` on the tiny world with a randomly initialised encoder, zero-shot scorers."""
    folder = tmp_path_factory.mktemp("ratings")
    archive, photos = make_world(folder)
    (folder / "config.json").write_text(json.dumps(SMALL_CONFIG))
    common = ["--archive", str(archive)]
    assert (
        main(["train", "init", *common, "--config", str(folder / "config.json"), "--out", str(folder / "model")]) == 0
    )
    labels = folder / "labels.jsonl"
    assert main(["train", "labels", *common, "--photos", str(photos), "--out", str(labels)]) == 0
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    out = folder / "relevance"
    code = main([
        "train", "relevance", *common, "--photos", str(photos), "--labels", str(labels), "--model",
        f"local-dir:{folder / 'model'}", "--out", str(out), "--device", "cpu", "--draws", "2", "--articles", "12",
        "--folds", "2",
    ])  # fmt: skip
    torch.set_num_threads(threads)
    assert code == 0
    return folder, out


def test_the_command_writes_calibrated_ratings_with_what_they_were_measured_at(fitted: tuple[Path, Path]) -> None:
    folder, out = fitted
    info = RelevanceInfo.model_validate(json.loads((out / "relevance.json").read_bytes()))
    assert info.format == 2 and info.articles is not None
    # 8 of the 24 photographs are of dev, each ranked twice over 24 articles, of which 20 are rated
    assert info.articles.metrics["count"] == sum(b.count for b in info.articles.reliability) == 8 * 2 * 20
    for name in ("brier", "ece", "auc", "right"):
        assert 0 <= info.articles.metrics[name] <= 1
    assert {"best", "cosine", "rank"} <= set(info.articles.regression.weights)
    assert info.base_digest == ImageTextEncoder.load(f"local-dir:{folder / 'model'}", _cpu()).info.digest
    assert not (folder / "archive" / "index").exists(), "the archive stays as it is"


def _cpu():
    from toy_index import CPU

    return CPU


def test_an_option_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="folds"):
        RelevanceOptions(folds=1)
    assert math.isclose(logistic(-800.0), 0.0) and math.isclose(logistic(800.0), 1.0)
