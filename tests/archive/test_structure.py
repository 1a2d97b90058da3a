"""Texts of an article's parts, and their weighted sum searched: by hand and against slow oracles."""

from pathlib import Path

import numpy as np
import pytest
from toy_index import article, unit

from newsctx.archive import structure
from newsctx.archive.structure import PARTS, StructurePart
from newsctx.records import ArticleImage
from newsctx.settings import IndexSettings

SETTINGS = IndexSettings(sections=2, photo_captions=2)
ALPHA = {"headline": 0.4, "lead": 0.3, "body": 0.2, "captions": 0.1}


def test_texts_of_a_whole_article() -> None:
    images = tuple(ArticleImage(caption=c) for c in ("A ship", "", "A ship", "Smoke", "Third"))
    found = structure.texts(
        article(
            "a", " Fire ", abstract="In short.", body="One.\n\nTwo is long.\nThree.", images=images, captions=("news",)
        ),
        SETTINGS,
    )
    # 4, 12 and 6 characters: the middles of One (2) and Two (10) lie in the first 11 of 22, that of Three in the rest
    assert found == [
        (0, "Fire"), (1, "In short."), (2, "One. Two is long."), (2, "Three."), (3, "A ship"), (3, "Smoke"),
    ]  # fmt: skip


def test_missing_parts_are_left_out_and_stand_in_for_one_another() -> None:
    assert structure.texts(article("a"), SETTINGS) == []
    lead = article("a", "Fire", body="First.\nSecond.", captions=("news", "news", "more", "third"))
    assert structure.texts(lead, SETTINGS) == [(0, "Fire"), (1, "First."), (2, "Second."), (3, "news"), (3, "more")]
    assert structure.texts(article("a", body=" \n Only. "), SETTINGS) == [(1, "Only.")]


@pytest.mark.parametrize(
    ("body", "most", "expected"),
    [
        ([], 3, []),
        (["a", "b"], 1, ["a b"]),
        (["a", "b", "c", "d", "e", "f"], 3, ["a b", "c d", "e f"]),
        (["One here. Two here! Three?"], 3, ["One here.", "Two here!", "Three?"]),  # one paragraph: its sentences
        (["火事だ。消防が来た。"], 2, ["火事だ。", "消防が来た。"]),
        (["x" * 90, "y", "z"], 3, ["x" * 90, "y z"]),  # one long paragraph is never cut; a section may stay empty
    ],
)
def test_sections(body: list[str], most: int, expected: list[str]) -> None:
    assert structure.sections(body, most) == expected


def test_a_book_length_section_is_cut() -> None:
    assert [len(s) for s in structure.sections(["word " * 100_000, "end"], 1)] == [1999]  # ends in a space: stripped


def test_sections_lose_no_word_and_are_never_too_many() -> None:
    draw = np.random.default_rng(0)
    for _ in range(50):
        body = [" ".join(["word"] * int(draw.integers(1, 30))) + "." for _ in range(int(draw.integers(1, 20)))]
        found = structure.sections(body, 4)
        assert 1 <= len(found) <= 4 and " ".join(found).split() == " ".join(body).split()


def test_mean_by_hand() -> None:
    one, other = unit(1, 0), unit(0, 1)
    assert structure.mean([one]) is one
    assert structure.mean([one, other]) == pytest.approx(unit(1, 1))
    assert structure.mean([one, one, -one, -one]) is None


# --- searching ------------------------------------------------------------------------------------------------


def world(articles: int, dim: int = 8, seed: int = 0) -> dict[tuple[int, int], np.ndarray]:
    """Parts at random; every seventh article has none, every other one lacks some."""
    draw = np.random.default_rng(seed)
    keys = [(a, c) for a in range(articles) for c in range(len(PARTS)) if a % 7 != 6 and draw.random() < 0.7]
    return {key: unit(*draw.normal(size=dim)) for key in keys}


