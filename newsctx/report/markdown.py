"""A report as Markdown (CommonMark with tables), in which no text of others is markup.

The stamp stands in one place, the line that begins with `Made:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsctx.report.facts import Report
from newsctx.report.outline import Block, Cell, Figure, Heading, Items, Link, Opening, Paragraph, Rows, Table
from newsctx.report.plain import visible

#: ASCII punctuation that CommonMark 0.31 (sec. 2.4) lets a backslash take the meaning from. An escaped character is
#: always plain text, so that the whole set may be escaped; what reads the same is left alone.
_MARKS = re.compile(r"([\\`*_\[\]<>#!|~&$@])")
#: What means something at the beginning of a line: lists, rules, headings, code.
_BEGINS = re.compile(r"^(?=[-+=:])|^(\d{1,9})(?=[.)](?:\s|$))")
#: What GitHub makes a link of without any brackets, and the colon of its :emoji:.
_ADDRESS = re.compile(r"(?i)(?<=www)(?=\.)|:(?=[/a-z])")
_SPACE = re.compile(r"\s+")


def render(report: Report, blocks: Iterable[Block]) -> bytes:
    """UTF-8; pictures are in HTML and PDF only, each has its text here."""
    return ("\n\n".join(part for block in blocks if (part := _block(block, report))) + "\n").encode("utf-8", "replace")


def escape(text: str) -> str:
    """One line of plain text that is nothing else: no heading, list, link, image, HTML, table cell or address."""
    line = _SPACE.sub(" ", visible(text)).strip()
    escaped = _MARKS.sub(r"\\\1", line)
    escaped = _BEGINS.sub(lambda m: f"{m[1] or ''}\\", escaped)
    return _ADDRESS.sub(lambda m: "\\" + m[0], escaped)


def _block(block: Block, report: Report) -> str:
    match block:
        case Opening():
            return _opening(block, report)
        case Heading():
            return f"{'#' * block.level} {escape(block.text)}"
        case Paragraph(parts=parts, tone=tone):
            if tone == "code":
                return _fenced(str(parts[0]))
            text = "  \n".join(escape(line) for c in parts for line in _lines(c) if line.strip())
            if tone == "quote":
                return "> " + text.replace("\n", "\n> ")
            return f"**{text}**" if tone == "warning" else text
        case Rows():
            return "\n".join(f"- **{escape(n)}:** {_cell(v)}" for n, v in block.rows)
        case Items():
            return "\n".join(f"- {escape(i)}" for i in block.items)
        case Figure():
            return "\n\n".join(escape(t) for t in (block.missing or f"[Picture] {block.alt}", block.caption))
        case Table():
            return _table(block)


def _opening(block: Opening, report: Report) -> str:
    lines = [f"# {escape(block.title)}", f"Made: {block.made}", f"{escape(block.status)}. newsctx {report.newsctx}."]
    lines += [f"**{escape(w)}**" for w in block.warnings]
    rows = (tuple(v[:3]) for v in block.verdict)
    lines.append(_table(Table(("Question", "Answer", "Who and how sure"), tuple(rows), (1, 1, 1))))
    photo = block.photo
    lines.append(escape(f"{photo.caption}. {photo.missing if report.photo.hidden else ''}".strip()))
    return "\n\n".join(lines)


def _table(block: Table) -> str:
    head = "| " + " | ".join(escape(c) for c in block.columns) + " |"
    rule = "|" + "|".join(" ---: " if i in block.numbers else " --- " for i in range(len(block.columns))) + "|"
    return "\n".join([head, rule, *("| " + " | ".join(_cell(c) for c in row) + " |" for row in block.rows)])


def _cell(cell: Cell) -> str:
    """On one line, its lines apart by `<br>`, the one tag that this writes."""
    lines = [escape(line) for line in _lines(cell) if line.strip()]
    if isinstance(cell, Link) and lines:
        address = "".join(c if c.isascii() and c not in "<>()|\\` \"'" else _percent(c) for c in cell.url)
        lines[0] = f"[{lines[0]}](<{address}>)"
    return "<br>".join(lines)


def _percent(character: str) -> str:
    return "".join(f"%{b:02X}" for b in character.encode("utf-8", "replace"))


def _lines(cell: Cell) -> list[str]:
    return (cell.text if isinstance(cell, Link) else cell).split("\n")


def _fenced(text: str) -> str:
    """A code block whose fence is longer than any run of backticks in it."""
    text = visible(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"
