"""The main job on real news: real articles, real photographs, edited as they circulate."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from newsctx import imaging
from newsctx.archive.opened import open_archive
from newsctx.cache import StageCache
from newsctx.overrides import parse_override
from newsctx.pipeline import Pipeline, Request
from newsctx.settings import Settings
from newsctx.writers.extractive import ExtractiveWriter

EVENTS = {
    "tourist_boat_hits_bridge_in_germany": "Duisburg",
    "truck_attack_in_nice": "Nice",
    "erie_smashes_snowfall_record_with_flakes_still_falling": "Erie",
}


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    root = os.environ.get("NEWSCTX_TEST_DATA")
    if not root:
        pytest.skip("NEWSCTX_TEST_DATA is not set: the real articles are not part of the repository")
    folder = Path(root) / "news_clusters"
    lines = (folder / "articles.jsonl").read_text(encoding="utf-8").split("\n")
    found = [json.loads(line) for line in lines if line]
    chosen = [r for r in found if r["event"] in EVENTS]
    for row in chosen:
        row["image"] = str(folder / row["image"]) if row["image"] else None
    return chosen


@pytest.fixture(scope="module")
def pipeline(rows, models, tmp_path_factory) -> Pipeline:
    from newsctx.archive.importer import import_archive
    from newsctx.archive.index_build import build_index
    from newsctx.archive.store import ArchiveStore

    folder = tmp_path_factory.mktemp("real")
    photos = folder / "photos"
    photos.mkdir()
    for number, row in enumerate(rows):  # a source's photographs lie below its folder
        if row["image"]:
            (photos / f"{number}.jpg").write_bytes(Path(row["image"]).read_bytes())
    source = folder / "articles.jsonl"
    plain = [{**r, "image": f"photos/{n}.jpg" if r["image"] else None} for n, r in enumerate(rows)]
    source.write_text("".join(json.dumps(r) + "\n" for r in plain), encoding="utf-8")
    archive, settings = folder / "archive", Settings()
    assert import_archive(source, archive).rejected == 0
    with ArchiveStore.open(archive) as store:
        build_index(store, models, archive, settings)
    opened = open_archive(archive, models, settings)
    return Pipeline(opened, models, settings, StageCache(folder / "cache"), ExtractiveWriter())


def cropped(path: str) -> bytes:
    """As it might arrive: a sixth of each side lost, compressed hard."""
    pixels = imaging.decode(Path(path).read_bytes(), Settings().photo).pixels
    height, width = pixels.shape[:2]
    return imaging.encode_jpeg(pixels[height // 12 : -(height // 12), width // 12 : -(width // 12)], 50)


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
