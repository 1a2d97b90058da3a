"""Text from outside made safe to store and to normalise; nothing that is readable is lost."""

from __future__ import annotations

import regex

_LONE = regex.compile("[\ud800-\udfff]")
# What normalisation reorders: marks, and the half-width voiced sound marks, which decompose into marks. A joiner ends a
# run, so that a text is changed once only.
_MARKS = r"[[\p{M}\uff9e\uff9f]--[\u034f]]"
_LONG_RUN = regex.compile(rf"{_MARKS}{{30}}(?={_MARKS})", regex.V1)
_JOINER = "\u034f"  # combining grapheme joiner: invisible, and nothing is reordered across it


def well_formed(text: str) -> str:
    """The text without NUL; surrogates that make a pair become their character, lone ones U+FFFD.

    A lone surrogate has no UTF-8 form: tokenisers, DuckDB and JSON refuse it. JSON escapes and command lines in another
    encoding bring them.
    """
    text = text.replace("\0", "")
    if text.isascii() or not _LONE.search(text):  # regex lets other threads run meanwhile: an empty text may wait
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def beginning(text: str, what: str, most: int) -> tuple[str, str]:
    """At most `most` characters from the start, whole words where there are any, and a notice where that is not all."""
    if len(text) <= most:
        return text, ""
    cut = text[:most]
    if not text[most].isspace():
        space = regex.search(r"(?r)\s", cut)  # the last one
        cut = cut[: space.end()] if space else cut
    return cut, (
        f"The {what} has {len(text):,} characters; the first {len(cut):,} are used, all of it is kept. Put what "
        "matters first, shorten it, or raise words.typed_chars."
    )


def stream_safe(text: str) -> str:
    """A joiner after every 30 combining marks in a row (Stream-Safe Text Format, UAX #15 section 13).

    Normalising sorts the marks of a run by insertion: a run of 200,000 takes over a minute. No language needs more
    than 18.
    """
    return text if text.isascii() else _LONG_RUN.sub(rf"\g<0>{_JOINER}", text)
