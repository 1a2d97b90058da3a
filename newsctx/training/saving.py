"""Writing a model as an open_clip `local-dir:` folder, whole files only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from newsctx.cache import write_beside

CONFIG, WEIGHTS = "open_clip_config.json", "open_clip_model.safetensors"


def save_model(model: Any, config: dict[str, Any], folder: Path, tokenizer: Any = None, half: bool = False) -> None:
    """Write configuration, weights and, where the model has a vocabulary of its own, the tokenizer's files.

    Args:
        config: `model_cfg` and `preprocess_cfg`.
        half: floating weights as fp16, half the size; loading widens them again.
    """
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    if tokenizer is not None and config["model_cfg"]["text_cfg"].get("hf_tokenizer_name"):
        tokenizer.save_pretrained(str(folder))
    state = {
        name: (t.half() if half and t.is_floating_point() else t).detach().cpu().contiguous().clone()
        for name, t in model.state_dict().items()
    }
    write_beside(folder / WEIGHTS, save(state))
    write_beside(folder / CONFIG, (json.dumps(config, indent=1) + "\n").encode())


def config_of(name: str, model: Any) -> dict[str, Any]:
    """The configuration of a loaded model, `ARCHITECTURE/WEIGHTS` or `local-dir:PATH`."""
    import open_clip
    from open_clip.pretrained import get_pretrained_cfg

    preprocess = dict(getattr(model.visual, "preprocess_cfg", {}) or {})
    if name.startswith("local-dir:"):
        found = json.loads((Path(name.removeprefix("local-dir:")) / CONFIG).read_bytes())
        return {"model_cfg": found["model_cfg"], "preprocess_cfg": preprocess or found.get("preprocess_cfg", {})}
    architecture, _, tag = name.partition("/")
    config = open_clip.get_model_config(architecture)
    if (get_pretrained_cfg(architecture, tag) or {}).get("quick_gelu"):
        config["quick_gelu"] = True
    return {"model_cfg": config, "preprocess_cfg": preprocess}
