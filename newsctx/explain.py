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
    objects = [thing for name in names if (thing := _thing(channels[name].evidence, images))]
    matched = f": {_owned(list(dict.fromkeys(objects)))}" if objects else ""
    lifted = [_lifted(lift, window_days) for lift in lifts if lift.added > 0]
    return f"{claim}{matched}{f'; lifted by {_and(lifted)}' if lifted else ''}."


def _thing(evidence: str, images: Sequence[str]) -> str:
    """What a channel matched, as a sentence names it."""
    if not _IMAGE.fullmatch(evidence):
        line = " ".join(evidence.split())
        return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"
    if len(images) > 1 and evidence in images:
        return f"photograph {images.index(evidence) + 1}"
    return "photograph"


def _owned(things: Sequence[str]) -> str:
    own = [t for t in things if not t.startswith("story of ")]
    others = [f"the {t}" for t in things if t.startswith("story of ")]
    return _and([*([f"its {own[0]}", *own[1:]] if own else []), *others])


def _lifted(lift: Lift, window_days: int) -> str:
    count = len(lift.neighbours)
    articles = f"{count} article{'s' if count != 1 else ''}"
    if lift.name == "citation":
        return f"{articles} that it cites or that cite{'s' if count == 1 else ''} it"
    when = {0: "of the same day", 7: "of the same week"}.get(window_days, f"within {window_days} days")
    return f"{articles} {when}"


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
