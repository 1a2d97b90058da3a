"""Remembered vectors are the encoder's, and each text is encoded once while it is remembered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from newsctx.remembered import Remembered


class Counting:
    """Encodes a text as (length, first code point) and writes down what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(t), ord(t[0])] for t in texts], np.float32).reshape(len(texts), 2)


def test_same_rows_as_the_encoder_with_each_text_computed_once() -> None:
    oracle, counting = Counting(), Counting()
    encode = Remembered(counting)
    for batch in (["a", "bb", "a"], ["bb", "ccc"], ["ccc", "a", "a"]):
        assert np.array_equal(encode(batch), oracle(batch))
    assert counting.asked == ["a", "bb", "ccc"]


def test_the_least_recently_used_text_is_forgotten() -> None:
    counting = Counting()
    encode = Remembered(counting, capacity=2)
    encode(["a", "b"])
    encode(["a"])
    encode(["c"])  # b has not been used for longest
    encode(["a", "b"])
    assert counting.asked == ["a", "b", "c", "b"]
    assert encode(["x", "y", "z"]).shape == (3, 2)  # a call may be larger than the memory


def test_no_texts_keep_the_encoders_empty_shape() -> None:
    assert Remembered(Counting())([]).shape == (0, 2)
