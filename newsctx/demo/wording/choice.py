"""Texts with choices: `[a|b|]` is one of the parts, nested as deep as wanted; `{name}` is filled in."""

from __future__ import annotations

import re

import numpy as np

_INNERMOST = re.compile(r"\[([^\[\]]*)\]")


def choose(template: str, rng: np.random.Generator) -> str:
    """The template with every choice made; the same generator makes the same choices."""
    while found := _INNERMOST.search(template):
        parts = found.group(1).split("|")
        template = template[: found.start()] + parts[int(rng.integers(len(parts)))] + template[found.end() :]
    return template


def pick(options: list[str], rng: np.random.Generator) -> str:
    """One of the options, its choices made."""
    return choose(options[int(rng.integers(len(options)))], rng)


def sentence(text: str) -> str:
    """Spaces folded, first letter large, a full stop at the end."""
    folded = " ".join(text.split()).replace(" ,", ",").replace(" .", ".")
    folded = folded[:1].upper() + folded[1:]
    return folded if folded.endswith((".", "!", "?")) else folded + "."
