"""One streamed chat completion of an OpenAI-compatible server, read in a thread of its own so that it can be stopped at
any moment: while connecting, while the server is silent, while it waits to try again.

httpx and not the openai client, because the client hides what is needed here: a limit on what is read, the closing of a
connection that is silent, and answers of servers that keep to the format only nearly.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import queue
import threading
import time
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from newsctx.errors import ModelUnavailable
from newsctx.passages import plain

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})  # statuses after which the same request may succeed
_LINE = 1_000_000  # bytes of one line: no event of a chat is as long
_PER_CHAR = 1000  # bytes that an event may take around one character of the answer
_ERROR_BYTES = 2000  # of a refusal that are read
_DONE = object()


@dataclass(frozen=True)
class Call:
    """One request. `secret`: what must not show in a message, the key."""

    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    local: bool  # the server is this machine: no proxy is asked
    connect_seconds: float
    read_seconds: float
    answer_seconds: float
    retries: int
    backoff_seconds: float
    backoff_most: float
    max_chars: int
    secret: str = ""


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
                    return _wait(call, attempt, response.headers.get("retry-after", ""))
                raise ModelUnavailable(_refused(call, response, said, attempt))
            async for piece in _pieces(response, call):
                begun = begun or bool(piece)
                pieces.put(piece)
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
            return _wait(call, attempt, "")
        raise ModelUnavailable(_lost(call, error, begun, attempt)) from error
    except httpx.HTTPError as error:
        raise ModelUnavailable(f"the server {call.url} cannot be asked: {_clean(str(error), call)}") from error


async def _pieces(response: httpx.Response, call: Call) -> AsyncIterator[str]:
    """The texts of the events, at most a piece more than `max_chars`. Raises ModelUnavailable for anything else."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":  # a server that does not stream
        whole = b"".join([line async for line in _lines(response, call, split=False)])
        yield _text(_json(whole, call), call, "message")[0][: call.max_chars + 1]
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
        text, ended = _text(_json(data, call), call, "delta")
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


def _json(data: bytes, call: Call) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        shown = _clean(data[:200].decode("utf-8", "replace"), call)
        raise ModelUnavailable(
            f"the server {call.url} sent something that is no chat completion ({shown!r}); check that caption.base_url "
            "is an OpenAI-compatible address, up to /v1"
        ) from error


def _text(event: Any, call: Call, part: str) -> tuple[str, bool]:
    """The text of an event or answer, and whether it is the last one."""
    if isinstance(event, dict) and event.get("error"):
        said = event["error"].get("message", "") if isinstance(event["error"], dict) else event["error"]
        raise ModelUnavailable(f"the server {call.url} broke off: {_clean(str(said), call)}; see its log")
    choices = event.get("choices") if isinstance(event, dict) else None
    if not isinstance(choices, list):
        raise ModelUnavailable(
            f"the server {call.url} sent JSON without `choices`; check that caption.base_url is an OpenAI-compatible "
            "address, up to /v1"
        )
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    said = first.get(part) if isinstance(first.get(part), dict) else {}
    content = said.get("content") if said else ""
    if isinstance(content, list):  # parts, as some servers send them
        content = "".join(str(p.get("text", "")) for p in content if isinstance(p, dict))
    return content if isinstance(content, str) else "", bool(first.get("finish_reason"))


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


def _refused(call: Call, response: httpx.Response, said: str, attempt: int) -> str:
    """What a refusal means and what to do."""
    status = response.status_code
    if status in (401, 403):
        remedy = "set the environment variable that caption.api_key_env names to a key that the server accepts"
    elif status == 404:
        remedy = f"check caption.base_url, and that the server has the model {call.body.get('model')!r} (caption.model)"
    elif status == 413:
        remedy = "lower caption.image_side or caption.evidence_chars"
    elif 300 <= status < 400:
        where = _clean(response.headers.get("location", ""), call)
        remedy = f"it points to {where!r}; redirects are not followed, set caption.base_url to where the server is"
    elif status in BUSY:
        remedy = f"asked {attempt + 1} times; try again later, or raise caption.retries"
    else:
        remedy = "check caption.model, and whether it reads photographs"
    shown = f" ({_clean(said, call)})" if said.strip() else ""
    return f"the server {call.url} answers {status}{shown}; {remedy}"


def _lost(call: Call, error: Exception, begun: bool, attempt: int) -> str:
    why = _clean(str(error), call) or type(error).__name__
    if begun:
        return f"the connection to {call.url} was lost in the middle of the answer ({why}); write the caption again"
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return (
            f"no server answers at {call.url} ({why}; tried {attempt + 1} times); start it, e.g. `transformers serve`, "
            "or set caption.base_url"
        )
    return f"the connection to {call.url} was lost ({why}; tried {attempt + 1} times); see the server's log"


def _wait(call: Call, attempt: int, asked: str) -> float:
    """Seconds to the next attempt: what the server asks for, else doubled each time; no jitter, runs should agree.

    Raises ModelUnavailable where the server asks for more than `backoff_most`.
    """
    seconds = _retry_after(asked)
    if seconds is None:
        return min(call.backoff_seconds * 2**attempt, call.backoff_most)
    if seconds > call.backoff_most:
        raise ModelUnavailable(
            f"the server {call.url} is busy and asks to wait {seconds:,.0f} s, longer than caption.backoff_most = "
            f"{call.backoff_most:g}; try again then"
        )
    return seconds


def _retry_after(value: str) -> float | None:
    """Seconds of a Retry-After header, a number or an HTTP date; None where there is none that can be read."""
    if value.strip().isdecimal():
        return float(value[:12])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time()) if value else None
    except (ValueError, TypeError, OverflowError):
        return None


def _clean(text: str, call: Call) -> str:
    """One line without control characters and without the key."""
    text = text.replace(call.secret, "***") if call.secret else text
    return plain(text)[:300]
