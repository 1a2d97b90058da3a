"""Training of a cross-encoder head on frozen vectors (NewsRECON sec. 2 and 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from newsctx.cache import digest
from newsctx.errors import TrainingError
from newsctx.heads import CrossEncoderHead, HeadInfo, features
from newsctx.training import checkpoint
from newsctx.training.head_tasks import Task, first_relevant_ranks, retrieval_of
from newsctx.training.labels import Label
from newsctx.training.options import HeadOptions
from newsctx.training.photos import TrainingPhoto, listed, split_photos
from newsctx.training.pools import FrozenVectors, Pool, pools_of

CHECKPOINT = "checkpoint.pt"


class HeadTraining:
    """One run. `run` trains to the end, or on from the last checkpoint; `head` then has its best weights."""

    def __init__(
        self, task: Task, info: HeadInfo, photos: Sequence[TrainingPhoto], labels: Mapping[str, Label],
        vectors: FrozenVectors, options: HeadOptions, work: Path, device: str = "cpu",
        after_epoch: Callable[[int], None] = lambda epoch: None,
    ) -> None:  # fmt: skip
        """`info` says what the head is of; `after_epoch` is told how many epochs are done.

        Raises:
            TrainingError: no photograph whose pool holds a positive and a negative, in either split.
        """
        self.task, self.options, self.work, self._device = task, options, work, device
        self._after_epoch = after_epoch
        missing = [p.id for p in photos if p.id not in labels]
        if missing:
            raise TrainingError(f"photographs {listed(missing)} have no row in the labels; run `train labels` again.")
        images = vectors.photos(photos)
        pools = pools_of(images, task.articles, vectors, options.top_k)
        train, dev = split_photos(photos, options.dev_share, options.seed)
        self.counts: dict[str, int] = {"train": len(train), "dev": len(dev)}
        self._pairs(train, photos, labels, pools, images, vectors)
        self._set_dev(dev, photos, labels, pools, images, vectors)
        self.key = digest(options.model_dump(), info.model_dump(mode="json"), self.counts, self._labels.tolist())
        torch.manual_seed(options.seed)
        self.head = CrossEncoderHead(info, device)  # what inference reads: `_network` with the standardisation inside
        self._network = CrossEncoderHead(info, device).network
        self._optimizer = torch.optim.AdamW(
            self._network.parameters(), lr=options.lr, weight_decay=options.weight_decay
        )
        self.history: list[dict[str, Any]] = []
        self.best: dict[str, float] = {}
        self._bad = self.epoch = 0

    def _pairs(
        self, train: list[int], photos: Any, labels: Any, pools: Any, images: Any, vectors: FrozenVectors
    ) -> None:
        rows: list[int] = []
        texts: list[str] = []
        wanted: list[float] = []
        self.counts["train_with_pairs"] = 0
        for i in train:
            found = self.task.pairs(photos[i], labels[photos[i].id], pools[i])
            if found is None or not found.negatives:
                continue
            self.counts["train_with_pairs"] += 1
            texts += [*found.positives, *found.negatives]
            wanted += [1.0] * len(found.positives) + [0.0] * len(found.negatives)
            rows += [i] * (len(found.positives) + len(found.negatives))
        if not rows:
            raise TrainingError(
                f"none of the {len(train)} training photographs has both a relevant and an irrelevant text among its "
                f"top {self.options.top_k}; train the bi-encoder first, raise --top-k, or for the event head lower "
                "--min-articles."
            )
        self.counts |= {"positives": int(sum(wanted)), "negatives": len(wanted) - int(sum(wanted))}
        self._a = torch.from_numpy(images[rows]).to(self._device)
        self._t = torch.from_numpy(vectors.texts(texts)).to(self._device)
        self._labels = torch.tensor(wanted, device=self._device)
        # products of unit vectors are some 1/D, differences some 1/sqrt(D): on such inputs a head hardly moves
        inputs = features(self._a, self._t, self.options.features)
        self._mean, self._std = inputs.mean(0), inputs.std(0).clamp_min(1e-4)

    def _set_dev(
        self, dev: list[int], photos: Any, labels: Any, pools: Any, images: Any, vectors: FrozenVectors
    ) -> None:
        known = [i for i in dev if self.task.relevant(labels[photos[i].id])]
        if not known:
            raise TrainingError(
                f"none of the {len(dev)} development photographs has a relevant article, so dev R@1 says nothing."
            )
        self.counts["dev_with_positive"] = len(known)
        texts = list(dict.fromkeys(t for i in known for t in self.task.texts(pools[i])))
        rows = vectors.texts(texts)
        self._text_rows = dict(zip(texts, range(len(texts)), strict=True))
        self._text_vectors = rows
        self._dev: list[tuple[np.ndarray, Pool]] = [(images[i], pools[i]) for i in known]
        self._dev_relevant = [self.task.relevant(labels[photos[i].id]) for i in known]
        # what a head that says the same of every text comes to: a trained one has to be better than that
        same = [self.task.rank(pool, lambda texts: np.full(len(texts), 0.5)) for _, pool in self._dev]
        self.before = dict(retrieval_of(first_relevant_ranks(same, self._dev_relevant)))

    # --- training ---------------------------------------------------------------------------------------------

    def run(self, resume: bool = False) -> None:
        """Train; raises TrainingError for a checkpoint of another run."""
        o = self.options
        if not (resume and self._load()):
            self._best_state = self._state()
        positives = self._labels.sum()
        weight = (len(self._labels) - positives) / positives  # pos_weight = #neg / #pos (NewsRECON sec. 2)
        loss_of = torch.nn.BCEWithLogitsLoss(pos_weight=weight)
        with tqdm(total=o.epochs, initial=self.epoch, unit="epoch", leave=False, disable=None) as bar:
            while self.epoch < o.epochs and not (o.patience and self._bad >= o.patience):
                self._epoch(loss_of)
                bar.update()
                bar.set_postfix(loss=f"{self.history[-1]['loss']:.3f}", r1=f"{self.history[-1]['dev']['r1']:.3f}")
                self._save()
                self._after_epoch(self.epoch)
        self.head.network.load_state_dict(self._best_state)
        self.head.network.eval()

    def _epoch(self, loss_of: Any) -> None:
        o = self.options
        # drawn anew for every epoch, so that order and dropout after a resume are those of the unbroken run
        torch.manual_seed(int(digest(o.seed, self.epoch)[:15], 16))
        order = np.random.default_rng([o.seed, 5, self.epoch]).permutation(len(self._labels))
        total = 0.0
        self._network.train()
        for start in range(0, len(order), o.batch):
            part = torch.from_numpy(order[start : start + o.batch]).to(self._device)
            inputs = (features(self._a[part], self._t[part], o.features) - self._mean) / self._std
            loss = loss_of(self._network(inputs).squeeze(-1), self._labels[part])
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self._optimizer.step()
            total += loss.item() * len(part)
        self.epoch += 1
        self._fold()
        dev = self.evaluate()
        self.history.append({"epoch": self.epoch, "loss": total / len(order), "dev": dev})
        if not self.best or (dev["r1"], dev["mrr"]) > (self.best["r1"], self.best["mrr"]):
            self.best, self._bad, self._best_state = dev | {"epoch": self.epoch}, 0, self._state()
        else:
            self._bad += 1

    @property
    def helps(self) -> bool:
        """Whether the best epoch ranks the development pools better than a head that says the same of every text."""
        return (self.best["r1"], self.best["mrr"]) > (self.before["r1"], self.before["mrr"])

    def evaluate(self) -> dict[str, float]:
        """Dev R@1, R@10 and MRR of the re-ordered pools."""
        rankings = []
        for image, pool in self._dev:

            def probabilities(texts: Sequence[str], image: np.ndarray = image) -> np.ndarray:
                return self.head.probabilities(image, self._text_vectors[[self._text_rows[t] for t in texts]])

            rankings.append(self.task.rank(pool, probabilities))
        return dict(retrieval_of(first_relevant_ranks(rankings, self._dev_relevant)))

    @torch.no_grad()
    def _fold(self) -> None:
        """Give `head` the trained weights, the standardisation of its inputs folded into the first layer."""
        self.head.network.load_state_dict(self._network.state_dict())
        first = self.head.network[0]
        first.weight /= self._std
        first.bias -= first.weight @ self._mean

    def _state(self) -> dict[str, torch.Tensor]:
        return {k: t.detach().cpu().clone() for k, t in self.head.network.state_dict().items()}

    def _save(self) -> None:
        checkpoint.save(
            self.work / CHECKPOINT,
            {
                "run": self.key, "model": self._network.state_dict(), "optimizer": self._optimizer.state_dict(),
                "best_state": self._best_state, "best": self.best, "bad": self._bad, "epoch": self.epoch,
                "history": self.history,
            },
        )  # fmt: skip

    def _load(self) -> bool:
        state = checkpoint.load(self.work / CHECKPOINT, self.key)
        if state is None:
            return False
        self._network.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._best_state, self.best, self._bad = state["best_state"], state["best"], state["bad"]
        self.epoch, self.history = state["epoch"], state["history"]
        return True
