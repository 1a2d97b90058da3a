"""What the list of cases shows and searches of a case, and how words are compared: without case and diacritics."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

import regex
from pydantic import ValidationError

from newsctx.errors import CaseError
from newsctx.records import DateAnswer, PlaceAnswer
from newsctx.unicodetext import stream_safe, well_formed

TITLE, TAG, TAGS, WHO, REASON, QUERY = 200, 50, 20, 200, 2000, 500  # characters; TAGS: how many. What a line can show
_MARKS = regex.compile(r"\p{M}+")
_LETTERS = str.maketrans("łøđı", "lodi")  # letters that Unicode does not take apart
_CONTROL = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}]+")


class Found(NamedTuple):
    """The answers of a case in words; empty where there is none."""

    place: str = ""
    date: str = ""
    caption: str = ""


def folded(text: str) -> str:
    """For comparing: compatibility forms, accents and case taken off (`Zürich` = `ZURICH`, `straße` = `STRASSE`)."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", stream_safe(well_formed(text))).casefold())
    return " ".join(_MARKS.sub("", apart).translate(_LETTERS).split())


def line(text: str, what: str, most: int, remedy: str = "Shorten it.") -> str:
    """A line that somebody typed: no control character, no NUL, no lone surrogate, no blank at the ends.

    Raises CaseError where it is longer than `most` characters.
    """
    if len(text) > 100_000:
        raise CaseError(f"The {what} has {len(text):,} characters; expected at most {most}. {remedy}")
    clean = " ".join(_CONTROL.sub(" ", stream_safe(well_formed(text))).split())
    if len(clean) > most:
        raise CaseError(
            f"The {what} {clean[:40] + '…'!r} has {len(clean):,} characters; expected at most {most}. {remedy}"
        )
    return clean


def tag_line(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags as they are kept: in order, each once whatever its case. Raises CaseError."""
    kept: dict[str, str] = {}
    for tag in tags:
        if clean := line(tag, "tag", TAG):
            kept.setdefault(folded(clean), clean)
    if len(kept) > TAGS:
        raise CaseError(f"{len(kept)} tags were given; expected at most {TAGS}. Take some away.")
    return tuple(kept.values())


def found(document: dict[str, Any]) -> Found:
    """The place, date and caption of a document in its JSON form; empty of a document of another version."""
    context, caption = document.get("context") or {}, document.get("caption") or {}
    try:
        place = PlaceAnswer.model_validate(context.get("place") or {}).label
        when = DateAnswer.model_validate(context.get("date") or {}).date
    except ValidationError:
        place, when = "", None
    return Found(place, when.iso if when else "", "" if caption.get("draft") else str(caption.get("text") or ""))


def searched(title: str, tags: Sequence[str], inputs: dict[str, Any], answers: Found) -> str:
    """The words that a search of the list looks through; `inputs` in their JSON form."""
    claim = inputs.get("claim") or {}
    typed = (inputs.get("note"), claim.get("text"), claim.get("place"), claim.get("date"))
    return folded("\n".join(str(t) for t in (title, *tags, *typed, *answers) if t))
