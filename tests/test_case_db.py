"""The case store's file: what is remembered of it is what DuckDB would answer."""

from __future__ import annotations

import pytest

from newsctx import case_db
from newsctx.case_db import CaseDb

TITLES = "SELECT c.title, r.number FROM cases AS c JOIN runs AS r USING (case_id) ORDER BY 1, 2"


@pytest.fixture
def db(tmp_path):
    db = CaseDb(tmp_path)
    db.execute("INSERT INTO cases (case_id, title, created, updated, photo_sha256, filename, inputs) "
               "VALUES ('a', 'one', '', '', '', '', '{}')")  # fmt: skip
    db.execute("INSERT INTO runs VALUES ('r', 'a', 1, '', '', 'done', 0, '{}', NULL)")
    yield db
    db.close()


def asked(db: CaseDb) -> int:
    """How many answers are remembered."""
    return len(db._read)


def test_a_write_forgets_what_names_its_table_and_nothing_else(db):
    assert db.execute(TITLES) == [("one", 1)]
    assert db.execute("SELECT count(*) FROM overrides") == [(0,)]
    db.execute("UPDATE runs SET number = ? WHERE run_id = ?", [2, "r"])
    assert asked(db) == 1, "only the answer without the table stays"
    assert db.execute(TITLES) == [("one", 2)]
    db.execute("UPDATE cases SET title = 'two'")
    assert db.execute(TITLES) == [("two", 2)]
    db.execute("DELETE FROM runs WHERE run_id = 'r'")
    assert db.execute(TITLES) == []
    db.execute("INSERT OR REPLACE INTO runs VALUES ('s', 'a', 3, '', '', 'done', 0, '{}', NULL)")
    assert db.execute(TITLES) == [("two", 3)]


def test_a_statement_that_names_no_table_forgets_everything(db):
    db.execute(TITLES), db.execute("SELECT count(*) FROM overrides")
    db.execute("CHECKPOINT")
    assert asked(db) == 0


def test_what_was_rolled_back_is_not_remembered(db):
    with pytest.raises(RuntimeError), db.transaction():
        db.execute("UPDATE cases SET title = 'wrong'")
        assert db.execute(TITLES) == [("wrong", 1)]
        raise RuntimeError
    assert db.execute(TITLES) == [("one", 1)]


def test_an_id_is_never_taken_for_an_option_of_a_command_line(monkeypatch):
    """One in 64 would begin with a hyphen: `cases report -Jx... --format pdf` would be refused."""
    drawn = iter(["-" + "a" * 21, "_" + "b" * 21])
    monkeypatch.setattr(case_db.secrets, "token_urlsafe", lambda size: next(drawn) if size == 16 else "")
    assert case_db.new_id() == "_" + "b" * 21
