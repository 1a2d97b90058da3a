"""Article structure (EVENTA-H): headline, lead, body and captions of an article as vectors of their own.

The text vector of an article is `sum_c alpha_c * f(c)`, and the score of a query its cosine to it. The weights alpha
are known only when somebody asks, so the parts are stored apart and added up when an archive is first searched with
some weights; new weights encode no text again.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from newsctx.archive.vectors import VectorPart, inverted
from newsctx.placement import paragraphs
from newsctx.records import Article
from newsctx.settings import IndexSettings

PARTS = ("headline", "lead", "body", "captions")  # a part's number is its tag
_BLOCK = 4096  # articles whose parts are added up together
_LONGEST = 2000  # characters of a section: image-text encoders read some 77 tokens of it
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")  # a cut need not be exact: a section is read as a whole


# --- texts ----------------------------------------------------------------------------------------------------


def texts(article: Article, settings: IndexSettings) -> list[tuple[int, str]]:
    """(part number, text) of an article; a part has no, one or several texts.

    Headline; lead = the abstract, else the first paragraph; body = what follows, in at most `sections` sections of
    about the same length; captions = those of its photographs, else its news captions, which stand in for them (the
    image_text channel has those anyway).
    """
    body = paragraphs(article.body)
    lead = article.abstract.strip() or (body.pop(0) if body else "")
    captions = [i.caption.strip() for i in article.images if i.caption.strip()]
    captions = captions or [c.strip() for c in article.captions if c.strip()]
    found = ([article.headline.strip()], [lead], sections(body, settings.sections), list(dict.fromkeys(captions)))
    found[3][settings.photo_captions :] = []
    return [(tag, text) for tag, part in enumerate(found) for text in part if text]


def sections(body: Sequence[str], most: int) -> list[str]:
    """At most `most` sections of whole paragraphs; of whole sentences where there are fewer paragraphs than that.

    Each is cut to what an encoder can make use of.
    """
    units = list(body) if len(body) >= most else [s for p in body for s in _SENTENCE_END.split(p) if s]
    total = sum(map(len, units))
    grouped: dict[int, list[str]] = {}
    before = 0
    for unit in units:  # a unit belongs where its middle lies
        grouped.setdefault(min(most - 1, int(most * (before + len(unit) / 2) / total)), []).append(unit)
        before += len(unit)
    return [" ".join(part)[:_LONGEST].rstrip() for _, part in sorted(grouped.items())]


def mean(vectors: Sequence[np.ndarray]) -> np.ndarray | None:
    """(D,) float32: the normalised mean of (D,) vectors; None where they cancel out."""
    if len(vectors) == 1:
        return vectors[0]
    total = np.sum(vectors, axis=0, dtype=np.float64)
    length = np.linalg.norm(total)
    return (total / length).astype(np.float32) if length > 1e-6 else None


# --- the index part -------------------------------------------------------------------------------------------


class StructurePart:
    """At most one row per (article, part): (N, D) float32, L2-normalised; tags are part numbers, owners ascend."""

    def __init__(self, vectors: np.ndarray, owners: np.ndarray, tags: np.ndarray, inverted: object | None) -> None:
        self.vectors, self._tags, self._inverted = vectors, tags, inverted
        self._owners, self._ids = owners, np.unique(owners)  # of every row; of every article that has one
        self._lock = threading.Lock()
        self._kept: tuple[bytes, np.ndarray, np.ndarray] | None = None  # text vectors by the weights that made them

    @staticmethod
    def save(folder: Path, rows: Mapping[tuple[int, int], np.ndarray], exact_up_to: int) -> None:
        """Write the part.

        Args:
            rows: (article row, part number) -> (D,) float32, L2-normalised.
            exact_up_to: with more articles than this an inverted file is trained beside the rows.
        """
        import faiss

        keys = sorted(rows)
        owners = [o for o, _ in keys]
        VectorPart.save(folder, [rows[k] for k in keys], owners, [t for _, t in keys], exact_up_to=len(keys))
        if len(set(owners)) > exact_up_to:
            vectors = np.stack([rows[k] for k in keys])
            # texts lie in a cone of their own, away from pictures. Around their mean the order by inner product is the
            # same, and a picture's nearest text is among the lists read more often (drawn vectors: 0.75 against 0.48)
            faiss.write_index(inverted(vectors - vectors.mean(axis=0)), str(folder / "ivf.faiss"))

    @classmethod
    def open(cls, folder: Path) -> StructurePart:
        """Open a part; the vectors stay on disk until they are read."""
        import faiss

        path = folder / "ivf.faiss"
        inverted = faiss.read_index(str(path), faiss.IO_FLAG_MMAP) if path.is_file() else None
        vectors = np.asarray(np.load(folder / "vectors.npy", mmap_mode="r"))
        return cls(vectors, np.load(folder / "owners.npy"), np.load(folder / "tags.npy"), inverted)

    def __len__(self) -> int:
        return len(self._owners)

    def search(
        self, query: np.ndarray, alpha: Mapping[str, float], k: int, probes: int, candidates: int
    ) -> dict[int, float]:
        """The best articles: exact over all of them, or over the candidates of the inverted file where there is one.

        Args:
            query: (D,) float32, L2-normalised.
            alpha: weight by part name; one that is missing weighs 0.
            k: articles wanted; those tied with the last one come back too.
            probes: inverted lists that are read.
            candidates: rows of the inverted file whose articles are scored exactly.

        Returns:
            Article row -> cosine of the query and the article's text vector.
        """
        if not len(self):
            return {}
        if self._inverted is None:
            found, scores = self._score(query, *self._all(_weights(alpha)))
        else:
            wanted = self._candidates(query, probes, max(candidates, k))
            found, scores = self._score(query, *self._text_vectors(_weights(alpha), wanted))
        if len(found) > k:
            keep = scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
            found, scores = found[keep], scores[keep]
        return dict(zip(found.tolist(), scores.tolist(), strict=True))

    def scores(self, query: np.ndarray, alpha: Mapping[str, float], owners: Iterable[int]) -> dict[int, float]:
        """Exact cosines of the given articles; those without a part that weighs anything are left out."""
        wanted = np.unique(np.array(list(owners), np.int64))
        if self._inverted is None:
            known, vectors = self._all(_weights(alpha))
            rows = _places(known, wanted)
            found, scores = self._score(query, known[rows], vectors[rows])
        else:
            has_rows = self._ids[_places(self._ids, wanted)]
            found, scores = self._score(query, *self._text_vectors(_weights(alpha), has_rows))
        return dict(zip(found.tolist(), scores.tolist(), strict=True))

    def prepare(self, alpha: Mapping[str, float]) -> None:
        """Add the parts up now rather than at the first search with these weights (100,000 articles: some seconds)."""
        if self._inverted is None:
            self._all(_weights(alpha))

    def _all(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The text vectors of all articles: one row instead of four to read per search; kept for the last weights."""
        key = weights.tobytes()
        with self._lock:
            if self._kept is None or self._kept[0] != key:
                self._kept = (key, *self._text_vectors(weights, self._ids))
            return self._kept[1:]

    def _text_vectors(self, weights: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n,) article rows, ascending, and (n, D) float32: normalised `sum_c alpha_c f(c)` of each.

        An article without a weighted part, or whose parts cancel out, has none.
        """
        out = np.zeros((len(wanted), self.vectors.shape[1]), np.float32)
        for start in range(0, len(wanted), _BLOCK):
            some = wanted[start : start + _BLOCK]
            first, last = np.searchsorted(self._owners, some), np.searchsorted(self._owners, some, side="right")
            for step in range(int((last - first).max())):  # the n-th row of every article that has so many
                rows = first + step
                has = rows < last
                rows = rows[has]
                out[start : start + _BLOCK][has] += weights[self._tags[rows], None] * self.vectors[rows]
        lengths = np.sqrt(np.einsum("nd,nd->n", out, out))
        known = lengths > 1e-6
        if not known.all():
            out, lengths, wanted = out[known], lengths[known], wanted[known]
        out /= lengths[:, None]
        return wanted, out

    def _score(self, query: np.ndarray, owners: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if query.shape != (vectors.shape[1],) and len(vectors):
            raise ValueError(f"a query of shape {query.shape} against vectors of {vectors.shape[1]} dimensions")
        scores = vectors @ query.astype(np.float32, copy=False) if len(vectors) else np.zeros(0, np.float32)
        # six digits: equal texts tie, wherever in a block of the matrix product they stood
        return owners, np.round(np.clip(scores.astype(np.float64), -1.0, 1.0), 6)

    def _candidates(self, query: np.ndarray, probes: int, rows: int) -> np.ndarray:
        import faiss

        options = faiss.SearchParametersIVF(nprobe=min(probes, self._inverted.nlist))
        asked = np.ascontiguousarray(query[None], np.float32)
        _, found = self._inverted.search(asked, min(rows, len(self)), params=options)
        return np.unique(self._owners[found[0][found[0] >= 0]])


def _weights(alpha: Mapping[str, float]) -> np.ndarray:
    return np.array([alpha.get(name, 0.0) for name in PARTS], np.float32)


def _places(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where the wanted values stand among ascending ones; those that are not there are left out."""
    at = np.searchsorted(values, wanted)
    inside = at < len(values)
    at, wanted = at[inside], wanted[inside]
    return at[values[at] == wanted]
