"""What one client may ask of the server: sizes of bodies, how fast they come, how many requests, calls and uploads.

Pure ASGI, in front of everything that reads a request. A client is an account where somebody is logged in, else an
address (one that a proxy tells only where that proxy is trusted). What is refused is answered with a status, a time to
wait, and a line that the page shows.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from newsctx.settings import LimitsSettings
from newsctx.ui import language
from newsctx.ui.language import tr

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)
Kind = Literal["upload", "call", "other"]
#: Tells the room that uploads have: a line that refuses, or "".
Room = Callable[[], str]
#: The account of a request; "" where nobody is logged in.
Account = Callable[["Scope"], str]

_BODIES = ("POST", "PUT", "PATCH", "DELETE")
_DRAIN = 2.0  # seconds in which a body that is refused is still taken, so that its sender can read the answer
_GRADIO = "/gradio_api/"


# --- who asks -------------------------------------------------------------------------------------------------


def address_of(scope: Scope, trusted: tuple[str, ...]) -> str:
    """The client's address: the last one of X-Forwarded-For that no trusted proxy has, where such a one is asked."""
    peer = (scope.get("client") or ("", 0))[0]
    if not trusted or not _within(peer, trusted):
        return peer
    told = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))[-2000:]
    for one in reversed([part.strip() for part in told.split(",") if part.strip()]):
        if not _is_address(one):
            return peer  # nonsense in front of what a trusted proxy wrote
        if not _within(one, trusted):
            return one
    return peer


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _within(address: str, networks: tuple[str, ...]) -> bool:
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return any(one in ipaddress.ip_network(n) for n in networks)


def grouped(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(one, ipaddress.IPv6Address):
        if one.ipv4_mapped:
            return str(one.ipv4_mapped)
        if not one.is_loopback:
            return str(ipaddress.ip_network((one, 64), strict=False))
    return str(one)


def is_loopback(address: str) -> bool:
    """Whether an address is of this machine itself."""
    return _within(address, ("127.0.0.0/8", "::1/128", "::ffff:127.0.0.0/104"))


# --- how much -------------------------------------------------------------------------------------------------


@dataclass
class Bucket:
    """A token bucket: `rate` a second, `most` at once."""

    rate: float
    most: float
    left: float = 0.0
    at: float = -math.inf

    def take(self, now: float) -> float:
        """0 where one was taken, else the seconds until there is one."""
        self.left = min(self.most, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) / self.rate


@dataclass
class Client:
    """What is remembered of one client."""

    requests: Bucket
    calls: Bucket
    uploads: Bucket
    most_open: int
    open: int = 0


class Clients:
    """The clients of late; those that were idle longest are forgotten first, so memory is bounded."""

    def __init__(self, settings: LimitsSettings) -> None:
        self._settings = settings
        self._known: OrderedDict[str, Client] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: str, factor: float) -> Client:
        client = self._known.get(key)
        if client is None:
            s = self._settings
            client = self._known[key] = Client(
                Bucket(s.requests_per_second * factor, s.requests_burst * factor),
                Bucket(s.calls_per_second * factor, s.calls_burst * factor),
                Bucket(s.uploads_per_minute / 60 * factor, s.uploads_burst * factor),
                int(s.open_requests * factor),
            )
            while len(self._known) > s.clients:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return client


def kind_of(method: str, path: str) -> Kind:
    """By its path behind any root path."""
    _, found, rest = path.rpartition(_GRADIO)
    if found and rest.rstrip("/") == "upload":
        return "upload"
    return "call" if method in _BODIES else "other"


# --- the middleware -------------------------------------------------------------------------------------------


class _Refused(Exception):
    """A body that comes in is too large or too slow; said again as an answer."""


@dataclass
class _Answer:
    status: int
    line: str
    wait: float = 0.0


@dataclass
class _Body:
    """The body of one request while it comes in."""

    most: int
    settings: LimitsSettings
    receive: Receive
    clock: Callable[[], float]
    began: float
    size: int = 0
    ended: bool = False
    refusal: _Answer | None = field(default=None)

    async def __call__(self) -> Message:
        if self.refusal:
            raise _Refused
        if self.ended:  # from now on only the end of the connection is waited for, and that may take hours
            return await self.receive()
        left = self.settings.body_seconds - (self.clock() - self.began)
        try:
            message = await asyncio.wait_for(self.receive(), max(0.01, min(left, self.settings.wait_seconds)))
        except TimeoutError:
            self.refusal = _Answer(408, tr("The request came in too slowly and was left. Try again."))
            raise _Refused from None
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
            self.ended = not message.get("more_body", False)
            if self.size > self.most:
                self.refusal = too_large(self.most)
                raise _Refused
        else:
            self.ended = True
        return message


