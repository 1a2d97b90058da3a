from pathlib import Path

import numpy as np
import pytest
from toy_index import CPU, load_tiny_clip, save_tiny_clip

from newsctx.encoders import ImageTextEncoder
from newsctx.errors import ModelUnavailable


def _photos() -> list[np.ndarray]:
    draw = np.random.default_rng(0)
    return [
        draw.integers(0, 256, shape, dtype=np.uint8) for shape in ((40, 60, 3), (32, 32, 3), (1, 1, 3), (200, 7, 3))
    ]


def test_vectors_are_unit_float32_and_the_same_in_any_batch_size(tmp_path: Path) -> None:
    whole, single = load_tiny_clip(tmp_path, batch_size=8), load_tiny_clip(tmp_path, batch_size=1)
    for one, other in (
        (whole.encode_images(_photos()), single.encode_images(_photos())),
        (
            whole.encode_texts(["a fire", "東京", "", "x " * 500]),
            single.encode_texts(["a fire", "東京", "", "x " * 500]),
        ),
    ):
        assert one.shape == (4, 16) and one.dtype == np.float32
        assert np.allclose(np.linalg.norm(one, axis=1), 1, atol=1e-6)
        assert np.allclose(one, other, atol=1e-5)
    assert whole.info.slot == "image_text"
    assert whole.info.name == f"local-dir:{tmp_path}"


def test_vectors_match_open_clip_itself(tmp_path: Path) -> None:
    import open_clip
    import torch
    from PIL import Image

    name = save_tiny_clip(tmp_path)
    encoder = ImageTextEncoder.load(name, CPU)
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    model.eval()
    photo = _photos()[0]
    with torch.no_grad():
        image = model.encode_image(preprocess(Image.fromarray(photo))[None], normalize=True)
        text = model.encode_text(open_clip.get_tokenizer(name)(["a fire"]), normalize=True)
    assert np.allclose(encoder.encode_images([photo]), image.numpy(), atol=1e-6)
    assert np.allclose(encoder.encode_texts(["a fire"]), text.numpy(), atol=1e-6)


def test_nothing_in_gives_no_rows_of_the_right_width(tmp_path: Path) -> None:
    encoder = load_tiny_clip(tmp_path)
    assert encoder.encode_images([]).shape == (0, 16)
    assert encoder.encode_texts([]).shape == (0, 16)


def test_other_weights_have_another_digest(tmp_path: Path) -> None:
    first, again, other = (load_tiny_clip(tmp_path / n, s) for n, s in (("a", 0), ("b", 0), ("c", 1)))
    assert first.info.digest == again.info.digest != other.info.digest


def test_a_picture_that_is_not_rgb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\(H, W, 3\) uint8"):
        load_tiny_clip(tmp_path).encode_images([np.zeros((4, 4), np.uint8)])


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    name = save_tiny_clip(tmp_path)
    state = load_file(tmp_path / "open_clip_model.safetensors")
    del state["text_projection"]
    save_file(state, tmp_path / "open_clip_model.safetensors")
    with pytest.raises(ModelUnavailable, match="text_projection|Missing key|cannot be loaded"):
        ImageTextEncoder.load(name, CPU)


def test_a_folder_with_a_configuration_but_no_weights_is_refused(tmp_path: Path) -> None:
    name = save_tiny_clip(tmp_path)
    (tmp_path / "open_clip_model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):  # never random weights
        ImageTextEncoder.load(name, CPU)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("local-dir:/nowhere/at/all", "no open_clip_config.json"),
        ("ViT-L-14/nonsense", "weights of ViT-L-14: .*openai"),
        ("Nonsense/openai", "open_clip knows no 'Nonsense'"),
        ("ViT-L-14", "expected ARCHITECTURE/WEIGHTS"),
    ],
)
def test_a_wrong_name_says_what_is_right(name: str, says: str) -> None:
    with pytest.raises(ModelUnavailable, match=says):
        ImageTextEncoder.load(name, CPU)


def test_without_a_network_the_message_names_the_model_and_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise FileNotFoundError("Failed to download file")  # what open_clip raises when the hub cannot be reached

    monkeypatch.setattr("open_clip.pretrained.download_pretrained", offline)
    with pytest.raises(ModelUnavailable, match=r"ViT-B-32/laion2b_s34b_b79k.*not on this machine.*local-dir:PATH"):
        ImageTextEncoder.load("ViT-B-32/laion2b_s34b_b79k", CPU)
