"""Who comes in: the right host, no other site's page, a login, and not too many tries."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from newsctx.accounts import Account, AccountFile, Accounts, Passwords, added, changed
from newsctx.errors import NewsctxError
from newsctx.settings import AccessSettings, LimitsSettings, Settings
from newsctx.ui.account_door import VISITOR, AccountDoor
from newsctx.ui.account_gate import AccountGate
from newsctx.ui.belongings import TabOwners, by_cookie
from newsctx.ui.door import CLOSED, Door
from newsctx.ui.guest_gate import GuestCookies, GuestGate
from newsctx.ui.hosts import own_hosts
from newsctx.ui.launch import who_comes_in
from newsctx.ui.logins import Attempts, Sessions
from newsctx.ui.protection import protection

CHEAP = AccessSettings(
    argon2_memory_kib=8192, argon2_time=1, argon2_lanes=1, slow_seconds=0, failures_name=3, failures_address=5,
    pause_seconds=30,
)  # fmt: skip
PASSWORD, OTHER = "flood gauge violet tram", "another long password"
HTML = {"accept": "text/html,*/*"}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def accounts(tmp_path):
    path, hashes = tmp_path / "team.json", Passwords(CHEAP)
    people = tuple(Account(name=n, hash=hashes.hash(PASSWORD, n), admin=n == "chief") for n in ("anna", "ben", "chief"))
    AccountFile(path).change(lambda all_: people, make=True)
    return Accounts(path, CHEAP)


def served(*doors: Middleware, **more: object) -> TestClient:
    async def echo(request: Request) -> JSONResponse:
        body = await request.body()
        return JSONResponse({"visitor": request.scope.get(VISITOR), "body": body.decode()})

    app = Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST", "PUT"])], middleware=list(doors))
    return TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False, **more)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client(accounts, clock):
    settings = Settings(access=CHEAP)
    gate, sessions = AccountGate(accounts), Sessions(CHEAP, clock)
    return served(
        Middleware(Door, hosts=own_hosts("127.0.0.1", None, ())),
        Middleware(AccountDoor, accounts=accounts, settings=settings, sessions=sessions),
        Middleware(TabOwners, who=gate.of, most=10_000),
    )


def log_in(client, name="anna", password=PASSWORD, **more):
    return client.post("/login", data={"username": name, "password": password, **more}, headers=HTML)


# --- the door --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:7860"}, 200),
        ({"host": "[::1]:7860"}, 200),
        ({"host": "127.0.0.1."}, 200),
        ({"host": "evil.example"}, 421),  # a name of theirs that leads to this machine
        ({"host": "127.0.0.1.evil.example:7860"}, 421),
        ({"host": ""}, 421),
        ({"origin": "http://127.0.0.1:7860"}, 200),
        ({"origin": "http://localhost:7860"}, 403),
        ({"origin": "http://127.0.0.1:3000"}, 403),  # another program of this machine
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:7860"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "x-forwarded-host": "evil.example", "origin": "https://evil.example"}, 403),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_loopback_workbench_answers_its_own_page_only(headers, status, method):
    client = served(Middleware(Door, hosts=own_hosts("127.0.0.1", None, ())))
    assert client.request(method, "/gradio_api/queue/join", headers=headers).status_code == status


def test_a_link_from_another_site_opens_the_page_but_posts_nothing():
    client = served(Middleware(Door, hosts=own_hosts("127.0.0.1", None, ())))
    way = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client.get("/?case=x", headers=way).status_code == 200
    assert client.post("/gradio_api/upload", headers=way).status_code == 403
    for dest in ("image", "script", "object", "embed"):
        assert client.get("/gradio_api/file=x", headers=way | {"sec-fetch-dest": dest}).status_code == 403


def test_behind_a_proxy_its_name_is_known():
    assert own_hosts("127.0.0.1", "https://news.example.org/newsctx", ()) >= {"news.example.org", "127.0.0.1"}
    assert own_hosts("0.0.0.0", None, ()) == frozenset(), "with accounts and without names any will do"
    assert "desk.example" in own_hosts("0.0.0.0", None, ("desk.example",))
    client = served(Middleware(Door, hosts=own_hosts("127.0.0.1", None, ("news.example.org",))))
    proxied = {"host": "127.0.0.1:7860", "origin": "https://news.example.org"}  # a proxy that says its own Host
    assert client.post("/x", headers=proxied).status_code == 200
    assert client.post("/x", headers={"host": "news.example.org", "origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["component_server", "component_server/", "proxy=https://x.hf.space/", "file=https://example.org/a.png", "token",
     "file= http://10.0.0.1/", "file/etc/passwd", "vibe-code", "stream/a/b/c/x.ts", "process_recording"],
)  # fmt: skip
def test_addresses_that_the_page_never_uses_are_closed(path):
    client = served(Middleware(Door))
    assert client.get(f"/gradio_api/{path}").status_code == 404
    assert client.post(f"/gradio_api/{path}").status_code == 404


def test_open_addresses_stay_open():
    for path in ("/", "/gradio_api/file=/srv/media/a.webp", "/gradio_api/queue/data", "/assets/a.js", "/theme.css"):
        assert not CLOSED.fullmatch(path) and not CLOSED.fullmatch(path.removeprefix("/gradio_api"))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "desk.example", "::"])
def test_others_come_in_with_a_login_only(host, tmp_path):
    with pytest.raises(NewsctxError, match=r"--auth FILE"):
        who_comes_in(host, None, False)
    assert "https" in who_comes_in(host, tmp_path / "team.json", False)
    assert "demonstration" in who_comes_in(host, None, True)
    with pytest.raises(NewsctxError, match="exclude"):
        who_comes_in(host, tmp_path / "team.json", True)


def test_without_accounts_the_start_says_who_can_come_in():
    assert "this machine only" in who_comes_in("127.0.0.1", None, False)


# --- logging in ------------------------------------------------------------------------------------------------


def test_without_a_login_there_is_only_the_login_page(client):
    assert client.get("/?case=abc").headers["location"] == "/login?case=abc"
    assert client.head("/").status_code == 303
    for path in ("/config", "/gradio_api/queue/data?session_hash=x", "/gradio_api/file=/srv/a.webp", "/loginx"):
        answer = client.get(path)
        assert answer.status_code == 401 and answer.headers["x-newsctx-login"] == "needed"
    assert client.post("/gradio_api/queue/join", json={"session_hash": "x"}).status_code == 401
    for path in ("/account", "/logout"):
        assert client.get(path).headers["location"] == "/login"
        assert client.post(path).headers["location"] == "/login"
    page = client.get("/login?case=abc")
    assert page.status_code == 200 and 'name="password"' in page.text and 'value="abc"' in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store" and "<script" not in page.text
    assert "Anmelden" in client.get("/login", headers={"accept-language": "de"}).text


def test_a_login_lasts_until_it_is_idle_over_or_ended(client, clock, accounts):
    answer = log_in(client, case="ab/c")
    assert answer.status_code == 303 and answer.headers["location"] == "/?case=ab/c"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    assert client.get("/x").json()["visitor"] == "anna"
    clock.now += 11 * 3600
    assert client.get("/x").status_code == 200, "used within 12 hours"
    clock.now += 13 * 3600
    assert client.get("/x").status_code == 401
    log_in(client)
    for _ in range(7):
        clock.now += 10 * 3600
        assert client.get("/x").status_code == 200
    clock.now += 3 * 3600
    assert client.get("/x").status_code == 401, "72 hours at most, however it is used"
    log_in(client)
    old = dict(client.cookies)
    assert client.get("/logout").status_code == 200, "a link ends no login: another site's page could hold one"
    assert client.get("/x").status_code == 200
    gone = client.post("/logout", headers=HTML)
    assert gone.status_code == 303 and "Max-Age=0" in gone.headers["set-cookie"]
    client.cookies.update(old)
    assert client.get("/x").status_code == 401, "the token is dead, not only the cookie"


def test_under_a_root_path_the_ways_keep_it(accounts):
    settings, sessions = Settings(access=CHEAP), Sessions(CHEAP)
    doors = Middleware(AccountDoor, accounts=accounts, settings=settings, sessions=sessions)
    client = served(doors, root_path="/newsctx")
    for begins in ("", "/newsctx"):  # a proxy that takes the prefix off, and one that leaves it
        assert client.get(f"{begins}/?case=abc").headers["location"] == "/newsctx/login?case=abc"
        assert client.get(f"{begins}/config").status_code == 401 and client.get(f"{begins}/login").status_code == 200
    assert client.get("/newsctxx/login").status_code == 401
    assert log_in(client, case="abc").headers["location"] == "/newsctx/?case=abc"


def test_https_makes_the_cookie_secure(client):
    answer = client.post(
        "/login", data={"username": "anna", "password": PASSWORD}, headers=HTML | {"x-forwarded-proto": "https"}
    )
    assert "Secure" in answer.headers["set-cookie"]


def test_gradios_client_logs_in_by_the_same_address(client):
    answer = client.post("/login", data={"username": "anna", "password": PASSWORD}, headers={"accept": "*/*"})
    assert answer.status_code == 200 and answer.json() == {"success": True} and answer.cookies
    assert client.post("/login", data={"username": "anna", "password": "no"}).status_code == 401


def test_a_name_is_shown_as_text_and_a_password_never(client):
    answer = log_in(client, "<script>alert(1)</script>", "secret words of mine")
    assert answer.status_code == 401 and "<script" not in answer.text and "secret words" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize("name", ["anna", "nobody-knows"])
def test_tries_are_limited_by_name_alike_for_known_and_unknown(client, name, caplog):
    answers = [log_in(client, name, "wrong password " + str(i)) for i in range(5)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429, 429]
    assert answers[0].text == answers[2].text.replace("x", "x") and 0 < int(answers[3].headers["retry-after"]) <= 31
    assert "wrong password" not in caplog.text and name in caplog.text
    if name == "anna":
        assert log_in(client).status_code == 429, "the right password is not even looked at"
        assert log_in(client, "ben").status_code == 303


def test_an_address_is_limited_whatever_the_names():
    clock = Clock()
    attempts = Attempts(CHEAP, clock)
    assert [attempts.begin(f"name{i}", "10.0.0.1") == 0 for i in range(6)] == [True] * 5 + [False]
    assert attempts.begin("name9", "10.0.0.2") == 0 and attempts.begin("name9", "2001:db8::1") == 0
    assert [attempts.begin(f"v6{i}", f"2001:db8::{i}") == 0 for i in range(6)][-1] is False, "one household, one /64"
    clock.now += 31
    assert attempts.begin("name7", "10.0.0.1") == 0 and attempts.begin("name8", "10.0.0.1") > 0, "one per pause"
    clock.now += 16 * 60
    assert [attempts.begin(f"late{i}", "10.0.0.1") == 0 for i in range(5)] == [True] * 5
    attempts.passed("late0", "10.0.0.1")
    assert attempts.begin("late1", "10.0.0.1") == 0, "a right one gives its try back"


def test_failures_are_answered_slower_and_slower():
    settings = CHEAP.model_copy(update={"slow_seconds": 0.5, "failures_name": 100, "failures_address": 100})
    attempts, waits = Attempts(settings, Clock()), []
    for _ in range(6):
        attempts.begin("anna", "10.0.0.1")
        waits.append(attempts.delay("anna", "10.0.0.1"))
    assert waits == [0.5, 1, 2, 4, 4, 4]


def test_who_is_removed_or_disabled_is_out_at_the_next_request(client, accounts):
    log_in(client, "ben")
    assert client.get("/x").json()["visitor"] == "ben"
    accounts.file.change(lambda all_: changed(all_, "ben", disabled=True))
    assert client.get("/x").status_code == 401
    accounts.file.change(lambda all_: changed(all_, "ben", disabled=False))
    assert client.get("/x").status_code == 401, "the login has ended"
    log_in(client, "ben")
    accounts.file.change(lambda all_: tuple(a for a in all_ if a.name != "ben"))
    assert client.get("/x").status_code == 401 and log_in(client, "ben").status_code == 401
    hashed = Passwords(CHEAP).hash(OTHER, "ben")
    accounts.file.change(lambda all_: added(all_, Account(name="ben", hash=hashed)))
    assert client.get("/x").status_code == 401


def test_another_password_ends_every_other_login(client, accounts):
    log_in(client)
    elsewhere = dict(client.cookies)
    client.cookies.clear()
    log_in(client)

    def change(**form: str):
        return client.post("/account", data=form, headers=HTML)

    assert change(password="wrong", new=OTHER, again=OTHER).status_code == 403
    assert change(password=PASSWORD, new=OTHER, again=OTHER + "x").status_code == 400
    assert change(password=PASSWORD, new="short", again="short").status_code == 400
    assert accounts.check("anna", PASSWORD)
    done = change(password=PASSWORD, new=OTHER, again=OTHER)
    assert done.status_code == 200 and accounts.check("anna", OTHER) and OTHER not in done.text
    assert client.get("/x").status_code == 200
    client.cookies.clear()
    client.cookies.update(elsewhere)
    assert client.get("/x").status_code == 401


def test_oversized_and_odd_forms_are_no_login(client):
    kind = {"content-type": "application/x-www-form-urlencoded"} | HTML
    assert client.post("/login", content=b"username=anna&password=" + b"x" * 20_000, headers=kind).status_code == 401
    assert client.post("/login", content=b"&".join([b"a=1"] * 100), headers=kind).status_code == 401
    assert client.post("/login", json={"username": "ben", "password": PASSWORD}).status_code == 401


def test_a_claimed_visitor_does_not_count(client):
    forged = {"newsctx.visitor": "anna", "x-newsctx-visitor": "anna", "cookie": "newsctx-x=anna; =; a=x"}
    assert client.get("/x", headers=forged).status_code == 401


# --- guests ----------------------------------------------------------------------------------------------------


def test_the_session_of_a_guests_tab_is_the_guests_alone():
    client = served(Middleware(TabOwners, who=by_cookie(GuestGate()), most=10_000))

    def ask(token: str) -> int:
        cookie = {"cookie": f"newsctx-guest={token}"} if token else {}
        return client.post("/gradio_api/queue/join", json={"session_hash": "s1"}, headers=cookie).status_code

    assert [ask("a" * 43), ask("b" * 43), ask("a" * 43)] == [200, 403, 200]
    assert ask("") == 403, "what the tab's events answer would reach whoever asks first"
    assert client.get("/gradio_api/queue/data?session_hash=s1").status_code == 403
    alone = client.post("/gradio_api/queue/join", json={"session_hash": "s2"}).status_code
    assert alone == 200, "a browser without cookies is known by its tab, as the gate says"


@pytest.mark.parametrize("cookie", [{}, {"cookie": f"newsctx-guest={'a' * 43}"}])
def test_what_reads_whole_bodies_stands_inside_of_their_limits(cookie, monkeypatch):
    """Else everybody could have the server hold bodies of any size in memory, for any time."""
    monkeypatch.setattr("newsctx.ui.limits._DRAIN", 0.01)
    small = LimitsSettings(json_bytes=10_000)
    doors = (Middleware(GuestCookies, hours=1), Middleware(TabOwners, who=by_cookie(GuestGate()), most=10**9))
    client = served(*protection(small, doors))

    def parts():
        for _ in range(20):
            yield b"x" * 5_000

    answer = client.post("/gradio_api/queue/join", content=parts(), headers=cookie)
    assert answer.status_code == 413 and "larger than" in answer.json()["detail"]
    assert client.post("/gradio_api/queue/join", json={"session_hash": "s"}, headers=cookie).status_code == 200


# --- the session of a tab --------------------------------------------------------------------------------------


def test_the_session_of_a_tab_is_its_first_visitors(client, accounts):
    def ask(**body: object):
        return client.post("/gradio_api/queue/join", json={"fn_index": 1, **body})

    log_in(client)
    assert ask(session_hash="anna1").json()["body"] == '{"fn_index":1,"session_hash":"anna1"}', "passed on unchanged"
    client.cookies.clear()
    log_in(client, "ben")
    assert ask(session_hash="ben1").status_code == 200
    assert ask(session_hash="anna1").status_code == 403
    assert ask(data=[{"deep": {"session_hash": "anna1"}}]).status_code == 403
    twice = b'{"session_hash": "anna1", "session_hash": "ben1"}'
    assert client.post("/gradio_api/cancel", content=twice).status_code == 403
    escaped = b'{"session_\\u0068ash": "anna1"}'
    assert client.post("/gradio_api/run/x", content=escaped, headers={"content-type": "text/plain"}).status_code == 403
    for path in ("queue/data?session_hash=anna1", "queue/data?session_hash=ben1&session%5Fhash=anna1"):
        assert client.get(f"/gradio_api/{path}").status_code == 403
    assert client.get("/gradio_api/heartbeat/anna1").status_code == 403
    assert client.get("/gradio_api/heartbeat/ben1").status_code == 200
    for odd in (["anna1"], 7, "x" * 200):
        assert ask(session_hash=odd).status_code == 403
    assert ask(session_hash=None).status_code == 200
    assert ask(data=[{"session_hash": f"many{n}"} for n in range(300)]).status_code == 403, "would push others' out"
    assert client.post("/gradio_api/queue/join", content=b"{").status_code == 400
    assert client.post("/gradio_api/queue/join", content=b"[" * 5000).status_code == 400
    assert client.post("/gradio_api/queue/join", content=b'"' + b"x" * 20_000 + b'"').status_code == 413
