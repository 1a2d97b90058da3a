"""Fetching a page: only public addresses, bounded in time and size, against a server of this test alone."""

from __future__ import annotations

import gzip
import http.server
import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator

import pytest

from newsctx.addresses import why_not_public
from newsctx.errors import FetchRefused
from newsctx.safe_fetch import Fetched, fetch
from newsctx.settings import FetchSettings

HTML = "text/html; charset=utf-8"


class Site(http.server.ThreadingHTTPServer):
    """Answers by path: a function of the handler that writes the response."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, object] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []

    @property
    def port(self) -> int:
        return self.server_address[1]

    def handle_error(self, request, client_address) -> None:
        """The other side hung up: that is what is tested."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        page = self.server.pages[self.path.partition("?")[0]]
        page(self)

    def log_message(self, *args) -> None: ...


def answer(body: bytes = b"<p>Hello</p>", status: int = 200, kind: str = HTML, **headers: str):
    def page(handler: Handler) -> None:
        handler.send_response(status)
        if kind:
            handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return page


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def get(site: Site, path: str = "/", host: str = "127.0.0.1", **settings) -> Fetched:
    """Fetch with the loopback address allowed, as no default does."""
    limits = FetchSettings(ports=(80, 443, site.port), **settings)
    return fetch(f"http://{host}:{site.port}{path}", limits, resolve=lambda h, p: ["127.0.0.1"], judge=own_loopback)


def own_loopback(address) -> str:
    return "" if address == ipaddress.ip_address("127.0.0.1") else why_not_public(address)


# --- which addresses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.9.10", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7",
        "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.1.2.3", "64:ff9b:1::8.8.8.8", "100::1", "2001::1",
        "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
        "2a00:1450::5efe:127.0.0.1", "2a00:1450::200:5efe:10.0.0.1",
        "192.31.196.7", "192.52.193.1", "192.175.48.1", "2620:4f:8000::1", "3ffe::1",
    ],
)  # fmt: skip
def test_addresses_inside_the_house_are_none_of_the_public(address):
    assert why_not_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "193.0.0.1", "2606:4700::1111", "2a00:1450:4001:80b::2004",
     "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)  # fmt: skip
def test_public_addresses_are_public(address):
    assert why_not_public(ipaddress.ip_address(address)) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://0x7f000001/", "http://2130706433/", "http://017700000001/", "http://127.1/",
        "http://0/", "http://localhost/", "http://LOCALHOST./", "http://localhost./", "http://[::1]/", "http://[::]/",
        "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1%25lo]/",
        "https://127.0.0.1/", "http://①②⑦.⓪.⓪.①/",
    ],
)  # fmt: skip
def test_no_way_of_writing_the_own_machine_is_connected_to(url, monkeypatch):
    opened: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: opened.append(a) or pytest.fail("connected"))
    with pytest.raises(FetchRefused):
        fetch(url, FetchSettings(total_seconds=5))
    assert opened == []


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("ftp://example.org/a", "http"),
        ("file:///etc/passwd", "http"),
        ("gopher://127.0.0.1:70/", "http"),
        ("javascript:alert(1)", "http"),
        ("//example.org/a", "http"),
        ("example.org", "http"),
        ("", "http"),
        ("http://", "no address"),
        ("http://user:secret@example.org/", "user or password"),
        ("http://example.org@127.0.0.1/", "user or password"),
        ("http://example.org:22/", "Port 22"),
        ("http://example.org:8080/", "80, 443"),
        ("http://example.org:99999/", "99999"),
        ("https://example.org/" + "a" * 3000, "3,020"),
        ("http://exa mple.org/", "no address"),
        ("http://a%2fb.example/", "no address"),
        ("http://example.org\r\nHost: evil/", "no address"),
    ],
)
def test_addresses_that_are_no_pages_are_refused_and_nothing_is_resolved(url, named):
    with pytest.raises(FetchRefused, match=named) as refused:
        fetch(url, FetchSettings(), resolve=lambda h, p: pytest.fail("resolved"))
    assert "secret" not in str(refused.value)


def test_a_name_is_refused_when_one_of_its_addresses_is_private():
    with pytest.raises(FetchRefused, match=r"10\.0\.0\.7.*private"):
        fetch("http://mixed.example/", FetchSettings(), resolve=lambda h, p: ["93.184.216.34", "10.0.0.7"])


