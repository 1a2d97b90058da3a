"""A cache that cannot lie: same content, same key; anything else, another key; a damaged file is absent."""

import pytest

from newsctx.cache import StageCache, digest, write_beside
from newsctx.records import Claim, Inputs, PartialDate


def test_a_result_comes_back_with_its_seconds(tmp_path):
    cache = StageCache(tmp_path)
    inputs = Inputs(note="Rhein", claim=Claim(date=PartialDate(year=2017, month=12)))
    cache.put("photo", "ab" * 32, inputs, 1.5)
    assert cache.get("photo", "ab" * 32, Inputs) == (inputs, 1.5)
    assert cache.get("photo", "cd" * 32, Inputs) is None
    assert cache.get("retrieve", "ab" * 32, Inputs) is None


def test_keys_follow_content_and_not_the_order_of_fields():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest("ab", "c") != digest("a", "bc")
    assert digest(Inputs(note="x")) != digest(Inputs(note="y"))


def test_a_damaged_file_counts_as_absent_and_is_removed(tmp_path):
    cache = StageCache(tmp_path)
    cache.put("photo", "ab" * 32, Inputs(note="true"), 1.0)
    (path,) = tmp_path.rglob("*.json")
    path.write_text(path.read_text().replace("true", "fals"))
    assert cache.get("photo", "ab" * 32, Inputs) is None
    assert not path.exists()


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "x" / "file"
    write_beside(path, b"old")
    with pytest.raises(TypeError):
        write_beside(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["file"]
