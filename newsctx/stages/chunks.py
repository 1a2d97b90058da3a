"""Chunks: the passages of the best articles that the caption may rest on (BeyondVision, EVENTA-H).

`windows` is BeyondVision (arXiv 2512.20042): windows of 3 sentences, stride 1, the best 5 by cosine to the query
text, and the first 3 and last 2 sentences. `sentences` is EVENTA-H: the best 3 sentences, each with up to 2
neighbours on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from newsctx.passages import chunk_at, field_text, folded, main_field, make_chunk, parse_chunk_id, plain
from newsctx.records import Article, Chunk, ChunkField, ChunksResult, Claim, Hit, Photo
from newsctx.sentences import Span, split
from newsctx.settings import ChunkSettings

Embed = Callable[[Sequence[str]], np.ndarray]
_ROLE_ORDER = ("ranked", "lead", "closing")


@dataclass(frozen=True)
class _Run:
    """Sentences first..last (inclusive) of an article's main text."""

    first: int
    last: int
    role: str
    score: float | None = None


@dataclass(frozen=True)
class _Text:
    """An article's main text with its sentences."""

    article: Article
    field: ChunkField
    sentences: tuple[Span, ...]

    def slice(self, first: int, last: int) -> tuple[int, int, str]:
        start, end = self.sentences[first].start, self.sentences[last].end
        return start, end, field_text(self.article, self.field)[start:end]

    def chunk(self, run: _Run) -> Chunk:
        start, end, text = self.slice(run.first, run.last)
        return make_chunk(self.article.article_id, self.field, start, end, text, run.role, run.score)


def run(
    hits: Sequence[Hit],
    articles: Mapping[str, Article],
    query: str,
    embed: Embed | None,
    settings: ChunkSettings,
    kept: tuple[str, ...] = (),
    dropped: tuple[str, ...] = (),
) -> ChunksResult:
    """Choose the evidence.

    Args:
        hits: final ranking; the first `settings.articles` that are known give chunks.
        query: what the passages are ranked against, see `query_text`.
        embed: texts -> (N, D), L2-normalised; None where there is no sentence encoder.
        kept, dropped: chunk ids that the analyst decided on. Kept ones are always there; dropped ones stay listed with
            their decision and their sentences are used in no other chunk.

    Returns:
        Chunks by article in hit order, within an article in document order, analyst's additions last.
    """
    top = [h for h in hits if h.article_id in articles][: settings.articles]
    texts = [t for h in top if (t := _read(articles[h.article_id]))]
    scores, why_not = _scores(texts, query, embed, settings)
    captions = [c for h in top if h.tier != "ranked" for c in _photo_captions(articles[h.article_id])]
    found = captions + [
        c for i, t in enumerate(texts) for c in _choose(t, scores[i] if scores else None, settings, dropped)
    ]
    order = {h.article_id: i for i, h in enumerate(top)}
    found = _decide(sorted(found, key=lambda c: order[c.article_id]), articles, kept, dropped)
    chunks, repeats = _fold(found)
    notes = [why_not, _without_text(top, articles), _cut(texts, settings) if scores else ""]
    notes.append(f"{repeats} passage(s) repeat another word for word and are left out." if repeats else "")
    notes.append("" if top else "No article to take passages from.")
    return ChunksResult(chunks=chunks, method=settings.method, query=query, note=" ".join(n for n in notes if n))


def query_text(
    photo: Photo,
    note: str,
    claim: Claim,
    hits: Sequence[Hit],
    articles: Mapping[str, Article],
    settings: ChunkSettings | None = None,
) -> str:
    """What is known of the photograph in words: the analyst's note, the claim, legible text, and the headline and photo
    captions of the first article that is pinned or matched by geometry. Empty where nothing is known; an article that
    is merely ranked says nothing certain about the photograph and is left out.
    """
    parts = [note, claim.text, photo.ocr_text]
    sure = next((articles[h.article_id] for h in hits if h.tier != "ranked" and h.article_id in articles), None)
    if sure:
        parts += [sure.headline, field_text(sure, "caption") or " ".join(sure.captions)]
    lines = dict.fromkeys(plain(p) for p in parts if p.strip())
    return "\n".join(lines)[: (settings or ChunkSettings()).query_chars]


# --- reading and scoring --------------------------------------------------------------------------------------


def _read(article: Article) -> _Text | None:
    field = main_field(article)
    sentences = tuple(split(field_text(article, field))) if field else ()
    return _Text(article, field, sentences) if field and sentences else None


def _photo_captions(article: Article) -> list[Chunk]:
    """Each photo caption of a matched or pinned article: the outlet's own words on the photograph."""
    spans = split(field_text(article, "caption"))
    return [make_chunk(article.article_id, "caption", s.start, s.end, s.text, "lead") for s in spans]


def _units(count: int, settings: ChunkSettings) -> list[tuple[int, int]]:
    """The sentence ranges that are ranked, (first, last) inclusive."""
    count = min(count, settings.max_sentences)
    if settings.method == "sentences":
        return [(i, i) for i in range(count)]
    starts = range(0, max(count - settings.window, 0) + 1, settings.stride)
    return [(i, min(i + settings.window, count) - 1) for i in starts]


