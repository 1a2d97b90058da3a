"""`transformers serve` with a tiny random model on loopback, used through the openai-compatible writer."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import tiny_vlm
from asked_world import BODY, evidence

from newsctx.errors import ModelUnavailable
from newsctx.settings import CaptionSettings
from newsctx.writers import make_writer

START = 120.0  # seconds that the server may take to import torch and load the model


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(base URL, model's name) of a running server."""
    from transformers.utils.import_utils import is_serve_available

    if not is_serve_available():
        pytest.skip("`transformers serve` needs fastapi, uvicorn and openai: pip install openai")
    folder = tiny_vlm.make(tmp_path_factory.mktemp("served") / "tiny")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder.parent / "log.txt"
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(folder), "--host", "127.0.0.1"]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--device", "cpu"], stdout=out, stderr=out, env=offline, cwd=folder.parent
        )
    try:
        _wait(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1", str(folder)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < end:
            assert process.poll() is None, log.read_text()[-3000:]
            try:
                if client.get(url).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text()[-3000:]}")


def settings(served: tuple[str, str], **more: object) -> CaptionSettings:
    fields = {"max_new_tokens": 24, "draft_seconds": 0.01, "image_side": 112, "read_seconds": 60.0, "retries": 0}
    return CaptionSettings(writer="openai-compatible", base_url=served[0], model=served[1], **(fields | more))


def test_a_caption_is_written_by_the_server(served):
    """Loopback is this machine: nothing has to be allowed. Noise cites nothing, so that each sentence has a problem."""
    chosen = settings(served)
    *_, caption = make_writer(chosen).write(evidence(), chosen)
    assert caption.awaiting == "" and caption.kind == "generated"
    assert [s.step for s in caption.sent][:2] == ["describe", "synthesise"]
    assert all(s.answer for s in caption.sent) and BODY in caption.sent[1].text and caption.sent[1].photograph
    assert all(s.problem for s in caption.sentences)


def test_the_same_question_gives_the_same_answer_as_the_model_loaded_here(served):
    """Greedy: the server's answer is that of the transformers writer, but for half a character at the end, which the
    server leaves out.
    """
    chosen = settings(served, repair=False, describe=False)
    found = evidence()
    captions = [list(make_writer(chosen).write(found, chosen))[-1] for _ in range(2)]
    here = chosen.model_copy(update={"writer": "transformers"})
    *_, local = make_writer(here, "cpu").write(found, here)
    said = [c.sent[0].answer.rstrip("\ufffd") for c in (*captions, local)]
    assert said[0] == said[1] == said[2] and len(said[0]) > 5


def test_a_cancelled_stream_frees_the_server(served):
    """It answers one question at a time: were the first (30,000 tokens, minutes) not stopped, the second would not be
    answered within its 60 s.
    """
    long = settings(served, max_new_tokens=30_000, max_answer_chars=1_000_000)
    drafts = make_writer(long).write(evidence(), long)
    while not next(drafts).description:
        pass
    drafts.close()
    chosen = settings(served, describe=False, repair=False)
    *_, caption = make_writer(chosen).write(evidence(), chosen)
    assert caption.sent[0].answer


def test_an_answer_that_is_too_long_is_cut(served):
    chosen = settings(served, max_new_tokens=30_000, max_answer_chars=150, describe=False, repair=False)
    *_, caption = make_writer(chosen).write(evidence(), chosen)
    assert len(caption.sent[0].answer) == 150 and "was cut" in caption.note


def test_a_model_that_the_server_does_not_have_is_an_error(served):
    chosen = settings(served).model_copy(update={"model": "nobody/other-model"})
    with pytest.raises(ModelUnavailable, match=r"the server http://127.0.0.1:\d+/v1/chat/completions answers \d+"):
        list(make_writer(chosen).write(evidence(), chosen))
