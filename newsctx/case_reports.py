"""The part of the workbench that makes reports of a case, and copies of its photograph with the caption in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsctx import __version__
from newsctx.atlas import Atlas
from newsctx.cases import CaseStore
from newsctx.document import Document
from newsctx.errors import CaseError
from newsctx.media import Media
from newsctx.overrides import first_stage, replay
from newsctx.records import STAGES, PartialDate, Place
from newsctx.report import build, captions, make, photo_metadata, pictures, words
from newsctx.report.build import Sources
from newsctx.report.facts import CaptionFacts
from newsctx.report.photo_metadata import Caption, Written
from newsctx.settings import Settings
from newsctx.trail_reading import override_of, unseen

if TYPE_CHECKING:
    from newsctx.workbench import CaseView

Find = Callable[[str], Path | None]  # image id -> the file of an archived photograph
PHOTO = "photo"  # what stands in a command for a copy of the photograph with the caption


class CaseReports:
    """What leaves a case; `who` is the name that the analyst goes by, "" is not given."""

    _cases: CaseStore
    _media: Media
    settings: Settings
    atlas: Atlas
    if TYPE_CHECKING:

        def view(self, case_id: str) -> CaseView: ...
        def _image_path(self, image_id: str) -> Path | None: ...

    def report(self, case_id: str, format: str, who: str = "", sensitive: bool = False, made: str = "") -> Path:
        """The case as a file: "html", "pdf", "md", "json", or "csv" of its articles.

        `sensitive`: also show pictures that are marked so; `made`: the time stamp, ISO 8601, "": now. What is not
        approved is labelled so.

        Raises CaseNotFound; CaseError for an unknown format and where nothing was analysed or a run is at work.
        """
        kind = make.checked(format)
        view = self.view(case_id)
        found = sources(self._cases, view, kind, self._image_path, self.atlas.place_of, self.settings, sensitive)
        data = make.make(found, kind, made or now(), self.settings.report)
        self._cases.record(case_id, "exported", who, report_made(kind, sensitive))
        return self._media.export(f"newsctx-{case_id}-report.{kind}", data)

    def captioned_photo(self, case_id: str, who: str = "", strip_gps: bool = False) -> Path:
        """A copy of the photograph with the approved caption in its metadata, or an XMP sidecar where its format holds
        none. Raises CaseNotFound; CaseError where no caption is approved or the file cannot be written to.
        """
        written = captioned(self._cases, self.view(case_id), self.settings, strip_gps)
        self._cases.record(case_id, "exported", who, photo_made(written, strip_gps))
        return self._media.export(f"newsctx-{case_id}-photo{written.suffix}", written.data)


def sources(
    cases: CaseStore,
    view: CaseView,
    kind: make.Format,
    find: Find,
    place_of: Callable[[str], Place | None],
    settings: Settings,
    sensitive: bool = False,
) -> Sources:
    """What a report of this format is made of. Raises CaseError, see `build.analysed`."""
    document, photo = build.analysed(view), cases.photo(cases.get(view.case_id))
    said = document.inputs.claim.place
    claimed = place_of(said) if said else None
    drawn = {}
    if kind != "csv":
        drawn = pictures.pictures(document, photo, find, claimed, settings.report, settings.photo, sensitive)
    return Sources(
        view=view, photo=photo, trail=cases.trail(view.case_id), problems=cases.verify(view.case_id),
        overrides=cases.overrides(view.case_id), claimed=claimed, pictures=drawn, sensitive=sensitive,
        expected=frozenset() if kind == "csv" else pictures.expected(document, settings.report, sensitive),
    )  # fmt: skip


def captioned(cases: CaseStore, view: CaseView, settings: Settings, strip_gps: bool = False) -> Written:
    """The photograph with the approved caption. Raises CaseError, see `CaseReports.captioned_photo`."""
    document = build.analysed(view)
    found = captions.caption(document, view.captions, replay(document.overrides), cases.overrides(view.case_id))
    if found.state not in ("approved", "changed"):
        raise CaseError("No caption of this case is approved: approve one on the Caption tab, then download again.")
    where, when = _answers(document, found)
    caption = Caption(text=found.text, writer=found.approved_by, note=_note(view, found), place=where, date=when)
    return photo_metadata.write(cases.photo(cases.get(view.case_id)), caption, settings.photo, strip_gps)


def stored_view(cases: CaseStore, case_id: str) -> CaseView:
    """A case as it is stored, for a command that loads no models: what was changed since the last run is stale.

    Raises CaseNotFound.
    """
    from newsctx.workbench import CaseView

    case, stored = cases.get(case_id), cases.document(case_id)
    document = stored[0] if stored else None
    if document:
        first = min((STAGES.index(s) for s in _touched(cases, case_id)), default=len(STAGES))
        status = tuple(
            s.model_copy(update={"state": "stale"}) if s.state == "fresh" and STAGES.index(s.name) >= first else s
            for s in document.status
        )
        document = document.model_copy(update={"status": status, "overrides": case.overrides, "inputs": case.inputs})
    return CaseView(
        case_id=case.case_id, title=case.title, created=case.created, updated=case.updated, inputs=case.inputs,
        document=document, captions=cases.captions(case_id), status=case.status, tags=case.tags,
        archived=case.archived,
    )  # fmt: skip


def _touched(cases: CaseStore, case_id: str) -> list[Any]:
    """The first stage that each change since the last run touches."""
    trail = cases.trail(case_id)
    known = {o.number: o.override for o in cases.overrides(case_id)}
    found: list[Any] = []
    for entry in unseen(trail):
        one = override_of(entry) or known.get(entry.detail.get("number", 0))
        found.append("retrieve" if entry.what == "inputs" else first_stage(one) if one else None)
    return [s for s in found if s]


def report_made(kind: str, sensitive: bool) -> dict[str, Any]:
    """What the trail keeps of a report."""
    return {"format": f"report {kind}"} | ({"sensitive": True} if sensitive else {})


def photo_made(written: Written, strip_gps: bool) -> dict[str, Any]:
    """What the trail keeps of a copy of the photograph: also what the file said before."""
    told: dict[str, Any] = {"format": PHOTO, "file": written.suffix}
    if written.notes:
        told["notes"] = list(written.notes)
    return told | ({"strip_gps": True} if strip_gps else {})


def now() -> str:
    """The time stamp of a report that is made now: ISO 8601, UTC, seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _answers(document: Document, caption: CaptionFacts) -> tuple[Place | None, PartialDate | None]:
    """Place and date as they are answered; nothing where the approved wording is of other answers than those of now."""
    stale = any(s.name in ("context", "caption") and s.state != "fresh" for s in document.status)
    if document.context is None or stale or caption.state != "approved":
        return None, None
    return document.context.place.place, document.context.date.date


def _note(view: CaseView, caption: CaptionFacts) -> str:
    when = f" {words.moment(caption.approved_at)}" if caption.approved_at else ""
    by = f" by {caption.approved_by}" if caption.approved_by else ""
    return (
        f"Caption made with newsctx {__version__}: version {caption.version}, approved{by}{when}, case {view.case_id}."
    )
