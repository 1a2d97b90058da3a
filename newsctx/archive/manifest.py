"""What an index was built from: the manifest, and whether it fits the archive and the models at hand."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import ValidationError

from newsctx.errors import ArchiveError, IndexMismatch
from newsctx.records import ModelInfo, Record
from newsctx.settings import IndexSettings

FORMAT = 1  # raise it when the meaning of a part changes
FILE = "manifest.json"
SLOTS = {
    "image_text": "image-text encoder", "sentence": "sentence encoder", "second_image": "second image encoder",
    "modulation": "placement modulation",
}  # fmt: skip


class Encoder(Protocol):
    """What a manifest needs to know of a loaded model."""

    info: ModelInfo


class EncoderSlots(Protocol):
    """The model slots that an index depends on; None where the profile has no model, with the reason."""

    @property
    def profile(self) -> str: ...
    @property
    def image_text(self) -> Any: ...
    @property
    def image_text_unavailable(self) -> str: ...
    @property
    def sentence(self) -> Any: ...
    @property
    def sentence_unavailable(self) -> str: ...
    @property
    def second_image(self) -> Any: ...
    @property
    def second_image_unavailable(self) -> str: ...
    @property
    def modulation(self) -> Any: ...


class ModelRef(Record):
    name: str
    digest: str


class PartInfo(Record):
    """One part of the index."""

    state: Literal["built", "unavailable"]
    reason: str = ""  # why it is unavailable
    rows: int = 0  # vectors, articles (words) or photographs (copy)
    missing: int = 0  # photographs that could not be read


class Manifest(Record):
    format: int = FORMAT
    version: str  # the folder of the parts
    archive_version: str
    models: dict[str, ModelRef]
    settings: IndexSettings
    articles: int
    parts: dict[str, PartInfo]


def remedy(archive_dir: Path, profile: str = "NAME") -> str:
    """The command that builds the index."""
    return f"run `python -m newsctx index --archive {archive_dir} --profile {profile}`"


def model_refs(models: EncoderSlots) -> dict[str, ModelRef]:
    """The loaded models by slot."""
    loaded = {slot: getattr(models, slot) for slot in SLOTS}
    return {s: ModelRef(name=m.info.name, digest=m.info.digest) for s, m in loaded.items() if m is not None}


def read(archive_dir: Path, profile: str = "NAME") -> tuple[Manifest, str]:
    """The manifest of an archive's index and its digest.

    Raises:
        ArchiveError: there is no index, or its manifest cannot be read.
        IndexMismatch: an index of another version of this program.
    """
    path = archive_dir / "index" / FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ArchiveError(f"the archive {archive_dir} has no index yet; {remedy(archive_dir, profile)}") from None
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return Manifest.model_validate_json(data), hashlib.sha256(data).hexdigest()[:16]
    except ValidationError as error:
        found = _format_of(data)
        if found is not None and found != FORMAT:
            raise IndexMismatch(
                f"the index of {archive_dir} has format {found}, this program reads {FORMAT}; "
                f"{remedy(archive_dir, profile)}"
            ) from error
        raise ArchiveError(f"{path} is damaged; delete {path.parent} and {remedy(archive_dir, profile)}") from error


def _format_of(data: bytes) -> int | None:
    import json

    try:
        return int(json.loads(data)["format"])
    except (ValueError, KeyError, TypeError):
        return None


def check(manifest: Manifest, archive_dir: Path, version: str, models: EncoderSlots, settings: IndexSettings) -> None:
    """Refuse an index that does not belong to the archive, the models or the settings.

    A profile without an encoder may use an index that has its vectors: they lie unused. A placement modulation is
    inside the photographs' vectors: an index with one is refused where the encoder is loaded without it.

    Raises:
        IndexMismatch: the message names both sides.
    """
    if manifest.format != FORMAT:
        raise IndexMismatch(
            f"the index of {archive_dir} has format {manifest.format}, this program reads format {FORMAT}; "
            f"{remedy(archive_dir, models.profile)}"
        )
    for slot, wanted in model_refs(models).items():
        built = manifest.models.get(slot)
        if built is None or built.digest != wanted.digest:
            other = "without one" if built is None else f"with {_named(built, wanted)}"
            raise IndexMismatch(
                f"{SLOTS[slot]}: index built {other}, settings ask for {_named(wanted, built)}; "
                f"{remedy(archive_dir, models.profile)}"
            )
    modulated = manifest.models.get("modulation")
    if modulated is not None and models.modulation is None and models.image_text is not None:
        raise IndexMismatch(
            f"{SLOTS['modulation']}: index built with {modulated.name}, settings ask for none; "
            f"{remedy(archive_dir, models.profile)}"
        )
    if manifest.archive_version != version:
        raise IndexMismatch(
            f"index built for version {manifest.archive_version} of the archive {archive_dir}, which is now at "
            f"{version}; {remedy(archive_dir, models.profile)}"
        )
    if manifest.settings != settings:
        names = [n for n, v in settings.model_dump().items() if v != getattr(manifest.settings, n)]
        pairs = ", ".join(f"{n} {getattr(manifest.settings, n)!r} against {getattr(settings, n)!r}" for n in names)
        raise IndexMismatch(f"index built with other settings ({pairs}); {remedy(archive_dir, models.profile)}")


def _named(model: ModelRef, other: ModelRef | None) -> str:
    """The name; with the digest where both sides have the same name."""
    same = other is not None and other.name == model.name
    return f"{model.name} (weights {model.digest[:12]})" if same else model.name
