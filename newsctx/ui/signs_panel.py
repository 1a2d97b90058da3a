"""Signs of editing and metadata, in the photo viewer: what a file shows and says, and what that is worth."""

from __future__ import annotations

from typing import Any

from newsctx.inspection import Inspection
from newsctx.metadata import groups
from newsctx.ui.html import picture
from newsctx.ui.language import N_, tr
from newsctx.ui.page import Page

#: What the metadata tells of programs and cameras, in neutral words.
TRACES = {
    "software": N_("Program named in the file: %(value)s"),
    "history": N_("Step of its history: %(value)s"),
    "no_camera": N_("No camera is named. Messengers, social networks and agencies remove it."),
    "times": N_("Taken and last changed at different times (%(value)s): a program saved the file afterwards."),
    "after_end": N_("%(value)s bytes follow the end of the picture, as in the motion photos of some phones."),
    "credentials": N_("The file seems to hold Content Credentials (C2PA). newsctx does not check their signature."),
}


def view(page: Page) -> dict[str, Any]:
    """Nothing is computed before it is asked for: the pictures take a second for a large photograph."""
    found = page.pictures.inspected(page.case.case_id) if page.look.inspect and page.case else None
    if found is None:
        return {"found": False, "asked": page.look.inspect, "pictures": []}
    return {"found": True, "asked": True, **shown(found)}


def shown(found: Inspection) -> dict[str, Any]:
    """The view of an inspection."""
    titles = {"ela": tr("Error level"), "noise": tr("Noise residual")}
    return {
        "format": found.format,
        "pictures": [
            {"id": p.id, "title": titles[p.id], "address": picture(p.path), "gain": f"{p.gain:g}"}
            for p in found.pictures
        ],
        "quality": found.quality,
        "median": found.median,
        "ela": any(p.id == "ela" for p in found.pictures),
        "no_ela": found.no_ela,
        "facts": facts(found),
        "small": {
            "embedded": picture(found.small.embedded),
            "photograph": picture(found.small.photograph),
            "correlation": f"{found.small.correlation:.2f}",
            "alike": found.small.alike,
        }
        if found.small
        else None,
        "traces": [tr(TRACES[kind], value=value) for kind, value in found.traces],
        "programs": any(kind in ("software", "history", "times") for kind, _ in found.traces),
        "groups": groups(found.metadata),
        "tags": len(found.metadata.tags),
        "left_out": found.metadata.left_out,
        "problems": found.metadata.problems,
    }


def facts(found: Inspection) -> list[tuple[str, str]]:
    """(name, value) of how a JPEG was written; empty for other formats."""
    jpeg = found.jpeg
    if jpeg is None:
        return []
    rows = [(tr("Stored size"), f"{jpeg.decoded[0]} × {jpeg.decoded[1]} px")]
    if jpeg.quality:
        exact = tr("%(q)s, exactly the tables of libjpeg", q=jpeg.quality.estimate)
        near = tr("about %(q)s; the tables are not libjpeg's: a camera's or Photoshop's own", q=jpeg.quality.estimate)
        rows.append((tr("Quality of the last saving"), exact if jpeg.quality.exact else near))
    rows.append((tr("Colour sampling"), jpeg.sampling or tr("unusual")))
    rows.append((tr("Order"), tr("progressive") if jpeg.progressive else tr("from top to bottom")))
    rows.append((tr("Blocks"), ", ".join(jpeg.segments) or tr("none")))
    return rows
