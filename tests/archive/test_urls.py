"""Canonical URLs: what is the same address, and what is not one."""

from __future__ import annotations

import pytest

from newsctx.archive.urls import canonical_url, derived_id, host_of, url_key

SAME = "https://www.example.org/2017/12/ship?a=1&b=2"


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://WWW.Example.ORG/2017/12/ship?a=1&b=2",
        "https://www.example.org:443/2017/12/ship?b=2&a=1",
        "https://www.example.org/2017/12/ship/?a=1&b=2#comments",
        "https://www.example.org/2017/./11/../12/ship?a=1&b=2",
        "  https://www.example.org/2017/12/ship?utm_source=x&a=1&UTM_Term=.d2&b=2&fbclid=Q&gclid=9 ",
        "https://user:secret@www.example.org/2017/12/ship?a=1&b=2",
    ],
)
def test_one_address(other: str) -> None:
    assert canonical_url(other) == SAME


@pytest.mark.parametrize(
    "other",
    [
        "https://m.example.org/2017/12/ship?a=1&b=2",  # a mobile page is a page of its own
        "https://www.example.org/2017/12/Ship?a=1&b=2",  # paths keep their case
        "https://www.example.org/2017/12/ship?a=1&b=3",
        "https://www.example.org:8443/2017/12/ship?a=1&b=2",
        "https://www.example.org/amp/2017/12/ship?a=1&b=2",
    ],
)
def test_other_addresses(other: str) -> None:
    assert canonical_url(other) != SAME


@pytest.mark.parametrize("url", ["http://example.org", "http://example.org/", "http://EXAMPLE.org:80//"])
def test_the_root_keeps_its_slash(url: str) -> None:
    assert canonical_url(url).rstrip("/") == "http://example.org"


def test_idempotent_and_escaped() -> None:
    once = canonical_url("https://example.org/Zürich platz/?q=ü ö")
    assert once == "https://example.org/Z%C3%BCrich%20platz?q=%C3%BC%20%C3%B6".replace("%20%C3%B6", "+%C3%B6")
    assert canonical_url(once) == once


def test_http_and_https_are_one_article() -> None:
    assert url_key("http://example.org/a") == url_key("https://example.org/a") == "example.org/a"
    assert derived_id("http://example.org/a") == derived_id("https://example.org/a/?utm_medium=x")
    assert len(derived_id("http://example.org/a")) == 32


@pytest.mark.parametrize(
    "bad",
    ["", "example.org/x", "//example.org/x", "javascript:alert(1)", "ftp://example.org/x", "http:///x", "http://[::1",
     "http://a:99999/", "http://exa mple.org/", "data:text/html,x"],
)  # fmt: skip
def test_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        canonical_url(bad)


def test_host() -> None:
    assert host_of(canonical_url("http://News.Example.org:8080/x")) == "news.example.org"
