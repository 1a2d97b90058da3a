"""The process that reads one page's HTML: `python -m newsctx.page_reader`, HTML in, JSON out.

A page can be written so that reading it takes hours or brings the parser down. In a process of its own that is the
page's loss alone: `newsctx.web_pages` starts it, waits for as long as the settings say, and ends it.
"""

from __future__ import annotations

import json
import sys

import trafilatura

FIELDS = ("title", "author", "date", "sitename", "hostname", "text")


def read(html: str, url: str) -> dict[str, str]:
    """The parts of an article's page that were found; none where it holds no article."""
    found = trafilatura.bare_extraction(
        html.replace("\0", ""),
        url=url,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        favor_precision=True,
        # the day it first appeared, and only where the page states it: a guess from its text is none
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    return {name: getattr(found, name, None) or "" for name in FIELDS} if found else {}


def main() -> None:
    asked = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(read(asked["html"], asked["url"])).encode())


if __name__ == "__main__":
    main()
