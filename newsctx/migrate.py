"""Numbered migrations for a DuckDB file: each in one transaction, applied once, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Migration:
    """One step; `number` counts from 1 without gaps, `sql` may hold several statements, `then` is called after it."""

    number: int
    title: str
    sql: str
    then: Callable[[duckdb.DuckDBPyConnection], None] | None = None


class NewerSchema(Exception):
    """The file was written by a newer program."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"schema version {found}, this program knows versions up to {known}")
        self.found = found
        self.known = known


def schema_version(connection: duckdb.DuckDBPyConnection) -> int:
    """Number of the last migration applied, 0 for an empty file."""
    tables = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_version'").fetchone()
    if not tables or not tables[0]:
        return 0
    row = connection.execute("SELECT coalesce(max(number), 0) FROM schema_version").fetchone()
    return int(row[0]) if row else 0


def check_version(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration]) -> int:
    """The file's version. Raises NewerSchema when this program does not know it."""
    found, known = schema_version(connection), len(migrations)
    if found > known:
        raise NewerSchema(found, known)
    return found


def migrate(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration]) -> int:
    """Apply what is missing; returns the number of migrations applied. Raises NewerSchema."""
    if [m.number for m in migrations] != list(range(1, len(migrations) + 1)):
        raise ValueError("migrations are numbered 1, 2, 3, ...")
    found = check_version(connection, migrations)
    for step in migrations[found:]:
        connection.execute("BEGIN")
        try:
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY, title TEXT)")
            connection.execute(step.sql)
            if step.then:
                step.then(connection)
            connection.execute("INSERT INTO schema_version VALUES (?, ?)", [step.number, step.title])
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return len(migrations) - found
