"""Guests of a public demonstration: every browser has a cookie that nobody else can guess, and sees only its own cases.

Where a browser keeps no cookies (a Space is framed by another site, and some browsers block those) the guest is the
tab's session: its cases are out of reach once the tab is closed or loaded anew, and the page says so.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

from newsctx.access import NOBODY, Visitor
from newsctx.ui.page import Guest

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "newsctx-guest"
#: A browser takes this prefix only from the host itself, over https and for all paths: no neighbour can plant one.
HOST_ONLY = "__Host-"
TAB = "tab-"  # begins the name of a guest without a cookie
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # of secrets.token_urlsafe(32)


class GuestGate:
    """Tells guests apart. Whoever has neither cookie nor session is nobody."""

    def visitor(self, request: gr.Request | None) -> Visitor:
        """The guest of a request; its name is a digest, so that what is stored opens no door."""
        if request is None:
            return NOBODY
        headers = _headers(request)
        token = _token(headers.get("cookie", ""), _secure(headers, ""))
        if token:
            return Visitor("guest", _digest(token))
        session = request.session_hash
        return Visitor("guest", TAB + _digest(f"session:{session}")) if session else NOBODY


def guest(visitor: Visitor | None, hours: float) -> Guest | None:
    """What the page tells a guest; nothing to anybody else."""
    if visitor is None or visitor.kind != "guest":
        return None
    return Guest(hours, visitor.name.startswith(TAB))


def _headers(request: Any) -> Mapping[str, str]:
    return {str(name).lower(): str(value) for name, value in dict(request.headers).items()}


def _digest(text: str) -> str:
    return hashlib.sha256(f"newsctx guest:{text}".encode()).hexdigest()[:40]


def _secure(headers: Mapping[str, str], scheme: str) -> bool:
    """Whether the browser speaks https, to us or to the proxy before us."""
    said = headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return (said or scheme) in ("https", "wss")


def _token(cookies: str, secure: bool) -> str:
    """The guest's token in a Cookie header; empty where there is none, or none that we could have made.

    Over https only the cookie that no neighbour can plant counts; without knowing, that one comes first.
    """
    jar: SimpleCookie = SimpleCookie()
    for part in cookies.split(";"):
        try:  # one cookie of somebody else that cannot be read hides no other
            jar.load(part.strip())
        except CookieError:
            continue
    for name in (HOST_ONLY + NAME,) if secure else (HOST_ONLY + NAME, NAME):
        if name in jar and _TOKEN.fullmatch(jar[name].value):
            return str(jar[name].value)
    return ""


def set_cookie(token: str, secure: bool, seconds: int) -> str:
    """The Set-Cookie header. Over https it also reaches a page that another site frames, apart for each such site."""
    name = HOST_ONLY + NAME if secure else NAME
    where = "; Secure; SameSite=None; Partitioned" if secure else "; SameSite=Lax"
    return f"{name}={token}; Path=/; Max-Age={seconds}; HttpOnly{where}"


class GuestCookies:
    """Gives every browser that opens the page its cookie, and its cookie a longer life whenever it comes again.

    What is sent renews it, too: a tab that stays open changes cases, which then outlive what it was given.
    """

    def __init__(self, app: ASGIApp, hours: float, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> None:
        """`hours`: how long a case lives after its last change."""
        self._app, self._seconds, self._make = app, int(hours * 3600), make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD", "POST"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        secure = _secure(headers, scope.get("scheme", ""))
        token = _token(headers.get("cookie", ""), secure)

        async def answer(message: Message) -> None:
            posted = scope["method"] == "POST"
            renewed = bool(token) if posted else _is_page(MutableHeaders(raw=message.get("headers", [])))
            if message["type"] == "http.response.start" and renewed:
                MutableHeaders(scope=message).append(
                    "set-cookie", set_cookie(token or self._make(), secure, self._seconds)
                )
            await send(message)

        await self._app(scope, receive, answer)


def _is_page(headers: MutableHeaders) -> bool:
    return headers.get("content-type", "").startswith("text/html")
