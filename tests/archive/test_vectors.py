from pathlib import Path

import numpy as np
import pytest
from toy_index import unit

from newsctx.archive.vectors import VectorPart


def _world(owners: int, dim: int = 8, seed: int = 0) -> tuple[list[np.ndarray], list[int], list[int]]:
    """1 to 4 rows per owner, none for every seventh; tags count within the owner."""
    draw = np.random.default_rng(seed)
    rows, owner_of, tags = [], [], []
    for owner in range(owners):
        for tag in range(0 if owner % 7 == 6 else int(draw.integers(1, 5))):
            rows.append(unit(*draw.normal(size=dim)))
            owner_of.append(owner)
            tags.append(tag)
    return rows, owner_of, tags


def _brute(
    rows: list[np.ndarray], owners: list[int], tags: list[int], query: np.ndarray
) -> dict[int, tuple[float, int]]:
    """Oracle: the best row of every owner, by a plain loop."""
    best: dict[int, tuple[float, int]] = {}
    for row, owner, tag in zip(rows, owners, tags, strict=True):
        score = float(row @ query)
        if owner not in best or score > best[owner][0]:
            best[owner] = (score, tag)
    return best


@pytest.mark.parametrize("exact_up_to", [10_000, 50])  # flat; inverted file with every list read
@pytest.mark.parametrize("k", [1, 5, 40, 1000])
def test_search_is_brute_force(tmp_path: Path, exact_up_to: int, k: int) -> None:
    world = _world(300)
    VectorPart.save(tmp_path / "p", *world, exact_up_to)
    assert (tmp_path / "p" / "ivf.faiss").is_file() == (exact_up_to == 50)
    part = VectorPart.open(tmp_path / "p", probes=10_000)
    for seed in range(5):
        query = unit(*np.random.default_rng(100 + seed).normal(size=8))
        oracle = _brute(*world, query)
        found = part.search(query, k)
        expected = sorted(oracle, key=lambda o: -oracle[o][0])[:k]
        assert sorted(found, key=lambda o: -found[o][0]) == expected
        for owner in expected:
            assert found[owner][0] == pytest.approx(oracle[owner][0], abs=1e-5)
            assert found[owner][1] == oracle[owner][1]


def test_ties_at_the_last_place_all_come_back(tmp_path: Path) -> None:
    """200 owners with the same vector: whoever asks for one gets all, and decides by article id."""
    rows = [unit(1, 1)] * 200
    VectorPart.save(tmp_path / "p", rows, list(range(200)), [0] * 200, 1000)
    assert len(VectorPart.open(tmp_path / "p").search(unit(1, 0), 1)) == 200


def test_an_owner_with_many_near_rows_does_not_crowd_out_the_others(tmp_path: Path) -> None:
    rows = [unit(1, 0)] * 500 + [unit(1, 1), unit(0, 1)]
    VectorPart.save(tmp_path / "p", rows, [0] * 500 + [1, 2], list(range(500)) + [0, 0], 1000)
    found = VectorPart.open(tmp_path / "p").search(unit(1, 0), 3)
    assert {o: round(s, 4) for o, (s, _) in found.items()} == {0: 1.0, 1: 0.7071, 2: 0.0}


def test_the_inverted_file_is_the_same_in_every_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        VectorPart.save(tmp_path / name, *_world(200), 50)
    assert (tmp_path / "a" / "ivf.faiss").read_bytes() == (tmp_path / "b" / "ivf.faiss").read_bytes()


def test_rows_and_best_of_named_owners(tmp_path: Path) -> None:
    VectorPart.save(tmp_path / "p", [unit(1, 0), unit(0, 1), unit(1, 1)], [0, 0, 2], [0, 1, 0], 1000)
    part = VectorPart.open(tmp_path / "p")
    assert part.best(unit(0, 1), [0, 1, 2, 99]) == pytest.approx({0: 1.0, 2: 0.70710678})
    assert part.tags_of(0).tolist() == [0, 1]
    assert len(part.rows_of(1)) == len(part.rows_of(99)) == 0


