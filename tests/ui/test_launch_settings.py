"""The workbench reads the same settings files as the other commands."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from newsctx.errors import SettingsError
from newsctx.ui import launch


def test_a_preset_reaches_the_workbench_and_leaves_the_chosen_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = tmp_path / "preset.json"
    preset.write_text(json.dumps({"retrieve": {"weights": {"visual": 2.0}}, "refine": {"temporal": 0.0}}))
    seen = {}

    class Bench:
        def close(self) -> None:
            pass

    def start(archive, state, settings, locked):
        seen["settings"] = settings
        return Bench()

    monkeypatch.setattr("newsctx.start.start", start)
    monkeypatch.setattr("newsctx.ui.serving.serve", lambda bench, **options: None)
    parser = argparse.ArgumentParser()
    launch.add_arguments(parser)
    launch.run(parser.parse_args(["--settings", str(preset)]))
    settings = seen["settings"]
    assert settings.retrieve.weights["visual"] == 2.0 and settings.retrieve.weights["copy"] == 2.0
    assert settings.refine.temporal == 0
    assert "profile" not in settings.model_fields_set, "the profile last chosen in the interface stays"
    launch.run(parser.parse_args(["--settings", str(preset), "--profile", "clip"]))
    assert seen["settings"].profile == "clip" and "profile" in seen["settings"].model_fields_set


def test_a_misspelt_setting_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    preset = tmp_path / "preset.json"
    preset.write_text(json.dumps({"retrieve": {"weight": {}}}))
    parser = argparse.ArgumentParser()
    launch.add_arguments(parser)
    with pytest.raises(SettingsError, match="retrieve.weight"):
        launch.run(parser.parse_args(["--settings", str(preset)]))
