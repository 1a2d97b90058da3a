"""Scoring prediction files against a truth file; nothing is run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from newsctx.errors import EvaluationError
from newsctx.evaluation.answers import KS, PlaceAnswer, PlaceReader, Resolve, Scores, score_dates, score_places
from newsctx.evaluation.datasets import load_queries
from newsctx.evaluation.place_metrics import Point
from newsctx.evaluation.ranking_metrics import average_precision, recall_at_k
from newsctx.evaluation.tables import Table, shown, table, text_table
from newsctx.evaluation.truth import Query, named, not_asked, read_jsonl
from newsctx.records import Record

RECALL_KS = (1, 5, 10, 100)


class Prediction(Record):
    """One row of a prediction file; a list that is left out is not predicted, an empty one is no answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: Annotated[str, Field(min_length=1)]
    places: tuple[str, ...] | None = None  # best first
    dates: tuple[str, ...] | None = None  # best first
    ranking: tuple[str, ...] | None = None  # article ids, best first
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None  # of the first place
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None

    @field_validator("id", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _sound(self) -> Prediction:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together")
        if self.lat is not None and not any(p.strip() for p in self.places or ()):
            raise ValueError("lat and lon belong to the first of `places`, which is empty")
        if self.ranking is not None and len(set(self.ranking)) != len(self.ranking):
            raise ValueError("an article stands in the ranking once")
        return self

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


class Report(Record):
    """Everything that `score` found; tasks that no row predicts or that no truth has are missing."""

    queries: int
    tables: dict[str, Table]

    def text(self) -> str:
        """For a terminal."""
        parts = [f"{self.queries} queries"]
        for name, found in self.tables.items():
            rows = [(metric, shown(value)) for metric, value in found.metrics.items()]
            head = f"{name}: expected {found.expected}, scored {found.scored}"
            parts.append("\n".join([head + (f" ({found.note})" if found.note else ""), text_table(("", ""), rows)]))
        return "\n\n".join(parts)


def score_files(
    truth: Path, predictions: Path, resolve: Resolve | None = None, ks: Sequence[int] = KS, form: str = "auto"
) -> Report:
    """Score a prediction file.

    Args:
        truth: in any form of `newsctx.evaluation.datasets`; `form` names it.
        resolve: a place text -> Place; the full gazetteer where it is None.

    Raises:
        EvaluationError: a query without predictions, a prediction of an unknown query, a doubled id, unreadable rows.
    """
    queries = load_queries(truth, form)
    return score(queries, read_predictions(predictions), resolve, ks)


def read_predictions(path: Path) -> list[Prediction]:
    """The rows of a prediction file, in its order; raises EvaluationError."""
    found = []
    for number, row in read_jsonl(path):
        try:
            found.append(Prediction.model_validate(row))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(p) for p in first["loc"])
            raise EvaluationError(f"{path}, line {number}: {where} {first['msg']}.") from error
    return found


def score(
    queries: Sequence[Query], predictions: Sequence[Prediction], resolve: Resolve | None = None, ks: Sequence[int] = KS
) -> Report:
    """As `score_files`, over rows."""
    by_id = _matched(queries, predictions)
    reader = PlaceReader(resolve)

    def places(query: Query, row: Prediction) -> Scores:
        truth = reader.answer(query.place, query.point, query.path)
        given = [t for t in row.places or () if t.strip()]
        answers = [reader.answer(given[0], row.point)] if given else []  # only the first is located
        answers += [PlaceAnswer(t) for t in given[1:]]
        return score_places(answers, truth, ks)

    def dates(query: Query, row: Prediction) -> Scores:
        return score_dates(row.dates or (), query.date, ks)

    tasks: dict[str, tuple[str, Callable[[Query], object], Callable[[Query, Prediction], Scores]]] = {
        "place": ("places", lambda q: q.place, places),
        "date": ("dates", lambda q: q.date, dates),
        "event articles": ("ranking", lambda q: q.relevant, lambda q, r: ranking_scores(r.ranking or (), q.relevant)),
        "location articles": (
            "ranking", lambda q: q.location_relevant, lambda q, r: ranking_scores(r.ranking or (), q.location_relevant)
        ),
    }  # fmt: skip
    tables: dict[str, Table] = {}
    for name, (field, has_truth, scored) in tasks.items():
        asked = [q for q in queries if has_truth(q)]
        if asked and any(getattr(p, field) is not None for p in predictions):
            _complete(asked, by_id, field)
            tables[name] = table(
                [scored(q, by_id[q.id]) for q in asked], len(asked), _note(name, queries, asked, reader)
            )
    if not tables:
        raise EvaluationError(
            "Nothing to score: no prediction row has places, dates or a ranking that a truth asks for."
        )
    return Report(queries=len(queries), tables=tables)


def ranking_scores(ranking: Sequence[str], relevant: Sequence[str] | None, ks: Sequence[int] = RECALL_KS) -> Scores:
    """R@k and the average precision (its mean over queries is mAP) of one query with relevant articles."""
    wanted = set(relevant or ())
    return {f"R@{k}": recall_at_k(ranking, wanted, k) for k in ks} | {"mAP": average_precision(ranking, wanted)}


def _matched(queries: Sequence[Query], predictions: Sequence[Prediction]) -> dict[str, Prediction]:
    expected = {q.id for q in queries}
    counts = Counter(p.id for p in predictions)
    twice = [i for i, n in counts.items() if n > 1]
    if twice:
        raise EvaluationError(f"The predictions hold {named(twice)} more than once; keep one row for each.")
    unknown = [i for i in counts if i not in expected]
    if unknown:
        raise EvaluationError(f"The predictions hold {named(unknown)} that the truth does not know; remove them.")
    missing = [q.id for q in queries if q.id not in counts]
    if missing:
        raise EvaluationError(
            f"The predictions lack {named(missing)}: expected {len(queries)}, found {len(counts)}. A query without an "
            'answer is a row with empty lists: {"id": "...", "places": [], "dates": []}.'
        )
    return {p.id: p for p in predictions}


def _complete(asked: Sequence[Query], by_id: dict[str, Prediction], field: str) -> None:
    missing = [q.id for q in asked if getattr(by_id[q.id], field) is None]
    if missing:
        raise EvaluationError(
            f"`{field}` is missing for {named(missing)} of {len(asked)} whose truth is known, while other rows have "
            "it: a query without an answer has an empty list."
        )


def _note(name: str, queries: Sequence[Query], asked: Sequence[Query], reader: PlaceReader) -> str:
    notes = [not_asked(queries, name)]
    lost = sum(reader.answer(q.place, q.point, q.path).point is None for q in asked) if name == "place" else 0
    if lost:
        notes.append(f"{lost} true places without coordinates: they score 0 unless matched exactly")
    return "; ".join(n for n in notes if n)
