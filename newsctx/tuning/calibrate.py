"""Platt scaling of a channel's scores (Platt 1999): how probable it is that an article with a score is relevant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from newsctx.records import ChannelResult
from newsctx.settings import Calibration

LEAST = 20  # relevant and other hits of a channel: fewer fit nothing


def fit(
    results: Iterable[tuple[Sequence[ChannelResult], Collection[str], Collection[str]]],
) -> dict[str, Calibration]:
    """One calibration per channel that found enough relevant and enough other articles, and whose scores vary.

    Args:
        results: the channels' rankings of a query, its relevant articles and those it leaves out; of many queries.

    Returns:
        Only calibrations that rise with the score: a channel whose better scores are less often right is noise, and
        keeps the scaling over its hits.
    """
    from sklearn.linear_model import LogisticRegression

    scores: dict[str, list[float]] = {}
    right: dict[str, list[bool]] = {}
    for channels, relevant, excluded in results:
        for channel in channels:
            kept = [h for h in channel.hits if h[0] not in excluded]
            scores.setdefault(channel.name, []).extend(s for _, s in kept)
            right.setdefault(channel.name, []).extend(a in relevant for a, _ in kept)
    found: dict[str, Calibration] = {}
    for name in sorted(scores):
        x, y = np.array(scores[name])[:, None], np.array(right[name], bool)
        if min(y.sum(), (~y).sum()) < LEAST or np.ptp(x) == 0:
            continue
        # standardised for the solver, unpenalised as in Platt's method: two parameters need no shrinking
        mean, std = float(x.mean()), float(x.std())
        model = LogisticRegression(C=np.inf, max_iter=1000).fit((x - mean) / std, y)
        slope = float(model.coef_[0, 0]) / std
        if slope > 0:
            found[name] = Calibration(slope=slope, intercept=float(model.intercept_[0]) - slope * mean)
    return found
