"""What the bi-encoder trains on: positives, pairs, token rows and image rows, and a batch as tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from newsctx.archive import index_texts
from newsctx.errors import TrainingError
from newsctx.settings import IndexSettings
from newsctx.training.augment import augment
from newsctx.training.batches import Batch, plan_epoch
from newsctx.training.corpus import Corpus, Entry, texts_of
from newsctx.training.hashes import data_digest
from newsctx.training.images import ImageStore
from newsctx.training.labels import Label, positives_of
from newsctx.training.options import BiEncoderOptions
from newsctx.training.photos import TrainingPhoto, split_photos


@dataclass(frozen=True)
class BiData:
    """Numbers stand for positions: queries in `queries`, articles in `entries`."""

    options: BiEncoderOptions
    entries: tuple[Entry, ...]
    queries: tuple[TrainingPhoto, ...]  # to train with, each with a positive
    positives: tuple[tuple[int, ...], ...]  # of each query
    pairs: tuple[int, ...]  # articles that may bring their own image
    dev: tuple[TrainingPhoto, ...]
    dev_positives: tuple[tuple[int, ...], ...]
    digest: str
    counts: dict[str, int]

    def plan(self, epoch: int) -> list[Batch]:
        """The batches of an epoch."""
        o = self.options
        return plan_epoch(self.positives, self.pairs, o.batch, o.queries, o.seed, epoch)

    @cached_property
    def training_images(self) -> tuple[Path, ...]:
        return (*(q.image for q in self.queries), *(_image(self.entries[a]) for a in self.pairs))

    def dev_candidates(self) -> list[tuple[int, tuple[str, ...]]]:
        """(article, its texts) that dev photographs are ranked against: all their positives, then a seeded draw."""
        wanted = sorted({a for p in self.dev_positives for a in p})
        others = [a for a in range(len(self.entries)) if a not in set(wanted)]
        drawn = [others[i] for i in np.random.default_rng([self.options.seed, 4]).permutation(len(others))]
        found, count = [], 0
        for number, article in enumerate([*wanted, *drawn]):
            texts = _search_texts(self.entries[article], self.options)
            count += len(texts)
            if number >= len(wanted) and count > self.options.dev_texts:
                break
            found.append((article, texts))
        return sorted(found)


def prepare(
    photos: Sequence[TrainingPhoto], labels: Mapping[str, Label], corpus: Corpus, options: BiEncoderOptions
) -> BiData:
    """Split, and take positives from the labels.

    Raises:
        TrainingError: photographs without a label, no positive in a split, or fewer pairs than a loss needs.
    """
    unlabelled = [p.id for p in photos if p.id not in labels]
    if unlabelled:
        raise TrainingError(
            f"{len(unlabelled)} photographs have no row in the labels ({', '.join(unlabelled[:5])}, ...); run "
            "`train labels` with this file of photographs."
        )
    number = {e.id: n for n, e in enumerate(corpus.entries)}

    def positives(photo: TrainingPhoto, held: frozenset[int]) -> tuple[int, ...]:
        found = (number[a] for a in positives_of(labels[photo.id], options.positive) if a in number)
        return tuple(a for a in found if a not in held)

    train, dev = split_photos(photos, options.dev_share, options.seed)
    dev_found = [(photos[i], positives(photos[i], frozenset())) for i in dev]
    of_dev = (number[a] for i in dev for a in labels[photos[i].id].event if a in number)
    held = frozenset(of_dev) if options.hold_out_dev else frozenset()
    found = [(photos[i], positives(photos[i], held)) for i in train]
    pairs = tuple(n for n, e in enumerate(corpus.entries) if e.image and n not in held)
    for name, part in (("training", found), ("development", dev_found)):
        if not any(p for _, p in part):
            raise TrainingError(
                f"none of the {len(part)} {name} photographs has a relevant article under positive={options.positive!r}"
                + (" outside the development events" if name == "training" and held else "")
                + "; choose --positive event_else_location, or check the labels."
            )
    kept = [(q, p) for q, p in found if p]
    dev_kept = [(q, p) for q, p in dev_found if p]
    counts = {
        "photos": len(photos), "train": len(train), "train_with_positive": len(kept), "dev": len(dev),
        "dev_with_positive": len(dev_kept), "articles": len(corpus.entries), "pairs": len(pairs),
        "held_out_articles": len(held),
    }  # fmt: skip
    return BiData(
        options, corpus.entries, tuple(q for q, _ in kept), tuple(p for _, p in kept), pairs,
        tuple(q for q, _ in dev_kept), tuple(p for _, p in dev_kept), data_digest(photos, labels, corpus), counts,
    )  # fmt: skip


class BatchMaker:
    """Batches as tensors, each a function of the seed, the epoch and its number; may run in other processes."""

    def __init__(
        self, data: BiData, store: ImageStore, tokenizer: Callable[[list[str]], Tensor], size: tuple[int, int]
    ) -> None:
        self.data, self._size, self.store = data, size, store
        texts = [texts_of(e.article, data.options.text) for e in data.entries]
        every = list(dict.fromkeys(t for part in texts for t in part))
        row = {t: n for n, t in enumerate(every)}
        self._rows = [[row[t] for t in part] for part in texts]
        self._tokens = torch.cat([tokenizer(every[i : i + 1024]) for i in range(0, len(every), 1024)]).int()
        settings = IndexSettings()
        wanted = [index_texts.location(e.article, settings) for e in data.entries] if data.options.place_weight else []
        places = list(dict.fromkeys(t for t in wanted if t))
        self._place_tokens = tokenizer(places).int() if places else self._tokens[:0]
        self._places = [places.index(t) if t else -1 for t in wanted] or [-1] * len(data.entries)

    def make(self, batch: Batch, epoch: int, index: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(B, 3, H, W) float32 in 0..1, (B, C) token ids, (P, C) token ids of the places, (B,) each one's place or -1.

        Without a place loss P is 0.
        """
        o = self.data.options
        rng = np.random.default_rng([o.seed, 3, epoch, index])
        articles = (*batch.positives, *batch.pairs)
        texts = [self._rows[a][int(rng.integers(len(self._rows[a])))] for a in articles]
        paths = [self.data.queries[q].image for q in batch.queries]
        paths += [_image(self.data.entries[a]) for a in batch.pairs]
        pixels = self.store.take([self.store.row(p) for p in paths])
        if o.augment:
            images = augment(pixels, self._size, o, rng)
        else:
            images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)
        return images, self._tokens[texts].long(), *self._places_of(articles)

    def _places_of(self, articles: Sequence[int]) -> tuple[Tensor, Tensor]:
        known = sorted({p for a in articles if (p := self._places[a]) >= 0})
        row = {p: n for n, p in enumerate(known)}
        own = [row.get(self._places[a], -1) for a in articles]
        return self._place_tokens[known].long(), torch.tensor(own, dtype=torch.long)


