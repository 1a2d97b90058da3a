from pathlib import Path

import pytest
from toy_index import MemoryStore, Slots, TopicEncoder, article

from newsctx.archive.index import ArchiveIndex
from newsctx.archive.index_build import build_index
from newsctx.channels import coverage
from newsctx.records import Match, PartialDate
from newsctx.settings import RetrieveSettings

K = RetrieveSettings()


def _index(folder: Path, *articles: object) -> tuple[ArchiveIndex, Slots]:
    slots = Slots(TopicEncoder())
    store = MemoryStore(articles)  # type: ignore[arg-type]
    build_index(store, slots, folder)
    return ArchiveIndex.open(folder, store.version, slots), slots


def _match(article_id: str, accepted: bool = True) -> Match:
    return Match(article_id=article_id, image_id="0" * 64, inliers=20, confidence=0.9, accepted=accepted)


def test_coverage_by_hand(tmp_path: Path) -> None:
    """From a (fire, 1 May): b has cosine 1 and 30 days, so 1/2; c (fire flood) 0.7071 on the day; d has no date: 1."""
    index, _ = _index(
        tmp_path, article("a", "fire", day="2017-05-01"), article("b", "fire", day="2017-05-31"),
        article("c", "fire flood", day="2017-05-01"), article("d", "fire"), article("e", "vote", day="2017-05-01"),
    )  # fmt: skip
    found = coverage.search([_match("a")], index, K)
    assert [(a, round(s, 4)) for a, s in found.hits] == [("d", 1.0), ("c", 0.7071), ("b", 0.5)]
    assert found.evidence["c"] == "story of a"


def test_coverage_takes_the_best_of_several_anchors_and_leaves_the_matched_out(tmp_path: Path) -> None:
    index, _ = _index(
        tmp_path, article("a", "fire"), article("b", "flood"), article("c", "flood"), article("d", "fire fire flood")
    )
    found = coverage.search([_match("a"), _match("b"), _match("c", accepted=False)], index, K)
    assert [(a, round(s, 4)) for a, s in found.hits] == [("c", 1.0), ("d", round(2 / 5**0.5, 4))]
    assert found.evidence == {"c": "story of b", "d": "story of a"}


def test_coverage_without_a_verified_match_or_text_says_so(tmp_path: Path) -> None:
    index, _ = _index(tmp_path, article("a", "fire"), article("mute", body="fire"))
    for matches in ([], [_match("a", accepted=False)]):
        found = coverage.search(matches, index, K)
        assert (found.state, found.reason) == ("no_query", "no verified photo match to start from")
    assert "neither headline nor abstract" in coverage.search([_match("mute")], index, K).reason


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("2017-05-01", "2017-05-01", 1.0),
        ("2017-05-01", "2017-05-31", 0.5),
        ("2017-05-31", "2017-05-01", 0.5),
        ("2017-05-01", "2017-05", 1.0),  # may be the same day
        ("2017-05-31", "2017-07", 30 / 61),  # 31 days to 1 July
        ("2017-05-01", None, 1.0),
    ],
)
def test_closeness_of_dates(a: str, b: str | None, expected: float) -> None:
    one, other = (PartialDate.model_validate(d) if d else None for d in (a, b))
    assert coverage.closeness(one, other, 30) == pytest.approx(expected)
