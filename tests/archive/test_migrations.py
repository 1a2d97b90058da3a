"""The schema: migrations are numbered, keep rows, and refuse what a newer program wrote."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from newsctx import migrate as migrating
from newsctx.archive import tables
from newsctx.archive.enrich import Enricher
from newsctx.archive.importer import import_archive
from newsctx.archive.migrations import LATEST, MIGRATIONS, migrate
from newsctx.archive.store import FILE, ArchiveStore
from newsctx.errors import ArchiveError
from newsctx.records import Article

NO_PLACES = Enricher(resolve=lambda keyword: None, link=lambda headline, abstract, body: (), digest="none")


def _old_archive(folder: Path, version: int) -> Path:
    """An archive as a program of that schema version left it: one article and a contents version."""
    folder.mkdir()
    with duckdb.connect(str(folder / FILE)) as connection:
        migrating.migrate(connection, MIGRATIONS[:version])
        article = Article(article_id="old", headline="Kept", captions=("c",))
        tables.write(connection, [tables.Stored(article, "", "hash")])
        connection.execute("INSERT INTO archive_info VALUES ('version', 'v-old')")
    return folder


def test_numbered_and_named() -> None:
    assert [m.number for m in MIGRATIONS] == list(range(1, LATEST + 1))
    assert all(m.title and m.sql.strip() for m in MIGRATIONS)


def test_columns_match_the_code(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        assert migrate(connection, tmp_path) == LATEST
        assert migrate(connection, tmp_path) == 0  # nothing to do the second time
        for table, columns in {"articles": tables.ARTICLES, **tables.CHILDREN}.items():
            found = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
            assert found == list(columns), table
        names = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}
    assert {"articles", "images", "captions", "links", "article_places", "import_runs", "import_rejects"} <= names


@pytest.mark.parametrize("version", range(1, LATEST + 1))
def test_an_old_archive_keeps_its_rows(tmp_path: Path, version: int) -> None:
    folder = _old_archive(tmp_path / "archive", version)
    if version < LATEST:
        with pytest.raises(ArchiveError, match=f"schema version {version}, expected {LATEST}.*newsctx import"):
            ArchiveStore.open(folder)
    source = tmp_path / "new.jsonl"
    source.write_text(json.dumps({"id": "new", "headline": "Added"}) + "\n")
    assert import_archive(source, folder, enricher=NO_PLACES).added == 1
    with ArchiveStore.open(folder) as store:
        assert store.ids() == ("new", "old")
        assert store.article("old") == Article(article_id="old", headline="Kept", captions=("c",))


def test_a_newer_archive_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = _old_archive(tmp_path / "archive", LATEST)
    with duckdb.connect(str(folder / FILE)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (?, 'future')", [LATEST + 1])
    before = (folder / FILE).read_bytes()
    source = tmp_path / "new.jsonl"
    source.write_text('{"id": "new"}\n')
    for attempt in (lambda: ArchiveStore.open(folder), lambda: import_archive(source, folder, enricher=NO_PLACES)):
        with pytest.raises(
            ArchiveError, match=f"schema version {LATEST + 1}, expected at most {LATEST}: update newsctx"
        ):
            attempt()
    assert (folder / FILE).read_bytes() == before


def test_a_failing_migration_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = (
        *MIGRATIONS,
        migrating.Migration(LATEST + 1, "broken", "CREATE TABLE half (x INTEGER); SELECT no_such_column;"),
    )
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        with pytest.raises(duckdb.Error):
            migrating.migrate(connection, broken)
        assert migrating.schema_version(connection) == LATEST
        assert ("half",) not in connection.execute("SHOW TABLES").fetchall()
