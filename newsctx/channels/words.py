"""Searching with words: BM25 and sentence vectors interpolated over the union of both candidate lists.

`score = lambda * bm25 + (1 - lambda) * dense`: the convex combination of Bruch, Gai and Ingber (2023, "An Analysis of
Fusion Functions for Hybrid Retrieval", ACM TOIS). Both sides are scored exactly for every candidate, so that an article
which only one of them found does not lose the other's share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from newsctx.archive.index import ArchiveIndex, Bm25, Found, cut
from newsctx.archive.words import tokens
from newsctx.channels.outcome import no_query, unavailable
from newsctx.encoders import SentenceEncoder
from newsctx.records import Article, ChannelResult
from newsctx.settings import Settings

DENSE = "words_dense"  # part of the index
_PAGE = 100  # articles whose text is read at a time
_LOOKED_AT = 32  # rarest terms that are looked for in an article to explain its score
_NAMED = 5  # words that an evidence text names

Articles = Callable[[Sequence[str]], Mapping[str, Article]]


@dataclass(frozen=True)
class TextCheck:
    """What an article's own text has to fulfil beyond its score."""

    accept: Callable[[Article], str | None]  # what to tell of an article (`"a phrase" in the body`); None: it fails
    articles: Articles  # reads articles by id
    holding: tuple[str, ...] = ()  # index terms that every accepted article holds
    unindexed: tuple[str, ...] = ()  # phrases, where none of them has an index term: texts are read to find them


def search(
    name: str,
    text: str,
    index: ArchiveIndex,
    encoder: SentenceEncoder | None,
    settings: Settings,
    nothing: str,
    check: TextCheck | None = None,
) -> ChannelResult:
    """The k best articles for a text.

    An article is found by a word that it shares, or by a passage whose cosine reaches `retrieve.dense_floor`. Its
    parts: `bm25`, the share of the score that no text can exceed (0..1), and `dense`, the cosine of its nearest
    passage (0..1). Where one side cannot judge, the other one alone is the score, and the reason says so; where neither
    can and the articles have to hold a phrase, each that does scores 1.

    Dividing by the best score found, as Bruch et al. do, ranks alike (52 events: mAP 0.945, by the bound 0.946), but
    would lift a chance match of one word of twenty to 1.

    Args:
        name: the channel's.
        nothing: why there is no query where the text is blank.
        check: what the articles' text has to fulfil; `words.depth` candidates are looked through then, and where no
            index term can find its phrases, `words.scan` articles of the archive.
    """
    if not text.strip():
        return no_query(name, nothing)
    share, reason = _share(text, index, encoder, settings)
    read: tuple[str, ...] = ()
    phrase_alone = share is None and check is not None and bool(check.unindexed)  # held or not: nothing to weigh
    if share is None and not phrase_alone:
        return unavailable(name, reason)
    if check and check.unindexed:
        read, partly = _read_through(check, index, settings)
        reason = "; ".join(r for r in (f"by the phrase alone: {reason}" if phrase_alone else reason, partly) if r)
    share = 1.0 if share is None else share
    depth = max(settings.retrieve.k, settings.words.depth) if check else settings.retrieve.k
    found = _Candidates.find(text, index, encoder, settings, share, depth, check.holding if check else (), read)
    scores = {a: 1.0 if phrase_alone else share * found.bm25_of(a) + (1 - share) * found.dense_of(a) for a in found.ids}
    order = sorted(scores, key=lambda a: (-scores[a], a))
    told = _accepted(order, check, settings.retrieve.k) if check else {}
    order = (list(told) if check else order)[: settings.retrieve.k]
    return ChannelResult(
        name=name, state="ran", reason=reason, hits=tuple((a, scores[a]) for a in order),
        parts={} if phrase_alone else {a: found.parts_of(a, share) for a in order},
        evidence=found.evidence(order, text, index, settings.retrieve.dense_floor) | told,
    )  # fmt: skip


def _share(
    text: str, index: ArchiveIndex, encoder: SentenceEncoder | None, settings: Settings
) -> tuple[float | None, str]:
    """BM25's share of the score and what is missing; None where neither side can judge."""
    wanted = settings.words.interpolation
    no_dense = index.why_not(DENSE) or ("" if encoder else "no sentence encoder is loaded")
    no_words = "" if tokens(text) else "the query has common words only, which BM25 leaves out"
    if no_dense and wanted < 1:
        return (None, f"{no_dense}; {no_words}") if no_words else (1.0, f"by BM25 alone: {no_dense}")
    if no_words and 0 < wanted < 1:
        return 0.0, f"by meaning alone: {no_words}"
    return wanted, no_words if wanted == 1 else ""