class EpochBatches(torch.utils.data.Dataset):
    """An epoch's batches from `start` on, for a `DataLoader`."""

    def __init__(self, maker: BatchMaker, plan: list[Batch], epoch: int, start: int) -> None:
        self._maker, self._plan, self._epoch, self._start = maker, plan, epoch, start

    def __len__(self) -> int:
        return len(self._plan) - self._start

    def __getitem__(self, i: int) -> tuple[Tensor, ...]:
        index = self._start + i
        if index >= len(self._plan):
            raise IndexError(i)
        return self._maker.make(self._plan[index], self._epoch, index)


def _search_texts(entry: Entry, options: BiEncoderOptions) -> tuple[str, ...]:
    """What the article is found by: the index's captions, or the abstract where that trains."""
    if options.text == "abstract":
        return texts_of(entry.article, "abstract")
    return tuple(index_texts.captions(entry.article))


def _image(entry: Entry) -> Path:
    if entry.image is None:
        raise TrainingError(f"article {entry.id} has no photograph; expected one of the corpus pairs.")
    return entry.image


def loader(dataset: EpochBatches, workers: int, device: str) -> Any:
    """The batches in order, prepared by `workers` processes; in pinned memory for a GPU, which then copies beside."""
    more: dict[str, Any] = {"prefetch_factor": 4} if workers else {}
    pin = device.startswith("cuda")
    return torch.utils.data.DataLoader(
        dataset, batch_size=None, shuffle=False, num_workers=workers, pin_memory=pin, **more
    )
