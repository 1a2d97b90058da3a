"""What belongs to somebody beside the cases: the session of a tab, and pictures and files by their address.

Gradio keeps for every tab what its page looks at, under a name that the tab's page chooses and sends; it does not ask
whose that is. The first visitor who uses such a name is its owner here, and nobody else's requests with it pass.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import anyio
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse

from newsctx import imaging
from newsctx.access import Visitor, guarded
from newsctx.errors import NewsctxError
from newsctx.ui.door import route_path

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from newsctx.ui.visits import Gate
    from newsctx.workbench import Workbench

TABS = 20_000  # owners remembered: longer than Gradio keeps the state of a tab (the 10,000 used last)
LONGEST = 100  # characters of a tab's name
NAMED = 8  # tabs that a request may name; Gradio names one. With more, one request could have all owners forgotten
_IN_PATH = re.compile(r"/heartbeat/([^/]+)/?$")
_FILE = "/gradio_api/file="
_OF_CASE = re.compile(
    r"newsctx-([A-Za-z0-9_-]{22})(?:[.-].*)?|newsctx-([A-Za-z0-9_-]+)\..*"
)  # 22: as cases are named here
_OF_PHOTO = re.compile(r"(?:photo|detail|match|[a-z_]+)-([0-9a-f]{64})\b.*")
Who = Callable[["Scope"], Visitor]


def by_cookie(gate: Gate) -> Who:
    """Tells guests by the cookie of a request; without one they are nobody here, since only their tab tells them."""
    return lambda scope: gate.visitor(SimpleNamespace(headers=Headers(scope=scope), session_hash=None))


class TabOwners:
    """Refuses the session of a tab to all but its first visitor. Whoever is nobody has none, and gets nobody's."""

    reads_bodies = True  # and so stands inside of the limits (`newsctx.ui.protection`)

    def __init__(self, app: ASGIApp, who: Who, most: int) -> None:
        """`most`: bytes of a request that is read as a whole."""
        self._app, self._who, self._most = app, who, most
        self._lock = threading.Lock()
        self._owners: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visitor = self._who(scope).owner
        names = _of_address(scope)
        if scope["method"] in ("POST", "PUT", "PATCH") and not _is_form(Headers(scope=scope)):
            body = await _body(receive, self._most)
            found = _of_body(body) if body is not None else None
            if body is None or found is None:
                status = 413 if body is None else 400
                await JSONResponse({"detail": "The request cannot be read."}, status)(scope, receive, send)
                return
            names, receive = names + found, _again(body, receive)
        if len(names) > NAMED or not all(self._claim(name, visitor) for name in names):
            said = {"detail": "This session is not yours. Load the page again."}
            await JSONResponse(said, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _claim(self, name: Any, visitor: str) -> bool:
        if not isinstance(name, str) or len(name) > LONGEST:
            return name is None
        with self._lock:
            if not visitor:  # a browser without cookies: its tab alone tells whose it is
                return name not in self._owners
            owner = self._owners.setdefault(name, visitor)
            self._owners.move_to_end(name)
            while len(self._owners) > TABS:
                self._owners.popitem(last=False)
        return owner == visitor


def _of_address(scope: Scope) -> list[Any]:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    found = _IN_PATH.search(str(scope["path"]))
    return [*asked.get("session_hash", []), *([found[1]] if found else [])]


def _is_form(headers: Headers) -> bool:
    """Forms carry uploads and no session (`component_server`, which would, is closed: see `newsctx.ui.door`)."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("multipart/form-data", "application/x-www-form-urlencoded")


async def _body(receive: Receive, most: int) -> bytes | None:
    """The whole body; None where it is larger."""
    data, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        data += message.get("body", b"")
        more = message.get("more_body", False)
        if len(data) > most:
            return None
    return bytes(data)


def _of_body(body: bytes) -> list[Any] | None:
    """Every session that a JSON body names, at whatever depth and however often; None for what is no JSON."""
    found: list[Any] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found.extend(value for name, value in pairs if name == "session_hash")
        return dict(pairs)

    if not body.strip():
        return []
    try:
        json.loads(body, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return None
    return found


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def read() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return read


class FileRights:
    """Pictures and exports of a case only for who may read the case, also by an address that was kept."""

    def __init__(self, app: ASGIApp, who: Who, workbench: Workbench) -> None:
        self._app, self._who, self._bench = app, who, workbench

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = route_path(scope) if scope["type"] == "http" else ""
        if path.startswith(_FILE):
            visitor = self._who(scope)
            if not await anyio.to_thread.run_sync(self._may, visitor, path.removeprefix(_FILE)):
                await PlainTextResponse("Not found.\n", 404)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _may(self, visitor: Visitor, asked: str) -> bool:
        if visitor.everything:
            return True
        try:
            file, media = Path(os.path.abspath(asked)).resolve(), self._bench.media_dir.resolve()
        except (OSError, ValueError, RuntimeError):
            return False
        if not file.is_relative_to(media):
            return True  # Gradio's own files, under names that nobody can guess; it refuses all others
        if file.name.startswith(("archive-", "overlay-")):
            return visitor.kind != "nobody"
        bench = guarded(self._bench, visitor)
        if of_case := _OF_CASE.fullmatch(file.name):
            return self._reads(bench, of_case[1] or of_case[2])
        if file.is_relative_to(media / "exports"):
            return visitor.kind != "nobody"  # in a folder whose name only who made it was told
        of_photo = _OF_PHOTO.fullmatch(file.name)
        return bool(of_photo) and (of_photo[1] in self._examples or bench.shows_photo(of_photo[1]))

    @staticmethod
    def _reads(bench: Workbench, case_id: str) -> bool:
        try:
            return bench.right(case_id) != "none"  # type: ignore[attr-defined]
        except NewsctxError:
            return False

    @cached_property
    def _examples(self) -> frozenset[str]:
        return frozenset(imaging.sha256(one.path.read_bytes()) for one in self._bench.examples())
