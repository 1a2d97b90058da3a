"""Loading queries with their truth from any of the known forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from newsctx.errors import EvaluationError
from newsctx.evaluation.five_pils import read_five_pils
from newsctx.evaluation.open_events import open_events_articles, read_open_events
from newsctx.evaluation.tara import read_tara
from newsctx.evaluation.truth import Query, check_queries, read_jsonl, read_queries

__all__ = ["FORMATS", "load_queries", "open_events_articles", "read_five_pils", "read_open_events", "read_queries",
           "read_tara"]  # fmt: skip

Reader = Callable[[Path, Path | None], tuple[Query, ...]]


def _own(path: Path, images: Path | None) -> tuple[Query, ...]:
    return read_queries(path)


FORMATS: dict[str, Reader] = {
    "queries": _own, "5pils_ooc": read_five_pils, "tara": read_tara, "openevents": read_open_events,
}  # fmt: skip


def load_queries(
    path: Path, form: str = "auto", images: Path | None = None, need_images: bool = False
) -> tuple[Query, ...]:
    """The queries of a file.

    Args:
        form: one of FORMATS, or `auto`: `.csv` is OpenEvents, `.json` 5Pils-OOC, a first row with gold labels TARA.
        images: the folder of the photographs, where it is not beside the file.
        need_images: every query needs a photograph that exists.

    Raises:
        EvaluationError: an unknown form, or a file that cannot be read as it.
    """
    form = _guess(path) if form == "auto" else form
    if form not in FORMATS:
        raise EvaluationError(f"unknown form {form!r} of queries; expected auto or one of {', '.join(FORMATS)}.")
    queries = FORMATS[form](path, images)
    check_queries(queries, str(path), need_images)
    return queries


def _guess(path: Path) -> str:
    if path.suffix == ".csv":
        return "openevents"
    if path.suffix == ".json":
        return "5pils_ooc"
    first = next((row for _, row in read_jsonl(path)), {})
    return "tara" if {"gold_location", "gold_time", "locations"} & set(first) else "queries"
