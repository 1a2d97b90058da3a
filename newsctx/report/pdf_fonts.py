"""The fonts of a PDF: DejaVu Sans comes with matplotlib; what it lacks is looked for among the fonts of the machine.

A letter that no font here has is never dropped: it is printed as a box, and the report's last page names it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BOX = "\u25af"
#: Well-made fonts of many scripts by the beginnings of their file names, the best first.
_PREFERRED = (
    "NotoSansCJK-Regular", "NotoSansCJKsc-Regular", "NotoSansCJKjp-Regular", "SourceHanSans", "wqy-",
    "DroidSansFallback", "Arial Unicode", "PingFang", "Hiragino Sans GB", "msyh", "msgothic", "malgun",
    "AppleSDGothicNeo",
)  # fmt: skip
_PLAIN = ("NotoSans", "NotoNaskh", "NotoSerif", "Nirmala", "Leelawad", "Lohit", "FreeSans", "unifont")
_SUFFIXES = (".ttf", ".otf", ".ttc")
_INVISIBLE = {"Cf", "Zl", "Zp", "Cc"}  # categories without a glyph of their own
_MOST = 400  # files that are looked into


@dataclass(frozen=True)
class Font:
    """A font file that is used beyond the own ones; `number`: in a collection."""

    path: Path
    number: int = 0


def own() -> dict[str, Path]:
    """Style of the body font -> its file; `mono` is the font of hashes and prompts."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return {"": folder / "DejaVuSans.ttf", "B": folder / "DejaVuSans-Bold.ttf", "mono": folder / "DejaVuSansMono.ttf"}


def needed(texts: Iterable[str], folders: Sequence[str]) -> tuple[tuple[Font, ...], frozenset[str]]:
    """Fonts for the letters that the body font does not have, and the letters that none has."""
    letters = {c for text in texts for c in text if not c.isspace() and unicodedata.category(c) not in _INVISIBLE}
    missing = {c for c in letters if ord(c) not in covered(own()[""])}
    found: list[Font] = []
    for path in _candidates(tuple(folders)) if missing else ():
        has = {c for c in missing if ord(c) in covered(path)}
        if has:
            found.append(Font(path))
            missing -= has
        if not missing:
            break
    return tuple(found), frozenset(missing)


@cache
def covered(path: Path) -> frozenset[int]:
    """Code points that a font file has a glyph for; of a collection its first font; none where it cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, lazy=True, fontNumber=0) as font:
            if "COLR" in font or "CBDT" in font or "sbix" in font:  # colour pictures are no letters here
                return frozenset()
            return frozenset(font.getBestCmap() or {})
    except (OSError, TTLibError, KeyError, AssertionError, ValueError):
        return frozenset()


@cache
def _candidates(folders: tuple[str, ...]) -> tuple[Path, ...]:
    """Regular fonts below the folders, those that are made for many scripts first, then by name."""
    files = {p for f in folders for p in Path(f).expanduser().rglob("*") if p.suffix.lower() in _SUFFIXES}
    return tuple(sorted((p for p in files if not _styled(p.stem)), key=_order))[:_MOST]


def _styled(stem: str) -> bool:
    return any(word in stem for word in ("Bold", "Italic", "Oblique", "Black", "Light", "Thin", "Condensed", "Mono"))


def _order(path: Path) -> tuple[int, int, str, str]:
    best = next((i for i, begin in enumerate(_PREFERRED) if path.stem.startswith(begin)), len(_PREFERRED))
    plain = next((i for i, begin in enumerate(_PLAIN) if path.stem.startswith(begin)), len(_PLAIN))
    return best, plain, path.name, str(path)


def boxed(text: str, missing: frozenset[str]) -> str:
    """The text with a box for each letter that cannot be printed."""
    return "".join(BOX if c in missing else c for c in text) if missing else text


def named(letters: Iterable[str], most: int = 40) -> str:
    """`U+6771 (CJK UNIFIED IDEOGRAPH-6771), ...`."""
    known = sorted(letters)
    told = ", ".join(f"U+{ord(c):04X} ({unicodedata.name(c, 'unnamed').lower()})" for c in known[:most])
    return told + (f" and {len(known) - most} more" if len(known) > most else "")
