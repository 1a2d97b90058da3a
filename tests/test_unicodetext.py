"""Text from outside: surrogates, NUL and runs of marks."""

import unicodedata

import pytest

from newsctx.records import Claim, Inputs
from newsctx.unicodetext import beginning, stream_safe, well_formed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("\udcff", "\ufffd"),  # a byte of a command line that is no UTF-8
        ("\ude00\ud83d", "\ufffd\ufffd"),  # the wrong way round
        ("\ud83d\ude00\ud83d", "\U0001f600\ufffd"),  # a pair is a character
        ("a\0b", "ab"),
        ("\ufeffé京\r\n\U0001f600", "\ufeffé京\r\n\U0001f600"),  # nothing else is touched
        ("", ""),
    ],
)
def test_well_formed(text: str, expected: str) -> None:
    assert well_formed(text) == expected
    expected.encode()


def test_long_runs_of_marks_are_divided_and_nothing_is_lost() -> None:
    run = "\u0301" * 20 + "\uff9e" * 10  # 30, the most that stays
    assert stream_safe(f"б{run}") == f"б{run}" and stream_safe("fire") == "fire"
    safe = stream_safe(f"б{run}{run}\u0327 é")
    assert safe == f"б{run}\u034f{run}\u034f\u0327 é"
    assert stream_safe(safe) == safe
    assert unicodedata.normalize("NFKD", safe).count("\u034f") == 2


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("fire hotel", "fire hotel"),
        ("fire hotels", "fire "),  # whole words
        ("fire fires flood", "fire fires"),  # they end here
        ("fire hote\nls", "fire hote\n"),
        ("firehotelflood", "firehotelf"),  # one word
        ("  fire" + " " * 9, "  fire    "),
        ("fire     hotel", "fire     "),
        ("火事火事火事火事火事火事", "火事火事火事火事火事"),
    ],
)
def test_the_beginning_of_a_text(text: str, cut: str) -> None:
    found, notice = beginning(text, "note", 10)
    assert found == cut
    expected = f"The note has {len(text)} characters; the first {len(cut)} are used, all of it is kept."
    assert notice.startswith(expected) if len(text) > 10 else notice == ""


def test_what_an_analyst_typed_can_be_stored_from_wherever_it_came() -> None:
    typed = Inputs(note="fire \ud800\0", claim=Claim(text="\udfff", place="Ly\0on\ud83d\ude00"))
    assert typed == Inputs(note="fire \ufffd", claim=Claim(text="\ufffd", place="Lyon\U0001f600"))
    assert Inputs.model_validate_json(typed.model_dump_json()) == typed
    assert Inputs.model_validate({"note": "\ud800", "claim": {"text": "\ud800"}}).claim.text == "\ufffd"
    with pytest.raises(ValueError, match="valid string"):
        Inputs(note=3)
