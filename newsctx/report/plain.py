"""Text of others as plain text: what could move, hide or turn the letters around it is written out instead."""

from __future__ import annotations

import re

#: Embeddings, overrides and isolates of the bidirectional algorithm (UAX 9, sec. 2): they reach beyond their text.
#: Single marks (U+200E, U+200F, U+061C) stay, since Arabic and Hebrew need them.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufff9-\ufffb]")
_LONE = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with `[U+202E]` for a character that would turn others, U+FFFD for controls and lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _TURNING.sub(lambda m: f"[U+{ord(m[0]):04X}]", text)
    return _LONE.sub("\ufffd", _CONTROL.sub("\ufffd", text))
