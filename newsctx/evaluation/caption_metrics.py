"""Measures of captions, as pure functions.

CIDEr is the CIDEr-D of the COCO evaluation (Vedantam et al. 2015), computed by its own code (pycocoevalcap), which
published captioning results use as well. Its tokeniser needs Java: texts are cut by NLTK's Treebank tokeniser instead,
in lower case and without the punctuation that the COCO evaluation leaves out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING

from newsctx.records import FiveW

if TYPE_CHECKING:
    from nltk.tokenize import TreebankWordTokenizer

CLIP_WEIGHT = 2.5  # CLIPScore (Hessel et al. 2021, sec. 3)
#: Of the EVENTA 2025 leaderboard's overall score: mAP, R@1, R@10, CLIPScore, CIDEr. They sum to 1.
EVENTA_WEIGHTS = {"mAP": 0.2, "R@1": 0.1, "R@10": 0.2, "CLIPScore": 0.3, "CIDEr": 0.2}
TOKENISER = "NLTK Treebank, lower case, without COCO's punctuation"
_PUNCTUATION = frozenset(["''", "'", "``", "`", "(", ")", "{", "}", "[", "]", ".", "?", "!", ",", ":", "-", "--", "...",
                          ";", "“", "”", "‘", "’", "–", "—", "…"])  # fmt: skip
_QUOTES = str.maketrans("“”„‘’", '"""\'\'')
_QUESTIONS: tuple[FiveW, ...] = ("who", "what", "where", "when", "why")


def tokens(text: str) -> list[str]:
    """The words that CIDEr compares: `It's a fire, in Paris.` -> it, 's, a, fire, in, paris."""
    straight = " ".join(text.lower().split()).translate(_QUOTES)
    found = (t.rstrip(".") if len(t) > 2 else t for t in _tokenizer().tokenize(straight))
    return [t for t in found if t and t not in _PUNCTUATION]


def cider(captions: Sequence[str], references: Sequence[Sequence[str]]) -> list[float]:
    """CIDEr-D of each caption, 0..10; the corpus score is their mean.

    n-grams up to 4, Gaussian length penalty with sigma 6; document frequencies are those of all references given, so
    that a caption's score depends on the set it is scored in. An empty caption scores 0.

    Raises:
        ValueError: lists of different length, fewer than two captions (no n-gram would have a weight), or one without
            a reference.
    """
    if len(captions) != len(references) or len(captions) < 2:
        raise ValueError(
            f"CIDEr: {len(captions)} captions, {len(references)} sets of references: expected the same number, at "
            "least two"
        )
    without = [i for i, r in enumerate(references) if not any(x.strip() for x in r)]
    if without:
        raise ValueError(f"CIDEr: captions {without[:10]} have no reference; leave them out and say so")
    from pycocoevalcap.cider.cider import Cider

    truth = {i: [" ".join(tokens(r)) for r in refs if r.strip()] for i, refs in enumerate(references)}
    said = {i: [" ".join(tokens(c))] for i, c in enumerate(captions)}
    return [float(score) for score in Cider().compute_score(truth, said)[1]]


def clip_score(cosine: float) -> float:
    """CLIPScore of a caption and its photograph, 0..2.5: 2.5 * max(cos, 0) (Hessel et al. 2021, eq. 1)."""
    if not -1.001 <= cosine <= 1.001:
        raise ValueError(f"cosine {cosine}: expected -1..1, of L2-normalised embeddings")
    return CLIP_WEIGHT * max(float(cosine), 0.0)


def five_w_coverage(answered: Collection[FiveW]) -> float:
    """Share of who, what, where, when and why that a caption answers, 0..1."""
    return sum(q in answered for q in _QUESTIONS) / len(_QUESTIONS)


def eventa_overall(mean_ap: float, recall_1: float, recall_10: float, clip: float, consensus: float) -> float:
    """The overall score of EVENTA track 1: weighted harmonic mean of mAP, R@1, R@10, CLIPScore and CIDEr.

    The weights (0.2, 0.1, 0.2, 0.3, 0.2) reproduce the published leaderboard within 0.0006. 0 where any part is 0.

    Raises:
        ValueError: a negative part.
    """
    parts = dict(zip(EVENTA_WEIGHTS, (mean_ap, recall_1, recall_10, clip, consensus), strict=True))
    if min(parts.values()) < 0:
        raise ValueError(f"EVENTA overall of {parts}: expected no negative part")
    if min(parts.values()) == 0:
        return 0.0
    return sum(EVENTA_WEIGHTS.values()) / sum(w / parts[n] for n, w in EVENTA_WEIGHTS.items())


@cache
def _tokenizer() -> TreebankWordTokenizer:
    from nltk.tokenize import TreebankWordTokenizer

    return TreebankWordTokenizer()
