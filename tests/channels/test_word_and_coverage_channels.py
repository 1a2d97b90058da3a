from pathlib import Path

import pytest
from toy_index import MemoryStore, Slots, TopicEncoder, article

from newsctx.archive.index import ArchiveIndex
from newsctx.archive.index_build import build_index
from newsctx.channels import coverage, words_bm25, words_dense
from newsctx.channels.query import words_query
from newsctx.records import Match, OcrLine, PartialDate, Photo
from newsctx.settings import RetrieveSettings

K = RetrieveSettings()
BOX = ((0, 0), (1, 0), (1, 1), (0, 1))


def _index(folder: Path, *articles: object) -> tuple[ArchiveIndex, Slots]:
    slots = Slots(TopicEncoder())
    store = MemoryStore(articles)  # type: ignore[arg-type]
    build_index(store, slots, folder)
    return ArchiveIndex.open(folder, store.version, slots), slots


def _match(article_id: str, accepted: bool = True) -> Match:
    return Match(article_id=article_id, image_id="0" * 64, inliers=20, confidence=0.9, accepted=accepted)


def test_the_query_is_the_legible_text_then_the_note() -> None:
    lines = tuple(OcrLine(text=t, confidence=1, box=BOX) for t in ("FIRE", "EXIT"))
    photo = Photo(sha256="0" * 64, phash="0" * 16, format="JPEG", bytes=1, width=1, height=1, ocr=lines)
    assert words_query(photo, " hotel ") == "FIRE\nEXIT\nhotel"
    assert words_query(photo.model_copy(update={"ocr": ()}), "  ") == ""


@pytest.mark.parametrize("query", ["", " \n"])
def test_no_words_no_query(tmp_path: Path, query: str) -> None:
    index, slots = _index(tmp_path, article("a", "fire"))
    for found in (words_bm25.search(query, index, K), words_dense.search(query, index, slots.sentence, K)):
        assert (found.state, found.reason) == ("no_query", "no text in the photograph and no note")


def test_a_query_that_matches_nothing_gives_an_honest_empty_list(tmp_path: Path) -> None:
    index, slots = _index(tmp_path, article("a", "fire"), article("b", "flood"))
    for found in (words_bm25.search("zebra", index, K), words_dense.search("launch", index, slots.sentence, K)):
        assert (found.state, found.hits) == ("ran", ())


def test_equal_scores_are_ordered_by_article_id_and_cut_at_k(tmp_path: Path) -> None:
    index, slots = _index(tmp_path, *(article(a, "fire") for a in "dbca"))
    few = RetrieveSettings(k=2)
    for found in (words_bm25.search("fire", index, few), words_dense.search("fire", index, slots.sentence, few)):
        assert [a for a, _ in found.hits] == ["a", "b"]


def test_words_of_another_script_find_their_article(tmp_path: Path) -> None:
    index, _ = _index(
        tmp_path, article("ja", "東京で大きな火事"), article("ru", "Взрыв в Москве"), article("en", "fire")
    )
    assert [a for a, _ in words_bm25.search("火事 東京", index, K).hits] == ["ja"]
    assert [a for a, _ in words_bm25.search("МОСКВЕ", index, K).hits] == ["ru"]


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
