import math
import random
import re
import unicodedata
from pathlib import Path

import pytest

from newsctx.archive import words
from newsctx.archive.words import WordsPart, tokens, units
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sa\u0303o e\u0327\u0301te", ["sao", "ete"]),  # every mark of a Latin letter goes
        ("б\u0301a\u0301\u0327", ["б\u0301a"]),  # and of no other letter
        ("ב\u05b8", ["ב\u05b8"]),
        ("1\u0301a", ["1\u0301a"]),
    ],
)
def test_marks_go_after_latin_letters_alone(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_latin_marks_are_cut_like_the_slow_way() -> None:
    """Letter by letter, the last one that is no mark remembered."""
    source = random.Random(7)
    pieces = ["a", "É", "ǖ", "б", "й", "京", "क", "ि", "א", "1", " ", "\u0301", "\u0327", "\u0323", "\u034f"]
    for _ in range(3000):
        text = "".join(source.choice(pieces) for _ in range(12))
        kept, base = [], ""
        for c in unicodedata.normalize("NFKD", text).casefold():
            mark = unicodedata.category(c).startswith("M")
            base = base if mark else c
            if not (mark and base and unicodedata.name(base).startswith("LATIN")):
                kept.append(c)
        slow = unicodedata.normalize("NFKC", "".join(kept))
        assert words._runs(text) == words._runs(slow) == words._RUNS.findall(slow)


@pytest.mark.parametrize(
    "marks", ["\u0301" * 200_000, "\u0301" * 100_000 + "\u0327" * 100_000, "\u0301\uff9e" * 100_000]
)
def test_a_text_of_marks_is_read_in_one_pass(marks: str) -> None:
    """Minutes where each mark is looked back from, or where normalising sorts all of them."""
    assert tokens(f"a{marks}") == tokens("a") and tokens(f"fire{marks} hotel")[0] == "fire"
    assert len(tokens(f"б{marks}")) == 1


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Who’s FIRES!", ["the", "who", "fire"]),  # every word, folded like an index term
        ("São-Paulo", ["sao", "paulo"]),
        ("東京で", ["東", "京", "で"]),
        ("?!", []),
    ],
)
def test_units(text: str, expected: list[str]) -> None:
    assert units(text) == expected


def _part(folder: Path, *texts: str) -> WordsPart:
    WordsPart.save(folder / "p", [tokens(t) for t in texts], IndexSettings())
    return WordsPart.open(folder / "p")


def test_a_term_that_is_said_twice_counts_twice_and_nothing_scores_above_the_bound(tmp_path: Path) -> None:
    part = _part(tmp_path, "fire hotel fire", "fire " * 5000, "hotel", "vote")
    once, twice = part.scores(["fire"]), part.scores(["fire", "hotel", "fire"])
    assert twice.tolist() == pytest.approx((2 * once + part.scores(["hotel"])).tolist(), rel=1e-6)
    idf = math.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    assert part.bound(["fire"]) == pytest.approx(idf) and once.max() < part.bound(["fire"])
    assert part.bound(["fire", "fire", "zebra"]) == pytest.approx(2 * idf + math.log(1 + 4.5 / 0.5))
    assert part.bound([]) == 0


def test_articles_that_hold_every_term(tmp_path: Path) -> None:
    part = _part(tmp_path, "fire", "hotel fire vote", "vote hotel", "fire hotel", "")
    assert part.holding(["fire", "hotel", "fire"]).tolist() == [1, 3]
    assert part.holding(["fire", "zebra"]).tolist() == part.holding([]).tolist() == []
    assert part.held(["fire", "vote", "zebra", "hotel"], [1, 4, 0], 9) == [["vote", "fire", "hotel"], [], ["fire"]]
    assert part.held(["fire", "vote", "hotel"], [1], 1) == [["vote"]]  # the rarest alone


def test_the_quick_way_for_ascii_letters_finds_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(2)
    pieces = [
        "Fire",
        "ice9",
        "don’t",
        "Who's",
        "–",
        "…",
        "“",
        " ",
        "_",
        "ß",
        "é",
        "ﬁ",
        "x²",
        "İ",
        "º",
        "京",
        "́",
        "-",
        "\u200d",
    ]
    texts = ["".join(source.choice(pieces) for _ in range(8)) for _ in range(500)]
    quick = [units(t) for t in texts]
    monkeypatch.setattr(words, "_NOT_ASCII", re.compile(""))  # always found: the way for every script
    assert quick == [units(t) for t in texts]
