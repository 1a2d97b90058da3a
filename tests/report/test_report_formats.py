"""Every format of a report: the same case gives the same bytes, and no text of others is more than text."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pypdfium2
import pytest
from markdown_it import MarkdownIt
from referencing import Registry, Resource
from report_world import APPROVE, FORMULA, HIDE, HOSTILE, IMAGE, LATER, SETTINGS, STAMP, WORLD, sources

from newsctx.document import json_schema as analysis_schema
from newsctx.errors import CaseError
from newsctx.report import make, markdown, pdf_fonts
from newsctx.report.facts import json_schema
from newsctx.report.markdown import escape
from newsctx.report.outline import Paragraph
from newsctx.report.plain import visible
from newsctx.report.table import guarded

SCHEMA = Path(__file__).parents[2] / "newsctx" / "schema" / "report-1.schema.json"
EXCLUDE = {"action": "exclude", "article_id": "world-article", "reason": "Another {nb} year\n# not a heading"}

BARE = SETTINGS.report.model_copy(update={"font_folders": ()})  # the fonts that come along: fewer to read


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    of = sources(tmp_path_factory.mktemp("report"), APPROVE, EXCLUDE)
    return {kind: make.make(of, kind, STAMP, SETTINGS.report) for kind in make.FORMATS}


@pytest.mark.parametrize("kind", make.FORMATS)
def test_two_reports_of_a_case_differ_in_their_time_stamp_only(kind, files, tmp_path):
    of = sources(tmp_path, APPROVE, EXCLUDE)
    assert make.make(of, kind, STAMP, SETTINGS.report) == files[kind]
    later = make.make(of, kind, LATER, SETTINGS.report)
    assert files[kind].count(STAMP.encode()) == (0 if kind == "csv" else 1), "in one place; the CSV has none"
    assert later.replace(LATER.encode(), STAMP.encode()) == files[kind]


def test_an_unknown_format_is_named_with_those_there_are():
    with pytest.raises(CaseError, match="'docx' is no format of a report; expected one of html, pdf, md, json, csv"):
        make.checked("docx")


# --- HTML -------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_html_is_one_file_in_which_no_text_is_markup(files):
    page = Tags()
    page.feed(files["html"].decode())
    tags = {t for t, _ in page.seen}
    assert not tags & {"script", "iframe", "object", "embed", "form", "link", "base", "svg"}
    assert all(not name.startswith("on") for _, attrs in page.seen for name in attrs)
    assert all(a["src"].startswith("data:image/") and "alt" in a for t, a in page.seen if t == "img")
    assert len([t for t, _ in page.seen if t == "img"]) == 5, "photograph, match, map, timeline, one thumbnail"
    links = [a for t, a in page.seen if t == "a" and not (a["href"] or "").startswith("#")]
    assert [a["href"] for a in links] == ["https://seine.example/1"], "javascript: is no address"
    assert all(a["rel"] == "noopener noreferrer" for a in links)
    assert "<script>alert(1)</script>" in page.text, "it is read, not run"


def test_html_forbids_itself_everything_but_its_pictures_and_its_sheet(files):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', files["html"].decode())
    assert policy is not None
    said = policy[1].replace("&#39;", "'")
    assert said.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in said and "script-src" not in said


# --- Markdown ---------------------------------------------------------------------------------------------------


def test_markdown_has_no_markup_of_others(files):
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(files["md"].decode())
    inline = [c for t in tokens if t.type == "inline" for c in t.children or ()]
    assert not [t for t in tokens if t.type == "html_block"]
    assert {c.content for c in inline if c.type == "html_inline"} <= {"<br>"}, "the one tag that cells need"
    assert [c.attrs["href"] for c in inline if c.type == "link_open"] == ["https://seine.example/1"]
    assert not [c for c in inline if c.type == "image"]
    headings = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open"]
    assert "h" not in headings and "not a heading" not in headings and "Answer" not in headings
    assert any("<script>alert(1)</script>" in c.content for c in inline if c.type == "text")


def test_a_prompt_in_markdown_turns_no_letters_around():
    block = Paragraph(("evil \u202etxet``` x",), "code")
    assert markdown._block(block, None) == "````text\nevil [U+202E]txet``` x\n````"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# h", "\\# h"), ("1. one", "1\\. one"), ("- item", "\\- item"), ("a | b", "a \\| b"), ("`c`", "\\`c\\`"),
        ("http://e.vil", "http\\://e.vil"), ("WWW.e.vil", "WWW\\.e.vil"), ("a\n\n# h", "a \\# h"),
        ("3.5 km: fine", "3.5 km: fine"), ("\u202ex", "\\[U+202E\\]x"), ("a@b.c", "a\\@b.c"),
    ],
)  # fmt: skip
def test_a_line_of_markdown_is_plain(text, shown):
    assert escape(text) == shown
    rendered = MarkdownIt("commonmark").enable("table").render(shown)
    assert rendered.startswith("<p>") and rendered.count("<") == 2, "one paragraph and nothing else"


# --- CSV --------------------------------------------------------------------------------------------------------


def test_csv_holds_every_hit_and_no_formula(files):
    text = files["csv"].decode("utf-8")
    assert text[0] == "\ufeff"
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    assert [r["article_id"] for r in rows] == ["paris-flood-1", "hostile-article", "world-article"]
    assert rows[1]["source"] == "'" + FORMULA and rows[2]["source"] == "'@outlet" and rows[1]["headline"] == HOSTILE
    assert rows[1]["url"] == "", "no http(s) address"
    assert rows[0]["image_sha256"] == IMAGE and rows[0]["ranks"] == "retrieval 1; matches 1; events 1"
    for row in rows:
        assert not any(str(cell).startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", " =1", "＝1", "\u00a0=1"])
def test_what_a_spreadsheet_would_compute_is_text(text):
    assert guarded(text) == "'" + text and guarded("plain = text") == "plain = text"


# --- JSON -------------------------------------------------------------------------------------------------------


def test_json_follows_the_schema_that_is_written_down(files):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema == json.loads(json.dumps(json_schema())), "write `json_schema()` into the schema file"
    found = json.loads(files["json"])
    registry = Registry().with_resource("newsctx.analysis/1", Resource.from_contents(analysis_schema()))
    checker = jsonschema.Draft202012Validator(schema, registry=registry)
    checker.validate(found)
    found["document"]["stages"]["retrieve"]["hits"][0]["rank"] = 0
    with pytest.raises(jsonschema.ValidationError):
        checker.validate(found)


# --- PDF --------------------------------------------------------------------------------------------------------


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_pdf_prints_many_scripts_and_says_what_it_could_not(files):
    text = text_of(files["pdf"])
    assert "Афины" in text and "Αθήνα" in text and "Seine spills over" in text
    assert "Ada" in text and "Checked with the desk" in text
    pages = len(pypdfium2.PdfDocument(files["pdf"]))
    assert f"Page 1 of {pages}" in text and "Another {nb} year" in text, "the PDF library's own word is text of others"
    missing = pdf_fonts.needed([WORLD], SETTINGS.report.font_folders)[1]
    for letter in "東京서울ไทย":
        assert (letter in text) != (letter in missing), "it is printed, or named as one that could not be"
    if missing:
        assert "Letters that could not be printed" in text


def test_without_fonts_of_the_machine_the_pdf_names_what_it_lacks(tmp_path):
    text = text_of(make.make(sources(tmp_path, APPROVE), "pdf", STAMP, BARE))
    assert "Letters that could not be printed" in text and "U+6771 (cjk unified ideograph-6771)" in text
    assert pdf_fonts.BOX in text


def test_arabic_is_shaped_and_runs_from_right_to_left(tmp_path):
    """The letters of a word join: DejaVu's joined forms are other glyphs than the letters alone."""
    from newsctx.report.pdf import rtl

    assert rtl("مدينة باريس") and rtl("  (שלום) x") and not rtl("x مدينة") and not rtl("12")


