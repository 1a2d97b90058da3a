"""ZeroGPU: forward passes of the encoders go to another process, as plain arrays, and come back.

The stand-in is one for the platform's decorator alone: like it, it runs the function in a process that is a copy of
this one, and hands arguments and results over pickled. The models are real ones, tiny and untrained; `cuda` is the CPU.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
from functools import wraps
from types import ModuleType

import numpy as np
import pytest
import torch
from toy_index import save_tiny_clip

from newsctx import zero_gpu
from newsctx.encoders import ImageEncoder, ImageTextEncoder
from newsctx.errors import SettingsError
from newsctx.runtime import Device
from newsctx.settings import HostingSettings

CPU = Device("cpu", "a test")
IMAGES = [np.full((40, 30, 3), n * 60, np.uint8) for n in range(3)]


class Lender:
    """What `spaces.GPU` does, as far as the program can see."""

    def __init__(self) -> None:
        self.durations: list[int] = []
        self.calls: list[tuple[str, str, tuple[int, ...]]] = []
        self.inside: list[int] = []  # process ids
        self.refuses = ""

    def GPU(self, task=None, *, duration=None):
        if task is None:
            return lambda marked: self.GPU(marked, duration=duration)
        self.durations.append(duration)

        @wraps(task)
        def lent(*args):
            if self.refuses:
                raise RuntimeError(self.refuses)
            self.calls.append((args[0], args[1], args[2].shape))
            ours, theirs = multiprocessing.get_context("fork").Pipe()

            def work(sent: bytes) -> None:
                torch.set_num_threads(1)  # the threads of a forked process are gone
                theirs.send_bytes(pickle.dumps((task(*pickle.loads(sent)), os.getpid())))

            process = multiprocessing.get_context("fork").Process(target=work, args=(pickle.dumps(args),))
            process.start()
            assert ours.poll(60), "the borrowed process ended without an answer"
            rows, pid = pickle.loads(ours.recv_bytes())
            process.join(10)
            self.inside.append(pid)
            return rows

        return lent


@pytest.fixture
def lender(monkeypatch):
    made, module = Lender(), ModuleType("spaces")
    module.GPU = made.GPU
    monkeypatch.setitem(sys.modules, "spaces", module)
    monkeypatch.setattr(zero_gpu, "_lender", type(zero_gpu._lender)())
    monkeypatch.setattr(zero_gpu, "_towers", {})
    to = torch.nn.Module.to
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, device: to(self, "cpu" if device == "cuda" else device))
    tensor_to = torch.Tensor.to
    monkeypatch.setattr(
        torch.Tensor, "to", lambda self, *a, **k: tensor_to(self, *("cpu" if x == "cuda" else x for x in a), **k)
    )
    return made


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> str:
    return save_tiny_clip(tmp_path_factory.mktemp("clip"))


def test_elsewhere_nothing_is_marked_and_nothing_copied(tiny):
    zero_gpu.begin({})
    encoder = ImageTextEncoder.load(tiny, CPU)
    with zero_gpu.lent(HostingSettings()):
        assert encoder.encode_images(IMAGES).shape[0] == 3
    assert zero_gpu._towers == {} and zero_gpu._lender.mark is None
    assert zero_gpu.encoders_on({}) == "auto" and zero_gpu.encoders_on({zero_gpu.ON: "true"}) == "cpu"
    assert not zero_gpu.present({zero_gpu.ON: "false"})


def test_both_encoders_borrow_a_gpu_for_arrays_and_come_to_the_same(lender, tiny):
    plain, plain_second = ImageTextEncoder.load(tiny, CPU), ImageEncoder.load(tiny, CPU)
    expected = plain.encode_images(IMAGES), plain.encode_texts(["a flood", "a vigil"])
    expected_second = plain_second.encode_images(IMAGES)
    zero_gpu.begin({zero_gpu.ON: "true"})
    encoder, second = ImageTextEncoder.load(tiny, CPU, batch_size=2), ImageEncoder.load(tiny, CPU)
    encoder.encode_images(IMAGES)
    assert lender.calls == [] and lender.durations == [], "while it starts the CPU does all"
    with zero_gpu.lent(HostingSettings(gpu_seconds=9)):
        assert lender.durations == [9], "marked before the page is served: the platform wants one such function"
        images, texts = encoder.encode_images(IMAGES), encoder.encode_texts(["a flood", "a vigil"])
        assert [(method, shape[0]) for _, method, shape in lender.calls] == [
            ("encode_image", 2), ("encode_image", 1), ("encode_text", 2)]  # fmt: skip
        again = second.encode_images(IMAGES)
        assert lender.calls[-1][:2] == (second.info.digest, "")
    assert os.getpid() not in lender.inside and len(lender.inside) == 4
    np.testing.assert_allclose(images, expected[0], atol=1e-5)
    np.testing.assert_allclose(texts, expected[1], atol=1e-5)
    np.testing.assert_allclose(again, expected_second, atol=1e-5)
    assert images.dtype == np.float32 and encoder.info.digest == plain.info.digest
    encoder.encode_images(IMAGES)
    assert len(lender.calls) == 4, "and nothing is borrowed once the page has ended"


def test_where_no_gpu_is_to_be_had_the_cpu_encodes_and_asks_again_later(lender, tiny, caplog, monkeypatch):
    zero_gpu.begin({zero_gpu.ON: "1"})
    encoder = ImageTextEncoder.load(tiny, CPU)
    expected, now = encoder.encode_images(IMAGES), [1000.0]
    monkeypatch.setattr(zero_gpu.time, "monotonic", lambda: now[0])
    lender.refuses = "the visitor's time is used up"
    with zero_gpu.lent(HostingSettings(gpu_pause=60)):
        np.testing.assert_array_equal(encoder.encode_images(IMAGES), expected)
        assert "time is used up" in caplog.text, "it is said"
        lender.refuses = ""
        encoder.encode_images(IMAGES)
        assert lender.calls == []
        now[0] += 61
        encoder.encode_images(IMAGES)
        assert len(lender.calls) == 1


def test_a_space_without_the_platforms_package_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "spaces", None)
    with pytest.raises(SettingsError, match="`spaces` is not there"):
        zero_gpu.begin({zero_gpu.ON: "true"})
