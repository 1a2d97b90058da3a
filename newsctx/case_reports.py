"""The part of the workbench that makes reports of a case, and copies of its photograph with the caption in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsctx import __version__
from newsctx.atlas import Atlas
from newsctx.audit import AuditEntry, AuditProblem
from newsctx.cases import CaseStore, OverrideMade
from newsctx.document import Document
from newsctx.errors import CaseError
from newsctx.media import Media
from newsctx.overrides import replay
from newsctx.report import build, captions, make, photo_metadata, pictures, words
from newsctx.report.build import Sources
from newsctx.report.facts import CaptionFacts
from newsctx.report.photo_metadata import Caption, Written
from newsctx.settings import Settings

if TYPE_CHECKING:
    from newsctx.workbench import CaseView


class CaseReports:
    """What leaves a case; `who` is the name that the analyst goes by, "" is not given."""

    _cases: CaseStore
    _media: Media
    settings: Settings
    atlas: Atlas
    if TYPE_CHECKING:
        view: Callable[[str], CaseView]
        trail: Callable[[str], tuple[AuditEntry, ...]]
        verify: Callable[[str], tuple[AuditProblem, ...]]
        overrides_made: Callable[[str], tuple[OverrideMade, ...]]
        _image_path: Callable[[str], Path | None]

    def report(self, case_id: str, format: str, who: str = "", sensitive: bool = False, made: str = "") -> Path:
        """The case as a file: "html", "pdf", "md", "json", or "csv" of its articles.

        `sensitive`: also show pictures that are marked so; `made`: the time stamp, ISO 8601, "": now. What is not
        approved is labelled so.

        Raises CaseNotFound; CaseError for an unknown format and where nothing was analysed or a run is at work.
        """
        kind = make.checked(format)
        data = make.make(self._sources(case_id, sensitive, kind), kind, made or _now(), self.settings.report)
        detail: dict[str, Any] = {"format": f"report {kind}"} | ({"sensitive": True} if sensitive else {})
        self._cases.record(case_id, "exported", who, detail)
        return self._media.export(f"newsctx-{case_id}-report.{kind}", data)

    def captioned_photo(self, case_id: str, who: str = "", strip_gps: bool = False) -> Path:
        """A copy of the photograph with the approved caption in its metadata, or an XMP sidecar where its format holds
        none. Raises CaseNotFound; CaseError where no caption is approved or the file cannot be written to.
        """
        view = self.view(case_id)
        photo = self._cases.photo(self._cases.get(case_id))
        written = photo_metadata.write(photo, self._approved(view), self.settings.photo, strip_gps)
        self._cases.record(case_id, "exported", who, {"format": "photo", **_told(written, strip_gps)})
        return self._media.export(f"newsctx-{case_id}-photo{written.suffix}", written.data)

    def _sources(self, case_id: str, sensitive: bool, kind: str) -> Sources:
        view = self.view(case_id)
        document = build.analysed(view)
        photo = self._cases.photo(self._cases.get(case_id))
        claimed = self.atlas.place_of(document.inputs.claim.place) if document.inputs.claim.place else None
        drawn = (
            {} if kind == "csv" else pictures.pictures(
                document, photo, self._image_path, claimed, self.settings.report, self.settings.photo, sensitive
            )
        )  # fmt: skip
        return Sources(
            view=view, photo=photo, trail=self.trail(case_id), problems=self.verify(case_id),
            overrides=self.overrides_made(case_id), claimed=claimed, pictures=drawn, sensitive=sensitive,
        )  # fmt: skip

    def _approved(self, view: CaseView) -> Caption:
        document = build.analysed(view)
        found = captions.caption(document, view.captions, replay(document.overrides), self.overrides_made(view.case_id))
        if found.state not in ("approved", "changed"):
            raise CaseError("No caption of this case is approved: approve one on the Caption tab, then download again.")
        where, when = _answers(document, found)
        return Caption(text=found.text, writer=found.approved_by, note=_note(view, found), place=where, date=when)


def _answers(document: Document, caption: CaptionFacts) -> tuple[Any, Any]:
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


def _told(written: Written, strip_gps: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"file": written.suffix}
    if written.notes:
        told["notes"] = list(written.notes)
    return told | ({"strip_gps": True} if strip_gps else {})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
