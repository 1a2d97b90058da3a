"""The three ways in which a channel ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from newsctx.archive.index import Found
from newsctx.records import ChannelResult


def ran(name: str, found: Sequence[Found], evidence: Mapping[str, str]) -> ChannelResult:
    """It searched: hits best first."""
    hits = tuple((h.article_id, h.score) for h in found)
    return ChannelResult(name=name, state="ran", hits=hits, evidence=dict(evidence))


def unavailable(name: str, reason: str) -> ChannelResult:
    """It cannot run here."""
    return ChannelResult(name=name, state="unavailable", reason=reason)


def no_query(name: str, reason: str) -> ChannelResult:
    """It had nothing to search with."""
    return ChannelResult(name=name, state="no_query", reason=reason)
