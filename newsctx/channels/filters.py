"""The note's filters over the channels' rankings: what they leave out is counted and named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from newsctx.notefilters import Filters, Why, label, of
from newsctx.records import ArticlePlace, ChannelResult, Match, PartialDate, Place
from newsctx.wordquery import WordQuery, parse

_NAMED = 3  # photo matches that are named when they are left out

Facts = tuple[PartialDate | None, Sequence[ArticlePlace]]  # an article's date and places


@dataclass(frozen=True)
class Asked:
    """A note as the channels are asked with it."""

    query: WordQuery  # its text has the names of unknown places too
    filters: Filters
    notices: tuple[str, ...]


def read(note: str, find: Callable[[str], Place | None], km: float, most: int | None = None) -> Asked:
    """Read the first `most` characters of a note; `find`, the gazetteer, is only asked where it names a place."""
    query = parse(note, most)
    filters, notices, words = of(query, find, km)
    text = " ".join(t for t in (query.text, words) if t) if words else query.text
    return Asked(query.model_copy(update={"text": text}), filters, query.notices + notices)


@dataclass(frozen=True)
class Sieve:
    """Decides on articles; pinned ones always stay."""

    asked: Asked
    facts: Callable[[Iterable[str]], dict[str, Facts]]  # of articles by id
    pinned: tuple[str, ...] = ()

    def why_not(self, ids: Iterable[str]) -> dict[str, Why]:
        """Article id -> why it is left out; those that stay are not named."""
        wanted = [a for a in dict.fromkeys(ids) if a not in self.pinned]
        if not self.asked.filters or not wanted:
            return {}
        found = self.facts(wanted)
        judged = {a: self.asked.filters.why_not(*found.get(a, (None, ()))) for a in wanted}
        return {a: why for a, why in judged.items() if why}

    def notices(self, out: dict[str, Why], of_how_many: int) -> tuple[str, ...]:
        """How many articles each filter left out, and how many of them say nothing on the matter."""
        dates, places = label(self.asked.filters)
        return tuple(
            _counted(name, [w for w in out.values() if w in kinds], kinds[1], what, of_how_many)
            for name, kinds, what in (
                (dates, ("date", "undated"), "without a date"),
                (places, ("place", "unplaced"), "without a place"),
            )
            if name
        )


def _counted(name: str, out: list[Why], unknown: str, what: str, total: int) -> str:
    blank = sum(w == unknown for w in out)
    extra = f" ({blank} of them {what})" if blank else ""
    return f"{name} left out {len(out)} of {total} {'article' if total == 1 else 'articles'} found{extra}."


def apply(results: Sequence[ChannelResult], out: Iterable[str], k: int) -> tuple[ChannelResult, ...]:
    """The channels' rankings without some articles, each at most k long."""
    gone = set(out)
    return tuple(_kept(r, gone, k) if r.state == "ran" else r for r in results)


def _kept(result: ChannelResult, gone: set[str], k: int) -> ChannelResult:
    hits = tuple(h for h in result.hits if h[0] not in gone)[:k]
    kept = {a for a, _ in hits}
    return result.model_copy(
        update={
            "hits": hits,
            "evidence": {a: e for a, e in result.evidence.items() if a in kept},
            "parts": {a: p for a, p in result.parts.items() if a in kept},
        }
    )


def lost_matches(
    matches: Sequence[Match], out: dict[str, Why], headline: Callable[[str], str], facts: dict[str, Facts]
) -> tuple[str, ...]:
    """Accepted photo matches that a filter leaves out, each named: the analyst may have the filter wrong."""
    lost = list(dict.fromkeys(m.article_id for m in matches if m.accepted and m.article_id in out))
    named = [_lost(a, headline(a), facts.get(a, (None, ()))) for a in lost[:_NAMED]]
    rest = len(lost) - len(named)
    return (*named, f"{rest} more photo matches outside the filter were left out.") if rest > 0 else tuple(named)


def _lost(article_id: str, headline: str, facts: Facts) -> str:
    published, places = facts
    where = "; ".join(p.keyword for p in list(places)[:2]) or "no place"
    return (
        f"A photo match outside the filter was left out: {headline or article_id} ({published or 'no date'}, {where}). "
        "Pin the article, or take the filter out, to see it."
    )
