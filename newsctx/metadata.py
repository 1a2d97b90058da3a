"""Everything that a picture file says about itself: EXIF, GPS, IPTC, XMP, ICC and comments, as bounded plain text.

Nothing here is trusted: values are shortened, unprintable characters are shown as such, and a broken block costs only
itself. Serial numbers, positions and names are part of it: that is what a fact-checker looks for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from PIL import Image, IptcImagePlugin
from PIL.ExifTags import GPSTAGS, IFD, TAGS, Interop

from newsctx import imaging
from newsctx.settings import PhotoSettings, TamperSettings

#: Datasets of the IPTC-IIM 4.2 application record that news agencies fill, by number.
IPTC = {
    3: "ObjectTypeReference", 5: "ObjectName", 7: "EditStatus", 10: "Urgency", 12: "SubjectReference", 15: "Category",
    20: "SupplementalCategory", 22: "FixtureIdentifier", 25: "Keywords", 26: "ContentLocationCode",
    27: "ContentLocationName", 30: "ReleaseDate", 35: "ReleaseTime", 40: "SpecialInstructions", 55: "DateCreated",
    60: "TimeCreated", 62: "DigitalCreationDate", 63: "DigitalCreationTime", 65: "OriginatingProgram",
    70: "ProgramVersion", 80: "By-line", 85: "By-lineTitle", 90: "City", 92: "Sub-location", 95: "Province-State",
    100: "CountryCode", 101: "CountryName", 103: "OriginalTransmissionReference", 105: "Headline", 110: "Credit",
    115: "Source", 116: "CopyrightNotice", 118: "Contact", 120: "Caption-Abstract", 122: "Writer-Editor",
}  # fmt: skip
_SPACES = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf", "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp", "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef", "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs", "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/tiff/1.0/": "tiff", "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt", "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus", "adobe:ns:meta/": "x", "http://cipa.jp/exif/1.0/": "exifEX",
}  # fmt: skip
_APART = {"exif", "icc_profile", "xmp", "photoshop", "iptc", "XML:com.adobe.xmp"}  # blocks with readers of their own
_DULL = ("rdf:about", "xml:", "rdf:parseType", "x:xmptk")  # how XMP is written, not what it says
_CONTAINERS = {"rdf:Seq", "rdf:Bag", "rdf:Alt", "rdf:Description", "rdf:RDF", "x:xmpmeta"}


@dataclass(frozen=True)
class Tag:
    """One entry."""

    group: str  # EXIF, Photograph, GPS, Thumbnail, Interoperability, IPTC, XMP, ICC, File
    name: str
    value: str  # printable, at most `max_value` characters


@dataclass(frozen=True)
class Metadata:
    """All entries that could be read, in the order of the file's blocks."""

    tags: tuple[Tag, ...] = ()
    left_out: int = 0  # entries beyond `max_tags`
    problems: tuple[str, ...] = ()  # blocks that could not be read

    def first(self, *names: str) -> str:
        """The value of the first of these names that stands in the file, or empty."""
        return next((t.value for n in names for t in self.tags if t.name == n and t.value), "")


def read(data: bytes, photo: PhotoSettings, settings: TamperSettings) -> Metadata:
    """Every tag of a picture file; never raises."""
    try:
        image = imaging.header(data, photo)
    except Exception as error:  # HEIF and AVIF without their reader, a damaged header
        return Metadata(problems=(f"The file's metadata could not be read ({type(error).__name__}).",))
    problems: list[str] = []
    tags: list[Tag] = []
    left = 0
    for block in (_exif, _iptc, _xmp, _icc, _file):
        try:
            for group, name, value in block(image, settings):
                if len(tags) < settings.max_tags:
                    tags.append(Tag(group, clean(name, 120), clean(value, settings.max_value)))
                else:
                    left += 1
        except Exception as error:  # Pillow and expat raise almost anything on hostile blocks
            name = block.__name__.strip("_").upper()
            problems.append(f"{name} could not be read to its end ({type(error).__name__}).")
    return Metadata(tuple(tags), left, tuple(problems))


def clean(value: Any, most: int) -> str:
    """Printable text of a tag's value; bytes that are no text are counted."""
    if isinstance(value, bytes | bytearray | memoryview):
        value = _bytes(bytes(value), most)
    elif isinstance(value, list | tuple):
        return _several(value, most)
    text = str(value)[: 4 * most]
    text = "".join(c if c.isprintable() else _unprintable(c) for c in text)
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most]}… ({len(str(value)):,} characters)"


