"""A CSV that lists photographs: what is wrong with a row is told with its line, and the others go on.

Columns, in any order: `path` (or `file`), and where they are wanted `note`, `claim`, `place` and `date` (what the
claim says), `title` and `tags`. As spreadsheets write it: UTF-8 with or without a mark, UTF-16 with one; commas,
semicolons, tabs or bars.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from pydantic import ValidationError

from newsctx.batch.records import Entry, Found, Problem
from newsctx.batch.sources import SUFFIXES
from newsctx.case_words import TITLE, line, tag_line
from newsctx.errors import BatchError, NewsctxError
from newsctx.records import Claim, Inputs, PartialDate
from newsctx.settings import BatchSettings

#: Column -> the names it may have, folded.
COLUMNS = {
    "path": ("path", "file", "filename", "photo", "image"),
    "note": ("note", "notes"),
    "claim": ("claim", "claim_text"),
    "place": ("place", "claim_place", "claimed_place"),
    "date": ("date", "claim_date", "claimed_date"),
    "title": ("title",),
    "tags": ("tags", "tag"),
}
_DELIMITERS = ",;\t|"
_TEXT = 20_000  # characters of a note or claim
#: Finds the photograph that a row names: its path, None where its bytes are kept elsewhere. Raises BatchError.
Locate = Callable[[str], Path | None]


def read_list(path: Path, settings: BatchSettings, inputs: Inputs | None = None, absolute: bool = False) -> Found:
    """The photographs of a CSV. Their paths are relative to its folder and stay in it, unless `absolute` allows others.

    inputs: note and claim of rows that have none. Raises BatchError where the list as a whole cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(settings.list_bytes + 1)
    except OSError as error:
        raise BatchError(f"The list {path} cannot be read: {error.strerror}.") from error
    entries, problems, notes = parse_list(data, _within(path.resolve().parent, absolute), settings, inputs, str(path))
    return Found(path.stem, f"csv:{path.resolve()}", entries, problems, notes)


def parse_list(
    data: bytes, locate: Locate, settings: BatchSettings, inputs: Inputs | None = None, name: str = "The list"
) -> tuple[tuple[Entry, ...], tuple[Problem, ...], tuple[str, ...]]:
    """Entries, problems and notes. Raises BatchError where the list as a whole cannot be read."""
    if len(data) > settings.list_bytes:
        raise BatchError(f"{name} has more than {settings.list_bytes:,} bytes (setting batch.list_bytes). Split it.")
    rows = _rows(_decoded(data, name), name)
    columns, unknown = _columns(next(rows, (0, []))[1], name)
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: dict[tuple[object, ...], int] = {}
    try:
        for number, row in rows:
            if not any(cell.strip() for cell in row):
                continue
            try:
                entry = _entry(row, columns, locate, inputs or Inputs(), number)
            except NewsctxError as error:
                problems.append(Problem(_cell(row, columns, "path")[:200], str(error), number))
                continue
            key = (entry.name, entry.inputs, entry.title, entry.tags)
            if first := seen.get(key):
                problems.append(Problem(entry.name, f"the same as line {first}; taken once", number))
                continue
            seen[key] = number
            entries.append(entry)
            if len(entries) > settings.items:
                raise BatchError(f"{name} has more than {settings.items:,} rows (setting batch.items). Split it.")
    except csv.Error as error:
        problems.append(
            Problem(name, f"the list cannot be read on from here: {error}", entries[-1].line + 1 if entries else 2)
        )
    if not entries and not problems:
        raise BatchError(f"{name} has no row below its head. Write a photograph's path into each.")
    notes = [f"columns that are not used: {', '.join(unknown)}"] if unknown else []
    return tuple(entries), tuple(problems), tuple(notes)


