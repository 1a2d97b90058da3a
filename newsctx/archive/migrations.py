"""The schema of `archive.duckdb` as numbered migrations: `schema/0001_what.sql` and on, never edited once released.

Child tables carry no foreign keys: DuckDB checks them too eagerly when an article is replaced inside a transaction.
The importer replaces an article with all its rows at once instead.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from newsctx import migrate as migrating
from newsctx.errors import ArchiveError
from newsctx.migrate import Migration

REMEDY = "`python -m newsctx import SOURCE --archive {archive}`"


def _load() -> tuple[Migration, ...]:
    files = sorted(Path(__file__).with_name("schema").glob("*.sql"))
    return tuple(Migration(int(f.stem[:4]), f.stem[5:].replace("_", " "), f.read_text("utf-8")) for f in files)


MIGRATIONS: tuple[Migration, ...] = _load()
LATEST = len(MIGRATIONS)


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Brings the open file at `path` up to date; returns how many migrations ran.

    Raises:
        ArchiveError: the file was written by a newer program.
    """
    try:
        return migrating.migrate(connection, MIGRATIONS)
    except migrating.NewerSchema as error:
        raise ArchiveError(newer(path, error.found)) from error


def newer(path: Path, found: int) -> str:
    """What to tell about a file of a newer program."""
    remedy = REMEDY.format(archive="ANOTHER_FOLDER")
    return (
        f"{path} has schema version {found}, expected at most {LATEST}: update newsctx, or import again with {remedy}"
    )
