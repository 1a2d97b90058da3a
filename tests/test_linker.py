"""The linker on sentences of our own writing, against the real gazetteer; the annotated set only where it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsctx.evaluation.toponyms import evaluate
from newsctx.gazetteer import Gazetteer, load
from newsctx.linker import find_toponyms, link
from newsctx.settings import LinkerSettings

SETTINGS = LinkerSettings()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load()


def names(text: str, gazetteer: Gazetteer) -> list[str]:
    return [t.place.label for t in find_toponyms(text, gazetteer, SETTINGS)]


def test_offsets_are_of_the_text(gazetteer: Gazetteer) -> None:
    text = "A ferry left Duisburg’s harbour on the way to Rotterdam."
    found = find_toponyms(text, gazetteer)
    assert [text[t.start : t.end] for t in found] == ["Duisburg", "Rotterdam"]
    assert [t.phrase for t in found] == ["Duisburg", "Rotterdam"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("A bakery burned in Paris, Texas, on Monday.", "Paris, Texas, United States"),
        ("A bakery burned in Paris on Monday.", "Paris, Île-de-France, France"),
        ("SPRINGFIELD, Ill. (AP) -- The bridge closed.", "Springfield, Illinois, United States"),
        ("BEIJING -- The bridge closed.", "Beijing, China"),
        ("The parade in Nice, France, drew thousands.", "Nice, Provence-Alpes-Côte d'Azur, France"),
    ],
)
def test_patterns_decide(gazetteer: Gazetteer, text: str, label: str) -> None:
    assert names(text, gazetteer)[0] == label


@pytest.mark.parametrize(
    "text",
    [
        "Paris Hilton smiled.",
        "Then Mr Jordan said nothing, and Jordan said it again.",
        "We saw that Austin said so.",
        "Reading is fun. Of course it was nice in May.",
        "The Washington Post reported it.",
        "no capitals here",
        "",
    ],
)
def test_not_places(gazetteer: Gazetteer, text: str) -> None:
    assert [t for t in find_toponyms(text, gazetteer) if t.phrase != "Washington"] == []


def test_a_small_town_follows_the_region_that_the_text_names(gazetteer: Gazetteer) -> None:
    # Alone, Alexandria is the Egyptian port of five millions.
    assert names("Crews worked in Alexandria.", gazetteer) == ["Alexandria, Egypt"]
    assert "Alexandria, Louisiana, United States" in names("Crews from Louisiana worked in Alexandria.", gazetteer)


def test_one_sense_per_discourse(gazetteer: Gazetteer) -> None:
    found = names("Fire hit Paris, Texas, on Monday. Schools in Paris stay closed.", gazetteer)
    assert [n for n in found if n.startswith("Paris")] == ["Paris, Texas, United States"] * 2


def test_link_ranks_the_scene_first(gazetteer: Gazetteer) -> None:
    body = "DUISBURG, Germany (AP) -- A cruise ship hit a bridge near Duisburg.\nIt was on its way to the Netherlands."
    places = link("Cruise Ship Hits Bridge In Germany", "", body, gazetteer, SETTINGS)
    assert places[0].keyword == "Duisburg (Germany)"
    assert places[0].place is not None and places[0].place.lat == pytest.approx(51.43, abs=0.01)
    assert sum(p.weight for p in places) == pytest.approx(1.0)
    assert [p.weight for p in places] == sorted((p.weight for p in places), reverse=True)
    assert len(places) <= SETTINGS.max_places


def test_a_team_counts_less_than_the_dateline(gazetteer: Gazetteer) -> None:
    body = "LAKE FOREST, Ill. (AP) -- The Chicago Bears hired a coach on Monday."
    places = link("Chicago Bears hire a coach", "", body, gazetteer, SETTINGS)
    assert places[0].keyword == "Lake Forest (United States)"


@pytest.mark.parametrize("headline", ["", "NEW YORK CITY TRAM DERAILS", "Tram Derails In Croydon As Rain Falls"])
def test_headlines_of_any_case(gazetteer: Gazetteer, headline: str) -> None:
    places = link(headline, "", "A tram derailed in Croydon, England.", gazetteer, SETTINGS)
    assert "Croydon (United Kingdom)" in [p.keyword for p in places]


def test_no_text_no_place(gazetteer: Gazetteer) -> None:
    assert link("", "", "", gazetteer, SETTINGS) == ()


def test_same_input_same_output(gazetteer: Gazetteer) -> None:
    body = "Talks in Geneva, Vienna and Oslo ended. Delegates from Norway and Austria left."
    assert link("Talks end", "", body, gazetteer, SETTINGS) == link("Talks end", "", body, gazetteer, SETTINGS)


def test_beats_the_baseline_on_annotated_news() -> None:
    data = os.environ.get("NEWSCTX_TEST_DATA")
    if not data:
        pytest.skip("NEWSCTX_TEST_DATA is not set: no annotated articles to measure on")
    result = evaluate(Path(data) / "toponyms" / "articles.jsonl")
    ours, plain = result["linker"], result["baseline_longest_match_most_populous"]
    assert ours["precision"] >= 0.8 and ours["recall"] >= 0.6
    assert ours["accuracy_161"] > plain["accuracy_161"] and ours["end_to_end_161"] > plain["end_to_end_161"]
