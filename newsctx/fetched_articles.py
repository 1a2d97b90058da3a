"""An article for a case from the address of its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from newsctx.added_articles import article_from_text
from newsctx.archive.enrich import Link
from newsctx.dates import parse_published
from newsctx.errors import OverrideError
from newsctx.passages import plain
from newsctx.records import Article, Place
from newsctx.safe_fetch import Fetched, fetch
from newsctx.settings import FetchSettings, Settings
from newsctx.web_pages import read_page

Fetch = Callable[[str, FetchSettings], Fetched]


def article_from_url(
    url: str, link: Link, resolve: Callable[[str], Place | None], settings: Settings, get: Fetch = fetch
) -> tuple[Article, str]:
    """Fetch a page and read its article.

    Args:
        link, resolve: as of `article_from_text`.
        get: how it is fetched.

    Returns:
        The article, and where it is from, for the audit trail.

    Raises:
        FetchRefused: the page is not fetched, or holds no article.
        OverrideError: its text is too long.
    """
    page = read_page(get(url, settings.fetch), settings.fetch.read_seconds)
    most = settings.imports.max_line
    article = article_from_text(
        page.text, link, resolve, settings.imports, plain(page.headline)[:most], plain(page.source)[:most],
        _day(page.published), "", _address(page.url, most),
    )  # fmt: skip
    author = f" Author as stated there: {plain(page.author)[:200]}." if page.author.strip() else ""
    return article, f"Fetched from {page.url[:1000]} on {datetime.now(UTC):%Y-%m-%d}.{author}"


def _day(text: str) -> str:
    """What the page states, where it is a date; a page's mistake must not keep its article out."""
    try:
        return text if parse_published(text) else ""
    except ValueError:
        return ""


def _address(url: str, most: int) -> str:
    if len(url) > most:
        raise OverrideError(f"The page's address has {len(url):,} characters; at most {most:,} are kept.")
    return url
