"""The whole pipeline with a real open_clip encoder: tiny and untrained, but loaded and run as every other one is."""

from __future__ import annotations

import dataclasses

import pytest
from conftest import QUERIES
from toy_index import save_tiny_clip

from newsctx import imaging
from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.opened import open_archive
from newsctx.archive.store import ArchiveStore
from newsctx.cache import StageCache
from newsctx.demo.locate import demo_source
from newsctx.errors import IndexMismatch
from newsctx.heads import CrossEncoderHead, HeadInfo
from newsctx.models import load
from newsctx.overrides import SetWeight
from newsctx.pipeline import Pipeline, Request
from newsctx.settings import Settings
from newsctx.writers.extractive import ExtractiveWriter

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder")
    settings = Settings(profile=save_tiny_clip(folder / "clip"))
    models, archive = load(settings.profile), folder / "archive"
    import_archive(demo_source() / "articles.jsonl", archive)
    with ArchiveStore.open(archive) as store:
        build_index(store, models, archive, settings)
    return archive, models, settings, folder


def analyse(world):
    archive, models, settings, folder = world
    opened = open_archive(archive, models, settings)
    pipeline = Pipeline(opened, models, settings, StageCache(folder / "cache"), ExtractiveWriter())
    *_, document = pipeline.analyse(Request(CROP, "crop.jpg"))
    assert [s for s in document.status if s.state != "fresh"] == []
    return document, opened


def test_every_channel_runs_and_the_scorers_give_probabilities(world):
    document, opened = analyse(world)
    stages = document.stages
    states = {c.name: c.state for c in stages.retrieve.channels}
    assert {states[n] for n in ("image_text", "content", "visual", "copy", "coverage")} == {"ran"}
    assert stages.locate.scorer == "zero-shot" and not stages.locate.unavailable
    assert all(h.probability is not None for h in stages.locate.hits)
    assert stages.events.scorer and all(c.probability is not None for c in stages.events.clusters)
    assert stages.events.hits[0].article_id == "paris-flood-1", "a match by geometry stays above what an encoder says"
    fused = {h.article_id: h.score for h in stages.verify.hits}
    for hit in stages.locate.hits:  # NewsRECON sec. 2, with the score of all channels for s_bi
        assert hit.score == pytest.approx(hit.probability * fused[hit.article_id], abs=1e-5)


def test_locating_as_published_multiplies_the_bi_encoders_score(world):
    archive, models, settings, folder = world
    settings = Settings.model_validate(settings.model_dump() | {"locate": {"base": "bi_encoder"}})
    document, opened = analyse((archive, models, settings, folder))
    vector = models.image_text.encode_images([imaging.decode(CROP, settings.photo).pixels])[0]
    scores = opened.index.bi_scores(vector, [h.article_id for h in document.stages.retrieve.hits])
    for hit in document.stages.locate.hits:  # NewsRECON sec. 2: ordered by p_loc * s_bi
        assert hit.score == pytest.approx(hit.probability * max(scores[hit.article_id], 0.0), abs=1e-5)


def test_the_composite_score_is_off_until_it_weighs_something_and_shows_its_parts(world):
    archive, models, settings, folder = world
    opened = open_archive(archive, models, settings)

    def retrieve(*weights, **changes):
        changed = settings.model_copy(update=changes)
        pipeline = Pipeline(opened, models, changed, StageCache(folder / "composite"), ExtractiveWriter())
        found = pipeline.search(Request(CROP, "crop.jpg", overrides=weights)).results
        return {r.name: r for r in found}

    assert retrieve()["composite"].state == "off"
    on = SetWeight(channel="composite", weight=1)
    found = retrieve(on)["composite"]
    assert found.state == "ran" and len(found.hits) == settings.retrieve.k
    beta = settings.structure.beta
    for article_id, score in found.hits:
        parts = found.parts[article_id]
        assert score == pytest.approx(sum(beta[n] * parts[n] for n in ("content", "visual", "position")), abs=1e-5)
    best, _ = found.hits[0]
    assert found.evidence[best] in opened.store.articles([best])[best].image_ids
    without = retrieve(on, SetWeight(channel="content", weight=0), SetWeight(channel="visual", weight=0))
    assert without["content"].state == "off" and without["composite"].hits == found.hits  # it asks them itself
    other = retrieve(on, structure=settings.structure.model_copy(update={"alpha": {"captions": 1.0}}))
    assert other["content"].hits != retrieve()["content"].hits  # new weights of the parts, the same index


def test_an_event_head_that_reads_other_clusters_than_it_was_trained_on_is_named(world):
    archive, models, settings, folder = world
    encoder = models.image_text
    meta = HeadInfo(
        name="of mine", slot="event_head", base_model=encoder.info.name, base_digest=encoder.info.digest,
        dim=encoder.dim, features=("product",), window_days=30, min_articles=settings.events.min_articles,
    )  # fmt: skip
    with_head = dataclasses.replace(models, event_scorer=CrossEncoderHead(meta))
    document, _ = analyse((archive, with_head, settings, folder))
    note = next(s.note for s in document.status if s.name == "events")
    assert note == "event head 'of mine': trained with windows of days 30, the settings have 15"


def test_the_index_of_one_encoder_is_refused_with_another_and_both_are_named(world, tmp_path):
    archive, _, settings, _ = world
    other = save_tiny_clip(tmp_path / "other", seed=1)
    with pytest.raises(IndexMismatch) as refused:
        open_archive(archive, load(other), Settings(profile=other))
    assert "python -m newsctx index" in str(refused.value)
