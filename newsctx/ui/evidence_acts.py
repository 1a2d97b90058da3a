"""Acts on articles, events, passages, weights and thresholds that are more than one override."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from newsctx.errors import NewsctxError, OverrideError
from newsctx.overrides import AddArticle
from newsctx.services.links import host_of
from newsctx.ui import actions
from newsctx.ui.acts import Act, Here, Update
from newsctx.ui.adjust import Previewed
from newsctx.ui.page import Message

if TYPE_CHECKING:
    from newsctx.ui.handlers import Handlers

Data = Mapping[str, Any]


def _text(data: Data, name: str) -> str:
    return str(data.get(name) or "").replace("\r\n", "\n").strip()


def fetch_article(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Fetch an article from the address that was typed and bring it into the case."""
    url = _text(data, "url")

    def make() -> dict[str, object]:
        bench, host = handlers.workbench, host_of(url)
        if host:
            bench.note_sent(here[0], "fetch", host, url, here[1].who)  # before: who may not edit the case asks nobody
        return bench.fetch_article(url)

    yield from _add(handlers, here, data, make)


def added_article(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Bring pasted text into the case as an article."""
    fields = {name: _text(data, name) for name in ("text", "headline", "source", "published", "places", "url")}
    yield from _add(handlers, here, data, lambda: handlers.workbench.added_article(**fields))


def _add(handlers: Handlers, here: Here, data: Data, make: Any) -> Iterator[Update]:
    def change() -> None:
        made = make()
        action = {**made, "reason": _text(data, "reason") or made.get("reason", "")}
        handlers.workbench.override(here[0], action, here[1].who)

    yield from handlers.change(here, change)


def remove_article(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Take an article that the analyst added out of the case again."""
    wanted = _text(data, "id")

    def change() -> None:
        document = handlers.workbench.view(here[0]).document
        made = document.overrides if document else ()
        found = [o for o in made if isinstance(o, AddArticle) and o.article.article_id == wanted and o.on]
        if not found:
            raise OverrideError(f"No article with the id {wanted[:80]!r} was added to this case.")
        action = found[-1].model_copy(update={"on": False, "reason": _text(data, "reason")})
        handlers.workbench.override(here[0], action.model_dump(mode="json"), here[1].who)

    yield from handlers.change(here, change)


# --- previews -----------------------------------------------------------------------------------------------------


def preview(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """What a weight or a threshold would do; nothing is stored."""
    case_id, look, automatic = here
    try:
        action = actions.override({**data, "act": data.get("kind"), "reason": ""})
        if action is None:
            raise OverrideError(f"{str(data.get('kind'))[:40]!r} cannot be previewed.")
        document = handlers.workbench.view(case_id).document
        result = handlers.workbench.preview_override(case_id, action)
    except NewsctxError as error:
        yield handlers.paint(handlers.painter(), here, Message(str(error), "error"))
        return
    shown = Previewed(case_id, len(document.overrides) if document else 0, action, result)
    yield handlers.looking((case_id, replace(look, preview=shown), automatic))


def preview_apply(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Make the change that is previewed."""
    case_id, look, automatic = here
    shown = look.preview
    now = (case_id, replace(look, preview=None), automatic)
    if not isinstance(shown, Previewed) or shown.case_id != case_id:
        yield handlers.looking(now)
        return
    action = {**shown.action, "reason": _text(data, "reason")}
    for update in handlers.change(now, lambda: handlers.workbench.override(case_id, action, look.who)):
        yield update | {handlers.parts.look: now[1]}


def preview_discard(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Forget the preview; the sliders go back to what holds."""
    case_id, look, automatic = here
    yield handlers.looking((case_id, replace(look, preview=None), automatic))


ACTS: dict[str, Act] = {
    "fetch_article": fetch_article,
    "added_article": added_article,
    "remove_article": remove_article,
    "preview": preview,
    "preview_apply": preview_apply,
    "preview_discard": preview_discard,
}
