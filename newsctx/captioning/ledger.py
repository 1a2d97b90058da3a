"""What was made for which article, one JSON line each, as it is made: a kill loses nothing that was finished."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from types import TracebackType
from typing import IO, Generic, TypeVar

from pydantic import ValidationError

from newsctx.cache import write_beside
from newsctx.records import Record

log = logging.getLogger(__name__)


class Entry(Record):
    """Base of the rows: whose work it is, of which text."""

    article_id: str
    maker: str  # digest of the writer or judge and of its settings
    text: str  # `text_digest` of the article


E = TypeVar("E", bound=Entry)


class Ledger(Generic[E]):
    """The rows of a file by article, the last one wins; use under the archive's lock."""

    def __init__(self, path: Path, row: type[E]) -> None:
        self.path = path
        self._row = row
        self._rows: dict[str, E] = read(path, row)
        self._file: IO[str] | None = None

    def __enter__(self) -> Ledger[E]:
        # written anew without torn and overtaken lines, then only appended to
        lines = "".join(r.model_dump_json() + "\n" for r in self._rows.values())
        write_beside(self.path, lines.encode())
        self._file = self.path.open("a", encoding="utf-8")
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file:
            self._file.close()

    def get(self, article_id: str) -> E | None:
        return self._rows.get(article_id)

    def put(self, row: E) -> None:
        assert self._file is not None
        self._file.write(row.model_dump_json() + "\n")
        self._file.flush()
        self._rows[row.article_id] = row


def read(path: Path, row: type[E]) -> dict[str, E]:
    """The rows by article; a line that a kill has torn counts as not written."""
    found: dict[str, E] = {}
    if not path.is_file():
        return found
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), 1):
        if not line.strip():
            continue
        try:
            one = row.model_validate(json.loads(line))
        except (json.JSONDecodeError, ValidationError) as error:
            log.warning("%s, line %d is left out: %s", path, number, str(error).splitlines()[0])
            continue
        found[one.article_id] = one
    return found
