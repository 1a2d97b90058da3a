"""One caption sentence against what it cites."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from newsctx.grounding import dating, numbers
from newsctx.grounding import german as german_words
from newsctx.grounding.caseless import find_caseless
from newsctx.grounding.common import FUNCTION
from newsctx.grounding.names import find_in_lower_case, find_runs
from newsctx.grounding.placenaming import Keys, geonameid, is_adjective, known_in_lower_case, other_names, place_spans
from newsctx.grounding.sources import Source, published_of, sources
from newsctx.grounding.tense import looks_ahead
from newsctx.grounding.text import Cleaned, Word, clean, words
from newsctx.records import Mention, MentionKind, Sentence
from newsctx.wordlists import FIRST_NAMES

if TYPE_CHECKING:  # the writers check their own sentences
    from newsctx.writers.base import CaptionEvidence

_IN = frozenset(["in", "near", "outside", "inside", "across", "around", "throughout"])
_SHOWN = 5  # unknown ids that a problem names


class _Found(NamedTuple):
    """A mention in the cleaned text."""

    start: int
    end: int
    kind: MentionKind
    ids: tuple[str, ...]


def check_sentence(sentence: Sentence, evidence: CaptionEvidence, language: str = "") -> Sentence:
    """The sentence with mentions and problem; `language` as in `grounding.check`."""
    cited, unknown = sources(sentence.chunk_ids, sentence.metadata_ids, evidence)
    cleaned = clean(sentence.text)
    german = language == "de" if language else german_words.is_german(cleaned.text)
    accepted = {(m.kind, m.text) for m in sentence.mentions if m.accepted}
    mentions = []
    for one in _mentions(cleaned, _Cited(cited, evidence), german):
        start, end = cleaned.original(one.start, one.end)
        text = sentence.text[start:end]
        mentions.append(
            Mention(
                kind=one.kind, start=start, end=end, text=text, found=one.ids, accepted=(one.kind, text) in accepted
            )
        )
    return sentence.model_copy(update={"mentions": tuple(mentions), "problem": _problem(sentence, unknown)})


def _problem(sentence: Sentence, unknown: list[str]) -> str:
    if not sentence.chunk_ids and not sentence.metadata_ids:
        return "It cites nothing."
    if not unknown:
        return ""
    named = ", ".join(i[:80] for i in unknown[:_SHOWN])
    more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
    return f"It cites {named}{more}, which the evidence does not have."


class _Cited:
    """What a sentence cites, asked for one value at a time; equal questions are answered once."""

    def __init__(self, cited: list[Source], evidence: CaptionEvidence) -> None:
        self.sources = cited
        ids = {s.id for s in cited}
        self._published = {s.id: published_of(s, ids, evidence.articles) for s in cited}
        self._names: dict[Keys, tuple[str, ...]] = {}

    def holds(self, keys: Keys) -> bool:
        return any(s.text and s.text.holds(keys) for s in self.sources)

    def name(self, keys: Keys, spelled: list[str]) -> tuple[str, ...]:
        """Ids of the texts that hold a name, or another name of the same place."""
        asked = (*keys, "\0", *spelled[:1]) if len(keys) == 1 else keys
        if asked not in self._names:
            self._names[asked] = self._search(keys, spelled)
        return self._names[asked]

    def _search(self, keys: Keys, spelled: list[str]) -> tuple[str, ...]:
        found = self._literal(keys, spelled)
        if found:
            return found
        for other in other_names(keys):
            if found := self._literal(other, []):
                return found
        if len(keys) == 1 and spelled[0].isupper() and len(keys[0]) > 2:
            return tuple(s.id for s in self.sources if s.text and keys[0] in s.text.acronyms)
        return ()

    def _literal(self, keys: Keys, spelled: list[str]) -> tuple[str, ...]:
        doubtful = len(keys) == 1 and bool(spelled) and (keys[0] in FUNCTION or _acronym(spelled[0]))
        return tuple(
            s.id
            for s in self.sources
            if s.text and s.text.holds(keys) and (not doubtful or s.text.capitalised(keys[0]))
        )

    def placelike(self, ids: tuple[str, ...], key: str) -> tuple[str, ...]:
        """Those of the ids in which the word is not only a part of a person's name."""
        person = {s.id for s in self.sources if s.text and s.text.capitalised(key) and not s.text.placelike(key)} - {
            s.id for s in self.sources if s.geonameids
        }
        return tuple(i for i in ids if i not in person)

    def place(self, name: str) -> tuple[str, ...]:
        """Ids of what has the place under any of its names (`Köln` for Cologne)."""
        number = geonameid(name) if len(name) <= 80 else None
        if number is None:
            return ()
        return tuple(s.id for s in self.sources if number in s.geonameids or (s.text and number in s.text.cities))

    def literal(self, text: str) -> tuple[str, ...]:
        """Ids of the texts in which the characters stand; for scripts whose words nothing parts."""
        return tuple(s.id for s in self.sources if s.text and text.casefold() in s.text.plain)

    def date(self, readings: tuple[dating.Stated, ...], weekdays: bool = True) -> tuple[str, ...]:
        """Ids that hold the date; `weekdays`: also as the day of a weekday that the text tells as past."""
        found = []
        for s in self.sources:
            published = self._published[s.id]
            if any(dating.entails(k, r) for k in s.dates(None) for r in readings):
                found.append(s.id)
            elif any(dating.entails(k, r) for k in s.dates(published, weekdays) for r in readings):
                found += [s.id, f"{s.id.rpartition('#')[0]}#published"]  # only together they say it
        return tuple(dict.fromkeys(found))

    def number(self, amount: numbers.Amount) -> tuple[str, ...]:
        if amount.below is None:
            return tuple(s.id for s in self.sources if s.text and s.text.counts(amount))
        return tuple(s.id for s in self.sources if any(numbers.holds(k, amount) for k in s.amounts()))


