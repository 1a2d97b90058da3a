"""What speaks against an answer is listed and lowers its confidence; a prompt hears only what may reach it.

Rome and Lima are 10,861 km apart. The world is that of `test_corroboration`: masses and shares are worked out there.
"""

from __future__ import annotations

from typing import get_args

import pytest
from asked_world import evidence

from newsctx.records import (
    Article,
    ArticlePlace,
    Assessment,
    Camera,
    ChannelScore,
    Claim,
    Confidence,
    Hit,
    OcrLine,
    PartialDate,
    Photo,
    Place,
    Relevance,
    RelevanceResult,
)
from newsctx.settings import CaptionSettings, ContextSettings
from newsctx.stages import context
from newsctx.ui.context_panel import CONFIDENCE
from newsctx.writers import preview

ROME = Place(name="Rome", level="city", region="Lazio", country="Italy", continent="Europe", lat=41.9, lon=12.5)
LIMA = Place(name="Lima", level="city", country="Peru", continent="South America", lat=-12.05, lon=-77.04)
ITALY = Place(name="Italy", level="country", country="Italy", continent="Europe", lat=42.8, lon=12.8)
OSTIA = Place(name="Ostia", level="city", region="Lazio", country="Italy", continent="Europe", lat=41.73, lon=12.28)
WORDS = "colosseum vatican tiber pope senate lazio"
BOX = ((0, 0), (1, 0), (1, 1), (0, 1))


def article(article_id: str, place: Place, on: str, body: str = "") -> Article:
    named = (ArticlePlace(keyword=place.name, place=place),)
    return Article(article_id=article_id, places=named, published=PartialDate.model_validate(on), body=body)


def rome(name: str = "r", body: str = "") -> Article:
    return article(name, ROME, "2019-05-01", body)


def lima(name: str = "l", body: str = "") -> Article:
    return article(name, LIMA, "2019-09-01", body)


def hit(name: str, rank: int, channels: str = "image_text", tier: str = "ranked") -> Hit:
    scores = {c: ChannelScore(score=1.0 / rank, rank=rank) for c in channels.split()}
    return Hit(article_id=name, rank=rank, score=1.0 / rank, channels=scores, tier=tier)


def rating(p: float, passes: bool = True) -> Assessment:
    level = "strong" if p >= 0.85 else "likely" if p >= 0.5 else "uncertain" if p >= 0.15 else "weak"
    return Assessment(probability=p, level=level, passes=passes)


def photograph(legible: str = "", **camera) -> Photo:
    ocr = (OcrLine(text=legible, confidence=0.9, box=BOX),) if legible else ()
    return Photo(
        sha256="0" * 64, phash="0" * 16, format="JPEG", bytes=1, width=64, height=64, camera=Camera(**camera), ocr=ocr
    )  # fmt: skip


def answer(hits, articles, p: dict[str, float], photo=None, note="", gated=(), claim=None, **more):
    rated = {a: rating(v, a not in gated) for a, v in p.items()}
    first = Relevance(probability=p[hits[0].article_id])
    return context.run(
        hits, {a.article_id: a for a in articles}, photo or photograph(), claim or Claim(),
        {x.name: x for x in (ROME, LIMA, ITALY)}.get, ContextSettings(),
        rated=RelevanceResult(first=first, articles=rated), retrieved=hits, note=note, **more,
    )  # fmt: skip


def listed(found, *words: str) -> bool:
    return any(all(w in c for w in words) for c in found.conflicts)


# --- rivals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "confidence"), [(0.5, "high"), (0.49, "medium"), (0.45, "medium"), (0.31, "medium"), (0.29, "low")]
)
def test_ranked_evidence_has_high_confidence_where_it_is_more_probable_than_not(p, confidence):
    found = answer([hit("r", 1)], [rome()], {"r": p})
    assert found.place.place == ROME and found.conflicts == ()
    assert (found.place.confidence, found.date.confidence) == (confidence, confidence)
    assert ("uncertain evidence" in found.place.note) == (p < 0.5)


def test_the_articles_behind_the_answer_count_not_the_first_one():
    """The first article names no place; Rome rests on one of 0.31."""
    nowhere = Article(article_id="x", published=PartialDate.model_validate("2019-05-01"))
    found = answer([hit("x", 1), hit("r", 2)], [nowhere, rome()], {"x": 0.9, "r": 0.31})
    assert found.place.confidence == "medium" and found.date.confidence == "high"


