"""The search index of an archive: opened read-only, checked against the archive and the models."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from newsctx.archive import manifest as manifests
from newsctx.archive.index_parts import PHOTO_PARTS, PLACES
from newsctx.archive.manifest import EncoderSlots, Manifest
from newsctx.archive.structure import StructurePart
from newsctx.archive.vectors import VectorPart
from newsctx.archive.words import WordsPart, tokens
from newsctx.errors import ArchiveError, NewsctxError
from newsctx.localfeatures.index import CopyIndex
from newsctx.records import PartialDate
from newsctx.settings import Settings, StructureSettings

VECTOR_PARTS = ("image_text", "image_image", "image_second", "words_dense", "location")
_NO_PLACES = np.zeros((0, 2), np.int32)
LEAD = 0  # tag of the words_dense row that holds headline + abstract; body passages follow from 1


class Found(NamedTuple):
    """An article near a query; `tag` names the row that was nearest (caption, photograph or passage number)."""

    article_id: str
    score: float
    tag: int


@dataclass(frozen=True)
class Bm25:
    """The BM25 scores of all articles for one query; ids ascend with the row number."""

    scores: np.ndarray  # (articles,) float32
    bound: float  # no text can score higher
    _ids: tuple[str, ...]
    _rows: dict[str, int]

    def of(self, article_id: str) -> float:
        """An article's score; 0 where it shares no term."""
        return float(self.scores[self._rows[article_id]])

    def best(self, k: int) -> list[tuple[str, float]]:
        """The k best articles with a score above 0, best first; ties by article id."""
        rows = np.flatnonzero(self.scores > 0)
        if len(rows) > k:  # sort what can be among the first k, not a hundred thousand
            rows = rows[self.scores[rows] >= np.partition(self.scores[rows], len(rows) - k)[len(rows) - k]]
        order = rows[np.argsort(-self.scores[rows], kind="stable")][:k]
        return [(self._ids[r], float(self.scores[r])) for r in order]


