"""The demonstration archive as it is committed: what its files promise, read without the code that wrote them."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from newsctx.demo.locate import demo_queries, demo_source
from newsctx.sentences import split

FOLDER = demo_source()
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEK = timedelta(days=7)


@cache
def _rows(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines())


ARTICLES, QUERIES = _rows("articles.jsonl"), _rows("queries.jsonl")
BY_ID = {a["id"]: a for a in ARTICLES}


def _day(row: dict[str, Any]) -> date:
    return date.fromisoformat(row.get("published") or row["date"])


def _city(row: dict[str, Any]) -> str:
    return str(row["places"][0].split(" (")[0] if "places" in row else row["place"].split(", ")[0])


def _event(id: str) -> str:
    return id.rpartition("-")[0]


def test_the_promised_numbers() -> None:
    assert len(ARTICLES) == len(BY_ID) == len({a["url"] for a in ARTICLES}) >= 400
    assert sum(bool(a["images"]) for a in ARTICLES) >= 300
    assert len({_city(a) for a in ARTICLES}) >= 24 and len({_day(a).year for a in ARTICLES}) >= 8
    assert len(QUERIES) == len({q["id"] for q in QUERIES}) >= 120
    assert sum(bool(q["example"]) for q in QUERIES) == 10
    assert all(q["fictional"] is True for q in QUERIES)
    assert all(a["source"].endswith("(fictional)") and ".example/" in a["url"] for a in ARTICLES)


def test_bodies_have_five_to_twelve_sentences_as_the_workbench_counts_them() -> None:
    for article in ARTICLES:
        assert 5 <= len(split(article["body"])) <= 12, article["id"]
        assert len(article["body"].split()) >= 30, article["id"]
        assert article["headline"] and article["abstract"] and article["language"] == "en"


def test_events_cities_kinds_and_years_have_to_be_told_apart() -> None:
    per_event = Counter(_event(a["id"]) for a in ARTICLES)
    assert min(per_event.values()) >= 3
    first = {e: BY_ID[f"{e}-1"] for e in per_event}
    kinds = defaultdict(set)  # the id says it: paris-flood, paris-flood-2
    years = defaultdict(set)
    for event, article in first.items():
        kinds[re.sub(r"-\d+$", "", event).rpartition("-")[2]].add(_city(article))
        years[_city(article)].add(_day(article).year)
    assert len(kinds) == 14 and min(len(cities) for cities in kinds.values()) >= 4, kinds
    assert min(len(known) for known in years.values()) >= 3, years
    assert all(len({_city(a) for a in ARTICLES if _event(a["id"]) == e}) == 1 for e in per_event)


def test_events_of_one_city_lie_apart() -> None:
    """Else an article of another event would be event-relevant: the same city within a week."""
    days = defaultdict(set)
    for article in ARTICLES:
        days[_event(article["id"])].add(_day(article))
    for one, two in combinations(sorted(days), 2):
        if _city(BY_ID[f"{one}-1"]) == _city(BY_ID[f"{two}-1"]):
            assert min(abs(a - b) for a in days[one] for b in days[two]) > 2 * WEEK, (one, two)


def test_texts_are_clean() -> None:
    for article in ARTICLES:
        for part in (article["headline"], article["abstract"], article["body"], *article["captions"]):
            for what in (
                r"[\[\]{}|<>]",
                r"\s\s",
                r"^\s|\s$",
                r"\s[,.;:!?]",
                r"\.\.|,,|,\.",
                r"(?i)\b(\w+) \1\b",
                r"\ufffd",
            ):
                assert not re.search(what, part), (article["id"], what, part)
            for wrong in re.findall(
                r"\b[Aa] (?!euro|one|uni|use|Eur|Ut)[aeiou]\w+|\b[Aa]n [bcdfgjklmnpqrtvwxz]\w+", part
            ):
                raise AssertionError((article["id"], wrong, part))
        assert re.match(r"[A-Z0-9\"'“(ÉÍÓÚÇŠŽÖÜ]", article["headline"]), article["headline"]


def test_datelines_and_weekdays_are_those_of_the_day() -> None:
    datelines = weekdays = 0
    for article in ARTICLES:
        day = _day(article)
        if found := re.match(r"([A-Z][A-Z ]+), (\w{3})\w*\.? (\d+) - ", article["body"]):
            datelines += 1
            assert found.group(1) == _city(article).upper(), article["id"]
            assert (MONTHS.index(found.group(2)) + 1, int(found.group(3))) == (day.month, day.day), article["id"]
        first = _day(BY_ID[f"{_event(article['id'])}-1"])
        named = set(re.findall("|".join(WEEKDAYS), article["abstract"]))
        if article["id"].endswith("-1") and len(named) == 1 and re.search(r"\bon \w+day\b", article["abstract"]):
            weekdays += 1
            near = {WEEKDAYS[(first + timedelta(days=n)).weekday()] for n in (-1, 0)}
            assert named <= near, (article["id"], named, first)
    assert datelines >= 100 and weekdays >= 20, (datelines, weekdays)


def test_links_lead_to_other_articles_of_the_event_or_to_one_related_event() -> None:
    urls = {a["url"]: a for a in ARTICLES}
    unlike = set()
    for article in ARTICLES:
        targets = [urls[link] for link in article["links"]]
        assert len(set(article["links"])) == len(targets) <= 3 and article not in targets
        others = [t for t in targets if _event(t["id"]) != _event(article["id"])]
        assert len(others) <= 1
        kind = re.sub(r"-\d+$", "", _event(article["id"])).rpartition("-")[2]
        for other in others:
            same_kind = re.sub(r"-\d+$", "", _event(other["id"])).rpartition("-")[2] == kind
            if not same_kind and _city(other) != _city(article):
                unlike.add((_event(article["id"]), _event(other["id"])))
        assert all(_day(t) <= _day(article) for t in targets if t not in others)
    assert not unlike, "neither the kind nor the city in common"
    assert sum(bool(a["links"]) for a in ARTICLES) > 0.9 * len(ARTICLES)


def test_no_article_links_to_one_that_was_not_written_yet() -> None:
    urls = {a["url"]: a for a in ARTICLES}
    assert not [(a["id"], link) for a in ARTICLES for link in a["links"] if _day(urls[link]) > _day(a)]


def test_every_photograph_is_there_once_in_its_promised_form() -> None:
    named = [i["path"] for a in ARTICLES for i in a["images"]]
    assert len(set(named)) == len(named)
    assert set(named) == {p.relative_to(FOLDER).as_posix() for p in (FOLDER / "images").iterdir()}
    asked = {q["image"] for q in QUERIES}
    assert asked == {p.relative_to(FOLDER).as_posix() for p in (FOLDER / "queries").iterdir()} and len(asked) == len(
        QUERIES
    )
    for path in (*named, *(q["image"] for q in QUERIES if q["kind"] != "edit")):
        with Image.open(FOLDER / path) as image:
            assert (image.format, image.size, image.mode) == ("JPEG", (640, 427), "RGB"), path
            assert not image.getexif(), path
    for article in ARTICLES:
        for image in article["images"]:
            assert image["caption"] and image["caption"] == article["captions"][0], article["id"]
        assert len(article["captions"]) == len(set(article["captions"])) <= 5


# the truth of the queries


def test_the_truth_is_all_that_was_written_about_the_place_and_the_week() -> None:
    """Counted anew from the articles: nothing missing in the lists, nothing too much."""
    for query in QUERIES:
        of_place = [a for a in ARTICLES if _city(a) == _city(query)]
        of_week = [a["id"] for a in of_place if abs(_day(a) - _day(query)) <= WEEK]
        assert sorted(query["location_relevant"]) == sorted(a["id"] for a in of_place), query["id"]
        assert sorted(query["relevant"]) == sorted(of_week), query["id"]
        assert len(set(query["relevant"])) == len(query["relevant"])
        if query["kind"] == "unrelated":
            assert not of_week and min(abs(_day(a) - _day(query)) for a in of_place) > 4 * WEEK
        else:
            assert len({_event(id) for id in of_week}) == 1 and len(of_week) >= 2, query["id"]
            assert _day(query) >= min(_day(BY_ID[id]) for id in of_week) - WEEK
            kind = re.sub(r"-\d+$", "", _event(of_week[0])).rpartition("-")[2]
            assert kind in KIND_WORDS[query["event_kind"]], (query["id"], kind)


#: how the ids call the kinds
KIND_WORDS = {
    "protest": "protest", "flood": "flood", "ferry accident": "ferry", "marathon": "marathon", "vigil": "vigil",
    "building fire": "fire", "snow chaos": "snow", "parade": "parade", "wildfire smoke": "wildfire",
    "rocket launch": "rocket", "storm damage": "storm", "football final": "final", "train derailment": "train",
    "fireworks": "fireworks",
}  # fmt: skip


def test_places_are_the_cities_of_the_archive_with_their_parents() -> None:
    keywords = {_city(a): a["places"][0] for a in ARTICLES}
    assert all(a["places"] == [keywords[_city(a)]] for a in ARTICLES)
    for query in QUERIES:
        levels = query["place"].split(", ")
        assert keywords[levels[0]] in (f"{levels[0]} ({levels[1]})", f"{levels[0]} ({levels[0]})")
        assert levels[-1] in ("Africa", "Asia", "Europe", "North America", "Oceania", "South America")
        assert len(set(levels)) == len(levels)


def test_edits_are_of_an_archived_photograph_and_examples_show_every_case() -> None:
    kinds = Counter(q["kind"] for q in QUERIES)
    assert set(kinds) == {"edit", "viewpoint", "unrelated"} and kinds["edit"] >= 5
    for query in QUERIES:
        if query["kind"] == "edit":
            assert BY_ID[query["source_article"]]["images"] and query["source_article"] in query["relevant"]
        else:
            assert not query["source_article"]
        assert query["note"].endswith(".")
    assert {q["kind"] for q in QUERIES if q["example"]} == set(kinds)
    viewpoints = [q for q in QUERIES if q["kind"] == "viewpoint"]
    assert len({_city(q) for q in viewpoints}) == 24 and len({q["event_kind"] for q in viewpoints}) == 14


def test_one_committed_query_in_fourteen_at_least_has_nothing_relevant() -> None:
    """One in twelve of those that are drawn; the five edits come on top."""
    assert len(QUERIES) / 14 <= sum(not q["relevant"] for q in QUERIES) <= len(QUERIES) / 10


def _small(path: Path) -> np.ndarray:
    """32 x 32 grey, mean 0, length 1."""
    grey = cv2.imread(str(path), cv2.IMREAD_REDUCED_GRAYSCALE_4)
    flat = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    flat -= flat.mean()
    return flat / np.linalg.norm(flat)


def test_no_held_out_photograph_is_an_archived_one_or_nearly() -> None:
    """Correlation of small grey pictures: 1 = the same but for brightness. Edits are copies on purpose; they show that
    the measure would find one."""
    names = sorted((FOLDER / "images").glob("*.jpg"))
    archived = np.stack([_small(p) for p in names])
    between = archived @ archived.T
    np.fill_diagonal(between, 0)
    assert between.max() < 0.995, [names[i].name for i in np.unravel_index(between.argmax(), between.shape)]
    for query in demo_queries():
        alike = archived @ _small(Path(str(query["path"])))
        if query["kind"] != "edit":
            assert alike.max() < 0.97, (query["id"], names[int(alike.argmax())].name, float(alike.max()))
        elif "Grey" in str(query["note"]):
            assert alike.max() > 0.99 and names[int(alike.argmax())].stem == query["source_article"]
