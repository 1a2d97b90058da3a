"""Look of the page: theme, style sheet and the script that every page needs. Nothing is loaded from elsewhere."""

from __future__ import annotations

import gradio as gr

from newsctx.ui.html import ASSETS, script

ROOMS = (
    "workbench", "evidence", "cases", "batch", "overrides", "conflicts", "charts", "viewer",
    "help", "report", "account", "services",
)  # fmt: skip
CSS = tuple(ASSETS / f"{room}.css" for room in ROOMS)
SCRIPTS = ("page.js", "cases.js", "batch.js", "select.js", "evidence.js", "viewer.js", "help.js", "account.js")  # what works without the server
FAVICON = ASSETS / "favicon.png"
OUTLINES = ASSETS / "world_110m.json"


def theme() -> gr.themes.Base:
    """Teal on slate, compact, with the fonts of the system."""
    base = gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        spacing_size="sm",
        text_size="sm",
        radius_size="sm",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    return base.set(  # white on teal 500, the default, is too faint to read (2.5:1)
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        button_large_text_size="*text_md",
        button_large_padding="6px 12px",
        checkbox_background_color_selected="*primary_700",
        checkbox_background_color_selected_dark="*primary_700",
    )


def head() -> str:
    """Map outlines (Plotly asks a server abroad for them otherwise) and the page's own script.

    The outlines are part of the page and not a file beside it, so that they also arrive under a root path.
    """
    outlines = OUTLINES.read_text(encoding="utf-8")
    atlas = f"<script>window.PlotlyGeoAssets = {{topojson: {{world_110m: {outlines}}}}};</script>"
    return "\n".join((atlas, *(f"<script>{script(name)}</script>" for name in SCRIPTS)))