def _several(values: list[Any] | tuple[Any, ...], most: int) -> str:
    """The first values, as many as fit; the others are counted."""
    shown, room = [], most
    for one in values:
        text = clean(one, 60)
        room -= len(text) + 2
        if room < 0 and shown:
            return f"{', '.join(shown)}, … ({len(values):,} values)"
        shown.append(text)
    return ", ".join(shown)


def _unprintable(character: str) -> str:
    return " " if character.isspace() or character == "\x00" else "\N{REPLACEMENT CHARACTER}"


def _bytes(value: bytes, most: int) -> str:
    kept = value[: 4 * most].rstrip(b"\x00 ")
    if not kept and b" " in value:
        return ""  # blanks are how an empty text is written
    # EXIF 2.32 sec. 4.6.6, UserComment
    for start, coding in ((b"ASCII\x00\x00\x00", "ascii"), (b"UNICODE\x00", "utf-16")):
        if kept.startswith(start):
            return kept[8:].decode(coding, "replace").lstrip("\x00 ")
    try:
        text = kept.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    readable = text and sum(c.isprintable() or c.isspace() for c in text) == len(text)
    return text if readable else f"{len(value):,} bytes: {value[:24].hex(' ')}{' …' if len(value) > 24 else ''}"


Entries = Iterator[tuple[str, str, Any]]


def _exif(image: Image.Image, settings: TamperSettings) -> Entries:
    exif = image.getexif()
    yield from _directory("EXIF", exif, TAGS)
    for group, ifd, names in (
        ("Photograph", IFD.Exif, TAGS), ("GPS", IFD.GPSInfo, GPSTAGS),
        ("Interoperability", IFD.Interop, {i.value: i.name for i in Interop}), ("Thumbnail", IFD.IFD1, TAGS),
    ):  # fmt: skip
        try:
            if ifd == IFD.Interop and ifd not in exif.get_ifd(IFD.Exif):
                continue  # Pillow raises where it is missing
            entries = exif.get_ifd(ifd)
        except Exception:  # one broken directory must not hide its neighbours
            yield group, "(unreadable)", "the directory is damaged"
            continue
        yield from _directory(group, entries, names)


def _directory(group: str, entries: Any, names: dict[int, str]) -> Entries:
    for tag in list(entries):
        if tag in (IFD.Exif, IFD.GPSInfo, IFD.Interop):
            continue  # offsets of the directories themselves
        try:
            value = entries[tag]
        except Exception:
            value = "(damaged)"
        if isinstance(value, dict):
            value = f"{len(value)} entries"
        name = names.get(tag, f"0x{tag:04X}" if isinstance(tag, int) else str(tag))
        yield group, name, _utf16(value) if name.startswith("XP") else value


def _utf16(value: Any) -> Any:
    """Windows' own tags are UTF-16."""
    raw = bytes(value) if isinstance(value, tuple | bytes) else None
    return raw.decode("utf-16-le", "replace").rstrip("\x00") if raw else value


def _iptc(image: Image.Image, settings: TamperSettings) -> Entries:
    for (record, number), value in (IptcImagePlugin.getiptcinfo(image) or {}).items():
        name = IPTC.get(number, f"{record}:{number}") if record == 2 else f"{record}:{number}"
        for one in value if isinstance(value, list) else [value]:
            yield "IPTC", name, one


def _icc(image: Image.Image, settings: TamperSettings) -> Entries:
    """Header and description of the colour profile (ICC.1:2022 sec. 7.2, 9.2.41)."""
    profile = image.info.get("icc_profile") or b""
    if len(profile) < 132:
        return
    yield "ICC", "Size", f"{len(profile):,} bytes"
    yield "ICC", "Version", f"{profile[8]}.{profile[9] >> 4}"
    fields = (("CMM", 4), ("Class", 12), ("ColorSpace", 16), ("Platform", 40), ("Manufacturer", 48), ("Creator", 80))
    for name, at in fields:
        yield "ICC", name, profile[at : at + 4].decode("latin-1").strip("\x00 ")
    year, month, day = struct.unpack(">3H", profile[24:30])
    if year:
        yield "ICC", "Created", f"{year:04d}-{month:02d}-{day:02d}"
    count = min(struct.unpack(">I", profile[128:132])[0], 100)
    for i in range(count):
        name, start, length = struct.unpack(">4sII", profile[132 + 12 * i : 144 + 12 * i].ljust(12, b"\x00"))
        if name in (b"desc", b"cprt") and length <= len(profile):
            yield (
                "ICC",
                {b"desc": "Description", b"cprt": "Copyright"}[name],
                _icc_text(profile[start : start + length]),
            )


