"""Readers for JSONL, CSV and Parquet, plain or gzipped: one row at a time, whatever the size of the file.

A reader yields `SourceRow`s with the position of each: the line number in JSONL and CSV (where a row starts), the
row number in Parquet, all from 1. A row that cannot be read is yielded with its reason; the rest goes on.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from newsctx.errors import ImportRefused
from newsctx.settings import ImportSettings

FORMATS = ("auto", "jsonl", "csv", "parquet")
FIELDS = frozenset(
    {
        "id", "url", "source", "headline", "abstract", "body", "published", "places", "image", "image_url", "images",
        "captions", "links", "language",
    }
)  # fmt: skip
_SUFFIXES = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "csv",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class SourceRow:
    """One row: its position, its data, or why it has none; `done` = share of the file's bytes read, 0 to 1."""

    line: int
    data: dict[str, Any] | None
    reason: str = ""
    done: float = 0.0


def detect_format(source: Path, wanted: str = "auto") -> str:
    """`jsonl`, `csv` or `parquet`: the wanted one, else by suffix (before `.gz`), else by content.

    Raises:
        ImportRefused: no such file, a folder, an unknown format, or content that is none of them.
    """
    if wanted not in FORMATS:
        raise ImportRefused(f"unknown format {wanted!r}: expected one of {', '.join(FORMATS)}")
    if not source.is_file():
        what = "is a folder" if source.is_dir() else "is not a file"
        raise ImportRefused(f"{source} {what}: expected a JSONL, CSV or Parquet file of articles")
    if wanted != "auto":
        return wanted
    suffixes = [s.lower() for s in source.suffixes if s.lower() != ".gz"]
    return _SUFFIXES.get(suffixes[-1] if suffixes else "") or _by_content(source)


def source_digest(source: Path) -> str:
    """SHA-256 of the file's bytes, hexadecimal."""
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ImportRefused(f"{source} cannot be read: {error.strerror}") from error


def read_rows(source: Path, form: str, settings: ImportSettings, after: int = 0) -> Iterator[SourceRow]:
    """Rows whose position is above `after`, in file order.

    Raises:
        ImportRefused: the file as a whole cannot be read as `form`.
    """
    reader: Callable[[Path, ImportSettings, int], Iterator[SourceRow]]
    reader = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}[form]
    try:
        yield from reader(source, settings, after)
    except (OSError, EOFError, zlib.error, pa.ArrowException) as error:  # BadGzipFile is an OSError
        raise ImportRefused(f"{source} cannot be read to its end as {form}: {error}") from error


