"""Loading a vision-language chat model and streaming its answer, with torch and transformers.

Code that comes with a model is never run, and weights are read from safetensors files alone.
"""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from newsctx import hub
from newsctx.adapters import load_adapter
from newsctx.errors import ModelUnavailable
from newsctx.settings import CaptionSettings
from newsctx.writers.detokeniser import Detokeniser
from newsctx.writers.language_model import Request
from newsctx.writers.model_files import Spec, is_folder, missing

_DONE = object()


@dataclass
class Loaded:
    """A model that can be asked; one question at a time."""

    model: Any
    processor: Any
    device: str
    longest: int  # tokens of question and answer together; 0 = not known
    lock: threading.Lock = field(default_factory=threading.Lock)


def load(spec: Spec) -> Loaded:
    """Load processor, model and adapter.

    Raises:
        ModelUnavailable: something is not there or cannot be read; says how to get it.
    """
    if why := missing(spec):
        raise ModelUnavailable(why)
    try:
        with hub.offline() if is_folder(spec.model) and is_folder(spec.adapter) else hub.at_once():
            return _load(spec)
    except ModelUnavailable:
        raise
    except Exception as error:  # every library behind this has exceptions of its own
        why = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise ModelUnavailable(f"caption model {spec.model!r} cannot be loaded: {why}{_remedy(spec)}") from error


def generate(get: Callable[[], Loaded], request: Request, settings: CaptionSettings) -> Generator[str, None, None]:
    """Pieces of the answer, "" at least every `draft_seconds`; closing it stops the model at its next token.

    The model is loaded and asked in a thread of its own. Greedy where the temperature is 0.

    Raises:
        ModelUnavailable: see `load`; or the question is longer than the model reads, or memory is full.
    """
    pieces: queue.Queue[object] = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(
        target=_answer, args=(get, request, settings, pieces, stop), name="caption-model", daemon=True
    )
    thread.start()
    try:
        while True:
            try:
                item = pieces.get(timeout=settings.draft_seconds)
            except queue.Empty:
                yield ""
                continue
            if item is _DONE:
                return
            if isinstance(item, BaseException):
                raise item
            yield str(item)
    finally:
        stop.set()  # the next question waits for the lock, so that a long forward pass may end by itself
        thread.join(timeout=settings.draft_seconds)


def _load(spec: Spec) -> Loaded:
    import torch
    from huggingface_hub import constants
    from transformers import AutoModelForImageTextToText, AutoProcessor

    here = {"local_files_only": constants.HF_HUB_OFFLINE, "trust_remote_code": False}
    processor = AutoProcessor.from_pretrained(spec.model, **here)
    dtype: Any = "auto" if spec.dtype == "auto" else getattr(torch, spec.dtype)
    extra = {"quantization_config": _bits(spec.quantise), "device_map": spec.device} if spec.quantise != "none" else {}
    model = AutoModelForImageTextToText.from_pretrained(spec.model, dtype=dtype, use_safetensors=True, **extra, **here)
    if spec.adapter:
        model, _ = load_adapter(model, spec.adapter, spec.model)
    model = model.eval() if extra else model.to(spec.device).eval()
    text = model.config.get_text_config() if hasattr(model.config, "get_text_config") else model.config
    return Loaded(model, processor, spec.device, int(getattr(text, "max_position_embeddings", 0) or 0))


def _bits(quantise: str) -> Any:
    import torch
    from transformers import BitsAndBytesConfig

    if quantise == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )  # QLoRA (Dettmers et al. 2023): NF4 with double quantisation


def _answer(
    get: Callable[[], Loaded], request: Request, settings: CaptionSettings, pieces: queue.Queue[object],
    stop: threading.Event,
) -> None:  # fmt: skip
    """Load, ask, put every piece and at last the end or the error."""
    try:
        loaded = get()
        with loaded.lock:
            if not stop.is_set():
                _ask(loaded, request, settings, pieces, stop)
        pieces.put(_DONE)
    except BaseException as error:
        pieces.put(_explained(error, settings))