def oracle(rows: dict[tuple[int, int], np.ndarray], query: np.ndarray, alpha: dict[str, float]) -> dict[int, float]:
    """The formula as it is written, one article after the other."""
    found = {}
    for a in {a for a, _ in rows}:
        total = sum((alpha.get(name, 0) * rows[a, c].astype(float) for c, name in enumerate(PARTS) if (a, c) in rows))
        if np.linalg.norm(total) > 1e-6:
            found[a] = float(query @ total / np.linalg.norm(total) / np.linalg.norm(query))
    return found


@pytest.mark.parametrize("alpha", [ALPHA, {"captions": 1.0}, {"headline": 0.5, "body": 3.0}, {}])
@pytest.mark.parametrize("exact_up_to", [10_000, 20])  # all; the inverted file with every list read
@pytest.mark.parametrize("k", [1, 30, 1000])
def test_search_is_the_formula(tmp_path: Path, alpha: dict[str, float], exact_up_to: int, k: int) -> None:
    rows = world(200)
    StructurePart.save(tmp_path / "p", rows, exact_up_to)
    assert (tmp_path / "p" / "ivf.faiss").is_file() == (exact_up_to == 20)
    part = StructurePart.open(tmp_path / "p")
    assert len(part) == len(rows)
    for seed in range(4):
        query = unit(*np.random.default_rng(100 + seed).normal(size=8))
        expected = oracle(rows, query, alpha)
        best = sorted(expected, key=lambda a: -expected[a])[:k]
        found = part.search(query, alpha, k, probes=10_000, candidates=10_000)
        assert set(found) == set(best)
        assert found == pytest.approx({a: expected[a] for a in best}, abs=2e-6)
        some = [3, 6, 150, 3, 999, 0]  # 6 has no part, 999 is no article
        of_some = {a: expected[a] for a in some if a in expected}
        assert part.scores(query, alpha, some) == pytest.approx(of_some, abs=2e-6)


def test_other_weights_need_no_other_index_and_come_back(tmp_path: Path) -> None:
    """Article 0 has the headline, article 1 the captions that the query asks for."""
    rows = {(0, 0): unit(1, 0), (0, 3): unit(0, 1), (1, 0): unit(0, 1), (1, 3): unit(1, 0)}
    StructurePart.save(tmp_path / "p", rows, 100)
    part, query = StructurePart.open(tmp_path / "p"), unit(1, 0)
    found = part.search(query, ALPHA, 2, 1, 1)
    assert found == pytest.approx({0: 0.4 / np.hypot(0.4, 0.1), 1: 0.1 / np.hypot(0.4, 0.1)}, abs=1e-6)
    assert part.search(query, {"captions": 1}, 2, 1, 1) == {0: 0.0, 1: 1.0}
    assert part.search(query, ALPHA, 2, 1, 1) == found


def test_equal_texts_tie_and_all_of_them_come_back(tmp_path: Path) -> None:
    rows = {(a, c): unit(3, 1, c + 1) for a in range(101) for c in range(4)}
    StructurePart.save(tmp_path / "p", rows, 1000)
    found = StructurePart.open(tmp_path / "p").search(unit(1, 2, 3), ALPHA, 1, 1, 1)
    assert len(found) == 101 and len(set(found.values())) == 1


def test_parts_that_cancel_out_have_no_direction(tmp_path: Path) -> None:
    rows = {(0, 0): unit(1, 0), (0, 1): unit(-1, 0), (1, 0): unit(0, 1)}
    StructurePart.save(tmp_path / "p", rows, 100)
    assert StructurePart.open(tmp_path / "p").search(unit(1, 0), {"headline": 1, "lead": 1}, 5, 1, 1) == {1: 0.0}


def test_an_empty_part_and_a_query_of_another_model(tmp_path: Path) -> None:
    StructurePart.save(tmp_path / "none", {}, 100)
    empty = StructurePart.open(tmp_path / "none")
    empty.prepare(ALPHA)
    assert empty.search(unit(1, 0), ALPHA, 5, 1, 1) == empty.scores(unit(1, 0), ALPHA, [0]) == {}
    StructurePart.save(tmp_path / "p", {(0, 0): unit(1, 0)}, 100)
    with pytest.raises(ValueError, match="3"):
        StructurePart.open(tmp_path / "p").search(unit(1, 0, 0), ALPHA, 5, 1, 1)