def _by_content(source: Path) -> str:
    try:
        with _open(source) as stream:
            head = stream.read(4096)
    except (OSError, EOFError, zlib.error) as error:
        raise ImportRefused(f"{source} cannot be read: {error}") from error
    if head.startswith(_PARQUET):
        return "parquet"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{") or not text:
        return "jsonl"
    if b"\0" in head:
        raise ImportRefused(
            f"{source} is neither JSONL, CSV nor Parquet: name its format with --format if it is one of them"
        )
    return "csv"


def _open(source: Path) -> IO[bytes]:
    file = source.open("rb")
    magic = file.read(2)
    file.seek(0)
    if magic != _GZIP:
        return file
    file.close()
    return gzip.GzipFile(source)  # type: ignore[return-value]


class _Progress:
    """Share of the file on disk that has been read; for gzip, of the compressed bytes."""

    def __init__(self, source: Path, stream: IO[bytes]) -> None:
        self._size = max(1, source.stat().st_size)
        self._raw: BinaryIO = stream.fileobj if isinstance(stream, gzip.GzipFile) else stream  # type: ignore[assignment]

    def __call__(self) -> float:
        return min(1.0, self._raw.tell() / self._size)


def _refuse_utf16(source: Path, head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused(f"{source} is UTF-16: expected UTF-8; convert it with `iconv -f UTF-16 -t UTF-8`")


def _jsonl(source: Path, settings: ImportSettings, after: int) -> Iterator[SourceRow]:
    with _open(source) as stream:
        progress, line = _Progress(source, stream), 0
        while raw := stream.readline(settings.max_row_bytes + 1):
            line += 1
            if line == 1:
                _refuse_utf16(source, raw)
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            whole = len(raw) <= settings.max_row_bytes or raw.endswith(b"\n")
            if not whole:
                _skip_line(stream)
            if line <= after or not raw.strip():
                continue
            if not whole:
                yield SourceRow(line, None, f"a line of more than {settings.max_row_bytes} bytes", progress())
                continue
            data, reason = _json_object(raw)
            yield SourceRow(line, data, reason, progress())


def _skip_line(stream: IO[bytes]) -> None:
    while (rest := stream.readline(_BLOCK)) and not rest.endswith(b"\n"):
        pass


def _json_object(raw: bytes) -> tuple[dict[str, Any] | None, str]:
    try:
        # NaN is how pandas writes a missing value
        value = json.loads(raw.decode("utf-8"), parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        return None, f"not UTF-8 at byte {error.start + 1} of the line"
    except json.JSONDecodeError as error:
        return None, f"not JSON: {error.msg} at character {error.pos + 1}"
    except (ValueError, RecursionError) as error:
        return None, f"not JSON that can be read: {str(error)[:200]}"
    if not isinstance(value, dict):
        return None, f"expected a JSON object, found {type(value).__name__}"
    return value, ""


def _csv(source: Path, settings: ImportSettings, after: int) -> Iterator[SourceRow]:
    csv.field_size_limit(settings.max_row_bytes)
    with _open(source) as stream:
        progress = _Progress(source, stream)
        # surrogateescape keeps a badly encoded row apart from its neighbours: only that row is refused
        lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        header = _header(source, lines)
        if header is None:
            return
        names, delimiter, used = header
        rows = csv.reader(lines, delimiter=delimiter)
        while True:
            line = used + rows.line_num + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                if line > after:
                    yield SourceRow(line, None, f"not CSV: {error}", progress())
                continue
            if line > after and cells:
                data, reason = _cells(names, cells)
                yield SourceRow(line, data, reason, progress())


def _header(source: Path, lines: io.TextIOWrapper) -> tuple[list[str], str, int] | None:
    """Column names, delimiter and the number of lines read; None for an empty file."""
    first, used = "", 0
    while not first.strip():
        first, used = lines.readline(_BLOCK), used + 1
        if not first:
            return None
    if first.startswith(("\udcff\udcfe", "\udcfe\udcff")):
        _refuse_utf16(source, b"\xff\xfe")
    candidates = [([c.strip().lower() for c in next(csv.reader([first], delimiter=d))], d) for d in ",;\t|"]
    names, delimiter = max(candidates, key=lambda c: len(FIELDS.intersection(c[0])))
    _need_identity(source, names)
    return names, delimiter, used


def _need_identity(source: Path, names: list[str]) -> None:
    if not {"id", "url"} & set(names):
        raise ImportRefused(f"{source} has neither a column `id` nor `url`; its columns: {', '.join(names)[:300]}")


def _cells(names: list[str], cells: list[str]) -> tuple[dict[str, Any] | None, str]:
    if len(cells) != len(names):
        return None, f"{len(cells)} cells under {len(names)} columns: an unquoted comma, or a quote that is not closed"
    data = {name: cell or None for name, cell in zip(names, cells, strict=True)}
    try:
        "".join(cells).encode("utf-8")
    except UnicodeEncodeError:
        return None, "not UTF-8"
    return data, ""


def _parquet(source: Path, settings: ImportSettings, after: int) -> Iterator[SourceRow]:
    with _open(source) as probe:
        packed = isinstance(probe, gzip.GzipFile)
    if packed:
        raise ImportRefused(
            f"{source} is gzipped Parquet, which cannot be read in parts: unpack it first with `gunzip`"
        )
    with pq.ParquetFile(source) as table:
        _need_identity(source, [str(name).lower() for name in table.schema_arrow.names])
        columns = [name for name in table.schema_arrow.names if name.lower() in FIELDS]
        total, line = max(1, table.metadata.num_rows), 0
        for group in range(table.num_row_groups):
            count = table.metadata.row_group(group).num_rows
            if line + count <= after:
                line += count
                continue
            for batch in table.iter_batches(settings.batch, row_groups=[group], columns=columns):
                for data in _values(batch):
                    line += 1
                    if line > after:
                        row, reason = data
                        yield SourceRow(line, row, reason, line / total)


def _values(batch: pa.RecordBatch) -> Iterator[tuple[dict[str, Any] | None, str]]:
    try:
        for value in batch.to_pylist():
            yield {name.lower(): item for name, item in value.items()}, ""
    except (UnicodeDecodeError, ValueError, OverflowError):  # one bad value: find its row
        for index in range(batch.num_rows):
            try:
                value = batch.slice(index, 1).to_pylist()[0]
                yield {name.lower(): item for name, item in value.items()}, ""
            except (UnicodeDecodeError, ValueError, OverflowError) as error:
                yield None, f"a value that cannot be read: {str(error)[:200]}"
