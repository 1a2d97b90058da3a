"""The names of the search channels: which there are, what they weigh, and how a sentence calls them.

A new channel is entered here once; settings, overrides and explanations read it from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: Default fusion weight of every channel, in the order in which they are listed.
WEIGHTS: dict[str, float] = {
    "image_text": 1.0,
    "content": 0.5,
    "visual": 1.0,
    "visual_second": 1.0,
    "composite": 0.0,
    "copy": 2.0,
    "words_note": 1.0,
    "words_ocr": 1.0,
    "coverage": 1.0,
}

#: Old name -> the channel that does its work now; used only where the old name is no channel any more.
RENAMED: dict[str, str] = {"image_image": "visual", "words_bm25": "words_note", "words_dense": "words_note"}

#: How a sentence names a channel.
SPOKEN: dict[str, str] = {
    "image_text": "image to text",
    "content": "image to article text",
    "visual": "image to image",
    "visual_second": "the second image encoder",
    "composite": "article structure",
    "copy": "copy",
    "words_note": "the note's words",
    "words_ocr": "the legible text",
    "coverage": "other coverage",
}


def current(name: str) -> str:
    """The present name of a channel; a name that never was one stays as it is."""
    return name if name in WEIGHTS else RENAMED.get(name, name)


def by_current_name(values: Mapping[str, float]) -> dict[str, float]:
    """Old names replaced by the present ones: a present name given beside an old one wins, else the largest value.

    Raises:
        ValueError: a name that is no channel; names the channels that there are.
    """
    check(values)
    found = {name: value for name, value in values.items() if current(name) == name}
    given = set(found)
    for name, value in values.items():
        now = current(name)
        if now not in given:
            found[now] = max(value, found.get(now, value))
    return found


def check(names: Iterable[str]) -> None:
    """Raise ValueError where a name is neither a channel nor an old name of one."""
    wrong = next((n for n in names if current(n) not in WEIGHTS), None)
    if wrong is not None:
        raise ValueError(f"there is no channel {wrong[:40]!r}: expected one of {', '.join(WEIGHTS)}")


def spoken(name: str) -> str:
    """For the inside of a sentence."""
    return SPOKEN.get(name, name.replace("_", " "))
