"""The fictional world is sound: dates, links, clusters, wording."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from newsctx.demo.build import archive_scene
from newsctx.demo.commands import SEED
from newsctx.demo.facts import FIRST, KINDS, LAST, PARENTS, events, hierarchy, keyword
from newsctx.demo.painter.canvas import rng_for
from newsctx.demo.painter.cities import CITIES
from newsctx.demo.painter.stage import Scene
from newsctx.demo.queries import NEAR, drawn, held_out
from newsctx.demo.texts import article_row, stories
from newsctx.demo.weights import ENCODER_WORLD, HEADS_WORLD
from newsctx.demo.worlds import rows_of

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


def _worlds() -> dict[str, tuple[str, int]]:
    """The seed and the number of events of each world that the embedded weights are trained on."""
    given = {"encoder": ENCODER_WORLD, "heads": HEADS_WORLD}
    return {n: (o[o.index("--seed") + 1], int(o[o.index("--events") + 1])) for n, o in given.items()}


@pytest.fixture(scope="module")
def scenes() -> dict[str, list[Scene]]:
    """Everything that is painted: the archive, the held-out and the drawn queries, and the worlds to train on."""
    found = {
        "archive": [archive_scene(s, SEED) for s in stories() if s.photo],
        "held out": [q.scene for q in held_out() if q.scene],
        "evaluation": [q.scene for q in drawn(600, "evaluation") if q.scene],
    }
    for name, (seed, count) in _worlds().items():
        rows = (rows_of(number, seed, 3, 3) for number in range(count))  # no world has more of each event
        found[name] = [painted.scene for _, _, paintings in rows for painted in paintings]
    return found


def test_no_scene_is_painted_twice(scenes: dict[str, list[Scene]]) -> None:
    """Held-out photographs are paintings of their own: none of the archive, of another set or of training."""
    assert {name: len(part) >= 100 for name, part in scenes.items()} == dict.fromkeys(scenes, True)
    every = [(scene.seed, name) for name, part in scenes.items() for scene in part]
    twice = [seed for seed, n in Counter(seed for seed, _ in every).items() if n > 1]
    assert not twice, [(seed, [name for s, name in every if s == seed]) for seed in twice[:5]]


def test_scenes_of_other_seeds_draw_other_numbers(scenes: dict[str, list[Scene]]) -> None:
    """What a seed decides (where things stand, the noise) differs, even between seeds that are spelt alike."""
    seeds = [scene.seed for part in scenes.values() for scene in part]
    first = Counter(int(rng_for("scene", seed).integers(2**62)) for seed in seeds)
    assert len(first) == len(seeds)
