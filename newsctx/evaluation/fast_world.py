"""What the fast evaluation computes once: vectors of queries and captions, articles, places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from newsctx import imaging
from newsctx.archive.opened import OpenArchive
from newsctx.cache import StageCache, code_digest, digest
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import EvaluationError
from newsctx.evaluation.runner import photograph
from newsctx.evaluation.truth import Query
from newsctx.heads import Scorer
from newsctx.models import Models
from newsctx.records import Article, Photo, Record
from newsctx.relevance import RelevanceModel
from newsctx.remembered import Remembered
from newsctx.settings import Settings
from newsctx.stages import photo as photo_stage

NO_OCR = "not read: this evaluation measures the encoder alone"
_BATCH = 32  # photographs decoded at once


class Seen(Record):
    """A query photograph as it is kept: its facts and its vector."""

    photo: Photo
    vector: tuple[float, ...]


@dataclass(frozen=True)
class Texts:
    """The vectors that photographs are compared with: (N, D) rows and the column of each one's article."""

    rows: np.ndarray
    owners: np.ndarray


@dataclass(frozen=True)
class FastWorld:
    """Everything that is computed once: vectors of queries and captions, articles, places."""

    queries: tuple[Query, ...]
    photos: tuple[Photo, ...]
    images: np.ndarray  # (queries, D)
    article_ids: tuple[str, ...]  # ascending; the columns
    texts: Texts
    articles: Mapping[str, Article]
    location_vectors: Mapping[str, np.ndarray]
    location_scorer: Scorer | None
    event_scorer: Scorer | None
    relevance: RelevanceModel | None
    encode_texts: Callable[[Sequence[str]], np.ndarray]
    p_location: dict[tuple[int, str], float] = field(default_factory=dict)

    def only(self, keep: Iterable[str]) -> FastWorld:
        """The same world with these articles alone; queries keep the relevant articles that are left."""
        kept = set(keep)
        columns = [i for i, a in enumerate(self.article_ids) if a in kept]
        place = {column: n for n, column in enumerate(columns)}
        rows = [i for i, owner in enumerate(self.texts.owners) if int(owner) in place]
        owners = np.array([place[int(self.texts.owners[i])] for i in rows], np.int64)

        def left(ids: tuple[str, ...] | None) -> tuple[str, ...] | None:
            return None if ids is None else tuple(a for a in ids if a in kept)

        queries = [
            q.model_copy(update={"relevant": left(q.relevant), "location_relevant": left(q.location_relevant)})
            for q in self.queries
        ]
        return replace(
            self, queries=tuple(queries), article_ids=tuple(self.article_ids[c] for c in columns),
            texts=Texts(self.texts.rows[rows], owners),
        )  # fmt: skip


def prepare(
    archive: OpenArchive, models: Models, settings: Settings, queries: Sequence[Query], kept: StageCache,
    progress: Callable[[int], None] = lambda done: None,
) -> FastWorld:  # fmt: skip
    """Encode the query photographs (once: vectors are kept) and gather the archive's vectors.

    Raises:
        EvaluationError: no image-text encoder, or a photograph that cannot be read.
        ArchiveError: the index has no image-text vectors.
    """
    encoder = models.image_text
    if encoder is None:
        raise EvaluationError(
            f"--fast measures the image-text encoder, and none is loaded: {models.image_text_unavailable}"
        )
    seen = see(queries, encoder, settings, kept, progress)
    rows, owners = archive.index.rows("image_text")
    ids = archive.index.article_ids
    order = {a: n for n, a in enumerate(sorted(ids))}
    articles = {a.article_id: a for page in archive.store.iter_articles() for a in page}
    return FastWorld(
        queries=tuple(queries),
        photos=tuple(s.photo for s in seen),
        images=np.array([s.vector for s in seen], np.float32),
        article_ids=tuple(sorted(ids)),
        texts=_sorted(rows, np.array([order[ids[o]] for o in owners], np.int64)),
        articles=articles,
        location_vectors=archive.index.location_vectors(ids),
        location_scorer=models.location_scorer,
        event_scorer=models.event_scorer,
        relevance=models.relevance,
        encode_texts=Remembered(encoder.encode_texts, capacity=200_000),
    )


def see(
    queries: Sequence[Query],
    encoder: ImageTextEncoder,
    settings: Settings,
    kept: StageCache,
    progress: Callable[[int], None],
) -> list[Seen]:
    """The photographs of the queries with their vectors, from the cache where they are known."""
    found: dict[int, Seen] = {}
    for start in range(0, len(queries), _BATCH):
        waiting: list[tuple[int, str, Photo, np.ndarray]] = []
        for number, query in enumerate(queries[start : start + _BATCH], start):
            data = photograph(query)
            key = digest("seen", code_digest(), imaging.sha256(data), settings.photo, encoder.info.digest)
            if stored := kept.get("seen", key, Seen):
                found[number] = stored[0]
                continue
            facts, decoded = photo_stage.run(
                data, query.image.name if query.image else "", settings.photo, None, NO_OCR
            )
            waiting.append((number, key, facts, decoded.pixels))
        vectors = encoder.encode_images([pixels for *_, pixels in waiting]) if waiting else []
        for (number, key, facts, _), vector in zip(waiting, vectors, strict=True):
            found[number] = Seen(photo=facts, vector=tuple(float(x) for x in vector))
            kept.put("seen", key, found[number], 0.0)
        progress(min(start + _BATCH, len(queries)))
    return [found[i] for i in range(len(queries))]


def _sorted(rows: np.ndarray, owners: np.ndarray) -> Texts:
    order = np.argsort(owners, kind="stable")
    return Texts(rows[order], owners[order])
