"""Words for BM25: any script, accents and case folded, English endings cut."""

from __future__ import annotations

import logging
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import regex

from newsctx.settings import IndexSettings
from newsctx.unicodetext import stream_safe

if TYPE_CHECKING:
    from bm25s.tokenization import Tokenized

# Scripts written without spaces between words: their runs become overlapping pairs of characters, which is how
# Lucene's CJK analyser indexes them.
_NO_SPACES = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_RUNS = regex.compile(rf"[{_NO_SPACES}\p{{M}}ー]+|[\p{{L}}\p{{M}}\p{{N}}--[{_NO_SPACES}]]+", regex.V1)
_NOT_ASCII = regex.compile(r"[[\p{L}\p{M}\p{N}ー]--[\x00-\x7f]]", regex.V1)
_WORDS = re.compile(r"[a-z0-9]+")  # the same runs where no such letter stands, six times faster
_UNSPACED = regex.compile(rf"[{_NO_SPACES}]")
_LATIN_MARKS = regex.compile(r"(?<=\p{Latin})\p{M}+")  # one look back per mark: a run of them starts at its letter
_POSSESSIVE = regex.compile(r"[’']s\b")


def tokens(text: str) -> list[str]:
    """The index terms of a text, in order; stop words left out."""
    found: list[str] = []
    for run in _runs(text):
        if not run.isascii() and _UNSPACED.search(run):
            found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        elif run not in _stop_words():
            found.append(_stem(run))
    return found


def units(text: str) -> list[str]:
    """The words of a text for finding phrases: folded like the index terms, but every word counts.

    Stop words stay (`The Who`), and writing without spaces is cut into characters, so that a phrase may begin anywhere.
    """
    found: list[str] = []
    for run in _runs(text):
        if run.isascii():
            found.append(_stem(run))
        else:
            found += list(run) if _UNSPACED.search(run) else [run]
    return found


def _runs(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", stream_safe(text)).casefold()
    folded = _LATIN_MARKS.sub("", folded)  # São = Sao; marks of other scripts carry meaning and stay
    folded = unicodedata.normalize("NFKC", _POSSESSIVE.sub("", folded))
    return (_RUNS if _NOT_ASCII.search(folded) else _WORDS).findall(folded)


@lru_cache(100_000)
def _stem(word: str) -> str:
    return _stemmer().stemWord(word) if word.isascii() else word


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

    def __len__(self) -> int:
        return self._size

    def scores(self, query: Sequence[str]) -> np.ndarray:
        """(articles,) float32; 0 where no query term occurs, a term that is said twice counts twice."""
        found = np.zeros(self._size, np.float32)
        for term, times in Counter(query).items():
            rows, weights = self._postings(term)
            found[rows] += times * weights  # an article stands in a term's list once: bm25s' own add.at is slower
        return found

    def bound(self, query: Sequence[str]) -> float:
        """What no text can score above: the sum of the terms' inverse document frequencies, those of unknown ones too.

        In Lucene's variant a term adds `idf * f / (f + norm)`, which stays below its idf.
        """
        return float(sum(times * self._idf(len(self._postings(t)[0])) for t, times in Counter(query).items()))

    def _idf(self, articles: int) -> float:
        return math.log(1 + (self._size - articles + 0.5) / (articles + 0.5))

    def holding(self, terms: Iterable[str]) -> np.ndarray:
        """(n,) row numbers of the articles with every one of the terms, ascending; none where there are no terms."""
        lists = sorted((self._postings(t)[0] for t in dict.fromkeys(terms)), key=len)
        found = np.sort(lists[0]) if lists else np.zeros(0, np.int64)
        for other in lists[1:]:
            found = found[np.isin(found, other)]
        return found

    def held(self, terms: Iterable[str], rows: Sequence[int], most: int) -> list[list[str]]:
        """For each row, which of the terms the article holds: the rarest first, the `most` rarest ones looked at."""
        lists = {t: self._postings(t)[0] for t in dict.fromkeys(terms)}
        rarest = sorted((t for t in lists if len(lists[t])), key=lambda t: len(lists[t]))[:most]
        found: list[list[str]] = [[] for _ in rows]
        present = np.zeros(self._size, bool)
        wanted = np.asarray(rows, np.int64)
        for term in rarest:
            present[lists[term]] = True
            for place in np.flatnonzero(present[wanted]):
                found[place].append(term)
            present[lists[term]] = False
        return found

    def _postings(self, term: str) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers of the articles with a term, (n,), and the term's share of their scores, (n,) float32."""
        number = self._scorer.vocab_dict.get(term) if self._scorer is not None else None
        if number is None:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        matrix = self._scorer.scores
        span = slice(int(matrix["indptr"][number]), int(matrix["indptr"][number + 1]))
        return np.asarray(matrix["indices"][span]), np.asarray(matrix["data"][span], np.float32)