@dataclass(frozen=True)
class _Candidates:
    """The articles that either side found, with what both sides say of each."""

    ids: tuple[str, ...]
    bm25: Bm25
    nearest: dict[str, Found]  # the nearest passage of each, where it has any

    @classmethod
    def find(
        cls, text: str, index: ArchiveIndex, encoder: SentenceEncoder | None, settings: Settings, share: float,
        depth: int, holding: Sequence[str], read: Sequence[str] = (),
    ) -> _Candidates:  # fmt: skip
        bm25 = index.bm25(tokens(text) if share > 0 else ())
        found = dict.fromkeys(a for a, _ in bm25.best(depth)) | dict.fromkeys(read)
        held = index.holding(holding)
        found |= dict.fromkeys(sorted(held, key=lambda a: (-bm25.of(a), a))[:depth])
        nearest: dict[str, Found] = {}
        if share < 1 and encoder is not None:
            vector = encoder.encode([text])[0]
            near = cut(index.nearest(DENSE, vector, depth, settings.retrieve.probes), settings.retrieve.dense_floor)
            found |= dict.fromkeys(h.article_id for h in near)
            nearest = index.closest(DENSE, vector, found)
        return cls(tuple(found), bm25, nearest)

    def bm25_of(self, article_id: str) -> float:
        return self.bm25.of(article_id) / self.bm25.bound if self.bm25.bound else 0.0

    def dense_of(self, article_id: str) -> float:
        return max(0.0, self.nearest[article_id].score) if article_id in self.nearest else 0.0

    def parts_of(self, article_id: str, share: float) -> dict[str, float]:
        """A side that has no share is not shown."""
        parts = {"bm25": (share, self.bm25_of), "dense": (1 - share, self.dense_of)}
        return {name: of(article_id) for name, (weight, of) in parts.items() if weight > 0}

    def evidence(self, ids: Sequence[str], text: str, index: ArchiveIndex, floor: float) -> dict[str, str]:
        """What matched: the nearest passage, else the words that the article shares with the text."""
        passage = {a: _passage(f.tag) for a in ids if (f := self.nearest.get(a)) and f.score >= floor}
        rest = [a for a in ids if a not in passage]
        written = {t[0]: word.strip(_AROUND) for word in reversed(text.split()) if len(t := tokens(word)) == 1}
        shared = index.shared_terms(tokens(text), rest, _LOOKED_AT)
        words = {a: ", ".join(written.get(t, t) for t in shared[a][:_NAMED]) for a in rest}
        return passage | {a: f"words: {w}" for a, w in words.items() if w}


_AROUND = ".,;:!?\"'()[]“”„«»"


def _passage(tag: int) -> str:
    return f"body passage {tag}" if tag else "headline and abstract"


def _read_through(check: TextCheck, index: ArchiveIndex, settings: Settings) -> tuple[tuple[str, ...], str]:
    """Articles whose texts fulfil the check, at most `words.depth`, and what to tell where not all were read."""
    most = settings.words.scan
    found = _accepted(index.article_ids[:most], check, settings.words.depth)
    known = len(index.article_ids)
    if most >= known or len(found) >= settings.words.depth:
        return tuple(found), ""
    phrases = ", ".join(f'"{p[:60]}"' for p in check.unindexed[:_NAMED])
    return tuple(found), (
        f"{phrases}: common words alone, which the index leaves out, so the texts of {most:,} of {known:,} articles "
        "were read, and of those that the other words and the meaning find; add a rarer word to the phrase, or raise "
        "words.scan"
    )


def _accepted(order: Sequence[str], check: TextCheck, k: int) -> dict[str, str]:
    """The first k articles whose text fulfils the check, in order, and what is to be told of them (may be empty)."""
    found: dict[str, str] = {}
    for start in range(0, len(order), _PAGE):
        page = order[start : start + _PAGE]
        read = check.articles(page)
        for article_id in page:
            said = check.accept(read[article_id]) if article_id in read else None
            if said is not None:
                found[article_id] = said
        if len(found) >= k:
            break
    return found
