"""Acts on whose a case is and whom it is shared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from newsctx.errors import CaseNotFound, NewsctxError
from newsctx.ui import people
from newsctx.ui.acts import Act, Here, Update
from newsctx.ui.case_acts import Data, _text
from newsctx.ui.conflict_words import refused
from newsctx.ui.language import tr

if TYPE_CHECKING:
    from newsctx.ui.handlers import Handlers


def _changed(handlers: Handlers, here: Here, change: Callable[[], object], said: str) -> Iterator[Update]:
    try:
        message = replace(handlers.edited(here, change), text=said)
    except CaseNotFound:
        raise
    except NewsctxError as error:
        message = refused(error, here[1].event)
    yield handlers.paint(handlers.painter(), here, message)


def _named(handlers: Handlers, data: Data) -> str:
    """The account that was typed. Raises NewsctxError where there is none."""
    typed = " ".join(_text(data, "name").split())[:80]
    found = people.known(handlers.gate, typed)
    if not found:
        raise NewsctxError(tr("There is no account %(name)s: type the name as it is used to log in.", name=repr(typed)))
    return found


def share(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Share the open case with an account, or take that back; who is gone can only lose the right."""
    right = _text(data, "value") or _text(data, "right")

    def change() -> None:
        known = handlers.workbench.shares(here[0])
        gone = right == "none" and _text(data, "name") in known
        handlers.workbench.share(here[0], _text(data, "name") if gone else _named(handlers, data), right, here[1].who)

    said = {"read": tr("Shared to read."), "edit": tr("Shared to edit."), "none": tr("No longer shared.")}
    yield from _changed(handlers, here, change, said.get(right, ""))


def give(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Give the open case away."""

    def change() -> Any:
        handlers.workbench.give(here[0], _named(handlers, data), here[1].who)

    yield from _changed(handlers, here, change, tr("The case has another owner now; who had it may still edit it."))


ACTS: dict[str, Act] = {"case-share": share, "case-give": give}
