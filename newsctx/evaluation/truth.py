"""Queries with their truth, as the evaluation reads them: one JSON object a line."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from newsctx.errors import EvaluationError
from newsctx.evaluation.place_metrics import Point
from newsctx.records import PartialDate, Record

_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
CENTURY = re.compile(r"\d{1,2}(?:st|nd|rd|th) century")  # a true date of TARA; any finer prediction scores 0
_NAMED = 10  # ids that a message lists


class Query(Record):
    """One photograph and what is true of it; what is not known is left out, and not scored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    id: Annotated[str, Field(min_length=1)]
    image: Path | None = None
    place: str = ""  # leaf to root: `Paris, France, Europe`
    date: str = ""  # YYYY-MM-DD, YYYY-MM, YYYY, 1970s or `20th century`
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    path: tuple[str, ...] = ()  # the place from continent to leaf, where the data set knows it
    relevant: tuple[str, ...] | None = None  # event-relevant articles; empty: the archive knows nothing of it
    location_relevant: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()  # articles that are left out, as the photograph's own where others are to be found
    captions: tuple[str, ...] = ()  # references: what a person wrote under the photograph
    kind: str = ""
    note: str = ""

    @field_validator("id", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("place", "date", "kind", "note", mode="before")
    @classmethod
    def _blank(cls, value: Any) -> Any:
        return "" if value is None else value

    @field_validator("place")
    @classmethod
    def _levels(cls, value: str) -> str:
        """`Istanbul (Turkey)` is `Istanbul, Turkey`: the lowest level is the text before the first comma."""
        return _BRACKETS.sub(r", \1", value).strip()

    @model_validator(mode="after")
    def _sound(self) -> Query:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together")
        if self.date and not CENTURY.fullmatch(self.date):
            PartialDate.model_validate(self.date)
        return self

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


def read_queries(path: Path, images: bool = False) -> tuple[Query, ...]:
    """The queries of a JSONL file; image paths are relative to it.

    Args:
        images: every query needs a photograph that exists.

    Raises:
        EvaluationError: an unreadable file or row, no rows, a doubled id, or missing photographs.
    """
    rows = []
    for number, row in read_jsonl(path):
        try:
            rows.append(Query.model_validate(row))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(p) for p in first["loc"])
            raise EvaluationError(f"{path}, line {number}: {where} {first['msg']}".replace(":  ", ": ")) from error
    queries = tuple(q.model_copy(update={"image": path.parent / q.image}) if q.image else q for q in rows)
    check_queries(queries, str(path), images)
    return queries


def check_queries(queries: Sequence[Query], where: str, images: bool = False) -> None:
    """Raise EvaluationError where there is nothing, an id stands twice, or a needed photograph is missing."""
    if not queries:
        raise EvaluationError(f"{where} holds no queries: expected one JSON object a line with `id`.")
    twice = [i for i, n in Counter(q.id for q in queries).items() if n > 1]
    if twice:
        raise EvaluationError(f"{where}: {named(twice)} stand more than once; give each query an id of its own.")
    missing = [q.id for q in queries if images and (q.image is None or not q.image.is_file())]
    if missing:
        raise EvaluationError(
            f"{where}: the photographs of {named(missing)} are missing: `image` is a path relative to the file. "
            "Every query is scored, so none can be left out silently; remove those rows or add the files."
        )


def not_asked(queries: Sequence[Query], task: str) -> str:
    """How many queries a task (`place`, `date`, `event articles`, `location articles`) leaves out, and why; or nothing.

    An empty list of relevant articles says that there is none to find; a list that is not given is an unknown truth.
    """
    field = {"event articles": "relevant", "location articles": "location_relevant"}.get(task, task)
    values = [getattr(q, field) for q in queries]
    none, unknown = values.count(()), sum(v in ("", None) for v in values)
    parts = []
    if none:
        parts.append(f"{none} more queries have no relevant article and no recall")
    if unknown:
        what = f"their {task} is" if field == task else "their relevant articles are"
        parts.append(f"{unknown} more are not scored: {what} not known")
    return "; ".join(parts)


def read_jsonl(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line number, object) of every line that is not blank; raises EvaluationError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read: {error}.") from error
    found = []
    for number, line in enumerate(text.split("\n"), 1):  # not splitlines(): U+2028 may stand inside a string
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise EvaluationError(f"{path}, line {number}: not JSON ({error}); expected one object a line.") from error
        if not isinstance(row, dict):
            raise EvaluationError(f"{path}, line {number}: {type(row).__name__}, expected an object with `id`.")
        found.append((number, row))
    return found


def named(ids: Iterable[str]) -> str:
    """`3 queries (a, b, c)`; at most ten are listed."""
    known = list(ids)
    more = ", ..." if len(known) > _NAMED else ""
    return f"{len(known)} {'query' if len(known) == 1 else 'queries'} ({', '.join(known[:_NAMED])}{more})"
