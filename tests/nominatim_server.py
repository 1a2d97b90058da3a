"""A Nominatim server for tests: real HTTP on this machine, with answers good, hostile, slow and endless."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

MINE = {
    "display_name": "Zeche Zollverein, Stoppenberg, Essen, North Rhine-Westphalia, Germany",
    "name": "Zeche Zollverein", "lat": "51.4871", "lon": "7.0424", "addresstype": "tourism", "osm_id": 1,
    "address": {"city": "Essen", "state": "North Rhine-Westphalia", "country": "Deutschland", "country_code": "de"},
}  # fmt: skip


class Server(ThreadingHTTPServer):
    daemon_threads = True
    body: bytes = b"[]"
    status = 200
    extra: dict[str, str] = {}
    drip = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str], float]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def says(self, answer: Any, status: int = 200, **extra: str) -> None:
        self.body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.status, self.extra = status, extra


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers), time.monotonic()))
        self.send_response(self.server.status)
        for name, value in self.server.extra.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        try:
            if self.server.drip:
                while not self.server.over.wait(0.05):
                    self.wfile.write(b" ")
                    self.wfile.flush()
            else:
                self.wfile.write(self.server.body)
        except OSError:
            pass  # the client went away

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def nominatim() -> Iterator[Server]:
    made = Server()
    threading.Thread(target=lambda: made.serve_forever(0.02), daemon=True).start()
    yield made
    made.over.set()
    made.shutdown()
    made.server_close()
