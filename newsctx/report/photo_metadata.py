"""Writes an approved caption into a copy of the photograph: IPTC IIM 4.2 and XMP, as the IPTC Photo Metadata Standard
2023.1 maps them, and Exif where that has a description already, which many readers take before both (Metadata Working
Group, Guidelines 2.0, sec. 5). The pixels are not touched, and what else the file says stays.

Exiv2 (through pyexiv2) writes; a copy whose pixels are not those of the original is never handed out. Formats that
cannot carry it get an XMP sidecar (ISO 16684-1): a file to lie beside the photograph.
"""

from __future__ import annotations

import io
import threading
from typing import Annotated, Any

import numpy as np
from PIL import Image
from pydantic import Field

from newsctx import imaging
from newsctx.errors import CaseError, PhotoRefused
from newsctx.records import PartialDate, Place, Record
from newsctx.settings import PhotoSettings
from newsctx.signatures import sniff

CARRIERS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif"}  # format -> suffix of the copy
SIDECAR = ".xmp"
#: Octets that a field of IIM holds at most (IIM 4.2, ch. 6); XMP has no bound.
IIM_BYTES = {
    "Caption": 2000, "City": 32, "ProvinceState": 32, "CountryName": 64, "CountryCode": 3, "Writer": 32,
    "SpecialInstructions": 256,
}  # fmt: skip
_UTF8 = "\x1b%G"  # 1:90, coded character set: ISO 2022 escape for UTF-8
_IPTC, _XMP = "Iptc.Application2.", "Xmp."
#: Place and date: all of them are replaced, since what is left of another place would contradict the caption.
_PLACE = (
    "Iptc.Application2.City", "Iptc.Application2.ProvinceState", "Iptc.Application2.CountryName",
    "Iptc.Application2.CountryCode", "Iptc.Application2.SubLocation", "Xmp.photoshop.City", "Xmp.photoshop.State",
    "Xmp.photoshop.Country", "Xmp.iptc.CountryCode", "Xmp.iptc.Location",
)  # fmt: skip
_DATE = ("Iptc.Application2.DateCreated", "Iptc.Application2.TimeCreated", "Xmp.photoshop.DateCreated")
_DESCRIPTION = "Exif.Image.ImageDescription"
_LOCK = threading.Lock()  # Exiv2's XMP toolkit is not safe for threads


class Caption(Record):
    """What is written."""

    text: Annotated[str, Field(min_length=1)]
    writer: str = ""  # who approved it
    note: str = ""  # how it came about: goes to the instructions, after what stands there
    place: Place | None = None
    date: PartialDate | None = None


class Written(Record):
    """A copy with the caption in it, or a sidecar."""

    data: bytes
    suffix: str  # `.xmp`: a sidecar
    notes: tuple[str, ...] = ()  # what was replaced, cut or left out


def write(data: bytes, caption: Caption, reading: PhotoSettings, strip_gps: bool = False) -> Written:
    """The copy of a photograph with the caption. Raises CaseError for bytes that are no photograph, or that Exiv2
    cannot write to.
    """
    try:
        before = imaging.decode(data, reading)
    except PhotoRefused as error:
        raise CaseError(f"The caption cannot be written: {error}") from error
    kind = before.format
    with _LOCK:
        if kind not in CARRIERS:
            note = f"{kind} files cannot carry a caption here: this is a sidecar, to lie beside the photograph."
            return Written(data=_sidecar(caption), suffix=SIDECAR, notes=(note,))
        copy, notes = _written(data, caption, kind, strip_gps)
    _same_pixels(before.pixels, copy, reading)
    return Written(data=copy, suffix=CARRIERS[kind], notes=tuple(notes))


def _same_pixels(before: imaging.Pixels, copy: bytes, reading: PhotoSettings) -> None:
    try:
        same = np.array_equal(before, imaging.decode(copy, reading).pixels)
    except PhotoRefused as error:
        raise CaseError(f"The caption was not written: the copy could not be read again ({error})") from error
    if not same:
        raise CaseError(
            "The caption was not written: it would have changed the picture. Save the photograph anew as JPEG or PNG, "
            "or take the caption from the report."
        )


def _written(data: bytes, caption: Caption, kind: str, strip_gps: bool) -> tuple[bytes, list[str]]:
    pyexiv2 = _library()
    try:
        with pyexiv2.ImageData(data) as image:
            notes = _strip(image) if strip_gps else []
            iptc = _read_iim(image) if kind != "WEBP" else {}
            xmp = image.read_xmp()
            exif = image.read_exif()
            if _DESCRIPTION in exif:
                notes += _replaced(exif, {_DESCRIPTION: caption.text})
                image.modify_exif({_DESCRIPTION: caption.text})
            fields = _xmp(caption, xmp, iptc)
            notes += _replaced(xmp, fields)
            _modify(image.modify_xmp, fields)
            if kind != "WEBP":  # has no place for IIM; XMP holds the same
                fields, cut = _iim(caption, iptc)
                notes += [*_replaced(iptc, fields), *cut]
                _modify(image.modify_iptc, fields)
            return image.get_bytes(), notes
    except (RuntimeError, UnicodeDecodeError, ValueError) as error:
        raise CaseError(
            f"The caption cannot be written into this {kind} file ({str(error)[:200]}). Save the photograph anew as "
            "JPEG or PNG, or take the caption from the report."
        ) from error


def _read_iim(image: Any) -> dict[str, Any]:
    """IIM by Exiv2's names; without its mark (1:90) in UTF-8 or, where it is not that, in Latin-1 as most files are."""
    try:
        return dict(image.read_iptc())
    except UnicodeDecodeError:
        return dict(image.read_iptc(encoding="latin-1"))


