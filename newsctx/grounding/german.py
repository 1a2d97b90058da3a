"""German writes every noun with a capital: there a lone capital makes no name."""

from __future__ import annotations

import regex

from newsctx.grounding.common import word_set

_WORD = regex.compile(r"\p{L}+")
_GERMAN = word_set(
    "der die das den dem des ein eine einen einem einer und ist sind war waren wurde wurden mit für auf von bei im zum "
    "zur nicht nach über vor aus sich auch am wird werden hat haben"
)
_ENGLISH = word_set("the of and a is are were with at on for by from that as")
#: What opens a German sentence with a capital and is part of no name (folded).
OPENERS = word_set(
    "der die das den dem des ein eine einen einem einer zwei drei vier funf sechs sieben acht neun zehn elf zwolf "
    "zwanzig hundert hunderte tausend tausende dutzende viele mehrere einige zahlreiche etwa rund mindestens im am in "
    "bei nach vor seit mit auf an aus unter uber wahrend wegen trotz alle beide diese dieser dieses neue junge"
)
TITLES = word_set(
    "bundeskanzlerin bundeskanzler kanzlerin kanzler prasident prasidentin bundesprasident ministerprasident "
    "ministerprasidentin minister ministerin aussenminister innenminister burgermeister burgermeisterin papst konig "
    "konigin prinz prinzessin herr frau us"
)


def is_german(text: str) -> bool:
    """True for a sentence with German function words or letters and no English ones; for want of a word of either, not.

    A guess for callers that do not know the language; a sentence of three words may be missed.
    """
    words = [w.lower() for w in _WORD.findall(text)]
    german = sum(w in _GERMAN or "ß" in w or any(c in w for c in "äöü") for w in words)
    return german >= 1 and german > 2 * sum(w in _ENGLISH for w in words)
