"""Places and date of a row: what the source gives, else what the text says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from newsctx.archive.rows import Row
from newsctx.dates import dateline_date, parse_published
from newsctx.records import ArticlePlace, PartialDate, Place

Resolve = Callable[[str], Place | None]
Link = Callable[[str, str, str], tuple[ArticlePlace, ...]]


@dataclass(frozen=True)
class Enricher:
    """How places are found; `digest` names gazetteer and linker, so that a better one updates the articles."""

    resolve: Resolve
    link: Link
    digest: str

    def places(self, row: Row) -> tuple[ArticlePlace, ...]:
        """The given keywords with equal shares of the evidence, else the linked places of the text."""
        if not row.places:
            return tuple(self.link(row.headline, row.abstract, row.body))
        share = 1 / len(row.places)
        return tuple(ArticlePlace(keyword=k, place=self.resolve(k), weight=share, source="given") for k in row.places)


DateFrom = Literal["published", "dateline", ""]


def find_date(row: Row) -> tuple[PartialDate | None, DateFrom, str]:
    """(date, `published` or `dateline` or "", a warning where `published` cannot be read)."""
    warning = ""
    try:
        if found := parse_published(row.published):
            return found, "published", ""
    except ValueError as error:
        warning = str(error)
    if found := dateline_date(row.body) or dateline_date(row.abstract):
        return found, "dateline", warning
    return None, "", warning


def digest_of(*parts: object) -> str:
    """SHA-256 over the parts' text, hexadecimal."""
    return hashlib.sha256("\x1f".join(str(p) for p in parts).encode()).hexdigest()