def _modify(modify: Any, fields: dict[str, Any]) -> None:
    modify({k: v for k, v in fields.items() if v is not None})
    gone = {k: None for k, v in fields.items() if v is None}
    if gone:
        modify(gone)


def _strip(image: Any) -> list[str]:
    exif = [k for k in image.read_exif() if k.startswith("Exif.GPSInfo.") or k == "Exif.Image.GPSTag"]
    xmp = [k for k in image.read_xmp() if k.startswith("Xmp.exif.GPS")]
    if exif:
        image.modify_exif(dict.fromkeys(exif))
    if xmp:
        image.modify_xmp(dict.fromkeys(xmp))
    return ["The position (GPS) was taken out of the copy."] if exif or xmp else []


# --- fields -----------------------------------------------------------------------------------------------------


def _xmp(caption: Caption, xmp: dict[str, Any], iptc: dict[str, Any]) -> dict[str, Any]:
    place = _place(caption.place)
    told = xmp.get("Xmp.photoshop.Instructions") or iptc.get(f"{_IPTC}SpecialInstructions") or ""
    fields: dict[str, Any] = {
        "Xmp.dc.description": {'lang="x-default"': caption.text},
        "Xmp.photoshop.CaptionWriter": caption.writer or None,
        "Xmp.photoshop.Instructions": _appended(str(told), caption.note) or None,
    }
    if caption.place:
        fields |= dict.fromkeys(n for n in _PLACE if n.startswith(_XMP) and n in xmp)
        fields |= {f"Xmp.{n}": v for n, v in place.items() if v}
    if caption.date:
        fields |= dict.fromkeys(n for n in _DATE if n.startswith(_XMP) and n in xmp)
        if not caption.date.decade:
            fields["Xmp.photoshop.DateCreated"] = caption.date.iso
    return {k: v for k, v in fields.items() if v is not None or k in xmp}


def _iim(caption: Caption, iptc: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    place = _place(caption.place)
    told = str(iptc.get(f"{_IPTC}SpecialInstructions") or "")
    wanted = {
        "Caption": caption.text, "Writer": caption.writer, "City": place["photoshop.City"],
        "SpecialInstructions": _appended(told, caption.note),
        "ProvinceState": place["photoshop.State"], "CountryName": place["photoshop.Country"],
    }  # fmt: skip
    fields: dict[str, Any] = {"Iptc.Envelope.CharacterSet": _UTF8}
    if (
        iptc.get("Iptc.Envelope.CharacterSet") != _UTF8
    ):  # the mark is for the whole block: what is not ASCII moves to it
        fields |= {k: v for k, v in iptc.items() if k.startswith(_IPTC) and not _text(v).isascii()}
    if caption.place:
        fields |= dict.fromkeys(n for n in _PLACE if n.startswith(_IPTC) and n in iptc)
    notes = []
    for name, text in wanted.items():
        short = _cut(text, IIM_BYTES[name])
        if short:
            fields[_IPTC + name] = short
        if short != text:
            notes.append(f"IPTC holds {IIM_BYTES[name]} bytes of {name}: it was cut there; XMP has it whole.")
    if caption.date:
        fields |= dict.fromkeys(n for n in _DATE if n.startswith(_IPTC) and n in iptc)
        if caption.date.day:
            fields[f"{_IPTC}DateCreated"] = caption.date.iso
    return fields, notes


def _place(place: Place | None) -> dict[str, str]:
    """XMP names after `Xmp.`, empty where the place is not so exact."""
    if place is None:
        return dict.fromkeys(("photoshop.City", "photoshop.State", "photoshop.Country", "iptc.CountryCode"), "")
    city = place.name if place.level == "city" else place.city if place.level == "venue" else ""
    state = place.name if place.level == "region" else place.region
    country = place.name if place.level == "country" else place.country
    found = {"photoshop.City": city, "photoshop.State": state, "photoshop.Country": country}
    found["iptc.CountryCode"] = place.country_code
    if place.level == "venue":
        found["iptc.Location"] = place.name
    return found


def _appended(there: str, note: str) -> str:
    """Instructions of others (an embargo) stay before ours; the same note is not said twice."""
    if note in there:
        return there
    return f"{there.rstrip()} {note}".strip()


def _replaced(there: dict[str, Any], fields: dict[str, Any]) -> list[str]:
    """What the file said before, where it says something else now."""
    changed = [n for n in fields if n in there and _text(there[n]) != _text(fields[n])]
    return [
        f"Replaced {n}: {_text(there[n])[:200]!r}." for n in changed
        if "Instructions" not in n and n != "Iptc.Envelope.CharacterSet"
    ]  # fmt: skip


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(next(iter(value.values()), ""))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _cut(text: str, most: int) -> str:
    """At most so many bytes of UTF-8, whole characters only."""
    data = text.encode()
    return text if len(data) <= most else data[: most - 3].decode(errors="ignore").rstrip() + "…"


def _sidecar(caption: Caption) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (1, 1)).save(stream, "PNG")
    with _library().ImageData(stream.getvalue()) as image:
        image.modify_xmp(_xmp(caption, {}, {}))
        packet: str = image.read_raw_xmp()
    return packet.encode()


def _library() -> Any:
    """Loads only where a caption is written."""
    import pyexiv2

    pyexiv2.set_log_level(4)  # it would print to the process's own output
    return pyexiv2


def carries(data: bytes) -> bool:
    """Whether a photograph of this kind can hold the caption itself."""
    return sniff(data) in CARRIERS
