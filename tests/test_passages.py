"""Addresses of passages and the plain form of texts."""

from __future__ import annotations

import pytest

from newsctx.passages import chunk_at, chunk_id, field_text, folded, main_field, parse_chunk_id, plain
from newsctx.records import Article, ArticleImage


@pytest.mark.parametrize("article_id", ["a", "https://example.org/x#body:1-2", "日本 1", "a\nb"])
def test_addresses_survive_any_article_id(article_id: str) -> None:
    assert parse_chunk_id(chunk_id(article_id, "body", 3, 17)) == (article_id, "body", 3, 17)


@pytest.mark.parametrize(
    "address", ["", "a", "a#body", "a#body:3", "a#body:5-5", "a#body:9-2", "a#title:0-1", "#body:0-1", "a#body:-1-4"]
)
def test_what_is_no_address(address: str) -> None:
    assert parse_chunk_id(address) is None


def test_captions_count_as_one_text_a_line_each() -> None:
    article = Article(
        article_id="a", images=(ArticleImage(caption="One."), ArticleImage(), ArticleImage(caption="Two."))
    )
    assert field_text(article, "caption") == "One.\nTwo."
    found = chunk_at("a#caption:5-9", {"a": article})
    assert found and (found.text, found.role) == ("Two.", "analyst")
    assert chunk_at("a#caption:5-10", {"a": article}) is None  # the text is shorter


def test_the_main_field_is_the_first_that_has_text() -> None:
    assert main_field(Article(article_id="a", headline="h", abstract="x", body="b")) == "body"
    assert main_field(Article(article_id="a", headline="h", abstract="x", body=" \n")) == "abstract"
    assert main_field(Article(article_id="a", headline="h")) == "headline"
    assert main_field(Article(article_id="a")) is None


def test_plain_text_has_no_control_and_no_direction_characters() -> None:
    assert plain("a\x00b\x1b[31m\u202ec\u200b d\r\n\te") == "ab[31mc d e"
    assert plain("क्\u200dष") == "क्\u200dष"  # spelled with a joiner


def test_folded_ignores_case_width_and_space() -> None:
    assert folded("  ＡＢＣ  Straße\u00a0x ") == "abc strasse x"
