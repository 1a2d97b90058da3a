"""Adapters of caption writers: what they belong to is checked before they are used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from training.captioner_world import save_language_model

from newsctx.adapters import (
    CONFIG,
    META,
    WEIGHTS,
    AdapterInfo,
    TrainedPrompt,
    adapter_digest,
    base_digest,
    load_adapter,
    public_name,
    read_info,
    save_adapter,
)
from newsctx.errors import ModelUnavailable


def info_of(base: Path, **more: object) -> AdapterInfo:
    prompt = TrainedPrompt(name="synthesise@1", system="s", text="t {chunks}", chat=True)
    known = {
        "name": "a", "base_model": public_name(str(base)), "base_digest": base_digest(str(base)), "rank": 2,
        "model_class": "causal-lm", "prompt": prompt, "bits": "none", "max_length": 64, "data_hash": "d" * 64,
        "seed": 0,
    }  # fmt: skip
    return AdapterInfo.model_validate(known | more)


def make_adapter(base: Path, folder: Path, names: str = "q_proj|v_proj") -> torch.nn.Module:
    """An adapter with weights that change something; returns the model it was made on."""
    from peft import LoraConfig, get_peft_model, get_peft_model_state_dict

    config = LoraConfig(r=2, lora_alpha=4, target_modules=rf".*\.({names})", init_lora_weights=False)
    torch.manual_seed(1)
    model = get_peft_model(plain(base), config).eval()
    save_adapter(model, get_peft_model_state_dict(model, save_embedding_layers=False), info_of(base), folder)
    return model


def plain(base: Path) -> torch.nn.Module:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(str(base))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adapters")
    for seed, name in enumerate(("base", "other")):
        save_language_model(folder / name, seed=seed)
    make_adapter(folder / "base", folder / "adapter")
    return folder


def logits(model: torch.nn.Module) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.tensor([[1, 20, 30, 40]])).logits


def test_a_saved_adapter_gives_the_same_answers_again(world: Path, tmp_path: Path) -> None:
    made = make_adapter(world / "base", tmp_path / "adapter")
    names = sorted(p.name for p in (tmp_path / "adapter").iterdir())
    assert names == [CONFIG, WEIGHTS, META], "no card that names a path of this machine"
    assert str(world) not in (tmp_path / "adapter" / CONFIG).read_text()
    assert str(world) not in (tmp_path / "adapter" / META).read_text()
    before = logits(plain(world / "base"))
    loaded, info = load_adapter(plain(world / "base"), tmp_path / "adapter")
    assert info == info_of(world / "base") == read_info(tmp_path / "adapter")
    assert torch.equal(logits(loaded), logits(made)) and not torch.allclose(logits(loaded), before)
    assert not any(p.requires_grad for p in loaded.parameters())
    assert adapter_digest(tmp_path / "adapter") == adapter_digest(world / "adapter"), "the same seed"


def test_another_base_model_is_refused_and_both_are_named(world: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"trained on local-dir:base .* the loaded model is local-dir:other"):
        load_adapter(plain(world / "other"), world / "adapter")
    # the name does not count: the weights do
    shutil.copytree(world / "other", world / "renamed" / "base")
    with pytest.raises(ModelUnavailable, match="trained on local-dir:base"):
        load_adapter(plain(world / "renamed" / "base"), world / "adapter")
    shutil.copytree(world / "base", world / "moved")
    _, info = load_adapter(plain(world / "moved"), world / "adapter")
    assert info is not None and info.base_model == "local-dir:base"


def test_a_model_in_another_precision_is_the_same_model(world: Path) -> None:
    from transformers import AutoModelForCausalLM

    half = AutoModelForCausalLM.from_pretrained(str(world / "base"), dtype=torch.bfloat16)
    loaded, _ = load_adapter(half, str(world / "adapter"))
    assert torch.isfinite(logits(loaded)).all()


def test_a_model_that_does_not_say_where_it_came_from(world: Path) -> None:
    model = plain(world / "base")
    model.name_or_path = model.config._name_or_path = ""
    with pytest.raises(ModelUnavailable, match="does not say where it came from"):
        load_adapter(model, world / "adapter")
    load_adapter(model, world / "adapter", base=f"local-dir:{world / 'base'}")


def test_an_adapter_of_others_is_held_against_the_name_of_its_base(world: Path, tmp_path: Path) -> None:
    make_adapter(world / "base", tmp_path / "foreign")
    (tmp_path / "foreign" / META).unlink()
    config = json.loads((tmp_path / "foreign" / CONFIG).read_text())
    for named, fits in (("somebody/base", True), ("somebody/other", False)):
        config["base_model_name_or_path"] = named
        (tmp_path / "foreign" / CONFIG).write_text(json.dumps(config))
        if fits:
            loaded, info = load_adapter(plain(world / "base"), tmp_path / "foreign")
            assert info is None and not torch.allclose(logits(loaded), logits(plain(world / "base")))
        else:
            with pytest.raises(ModelUnavailable, match="trained on somebody/other, the loaded model is local-dir:base"):
                load_adapter(plain(world / "base"), tmp_path / "foreign")


def test_damaged_and_missing_folders_say_what_is_wrong(world: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=rf"{META} cannot be read .*expected a folder that"):
        read_info(tmp_path)
    with pytest.raises(ModelUnavailable, match="neither a folder nor in this machine's cache"):
        load_adapter(plain(world / "base"), tmp_path / "nowhere")
    shutil.copytree(world / "adapter", tmp_path / "a")
    (tmp_path / "a" / META).write_text('{"format": 2}')
    with pytest.raises(ModelUnavailable, match="format"):
        read_info(tmp_path / "a")
    shutil.copy(world / "adapter" / META, tmp_path / "a" / META)
    (tmp_path / "a" / WEIGHTS).write_bytes(b"not tensors")
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        load_adapter(plain(world / "base"), tmp_path / "a")
    (tmp_path / "a" / WEIGHTS).unlink()
    with pytest.raises(ModelUnavailable, match=f"{WEIGHTS} is missing"):
        read_info(tmp_path / "a")


def test_weights_that_fit_only_in_part_are_refused(world: Path, tmp_path: Path) -> None:
    """peft itself warns and goes on with random weights where some are missing."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(world / "adapter", tmp_path / "a")
    weights = load_file(tmp_path / "a" / WEIGHTS)
    weights.pop(sorted(weights)[0])
    save_file(weights, tmp_path / "a" / WEIGHTS)
    with pytest.raises(ModelUnavailable, match="1 tensors stand on one side only|does not fit"):
        load_adapter(plain(world / "base"), tmp_path / "a")


def test_the_digest_is_of_the_weight_files(world: Path, tmp_path: Path) -> None:
    first = base_digest(str(world / "base"))
    assert first == base_digest(f"local-dir:{world / 'base'}") != base_digest(str(world / "other"))
    shutil.copytree(world / "base", tmp_path / "copy")
    (tmp_path / "copy" / "config.json").write_text("{}")
    assert base_digest(str(tmp_path / "copy")) == first
    # the hub's cache: weights are links to files that are named by their SHA-256
    import hashlib

    blobs = tmp_path / "blobs"
    blobs.mkdir()
    name = hashlib.sha256((world / "base" / "model.safetensors").read_bytes()).hexdigest()
    shutil.move(tmp_path / "copy" / "model.safetensors", blobs / name)
    (tmp_path / "copy" / "model.safetensors").symlink_to(blobs / name)
    assert base_digest(str(tmp_path / "copy")) == first
    (tmp_path / "copy" / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="model.safetensors or model.safetensors.index.json is not in"):
        base_digest(str(tmp_path / "copy"))
    index = {"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}
    (tmp_path / "copy" / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelUnavailable, match="one.safetensors, two.safetensors is not in"):
        base_digest(str(tmp_path / "copy"))
