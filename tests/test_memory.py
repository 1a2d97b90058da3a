"""What is kept in memory is what would be computed again, and never more than is allowed."""

from __future__ import annotations

import numpy as np
import pytest

from newsctx.cache import StageCache
from newsctx.case_db import CaseDb
from newsctx.memory import Memory
from newsctx.records import Inputs
from newsctx.remembered import Remembered


def test_a_value_is_computed_once_and_the_least_recently_used_is_forgotten():
    memory, asked = Memory(), []

    def get(key: str) -> str:
        return memory.once("kind", key, lambda: asked.append(key) or key.upper(), most=2)

    assert [get(k) for k in "abab"] == ["A", "B", "A", "B"] and asked == ["a", "b"]
    assert get("a") == "A" and get("c") == "C"  # b was used before a
    assert memory.count("kind") == 2 and memory.has("kind", "a") and not memory.has("kind", "b")
    assert memory.once("other kind", "a", lambda: 1) == 1
    memory.forget("kind", "a"), memory.forget("kind", "never there")
    assert get("a") == "A" and asked == ["a", "b", "c", "a"]


def test_what_cannot_be_computed_is_not_kept():
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.once("kind", 1, lambda: 1 // 0)
    assert memory.once("kind", 1, lambda: 2) == 2


def test_a_stage_result_in_memory_holds_only_as_long_as_its_file(tmp_path):
    cache = StageCache(tmp_path)
    cache.put("photo", "ab" * 32, Inputs(note="one"), 1.0)
    first = cache.get("photo", "ab" * 32, Inputs)
    assert first is not None and first is cache.get("photo", "ab" * 32, Inputs), "the file was read again"
    StageCache(tmp_path).put("photo", "ab" * 32, Inputs(note="two"), 2.0)  # another process
    assert cache.get("photo", "ab" * 32, Inputs) == (Inputs(note="two"), 2.0)
    (path,) = tmp_path.rglob("*.json")
    path.unlink()
    assert cache.get("photo", "ab" * 32, Inputs) is None


def test_texts_in_groups_of_one_size_have_the_same_vector_whatever_was_encoded_before():
    def encode(texts):  # a row hangs on the size of its batch, as the last bits of a real encoder's do
        return np.array([[len(t), len(texts)] for t in texts], np.float32).reshape(-1, 2)

    warm, cold = Remembered(encode, group=4), Remembered(encode, group=4)
    warm(["a"]), warm(["bb", "ccc"])
    words = ["a", "bb", "ccc", "dddd", "eeeee"]
    assert np.array_equal(warm(words), cold(words)) and set(cold(words)[:, 1]) == {4}
    assert warm([]).shape == (0, 2)


def test_what_is_read_again_from_the_case_store_is_what_was_written_last(tmp_path):
    db = CaseDb(tmp_path)
    db.execute("CREATE TABLE t (a INTEGER)")
    count = lambda: db.execute("SELECT count(*) FROM t")[0][0]  # noqa: E731
    assert count() == count() == 0
    db.execute("INSERT INTO t VALUES (?)", [1])
    assert count() == 1
    with pytest.raises(RuntimeError), db.transaction():
        db.execute("INSERT INTO t VALUES (?)", [2])
        assert count() == 2
        raise RuntimeError
    assert count() == 1, "what was rolled back was never there"
    db.execute("SELECT a FROM t").append("a caller's own list")
    assert db.execute("SELECT a FROM t") == [(1,)]
    db.close()
