"""The second image encoder: timm and open_clip models, by name and from a folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from toy_index import CPU, load_tiny_clip, save_tiny_clip, save_tiny_timm

from newsctx import hub
from newsctx.encoders import ImageEncoder
from newsctx.encoders.image import address
from newsctx.errors import ModelUnavailable


def _photos() -> list[np.ndarray]:
    draw = np.random.default_rng(0)
    return [
        draw.integers(0, 256, shape, dtype=np.uint8) for shape in ((40, 60, 3), (32, 32, 3), (1, 1, 3), (200, 7, 3))
    ]


@pytest.mark.parametrize("architecture", ["test_vit", "test_resnet", "test_efficientnet"])
def test_a_timm_folder_gives_the_models_own_pooled_features(tmp_path: Path, architecture: str) -> None:
    import timm
    import torch
    from PIL import Image
    from timm.data import create_transform, resolve_data_config

    name = save_tiny_timm(tmp_path / "model", name=architecture)
    encoder, single = ImageEncoder.load(name, CPU, 8), ImageEncoder.load(name, CPU, 1)
    rows = encoder.encode_images(_photos())
    assert rows.shape == (4, encoder.dim) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert np.allclose(rows, single.encode_images(_photos()), atol=1e-5)
    # by hand: timm's own model, its own transform, what it calls its features before the classifier
    model = timm.create_model(f"local-dir:{tmp_path / 'model'}", pretrained=True).eval()
    transform = create_transform(**resolve_data_config({}, model=model), is_training=False)
    with torch.no_grad():
        raw = model.forward_head(
            model.forward_features(transform(Image.fromarray(_photos()[0]))[None]), pre_logits=True
        )
    wanted = raw.numpy()[0] / np.linalg.norm(raw.numpy()[0])
    assert np.allclose(rows[0], wanted, atol=1e-5)
    assert not np.allclose(rows[0], rows[1], atol=1e-2)
    assert encoder.info.slot == "second_image" and encoder.info.name == name


def test_the_preprocessing_is_that_of_the_folder(tmp_path: Path) -> None:
    name = save_tiny_timm(tmp_path / "model")
    before = ImageEncoder.load(name, CPU).encode_images(_photos()[:1])
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    config["pretrained_cfg"]["mean"] = [0.1, 0.9, 0.5]
    (tmp_path / "model" / "config.json").write_text(json.dumps(config))
    after = ImageEncoder.load(name, CPU)
    assert not np.allclose(before, after.encode_images(_photos()[:1]), atol=1e-3)


def test_of_an_open_clip_model_only_the_picture_side_is_kept(tmp_path: Path) -> None:
    whole = load_tiny_clip(tmp_path)
    encoder = ImageEncoder.load(f"local-dir:{tmp_path}", CPU, label="mine")
    assert np.allclose(encoder.encode_images(_photos()), whole.encode_images(_photos()), atol=1e-6)
    assert encoder.info.name == "mine" and encoder.dim == 16
    assert encoder.info.digest != whole.info.digest, "its digest is of the picture side"
    assert not hasattr(encoder._model, "token_embedding")


def test_other_weights_have_another_digest(tmp_path: Path) -> None:
    names = [save_tiny_timm(tmp_path / n, seed) for n, seed in (("a", 0), ("b", 0), ("c", 1))]
    first, again, other = (ImageEncoder.load(n, CPU).info.digest for n in names)
    assert first == again != other


def test_nothing_in_gives_no_rows_and_a_picture_that_is_not_rgb_is_refused(tmp_path: Path) -> None:
    encoder = ImageEncoder.load(save_tiny_timm(tmp_path), CPU)
    assert encoder.encode_images([]).shape == (0, encoder.dim)
    with pytest.raises(ValueError, match=r"\(H, W, 3\) uint8"):
        encoder.encode_images([np.zeros((4, 4), np.uint8)])


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    name = save_tiny_timm(tmp_path)
    state = load_file(tmp_path / "model.safetensors")
    whole = dict(state)
    del state["norm.weight"]
    save_file(state, tmp_path / "model.safetensors")
    with pytest.raises(ModelUnavailable, match="norm.weight|Missing key|cannot be loaded"):
        ImageEncoder.load(name, CPU)
    save_file(whole | {"more.weight": whole["norm.weight"].clone()}, tmp_path / "model.safetensors")
    with pytest.raises(ModelUnavailable, match="more.weight|Unexpected key|cannot be loaded"):
        ImageEncoder.load(name, CPU)
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelUnavailable, match="cannot be"):
        ImageEncoder.load(name, CPU)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("timm-dir:/nowhere/at/all", "no config.json and no model.safetensors"),
        ("timm:vit_small_patch14_dinov2.nonsense", "weights like it: .*vit_small_patch14_dinov2.lvd142m"),
        ("timm:nonsense", "timm knows no such architecture"),
        ("timm:", "expected timm:NAME"),
        ("timm:vit_small_patch14_dinov2.lvd142m@big", "SIZE is a number of pixels"),
        ("ViT-L-14", "expected timm:NAME"),
        ("ViT-L-14/nonsense", "second image encoder .*weights of ViT-L-14: .*openai"),
        ("local-dir:/nowhere", "second image encoder .*no open_clip_config.json"),
    ],
)
def test_a_wrong_name_says_what_is_right(name: str, says: str) -> None:
    with pytest.raises(ModelUnavailable, match=says):
        ImageEncoder.load(name, CPU)


@pytest.mark.parametrize(
    ("name", "fetch"),
    [
        ("timm:vit_small_patch14_dinov2.lvd142m@224", "timm/vit_small_patch14_dinov2.lvd142m model.safetensors"),
        ("ViT-B-16-SigLIP2/webli", "timm/ViT-B-16-SigLIP2 open_clip_model.safetensors"),
    ],
)
def test_without_a_network_the_refusal_comes_at_once_and_names_the_command(
    name: str, fetch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(hub, "reachable", lambda endpoint: False)
    monkeypatch.setattr(hub.time, "sleep", lambda seconds: pytest.fail(f"waited for {seconds} s"))
    with pytest.raises(ModelUnavailable) as refused:
        ImageEncoder.load(name, CPU)
    assert "not on this machine" in str(refused.value) and f"`hf download {fetch}`" in str(refused.value)


def test_another_size_resamples_what_depends_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """`@SIZE` of a model by name; its weights are made here in place of a download."""
    import timm

    made = timm.create_model("vit_small_patch14_dinov2.lvd142m", pretrained=False, img_size=28)
    asked: dict[str, object] = {}

    def create(name: str, pretrained: bool, **options: object) -> object:
        asked.update(options, name=name, pretrained=pretrained)
        return made

    monkeypatch.setattr(timm, "create_model", create)
    encoder = ImageEncoder.load("timm:vit_small_patch14_dinov2.lvd142m@28", CPU)
    assert asked == {"name": "vit_small_patch14_dinov2.lvd142m", "pretrained": True, "img_size": 28}
    assert encoder._preprocess(_image(50, 70)).shape == (3, 28, 28) and encoder.dim == 384


def _image(height: int, width: int) -> object:
    from PIL import Image

    return Image.new("RGB", (width, height))


def test_the_address_is_the_one_that_timm_fetches_from() -> None:
    assert address("timm:vit_small_patch14_dinov2.lvd142m@224") == (
        "timm/vit_small_patch14_dinov2.lvd142m/model.safetensors"
    )
    assert address("timm:nonsense") == ""


def test_a_map_of_features_is_no_vector(tmp_path: Path) -> None:
    name = save_tiny_timm(tmp_path, name="test_resnet", global_pool="")
    with pytest.raises(ModelUnavailable, match="not one vector a photograph"):
        ImageEncoder.load(name, CPU)


def test_the_folder_of_an_image_text_model_serves_too(tmp_path: Path) -> None:
    assert ImageEncoder.load(save_tiny_clip(tmp_path), CPU).dim == 16


def test_a_model_by_name_comes_from_the_cache_also_at_another_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub's cache as `hf download timm/test_vit.r160_in1k model.safetensors` leaves it, with weights of our own."""
    from huggingface_hub import constants
    from safetensors.torch import load_file

    folder = tmp_path / "models--timm--test_vit.r160_in1k"
    save_tiny_timm(folder / "snapshots" / ("0" * 40))
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("0" * 40)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub, "reachable", lambda endpoint: False)
    assert hub.cached(address("timm:test_vit.r160_in1k"))
    whole, smaller = (ImageEncoder.load(f"timm:test_vit.r160_in1k{size}", CPU) for size in ("", "@96"))
    state = load_file(folder / "snapshots" / ("0" * 40) / "model.safetensors")
    own = whole._model.state_dict()
    assert all(np.array_equal(own[k], state[k]) for k in own) and set(state) - set(own) == {"head.weight", "head.bias"}
    # 160 pixels are 10 x 10 patches of 16, 96 are 6 x 6: the position embeddings are resampled, nothing else changes
    less = smaller._model.state_dict()
    assert (own["pos_embed"].shape[1], less["pos_embed"].shape[1]) == (101, 37)
    assert all(np.array_equal(own[k], less[k]) for k in own if k != "pos_embed")
    assert whole.info.digest != smaller.info.digest
    assert smaller._preprocess(_image(50, 70)).shape == (3, 96, 96) and whole._preprocess(_image(9, 9)).shape[1] == 160
    assert np.linalg.norm(smaller.encode_images(_photos()), axis=1) == pytest.approx(1, abs=1e-5)
