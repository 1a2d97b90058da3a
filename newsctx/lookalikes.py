"""A text as its letters look: confusable letters of other scripts, accents and figures read as the Latin letters.

The small part of the Unicode confusables (UTS 39) that spells English with Cyrillic, Greek or Armenian letters.
"""

from __future__ import annotations

import re
import unicodedata

_CYRILLIC = dict(zip("аеорсухіїјѕԁԛԝкмтнвпгһӏѵіґ", "aeopcyxiijsdqwkmthbnrhlvir", strict=True))
_CAPITALS = dict(zip("АВЕЅІЈКМНОРСТУХԌԚԜ", "ABESIJKMHOPCTYXGQW", strict=True))
_GREEK = dict(zip("αβγεηικνορτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abyenikvoptuxwABEZHIKMNOPTYX", strict=True))
_OTHERS = dict(zip("օոսցհյɡɑıɩʟɪǀ", "onughjgailiil", strict=True))
_ACCENTED = {c: b for c in map(chr, [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)])
             if (b := unicodedata.normalize("NFD", c)[0]).isascii() and b.isalpha()}  # fmt: skip
_LETTERS = str.maketrans(_ACCENTED | _OTHERS | _GREEK | _CYRILLIC | _CAPITALS | {"_": " "})
_FIGURES = str.maketrans("0134578@$", "oieastbas")
_IN_WORD = re.compile(r"(?<=[a-z])[013457@$8]{1,3}(?=[a-z]|\b)|\b[013457@$8](?=[a-z]{2})", re.IGNORECASE)
_CHOPPED = re.compile(r"(?<=[a-z])[.!?](?=\s?[a-z]{2,20}(?:[.!?]|\s{0,3}\Z))", re.IGNORECASE)


def skeleton(text: str) -> str:
    """The text as it looks to a reader of English, character by character: of the same length.

    `Ign0re` and `іgnоrе` (Cyrillic і, о, е) become `Ignore`, `Ignore_all` becomes `Ignore all`, and in `IGNORE. ALL.
    PREVIOUS.` the marks after single words become spaces. Only for finding phrases: it spoils texts of other scripts.
    """
    text = text.translate(_LETTERS)
    text = _IN_WORD.sub(lambda m: m.group().translate(_FIGURES), text)
    return _CHOPPED.sub(" ", text)
