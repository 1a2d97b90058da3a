"""Views that several panels share."""

from __future__ import annotations

from typing import Any

from newsctx.document import ArticleCard
from newsctx.records import Assessment, StageName
from newsctx.ui.html import day, link, picture
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
    "Pinned": "pinned",
    "Its photograph": "photo matched",
    "Kept": "kept",
    "Holds a": "holds a sure article",
}  # by basis
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
    return CHANNELS.get(name, name.replace("_", " "))


def brief(page: Page, article_id: str) -> dict[str, Any]:
    """An article in one line: headline, outlet, date, place."""
    card = page.card(article_id)
    return {
        "id": article_id,
        "headline": card.headline or "(no headline)",
        "source": card.source,
        "date": day(card.published),
        "iso": card.published.iso if card.published else "",
        "place": place_line(card),
        "url": link(card.url),
    }


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
    sure = next((word for start, word in SURE.items() if one.basis.startswith(start)), "")
    title = f"{sure}; else {LEVELS[level]}" if sure else LEVELS[level]
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
        "title": STAGE_TITLES[stage],
        "state": state,
        "state_title": "not scored" if unscored else STATE_TITLES[state],
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
                steps.append({"stage": LIST_TITLES[stage], "rank": hit.rank, "move": move(before, hit.rank)})
                before = hit.rank
    return steps


def move(before: int | None, after: int) -> str:
    """`up`, `down`, `same`, or `new` where there is no rank before."""
    if before is None:
        return "new"
    return "up" if after < before else "down" if after > before else "same"
