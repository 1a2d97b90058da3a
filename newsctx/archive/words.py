"""Words for BM25: any script, accents and case folded, English endings cut."""

from __future__ import annotations

import logging
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import regex

from newsctx.settings import IndexSettings

if TYPE_CHECKING:
    from bm25s.tokenization import Tokenized

# Scripts written without spaces between words: their runs become overlapping pairs of characters, which is how
# Lucene's CJK analyser indexes them.
_NO_SPACES = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_RUNS = regex.compile(rf"[{_NO_SPACES}\p{{M}}ー]+|[\p{{L}}\p{{M}}\p{{N}}--[{_NO_SPACES}]]+", regex.V1)
_UNSPACED = regex.compile(rf"[{_NO_SPACES}]")
_LATIN_MARKS = regex.compile(r"(?<=\p{Latin}\p{M}*)\p{M}+")
_POSSESSIVE = regex.compile(r"[’']s\b")


def tokens(text: str) -> list[str]:
    """The index terms of a text, in order; stop words left out."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    folded = _LATIN_MARKS.sub("", folded)  # São = Sao; marks of other scripts carry meaning and stay
    folded = unicodedata.normalize("NFKC", _POSSESSIVE.sub("", folded))
    found: list[str] = []
    for run in _RUNS.findall(folded):
        if _UNSPACED.search(run):
            found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        elif run not in _stop_words():
            found.append(_stemmer().stemWord(run) if run.isascii() else run)
    return found


@cache
def _stop_words() -> frozenset[str]:
    from bm25s.stopwords import STOPWORDS_EN_PLUS

    return frozenset(STOPWORDS_EN_PLUS)


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@cache
def _bm25s() -> Any:
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG, whatever the program asks for
    return bm25s


def _numbered(texts: list[list[str]]) -> Tokenized:
    """Tokens by number, in order of first appearance; bm25s would number them from a set, differently in every run."""
    from bm25s.tokenization import Tokenized

    numbers: dict[str, int] = {}
    ids = [[numbers.setdefault(t, len(numbers)) for t in text] for text in texts]
    return Tokenized(ids=ids, vocab=numbers)


class WordsPart:
    """BM25 (Robertson et al.; Lucene's variant, Kamphuis et al. 2020) over one text per article."""

    def __init__(self, scorer: Any, size: int) -> None:
        self._scorer, self._size = scorer, size

    @staticmethod
    def save(folder: Path, texts: list[list[str]], settings: IndexSettings) -> None:
        """Write a part; `texts` holds each article's tokens in row order. Nothing but the size where no word occurs."""
        folder.mkdir(parents=True)
        (folder / "size").write_text(str(len(texts)))
        if any(texts):
            scorer = _bm25s().BM25(method="lucene", k1=settings.bm25_k1, b=settings.bm25_b, backend="numpy")
            scorer.index(_numbered(texts), show_progress=False)
            scorer.save(folder / "bm25s", show_progress=False)

    @classmethod
    def open(cls, folder: Path) -> WordsPart:
        """Open a part, memory-mapped."""
        found = folder / "bm25s"
        scorer = _bm25s().BM25.load(found, mmap=True, load_corpus=False) if found.is_dir() else None
        return cls(scorer, int((folder / "size").read_text()))

    def scores(self, query: list[str]) -> np.ndarray:
        """(articles,) float32; 0 where no query term occurs."""
        known = [t for t in query if self._scorer is not None and t in self._scorer.vocab_dict]
        if not known:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._scorer.get_scores(known), np.float32)
