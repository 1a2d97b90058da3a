"""Sentences of stages name articles by their ids; readers are given a name for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

TELLING = 8  # letters of an id that cannot be a word of the sentence by chance


def named(text: str, ids: Iterable[str], name: Callable[[str], str]) -> str:
    """The sentence with `name` of each article instead of its id; an id too short to be told from a word stays."""
    found = sorted((a for a in ids if len(a) >= TELLING and a in text), key=len, reverse=True)
    if not found:
        return text
    return re.sub("|".join(rf"(?<![\w-]){re.escape(a)}(?![\w-])" for a in found), lambda m: name(m[0]), text)
