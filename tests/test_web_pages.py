"""Reading an article off a page that was fetched, and what becomes of it in a case."""

from __future__ import annotations

import gzip

import pytest

from newsctx.errors import FetchRefused, OverrideError
from newsctx.fetched_articles import article_from_url
from newsctx.overrides import ADDED, AddArticle, parse_override
from newsctx.safe_fetch import Fetched
from newsctx.settings import Settings
from newsctx.web_pages import read_page

HTML = "text/html; charset=utf-8"
BODY = [
    "The Rhine left its bed on Tuesday, and forty people were led out of their houses in the old town of Bonn.",
    "“We have not seen this since 1995”, said Jörg Müller, who leads the fire brigade, while pumps ran behind him.",
    "The water is expected to fall by Friday; schools along the river stay closed until then, the city said.",
]
PAGE = f"""<!doctype html><html lang="en"><head><title>Rhine floods Bonn | The Example Post</title>
<meta property="og:title" content="Rhine floods the old town of Bonn">
<meta property="og:site_name" content="The Example Post">
<meta name="author" content="Jane Doe">
<meta property="article:published_time" content="2021-03-02T08:15:00+01:00">
<meta property="article:modified_time" content="2023-09-09T08:15:00+01:00"></head>
<body><nav><ul><li><a href="/a">Politics</a></li><li><a href="/b">Sport</a></li></ul></nav>
<article><h1>Rhine floods the old town of Bonn</h1>{"".join(f"<p>{p}</p>" for p in BODY)}
<script>document.write("<p>Injected by a script</p>")</script></article>
<aside><p>Subscribe now for only one euro!</p></aside><footer>Imprint</footer></body></html>"""


def fetched(body: str | bytes, kind: str = HTML) -> Fetched:
    return Fetched("https://news.example/rhine", kind, body if isinstance(body, bytes) else body.encode())


def test_headline_author_date_outlet_and_text_are_read_without_what_surrounds_them():
    page = read_page(fetched(PAGE))
    assert page.headline == "Rhine floods the old town of Bonn" and page.author == "Jane Doe"
    assert page.source == "The Example Post" and page.published == "2021-03-02"  # not the day it was changed
    assert all(p in page.text for p in BODY)
    assert not any(t in page.text for t in ("Politics", "Subscribe", "Imprint", "Injected", "<p>"))


def test_the_charset_is_that_of_the_header_or_of_the_page():
    latin = PAGE.replace("“", '"').replace("”", '"').encode("latin-1")
    assert "Jörg Müller" in read_page(fetched(latin, "text/html; charset=iso-8859-1")).text
    declared = latin.replace(b"<head>", b'<head><meta charset="iso-8859-1">')
    assert "Jörg Müller" in read_page(fetched(declared, "text/html")).text


def test_plain_text_is_taken_as_it_is():
    page = read_page(fetched("Headline\n\nText <b>here</b>.\n", "text/plain"))
    assert (page.text, page.headline, page.source) == ("Headline\n\nText <b>here</b>.", "", "")


@pytest.mark.parametrize(
    "body",
    ["", " ", "<html><body></body></html>", "<html><body><script>app()</script></body></html>", "\0\0\0", "<", "<!--",
     gzip.compress(PAGE.encode()), "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"
     "<html><body><p>&b;</p></body></html>"],
)  # fmt: skip
def test_a_page_without_an_article_is_refused_with_the_remedy(body):
    with pytest.raises(FetchRefused, match="paste its text"):
        read_page(fetched(body))


def test_a_page_that_takes_hours_to_read_is_left():
    spans = "<html><body><article><p>" + "<span>ab</span> " * 300_000 + "</p></article></body></html>"  # minutes
    with pytest.raises(FetchRefused, match="cannot be read in 1 seconds.*paste its text"):
        read_page(fetched(spans), seconds=1)


def test_deep_nesting_does_no_harm():
    depth = 100_000
    try:
        page = read_page(fetched("<div>" * depth + "<p>" + BODY[0] + "</p>" + "</div>" * depth))
    except FetchRefused:
        return
    assert len(page.text) < 1000


def article(page: Fetched):
    return article_from_url("https://asked.example/", lambda *t: (), lambda t: None, Settings(), lambda u, s: page)


def test_a_page_becomes_an_article_that_says_where_it_is_from():
    found, origin = article(fetched(PAGE))
    assert found.article_id.startswith(ADDED) and found.headline == "Rhine floods the old town of Bonn"
    assert found.published.iso == "2021-03-02" and found.source == "The Example Post"
    assert found.url == "https://news.example/rhine" and found.images == () and found.body.startswith(BODY[0])
    assert origin.startswith("Fetched from https://news.example/rhine on 20") and "Jane Doe" in origin
    action = AddArticle(article=found, reason=origin).model_dump(mode="json")
    assert parse_override(action).article == found


def test_what_a_page_says_of_itself_is_bounded_and_cleaned():
    hostile = PAGE.replace("The Example Post", "P\u202e" + "o" * 5000).replace("Jane Doe", "J" * 5000)
    found, origin = article(fetched(hostile.replace("2021-03-02T08:15:00+01:00", "9999-99-99")))
    assert len(found.source) <= 2000 and "\u202e" not in found.source and len(origin) <= 2000
    assert found.published is None or found.published.year != 9999


def test_a_text_that_no_case_can_hold_is_refused():
    with pytest.raises(OverrideError, match="at most 200,000"):
        article(fetched("word " * 60_000, "text/plain"))
