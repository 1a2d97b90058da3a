"""The data hash: what a model was trained on, wherever the files lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from newsctx.cache import digest
from newsctx.training.corpus import Corpus
from newsctx.training.images import image_digest
from newsctx.training.labels import Label
from newsctx.training.photos import TrainingPhoto


def data_digest(photos: Sequence[TrainingPhoto], labels: Mapping[str, Label], corpus: Corpus) -> str:
    """SHA-256 (hex) of articles, photographs (by their bytes) and labels."""
    rows = [[p.id, image_digest(p.image), p.place, str(p.date), p.split] for p in photos]
    relevant = [[m.photo, m.location, m.event] for m in labels.values()]
    return digest(corpus.digest, rows, relevant)