def test_a_better_ranked_article_of_another_place_flips_no_answer_in_silence():
    """Rome alone at 0.45. Lima at 0.9 comes in first: 89% of the vote, but 0.45 is half of 0.9."""
    found = answer([hit("l", 1), hit("r", 2)], [lima(), rome()], {"l": 0.9, "r": 0.45})
    assert found.place.place == LIMA and found.place.confidence == found.date.confidence == "low"
    assert listed(found, "the place", "Lima", "Rome", "(r, uncertain evidence)")
    assert listed(found, "the date", "2019-09-01", "2019-05-01")
    less = answer([hit("l", 1), hit("r", 2)], [lima(), rome()], {"l": 0.9, "r": 0.44})
    assert less.place.confidence == "high" and less.conflicts == ()


def test_three_articles_of_another_place_are_named_together():
    hits = [hit("l", 1), *(hit(f"r{i}", i) for i in (2, 3, 4))]
    p = {"l": 0.6} | {f"r{i}": 0.45 for i in (2, 3, 4)}
    found = answer(hits, [lima(), *(rome(f"r{i}") for i in (2, 3, 4))], p)
    assert found.place.place == LIMA and found.place.confidence == "low"
    assert listed(found, "Lima", "Rome", "r2", "r3", "r4")


def test_a_rival_below_the_articles_that_vote_is_found():
    """Ten of Lima vote; the eleventh article says Rome."""
    hits = [*(hit(f"l{i}", i) for i in range(1, 11)), hit("r", 11)]
    articles = [*(lima(f"l{i}") for i in range(1, 11)), rome()]
    found = answer(hits, articles, {h.article_id: 0.9 for h in hits})
    assert found.place.confidence == "low" and listed(found, "the place", "Rome", "(r, strong")


@pytest.mark.parametrize(("tier", "p"), [("matched", 0.9), ("pinned", 0.02)])
def test_a_relevant_article_against_a_match_or_a_pin_makes_medium(tier, p):
    channels = "copy image_text" if tier == "matched" else "image_text"
    found = answer([hit("l", 1, channels, tier), hit("r", 2)], [lima(), rome()], {"l": p, "r": 0.95})
    assert found.place.place == LIMA and found.place.confidence == found.date.confidence == "medium"
    assert listed(found, "the place", "Rome") and "Medium confidence: other evidence contradicts" in found.place.note
    weak = answer([hit("l", 1, channels, tier), hit("r", 2)], [lima(), rome()], {"l": p, "r": 0.1})
    assert weak.place.confidence == "high" and weak.conflicts == (), "weak evidence is no rival of either"


def test_a_second_pin_of_another_place_is_listed_whatever_its_rating():
    """1 against 1/4 of the votes: 20% is below `contested`."""
    hits = [hit("r", 1, tier="pinned"), hit("l", 2, tier="pinned")]
    for p in (0.6, 0.001):
        found = answer(hits, [rome(), lima()], {"r": 0.6, "l": p})
        assert found.place.place == ROME and found.place.confidence == "medium" and listed(found, "place", "Lima", "(l")


def test_what_agrees_or_is_held_back_is_no_rival():
    for other in (article("o", ITALY, "2019-05-08"), article("o", OSTIA, "2019-04-24")):  # around it; 26 km, 7 days
        found = answer([hit("r", 1), hit("o", 2)], [rome(), other], {"r": 0.9, "o": 0.9})
        assert found.conflicts == () and found.place.confidence == "high", other.places
    both = lima().model_copy(update={"places": (*lima().places, *rome().places), "published": rome().published})
    assert answer([hit("r", 1), hit("l", 2)], [rome(), both], {"r": 0.9, "l": 0.5}).place.confidence == "high"
    gated = answer([hit("r", 1), hit("l", 2)], [rome(), lima()], {"r": 0.03, "l": 0.019}, gated=("l",))
    assert gated.conflicts == ()


# --- channels and the camera ----------------------------------------------------------------------------------


