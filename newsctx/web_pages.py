"""What an article's page says: headline, author, date, outlet and text, without menus and advertisements."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from w3lib.encoding import html_to_unicode

import newsctx
from newsctx.errors import FetchRefused
from newsctx.safe_fetch import PASTE, Fetched


@dataclass(frozen=True)
class Page:
    """The parts of a page; texts are as the page has them, to be cleaned by whoever keeps them."""

    url: str
    headline: str = ""
    author: str = ""
    published: str = ""  # YYYY-MM-DD, as the page itself states it
    source: str = ""  # the outlet
    text: str = ""


def read_page(fetched: Fetched, seconds: float = 20.0) -> Page:
    """Read a fetched page, in a process of its own where it is HTML.

    Args:
        seconds: longest time of that process.

    Raises:
        FetchRefused: there is no article text on it, or it cannot be read in time.
    """
    # decoded here: given bytes, the reader would unpack what looks compressed, without a bound
    _, text = html_to_unicode(fetched.content_type, fetched.body, default_encoding="utf-8")
    if fetched.content_type.partition(";")[0].strip().lower() == "text/plain":
        page = Page(fetched.url, text=text.strip())
    else:
        page = _read_html(fetched.url, text, seconds)
    if not page.text.strip():
        raise FetchRefused(
            f"No article text was found on {fetched.url[:120]!r}: it may be written by scripts, or stand behind a "
            f"login; {PASTE}."
        )
    return page


def _read_html(url: str, text: str, seconds: float) -> Page:
    asked = json.dumps({"html": text, "url": url}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "newsctx.page_reader"],
            input=asked, capture_output=True, timeout=seconds, check=True, cwd=Path(newsctx.__file__).parents[1],
        )  # fmt: skip
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise FetchRefused(f"The page {url[:120]!r} cannot be read in {seconds:g} seconds; {PASTE}.") from error
    except (subprocess.CalledProcessError, ValueError, OSError) as error:
        raise FetchRefused(f"The page {url[:120]!r} cannot be read ({type(error).__name__}); {PASTE}.") from error
    title = found.get("title", "")
    return Page(
        url, title, found.get("author", ""), found.get("date", ""), found.get("sitename") or found.get("hostname", ""),
        _without_title(found.get("text", ""), title),
    )  # fmt: skip


def _without_title(text: str, title: str) -> str:
    """The text; a first line that only repeats the headline is left out."""
    first, _, rest = text.strip().partition("\n")
    return rest.strip() if rest.strip() and " ".join(first.split()) == " ".join(title.split()) else text
