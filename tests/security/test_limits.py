"""Sizes and rates of requests: the middleware alone under a clock of the test, and the real server over the network."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gradio
import httpx
import pytest
from fault_child import light_models
from served import served

from newsctx.settings import LimitsSettings, Settings
from newsctx.ui import uploads
from newsctx.ui.limits import Bucket, Clients, Limits, address_of, grouped, is_loopback, kind_of
from newsctx.ui.serving import serve
from newsctx.workbench import Workbench


def scope(path: str = "/", method: str = "GET", client: str = "198.51.100.7", **headers: str) -> dict:
    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return {
        "type": "http",
        "path": path,
        "method": method,
        "client": (client, 1),
        "headers": pairs,
        "query_string": b"",
    }


def settings(**changed: object) -> LimitsSettings:
    return LimitsSettings.model_validate(changed)


# --- who asks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "told", "trusted", "expected"),
    [
        ("198.51.100.7", "203.0.113.1", (), "198.51.100.7"),  # nobody is trusted: the header is the client's own word
        ("198.51.100.7", "203.0.113.1", ("10.0.0.0/8",), "198.51.100.7"),  # not through the proxy
        ("10.0.0.2", "203.0.113.1", ("10.0.0.0/8",), "203.0.113.1"),
        ("10.0.0.2", "6.6.6.6, 203.0.113.1", ("10.0.0.0/8",), "203.0.113.1"),  # what stands before it anybody can write
        ("10.0.0.2", "203.0.113.1, 10.0.0.9", ("10.0.0.0/8",), "203.0.113.1"),
        ("10.0.0.2", "", ("10.0.0.0/8",), "10.0.0.2"),
        ("10.0.0.2", "<script>", ("10.0.0.0/8",), "10.0.0.2"),
    ],
)
def test_a_proxy_tells_the_address_only_where_it_is_trusted(peer, told, trusted, expected) -> None:
    assert address_of(scope(client=peer, x_forwarded_for=told), trusted) == expected


def test_an_ipv6_customer_is_one_client_and_this_machine_is_known() -> None:
    assert grouped("2001:db8:1:2::9") == grouped("2001:db8:1:2:ffff::1") != grouped("2001:db8:1:3::9")
    assert grouped("::ffff:192.0.2.1") == "192.0.2.1"
    assert is_loopback("127.0.0.9") and is_loopback("::1") and not is_loopback("10.0.0.1") and not is_loopback("x")


def test_kinds_of_requests_also_under_a_root_path() -> None:
    assert kind_of("POST", "/news/gradio_api/upload") == kind_of("POST", "/gradio_api/upload/") == "upload"
    assert kind_of("POST", "/gradio_api/queue/join") == "call"
    assert kind_of("GET", "/gradio_api/upload_progress") == "other"


def test_a_bucket_refills_with_time_and_says_how_long() -> None:
    bucket = Bucket(rate=2, most=3)
    assert [bucket.take(0.0) for _ in range(4)] == [0, 0, 0, 0.5]  # the fourth waits for half a second
    assert bucket.take(0.5) == 0 and bucket.take(0.5) == 0.5
    assert [bucket.take(100.0) for _ in range(4)] == [0, 0, 0, 0.5]  # never more than three at once


def test_the_memory_of_clients_is_bounded() -> None:
    clients = Clients(settings(clients=100))
    kept = clients.get("kept", 1)
    for i in range(1000):
        clients.get(f"one {i}", 1)
        assert clients.get("kept", 1) is kept, "who asks again and again is not forgotten"
    assert len(clients) == 100


# --- the middleware alone -------------------------------------------------------------------------------------


class Site:
    """An application that reads its body, and says how large it was; it can wait before it answers."""

    def __init__(self, hold: asyncio.Event | None = None) -> None:
        self.hold = hold
        self.asked = 0

    async def __call__(self, scope, receive, send) -> None:
        self.asked += 1
        size, more = 0, True
        try:
            while more:
                message = await receive()
                size, more = size + len(message.get("body", b"")), message.get("more_body", False)
        except Exception:  # what a framework makes of any trouble in a body
            await answered(send, 400, b"cannot be parsed")
            return
        if self.hold:
            await self.hold.wait()
        await answered(send, 200, str(size).encode())


async def answered(send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def ask(limits: Limits, where: dict, parts: tuple[bytes, ...] = (b"",), pause: float = 0.0):
    """(status, headers, body) of one request whose body comes in parts."""
    left, sent = list(parts), []

    async def receive():
        if not left:
            await asyncio.sleep(60)
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message) -> None:
        sent.append(message)

    await limits(where, receive, send)
    assert [m["type"] for m in sent] == ["http.response.start", "http.response.body"], "exactly one answer"
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_calls_are_counted_by_client_and_told_when_to_come_again() -> None:
    now = [0.0]
    limits = Limits(Site(), settings(calls_burst=5, calls_per_second=0.5), clock=lambda: now[0])

    async def several(client: str) -> list[int]:
        return [(await ask(limits, scope("/gradio_api/queue/join", "POST", client)))[0] for _ in range(7)]

    assert asyncio.run(several("198.51.100.7")) == [200] * 5 + [429] * 2
    assert asyncio.run(several("198.51.100.8")) == [200] * 5 + [429] * 2, "another client has its own"
    assert asyncio.run(several("127.0.0.1")) == [200] * 7, "this machine's own pages may do 25 times as much"
    status, headers, body = asyncio.run(ask(limits, scope("/gradio_api/queue/join", "POST", "198.51.100.7")))
    assert (status, headers[b"retry-after"]) == (429, b"2")
    assert json.loads(body)["detail"] == "Too many requests came from here. Try again in 2 s."
    now[0] = 2.0
    assert asyncio.run(several("198.51.100.7"))[:2] == [200, 429]


def test_an_account_is_one_client_wherever_it_comes_from() -> None:
    limits = Limits(Site(), settings(calls_burst=5), account=lambda s: dict(s["headers"]).get(b"who", b"").decode())

    async def both() -> list[int]:
        ways = [scope("/x", "POST", f"198.51.100.{i}", who="ann") for i in range(6)]
        return [(await ask(limits, where))[0] for where in (*ways, scope("/x", "POST", "198.51.100.1", who="ben"))]

    assert asyncio.run(both()) == [200] * 5 + [429, 200]


def test_a_refusal_is_in_the_language_of_the_browser() -> None:
    limits = Limits(Site(), settings(json_bytes=10_000))
    where = scope("/x", "POST", content_length="20000", accept_language="de")
    assert "größer als 0 MB" in json.loads(asyncio.run(ask(limits, where))[2])["detail"]


def test_so_many_requests_are_open_at_once_and_no_more() -> None:
    async def run() -> list[int]:
        site = Site(asyncio.Event())
        limits = Limits(site, settings(open_requests=4))
        waiting = [asyncio.create_task(ask(limits, scope())) for _ in range(4)]
        while site.asked < 4:
            await asyncio.sleep(0)
        refused = await ask(limits, scope())
        site.hold.set()
        ended = [(await task)[0] for task in waiting]
        return [refused[0], *ended, (await ask(limits, scope()))[0]]

    assert asyncio.run(run()) == [429, 200, 200, 200, 200, 200]


@pytest.mark.parametrize("told", [True, False])
def test_a_body_beyond_the_limit_is_a_413_whatever_the_application_makes_of_it(told: bool) -> None:
    site = Site()
    limits = Limits(site, settings(json_bytes=10_000))
    where = scope("/gradio_api/queue/join", "POST", **({"content_length": "20000"} if told else {}))
    status, _, body = asyncio.run(ask(limits, where, (b"x" * 5000,) * 4))
    assert status == 413 and b"larger than" in body
    assert site.asked == (0 if told else 1)
    assert asyncio.run(ask(limits, where | {"headers": []}, (b"x" * 5000,) * 2))[::2] == (200, b"10000")


def test_a_lying_length_gains_nothing() -> None:
    limits = Limits(Site(), settings(json_bytes=10_000))
    for length in ("5", "-1", "9" * 400, "1e3", "²"):
        status = asyncio.run(ask(limits, scope("/x", "POST", content_length=length), (b"x" * 5000,) * 4))[0]
        assert status == 413


def test_a_dripping_body_ends() -> None:
    paused = Limits(Site(), settings(wait_seconds=0.05))
    assert asyncio.run(ask(paused, scope("/x", "POST"), (b"x", b"y"), pause=0.3))[0] == 408
    dripping = Limits(Site(), settings(wait_seconds=1, body_seconds=0.3))
    assert asyncio.run(ask(dripping, scope("/x", "POST"), (b"x",) * 100, pause=0.02))[0] == 408


def test_no_room_for_uploads_is_said_as_a_plain_line(tmp_path: Path) -> None:
    (tmp_path / "waiting").mkdir()
    (tmp_path / "waiting" / "a.jpg").write_bytes(bytes(20_000))
    room = uploads.Waiting(settings(waiting_bytes=10_000, free_bytes=0), lambda: str(tmp_path))
    limits = Limits(Site(), settings(), room=room)
    status, headers, body = asyncio.run(ask(limits, scope("/gradio_api/upload", "POST")))
    assert (status, headers[b"content-type"]) == (507, b"text/plain; charset=utf-8")
    assert body.startswith(b"Too many uploads wait")
    assert asyncio.run(ask(limits, scope("/gradio_api/queue/join", "POST")))[0] == 200
    full = uploads.Waiting(settings(free_bytes=10**18), lambda: str(tmp_path))
    assert full().startswith("The disk of the workbench is full")
    assert uploads.Waiting(settings(free_bytes=0), lambda: str(tmp_path / "none"))() == ""


# --- the real server ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where this server keeps uploads."""
    folder = tmp_path_factory.mktemp("gradio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    small = {
        "limits": {"json_bytes": 50_000, "upload_bytes": 400_000, "upload_files": 3},
        "photo": {"max_bytes": 200_000},
    }
    state = tmp_path_factory.mktemp("state")
    bench = Workbench(state / "none", state, light_models(), Settings.model_validate(small))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve(bench, "127.0.0.1", port, prevent_thread_lock=True, quiet=True)
    yield f"http://127.0.0.1:{port}/"
    gradio.close_all()
    bench.close()


