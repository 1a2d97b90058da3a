"""Acts on the map and the timeline that are more than one override."""

from __future__ import annotations

from newsctx.ui.acts import Act

ACTS: dict[str, Act] = {}
