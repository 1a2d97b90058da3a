"""Added and corrected articles where an image-text encoder is loaded: their places are scored as what they are now."""

from __future__ import annotations

import json

import pytest
from toy_index import save_tiny_clip

from newsctx.added_articles import article_from_text
from newsctx.archive import index_texts
from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.opened import open_archive
from newsctx.archive.store import ArchiveStore
from newsctx.cache import StageCache
from newsctx.models import load
from newsctx.overrides import parse_override
from newsctx.pipeline import Pipeline, Request, gazetteer
from newsctx.settings import ImportSettings, Settings
from newsctx.writers.extractive import ExtractiveWriter

ROWS = [
    {"id": "lyon", "headline": "Flood in Lyon", "published": "2021-02-01", "places": ["Lyon (France)"]},
    {"id": "rome", "headline": "Fire in Rome", "published": "2021-02-02", "places": ["Rome (Italy)"]},
    {"id": "none", "headline": "A storm somewhere", "published": "2021-02-03", "body": "It blew."},
]


@pytest.fixture(scope="module")
def line(tmp_path_factory) -> Pipeline:
    folder = tmp_path_factory.mktemp("placed")
    settings = Settings(profile=save_tiny_clip(folder / "clip"))
    models = load(settings.profile)
    (folder / "articles.jsonl").write_text("".join(json.dumps(r) + "\n" for r in ROWS), encoding="utf-8")
    import_archive(folder / "articles.jsonl", folder / "archive")
    with ArchiveStore.open(folder / "archive") as store:
        build_index(store, models, folder / "archive", settings)
    opened = open_archive(folder / "archive", models, settings)
    return Pipeline(opened, models, settings, StageCache(folder / "cache"), ExtractiveWriter())


def located(line: Pipeline, noise: bytes, *actions: dict) -> dict[str, float | None]:
    overrides = tuple(parse_override(a) for a in actions)
    *_, document = line.analyse(Request(noise, "noise.jpg", overrides=overrides))
    assert [s.note for s in document.status if s.state == "failed"] == []
    assert document.stages.locate.scorer == "zero-shot"
    return {h.article_id: h.probability for h in document.stages.locate.hits}


def expected(line: Pipeline, noise: bytes, text: str) -> float:
    """What the scorer says of a place's text to this photograph."""
    image = line.photo_vector(Request(noise, "noise.jpg"))
    template = line.settings.index.location_template.format(keywords=text)
    return float(line.models.location_scorer.probabilities(image, line.models.image_text.encode_texts([template]))[0])


def test_a_corrected_place_is_scored_and_not_the_one_of_the_index(line, noise):
    before = located(line, noise)
    assert before["rome"] == pytest.approx(expected(line, noise, "Rome (Italy)"), abs=1e-4)
    moved = located(line, noise, {"action": "correct_article", "article_id": "rome", "places": ["Lyon (France)"]})
    assert moved["rome"] == pytest.approx(before["lyon"], abs=1e-4) != pytest.approx(before["rome"], abs=1e-4)
    assert moved["lyon"] == before["lyon"]


def test_a_place_taken_away_leaves_no_probability_and_one_given_has_one(line, noise):
    before = located(line, noise)
    assert before["none"] is None
    after = located(
        line, noise, {"action": "correct_article", "article_id": "rome", "places": []},
        {"action": "correct_article", "article_id": "none", "places": ["Rome (Italy)"]},
    )  # fmt: skip
    assert after["rome"] is None and after["none"] == pytest.approx(before["rome"], abs=1e-4)


def test_a_corrected_date_alone_keeps_the_vector_of_the_index(line, noise, monkeypatch):
    before = located(line, noise)
    monkeypatch.setattr(index_texts, "location", lambda *a: pytest.fail("a place was read again"))
    assert located(line, noise, {"action": "correct_article", "article_id": "rome", "published": "2020"}) == before


def test_an_id_that_nobody_holds_has_no_place(line, noise):
    found = located(line, noise, {"action": "pin", "article_id": "added-000000000000"})
    assert found["added-000000000000"] is None and found["rome"] == located(line, noise)["rome"]


def test_an_added_article_is_located_like_the_archives(line, noise):
    known = gazetteer()
    own = article_from_text(
        "Own\nText.", lambda *t: (), known.resolve, ImportSettings(), published="2021-02-04", places="Rome (Italy)"
    )
    found = located(line, noise, {"action": "add_article", "article": own.model_dump(mode="json")})
    assert found[own.article_id] == pytest.approx(expected(line, noise, "Rome (Italy)"), abs=1e-4)
    assert next(iter(found)) == own.article_id, "pinned"
