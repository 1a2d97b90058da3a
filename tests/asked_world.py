"""What tests of language-model writers share: a small evidence set, and a server on loopback that says what it is told.

The server is a real one; only its words are canned, because a random model writes noise.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from newsctx.imaging import encode_jpeg
from newsctx.passages import make_chunk
from newsctx.records import Article, ArticlePlace, Chunk, Context, Hit, OcrLine, PartialDate, Photo, Place
from newsctx.settings import CaptionSettings
from newsctx.writers.base import CaptionEvidence

LYON = Place(name="Lyon", level="city", country="France", country_code="FR", lat=45.75, lon=4.85)
BODY = "Mayor Anna Keller opened the Westside bridge in Lyon on Friday. About 300 residents came to see it."
BOX = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
JPEG = encode_jpeg(np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8))


def article(article_id: str = "art-1", body: str = BODY, **more: object) -> Article:
    fields = {
        "headline": "Bridge opens in Lyon", "abstract": "A new bridge over the Saone.", "source": "Example Post",
        "published": PartialDate(year=2018, month=1, day=26), "places": (ArticlePlace(keyword="Lyon", place=LYON),),
    }  # fmt: skip
    return Article(article_id=article_id, body=body, **(fields | more))


def chunk(
    of: Article, start: int = 0, end: int | None = None, role: str = "ranked", score: float | None = 0.5
) -> Chunk:
    end = len(of.body) if end is None else end
    return make_chunk(of.article_id, "body", start, end, of.body[start:end], role, score if role == "ranked" else None)


def evidence(
    articles: Sequence[Article] | None = None,
    chunks: Sequence[Chunk] | None = None,
    ocr: Sequence[str] = (),
    **more: object,
) -> CaptionEvidence:
    """One article with one passage, unless others are given; `m1`..`m4` are headline, published, places and source."""
    found = [article()] if articles is None else list(articles)
    return CaptionEvidence(
        photo=Photo(
            sha256="a" * 64, phash="0" * 16, format="JPEG", bytes=10, width=160, height=120,
            ocr=tuple(OcrLine(text=t, confidence=0.9, box=BOX) for t in ocr),
        ),
        hits=tuple(Hit(article_id=a.article_id, rank=n, score=1 / n) for n, a in enumerate(found, 1)),
        articles={a.article_id: a for a in found},
        chunks=tuple([chunk(a) for a in found] if chunks is None else chunks),
        **({"preview": JPEG, "context": Context()} | more),
    )  # fmt: skip


# --- the server -----------------------------------------------------------------------------------------------


class Server:
    """Requests that came, and what the n-th is answered with: a function that writes the response."""

    def __init__(self, *answers: Callable[[Handler], None]) -> None:
        self.answers, self.requests = list(answers), []
        self.hung_up = threading.Event()  # the client closed its connection while an answer was sent
        self.lock = threading.Lock()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def settings(self, **more: object) -> CaptionSettings:
        fields = {"backoff_seconds": 0.0, "draft_seconds": 0.01, "read_seconds": 20.0, "describe": False, "model": "m"}
        return CaptionSettings(writer="openai-compatible", base_url=self.url, **(fields | more))


class Handler(BaseHTTPRequestHandler):
    world: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.world.lock:
            self.world.requests.append((self.path, dict(self.headers), json.loads(body)))
            answer = self.world.answers[min(len(self.world.requests), len(self.world.answers)) - 1]
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.world.hung_up.set()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def event(self, text: str, finish: str | None = None) -> None:
        data = {"choices": [{"delta": {"content": text}, "finish_reason": finish}]}
        self.raw(f"data: {json.dumps(data)}\n\n".encode())

    def raw(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()


def says(text: str, piece: int = 7) -> Callable[[Handler], None]:
    """Streams a text in pieces and ends properly."""

    def answer(handler: Handler) -> None:
        handler.begin()
        for at in range(0, len(text), piece):
            handler.event(text[at : at + piece])
        handler.event("", "stop")
        handler.raw(b"data: [DONE]\n\n")

    return answer


def refuses(status: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.begin(status, "application/json", **headers)
        handler.raw(body.encode())

    return answer


def wrote(*sentences: tuple[str, Sequence[str]]) -> str:
    """The structured answer that is asked for."""
    return json.dumps({"sentences": [{"text": text, "chunks": list(ids)} for text, ids in sentences]})


@contextmanager
def serving(*answers: Callable[[Handler], None]) -> Iterator[Server]:
    """A server for the time of a block; the last answer is repeated."""
    world = Server(*answers)
    handler = type("Told", (Handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    world.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
