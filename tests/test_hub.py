"""The hub that cannot be reached is noticed at once."""

from __future__ import annotations

import socket
import time
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
