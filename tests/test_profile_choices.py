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
SECOND = ModelRef(name="timm:vit_small_patch14_dinov2.lvd142m@224", digest="f" * 64)


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("NEWSCTX_HEADS", str(tmp_path / "heads"))
    monkeypatch.delenv("NEWSCTX_SECOND_IMAGE", raising=False)


@pytest.fixture
def archive(tmp_path: Path) -> choosing.Archive:
    (tmp_path / "archive" / "index").mkdir(parents=True)
    return choosing.Archive(tmp_path / "archive", "v1", articles=1000, photos=600, works=True)


@pytest.fixture
def by_second(archive: choosing.Archive) -> None:
    """The second encoder of `clip` has encoded everything."""
    encoded.note(archive.folder / "index", SECOND, "v1", "second_image")


def found(archive: choosing.Archive, name: str, current: str = "embedded", cores: int | None = 2) -> choosing.Choice:
    return next(c for c in choosing.choices(current, True, archive, cores) if c.name == name)


def test_the_addresses_are_those_that_open_clip_and_timm_fetch_from() -> None:
    from open_clip.pretrained import get_pretrained_cfg

    from newsctx.encoders.image import address

    named = {p.image_text for p in profiles() if p.image_text and not p.image_text.startswith("local-dir:")}
    second = {p.second_image for p in profiles() if p.second_image}
    assert (named, second) == (set(choosing.RATES), set(choosing.SECOND_RATES))
    assert named | second == set(choosing.ADDRESSES)
    for name, where in choosing.ADDRESSES.items():
        assert where == (address(name) if name.startswith("timm:") else get_pretrained_cfg(*name.split("/"))["hf_hub"])


def test_every_profile_is_told_with_its_cost(archive: choosing.Archive) -> None:
    every = choosing.choices("embedded", True, archive, 2)
    assert tuple(c.name for c in every) == NAMES and [c.current for c in every] == [True, False, False]
    clip = every[1]
    assert clip.cost and (clip.cost.download, clip.cost.memory) == (605, 605)
    assert (clip.weights, clip.ready, clip.photos_left, clip.articles) == ("missing", False, 600, 1000)
    assert clip.fetch == (
        "hf download laion/CLIP-ViT-B-32-laion2B-s34B-b79K open_clip_model.safetensors && "
        "hf download timm/vit_small_patch14_dinov2.lvd142m model.safetensors"
    )
    assert (clip.second.model, clip.second.weights, clip.second.photos_left) == (SECOND.name, "missing", 600)
    assert clip.second.cost and clip.second.cost.download == 88
    # two texts an article, two cores, and 0.13 s a photograph for the second encoder
    assert clip.seconds == pytest.approx((600 * 0.1 + 2000 * 0.07 + 600 * 0.13) / 2)
    assert every[0].second.model == "" and "NEWSCTX_SECOND_IMAGE" in every[0].second.reason
    assert clip.scorers == ("zero-shot", "zero-shot")
    assert found(archive, "clip", cores=None).seconds is None, "a GPU's speed is not foretold"


def test_the_second_encoder_is_counted_apart(archive: choosing.Archive) -> None:
    index = archive.folder / "index"
    encoded.note(index, REF, "v1")
    clip = found(archive, "clip")
    assert (clip.ready, clip.photos_left, clip.articles, clip.second.photos_left) == (False, 0, 0, 600)
    assert clip.seconds == pytest.approx(600 * 0.13 / 2)
    cache = VectorCache(index / "vectors", "second", SECOND.digest)
    cache.fill([f"{i}" for i in range(40)], lambda keys: {k: [1.0] for k in keys}, 8)
    encoded.note(index, SECOND, slot="second_image")
    assert found(archive, "clip").second.photos_left == 560
    encoded.note_all(index, {"image_text": REF, "second_image": SECOND}, "v1")
    assert found(archive, "clip").ready and found(archive, "clip").second.photos_left == 0


def test_a_model_that_fills_both_slots_is_not_taken_for_one(
    archive: choosing.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSCTX_SECOND_IMAGE", REF.name)
    encoded.note(archive.folder / "index", REF, "v1")
    clip = found(archive, "clip")
    assert (clip.photos_left, clip.second.model, clip.second.photos_left) == (0, REF.name, 600)
    assert clip.second.cost is None and clip.seconds is None, "what it costs as a second encoder is not known"
    assert clip.fetch.count("hf download") == 1, "the same weights are fetched once"


def test_none_leaves_the_slot_empty_and_says_who_did(
    archive: choosing.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSCTX_SECOND_IMAGE", "none")
    second = found(archive, "clip").second
    assert (second.model, second.weights, second.photos_left) == ("", "none", 0)
    assert second.reason == "switched off by NEWSCTX_SECOND_IMAGE"


@pytest.mark.usefixtures("by_second")
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


@pytest.mark.usefixtures("by_second")
@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"ViT-B-32/laion2b_s34b_b79k": {"digest": 3}}'])
def test_a_damaged_note_only_loses_the_forecast(archive: choosing.Archive, text: str) -> None:
    (archive.folder / "index" / encoded.FILE).write_text(text)
    assert not found(archive, "clip").ready
    encoded.note_all(archive.folder / "index", {"image_text": REF, "second_image": SECOND}, "v1")
    assert found(archive, "clip").ready
    assert json.loads((archive.folder / "index" / encoded.FILE).read_text())[REF.name]["digest"] == REF.digest


def test_a_folder_of_ones_own_is_listed_while_it_is_in_use(archive: choosing.Archive, tmp_path: Path) -> None:
    name = save_tiny_clip(tmp_path / "mine")
    mine, *named = choosing.choices(name, True, archive, 2)
    assert (mine.name, mine.current, mine.weights) == (name, True, "here") and [c.name for c in named] == list(NAMES)
    assert choosing.weights(Profile("p", image_text="local-dir:/nowhere")) == ("missing", "")
    assert choosing.weights_of("timm-dir:/nowhere") == ("missing", "") and choosing.weights_of("timm:x")[0] == "unknown"
    (tmp_path / "config.json").write_text("{}")
    assert choosing.weights_of(f"timm-dir:{tmp_path}") == ("here", "")
    assert choosing.weights(Profile("p", image_text="RN50/openai")) == ("unknown", "")
    assert choosing.weights(Profile("p")) == ("none", "")