def files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


def soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def test_every_answer_carries_the_safe_headers(address: str) -> None:
    for path in ("", "config", "gradio_api/none", "assets/none.js"):
        headers = httpx.get(address + path).headers
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "http" not in policy
        assert headers["cache-control"], "a proxy's cache keeps pictures that are told to be nobody's"


def test_a_claimed_address_does_not_count_whatever_the_environment_trusts(tmp_path, monkeypatch) -> None:
    """The proxy (this machine) has appended the last address; what stands before it the client wrote."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    # `upload_files` is of the whole process, and other tests here want it so
    few = Settings.model_validate({"limits": {"requests_per_second": 0.1, "requests_burst": 10, "upload_files": 3}})
    with served(tmp_path / "none", tmp_path / "state", light_models(), few) as (_, address), httpx.Client() as http:
        answers = [
            http.get(f"{address}robots.txt", headers={"x-forwarded-for": f"192.0.2.{n}, 198.51.100.9"}).status_code
            for n in range(12)
        ]
        another = http.get(f"{address}robots.txt", headers={"x-forwarded-for": "192.0.2.0, 198.51.100.8"})
    assert answers[:10].count(429) == 0 and answers[10:] == [429, 429] and another.status_code != 429


def test_a_large_call_is_refused_with_and_without_its_length(address: str) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 5000

    for body in (b"x" * 200_000, parts()):
        answer = httpx.post(address + "gradio_api/queue/join", content=body)
        assert answer.status_code == 413 and "larger than" in answer.json()["detail"]


def test_a_refused_upload_leaves_nothing(address: str, folder: Path) -> None:
    before = files(folder)
    large = httpx.post(address + "gradio_api/upload", files={"files": ("a.jpg", bytes(300_000))})
    assert large.status_code == 413 and "maximum allowed size" in large.text
    whole = httpx.post(address + "gradio_api/upload", files={"files": ("a.jpg", bytes(500_000))})
    assert whole.status_code == 413 and whole.text.startswith("The request is larger than")
    many = httpx.post(address + "gradio_api/upload", files=[("files", (f"{i}.jpg", b"x")) for i in range(5)])
    assert many.status_code == 400 and "Too many files" in many.text
    field = httpx.post(address + "gradio_api/upload", data={"note": "x" * 150_000}, files={"files": ("a.jpg", b"x")})
    assert field.status_code == 400 and "fields of an upload" in field.text
    torn = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nabc\r\n--x'
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert httpx.post(address + "gradio_api/upload", content=torn, headers=headers).status_code < 500
    assert httpx.post(address + "gradio_api/upload", files={"other": ("a.jpg", b"abc")}).status_code < 500
    assert soon(lambda: files(folder) == before), files(folder)


def test_an_upload_that_breaks_off_leaves_nothing(address: str, folder: Path) -> None:
    before = files(folder)
    host, port = address[7:-1].split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(
            b"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n' + b"x" * 20_000
        )
        assert soon(lambda: len(files(folder)) == len(before) + 1), "it was begun"
    assert soon(lambda: files(folder) == before)


def test_a_full_disk_is_a_line_and_leaves_nothing(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(self, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = files(folder)
    monkeypatch.setattr(uploads.route_utils.GradioUploadFile, "write", full)
    answer = httpx.post(address + "gradio_api/upload", files={"files": ("a.jpg", b"abc")})
    assert answer.status_code == 400 and "No space left on device" in answer.text and "Traceback" not in answer.text
    assert files(folder) == before


def test_what_nobody_took_is_removed_after_its_time(address: str, folder: Path) -> None:
    path = Path(httpx.post(address + "gradio_api/upload", files={"files": ("left.jpg", b"abc")}).json()[0])
    assert path.is_relative_to(folder) and path.exists()
    from gradio import Blocks
    from gradio.route_utils import delete_files_created_by_app

    served = next(b for b in Blocks.instances if f":{b.server_port}/" in address)
    assert served.delete_cache == (900, 3600), "the sweep is on"
    assert served._queue.max_size == LimitsSettings().waiting_events, "and the queue has an end"
    delete_files_created_by_app(served, age=3600)
    assert path.exists()
    delete_files_created_by_app(served, age=0)
    assert not path.exists()


def test_many_at_once_are_answered_while_others_wait_for_their_body(address: str) -> None:
    """Connections that send nothing hold up nobody."""
    host, port = address[7:-1].split(":")
    lines = [socket.create_connection((host, int(port))) for _ in range(30)]
    try:
        for line in lines:
            line.sendall(b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{")
        found: list[int] = []
        asking = [
            threading.Thread(target=lambda: found.append(httpx.get(address + "config", timeout=20).status_code))
            for _ in range(8)
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        assert found == [200] * 8
    finally:
        for line in lines:
            line.close()
