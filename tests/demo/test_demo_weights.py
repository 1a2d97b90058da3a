"""The recipe of the embedded weights names commands that exist, in an order that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsctx.cli import build_parser
from newsctx.demo import weights
from newsctx.errors import TrainingError


def test_every_step_is_a_command_with_valid_arguments():
    steps = list(weights.recipe(Path("w"), 2))
    for step in steps:
        assert callable(build_parser().parse_args(step.arguments).run), step.name
    names = [s.name for s in steps]
    assert len(set(names)) == len(names)
    for before, after in (("training-labels", "model"), ("model", "location"), ("event", "relevance")):
        assert names.index(before) < names.index(after)


def test_the_heads_see_another_world_than_the_encoder():
    steps = {s.name: s.arguments for s in weights.recipe(Path("w"), 2)}
    assert "w/heads/photos.jsonl" in steps["location"] and "w/training/photos.jsonl" in steps["model"]
    assert weights.ENCODER_WORLD[1] != weights.HEADS_WORLD[1]


@pytest.fixture
def ran(monkeypatch):
    """The commands are noted, not run."""
    noted: list[tuple[str, ...]] = []
    codes: dict[str, int] = {}

    def main(arguments):
        noted.append(arguments)
        return codes.get(arguments[1], 0)

    monkeypatch.setattr("newsctx.cli.main", main)
    monkeypatch.setattr(weights, "_publish", lambda work, out: None)
    return noted, codes


def test_it_goes_on_where_it_stopped_and_does_again_what_changed(tmp_path, ran, monkeypatch):
    noted, codes = ran
    codes["location"] = 1
    with pytest.raises(TrainingError, match="location failed with exit code 1"):
        weights.make_weights(tmp_path, tmp_path / "out", 1)
    stopped = len(noted)
    codes.clear()
    weights.make_weights(tmp_path, tmp_path / "out", 1)
    assert [a[1] for a in noted[stopped:]] == ["location", "event", "relevance"]
    done = len(noted)
    weights.make_weights(tmp_path, tmp_path / "out", 1)
    assert len(noted) == done, "all is done"
    monkeypatch.setattr(weights, "BI_ENCODER", ("--unfreeze", "all"))
    weights.make_weights(tmp_path, tmp_path / "out", 1)
    assert [a[1] for a in noted[done:]][:1] == ["bi-encoder"], "another setting trains anew, and all after it"
    assert len(noted) - done == 7


def test_a_checkpoint_of_other_settings_is_not_gone_on_from(tmp_path, ran, monkeypatch):
    noted, codes = ran
    codes["bi-encoder"] = 1
    checkpoint = tmp_path / "model-work" / "checkpoint.pt"
    with pytest.raises(TrainingError):
        weights.make_weights(tmp_path, tmp_path / "out", 1)
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(b"half way")
    with pytest.raises(TrainingError):
        weights.make_weights(tmp_path, tmp_path / "out", 1)
    assert checkpoint.read_bytes() == b"half way", "the same settings go on"
    monkeypatch.setattr(weights, "BI_ENCODER", ("--unfreeze", "all"))
    with pytest.raises(TrainingError):
        weights.make_weights(tmp_path, tmp_path / "out", 1)
    assert not checkpoint.exists()
