"""Fetching a page, further: names that change between hops, answers without an end of any kind, headers that lie."""

from __future__ import annotations

import gzip
import threading
import time

import pytest
from test_safe_fetch import HTML, Handler, answer, get, own_loopback, site  # noqa: F401

from newsctx.errors import FetchRefused
from newsctx.safe_fetch import fetch
from newsctx.settings import FetchSettings


def resolving(site, names: dict[str, list[str]], path: str = "/", **limits: object):  # noqa: F811
    """Fetch from a name; every name's addresses are those of the table, this machine's own 127.0.0.1 is allowed."""
    settings = FetchSettings(ports=(80, 443, site.port), **limits)
    url = f"http://here.example:{site.port}{path}"
    return fetch(url, settings, resolve=lambda host, port: names[host], judge=own_loopback)


@pytest.mark.parametrize(
    "inside",
    ["10.0.0.7", "192.168.1.1", "169.254.169.254", "100.64.0.1", "fd00::1", "fe80::1%eth0", "::ffff:10.0.0.1",
     "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "0.0.0.0", "not an address", ""],
)  # fmt: skip
def test_a_redirect_to_a_name_that_leads_inside_is_refused(site, inside):  # noqa: F811
    site.pages["/"] = answer(b"", 302, Location=f"http://there.example:{site.port}/")
    with pytest.raises(FetchRefused, match=r"'there\.example' leads to"):
        resolving(site, {"here.example": ["127.0.0.1"], "there.example": ["127.0.0.1", inside]})
    assert len(site.seen) == 1, "the second host was not connected to"


def test_a_name_that_changes_between_two_hops_keeps_its_first_addresses(site):  # noqa: F811
    site.pages["/"] = answer(b"", 302, Location="/next")
    site.pages["/next"] = answer(b"<p>here</p>")
    told = iter([["127.0.0.1"], ["10.0.0.1"]])
    settings = FetchSettings(ports=(site.port,))
    url = f"http://here.example:{site.port}/"
    assert fetch(url, settings, lambda h, p: next(told), own_loopback).body == b"<p>here</p>"
    assert next(told) == ["10.0.0.1"], "nobody asked a second time"


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1\t/", "http:\\\\10.0.0.1/", "http:///10.0.0.1/", "//10.0.0.1/", "http://0x0a000001/",
     "http://here.example@10.0.0.1/", "http://10.0.0.1#@here.example/", "http://[::ffff:10.0.0.1]/", "http://１０.0.0.1/",
     "gopher://10.0.0.1/", "http://10.0.0.1:80\\@here.example/", "https://10.0.0.1/"],
)  # fmt: skip
def test_no_way_of_writing_an_inner_address_in_a_redirect_is_followed(site, target):  # noqa: F811
    site.pages["/"] = answer(b"", 302, Location=target)

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "here.example" else ["10.0.0.1"]

    with pytest.raises(FetchRefused):
        fetch(f"http://here.example:{site.port}/", FetchSettings(ports=(80, 443, site.port)), resolve, own_loopback)


def test_many_addresses_that_do_not_answer_end_in_time(site):  # noqa: F811
    """Each would take connect_seconds; the fetch has its own end. 127.0.0.2 upwards refuse or swallow."""
    many = [f"127.0.{i}.{j}" for i in range(1, 5) for j in range(1, 250)]
    start = time.monotonic()
    with pytest.raises(FetchRefused):
        fetch("http://many.example/", FetchSettings(total_seconds=1), lambda h, p: many, lambda address: "")
    assert time.monotonic() - start < 5


def raw(*parts: bytes, endless: bytes = b"", pause: float = 0.0):
    """A page of bare bytes, the last of them for ever."""

    def page(handler: Handler) -> None:
        try:
            for part in parts:
                handler.wfile.write(part)
            while endless:
                handler.wfile.write(endless)
                time.sleep(pause)
        except OSError:  # the reader has left
            pass

    return page


HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {HTML}\r\n".encode()


@pytest.mark.parametrize(
    "page",
    [
        raw(HEAD, b"Content-Length: 99999999999999\r\n\r\n", endless=b"x" * 10_000),
        raw(HEAD, b"Transfer-Encoding: chunked\r\n\r\n", endless=b"2710\r\n" + b"x" * 10_000 + b"\r\n"),
        raw(HEAD, b"Transfer-Encoding: chunked\r\n\r\n", endless=b"1\r\nx\r\n" * 2000),
        raw(HEAD, b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", endless=b"x" * 10_000),
        raw(HEAD, endless=b"X-More: " + b"x" * 1000 + b"\r\n"),
        raw(HEAD, b"X-Long: ", endless=b"x" * 10_000),
        raw(endless=b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        raw(HEAD, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(bytes(50_000_000))),
        raw(HEAD, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"a")[:10], endless=b"\x00" * 10_000),
        raw(HEAD, b"Content-Length: 5\r\nContent-Length: 50\r\n\r\nhello"),
        raw(HEAD, b"Content-Length: -5\r\n\r\nhello"),
        raw(b"HTTP/1.1 302 Found\r\nLocation: /", b"a" * 3000, b"\r\n\r\n"),
        raw(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", endless=b"x" * 1000),
    ],
    ids=["length", "chunks", "small chunks", "chunk size", "headers", "header", "continue", "bomb", "gzip",
         "two lengths", "negative", "long redirect", "switching"],
)  # fmt: skip
def test_an_answer_without_an_end_is_left(site, page):  # noqa: F811
    site.pages["/"] = page
    start = time.monotonic()
    with pytest.raises(FetchRefused):
        get(site, max_bytes=200_000, total_seconds=1.5)
    assert time.monotonic() - start < 5


def test_threads_that_wait_for_a_resolver_do_not_pile_up_beyond_their_answer(site):  # noqa: F811
    release = threading.Event()
    before = threading.active_count()
    for _ in range(5):
        with pytest.raises(FetchRefused, match="longer than"):
            fetch("http://slow.example/", FetchSettings(total_seconds=0.05), lambda h, p: release.wait(20) and [] or [])
    release.set()
    until = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.02)
    assert threading.active_count() <= before
