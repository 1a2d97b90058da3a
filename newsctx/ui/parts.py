"""Views that several panels share."""

from __future__ import annotations

from typing import Any

from newsctx.document import ArticleCard
from newsctx.overrides import ADDED
from newsctx.records import Article, Assessment, StageName
from newsctx.ui.html import day, link, picture
from newsctx.ui.language import N_, tr
from newsctx.ui.page import LISTS, Page

CHANNELS = {
    "image_text": "Image to text",
    "content": "Image to article text",
    "visual": "Image to image",
    "visual_second": "Second image encoder",
    "composite": "Article structure",
    "copy": "Copy",
    "words_note": "Your note",
    "words_ocr": "Legible text",
    "coverage": "Other coverage",
}
STAGE_TITLES: dict[str, str] = {
    "photo": "Photo",
    "retrieve": "Evidence",
    "verify": "Matches",
    "locate": "Places",
    "events": "Events",
    "relevance": "Relevance",
    "chunks": "Chunks",
    "context": "Answer",
    "caption": "Caption",
}
LEVELS = {
    "strong": "strong evidence", "likely": "likely evidence", "uncertain": "uncertain", "weak": "weak",
    "unrated": "not rated",
}  # fmt: skip
SURE = {
    "Pinned": N_("pinned"), "Its photograph": N_("photo matched"), "Kept": N_("kept"),
    "Holds a": N_("holds a sure article"),
}  # fmt: skip  # by basis
LIST_TITLES = {"retrieve": "Retrieval", "verify": "Matches", "locate": "Places", "events": "Events"}
STATE_TITLES = {
    "pending": "not run",
    "running": "running",
    "fresh": "done",
    "stale": "stale",
    "failed": "failed",
    "unavailable": "unavailable",
}


def channel(name: str) -> str:
    """The name of a channel as the analyst reads it."""
    return tr(CHANNELS.get(name, "")) or name.replace("_", " ")


SHORT = 40  # letters of a headline that stand for an article without an outlet


def brief(page: Page, article_id: str) -> dict[str, Any]:
    """An article in one line: headline, outlet, date, place."""
    card = page.card(article_id)
    return {
        "id": article_id,
        "headline": card.headline or tr("(no headline)"),
        "source": card.source,
        "short": ", ".join(x for x in (card.source or card.headline[:SHORT] or article_id, day(card.published)) if x),
        "date": day(card.published),
        "iso": card.published.iso if card.published else "",
        "place": place_line(card),
        "url": link(card.url),
        "pinned": article_id in page.edits.pinned,
        "excluded": article_id in page.edits.excluded,
        "added": article_id.startswith(ADDED),
        "corrected": article_id in page.edits.corrected,
    }


def evidence(page: Page, article_id: str) -> dict[str, Any]:
    """All that the one evidence card shows of an article, full or compact: the macro `card` of parts.html."""
    card = page.card(article_id)
    hits = (page.hits(page.latest) if page.latest else None) or ()
    rank = next((h.rank for h in hits if h.article_id == article_id), None)
    return {
        **brief(page, article_id),
        "abstract": card.abstract,
        "image_id": card.image_id or "",
        "thumbnail": thumbnail(page, card.image_id),
        "hidden": bool(card.image_id) and page.hides(card.image_id),
        "marked": (card.image_id or "") in page.sensitive and bool(card.image_id),
        "relevance": relevance(page.rated.articles.get(article_id)) if page.rated else None,
        "at": rank,
        "listed": rank is not None and rank <= page.look.shown,
    }


def whole(page: Page, article_id: str) -> Article | None:
    """An article with its texts, as the archive has it or as the analyst added it; None where it is in neither."""
    own = next((a for a in page.edits.added if a.article_id == article_id), None)
    return own or page.pictures.article(article_id)


def place_line(card: ArticleCard, most: int = 2) -> str:
    """The first places of an article; those left out are counted."""
    labels = [p.label for p in card.places]
    rest = f" +{len(labels) - most}" if len(labels) > most else ""
    return "; ".join(labels[:most]) + rest


def relevance(one: Assessment | None) -> dict[str, Any] | None:
    """A rating as it is shown: its level by name, the figure and its basis on demand; None: not rated (yet)."""
    if one is None:
        return None
    figure = "" if one.probability is None else f"P = {one.probability:.2f}. "
    level = one.level or "unrated"
    sure = next((tr(word) for start, word in SURE.items() if one.basis.startswith(start)), "")
    title = tr("%(sure)s; else %(level)s", sure=sure, level=tr(LEVELS[level])) if sure else tr(LEVELS[level])
    return {"level": level, "title": title, "why": f"{figure}{one.basis}", "passes": one.passes}


def thumbnail(page: Page, image_id: str | None) -> str:
    """Address of a small copy of an archived photograph; empty where there is none."""
    return picture(page.pictures.thumbnail(image_id)) if image_id else ""


def header(page: Page, stage: StageName) -> dict[str, Any]:
    """The line above a panel: what state its stage is in and what it noted."""
    status, state = page.status[stage], page.state(stage)
    clusters = page.document.stages.events.clusters if page.document and page.document.stages.events else ()
    unscored = stage == "events" and state == "unavailable" and clusters  # there are events to see all the same
    return {
        "stage": stage,
        "title": tr(STAGE_TITLES[stage]),
        "state": state,
        "state_title": tr("not scored") if unscored else tr(STATE_TITLES[state]),
        "note": page.unavailable(stage) or status.note,
        "seconds": status.seconds,
        "cached": status.cached,
    }


def rank_path(page: Page, article_id: str) -> list[dict[str, Any]]:
    """The rank of an article in every ranked list that has run, with the direction of each step."""
    steps: list[dict[str, Any]] = []
    before: int | None = None
    for stage in LISTS:
        for hit in page.hits(stage) or ():
            if hit.article_id == article_id:
                steps.append({"stage": tr(LIST_TITLES[stage]), "rank": hit.rank, "move": move(before, hit.rank)})
                before = hit.rank
    return steps


def move(before: int | None, after: int) -> str:
    """`up`, `down`, `same`, or `new` where there is no rank before."""
    if before is None:
        return "new"
    return "up" if after < before else "down" if after > before else "same"
