"""What the cited texts and metadata hold, laid out for exact look-up: n-grams of folded words, dates, numbers."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsctx.grounding.dating import Found, Stated, completed, find_dates, stated
from newsctx.grounding.numbers import Amount, as_year, find_numbers, is_count
from newsctx.grounding.placenaming import Keys, geonameid, place_runs, placelike_words
from newsctx.grounding.tense import told_as_past
from newsctx.grounding.text import Word, clean, joined, words
from newsctx.records import Article, PartialDate, Place
from newsctx.sentences import split

if TYPE_CHECKING:  # the writers check their own sentences
    from newsctx.writers.base import CaptionEvidence

METADATA = ("headline", "published", "places", "source")  # what `ARTICLE#...` may name
ANALYST = ("analyst#place", "analyst#date")  # values that the analyst set
PHOTO = "photo#seen"  # the photograph itself; of names, dates and numbers only its legible text holds any


class Text:
    """One text of the evidence. Look-ups are by set, so that no text makes a comparison slow."""

    def __init__(self, text: str) -> None:
        cleaned = clean(text).text
        self.plain = cleaned.casefold()
        found = words(cleaned)
        self._lines = list(_lines(found))
        dates = [d for d in find_dates(cleaned) if not is_count(cleaned, d.start, d.end)]
        self.dates = tuple(r for d in dates for r in d.readings)
        self.past_weekdays = frozenset(_past_weekdays(cleaned, dates))
        self.amounts = tuple(dict.fromkeys(_amounts(cleaned, dates)))
        self._counted: dict[Amount, set[str]] = {}  # value -> what it counts
        for amount in self.amounts:
            self._counted.setdefault(amount._replace(of=""), set()).add(amount.of)
        self.acronyms = frozenset(_initials(self._lines))
        self._grams: dict[int, frozenset[Keys]] = {}
        self._capital = frozenset(w.key for w in found if w.capital)

    def holds(self, keys: Keys) -> bool:
        """True where the keys stand one after the other, an initial between them left out (`Donald J. Trump`)."""
        n = len(keys)
        if n not in self._grams:
            short = [[w for w in line if len(w.text) > 1] for line in self._lines]
            lines = self._lines + [s for s, line in zip(short, self._lines, strict=True) if len(s) < len(line)]
            self._grams[n] = frozenset(
                tuple(w.key for w in line[i : i + n]) for line in lines for i in range(len(line) - n + 1)
            )
        return keys in self._grams[n]

    def counts(self, amount: Amount) -> bool:
        """True where the number stands in the text, and counts the same thing wherever both say what."""
        counted = self._counted.get(amount._replace(of=""), set())
        return bool(counted) and (not amount.of or not counted.isdisjoint(("", amount.of)))

    def placelike(self, key: str) -> bool:
        """True where the word stands somewhere with a capital and not as a part of a person's name, `Denzel Washington`
        or `Paris Hilton`.
        """
        return key in self._placelike

    @functools.cached_property
    def _placelike(self) -> frozenset[str]:
        return frozenset(w.key for line in self._lines for w in placelike_words(line))

    @functools.cached_property
    def cities(self) -> frozenset[int]:
        """GeoNames ids of the places that its capitalised words name in any language (`München` is Munich)."""
        names = (" ".join(w.text for w in run) for line in self._lines for run in place_runs(line))
        return frozenset(i for name in dict.fromkeys(names) if (i := geonameid(name)) is not None)

    def capitalised(self, key: str) -> bool:
        """True where the word stands somewhere with a capital: `US` is not `us`."""
        return key in self._capital


def _amounts(text: str, dates: Iterable[Found]) -> Iterator[Amount]:
    """The numbers that no date is made of; four figures that nothing makes a year may be either."""
    of_dates = bytearray(len(text) + 1)
    for one in dates:
        if not text[one.start : one.end].isdigit() or as_year(text, one.start):
            of_dates[one.start : one.end] = b"\1" * (one.end - one.start)
    yield from (n.amount for n in find_numbers(text) if not of_dates[n.start])


def _lines(found: Iterable[Word]) -> Iterator[list[Word]]:
    """Words that nothing but a space, hyphen or apostrophe parts: no name reaches over a comma."""
    line: list[Word] = []
    for word in found:
        if line and not joined(word, line[-1]):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _past_weekdays(text: str, dates: Iterable[Found]) -> Iterator[int]:
    """The weekdays that a sentence of the text tells as past."""
    alone = [d for d in dates if d.readings[0].weekday is not None and d.readings[0][:3] == (None, None, None)]
    sentences = iter(split(text)) if alone else iter(())
    sentence = next(sentences, None)
    for one in alone:
        while sentence and sentence.end <= one.start:
            sentence = next(sentences, None)
        weekday, at = one.readings[0].weekday, sentence.start if sentence else 0
        if sentence and weekday is not None and told_as_past(sentence.text, one.start - at, one.end - at):
            yield weekday


def _initials(lines: Iterable[list[Word]]) -> Iterator[str]:
    """Three to six initials of neighbouring capitalised words: `nato` of North Atlantic Treaty Organization."""
    for line in lines:
        capital = [w for w in line if w.capital or w.key not in ("of", "the", "for", "and", "on", "in")]
        letters = [w.key[:1] if w.capital else " " for w in capital]
        for i in range(len(letters)):
            for n in range(3, 7):
                run = "".join(letters[i : i + n])
                if len(run) == n and " " not in run:
                    yield run


@functools.lru_cache(maxsize=512)
def text_of(text: str) -> Text:
    """The laid-out text; the evidence of a caption is read once."""
    return Text(text)


@dataclass(frozen=True)
class Source:
    """One cited id: its text, or its date."""

    id: str
    text: Text | None = None
    date: PartialDate | None = None
    geonameids: frozenset[int] = frozenset()

    def dates(self, published: PartialDate | None, weekdays: bool = True) -> Iterator[Stated]:
        """Dates it states; one without a year in the year of `published` too, and with `weekdays` a weekday that it
        tells as past on its day.
        """
        if self.date is not None:
            yield stated(self.date)
        past = self.text.past_weekdays if self.text and weekdays else frozenset()
        for one in self.text.dates if self.text else ():
            yield one
            if one.month is None and one.year is None and one.weekday not in past:
                continue
            if (whole := completed(one, published)) != one:
                yield whole

    def amounts(self) -> Iterable[Amount]:
        return self.text.amounts if self.text else ()


def sources(
    chunk_ids: Iterable[str], metadata_ids: Iterable[str], evidence: CaptionEvidence
) -> tuple[list[Source], list[str]]:
    """The sources of the cited ids, and the ids that name nothing."""
    usable = {c.chunk_id: c for c in evidence.chunks if c.decision != "dropped"}
    found: list[Source] = []
    unknown: list[str] = []
    for address in dict.fromkeys([*chunk_ids]):
        if address in usable:
            found.append(Source(address, text_of(usable[address].text)))
        else:
            unknown.append(address)
    for address in dict.fromkeys([*metadata_ids]):
        if address == PHOTO:
            found.append(Source(address, text_of(evidence.photo.ocr_text)))
            continue
        source = _analyst(address, evidence) if address in ANALYST else _metadata(address, evidence)
        found += [source] if source else []
        unknown += [] if source else [address]
    return found, unknown


def _analyst(address: str, evidence: CaptionEvidence) -> Source | None:
    place, date = evidence.context.place, evidence.context.date
    if address == "analyst#place" and place.basis == "analyst" and place.place:
        return _of_places(address, [place.place.name], [place.place])
    if address == "analyst#date" and date.basis == "analyst" and date.date:
        return Source(address, date=date.date)
    return None


def _metadata(address: str, evidence: CaptionEvidence) -> Source | None:
    article_id, _, field = address.rpartition("#")
    article = evidence.articles.get(article_id)
    if article is None or field not in METADATA or not getattr(article, field):
        return None
    if field == "published":
        return Source(address, date=article.published)
    if field == "places":
        return _of_places(address, article.location_keywords, [p.place for p in article.places if p.place])
    return Source(address, text_of(getattr(article, field)))


def _of_places(address: str, names: Iterable[str], places: Iterable[Place]) -> Source:
    """Names of the places and of all that contain them."""
    known = list(places)
    lines = [*names, *(n for p in known for n in (p.name, p.city, p.region, p.country, p.continent) if n)]
    ids = frozenset(p.geonameid for p in known if p.geonameid is not None)
    return Source(address, text_of("\n".join(dict.fromkeys(lines))), geonameids=ids)


def published_of(source: Source, cited: Iterable[str], articles: dict[str, Article] | object) -> PartialDate | None:
    """The publication date of the source's article, where it is cited beside it."""
    article_id = source.id.rpartition("#")[0]
    if f"{article_id}#published" not in cited:
        return None
    article = articles.get(article_id)  # type: ignore[attr-defined]
    return article.published if article else None
