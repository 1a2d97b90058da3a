"""Chunks: the passages of the best articles that the caption may rest on (BeyondVision, EVENTA-H).

An article below the relevance gate gives none, unless the analyst pinned it; what the analyst kept is always there.
How an article's sentences are chosen is in `chunk_runs`, what is folded as a repeat in `repeats`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from newsctx.chunk_runs import Run, runs, units, without
from newsctx.five_w import Found, answers, find
from newsctx.gazetteer import Gazetteer
from newsctx.own_passages import origins, with_own
from newsctx.passage_relevance import passing, rate
from newsctx.passages import chunk_at, field_text, main_field, make_chunk, parse_chunk_id, plain
from newsctx.records import Article, Chunk, ChunkField, ChunksResult, Claim, Hit, Photo, RelevanceResult
from newsctx.repeats import fold
from newsctx.sentences import Span, split
from newsctx.settings import ChunkSettings, RelevanceSettings

Embed = Callable[[Sequence[str]], np.ndarray]
_LISTED = 3  # ids that a note names
_READ = 20_000  # characters of a text in which answers are looked for: a book has given them long before


@dataclass(frozen=True)
class _Text:
    """An article's main text with its sentences."""

    article: Article
    field: ChunkField
    sentences: tuple[Span, ...]

    @property
    def text(self) -> str:
        return field_text(self.article, self.field)

    def slice(self, first: int, last: int) -> tuple[int, int, str]:
        start, end = self.sentences[first].start, self.sentences[last].end
        return start, end, self.text[start:end]

    def chunk(self, run: Run) -> Chunk:
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
    *,
    rated: RelevanceResult | None = None,
    levels: RelevanceSettings | None = None,
    gazetteer: Gazetteer | None = None,
    passages: Mapping[str, str] = MappingProxyType({}),
    own: Sequence[tuple[str, str]] = (),
) -> ChunksResult:
    """Choose the evidence.

    Args:
        hits: final ranking; the first `settings.articles` that are known and pass the gate give chunks.
        query: what the passages are ranked against, see `query_text`.
        embed: texts -> (N, D), L2-normalised; None where there is no sentence encoder.
        kept, dropped: chunk ids that the analyst decided on. Kept ones are always there; dropped ones stay listed with
            their decision and their sentences are used in no other chunk.
        rated: the relevance of the articles; None: nothing is held back and no chunk has a relevance.
        levels: from which probability on a passage is strong, likely or uncertain.
        gazetteer: finds the place names that say where; see `five_w.find`.
        passages: chunk id -> the words that the analyst gave it; see `own_passages`.
        own: (article id, words) of passages that the analyst added; they count as kept.

    Returns:
        Chunks by article in hit order, within an article in document order, analyst's additions last.
    """
    named = origins(passages, articles)
    kept, dropped = (tuple(named.get(i, i) for i in ids) for ids in (kept, dropped))
    known = [h for h in hits if h.article_id in articles]
    top = [h for h in known if passing(h, rated)][: settings.articles]
    texts = [t for h in top if (t := _read(articles[h.article_id]))]
    scores, why_not = _scores(texts, query, embed, settings)
    captions = [c for h in top if h.tier != "ranked" for c in _photo_captions(articles[h.article_id])]
    found = captions + [
        c for i, t in enumerate(texts) for c in _choose(t, scores[i] if scores else None, settings, dropped, gazetteer)
    ]
    order = {h.article_id: i for i, h in enumerate(top)}
    found, lost = _decide(sorted(found, key=lambda c: order[c.article_id]), articles, kept, dropped)
    worded, unfound = with_own(found, passages, own, dropped, articles)
    found = _rescored(worded, {c.chunk_id for c in found}, query, embed)
    chunks = fold(found, settings.fold_shingle, settings.fold_share)
    chunks = tuple(c.model_copy(update={"answers": answers(c.text, gazetteer)}) for c in chunks)
    chunks = rate(chunks, {h.article_id: h for h in known}, rated, settings, levels or RelevanceSettings())
    notes = [why_not, _held_back(known, rated, settings), _without_text(top, articles)]
    notes += [_cut(texts, settings) if scores else "", _repeated(len(found) - len(chunks))]
    notes += ["" if top else "No article to take passages from.", lost, *unfound]
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


