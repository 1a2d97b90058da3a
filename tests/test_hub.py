"""The hub that cannot be reached is noticed at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from newsctx import hub
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import ModelUnavailable
from newsctx.runtime import Device


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_answers", {})
    for name in hub._PROXIES:
        monkeypatch.delenv(name, raising=False)


def test_a_listening_host_is_reachable_and_a_closed_one_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert hub.reachable(f"http://127.0.0.1:{port}")
    assert hub.reachable(f"http://127.0.0.1:{port}")  # remembered
    hub._answers.clear()
    assert not hub.reachable(f"http://127.0.0.1:{port}")


def test_a_model_that_is_not_here_is_refused_without_a_single_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's library would sleep between its retries: nothing here may sleep."""
    from huggingface_hub import constants
    from huggingface_hub.utils import _http

    monkeypatch.setattr(hub, "reachable", lambda endpoint: False)
    clock = SimpleNamespace(sleep=lambda seconds: pytest.fail(f"waited for {seconds} s"), time=time.time)
    monkeypatch.setattr(_http, "time", clock)
    with pytest.raises(ModelUnavailable, match=r"hf download laion/CLIP-ViT-B-32-laion2B-s34B-b79K"):
        ImageTextEncoder.load("ViT-B-32/laion2b_s34b_b79k", Device("cpu", "test"))
    assert constants.HF_HUB_OFFLINE is False  # as before


def test_loading_the_sentence_encoder_first_keeps_no_process_offline() -> None:
    """The hub's library reads its environment once: set while it is imported, nothing could ever be fetched."""
    code = (
        "from newsctx.encoders import SentenceEncoder; from newsctx.runtime import Device\n"
        "SentenceEncoder.load('all-MiniLM-L6-v2', Device('cpu', 'test'))\n"
        "from huggingface_hub import constants; print(constants.HF_HUB_OFFLINE)"
    )
    unset = {k: v for k, v in os.environ.items() if k not in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")}
    done = subprocess.run([sys.executable, "-c", code], env=unset, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("address", "command"),
    [
        ("laion/CLIP-B/", "hf download laion/CLIP-B open_clip_model.safetensors"),
        ("apple/MobileCLIP/weights.pt", "hf download apple/MobileCLIP weights.pt"),
        ("", ""),
    ],
)
def test_the_command_that_fetches_weights(address: str, command: str) -> None:
    assert hub.fetch_command(address) == command
    assert (f"`{command}`" in hub.how_to_fetch(address)) == bool(command)


def test_weights_in_the_cache_are_seen_without_asking_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert not hub.cached("laion/CLIP-B/")
    repository = tmp_path / "models--laion--CLIP-B"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    assert not hub.cached("laion/CLIP-B/"), "a folder without weights is none"
    (snapshot / "open_clip_pytorch_model.bin").write_bytes(b"weights")
    assert hub.cached("laion/CLIP-B/") and not hub.cached("laion/CLIP-B/other.pt") and not hub.cached("")
