"""The hub that cannot be reached is noticed at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from training.training_world import SMALL_CONFIG

from newsctx import hub
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import ModelUnavailable
from newsctx.runtime import Device
from newsctx.training.initial import init_model

_VARIABLES = [f"{kind}_proxy" for kind in ("http", "https", "all", "no")]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_answers", {})
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@contextmanager
def serving(answer: bytes | None) -> Iterator[SimpleNamespace]:
    """A server that gives one answer to whatever comes, or none at all: it accepts and is silent."""
    stop, seen = threading.Event(), []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def serve() -> None:
            open_ones = []
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                open_ones.append(connection)
                if answer is not None:
                    connection.settimeout(5)
                    seen.append(connection.recv(4096).decode("latin-1"))
                    connection.sendall(answer)
                    connection.close()
            for connection in open_ones:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield SimpleNamespace(at=f"127.0.0.1:{server.getsockname()[1]}", seen=seen)
        finally:
            stop.set()
            thread.join()


def _says(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


OK = _says("200 OK")


def test_a_host_that_answers_is_reachable_and_a_closed_or_silent_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "SECONDS", 0.2)
    with serving(OK) as server:
        assert hub.reachable(f"http://{server.at}")
    assert hub.reachable(f"http://{server.at}")  # remembered
    hub._answers.clear()
    assert "refused" in hub.unreachable_because(f"http://{server.at}")
    with serving(None) as server:
        assert hub.unreachable_because(f"http://{server.at}") == "127.0.0.1 through no proxy: no answer"
    with serving(_says("503 Service Unavailable")) as server:
        assert hub.unreachable_because(f"http://{server.at}") == "127.0.0.1 answers 503"
    with serving(_says("404 Not Found")) as server:  # a mirror need not have a front page
        assert hub.reachable(f"http://{server.at}")
    assert not hub.reachable("http://127.0.0.1:99999") and not hub.reachable("nonsense")


def test_the_proxy_is_asked_for_the_endpoint_and_told_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(OK) as proxy:
        monkeypatch.setenv("http_proxy", f"http://ada:s%40cret@{proxy.at}")
        assert hub.reachable("http://hub.invalid/models")
        # base64 of ada:s@cret
        (asked,) = proxy.seen
        assert asked.startswith("HEAD http://hub.invalid/models ")
        assert "Proxy-Authorization: Basic YWRhOnNAY3JldA==" in asked
        monkeypatch.setenv("no_proxy", "hub.invalid")
        assert not hub.reachable("http://hub.invalid/models"), "no_proxy: the proxy is not asked, the host not found"
        assert len(proxy.seen) == 1
    with serving(_says("407 Proxy Authentication Required")) as proxy:
        monkeypatch.delenv("no_proxy")
        monkeypatch.setenv("http_proxy", f"http://ada:secret@{proxy.at}")
        assert hub.unreachable_because("http://hub.invalid") == "hub.invalid answers 407"
    monkeypatch.setenv("http_proxy", f"http://ada:secret@{proxy.at}")
    hub._answers.clear()
    why = hub.unreachable_because("http://hub.invalid")
    assert f"proxy {proxy.at}" in why and "secret" not in why


def test_a_proxy_of_another_kind_is_only_seen_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(None) as proxy:
        monkeypatch.setenv("all_proxy", f"socks5://{proxy.at}")
        assert hub.reachable("https://hub.invalid")
    hub._answers.clear()
    assert not hub.reachable("https://hub.invalid")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (_says("403 Forbidden"), "403 Forbidden"),
        (_says("503 Service Unavailable"), "503 Service Unavailable"),
        (None, "no answer"),  # accepts and hangs
        (b"HTTP/1.1 200 Connection established\r\n\r\n", ""),  # and then closes the tunnel
        ("closed", "refused"),
        ("", ""),  # no proxy, and the hub is said to be away
    ],
)
def test_a_model_that_is_not_here_is_refused_without_a_single_retry(
    monkeypatch: pytest.MonkeyPatch, answer: bytes | str | None, why: str
) -> None:
    """The hub's library would sleep between its retries: nothing here may sleep."""
    from huggingface_hub import constants
    from huggingface_hub.utils import _http

    monkeypatch.setattr(hub, "SECONDS", 0.2)
    clock = SimpleNamespace(sleep=lambda seconds: pytest.fail(f"waited for {seconds} s"), time=time.time)
    monkeypatch.setattr(_http, "time", clock)
    if answer == "":
        monkeypatch.setattr(hub, "reachable", lambda endpoint: False)
    with serving(None if isinstance(answer, str) else answer) as proxy:
        at = proxy.at
        if answer != "closed":
            _refused(monkeypatch, at if answer != "" else "", why)
    if answer == "closed":
        _refused(monkeypatch, at, why)
    assert constants.HF_HUB_OFFLINE is False  # as before


def _refused(monkeypatch: pytest.MonkeyPatch, proxy: str, why: str) -> None:
    if proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy}")
    with pytest.raises(ModelUnavailable, match=r"hf download laion/CLIP-ViT-B-32-laion2B-s34B-b79K") as refused:
        ImageTextEncoder.load("ViT-B-32/laion2b_s34b_b79k", Device("cpu", "test"))
    assert why in str(refused.value) and (not proxy or f"through the proxy {proxy}" in str(refused.value))


def test_a_folder_that_has_all_it_needs_is_loaded_without_asking_for_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded profile needs no network, and so makes no request."""
    monkeypatch.setattr(hub, "reachable", lambda endpoint: pytest.fail("the hub was asked"))
    init_model(SMALL_CONFIG, tmp_path / "model", 0, ["a flood in Paris", "a march in Cairo"])
    assert ImageTextEncoder.load(f"local-dir:{tmp_path / 'model'}", Device("cpu", "test")).dim == 16
    asked = []
    monkeypatch.setattr(hub, "reachable", lambda endpoint: bool(asked.append(endpoint)))
    (tmp_path / "model" / "tokenizer.json").unlink()  # its tokenizer is then the hub's
    with pytest.raises(ModelUnavailable):
        ImageTextEncoder.load(f"local-dir:{tmp_path / 'model'}", Device("cpu", "test"))
    assert asked


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
