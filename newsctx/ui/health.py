"""`/health`: whether the workbench can do its work, for a container's health check or a proxy. It asks for no login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from newsctx.workbench import Workbench

PATH = "/health"


class Health:
    """Answers `/health` with 200 where the archive is open, else with 503; nothing else is told."""

    def __init__(self, app: ASGIApp, workbench: Workbench, root_path: str = "") -> None:
        """`root_path`: a prefix that a proxy may have left in the path."""
        self._app, self._bench = app, workbench
        self._paths = {PATH, root_path.rstrip("/") + PATH}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in self._paths or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        well = not self._bench.archive_problem
        said = {"status": "ok"} if well else {"status": "archive not available"}
        answer = JSONResponse(said, 200 if well else 503, {"Cache-Control": "no-store"})
        await answer(scope, receive, send)
