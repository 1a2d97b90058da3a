"""Timeline and map of the events; both draw without any network.

The map outlines come from assets/world_110m.json, put into the page by `theme.head()`. Colours of text, grid
and land are set by the style sheet (assets/workbench.css), so that they follow light and dark.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import gradio as gr
import plotly.graph_objects as go
from gradio.components.plot import PlotData

from newsctx.records import Cluster
from newsctx.ui.events_panel import decision, shown_clusters, span
from newsctx.ui.html import day
from newsctx.ui.page import Page

ACCENT, QUIET, CLAIM, CAMERA = "#0d9488", "#94a3b8", "#dc2626", "#7c3aed"
CHART_HEIGHT = 320  # pixels
ASPECT = 1.6  # width to height of the map in a window of 1440 pixels
LEAST_ROWS = 4  # a single event is not stretched over the whole height
MOST_CLUSTERS = 10  # rows that fit the timeline
LEAST_DEGREES = 24.0  # of the map's sides: a single city still shows its surroundings


def source(page: Page) -> tuple[Any, ...]:
    """Everything that the charts are drawn from: while it stays equal they need not be drawn again."""
    document = page.document
    if document is None:
        return ()
    return (document.stages.events, document.photo, document.inputs, page.edits.clusters, page.look.cluster)


def timeline(page: Page) -> PlotData | None:
    """Events as bars over their days, their articles as dots, the claimed and the camera's day as lines."""
    clusters = shown_clusters(page)[:MOST_CLUSTERS]
    if not clusters:
        return None
    figure = go.Figure()
    for row, cluster in enumerate(clusters, 1):
        figure.add_trace(_bar(page, cluster, row))
        figure.add_trace(_dots(page, cluster, row))
    for when, name, colour, y in _marked_days(page, max(len(clusters), LEAST_ROWS)):
        figure.add_vline(x=when.isoformat(), line={"color": colour, "width": 1.5, "dash": "dot"})
        figure.add_annotation(x=when.isoformat(), y=y, text=name, showarrow=False, xanchor="left", font={"size": 11})
    figure.update_yaxes(
        tickvals=list(range(1, len(clusters) + 1)),
        ticktext=[f"{i} {_short(c.place)}" for i, c in enumerate(clusters, 1)],
        range=[max(len(clusters), LEAST_ROWS) + 1.1, 0],
        fixedrange=True,
    )
    figure.update_xaxes(type="date", automargin=True, nticks=6)
    return _finish(figure, height=CHART_HEIGHT)


def _bar(page: Page, cluster: Cluster, row: int) -> go.Scatter:
    chosen = cluster.id == page.look.cluster
    end = cluster.last + timedelta(days=1)  # days are inclusive
    return go.Scatter(
        x=[cluster.first.isoformat(), end.isoformat()],
        y=[row, row],
        mode="lines",
        line={"width": 12 if chosen else 8, "color": _colour(page, cluster)},
        opacity=0.35 if decision(page, cluster) == "dropped" else 0.9 if chosen else 0.55,
        customdata=[cluster.id] * 2,
        hoverinfo="skip",
    )


def _dots(page: Page, cluster: Cluster, row: int) -> go.Scatter:
    cards = [page.card(a) for a in cluster.article_ids]
    dated = [c for c in cards if c.published]
    return go.Scatter(
        x=[c.published.first.isoformat() for c in dated if c.published],
        y=[row] * len(dated),
        mode="markers",
        marker={"size": 8, "color": _colour(page, cluster), "line": {"width": 1, "color": "#ffffff"}},
        customdata=[cluster.id] * len(dated),
        text=[f"{_plain(c.headline)}<br>{_plain(c.source)}, {day(c.published)}" for c in dated],
        hovertemplate="%{text}<extra></extra>",
    )


