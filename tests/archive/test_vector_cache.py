from collections.abc import Sequence
from pathlib import Path

import numpy as np

from newsctx.archive.vector_cache import VectorCache


def _encode(keys: Sequence[str]) -> dict[str, np.ndarray]:
    return {k: np.array([len(k), 1], np.float32) for k in keys if k != "unreadable"}


def test_what_is_there_is_not_computed_again(tmp_path: Path) -> None:
    assert VectorCache(tmp_path, "text", "d" * 64).fill(["a", "bb", "a"], _encode, 2) == (2, 0)
    again = VectorCache(tmp_path, "text", "d" * 64)
    seen: list[str] = []
    counts = again.fill(["bb", "ccc"], lambda keys: seen.extend(keys) or _encode(keys), 2)
    assert (counts, seen) == ((1, 1), ["ccc"])
    assert again["bb"].tolist() == [2, 1]


def test_another_model_or_kind_shares_nothing(tmp_path: Path) -> None:
    VectorCache(tmp_path, "text", "d" * 64).fill(["a"], _encode, 2)
    assert "a" not in VectorCache(tmp_path, "text", "e" * 64)
    assert "a" not in VectorCache(tmp_path, "image", "d" * 64)


def test_a_key_without_a_vector_stays_missing_and_progress_still_ends(tmp_path: Path) -> None:
    done: list[int] = []
    cache = VectorCache(tmp_path, "image", "d" * 64)
    assert cache.fill(["a", "unreadable", "b"], _encode, 2, done.append) == (2, 0)
    assert "unreadable" not in cache
    assert sum(done) == 3


def test_a_damaged_part_is_computed_anew(tmp_path: Path) -> None:
    VectorCache(tmp_path, "text", "d" * 64).fill(["a", "b"], _encode, 2)
    part = next(tmp_path.rglob("*.npz"))
    part.write_bytes(part.read_bytes()[:-40])
    cache = VectorCache(tmp_path, "text", "d" * 64)
    assert "a" not in cache
    assert cache.fill(["a", "b"], _encode, 2) == (2, 0)
    assert VectorCache(tmp_path, "text", "d" * 64)["a"].tolist() == [1, 1]
