"""Passages that an analyst chose: other ends for a chunk, or one that the stage did not choose.

They are the article's own words. White space is read freely when they are looked for, as a browser folds it; what is
kept are the article's characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import regex

from newsctx.errors import OverrideError
from newsctx.passages import field_text, make_chunk, parse_chunk_id
from newsctx.records import Article, Chunk, ChunkField

_FIELDS: tuple[ChunkField, ...] = ("headline", "abstract", "body", "caption")
_OWN_WORDS = "a passage must be the article's own words"
_LISTED = 3
_RUN = regex.compile(r"\s+|\S+")
_EDGE = regex.compile(r"\b", flags=regex.WORD | regex.VERSION1)  # between words, in scripts without spaces too


def occurrences(text: str, within: str) -> Iterator[tuple[int, int]]:
    """Where a text stands: characters start..end (end exclusive), words whole, white space read freely."""
    wanted = " ".join(text.split())
    if not wanted:
        return
    # a plain search over folded text: a pattern of many words takes its time with a text that nearly repeats them
    folded, places = _folded(within)
    at = folded.find(wanted)
    while at >= 0:
        start, end = places[at], places[at + len(wanted) - 1] + 1
        if _EDGE.match(within, start) and _EDGE.match(within, end):
            yield start, end
        at = folded.find(wanted, at + 1)


def _folded(text: str) -> tuple[str, list[int]]:
    """The text with one space for each run of white space, and where each of its characters stood."""
    kept: list[str] = []
    places: list[int] = []
    for run in _RUN.finditer(text):
        blank = run[0].isspace()
        kept.append(" " if blank else run[0])
        places.extend([run.start()] if blank else range(*run.span()))
    return "".join(kept), places


def edited(chunk: Chunk, text: str, article: Article) -> Chunk | None:
    """The chunk with the words that the analyst gave it: the place nearest to its own; None where they are not there.

    Its address is that of its words; `edited_from` is that of the chunk as it was chosen.
    """
    within = field_text(article, chunk.field)
    found = occurrences(text, within)
    nearest = min(found, key=lambda s: (_apart(s, (chunk.start, chunk.end)), s), default=None)
    if nearest is None:
        return None
    start, end = nearest
    if (start, end) == (chunk.start, chunk.end):
        return chunk
    new = make_chunk(chunk.article_id, chunk.field, start, end, within[start:end], chunk.role)
    origin = chunk.edited_from or chunk.chunk_id
    return new.model_copy(update={"edited_from": "" if new.chunk_id == origin else origin, "decision": chunk.decision})


def added(article: Article, text: str) -> Chunk | None:
    """A passage of the article: of its headline, abstract, body or captions, the first that has it; else None."""
    for field in _FIELDS:
        within = field_text(article, field)
        for start, end in occurrences(text, within):
            return make_chunk(article.article_id, field, start, end, within[start:end], "analyst")
    return None


def check_undone(address: str, passages: Mapping[str, str]) -> None:
    """Raise OverrideError unless the passage has ends by hand that can be taken back."""
    if address not in passages:
        raise OverrideError(
            f"The passage {address[:80]!r} has no ends by hand: name the one that was edited as it was chosen first."
        )


def check_edit(address: str, text: str, articles: Mapping[str, Article]) -> None:
    """Raise OverrideError unless the words stand in the field of the passage."""
    parsed = parse_chunk_id(address)
    if parsed is None:
        raise OverrideError(f"{address[:80]!r} is no passage: take one of the chunks.")
    article_id, field, start, end = parsed
    article = articles.get(article_id)
    within = field_text(article, field) if article else ""
    if end > len(within):
        raise OverrideError(f"There is no passage {address[:80]!r}: take one of the chunks.")
    if next(occurrences(text, within), None) is None:
        raise OverrideError(_refusal(text, f"the {field} of its article"))


def check_addition(article: Article, text: str) -> None:
    """Raise OverrideError unless the words stand in the article."""
    if added(article, text) is None:
        raise OverrideError(_refusal(text, "headline, abstract, body or captions of the article"))


def with_own(
    found: Sequence[Chunk],
    passages: Mapping[str, str],
    own: Sequence[tuple[str, str]],
    dropped: Sequence[str],
    articles: Mapping[str, Article],
) -> tuple[list[Chunk], list[str]]:
    """The chunks with the analyst's ends and additions; an addition counts as kept unless it was dropped.

    Args:
        passages: chunk id -> its words now; of an edited chunk the id that it was chosen by, or the one it has.
        own: (article id, words).

    Returns:
        The chunks, and a sentence for what could not be applied.
    """
    chunks = {c.chunk_id: c for c in found}
    lost: list[str] = []
    for address, text in passages.items():
        chunk = chunks.get(address)
        new = edited(chunk, text, articles[chunk.article_id]) if chunk else None
        if new is None:
            lost.append(address)
            continue
        same = {new.chunk_id} - {address}  # another chunk that says just this: once is enough
        chunks = {
            (new.chunk_id if i == address else i): (new if i == address else c)
            for i, c in chunks.items()
            if i not in same
        }
    for article_id, text in own:
        new = added(articles[article_id], text) if article_id in articles else None
        if new is None:
            lost.append(f"{article_id}: {' '.join(text.split())[:40]}")
            continue
        before = chunks.get(new.chunk_id, new)
        decision = "dropped" if new.chunk_id in dropped else "kept"
        chunks[new.chunk_id] = before.model_copy(update={"role": "analyst", "decision": decision})
    note = f"Without effect, passages by hand that are not among the evidence now: {_listed(lost)}." if lost else ""
    return list(chunks.values()), [note] if note else []


def origins(passages: Mapping[str, str], articles: Mapping[str, Article]) -> dict[str, str]:
    """The address of each edited passage -> that of the chunk as it was chosen: decisions can name either."""
    found: dict[str, str] = {}
    for address, text in passages.items():
        parsed = parse_chunk_id(address)
        if not parsed or parsed[0] not in articles:
            continue
        article_id, field, start, end = parsed
        old = field_text(articles[article_id], field)[start:end]
        if len(old) != end - start:
            continue
        new = edited(make_chunk(article_id, field, start, end, old, "analyst"), text, articles[article_id])
        if new:
            found[new.chunk_id] = found.get(address, address)
    return found


def _apart(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Characters between the ends of two spans."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _refusal(text: str, where: str) -> str:
    return (
        f"{' '.join(text.split())[:80]!r} does not stand in {where}: {_OWN_WORDS}. Copy them from the article: whole "
        "words, with nothing between them left out."
    )


def _listed(lost: Sequence[str]) -> str:
    more = f" and {len(lost) - _LISTED} more" if len(lost) > _LISTED else ""
    return "; ".join(i[:100] for i in lost[:_LISTED]) + more
