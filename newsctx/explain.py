"""One sentence on why an article was found: which channels agree, what matched, which neighbours lifted it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from newsctx.channel_names import spoken
from newsctx.records import ChannelScore
from newsctx.refine import Lift

_IMAGE = re.compile(r"[0-9a-f]{64}")
_LONGEST = 60  # characters of what a channel says it matched


def sentence(
    channels: Mapping[str, ChannelScore],
    images: Sequence[str],
    lifts: Sequence[Lift],
    agree_rank: int,
    window_days: int,
) -> str:
    """`Copy, image to image and words agree: its photograph 2 and caption 1; lifted by 3 articles of the same week.`

    A channel agrees where it ranks the article among its first `agree_rank`; the best rank is named first. Where none
    does, the best one is named with its rank.

    Args:
        channels: of the channels that found the article, at least one.
        images: image ids of the article in its order; a photograph is numbered where there are several.
        lifts: the refinements that raised it.
    """
    order = sorted(channels, key=lambda name: (channels[name].rank, name))
    agreeing = [name for name in order if channels[name].rank <= agree_rank]
    names = agreeing or order[:1]
    start = _and([spoken(name) for name in names])
    if not agreeing:
        claim = f"No channel ranks it high, {start} best (rank {channels[names[0]].rank})"
    else:
        claim = f"{start[:1].upper()}{start[1:]} {'agree' if len(names) > 1 else 'alone finds it'}"
        if len(names) == 1 and len(channels) > 1:
            claim = f"{start[:1].upper()}{start[1:]} ranks it high"
    objects = [thing for name in names for thing in _things(channels[name].evidence, images)]
    matched = f": {_owned(list(dict.fromkeys(objects)))}" if objects else ""
    lifted = _lifted(lifts, window_days)
    return f"{claim}{matched}{f'; lifted by {lifted}' if lifted else ''}."


def _things(evidence: str, images: Sequence[str]) -> list[str]:
    """What a channel matched, as a sentence names it."""
    if _IMAGE.fullmatch(evidence):
        several = len(images) > 1 and evidence in images
        return [f"photograph {images.index(evidence) + 1}" if several else "photograph"]
    if evidence == "headline and abstract":
        return ["headline", "abstract"]
    line = " ".join(evidence.removeprefix("words: ").split())
    line = line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"
    return [f"words “{line}”" if evidence.startswith("words: ") else line] if line else []


def _owned(things: Sequence[str]) -> str:
    own = [t for t in things if not t.startswith("story of ")]
    others = [f"the {t}" for t in things if t.startswith("story of ")]
    return _and([*([f"its {own[0]}", *own[1:]] if own else []), *others])


def _lifted(lifts: Sequence[Lift], window_days: int) -> str:
    """`3 articles of the same week and 1 linked by citation`."""
    when = {0: "of the same day", 7: "of the same week"}.get(window_days, f"within {window_days} days")
    how = {"temporal": when, "citation": "linked by citation"}
    counted = [(len(lift.neighbours), how[lift.name]) for lift in lifts if lift.added > 0]
    first = [f"{n} article{'s' if n != 1 else ''} {what}" for n, what in counted[:1]]
    return _and([*first, *(f"{n} {what}" for n, what in counted[1:])]) if counted else ""


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
