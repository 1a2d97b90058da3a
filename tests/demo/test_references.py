"""Reference captions: of the facts, in words of their own."""

from __future__ import annotations

import json
import re

from newsctx.demo.facts import PARENTS
from newsctx.demo.locate import demo_source
from newsctx.demo.queries import held_out
from newsctx.demo.references import COUNT, references
from newsctx.demo.texts import stories
from newsctx.evaluation.truth import read_queries


def test_every_query_with_an_article_has_references_that_say_where_and_when() -> None:
    for query in held_out():
        found = references(query)
        assert len(set(found)) == (COUNT if query.relevant else 0), query.id
        for text in found:
            assert query.event.city in text and str(query.day.year) in text and f"{query.day:%B}" in text, text
            assert re.search(rf"\b{query.day.day}\b", text), text
            assert "{" not in text and text.endswith(".") and text[0].isupper(), text


def test_no_reference_is_a_sentence_of_an_article() -> None:
    written = [" ".join((s.headline, s.abstract, s.body, s.caption, *s.captions)).casefold() for s in stories()]
    for query in held_out():
        for text in references(query):
            what = re.split(rf" in {query.event.city}|: ", text)
            assert not any(p.casefold() in article for p in what if len(p) > 25 for article in written), text


def test_the_land_is_named_once() -> None:
    assert all("Singapore, Singapore" not in r for q in held_out() for r in references(q))
    assert set(PARENTS)  # every city has one


def test_the_shipped_queries_carry_them() -> None:
    path = demo_source() / "queries.jsonl"
    rows = {r["id"]: tuple(r["captions"]) for r in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    assert rows == {q.id: references(q) for q in held_out()}
    assert {q.id: q.captions for q in read_queries(path)} == rows
