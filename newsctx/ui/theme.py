"""Look of the page: theme, style sheet and the script that every page needs. Nothing is loaded from elsewhere."""

from __future__ import annotations

import gradio as gr

from newsctx.ui.html import ASSETS, script

CSS = ASSETS / "workbench.css"
OUTLINES = ASSETS / "world_110m.json"


def theme() -> gr.themes.Base:
    """Teal on slate, compact, with the fonts of the system."""
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        spacing_size="sm",
        text_size="sm",
        radius_size="sm",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def head() -> str:
    """Map outlines (Plotly asks a server abroad for them otherwise) and the page's own script.

    The outlines are part of the page and not a file beside it, so that they also arrive under a root path.
    """
    outlines = OUTLINES.read_text(encoding="utf-8")
    return (
        f"<script>window.PlotlyGeoAssets = {{topojson: {{world_110m: {outlines}}}}};</script>\n"
        f"<script>{script('page.js')}</script>"
    )
