"""Addresses that a browser opens hold what was typed for them, and lead to the public web alone."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from newsctx.errors import ServiceRefused
from newsctx.services.links import ENGINES, archive_link, engine, host_of, public_address
from newsctx.services.registry import HOSTS

PICTURE = "https://news.example/p.jpg?size=1&x=a b".replace(" ", "%20")


def test_a_link_without_an_address_is_the_engines_own_page():
    for one in ENGINES:
        assert one.link() == one.page and urlsplit(one.page).scheme == "https" and not urlsplit(one.page).query
        assert one.host in HOSTS["reverse_search"]  # what the list of services names


def test_a_pictures_address_arrives_whole_and_alone():
    for one in ENGINES:
        if not one.by_address:
            with pytest.raises(ServiceRefused, match="takes no address"):
                one.link(PICTURE)
            continue
        values = parse_qs(urlsplit(one.link(PICTURE + "#part")).query)
        fixed = parse_qs(urlsplit(one.by_address).query)
        assert [v for k, v in values.items() if k not in fixed] == [[PICTURE]]
        assert urlsplit(one.link(PICTURE)).netloc == one.host


def test_an_archive_link_is_the_archives_whatever_is_typed():
    assert archive_link("https://news.example/a?b=c#d") == "https://web.archive.org/web/*/https://news.example/a?b=c"
    assert urlsplit(archive_link("https://news.example/../..//x")).netloc == "web.archive.org"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "//news.example", "news.example", "https://", "http://[",
     "https://news.example/\"><script>", "https://news.example/a b", "https://news.example/\x00", "https://u:p@x.example/",
     "http://localhost/p", "http://intranet/p", "http://cam.local/p", "http://127.0.0.1/", "http://127.1/", "http://10.0.0.8/",
     "http://0x7f.1/", "http://2130706433/", "http://[::1]/", "http://[fe80::1]/", "http://192.168.1.1./", "https://x.example:0x/",
     "https://x.example/" + "a" * 2000],
)  # fmt: skip
def test_what_is_no_public_address_is_refused(address):
    with pytest.raises(ServiceRefused):
        public_address(address)


def test_an_unknown_engine_is_refused_by_name():
    with pytest.raises(ServiceRefused, match="'altavista'.*tineye"):
        engine("altavista")


def test_the_host_of_an_address_is_told_without_its_password():
    assert host_of(" https://u:p@x.example:8443/a ") == "x.example:8443"
    assert host_of("ftp://x.example") == host_of("http://[") == ""
