"""Choosing sentences that are close to the query, stand near the top, and together answer who, what, where, when, why.

The value of a set of sentences is the sum of their closeness and position, plus for each question the square root of
how much of the article's answers the set holds: a first place is worth more than a fourth one. Such a value is
submodular, and the greedy choice within a budget is near the best one (Lin and Bilmes 2010, "Multi-document
Summarization via Budgeted Maximization of Submodular Functions"; 2011, "A Class of Submodular Functions for Document
Summarization", for the square root). An answer weighs as much as the place of its first mention in the article:
Giveme5W1H ranks its candidates by position first (Hamborg et al. 2019, sec. 3.3).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from newsctx.five_w import QUESTIONS, Found
from newsctx.records import FiveW
from newsctx.sentences import Span
from newsctx.settings import ChunkSettings

Answers = dict[tuple[FiveW, str], float]  # (question, key) -> weight 0..1
_PRECISION = 9  # digits: sums in another order differ beyond it, and equal sentences must stay equal


def choose(
    sentences: Sequence[Span], found: Iterable[Found], closeness: Sequence[float] | None, settings: ChunkSettings
) -> list[int]:
    """Indices of the chosen sentences, the first choice first; equal ones in document order.

    Args:
        found: the answers in the text that the sentences are spans of.
        closeness: cosine of each sentence to the query text; None: it does not count.

    Returns:
        At most `five_w_sentences` indices, of at most `five_w_words` words together where that is set.
    """
    position = [1 / (1 + i / settings.five_w_half) for i in range(len(sentences))]
    own = _answers(sentences, found, position)
    words = [max(len(s.text.split()), 1) for s in sentences]
    chosen: list[int] = []
    held: Answers = {}
    room = settings.five_w_words or sum(words)
    cost = settings.five_w_cost if settings.five_w_words else 0.0  # words cost where they are what is scarce
    while len(chosen) < settings.five_w_sentences:
        open_ = [i for i in range(len(sentences)) if i not in chosen and words[i] <= room]
        if not open_:
            break
        so_far = _sums(held)

        def gain(i: int, so_far: Mapping[FiveW, float] = so_far) -> float:
            near = max(closeness[i], 0.0) if closeness is not None else 0.0
            alone = settings.five_w_closeness * near + settings.five_w_position * position[i]
            return alone + settings.five_w_coverage * _gained(
                so_far, {k: w for k, w in own[i].items() if k not in held}
            )

        best = max(open_, key=lambda i: (round(gain(i) / words[i] ** cost, _PRECISION), -i))
        chosen.append(best)
        held.update(own[best])
        room -= words[best]
    return chosen


def _answers(sentences: Sequence[Span], found: Iterable[Found], position: Sequence[float]) -> list[Answers]:
    """The answers of each sentence, weighed by where the article gives them first, the first of a question 1."""
    starts = [s.start for s in sentences]
    first: Answers = {}
    own: list[dict[tuple[FiveW, str], None]] = [{} for _ in sentences]
    for one in found:
        i = bisect_right(starts, one.start) - 1
        if i >= 0 and one.start < sentences[i].end:
            own[i][one.question, one.key] = None
            first.setdefault((one.question, one.key), position[i])
    most = {q: max((w for (k, _), w in first.items() if k == q), default=1.0) for q in QUESTIONS}
    return [{key: first[key] / most[key[0]] for key in keys} for keys in own]


def _sums(answers: Answers) -> dict[FiveW, float]:
    sums: dict[FiveW, float] = dict.fromkeys(QUESTIONS, 0.0)
    for (question, _), weight in answers.items():
        sums[question] += weight
    return sums


def _gained(so_far: Mapping[FiveW, float], new: Answers) -> float:
    sums = _sums(new)
    return sum(math.sqrt(so_far[q] + sums[q]) - math.sqrt(so_far[q]) for q in QUESTIONS)
