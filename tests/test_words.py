"""Content words and negations."""

from __future__ import annotations

import pytest

from newsctx.words import content_words, negated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The photo shows a bridge in Genoa; the bridge's 43 dead", ("bridge", "genoa", "43", "dead")),
        ("U.S. troops", ("troops",)),  # single Latin letters carry nothing
        ("Straße in KÖLN", ("strasse", "köln")),
        ("地震", ("地震",)),
        ("of the and", ()),
    ],
)
def test_content_words(text: str, expected: tuple[str, ...]) -> None:
    assert content_words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("It did not fall", True), ("It didn’t fall", True), ("It fell", False), ("A notable fall", False)],
)
def test_negated(text: str, expected: bool) -> None:
    assert negated(text) is expected
