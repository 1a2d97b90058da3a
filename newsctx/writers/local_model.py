"""Loading a vision-language chat model and streaming its answer, with torch and transformers.

Code that comes with a model is never run, and weights are read from safetensors files alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import queue
import threading
from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsctx import hub
from newsctx.adapters import load_adapter
from newsctx.errors import ModelUnavailable
from newsctx.settings import CaptionSettings
from newsctx.writers.language_model import Request

_WHOLE = 8_000_000  # bytes up to which a file is hashed whole; of larger ones size, beginning and end
_BYTES = 8  # tokens after which something is no character any more: UTF-8 has at most four bytes
_DONE = object()


@dataclass(frozen=True)
class Spec:
    """What is loaded: a folder or `OWNER/NAME`, an adapter likewise, weights and device."""

    model: str
    adapter: str
    quantise: str
    dtype: str
    device: str


@dataclass
class Loaded:
    """A model that can be asked; one question at a time."""

    model: Any
    processor: Any
    device: str
    longest: int  # tokens of question and answer together; 0 = not known
    lock: threading.Lock = field(default_factory=threading.Lock)


class Detokeniser:
    """Tokens to text one by one; characters that need several tokens come when they are whole.

    A token is decoded with the few before it, because many tokenisers write a space or not by what stands before; the
    time of a token does not grow with the text.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer, self._ids, self._prefix, self._read = tokenizer, [], 0, 0

    def push(self, token: int) -> str:
        """The text that is certain with this token; "" where a character is not whole yet."""
        self._ids.append(token)
        text = self._new()
        if not text or (text.endswith("\ufffd") and len(self._ids) - self._read < _BYTES):
            return ""
        self._prefix, self._read = self._read, len(self._ids)
        return text

    def rest(self) -> str:
        """What has not been said, at the end."""
        return self._new() if self._read < len(self._ids) else ""

    def _new(self) -> str:
        before = self._decode(self._ids[self._prefix : self._read])
        return self._decode(self._ids[self._prefix :])[len(before) :]

    def _decode(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)


def load(spec: Spec) -> Loaded:
    """Load processor, model and adapter.

    Raises:
        ModelUnavailable: something is not there or cannot be read; says how to get it.
    """
    if why := missing(spec):
        raise ModelUnavailable(why)
    try:
        with hub.offline() if _is_folder(spec.model) and _is_folder(spec.adapter) else hub.at_once():
            return _load(spec)
    except ModelUnavailable:
        raise
    except Exception as error:  # every library behind this has exceptions of its own
        why = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise ModelUnavailable(f"caption model {spec.model!r} cannot be loaded: {why}{_remedy(spec)}") from error


def missing(spec: Spec) -> str:
    """Why a model cannot be loaded, as far as that shows without loading it; "" where nothing is known against it."""
    if spec.quantise != "none":
        for package in ("bitsandbytes", "accelerate"):
            if importlib.util.find_spec(package) is None:
                return (
                    f"caption.quantise is {spec.quantise!r}, which needs the package {package}: `pip install "
                    f"{package}`, or set caption.quantise to none"
                )
    if spec.adapter and importlib.util.find_spec("peft") is None:
        return (
            f"the adapter {spec.adapter!r} needs the package peft: `pip install peft`, or leave caption.adapter empty"
        )
    for what, name, file in (("model", spec.model, "config.json"), ("adapter", spec.adapter, "adapter_config.json")):
        if name and _is_folder(name) and not (Path(name) / file).is_file():
            return (
                f"caption.{what} {name!r} is not a folder with {file}, nor OWNER/NAME of a model on the hub; give one "
                "of them"
            )
    return ""


def digest(spec: Spec) -> str:
    """Changes with the model: the files of a folder, or the revision of the hub that is in this machine's cache."""
    whole = hashlib.sha256(repr((spec.model, spec.adapter, spec.quantise, spec.dtype)).encode())
    for name in (n for n in (spec.model, spec.adapter) if n):
        folder = Path(name) if _is_folder(name) else _cached(name)
        for path in sorted(folder.iterdir()) if folder and folder.is_dir() else []:
            if path.is_file():
                whole.update(path.name.encode() + b"\0" + _sample(path))
    return whole.hexdigest()


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


def _is_folder(name: str) -> bool:
    """A path, or nothing, and not `OWNER/NAME`: a folder that exists wins over a model of the hub."""
    return not name or Path(name).is_dir() or name.startswith((".", "/", "~")) or name.count("/") != 1


def _cached(name: str) -> Path | None:
    """The folder of a hub model in this machine's cache."""
    from huggingface_hub import try_to_load_from_cache

    for file in ("config.json", "adapter_config.json"):
        if isinstance(found := try_to_load_from_cache(name, file), str):
            return Path(found).parent
    return None


def _sample(path: Path) -> bytes:
    """Of a large file its size, beginning and end: hashing 7 GB would take longer than a caption."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _WHOLE:
            return hashlib.file_digest(file, "sha256").digest()
        whole = hashlib.sha256(f"{size}".encode() + file.read(_WHOLE // 2))
        file.seek(-_WHOLE // 2, io.SEEK_END)
        whole.update(file.read())
    return whole.digest()


def _remedy(spec: Spec) -> str:
    """How to get a model of the hub that is not here."""
    if _is_folder(spec.model):
        return ". Expected a folder that `save_pretrained` wrote: model, processor and chat template."
    return (
        f". Remedy: load it once with a network, or `hf download {spec.model}` on a machine with one and copy its "
        "cache here, or give a folder as caption.model."
    )
