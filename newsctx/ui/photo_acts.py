"""Acts on the photograph and the checklist that are more than one override."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from newsctx.ui.acts import Act, Here, Update
from newsctx.ui.page import Look, Page

if TYPE_CHECKING:
    from newsctx.ui.handlers import Handlers

QUERY = "photo"  # stands for the photograph under check in what the page sends: its own id is empty
MOST = 500  # pictures that a tab remembers as chosen
COOKIE = "newsctx_hide"  # "1": this browser covers every picture until it is chosen, "0": none but the marked ones


def preferred(look: Look, cookies: Mapping[str, str]) -> Look:
    """The look with the browser's own choice. It has to be known before the first picture is sent."""
    chosen = {"1": True, "0": False}.get(cookies.get(COOKIE, ""))
    return replace(look, hide_all=chosen)


def covers(page: Page, *images: str) -> str:
    """Names of those of the pictures that the page hides, for the button that shows them; empty where none is."""
    return " ".join(image or QUERY for image in images if page.hides(image))


def _ids(data: Mapping[str, Any]) -> tuple[str, ...]:
    names = str(data.get("ids", "")).split()[:MOST]
    return tuple("" if name == QUERY else name[:64] for name in names)


def _look(handlers: Handlers, here: Here, look: Look) -> Iterator[Update]:
    yield handlers.looking((here[0], look, here[2]))


def _reveal(handlers: Handlers, here: Here, data: Mapping[str, Any]) -> Iterator[Update]:
    """Show hidden pictures in this tab (on="" covers them again)."""
    look, ids = here[1], _ids(data)
    kept = tuple(i for i in look.revealed if i not in ids)
    shown = (*kept, *ids)[-MOST:] if data.get("on", "1") else kept
    yield from _look(handlers, here, replace(look, revealed=shown))


def _hide_all(handlers: Handlers, here: Here, data: Mapping[str, Any]) -> Iterator[Update]:
    """Cover every picture in this browser until it is chosen, or no longer; the page keeps it in a cookie."""
    yield from _look(handlers, here, replace(here[1], hide_all=bool(data.get("value")), revealed=()))


def _detail(handlers: Handlers, here: Here, data: Mapping[str, Any]) -> Iterator[Update]:
    """The photograph is enlarged beyond its first copy."""
    yield from _look(handlers, here, replace(here[1], detail=True))


def _inspect(handlers: Handlers, here: Here, data: Mapping[str, Any]) -> Iterator[Update]:
    """Look for signs of editing."""
    yield from _look(handlers, here, replace(here[1], inspect=True))


def _sensitive(handlers: Handlers, here: Here, data: Mapping[str, Any]) -> Iterator[Update]:
    """Mark a picture as sensitive for everybody, and cover it in this tab, too."""
    (image, *_), on = _ids(data) or ("",), bool(data.get("on"))
    case_id, look, automatic = here
    action = {"action": "sensitive", "image_id": image, "on": on, "reason": str(data.get("reason", "")).strip()}
    now = replace(look, revealed=tuple(i for i in look.revealed if i != image) if on else look.revealed)
    handlers.seen(now)
    change = lambda: handlers.workbench.override(case_id, action, look.who)  # noqa: E731
    for update in handlers.change((case_id, now, automatic), change):
        yield update | {handlers.parts.look: now}


ACTS: dict[str, Act] = {
    "see-reveal": _reveal,
    "see-hide_all": _hide_all,
    "see-detail": _detail,
    "see-inspect": _inspect,
    "sensitive": _sensitive,
}
