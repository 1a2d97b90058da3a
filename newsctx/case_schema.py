"""The numbered migrations of the case store."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from newsctx import audit
from newsctx.case_words import found, searched
from newsctx.migrate import Migration


def _adopt(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin the trail of every case that an older newsctx has kept, and fill in what the list searches."""

    def execute(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        return connection.execute(sql, values).fetchall()

    cases = execute("SELECT case_id, title, filename, inputs FROM cases ORDER BY created, case_id", [])
    for case_id, title, filename, inputs in cases:
        stored = connection.execute("SELECT document FROM documents WHERE case_id = ?", [case_id]).fetchone()
        answers = found(json.loads(stored[0])) if stored else found({})
        given = json.loads(inputs)
        connection.execute(
            "UPDATE cases SET place = ?, happened = ?, caption = ?, words = ? WHERE case_id = ?",
            [*answers, searched(title, (), given, answers), case_id],
        )
        actions = connection.execute(
            "SELECT number, action FROM overrides WHERE case_id = ? ORDER BY number", [case_id]
        ).fetchall()
        detail = {"filename": filename, "overrides": [{"number": n, "override": json.loads(a)} for n, a in actions]}
        case = {"title": title, "tags": [], "status": "open", "archived": False, "inputs": given}
        first = audit.write(execute, case_id, "adopted", "", detail, after=case)
        audit.write(execute, "", "case_adopted", "", {"case_id": case_id, "head": first.hash})


MIGRATIONS = (
    Migration(
        1,
        "cases, overrides and documents",
        """
        CREATE TABLE cases (
            case_id TEXT PRIMARY KEY, title TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
            photo_sha256 TEXT NOT NULL, filename TEXT NOT NULL, inputs TEXT NOT NULL);
        CREATE TABLE overrides (
            case_id TEXT NOT NULL, number INTEGER NOT NULL, action TEXT NOT NULL, made TEXT NOT NULL,
            PRIMARY KEY (case_id, number));
        CREATE TABLE documents (
            case_id TEXT PRIMARY KEY, document TEXT NOT NULL, keys TEXT NOT NULL);
        """,
    ),
    Migration(
        2,
        "versions of captions",
        """
        CREATE TABLE captions (
            case_id TEXT NOT NULL, number INTEGER NOT NULL, made TEXT NOT NULL, digest TEXT NOT NULL,
            caption TEXT NOT NULL, parent INTEGER, PRIMARY KEY (case_id, number), UNIQUE (case_id, digest));
        """,
    ),
    Migration(
        3,
        "the list of cases, redo, runs and the trail",
        # state of an override: live, undone (redo brings it back), dropped (another was made after it was undone)
        """
        ALTER TABLE cases ADD COLUMN status TEXT DEFAULT 'open';
        ALTER TABLE cases ADD COLUMN tags TEXT DEFAULT '[]';
        ALTER TABLE cases ADD COLUMN archived BOOLEAN DEFAULT FALSE;
        ALTER TABLE cases ADD COLUMN place TEXT DEFAULT '';
        ALTER TABLE cases ADD COLUMN happened TEXT DEFAULT '';
        ALTER TABLE cases ADD COLUMN caption TEXT DEFAULT '';
        ALTER TABLE cases ADD COLUMN words TEXT DEFAULT '';
        ALTER TABLE overrides ADD COLUMN who TEXT DEFAULT '';
        ALTER TABLE overrides ADD COLUMN state TEXT DEFAULT 'live';
        CREATE TABLE trail (
            case_id TEXT NOT NULL, number INTEGER NOT NULL, made TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
            reason TEXT NOT NULL, detail TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
            previous TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (case_id, number));
        CREATE TABLE heads (case_id TEXT PRIMARY KEY, entries INTEGER NOT NULL, head TEXT NOT NULL);
        CREATE TABLE runs (
            run_id TEXT PRIMARY KEY, case_id TEXT NOT NULL, number INTEGER NOT NULL, started TEXT NOT NULL,
            ended TEXT NOT NULL, state TEXT NOT NULL, overrides INTEGER NOT NULL, summary TEXT NOT NULL,
            document BLOB);
        CREATE TABLE removals (photo_sha256 TEXT NOT NULL);
        """,
        _adopt,
    ),
    Migration(
        4,
        "owners of cases and whom they are shared with",
        """
        ALTER TABLE cases ADD COLUMN owner TEXT DEFAULT '';
        CREATE TABLE shares (
            case_id TEXT NOT NULL, name TEXT NOT NULL, allowed TEXT NOT NULL, PRIMARY KEY (case_id, name));
        """,
    ),
    Migration(
        5,
        "batches of photographs",
        # source: where the command line found them; archive: what they were last searched in; note: why it rests
        """
        CREATE TABLE batches (
            batch_id TEXT PRIMARY KEY, title TEXT NOT NULL, owner TEXT NOT NULL, who TEXT NOT NULL, made TEXT NOT NULL,
            source TEXT NOT NULL, archive TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL);
        CREATE TABLE batch_items (
            batch_id TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL,
            sha256 TEXT NOT NULL, inputs TEXT NOT NULL, title TEXT NOT NULL, tags TEXT NOT NULL, case_id TEXT NOT NULL,
            state TEXT NOT NULL, error TEXT NOT NULL, started TEXT NOT NULL, ended TEXT NOT NULL,
            seconds DOUBLE NOT NULL, attempts INTEGER NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (batch_id, number));
        """,
    ),
)
