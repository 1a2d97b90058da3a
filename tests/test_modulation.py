"""The placement modulation: identity until trained, what it reads, and that it fits one encoder only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from toy_index import CPU, article, load_tiny_clip, save_tiny_clip, unit

from newsctx.errors import ModelUnavailable
from newsctx.modulation import METADATA, WEIGHTS, ModulationInfo, Placed, PlacementModulation, places, surroundings
from newsctx.profiles import Profile, load_models
from newsctx.records import ArticleImage, ModelInfo

INFO = ModulationInfo(name="m", base_model="toy", base_digest="e" * 64, dim=4, hidden=3)
ENCODER = ModelInfo(slot="image_text", name="toy", digest="e" * 64, device="cpu")


def rows(count: int, dim: int = 4, seed: int = 0) -> np.ndarray:
    found = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_untrained_it_changes_not_a_bit() -> None:
    vectors = rows(50)
    found = PlacementModulation(INFO).apply(vectors, np.linspace(0, 1, 50), rows(50, seed=1))
    assert found.dtype == np.float32 and np.array_equal(found, vectors)


def test_the_multiplier_by_hand() -> None:
    one = PlacementModulation(INFO)
    with torch.no_grad():  # the last layer's bias alone: m = (1 + 0, 1 + 1, 1 - 2, 1 - 1) wherever it stands
        one.network[-1].bias.copy_(torch.tensor([0.0, 1.0, -2.0, -1.0]))
    found = one.apply(np.full((1, 4), 0.5, np.float32), np.array([0.3]), rows(1))
    assert found[0] == pytest.approx(unit(1, 2, -1, 0), abs=1e-6)


def test_position_and_text_are_both_read() -> None:
    torch.manual_seed(0)
    one = PlacementModulation(INFO)
    with torch.no_grad():
        one.network[-1].weight.normal_()
    v, texts = rows(1), rows(2, seed=1)
    base = one.apply(v, np.array([0.0]), texts[:1])
    assert not np.allclose(base, one.apply(v, np.array([1.0]), texts[:1]), atol=1e-3)
    assert not np.allclose(base, one.apply(v, np.array([0.0]), texts[1:]), atol=1e-3)
    assert np.linalg.norm(base) == pytest.approx(1, abs=1e-6)


def test_a_vector_that_vanishes_is_kept_as_it_was() -> None:
    one = PlacementModulation(INFO)
    with torch.no_grad():
        one.network[-1].bias.fill_(-1.0)  # m = 0
    v = rows(2)
    assert np.array_equal(one.apply(v, np.zeros(2), rows(2, seed=1)), v)


# --- what stands around a photograph --------------------------------------------------------------------------


def test_the_text_around_a_photograph() -> None:
    one = article("a", "Headline", abstract="Abstract", body="first\n\nsecond\nthird\n")
    whole = ["first", "second", "third"]
    assert surroundings(one, 2, whole) == "third\nsecond"
    assert surroundings(one, 0, whole) == "first\nHeadline"
    assert surroundings(one, None, whole) == "Headline\nfirst"
    assert surroundings(one, 99, whole) == "third\nsecond", "beyond the last paragraph is at the last"
    assert surroundings(one, 3, []) == "Headline"
    assert surroundings(article("a", abstract="Abstract"), None, []) == "Abstract"
    assert surroundings(article("a"), None, []) == ""


def test_places_of_an_articles_photographs() -> None:
    first, second, third = "a" * 64, "b" * 64, "c" * 64
    images = (
        ArticleImage(image_id=first), ArticleImage(problem="gone"), ArticleImage(image_id=second, position=1),
        ArticleImage(image_id=second, position=2), ArticleImage(image_id=third, position=2**30),
    )  # fmt: skip
    found = places(article("a", "H", body="x\ny\nz", images=images))
    # three paragraphs: the unknown one counts as the headline's, the middle is 0.5, beyond the end is the end; a
    # photograph that stands there twice is where it stands first
    assert found == {first: Placed(0.0, "H\nx"), second: Placed(0.5, "y\nx"), third: Placed(1.0, "z\ny")}


# --- keeping it -----------------------------------------------------------------------------------------------


def _trained(seed: int = 0, info: ModulationInfo = INFO) -> PlacementModulation:
    torch.manual_seed(seed)
    one = PlacementModulation(info)
    with torch.no_grad():
        one.network[-1].weight.normal_()
    return one


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    one = _trained(info=INFO.model_copy(update={"data_hash": "h", "seed": 3, "metrics": {"dev_mrr": 0.5}}))
    one.save(tmp_path)
    again = PlacementModulation.load(tmp_path, ENCODER, 4, CPU)
    assert again.meta == one.meta and again.info == one.info and again.info.slot == "modulation"
    v, p, t = rows(5), np.linspace(0, 1, 5), rows(5, seed=1)
    assert np.array_equal(again.apply(v, p, t), one.apply(v, p, t))
    assert _trained(1).info.digest != one.info.digest


@pytest.mark.parametrize(
    ("encoder", "dim", "says"),
    [
        (
            ENCODER.model_copy(update={"digest": "f" * 64, "name": "other"}),
            4,
            "toy .eeeeeeeeeeee, .*other .ffffffffffff",
        ),
        (ENCODER, 8, "4 dimensions.*8"),
    ],
)
def test_another_encoder_is_refused_with_both_names(tmp_path: Path, encoder: ModelInfo, dim: int, says: str) -> None:
    _trained().save(tmp_path)
    with pytest.raises(ModelUnavailable, match=says):
        PlacementModulation.load(tmp_path, encoder, dim, CPU)


def test_damaged_files_and_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        PlacementModulation.load(tmp_path, ENCODER, 4, CPU)
    _trained().save(tmp_path)
    wider = INFO.model_copy(update={"hidden": 5})
    (tmp_path / METADATA).write_text(wider.model_dump_json())
    with pytest.raises(ModelUnavailable, match="weights do not fit its metadata"):
        PlacementModulation.load(tmp_path, ENCODER, 4, CPU)
    (tmp_path / METADATA).write_text('{"format": 1}')
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        PlacementModulation.load(tmp_path, ENCODER, 4, CPU)
    (tmp_path / METADATA).write_text(INFO.model_dump_json())
    (tmp_path / WEIGHTS).write_bytes(b"x")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        PlacementModulation.load(tmp_path, ENCODER, 4, CPU)


def test_it_changes_the_models_digest_and_is_missing_with_a_reason(tmp_path: Path) -> None:
    encoder = load_tiny_clip(tmp_path / "clip")
    name = save_tiny_clip(tmp_path / "clip")
    plain = load_models(Profile("p", image_text=name, sentence="local-dir:/nowhere"), CPU)
    assert plain.modulation is None and "train modulation" in {i.slot: i for i in plain.infos}["modulation"].unavailable
    info = INFO.model_copy(update={"base_digest": encoder.info.digest, "dim": encoder.dim})
    _trained(info=info).save(tmp_path / "m")
    wanted = Profile("p", image_text=name, sentence="local-dir:/nowhere", modulation=tmp_path / "m")
    assert load_models(wanted, CPU).digest != plain.digest
    _trained(info=INFO).save(tmp_path / "m")
    with pytest.raises(ModelUnavailable, match="trained for encoder toy"):
        load_models(wanted, CPU)
