"""One streamed chat completion of an OpenAI-compatible server, read in a thread of its own so that it can be stopped at
any moment: while connecting, while the server is silent, while it waits to try again.

httpx and not the openai client, because the client hides what is needed here: a limit on what is read, the closing of a
connection that is silent, and answers of servers that keep to the format only nearly.
"""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import suppress

import httpx

from newsctx.errors import ModelUnavailable
from newsctx.writers.completion import BUSY, Call, clean, lost, parse_json, refused, text_of, wait_before
from newsctx.writers.secrecy import Redactor

_LINE = 1_000_000  # bytes of one line: no event of a chat is as long
_PER_CHAR = 1000  # bytes that an event may take around one character of the answer
_ERROR_BYTES = 2000  # of a refusal that are read
_DONE = object()


def stream(call: Call, every: float) -> Generator[str, None, None]:
    """Pieces of the answer as they come, "" at least every `every` seconds; ends after `max_chars` characters.

    Closing it closes the connection at once.

    Raises:
        ModelUnavailable: no connection, a refusal, a time-out, or an answer that is not one; names URL and remedy.
    """
    pieces: queue.Queue[object] = queue.Queue()
    loop = asyncio.new_event_loop()
    task = loop.create_task(_read(call, pieces))
    thread = threading.Thread(target=_drive, args=(loop, task, pieces), name="caption-server", daemon=True)
    thread.start()
    try:
        while True:
            try:
                item = pieces.get(timeout=every)
            except queue.Empty:
                yield ""
                continue
            if item is _DONE:
                return
            if isinstance(item, BaseException):
                raise item
            yield str(item)
    finally:
        with suppress(RuntimeError):  # the request has ended, its loop is closed
            loop.call_soon_threadsafe(task.cancel)
        thread.join(timeout=5)


def _drive(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None], pieces: queue.Queue[object]) -> None:
    """Run the request to its end; whatever it raises is handed over."""
    try:
        loop.run_until_complete(task)
        pieces.put(_DONE)
    except asyncio.CancelledError:
        pieces.put(_DONE)
    except BaseException as error:
        pieces.put(error)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _read(call: Call, pieces: queue.Queue[object]) -> None:
    timeout = httpx.Timeout(call.read_seconds, connect=call.connect_seconds)
    try:
        async with (
            asyncio.timeout(call.answer_seconds),
            httpx.AsyncClient(timeout=timeout, trust_env=not call.local, follow_redirects=False) as client,
        ):
            for attempt in range(call.retries + 1):
                wait = await _attempt(client, call, attempt, pieces)
                if wait is None:
                    return
                await asyncio.sleep(wait)
    except TimeoutError as error:
        raise ModelUnavailable(
            f"the server {call.url} was not done after {call.answer_seconds:g} s; raise caption.answer_seconds, or ask "
            "for less with caption.max_new_tokens"
        ) from error


async def _attempt(client: httpx.AsyncClient, call: Call, attempt: int, pieces: queue.Queue[object]) -> float | None:
    """None after an answer; seconds to wait where it is worth trying again. Raises ModelUnavailable where it is not."""
    last = attempt == call.retries
    begun = False
    try:
        async with client.stream("POST", call.url, headers=dict(call.headers), json=dict(call.body)) as response:
            if response.status_code != 200:
                said = await _refusal(response)
                if response.status_code in BUSY and not last:
                    return wait_before(call, attempt, response.headers.get("retry-after", ""))
                raise ModelUnavailable(refused(call, response, said, attempt))
            redactor = Redactor(call.secret)
            async for piece in _pieces(response, call):
                begun = begun or bool(piece)
                pieces.put(redactor.feed(piece))
            pieces.put(redactor.rest())
            return None
    except httpx.ReadTimeout as error:
        raise ModelUnavailable(
            f"the server {call.url} was silent for {call.read_seconds:g} s; a large model may need longer: raise "
            "caption.read_seconds, or choose a smaller model"
        ) from error
    except (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.RemoteProtocolError,
        httpx.ReadError,
        httpx.WriteError,
    ) as error:
        if not begun and not last:
            return wait_before(call, attempt, "")
        raise ModelUnavailable(lost(call, error, begun, attempt)) from error
    except httpx.HTTPError as error:
        raise ModelUnavailable(f"the server {call.url} cannot be asked: {clean(str(error), call)}") from error


async def _pieces(response: httpx.Response, call: Call) -> AsyncIterator[str]:
    """The texts of the events, at most a piece more than `max_chars`. Raises ModelUnavailable for anything else."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":  # a server that does not stream
        whole = b"".join([line async for line in _lines(response, call, split=False)])
        yield text_of(parse_json(whole, call), call, "message")[0][: call.max_chars + 1]
        return
    if kind == "text/html":
        raise ModelUnavailable(
            f"the server {call.url} answers with a web page; check that caption.base_url is an OpenAI-compatible "
            "address, up to /v1"
        )
    total, finished = 0, False
    async for line in _lines(response, call):
        if not line.startswith(b"data:"):
            continue  # comments that keep the connection open, event names, blank lines
        data = line[5:].strip()
        if data == b"[DONE]":
            return
        text, ended = text_of(parse_json(data, call), call, "delta")
        finished = finished or ended
        total += len(text)
        yield text[: call.max_chars + 1]
        if total > call.max_chars:
            return
    if not finished:
        raise httpx.RemoteProtocolError("the connection ended before the answer did")


async def _lines(response: httpx.Response, call: Call, split: bool = True) -> AsyncIterator[bytes]:
    """Lines of the body (or its pieces) as they were sent, bounded in length and in all."""
    most = _LINE + _PER_CHAR * call.max_chars
    rest, total = b"", 0
    async for part in response.aiter_raw():
        total += len(part)
        if total > most or len(rest) > _LINE:
            raise ModelUnavailable(
                f"the server {call.url} sent more than an answer of {call.max_chars:,} characters can need; it is no "
                "chat completion, or raise caption.max_answer_chars"
            )
        if not split:
            yield part
            continue
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield line
    if rest:
        yield rest


async def _refusal(response: httpx.Response) -> str:
    """The beginning of what a server says when it refuses."""
    body = b""
    async for part in response.aiter_raw():
        body += part
        if len(body) > _ERROR_BYTES:
            break
    try:
        said = json.loads(body)
        said = said.get("error", said.get("detail", said)) if isinstance(said, dict) else said
        said = said.get("message", said) if isinstance(said, dict) else said
    except (ValueError, RecursionError):
        said = body[:_ERROR_BYTES].decode("utf-8", "replace")
    return str(said)