def test_without_the_allowance_the_server_of_this_test_is_refused(site):
    site.pages["/"] = answer()
    with pytest.raises(FetchRefused, match="loopback"):
        fetch(f"http://127.0.0.1:{site.port}/", FetchSettings(ports=(site.port,)))
    assert site.seen == []


def test_the_connection_is_made_to_the_address_that_was_judged(site):
    """DNS rebinding: a second question would be answered with a private address. There is none."""
    site.pages["/"] = answer(b"<p>once</p>")
    asked: list[str] = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    found = fetch(
        f"http://news.example:{site.port}/", FetchSettings(ports=(site.port,)), resolve=changing, judge=own_loopback
    )
    assert found.body == b"<p>once</p>" and asked == ["news.example"]
    assert site.seen[0][1]["host"] == f"news.example:{site.port}"


def test_an_unknown_host_and_a_resolver_that_never_answers_are_named():
    def unknown(host, port):
        raise socket.gaierror("Name or service not known")

    with pytest.raises(FetchRefused, match="'nowhere.example' is not known"):
        fetch("http://nowhere.example/", FetchSettings(), resolve=unknown)
    start = time.monotonic()
    with pytest.raises(FetchRefused, match="longer than 0.3 seconds"):
        fetch("http://slow.example/", FetchSettings(total_seconds=0.3), resolve=lambda h, p: time.sleep(60) or [])
    assert time.monotonic() - start < 10


def test_it_can_be_switched_off():
    with pytest.raises(FetchRefused, match=r"fetch\.enabled"):
        fetch("http://example.org/", FetchSettings(enabled=False), resolve=lambda h, p: pytest.fail("resolved"))


# --- what is sent ---------------------------------------------------------------------------------------------


def test_no_cookies_proxies_or_names_of_the_environment_are_used(site, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    site.pages["/"] = answer(b"", 302, Location="/next", Set_Cookie="a=b; Path=/")
    site.pages["/next"] = answer()
    assert get(site).url.endswith("/next")
    headers = site.seen[1][1]
    assert set(headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert headers["user-agent"].startswith("newsctx")


# --- redirects ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ("http://10.0.0.1/", "private"),
        ("http://[::1]/", "loopback"),
        ("http://169.254.169.254/", "link-local"),
        ("http://127.0.0.1:22/", "Port 22"),
        ("file:///etc/passwd", "no address"),
        ("http://user@127.0.0.1/", "user or password"),
        ("http://[", "no address"),
        ("data:text/html,hello", "no address"),
    ],
)
def test_a_redirect_is_judged_like_the_first_address(site, target, named):
    site.pages["/"] = answer(b"", 302, Location=target)
    limits = FetchSettings(ports=(80, 443, site.port))
    with pytest.raises(FetchRefused, match=named):
        fetch(
            f"http://here.example:{site.port}/", limits, judge=own_loopback,
            resolve=lambda h, p: ["127.0.0.1"] if h == "here.example" else [h],
        )  # fmt: skip


def test_five_redirects_are_followed_and_not_six(site):
    for i in range(6):
        site.pages[f"/{i}"] = answer(b"", 301, Location=f"/{i + 1}")
    site.pages["/6"] = answer()
    assert get(site, "/1").url.endswith("/6")
    with pytest.raises(FetchRefused, match="more than 5 times"):
        get(site, "/0")
    site.pages["/loop"] = answer(b"", 308, Location="/loop")
    with pytest.raises(FetchRefused, match="more than 5 times"):
        get(site, "/loop")


# --- what comes back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["application/pdf", "image/jpeg", "application/octet-stream", "text/htmlx", ""])
def test_other_types_are_no_articles(site, kind):
    site.pages["/"] = answer(kind=kind)
    with pytest.raises(FetchRefused, match="no article"):
        get(site)


@pytest.mark.parametrize("status", [204, 403, 404, 418, 500])
def test_other_statuses_are_named(site, status):
    site.pages["/"] = answer(b"", status)
    with pytest.raises(FetchRefused, match=f"status {status}"):
        get(site)


def test_a_gzipped_page_is_unpacked_also_from_several_pieces(site):
    text = ("<p>A flood in Paris.</p>" * 20_000).encode()
    site.pages["/"] = answer(gzip.compress(text, mtime=0), Content_Encoding="gzip")
    assert get(site).body == text


