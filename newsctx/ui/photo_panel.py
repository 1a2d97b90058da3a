"""The photograph: preview with its legible text marked, facts of the file."""

from __future__ import annotations

from typing import Any

from newsctx.records import Camera, Photo
from newsctx.ui.html import picture, size
from newsctx.ui.page import Page

TEMPLATE = "photo.html"
FACTS_TEMPLATE = "facts.html"


def view(page: Page) -> dict[str, Any]:
    """Preview address, file facts, OCR lines with polygons in pixels of the oriented photograph."""
    if page.case is None:
        return {"preview": "", "title": "", "facts": [], "photo": None, "lines": [], "ocr_note": "", "notices": []}
    photo = page.document.photo if page.document else None
    return {
        "preview": picture(page.pictures.preview(page.case.case_id)),
        "title": page.case.title,
        "facts": facts(photo) if photo else [],
        "photo": {"width": photo.width, "height": photo.height, "stroke": max(photo.width, photo.height) / 250}
        if photo
        else None,
        "lines": ocr_lines(photo) if photo else [],
        "ocr_note": ocr_note(photo) if photo else "",
        "notices": list(photo.notices) if photo else [],
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
        return f"Text was not read: {photo.ocr_unavailable}"
    return "" if photo.ocr else "No legible text found."


def facts(photo: Photo) -> list[dict[str, str]]:
    """Name, value and what to mistrust of every fact of the file."""
    camera = photo.camera
    rows = [
        {"name": "File", "value": f"{photo.format}, {photo.width} × {photo.height} px, {size(photo.bytes)}"},
        {"name": "Camera", "value": " ".join(v for v in (camera.make, camera.model) if v)},
        {"name": "Taken", "value": camera_time(camera), "problem": camera.time_problem},
        {"name": "GPS", "value": position(camera), "problem": camera.gps_problem},
        {"name": "SHA-256", "value": f"{photo.sha256[:12]}…", "full": photo.sha256},
        {"name": "pHash", "value": photo.phash, "full": photo.phash},
    ]
    return [{"problem": "", "full": "", **r} for r in rows if r["value"] or r.get("problem")]


def camera_time(camera: Camera) -> str:
    """The camera's own clock; says so where there is no time zone."""
    if not camera.time:
        return "" if camera.time_problem else "not recorded"
    zoned = camera.time.endswith("Z") or "+" in camera.time[10:] or "-" in camera.time[10:]
    text = camera.time.replace("T", " ")
    return text if zoned else f"{text} (no time zone)"


def position(camera: Camera) -> str:
    """Degrees with the hemisphere, five decimals (about a metre)."""
    if camera.lat is None or camera.lon is None:
        return "" if camera.gps_problem else "not recorded"
    north, east = "N" if camera.lat >= 0 else "S", "E" if camera.lon >= 0 else "W"
    height = f", {camera.altitude:.0f} m" if camera.altitude is not None else ""
    return f"{abs(camera.lat):.5f}° {north}, {abs(camera.lon):.5f}° {east}{height}"
