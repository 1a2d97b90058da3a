"""Articles to table rows and back: the only place that knows the columns."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from newsctx.records import Article, ArticleImage, ArticlePlace, PartialDate, Place

TEXT, INT, REAL = pa.string(), pa.int64(), pa.float64()
ARTICLES = {
    name: TEXT
    for name in (
        "article_id", "url", "url_key", "source", "headline", "abstract", "body", "published", "published_from",
        "language", "row_hash", "content_hash",
    )
}  # fmt: skip
IMAGES = {
    "article_id": TEXT, "ordinal": INT, "image_id": TEXT, "suffix": TEXT, "caption": TEXT, "position": INT, "url": TEXT,
    "width": INT, "height": INT, "problem": TEXT,
}  # fmt: skip
CAPTIONS = {"article_id": TEXT, "ordinal": INT, "text": TEXT}
LINKS = {"article_id": TEXT, "ordinal": INT, "url": TEXT}
PLACES = {
    "article_id": TEXT, "ordinal": INT, "keyword": TEXT, "weight": REAL, "source": TEXT, "place": TEXT,
    "lat": REAL, "lon": REAL,
}  # fmt: skip
CHILDREN = {"images": IMAGES, "captions": CAPTIONS, "links": LINKS, "article_places": PLACES}
_SCALARS = ("url", "source", "headline", "abstract", "body", "published_from", "language")
_IMAGE_FIELDS = tuple(name for name in IMAGES if name not in ("article_id", "ordinal"))


@dataclass(frozen=True)
class Stored:
    """An article on its way into the tables."""

    article: Article
    url_key: str
    row_hash: str

    @functools.cached_property
    def content_hash(self) -> str:
        return content_hash(self.article)


def content_hash(article: Article) -> str:
    """SHA-256 of the whole article, hexadecimal."""
    return hashlib.sha256(article.model_dump_json().encode()).hexdigest()


def write(connection: duckdb.DuckDBPyConnection, batch: Sequence[Stored]) -> None:
    """Adds or replaces articles with all their rows; the caller owns the transaction."""
    if not batch:
        return
    ids = [stored.article.article_id for stored in batch]
    for table, rows in _table_rows(batch).items():
        schema = ARTICLES if table == "articles" else CHILDREN[table]
        if table != "articles":
            connection.execute(f"DELETE FROM {table} WHERE article_id IN (SELECT unnest(?))", [ids])
        if rows:
            insert(connection, table, schema, rows, replace=table == "articles")


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    schema: dict[str, Any],
    rows: Sequence[tuple],
    replace: bool = False,
) -> None:
    """Adds rows through Arrow: DuckDB's own row-by-row insert is some hundred times slower."""
    columns = list(zip(*rows, strict=True))
    arrow = pa.table(
        {name: pa.array(values, kind) for (name, kind), values in zip(schema.items(), columns, strict=True)}
    )
    connection.register("incoming", arrow)
    try:
        connection.execute(f"INSERT {'OR REPLACE ' if replace else ''}INTO {table} BY NAME SELECT * FROM incoming")
    finally:
        connection.unregister("incoming")


def _table_rows(batch: Sequence[Stored]) -> dict[str, list[tuple]]:
    rows: dict[str, list[tuple]] = {name: [] for name in ("articles", *CHILDREN)}
    for stored in batch:
        a = stored.article
        key = a.article_id
        date = a.published.iso if a.published else None
        rows["articles"].append((
            key, a.url, stored.url_key, a.source, a.headline, a.abstract, a.body, date, a.published_from, a.language,
            stored.row_hash, stored.content_hash,
        ))  # fmt: skip
        rows["images"] += [(key, n, *(getattr(i, f) for f in _IMAGE_FIELDS)) for n, i in enumerate(a.images)]
        rows["captions"] += [(key, n, text) for n, text in enumerate(a.captions)]
        rows["links"] += [(key, n, url) for n, url in enumerate(a.links)]
        rows["article_places"] += [_place_row(key, n, place) for n, place in enumerate(a.places)]
    return rows


def _place_row(key: str, ordinal: int, place: ArticlePlace) -> tuple:
    at = place.place
    known = (at.model_dump_json(), at.lat, at.lon) if at else (None, None, None)
    return (key, ordinal, place.keyword, place.weight, place.source, *known)


# One query for any number of articles: each child table is reduced to one list per article before it is joined.
def _struct(names: Sequence[str]) -> str:
    return "{" + ", ".join(f"'{name}': {name}" for name in names) + "}"


def _lists(table: str, value: str, name: str) -> str:
    """One list per wanted article, so that the join below cannot multiply rows."""
    return (
        f"SELECT article_id, list({value} ORDER BY ordinal) AS {name} "
        f"FROM {table} SEMI JOIN wanted USING (article_id) GROUP BY article_id"
    )


READ = f"""
WITH wanted AS (SELECT unnest($ids) AS article_id),
i AS ({_lists("images", _struct(_IMAGE_FIELDS), "images")}),
c AS ({_lists("captions", "text", "captions")}),
l AS ({_lists("links", "url", "links")}),
p AS ({_lists("article_places", _struct(("keyword", "weight", "source", "place")), "places")})
SELECT a.article_id, {", ".join(f"a.{name}" for name in _SCALARS)}, a.published,
       i.images, c.captions, l.links, p.places
FROM articles a SEMI JOIN wanted USING (article_id)
LEFT JOIN i USING (article_id) LEFT JOIN c USING (article_id)
LEFT JOIN l USING (article_id) LEFT JOIN p USING (article_id)
ORDER BY a.article_id
"""


FACTS = f"""
WITH wanted AS (SELECT unnest($ids) AS article_id),
p AS ({_lists("article_places", _struct(("keyword", "weight", "source", "place")), "places")})
SELECT a.article_id, a.published, p.places
FROM articles a SEMI JOIN wanted USING (article_id) LEFT JOIN p USING (article_id)
"""


def read_facts(
    connection: duckdb.DuckDBPyConnection, ids: Iterable[str]
) -> dict[str, tuple[PartialDate | None, tuple[ArticlePlace, ...]]]:
    """Date and places of the articles with these ids; unknown ids are left out."""
    rows = connection.execute(FACTS, {"ids": sorted(set(ids))}).fetchall()
    return {
        key: (PartialDate.model_validate(day) if day else None, tuple(_place(p) for p in places or ()))
        for key, day, places in rows
    }


def read(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> list[Article]:
    """The articles with these ids, in order of their id; unknown ids are left out."""
    rows = connection.execute(READ, {"ids": sorted(set(ids))}).fetchall()
    return [_article(row) for row in rows]


def _article(row: tuple) -> Article:
    key, *rest = row
    scalars, (published, images, captions, links, places) = rest[: len(_SCALARS)], rest[len(_SCALARS) :]
    return Article(
        article_id=key,
        **dict(zip(_SCALARS, scalars, strict=True)),
        published=published,
        images=tuple(ArticleImage(**image) for image in images or ()),
        captions=tuple(captions or ()),
        links=tuple(links or ()),
        places=tuple(_place(place) for place in places or ()),
    )


@functools.lru_cache(16_384)
def _resolved(text: str) -> Place:
    """A place from its JSON: the articles of an archive share far fewer than they name."""
    return Place.model_validate_json(text)


def _place(row: dict[str, Any]) -> ArticlePlace:
    place = _resolved(row["place"]) if row["place"] else None
    return ArticlePlace(keyword=row["keyword"], weight=row["weight"], source=row["source"], place=place)
