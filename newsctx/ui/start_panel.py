"""The start page and the head line: which archive is open, examples, and the case with its title, status and tags."""

from __future__ import annotations

from typing import Any

from newsctx.ui import profiles_panel
from newsctx.ui.cases_panel import statuses
from newsctx.ui.html import moment
from newsctx.ui.language import ENGLISH, current, gettext, number
from newsctx.ui.page import Page

START_TEMPLATE = "start.html"
HEAD_TEMPLATE = "head.html"
MESSAGE_TEMPLATE = "message.html"


def start(page: Page) -> dict[str, Any]:
    """Shown while no case is open."""
    return {
        "open": page.case is None,
        "problem": page.archive_problem,
        "archive": archive(page),
        "guest": page.guest,
        "examples": [
            {"index": i, "title": title, "note": note, "picture": address}
            for i, (title, note, address) in enumerate(page.examples)
        ],
    }


def head(page: Page) -> dict[str, Any]:
    """The line on top of every page."""
    return {
        "case_id": page.case.case_id if page.case else "",
        "title": page.case.title if page.case else "",
        "updated": moment(page.case.updated) if page.case else "",
        "seen": len(page.history.trail),
        "status": page.case.status if page.case else "open",
        "statuses": statuses(page.case.status if page.case else "open"),
        "tags": ", ".join(page.case.tags) if page.case else "",
        "archived": bool(page.case and page.case.archived),
        "archive": archive(page),
        "guest": page.guest,
        "hours": f"{page.guest.hours:g}" if page.guest else "",
        "problem": page.archive_problem,
        "label": profiles_panel.label(
            page.archive.profile, page.switch if page.switch and page.switch.running else None
        ),
    }


def message(page: Page) -> dict[str, Any]:
    """The line for errors and confirmations."""
    said = gettext(page.message.text)  # errors that name values are English in every language
    english = said == page.message.text and current() != ENGLISH
    return {"text": said, "kind": page.message.kind, "english": english}


def archive(page: Page) -> dict[str, Any]:
    """Name and size of the archive."""
    info = page.archive
    return {
        "name": info.name,
        "version": info.version,
        "articles": number(info.articles),
        "photos": number(info.photos),
        "profile": info.profile,
        "notices": list(info.notices),
        "empty": info.articles == 0 and not page.archive_problem,
    }
