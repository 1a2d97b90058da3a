"""The fictional world is sound: dates, links, clusters, wording."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

from newsctx.demo.facts import FIRST, KINDS, LAST, PARENTS, events, hierarchy, keyword
from newsctx.demo.painter.cities import CITIES
from newsctx.demo.queries import NEAR, drawn, held_out
from newsctx.demo.texts import article_row, stories

_SENTENCE = re.compile(r"[^.!?]+(?:[.!?](?=\d)[^.!?]+)*[.!?]+[\"”]?")


EVENTS = events()


def test_the_world_has_the_promised_size() -> None:
    assert len(stories()) >= 400 and sum(bool(s.photo) for s in stories()) >= 300
    assert len({e.city for e in EVENTS}) >= 24 and {e.kind for e in EVENTS} == set(KINDS)
    years = {e.start.year for e in EVENTS}
    assert len(years) >= 8
    assert set(PARENTS) == set(CITIES)


def test_places_have_a_keyword_and_a_hierarchy() -> None:
    assert keyword("Paris") == "Paris (France)"
    assert hierarchy("Paris") == "Paris, France, Europe"
    assert hierarchy("Singapore") == "Singapore, Asia"  # its own state, named once


def test_every_event_makes_a_cluster() -> None:
    """At least 3 articles of one place within 15 days, first and last day included (NewsRECON sec. 3)."""
    for event in EVENTS:
        days = [s.published for s in stories() if s.event == event]
        assert sum(day - event.start <= timedelta(days=14) for day in days) >= 3, event.id
        assert all(FIRST <= day <= LAST and day >= event.start for day in days), event.id


def test_place_and_date_have_to_be_told_apart() -> None:
    """Every kind happens in two cities, and most cities have the same kind in two years."""
    places = {kind: {e.city for e in EVENTS if e.kind == kind} for kind in KINDS}
    assert all(len(cities) >= 2 for cities in places.values()), places
    years = Counter((e.city, e.kind) for e in EVENTS)
    assert len({city for (city, _), n in years.items() if n >= 2}) >= 18
    assert all(n >= 4 for n in Counter(e.city for e in EVENTS).values())


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
            if len(sentence.split()) < 6:
                continue  # a piece of a dateline (`FLORENCE, Nov.`), or `No one was hurt.`
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
    queries = held_out()
    assert len(queries) >= 120 and len({q.id for q in queries}) == len(queries)
    assert sum(q.example for q in queries) == 10
    with_photo = {s.id: s.event for s in stories() if s.photo}
    by_id = {s.id: s for s in stories()}
    for query in queries:
        if query.kind == "edit":
            assert with_photo[query.article] == query.event
        assert (query.event in EVENTS) == (query.kind != "unrelated")
        assert bool(query.relevant) == (query.kind != "unrelated"), query.id
        for article in query.relevant:
            story = by_id[article]
            assert story.event.city == query.event.city and abs(story.published - query.day) <= NEAR


def test_one_query_in_twelve_has_nothing_relevant() -> None:
    queries = drawn(600, "evaluation")
    assert len(queries) == 600
    assert sum(not q.relevant for q in queries) == 50
    assert {q.event for q in queries} >= set(EVENTS)  # every event is asked for
    assert queries == drawn(600, "evaluation")  # from fixed seeds


def test_no_scene_is_painted_twice() -> None:
    """Held-out photographs are paintings of their own: no seed of an archived one, of another set or of training."""
    seeds = [q.scene.seed for q in (*held_out(), *drawn(600, "evaluation")) if q.scene]
    assert len(set(seeds)) == len(seeds)
    assert not any(seed.startswith("training") for seed in seeds)
