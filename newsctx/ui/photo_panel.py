"""The photograph: preview with its legible text marked, facts of the file, and what the viewer holds."""

from __future__ import annotations

from typing import Any

from newsctx.override_types import PILLARS
from newsctx.records import Camera, Match, Photo
from newsctx.sensitive import PHOTO
from newsctx.ui import signs_panel
from newsctx.ui.html import picture, size
from newsctx.ui.language import tr
from newsctx.ui.page import Page
from newsctx.ui.parts import brief
from newsctx.ui.photo_acts import covers
from newsctx.ui.verify_panel import METHODS, RELATIONS, cut

TEMPLATE = "photo.html"
FACTS_TEMPLATE = "facts.html"


def view(page: Page) -> dict[str, Any]:
    """Preview address, file facts, OCR lines with polygons in pixels of the oriented photograph, and the viewer."""
    if page.case is None:
        return {
            "open": False, "preview": "", "title": "", "facts": [], "photo": None, "lines": [], "ocr_note": "",
            "notices": [], "viewer": None, "cover": "", "marked": False, "hides_all": page.hides_all,
            "checklist": {"total": 0, "answered": 0},
        }  # fmt: skip
    photo = page.document.photo if page.document else None
    covered = page.hides(PHOTO)
    return {
        "open": True,
        "preview": picture(page.pictures.preview(page.case.case_id)),
        "cover": covers(page, PHOTO),
        "marked": PHOTO in page.sensitive,
        "title": page.case.title,
        "facts": facts(photo) if photo else [],
        "photo": {"width": photo.width, "height": photo.height, "stroke": max(photo.width, photo.height) / 250}
        if photo
        else None,
        "lines": ocr_lines(photo) if photo else [],
        "ocr_note": ocr_note(photo) if photo else "",
        "notices": list(photo.notices) if photo else [],
        "hides_all": page.hides_all,
        "checklist": {"total": len(PILLARS) if page.document else 0, "answered": len(page.edits.pillars)},
        "viewer": viewer(page, photo) if photo and not covered else None,
    }


def viewer(page: Page, photo: Photo) -> dict[str, Any]:
    """What the large view holds beside what the panel shows."""
    assert page.case is not None
    look = page.look
    return {
        "detail": picture(page.pictures.detail(page.case.case_id)) if look.detail else "",
        "matches": matches(page, photo),
        "signs": signs_panel.view(page),
    }


def matches(page: Page, photo: Photo) -> list[dict[str, Any]]:
    """Accepted matches with the pictures that compare them; a covered one says so and has no address."""
    assert page.case is not None
    result = page.document.stages.verify if page.document else None
    accepted = [m for m in result.matches if m.accepted] if result else []
    return [compared(page, photo, m, number) for number, m in enumerate(accepted)]


def compared(page: Page, photo: Photo, match: Match, number: int) -> dict[str, Any]:
    assert page.case is not None
    case_id = page.case.case_id
    return {
        **brief(page, match.article_id),
        "key": f"{number}:{match.image_id[:16]}",
        "cover": covers(page, match.image_id),
        "image": match.image_id,
        "marked": match.image_id in page.sensitive,
        "thumbnail": picture(page.pictures.thumbnail(match.image_id)),
        "lines": picture(page.pictures.match_view(case_id, match)),
        "overlay": picture(page.pictures.match_overlay(case_id, match)),
        "outline": " ".join(f"{x:g},{y:g}" for x, y in match.region),
        "cut": cut(match, photo.width),
        "inliers": match.inliers,
        "method": tr(METHODS[match.method]),
        "relation": tr(RELATIONS[match.relation]),
        "mirrored": match.mirrored,
    }


def ocr_lines(photo: Photo) -> list[dict[str, Any]]:
    """Text lines in reading order with their polygon as SVG points."""
    return [
        {
            "text": line.text,
            "points": " ".join(f"{x:g},{y:g}" for x, y in line.box),
            "confidence": f"{100 * line.confidence:.0f}%",
        }
        for line in photo.ocr
    ]


def ocr_note(photo: Photo) -> str:
    """Why there is no text, where there is none."""
    if photo.ocr_unavailable:
        return tr("Text was not read: %(why)s", why=photo.ocr_unavailable)
    return "" if photo.ocr else tr("No legible text found.")


def facts(photo: Photo) -> list[dict[str, str]]:
    """Name, value and what to mistrust of every fact of the file."""
    camera = photo.camera
    rows = [
        {"name": tr("File"), "value": f"{photo.format}, {photo.width} × {photo.height} px, {size(photo.bytes)}"},
        {"name": tr("Camera"), "value": " ".join(v for v in (camera.make, camera.model) if v)},
        {"name": tr("Taken"), "value": camera_time(camera), "problem": camera.time_problem},
        {"name": "GPS", "value": position(camera), "problem": camera.gps_problem},
        {"name": "SHA-256", "value": f"{photo.sha256[:12]}…", "full": photo.sha256},
        {"name": "pHash", "value": photo.phash, "full": photo.phash},
    ]
    return [{"problem": "", "full": "", **r} for r in rows if r["value"] or r.get("problem")]


def camera_time(camera: Camera) -> str:
    """The camera's own clock; says so where there is no time zone."""
    if not camera.time:
        return "" if camera.time_problem else tr("not recorded")
    zoned = camera.time.endswith("Z") or "+" in camera.time[10:] or "-" in camera.time[10:]
    text = camera.time.replace("T", " ")
    return text if zoned else tr("%(time)s (no time zone)", time=text)


def position(camera: Camera) -> str:
    """Degrees with the hemisphere, five decimals (about a metre)."""
    if camera.lat is None or camera.lon is None:
        return "" if camera.gps_problem else tr("not recorded")
    north, east = "N" if camera.lat >= 0 else "S", "E" if camera.lon >= 0 else "W"
    height = f", {camera.altitude:.0f} m" if camera.altitude is not None else ""
    return f"{abs(camera.lat):.5f}° {north}, {abs(camera.lon):.5f}° {east}{height}"
