"""A randomly initialised open_clip model, as a folder that `local-dir:` loads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from newsctx.errors import TrainingError
from newsctx.training.saving import CONFIG, save_model
from newsctx.training.tokenizer import SPECIAL, train_tokenizer

SMALL = Path(__file__).with_name("embedded_config.json")  # the configuration of the embedded model


def read_config(path: Path) -> dict[str, Any]:
    """The `model_cfg` and `preprocess_cfg` of an open_clip configuration.

    Raises:
        TrainingError: unreadable, or without a model.
    """
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read as a model configuration: {error}.") from error
    model = config.get("model_cfg") if isinstance(config, dict) else None
    if not isinstance(model, dict) or not {"embed_dim", "vision_cfg", "text_cfg"} <= set(model):
        raise TrainingError(
            f"{path} holds no open_clip model: expected model_cfg with embed_dim, vision_cfg and text_cfg, as in "
            f"{SMALL.name}."
        )
    return {"model_cfg": model, "preprocess_cfg": config.get("preprocess_cfg", {})}


def init_model(config: dict[str, Any], out: Path, seed: int, texts: Iterable[str] = ()) -> dict[str, Any]:
    """Write the model; the same configuration, seed and texts give the same bytes.

    Args:
        texts: what the vocabulary is learned from, where `text_cfg.hf_tokenizer_name` asks for one of its own.

    Returns:
        parameters: numbers of `image`, `text` and all; `vocabulary`: its entries.
    """
    import open_clip
    import torch

    model_cfg = json.loads(json.dumps(config["model_cfg"]))
    text = model_cfg["text_cfg"]
    vocabulary = text.get("vocab_size", 49408)
    if text.get("hf_tokenizer_name"):
        if (text.get("pad_id"), text.get("eos_id"), text.get("pool_type")) != (0, SPECIAL.index("[EOS]"), "eos"):
            raise TrainingError(
                "text_cfg with a vocabulary of its own: expected pad_id 0, eos_id 3 and pool_type eos, got "
                f"{text.get('pad_id')}, {text.get('eos_id')} and {text.get('pool_type')}."
            )
        vocabulary = train_tokenizer(texts, vocabulary, text.get("context_length", 77), out)
        text["vocab_size"] = vocabulary
    torch.manual_seed(seed)
    try:
        model = _build(open_clip, model_cfg)
    except (TypeError, AssertionError, RuntimeError, ValueError) as error:
        raise TrainingError(f"open_clip cannot build this model: {error}; correct model_cfg.") from error
    save_model(model, {"model_cfg": model_cfg, "preprocess_cfg": config["preprocess_cfg"]}, out)
    count = {
        "image": sum(p.numel() for p in model.visual.parameters()),
        "all": sum(p.numel() for p in model.parameters()),
    }
    return {"parameters": count | {"text": count["all"] - count["image"]}, "vocabulary": vocabulary, "config": CONFIG}


def _build(open_clip: Any, model_cfg: dict[str, Any]) -> Any:
    options = dict(model_cfg)
    custom = options.pop("custom_text", False) or "hf_model_name" in options["text_cfg"]
    return (open_clip.CustomTextCLIP if custom else open_clip.CLIP)(**options)