def _icc_text(body: bytes) -> str:
    if body[:4] == b"mluc" and len(body) >= 28:
        length, start = struct.unpack(">II", body[20:28])
        return body[start : start + min(length, 1000)].decode("utf-16-be", "replace")
    if body[:4] == b"desc" and len(body) >= 12:
        return body[12 : 12 + min(struct.unpack(">I", body[8:12])[0], 1000)].decode("latin-1").rstrip("\x00")
    return body[8:1000].decode("latin-1").rstrip("\x00")


def _file(image: Image.Image, settings: TamperSettings) -> Entries:
    """Comments and text chunks of the file format."""
    for name, value in image.info.items():
        if name not in _APART and not str(name).startswith("Raw profile"):
            yield "File", str(name), value


# --- XMP ------------------------------------------------------------------------------------------------------


def packet(image: Image.Image) -> bytes:
    """The XMP packet (ISO 16684-1), empty where there is none."""
    raw = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if not raw:
        try:
            raw = image.getexif().get(0x02BC, b"")  # TIFF tag 700
        except Exception:
            raw = b""
    return raw.encode("utf-8", "replace") if isinstance(raw, str) else bytes(raw)


def _xmp(image: Image.Image, settings: TamperSettings) -> Entries:
    raw = packet(image)
    if not raw:
        return
    if len(raw) > settings.max_packet:
        yield "XMP", "(left out)", f"a packet of {len(raw):,} bytes; at most {settings.max_packet:,} are read"
        return
    start, end = raw.find(b"<"), raw.rfind(b">")
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:  # XMP has none; expansions are how XML is used against its reader
        yield "XMP", "(left out)", "the packet declares entities, which XMP does not have"
        return
    yield from _walk(ElementTree.fromstring(raw[start : end + 1]), ())


def _walk(node: ElementTree.Element, path: tuple[str, ...]) -> Entries:
    """Leaves with their path: `xmpMM:History[2]/stEvt:softwareAgent`. A stack, since hostile packets nest deeply."""
    stack = [(node, path)]
    while stack:
        node, path = stack.pop()
        for key, value in node.attrib.items():
            name = _short(key)
            if (
                name != "about"
                and not name.startswith(("rdf:about", "xml:", "rdf:parseType", "x:xmptk"))
                and len(path) < 40
            ):
                yield "XMP", "/".join((*path, name)), value
        children = list(node)
        if not children and node.text and node.text.strip():
            yield "XMP", "/".join(path) or _short(node.tag), node.text
        number = 0
        below = []
        for child in children:
            name = _short(child.tag)
            if name == "rdf:li":
                number += 1
                several = len(children) > 1
                below.append((child, (*path[:-1], f"{path[-1]}[{number}]") if several and path else path))
            else:
                below.append((child, path if name in _CONTAINERS else (*path, name)))
        stack += reversed(below[:5000])


def _short(tag: str) -> str:
    space, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    if space == "http://www.w3.org/XML/1998/namespace":
        return f"xml:{name}"
    return f"{_SPACES.get(space, space.rstrip('/#').rsplit('/', 1)[-1][:30])}:{name}" if space else name


def groups(metadata: Metadata) -> tuple[tuple[str, tuple[Tag, ...]], ...]:
    """The tags by group, in order of first appearance."""
    found: dict[str, list[Tag]] = {}
    for tag in metadata.tags:
        found.setdefault(tag.group, []).append(tag)
    return tuple((g, tuple(t)) for g, t in found.items())


def history(tags: Iterable[Tag]) -> tuple[dict[str, str], ...]:
    """The steps of the XMP history, oldest first: action, softwareAgent, when, as far as they stand there."""
    steps: dict[str, dict[str, str]] = {}
    for tag in tags:
        place, _, field = tag.name.partition("/")
        if tag.group == "XMP" and place.startswith("xmpMM:History") and field.startswith("stEvt:"):
            steps.setdefault(place, {})[field.removeprefix("stEvt:")] = tag.value
    return tuple(steps.values())
