"""Verify: accepted matches come first, by confidence then inliers; nothing else changes place."""

from __future__ import annotations

from newsctx.ranking import Move, RankEdits
from newsctx.records import Hit, Match
from newsctx.settings import VerifySettings
from newsctx.stages import verify

SETTINGS = VerifySettings()
HITS = tuple(Hit(article_id=a, rank=i, score=1 / i) for i, a in enumerate("abcde", 1))


def a_match(article: str, inliers: int, confidence: float, image: str = "0", **more) -> Match:
    return Match(article_id=article, image_id=image * 64, inliers=inliers, confidence=confidence, accepted=True, **more)


def order(result) -> str:
    return "".join(h.article_id for h in result.hits)


def test_without_matches_the_order_is_kept() -> None:
    result = verify.run(HITS, (), SETTINGS, RankEdits())
    assert order(result) == "abcde" and result.matches == ()
    assert [h.rank_before for h in result.hits] == [1, 2, 3, 4, 5]
    assert {h.tier for h in result.hits} == {"ranked"}


def test_confidence_orders_then_inliers_then_the_order_before() -> None:
    # e 0.9; b and d 0.7 with 20 and 30 inliers: e, d, b; the unmatched a, c follow.
    matches = (a_match("b", 20, 0.7), a_match("d", 30, 0.7), a_match("e", 10, 0.9))
    result = verify.run(HITS, matches, SETTINGS, RankEdits())
    assert order(result) == "edbac"
    assert [h.tier for h in result.hits] == ["matched"] * 3 + ["ranked"] * 2
    assert [h.rank_before for h in result.hits] == [5, 4, 2, 1, 3]
    assert "10 matching points" in result.hits[0].reason and result.hits[0].score == HITS[4].score


def test_weak_matches_lift_nothing_whatever_they_say() -> None:
    # 7 < 8 inliers; confidence 0.39 < 0.4 (BeyondVision)
    matches = (a_match("e", 7, 0.99), a_match("d", 100, 0.39), a_match("c", 8, 0.4))
    result = verify.run(HITS, matches, SETTINGS, RankEdits())
    assert order(result) == "cabde"
    assert [(m.article_id, m.accepted) for m in result.matches] == [("c", True), ("e", False), ("d", False)]


def test_settings_decide_what_is_accepted() -> None:
    strict = VerifySettings(min_inliers=50)
    assert order(verify.run(HITS, (a_match("e", 49, 1.0),), strict, RankEdits())) == "abcde"


def test_best_photo_of_an_article_counts() -> None:
    matches = (a_match("d", 10, 0.5, "1"), a_match("e", 20, 0.8), a_match("d", 40, 0.9, "2"))
    result = verify.run(HITS, matches, SETTINGS, RankEdits())
    assert order(result) == "deabc" and "40 matching points" in result.hits[0].reason
    assert [m.image_id[0] for m in result.matches] == ["2", "0", "1"]


def test_the_analyst_has_the_last_word() -> None:
    edits = RankEdits(pinned=("c",), excluded=("e",), moves=(Move(article_id="b", rank=2),))
    result = verify.run(HITS, (a_match("e", 90, 1.0), a_match("d", 90, 0.9, mirrored=True)), SETTINGS, edits)
    assert order(result) == "cbda"
    assert [m.article_id for m in result.matches] == ["d"]
    assert "mirrored" in result.hits[2].reason


def test_a_match_of_an_article_that_is_not_among_the_hits_adds_none() -> None:
    result = verify.run(HITS[:2], (a_match("z", 90, 1.0),), SETTINGS, RankEdits())
    assert order(result) == "ab" and len(result.matches) == 1


def test_no_hits() -> None:
    assert verify.run((), (), SETTINGS, RankEdits()).hits == ()


def test_a_match_with_a_note_lifts_nothing_however_sound() -> None:
    logo = a_match("b", 80, 0.99, note="stands in 6 articles")
    result = verify.run(HITS, [logo], SETTINGS)
    assert order(result) == "abcde"
    assert [(m.accepted, m.note) for m in result.matches] == [(False, "stands in 6 articles")]


def test_the_same_scene_comes_after_the_photograph_and_stays_ranked() -> None:
    # c shows the scene with more confidence than b has as the photograph: b first, c second, the rest as before.
    matches = (a_match("c", 80, 0.99, relation="scene", method="sift"), a_match("b", 9, 0.5, method="orb"))
    result = verify.run(HITS, matches, SETTINGS, RankEdits())
    assert order(result) == "bcade"
    assert [h.tier for h in result.hits] == ["matched", "ranked", "ranked", "ranked", "ranked"]
    assert "same scene" in result.hits[1].reason and "in the query" in result.hits[0].reason
    assert [m.article_id for m in result.matches] == ["b", "c"]


def test_an_article_with_both_is_its_photograph() -> None:
    matches = (a_match("d", 90, 0.99, "1", relation="scene"), a_match("d", 9, 0.5, "2"))
    result = verify.run(HITS, matches, SETTINGS, RankEdits())
    assert order(result) == "dabce" and result.hits[0].tier == "matched" and "9 matching" in result.hits[0].reason


def test_what_has_a_note_lifts_nothing_and_is_listed_last() -> None:
    matches = (
        a_match("e", 90, 1.0, note="the points span 9% of the common frame: lettering, a logo"),
        a_match("d", 8, 0.4),
    )
    result = verify.run(HITS, matches, SETTINGS, RankEdits())
    assert order(result) == "dabce"
    assert [(m.article_id, m.accepted) for m in result.matches] == [("d", True), ("e", False)]


def test_switched_off_it_keeps_the_order_lifts_nothing_and_says_so() -> None:
    off = VerifySettings(enabled=False)
    edits = RankEdits(pinned=("c",))
    result = verify.run(HITS, (a_match("e", 30, 0.9),), off, edits)
    assert order(result) == order(verify.run(HITS, (), SETTINGS, edits)) == "cabde"
    assert result.matches == () and {h.tier for h in result.hits[1:]} == {"ranked"}
    assert result.unavailable == "switched off in the settings"
