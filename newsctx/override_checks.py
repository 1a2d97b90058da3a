"""Whether an override can be made: refused at once, where the analyst can still mend it, and not by a stage later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from newsctx import prompts
from newsctx.added_articles import check_added
from newsctx.archive.opened import OpenArchive
from newsctx.case_articles import CaseArticles, Resolve, check_places, resolved
from newsctx.errors import OverrideError
from newsctx.overrides import (
    AddArticle,
    AddChunk,
    AllowRemote,
    CorrectArticle,
    EditChunk,
    Edits,
    Override,
    SetPlace,
    SetPrompt,
    SetThreshold,
    SetWriter,
)
from newsctx.own_passages import check_addition, check_edit, check_undone
from newsctx.passages import parse_chunk_id
from newsctx.settings import Settings
from newsctx.thresholds import check_threshold

if TYPE_CHECKING:
    from newsctx.writers.base import CaptionWriter


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
    archive.check_override(override, tuple(settings.retrieve.weights), {a.article_id for a in edits.added})
    articles = CaseArticles(archive.store.articles, edits, resolve)
    match override:
        case SetPlace(place=str() as place):
            resolved(place, resolve)
        case CorrectArticle(places=tuple() as places):
            check_places(places, resolve)
        case EditChunk(chunk_id=address, text=None):
            check_undone(address, edits.passages)
        case EditChunk(chunk_id=address, text=str() as text):
            parsed = parse_chunk_id(address)
            check_edit(address, text, articles.get([parsed[0]]) if parsed else {})
        case AddChunk(article_id=article_id, text=text, on=True):
            check_addition(articles.get([article_id])[article_id], text)
        case AddArticle(article=article, on=True):
            check_added(article, settings.imports)
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
