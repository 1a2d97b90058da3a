import os
import threading
import time

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

from newsctx.errors import SettingsError
from newsctx.runtime import (
    ModelCache,
    choose_device,
    environment,
    one_blas_thread,
    seed_everything,
    state_digest,
)


def test_auto_device_gives_a_reason_and_unknown_names_are_refused() -> None:
    device = choose_device("auto")
    assert device.name in ("cpu", "cuda", "mps")
    assert device.reason
    assert choose_device("cpu").name == "cpu"
    with pytest.raises(SettingsError, match=r"unknown device 'tpu'; expected one of auto, cpu, cuda, mps"):
        choose_device("tpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_device_that_is_not_there_names_the_remedy() -> None:
    with pytest.raises(SettingsError, match=r"'cuda'.*--device auto"):
        choose_device("cuda")


def test_seeds_fix_torch_and_numpy() -> None:
    seed_everything(7)
    first = torch.rand(3), np.random.random()
    seed_everything(7)
    assert torch.equal(first[0], torch.rand(3))
    assert first[1] == np.random.random()


def test_state_digest_sees_one_changed_weight_and_nothing_else() -> None:
    seed_everything(0)
    layer = torch.nn.Linear(3, 2)
    before = state_digest(layer)
    layer.train(not layer.training)  # a mode is no weight
    assert state_digest(layer) == before
    with torch.no_grad():
        layer.weight[0, 0] += 1
    assert state_digest(layer) != before


def test_environment_is_put_back_even_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.delenv("NEWSCTX_UNSET", raising=False)
    with pytest.raises(RuntimeError), environment(HF_HUB_OFFLINE="1", NEWSCTX_UNSET="x"):
        assert os.environ["HF_HUB_OFFLINE"] == "1"
        raise RuntimeError
    assert os.environ["HF_HUB_OFFLINE"] == "0"
    assert "NEWSCTX_UNSET" not in os.environ


def test_a_model_is_loaded_once_by_many_threads() -> None:
    cache, loads, found = ModelCache(), [], []

    def load() -> object:
        loads.append(1)
        time.sleep(0.05)  # long enough for every thread to arrive
        return object()

    threads = [threading.Thread(target=lambda: found.append(cache.get("m", load))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert len({id(m) for m in found}) == 1


def test_a_load_that_failed_is_tried_again() -> None:
    cache = ModelCache()
    with pytest.raises(ZeroDivisionError):
        cache.get("m", lambda: 1 // 0)
    assert cache.get("m", lambda: "loaded") == "loaded"


def test_small_products_use_one_thread_and_the_setting_comes_back():
    def threads() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    np.ones((8, 8)) @ np.ones((8, 8))  # the library is loaded
    before = threads()
    with one_blas_thread():
        assert threads() == [1] * len(before) != []
    assert threads() == before


def test_analyses_side_by_side_leave_the_setting_as_it_was():
    """One enters, another enters, the first leaves, the second leaves: none may take the one thread for the setting."""

    def threads() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = threads()
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert threads() == [1] * len(before)
    second.__exit__(None, None, None)
    assert threads() == before
