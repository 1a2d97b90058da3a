"""What both charts share: a figure as plain JSON, small and without any default that Plotly knows by itself."""

from __future__ import annotations

import json
from typing import Any

from gradio.components.plot import PlotData

#: Colours of the traces until the style sheet (assets/charts.css) replaces them by kind, for light and dark.
COLOURS = {
    "event": "#0f766e", "dropped": "#94a3b8", "article": "#0f766e", "claim": "#b42318", "camera": "#7c3aed",
    "answer": "#1d4ed8", "area": "#0f766e",
}  # fmt: skip
HEIGHT = 380  # pixels
_CLEAR = "rgba(0,0,0,0)"


def trace(kind: str, **values: Any) -> dict[str, Any]:
    """One trace; the style sheet colours it by its kind, the scripts find it by that."""
    return {"meta": {"kind": kind}, **values}


def draw(traces: list[dict[str, Any]], layout: dict[str, Any], revision: str) -> PlotData:
    """The figure as Gradio shows it. `revision`: while it stays, so does how far the analyst has zoomed."""
    whole = {
        "height": HEIGHT,
        "margin": {"l": 4, "r": 8, "t": 8, "b": 4},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "font": {"family": "system-ui, sans-serif", "size": 12},
        "hoverlabel": {"align": "left"},
        "showlegend": True,
        "legend": {
            "orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom", "bgcolor": _CLEAR,
            "font": {"size": 11}, "itemclick": False, "itemdoubleclick": False, "itemsizing": "constant",
        },
        "uirevision": revision,
        **layout,
    }  # fmt: skip
    config = {"displayModeBar": False, "displaylogo": False, "responsive": True, "doubleClick": False}
    return PlotData(type="plotly", plot=json.dumps({"data": traces, "layout": whole, "config": config}))


def plain(text: str) -> str:
    """Plotly reads a little HTML and `%{...}` in its texts: take their meaning away."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "% {")


def short(text: str, most: int = 24) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