def test_a_bomb_is_not_unfolded(site):
    """Ten megabytes of gzip hold ten gigabytes; what is kept of them never exceeds the limit by more than a piece."""
    pieces: list[int] = []
    real = zlib.decompressobj

    class Spy:
        def __init__(self, **given):
            self.it = real(**given)

        def decompress(self, data, most=0):
            assert 0 < most <= 65_536
            found = self.it.decompress(data, most)
            pieces.append(len(found))
            return found

        def __getattr__(self, name):
            return getattr(self.it, name)

    zeros = zlib.compressobj(9, wbits=31)
    bomb = b"".join(zeros.compress(bytes(1_000_000)) for _ in range(50)) + zeros.flush()
    site.pages["/"] = answer(bomb, Content_Encoding="gzip")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zlib, "decompressobj", Spy)
        with pytest.raises(FetchRefused, match="more than 1,000,000 bytes"):
            get(site, max_bytes=1_000_000)
    assert sum(pieces) <= 1_000_000 + 65_536


@pytest.mark.parametrize(
    ("body", "encoding", "named"),
    [
        (b"plain", "gzip", "cannot be unpacked"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-12], "gzip", "ends in the middle"),
        (b"x", "br", "'br' where gzip"),
        (b"x", "gzip, gzip", "'gzip, gzip'"),
        (b"x", "zstd", "'zstd'"),
    ],
)
def test_a_body_that_is_not_packed_as_it_says_is_refused(site, body, encoding, named):
    site.pages["/"] = answer(body, Content_Encoding=encoding)
    with pytest.raises(FetchRefused, match=named):
        get(site)


def test_an_endless_page_ends_at_the_limit(site):
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", HTML)
        handler.end_headers()
        while True:
            handler.wfile.write(b"<p>more</p>" * 1000)

    site.pages["/"] = endless
    with pytest.raises(FetchRefused, match="more than 300,000 bytes"):
        get(site, max_bytes=300_000)


@pytest.mark.parametrize("where", ["headers", "body", "silence"])
def test_a_dripping_page_ends_in_time(site, where):
    stop = threading.Event()

    def drip(handler: Handler) -> None:
        if where == "silence":
            stop.wait(20)
            return
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + b"\r\n" * (where == "body"))
        while not stop.wait(0.05):
            handler.wfile.write(b"X-A: b\r\n" if where == "headers" else b"a")

    site.pages["/"] = drip
    start = time.monotonic()
    try:
        with pytest.raises(FetchRefused, match="longer than 0.6|in time"):
            get(site, total_seconds=0.6)
    finally:
        stop.set()
    assert time.monotonic() - start < 10  # each single wait is far shorter than a read's limit


def test_a_server_that_speaks_no_http_or_hangs_up_is_named(site):
    site.pages["/"] = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    with pytest.raises(FetchRefused, match="cannot be read"):
        get(site)
    site.pages["/"] = lambda handler: handler.connection.close()
    with pytest.raises(FetchRefused, match="cannot be read"):
        get(site)


def test_nobody_listening_is_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FetchRefused, match="cannot be read"):
        fetch(f"http://127.0.0.1:{port}/", FetchSettings(ports=(port,)), judge=own_loopback)


# --- TLS ------------------------------------------------------------------------------------------------------


def test_the_certificate_must_name_the_host_although_the_address_is_pinned(site, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes this test's certificate and is not installed here")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=news.example",
         "-addext", "subjectAltName=DNS:news.example", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(cert, key)
    site.socket = own.wrap_socket(site.socket, server_side=True)
    site.pages["/"] = answer(b"<p>safe</p>")
    limits, trusting = FetchSettings(ports=(site.port,)), ssl.create_default_context(cafile=str(cert))

    def over_tls(host: str, context: ssl.SSLContext | None) -> Fetched:
        url = f"https://{host}:{site.port}/"
        return fetch(url, limits, lambda h, p: ["127.0.0.1"], own_loopback, context)

    assert over_tls("news.example", trusting).body == b"<p>safe</p>"
    with pytest.raises(FetchRefused, match="(?i)hostname mismatch"):
        over_tls("other.example", trusting)
    with pytest.raises(FetchRefused, match="(?i)certificate"):
        over_tls("news.example", None)  # nobody known has signed it
