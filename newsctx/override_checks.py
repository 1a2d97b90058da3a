"""Whether an override can be made: refused at once, where the analyst can still mend it, and not by a stage later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from newsctx import prompts
from newsctx.added_articles import check_added
from newsctx.archive.opened import OpenArchive
from newsctx.case_articles import CaseArticles, Resolve, check_places, resolved
from newsctx.dates import FIRST_YEAR, LAST_YEAR
from newsctx.errors import OverrideError
from newsctx.overrides import (
    AddArticle,
    AddChunk,
    AllowRemote,
    CorrectArticle,
    EditCaption,
    EditChunk,
    Edits,
    ExcludeArticle,
    MergeClusters,
    Override,
    PinArticle,
    SetDate,
    SetPlace,
    SetPrompt,
    SetThreshold,
    SetWriter,
)
from newsctx.own_passages import check_addition, check_edit, check_undone
from newsctx.passages import parse_chunk_id, plain
from newsctx.records import Article, PartialDate
from newsctx.settings import Settings
from newsctx.thresholds import check_threshold

if TYPE_CHECKING:
    from newsctx.writers.base import CaptionWriter

_MOST = 200_000  # characters of an action: a split of 1,000 articles has some 30,000


def check(
    override: Override,
    edits: Edits,
    archive: OpenArchive,
    settings: Settings,
    resolve: Resolve,
    writer_for: Callable[[Edits], CaptionWriter],
) -> None:
    """Raise OverrideError if the override names an article, a channel or a place that does not exist, gives a setting
    what it cannot have, or a passage that is not the article's words; SettingsError for a prompt that cannot be filled
    in.

    Args:
        edits: what the case has so far: articles that it added are known, too.
        resolve: the gazetteer.
        writer_for: refuses a writer that cannot be chosen.
    """
    _check_size(override)
    known = {a.article_id for a in edits.added} | _taken_back(override, edits)
    archive.check_override(override, tuple(settings.retrieve.weights), known)
    articles = CaseArticles(archive.store.articles, edits, resolve)
    match override:
        case SetPlace(place=str() as place):
            resolved(place, resolve)
        case CorrectArticle(places=places, published=published):
            check_places(places or (), resolve)
            _check_year(published)
        case SetDate(date=when):
            _check_year(when)
        case EditChunk(chunk_id=address, text=None):
            check_undone(address, edits.passages)
        case EditChunk(chunk_id=address, text=str() as text):
            parsed = parse_chunk_id(address)
            check_edit(address, text, articles.get([parsed[0]]) if parsed else {})
        case AddChunk(article_id=article_id, text=text, on=True):
            check_addition(articles.get([article_id])[article_id], text)
        case AddArticle(article=article, on=True):
            check_added(article, settings.imports)
            _check_id(article, edits, archive)
        case MergeClusters(cluster_ids=ids, on=True) if len(set(ids)) < 2:
            raise OverrideError("A merge needs two different event candidates: choose another one.")
        case EditCaption(text=str() as text) if not plain(text).strip():
            raise OverrideError("The caption would be empty: word it, or take your wording back.")
        case SetThreshold(name=name, value=float() as value):
            check_threshold(settings, name, value)
        case SetWriter(writer=str() as name):
            writer_for(Edits(writer=name))
        case SetPrompt(step=step, text=str() as text):
            prompts.check(step, text)
        case AllowRemote(base_url=url) if url != settings.caption.base_url:
            raise OverrideError(
                f"{url[:80]!r} is not the server of the settings ({settings.caption.base_url}); "
                "only that one can be allowed."
            )


def _taken_back(override: Override, edits: Edits) -> set[str]:
    """The article of which an earlier word is taken back: also where a newer archive no longer has it."""
    match override:
        case PinArticle(article_id=article, on=False) if article in edits.pinned:
            return {article}
        case ExcludeArticle(article_id=article, on=False) if article in edits.excluded:
            return {article}
        case CorrectArticle(article_id=article, places=None, published=None) if article in edits.corrected:
            return {article}
    return set()


def _check_size(override: Override) -> None:
    """Ids and places have no bound of their own; nobody types one of megabytes. Added articles have theirs."""
    size = 0 if isinstance(override, AddArticle) else len(override.model_dump_json())
    if size > _MOST:
        raise OverrideError(f"The change has {size:,} characters; at most {_MOST:,} can be kept.")


def _check_id(article: Article, edits: Edits, archive: OpenArchive) -> None:
    """An id is of one article: another with it would take its place without a trace."""
    same = next((a for a in edits.added if a.article_id == article.article_id), None)
    if (same is not None and same != article) or archive.store.article(article.article_id) is not None:
        raise OverrideError(
            f"Another article has the id {article.article_id[:80]!r}: paste the text again, which gives it its own."
        )


def _check_year(when: PartialDate | None) -> None:
    if when is not None and not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise OverrideError(f"The year {when.year} is outside {FIRST_YEAR} to {LAST_YEAR}: check the date.")
