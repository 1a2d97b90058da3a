"""The half-done import beside the archive: `archive.next.duckdb`, and how it becomes `archive.duckdb`.

Readers only ever see `archive.duckdb`, which is replaced in one step. A run that dies leaves its committed batches in
the file beside; the next run with the same source goes on there, a different one discards it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from newsctx.archive import tables
from newsctx.archive.migrations import migrate
from newsctx.archive.store import FILE
from newsctx.archive.summary import Counts, Report
from newsctx.errors import ArchiveError, ImportRefused

NEXT, START, LOCK = "archive.next.duckdb", "archive.start.duckdb", "import.lock"
_REPORT = {"run_id": tables.TEXT, "kind": tables.TEXT, "file": tables.TEXT, "line": tables.INT, "reason": tables.TEXT}
_CURRENT = "run_id = (SELECT value FROM archive_info WHERE key = 'run')"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What is imported: the name to show, the digest that makes two runs the same job, and the format."""

    source: str
    key: str
    form: str


@contextlib.contextmanager
def locked(archive: Path) -> Iterator[None]:
    """Holds the archive's import lock, which the system frees when the process dies.

    Raises:
        ImportRefused: another import is at work.
        ArchiveError: the folder cannot be made or written.
    """
    try:
        archive.mkdir(parents=True, exist_ok=True)
        lock = FileLock(archive / LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise ImportRefused(
            f"another import into {archive} is running: wait for it to end, then start this one again"
        ) from error
    except OSError as error:
        raise ArchiveError(
            f"{archive} cannot be written ({error.strerror}): name a folder of yours with --archive"
        ) from error
    try:
        yield
    finally:
        lock.release()


class WorkFile:
    """An import run in progress; use under `locked`."""

    def __init__(self, archive: Path, job: Job) -> None:
        self._archive = archive
        self._next = archive / NEXT
        self._remove(archive / START)
        found = self._reopen(job)
        self.resumed = found is not None
        self.connection = found or self._start(job)
        row = self.connection.execute(
            f"SELECT run_id, state, rows_done, counts FROM import_runs WHERE {_CURRENT}"
        ).fetchone()
        assert row  # _start and _reopen both see to it
        self.run_id, self._state, self.rows_done = row[0], row[1], int(row[2])
        self.counts = Counts(**json.loads(row[3]))

    @property
    def done(self) -> bool:
        """True when an earlier run had committed everything and died before the swap."""
        return self._state == "done"

    def seen(self) -> set[str]:
        """Articles that this run has met so far."""
        return {key for (key,) in self.connection.execute("SELECT article_id FROM run_seen").fetchall()}

    def commit(
        self,
        articles: Sequence[tables.Stored],
        seen: Sequence[str],
        rejects: Sequence[Report],
        notes: Sequence[Report],
        rows_done: int,
        counts: Counts,
    ) -> None:
        """One batch and the progress that it means, in one transaction."""
        c = self.connection
        reports = [(self.run_id, "rejected", r.file, r.line, r.reason) for r in rejects]
        reports += [(self.run_id, "warning", r.file, r.line, r.reason) for r in notes]
        c.execute("BEGIN TRANSACTION")
        tables.write(c, articles)
        if seen:
            tables.insert(c, "run_seen", {"article_id": tables.TEXT}, [(key,) for key in seen])
        if reports:
            tables.insert(c, "import_rejects", _REPORT, reports)
        progress = [rows_done, json.dumps(asdict(counts)), self.run_id]
        c.execute("UPDATE import_runs SET rows_done = ?, counts = ? WHERE run_id = ?", progress)
        c.execute("COMMIT")
        self.rows_done, self.counts = rows_done, counts

    def reports(self, kind: str, most: int) -> tuple[Report, ...]:
        """The first `most` reports of this run, in the source's order."""
        query = (
            "SELECT file, line, reason FROM import_rejects WHERE run_id = ? AND kind = ? ORDER BY line, reason LIMIT ?"
        )
        return tuple(Report(*row) for row in self.connection.execute(query, [self.run_id, kind, most]).fetchall())

    def finish(self) -> str:
        """Seals the run and returns the version of the contents; `swap` makes it the archive."""
        c = self.connection
        version = contents_version(c)
        c.execute("BEGIN TRANSACTION")
        c.execute("DELETE FROM run_seen")
        c.execute("INSERT OR REPLACE INTO archive_info VALUES ('version', ?)", [version])
        c.execute("UPDATE import_runs SET state = 'done', finished = now()::TIMESTAMP WHERE run_id = ?", [self.run_id])
        c.execute("COMMIT")
        return version

    def swap(self) -> None:
        """Puts the finished file in the place of the archive, in one step and safely on disk."""
        self.connection.execute("CHECKPOINT")
        self.connection.close()
        log = _wal(self._next)
        if log.exists():
            raise ArchiveError(f"{log} was not written back into {self._next}: start the import again")
        _sync(self._next)
        os.replace(self._next, self._archive / FILE)
        _sync(self._archive)

    def close(self) -> None:
        self.connection.close()

    def _reopen(self, job: Job) -> duckdb.DuckDBPyConnection | None:
        """The half-done file, where it is this job's and grew from the archive as it is now."""
        if not self._next.exists():
            self._remove(self._next)
            return None
        connection = None
        try:
            connection = duckdb.connect(str(self._next))
            migrate(connection, self._next)
            row = connection.execute(f"SELECT source_key, base_version FROM import_runs WHERE {_CURRENT}").fetchone()
            if row == (job.key, self._base_version()):
                return connection
            _log.warning("an unfinished import of something else into %s is discarded", self._archive)
        except (duckdb.Error, ArchiveError) as error:
            _log.warning("the unfinished import in %s cannot be read and is discarded: %s", self._next, error)
        if connection is not None:
            connection.close()
        self._remove(self._next)
        return None

    def _start(self, job: Job) -> duckdb.DuckDBPyConnection:
        """Opens a run in a copy of the archive, which only then gets the name that a later run looks for."""
        start, current = self._archive / START, self._archive / FILE
        base = self._base_version()
        if current.exists():
            shutil.copyfile(current, start)
        run_id = uuid.uuid4().hex
        with duckdb.connect(str(start)) as connection:
            migrate(connection, current)
            connection.execute("BEGIN TRANSACTION")
            connection.execute("DELETE FROM run_seen")
            connection.execute("INSERT OR REPLACE INTO archive_info VALUES ('run', ?)", [run_id])
            connection.execute(
                """INSERT INTO import_runs
                   (run_id, source, source_key, format, base_version, state, rows_done, counts, started)
                   VALUES (?, ?, ?, ?, ?, 'running', 0, '{}', now()::TIMESTAMP)""",
                [run_id, job.source, job.key, job.form, base],
            )
            connection.execute("COMMIT")
            connection.execute("CHECKPOINT")
        os.replace(start, self._next)
        return duckdb.connect(str(self._next))

    def _base_version(self) -> str:
        """Contents version of the archive as it is now, whatever its schema; "" where there is none."""
        path = self._archive / FILE
        if not path.exists():
            return ""
        try:
            with duckdb.connect(":memory:") as connection:
                quoted = str(path.resolve()).replace("'", "''")
                connection.execute(f"ATTACH '{quoted}' AS archive (READ_ONLY)")
                row = connection.execute("SELECT value FROM archive.archive_info WHERE key = 'version'").fetchone()
        except duckdb.Error as error:
            text = str(error).splitlines()[0][:300]
            raise ArchiveError(
                f"{path} cannot be read as an archive ({text}): restore it, or delete it and import again"
            ) from error
        return row[0] if row else ""

    @staticmethod
    def _remove(path: Path) -> None:
        for file in (path, _wal(path)):
            file.unlink(missing_ok=True)


def contents_version(connection: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over all articles in the order of their ids: equal contents, equal version."""
    total = hashlib.sha256()
    cursor = connection.execute("SELECT article_id, content_hash FROM articles ORDER BY article_id")
    while rows := cursor.fetchmany(10_000):
        for key, content in rows:
            total.update(f"{key}\0{content}\n".encode())
    return total.hexdigest()


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