def _scores(
    texts: Sequence[_Text], query: str, embed: Embed | None, settings: ChunkSettings
) -> tuple[list[np.ndarray] | None, str]:
    """Cosine of every unit of every text to the query, in one call of the encoder; or None and the reason."""
    if not texts:
        return None, ""
    positional = "passages are taken by position only (first and last sentences)."
    if not query.strip():
        return (
            None,
            f"Nothing to rank passages by (no note, no claim, no legible text, no matched article): {positional}",
        )
    if embed is None:
        return None, f"No sentence encoder: {positional}"
    units = [[t.slice(*u)[2] for u in _units(len(t.sentences), settings)] for t in texts]
    vectors = embed([query, *(u for group in units for u in group)])
    # rounded: the same text in another batch differs in the last bits, and equal windows must stay equal
    cosines = np.round(np.clip(vectors[1:] @ vectors[0], -1.0, 1.0).astype(float), 5)
    return np.split(cosines, np.cumsum([len(g) for g in units])[:-1]), ""


# --- choosing -------------------------------------------------------------------------------------------------


def _choose(
    text: _Text, scores: np.ndarray | None, settings: ChunkSettings, dropped: tuple[str, ...]
) -> Iterator[Chunk]:
    for run_ in _merge(_runs(len(text.sentences), scores, settings)):
        chunk = text.chunk(run_)
        if chunk.chunk_id in dropped:
            yield chunk
        else:
            yield from (text.chunk(part) for part in _without(run_, text, dropped))


def _runs(count: int, scores: np.ndarray | None, settings: ChunkSettings) -> list[_Run]:
    chosen: list[_Run] = []
    if scores is not None:
        windows = settings.method == "windows"
        best = np.argsort(-scores, kind="stable")[: settings.top if windows else settings.sentence_top]
        widen, units = 0 if windows else settings.widen, _units(count, settings)
        for i in best:
            first, last = units[i]
            chosen.append(_Run(max(first - widen, 0), min(last + widen, count - 1), "ranked", float(scores[i])))
        if not windows:
            return chosen
    if settings.lead:
        chosen.append(_Run(0, min(settings.lead, count) - 1, "lead"))
    if settings.closing:
        chosen.append(_Run(max(count - settings.closing, 0), count - 1, "closing"))
    return chosen


def _merge(runs: list[_Run]) -> list[_Run]:
    """Runs that share a sentence become one, in document order, with the best score and the strongest role."""
    merged: list[_Run] = []
    for r in sorted(runs, key=lambda r: (r.first, r.last)):
        if merged and r.first <= merged[-1].last:
            m = merged[-1]
            known = [s for s in (m.score, r.score) if s is not None]
            role = min(m.role, r.role, key=_ROLE_ORDER.index)
            merged[-1] = _Run(m.first, max(m.last, r.last), role, max(known) if known else None)
        else:
            merged.append(r)
    return merged


def _without(run_: _Run, text: _Text, dropped: tuple[str, ...]) -> list[_Run]:
    """What is left of a run when the sentences of dropped chunks are taken out."""
    gone = [
        (s, e)
        for a, f, s, e in filter(None, map(parse_chunk_id, dropped))
        if (a, f) == (text.article.article_id, text.field)
    ]
    parts: list[_Run] = []
    for i in range(run_.first, run_.last + 1):
        span = text.sentences[i]
        if any(s < span.end and span.start < e for s, e in gone):
            continue
        if parts and parts[-1].last == i - 1:
            parts[-1] = replace(parts[-1], last=i)
        else:
            parts.append(replace(run_, first=i, last=i))
    return parts


# --- the analyst's decisions ----------------------------------------------------------------------------------


def _decide(
    found: list[Chunk], articles: Mapping[str, Article], kept: tuple[str, ...], dropped: tuple[str, ...]
) -> list[Chunk]:
    """Mark what was decided and add back what the selection did not choose again."""
    decisions = dict.fromkeys(kept, "kept") | dict.fromkeys(dropped, "dropped")
    ids = {c.chunk_id for c in found}
    added = [c for i in decisions if i not in ids and (c := chunk_at(i, articles))]
    return [c.model_copy(update={"decision": decisions.get(c.chunk_id, "")}) for c in found + added]


def _fold(chunks: list[Chunk]) -> tuple[tuple[Chunk, ...], int]:
    """Leave out passages whose text another chunk has already (syndicated stories); the analyst's own are never left
    out.
    """
    seen: set[str] = {folded(c.text) for c in chunks if c.decision}
    result: list[Chunk] = []
    for chunk in chunks:
        text = folded(chunk.text)
        if chunk.decision or text not in seen:
            result.append(chunk)
        seen.add(text)
    return tuple(result), len(chunks) - len(result)


# --- notes ----------------------------------------------------------------------------------------------------


def _without_text(top: Sequence[Hit], articles: Mapping[str, Article]) -> str:
    bare = [h.article_id for h in top if main_field(articles[h.article_id]) is None]
    return f"Without text: {', '.join(bare)}." if bare else ""


def _cut(texts: Sequence[_Text], settings: ChunkSettings) -> str:
    long = [t.article.article_id for t in texts if len(t.sentences) > settings.max_sentences]
    return f"Only the first {settings.max_sentences} sentences were ranked: {', '.join(long)}." if long else ""
