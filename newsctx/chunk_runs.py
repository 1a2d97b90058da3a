"""Which runs of an article's sentences a method chooses.

`windows` is BeyondVision (arXiv 2512.20042): windows of 3 sentences, stride 1, the best 5 by cosine to the query
text, and the first 3 and last 2 sentences. `sentences` is EVENTA-H: the best 3 sentences, each with up to 2
neighbours on both sides. `five_w` is `coverage_selection`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from newsctx.coverage_selection import choose
from newsctx.five_w import Found
from newsctx.sentences import Span
from newsctx.settings import ChunkSettings

_ROLE_ORDER = ("ranked", "lead", "closing")


@dataclass(frozen=True)
class Run:
    """Sentences first..last (inclusive) of an article's main text."""

    first: int
    last: int
    role: str
    score: float | None = None


def units(count: int, settings: ChunkSettings) -> list[tuple[int, int]]:
    """The sentence ranges that are ranked, (first, last) inclusive."""
    count = min(count, settings.max_sentences)
    if settings.method != "windows":
        return [(i, i) for i in range(count)]
    starts = range(0, max(count - settings.window, 0) + 1, settings.stride)
    return [(i, min(i + settings.window, count) - 1) for i in starts]


def runs(
    sentences: Sequence[Span], found: Iterable[Found], scores: np.ndarray | None, settings: ChunkSettings
) -> list[Run]:
    """The chosen runs in document order; those that share a sentence are one.

    Args:
        found: what the text answers; read by `five_w` alone.
        scores: cosine of each unit to the query text, None where nothing can be ranked: the published methods then
            take the first and last sentences only.
    """
    if settings.method == "five_w":
        ranked = sentences[: settings.max_sentences]
        chosen = choose(ranked, found, None if scores is None else scores.tolist(), settings)
        return [Run(i, i, "ranked", None if scores is None else float(scores[i])) for i in sorted(chosen)]
    return _merge(_published(len(sentences), scores, settings))


def _published(count: int, scores: np.ndarray | None, settings: ChunkSettings) -> list[Run]:
    chosen: list[Run] = []
    if scores is not None:
        windows = settings.method == "windows"
        best = np.argsort(-scores, kind="stable")[: settings.top if windows else settings.sentence_top]
        widen, ranges = 0 if windows else settings.widen, units(count, settings)
        for i in best:
            first, last = ranges[i]
            chosen.append(Run(max(first - widen, 0), min(last + widen, count - 1), "ranked", float(scores[i])))
        if not windows:
            return chosen
    if settings.lead:
        chosen.append(Run(0, min(settings.lead, count) - 1, "lead"))
    if settings.closing:
        chosen.append(Run(max(count - settings.closing, 0), count - 1, "closing"))
    return chosen


def _merge(runs: list[Run]) -> list[Run]:
    """Runs that share a sentence become one, in document order, with the best score and the strongest role."""
    merged: list[Run] = []
    for r in sorted(runs, key=lambda r: (r.first, r.last)):
        if merged and r.first <= merged[-1].last:
            m = merged[-1]
            known = [s for s in (m.score, r.score) if s is not None]
            role = min(m.role, r.role, key=_ROLE_ORDER.index)
            merged[-1] = Run(m.first, max(m.last, r.last), role, max(known) if known else None)
        else:
            merged.append(r)
    return merged


def without(run: Run, sentences: Sequence[Span], gone: Sequence[tuple[int, int]]) -> list[Run]:
    """What is left of a run when the sentences that touch the character ranges `gone` are taken out."""
    parts: list[Run] = []
    for i in range(run.first, run.last + 1):
        span = sentences[i]
        if any(s < span.end and span.start < e for s, e in gone):
            continue
        if parts and parts[-1].last == i - 1:
            parts[-1] = replace(parts[-1], last=i)
        else:
            parts.append(replace(run, first=i, last=i))
    return parts
