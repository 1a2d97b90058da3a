import math
from pathlib import Path

import pytest

from newsctx.archive.words import WordsPart, tokens
from newsctx.settings import IndexSettings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The FIRE's fires", ["fire", "fire"]),
        ("São Paulo, Zürich", ["sao", "paulo", "zurich"]),
        ("東京で火事", ["東京", "京で", "で火", "火事"]),
        ("東", ["東"]),
        ("कश्मीर में", ["कश्मीर", "में"]),  # vowel signs belong to their words
        ("Москва взрыв", ["москва", "взрыв"]),
        ("G20 2017-12-26", ["g20", "2017", "12", "26"]),
        ("of the and !? —", []),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def _scores(folder: Path, texts: list[str], query: str) -> list[float]:
    WordsPart.save(folder / "p", [tokens(t) for t in texts], IndexSettings())
    return WordsPart.open(folder / "p").scores(tokens(query)).tolist()


def test_bm25_by_hand(tmp_path: Path) -> None:
    """Lucene's BM25: idf = ln(1 + (N - n + 0.5) / (n + 0.5)), tf part = f / (f + k1 (1 - b + b L / avg L))."""
    texts = ["fire hotel fire", "hotel vote", "vote"]
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    tf = 2 / (2 + 1.5 * (1 - 0.75 + 0.75 * 3 / 2))
    assert _scores(tmp_path, texts, "fires") == pytest.approx([idf * tf, 0, 0], rel=1e-5)


def test_words_that_occur_nowhere_score_nothing(tmp_path: Path) -> None:
    assert _scores(tmp_path, ["fire", "vote"], "zebra") == [0, 0]
    assert WordsPart.open(tmp_path / "p").scores([]).tolist() == [0, 0]


def test_archives_without_a_single_word(tmp_path: Path) -> None:
    assert _scores(tmp_path / "none", [], "fire") == []
    assert _scores(tmp_path / "blank", ["", "..."], "fire") == [0, 0]
