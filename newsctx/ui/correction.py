"""The form that corrects where an article plays and when it appeared, beside what the archive says."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from newsctx.ui.page import Page
from newsctx.ui.parts import whole


def correction(page: Page, article_id: str) -> dict[str, Any]:
    """What the archive says, what the analyst says, and what the fields of the form hold.

    `version` changes with the values, so that a field whose value was changed elsewhere does not keep the old one.
    """
    card = page.card(article_id)
    own = page.edits.corrected.get(article_id)
    places, published = [p.label for p in card.places], card.published.iso if card.published else ""
    if own:  # the card may show the correction already
        article = whole(page, article_id)
        if article:
            places = [p.place.label if p.place else p.keyword for p in article.places]
            published = article.published.iso if article.published else ""
    now_places = list(own.places) if own and own.places is not None else places
    now_published = own.published.iso if own and own.published else published
    return {
        "archived_places": "; ".join(places),
        "archived_published": published,
        "places": "; ".join(now_places),
        "published": now_published,
        "places_changed": bool(own and own.places is not None),
        "published_changed": bool(own and own.published),
        "reason": own.reason if own else "",
        "version": crc32("\0".join((*now_places, now_published)).encode("utf-8", "replace")),
    }