@dataclass(frozen=True)
class ArchiveIndex:
    """All parts of one index; safe to share between threads. Open it with `ArchiveIndex.open`."""

    version: str  # changes with everything that a search depends on
    manifest: Manifest
    article_ids: tuple[str, ...]  # by row number
    image_ids: tuple[str, ...]  # by the tag of `image_image` and `image_second`
    copy: CopyIndex
    _folder: Path
    _rows: dict[str, int]
    _dates: tuple[str, ...]
    _vectors: dict[str, VectorPart]
    _content: StructurePart | None
    _places: np.ndarray  # (rows of image_image, 2): paragraph (-1: unknown), of how many
    _words: WordsPart
    _reasons: dict[str, str]

    @classmethod
    def open(
        cls, archive_dir: Path, version: str, models: EncoderSlots, settings: Settings | None = None
    ) -> ArchiveIndex:
        """Open the index of an archive.

        Args:
            archive_dir: the archive's folder.
            version: the store's.
            models: its encoders must be those that the index was built with; a slot without a model is not compared.
            settings: `index`, `copy_detection`, `structure.alpha` and `retrieve.probes` of it count.

        Raises:
            ArchiveError: no index, or a damaged one.
            IndexMismatch: built with other models or settings, or for another version of the archive.
        """
        settings = settings or Settings()
        manifest, digest = manifests.read(archive_dir, models.profile)
        manifests.check(manifest, archive_dir, version, models, settings.index)
        folder = archive_dir / "index" / manifest.version
        try:
            articles = json.loads((folder / "articles.json").read_bytes())
            images = json.loads((folder / "images.json").read_bytes())
            built = [n for n in VECTOR_PARTS if n in manifest.parts and manifest.parts[n].state == "built"]
            vectors = {name: VectorPart.open(folder / name, settings.retrieve.probes) for name in built}
            content = manifest.parts.get("content")
            structure = StructurePart.open(folder / "content") if content and content.state == "built" else None
            places = _NO_PLACES
            if structure is not None and "image_image" in built:  # also where no article has a text
                places = np.load(folder / "image_image" / PLACES)
            words = WordsPart.open(folder / "words_bm25")
        except (OSError, ValueError, KeyError, RuntimeError, EOFError) as error:
            raise ArchiveError(
                f"the index in {folder} is damaged ({type(error).__name__}: {str(error)[:200]}); delete that "
                f"folder and {manifests.remedy(archive_dir, models.profile)}"
            ) from error
        reasons = {n: p.reason for n, p in manifest.parts.items() if p.state == "unavailable"}
        older = f"the index was built before there was such a part; {manifests.remedy(archive_dir, models.profile)}"
        reasons |= {n: older for n in (*VECTOR_PARTS, "content") if n not in manifest.parts}
        if models.image_text is None:
            reasons |= dict.fromkeys(
                ("image_text", "image_image", "location", "content"), models.image_text_unavailable
            )
        if models.second_image is None:
            reasons |= {"image_second": models.second_image_unavailable}
        if models.sentence is None:
            reasons |= {"words_dense": models.sentence_unavailable}
        if structure is not None and settings.retrieve.weights.get("content", 0) > 0:
            structure.prepare(settings.structure.alpha)
        ids = tuple(a for a, _ in articles)
        return cls(
            digest, manifest, ids, tuple(images),
            CopyIndex.open(archive_dir / "index" / "copy", settings.copy_detection), archive_dir,
            {a: i for i, a in enumerate(ids)}, tuple(d for _, d in articles), vectors, structure, places, words,
            reasons,
        )  # fmt: skip

    def stale(self) -> bool:
        """Whether another index was swapped in since this one was opened."""
        try:
            return manifests.read(self._folder)[1] != self.version
        except NewsctxError:  # gone or unreadable: whatever is there is not what was opened
            return True

    def why_not(self, part: str) -> str:
        """Why a part cannot be searched; empty where it can."""
        return self._reasons.get(part, "")

    def nearest(self, part: str, query: np.ndarray, k: int, probes: int | None = None) -> list[Found]:
        """The k nearest articles, best first; ties by article id.

        Args:
            part: one of VECTOR_PARTS.
            query: (D,) float32, L2-normalised.
        """
        found = self._vectors[part].search(query, k, probes)
        hits = [Found(self.article_ids[row], score, tag) for row, (score, tag) in found.items()]
        return sorted(hits, key=lambda h: (-h.score, h.article_id))[:k]

    def closest(self, part: str, query: np.ndarray, ids: Iterable[str]) -> dict[str, Found]:
        """Exact score of the given articles in a vector part; those without a row in it are left out."""
        known = {self._rows[a]: a for a in ids if a in self._rows}
        found = self._vectors[part].closest(query, list(known))
        return {known[row]: Found(known[row], score, tag) for row, (score, tag) in found.items()}

    def nearest_texts(self, query: np.ndarray, settings: StructureSettings, k: int, probes: int) -> dict[str, float]:
        """Article id -> cosine to the article's text vector, of the k nearest and those tied with the last.

        Args:
            query: (D,) float32, L2-normalised.
        """
        part = self._structure()
        found = part.search(query, settings.alpha, k, probes, settings.candidates) if part else {}
        return {self.article_ids[row]: score for row, score in found.items()}

    def text_scores(self, query: np.ndarray, settings: StructureSettings, ids: Iterable[str]) -> dict[str, float]:
        """Article id -> exact cosine to its text vector; articles without one are left out."""
        part = self._structure()
        found = part.scores(query, settings.alpha, [self._rows[a] for a in ids if a in self._rows]) if part else {}
        return {self.article_ids[row]: score for row, score in found.items()}

    def places(self, photographs: Sequence[Found]) -> tuple[np.ndarray, np.ndarray]:
        """Paragraph (-1: unknown) and number of paragraphs, (N,) each, of photographs as `nearest` tells them."""
        part = self._vectors["image_image"]
        found = [self._places[part.row_of(self._rows[p.article_id], p.tag)] for p in photographs]
        positions, counts = np.array(found, np.int32).reshape(-1, 2).T
        return positions, counts

    def words(self, query: str, k: int) -> list[tuple[str, float]]:
        """BM25: the k best articles with at least one term of the query, best first; ties by article id."""
        return self.bm25(tokens(query)).best(k)

    def bm25(self, terms: Sequence[str]) -> Bm25:
        """Every article's score for some index terms."""
        return Bm25(self._words.scores(terms), self._words.bound(terms), self.article_ids, self._rows)

    def holding(self, terms: Iterable[str]) -> list[str]:
        """Ids of the articles whose headline, abstract, body or photo captions hold every term, ascending.

        An index of before 2026-11-21 knows no captions here.
        """
        return [self.article_ids[row] for row in self._words.holding(terms)]

    def shared_terms(self, terms: Iterable[str], ids: Sequence[str], most: int) -> dict[str, list[str]]:
        """Article id -> which of the `most` rarest terms it holds, the rarest first."""
        return dict(zip(ids, self._words.held(terms, [self._rows[a] for a in ids], most), strict=True))

    def rows(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        """All vectors of a part, (N, D) float32, and the row numbers of their articles, (N,) int64, ascending.

        Raises:
            ArchiveError: the part cannot be searched; says why.
        """
        if reason := self.why_not(part):
            raise ArchiveError(f"the index has no {part} vectors: {reason}")
        found = self._vectors[part]
        return np.asarray(found.vectors), np.asarray(found.owners)

    def location_vectors(self, ids: Iterable[str]) -> dict[str, np.ndarray]:
        """Article id -> (D,) vector of its location text; articles without places are left out."""
        part = self._part("location")
        rows = {a: part.rows_of(self._rows[a]) for a in ids if part and a in self._rows}
        return {a: found[0] for a, found in rows.items() if len(found)}

    def bi_scores(self, image_vector: np.ndarray, ids: Iterable[str]) -> dict[str, float]:
        """Article id -> s_bi = max over its captions of the cosine to the photograph (NewsRECON sec. 1)."""
        part = self._part("image_text")
        if part is None:
            return {}
        known = [a for a in ids if a in self._rows]
        found = part.best(image_vector, [self._rows[a] for a in known])
        return {a: found[self._rows[a]] for a in known if self._rows[a] in found}

    def lead_vector(self, article_id: str) -> np.ndarray | None:
        """(D,) sentence vector of headline + abstract; None where the article has neither or there is no such part."""
        part = self._part("words_dense")
        if part is None or article_id not in self._rows:
            return None
        rows, tags = part.rows_of(self._rows[article_id]), part.tags_of(self._rows[article_id])
        return rows[0] if len(rows) and tags[0] == LEAD else None

    def alike(self, one: str, other: str, floor: float) -> bool | None:
        """Whether headline + abstract of two articles have at least the cosine `floor`; None where one has neither."""
        a, b = self.lead_vector(one), self.lead_vector(other)
        return None if a is None or b is None else float(a @ b) >= floor

    def discount(self, logos: Mapping[str, int]) -> None:
        """Let some photographs count as tie-breakers only, from now on; only whoever opens the index may call this.

        Args:
            logos: image id -> number of its articles, of pictures that are no evidence (`newsctx.archive.logos`).
        """
        shared = {tag: logos[i] for tag, i in enumerate(self.image_ids) if i in logos}
        for name in PHOTO_PARTS:
            if name in self._vectors:
                self._vectors[name].discount(shared)

    def published(self, article_id: str) -> PartialDate | None:
        """The article's date as it was when the index was built."""
        text = self._dates[self._rows[article_id]]
        return PartialDate.model_validate(text) if text else None

    def _structure(self) -> StructurePart | None:
        return None if self.why_not("content") else self._content

    def _part(self, name: str) -> VectorPart | None:
        return None if self.why_not(name) else self._vectors.get(name)


def cut(hits: Sequence[Found], floor: float) -> list[Found]:
    """Only the hits at or above a score."""
    return [h for h in hits if h.score >= floor]
