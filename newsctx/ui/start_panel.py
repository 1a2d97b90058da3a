"""The start page and the head line: which archive is open, examples, and the case with its title, status and tags."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from newsctx.ui import conflict_words, profiles_panel, share_panel
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
        "seen": min(len(page.history.trail), page.case.entries or len(page.history.trail)) if page.case else 0,
        "status": page.case.status if page.case else "open",
        "statuses": statuses(page.case.status if page.case else "open"),
        "tags": ", ".join(page.case.tags) if page.case else "",
        "archived": bool(page.case and page.case.archived),
        "archive": archive(page),
        "guest": page.guest,
        "person": {"name": page.person.name, "display": page.person.display, "admin": page.person.admin}
        if page.person
        else None,
        "share": share_panel.view(page),
        "readonly": page.readonly,
        "hours": f"{page.guest.hours:g}" if page.guest else "",
        "problem": page.archive_problem,
        "label": profiles_panel.label(
            page.archive.profile, page.switch if page.switch and page.switch.running else None
        ),
    }


def message(page: Page) -> dict[str, Any]:
    """The line for errors and confirmations."""
    text = page.message.text
    said = gettext(text)  # errors that name values are English in every language
    english = bool(text) and said == text and current() != ENGLISH
    whole = conflict_words.line(page, replace(page.message, text=said))
    both = conflict_words.view(page, page.message)
    return {"text": whole, "kind": page.message.kind, "english": english, "conflict": both}


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