def _scores(
    texts: Sequence[_Text], query: str, embed: Embed | None, settings: ChunkSettings
) -> tuple[list[np.ndarray] | None, str]:
    """Cosine of every unit of every text to the query, in one call of the encoder; or None and the reason."""
    if not texts:
        return None, ""
    positional = (
        "sentences are chosen by position and by what they answer."
        if settings.method == "five_w"
        else "passages are taken by position only (first and last sentences)."
    )
    if not query.strip():
        return (
            None,
            f"Nothing to rank passages by (no note, no claim, no legible text, no matched article): {positional}",
        )
    if embed is None:
        return None, f"No sentence encoder: {positional}"
    ranked = [[t.slice(*u)[2] for u in units(len(t.sentences), settings)] for t in texts]
    vectors = embed([query, *(u for group in ranked for u in group)])
    # rounded: the same text in another batch differs in the last bits, and equal windows must stay equal
    cosines = np.round(np.clip(vectors[1:] @ vectors[0], -1.0, 1.0).astype(float), 5)
    return np.split(cosines, np.cumsum([len(g) for g in ranked])[:-1]), ""


# --- choosing -------------------------------------------------------------------------------------------------


def _choose(
    text: _Text,
    scores: np.ndarray | None,
    settings: ChunkSettings,
    dropped: tuple[str, ...],
    gazetteer: Gazetteer | None,
) -> Iterator[Chunk]:
    gone = [
        (s, e)
        for a, f, s, e in filter(None, map(parse_chunk_id, dropped))
        if (a, f) == (text.article.article_id, text.field)
    ]
    for chosen in runs(text.sentences, _answered(text, settings, gazetteer), scores, settings):
        chunk = text.chunk(chosen)
        if chunk.chunk_id in dropped:
            yield chunk
        else:
            yield from (text.chunk(part) for part in without(chosen, text.sentences, gone))


def _answered(text: _Text, settings: ChunkSettings, gazetteer: Gazetteer | None) -> list[Found]:
    return find(text.text[:_READ], gazetteer) if settings.method == "five_w" else []


# --- the analyst's decisions ----------------------------------------------------------------------------------


def _decide(
    found: list[Chunk], articles: Mapping[str, Article], kept: tuple[str, ...], dropped: tuple[str, ...]
) -> tuple[list[Chunk], str]:
    """Mark what was decided and add back what the selection did not choose again; and say what is not there."""
    decisions = dict.fromkeys(kept, "kept") | dict.fromkeys(dropped, "dropped")
    ids = {c.chunk_id for c in found}
    added = [c for i in decisions if i not in ids and (c := chunk_at(i, articles))]
    ids |= {c.chunk_id for c in added}
    lost = [i[:100] for i in decisions if i not in ids]
    more = f" and {len(lost) - _LISTED} more" if len(lost) > _LISTED else ""
    note = f"Without effect, a decision on what is no passage now: {'; '.join(lost[:_LISTED])}{more}." if lost else ""
    return [c.model_copy(update={"decision": decisions.get(c.chunk_id, "")}) for c in found + added], note


def _rescored(chunks: list[Chunk], before: set[str], query: str, embed: Embed | None) -> list[Chunk]:
    """Those with words of the analyst's get the closeness of these words to the query."""
    new = [c for c in chunks if c.chunk_id not in before]
    if not new or embed is None or not query.strip():
        return chunks
    vectors = embed([query, *(c.text for c in new)])
    cosines = np.round(np.clip(vectors[1:] @ vectors[0], -1.0, 1.0).astype(float), 5)
    scored = {c.chunk_id: c.model_copy(update={"score": float(s)}) for c, s in zip(new, cosines, strict=True)}
    return [scored.get(c.chunk_id, c) for c in chunks]


# --- notes ----------------------------------------------------------------------------------------------------


def _held_back(known: Sequence[Hit], rated: RelevanceResult | None, settings: ChunkSettings) -> str:
    """What stood among the first articles and is not read, because it is below the gate."""
    below = [h.article_id for h in known[: settings.articles] if not passing(h, rated)]
    return f"Below the relevance gate: {', '.join(below)}; pin an article to use it." if below else ""


def _repeated(count: int) -> str:
    return f"{count} passage(s) repeat another and are folded into it." if count else ""


def _without_text(top: Sequence[Hit], articles: Mapping[str, Article]) -> str:
    bare = [h.article_id for h in top if main_field(articles[h.article_id]) is None]
    return f"Without text: {', '.join(bare)}." if bare else ""


def _cut(texts: Sequence[_Text], settings: ChunkSettings) -> str:
    long = [t.article.article_id for t in texts if len(t.sentences) > settings.max_sentences]
    return f"Only the first {settings.max_sentences} sentences were ranked: {', '.join(long)}." if long else ""
