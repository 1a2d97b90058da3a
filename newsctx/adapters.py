"""LoRA adapters of caption writers: peft's own files, and beside them what they belong to and how they are asked.

A folder holds `adapter_config.json` and `adapter_model.safetensors` (peft's format, so that any program of that library
loads it) and `newsctx_adapter.json`: the base model with the digest of its weights, the prompt that was trained with,
the data and what was measured. An adapter on another base model gives fluent nonsense, so that is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from newsctx.cache import digest, write_beside
from newsctx.errors import ModelUnavailable
from newsctx.records import Record, Sha256
from newsctx.runtime import files_digest

CONFIG, WEIGHTS, META = "adapter_config.json", "adapter_model.safetensors", "newsctx_adapter.json"
LOCAL = "local-dir:"
ModelClass = Literal["causal-lm", "image-text-to-text"]
_WHOLE, _INDEX = "model.safetensors", "model.safetensors.index.json"


class TrainedPrompt(Record):
    """The prompt of the training, with its gaps: an adapter is asked in the words that it learned to answer."""

    name: Annotated[str, Field(min_length=1)]  # as `PromptSent.template`: `synthesise@1`
    preset: str = ""  # of the caption settings
    system: str = ""
    text: Annotated[str, Field(min_length=1)]
    chat: bool  # it stood in the tokenizer's chat template


class AdapterInfo(Record):
    """What an adapter is of."""

    format: Literal[1] = 1
    name: Annotated[str, Field(min_length=1)]
    base_model: Annotated[str, Field(min_length=1)]  # without a path of the machine that trained it
    base_digest: Sha256  # `base_digest` of its weights
    model_class: ModelClass
    prompt: TrainedPrompt
    bits: Literal["8", "4", "none"]  # of the base model while it trained
    rank: Annotated[int, Field(ge=1)]
    max_length: Annotated[int, Field(ge=1)]  # tokens
    data_hash: Sha256
    seed: int
    metrics: dict[str, float] = Field(default_factory=dict)


def model_source(name: str) -> str:
    """What transformers loads: the folder of `local-dir:PATH` or PATH, else the hub's name as it is."""
    return name.removeprefix(LOCAL)


def public_name(name: str) -> str:
    """A model's name without a path of this machine."""
    source = Path(model_source(name))
    return f"{LOCAL}{source.resolve().name}" if name.startswith(LOCAL) or source.is_dir() else name


def base_digest(name: str) -> str:
    """SHA-256 (hex) of a model's weight files as they lie in its folder or the hub's cache, by name and content.

    The same for every way to load them (8-bit, bf16, CPU or GPU), so that what was trained on a quantised model runs on
    the plain one. Files of the hub's cache are named by their SHA-256 and are not read again.

    Raises:
        ModelUnavailable: no such folder, nothing in the cache, or no weights there.
    """
    folder = _folder(name)
    files = _weight_files(folder)
    missing = [f for f in files if not (folder / f).is_file()]
    if missing or not files:
        raise ModelUnavailable(
            f"model {name!r}: {', '.join(missing) or f'{_WHOLE} or {_INDEX}'} is not in {folder}; expected the "
            "folder of a transformers model with all of its weights: copy or download it again."
        )
    return digest([[f, _content(folder / f)] for f in files])


def read_info(folder: Path) -> AdapterInfo:
    """What the adapter in a folder is of; reads no weights.

    Raises:
        ModelUnavailable: it is no adapter that `train captioner` wrote, or a damaged one.
    """
    try:
        info = AdapterInfo.model_validate_json((folder / META).read_bytes())
    except OSError as error:
        raise ModelUnavailable(
            f"adapter {folder}: {META} cannot be read ({error.strerror}); expected a folder that "
            "`python -m newsctx train captioner --out` wrote, with all of its files."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ModelUnavailable(f"adapter {folder}: {META}, {where}: {first['msg']}; train it again.") from error
    missing = [f for f in (CONFIG, WEIGHTS) if not (folder / f).is_file()]
    if missing:
        raise ModelUnavailable(f"adapter {folder}: {' and '.join(missing)} is missing; copy the whole folder again.")
    return info


def adapter_digest(folder: Path) -> str:
    """SHA-256 (hex) of an adapter's weights, configuration and prompt: another one writes other captions."""
    return files_digest([folder / CONFIG, folder / WEIGHTS, folder / META])


def load_adapter(model: Any, adapter: str | Path, base: str | None = None) -> tuple[Any, AdapterInfo | None]:
    """Put an adapter on a loaded transformers model, for inference.

    Args:
        model: a `PreTrainedModel` as `from_pretrained` gave it, in any precision, also quantised.
        adapter: a folder, or OWNER/NAME of the hub (fetched if the caller's `hub.at_once()` allows it); what `train
            captioner` wrote, or any LoRA adapter in peft's format.
        base: name or folder that the model was loaded from; None: as the model itself remembers it.

    Returns:
        The model with the adapter (a `PeftModel` in evaluation mode; `generate` works as before), and what the adapter
        is of: `info.prompt` is the prompt to ask it with. None for an adapter of others, which only names its base.

    Raises:
        ModelUnavailable: peft is not installed, a damaged adapter, or one of another base model (names both).
    """
    folder = _folder(str(adapter), fetch=(CONFIG, WEIGHTS, META))
    name = base or str(getattr(model, "name_or_path", ""))
    if not (folder / META).is_file() and (folder / CONFIG).is_file():
        _check_name(folder, name)
        return _attach(model, folder, folder.name), None
    info = read_info(folder)
    if not name:
        raise ModelUnavailable(
            f"adapter {info.name!r} is of {info.base_model}: the loaded model does not say where it came from, so it "
            "cannot be compared; pass the name or folder it was loaded from."
        )
    found = base_digest(name)
    if found != info.base_digest:
        raise ModelUnavailable(
            f"adapter {info.name!r} ({folder}) cannot be loaded: it was trained on {info.base_model} (weights "
            f"{info.base_digest[:12]}), the loaded model is {public_name(name)} (weights {found[:12]}). Load "
            f"{info.base_model} with it, or train an adapter for {public_name(name)}."
        )
    return _attach(model, folder, info.name), info


def save_adapter(model: Any, weights: Mapping[str, Any], info: AdapterInfo, folder: Path) -> None:
    """Write a trained adapter, whole files only; the metadata last, so that a folder with it is complete.

    Args:
        model: the `PeftModel`, for its configuration.
        weights: name -> tensor, as peft's `get_peft_model_state_dict` names them.
    """
    from safetensors.torch import save

    config = {k: _plain(v) for k, v in model.peft_config["default"].to_dict().items()}
    config |= {"base_model_name_or_path": info.base_model, "inference_mode": True}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / META).unlink(missing_ok=True)
    write_beside(folder / WEIGHTS, save({k: weights[k].detach().cpu().contiguous() for k in sorted(weights)}))
    write_beside(folder / CONFIG, (json.dumps(config, indent=1, sort_keys=True) + "\n").encode())
    write_beside(folder / META, (info.model_dump_json(indent=1) + "\n").encode())


