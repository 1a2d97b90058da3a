"""Metadata of files that lie, break off, or try to get into the page."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from PIL.ExifTags import IFD

from newsctx import metadata
from newsctx.metadata import Tag, clean, read
from newsctx.settings import PhotoSettings, TamperSettings

SETTINGS, PHOTO = TamperSettings(), PhotoSettings()
HOSTILE = "<script>alert(1)</script>\x07"
PIXELS = np.full((32, 48, 3), 120, np.uint8)


def jpeg(**more) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(PIXELS).save(stream, "JPEG", **more)
    return stream.getvalue()


def values(data: bytes, settings: TamperSettings = SETTINGS) -> dict[tuple[str, str], str]:
    return {(t.group, t.name): t.value for t in read(data, PHOTO, settings).tags}


def exif() -> Image.Exif:
    block = Image.Exif()
    block[0x010F], block[0x0131] = "Kamera", HOSTILE
    block.get_ifd(IFD.Exif)[0xA431] = "SN-1234"
    block.get_ifd(IFD.GPSInfo)[1] = "N"
    block.get_ifd(IFD.GPSInfo)[2] = (48.0, 51.0, 24.0)
    return block


def test_every_block_is_read_position_and_serial_number_included() -> None:
    found = values(jpeg(exif=exif(), comment=b"a comment"))
    assert found["EXIF", "Make"] == "Kamera" and found["Photograph", "BodySerialNumber"] == "SN-1234"
    assert found["GPS", "GPSLatitudeRef"] == "N" and found["GPS", "GPSLatitude"] == "48.0, 51.0, 24.0"
    assert found["File", "comment"] == "a comment"
    assert ("Interoperability", "(unreadable)") not in found


def test_values_are_plain_printable_and_short() -> None:
    found = values(jpeg(exif=exif()))
    assert found["EXIF", "Software"] == "<script>alert(1)</script>\N{REPLACEMENT CHARACTER}"
    long = clean("x" * 5000, 600)
    assert len(long) < 650 and long.startswith("x" * 600) and "5,000 characters" in long
    assert clean("a\u202eb", 600) == "a\N{REPLACEMENT CHARACTER}b"  # it would turn the reading direction around
    assert clean(b"\x00\x01\xfe" * 3, 600) == "9 bytes: 00 01 fe 00 01 fe 00 01 fe"
    assert clean(b"ASCII\x00\x00\x00hello\x00\x00", 600) == "hello" and clean(b"  ", 600) == ""
    assert clean(tuple(range(1000)), 20) == "0, 1, 2, 3, 4, 5, … (1,000 values)"


XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" xmp:CreatorTool="Painter 3">
<dc:creator><rdf:Seq><rdf:li>Ann Example</rdf:li></rdf:Seq></dc:creator>
<xmpMM:History><rdf:Seq>
 <rdf:li stEvt:action="created" stEvt:softwareAgent="Painter 3"/>
 <rdf:li rdf:parseType="Resource"><stEvt:action>saved</stEvt:action><stEvt:when>2024-02-02</stEvt:when></rdf:li>
</rdf:Seq></xmpMM:History></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def test_xmp_is_read_as_paths_and_its_history_as_steps() -> None:
    tags = read(jpeg(xmp=XMP.encode()), PHOTO, SETTINGS).tags
    found = {t.name: t.value for t in tags if t.group == "XMP"}
    assert found["xmp:CreatorTool"] == "Painter 3" and found["dc:creator"] == "Ann Example"
    assert metadata.history(tags) == (
        {"action": "created", "softwareAgent": "Painter 3"},
        {"action": "saved", "when": "2024-02-02"},
    )


@pytest.mark.parametrize(
    "packet",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
        b"<x>" * 3000,
        b"not xml at all <",
        b"<x>\xff\xfe</x>",
    ],
    ids=["entities", "deep and open", "no xml", "no text"],
)
def test_a_hostile_packet_costs_only_itself(packet: bytes) -> None:
    found = read(jpeg(exif=exif(), xmp=packet), PHOTO, SETTINGS)
    assert found.first("Make") == "Kamera"
    assert all("aaaaaaaaaaaaaaa" not in t.value for t in found.tags)


def test_a_deep_packet_that_closes_is_no_recursion() -> None:
    deep = b"<x>" * 2000 + b"text" + b"</x>" * 2000
    assert read(jpeg(xmp=deep), PHOTO, SETTINGS).tags  # and no RecursionError


def test_a_large_packet_and_many_tags_are_bounded_and_counted() -> None:
    settings = TamperSettings(max_packet=1000, max_tags=3)
    found = read(jpeg(exif=exif(), xmp=XMP.encode()), PHOTO, settings)
    assert len(found.tags) == 3 and found.left_out >= 2
    left_out = values(jpeg(xmp=XMP.encode() + b" " * 1000), TamperSettings(max_packet=1000))["XMP", "(left out)"]
    assert "at most 1,000 are read" in left_out


def test_a_broken_exif_block_is_said_and_the_rest_is_read() -> None:
    data = jpeg(exif=b"Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff", comment=b"still here")
    assert values(data)["File", "comment"] == "still here"


def test_text_chunks_of_a_png() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Software", "Screenshot tool")
    stream = io.BytesIO()
    Image.fromarray(PIXELS).save(stream, "PNG", pnginfo=notes)
    assert values(stream.getvalue())["File", "Software"] == "Screenshot tool"


def test_iptc_fields_have_their_names() -> None:
    dataset = lambda number, text: b"\x1c\x02" + bytes([number]) + len(text).to_bytes(2, "big") + text  # noqa: E731
    records = dataset(80, b"Ann Example") + dataset(25, b"flood") + dataset(25, b"Paris")
    block = (
        b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + len(records).to_bytes(4, "big") + records + bytes(len(records) % 2)
    )
    data = jpeg()
    data = data[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    tags = [(t.name, t.value) for t in read(data, PHOTO, SETTINGS).tags if t.group == "IPTC"]
    assert tags == [("By-line", "Ann Example"), ("Keywords", "flood"), ("Keywords", "Paris")]


def test_what_is_no_picture_has_no_metadata_and_says_so() -> None:
    found = read(b"GIF89a nonsense", PHOTO, SETTINGS)
    assert not found.tags and found.problems


def test_groups_keep_the_order_of_the_file() -> None:
    tags = (Tag("EXIF", "a", "1"), Tag("GPS", "b", "2"), Tag("EXIF", "c", "3"))
    assert [(g, len(t)) for g, t in metadata.groups(metadata.Metadata(tags))] == [("EXIF", 2), ("GPS", 1)]
