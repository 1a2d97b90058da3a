"""Where others run it: what the environment of a Space changes, and what a public demonstration may not do."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import pytest

from newsctx import hosting
from newsctx.errors import SettingsError
from newsctx.settings import Settings
from newsctx.start import or_embedded
from newsctx.ui import launch

SPACE = {"SYSTEM": "spaces", "SPACE_ID": "someone/newsctx", "SPACE_HOST": "someone-newsctx.hf.space"}


def test_a_desk_listens_to_itself_and_a_space_to_all() -> None:
    named = {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "8000"}
    assert hosting.address(None, None, {}) == ("127.0.0.1", 7860)
    assert hosting.address(None, None, named) == ("127.0.0.1", 7860), "a desk is opened by --host alone"
    assert hosting.address(None, None, SPACE) == ("0.0.0.0", 7860)
    assert hosting.address(None, None, SPACE | named) == ("0.0.0.0", 8000)
    assert hosting.address("127.0.0.1", 9000, SPACE | named) == ("127.0.0.1", 9000)


@pytest.mark.parametrize("port", ["http", "-1", "70000", "７８６０"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(SettingsError, match="GRADIO_SERVER_PORT"):
        hosting.address(None, None, SPACE | {"GRADIO_SERVER_PORT": port})


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        (None, "", None),
        (None, "/news", "/news"),
        ("/newsctx/", "/news", "/newsctx"),
        ("newsctx", "", "/newsctx"),
        ("/", "/news", None),
        ("", "/news", None),
        ("https://desk.example/newsctx/", "", "https://desk.example/newsctx"),
    ],
)
def test_a_prefix_begins_with_a_slash_and_ends_with_none(given, environment, expected) -> None:
    assert hosting.root_path(given, {"GRADIO_ROOT_PATH": environment}) == expected


def test_a_space_keeps_its_state_where_it_outlives_it(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert hosting.state(None, SPACE, tmp_path) == tmp_path / "newsctx"
    assert hosting.state(mine, SPACE, tmp_path) == mine
    assert hosting.state(None, SPACE | {"NEWSCTX_STATE": str(mine)}, tmp_path) is None, "the variable is read elsewhere"
    assert hosting.state(None, {}, tmp_path) is None
    assert hosting.state(None, SPACE, tmp_path / "not mounted") is None


def test_a_public_workbench_fetches_nothing_and_asks_no_model() -> None:
    own = Settings.model_validate(
        {"caption": {"writer": "openai-compatible", "model": "big", "max_sentences": 2}, "retrieve": {"k": 30}}
    )
    public = hosting.public(own)
    assert not public.fetch.enabled and public.caption.writer == "extractive" and not public.caption.model
    assert public.services.allowed == ("reverse_search", "web_archive"), "what the visitor's own browser opens"
    assert public.caption.max_sentences == 2 and public.retrieve.k == 30, "what concerns nobody else stays"


def test_a_space_without_weights_searches_with_the_embedded_profile_and_says_why(models, monkeypatch) -> None:
    without = dataclasses.replace(models, profile="clip", image_text=None, image_text_unavailable="the hub is away")
    monkeypatch.setattr("newsctx.start.load", lambda profile, device: (profile, device))
    settings, loaded, said = or_embedded(Settings(profile="clip"), without)
    assert settings.profile == "embedded" and loaded == ("embedded", "auto")
    assert "clip" in said and "the hub is away" in said
    assert or_embedded(Settings(profile="embedded"), without)[2] == "", "there is nothing to fall to"
    working = dataclasses.replace(without, image_text=object())
    assert or_embedded(Settings(profile="clip"), working) == (Settings(profile="clip"), working, "")


def test_a_space_starts_as_a_public_demonstration_without_any_option(monkeypatch, tmp_path: Path) -> None:
    seen: dict[str, object] = {}

    class Bench:
        def close(self) -> None:
            seen["closed"] = True

    class House:
        def __init__(self, bench: Bench) -> None:
            pass

        def start(self) -> None:
            seen["house"] = "open"

        def stop(self) -> None:
            seen["house"] = "shut"

    for name, value in SPACE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("newsctx.start.start", lambda archive, state, settings, locked: seen.update(
        settings=settings, locked=locked) or Bench())  # fmt: skip
    monkeypatch.setattr("newsctx.guests.House", House)
    monkeypatch.setattr("newsctx.ui.serving.serve", lambda bench, **options: seen.update(options))
    monkeypatch.setattr(launch, "end_on_term", lambda: None)
    parser = argparse.ArgumentParser()
    launch.add_arguments(parser)
    assert launch.run(parser.parse_args([])) == 0
    assert (seen["host"], seen["port"], seen["root_path"]) == ("0.0.0.0", 7860, None)
    assert type(seen["gate"]).__name__ == "GuestGate" and seen["kept_hours"] == 24
    assert seen["settings"].profile == "clip" and not seen["settings"].fetch.enabled
    assert "Space" in seen["locked"] and seen["house"] == "shut" and seen["closed"]
