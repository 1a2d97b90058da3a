"""The sentence of a hit."""

from newsctx.explain import sentence
from newsctx.records import ChannelScore
from newsctx.refine import Lift

PHOTO = "ab" * 32


def _said(channels: dict[str, tuple[int, str]], images: tuple[str, ...] = (), *lifts: Lift, days: int = 7) -> str:
    scores = {name: ChannelScore(score=1, rank=rank, evidence=text) for name, (rank, text) in channels.items()}
    return sentence(scores, images, lifts, agree_rank=10, window_days=days)


def test_one_channel_alone() -> None:
    assert _said({"copy": (1, PHOTO)}, (PHOTO,)) == "Copy alone finds it: its photograph."


def test_one_channel_high_and_others_low() -> None:
    assert _said({"copy": (1, ""), "visual": (11, "")}) == "Copy ranks it high."


def test_no_channel_high() -> None:
    found = _said({"visual": (40, PHOTO), "image_text": (12, "caption 2")}, ("", PHOTO))
    assert found == "No channel ranks it high, image to text best (rank 12): its caption 2."


def test_the_same_object_is_named_once_and_a_story_is_another_articles() -> None:
    found = _said({"copy": (1, PHOTO), "visual": (2, PHOTO), "coverage": (3, "story of x")}, ("", "", PHOTO))
    assert found == "Copy, image to image and other coverage agree: its photograph 3 and the story of x."
    assert _said({"coverage": (3, "story of x")}) == "Other coverage alone finds it: the story of x."


def test_a_photograph_that_the_article_does_not_list_has_no_number() -> None:
    assert _said({"copy": (1, PHOTO)}, ("cd" * 32, "")) == "Copy alone finds it: its photograph."


def test_words_are_quoted_and_the_headline_and_the_abstract_are_two_things() -> None:
    found = _said(
        {"words_note": (1, "headline and abstract"), "words_ocr": (2, "words: ferry, pier"), "copy": (3, PHOTO)}
    )
    assert found == (
        "The note's words, the legible text and copy agree: its headline, abstract, words “ferry, pier” and photograph."
    )


def test_long_texts_are_cut_and_stay_on_one_line() -> None:
    found = _said({"visual": (1, "word\n" * 30)})
    assert "\n" not in found and found.endswith("….") and len(found) < 100


def test_equal_ranks_are_named_in_the_order_of_their_names() -> None:
    assert _said({"visual": (1, ""), "copy": (1, "")}) == "Copy and image to image agree."


def test_lifts() -> None:
    time, links = Lift("temporal", 0.1, ("a", "b")), Lift("citation", 0.1, ("a",))
    start = "Copy alone finds it; lifted by "
    assert _said({"copy": (1, "")}, (), time) == f"{start}2 articles of the same week."
    assert _said({"copy": (1, "")}, (), time, days=3) == f"{start}2 articles within 3 days."
    assert _said({"copy": (1, "")}, (), time, days=0) == f"{start}2 articles of the same day."
    assert _said({"copy": (1, "")}, (), links) == f"{start}1 article linked by citation."
    both = f"{start}2 articles of the same week and 1 linked by citation."
    assert _said({"copy": (1, "")}, (), time, links) == both
    assert _said({"copy": (1, "")}, (), Lift("temporal", 0.0, ("a",))) == "Copy alone finds it."
