"""Logos and file pictures: identical images that articles of many stories carry, which are evidence of none.

A photograph of one event may stand in many articles too: a syndicated picture. What tells the two apart is how many
*stories* carry an image, not how many articles: stories are far apart in time, or about different things.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from newsctx.records import PartialDate

Dated = tuple[str, PartialDate | None]  # article id, its date
#: Whether two articles tell the same, by their words; None where that cannot be said.
Alike = Callable[[str, str], bool | None]


def logos(
    shared: Mapping[str, Sequence[Dated]], least: int, window_days: int, alike: Alike = lambda a, b: None
) -> dict[str, int]:
    """The images that are no evidence of the articles they stand in.

    Args:
        shared: image id -> the articles with exactly this file.
        least: stories that make an image a logo (`structure.logo_articles`).
        window_days: articles further apart than this are of different stories (`refine.window_days`).

    Returns:
        Image id -> number of articles, by image id.
    """
    return {
        image_id: len(shared[image_id])
        for image_id in sorted(shared)
        if len(shared[image_id]) >= least and stories(shared[image_id], window_days, alike, least) >= least
    }


def stories(
    articles: Sequence[Dated], window_days: int, alike: Alike = lambda a, b: None, enough: int | None = None
) -> int:
    """How many of the articles any two of which are of different stories, at most `enough`.

    Two articles are of different stories where their dates are more than `window_days` apart for certain (a date is the
    span that it covers) or their words say so; where the words say nothing, also where one has no date.
    """
    # those without words last: they would pass for the same story as everything else of their days
    order = sorted(articles, key=lambda a: (alike(a[0], a[0]) is None, a[1].last if a[1] else date.max, a[0]))
    picked: list[Dated] = []
    for article in order:  # the earliest end first: by dates alone, that is the largest set there is
        if len(picked) == enough:
            break
        if all(_different(article, other, window_days, alike) for other in picked):
            picked.append(article)
    return len(picked)


def note(articles: int) -> str:
    """Why a sound match with such an image is no evidence."""
    return f"this picture stands in {articles} articles of different stories: a logo or file picture"


def _different(a: Dated, b: Dated, window_days: int, alike: Alike) -> bool:
    (one, first), (other, second) = a, b
    if first and second and max((first.first - second.last).days, (second.first - first.last).days) > window_days:
        return True
    same = alike(one, other)
    return first is None or second is None if same is None else not same
