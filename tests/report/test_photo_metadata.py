"""The caption in a copy of the photograph: written by Exiv2, read back by Pillow and an XML parser."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import ExifTags, Image, IptcImagePlugin
from report_world import PARIS, picture

from newsctx import imaging
from newsctx.errors import CaseError
from newsctx.records import PartialDate
from newsctx.report.photo_metadata import Caption, Written, write
from newsctx.settings import PhotoSettings

READING = PhotoSettings()
TEXT = 'Überschwemmung in Paris: Афины, 東京, "q" & <b>'
CAPTION = Caption(
    text=TEXT, writer="Chief Ärger", note="Caption made with newsctx.", place=PARIS,
    date=PartialDate.model_validate("2021-02-01"),
)  # fmt: skip
NAMES = {
    "dc": "http://purl.org/dc/elements/1.1/", "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "core": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}  # fmt: skip


def exif() -> Image.Exif:
    found = Image.Exif()
    found[ExifTags.Base.Make], found[ExifTags.Base.Orientation] = "Camera works", 6
    gps = found.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (48.0, 51.0, 0.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (2.0, 20.0, 0.0)
    return found


def xmp(data: bytes) -> ElementTree.Element:
    """The packet, wherever the format keeps it."""
    packet = data[data.index(b"<x:xmpmeta") : data.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")]
    return ElementTree.fromstring(packet)


def said(data: bytes) -> dict[str, str]:
    root = xmp(data)
    (description,) = root.findall(".//dc:description/rdf:Alt/rdf:li", NAMES)
    about = root.find(".//rdf:Description", NAMES)
    assert about is not None
    spaces = {uri: name for name, uri in NAMES.items()}
    found = {"description": description.text or ""}
    for key, value in about.attrib.items():
        space, _, name = key[1:].partition("}")
        found[f"{spaces.get(space, space)}:{name}"] = value
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_another_library_reads_the_caption_and_the_same_pixels(kind):
    data = picture(kind=kind, exif=exif())
    copy = write(data, CAPTION, READING)
    assert copy.data != data and not copy.notes
    assert np.array_equal(imaging.decode(copy.data, READING).pixels, imaging.decode(data, READING).pixels)
    found = said(copy.data)
    assert found["description"] == TEXT
    assert found["photoshop:City"] == "Paris" and found["photoshop:State"] == "Île-de-France"
    assert found["photoshop:Country"] == "France" and found["core:CountryCode"] == "FR"
    assert found["photoshop:DateCreated"] == "2021-02-01" and found["photoshop:CaptionWriter"] == "Chief Ärger"
    assert found["photoshop:Instructions"] == "Caption made with newsctx."
    with Image.open(io.BytesIO(copy.data)) as image:
        assert image.getexif()[ExifTags.Base.Make] == "Camera works"


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_iptc_is_marked_as_utf8(kind):
    copy = write(picture(kind=kind), CAPTION, READING)
    with Image.open(io.BytesIO(copy.data)) as image:
        iptc = IptcImagePlugin.getiptcinfo(image)
    assert iptc is not None and iptc[(1, 90)] == b"\x1b%G"
    assert iptc[(2, 120)].decode() == TEXT and iptc[(2, 90)] == b"Paris" and iptc[(2, 101)] == b"France"
    assert iptc[(2, 55)] == b"20210201" and iptc[(2, 40)] == b"Caption made with newsctx."


def test_the_position_stays_or_goes_as_asked():
    data = picture(exif=exif())

    def gps(copy: Written) -> dict[int, object]:
        with Image.open(io.BytesIO(copy.data)) as image:
            return dict(image.getexif().get_ifd(ExifTags.IFD.GPSInfo))

    assert gps(write(data, CAPTION, READING))[ExifTags.GPS.GPSLatitudeRef] == "N"
    stripped = write(data, CAPTION, READING, strip_gps=True)
    assert not gps(stripped) and "GPS" in stripped.notes[0]
    with Image.open(io.BytesIO(stripped.data)) as image:
        assert image.getexif()[ExifTags.Base.Make] == "Camera works", "only the position goes"


def test_what_the_file_said_is_replaced_and_told_and_instructions_of_others_stay():
    import pyexiv2

    with pyexiv2.ImageData(picture()) as image:
        image.modify_iptc({
            "Iptc.Application2.Caption": "Lyon floods", "Iptc.Application2.City": "Lyon",
            "Iptc.Application2.SubLocation": "Confluence", "Iptc.Application2.Credit": "Agency",
            "Iptc.Application2.Keywords": ["flood", "river"],
            "Iptc.Application2.SpecialInstructions": "EMBARGO until noon.",
        })  # fmt: skip
        data = image.get_bytes()
    copy = write(data, CAPTION, READING)
    assert "Replaced Iptc.Application2.Caption: 'Lyon floods'." in copy.notes
    assert "Replaced Iptc.Application2.City: 'Lyon'." in copy.notes
    assert "Replaced Iptc.Application2.SubLocation: 'Confluence'." in copy.notes
    with Image.open(io.BytesIO(copy.data)) as image:
        iptc = IptcImagePlugin.getiptcinfo(image)
    assert iptc is not None and iptc[(2, 90)] == b"Paris" and (2, 92) not in iptc, "no quarter of another city"
    assert iptc[(2, 110)] == b"Agency" and iptc[(2, 25)] == [b"flood", b"river"]
    assert iptc[(2, 40)] == b"EMBARGO until noon. Caption made with newsctx."
    again = write(copy.data, CAPTION, READING)
    with Image.open(io.BytesIO(again.data)) as image:
        assert IptcImagePlugin.getiptcinfo(image) == iptc, "nothing is said twice"
    assert not again.notes and said(again.data) == said(copy.data)


def test_no_other_date_and_no_old_description_is_left_where_a_reader_would_take_them():
    """Exif is read before IPTC and XMP by many; a day that contradicts the answered month must not stay in IPTC."""
    import pyexiv2

    with pyexiv2.ImageData(picture()) as image:
        image.modify_exif({"Exif.Image.ImageDescription": "Lyon floods"})
        image.modify_iptc({"Iptc.Application2.DateCreated": "2015-03-01"})
        image.modify_xmp({"Xmp.photoshop.DateCreated": "2015-03-01"})
        data = image.get_bytes()
    for when, left in (("2017-12", "2017-12"), ("2010s", None)):
        caption = CAPTION.model_copy(update={"date": PartialDate.model_validate(when)})
        copy = write(data, caption, READING)
        with Image.open(io.BytesIO(copy.data)) as image:
            assert image.getexif()[ExifTags.Base.ImageDescription].encode("latin-1").decode() == TEXT
            iptc = IptcImagePlugin.getiptcinfo(image)
        assert iptc is not None and (2, 55) not in iptc and said(copy.data).get("photoshop:DateCreated") == left
        assert "Replaced Exif.Image.ImageDescription: 'Lyon floods'." in copy.notes
        assert "Replaced Iptc.Application2.DateCreated: '2015-03-01'." in copy.notes
    with Image.open(io.BytesIO(write(picture(), CAPTION, READING).data)) as image:
        assert ExifTags.Base.ImageDescription not in image.getexif(), "none is added where there was none"


def test_old_iptc_in_latin1_is_written_anew_as_what_the_mark_says():
    import pyexiv2

    with pyexiv2.ImageData(picture()) as image:
        image.modify_iptc({"Iptc.Application2.Credit": "Agentur Müller"}, encoding="latin-1")
        data = image.get_bytes()
    assert "Müller".encode("latin-1") in data
    copy = write(data, CAPTION, READING)
    with Image.open(io.BytesIO(copy.data)) as image:
        iptc = IptcImagePlugin.getiptcinfo(image)
    assert iptc is not None and iptc[(2, 110)].decode() == "Agentur Müller"


def test_iptc_is_cut_at_whole_letters_and_said_so_while_xmp_has_it_whole():
    long = "é" * 1500
    copy = write(picture(), Caption(text=long), READING)
    with Image.open(io.BytesIO(copy.data)) as image:
        iptc = IptcImagePlugin.getiptcinfo(image)
    assert iptc is not None and iptc[(2, 120)].decode() == "é" * 998 + "…", "2,000 bytes, of which the mark takes 3"
    assert said(copy.data)["description"] == long
    assert copy.notes == ("IPTC holds 2000 bytes of Caption: it was cut there; XMP has it whole.",)


def test_a_format_that_holds_none_gets_a_sidecar():
    copy = write(picture(kind="GIF"), CAPTION, READING)
    assert copy.suffix == ".xmp" and said(copy.data)["description"] == TEXT and "sidecar" in copy.notes[0]


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe0 no photograph", picture()[:300]])
def test_bytes_that_are_no_photograph_are_a_clear_error(data):
    with pytest.raises(CaseError, match="The caption cannot be written"):
        write(data, CAPTION, READING)


def test_a_decade_or_a_country_alone_claims_no_day_and_no_city():
    place = PARIS.model_copy(update={"name": "France", "level": "country", "city": "", "region": ""})
    date = PartialDate.model_validate("2010s")
    found = said(write(picture(), Caption(text="x", place=place, date=date), READING).data)
    assert found["photoshop:Country"] == "France"
    assert not {"photoshop:City", "photoshop:State", "photoshop:DateCreated"} & set(found)
