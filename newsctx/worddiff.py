"""What differs between two texts, word by word (difflib: Ratcliff and Obershelp's longest matching blocks)."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
MOST = 2000  # tokens of a text that are compared; the rest is shown as it is


class Part(NamedTuple):
    """A run of text: in both, only in the first, or only in the second."""

    kind: Literal["same", "gone", "new"]
    text: str


def differences(before: str, after: str) -> list[Part]:
    """The second text with what was taken out and put in, in reading order.

    Joining `same` and `gone` gives the first text, `same` and `new` the second.
    """
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    parts: list[Part] = []
    matcher = SequenceMatcher(None, old[:MOST], new[:MOST], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            parts.append(Part("same", "".join(old[a:b])))
            continue
        if b > a:
            parts.append(Part("gone", "".join(old[a:b])))
        if d > c:
            parts.append(Part("new", "".join(new[c:d])))
    for kind, rest in (("gone", old[MOST:]), ("new", new[MOST:])):
        if rest:
            parts.append(Part(kind, "".join(rest)))  # type: ignore[arg-type]
    return parts
