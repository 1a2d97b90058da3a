"""Text of articles and of others on its way out to a program: quoted, not obeyed, and nothing invisible in it.

Who reads it may be a language model. `readable` takes out what only a machine would see; `warnings` says what in a text
looks like an instruction. Neither makes the text trusted: it stays source material, and every answer says so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from newsctx.untrusted import MEANINGS, flags

_JOINERS = "\u200c\u200d"  # Indic and Arabic scripts are spelled with them
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # control, format, surrogate, private use, unassigned


def readable(text: str, most: int | None = None) -> str:
    """The text on one line without control and other invisible characters, at most `most` characters long."""
    kept = "".join(" " if c.isspace() else "" if _hidden(c) else c for c in text)
    line = " ".join(kept.split())
    return line if most is None or len(line) <= most else line[: most - 1].rstrip() + "…"


def visible(value: Any) -> Any:
    """A JSON value whose texts show every character: what is invisible becomes U+FFFD.

    Line breaks and tabs stay, and so do lengths: the offsets of passages hold.
    """
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else "".join(map(_shown, value))
    if isinstance(value, dict):
        return {visible(k): visible(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [visible(v) for v in value]
    return value


def warnings(texts: Iterable[str]) -> tuple[str, ...]:
    """What in the texts looks like an instruction to whoever reads them, each kind once; see `untrusted.flags`."""
    kinds = {flag.kind: None for text in texts for flag in flags(text)}
    return tuple(MEANINGS[kind] for kind in MEANINGS if kind in kinds)


def _shown(char: str) -> str:
    return "\ufffd" if char not in "\n\t\r" and _hidden(char) else char


def _hidden(char: str) -> bool:
    return char not in _JOINERS and unicodedata.category(char) in _HIDDEN
