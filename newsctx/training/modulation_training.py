"""Training of the placement modulation on frozen vectors (EVENTA-H).

InfoNCE (van den Oord et al. 2018): a query photograph against articles, each by the best of its modulated photographs;
one of its relevant articles is the positive, the photographs of other articles are the negatives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy, dropout, normalize
from tqdm import tqdm

from newsctx.cache import digest
from newsctx.errors import TrainingError
from newsctx.modulation import ModulationInfo, PlacementModulation
from newsctx.training import checkpoint
from newsctx.training.corpus import Entry
from newsctx.training.head_tasks import retrieval_of
from newsctx.training.images import image_digest
from newsctx.training.labels import Label, positives_of
from newsctx.training.options import ModulationOptions
from newsctx.training.photos import TrainingPhoto, listed, split_photos
from newsctx.training.placed_pictures import first_relevant_rank, pictures_of
from newsctx.training.pools import FrozenVectors

CHECKPOINT = "checkpoint.pt"
_BLOCK = 4096  # articles that are scored together


@dataclass(frozen=True)
class _Query:
    vector: np.ndarray  # (D,)
    positives: np.ndarray  # columns of the articles
    left_out: np.ndarray  # columns of the articles that hold the photograph itself: they show nothing


class ModulationTraining:
    """One run. `run` trains to the end, or on from the last checkpoint; `modulation` then has its best weights.

    The best epoch is the one with the highest dev MRR; epoch 0 is no modulation at all, so what comes out is on the
    development photographs never worse than that.
    """

    def __init__(
        self, info: ModulationInfo, photos: Sequence[TrainingPhoto], labels: Mapping[str, Label],
        entries: Sequence[Entry], vectors: FrozenVectors, options: ModulationOptions, work: Path, device: str = "cpu",
        after_epoch: Callable[[int], None] = lambda epoch: None,
    ) -> None:  # fmt: skip
        """`info` says what the modulation is of; `after_epoch` is told how many epochs are done.

        Raises:
            TrainingError: photographs without labels, or no photograph with a relevant article in either split.
        """
        self.options, self.work, self._device, self._after_epoch = options, work, device, after_epoch
        missing = [p.id for p in photos if p.id not in labels]
        if missing:
            raise TrainingError(f"photographs {listed(missing)} have no row in the labels; run `train labels` again.")
        shown = [e for e in entries if e.images]
        if len(shown) < 2:
            raise TrainingError(f"{len(shown)} articles have photographs: expected at least two, to tell them apart.")
        self.pictures = pictures_of(shown, vectors)
        train, dev = split_photos(photos, options.dev_share, options.seed)
        queries = self._queries(photos, labels, shown, vectors)
        self._train = self._asking(queries, train, "training")
        self._dev = self._asking(queries, dev, "development")
        self.counts: dict[str, int] = {
            "train": len(train), "dev": len(dev), "train_with_positive": len(self._train),
            "dev_with_positive": len(self._dev), "articles": len(shown), "images": len(self.pictures.vectors),
            "articles_with_several_images": sum(len(e.images) > 1 for e in shown),
        }  # fmt: skip
        given = [[e.id, [i for i, _ in e.images]] for e in shown]
        asked = [[q.positives.tolist(), q.left_out.tolist()] for q in (*self._train, *self._dev)]
        self.key = digest(options.model_dump(), info.model_dump(mode="json"), self.counts, given, asked)
        torch.manual_seed(options.seed)
        self.modulation = PlacementModulation(info, device)
        self._optimizer = torch.optim.AdamW(
            self.modulation.network.parameters(), lr=options.lr, weight_decay=options.weight_decay
        )
        self._v, self._p, self._t = (
            torch.from_numpy(a).to(device)
            for a in (self.pictures.vectors, self.pictures.positions, self.pictures.texts)
        )
        self.history: list[dict[str, Any]] = []
        self.before = self.evaluate()
        self.best: dict[str, float] = self.before | {"epoch": 0}
        self._bad = self.epoch = 0

    def _queries(
        self,
        photos: Sequence[TrainingPhoto],
        labels: Mapping[str, Label],
        shown: Sequence[Entry],
        vectors: FrozenVectors,
    ) -> list[_Query]:
        column = {e.id: n for n, e in enumerate(shown)}
        holders: dict[str, list[int]] = {}
        for n, entry in enumerate(shown):
            for image_id, _ in entry.images:
                holders.setdefault(image_id, []).append(n)
        rows = vectors.photos(photos)
        found: list[_Query] = []
        for photo, row in zip(photos, rows, strict=True):
            own = holders.get(image_digest(photo.image), [])
            relevant = positives_of(labels[photo.id], self.options.positive)
            wanted = sorted({column[a] for a in relevant if a in column} - set(own))
            found.append(_Query(row, np.array(wanted, np.int64), np.array(own, np.int64)))
        return found

    @staticmethod
    def _asking(queries: Sequence[_Query], part: Sequence[int], what: str) -> list[_Query]:
        found = [queries[i] for i in part if len(queries[i].positives)]
        if not found:
            raise TrainingError(
                f"none of the {len(part)} {what} photographs has a relevant article with another photograph, so there "
                "is nothing to learn from; give more photographs, or `--positive event_else_location`."
            )
        return found

    # --- training ---------------------------------------------------------------------------------------------

    def run(self, resume: bool = False) -> None:
        """Train; raises TrainingError for a checkpoint of another run."""
        o = self.options
        if not (resume and self._load()):
            self._best_state = self._state()
        with tqdm(total=o.epochs, initial=self.epoch, unit="epoch", leave=False, disable=None) as bar:
            while self.epoch < o.epochs and not (o.patience and self._bad >= o.patience):
                self._epoch()
                bar.update()
                bar.set_postfix(loss=f"{self.history[-1]['loss']:.3f}", mrr=f"{self.history[-1]['dev']['mrr']:.3f}")
                self._save()
                self._after_epoch(self.epoch)
        self.modulation.network.load_state_dict(self._best_state)
        self.modulation.network.eval()

    def _epoch(self) -> None:
        o = self.options
        # drawn anew for every epoch, so that order and dropout after a resume are those of the unbroken run
        torch.manual_seed(int(digest(o.seed, self.epoch)[:15], 16))
        rng = np.random.default_rng([o.seed, 7, self.epoch])
        order = rng.permutation(len(self._train))
        total = 0.0
        self.modulation.network.train()
        for start in range(0, len(order), o.batch):
            part = [self._train[i] for i in order[start : start + o.batch]]
            loss = self._loss(part, rng)
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self._optimizer.step()
            total += loss.item() * len(part)
        self.modulation.network.eval()
        self.epoch += 1
        dev = self.evaluate()
        self.history.append({"epoch": self.epoch, "loss": total / len(order), "dev": dev})
        if (dev["mrr"], dev["r1"]) > (self.best["mrr"], self.best["r1"]):
            self.best, self._bad, self._best_state = dev | {"epoch": self.epoch}, 0, self._state()
        else:
            self._bad += 1

    def _loss(self, part: Sequence[_Query], rng: np.random.Generator) -> torch.Tensor:
        positives = np.array([q.positives[rng.integers(len(q.positives))] for q in part])
        others = rng.permutation(len(self.pictures.first) - 1)[: self.options.negatives]
        articles = np.unique(np.concatenate([positives, others]))
        asked = torch.from_numpy(np.stack([q.vector for q in part])).to(self._device)
        logits = self._scores(asked, articles, self.options.dropout) / self.options.temperature
        own = np.searchsorted(articles, positives)
        hidden = np.stack([np.isin(articles, np.concatenate([q.positives, q.left_out])) for q in part])
        hidden[np.arange(len(part)), own] = False  # its other positives are no negatives
        logits = logits.masked_fill(torch.from_numpy(hidden).to(self._device), float("-inf"))
        return cross_entropy(logits, torch.from_numpy(own).to(self._device))

    def _scores(self, asked: torch.Tensor, articles: np.ndarray, drop: float = 0.0) -> torch.Tensor:
        """s_visual: (B, D) queries and (A,) articles -> (B, A)."""
        rows = self.pictures.rows(articles)
        used, places = np.unique(rows[rows >= 0], return_inverse=True)
        at = torch.from_numpy(used).to(self._device)
        texts = dropout(self._t[at], drop, training=drop > 0)
        modulated = normalize(self._v[at] * self.modulation.multipliers(self._p[at], texts), dim=-1)
        there = torch.from_numpy(rows >= 0).to(self._device)
        index = torch.zeros(rows.shape, dtype=torch.int64, device=self._device)
        index[there] = torch.from_numpy(places.reshape(-1)).to(self._device)
        each = (asked @ modulated.T)[:, index]
        return each.masked_fill(~there, float("-inf")).amax(dim=-1)

    # --- measuring --------------------------------------------------------------------------------------------

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Dev R@1, R@10 and MRR over all articles with photographs; the one that holds the photograph is left out."""
        asked = torch.from_numpy(np.stack([q.vector for q in self._dev])).to(self._device)
        everything = np.arange(len(self.pictures.first) - 1)
        parts = [self._scores(asked, everything[i : i + _BLOCK]) for i in range(0, len(everything), _BLOCK)]
        scores = torch.cat(parts, dim=1).cpu().numpy()
        pairs = zip(scores, self._dev, strict=True)
        return dict(retrieval_of([first_relevant_rank(row, q.positives, q.left_out) for row, q in pairs]))

    # --- checkpoints ------------------------------------------------------------------------------------------

    def _state(self) -> dict[str, torch.Tensor]:
        return {k: t.detach().cpu().clone() for k, t in self.modulation.network.state_dict().items()}

    def _save(self) -> None:
        checkpoint.save(
            self.work / CHECKPOINT,
            {
                "run": self.key, "model": self.modulation.network.state_dict(),
                "optimizer": self._optimizer.state_dict(), "best_state": self._best_state, "best": self.best,
                "bad": self._bad, "epoch": self.epoch, "history": self.history,
            },
        )  # fmt: skip

    def _load(self) -> bool:
        state = checkpoint.load(self.work / CHECKPOINT, self.key)
        if state is None:
            return False
        self.modulation.network.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._best_state, self.best, self._bad = state["best_state"], state["best"], state["bad"]
        self.epoch, self.history = state["epoch"], state["history"]
        return True
