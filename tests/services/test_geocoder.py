"""The geocoder against a Nominatim server of its own: real HTTP, answers good, hostile, slow and endless."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from nominatim_server import MINE, Server, nominatim  # noqa: F401
from pydantic import ValidationError

from newsctx.errors import ServiceRefused
from newsctx.services.geocoder import ATTRIBUTION, Geocoder, Lookup
from newsctx.settings import ServicesSettings


@pytest.fixture
def server(nominatim: Server) -> Server:  # noqa: F811
    return nominatim


def geocoder(server: Server, **more: Any) -> Geocoder:
    return Geocoder(ServicesSettings(geocoder_url=server.url, **{"geocoder_wait": 0.0, **more}))


def test_what_is_shown_is_what_is_sent_and_nothing_else_is(server):
    server.says([MINE])
    one = geocoder(server)
    question = one.question(" Zeche\u202e Zollverein,\n <b>Essen</b> & 東京 ")
    assert (
        question.text == "Zeche Zollverein, <b>Essen</b> & 東京" and server.seen == []
    )  # asking what goes sends nothing
    one.ask(question)
    ((path, headers, _),) = server.seen
    assert server.url + path == question.url
    kept = {k.lower(): v for k, v in headers.items()}
    assert kept.pop("user-agent") == question.agent
    assert set(kept) == {
        "host",
        "accept",
        "accept-encoding",
        "connection",
    }  # no cookie, no referrer, no language of ours


def test_an_answer_becomes_a_place_with_the_names_of_the_gazetteer(server):
    town = MINE | {"name": "Kleinort", "display_name": "Kleinort, Bayern", "addresstype": "village", "lat": 48.5}
    server.says([MINE, town, MINE | {"addresstype": "country", "name": "Germany"}])
    first, second, third = (a.place for a in geocoder(server).ask(geocoder(server).question("x")))
    assert (first.name, first.level, first.city) == ("Zeche Zollverein", "venue", "Essen")
    assert (first.country, first.country_code, first.continent) == ("Germany", "DE", "Europe")
    assert (first.lat, first.lon) == (51.4871, 7.0424)
    assert (second.level, second.city, second.region) == ("city", "", "North Rhine-Westphalia")
    assert (third.level, third.region) == ("country", "")


def test_hostile_names_become_plain_text_and_no_more_answers_are_taken_than_asked_for(server):
    bad = MINE | {
        "display_name": "Ess\u202een\x00\n" + "x" * 4000, "name": "<script>alert(1)</script>\u2066",
        "address": {"city": ["a"], "state": {"b": 1}, "country": 7, "country_code": "../"},
    }  # fmt: skip
    server.says([bad] * 9)
    found = geocoder(server, geocoder_answers=3).ask(geocoder(server).question("x"))
    assert len(found) == 3
    assert found[0].place.name == "<script>alert(1)</script>"  # text; the page escapes it
    assert found[0].title.startswith("Essen x") and len(found[0].title) == 200
    assert (found[0].place.city, found[0].place.region, found[0].place.country) == ("", "", "")


def test_no_place_is_no_error(server):
    server.says([])
    assert geocoder(server).ask(geocoder(server).question("Atlantis")) == ()


@pytest.mark.parametrize(
    ("answer", "status", "extra", "said"),
    [
        (b"", 302, {"Location": "http://127.0.0.1:1/other"}, "it redirects to 'http://127.0.0.1:1/other'"),
        (b"<html>Bandwidth limit</html>", 200, {}, "no list of places"),
        ({"error": "x"}, 200, {}, "no list of places"),
        ([1, "a", None], 200, {}, "no list of places"),
        ([MINE | {"lat": "91"}], 200, {}, "no list of places"),
        ([MINE | {"lon": "nan"}], 200, {}, "no list of places"),
        ([MINE | {"display_name": ["x"]}], 200, {}, "no list of places"),
        (b"[" * 50_000, 200, {}, "no list of places"),
        (b"\xff\xfe[]", 200, {}, "no list of places"),
        (b"[" + b" " * 250_000 + b"]", 200, {}, "more than 200,000 bytes"),
        (b"\x1f\x8b", 200, {"Content-Encoding": "gzip"}, "packed"),
        (b"", 429, {"Retry-After": "60"}, "asked less often"),
        (b"", 403, {}, "no usable answer (status 403)"),
        (b"", 500, {}, "no usable answer (status 500)"),
    ],
)
def test_what_is_no_usable_answer_is_refused_by_name(server, answer, status, extra, said):
    server.says(answer, status, **extra)
    one = geocoder(server)
    with pytest.raises(ServiceRefused, match="set a place that the gazetteer knows") as refused:
        one.ask(one.question("x"))
    assert said in str(refused.value) and str(server.server_port) in str(refused.value)
    assert len(server.seen) == 1  # neither repeated nor followed


def test_a_server_that_drips_for_ever_is_left_alone(server):
    server.drip = True
    one = geocoder(server, geocoder_seconds=0.4)
    with pytest.raises(ServiceRefused, match="within 0.4 seconds"):
        one.ask(one.question("x"))


def test_a_server_that_is_not_there_says_so():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        one = Geocoder(ServicesSettings(geocoder_url=f"http://127.0.0.1:{probe.getsockname()[1]}", geocoder_wait=0))
    with pytest.raises(ServiceRefused, match="cannot be reached from this machine"):
        one.ask(one.question("x"))


def test_two_questions_are_as_far_apart_as_the_server_asks_for(server):
    server.says([])
    one = geocoder(server, geocoder_wait=0.3)
    threads = [threading.Thread(target=one.ask, args=(one.question(str(n)),)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (*_, first), (*_, second) = server.seen
    assert second - first > 0.25


@pytest.mark.parametrize(("text", "said"), [(" \u202e\n ", "no name"), ("x" * 201, "201 characters; at most 200")])
def test_a_name_that_is_none_is_not_asked_for(server, text, said):
    with pytest.raises(ServiceRefused, match=said):
        geocoder(server).question(text)


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "https://u:p@host", "https://host/?q=1", "https://host#x", "nominatim", "https://", "http://[::1"],
)
def test_the_servers_address_is_shown_so_it_holds_no_secret(url):
    with pytest.raises(ValidationError, match="expected an address such as"):
        ServicesSettings(geocoder_url=url)


def test_where_a_place_is_from_names_the_credit_that_its_licence_asks_for():
    assert ATTRIBUTION in Lookup(text="x", host="geo.example", asked="2026-01-02").origin()