def test_an_empty_part_finds_nothing(tmp_path: Path) -> None:
    VectorPart.save(tmp_path / "p", [], [], [], 1000)
    part = VectorPart.open(tmp_path / "p")
    assert len(part) == 0
    assert part.search(unit(1, 0), 5) == {}
    assert part.best(unit(1, 0), [0]) == {}


def test_a_query_of_another_model_is_refused(tmp_path: Path) -> None:
    VectorPart.save(tmp_path / "p", [unit(1, 0)], [0], [0], 1000)
    with pytest.raises(ValueError, match=r"shape \(3,\) against vectors of 2 dimensions"):
        VectorPart.open(tmp_path / "p").search(unit(1, 0, 0), 1)


def test_the_scores_of_given_owners_are_those_of_a_plain_loop(tmp_path: Path) -> None:
    world = _world(80)
    VectorPart.save(tmp_path / "p", *world, 10_000)
    part, query = VectorPart.open(tmp_path / "p"), unit(*range(8))
    wanted = [79, 3, 6, 0, 500, 41]  # 6 has no row, 500 does not exist
    brute = {o: found for o, found in _brute(*world, query).items() if o in wanted}
    found = part.closest(query, wanted)
    assert {o: tag for o, (_, tag) in found.items()} == {o: tag for o, (_, tag) in brute.items()}
    assert {o: s for o, (s, _) in found.items()} == pytest.approx({o: s for o, (s, _) in brute.items()}, abs=1e-6)
    assert part.closest(query, [6]) == part.closest(query, []) == {}


@pytest.mark.parametrize("exact_up_to", [10_000, 50])
@pytest.mark.parametrize("k", [1, 20, 1000])
def test_discounted_rows_are_tie_breakers(tmp_path: Path, exact_up_to: int, k: int) -> None:
    """Tags 0 and 2 stand for 50 and 4 owners: they count, divided, only where an owner has nothing else."""
    rows, owners, tags = _world(300)
    shared = {0: 50, 2: 4, 77: 9}
    VectorPart.save(tmp_path / "p", rows, owners, tags, exact_up_to)
    part = VectorPart.open(tmp_path / "p", probes=10_000)
    part.discount(shared)
    own = {o for o, t in zip(owners, tags, strict=True) if t not in shared}
    for seed in range(4):
        query = unit(*np.random.default_rng(200 + seed).normal(size=8))
        expected: dict[int, tuple[float, int]] = {}
        for row, owner, tag in zip(rows, owners, tags, strict=True):
            score = float(row @ query)
            if tag in shared:
                if owner in own:
                    continue
                score = min(score, score / shared[tag])  # a negative cosine does not gain by it
            if owner not in expected or score > expected[owner][0]:
                expected[owner] = (score, tag)
        best = sorted(expected, key=lambda o: -expected[o][0])[:k]
        found = part.search(query, k)
        assert sorted(found, key=lambda o: -found[o][0])[:k] == best
        assert {o: found[o][1] for o in best} == {o: expected[o][1] for o in best}
        assert [found[o][0] for o in best] == pytest.approx([expected[o][0] for o in best], abs=1e-5)
        close = part.closest(query, range(300))
        assert {o: t for o, (_, t) in close.items()} == {o: t for o, (_, t) in expected.items()}
        assert [close[o][0] for o in best] == pytest.approx([expected[o][0] for o in best], abs=1e-5)
    part.discount({})
    assert part.search(query, 1000)[0][0] == pytest.approx(_brute(rows, owners, tags, query)[0][0], abs=1e-5)


def test_a_row_is_found_by_owner_and_tag(tmp_path: Path) -> None:
    rows, owners, tags = _world(20)
    VectorPart.save(tmp_path / "p", rows, owners, tags, 1000)
    part = VectorPart.open(tmp_path / "p")
    assert [part.row_of(o, t) for o, t in zip(owners, tags, strict=True)] == list(range(len(rows)))
