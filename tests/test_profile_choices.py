"""What the choice of a profile is said to cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from toy_index import save_tiny_clip

from newsctx import profile_choices as choosing
from newsctx.archive import encoded
from newsctx.archive.manifest import ModelRef
from newsctx.archive.vector_cache import VectorCache
from newsctx.profiles import NAMES, Profile, profiles

REF = ModelRef(name="ViT-B-32/laion2b_s34b_b79k", digest="d" * 64)


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("NEWSCTX_HEADS", str(tmp_path / "heads"))


@pytest.fixture
def archive(tmp_path: Path) -> choosing.Archive:
    (tmp_path / "archive" / "index").mkdir(parents=True)
    return choosing.Archive(tmp_path / "archive", "v1", articles=1000, photos=600, works=True)


def found(archive: choosing.Archive, name: str, current: str = "embedded", cores: int | None = 2) -> choosing.Choice:
    return next(c for c in choosing.choices(current, True, archive, cores) if c.name == name)


def test_the_addresses_are_those_that_open_clip_fetches_from() -> None:
    from open_clip.pretrained import get_pretrained_cfg

    named = {p.image_text for p in profiles() if p.image_text and not p.image_text.startswith("local-dir:")}
    assert named == set(choosing.ADDRESSES) == set(choosing.RATES)
    for name, address in choosing.ADDRESSES.items():
        assert get_pretrained_cfg(*name.split("/"))["hf_hub"] == address


def test_every_profile_is_told_with_its_cost(archive: choosing.Archive) -> None:
    every = choosing.choices("embedded", True, archive, 2)
    assert tuple(c.name for c in every) == NAMES and [c.current for c in every] == [True, False, False]
    clip = every[1]
    assert clip.cost and (clip.cost.download, clip.cost.memory) == (605, 605)
    assert (clip.weights, clip.ready, clip.photos_left, clip.articles) == ("missing", False, 600, 1000)
    assert clip.fetch == "hf download laion/CLIP-ViT-B-32-laion2B-s34B-b79K open_clip_model.safetensors"
    assert clip.seconds == pytest.approx((600 * 0.1 + 2000 * 0.07) / 2)  # two texts an article, two cores
    assert clip.scorers == ("zero-shot", "zero-shot")
    assert found(archive, "clip", cores=None).seconds is None, "a GPU's speed is not foretold"


def test_what_is_encoded_already_is_taken_off(archive: choosing.Archive) -> None:
    index = archive.folder / "index"
    cache = VectorCache(index / "vectors", "image", REF.digest)
    cache.fill([f"{i}" for i in range(40)], lambda keys: {k: [1.0] for k in keys}, 8)
    assert found(archive, "clip").photos_left == 600, "nobody knows yet whose vectors these are"
    encoded.note(index, REF)
    partly = found(archive, "clip")
    assert (partly.ready, partly.photos_left) == (False, 560)
    encoded.note(index, REF, "v1")
    assert (found(archive, "clip").ready, found(archive, "clip").photos_left) == (True, 0)
    encoded.note(index, REF)  # another run begins: what was whole stays so
    assert found(archive, "clip").ready
    encoded.note(index, REF.model_copy(update={"digest": "e" * 64}))
    assert (found(archive, "clip").ready, found(archive, "clip").photos_left) == (False, 600), "other weights"


def test_another_version_of_the_archive_is_not_whole(archive: choosing.Archive) -> None:
    encoded.note(archive.folder / "index", REF, "v0")
    assert not found(archive, "clip").ready


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"ViT-B-32/laion2b_s34b_b79k": {"digest": 3}}'])
def test_a_damaged_note_only_loses_the_forecast(archive: choosing.Archive, text: str) -> None:
    (archive.folder / "index" / encoded.FILE).write_text(text)
    assert not found(archive, "clip").ready
    encoded.note(archive.folder / "index", REF, "v1")
    assert found(archive, "clip").ready
    assert json.loads((archive.folder / "index" / encoded.FILE).read_text())[REF.name]["digest"] == REF.digest


def test_a_folder_of_ones_own_is_listed_while_it_is_in_use(archive: choosing.Archive, tmp_path: Path) -> None:
    name = save_tiny_clip(tmp_path / "mine")
    mine, *named = choosing.choices(name, True, archive, 2)
    assert (mine.name, mine.current, mine.weights) == (name, True, "here") and [c.name for c in named] == list(NAMES)
    assert choosing.weights(Profile("p", image_text="local-dir:/nowhere")) == ("missing", "")
    assert choosing.weights(Profile("p", image_text="RN50/openai")) == ("unknown", "")
    assert choosing.weights(Profile("p")) == ("none", "")
