from pathlib import Path
from unittest.mock import ANY

import numpy as np
import pytest
from toy_index import CPU, save_tiny_clip, save_tiny_timm

from newsctx import profiles
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import ModelUnavailable, SettingsError
from newsctx.heads import CrossEncoderHead, HeadInfo
from newsctx.modulation import ModulationInfo, PlacementModulation
from newsctx.profiles import Cost, Profile, forget, get_profile, load_models
from newsctx.settings import Settings


def test_named_profiles() -> None:
    assert get_profile("newsrecon").image_text == "ViT-L-14/openai"
    assert get_profile("clip").image_text == "ViT-B-32/laion2b_s34b_b79k"
    assert get_profile("local-dir:/m").image_text == "local-dir:/m"
    with pytest.raises(SettingsError, match="unknown profile 'klip'; expected one of embedded, clip, newsrecon"):
        get_profile("klip")


def test_the_default_is_chosen_by_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NEWSCTX_PROFILE", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    assert Settings().profile == "embedded"
    monkeypatch.setenv("SPACE_ID", "someone/newsctx")
    assert Settings().profile == "clip"
    monkeypatch.setenv("NEWSCTX_PROFILE", "newsrecon")
    assert Settings().profile == "newsrecon"


def test_newsrecon_takes_the_heads_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCTX_HEADS", str(tmp_path))
    assert get_profile("newsrecon").location_head is None
    meta = HeadInfo(name="l", slot="location_head", base_model="b", base_digest="d", dim=4, features=("product",))
    CrossEncoderHead(meta).save(tmp_path / "newsrecon" / "location")
    assert get_profile("newsrecon").location_head == tmp_path / "newsrecon" / "location"
    assert get_profile("newsrecon").event_head is None


def test_the_default_profile_says_why_it_has_no_image_text_encoder() -> None:
    models = load_models("embedded", CPU)
    assert models.image_text is None and models.location_scorer is None and models.event_scorer is None
    infos = {i.slot: i for i in models.infos}
    for slot in ("image_text", "location_head", "event_head"):
        assert "choose --profile clip or local-dir:PATH" in infos[slot].unavailable


def test_a_model_that_cannot_be_loaded_leaves_its_slot_empty_with_the_reason(tmp_path: Path) -> None:
    models = load_models(Profile("p", image_text=f"local-dir:{tmp_path}", sentence="local-dir:/nowhere"), CPU)
    assert models.image_text is None and "no open_clip_config.json" in models.image_text_unavailable
    assert models.sentence is None and "modules.json" in models.sentence_unavailable


def test_a_folder_of_ones_own_gets_zero_shot_scorers_and_is_loaded_once(tmp_path: Path) -> None:
    profile = Profile("p", image_text=save_tiny_clip(tmp_path), sentence="local-dir:/nowhere")
    models = load_models(profile, CPU)
    assert models.image_text is not None and models.location_scorer is not None and models.event_scorer is not None
    assert models.location_scorer.info.name == "zero-shot"
    neutral = models.image_text.encode_texts(["An image"])
    found = models.location_scorer.probabilities(models.image_text.encode_texts(["x"])[0], neutral)
    assert found == pytest.approx(np.array([0.5]), abs=1e-3)  # the neutral text is as likely as itself
    assert load_models(profile, CPU).image_text is models.image_text
    assert load_models(profile, CPU).digest == models.digest != load_models("embedded", CPU).digest


def test_a_trained_head_is_used_and_one_of_another_encoder_refused(tmp_path: Path) -> None:
    name = save_tiny_clip(tmp_path / "clip")
    plain = Profile("p", image_text=name, sentence="local-dir:/nowhere", location_head=tmp_path / "head")
    encoder = load_models(Profile("q", image_text=name, sentence="local-dir:/nowhere"), CPU).image_text
    assert encoder is not None
    fitting = HeadInfo(
        name="places", slot="location_head", base_model=encoder.info.name, base_digest=encoder.info.digest,
        dim=encoder.dim, features=("product",),
    )  # fmt: skip
    CrossEncoderHead(fitting).save(tmp_path / "head")
    assert load_models(plain, CPU).location_scorer.info.name == "places"  # type: ignore[union-attr]
    other = fitting.model_copy(update={"base_model": "ViT-L-14/openai", "base_digest": "other"})
    CrossEncoderHead(other).save(tmp_path / "head")
    with pytest.raises(ModelUnavailable, match="ViT-L-14/openai"):
        load_models(plain, CPU)


def test_the_second_image_encoder_of_each_profile_and_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEWSCTX_SECOND_IMAGE", raising=False)
    assert get_profile("clip").second_image == "timm:vit_small_patch14_dinov2.lvd142m@224"
    assert get_profile("newsrecon").second_image == "ViT-B-16-SigLIP2/webli"
    for name in ("embedded", "local-dir:/m"):
        assert get_profile(name).second_image is None
        assert "NEWSCTX_SECOND_IMAGE" in get_profile(name).second_image_unavailable
    monkeypatch.setenv("NEWSCTX_SECOND_IMAGE", "none")
    assert get_profile("clip").second_image is None and get_profile("clip").cost == Cost(605, 605, ANY)
    monkeypatch.setenv("NEWSCTX_SECOND_IMAGE", f"timm-dir:{tmp_path}")
    for name in ("embedded", "clip", "newsrecon", "local-dir:/m"):
        assert get_profile(name).second_image == f"timm-dir:{tmp_path}" and get_profile(name).second_cost is None


def test_embedded_takes_a_second_encoder_and_a_modulation_that_travel_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEWSCTX_SECOND_IMAGE", raising=False)
    monkeypatch.setattr(profiles, "EMBEDDED", tmp_path)
    name = save_tiny_clip(tmp_path)
    assert get_profile("embedded").second_image is None and get_profile("embedded").modulation is None
    save_tiny_timm(tmp_path / "second")
    encoder = ImageTextEncoder.load(name, CPU)
    meta = ModulationInfo(name="m", base_model="tiny", base_digest=encoder.info.digest, dim=encoder.dim)
    PlacementModulation(meta).save(tmp_path / "modulation")
    models = load_models("embedded", CPU)
    assert models.second_image is not None and models.second_image.info.name == "newsctx embedded second"
    assert models.modulation is not None and models.modulation.info.name == "m"
    assert [i.slot for i in models.infos if i.digest] == [
        "image_text", "sentence", "second_image", "modulation", "location_head", "event_head",
    ]  # fmt: skip
    digest = models.digest
    save_tiny_timm(tmp_path / "second", seed=1)
    forget(models, load_models(Profile("p", sentence="local-dir:/nowhere"), CPU))
    assert load_models("embedded", CPU).digest != digest, "other weights, other results"


def test_a_second_encoder_that_cannot_be_loaded_leaves_its_slot_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    models = load_models(Profile("p", sentence="local-dir:/nowhere", second_image="timm-dir:/nowhere"), CPU)
    assert models.second_image is None and "no config.json" in models.second_image_unavailable
    info = {i.slot: i for i in models.infos}["second_image"]
    assert (info.digest, info.unavailable) == ("", models.second_image_unavailable)
