"""The formats of a report."""

from __future__ import annotations

from typing import Literal, get_args

from newsctx.errors import CaseError
from newsctx.report import build, charts, html, markdown, table
from newsctx.report.build import Sources
from newsctx.report.outline import outline
from newsctx.settings import ReportSettings

Format = Literal["html", "pdf", "md", "json", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)


def checked(name: str) -> Format:
    """Raises CaseError for what is no format of a report."""
    for one in FORMATS:
        if one == name:
            return one
    raise CaseError(f"{name[:40]!r} is no format of a report; expected one of {', '.join(FORMATS)}.")


def make(sources: Sources, kind: Format, made: str, settings: ReportSettings) -> bytes:
    """The report as a file of this format; `made`: ISO 8601, UTC. Raises CaseError, see `build.report`."""
    report = build.report(sources, made)
    if kind == "json":
        return report.to_json().encode("utf-8", "replace")
    if kind == "csv":
        return table.render(report)
    pictures = dict(sources.pictures)
    blocks = outline(report, settings, pictures)
    if kind == "md":
        return markdown.render(report, blocks)
    if kind == "html":
        return html.render(report, blocks, pictures)
    from newsctx.report import pdf  # fonts and their shaping load only where one is made

    drawn = {"map": charts.world, "timeline": charts.timeline}
    for name, draw in drawn.items():
        if name in pictures:
            pictures[name] = draw(report.events[: settings.events], report.marks, "png")
    return pdf.render(report, blocks, pictures, settings)
