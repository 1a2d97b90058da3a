"""A case in one ZIP file, for another machine: photograph, inputs, overrides, trail, captions, the last whole run.

A bundle is untrusted: only the members named here are read, each bounded in size and held against the manifest's
digests, nothing is ever unpacked to a path, and a trail that does not verify is refused.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from newsctx import __version__, audit
from newsctx.audit import AuditEntry
from newsctx.case_db import now
from newsctx.case_records import Case, CaseStatus
from newsctx.case_results import caption_digest
from newsctx.document import ArchiveInfo, Document
from newsctx.errors import CaseError, OverrideError
from newsctx.overrides import parse_override
from newsctx.records import CaptionVersion, Inputs, ModelInfo, Rank, Record, Sha256, Typed
from newsctx.settings import Settings

FORMAT = "newsctx.case/1"
MANIFEST, PHOTO = "manifest.json", "photograph"
MEMBERS = ("case.json", "overrides.json", "trail.json", "captions.json", "document.json", PHOTO)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes
T = TypeVar("T")
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d(T[0-9:.]{5,15}(\+00:00|Z)?)?$")]  # the list sorts by it


class Member(Record):
    """One file of the bundle."""

    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]


class Manifest(Record):
    """What made the bundle, and the digest of every other member."""

    format: Literal["newsctx.case/1"] = FORMAT
    case_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]  # it becomes part of file names
    made: str
    newsctx: str  # version
    archive: ArchiveInfo | None = None  # of the run
    models: tuple[ModelInfo, ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)
    trail_entries: int
    trail_head: str  # an anchor: keep it
    members: dict[str, Member]


class BundledCase(Record):
    """The case itself."""

    case_id: str
    title: Annotated[Typed, Field(min_length=1, max_length=200)]
    created: Moment
    updated: Moment
    photo_sha256: Sha256
    filename: Annotated[Typed, Field(max_length=1000)]
    inputs: Inputs
    status: CaseStatus
    tags: Annotated[tuple[Annotated[Typed, Field(min_length=1, max_length=50)], ...], Field(max_length=20)]
    archived: bool


class BundledOverride(Record):
    """An override as it was stored: the trail holds it in the same words."""

    number: Rank
    made: str
    who: str
    state: Literal["live", "undone", "dropped"]
    action: dict[str, Any]


class Bundle(Record):
    """A case with all that belongs to it."""

    case: BundledCase
    photo: bytes
    overrides: tuple[BundledOverride, ...] = ()
    trail: tuple[AuditEntry, ...] = ()
    captions: tuple[CaptionVersion, ...] = ()
    document: Document | None = None  # of the last run that came to its end
    manifest: Manifest | None = None  # of a bundle that was read


_PARTS: dict[str, TypeAdapter[Any]] = {
    "case.json": TypeAdapter(BundledCase),
    "overrides.json": TypeAdapter(tuple[BundledOverride, ...]),
    "trail.json": TypeAdapter(tuple[AuditEntry, ...]),
    "captions.json": TypeAdapter(tuple[CaptionVersion, ...]),
    "document.json": TypeAdapter(Document | None),
}


def bundled(case: Case) -> BundledCase:
    """The part of a case that stands in `case.json`."""
    return BundledCase.model_validate(case.model_dump(include=set(BundledCase.model_fields)))


def pack(bundle: Bundle) -> bytes:
    """The bytes of the ZIP file."""
    parts = {name: getattr(bundle, name.removesuffix(".json")) for name in _PARTS}
    files = {name: _PARTS[name].dump_json(part, by_alias=True) for name, part in parts.items()} | {PHOTO: bundle.photo}
    document = bundle.document
    manifest = Manifest(
        case_id=bundle.case.case_id, made=now(), newsctx=__version__,
        archive=document.archive if document else None, models=document.models if document else (),
        settings=document.settings if document else {}, trail_entries=len(bundle.trail),
        trail_head=bundle.trail[-1].hash if bundle.trail else "",
        members={n: Member(sha256=hashlib.sha256(d).hexdigest(), bytes=len(d)) for n, d in files.items()},
    )  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {MANIFEST: manifest.model_dump_json(indent=2).encode(), **files}.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(path: Path, settings: Settings) -> Bundle:
    """Read a bundle. Raises CaseError where it is not one, is too large, or was altered."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = _members(archive, path, settings)
    except OSError as error:
        raise CaseError(f"The bundle {path} cannot be read: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise CaseError(f"{path} is no case bundle ({error}). Export the case again with `cases export`.") from error
    manifest = _read(TypeAdapter(Manifest), files[MANIFEST], MANIFEST, path)
    for name in MEMBERS:
        known = manifest.members.get(name)
        if known is None or hashlib.sha256(files[name]).hexdigest() != known.sha256:
            raise CaseError(
                f"{path}: {name} is not what the manifest says: the bundle was altered or is damaged. Export it again."
            )
    parts = {name.removesuffix(".json"): _read(kind, files[name], name, path) for name, kind in _PARTS.items()}
    bundle = Bundle(**parts, photo=files[PHOTO], manifest=manifest)
    _sound(bundle, manifest, path)
    return bundle


def _members(archive: zipfile.ZipFile, path: Path, settings: Settings) -> dict[str, bytes]:
    infos = archive.infolist()
    names, expected = sorted(i.filename for i in infos), sorted((MANIFEST, *MEMBERS))
    if names != expected:
        odd = next((n for n in names if n not in expected or names.count(n) > 1), "")
        wrong = f"the member {odd[:80]!r} does not belong there" if odd else "a member is missing"
        raise CaseError(f"{path} is no case bundle: {wrong}; expected {', '.join(expected)}.")
    if any(i.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for i in infos):
        raise CaseError(f"{path} is packed in another way than bundles are. Export the case again.")  # unfold unbounded
    left = settings.cases.bundle_bytes
    files: dict[str, bytes] = {}
    for info in infos:
        most = min(left, settings.photo.max_bytes) if info.filename == PHOTO else left
        with archive.open(info) as member:
            data = member.read(most + 1)  # what the header says of the size is not trusted
        if len(data) > most:
            raise CaseError(
                f"{path}: {info.filename} is larger than {most:,} bytes. Raise cases.bundle_bytes or photo.max_bytes "
                "if you trust where it comes from."
            )
        left -= len(data)
        files[info.filename] = data
    return files


def _read(kind: TypeAdapter[T], data: bytes, name: str, path: Path) -> T:
    try:
        return kind.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(p) for p in first["loc"])
        raise CaseError(
            f"{path}: {name} {where}: {first['msg']}. It was made by another version of newsctx, or by something else."
        ) from error


