"""Acts on cases, their history and runs that are more than one override."""

from __future__ import annotations

from newsctx.ui.acts import Act

ACTS: dict[str, Act] = {}
