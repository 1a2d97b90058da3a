"""Logging in and out: without a login nothing is answered but the login page.

Gradio's own login has no limit on tries, tokens that never end, and a cookie that other sites' pages send along
(SameSite=None) beside CORS headers that let any site read the answer; it is not used. The form works without scripts
and as `gradio_client.Client(..., auth=(name, password))` sends it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

import anyio
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from newsctx.accounts import Account, Accounts
from newsctx.errors import AccountError
from newsctx.ui import basic_login, language
from newsctx.ui.door import route_path
from newsctx.ui.html import ASSETS, render
from newsctx.ui.language import tr
from newsctx.ui.limits import address_of
from newsctx.ui.logins import Attempts, Sessions

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from newsctx.settings import Settings

log = logging.getLogger(__name__)
VISITOR = "newsctx.visitor"  # in the scope of a request: whose it is, as the server knows it
#: What is answered without a login beside the login itself: nothing of it tells of a case or an account.
OPEN = frozenset({"/favicon.ico", "/robots.txt", "/gradio_api/startup-events"})
FORM, SLOWEST = 8_000, 10.0  # bytes and seconds of a form
#: Where programs may send name and password with each request, since they cannot log in: MCP.
BY_PASSWORD = frozenset({"/gradio_api/mcp"})
HASHING = 2  # passwords that are hashed at once: each takes a core and argon2_memory_kib
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class AccountDoor:
    """Lets in who is logged in."""

    def __init__(self, app: ASGIApp, accounts: Accounts, settings: Settings, sessions: Sessions) -> None:
        self._app, self._accounts, self._settings, self._sessions = app, accounts, settings.access, sessions
        self._proxies = settings.limits.trusted_proxies
        self._attempts = Attempts(settings.access)
        self._proven = basic_login.Proven(settings.api.password_minutes * 60)
        self._hashing: anyio.CapacityLimiter | None = None
        # cookies know no ports: two workbenches of one machine each have their own
        self._cookie = "newsctx-" + hashlib.sha256(os.fsencode(accounts.file.path.absolute())).hexdigest()[:12]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, path = Request(scope, receive), route_path(scope)
        path = path.rstrip("/") or "/"
        account = self._sessions.find(self._token(request), self._accounts.get)
        scope[VISITOR] = account.name if account else ""
        if path in ("/login", "/logout", "/account"):
            answer = await self._own(request, path, account)
            await answer(scope, receive, send)
        elif account is None and path in BY_PASSWORD and "authorization" in request.headers:
            await self._with_password(request, receive, send)
        elif account or path in OPEN:
            await self._app(scope, receive, send)
        else:
            await self._shut(request, path)(scope, receive, send)

    # --- the pages --------------------------------------------------------------------------------------------

    async def _own(self, request: Request, path: str, account: Account | None) -> Response:
        if request.method not in ("GET", "HEAD", "POST"):
            return Response("", 405, {"Allow": "GET, HEAD, POST"})
        posted = request.method == "POST"
        form = await _form(request) if posted else {}
        spoken = language.of_browser(request.query_params, request.cookies, request.headers)
        with language.use(spoken):
            if path == "/login":
                return await self._log_in(request, form) if posted else self._login_page(request)
            if account is None:
                return self._to_login(request)
            if path == "/logout":
                return self._log_out(request, account, bool(form.get("everywhere"))) if posted else self._page(account)
            return await self._change(request, account, form) if posted else self._page(account)

    async def _log_in(self, request: Request, form: Mapping[str, str]) -> Response:
        name, password = form.get("username", ""), form.get("password", "")
        address = address_of(request.scope, self._proxies)
        wait = self._attempts.begin(name, address)
        if wait > 0:
            log.warning("login of %r from %s not tried: too many failures", name[:80], address)
            said = tr("Too many tries. Wait %(seconds)s seconds, then try again.", seconds=int(wait) + 1)
            return self._refused(request, form, said, 429, {"Retry-After": str(int(wait) + 1)})
        account = await self._hashed(self._accounts.check, name, password)
        if account is None:
            log.warning("login of %r from %s failed", name[:80], address)
            await anyio.sleep(self._attempts.delay(name, address))
            return self._refused(request, form, tr("Name or password is not right."), 401, {})
        self._attempts.passed(name, address)
        self._sessions.end(self._token(request))
        log.info("login of %r from %s", account.name, address)
        found = self._back(request, form.get("case", "")) if _browser(request) else JSONResponse({"success": True})
        return self._with_login(request, found, account)

    async def _with_password(self, request: Request, receive: Receive, send: Send) -> None:
        """A program that sends name and password with each request: no login is begun."""
        name, password = basic_login.read(request.headers["authorization"]) or ("", "")
        address = address_of(request.scope, self._proxies)
        account = self._proven.find(name, password, self._accounts.get)
        if account is None:
            wait = self._attempts.begin(name, address)
            if wait > 0:
                log.warning("password of %r from %s not tried: too many failures", name[:80], address)
                said = tr("Too many tries. Wait %(seconds)s seconds, then try again.", seconds=int(wait) + 1)
                answer = JSONResponse({"detail": said}, 429, {"Retry-After": str(int(wait) + 1)})
                await answer(request.scope, receive, send)
                return
            account = await self._hashed(self._accounts.check, name, password)
            if account is None:
                log.warning("password of %r from %s is not right", name[:80], address)
                await anyio.sleep(self._attempts.delay(name, address))
                answer = JSONResponse({"detail": tr("Name or password is not right.")}, 401, basic_login.CHALLENGE)
                await answer(request.scope, receive, send)
                return
            self._attempts.passed(name, address)
            self._proven.keep(name, password, account)
        request.scope[VISITOR] = account.name
        await self._app(request.scope, receive, send)

    async def _hashed(self, check: Any, *given: Any) -> Any:
        if self._hashing is None:  # belongs to the event loop
            self._hashing = anyio.CapacityLimiter(HASHING)
        return await anyio.to_thread.run_sync(check, *given, limiter=self._hashing)

    def _login_page(self, request: Request) -> Response:
        return self._form(request, {"case": request.query_params.get("case", "")}, "", 200, {})

    def _refused(
        self, request: Request, form: Mapping[str, str], said: str, status: int, headers: dict[str, str]
    ) -> Response:
        if not _browser(request):
            return JSONResponse({"detail": said}, status, headers)
        return self._form(request, form, said, status, headers)

    def _form(
        self, request: Request, form: Mapping[str, str], said: str, status: int, headers: dict[str, str]
    ) -> Response:
        view = {"name": form.get("username", "")[:80], "case": form.get("case", "")[:80], "said": said}
        insecure = not _secure(request) and not _local(request)
        return _html("login.html", view | {"insecure": insecure}, status, headers)

    def _page(self, account: Account, said: str = "", kind: str = "info", status: int = 200) -> Response:
        view = {"name": account.name, "display": account.display, "admin": account.admin, "said": said, "kind": kind}
        return _html("account.html", view | {"least": self._settings.min_password}, status, {})

    async def _change(self, request: Request, account: Account, form: Mapping[str, str]) -> Response:
        """Another password; every other login of the account ends."""
        address = address_of(request.scope, self._proxies)
        wait = self._attempts.begin(account.name, address)
        if wait > 0:
            said = tr("Too many tries. Wait %(seconds)s seconds, then try again.", seconds=int(wait) + 1)
            return self._page(account, said, "error", 429)
        if await self._hashed(self._accounts.check, account.name, form.get("password", "")) is None:
            await anyio.sleep(self._attempts.delay(account.name, address))
            return self._page(account, tr("The password you have now is not right."), "error", 403)
        self._attempts.passed(account.name, address)
        new = form.get("new", "")
        if new != form.get("again", ""):
            return self._page(account, tr("The two new passwords differ."), "error", 400)
        try:
            await self._hashed(self._accounts.set_password, account.name, new)
        except AccountError as error:
            return self._page(account, str(error), "error", 400)
        now = self._accounts.get(account.name)
        if now is None:
            return self._to_login(request)
        self._sessions.end_all(account.name)
        log.info("%r has another password", account.name)
        return self._with_login(request, self._page(now, tr("Your password is changed.")), now)

    def _log_out(self, request: Request, account: Account, everywhere: bool) -> Response:
        if everywhere:
            self._sessions.end_all(account.name)
        self._sessions.end(self._token(request))
        answer = self._to_login(request)
        answer.set_cookie(self._cookie, "", max_age=0, path="/", httponly=True, samesite="lax", secure=_secure(request))
        answer.headers["Clear-Site-Data"] = '"cache"'  # pictures of cases
        return answer

    # --- cookies and ways -------------------------------------------------------------------------------------

    def _with_login(self, request: Request, answer: Response, account: Account) -> Response:
        answer.set_cookie(
            self._cookie, self._sessions.begin(account), max_age=int(self._settings.session_hours * 3600), path="/",
            httponly=True, samesite="lax", secure=_secure(request),
        )  # fmt: skip
        return answer

    def _token(self, request: Request) -> str:
        jar: SimpleCookie = SimpleCookie()
        for part in request.headers.get("cookie", "").split(";"):
            try:  # one cookie of somebody else that cannot be read hides no other
                jar.load(part.strip())
            except CookieError:
                continue
        return str(jar[self._cookie].value) if self._cookie in jar else ""

    def _shut(self, request: Request, path: str) -> Response:
        if path == "/" and request.method in ("GET", "HEAD"):
            return self._to_login(request, request.query_params.get("case", ""))
        said = {"detail": "Log in first: the page /login, or POST username and password there."}
        challenge = basic_login.CHALLENGE if path in BY_PASSWORD else {}
        return JSONResponse(said, 401, {"X-Newsctx-Login": "needed", "Cache-Control": "no-store"} | challenge)

    def _to_login(self, request: Request, case: str = "") -> Response:
        return _away(request, "login" + (f"?case={quote(case[:80])}" if case else ""))

    def _back(self, request: Request, case: str) -> Response:
        return _away(request, f"?case={quote(case[:80])}" if case else "")


def _away(request: Request, where: str) -> RedirectResponse:
    root = str(request.scope.get("root_path", "")).rstrip("/")
    return RedirectResponse(f"{root}/{where}", 303, {"Cache-Control": "no-store"})


def _browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _secure(request: Request) -> bool:
    """Whether the browser speaks https, to us or to the proxy before us."""
    said = request.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return (said or request.url.scheme) == "https"


def _local(request: Request) -> bool:
    return (request.url.hostname or "") in ("127.0.0.1", "localhost", "::1")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; none where it is too large, or none."""
    if Headers(scope=request.scope).get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return {}
    data = b""
    try:
        with anyio.fail_after(SLOWEST):
            async for chunk in request.stream():
                data += chunk
                if len(data) > FORM:
                    return {}
        found = parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20, errors="replace")
    except (ClientDisconnect, TimeoutError, ValueError):
        return {}
    return {name: values[-1] for name, values in found.items()}


def _html(template: str, view: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    style = (ASSETS / "login.css").read_text(encoding="utf-8")
    page = render(template, view | {"style": style})
    more = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(page, status, more | headers)
