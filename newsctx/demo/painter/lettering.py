"""Fonts for signs in the scripts of all cities: subsets of the Noto family that lie beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
_BLOCKS = (  # first and last code point, font; anything else is Latin or Greek
    (0x0600, 0x06FF, "NotoSansArabic-Bold.ttf"),
    (0x0900, 0x097F, "NotoSansDevanagari-Bold.ttf"),
    (0x3000, 0x9FFF, "NotoSansCJK-Bold.otf"),
    (0xFF00, 0xFFEF, "NotoSansCJK-Bold.otf"),
)
LATIN = "NotoSans-Bold.ttf"


def file_for(words: str) -> str:
    """The font file for a line of text, by its first character of a script of its own."""
    for character in words:
        for first, last, name in _BLOCKS:
            if first <= ord(character) <= last:
                return name
    return LATIN


@cache
def load(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font of this folder; `size` in pixels."""
    return ImageFont.truetype(str(FONTS / name), size)


def font(size: float, words: str = "") -> ImageFont.FreeTypeFont:
    """The font for `words`: the pictures do not depend on the system's fonts."""
    return load(file_for(words), max(int(size), 6))
