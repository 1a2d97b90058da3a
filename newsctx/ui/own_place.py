"""The page asks for nothing outside of its own folder: not for an icon or a manifest at the root of the host.

Gradio's page names no icon, so that browsers ask for `/favicon.ico`, and a manifest at `/manifest.json`; under a root
path both belong to another program. What Gradio puts into the page by script comes too late for either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MANIFEST = b'<link rel="manifest" href="/manifest.json" />'
ICON = b'<link rel="icon" href="favicon.ico" />'


class OwnPlace:
    """Puts the icon's relative address where Gradio names its manifest. It has to stand inside of any compression."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []  # the start of a page, until its whole body is there
        body = b""

        async def answer(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                    held.append(message)
                    return
            if not held or message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            start, page = held.pop(), body.replace(MANIFEST, ICON, 1)
            if "content-length" in MutableHeaders(scope=start):
                MutableHeaders(scope=start)["content-length"] = str(len(page))
            await send(start)
            await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, answer)
