"""Folding passages that say again what another passage says, as syndicated articles do.

A passage is the repeat of another where most of its runs of words stand in it (containment of shingles; Broder 1997,
"On the Resemblance and Containment of Documents") and nothing that it says would be lost: every number, name and other
content word of it, spelling aside, is there, and both deny or neither does. "Three killed" does not repeat "five
killed", however alike the rest is: such a difference is evidence.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from newsctx.passages import folded, plain
from newsctx.records import Chunk
from newsctx.words import content_words, negated

SPELLING = 0.85  # least similarity of two spellings of a word (own choice): neighbours and neighbors are at 0.95
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # Thai, Lao, Burmese, Khmer, kana, Han
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+(?:[.,:][0-9]+)*")
_DATELINE = re.compile(  # LONDON, Dec 26 (Reuters) - / WASHINGTON (AP) — / BERLIN --
    r"^\W*[A-Z][A-Z.'’ /-]{2,40}(?:,[^()\n–—]{1,30})?\s*(?:\([^()\n]{2,40}\)\s*)?(?:--?|–|—)\s+"
)
_SPELLED = """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions
    billion billions dozen dozens half both
"""
_NUMBERS = frozenset(_SPELLED.split())


@dataclass(frozen=True)
class _Said:
    """A passage as it is compared."""

    words: tuple[str, ...]  # in order, folded
    content: frozenset[str]
    exact: frozenset[str]  # names and numbers: no other spelling counts
    denies: bool
    cased: bool  # the script has capitals, so that names can be told

    def runs(self, size: int) -> frozenset[tuple[str, ...]]:
        size = min(size, len(self.words))
        return frozenset(self.words[i : i + size] for i in range(len(self.words) - size + 1))


def fold(chunks: Sequence[Chunk], shingle: int, share: float) -> tuple[Chunk, ...]:
    """The passages without repeats; each has the ids of those that are folded into it in `repeats`.

    What the analyst decided on or gave other ends is never folded, and comes first as what others are folded into; of
    the rest, the earlier is kept. The order stays. The time is linear in the text for passages that share little.

    Args:
        shingle: words in a row that are compared.
        share: of a passage's runs that have to stand in the other one, 0..1.
    """
    said = [_said(c.text) for c in chunks]
    runs = [s.runs(shingle) for s in said]
    holders: dict[tuple[str, ...], list[int]] = {}  # run -> passages that stay and have it
    repeats: dict[int, list[str]] = {}
    own = [bool(c.decision or c.edited_from) for c in chunks]
    for i in sorted(range(len(chunks)), key=lambda i: (not own[i], i)):
        into = None if own[i] else _holder(i, said, runs, holders, share)
        if into is not None:
            repeats[into].append(chunks[i].chunk_id)
            continue
        repeats[i] = []
        for run in runs[i]:
            holders.setdefault(run, []).append(i)
    return tuple(
        c.model_copy(update={"repeats": tuple(repeats[i])}) if repeats[i] else c
        for i, c in enumerate(chunks)
        if i in repeats
    )


def _holder(
    i: int, said: Sequence[_Said], runs: Sequence[frozenset[tuple[str, ...]]],
    holders: dict[tuple[str, ...], list[int]], share: float,
) -> int | None:  # fmt: skip
    """The passage that says all that passage i says: the one with most of its runs, of equal ones the earliest."""
    shared = Counter(j for run in runs[i] for j in holders.get(run, ()))
    for j, count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if count < share * len(runs[i]):
            return None
        if _holds(said[j], said[i]):
            return j
    return None


def _holds(keeper: _Said, other: _Said) -> bool:
    if keeper.words == other.words:
        return True
    if not other.cased or keeper.denies != other.denies:
        return False
    known = frozenset(keeper.words)
    foreign = sorted(other.content - known)
    return other.exact <= known and all(_respelt(word, keeper.content) for word in foreign)


def _respelt(word: str, known: frozenset[str]) -> bool:
    """Whether a word stands there in another spelling; one that begins otherwise (`likely`, `unlikely`) is another."""
    alike = [k for k in known if k[:2] == word[:2] and abs(len(k) - len(word)) <= 2]
    return bool(difflib.get_close_matches(word, sorted(alike), n=1, cutoff=SPELLING))


def _said(text: str) -> _Said:
    line = plain(text).replace("’", "'")
    body = line[found.end() :] if (found := _DATELINE.match(line)) and found.end() < len(line) else line
    raw = [(m[0], m.start()) for m in _WORD.finditer(body)]
    exact = {folded(w) for w, at in raw if _exact(w, body[:at])}
    words = tuple(folded(w) for w, _ in raw)
    cased = any(c.islower() or c.isupper() for c in body)
    return _Said(words, frozenset(content_words(body)), frozenset(exact), negated(body), cased)


def _exact(word: str, before: str) -> bool:
    """Numbers, and capitals that no sentence's start explains."""
    if any(c.isdigit() for c in word) or word.casefold() in _NUMBERS:
        return True
    return word[0].isupper() and bool(before.strip()) and before.rstrip()[-1] not in '.!?:"“”‘’'
