"""A reverse proxy under a path prefix, as nginx or a Space's front door is one: the prefix is taken off, the headers
tell where the browser thinks it is, and answers stream through.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

#: Headers that belong to one connection (RFC 9110, section 7.6.1), or that the proxy sets itself.
OWN = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "content-length"}


class Proxy:
    """Serves `target` under `prefix`; `outside` holds every path beside it that was asked for."""

    def __init__(self, target: str, prefix: str) -> None:
        self.target, self.prefix = target.rstrip("/"), prefix
        self.outside: list[str] = []
        self.cookies = True  # False: as if the browser kept none
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # a proxy has no cookies of its own
        self._client = httpx.AsyncClient(timeout=None, cookies=jar)
        methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=methods)])

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path == self.prefix:
            return RedirectResponse(f"{self.prefix}/")
        if not path.startswith(f"{self.prefix}/"):
            self.outside.append(path)
            return PlainTextResponse("another program's", 404)
        rest = request.scope["raw_path"].decode()[len(self.prefix) :]
        query = request.scope["query_string"].decode()
        kept = OWN if self.cookies else OWN | {"cookie"}
        headers = [(k, v) for k, v in request.headers.items() if k not in kept] + [
            ("x-forwarded-host", request.headers["host"]),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-for", "203.0.113.7"),
            ("host", httpx.URL(self.target).netloc.decode()),
        ]
        body = request.stream() if request.method in ("POST", "PUT") else None
        asked = self._client.build_request(
            request.method, f"{self.target}{rest}{'?' + query if query else ''}", headers=headers, content=body
        )
        got = await self._client.send(asked, stream=True)
        given = StreamingResponse(got.aiter_raw(), got.status_code, background=BackgroundTask(got.aclose))
        given.raw_headers = [(k.lower(), v) for k, v in got.headers.raw if k.decode().lower() not in OWN]
        return given


@contextmanager
def proxied(target: str, prefix: str) -> Iterator[tuple[str, Proxy]]:
    """The address under the prefix, and the proxy."""
    proxy = Proxy(target, prefix)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(proxy.app, "127.0.0.1", port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}{prefix}/", proxy
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