def too_large(most: int) -> _Answer:
    return _Answer(
        413, tr("The request is larger than %(most)s MB, which is the most that is read here.", most=f"{most / 1e6:,.0f}")
    )


class Limits:
    """ASGI middleware."""

    def __init__(
        self, app: ASGIApp, settings: LimitsSettings, account: Account | None = None, room: Room | None = None,
        clock: Callable[[], float] = time.monotonic, larger: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        """`account` tells who is logged in; `room` why no upload can be taken now; `larger`: the largest body, bytes,
        of what takes more than other calls, by its name behind /gradio_api/.
        """
        self._larger = larger or {}
        self.app, self._settings, self._clock = app, settings, clock
        self._account, self._room = account or (lambda scope: ""), room or (lambda: "")
        self.clients = Clients(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._settings.enabled:
            return await self.app(scope, receive, send)
        with language.use(_language(scope)):
            client = self.clients.get(*self._key(scope))
            kind = kind_of(scope["method"], scope["path"])
            refusal = self._asks_too_often(client, kind) or self._too_large(scope, kind)
            if refusal is None and kind == "upload" and (why := await asyncio.to_thread(self._room)):
                refusal = _Answer(507, why, 60)
            if refusal:
                if scope["method"] in _BODIES:
                    await _drained(receive)
                return await _answer(refusal, kind, send)
            client.open += 1
            try:
                await self._passed(scope, receive, send, kind)
            finally:
                client.open -= 1

    def _key(self, scope: Scope) -> tuple[str, float]:
        address = address_of(scope, self._settings.trusted_proxies)
        account = self._account(scope)
        if account:
            return f"account {account}", 1.0
        return grouped(address), self._settings.desk_factor if is_loopback(address) else 1.0

    def _asks_too_often(self, client: Client, kind: Kind) -> _Answer | None:
        if client.open >= client.most_open:
            return _Answer(429, tr("Too many requests are open from here at once. Close other tabs of the page."), 5)
        now = self._clock()
        wait = client.requests.take(now)
        if not wait and kind != "other":
            wait = (client.uploads if kind == "upload" else client.calls).take(now)
        if not wait:
            return None
        seconds = max(1, math.ceil(wait))
        return _Answer(429, tr("Too many requests came from here. Try again in %(seconds)s s.", seconds=seconds), seconds)

    def _most(self, kind: Kind, path: str) -> int:
        name = path.rpartition(_GRADIO)[2].rstrip("/")
        return self._settings.upload_bytes if kind == "upload" else self._larger.get(name, self._settings.json_bytes)

    def _too_large(self, scope: Scope, kind: Kind) -> _Answer | None:
        length = Headers(scope=scope).get("content-length", "")
        most = self._most(kind, scope["path"])
        return too_large(most) if length.isdigit() and int(length[:20]) > most else None

    async def _passed(self, scope: Scope, receive: Receive, send: Send, kind: Kind) -> None:
        """To the application; its answer gives way to a refusal of the body, however it has taken that one."""
        body = _Body(self._most(kind, scope["path"]), self._settings, receive, self._clock, self._clock())
        began = False

        async def answer(message: Message) -> None:
            nonlocal began
            if body.refusal and not began:
                return  # what the application makes of a body that broke off
            began = True
            await send(message)

        try:
            await self.app(scope, body if scope["method"] in _BODIES else receive, answer)
        except Exception:
            if body.refusal is None:
                raise
        if body.refusal and not began:
            if body.refusal.status == 413:
                await _drained(receive)
            await _answer(body.refusal, kind, send)


def _language(scope: Scope) -> str:
    headers = Headers(scope=scope)
    return language.of_browser({}, cookie_parser(headers.get("cookie", "")[:8192]), headers)


async def _drained(receive: Receive) -> None:
    """Take what is under way for a moment: a connection that closes at once loses the answer, too."""
    until = time.monotonic() + _DRAIN
    while (left := until - time.monotonic()) > 0:
        try:
            message = await asyncio.wait_for(receive(), left)
        except TimeoutError:
            return
        if message["type"] != "http.request" or not message.get("more_body"):
            return


async def _answer(answer: _Answer, kind: Kind, send: Send) -> None:
    """An upload's line is shown as it is; of other answers the page shows `detail`."""
    log.info("refused with %s: %s", answer.status, answer.line)
    plain = kind == "upload"
    body = answer.line.encode() if plain else json.dumps({"detail": answer.line, "error": answer.line}).encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8" if plain else b"application/json"),
        (b"content-length", str(len(body)).encode()), (b"connection", b"close"), (b"cache-control", b"no-store"),
    ]  # fmt: skip
    if answer.wait:
        headers.append((b"retry-after", str(math.ceil(answer.wait)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
