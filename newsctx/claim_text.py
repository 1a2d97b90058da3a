"""Whether an article says a claim, denies it, or only has its words: a comparison of words that knows what it cannot.

Words compare no meaning, so little is believed of them. An article says a claim only where all of its words stand in
one sentence, in their order, and nothing around them negates, debunks or hedges. A denial is believed only in the
plainest forms. All else is for the analyst to read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from newsctx.passages import field_text, folded
from newsctx.quotes import sentences
from newsctx.records import Article, ChunkField, Quote
from newsctx.words import content_words, negated

Said = Literal["denies", "doubts", "says", "unsure", "another_order"]
_FIELDS: tuple[ChunkField, ...] = ("headline", "caption", "abstract", "body")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CLAUSE = re.compile(r"[,;:()–—]|\b(?:but|while|although|though|because|when|after|before|who|which|whose)\b", re.I)
_NOT = re.compile(
    r"\b(?:not|never|no|cannot|\w+n['’]t)\s+(?:(?:been|being|be|have|has|had|actually|ever)\s+)*(?P<next>[^\W_]+)", re.I
)
_FALSE = r"(?:false|untrue|fake|baseless|unfounded|fabricated|debunked|a hoax|a fabrication)"
_ABOUT = r"(?:claims?|reports?|rumou?rs?|allegations?|stor(?:y|ies)|posts?|it)"
_IS_FALSE = re.compile(rf"\b{_ABOUT}\b.*\b(?:is|are|was|were|been)\s+(?:\w+ly\s+)?{_FALSE}\b", re.I)
#: What makes a text one about a claim instead of one that makes it. Not English alone: words of another language stand
#: in an article as written, and so does their negation.
_DEBUNKS = re.compile(
    r"\b(?:false|falsely|hoax\w*|fake\w*|fabricat\w*|den(?:y|ies|ied|ial|ials)|debunk\w*|mislead\w*|misinformation|"
    r"disinformation|untrue|baseless|unfounded|refut\w*|fact.?check\w*|doctored|manipulated|miscaptioned|wrong\w*|"
    r"incorrect\w*|retract\w*|falsch\w*|faux|fausse\w*|falso|falsa|bulo|nep|fałsz\w*|фейк\w*|ложн\w*)\b", re.I
)  # fmt: skip
_HEDGES = re.compile(
    r"\?|\b(?:whether|alleged\w*|rumou?r\w*|unconfirmed|unverified|supposed\w*|claim(?:s|ed|ing)?|if|would|could|might|"
    r"nicht|kein\w*|nie|pas|jamais|nunca|niet|geen|не|нет)\b", re.I
)  # fmt: skip
#: An article with one of these is about claims, whichever of its sentences judges this one.
_ABOUT_CLAIMS = re.compile(r"\b(?:hoax\w*|debunk\w*|fact.?check\w*|misleading|misinformation|disinformation)\b", re.I)


class Found(NamedTuple):
    """What an article makes of the claim, and the sentences that say so, that of the claim's words first.

    `denies`: plainly; `doubts`: that sentence is negated, or it or one beside it debunks something; `says`: nothing is
    against it; `unsure`: it hedges, or a sentence beside it is negated; `another_order`: the words are exchanged.
    """

    said: Said
    quotes: tuple[Quote, ...]


def compared(claim: str, article: Article, share: float) -> Found | None:
    """What an article says of a claim without negation, denials first; None where its words do not stand together.

    Args:
        share: of the claim's content words that one sentence, with the headline where no two names could change
            places, must hold; numbers must all be there.
    """
    whole = "\n".join(field_text(article, f) for f in _FIELDS)
    if not _holds(content_words(claim), whole, share):
        return None  # splitting is the slow part
    fields = {f: list(sentences(article, f)) for f in _FIELDS}
    found: list[Found] = []
    for field, quotes in fields.items():
        for i, quote in enumerate(quotes):
            beside = [*quotes[max(i - 1, 0) : i], *quotes[i + 1 : i + 2]]
            if field == "headline":  # what the text begins with stands beside it
                beside += [q for f in ("abstract", "body") for q in fields[f][:1]]
            one = _read(claim, quote, fields["headline"] if field != "headline" else [], beside, share)
            found += [one] if one else []
    best = min(found, key=lambda f: get_args(Said).index(f.said), default=None)
    if best and best.said == "says" and _unlike(_ABOUT_CLAIMS, whole, claim):
        return Found("doubts", best.quotes)
    return best


def _read(claim: str, quote: Quote, headline: Sequence[Quote], beside: Sequence[Quote], share: float) -> Found | None:
    """One sentence, with its headline and neighbours; None where it does not hold the claim."""
    words = content_words(claim)
    alone = _holds(words, quote.text, share)
    joined = " ".join([*(q.text for q in headline), quote.text])
    if not alone and (not headline or len(_names(claim, joined)) > 1 or not _holds(words, joined, share)):
        return None
    quotes, text = ((quote,), quote.text) if alone else ((*headline, quote), joined)
    if alone and _denied(words, claim, quote.text):
        return Found("denies", quotes)
    around = [q for q in (*headline, *beside) if q not in quotes]
    debunks = tuple(q for q in around if _unlike(_DEBUNKS, q.text, claim))
    if debunks or negated(text) or _unlike(_DEBUNKS, text, claim):
        return Found("doubts", (*quotes, *debunks))
    no = tuple(q for q in around if negated(q.text))
    if no or _unlike(_HEDGES, text, claim):
        return Found("unsure", (*quotes, *no))
    return Found("says" if _in_order(words, claim, text) else "another_order", quotes)


def _unlike(pattern: re.Pattern[str], text: str, claim: str) -> bool:
    """Whether a word of that kind stands in the text and not in the claim itself."""
    own = set(_TOKEN.findall(folded(claim)))
    return any(folded(m[0]) not in own for m in pattern.finditer(text))


def _holds(words: Sequence[str], text: str, share: float) -> bool:
    held = set(content_words(text)) & set(words)
    return len(held) >= share * len(words) - 1e-9 and all(w in held for w in words if w.isdigit())


def _denied(words: Sequence[str], claim: str, sentence: str) -> bool:
    """A plain denial: one clause with all of the words in their order, and in it either a single negation right before
    one of the claim's own words, or `claims that ... are false`.
    """
    for clause in _CLAUSE.split(sentence):
        if not _holds(words, clause, 1.0) or not _in_order(words, claim, clause):
            continue
        negations, false = list(_NOT.finditer(clause)), _IS_FALSE.search(clause)
        own = {_stem(w) for w in _TOKEN.findall(folded(claim))} - _SMALL
        if false:
            return not negations
        if len(negations) == 1 and not _DEBUNKS.search(clause):
            return _stem(folded(negations[0]["next"])) in own
    return False


_SMALL_WORDS = "a an the in on at of to and or by for from with as is are was were be it that this"
_SMALL = frozenset(_SMALL_WORDS.split())


def _stem(word: str) -> str:
    return word.removesuffix("s")  # `does not show` denies `shows`


def _names(claim: str, text: str) -> frozenset[str]:
    """The claim's words that are written with a capital in the claim or the text: a first word can be a name, too."""
    capital = {w for t in (claim, text) for m in _TOKEN.finditer(t) if m[0][0].isupper() for w in content_words(m[0])}
    return frozenset(capital & set(content_words(claim)))


def _in_order(words: Sequence[str], claim: str, text: str) -> bool:
    """Whether the words come in the claim's order: `Iran attacked Israel` is another event. A single name may stand
    anywhere (`In Genoa, a bridge fell`).
    """
    names = _names(claim, text)
    fixed = [w for w in words if w not in names or len(names) > 1]
    said = [w for w in content_words(text) if w in fixed]  # where each comes first
    return said == [w for w in fixed if w in said]
