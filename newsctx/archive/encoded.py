"""Which encoders an archive has vectors of, by name: known without loading a model.

Vectors lie under the digest of the weights, which only a loaded model knows. An index run therefore notes the name
beside the digest, so that the interface can say beforehand what a change of the model would cost.
"""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from newsctx.archive import manifest as manifests
from newsctx.archive.manifest import ModelRef
from newsctx.cache import write_beside
from newsctx.errors import NewsctxError
from newsctx.records import Record

log = logging.getLogger(__name__)
FILE = "encoders.json"
#: Model slot -> kind of its photographs' vectors; a model may fill both slots, with the same name.
KINDS = {"image_text": "image", "second_image": "second"}


class Known(Record):
    """An encoder of photographs that an index run has worked with."""

    digest: str
    archive_version: str = ""  # the last one that was encoded to the end; empty: none yet


@dataclass(frozen=True)
class Encoded:
    """What is there of one encoder's vectors."""

    complete: bool = False  # everything of this version of the archive is encoded
    photos: int = 0  # photographs with a vector, of any version of the archive


def note_all(index: Path, encoders: Mapping[str, ModelRef], archive_version: str = "") -> None:
    """`note` of every encoder of photographs among the models of an index run."""
    for slot in KINDS:
        note(index, encoders.get(slot), archive_version, slot)


def note(index: Path, encoder: ModelRef | None, archive_version: str = "", slot: str = "image_text") -> None:
    """Remember an encoder's name and digest; with `archive_version` once everything of that version is encoded."""
    if encoder is None:
        return
    known = _read(index)
    key = _key(encoder.name, slot)
    before = known.get(key)
    if not archive_version and before and before.digest == encoder.digest:
        return
    known[key] = Known(digest=encoder.digest, archive_version=archive_version)
    plain = {name: one.model_dump() for name, one in sorted(known.items())}
    write_beside(index / FILE, (json.dumps(plain, indent=1) + "\n").encode())


def encoded(archive_dir: Path, name: str, archive_version: str, slot: str = "image_text") -> Encoded:
    """What an archive has of the encoder that documents call `name`, in a slot of KINDS."""
    index = archive_dir / "index"
    known = _read(index).get(_key(name, slot)) or _of_manifest(archive_dir, name, slot)
    if known is None:
        return Encoded()
    parts = sorted((index / "vectors" / f"{KINDS[slot]}-{known.digest[:16]}").glob("*.npz"))
    return Encoded(known.archive_version == archive_version, sum(_rows(p) for p in parts))


def _key(name: str, slot: str) -> str:
    return name if slot == "image_text" else f"{slot} {name}"


def _read(index: Path) -> dict[str, Known]:
    """Nothing where the note is missing or damaged: it only foretells a cost."""
    try:
        return {n: Known.model_validate(k) for n, k in json.loads((index / FILE).read_bytes()).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, ValidationError) as error:
        log.warning("%s cannot be read (%s); costs are foretold without it", index / FILE, error)
        return {}


def _of_manifest(archive_dir: Path, name: str, slot: str) -> Known | None:
    """An index that was built before there were notes."""
    try:
        manifest, _ = manifests.read(archive_dir)
    except NewsctxError:
        return None
    ref = manifest.models.get(slot)
    return Known(digest=ref.digest, archive_version=manifest.archive_version) if ref and ref.name == name else None


@lru_cache(maxsize=20_000)
def _rows(part: Path) -> int:
    """Vectors in a stored part; parts are named by their content and never change."""
    try:
        with np.load(part, allow_pickle=False) as stored:
            return len(stored["keys"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return 0  # damaged: the next index run computes it anew
