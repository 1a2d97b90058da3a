"""One page of the web, fetched because an analyst asked for it, and nothing else.

The host is resolved once, every address that it has must be public, and the connection is made to an address that was
checked: a name that answers differently the second time (DNS rebinding) gains nothing, since there is no second time.
TLS still verifies the host's name. Redirects are followed here, each checked like the first address. No cookies, no
credentials, no proxies of the environment; time and size are bounded while the answer comes in, also after unpacking.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import httpcore
import httpx

from newsctx.addresses import IPAddress, why_not_public
from newsctx.errors import FetchRefused
from newsctx.settings import FetchSettings

Resolver = Callable[[str, int], list[str]]
Judge = Callable[[IPAddress], str]

PASTE = "open it in a browser and paste its text instead"
_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")  # a name as the resolver reads it, or an address
_CHUNK = 65_536  # bytes unpacked at a time
_MOST_URL = 2000  # characters, as `imports.max_line`


@dataclass(frozen=True)
class Fetched:
    """A page as it came: nothing of it is trusted."""

    url: str  # after redirects
    content_type: str  # the whole header, with its charset
    body: bytes  # unpacked


def system_resolver(host: str, port: int) -> list[str]:
    """Every address of a host, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    url: str,
    settings: FetchSettings,
    resolve: Resolver = system_resolver,
    judge: Judge = why_not_public,
    context: ssl.SSLContext | None = None,
) -> Fetched:
    """Fetch a page.

    Args:
        url: of an http or https page, without user and password.
        resolve: host, port -> addresses; asked once for each host that is connected to.
        judge: an address -> why it is refused, "" where it is not.
        context: how certificates are checked; None: the certificates of the `certifi` package.

    Raises:
        FetchRefused: says what was refused, why, and what to do instead.
    """
    if not settings.enabled:
        raise FetchRefused(f"Fetching pages is switched off here (fetch.enabled); {PASTE}.")
    until = time.monotonic() + settings.total_seconds
    backend = _Checked(resolve, judge, until, settings.connect_seconds)
    context = context or httpx.create_ssl_context(trust_env=False)
    here = _parsed(url, settings)
    for _ in range(settings.redirects + 1):
        found = _once(here, settings, backend, context)
        if isinstance(found, Fetched):
            return found
        try:
            here = _parsed(str(here.join(found)), settings)
        except (httpx.InvalidURL, ValueError) as error:
            raise FetchRefused(f"{_short(here)} redirects to {found[:80]!r}, which is no address; {PASTE}.") from error
    raise FetchRefused(f"{_short(url)} redirects more than {settings.redirects} times; {PASTE}.")


# --- the address ----------------------------------------------------------------------------------------------


def _parsed(text: str, settings: FetchSettings) -> httpx.URL:
    text = text.strip()
    if len(text) > _MOST_URL:
        raise FetchRefused(f"The address has {len(text):,} characters; at most {_MOST_URL:,} are fetched; {PASTE}.")
    try:
        url = httpx.URL(text)
        port = url.port or _PORTS.get(url.scheme, 0)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise FetchRefused(f"{text[:80]!r} is no address of a page: {error}. Expected https://HOST/...") from error
    if url.scheme not in _PORTS or not _HOST.fullmatch(url.raw_host.decode("ascii")):
        raise FetchRefused(f"{text[:80]!r} is no address of a page: expected http://HOST/... or https://HOST/...")
    if url.userinfo:
        raise FetchRefused(f"The address of {url.host[:80]!r} has a user or password: take it out.")
    if port not in settings.ports:
        allowed = ", ".join(str(p) for p in settings.ports)
        raise FetchRefused(f"Port {port} of {url.host[:80]!r} is not fetched from (fetch.ports: {allowed}); {PASTE}.")
    return url.copy_with(fragment=None)


# --- one request ----------------------------------------------------------------------------------------------


