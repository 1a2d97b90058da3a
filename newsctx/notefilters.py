"""The note's filters by place and date: which article they leave out, and why. Pure."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Literal

from newsctx.placenames import fold
from newsctx.places import distance_km, parse_keyword
from newsctx.records import ArticlePlace, PartialDate, Place, Record
from newsctx.wordquery import WordQuery

Why = Literal["date", "undated", "place", "unplaced"]


class Filters(Record):
    """What an article's own date and places have to fulfil; all of it."""

    after: PartialDate | None = None
    before: PartialDate | None = None
    places: tuple[Place, ...] = ()
    km: float = 0.0  # how near an article's place has to be to a town or a spot

    @property
    def dates(self) -> bool:
        return bool(self.after or self.before)

    def __bool__(self) -> bool:
        return self.dates or bool(self.places)

    def why_not(self, published: PartialDate | None, places: Iterable[ArticlePlace]) -> Why | None:
        """Why an article is left out; None where it stays.

        A partial date stays where one of its days would: `2017` passes `after:2017-12-01`.
        """
        if self.dates and published is None:
            return "undated"
        if self.after and published and published.last < self.after.first:
            return "date"
        if self.before and published and published.first >= self.before.first:
            return "date"
        if not self.places:
            return None
        known = list(places)
        if not known:
            return "unplaced"
        return None if any(at(k, p, self.km) for p in self.places for k in known) else "place"


def of(query: WordQuery, find: Callable[[str], Place | None], km: float) -> tuple[Filters, tuple[str, ...], str]:
    """The filters of a note.

    Args:
        find: the gazetteer.

    Returns:
        The filters; notices of places that the gazetteer does not know; their names, which become words to search with.
    """
    found = {name: find(name) for name in query.places}
    unknown = [name for name, place in found.items() if place is None]
    notices = tuple(
        f"place:{name[:60]} filters nothing: the gazetteer does not know {name[:60]!r}. It was searched as words; try "
        'a larger place nearby, or add the country: place:"Duisburg, Germany".'
        for name in unknown
    )
    places = tuple(dict.fromkeys(p for p in found.values() if p))
    return Filters(after=query.after, before=query.before, places=places, km=km), notices, " ".join(unknown)


def at(given: ArticlePlace, wanted: Place, km: float) -> bool:
    """Whether an article's place is the wanted one, lies in it, or (a town or a spot) is at most `km` away from it.

    A place that the gazetteer does not know is the wanted one where it has its name.
    """
    return _at(given.keyword, given.place, wanted, km)


@functools.lru_cache(16_384)  # a list of a thousand articles names the same few places
def _at(keyword: str, place: Place | None, wanted: Place, km: float) -> bool:
    if place is None:
        return fold(parse_keyword(keyword)[0]) == fold(wanted.name)
    if wanted.level == "continent":
        return place.continent == wanted.name
    if place.country_code != wanted.country_code and wanted.level in ("country", "region"):
        return False
    if wanted.level == "country":
        return place.level != "continent"
    if wanted.level == "region" and not wanted.region:
        return wanted.name == (place.name if place.level == "region" else place.region) or place.region == wanted.name
    # a town, a spot, or a county, of which no town says that it lies there; a country's or region's middle is no spot
    if (place.name, place.level, place.region, place.country_code) == (
        wanted.name, wanted.level, wanted.region, wanted.country_code,
    ):  # fmt: skip
        return True
    if place.level not in ("city", "venue"):
        return False
    away = distance_km(place, wanted)
    return away is not None and away <= km


def label(filters: Filters) -> tuple[str, str]:
    """The date and the place filters in words; a place as it was understood: there is more than one Paris."""
    dates = [f"{n}:{d}" for n, d in (("after", filters.after), ("before", filters.before)) if d]
    places = [f"place:{p.label}" for p in filters.places]
    return " ".join(dates), " or ".join(places)
