"""Content words: a plain comparison of texts that needs no model."""

from __future__ import annotations

import re

from newsctx.passages import folded

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FUNCTION_WORDS = (
    "a about after again all also an and any are as at be because been before being between both but by can "
    "could did do does during each for from had has have he her here him his how i if in into is it its just "
    "may me more most my new now of off on one only or other our out over own said says see she should so some "
    "such than that the their them then there these they this those through to too under until up us very was "
    "we were what when where which while who whom why will with would you your photo photograph picture image "
    "shows showing shown show "
)
_STOP = frozenset(_FUNCTION_WORDS.split())
_DENIALS = "no not never none neither nor nobody nothing without fake hoax false cannot"
_NEGATIONS = frozenset(_DENIALS.split())


def content_words(text: str) -> tuple[str, ...]:
    """The distinct words that carry content, case folded, in order; numbers count, English function words do not."""
    words = (w.removesuffix("'s").removesuffix("’s") for w in _WORD.findall(folded(text)))
    return tuple(dict.fromkeys(w for w in words if w not in _STOP and (len(w) > 1 or w.isdigit() or not w.isascii())))


def negated(text: str) -> bool:
    """True where an English negation stands in the text: word overlap then says nothing."""
    return any(w in _NEGATIONS or w.endswith(("n't", "n’t")) for w in _WORD.findall(folded(text)))