def _acronym(word: str) -> bool:
    return word.isupper() and 2 <= len(word.replace(".", "")) <= 5


def _mentions(cleaned: Cleaned, cited: _Cited, german: bool) -> Iterator[_Found]:
    """In the order of the text, none overlapping."""
    text = cleaned.text
    found = list(_dates(text, cited))
    taken = bytearray(len(text) + 1)
    for one in found:
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
    for name in _names(text, lambda w: bool(taken[w.start]), cited, german):
        if any(taken[name.start : name.end]):
            continue
        found.append(name)
        taken[name.start : name.end] = b"\1" * (name.end - name.start)
    found += [n for n in _numbers(text, cited) if not any(taken[n.start : n.end])]
    return iter(sorted(found))


def _dates(text: str, cited: _Cited) -> Iterator[_Found]:
    known: dict[tuple[dating.Stated, ...], tuple[str, ...]] = {}
    past = not looks_ahead(text)
    for one in dating.find_dates(text):
        if numbers.is_count(text, one.start, one.end):  # 1800 homes
            continue
        if one.readings not in known:
            known[one.readings] = cited.date(one.readings, past)
        ids = known[one.readings]
        if (
            not ids and text[one.start : one.end].isdigit() and not numbers.as_year(text, one.start)
        ):  # 2000 cheering: a count that looks like a year
            number = numbers.find_numbers(text[one.start : one.end])
            ids = cited.number(number[0].amount) if number else ()
        yield _Found(one.start, one.end, "date", ids)


def _names(text: str, taken: Callable[[Word], bool], cited: _Cited, german: bool) -> Iterator[_Found]:
    found = words(text)
    places = place_spans(text)
    starts = {start: end for start, end in places}
    for run in find_runs(found, taken, cited.holds):
        part = _in_german(found[run.first : run.last], cited, starts) if german else found[run.first : run.last]
        for piece, place in _split_places(part, starts):
            yield _name(text, piece, place, cited, _located(found, piece[0]))
    for run in find_in_lower_case(found, known_in_lower_case):
        if not taken(found[run.first]):
            yield _name(text, found[run.first : run.last], True, cited, True)
    for start, end, place in find_caseless(text, lambda name: geonameid(name) is not None):
        ids = cited.literal(text[start:end]) or cited.place(text[start:end])
        yield _Found(start, end, "place" if place else "name", ids)


def _name(text: str, piece: list[Word], place: bool, cited: _Cited, located: bool) -> _Found:
    start, end = piece[0].start, piece[-1].end
    keys = tuple(w.key for w in piece)
    ids = cited.name(keys, [w.text for w in piece])
    acronym = len(piece) == 1 and _acronym(piece[0].text)
    place = (place and (not acronym or bool(other_names(keys)))) or (len(piece) == 1 and is_adjective(keys[0]))
    if place and located and len(piece) == 1:
        ids = cited.placelike(ids, keys[0])
    if not ids and place:
        ids = cited.place(text[start:end])
    return _Found(start, end, "place" if place else "name", ids)


def _located(found: list[Word], first: Word) -> bool:
    """True behind a preposition that only places have: `in Washington`; `second to Hamilton` may be a person."""
    at = bisect.bisect_left(found, first.start, key=lambda w: w.start)
    return at > 0 and first.gap == " " and found[at - 1].key in _IN


def _in_german(part: list[Word], cited: _Cited, starts: dict[int, int]) -> list[Word]:
    """What of a run is a name in German: several words, or one that evidence or gazetteer know."""
    while part and ((part[0].opens and part[0].key in german_words.OPENERS) or part[0].key in german_words.TITLES):
        part = part[1:]
    if len(part) != 1 or part[0].start in starts or part[0].key in FIRST_NAMES or part[0].text.isupper():
        return part
    return part if cited.holds((part[0].key,)) else []


def _split_places(part: list[Word], starts: dict[int, int]) -> Iterator[tuple[list[Word], bool]]:
    """The run as one name, or as the places that it consists of (`Duisburg Germany` without a comma)."""
    pieces: list[list[Word]] = []
    at = 0
    while at < len(part):
        end = starts.get(part[at].start)
        size = sum(w.start < end for w in part[at:]) if end else 0
        if not size:
            yield part, False
            return
        pieces.append(part[at : at + size])
        at += size
    yield from ((piece, True) for piece in pieces)


def _numbers(text: str, cited: _Cited) -> Iterator[_Found]:
    known: dict[numbers.Amount, tuple[str, ...]] = {}
    for one in numbers.find_numbers(text):
        if one.amount not in known:
            known[one.amount] = cited.number(one.amount)
        yield _Found(one.start, one.end, "number", known[one.amount])