def _sound(bundle: Bundle, manifest: Manifest, path: Path) -> None:
    """The members belong together, and the trail holds. Raises CaseError."""
    case = bundle.case
    if hashlib.sha256(bundle.photo).hexdigest() != case.photo_sha256:
        raise CaseError(f"{path}: the photograph is not the one of the case. Export the case again.")
    if {case.case_id, *(e.case_id for e in bundle.trail)} != {manifest.case_id}:
        raise CaseError(f"{path}: case, trail and manifest are not of one case. Export the case again.")
    made = {o.number: o for o in bundle.overrides}
    for one in bundle.overrides:
        try:
            parse_override(one.action)
        except OverrideError as error:
            raise CaseError(f"{path}: override {one.number}: {error}") from error
    if len(made) != len(bundle.overrides):
        raise CaseError(f"{path}: two overrides have the same number. Export the case again.")
    stored = case.model_dump(mode="json", include=audit.FIELDS)
    stored["overrides"] = {n: [o.action, o.state, o.who or audit.NOBODY] for n, o in made.items()}
    digests = [caption_digest(v.caption) for v in bundle.captions]
    if [v.number for v in bundle.captions] != list(range(1, len(set(digests)) + 1)):
        raise CaseError(f"{path}: the versions of the caption are not one row. Export the case again.")
    stored["approved"] = dict(enumerate(digests, 1))
    head = (manifest.trail_entries, manifest.trail_head)
    if problems := audit.verify(case.case_id, bundle.trail, head, stored):
        raise CaseError(f"{path}: the trail does not hold: {problems[0]}. Ask for the bundle from where it was made.")
    _sound_document(bundle, path)


def _sound_document(bundle: Bundle, path: Path) -> None:
    """The document is one that the trail has sealed. One of another version is in other words by now, and not told."""
    runs = audit.told(bundle.trail)["runs"].values()
    if bundle.document is None or bundle.document.version != __version__ or not runs:
        return
    if hashlib.sha256(bundle.document.to_json(indent=None).encode()).hexdigest() not in runs:
        raise CaseError(f"{path}: document.json is not what a run of the trail came to. Export the case again.")
