"""A report as PDF, A4, with bookmarks, alternative texts and text in any script that a font here has.

The stamp stands in one place, on the first page, in a font that is not embedded and on a page that is not compressed:
two reports of the same case differ in these bytes only. The file has neither a date of its own nor a random id.
"""

from __future__ import annotations

import hashlib
import io
import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos
from fpdf.errors import FPDFException
from fpdf.output import OutputProducer, PDFInfo

from newsctx.report import pdf_fonts
from newsctx.report.facts import Report
from newsctx.report.outline import (
    Block,
    Cell,
    Figure,
    Heading,
    Items,
    Link,
    Opening,
    Paragraph,
    Rows,
    Table,
)
from newsctx.report.plain import visible
from newsctx.settings import ReportSettings

Colour = tuple[int, int, int]
INK, QUIET, LINE, ACCENT = (22, 32, 42), (82, 96, 109), (205, 212, 219), (11, 110, 105)
TONES: dict[str, Colour] = {
    "good": (17, 98, 54), "bad": (166, 27, 27), "warn": (138, 75, 8), "warning": (138, 75, 8), "note": (120, 130, 140),
    "none": QUIET, "answer": INK, "quiet": QUIET,
}  # fmt: skip
MARGIN, BOTTOM, LEADING = 16.0, 18.0, 1.38  # mm, mm, line height over letter height
POINT = 0.3528  # mm
SIZES = {2: 13.5, 3: 10.5, 4: 9.5}
BODY, SMALL, TINY = 9.5, 8.2, 7.2  # points
GAP = 2.6  # mm between columns
_PAGES = "\x1fpages\x1f"  # where the number of pages goes: `visible` lets no text of others hold this
_TALLEST = 118.0  # mm of a figure


def render(
    report: Report, blocks: Sequence[Block], pictures: Mapping[str, bytes], settings: ReportSettings
) -> bytes:  # fmt: skip
    """`pictures`: JPEG or PNG by name."""
    fonts, missing = pdf_fonts.needed((visible(t) for t in texts(blocks)), settings.font_folders)
    page = _Page(report, pictures, fonts, missing)
    for i, block in enumerate(blocks):
        after = blocks[i + 1] if i + 1 < len(blocks) else None
        page.put(block, after.name if isinstance(after, Figure) else "")
    if missing:
        page.put(Heading("Letters that could not be printed"))
        page.put(Paragraph((
            f"No font on this machine has these letters; each is printed as {pdf_fonts.BOX}. The HTML, Markdown and "
            f"JSON of this report have them: {pdf_fonts.named(missing)}.",
        )))  # fmt: skip
    return bytes(page.output(output_producer_class=_Undated))


def texts(blocks: Sequence[Block]) -> Iterator[str]:
    """Every text that is printed."""
    for b in blocks:
        match b:
            case Opening():
                yield from (b.title, b.photo.caption, *b.warnings, *(t for v in b.verdict for t in v[:3]))
            case Heading():
                yield b.text
            case Paragraph():
                yield from (_plain(c) for c in b.parts)
            case Rows():
                yield from (t for name, value in b.rows for t in (name, _plain(value)))
            case Items():
                yield from b.items
            case Figure():
                yield from (b.caption, b.missing)
            case Table():
                yield from (_plain(c) for row in b.rows for c in row)


def _plain(cell: Cell) -> str:
    return cell.text if isinstance(cell, Link) else cell


class _Undated(OutputProducer):
    """Writes no date of creation: the stamp stands on the page, and nowhere else."""

    def _add_info(self) -> PDFInfo:
        info = super()._add_info()
        info.creation_date = None  # type: ignore[assignment]
        return info


