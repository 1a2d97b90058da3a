"""Shorter forms of a sentence, by deletion alone: whatever is left stands in the evidence in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterator

ENOUGH = 24  # words; a sentence up to this length is a caption as it stands (captions of agencies: 20 to 30)
LEAST = 6  # words; what is shorter says too little
_WORD = re.compile(r"\S+")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,200}[)\]]")
_ATTRIBUTION = re.compile(  # `, the coast guard said on Tuesday.` / `, according to police.`
    r",\s+(?:(?:[^,.;:\"“”]{1,60}\s)?(?:said|says|told\s[^,.;:]{1,40}|reported|reports|announced|confirmed)"
    r"(?:\s[^,.;:\"“”]{1,50})?|according to\s[^,.;:]{1,80})(?=\.$|\.”$)"
)
_RELATIVE = re.compile(r",\s+(?:who|which|whose|where|when)\s[^,;:\"“”]{1,120}(?P<end>,|(?=\.$))")
_APPOSITION_END = re.compile(r",\s+(?:including|among them|such as)\s[^;:\"“”]{1,120}(?=\.$)")
_TAIL = re.compile(r"(?:,\s+(?:while|as|although|though|despite|amid|with|but)|;|\s+[–—-])\s[^;\"“”]{1,160}(?=\.$)")


def word_count(text: str) -> int:
    """Words, by white space; ideographs and kana count three to a word."""
    dense = sum("\u2e7f" < c < "\uff00" for c in text)
    return len(_WORD.findall(text)) + dense // 3


def shortened(text: str, enough: int = ENOUGH) -> tuple[str, bool]:
    """The sentence with as much left out as it takes to come to `enough` words, and whether its attribution went.

    In this order: brackets, a list that gives examples, relative clauses from the last on, who said it, a clause that
    hangs on at the end. A form of fewer than `LEAST` words, or one that parts a quotation, is no form.
    """
    said = False
    for step in _steps(text):
        if word_count(text) <= enough:
            break
        shorter = step(text)
        if shorter != text and word_count(shorter) >= LEAST and shorter.count('"') % 2 == 0:
            said = said or step is _without_attribution
            text = shorter
    return text, said


def _steps(text: str) -> Iterator:
    yield _without_brackets
    yield _without_examples
    for _ in range(text.count(",")):
        yield _without_relative
    yield _without_attribution
    yield _without_tail


def _without_brackets(text: str) -> str:
    return _BRACKETS.sub("", text)


def _without_examples(text: str) -> str:
    return _APPOSITION_END.sub("", text)


def _without_relative(text: str) -> str:
    """Without its last relative clause that commas set off: those add, the others define."""
    found = [m for m in _RELATIVE.finditer(text) if not _quoted(text, m.start())]
    if not found:
        return text
    last = found[-1]
    return text[: last.start()] + text[last.end() :]


def _quoted(text: str, at: int) -> bool:
    """True inside a quotation: what somebody said is not shortened."""
    before = text[:at]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _without_attribution(text: str) -> str:
    return _ATTRIBUTION.sub("", text)


def _without_tail(text: str) -> str:
    found = [m for m in _TAIL.finditer(text) if not _quoted(text, m.start())]
    return text[: found[-1].start()] + text[found[-1].end() :] if found else text
