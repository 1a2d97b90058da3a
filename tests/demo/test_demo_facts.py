"""The fictional world is sound: dates, links, clusters, wording."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

from newsctx.demo.facts import EVENTS, FIRST, KEYWORDS, LAST
from newsctx.demo.painter.cities import CITIES
from newsctx.demo.queries import QUERIES
from newsctx.demo.texts import article_row, stories

_SENTENCE = re.compile(r"[^.!?]+(?:[.!?](?=\d)[^.!?]+)*[.!?]+[\"”]?")


def test_the_world_has_the_promised_size() -> None:
    assert len(EVENTS) == 12 and len({e.city for e in EVENTS}) == 8
    assert 48 <= len(stories()) <= 60
    assert set(KEYWORDS) == set(CITIES)


def test_every_event_makes_a_cluster() -> None:
    """At least 3 articles of one place within 15 days, first and last day included (NewsRECON sec. 3)."""
    for event in EVENTS:
        days = [s.published for s in stories() if s.event == event]
        assert sum(day - event.start <= timedelta(days=14) for day in days) >= 3, event.id
        assert all(FIRST <= day <= LAST and day >= event.start for day in days), event.id


def test_the_world_is_confusable() -> None:
    """Some kinds happen in two cities and some cities have events in two years."""
    kinds, cities = Counter(e.kind for e in EVENTS), Counter(e.city for e in EVENTS)
    assert sum(n >= 2 for n in kinds.values()) >= 3
    assert sum(n >= 2 for n in cities.values()) >= 3


def test_ids_and_links_resolve() -> None:
    rows = [article_row(s) for s in stories()]
    urls = {row["url"] for row in rows}
    assert len(urls) == len(rows) == len({row["id"] for row in rows})
    for row in rows:
        links = row["links"]
        assert isinstance(links, list) and set(links) <= urls and row["url"] not in links
        assert str(row["source"]).endswith("(fictional)")


def test_bodies_are_written_and_never_repeat_a_sentence() -> None:
    seen: dict[str, str] = {}
    for story in stories():
        sentences = [s.strip() for s in _SENTENCE.findall(story.body)]
        assert 5 <= len(sentences) <= 12, (story.id, len(sentences))
        for sentence in sentences:
            assert sentence not in seen, (story.id, seen.get(sentence), sentence)
            seen[sentence] = story.id


def test_weekdays_in_the_text_are_true() -> None:
    """A first-day headline's or body's `on Monday` is the day the event began."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    for event in EVENTS:
        first = next(s for s in stories() if s.event == event)
        named = [d for d in names if d in first.headline + first.abstract + first.body.split(". ")[0]]
        assert names[event.start.weekday()] in named or not named, event.id


def test_queries_know_their_truth() -> None:
    kinds = Counter(q.kind for q in QUERIES)
    assert kinds == {"edit": 5, "viewpoint": 5, "unrelated": 2}
    with_photo = {s.id: s.event for s in stories() if s.photo}
    for query in QUERIES:
        if query.kind == "edit":
            assert with_photo[query.article] == query.event
        assert (query.event in EVENTS) == (query.kind != "unrelated")
