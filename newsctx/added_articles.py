"""Articles that an analyst brings into a case: from pasted text, or from a page that was fetched.

What is pasted is as untrusted as any source of the importer and goes through the same cleaning.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from newsctx.archive.enrich import Enricher, Link, find_date
from newsctx.archive.rows import Row, RowRejected, clean, parse_row
from newsctx.case_articles import resolved
from newsctx.dates import FIRST_YEAR, LAST_YEAR, parse_published
from newsctx.errors import OverrideError
from newsctx.overrides import ADDED
from newsctx.records import Article, Place
from newsctx.settings import ImportSettings

_ID = re.compile(ADDED + r"[A-Za-z0-9_-]{1,64}")  # a passage is named by it: no `#`
_TEXTS = 4  # as many of the longest texts as an article may have in all
_HEADLINE = 300  # characters: a longer first line is the first paragraph of a text without a headline


def article_from_text(
    text: str, link: Link, resolve: Callable[[str], Place | None], settings: ImportSettings, headline: str = "",
    source: str = "", published: str = "", places: str = "", url: str = "",
) -> Article:  # fmt: skip
    """An article of its own, with places and date as an import would find them.

    Args:
        text: the article; its first line is the headline, unless one is given or the line has more than 300 characters.
        link: headline, abstract, body -> places, where none are given.
        published: a date; where none is given that of the dateline.
        places: for the gazetteer, `;` between them; the first is the most important.
        url: where it stands; kept as a reference, never fetched.

    Returns:
        An article whose id is a digest of its content: the same text is the same article.

    Raises:
        OverrideError: no text, text that is too long, a date, a place or an address that cannot be understood.
    """
    body = clean(text)
    title = " ".join(clean(headline).split())
    if not body:
        raise OverrideError(
            "There is no text to add. Paste the article: its headline in the first line, then the text."
        )
    for what, value, most in (("text", body, settings.max_text), ("headline", title, settings.max_line)):
        if len(value) > most:
            raise OverrideError(
                f"The {what} has {len(value):,} characters; at most {most:,} can be added. Paste the part that matters."
            )
    if not title:
        title, body = _parted(body)
    row = _row(
        {"id": ADDED, "url": url, "source": source, "headline": title, "body": body, "published": published,
         "places": places},
        settings,
    )  # fmt: skip
    return _article(row, link, resolve)


def check_added(article: Article, settings: ImportSettings) -> None:
    """Raise OverrideError for an article that no case can hold: too long, without text, or with photographs.

    Files of photographs come into an archive through an import alone. An action can come from anywhere, and holds its
    id and address to what `article_from_text` would give.
    """
    if not _ID.fullmatch(article.article_id):
        raise OverrideError(f"{article.article_id[:80]!r} is no id of an added article: paste the text as a new one.")
    if article.url and not _web(article.url):
        raise OverrideError(f"{article.url[:80]!r} is no web address: expected http://HOST/... or https://HOST/...")
    if article.published is not None and not FIRST_YEAR <= article.published.year <= LAST_YEAR:
        raise OverrideError(
            f"The year {article.published.year} is outside {FIRST_YEAR} to {LAST_YEAR}: check the date."
        )
    texts = (article.headline, article.abstract, article.body, *article.captions)
    if not any(t.strip() for t in texts):
        raise OverrideError("The added article has no text: give it a headline or a body.")
    if (longest := max(len(t) for t in texts)) > settings.max_text:
        raise OverrideError(f"A text of the added article has {longest:,} characters; at most {settings.max_text:,}.")
    lines = (
        article.article_id,
        article.url,
        article.source,
        article.language,
        *article.location_keywords,
        *article.links,
    )
    if any(clean(t) != t for t in (*texts, *lines)):
        raise OverrideError("The added article has control characters or loose white space: paste it as plain text.")
    try:
        whole = len(article.model_dump_json())
    except ValueError as error:  # half characters in what is left
        raise OverrideError(
            "The added article has characters that no text can hold: paste it as plain text."
        ) from error
    if whole > _TEXTS * settings.max_text:
        raise OverrideError(f"The added article is too long in all: at most {_TEXTS * settings.max_text:,} characters.")
    if (longest := max(len(t) for t in lines)) > settings.max_line:
        raise OverrideError(
            f"An id, address, outlet or place of the added article has {longest:,} characters; at most "
            f"{settings.max_line:,}."
        )
    if max(len(article.captions), len(article.places), len(article.links)) > settings.max_items:
        raise OverrideError(f"The added article lists more than {settings.max_items:,} places, captions or links.")
    if article.images:
        raise OverrideError("An added article has no photographs: import it into the archive to search them.")


def _web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:  # `http://[`
        return False


def _parted(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    return (" ".join(first.split()), rest.strip()) if len(first) <= _HEADLINE else ("", text)


def _row(fields: dict[str, str], settings: ImportSettings) -> Row:
    """The importer's own checks. What it would only warn of is refused here: the analyst can mend it."""
    try:
        row = parse_row(fields, settings)
        parse_published(row.published)
    except (RowRejected, ValueError) as error:
        raise OverrideError(f"The article cannot be added: {error}.") from error
    if row.warnings:
        raise OverrideError(f"The article cannot be added: {row.warnings[0]}.")
    return row


def _article(row: Row, link: Link, resolve: Callable[[str], Place | None]) -> Article:
    for place in row.places:
        resolved(place, resolve)
    date, date_from, _ = find_date(row)
    content = (row.url, row.source, row.headline, row.body, date.iso if date else "", *row.places)
    key = hashlib.sha256("\0".join(content).encode()).hexdigest()[:12]
    return Article(
        article_id=ADDED + key, url=row.url, source=row.source, headline=row.headline, body=row.body, published=date,
        published_from=date_from, places=Enricher(resolve, link, "").places(row), language=row.language,
    )  # fmt: skip
