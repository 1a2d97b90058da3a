"""A batch of source rows turned into articles: which article a row is, whether it changed, its photographs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import duckdb

from newsctx.archive.enrich import Enricher, find_date
from newsctx.archive.images import NOT_FETCHED, Checked, ImageStore, read_inside
from newsctx.archive.rows import Row, RowRejected, parse_row
from newsctx.archive.sources import SourceRow
from newsctx.archive.summary import Counts, Report
from newsctx.archive.tables import Stored
from newsctx.errors import PhotoRefused
from newsctx.records import Article, ArticleImage
from newsctx.settings import Settings


@dataclass
class Outcome:
    """What one batch leads to; `articles` holds the added and updated ones."""

    counts: Counts
    articles: dict[str, Stored] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    rejects: list[Report] = field(default_factory=list)
    notes: list[Report] = field(default_factory=list)
    line: int = 0  # of the last row

    def count(self, **more: int) -> None:
        self.counts = replace(self.counts, **{name: getattr(self.counts, name) + n for name, n in more.items()})


class _Hashes(NamedTuple):
    row_hash: str
    content_hash: str


@dataclass
class _Known:
    """The articles that the rows of a batch may be, and the id of each URL key."""

    articles: dict[str, _Hashes]
    by_url: dict[str, str]


class Batcher:
    """Handles the rows of one source; one per import run."""

    def __init__(
        self, source: Path, images: ImageStore, enricher: Enricher, settings: Settings, seen: set[str]
    ) -> None:
        self._file = source.name
        self._root = source.parent
        self._images = images
        self._enricher = enricher
        self._settings = settings
        self._seen = seen

    def handle(self, rows: Iterable[SourceRow], counts: Counts, connection: duckdb.DuckDBPyConnection) -> Outcome:
        """Decides about each row in order; writes nothing but photographs, which are harmless without their rows."""
        out = Outcome(counts)
        parsed = [(source.line, row) for source in rows if (row := self._parse(source, out))]
        known = _known_articles(connection, [row for _, row in parsed])
        photos = _known_photos(connection, self._hashes(row for _, row in parsed))
        for line, row in parsed:
            try:
                self._row(line, row, known, photos, out)
            except RowRejected as error:
                self._reject(line, str(error), out)
        return out

    def _parse(self, source: SourceRow, out: Outcome) -> Row | None:
        out.line = source.line
        out.count(read=1)
        if source.data is None:
            self._reject(source.line, source.reason, out)
            return None
        try:
            return parse_row(source.data, self._settings.imports)
        except RowRejected as error:
            self._reject(source.line, str(error), out)
            return None

    def _reject(self, line: int, reason: str, out: Outcome) -> None:
        out.count(rejected=1)
        out.rejects.append(Report(self._file, line, reason))

    def _row(self, line: int, row: Row, known: _Known, photos: Mapping[str, Checked], out: Outcome) -> None:
        key = self._which(row, known)
        if key in self._seen:
            # the first row of a source speaks for the article, so that importing the source again changes nothing
            out.count(unchanged=1, duplicates=1)
            return
        self._seen.add(key)
        out.seen.append(key)
        images = tuple(self._images.add(ref, self._root, photos) for ref in row.images)
        self._count_images(images, out)
        digest = _row_hash(row, images, self._enricher.digest)
        date, date_from, problem = find_date(row)
        self._note(line, [*row.warnings, *filter(None, [problem]), *_problems(images)], out)
        before = known.articles.get(key)
        if before and before.row_hash == digest:
            out.count(unchanged=1)
            return
        article = Article(
            article_id=key, url=row.url, source=row.source, headline=row.headline, abstract=row.abstract, body=row.body,
            published=date, published_from=date_from, places=self._enricher.places(row), images=images,
            captions=row.captions, links=row.links, language=row.language,
        )  # fmt: skip
        stored = out.articles[key] = Stored(article, row.url_key, digest)
        # another way of linking may lead to the same article: then only the row hash is new
        same = before is not None and before.content_hash == stored.content_hash
        out.count(**{"added" if before is None else "unchanged" if same else "updated": 1})
        known.articles[key] = _Hashes(digest, stored.content_hash)
        if row.url_key:
            known.by_url[row.url_key] = key

    def _which(self, row: Row, known: _Known) -> str:
        """The id of the article that the row is about: its own where known, else that of its URL, else a new one."""
        by_url = known.by_url.get(row.url_key) if row.url_key else None
        if row.article_id in self._seen:
            return row.article_id
        if row.article_id in known.articles and by_url not in (None, row.article_id):
            raise RowRejected(
                f"id {row.article_id!r} and url {row.url!r} belong to two articles of the archive, "
                f"the url to {by_url!r}: correct one of them"
            )
        return by_url or row.article_id

    def _note(self, line: int, reasons: Iterable[str], out: Outcome) -> None:
        for reason in reasons:
            out.count(warnings=1)
            out.notes.append(Report(self._file, line, reason))

    def _count_images(self, images: tuple[ArticleImage, ...], out: Outcome) -> None:
        usable = sum(1 for i in images if i.image_id)
        not_fetched = sum(1 for i in images if i.problem == NOT_FETCHED)
        out.count(images=usable, not_fetched=not_fetched, image_problems=len(images) - usable - not_fetched)

    def _hashes(self, rows: Iterable[Row]) -> list[str]:
        """SHA-256 of the rows' readable files, to ask once for the photographs that an earlier run has decoded."""
        found = []
        for ref in (ref for row in rows for ref in row.images if ref.path):
            try:
                data = read_inside(self._root, ref.path, self._settings.photo.max_bytes)
            except PhotoRefused:  # `ImageStore.add` reads it again and reports it
                continue
            found.append(hashlib.sha256(data).hexdigest())
        return found


def _problems(images: Iterable[ArticleImage]) -> list[str]:
    return [f"photograph {i.problem}" for i in images if i.problem and i.problem != NOT_FETCHED]


def _row_hash(row: Row, images: tuple[ArticleImage, ...], enricher: str) -> str:
    plain = {**asdict(row), "warnings": (), "images": [i.model_dump() for i in images], "enricher": enricher}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _known_articles(connection: duckdb.DuckDBPyConnection, rows: list[Row]) -> _Known:
    ids, keys = [row.article_id for row in rows], [row.url_key for row in rows if row.url_key]
    found = connection.execute(
        """SELECT article_id, url_key, row_hash, content_hash FROM articles
           WHERE article_id IN (SELECT unnest($ids)) OR url_key IN (SELECT unnest($keys)) ORDER BY article_id""",
        {"ids": ids, "keys": keys},
    ).fetchall()
    hashes = {key: _Hashes(*both) for key, _, *both in found}
    return _Known(hashes, {url: key for key, url, *_ in found if url})


def _known_photos(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> dict[str, Checked]:
    query = """SELECT image_id, any_value(suffix), any_value(width), any_value(height) FROM images
               WHERE image_id IN (SELECT unnest(?)) GROUP BY image_id"""
    return {key: Checked(*rest) for key, *rest in connection.execute(query, [ids]).fetchall()}
