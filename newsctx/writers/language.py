"""Which language an answer is in, by its script and its commonest words: enough to tell that it is another one."""

from __future__ import annotations

import regex

from newsctx.prompts.evidence import LANGUAGES

_SCRIPTS = {
    "ja": r"[\p{Hiragana}\p{Katakana}]", "ko": r"\p{Hangul}", "zh": r"\p{Han}", "ar": r"\p{Arabic}",
    "he": r"\p{Hebrew}", "hi": r"\p{Devanagari}", "el": r"\p{Greek}", "ru": r"\p{Cyrillic}",
}  # fmt: skip
_COMMON = {  # function words that few of the other languages share
    "en": "the of and to in is are was were with for on by at from that this has have after during as",
    "de": "der die das und ist sind war waren mit für auf von dem den ein eine nach bei im zum nicht wurde",
    "fr": "le la les des et est sont était avec pour sur du dans une par au aux après lors qui ce cette",
    "es": "el la los las y es son fue con para en del una por al tras durante que este esta se su",
    "it": "il lo la gli le e è sono era con per su della del nel una di dopo durante che questo questa si",
    "pt": "o a os as e é são foi com para em da do na no uma por ao após durante que este esta se",
    "nl": "de het een en is zijn was waren met voor op van in bij na naar door tijdens niet die dat",
    "pl": "i w na z do jest są był była przez po się nie że dla od podczas oraz to który",
}
_LATIN = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_LETTER = regex.compile(r"\p{L}")
LEAST = 3  # common words that a guess needs


def another(text: str, asked: str) -> str:
    """The language (ISO 639-1) of a text that is clearly not in the one asked for; "" otherwise."""
    found = _guess(text)
    if not found or found == asked or {found, asked} == {"ru", "uk"} or (found == "zh" and asked == "ja"):
        return ""
    if asked in _LATIN and found in _LATIN:
        counts = _counts(text)
        return found if counts[found] >= 2 * counts[asked] else ""
    return found


def note(text: str, asked: str) -> str:
    """One sentence for the analyst where the text is in another language; "" otherwise."""
    code = another(text, asked)
    return f"The answer is in {LANGUAGES[code]}; {LANGUAGES[asked]} was asked for." if code else ""


def _guess(text: str) -> str:
    letters = len(_LETTER.findall(text))
    if letters < 10:
        return ""
    for code, pattern in _SCRIPTS.items():  # kana before Han: Japanese has both
        if len(regex.findall(pattern, text)) * (5 if code == "ja" else 2) > letters:
            return code
    counts = _counts(text)
    best = max(counts, key=lambda code: (counts[code], code == "en"))
    return best if counts[best] >= LEAST else ""


def _counts(text: str) -> dict[str, int]:
    words = [w.casefold() for w in _WORD.findall(text)]
    return {code: sum(w in common for w in words) for code, common in _LATIN.items()}
