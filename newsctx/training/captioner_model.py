"""The frozen language model of a captioner and the adapter that trains on it."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from newsctx import hub
from newsctx.adapters import ModelClass, base_digest, model_source, public_name
from newsctx.errors import ModelUnavailable, TrainingError
from newsctx.runtime import Device, seed_everything
from newsctx.training.captioner_options import CaptionerOptions

ALL_LINEAR = "all-linear"


@dataclass(frozen=True)
class Base:
    """A loaded model before it has an adapter."""

    model: Any
    tokenizer: Any
    name: str  # without a path of this machine
    digest: str
    model_class: ModelClass
    dtype: torch.dtype


def load_base(name: str, device: Device, options: CaptionerOptions) -> Base:
    """Load a causal language model, or an image-text-to-text model (whose language part will train), and its tokenizer.

    Args:
        name: OWNER/NAME of the hub, a folder, or `local-dir:PATH`. Code that comes with a model is never run.

    Raises:
        ModelUnavailable: it is not there, cannot be read, or `bits` asks for what this machine does not have.
    """
    kwargs = _quantised(options, device)
    source = model_source(name)
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES as SEEING

    dtype = _dtype(options, device)
    try:
        with hub.offline() if Path(source).is_dir() else hub.at_once():
            kind = AutoConfig.from_pretrained(source, trust_remote_code=False).model_type
            model_class: ModelClass = "image-text-to-text" if kind in SEEING else "causal-lm"
            auto = AutoModelForImageTextToText if kind in SEEING else AutoModelForCausalLM
            tokenizer = _tokenizer(source, model_class)
            model = auto.from_pretrained(source, dtype=dtype, trust_remote_code=False, use_safetensors=True, **kwargs)
    except (OSError, ValueError, KeyError, RuntimeError, AttributeError, TypeError, ImportError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:300]
        remedy = hub.how_to_fetch("", "give the folder of a transformers model with its tokenizer")
        raise ModelUnavailable(f"language model {name!r} cannot be loaded: {why}. {remedy}") from error
    if not kwargs:
        model.to(device.name)
    return Base(model, tokenizer, public_name(name), base_digest(name), model_class, dtype)


def with_adapter(base: Base, options: CaptionerOptions) -> Any:
    """The `PeftModel`: all weights frozen but a new adapter's, drawn from the seed.

    Raises:
        TrainingError: a target module that the language model does not have.
        ModelUnavailable: peft is not installed.
    """
    try:
        from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
    except ModuleNotFoundError as error:
        raise ModelUnavailable(
            "`train captioner` needs the package peft, which is not installed: `pip install peft`."
        ) from error
    model, checkpointing = base.model, options.gradient_checkpointing
    how = {"use_reentrant": False}
    targets = target_pattern(model, options.target_modules)
    model.config.use_cache = False
    if options.bits != "none":
        model = prepare_model_for_kbit_training(model, checkpointing, how)
    elif checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs=how)
    seed_everything(options.seed)
    config = LoraConfig(
        r=options.rank, lora_alpha=options.alpha, lora_dropout=options.dropout, target_modules=targets,
        bias="none", task_type="CAUSAL_LM",
    )  # fmt: skip
    return get_peft_model(model, config)


def target_pattern(model: Any, names: tuple[str, ...]) -> str:
    """The modules that get an adapter, as the regular expression that peft matches with whole names.

    A vision tower often has layers of the same names (`q_proj`): only those of the language model train, because no
    photograph is shown in training.
    """
    decoder, output = model.get_decoder(), model.get_output_embeddings()
    prefix = next(name for name, module in model.named_modules() if module is decoder)
    inside = [
        name.rpartition(".")[2] for name, m in decoder.named_modules() if name and _is_linear(m) and m is not output
    ]
    known = list(dict.fromkeys(inside))
    wanted = known if names == (ALL_LINEAR,) else list(dict.fromkeys(names))
    unknown = [n for n in wanted if n not in known]
    if unknown or not known:
        raise TrainingError(
            f"target_modules {', '.join(unknown) or names}: the language model of {type(model).__name__} has no linear "
            f"layers of that name; expected {ALL_LINEAR} or some of {', '.join(known) or 'none at all'}."
        )
    start = re.escape(prefix) + r"\." if prefix else ""
    return rf"{start}(?:.*\.)?(?:{'|'.join(map(re.escape, wanted))})"


def _is_linear(module: Any) -> bool:
    from transformers.pytorch_utils import Conv1D

    return isinstance(module, (torch.nn.Linear, Conv1D))


def _tokenizer(source: str, model_class: ModelClass) -> Any:
    """The tokenizer; some models keep the chat template with the processor."""
    from transformers import AutoProcessor, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
    if model_class == "image-text-to-text" and not tokenizer.chat_template:
        processor = AutoProcessor.from_pretrained(source, trust_remote_code=False)
        tokenizer.chat_template = getattr(processor, "chat_template", None)
    return tokenizer


def _dtype(options: CaptionerOptions, device: Device) -> torch.dtype:
    if options.dtype == "auto":
        return torch.bfloat16 if device.name.startswith("cuda") else torch.float32
    return getattr(torch, options.dtype)


def _quantised(options: CaptionerOptions, device: Device) -> dict[str, Any]:
    """What `from_pretrained` needs for 8 or 4 bits; nothing for `none`."""
    if options.bits == "none":
        return {}
    if not device.name.startswith("cuda"):
        raise ModelUnavailable(
            f"bits {options.bits!r} needs a CUDA device, and this runs on {device.name} ({device.reason}): give "
            "`--bits none`, or train on a machine with one."
        )
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ModelUnavailable(
            f"bits {options.bits!r} needs the package bitsandbytes, which is not installed: `pip install "
            "bitsandbytes`, or give `--bits none`."
        )
    from transformers import BitsAndBytesConfig

    if options.bits == "8":
        config = BitsAndBytesConfig(load_in_8bit=True)
    else:  # QLoRA sec. 3: NormalFloat, quantisation constants quantised, too
        config = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=_dtype(options, device),
        )  # fmt: skip
    return {"quantization_config": config, "device_map": {"": device.name}}
