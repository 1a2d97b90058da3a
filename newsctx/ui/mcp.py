"""MCP over HTTP, beside the page: for programs that ask a workbench that runs.

Who asks is told by the same gate as for the page; with accounts a program sends a name and a password with every
request (`Authorization: Basic`, see `newsctx.ui.account_door`). Gradio's own MCP server stays off: it makes a tool of
every endpoint, calls them by a client of its own that no login has, and fetches the addresses it is given for files.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import gradio as gr
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from newsctx.access import guarded
from newsctx.api.calls import Calls
from newsctx.mcp_server.tools import make
from newsctx.ui.api import case_page

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from newsctx.ui.visits import Gate
    from newsctx.workbench import Workbench

PATH = "/gradio_api/mcp"  # where clients of Gradio's apps expect it; answers there pass uncompressed, as they come


def most_bytes(photo_bytes: int) -> int:
    """The largest request: a photograph as base64, and the other arguments."""
    return photo_bytes * 4 // 3 + 100_000


class Mcp:
    """The tools of a workbench as an ASGI application; every request stands for itself."""

    def __init__(self, workbench: Workbench, gate: Gate) -> None:
        self._bench, self._gate = workbench, gate
        # the lowlevel server is what `MCPServer.streamable_http_app` serves; an application of its own is not needed
        self._manager = StreamableHTTPSessionManager(
            make(self._calls, files=False)._lowlevel_server,
            stateless=True,
            max_request_body_size=most_bytes(workbench.settings.photo.max_bytes),
        )

    @property
    def routes(self) -> list[Route]:
        return [Route(path, self) for path in (PATH, PATH + "/")]

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[None]:
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":  # no session to follow or to end
            said = f"An MCP server: programs send POST to {PATH}. The workbench itself is the page.\n"
            await PlainTextResponse(said, 405, {"Allow": "POST"})(scope, receive, send)
            return
        await self._manager.handle_request(scope, receive, send)

    def _calls(self, request: Any) -> Calls:
        visitor = self._gate.visitor(gr.Request(request=request))
        return Calls(guarded(self._bench, visitor), lambda case_id: case_page(request, case_id))
