"""Place names in running text: recognition by gazetteer and context, resolution by pattern, prior and coherence.

No model: an n-gram of capitalised words is looked up, its neighbours decide whether it is a place, and candidates of
one name are chosen by an explicit parent (`Paris, Texas`), then by log-population and by how many places that the
text names lie around it (minimality and one sense per discourse, Leidner 2007, chapter 3).
"""

from __future__ import annotations

import functools
import math
import re
from typing import NamedTuple

from newsctx.gazetteer import Entry, Gazetteer
from newsctx.placenames import ABBREVIATED, fold
from newsctx.places import area_entries
from newsctx.records import Place
from newsctx.settings import LinkerSettings
from newsctx.wordlists import (
    DIRECTIONS,
    FIRST_NAMES,
    NAMED_ORGANISATIONS,
    NOT_PLACES,
    ORGANISATIONS,
    PREPOSITIONS,
    PUBLIC_BODIES,
    SPEECH,
    TEAMS,
    TITLES,
)

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[-'’][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)
_STOPS = re.compile(r"[.!?:]")
_DASH = re.compile(r"[^\n]{0,40}?\s(?:--?|–|—)\s")
_ATTACHED = re.compile(r"-(?:based|area|born|bound|wide|style|led|backed|owned)$", re.IGNORECASE)
_LONGEST = 5  # words of a name
_FREE = DIRECTIONS | PREPOSITIONS | NOT_PLACES  # capitals before a place that do not join it to a longer name
_FAMILIAR = ("US", "CA", "AU", "GB")  # English news names their states without the country: `California Gov. ...`


class Toponym(NamedTuple):
    """A place name at characters start..end (end exclusive) of the text; `place` is what it resolves to."""

    start: int
    end: int
    phrase: str
    place: Place


class Token(NamedTuple):
    text: str  # without a possessive
    key: str
    start: int
    end: int  # of `text`
    capital: bool
    opens: bool  # first word of a sentence or line


class Mention(NamedTuple):
    """A recognised name before resolution; `strength` 0..1 is how surely it is a place that the text is about."""

    start: int
    end: int
    key: str
    entries: tuple[Entry, ...]
    strength: float
    certain: bool  # an explicit parent decided
    dateline: bool = False


def find_toponyms(text: str, gazetteer: Gazetteer, settings: LinkerSettings | None = None) -> list[Toponym]:
    """Every recognised place name of `text`, in order, resolved; offsets are of `text` as given."""
    settings = settings or LinkerSettings()
    mentions = recognise(text, gazetteer, settings)
    mentions = recognise(text, gazetteer, settings, accepted(mentions))
    chosen = resolve_all(mentions, gazetteer, settings)
    return [Toponym(m.start, m.end, text[m.start : m.end], gazetteer.place(chosen[m.key])) for m in mentions]


def accepted(mentions: list[Mention]) -> frozenset[str]:
    """Names that one mention shows to be places: the second pass takes them so throughout (one sense per discourse)."""
    return frozenset(m.key for m in mentions if m.strength > 0.5)


# --- recognition ----------------------------------------------------------------------------------------------


_key = functools.lru_cache(maxsize=100_000)(fold)  # the words of news repeat


def tokens_of(text: str) -> list[Token]:
    found: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        word = match[0]
        if not word.isalnum():  # most words are, and the patterns cost a third of the time
            word = _ATTACHED.sub("", _POSSESSIVE.sub("", word))
        start = match.start()
        if word[1:2] == "-" and word[0] in "DRI" and word[2:3].isupper():  # a senator's party and town: `D-Raleigh`
            word, start = word[2:], start + 2
        gap = text[end:start]
        opens = not found or (gap != " " and ("\n" in gap or (bool(_STOPS.search(gap)) and not _initial(found[-1]))))
        found.append(Token(word, _key(word), start, start + len(word), word[:1].isupper(), opens))
        end = match.end()
    return found


def _initial(token: Token) -> bool:
    return len(token.text) <= 2 or token.key in TITLES or token.text.endswith(".")


def title_case(tokens: list[Token]) -> bool:
    """True where capitals say nothing: three quarters of the longer words have one (a Title Case or ALL CAPS line)."""
    words = [t for t in tokens if len(t.text) > 3]
    return len(words) >= 3 and sum(t.capital for t in words) >= 0.75 * len(words)


def recognise(
    text: str, gazetteer: Gazetteer, settings: LinkerSettings, known: frozenset[str] = frozenset()
) -> list[Mention]:
    """Mentions in order of appearance. `known`: keys accepted elsewhere in the article, trusted in Title Case too."""
    scan = _scan(text, gazetteer)
    judged = (_judge(text, scan, i, size, gazetteer, settings, known) for i, size in scan.names)
    return [m for m in judged if m]


class Scan(NamedTuple):
    """What both passes over a text need; `names` are (first token, number of tokens) of gazetteer names."""

    tokens: list[Token]
    titled: bool
    common: frozenset[str]  # words that also stand in lower case
    persons: frozenset[str]
    names: list[tuple[int, int]]


@functools.lru_cache(maxsize=16)  # the few parts of the article at hand: its second pass finds the first one's scan
def _scan(text: str, gazetteer: Gazetteer) -> Scan:
    tokens = tokens_of(text)
    titled = title_case(tokens)
    names, i = [], 0
    while i < len(tokens):
        size = _match(text, tokens, i, gazetteer)
        if size:
            names.append((i, size))
        i += size or 1
    common = frozenset(t.key for t in tokens if not t.capital)
    persons = frozenset() if titled else frozenset(_surnames(text, tokens))
    return Scan(tokens, titled, common, persons, names)


def _match(text: str, tokens: list[Token], i: int, gazetteer: Gazetteer) -> int:
    """Number of tokens of the longest gazetteer name that starts at i; 0 for none."""
    first = tokens[i]
    if not first.capital:
        return 0
    head = first.key.split(" ", 1)[0]
    reach = gazetteer.longest.get(ABBREVIATED.get(head, head), 0)
    for size in range(min(reach, _LONGEST, len(tokens) - i), 0, -1):
        span = tokens[i : i + size]
        if not span[-1].capital or not _adjacent(text, span):
            continue
        if fold(" ".join(t.text for t in span)) in gazetteer.names:
            return size
    return 0


def _adjacent(text: str, span: list[Token]) -> bool:
    return all(text[a.end : b.start] in (" ", ". ", "-", "\u00a0") for a, b in zip(span, span[1:], strict=False))


def _next(text: str, tokens: list[Token], j: int) -> Token | None:
    """Token j where only a space parts it from the one before."""
    return tokens[j] if 0 < j < len(tokens) and text[tokens[j - 1].end : tokens[j].start] in (" ", "\u00a0") else None


def _previous(text: str, tokens: list[Token], i: int) -> Token | None:
    near = i > 0 and text[tokens[i - 1].end : tokens[i].start] in (" ", ". ", "\u00a0") and not tokens[i].opens
    return tokens[i - 1] if near else None


def _surnames(text: str, tokens: list[Token]) -> set[str]:
    """Words that stand as a surname somewhere (`Michael Jordan`, `Mr Jordan`): persons in the whole text."""
    found = set()
    for i in range(1, len(tokens)):
        before = _previous(text, tokens, i)
        if before and tokens[i].capital and (before.key in FIRST_NAMES or before.key in TITLES):
            found.add(tokens[i].key)
    return found


def _judge(
    text: str, scan: Scan, i: int, size: int, gazetteer: Gazetteer, settings: LinkerSettings, known: frozenset[str]
) -> Mention | None:
    """The mention that tokens i..i+size make, or None where the context says it is no place. Order matters: an explicit
    parent beats every doubt, an organisation beats a dateline, and only then size and prepositions speak."""
    tokens, titled, common, persons = scan.tokens, scan.titled, scan.common, scan.persons
    start, end = tokens[i].start, tokens[i + size - 1].end
    key = fold(text[start:end])
    entries = tuple(gazetteer.find_press(key))
    before, after = _previous(text, tokens, i), _next(text, tokens, i + size)
    parents = _parent(text, tokens, i + size, gazetteer)
    dateline = _dateline(text, tokens, i, size)
    inside = tuple(e for e in entries if any(e is not p and gazetteer.within(e, p) for p in parents))
    if inside:
        strength = 1.0 if key not in NOT_PLACES or size > 1 else 0.8
        return Mention(start, end, key, inside, strength, True, dateline)
    largest = max(e.population for e in entries)
    prepared = before is not None and before.key in PREPOSITIONS
    word = (key in NOT_PLACES or key in DIRECTIONS) and not (key == "us" and tokens[i].text in ("US", "U.S."))
    trusted = key in known or (
        prepared and not titled and key not in DIRECTIONS and key not in common and largest >= settings.known_population
    )
    code = len(key) == 2 and not tokens[i].text.isupper() and "." not in text[start:end]
    if size == 1 and (len(key) < 2 or code or (word and not trusted)):
        return None
    broad = any(
        e.level in ("country", "continent") or (e.level == "region" and e.country in _FAMILIAR) for e in entries
    )
    if _organisation(text, tokens, i, size, before, after):
        return Mention(start, end, key, entries, settings.weak, False) if largest > settings.known_population else None
    if dateline:
        return Mention(start, end, key, entries, 1.0, False, True)
    if size == 1 and ((key in common and key != "us") or (tokens[i].text.isupper() and len(key) <= 3 and not broad)):
        return None
    if _person(tokens, i, size, before, after, key, persons, broad, titled or key in known):
        return None
    if key in known or broad or prepared and not titled:
        part = after is not None and after.capital and not titled and not broad  # `Dublin Arts Council`
        return Mention(start, end, key, entries, settings.part_of_name if part else 1.0, False)
    needed = settings.lone_population * (10 if key in FIRST_NAMES or titled else 1)
    if largest >= needed or (size > 1 and largest >= settings.known_population / 10):
        return Mention(start, end, key, entries, 0.8, False)
    if after and after.capital and after.key in PUBLIC_BODIES and not titled:
        return Mention(start, end, key, entries, 0.8, False)
    return None


def _parent(text: str, tokens: list[Token], j: int, gazetteer: Gazetteer) -> list[Entry]:
    """Areas named right behind a comma or in brackets: `Duisburg, Germany`, `Paris (France)`, `Springfield, Ill.`"""
    if j >= len(tokens) or text[tokens[j - 1].end : tokens[j].start] not in (", ", " (") or not tokens[j].capital:
        return []
    for size in range(min(4, len(tokens) - j), 0, -1):
        span = tokens[j : j + size]
        if span[-1].capital and _adjacent(text, span):
            phrase = text[span[0].start : span[-1].end]
            if found := [e for e in area_entries(gazetteer, phrase) if e.population > 1000]:
                return found
    return []


def _dateline(text: str, tokens: list[Token], i: int, size: int) -> bool:
    """`BEIJING -- `, `LAKE FOREST, Ill. (AP) —`: at a line's start, in capitals, a dash soon after."""
    start, end = tokens[i].start, tokens[i + size - 1].end
    ahead = text[max(0, start - 3) : start].rstrip(" ")
    opens = not ahead or ahead[-1] in '\n.”"'
    return opens and end - start > 3 and text[start:end].isupper() and bool(_DASH.match(text[end : end + 60]))


def _organisation(text: str, tokens: list[Token], i: int, size: int, before: Token | None, after: Token | None) -> bool:
    if after is not None and after.key in TEAMS and (after.capital or after.key.endswith("ers")):
        return True
    if after is not None and after.capital and after.key in ORGANISATIONS:
        return True
    around = fold(text[max(0, tokens[i].start - 24) : tokens[i + size - 1].end + 24])
    key = fold(text[tokens[i].start : tokens[i + size - 1].end])
    return any(key in name and name in around for name in NAMED_ORGANISATIONS)


def _person(tokens: list[Token], i: int, size: int, before: Token | None, after: Token | None, key: str,
persons: frozenset[str],
            broad: bool, titled: bool) -> bool:  # fmt: skip
    """True where the neighbours make it (part of) the name of a person or another thing."""
    if key in persons and not (before and before.key in PREPOSITIONS and broad):
        return True
    if before and (before.key in TITLES or before.key in FIRST_NAMES) and not broad:
        return True
    if after and after.key in SPEECH and not broad:
        return True
    if titled:
        return key in FIRST_NAMES and not broad
    joined_before = before and before.capital and not before.opens and before.key not in _FREE
    joined_after = after and after.capital and after.key not in PUBLIC_BODIES | TITLES
    return bool((joined_before or joined_after) and not broad) or bool(joined_after and key in FIRST_NAMES)


# --- resolution -----------------------------------------------------------------------------------------------


def resolve_all(mentions: list[Mention], gazetteer: Gazetteer, settings: LinkerSettings) -> dict[str, Entry]:
    """One entry per key (one sense per discourse): decided names first, then each by prior + coherence with others."""
    chosen: dict[str, Entry] = {}
    options: dict[str, tuple[Entry, ...]] = {}
    for m in mentions:
        if m.certain and m.key not in chosen:
            chosen[m.key] = m.entries[0]
        options.setdefault(m.key, m.entries[: settings.candidates])
    anchors = dict(chosen)
    for key, entries in options.items():
        if key not in anchors and (len(entries) == 1 or entries[0].prior - entries[1].prior >= settings.dominance):
            anchors[key] = entries[0]
    for _ in range(2):  # the second round leans on the first one's choices
        answers = dict(chosen)
        for key, entries in options.items():
            if key not in answers:
                others = [a for k, a in anchors.items() if k != key]
                answers[key] = max(entries, key=lambda e: e.prior + _coherence(e, others, gazetteer, settings))
        anchors = answers
    return anchors


def _coherence(entry: Entry, others: list[Entry], gazetteer: Gazetteer, settings: LinkerSettings) -> float:
    """0..about 5: the best support that another name of the text gives, in units of log10 population."""
    best = 0.0
    for other in others:
        if other.level == "region" and (entry.country, entry.admin1) == (other.country, other.admin1):
            best = max(best, settings.same_region)
        elif other.country == entry.country and other.level in ("country", "city", "region"):
            best = max(best, settings.same_country)
        if (
            other.level == "city"
            and entry.lat is not None
            and other.lat is not None
            and _near(entry, other, settings.near_km)
        ):
            best = max(best, settings.same_region)
    return best


def _near(a: Entry, b: Entry, km: float) -> bool:
    """Equirectangular distance below `km`: exact enough for a neighbourhood, and fast."""
    assert a.lat is not None and b.lat is not None and a.lon is not None and b.lon is not None
    x = math.radians(b.lon - a.lon) * math.cos(math.radians((a.lat + b.lat) / 2))
    return math.hypot(x, math.radians(b.lat - a.lat)) * 6371.0088 < km
