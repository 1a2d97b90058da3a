"""Timeline and map of the events; both draw without any network.

The map outlines come from assets/world_110m.json, put into the page by `theme.head()`. Colours of text, grid, land and
traces are set by the style sheets (assets/workbench.css, charts.css), so that they follow light and dark. What is
selected is marked in the browser (templates/select.js): no chart is drawn again for it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import gradio as gr
from gradio.components.plot import PlotData

from newsctx.document import ArticleCard
from newsctx.ui import language
from newsctx.ui.chart_data import NAMES, PRECISIONS, DateMark, EventPoint, date_marks, events, evidence
from newsctx.ui.chart_figure import COLOURS, draw, plain, short, trace
from newsctx.ui.chart_map import world
from newsctx.ui.events_panel import span
from newsctx.ui.html import day
from newsctx.ui.language import tr, trn
from newsctx.ui.page import Page

__all__ = ["component", "source", "timeline", "world"]
LEAST_ROWS = 4  # a single event is not stretched over the whole height
MOST_EVENTS = 10  # rows that fit the timeline; the table below has them all
_DAY_MS = 86_400_000


def source(page: Page) -> tuple[Any, ...]:
    """Everything that the charts are drawn from: while it stays equal they need not be drawn again."""
    document = page.document
    if document is None:
        return ()
    context = document.context
    answers = (context.place, context.date) if context else None
    return (
        page.case.case_id if page.case else "", language.current(), document.stages.events, page.edits.clusters,
        document.photo, document.inputs.claim, answers, document.articles,
    )  # fmt: skip


def timeline(page: Page) -> PlotData | None:
    """Events as bars over their days, their articles as dots, the claimed, recorded and answered date as bands.

    None where there is nothing dated to draw.
    """
    shown, marks = events(page)[:MOST_EVENTS], date_marks(page)
    if not shown and not marks:
        return None
    rows = max(len(shown), LEAST_ROWS)
    traces = [_band(mark, rows) for mark in marks]
    traces += [t for t in (_bars(shown, "event"), _bars(shown, "dropped"), _dots(page, shown)) if t]
    return draw(traces, {
        "xaxis": {"type": "date", "automargin": True, "nticks": 6},
        "yaxis": {
            "tickvals": [n for n, _ in enumerate(shown, 1)],
            "ticktext": [f"{e.number} {plain(short(e.cluster.place))}" for e in shown],
            "range": [rows + 0.8, 0.2], "fixedrange": True, "automargin": True,
        },
        "dragmode": "zoom", "barmode": "overlay", "hovermode": "closest",
    }, page.case.case_id if page.case else "")  # fmt: skip


def _bars(shown: list[EventPoint], kind: str) -> dict[str, Any] | None:
    rows = [(row, e) for row, e in enumerate(shown, 1) if e.dropped == (kind == "dropped")]
    if not rows:
        return None
    return trace(
        kind, type="bar", orientation="h", name=tr("Events") if kind == "event" else tr("Dropped events"),
        y=[row for row, _ in rows],
        base=[e.cluster.first.isoformat() for _, e in rows],
        x=[((e.cluster.last - e.cluster.first).days + 1) * _DAY_MS for _, e in rows],  # days are inclusive
        width=0.56,
        customdata=[[e.cluster.id, e.evidence] for _, e in rows],
        hovertext=[
            f"{e.number} {plain(e.cluster.place)}<br>{span(e.cluster)}<br>"
            + trn("%(num)s article", "%(num)s articles", len(e.cluster.article_ids))
            for _, e in rows
        ],
        hoverinfo="text",
        marker={"color": COLOURS[kind], "opacity": 0.55, "line": {"color": COLOURS[kind], "width": 3}},
    )  # fmt: skip


def _dots(page: Page, shown: list[EventPoint]) -> dict[str, Any] | None:
    """Every article of the events on its day of publication."""
    rows: list[tuple[int, EventPoint, ArticleCard]] = [
        (row, e, card)
        for row, e in enumerate(shown, 1)
        for card in map(page.card, e.cluster.article_ids)
        if card.published
    ]
    if not rows:
        return None
    return trace(
        "article", type="scatter", mode="markers", name=tr("Articles, by day of publication"),
        x=[c.published.first.isoformat() for *_, c in rows if c.published],
        y=[row for row, *_ in rows],
        customdata=[[e.cluster.id, evidence((c.article_id,))] for _, e, c in rows],
        text=[
            "<br>".join(t for t in (plain(short(c.headline, 90)), plain(c.source), day(c.published)) if t)
            for *_, c in rows
        ],
        hoverinfo="text",
        marker={"size": 8, "color": COLOURS["article"], "line": {"width": 1, "color": "#ffffff"}},
    )  # fmt: skip


def _band(mark: DateMark, rows: int) -> dict[str, Any]:
    """The whole span that a date covers: a month is a band of a month."""
    first, end = (
        mark.first.isoformat(),
        (mark.last + timedelta(days=1)).isoformat() if mark.last.year < 9999 else "9999",
    )
    told = date_name(mark)
    return trace(
        mark.kind, type="scatter", mode="lines", fill="toself", name=told, text=told, hoverinfo="text",
        hoveron="fills",
        x=[first, end, end, first, first], y=[0.2, 0.2, rows + 0.8, rows + 0.8, 0.2],
        line={"color": COLOURS[mark.kind], "width": 1.5, "dash": "dot" if mark.kind == "claim" else "solid"},
        fillcolor=COLOURS[mark.kind] + "33",
    )  # fmt: skip


def date_name(mark: DateMark) -> str:
    """`Answer: Jun 2016 (to the month)`."""
    told = f"{tr(NAMES[mark.kind])}: {day(mark.when)}"
    if mark.when.precision == "day":
        return told
    return f"{told} ({tr('to the %(precision)s', precision=tr(PRECISIONS[mark.when.precision]))})"


def component(label: str, name: str) -> gr.Plot:
    """An empty plot; hidden until there is something to draw."""
    return gr.Plot(None, label=label, show_label=False, elem_id=name, visible=False, container=False)
