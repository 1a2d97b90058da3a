"""Shorter forms of a sentence, by deletion alone: whatever is left stands in the evidence in the same order.

Only what adds detail is left out, and only where the grammar is plain: brackets, a closing list of examples, a relative
clause that commas set off. Who said it, what is denied or doubted, and every clause that sets a limit (but, although,
while, ...) stay. Where it is in doubt, nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsctx.five_w_words import PAST, PRESENT

ENOUGH = 24  # words; a sentence up to this length is a caption as it stands (captions of agencies: 20 to 30)
LEAST = 6  # words; what is shorter says too little
_WORD = re.compile(r"\S+")
_BRACKETS = re.compile(r"\s+\((?!(?:and|or|but)\s)(?P<inner>[^()\[\]“”\"]{0,200})\)")
_RELATIVE = re.compile(r",\s+(?:who|which|whose)\s(?P<inner>[^,;:()\"“”—–]{1,120})(?:,(?P<next>\s+\S+)|(?=\.$))")
_EXAMPLES = re.compile(r",\s+(?:including|among them|such as)\s(?P<inner>[^,;:\"“”—–]{1,120})(?=\.$)")
_MEANING = re.compile(  # what denies, doubts, limits or attributes is never left out
    r"\b(?:not|no|none|nobody|nothing|neither|nor|never|without|cannot|\w+n['’]t|hardly|barely|"
    r"den(?:y|ies|ied|ying|ials?)|reject\w*|refut\w*|disput\w*|contradict\w*|claim\w*|alleg\w*|accus\w*|suspect\w*|"
    r"unverified|unconfirmed|unclear|unproven|verif\w*|confirm\w*|false\w*|fake\w*|hoax\w*|satir\w*|staged|doctored|"
    r"reported\w*|reports?|purported\w*|supposed\w*|apparent\w*|believed|thought|likely|possibl[ey]|probabl[ey]|"
    r"perhaps|maybe|may|might|could|would|if|unless|except\w*|only|but|although|though|despite|while|however|"
    r"sa(?:id|ys?)|told|according|announced|convicted|acquitted|cleared|charged|"
    r"undated|file|archive|library|earlier|previous\w*)\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"\b(?:and|or|as well as|&)\b", re.IGNORECASE)
_DEPENDENT = re.compile(
    r"^(?:as if|as though|although|though|even (?:though|if)|while|whereas|because|unless|despite|in spite of|if|"
    r"rather than|instead of|like)\b",
    re.IGNORECASE,
)
_AUXILIARIES = (
    "is are was were has have had does did do will would can could may might must said says told went saw knew "
    "isn't aren't wasn't weren't hasn't haven't hadn't doesn't didn't won't wouldn't"
)
_CERTAINLY = "is are was were has have had will would said says told wasn't weren't isn't aren't"
_FINITE, _CERTAIN = frozenset(_AUXILIARIES.split()), frozenset(_CERTAINLY.split())


def word_count(text: str) -> int:
    """Words, by white space; ideographs and kana count three to a word."""
    dense = sum("\u2e7f" < c < "\uff00" for c in text)
    return len(_WORD.findall(text)) + dense // 3


def shortened(text: str, enough: int = ENOUGH) -> str:
    """The sentence with as much left out as it takes to come to `enough` words, which may be nothing.

    In this order: brackets, a closing list of examples, relative clauses from the last on. Nothing goes that denies,
    doubts or attributes (`not`, `denied`, `alleged`, `police said`), nothing out of a quotation or a list, and what is
    left is a statement of at least `LEAST` words.
    """
    if _DEPENDENT.match(text):
        return text
    for step in _steps(text):
        if word_count(text) <= enough:
            break
        shorter = step(text)
        if shorter != text and word_count(shorter) >= LEAST and shorter.count('"') % 2 == 0:
            text = shorter
    return text


def dependent(text: str) -> bool:
    """True for `As if that were not enough.`: it begins as a clause that hangs on another, and no other follows."""
    return bool(_DEPENDENT.match(text)) and "," not in text


def _steps(text: str) -> Iterator:
    yield _without_brackets
    yield _without_examples
    for _ in range(text.count(",")):
        yield _without_relative


def _without_brackets(text: str) -> str:
    return _BRACKETS.sub(lambda m: m[0] if _MEANING.search(m["inner"]) or _quoted(text, m.start()) else "", text)


def _without_examples(text: str) -> str:
    found = _EXAMPLES.search(text)
    if not found or _quoted(text, found.start()) or _MEANING.search(found["inner"]) or "as well as" in found["inner"]:
        return text
    rest = text[: found.start()] + text[found.end() :]
    return rest if _states(rest) and not any(map(_finite, found["inner"].split())) else text


def _without_relative(text: str) -> str:
    """Without its last relative clause that commas set off and that can go: those add, the others define."""
    for found in reversed(list(_RELATIVE.finditer(text))):
        inner = found["inner"]
        if _quoted(text, found.start()) or _MEANING.search(inner) or _LIST.search(inner):
            continue
        end = found.end() if found["next"] is None else found.start("next")
        rest = text[: found.start()] + text[end:]
        if _states(rest) if found["next"] is None else _goes_on(found["next"].strip(), text[found.end() :]):
            return rest
    return text


def _goes_on(word: str, rest: str) -> bool:
    """True where a verb follows the clause, and surely the sentence's own: `his wife, wounded men and others, was`."""
    if not _finite(word):
        return False
    later = re.findall(r",\s+(\S+)", rest)
    return word.lower() in _CERTAIN or not any(_finite(w) for w in later)


def _states(text: str) -> bool:
    """True where a verb stands outside of clauses with who, which and that."""
    main = re.sub(r"\b(?:who|which|whose|that)\b[^,;:]*", "", text)
    return any(_finite(word) for word in main.rstrip(".").split())


def _finite(word: str) -> bool:
    word = word.replace("’", "'").strip(".,;:")
    regular = word.endswith("ed") and len(word) > 4
    return word.islower() and (word in _FINITE or word in PAST or word in PRESENT or regular)


def _quoted(text: str, at: int) -> bool:
    """True inside a quotation: what somebody said is not shortened."""
    before = text[:at]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1
