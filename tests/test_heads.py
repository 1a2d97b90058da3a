import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_index import CPU, unit

from newsctx.errors import ModelUnavailable
from newsctx.heads import CrossEncoderHead, HeadInfo, ZeroShotScorer, features
from newsctx.records import ModelInfo
from newsctx.runtime import seed_everything

ENCODER = ModelInfo(slot="image_text", name="tiny", digest="d" * 64, device="cpu")


def _info(**changes: object) -> HeadInfo:
    base = {"name": "h", "slot": "location_head", "base_model": "tiny", "base_digest": "d" * 64, "dim": 2}
    return HeadInfo.model_validate(base | {"features": ("concat", "product", "absdiff")} | changes)


def test_features_by_hand() -> None:
    a, t = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, -1.0]])
    assert features(a, t, ("concat",)).tolist() == [[1, 2, 3, -1]]
    assert features(a, t, ("product",)).tolist() == [[3, -2]]
    assert features(a, t, ("absdiff", "product")).tolist() == [[3, -2, 2, 3]]  # always in the order of FEATURES
    assert _info().inputs == 8


def test_probability_by_hand() -> None:
    """One hidden unit that reads the product's sum: GELU(1) = 0.8413447 (x * Phi(x)), then sigmoid."""
    head = CrossEncoderHead(_info(features=("product",), hidden=1))
    with torch.no_grad():
        head.network[0].weight.copy_(torch.ones(1, 2))
        head.network[0].bias.zero_()
        head.network[3].weight.fill_(2.0)
        head.network[3].bias.fill_(-1.0)
    found = head.probabilities(unit(1, 0), np.stack([unit(1, 0), unit(0, 1)]))
    assert found[0] == pytest.approx(1 / (1 + math.exp(-(2 * 0.8413447 - 1))), abs=1e-6)
    assert found[1] == pytest.approx(1 / (1 + math.exp(1)), abs=1e-6)  # product 0, GELU(0) = 0, logit -1


def test_a_saved_head_answers_the_same(tmp_path: Path) -> None:
    seed_everything(3)
    head = CrossEncoderHead(_info(dropout=0.1, metrics={"auc": 0.9}, seed=3, data_hash="x"))
    head.save(tmp_path)
    again = CrossEncoderHead.load(tmp_path, ENCODER, 2, "location_head", CPU)
    texts = np.stack([unit(1, 2), unit(-1, 1)])
    assert np.array_equal(head.probabilities(unit(1, 1), texts), again.probabilities(unit(1, 1), texts))
    assert again.meta == head.meta
    assert again.info == head.info


@pytest.mark.parametrize(
    ("encoder", "dim", "slot", "says"),
    [
        (
            ENCODER.model_copy(update={"name": "big", "digest": "e" * 64}),
            2,
            "location_head",
            r"encoder tiny \(dddd.*the profile has big",
        ),
        (ENCODER.model_copy(update={"digest": "e" * 64}), 2, "location_head", r"dddd.*eeee"),
        (ENCODER, 3, "location_head", "dimensions 2, the profile has 3"),
        (ENCODER, 2, "event_head", "slot location_head, the profile has event_head"),
    ],
)
def test_a_head_of_another_encoder_names_both_sides(
    tmp_path: Path, encoder: ModelInfo, dim: int, slot: str, says: str
) -> None:
    CrossEncoderHead(_info()).save(tmp_path)
    with pytest.raises(ModelUnavailable, match=says):
        CrossEncoderHead.load(tmp_path, encoder, dim, slot, CPU)  # type: ignore[arg-type]


def test_the_same_weights_under_another_name_are_the_same_encoder(tmp_path: Path) -> None:
    """A folder's name is a path of one machine."""
    CrossEncoderHead(_info()).save(tmp_path)
    moved = ENCODER.model_copy(update={"name": "local-dir:/elsewhere"})
    assert CrossEncoderHead.load(tmp_path, moved, 2, "location_head", CPU).meta == _info()


def test_weights_of_another_shape_or_damaged_files_are_refused(tmp_path: Path) -> None:
    CrossEncoderHead(_info()).save(tmp_path)
    meta = json.loads((tmp_path / "head.json").read_text()) | {"hidden": 8}
    (tmp_path / "head.json").write_text(json.dumps(meta))
    with pytest.raises(ModelUnavailable, match="do not fit"):
        CrossEncoderHead.load(tmp_path, ENCODER, 2, "location_head", CPU)
    (tmp_path / "head.safetensors").write_bytes(b"not a tensor file")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        CrossEncoderHead.load(tmp_path, ENCODER, 2, "location_head", CPU)
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        CrossEncoderHead.load(tmp_path / "nowhere", ENCODER, 2, "location_head", CPU)


def test_zero_shot_is_clips_softmax_of_text_against_the_neutral_prompt() -> None:
    image, neutral = unit(1, 0), unit(0, 1)
    texts = np.stack([unit(0, 1), unit(3, 4), unit(1, 0)])  # cosines 0, 0.6, 1; the neutral one's is 0
    found = ZeroShotScorer("location_head", neutral, ENCODER, temperature=0.5).probabilities(image, texts)
    for p, cosine in zip(found, (0.0, 0.6, 1.0), strict=True):
        e = math.exp(cosine / 0.5)
        assert p == pytest.approx(e / (e + 1), abs=1e-6)


def test_vectors_of_another_width_are_refused() -> None:
    scorer = ZeroShotScorer("event_head", unit(1, 0), ENCODER)
    with pytest.raises(ValueError, match="of one encoder"):
        scorer.probabilities(unit(1, 0), np.ones((2, 3)))
