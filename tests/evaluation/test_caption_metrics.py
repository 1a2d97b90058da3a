"""Measures of captions against hand-computed values and a slow reading of the papers' formulas."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from newsctx.evaluation.caption_metrics import tokens
from newsctx.evaluation.metrics import cider, clip_score, eventa_overall, five_w_coverage

REFERENCES = [
    ["Firefighters tackle a fire in Paris, France, on Monday.", "A building burns in Paris."],
    ["Runners pass the bridge in Cologne on Sunday."],
    ["People hold candles at a vigil in Paris, 3 May 2019."],
]
CAPTIONS = ["Firefighters work at a fire in Paris.", "Runners pass the bridge in Cologne on Sunday.", ""]


def oracle(captions: list[str], references: list[list[str]]) -> list[float]:
    """CIDEr-D as written in the paper (secs. 3 and 8, eq. 2, 4, 5) and in the COCO code's constants."""

    def grams(text: str, n: int) -> Counter:
        words = tokens(text)
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    def weights(text: str, n: int) -> dict:
        frequency = Counter(g for refs in references for g in {g for r in refs for g in grams(r, n)})
        log_n = math.log(len(references))
        return {g: c * (log_n - math.log(max(1, frequency[g]))) for g, c in grams(text, n).items()}

    scores = []
    for caption, refs in zip(captions, references, strict=True):
        total = 0.0
        for reference in refs:
            # COCO measures length by the number of 2-grams
            gap = sum(grams(caption, 2).values()) - sum(grams(reference, 2).values())
            for n in range(1, 5):
                a, b = weights(caption, n), weights(reference, n)
                norm = math.hypot(*a.values()) * math.hypot(*b.values()) if a and b else 0.0
                dot = sum(min(a[g], b.get(g, 0.0)) * b.get(g, 0.0) for g in a)
                total += (dot / norm if norm else 0.0) * math.exp(-(gap**2) / (2 * 6.0**2)) / 4
        scores.append(10 * total / len(refs))
    return scores


def test_cider_is_the_papers_formula() -> None:
    assert cider(CAPTIONS, REFERENCES) == pytest.approx(oracle(CAPTIONS, REFERENCES))


def test_an_exact_caption_scores_10_and_an_empty_one_0() -> None:
    found = cider(CAPTIONS, REFERENCES)
    assert found[1] == pytest.approx(10) and found[2] == 0 and 0 < found[0] < 10


@pytest.mark.parametrize(
    ("captions", "references", "words"),
    [
        (["a"], [["a"]], "at least two"),
        (["a", "b"], [["a"]], "2 captions, 1 sets"),
        (["a", "b"], [["a"], [" "]], r"\[1\]"),
    ],
)
def test_what_cannot_be_scored_is_refused(captions: list[str], references: list[list[str]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cider(captions, references)


def test_tokens_are_lower_case_words_without_punctuation() -> None:
    assert tokens("It's a fire, in Paris (France) - 1.5 km.") == [
        "it",
        "'s",
        "a",
        "fire",
        "in",
        "paris",
        "france",
        "1.5",
        "km",
    ]
    assert tokens("“Quoted” in the U.S.") == tokens("Quoted in the U.S")


@pytest.mark.parametrize(("cosine", "score"), [(0.3, 0.75), (-0.2, 0.0), (1.0, 2.5)])
def test_clip_score(cosine: float, score: float) -> None:
    assert clip_score(cosine) == pytest.approx(score)


def test_clip_score_of_what_is_no_cosine_is_refused() -> None:
    with pytest.raises(ValueError, match="expected -1..1"):
        clip_score(30.0)


def test_five_w_coverage() -> None:
    assert five_w_coverage(("who", "when")) == pytest.approx(0.4)
    assert five_w_coverage(()) == 0


def test_eventa_overall_is_the_weighted_harmonic_mean() -> None:
    # 1 / (0.2/0.8 + 0.1/0.5 + 0.2/1 + 0.3/0.75 + 0.2/0.2) = 1 / (0.25 + 0.2 + 0.2 + 0.4 + 1) = 1 / 2.05
    assert eventa_overall(0.8, 0.5, 1.0, 0.75, 0.2) == pytest.approx(1 / 2.05)
    assert eventa_overall(0.5, 0.5, 0.5, 0.5, 0.5) == pytest.approx(0.5)
    assert eventa_overall(0.8, 0.5, 1.0, 0.75, 0.0) == 0
    with pytest.raises(ValueError, match="negative"):
        eventa_overall(0.8, 0.5, 1.0, -0.1, 0.2)
