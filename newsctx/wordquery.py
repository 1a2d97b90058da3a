"""The query language of the analyst's note: words, phrases, what to leave out, and filters by place and date.

| written | means |
|---|---|
| `flood bridge` | words to search with |
| `"Swiss Crystal"` | the article holds these words in a row; typographic quotes („…“ “…” «…» 「…」) count too |
| `-word`, `-"a phrase"` | the article does not hold it |
| `place:Duisburg`, `place:"Cape Town"` | the article has a place there; several: any of them |
| `after:2017-12-01` | from that day on, the day included (`after:2017` from 1 January 2017 on) |
| `before:2018` | until the day before it begins, so that `after:2017 before:2018` is the year 2017 |

An operator is followed by its value at once: `after: the fire` is plain text. So is a quote that is never closed, and a
dash that stands alone, inside a word or before a digit. Dates work as in Gmail: `after` includes its day, `before` does
not. Of several dates the narrowest hold.
"""

from __future__ import annotations

import regex
from pydantic import Field

from newsctx.dates import parse_published
from newsctx.records import PartialDate, Record
from newsctx.unicodetext import beginning

_PRINTED = r"“[^“”\n]+[”“]|„[^„“”\n]+[“”]|«[^«»\n]+»|»[^«»\n]+«|「[^「」\n]+」|『[^『』\n]+』"
_QUOTED = rf"\"[^\"\n]+\"|{_PRINTED}"
_TERM = regex.compile(
    rf"""
    (?<!\S)(?P<minus>-)?(?P<operator>place|after|before)[:：](?P<value>{_QUOTED}|[^\s"]\S*)
    | (?<!\S)-(?P<without>{_QUOTED}|\p{{L}}\S*)
    | (?P<phrase>(?<![\w"])"[^"\n]+"|{_PRINTED})  # the mark of inches opens no phrase
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
_QUOTES = '"“”„«»「」『』'
_AFTERTHOUGHT = ",;.!?)"  # punctuation of the sentence that an operator stands in
_SHOWN = 60  # characters of a value that a notice repeats


class WordQuery(Record):
    """A note that was read. Nothing of it is lost: what is no operator is in `text`."""

    text: str = Field("", description="the words to search with, those of the phrases too; unchanged without operators")
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = Field((), description="words and phrases that an article must not hold")
    places: tuple[str, ...] = Field((), description="as typed; an article has to be at one of them")
    after: PartialDate | None = Field(None, description="the first day of it and all later ones")
    before: PartialDate | None = Field(None, description="all days before its first one")
    notices: tuple[str, ...] = Field((), description="what of the note could not be used, and the remedy")

    @property
    def words_filtered(self) -> bool:
        """Whether an article has to hold or lack something beyond sharing words."""
        return bool(self.phrases or self.without)


def parse(note: str, most: int | None = None) -> WordQuery:
    """Read a note, or its first `most` characters; any text can be read.

    A date that is none is ignored, and a notice says so; so are `after` and `before` that leave no day between them.
    """
    text, notice = (note, "") if most is None else beginning(note, "note", most)
    query = _parse(text)
    return query.model_copy(update={"notices": (notice, *query.notices)}) if notice else query


def _parse(note: str) -> WordQuery:
    found = _Found()
    text = _TERM.sub(found.take, note)
    if not found.taken:
        return WordQuery(text=note)
    after = max(found.after, key=lambda d: d.first, default=None)
    before = min(found.before, key=lambda d: d.first, default=None)
    if after and before and before.first <= after.first:
        found.notices.append(
            f"No day is both after:{after} and before:{before}; both were ignored. Exchange or correct the dates."
        )
        after = before = None
    left = " ".join(text.split())
    return WordQuery(
        text=left if any(c.isalnum() for c in left) else "", phrases=_once(found.phrases), without=_once(found.without),
        places=_once(found.places), after=after, before=before, notices=_once(found.notices),
    )  # fmt: skip


class _Found:
    """Collects the operators while they are cut out of the text."""

    def __init__(self) -> None:
        self.taken = False
        self.phrases: list[str] = []
        self.without: list[str] = []
        self.places: list[str] = []
        self.after: list[PartialDate] = []
        self.before: list[PartialDate] = []
        self.notices: list[str] = []

    def take(self, match: regex.Match[str]) -> str:
        """What stays in the text in place of a match."""
        whole = match[0]
        if match["operator"]:
            value = _bare(match["value"]) if match["value"][0] in _QUOTES else match["value"].rstrip(_AFTERTHOUGHT)
            if not value:
                return whole
            self.taken = True
            self._operator(match["operator"].lower(), value, negated=bool(match["minus"]))
            return " "
        inner = _bare(match["without"] or match["phrase"])
        if not any(c.isalnum() for c in inner):
            return whole
        self.taken = True
        if match["without"]:
            self.without.append(inner)
            return " "
        self.phrases.append(inner)
        return f" {inner} "

    def _operator(self, operator: str, value: str, negated: bool) -> None:
        shown = f"{operator}:{_short(value)}"
        if negated:
            self.notices.append(
                f"-{shown} was ignored: a filter cannot be turned round. Leave out words with -word, or give the "
                "place or days that you do want."
            )
        elif operator == "place":
            self.places.append(value)
        else:
            try:
                day = parse_published(value)
            except ValueError:
                day = None
            if day is not None:
                (self.after if operator == "after" else self.before).append(day)
                return
            self.notices.append(
                f"{shown} was ignored: {_short(value)!r} is no date. Expected a day, month or year such as "
                f"{operator}:2017-12-01, {operator}:2017-12 or {operator}:2017; correct it."
            )


def _bare(quoted: str) -> str:
    return " ".join(quoted.strip(_QUOTES).split())


def _short(value: str) -> str:
    return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"


def _once(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
