"""How near a predicted place is to the true one (NewsRECON, arXiv 2601.14121, evaluation).

Pure functions over strings and degrees; what a name means is decided by the caller. An evaluation run's own rules
(an exact match at rank 1 scores 1 everywhere, no prediction scores 0) are in `newsctx.evaluation.answers`.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from newsctx.places import EARTH_RADIUS_KM

Point = tuple[float, float]  # latitude, longitude in degrees, WGS 84
GREAT_KM = 1000.0  # distance at which GREAT reaches 0 (GETReason, arXiv 2505.21863; same in NewsRECON)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)  # ASCII punctuation only


def normalise(name: str) -> str:
    """Lower case, ASCII punctuation removed (not replaced), stripped; inner spaces stay."""
    return name.lower().translate(_NO_PUNCTUATION).strip()


def place_em_pm(predictions: Sequence[str], truth: str, k: int) -> tuple[float, float]:
    """Exact and partial match of a place within the first k predictions.

    EM@k: the lowest level of the truth (before the first comma) is contained in a prediction. PM@k: EM@k, or a whole
    prediction equals one of the higher levels. Both sides are normalised.

    Args:
        predictions: best first, each one place or several in one string (`Paris (France), Lyon`).
        truth: leaf to root, `Paris, France, Europe`.
        k: at least 1; may be larger than the list.

    Returns:
        (em, pm), each 0.0 or 1.0; no predictions give (0, 0).

    Raises:
        ValueError: a truth without a name, or k below 1.
    """
    _check_k(k)
    levels = [normalise(part) for part in truth.split(",") if part.strip()]
    if not levels or not levels[0]:
        raise ValueError(f"true place {truth!r}: expected names from leaf to root such as `Paris, France, Europe`")
    lowest, higher = levels[0], levels[1:]
    seen = [normalise(p) for p in predictions[:k]]
    em = any(lowest in p for p in seen)
    return float(em), float(em or any(p in higher for p in seen))


def example_f1_place(truth_path: Sequence[str], predicted_path: Sequence[str]) -> float:
    """Example-F1 = `2 |A n B| / (|A| + |B|)` over the hierarchies' suffixes; both empty 1, one empty 0.

    Args:
        truth_path, predicted_path: from continent to leaf: [`Asia`, `Japan`, `Tokyo`].
    """
    return f1(place_labels(truth_path), place_labels(predicted_path))


def place_labels(path: Sequence[str]) -> set[str]:
    """Every leaf-to-root suffix: {`tokyo, japan, asia`, `japan, asia`, `asia`}.

    Earth and empty names are dropped, repeated neighbours (`Luxembourg`, `Luxembourg`) folded, all in lower case.
    """
    chain: list[str] = []
    for name in reversed(path):
        plain = (name or "").strip().lower()
        if plain and plain != "earth" and (not chain or chain[-1] != plain):
            chain.append(plain)
    return {", ".join(chain[i:]) for i in range(len(chain))}


def f1(truth: set[str], predicted: set[str]) -> float:
    """`2 |A n B| / (|A| + |B|)`; both empty 1, one empty 0."""
    if not truth and not predicted:
        return 1.0
    if not truth or not predicted:
        return 0.0
    return 2 * len(truth & predicted) / (len(truth) + len(predicted))


def codelta(truths: Sequence[Point | None], predictions: Sequence[Point | None]) -> float:
    """CODelta = `sum 1 / (1 + km) / #truths` over the assignment of predictions to truths of the least total distance.

    Surplus predictions cost nothing, truths without a prediction score 0. A prediction of None is left out; a truth of
    None (no coordinates known) counts as unmatched. 0 where either side has nothing.
    """
    known = [t for t in truths if t is not None]
    found = [p for p in predictions if p is not None]
    if not known or not found:
        return 0.0
    km = np.array([[haversine_km(p, t) for t in known] for p in found])
    rows, columns = linear_sum_assignment(km)
    return float(sum(1 / (1 + d) for d in sorted(km[rows, columns].tolist())) / len(truths))


def great_place(truth: Point | None, predicted: Point | None) -> float:
    """GREAT of a place = `max(0, 1 - km / 1000)`; 0 where either is missing."""
    if truth is None or predicted is None:
        return 0.0
    return max(0.0, 1.0 - haversine_km(truth, predicted) / GREAT_KM)


def haversine_km(a: Point, b: Point) -> float:
    """Great-circle distance by the haversine formula on a sphere of 6371.0088 km.

    Raises:
        ValueError: not degrees.
    """
    for lat, lon in (a, b):
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValueError(f"latitude {lat}, longitude {lon}: expected degrees within -90..90 and -180..180")
    lat1, lon1, lat2, lon2 = (math.radians(x) for x in (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def _check_k(k: int) -> None:
    if k < 1:
        raise ValueError(f"k is {k}: expected at least 1")
