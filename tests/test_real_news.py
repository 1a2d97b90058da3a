"""The main job on real news: real articles, real photographs, edited as they circulate."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import pytest
from real_world import EVENTS, cropped, real_archive, rows  # noqa: F401  (two are fixtures)

from newsctx.archive.opened import open_archive
from newsctx.cache import StageCache
from newsctx.overrides import parse_override
from newsctx.pipeline import Pipeline, Request
from newsctx.settings import Settings
from newsctx.writers.extractive import ExtractiveWriter


@pytest.fixture(scope="module")
def pipeline(real_archive, models, tmp_path_factory) -> Pipeline:
    settings = Settings()
    opened = open_archive(real_archive, models, settings)
    return Pipeline(opened, models, settings, StageCache(tmp_path_factory.mktemp("cache")), ExtractiveWriter())


@pytest.mark.parametrize(("event", "place"), EVENTS.items())
def test_a_cropped_press_photograph_finds_its_story_its_place_and_the_other_coverage(pipeline, rows, event, place):
    of_event = {r["id"] for r in rows if r["event"] == event}
    source = next(r for r in rows if r["event"] == event and r["image"])
    *_, document = pipeline.analyse(Request(cropped(source["image"]), "crop.jpg"))
    assert [s for s in document.status if s.state != "fresh"] == []
    hits = document.stages.events.hits
    assert hits[0].article_id in of_event and hits[0].tier == "matched"
    others = {h.article_id for h in hits[: len(of_event)]} & of_event
    assert len(others) >= min(3, len(of_event)), "the coverage of the same event follows"
    assert document.context.place.place.name == place
    assert document.caption.sentences and document.caption.kind == "extractive"
    bodies = " ".join(" ".join(r["body"].split()) for r in rows if r["body"])
    land = document.context.place.place.country
    for sentence in document.caption.sentences:
        if sentence.chunk_ids:  # quoted word for word, but for the land that the article's places give behind the city
            quoted = " ".join(sentence.text.split()).rstrip(".")
            assert quoted in bodies or quoted.replace(f"{place}, {land}", place) in bodies
            assert sentence.mentions and all(m.found for m in sentence.mentions)


def test_excluding_the_match_leaves_an_answer_that_says_it_is_weaker(pipeline, rows):
    source = next(r for r in rows if r["event"] == "truck_attack_in_nice" and r["image"])
    data = cropped(source["image"])
    *_, before = pipeline.analyse(Request(data, "crop.jpg"))
    matched = [h.article_id for h in before.stages.events.hits if h.tier == "matched"]
    overrides = tuple(parse_override({"action": "exclude", "article_id": a}) for a in matched)
    *_, after = pipeline.analyse(Request(data, "crop.jpg", overrides=overrides))
    assert not {h.article_id for h in after.stages.events.hits} & set(matched)
    assert all(h.tier == "ranked" for h in after.stages.events.hits)
    assert after.context.place.note or after.context.place.place is None