def _once(url: httpx.URL, settings: FetchSettings, backend: _Checked, context: ssl.SSLContext) -> Fetched | str:
    """The page, or where it says that it is."""
    wait = {"connect": settings.connect_seconds, "read": settings.total_seconds, "write": settings.total_seconds}
    headers = [
        ("Host", url.netloc.decode("ascii")), ("User-Agent", settings.user_agent), ("Accept", ", ".join(_TYPES)),
        ("Accept-Encoding", "gzip"), ("Connection", "close"),
    ]  # fmt: skip
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    try:
        with (
            httpcore.ConnectionPool(context, http1=True, http2=False, retries=0, network_backend=backend) as pool,
            pool.stream("GET", target, headers=headers, extensions={"timeout": wait}) as response,
        ):
            told = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
            if response.status in _REDIRECTS and told.get("location"):
                return told["location"]
            if response.status != 200:
                raise FetchRefused(f"{_short(url)} answers with status {response.status}; {PASTE}.")
            kind = told.get("content-type", "")
            if kind.partition(";")[0].strip().lower() not in _TYPES:
                raise FetchRefused(
                    f"{_short(url)} is {kind[:60] or 'of no stated type'!r}, no article ({', '.join(_TYPES)}); {PASTE}."
                )
            raw = _bounded(response.iter_stream(), settings, url)
            parts = _bounded(_unpacked(raw, told.get("content-encoding", "")), settings, url)
            return Fetched(str(url), kind, b"".join(parts))
    except _TooLate as error:
        raise FetchRefused(f"{_short(url)} took longer than {settings.total_seconds:g} seconds; {PASTE}.") from error
    except _Damaged as error:
        raise FetchRefused(f"{_short(url)} sends an answer that cannot be unpacked ({error}); {PASTE}.") from error
    except httpcore.TimeoutException as error:
        raise FetchRefused(f"{_short(url)} does not answer in time; try again, or {PASTE}.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        raise FetchRefused(f"{_short(url)} cannot be read ({str(error)[:200]}); {PASTE}.") from error


def _bounded(parts: Iterable[bytes], settings: FetchSettings, url: httpx.URL) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > settings.max_bytes:
            raise FetchRefused(f"{_short(url)} has more than {settings.max_bytes:,} bytes; {PASTE}.")
        yield part


def _unpacked(parts: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The body in pieces of bounded size, however far it unfolds. Only gzip was asked for."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        yield from parts
        return
    if encoding not in ("gzip", "x-gzip"):
        raise _Damaged(f"content encoding {encoding[:40]!r} where gzip was asked for")
    unpack = zlib.decompressobj(wbits=31)
    try:
        for part in parts:
            while part and not unpack.eof:
                yield unpack.decompress(part, _CHUNK)
                part = unpack.unconsumed_tail
            if unpack.eof:
                return
        yield unpack.flush()
    except zlib.error as error:
        raise _Damaged(str(error)) from error
    if not unpack.eof:
        raise _Damaged("it ends in the middle")


class _TooLate(Exception):
    """The time for the whole fetch is over."""


class _Damaged(Exception):
    """The body is not packed as its header says."""


# --- the connection -------------------------------------------------------------------------------------------


class _Checked(httpcore.NetworkBackend):
    """Connects to addresses that were resolved here, once, and judged; every wait ends with the fetch's time."""

    def __init__(self, resolve: Resolver, judge: Judge, until: float, connect_seconds: float) -> None:
        self._resolve, self._judge, self._until, self._most = resolve, judge, until, connect_seconds
        self._plain = httpcore.SyncBackend()
        self._known: dict[tuple[str, int], list[str]] = {}

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        trouble: Exception | None = None
        for address in self._addresses(host, port):
            wait = min(left(self._until), self._most)
            try:
                stream = self._plain.connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
                continue
            return _Timed(stream, self._until)
        raise trouble or httpcore.ConnectError(f"{host[:80]} has no address")

    def connect_unix_socket(self, *args: object, **kwargs: object) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("no local sockets")

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, left(self._until)))

    def _addresses(self, host: str, port: int) -> list[str]:
        if (host, port) not in self._known:
            found = _within(left(self._until), lambda: self._resolve(host, port), host)
            for address in found:
                self._refuse_private(host, address)
            self._known[host, port] = found
        return self._known[host, port]

    def _refuse_private(self, host: str, address: str) -> None:
        try:
            why = self._judge(ipaddress.ip_address(address.partition("%")[0]))
        except ValueError:
            why = "no address"
        if why:
            raise FetchRefused(
                f"{host[:80]!r} leads to {address[:60]} ({why}): only public pages are fetched; {PASTE}."
            )


class _Timed(httpcore.NetworkStream):
    """A connection of which no single wait, and no row of short ones, outlasts the fetch."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._wait(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._wait(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, self._wait(timeout)), self._until)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)

    def _wait(self, timeout: float | None) -> float:
        return min(left(self._until), timeout if timeout is not None else float("inf"))


def left(until: float) -> float:
    """Seconds until then. Raises where there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise _TooLate
    return seconds


def _within(seconds: float, ask: Callable[[], list[str]], host: str) -> list[str]:
    """The system's resolver knows no time limit, so it is asked in a thread that nobody waits for any longer."""
    answer: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answer.put(ask())
        except Exception as error:  # handed to the caller
            answer.put(error)

    threading.Thread(target=work, name="resolve", daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty as error:
        raise _TooLate from error
    if isinstance(found, Exception):
        raise FetchRefused(
            f"The host {host[:80]!r} is not known here ({str(found)[:100]}): check its spelling and the network, or "
            f"{PASTE}."
        ) from found
    return found


def _short(url: object) -> str:
    return repr(str(url)[:120])
