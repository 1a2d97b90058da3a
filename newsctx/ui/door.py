"""Before anything of the page is asked: is this the workbench that was meant, and is it asked by its own page?

A page of another site that is open in an analyst's browser can send requests to 127.0.0.1, and a name of its own that
it turns to 127.0.0.1 (DNS rebinding) makes them look like its own. Gradio only keeps such a page from reading answers,
and that only where the Host header is a loopback name. Here such requests are refused before they do anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from newsctx.ui.hosts import LOOPBACK

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

#: Addresses of Gradio that this page never uses: functions of components, requests passed on to other servers, the
#: developers' tools, and a picture from anywhere (`file=https://...`), which the server would fetch.
CLOSED = re.compile(
    r"/(component_server|proxy=.*|process_recording|vibe-(edit|code|starter-queries)|undo-vibe-edit|dev/reload|"
    r"deep_link|monitoring(/.*)?|profiling/.*|run-history(/.*)?|runs|custom_component/.*|stream/.*|file/.*|"
    r"file=\s*[A-Za-z][A-Za-z0-9+.-]*:.*|token|user)/?",
    re.DOTALL,
)
_PREFIX = "/gradio_api"


def route_path(scope: Scope) -> str:
    """The path that the routes see: without the prefix of a proxy, as Starlette takes it off."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    inside = root and path.startswith(root) and path[len(root) :][:1] in ("", "/")
    return path[len(root) :] if inside else path


class Door:
    """Lets in what is meant for this workbench and does not come from the page of another site."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        """`hosts`: names by which it is reached; none: any."""
        self._app, self._hosts = app, frozenset(hosts)
        self._proxied = self._hosts - {*LOOPBACK}  # a proxy may say another Host than the browser did

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # the page uses none
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope, Headers(scope=scope))
        await (refused or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if self._hosts and _name(host) not in self._hosts:
            return _refuse(
                421,
                f"This workbench is not reached as {_name(host)[:80]!r}. Expected one of "
                f"{', '.join(sorted(self._hosts))}; the setting access.hosts names others.",
            )
        if self._foreign(scope["method"], host, headers):
            return _refuse(403, "This request comes from the page of another site. Open the workbench itself.")
        path = route_path(scope)
        if CLOSED.fullmatch(path) or CLOSED.fullmatch(path.removeprefix(_PREFIX)):
            return _refuse(404, "Not found.")
        return None

    def _foreign(self, method: str, host: str, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:  # set by the browser itself; no page can
            if site in ("same-origin", "none"):
                return False
            followed = headers.get("sec-fetch-mode") == "navigate" and method in ("GET", "HEAD")
            return not (followed and headers.get("sec-fetch-dest", "document") in ("document", "iframe"))
        origin = headers.get("origin")  # of browsers over http, which tell nothing else
        if origin is None:
            return False
        told = origin.partition("://")[2]
        return _place(told) != _place(host) and not (self._proxied and _name(told) in self._proxied)


def _name(host: str) -> str:
    """The name in a Host header: without port, brackets and final dot."""
    found = host.strip().lower()
    found = found[1:].partition("]")[0] if found.startswith("[") else found.partition(":")[0]
    return found.rstrip(".")


def _place(host: str) -> str:
    return re.sub(r":(80|443)$", "", host.strip().lower())


def _refuse(status: int, why: str) -> PlainTextResponse:
    return PlainTextResponse(why + "\n", status, {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"})
