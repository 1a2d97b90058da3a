"""The server's key in what the server says."""

from __future__ import annotations

import pytest

from newsctx.writers.secrecy import Redactor, redacted

KEY = "sk-secret-123456"


@pytest.mark.parametrize("size", [1, 2, 5, 16, 100])
def test_a_key_is_replaced_however_the_pieces_part_it(size):
    text = f"bridge Bearer {KEY} sk-se {KEY}{KEY} sk-"
    redactor = Redactor(KEY)
    shown = "".join(redactor.feed(text[i : i + size]) for i in range(0, len(text), size)) + redactor.rest()
    assert shown == "bridge Bearer *** sk-se ****** sk-"


@pytest.mark.parametrize(
    "text", ["sk-secret-\n123456", "s k - s e c r e t - 1 2 3 4 5 6", "sk-se\u200bcret-123\u00ad456"]
)
def test_white_space_and_invisible_characters_do_not_save_a_key(text):
    assert redacted(f"a {text} b", KEY) == "a *** b"


def test_half_a_key_at_the_end_is_hidden_too_but_not_a_few_letters():
    assert redacted("bad sk-secret-1", KEY) == "bad ***"
    assert redacted("one desk", KEY) == "one desk"


def test_an_ordinary_word_as_a_key_is_no_secret():
    assert redacted("The box is EMPTY.", "EMPTY") == "The box is EMPTY." and redacted("a", "") == "a"


def test_what_only_looks_like_the_key_is_shown_at_once():
    redactor = Redactor(KEY)
    assert [redactor.feed(p) for p in ("task", " s", "mall")] == ["ta", "sk ", "small"]
    assert redactor.rest() == ""


def test_white_space_without_end_is_not_held_back_forever():
    redactor = Redactor(KEY)
    shown = "".join(redactor.feed(p) for p in ["s", *[" "] * 5000])
    assert len(shown) >= 4990
