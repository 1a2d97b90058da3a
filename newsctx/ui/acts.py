"""The type of what answers an act of the page; one file for each room holds its own (`*_acts.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from newsctx.ui.page import Look

if TYPE_CHECKING:
    from newsctx.ui.handlers import Handlers

Here = tuple[str, Look, bool]  # case id, look, recompute automatically
Update = dict[Any, Any]
#: The data come from the page: nothing in them is trusted.
Act = Callable[["Handlers", Here, Mapping[str, Any]], Iterator[Update]]
