"""Acts on outside services: choosing one, seeing what would go, letting it go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from newsctx.errors import NewsctxError, OverrideError
from newsctx.services.links import ARCHIVE, archive_link, engine, public_address
from newsctx.ui.acts import Act, Here, Update
from newsctx.ui.page import Message
from newsctx.ui.services_panel import Asked

if TYPE_CHECKING:
    from newsctx.ui.handlers import Handlers

Data = Mapping[str, Any]


def _text(data: Data, name: str) -> str:
    return str(data.get(name) or "").strip()


def _show(handlers: Handlers, here: Here, asked: Asked | None) -> Iterator[Update]:
    yield handlers.looking((here[0], replace(here[1], service=asked), here[2]))


def leave(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Choose a service for the case, or let go of it."""
    case_id, look, automatic = here
    service, on = _text(data, "service"), bool(data.get("on"))
    try:
        handlers.workbench.allow_service(case_id, service, on, look.who, _text(data, "reason"))
    except NewsctxError as error:
        yield handlers.paint(handlers.painter(), here, Message(str(error), "error"))
        return
    kept = look.service if on or getattr(look.service, "service", "") != service else None
    yield handlers.looking((case_id, replace(look, service=kept), automatic))


def ask(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Show what would go where; nothing goes."""
    try:
        asked = _asked(handlers, data)
    except NewsctxError as error:
        asked = Asked(_text(data, "service")[:40], "", "", problem=str(error))
    yield from _show(handlers, here, asked)


def _asked(handlers: Handlers, data: Data) -> Asked:
    match _text(data, "service"):
        case "geocoder":
            question = handlers.workbench.geocoder_question(_text(data, "value"))
            return Asked("geocoder", question.host, question.url, question.text, agent=question.agent)
        case "web_archive":
            address = public_address(_text(data, "url"))
            return Asked("web_archive", ARCHIVE.split("/")[2], archive_link(address), address)
        case "reverse_search":
            one, address = engine(_text(data, "engine")), _text(data, "url")
            return Asked(
                "reverse_search", one.host, one.link(address), public_address(address) if address else "", one.name
            )
    raise OverrideError(f"{_text(data, 'service')[:40]!r} is no service that can be asked from here.")


def cancel(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Nothing goes."""
    yield from _show(handlers, here, None)


def opened(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """The browser follows the link that was shown: it is written down."""
    case_id, look, _ = here
    asked = look.service
    if isinstance(asked, Asked) and asked.service in ("reverse_search", "web_archive"):
        try:
            handlers.workbench.note_sent(case_id, asked.service, asked.host, asked.what, look.who)
        except NewsctxError as error:
            yield handlers.paint(handlers.painter(), here, Message(str(error), "error"))
            return
    yield from _show(handlers, here, None)


def send(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Ask the geocoder what was shown, and nothing else; leave for the case is given with it."""
    case_id, look, _ = here
    asked = look.service
    if not isinstance(asked, Asked) or asked.service != "geocoder" or not asked.url:
        yield from _show(handlers, here, None)
        return
    yield from _show(handlers, here, replace(asked, going=True, problem=""))
    bench = handlers.workbench
    try:
        bench.allow_service(case_id, "geocoder", True, look.who)
        done = replace(asked, found=bench.look_up_place(case_id, asked.what, look.who), problem="")
    except NewsctxError as error:
        done = replace(asked, problem=str(error))
    yield from _show(handlers, here, done)


def place(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Answer the place with one that the geocoder knew; its origin stands as the reason."""
    case_id, look, automatic = here
    found = getattr(look.service, "found", None)
    now = replace(look, service=None)

    def change() -> None:
        number = _text(data, "index")
        if found is None or not number.isdigit() or int(number) >= len(found.answers):
            raise OverrideError("That place is not on the list any more: look it up again.")
        said = " ".join(filter(None, (_text(data, "reason"), found.origin())))
        chosen = found.answers[int(number)].place.model_dump(mode="json")
        action = {"action": "set_place", "place": chosen, "reason": said}
        handlers.workbench.override(case_id, action, look.who)

    handlers.seen(now)
    for update in handlers.change((case_id, now, automatic), change):
        yield update | {handlers.parts.look: now}


ACTS: dict[str, Act] = {
    "service-leave": leave,
    "see-service-ask": ask,
    "see-service-cancel": cancel,
    "see-service-opened": opened,
    "see-service-send": send,
    "service-place": place,
}
