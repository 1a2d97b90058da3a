"""Numbered migrations: in order, once, each whole or not at all, never on a newer file."""

import duckdb
import pytest

from newsctx.migrate import Migration, NewerSchema, migrate, schema_version

ONE = Migration(1, "things", "CREATE TABLE things (name TEXT); INSERT INTO things VALUES ('kept');")
TWO = Migration(2, "sizes", "ALTER TABLE things ADD COLUMN size INTEGER DEFAULT 7;")
BROKEN = Migration(2, "broken", "ALTER TABLE things ADD COLUMN size INTEGER; SELECT * FROM nowhere;")


def test_an_old_file_keeps_its_rows_when_migrated_up():
    db = duckdb.connect()
    assert schema_version(db) == 0
    assert migrate(db, [ONE]) == 1
    assert migrate(db, [ONE, TWO]) == 1
    assert migrate(db, [ONE, TWO]) == 0
    assert db.execute("SELECT * FROM things").fetchall() == [("kept", 7)]


def test_a_step_that_fails_leaves_nothing_behind():
    db = duckdb.connect()
    migrate(db, [ONE])
    with pytest.raises(duckdb.Error):
        migrate(db, [ONE, BROKEN])
    assert schema_version(db) == 1
    assert db.execute("SELECT * FROM things").fetchall() == [("kept",)]


def test_a_newer_file_is_refused_with_both_versions():
    db = duckdb.connect()
    migrate(db, [ONE, TWO])
    with pytest.raises(NewerSchema, match="schema version 2, this program knows versions up to 1"):
        migrate(db, [ONE])


def test_numbers_have_no_gaps():
    with pytest.raises(ValueError, match="1, 2, 3"):
        migrate(duckdb.connect(), [TWO])