def _ask(
    loaded: Loaded, request: Request, settings: CaptionSettings, pieces: queue.Queue[object], stop: threading.Event
) -> None:
    import torch
    from transformers import StoppingCriteria, StoppingCriteriaList
    from transformers.generation.streamers import BaseStreamer

    class Stopped(StoppingCriteria):
        def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:
            return torch.full((input_ids.shape[0],), stop.is_set(), dtype=torch.bool, device=input_ids.device)

    class Pieces(BaseStreamer):  # the library's own waits for spaces, which some languages never write
        def __init__(self) -> None:
            self.words: Detokeniser | None = None

        def put(self, value: torch.Tensor) -> None:
            if self.words is None:  # the first call brings the prompt
                self.words = Detokeniser(tokenizer)
                return
            for token in value.reshape(-1).tolist():
                if text := self.words.push(token):
                    pieces.put(text)

        def end(self) -> None:
            if self.words and (text := self.words.rest()):
                pieces.put(text)

    inputs = _inputs(loaded, request)
    length = int(inputs["input_ids"].shape[-1])
    if loaded.longest and length + settings.max_new_tokens > loaded.longest:
        raise ModelUnavailable(
            f"the prompt has {length:,} tokens and the answer may have {settings.max_new_tokens:,}, the caption model "
            f"reads {loaded.longest:,}; lower caption.evidence_chars or caption.image_side"
        )
    tokenizer = getattr(loaded.processor, "tokenizer", loaded.processor)
    how: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    seeded = nullcontext()
    if settings.temperature > 0:
        how = {"do_sample": True, "temperature": settings.temperature}
        seeded = torch.random.fork_rng(devices=_cuda(loaded.device))
    with torch.inference_mode(), seeded:
        if settings.temperature > 0:
            torch.manual_seed(settings.seed)
        loaded.model.generate(
            **inputs, **how, max_new_tokens=settings.max_new_tokens,
            streamer=Pieces(),
            stopping_criteria=StoppingCriteriaList([Stopped()]),
        )  # fmt: skip


def _inputs(loaded: Loaded, request: Request) -> Any:
    """The chat as the model's own template words it; a template without a system part gets it before the question."""
    from jinja2 import TemplateError
    from PIL import Image

    look: list[dict[str, Any]] = []
    if request.photograph is not None:
        look = [{"type": "image", "image": Image.open(io.BytesIO(request.photograph)).convert("RGB")}]
    system = {"role": "system", "content": [{"type": "text", "text": request.system}]}
    user = {"role": "user", "content": [*look, {"type": "text", "text": request.text}]}
    joined = {"role": "user", "content": [*look, {"type": "text", "text": f"{request.system}\n\n{request.text}"}]}
    how = {"add_generation_prompt": True, "tokenize": True, "return_dict": True, "return_tensors": "pt"}
    try:
        inputs = loaded.processor.apply_chat_template([system, user], **how)
    except TemplateError:
        inputs = loaded.processor.apply_chat_template([joined], **how)
    return inputs.to(loaded.device, dtype=loaded.model.dtype)


def _explained(error: BaseException, settings: CaptionSettings) -> BaseException:
    """Errors of torch and transformers in words for the analyst."""
    import torch

    if isinstance(error, torch.OutOfMemoryError):
        return ModelUnavailable(
            f"caption model {settings.model!r} does not fit into memory with this question; lower caption.image_side "
            "or caption.evidence_chars, set caption.quantise, or choose a smaller model"
        )
    if isinstance(error, ModelUnavailable) or not isinstance(error, Exception):
        return error
    why = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    told = ModelUnavailable(
        f"caption model {settings.model!r} failed: {why}; it has to be an image-text-to-text model with a chat template"
    )
    told.__cause__ = error
    return told


def _cuda(device: str) -> list[str]:
    return [device] if device.startswith("cuda") else []


def _remedy(spec: Spec) -> str:
    """How to get a model of the hub that is not here."""
    if is_folder(spec.model):
        return ". Expected a folder that `save_pretrained` wrote: model, processor and chat template."
    return (
        f". Remedy: load it once with a network, or `hf download {spec.model}` on a machine with one and copy its "
        "cache here, or give a folder as caption.model."
    )
