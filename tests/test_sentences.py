"""Sentence spans: exact offsets, news punctuation, other scripts, text without punctuation."""

from __future__ import annotations

import pytest

from newsctx.sentences import MAX_SENTENCE, split


def texts(text: str) -> list[str]:
    spans = split(text)
    assert all(text[s.start : s.end] == s.text == s.text.strip() for s in spans)
    assert all(a.end <= b.start for a, b in zip(spans, spans[1:], strict=False))
    kept = "".join("".join(s.text.split()) for s in spans)
    assert kept == "".join(text.split()), "no visible character is lost or repeated"
    return [s.text for s in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "DUISBURG, Germany (AP) — Mr. J. R. Smith fell on Dec. 26. He left.",
            ["DUISBURG, Germany (AP) — Mr. J. R. Smith fell on Dec. 26.", "He left."],
        ),
        (
            '"We don\'t know," said Dr. Lee. "It is bad!" He left at 5 p.m. The U.S. Army came.',
            ['"We don\'t know," said Dr. Lee.', '"It is bad!"', "He left at 5 p.m.", "The U.S. Army came."],
        ),
        ("Prices rose 3.5 percent. Same. Same.", ["Prices rose 3.5 percent.", "Same.", "Same."]),
        (
            "A headline without a stop\n\n  The first sentence. \r\nThe second",
            ["A headline without a stop", "The first sentence.", "The second"],
        ),
        (
            "北京发生地震。救援人员赶到现场！“有人受伤吗？”他问。",
            ["北京发生地震。", "救援人员赶到现场！", "“有人受伤吗？”他问。"],
        ),
        (
            "東京で火災が発生した。「大変です。」と彼は言った。",
            ["東京で火災が発生した。", "「大変です。」と彼は言った。"],
        ),
        ("दिल्ली में आग लगी। दमकल पहुंची।", ["दिल्ली में आग लगी।", "दमकल पहुंची।"]),
        ("هل أصيب أحد؟ نعم، قال الطبيب. انتهى", ["هل أصيب أحد؟", "نعم، قال الطبيب.", "انتهى"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize("unit", ["word ", "x", '"', "a. ", "((", "!", "字", "\x00\x07 ", "*.* \\1 "])
def test_fifty_kilobytes_of_anything_are_split_into_bounded_sentences(unit: str) -> None:
    parts = texts(unit * (50_000 // len(unit)))
    assert max(map(len, parts)) <= MAX_SENTENCE
