"""The case store's DuckDB file: one connection, one lock, transactions that are whole or not there."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from newsctx.case_schema import MIGRATIONS
from newsctx.errors import NewsctxError
from newsctx.migrate import NewerSchema, check_version, migrate

FILE = "cases.duckdb"
_HELD = re.compile(r"[Cc]onflicting lock is held.*?\bPID (\d+)")
_WRITES = re.compile(r"(?:INSERT(?: OR REPLACE)? INTO|UPDATE|DELETE FROM) (\w+)")
_READ = 200  # answers kept; a document has some 300 KB


def new_id() -> str:
    """128 random bits as 22 letters, which cannot be guessed; never with a hyphen first, which a command line would
    take for an option.
    """
    while (made := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return made


def now() -> str:
    """This second: ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class CaseDb:
    """One process writes; any of its threads may call."""

    def __init__(self, folder: Path, read_only: bool = False) -> None:
        """Open `folder`'s store and bring it up to date; `read_only` changes nothing, so an older one is refused.

        Raises NewsctxError: held by another process, damaged, missing (read only), or of another version.
        """
        self.lock = threading.RLock()
        self._depth = 0
        self._read: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}  # until its table is written: nobody else does
        path = folder / FILE
        if read_only and not path.is_file():
            raise NewsctxError(f"There is no case store {path}. Name the folder that holds the cases with --state.")
        try:
            self._db = duckdb.connect(str(path), read_only=read_only)
            if read_only:
                self._up_to_date(path)
            elif migrate(self._db, MIGRATIONS):
                self._db.execute("CHECKPOINT")  # no changed table is ever replayed from the log after a kill
        except NewerSchema as error:
            raise NewsctxError(f"{path}: {error}. Use the newer newsctx, or another --state folder.") from error
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            if held := _HELD.search(first):
                raise NewsctxError(
                    f"The case store {path} is in use by another newsctx (process {held[1]}), which alone can read and "
                    "write it. Close that one, do this on its page, or name another folder with --state."
                ) from error
            raise NewsctxError(
                f"The case store {path} cannot be opened ({first}). Close the newsctx that uses it, "
                "or choose another folder with --state."
            ) from error

    def _up_to_date(self, path: Path) -> None:
        found = check_version(self._db, MIGRATIONS)
        if found < len(MIGRATIONS):
            self._db.close()
            raise NewsctxError(
                f"{path} has schema version {found} and this command only reads; open it once with "
                f"`python -m newsctx app --state {path.parent}`, which brings it to version {len(MIGRATIONS)}."
            )

    def close(self) -> None:
        with self.lock:  # a page may be reading in another thread
            self._db.close()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows; what is read again before any of its tables was written is not asked of DuckDB again."""
        with self.lock:
            if not sql.startswith("SELECT"):
                self._forget(sql)
                return self._db.execute(sql, list(values)).fetchall()
            key = (sql, *(tuple(v) if isinstance(v, list) else v for v in values))
            if key not in self._read:
                if len(self._read) >= _READ:
                    self._read.clear()
                self._read[key] = self._db.execute(sql, list(values)).fetchall()
            return list(self._read[key])

    def _forget(self, sql: str) -> None:
        """What a statement may change: every answer that names its table, all of them where it names none."""
        written = _WRITES.match(sql)
        table = re.compile(rf"\b{written[1]}\b") if written else re.compile("")
        self._read = {key: rows for key, rows in self._read.items() if not table.search(key[0])}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is committed together, or none of it; inner ones join the outer one."""
        with self.lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN")
            self._depth = 1
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._read.clear()  # of what is now undone
                with suppress(duckdb.Error):  # a commit that failed has rolled back; what is raised says why
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0