def test_a_conflict_above_the_setting_is_listed_however_firmly_the_answer_is_believed():
    """Matched Lima; note and legible text both lead to Rome: K = 0.55, belief 0.95."""
    hits = [hit("l", 1, "image_text copy", "matched"), hit("r", 2, "words_note words_ocr")]
    found = answer(hits, [lima(), rome(body=WORDS)], {"l": 0.95, "r": 0.2}, photograph(WORDS), WORDS)
    heard = found.corroboration[0]
    assert heard.conflict == pytest.approx(0.549, abs=1e-3) and heard.belief > 0.9
    assert found.place.confidence == "medium"
    assert listed(found, "channels contradict", "the place", "the words of the note say Rome", "the legible text says")


@pytest.mark.parametrize(("tier", "confidence"), [("matched", "medium"), ("ranked", "low")])
def test_a_camera_elsewhere_is_listed_and_lowers_confidence(tier, confidence):
    """Of a ranked article of 0.7, K is 0.28 only: the sentence alone lowers it."""
    hits = [hit("l", 1, "copy image_text" if tier == "matched" else "image_text", tier)]
    found = answer(hits, [lima()], {"l": 0.7}, photograph(lat=41.9, lon=12.5))
    assert listed(found, "GPS", "10,861 km") and found.place.confidence == confidence
    assert found.date.confidence == "high", "nothing is said against the date"


def test_the_analysts_own_answer_lists_a_strong_conflict_of_the_channels():
    hits = [hit("l", 1, "image_text copy", "matched"), hit("r", 2, "words_note words_ocr")]
    found = answer(
        hits, [lima(), rome(body=WORDS)], {"l": 0.95, "r": 0.2}, photograph(WORDS), WORDS, set_place=LIMA
    )  # fmt: skip
    assert found.place.confidence == "" and listed(found, "channels contradict", "Rome")


# --- what a prompt hears --------------------------------------------------------------------------------------


def prompt(found) -> str:
    shown = preview(evidence(context=found), CaptionSettings(writer="openai-compatible", model="m"))
    return "\n".join(p.text for p in shown)


def test_an_article_below_the_gate_is_heard_by_the_analyst_alone():
    """Lima at 0.001 does not pass. Note and legible text found it, and its conflict is listed; no prompt names it."""
    hits = [hit("r", 1), hit("l", 2, "words_note words_ocr")]
    articles = [rome(), lima(body=WORDS)]
    found = answer(hits, articles, {"r": 0.9, "l": 0.001}, photograph(WORDS), WORDS, gated=("l",))
    assert listed(found, "the words of the note say Lima, Peru") and found.told == ()
    assert "Lima" not in prompt(found) and "2019-09-01" not in prompt(found) and "Rome" in prompt(found)
    passing = answer(hits, articles, {"r": 0.9, "l": 0.1}, photograph(WORDS), WORDS)
    assert "the words of the note say Lima, Peru" in prompt(passing)


def test_an_article_too_low_to_be_rated_is_not_heard_either():
    hits = [hit("r", 1), hit("l", 2, "words_note words_ocr")]
    found = answer(hits, [rome(), lima(body=WORDS)], {"r": 0.9}, photograph(WORDS), WORDS)
    assert listed(found, "channels contradict", "Lima") and not any("Lima" in t for t in found.told)


def test_a_prompt_holds_neither_position_nor_time_of_the_camera():
    """Beside another witness, too: the sentence on the channels names the camera to the analyst alone."""
    photo = photograph(WORDS, lat=41.90123, lon=12.50456, time="2019-05-01T10:00:00")
    hits = [hit("l", 1), hit("r", 2, "words_note words_ocr")]
    claim = Claim(place="Lima", date=PartialDate.model_validate("2019-09-01"))
    found = answer(hits, [lima(), rome(body=WORDS)], {"l": 0.9, "r": 0.1}, photo, WORDS, claim=claim)
    assert listed(found, "41.9012") and listed(found, "the camera says 41.9012")
    text = prompt(found)
    assert "41.9" not in text and "12.50" not in text and "10,86" not in text and "clock" not in text
    for said in ("the place", "the coverage", "the claimed place", "the claimed date"):
        assert f"The camera disagrees with {said}." in found.told and f"The camera disagrees with {said}." in text


def test_the_panel_has_a_word_for_every_confidence():
    assert list(CONFIDENCE) == ["high", "medium", "low", "unrated", ""] and set(CONFIDENCE) == set(get_args(Confidence))
