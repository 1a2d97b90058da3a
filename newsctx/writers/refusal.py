"""What is said instead of a caption: that nothing is established, and what was tried."""

from __future__ import annotations

from newsctx.channel_names import WEIGHTS
from newsctx.writers.base import CaptionEvidence

_REMEDY = "Pin an article or keep one of its passages to have it used."


def nothing(evidence: CaptionEvidence) -> str:
    """Why there is no caption: `not established: ...`, with what was searched and what stood against it."""
    if not evidence.hits:
        return "not established: no channel found an article for this photograph."
    count = len(evidence.hits)
    found = f"{count} {'article' if count == 1 else 'articles'} found by {_channels(evidence)}"
    known = [h for h in evidence.hits if h.article_id in evidence.articles]
    if not known:
        return f"not established: {found}, but none of them could be read."
    rated = evidence.relevance.articles if evidence.relevance else {}
    judged = [rated[h.article_id] for h in known if h.article_id in rated]
    if judged and not any(a.passes for a in judged):
        best = max(judged, key=lambda a: a.probability or 0.0)
        level = f"; the best is rated {best.level}" if best.level else ""
        return (
            f"not established: {found}, none of the {len(judged)} rated ones is likely to be about this photograph"
            f"{level}. {_REMEDY}"
        )
    return f"not established: {found}, but no passage of them is chosen as evidence. {_REMEDY}"


def instructions_left_out(count: int) -> str:
    """What a caption says of sentences that it does not quote because they look like instructions; empty for none."""
    if not count:
        return ""
    what = "1 sentence of the article looks" if count == 1 else f"{count} sentences of the article look"
    return f"{what} like an instruction to a program and {'is' if count == 1 else 'are'} not used; treat it with care."


def _channels(evidence: CaptionEvidence) -> str:
    """The channels that found the articles, in their usual order, in words."""
    names = {c for h in evidence.hits for c in h.channels}
    known = [c for c in WEIGHTS if c in names] + sorted(names - set(WEIGHTS))
    words = [c.replace("_", " ") for c in known]
    if not words:
        return "the search"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
