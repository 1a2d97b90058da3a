"""Sentences of articles that say a place, a date, or the words of a claim: verbatim, with their address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from newsctx.dates import days_between
from newsctx.passages import field_text, folded
from newsctx.records import Article, ChunkField, PartialDate, Place, Quote
from newsctx.sentences import split
from newsctx.words import content_words

_FIELDS: tuple[ChunkField, ...] = ("headline", "caption", "abstract", "body")
_LONGEST = 20_000  # characters of a field that are read: news says where and when near its beginning
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def naming_place(articles: Sequence[Article], place: Place, most: int) -> tuple[Quote, ...]:
    """The first sentences that name the place, at most one of each field of an article, best article first.

    Args:
        place: its own name is looked for, as a whole word whatever its case; a venue's city counts, too.
    """
    names = [n for n in (place.name, place.city if place.level == "venue" else "") if n.strip()]
    return _matching(articles, re.compile("|".join(rf"(?<!\w){re.escape(folded(n))}(?!\w)" for n in names)), most)


def naming_date(articles: Sequence[Article], value: PartialDate, tolerance: int, most: int) -> tuple[Quote, ...]:
    """What dates an article there: its date of publication, then sentences that write the date.

    Args:
        tolerance: days between the date and a date of publication that is quoted. A sentence that names day and month
            alone counts where its article is of that year.
    """
    published = [published_quote(a) for a in articles if a.published and days_between(a.published, value) <= tolerance]
    near = [a for a in articles if not a.published or abs(a.published.year - value.year) <= 1]
    spelled = (q for q in _matching(near, _spelled(value), most) if _same_year(q.text, value))
    return tuple((*published, *spelled))[:most]


def published_quote(article: Article) -> Quote:
    """The date of publication as a quote. The article has one."""
    assert article.published is not None
    text = article.published.iso
    return Quote(article_id=article.article_id, field="published", start=0, end=len(text), text=text)


def covering(article: Article, words: Sequence[str], most: int) -> tuple[Quote, ...]:
    """The fewest sentences of an article that hold the most of these content words: each one adds words that are still
    missing (greedy set cover), in the order of the article.
    """
    rest = set(words)
    able = [(q, set(content_words(q.text)) & rest) for f in _FIELDS for q in sentences(article, f)]
    chosen: list[int] = []
    while rest and len(chosen) < most:
        best = max(range(len(able)), key=lambda i: (len(able[i][1] & rest), -i), default=None)
        if best is None or not able[best][1] & rest:
            break
        chosen.append(best)
        rest -= able[best][1]
    return tuple(able[i][0] for i in sorted(chosen))


def _matching(articles: Sequence[Article], pattern: re.Pattern[str], most: int) -> tuple[Quote, ...]:
    found: list[Quote] = []
    for article in articles:
        for field in _FIELDS:
            if len(found) >= most:
                return tuple(found)
            if pattern.search(folded(field_text(article, field)[:_LONGEST])):  # splitting is the slow part
                first = next((q for q in sentences(article, field) if pattern.search(folded(q.text))), None)
                found += [first] if first else []
    return tuple(found)


def sentences(article: Article, field: ChunkField) -> Iterator[Quote]:
    """The sentences of a field, in order."""
    for span in split(field_text(article, field)[:_LONGEST]):
        yield Quote(article_id=article.article_id, field=field, start=span.start, end=span.end, text=span.text)


def _same_year(text: str, value: PartialDate) -> bool:
    years = _YEAR.findall(text)
    return not years or any(value.first.year <= int(y) <= value.last.year for y in years)


def _spelled(value: PartialDate) -> re.Pattern[str]:
    """A day as English and ISO texts write it, with or without the year; `March 2019`; a year or a decade alone."""
    if value.decade:
        return re.compile(rf"(?<!\w){value.year}s(?!\w)")
    if value.month is None:
        return re.compile(rf"(?<!\w){value.year}(?!\w)")
    name = _MONTHS[value.month - 1]
    month = rf"{name[:3]}(?:{name[3:]}|\.)?" if name != "may" else "may"
    if value.day is None:
        return re.compile(rf"(?<!\w){month},? {value.year}(?!\w)")
    day = rf"{value.day}(?:st|nd|rd|th)?"
    return re.compile(rf"(?<!\w)(?:{month} {day}|{day} (?:of )?{month}|{value.iso})(?!\w)")