def _check_name(folder: Path, loaded: str) -> None:
    """Of an adapter of others, whose base is known by name alone: its last part has to agree."""
    try:
        named = str(json.loads((folder / CONFIG).read_bytes())["base_model_name_or_path"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(f"adapter {folder}: {CONFIG} cannot be read ({error!r}); copy it again.") from error
    if Path(named).name != Path(model_source(loaded)).resolve().name:
        raise ModelUnavailable(
            f"adapter {folder} cannot be loaded: it was trained on {named}, the loaded model is {public_name(loaded)}. "
            f"Load {named} with it; if both are the same weights, put {Path(model_source(loaded)).name} as "
            f"base_model_name_or_path into its {CONFIG}."
        )


def _attach(model: Any, folder: Path, name: str) -> Any:
    try:
        from peft import PeftModel, get_peft_model_state_dict
    except ModuleNotFoundError as error:
        raise ModelUnavailable("adapters need the package peft, which is not installed: `pip install peft`.") from error
    from safetensors import SafetensorError, safe_open

    try:
        loaded = PeftModel.from_pretrained(model, str(folder), is_trainable=False)
        with safe_open(folder / WEIGHTS, "pt") as file:
            stored = set(file.keys())
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:300]
        raise ModelUnavailable(f"adapter {name!r} ({folder}) cannot be loaded: {why}; train it again.") from error
    # peft warns where names do not meet and goes on with random weights
    strange = sorted(stored ^ set(get_peft_model_state_dict(loaded, save_embedding_layers=False)))
    if strange:
        raise ModelUnavailable(
            f"adapter {name!r} ({folder}) does not fit the loaded {type(model).__name__}: {len(strange)} tensors stand "
            f"on one side only, first {strange[0]}; load its own base model, with the class it was trained with."
        )
    return loaded.eval()


def _folder(name: str, fetch: tuple[str, ...] = ()) -> Path:
    """Where a folder or a repository of the hub lies; of a repository, `fetch` names the files that may be fetched."""
    source = model_source(name)
    if Path(source).is_dir():
        return Path(source)
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HFValidationError

    from newsctx import hub

    try:
        cached_only = constants.HF_HUB_OFFLINE or not fetch
        return Path(snapshot_download(source, local_files_only=cached_only, allow_patterns=list(fetch) or None))
    except (HFValidationError, OSError) as error:
        raise ModelUnavailable(
            f"{name!r} is neither a folder nor in this machine's cache of the hub; expected the folder of a "
            f"transformers model or of an adapter, or OWNER/NAME. {hub.how_to_fetch('', 'give its folder')}"
        ) from error


def _weight_files(folder: Path) -> list[str]:
    """The files that transformers reads; pickled weights are not read here at all."""
    if (folder / _WHOLE).is_file() or not (folder / _INDEX).is_file():
        return [_WHOLE] if (folder / _WHOLE).is_file() else []
    try:
        return sorted(set(json.loads((folder / _INDEX).read_bytes())["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable(f"model {folder}: {_INDEX} cannot be read ({error!r}); copy it again.") from error


def _content(path: Path) -> str:
    real = path.resolve()
    if real.parent.name == "blobs" and len(real.name) == 64:  # the hub's cache
        return real.name
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(value: Any) -> Any:
    """peft's enumerations and sets as JSON has them."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return getattr(value, "value", value)
