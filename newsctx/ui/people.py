"""Who asks, as the page tells it, and what they may do with the cases on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from newsctx.access import Visitor
from newsctx.errors import CaseNotFound
from newsctx.ui import visits
from newsctx.ui.language import N_, tr
from newsctx.ui.page import Person

if TYPE_CHECKING:
    from newsctx.case_records import CaseSummary
    from newsctx.ui.visits import Gate
    from newsctx.workbench import Workbench


#: What `newsctx.access` says, which knows no languages: the message line translates it.
REFUSALS = (
    N_("This case is shared with you to read, not to change. Ask its owner for the right to edit."),
    N_("Only the owner of this case can do that. Ask the owner."),
    N_("This changes the workbench for everybody: only an administrator can do it."),
    N_("Log in to see cases."),
    N_("Log in to begin a case."),
)


def person(gate: Gate) -> Person | None:
    """The account that asks now; None where there are none, and for guests."""
    visitor, tell = visits.current(), getattr(gate, "account", None)
    found = tell(visitor) if visitor and tell else None
    return Person(found.name, found.display, found.admin) if found else None


def known(gate: Gate, name: str) -> str:
    """The account of this name as it is written; empty where there is none, or it is shut out.

    A name is never offered or completed: who shares a case has to know whom with.
    """
    accounts = getattr(gate, "accounts", None)
    found = accounts.get(name) if accounts else None
    return str(found.name) if found else ""


def standing(bench: Workbench, case_id: str, rows: Sequence[CaseSummary]) -> dict[str, Any]:
    """What who asks may do with the case and with those of the list: fields of `Page`."""
    now: Visitor | None = visits.current()
    if now is None or now.kind != "account":
        return {}
    of_rows = {one.case_id: right(bench, one.case_id) for one in rows}
    if not case_id:
        return {"rights": of_rows}
    return {
        "rights": of_rows, "right": right(bench, case_id), "owner": bench.owner_of(case_id),
        "shares": bench.shares(case_id),
    }  # fmt: skip


def right(bench: Workbench, case_id: str) -> str:
    """What who asks may do with a case: none, read, edit or own."""
    now = visits.current()
    if now is None or now.everything:
        return "own"
    try:
        return str(bench.right(case_id))  # type: ignore[attr-defined]  # of the guard
    except CaseNotFound:
        return "none"


def profile_locked(someone: Person | None, locked: str) -> str:
    """Why who asks cannot change the models; empty where they can."""
    if locked or someone is None or someone.admin:
        return locked
    return tr("The models are everybody's: an administrator of this workbench chooses them.")
