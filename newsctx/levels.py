"""The name of a probability: what an analyst reads in its place."""

from __future__ import annotations

from newsctx.records import RelevanceLevel
from newsctx.settings import RelevanceSettings


def level_of(probability: float, settings: RelevanceSettings) -> RelevanceLevel:
    """`strong`, `likely`, `uncertain` or `weak`; each begins at its own probability of the settings."""
    if probability >= settings.strong:
        return "strong"
    if probability >= settings.likely:
        return "likely"
    return "uncertain" if probability >= settings.uncertain else "weak"