class _Page(FPDF):
    def __init__(
        self,
        report: Report,
        pictures: Mapping[str, bytes],
        fonts: Sequence[pdf_fonts.Font],
        missing: frozenset[str],
    ) -> None:
        super().__init__(format="A4")
        self._report, self._pictures, self._missing, self._follows = report, pictures, missing, ""
        self.set_compression(False)
        self.alias_nb_pages(_PAGES)
        self.set_lang("en")
        self.set_title(visible(f"{report.case.title}: verification report"))
        self.set_creator(f"newsctx {report.newsctx}")
        own = pdf_fonts.own()
        self.add_font("Body", "", own[""])
        self.add_font("Body", "B", own["B"])
        self.add_font("Mono", "", own["mono"])
        for i, font in enumerate(fonts):
            self.add_font(f"Other{i}", "", font.path, collection_font_number=font.number)
        self.set_fallback_fonts([f"Other{i}" for i in range(len(fonts))] + ["Body"], exact_match=False)
        self.set_text_shaping(True)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.c_margin = 0.0
        self.set_auto_page_break(True, BOTTOM)
        self.add_page()

    def file_id(self) -> str:
        """Of the content: the same case has the same id."""
        of = self._report.model_copy(update={"made": ""}).to_json()
        name = hashlib.sha256(of.encode("utf-8", "replace")).hexdigest()[:32]
        return f"<{name}><{name}>"

    def footer(self) -> None:
        self.set_y(-12)
        self._core(7)
        self.cell(
            0, 5, f"newsctx verification report   case {self._report.case.case_id}", align=Align.L, new_x=XPos.LMARGIN
        )
        self.cell(0, 5, f"Page {self.page_no()} of {_PAGES}", align=Align.R)

    def _core(self, size: float) -> None:
        self.set_font("Helvetica", "", size)
        self.set_text_color(*QUIET)

    # --- blocks -------------------------------------------------------------------------------------------------------

    def put(self, block: Block, before: str = "") -> None:
        """Set a block below the last one; `before`: the picture that follows it."""
        self._follows = before
        kinds: dict[type, Callable[[Any], None]] = {
            Opening: self._opening, Heading: self._heading, Paragraph: self._paragraph, Rows: self._rows,
            Items: self._items, Figure: self._figure, Table: self._table,
        }  # fmt: skip
        kinds[type(block)](block)

    def _opening(self, b: Opening) -> None:
        self._write("Verification report", 9.5, "B", ACCENT)
        self._write(b.title, 18, "B")
        self._write(f"{b.status}. newsctx {self._report.newsctx}.", SMALL, "", QUIET)
        self._core(SMALL)
        self.cell(0, 4.4, f"Made {b.made}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        for warning in b.warnings:
            self._paragraph(Paragraph((warning,), "warning"))
        self.ln(2)
        top, half = self.get_y(), (self.epw - 6) * 0.46
        bottom = self._photo(b.photo, half)
        self.set_y(top)
        self.set_left_margin(MARGIN + half + 6)
        for question, answer, told, tone in b.verdict:
            self._rule()
            self._write(question, SMALL, "", QUIET)
            self._write(answer, 12, "B", TONES[tone])
            if told:
                self._write(told, SMALL, "", QUIET)
            self.ln(1.6)
        self._rule()
        self.set_left_margin(MARGIN)
        self.set_xy(MARGIN, max(self.get_y(), bottom) + 2)

    def _photo(self, b: Figure, width: float) -> float:
        """The photograph at the left; returns where it ends."""
        self.set_right_margin(self.w - MARGIN - width)
        self._picture(b, width, 95)
        self._write(b.caption, TINY, "", QUIET)
        self.set_right_margin(MARGIN)
        return self.get_y()

    def _heading(self, b: Heading) -> None:
        size = SIZES[b.level]
        self.ln({2: 5.0, 3: 2.6}.get(b.level, 1.6))
        if self.will_page_break(size * POINT + 22 + self._tall(self._follows)):  # not alone at the foot of a page
            self.add_page()
        if b.level == 2:
            self.start_section(_boxed(visible(b.text), self._missing))
        self._write(b.text, size, "B")
        if b.level == 2:
            self._rule(INK)
        self.ln(1.2)

    def _paragraph(self, b: Paragraph) -> None:
        text = "".join(_plain(c) for c in b.parts)
        match b.tone:
            case "quote":
                self._barred(text, 11, ACCENT)
            case "warning" | "note" | "good":
                self._barred(text, BODY, TONES[b.tone])
            case "code":
                self._write(text, TINY, family="Mono")
            case "quiet":
                self._write(text, SMALL, "", QUIET)
            case _:
                self._write(text, BODY)
        self.ln(1.4)

    def _barred(self, text: str, size: float, colour: Colour) -> None:
        """A paragraph with a coloured bar at its side."""
        self.set_left_margin(MARGIN + 4)
        self.set_x(MARGIN + 4)
        height = self._height(text, self.epw, size)
        if self.will_page_break(min(height, 60)):
            self.add_page()
        first, top = self.page, self.get_y()
        self._write(text, size)
        self.set_left_margin(MARGIN)
        if self.page == first:
            self.set_fill_color(*colour)
            self.rect(MARGIN, top, 0.9, self.get_y() - top, style="F")
        self.set_x(MARGIN)

    def _rows(self, b: Rows) -> None:
        family, size = ("Mono", TINY) if b.mono else ("Body", SMALL)
        for name, value in b.rows:
            self._row([_Piece(name, SMALL, colour=QUIET), _Piece(_plain(value), size, family=family)], (26, 74))

    def _items(self, b: Items) -> None:
        for item in b.items:
            self._row([_Piece("•", SMALL), _Piece(item, BODY)], (3, 97), rule=False)

    def _figure(self, b: Figure) -> None:
        self._picture(b, self.epw, _TALLEST)
        self._write(b.caption, SMALL, "", QUIET)
        self.ln(2.5)

    def _tall(self, name: str) -> float:
        """How high a figure stands, 0 for none."""
        if name not in self._pictures:
            return 0.0
        wide, high = _size(self._pictures[name])
        return min(self.epw * high / wide, _TALLEST)

    def _picture(self, b: Figure, width: float, tallest: float) -> None:
        data = self._pictures.get(b.name)
        if data is None:
            self._barred(b.missing or "Its picture could not be made.", BODY, TONES["note"])
            return
        wide, high = _size(data)
        scale = min(width / wide, tallest / high)
        if self.will_page_break(high * scale + 8):
            self.add_page()
        x, y = self.l_margin, self.get_y()
        self.image(io.BytesIO(data), x, y, wide * scale, high * scale, alt_text=visible(b.alt))
        self.set_xy(x, y + high * scale + 1.2)

    # --- tables -------------------------------------------------------------------------------------------------------

    def _table(self, b: Table) -> None:
        widths = (9, *b.widths) if b.pictures else b.widths
        numbers = {n + 1 for n in b.numbers} if b.pictures else set(b.numbers)
        names = ("Photo", *b.columns) if b.pictures else b.columns
        head = [_Piece(n, TINY, "B", QUIET, right=i in numbers) for i, n in enumerate(names)]
        self._row(head, widths, rule=True, keep=16)
        for i, row in enumerate(b.rows):
            cells = [_Piece(_plain(c), SMALL, link=c.url if isinstance(c, Link) else "") for c in row]
            if b.pictures:
                cells.insert(0, _Piece("", SMALL, picture=b.pictures[i]))
            for n in numbers:
                cells[n].right = True
            self._row(cells, widths, again=lambda: self._row(head, widths))
        self.ln(1.5)

    def _row(
        self,
        pieces: Sequence[_Piece],
        widths: Sequence[int],
        rule: bool = True,
        keep: float = 0.0,
        again: Callable[[], None] | None = None,
    ) -> None:
        """Pieces side by side; `again` repeats the head on a new page."""
        wide = [self.epw * w / sum(widths) - GAP for w in widths]
        height, room = self._row_height(pieces, wide), self.h - BOTTOM - MARGIN - 12
        if height > room:  # its parts below one another
            for p in pieces:
                self._write(p.text, p.size, p.style, p.colour, family=p.family)
            self._rule()
            return
        if self.will_page_break(height + keep):
            self.add_page()
            if again:
                again()
        top, x = self.get_y() + 0.9, self.l_margin
        for p, w in zip(pieces, wide, strict=True):
            self.set_xy(x, top)
            self._set_piece(p, w)
            x += w + GAP
        self.set_xy(self.l_margin, top - 0.9 + height)
        if rule:
            self._rule()

    def _row_height(self, pieces: Sequence[_Piece], wide: Sequence[float]) -> float:
        """Taller than any page where a single letter is wider than its column (U+FDFD is)."""
        try:
            return max(self._piece_height(p, w) for p, w in zip(pieces, wide, strict=True)) + 1.8
        except FPDFException:
            return math.inf

    def _piece_height(self, p: _Piece, width: float) -> float:
        if p.picture in self._pictures:
            wide, high = _size(self._pictures[p.picture])
            return width * high / wide
        return self._height(p.text, width, p.size, p.style, p.family)

    def _set_piece(self, p: _Piece, width: float) -> None:
        if p.picture in self._pictures:
            wide, high = _size(self._pictures[p.picture])
            self.image(
                io.BytesIO(self._pictures[p.picture]), self.get_x(), self.get_y(), width, width * high / wide,
                alt_text="archived photograph of this article",
            )  # fmt: skip
            return
        first, _, rest = p.text.partition("\n")
        if p.link and rest:  # only the headline leads to the article
            self._write(first, p.size, p.style, ACCENT, width, p.right, p.family, p.link)
            self.set_x(self.get_x())
            self._write(rest, p.size, p.style, QUIET, width, p.right, p.family)
            return
        self._write(p.text, p.size, p.style, ACCENT if p.link else p.colour, width, p.right, p.family, p.link)

    # --- text ---------------------------------------------------------------------------------------------------------

    def _write(
        self,
        text: str,
        size: float,
        style: str = "",
        colour: Colour = INK,
        width: float = 0.0,
        right: bool = False,
        family: str = "Body",
        link: str = "",
    ) -> None:
        """Text from here, right to left where it begins so; afterwards below it, at the same left."""
        self.set_font(family, style if family == "Body" else "", size)
        self.set_text_color(*colour)
        shown = _boxed(visible(text), self._missing)
        left = self.get_x() if width else self.l_margin
        self.set_x(left)
        self.multi_cell(
            width, size * POINT * LEADING, shown, align=Align.R if right or rtl(shown) else Align.L, link=link,
            new_x=XPos.LEFT, new_y=YPos.NEXT,
        )  # fmt: skip

    def _height(self, text: str, width: float, size: float, style: str = "", family: str = "Body") -> float:
        self.set_font(family, style if family == "Body" else "", size)
        shown = _boxed(visible(text), self._missing)
        return float(
            self.multi_cell(
                width, size * POINT * LEADING, shown, dry_run=True, output=MethodReturnValue.HEIGHT, align=Align.L
            )
        )

    def _rule(self, colour: Colour = LINE) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(0.2)
        y = self.get_y()
        self.line(self.l_margin, y, self.w - self.r_margin, y)
        self.set_y(y + 0.4)


class _Piece:
    """One cell of a row."""

    def __init__(
        self,
        text: str,
        size: float,
        style: str = "",
        colour: Colour = INK,
        right: bool = False,
        family: str = "Body",
        link: str = "",
        picture: str = "",
    ) -> None:
        self.text, self.size, self.style, self.colour = text, size, style, colour
        self.right, self.family, self.link, self.picture = right, family, link, picture


_boxed = pdf_fonts.boxed


def rtl(text: str) -> bool:
    """Whether the text begins right to left: its first letter with a direction (UAX 9, P2 and P3)."""
    first = next((d for c in text if (d := unicodedata.bidirectional(c)) in ("L", "R", "AL")), "L")
    return first != "L"


def _size(data: bytes) -> tuple[int, int]:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return image.size