def _decoded(data: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # spreadsheets call this "Unicode text"
        return data.decode("utf-16", errors="replace").replace("\x00", "")
    try:
        return data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as error:
        where = data[: error.start].count(b"\n") + 1
        raise BatchError(
            f"{name} is not UTF-8 (line {where}, byte {error.start:,}). Save it as “CSV UTF-8”, then try again."
        ) from error


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Line number of a row's beginning, and its cells."""
    first, skipped = next(iter(text.splitlines()), ""), 0
    if first.lower().startswith("sep=") and len(first) == 5:  # a spreadsheet's own word
        delimiter, text, skipped = first[4], text[len(first) :].lstrip("\r\n"), 1
    else:
        delimiter = _delimiter(first, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    before = 0
    for row in reader:
        yield before + 1 + skipped, row
        before = reader.line_num


def _delimiter(head: str, name: str) -> str:
    """That under which the head has the most columns that are known; the first of equals."""
    known = {n for names in COLUMNS.values() for n in names}

    def count(delimiter: str) -> int:
        return sum(_folded(c) in known for c in next(csv.reader([head], delimiter=delimiter), []))

    return max(_DELIMITERS, key=lambda d: (count(d), -_DELIMITERS.index(d)))


def _folded(name: str) -> str:
    return "_".join(name.replace("-", " ").replace("_", " ").casefold().split())


def _columns(head: list[str], name: str) -> tuple[dict[str, int], list[str]]:
    found: dict[str, int] = {}
    unknown = []
    for i, cell in enumerate(head):
        column = next((c for c, names in COLUMNS.items() if _folded(cell) in names), None)
        if column and column not in found:
            found[column] = i
        elif cell.strip():
            unknown.append(cell.strip()[:40])
    if "path" not in found:
        raise BatchError(
            f"{name} has no column `path` or `file`: its first line is {','.join(head)[:100]!r}. Name the columns in "
            f"the first line: {', '.join(COLUMNS)}; only the path is needed."
        )
    return found, unknown


def _cell(row: list[str], columns: dict[str, int], column: str) -> str:
    at = columns.get(column)
    return row[at].strip() if at is not None and at < len(row) else ""


def _entry(row: list[str], columns: dict[str, int], locate: Locate, default: Inputs, number: int) -> Entry:
    said = {column: _cell(row, columns, column) for column in COLUMNS}
    if not said["path"]:
        raise BatchError("no path of a photograph")
    for column in ("note", "claim", "place"):
        if len(said[column]) > _TEXT:
            raise BatchError(f"its {column} has {len(said[column]):,} characters; at most {_TEXT:,} are taken")
    claim = default.claim
    if said["claim"] or said["place"] or said["date"]:
        claim = Claim(text=said["claim"], place=said["place"], date=_date(said["date"]))
    tags = [t for part in said["tags"].replace("|", ";").split(";") for t in part.split(",")]
    path = locate(said["path"])
    return Entry(
        said["path"], path, Inputs(note=said["note"] or default.note, claim=claim), line(said["title"], "title", TITLE),
        tag_line(tags), number,
    )  # fmt: skip


def _date(text: str) -> PartialDate | None:
    try:
        return PartialDate.model_validate(text) if text else None
    except ValidationError as error:
        raise BatchError(
            f"the claimed date {text[:40]!r} is no date: write 2017-12-26, 2017-12, 2017 or a decade like 1970s"
        ) from error


def _within(base: Path, absolute: bool) -> Locate:
    """Finds files below `base`; with `absolute` also others that a row names."""

    def locate(name: str) -> Path:
        if "://" in name[:20]:
            raise BatchError(f"{name[:80]!r} is an address: nothing is fetched. Save the photograph and name the file")
        if not all(c.isprintable() for c in name):
            raise BatchError(f"{name[:80]!r} is no name that can be shown")
        outside = PurePosixPath(name).is_absolute() or bool(PureWindowsPath(name).drive)
        path = Path(name) if outside else base / name
        if not absolute and outside:
            raise BatchError(
                f"{name[:80]!r} is an absolute path: write it relative to the list, or allow it by --absolute"
            )
        try:
            real = path.resolve()
            if not absolute and not real.is_relative_to(base):
                raise BatchError(
                    f"{name[:80]!r} lies outside the list's folder: move it there, or allow it by --absolute"
                )
            if not real.exists():
                raise BatchError(f"there is no file {name[:80]!r} in {base}")
            if not real.is_file():
                raise BatchError(f"{name[:80]!r} is no file")
        except (OSError, ValueError, RuntimeError) as error:
            raise BatchError(f"{name[:80]!r} cannot be read: {getattr(error, 'strerror', '') or error}") from error
        if real.suffix.lower() not in SUFFIXES:
            raise BatchError(f"{name[:80]!r} is no photograph by its name")
        return real

    return locate
