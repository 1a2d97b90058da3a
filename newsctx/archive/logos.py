"""Logos and file pictures: identical images that many articles of different days carry, which are evidence of none.

A photograph of one event may stand in many articles too: a syndicated picture, within the same few days. What tells
the two apart is how many *occasions* an image had, not how many articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from newsctx.records import PartialDate


def logos(
    shared: Mapping[str, Iterable[tuple[str, PartialDate | None]]], least: int, window_days: int
) -> dict[str, int]:
    """The images that are no evidence of the articles they stand in.

    Args:
        shared: image id -> (article id, its date or None) of every article with exactly this file.
        least: occasions that make an image a logo (`structure.logo_articles`).
        window_days: articles at most this many days apart are one occasion (`refine.window_days`).

    Returns:
        Image id -> number of articles, by image id.
    """
    found: dict[str, int] = {}
    for image_id in sorted(shared):
        articles = dict(shared[image_id])
        if len(articles) >= least and occasions(articles.values(), window_days) >= least:
            found[image_id] = len(articles)
    return found


def occasions(dates: Iterable[PartialDate | None], window_days: int) -> int:
    """The most articles of which any two are more than `window_days` apart for certain; an undated one counts alone.

    A date is the span that it covers, so that two articles of the same year are one occasion.
    """
    dates = list(dates)
    count, last = sum(d is None for d in dates), None
    for date in sorted((d for d in dates if d is not None), key=lambda d: (d.last, d.first)):
        if last is None or (date.first - last).days > window_days:  # earliest end first: the largest set there is
            count, last = count + 1, date.last
    return count


def note(articles: int) -> str:
    """Why a sound match with such an image is no evidence."""
    return f"this picture stands in {articles} articles of different days: a logo or file picture"
