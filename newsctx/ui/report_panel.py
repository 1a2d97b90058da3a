"""The place where a report of the case is downloaded, on the tabs Caption and History."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsctx.ui import approval
from newsctx.ui.language import N_, tr
from newsctx.ui.page import Page

if TYPE_CHECKING:
    from newsctx.workbench import Workbench

NAMES = {"html": "HTML", "pdf": "PDF", "md": "Markdown", "json": "JSON"}  # the same in every language
#: What a button gives, by the format that the page sends.
FORMATS: dict[str, str] = {
    "html": N_("One file for any browser, pictures included"),
    "pdf": N_("For the file and for print"),
    "md": N_("Text without pictures, for a ticket or a wiki"),
    "json": N_("Everything, for programs"),
    "csv": N_("Every article of the evidence list, for a spreadsheet"),
}
WITH_ALL = "-all"  # ends the format of a report that also shows pictures marked as sensitive


def view(page: Page) -> dict[str, Any]:
    """Which formats there are, and why there is none yet."""
    document = page.document
    camera = document.photo.camera if document and document.photo else None
    return {
        "formats": [
            {"format": f, "name": NAMES.get(f) or tr("Articles (CSV)"), "title": tr(title)}
            for f, title in FORMATS.items()
        ],
        "state": approval.view(page)["state"] if document else "none",
        "worded": bool(document and document.caption and document.caption.text),
        "blocked": _blocked(page),
        "hidden": len(page.sensitive),
        "position": bool(camera and (camera.lat is not None or camera.gps_problem)),
    }


def _blocked(page: Page) -> str:
    document = page.document
    if document is None or document.photo is None:
        return tr("Analyse the photograph first.")
    if (page.case and page.case.running) or (document.caption and document.caption.draft):
        return tr("The case is being computed: wait for its end.")
    return ""


def made(bench: Workbench, case_id: str, wanted: str, who: str) -> Path:
    """The file of a button. Raises NewsctxError."""
    makers: dict[str, Callable[[], Path]] = {
        "bundle": lambda: bench.export_case(case_id, who),
        "": lambda: bench.export_json(case_id, who),
        "photo": lambda: bench.captioned_photo(case_id, who),
        "photo-no-gps": lambda: bench.captioned_photo(case_id, who, strip_gps=True),
    }
    if wanted in makers:
        return makers[wanted]()
    return bench.report(case_id, wanted.removesuffix(WITH_ALL), who, sensitive=wanted.endswith(WITH_ALL))
