"""Which passages are folded into which, on texts short enough to count their runs of three words."""

from __future__ import annotations

import pytest

from newsctx.passages import make_chunk
from newsctx.records import Chunk
from newsctx.repeats import fold

STORY = (
    "Rescuers pulled a boy out of an abandoned well in Baoding on Sunday after a long night of digging, "
    "the fire service of the province said, and took him to a hospital nearby."
)


def chunk(article: str, text: str, decision: str = "") -> Chunk:
    return make_chunk(article, "body", 0, len(text), text, "ranked").model_copy(update={"decision": decision})


def folded_into(*texts: str, share: float = 0.7) -> dict[str, tuple[str, ...]]:
    """Article -> articles folded into it; articles are a, b, c ..."""
    made = [chunk("abcdefgh"[i], t) for i, t in enumerate(texts)]
    return {c.article_id: tuple(r.split("#")[0] for r in c.repeats) for c in fold(made, 3, share)}


@pytest.mark.parametrize(
    "copy",
    [
        STORY,
        STORY.upper().replace("BAODING", "Baoding").lower().replace("baoding", "BAODING"),
        f"BEIJING (Reuters) - {STORY}",  # another agency line
        f"BEIJING, Nov 8 (AP) — {STORY}",
        STORY.replace(", the fire service of the province said", ""),  # shortened
        STORY.replace("a hospital", "the hospital").replace(" the ", " this "),  # small words
        STORY.replace("digging", "diging"),  # spelling
        "Rescuers pulled a boy out of an abandoned well in Baoding on Sunday.",  # its first clause alone
    ],
)
def test_a_copy_is_folded(copy: str) -> None:
    assert folded_into(STORY, copy) == {"a": ("b",)}


@pytest.mark.parametrize(
    "other",
    [
        STORY.replace("a boy", "3 boys"),  # a number that the first does not have
        STORY.replace("a boy", "two boys"),
        STORY.replace("Baoding", "Hangzhou"),  # another name
        STORY.replace("Sunday", "Monday"),
        STORY.replace("Rescuers pulled", "Rescuers have not pulled"),  # a denial
        STORY.replace("a long night", "a likely night"),  # a word of its own
        STORY + " Hundreds had watched the rescue live on television, and cheered when he was lifted out.",  # more
        "Trump met Obama in the White House on Thursday.",
    ],
)
def test_what_says_anything_else_is_not(other: str) -> None:
    assert folded_into(STORY, other) == {"a": (), "b": ()}


def test_likely_is_no_spelling_of_unlikely() -> None:
    text = "A deal between both sides about the border is likely before the end of the year, the envoy told them."
    assert folded_into(text, text.replace("likely", "unlikely")) == {"a": (), "b": ()}
    assert folded_into(text.replace("likely", "unlikely"), text) == {"a": (), "b": ()}


def test_scripts_without_capitals_are_folded_where_every_word_is_equal() -> None:
    # no capitals tell a name there, so nothing may differ
    assert folded_into("北京发生地震，三人死亡。", "北京发生地震 三人死亡") == {"a": ("b",)}
    assert folded_into("北京发生地震，三人死亡。", "北京发生地震，五人死亡。") == {"a": (), "b": ()}


def test_the_share_counts_runs_of_three_words() -> None:
    # "a b c d e f" has the runs abc bcd cde def; "a b c d x" has abc bcd cdx: 2 of 3 stand in the first. Single letters
    # are no content words, so that the runs alone decide.
    assert folded_into("a b c d e f", "a b c d x", share=0.66) == {"a": ("b",)}
    assert folded_into("a b c d e f", "a b c d x", share=0.67) == {"a": (), "b": ()}


def test_the_earlier_is_kept_the_order_stays_and_all_repeats_are_named() -> None:
    other = "Trump met Obama in the White House on Thursday."
    assert folded_into(STORY, other, STORY, other, STORY) == {"a": ("c", "e"), "b": ("d",)}


@pytest.mark.parametrize("decision", ["kept", "dropped"])
def test_what_the_analyst_decided_on_is_never_folded_and_others_are_folded_into_it(decision: str) -> None:
    chunks = [chunk("a", STORY), chunk("b", STORY, decision), chunk("c", STORY, "kept")]
    found = fold(chunks, 3, 0.7)
    assert [(c.article_id, [r.split("#")[0] for r in c.repeats]) for c in found] == [("b", ["a"]), ("c", [])]


def test_nothing_and_passages_of_marks_only() -> None:
    assert fold([], 3, 0.7) == ()
    assert [c.article_id for c in fold([chunk("a", "—"), chunk("b", "!")], 3, 0.7)] == ["a"]