def test_pdf_has_bookmarks_pages_and_no_date_of_its_own(files):
    data = files["pdf"]
    document = pypdfium2.PdfDocument(data)
    titles = [b.get_title() for b in document.get_toc()]
    assert titles[:2] == ["Caption", "Claim under check"] and "Hashes and trail" in titles
    assert b"/CreationDate" not in data and len(document) >= 3
    page = document[0].render(scale=0.5).to_numpy()
    assert 100 < page.mean() < 255, "something is drawn"


def test_a_letter_wider_than_its_column_breaks_no_table(tmp_path):
    """U+FDFD is wider in DejaVu Sans than many a column."""
    wide = {"action": "exclude", "article_id": "world-article", "reason": "\ufdfd" * 3}
    assert make.make(sources(tmp_path, wide), "pdf", STAMP, BARE)[:5] == b"%PDF-"


def test_a_row_taller_than_a_page_is_printed_whole(tmp_path):
    note = " ".join(f"word{i}" for i in range(330))
    long = [{"action": "pillar", "pillar": "place", "status": "verified", "note": note[:2000]}]
    text = text_of(make.make(sources(tmp_path, *long), "pdf", STAMP, BARE))
    assert "word0 " in text and note[:2000].split()[-2] in text


# --- pictures that are hidden -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["html", "pdf", "md"])
def test_a_picture_marked_as_sensitive_is_left_out_and_said_so(kind, tmp_path):
    of = sources(tmp_path, HIDE)
    assert set(of.pictures) == {"map", "timeline"}, "the archive's copy of it is hidden, too"
    data = make.make(of, kind, STAMP, SETTINGS.report)
    text = text_of(data) if kind == "pdf" else data.decode()
    assert "Marked as sensitive: this report was made without it." in " ".join(text.split())


def test_it_is_shown_where_that_was_chosen(tmp_path):
    of = sources(tmp_path, HIDE, sensitive=True)
    assert {"photo", f"match-{IMAGE}", f"archive-{IMAGE}"} < set(of.pictures)


def test_text_that_turns_or_hides_others_is_written_out():
    assert visible("a\u202eb\u2066\x00\x1b[31m\ud800\r\nc") == "a[U+202E]b[U+2066]\ufffd\ufffd[31m\ufffd\nc"