def _marked_days(page: Page, rows: int) -> list[tuple[date, str, str, float]]:
    """Day, name, colour and the height of the name: one on top, one at the bottom, since both may be the same day."""
    document, found = page.document, []
    claimed = document.inputs.claim.date if document else None
    if claimed:
        found.append((claimed.first, "claim", CLAIM, 0.25))
    if document and document.photo and len(document.photo.camera.time) >= 10:
        found.append((date.fromisoformat(document.photo.camera.time[:10]), "camera", CAMERA, rows + 0.75))
    return found


def world(page: Page) -> PlotData | None:
    """Events where they are; the size grows with their articles. None where no event has coordinates."""
    placed = [
        (i, c, c.lat, c.lon) for i, c in enumerate(shown_clusters(page), 1) if c.lat is not None and c.lon is not None
    ]
    if not placed:
        return None
    figure = go.Figure(
        go.Scattergeo(
            lat=[lat for *_, lat, _ in placed],
            lon=[lon for *_, lon in placed],
            mode="markers+text",
            text=_labels(placed),
            textposition="top center",
            customdata=[c.id for _, c, *_ in placed],
            hovertext=[f"{_plain(c.place)}<br>{span(c)}<br>{len(c.article_ids)} articles" for _, c, *_ in placed],
            hoverinfo="text",
            marker={
                "size": [min(26, 9 + 2 * len(c.article_ids)) for _, c, *_ in placed],
                "color": [_colour(page, c) for _, c, *_ in placed],
                "opacity": 0.85,
                "line": {"width": 1, "color": "#ffffff"},
            },
        )
    )
    lats, lons = [p[2] for p in placed], [p[3] for p in placed]
    figure.update_geos(
        resolution=110,
        projection_type="equirectangular",
        showcoastlines=True,
        showland=True,
        showcountries=True,
        showframe=False,
        bgcolor="rgba(0,0,0,0)",
        lataxis_range=_stretch(lats, max(LEAST_DEGREES, (max(lons) - min(lons)) / ASPECT), -60, 85),
        lonaxis_range=_stretch(lons, max(ASPECT * LEAST_DEGREES, (max(lats) - min(lats)) * ASPECT), -180, 180),
    )
    return _finish(figure, height=CHART_HEIGHT)


def _labels(placed: list[tuple[int, Cluster, float, float]]) -> list[str]:
    """The numbers of the events, left out where a better event already stands nearly there."""
    span = max(20.0, max(p[3] for p in placed) - min(p[3] for p in placed))
    labels: list[str] = []
    taken: list[tuple[float, float]] = []
    for number, _, lat, lon in placed:
        free = all(abs(lat - a) > span / 16 or abs(lon - o) > span / 16 for a, o in taken)
        labels.append(str(number) if free else "")
        if free:
            taken.append((lat, lon))
    return labels


def _stretch(values: list[float], least: float, low: float, high: float) -> list[float]:
    """The span of the values with a margin, at least `least` wide, inside low..high."""
    middle, half = (min(values) + max(values)) / 2, max((max(values) - min(values)) * 0.6, least / 2)
    return [max(low, middle - half), min(high, middle + half)]


def _colour(page: Page, cluster: Cluster) -> str:
    if decision(page, cluster) == "dropped":
        return QUIET
    return ACCENT if cluster.id == page.look.cluster or not page.look.cluster else QUIET


def _short(text: str, most: int = 24) -> str:
    plain = _plain(text)
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _plain(text: str) -> str:
    """Plotly reads a little HTML in its texts: take its meaning away."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "% {")


def _finish(figure: go.Figure, height: int) -> PlotData:
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 8, "t": 8, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        font={"family": "system-ui, sans-serif", "size": 12},
        hoverlabel={"align": "left"},
        dragmode=False,
    )
    figure.update_layout(template=None)
    figure.update_yaxes(automargin=True)
    drawn: dict[str, Any] = json.loads(figure.to_json())
    drawn["config"] = {"displayModeBar": False, "displaylogo": False, "responsive": True}
    return PlotData(type="plotly", plot=json.dumps(drawn))


def component(label: str, name: str) -> gr.Plot:
    """An empty plot; hidden until there is something to draw."""
    return gr.Plot(None, label=label, show_label=False, elem_id=name, visible=False, container=False)
