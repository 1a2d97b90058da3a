"""The read side of an archive.

A store shows the archive as it was when it was opened, also while an import works beside it and after the import
has swapped the file: the old file stays readable through the open store. `stale()` tells when to open it anew.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from newsctx import migrate as migrating
from newsctx.archive import tables
from newsctx.archive.migrations import LATEST, REMEDY, newer
from newsctx.errors import ArchiveError
from newsctx.memory import Memory
from newsctx.records import Article, ArticlePlace, PartialDate

FILE = "archive.duckdb"
_ARTICLES, _IMAGES = 2_000, 10_000  # kept in memory: an article has some 5 KB
_VERSION = "SELECT value FROM archive_info WHERE key = 'version'"


@dataclass(frozen=True)
class ArchiveCounts:
    """How much the archive holds; `photos` are distinct usable files, `placed` articles have a place keyword."""

    articles: int
    with_photo: int
    photos: int
    dated: int
    placed: int


class ArchiveStore:
    """An archive opened for reading; safe to share between threads, each call uses a cursor of its own."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection, identity: tuple[int, ...]) -> None:
        self.folder = folder
        self._connection = connection
        self._identity = identity
        self._memory = Memory()  # what was read stays true: the file that is open never changes
        row = self._rows(_VERSION)
        if not row:
            raise ArchiveError(f"{folder / FILE} holds no finished import: expected one by {_remedy(folder)}")
        self.version: str = row[0][0]  # changes when and only when the contents change

    @classmethod
    def open(cls, folder: Path) -> ArchiveStore:
        """Opens the archive in `folder` read-only.

        Raises:
            ArchiveError: no such folder, no archive in it, a corrupt file, or another schema version.
        """
        folder = Path(folder)
        path = folder / FILE
        if not folder.is_dir():
            raise ArchiveError(f"there is no archive folder {folder}: make one with {_remedy(folder)}")
        if not path.is_file():
            raise ArchiveError(f"{folder} holds no {FILE}: import articles with {_remedy(folder)}")
        connection = None
        try:
            connection, identity = _attach(path)
            return cls(folder, connection, identity)
        except duckdb.Error as error:
            _close(connection)
            raise _unreadable(folder, error) from error
        except ArchiveError:
            _close(connection)
            raise

    def __enter__(self) -> ArchiveStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets the file go; later calls raise ArchiveError."""
        self._memory = Memory()
        self._connection.close()

    def stale(self) -> bool:
        """True when the file on disk is no longer the one that was opened (an import has swapped it, or it is gone)."""
        try:
            return _identity(self.folder / FILE) != self._identity
        except FileNotFoundError:
            return True

    def counts(self) -> ArchiveCounts:
        """Articles and what they have."""
        row = self._rows(
            """SELECT (SELECT count(*) FROM articles),
                      (SELECT count(DISTINCT article_id) FROM images WHERE image_id IS NOT NULL),
                      (SELECT count(DISTINCT image_id) FROM images),
                      (SELECT count(*) FROM articles WHERE published IS NOT NULL),
                      (SELECT count(DISTINCT article_id) FROM article_places)"""
        )[0]
        return ArchiveCounts(*row)

    def ids(self) -> tuple[str, ...]:
        """Every article id, in ascending order."""
        return tuple(key for (key,) in self._rows("SELECT article_id FROM articles ORDER BY article_id"))

    def article(self, article_id: str) -> Article | None:
        """One article, None where there is none with this id."""
        return self.articles([article_id]).get(article_id)

    def articles(self, ids: Iterable[str]) -> dict[str, Article]:
        """Articles by id, in one query and in the order asked for; unknown ids are left out."""
        wanted = list(dict.fromkeys(ids))
        missing = [key for key in wanted if not self._memory.has("articles", key)]
        new = {a.article_id: a for a in self._read(missing)} if missing else {}
        found = {key: self._memory.once("articles", key, partial(self._new, key, new), _ARTICLES) for key in wanted}
        return {key: article for key, article in found.items() if article is not None}

    def _new(self, article_id: str, read: dict[str, Article]) -> Article | None:
        """One that was just read; one that was forgotten a moment ago is read by itself."""
        if article_id in read:
            return read[article_id]
        return next(iter(self._read([article_id])), None)

    def facts(self, ids: Iterable[str]) -> dict[str, tuple[PartialDate | None, tuple[ArticlePlace, ...]]]:
        """Date and places of articles by id, without reading their texts; unknown ids are left out."""
        wanted = list(ids)
        if not wanted:
            return {}
        with self._cursor() as cursor:
            return tables.read_facts(cursor, wanted)

    def iter_articles(self, batch: int = 500) -> Iterator[list[Article]]:
        """All articles in the order of `ids()`, at most `batch` at a time, so that any archive fits in memory."""
        if batch < 1:
            raise ValueError(f"batch {batch}: expected at least 1")
        last = ""
        page = "SELECT article_id FROM articles WHERE article_id > ? ORDER BY article_id LIMIT ?"
        while ids := [key for (key,) in self._rows(page, [last, batch])]:
            yield self._read(ids)
            last = ids[-1]

    def image_ids(self) -> tuple[str, ...]:
        """Every usable photograph once, in ascending order."""
        query = "SELECT DISTINCT image_id FROM images WHERE image_id IS NOT NULL ORDER BY 1"
        return tuple(key for (key,) in self._rows(query))

    def image_path(self, image_id: str) -> Path | None:
        """The photograph's file; None where the archive does not know the id or the file is gone."""
        query = "SELECT suffix FROM images WHERE image_id = ? LIMIT 1"
        row = self._memory.once("suffixes", image_id, lambda: self._rows(query, [image_id]), _IMAGES)
        if not row:
            return None
        path = self.folder / "images" / image_id[:2] / f"{image_id}{row[0][0]}"
        return path if path.is_file() else None

    def articles_of_image(self, image_id: str) -> tuple[str, ...]:
        """Ids of the articles that carry this photograph, in ascending order."""
        query = "SELECT DISTINCT article_id FROM images WHERE image_id = ? ORDER BY 1"
        return tuple(key for (key,) in self._rows(query, [image_id]))

    def images_of_articles(self) -> dict[str, tuple[str, ...]]:
        """image_id -> ids of its articles, both ascending, for the whole archive in one query."""
        query = """SELECT image_id, list(DISTINCT article_id ORDER BY article_id) FROM images
                   WHERE image_id IS NOT NULL GROUP BY 1 ORDER BY 1"""
        return {key: tuple(articles) for key, articles in self._rows(query)}

    def shared_images(self, least: int) -> dict[str, tuple[tuple[str, PartialDate | None], ...]]:
        """image_id -> (article id, its date) of every image that stands in at least `least` articles, in id order."""
        query = """SELECT image_id, list(DISTINCT (article_id, published) ORDER BY (article_id, published)) AS found
                   FROM images JOIN articles USING (article_id) WHERE image_id IS NOT NULL
                   GROUP BY 1 HAVING count(DISTINCT article_id) >= ? ORDER BY 1"""
        return {
            key: tuple((a, PartialDate.model_validate(d) if d else None) for a, d in found)
            for key, found in self._rows(query, [least])
        }

    def links(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """article_id -> canonical URLs that it cites, for those of `ids` that cite any."""
        query = """SELECT article_id, list(url ORDER BY ordinal) FROM links
                   WHERE article_id IN (SELECT unnest(?)) GROUP BY 1 ORDER BY 1"""
        return {key: tuple(urls) for key, urls in self._rows(query, [sorted(set(ids))])}

    def citations(self) -> dict[str, tuple[str, ...]]:
        """article_id -> ids of the articles here that it cites, both ascending, for the whole archive in one query.

        Addresses are compared without their scheme; a link to itself or to an address that is not in the archive is
        left out.
        """
        query = """SELECT citing, list(cited ORDER BY cited) FROM (
                       SELECT DISTINCT l.article_id AS citing, a.article_id AS cited
                       FROM links l JOIN articles a ON a.url_key = substr(l.url, position('://' IN l.url) + 3)
                       WHERE a.article_id <> l.article_id AND a.url_key <> '')
                   GROUP BY 1 ORDER BY 1"""
        return {key: tuple(cited) for key, cited in self._rows(query)}

    def photographs(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """article_id -> its image ids in the article's order ("" for an image without a usable file)."""
        query = """SELECT article_id, list(coalesce(image_id, '') ORDER BY ordinal) FROM images
                   WHERE article_id IN (SELECT unnest(?)) GROUP BY 1 ORDER BY 1"""
        wanted = tuple(sorted(set(ids)))
        rows = self._memory.once("photographs", wanted, lambda: self._rows(query, [list(wanted)]), 64)
        return {key: tuple(images) for key, images in rows}

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own for each call, which is what makes the store safe between threads."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("USE archive")  # a cursor does not inherit it
                yield cursor
        except duckdb.ConnectionException as error:
            raise ArchiveError(f"the store of {self.folder} was closed: open it again") from error
        except duckdb.Error as error:  # a damaged block shows only when it is read
            raise _unreadable(self.folder, error) from error

    def _rows(self, query: str, values: Any = None) -> list[tuple]:
        with self._cursor() as cursor:
            return cursor.execute(query, values).fetchall()

    def _read(self, ids: Iterable[str]) -> list[Article]:
        with self._cursor() as cursor:
            return tables.read(cursor, ids)


def _attach(path: Path) -> tuple[duckdb.DuckDBPyConnection, tuple[int, ...]]:
    """Opens the file inside an empty in-memory database.

    `duckdb.connect(path)` would hand out the instance that this process already has open under the same path, which is
    the old file after a swap.
    """
    while True:
        before = _identity(path)
        connection = duckdb.connect(":memory:", config={"autoload_known_extensions": "false"})
        try:
            quoted = str(path.resolve()).replace("'", "''")
            connection.execute(f"ATTACH '{quoted}' AS archive (READ_ONLY)")
            connection.execute("USE archive")
            if _identity(path) == before:
                _check_schema(connection, path)
                return connection, before
        except BaseException:
            connection.close()
            raise
        connection.close()  # swapped while it was opened: once more


def _check_schema(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    found = migrating.schema_version(connection)
    if found > LATEST:
        raise ArchiveError(newer(path, found))
    if found < LATEST:
        raise ArchiveError(
            f"{path} has schema version {found}, expected {LATEST}: any import brings it up to date, "
            f"{_remedy(path.parent)}"
        )


def _identity(path: Path) -> tuple[int, ...]:
    found = os.stat(path)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _close(connection: duckdb.DuckDBPyConnection | None) -> None:
    if connection is not None:
        connection.close()


def _unreadable(folder: Path, error: Exception) -> ArchiveError:
    text = str(error).splitlines()[0][:300]
    return ArchiveError(
        f"{folder / FILE} cannot be read as an archive ({text}): restore it, or delete it and import again "
        f"with {_remedy(folder)}"
    )


def _remedy(folder: Path) -> str:
    return REMEDY.format(archive=folder)
