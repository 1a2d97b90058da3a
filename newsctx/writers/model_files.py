"""Which model is meant, whether it can be here, and what tells it from another one; nothing is loaded."""

from __future__ import annotations

import hashlib
import importlib.util
import io
from dataclasses import dataclass
from pathlib import Path

_WHOLE = 8_000_000  # bytes up to which a file is hashed whole; of larger ones size, beginning and end


@dataclass(frozen=True)
class Spec:
    """What is loaded: a folder or `OWNER/NAME`, an adapter likewise, weights and device."""

    model: str
    adapter: str
    quantise: str
    dtype: str
    device: str


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
        if name and is_folder(name) and not (Path(name) / file).is_file():
            return (
                f"caption.{what} {name!r} is not a folder with {file}, nor OWNER/NAME of a model on the hub; give one "
                "of them"
            )
    return ""


def digest(spec: Spec) -> str:
    """Changes with the model: the files of a folder, or the revision of the hub that is in this machine's cache."""
    whole = hashlib.sha256(repr((spec.model, spec.adapter, spec.quantise, spec.dtype)).encode())
    for name in (n for n in (spec.model, spec.adapter) if n):
        folder = Path(name) if is_folder(name) else _cached(name)
        for path in sorted(folder.iterdir()) if folder and folder.is_dir() else []:
            if path.is_file():
                whole.update(path.name.encode() + b"\0" + _sample(path))
    return whole.hexdigest()


def is_folder(name: str) -> bool:
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
