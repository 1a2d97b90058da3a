"""Scores of a list of answers to one query, by the rules of an evaluation run (NewsRECON, arXiv 2601.14121).

An exact match at rank 1 scores 1 for Example-F1, CODelta / Delta and GREAT; no prediction scores 0; otherwise the
first prediction is held against the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from newsctx.evaluation.date_metrics import date_em_pm, delta_years, example_f1_date, great_date
from newsctx.evaluation.place_metrics import Point, codelta, example_f1_place, great_place, place_em_pm
from newsctx.records import Place

KS = (1, 5, 10)
Scores = dict[str, float]
Resolve = Callable[[str], Place | None]


class PlaceAnswer(NamedTuple):
    """A place as it is scored."""

    text: str  # `Paris (France), Lyon`: what EM and PM read
    point: Point | None = None
    path: tuple[str, ...] = ()  # from continent to leaf


def place_names(ks: Sequence[int] = KS) -> list[str]:
    return [f"{m}@{k}" for k in ks for m in ("EM", "PM")] + ["Example-F1", "CODelta", "GREAT"]


def date_names(ks: Sequence[int] = KS) -> list[str]:
    return [f"{m}@{k}" for k in ks for m in ("EM", "PM")] + ["Example-F1", "Delta", "GREAT"]


def score_places(predictions: Sequence[PlaceAnswer], truth: PlaceAnswer, ks: Sequence[int] = KS) -> Scores:
    """EM@k, PM@k, Example-F1, CODelta and GREAT of one query; blank predictions do not count as ranks."""
    given = [p for p in predictions if p.text.strip()]
    texts = [p.text for p in given]
    scores = _matches(lambda k: place_em_pm(texts, truth.text, k), ks)
    if not given or place_em_pm(texts, truth.text, 1)[0]:
        return scores | dict.fromkeys(("Example-F1", "CODelta", "GREAT"), float(bool(given)))
    first = given[0]
    return scores | {
        # two places that nobody knows are not the same place: an empty hierarchy scores 0 here
        "Example-F1": example_f1_place(truth.path, first.path) if truth.path and first.path else 0.0,
        "CODelta": codelta([truth.point], [first.point]),
        "GREAT": great_place(truth.point, first.point),
    }


def score_dates(predictions: Sequence[str], truth: str, ks: Sequence[int] = KS) -> Scores:
    """EM@k, PM@k, Example-F1, Delta and GREAT of one query."""
    given = [p for p in predictions if p.strip()]
    scores = _matches(lambda k: date_em_pm(given, truth, k), ks)
    if not given or date_em_pm(given, truth, 1)[0]:
        return scores | dict.fromkeys(("Example-F1", "Delta", "GREAT"), float(bool(given)))
    return scores | {
        "Example-F1": example_f1_date(truth, given[0]),
        "Delta": delta_years(truth, given[0]),
        "GREAT": great_date(truth, given[0]),
    }


def _matches(match: Callable[[int], tuple[float, float]], ks: Sequence[int]) -> Scores:
    found: Scores = {}
    for k in ks:
        found[f"EM@{k}"], found[f"PM@{k}"] = match(k)
    return found


class PlaceReader:
    """Coordinates and hierarchies of place texts, each resolved once."""

    def __init__(self, resolve: Resolve | None = None) -> None:
        self._resolve = resolve
        self.find = lru_cache(maxsize=None)(self._find)

    def answer(self, text: str, point: Point | None = None, path: Sequence[str] = ()) -> PlaceAnswer:
        """A text with its coordinates and hierarchy; given ones win over the gazetteer's."""
        if point is not None and path:
            return PlaceAnswer(text, point, tuple(path))
        found = self.find(text)
        return of_place(found, text)._replace(**_given(point, path)) if found else PlaceAnswer(
            text, point, tuple(path) or _own_path(text)
        )  # fmt: skip

    def _find(self, text: str) -> Place | None:
        if self._resolve is None:
            from newsctx.places import Places  # the gazetteer takes seconds to load

            self._resolve = Places().resolve
        return self._resolve(text) or self._resolve(text.split(",")[0])


def _given(point: Point | None, path: Sequence[str]) -> dict[str, object]:
    return ({"point": point} if point is not None else {}) | ({"path": tuple(path)} if path else {})


def of_place(place: Place, text: str) -> PlaceAnswer:
    """A resolved place with the text that stands for it."""
    point = None if place.lat is None or place.lon is None else (place.lat, place.lon)
    return PlaceAnswer(text, point, tuple(reversed(place.hierarchy)))


def _own_path(text: str) -> tuple[str, ...]:
    """The levels that the text itself names, for a place that the gazetteer does not know."""
    return tuple(reversed([part.strip() for part in text.split(",") if part.strip()]))
