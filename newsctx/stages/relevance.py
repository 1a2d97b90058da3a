"""Relevance: how probable it is that each article and event candidate is about the photographed moment.

The rating decides what the answers and the caption may rest on: evidence below the gate goes no further, unless the
analyst pinned it or geometry matched it (REAR, Wang et al. 2024). Without a fitted model nothing is rated and nothing
is held back: a missing part must not silence the archive.
"""

from __future__ import annotations

from newsctx.article_signals import Rankings
from newsctx.levels import level_of
from newsctx.records import Article, Assessment, Cluster, Hit, Relevance, RelevanceResult
from newsctx.relevance import RelevanceModel, signals_of
from newsctx.settings import RelevanceSettings
from newsctx.word_evidence import shared

_OLD_FILE = (
    "this profile's relevance model rates the first article alone; `python -m newsctx train relevance` makes one that "
    "rates all"
)
_NO_SIGNAL = "not rated: no encoder has scored it"
_SURE = {"pinned": "Pinned by you.", "matched": "Its photograph matches by geometry."}
_KEPT = "Kept by you."
_ADDED = "Added by you."
_UNSEARCHED = "not rated: no channel has searched it"
_STORY = "It covers the story of an article whose photograph matches."


def run(
    rankings: Rankings,
    model: RelevanceModel | None,
    unavailable: str,
    settings: RelevanceSettings,
    note: str = "",
    legible: str = "",
) -> RelevanceResult:
    """Rate the first `settings.articles` articles of the final order and every event candidate that is shown.

    Args:
        rankings: what the signals are read from.
        model: None where the profile has none; nothing is rated then, and everything passes.
        unavailable: why there is none.
        note, legible: words of the analyst and in the photograph. The signals know the picture alone; an article that
            holds nearly all of these words passes the gate whatever they say, and so does other coverage of a
            matched article's story.

    Returns:
        `first`: the first article's probability and signals. A file of format 1 rates that article alone; the others
        pass unrated, and `unavailable` says why.
    """
    top = rankings.final[: settings.articles]
    if model is None:
        why = unavailable or "no relevance model is loaded"
        articles = {h.article_id: _assess(None, h, f"not rated: {why}", settings) for h in top}
        return RelevanceResult(
            first=Relevance(unavailable=why),
            articles=articles,
            clusters={c.id: Assessment(basis=f"not rated: {why}") for c in _shown(rankings)},
            gate=settings.gate,
            unavailable=f"{why}; nothing is held back",
        )
    found = {h.article_id: rankings.article(h.article_id) for h in top}
    rated = {a: model.article(signals) for a, signals in found.items()}
    first = _first(rankings, model, found, rated)
    old = model.meta.articles is None
    if old and top and first.probability is not None and top[0].article_id not in rankings.unsearched:
        rated[top[0].article_id] = first.probability
    missing = f"not rated: {_OLD_FILE}" if old else _NO_SIGNAL
    known = {a: p for a, p in rated.items() if p is not None}

    told = ((h.article_id, h.channels["coverage"].score) for h in rankings.retrieved if "coverage" in h.channels)
    story = {article_id for article_id, score in told if score >= settings.story_score}

    def missed(article_id: str) -> str:
        return _UNSEARCHED if article_id in rankings.unsearched else missing

    def worded(article_id: str) -> str:
        if article_id in rankings.unsearched:
            return _ADDED
        if article_id in story:
            return _STORY
        article = rankings.articles.get(article_id)
        return _worded(article, note, legible, settings) if article else ""

    return RelevanceResult(
        first=first,
        articles={
            h.article_id: _assess(rated[h.article_id], h, missed(h.article_id), settings, worded(h.article_id))
            for h in top
        },
        clusters={c.id: _cluster(c, rankings, model, known, settings, missing) for c in _shown(rankings)},
        gate=settings.gate,
        unavailable=_OLD_FILE if old else "",
    )


def _first(
    rankings: Rankings, model: RelevanceModel, found: dict[str, dict[str, float]], rated: dict[str, float | None]
) -> Relevance:
    """The first article's rating; by the older regression where the file has no other."""
    if not rankings.final:
        return Relevance(unavailable="no article was found")
    first = rankings.final[0].article_id
    if first in rankings.unsearched:
        return Relevance(unavailable=_UNSEARCHED)
    if model.meta.articles is not None:
        if rated[first] is None:
            return Relevance(unavailable=_NO_SIGNAL)
        return Relevance(probability=rated[first], signals=found[first])
    clusters = [c.probability for c in rankings.clusters if c.probability is not None]
    signals = signals_of(rankings.retrieved, rankings.located, clusters, rankings.final, rankings.articles)
    if not signals:
        return Relevance(unavailable="the image-text encoder ranked no article")
    return Relevance(probability=model.probability(signals), signals=signals)


def _worded(article: Article, note: str, legible: str, settings: RelevanceSettings) -> str:
    """Says so where an article holds nearly all words of the note, or of the legible text."""
    for text, least, said in (
        (note, settings.note_words, "It holds the words of your note."),
        (legible, settings.legible_words, "It holds the words that can be read in the photograph."),
    ):
        held = shared(text, article)
        if held.found >= least and held.share >= settings.word_share:
            return said
    return ""


def _assess(
    probability: float | None, hit: Hit, missing: str, settings: RelevanceSettings, worded: str = ""
) -> Assessment:
    sure = _SURE.get(hit.tier, "") or worded
    if probability is None:
        return Assessment(basis=f"{sure} {missing.capitalize() if sure else missing}".strip(), passes=True)
    level = level_of(probability, settings)
    by_rank = f"Rank {hit.rank} of the final order and the scores behind it."
    return Assessment(
        probability=probability, level=level, basis=f"{sure} {by_rank}".strip(),
        passes=bool(sure) or probability >= settings.gate,
    )  # fmt: skip


def _cluster(
    cluster: Cluster, rankings: Rankings, model: RelevanceModel, rated: dict[str, float],
    settings: RelevanceSettings, missing: str,
) -> Assessment:  # fmt: skip
    sure = [h.tier for h in rankings.final if h.tier != "ranked" and h.article_id in cluster.article_ids]
    why = _KEPT if cluster.decision == "kept" else f"Holds a {sure[0]} article." if sure else ""
    probability = model.cluster(rankings.cluster(cluster, rated))
    if probability is None:
        beyond = "none of its articles is among those that are rated" if model.meta.clusters else ""
        text = f"not rated: {beyond}" if beyond else missing
        # an event of which no article came near the top is no evidence; one that nothing can rate is not held back
        return Assessment(basis=f"{why} {text}".strip(), passes=bool(why) or not beyond)
    basis = f"{why} Its best article's rating, the event head and its rank.".strip()
    return Assessment(
        probability=probability, level=level_of(probability, settings), basis=basis,
        passes=bool(why) or (probability >= settings.gate and cluster.decision != "dropped"),
    )  # fmt: skip


def _shown(rankings: Rankings) -> list[Cluster]:
    return [c for c in rankings.clusters if c.maximal or c.decision]
