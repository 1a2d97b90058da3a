"""The list of cases: search, filter, open, rename, tag, status, archive, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsctx.ui.html import moment, picture
from newsctx.ui.language import tr
from newsctx.ui.page import Page
from newsctx.ui.trail import STATUSES

if TYPE_CHECKING:
    from newsctx.case_records import CaseSummary

TEMPLATE = "cases.html"
WORD = "delete"  # what is typed to delete a case, in every language: no slip of the finger types it


def view(page: Page) -> dict[str, Any]:
    """Shown while no case is open."""
    look, found = page.look.cases, page.cases
    chosen = bool(look.query or look.status or look.tag or look.whose)
    return {
        "open": page.case is None,
        "rows": [row(page, one) for one in found.rows],
        "more": found.more,
        "any": found.total > 0,
        "query": look.query,
        "archived": look.archived,
        "status": look.status,
        "tag": look.tag,
        "statuses": statuses(look.status),
        "whose": whose(page),
        "tags": [{"name": t, "on": t == look.tag} for t in _with(found.tags, look.tag)],
        "filtered": chosen,
        "word": WORD,
    }


def statuses(chosen: str) -> list[dict[str, Any]]:
    """The states that a case can have, for a select."""
    return [{"id": key, "title": tr(title), "on": key == chosen} for key, title in STATUSES.items()]


def whose(page: Page) -> list[dict[str, Any]]:
    """Whose cases can be shown; nothing where there are no accounts."""
    if page.person is None:
        return []
    named = {"": tr("all"), "mine": tr("mine"), "shared": tr("shared with me")}
    return [{"id": key, "title": title, "on": key == page.look.cases.whose} for key, title in named.items()]


def row(page: Page, one: CaseSummary) -> dict[str, Any]:
    """One case of the list."""
    look = page.look.cases
    hidden = page.pictures.hides_photo(one.case_id)
    right = page.rights.get(one.case_id, "own")
    return {
        "id": one.case_id,
        "title": one.title,
        "picture": "" if hidden else picture(page.pictures.preview(one.case_id)),
        "hidden": hidden,
        "status": one.status,
        "status_title": tr(STATUSES[one.status]),
        "statuses": statuses(one.status),
        "tags": list(one.tags),
        "tag_text": ", ".join(one.tags),
        "place": one.place,
        "date": one.date,
        "updated": moment(one.updated),
        "archived": one.archived,
        "owner": _owner(page, one),
        "edits": right in ("edit", "own"),
        "owns": right == "own",
        "editing": look.editing == one.case_id and right != "read",
        "deleting": look.deleting == one.case_id and right == "own",
    }


def _owner(page: Page, one: CaseSummary) -> str:
    """Whose a case is that is not the own one of who asks, and what may be done with it."""
    if page.person is None or one.owner == page.person.name:
        return ""
    if not one.owner:
        return tr("nobody's")
    reads = page.rights.get(one.case_id) == "read"
    return tr("of %(name)s, to read", name=one.owner) if reads else tr("of %(name)s", name=one.owner)


def _with(tags: tuple[str, ...], chosen: str) -> list[str]:
    """The tags to filter by; the chosen one stays although no case has it any more."""
    return list(dict.fromkeys((*tags, *([chosen] if chosen else []))))
