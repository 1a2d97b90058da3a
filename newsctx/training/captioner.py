"""Fine-tuning a captioner: a low-rank adapter on a frozen language model (QLoRA, Dettmers et al. 2023; BeyondVision).

The loss is the cross-entropy of the caption's tokens alone, summed over a step's pairs and divided by their number, so
that it does not matter how a step is cut into forward passes.
"""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from newsctx.cache import digest, write_beside
from newsctx.errors import TrainingError
from newsctx.training import checkpoint
from newsctx.training.captioner_options import CaptionerOptions
from newsctx.training.captioner_tokens import IGNORED, Example, collate

CHECKPOINT = "checkpoint.pt"
_TYPES = ("token_type_ids", "mm_token_type_ids")  # some models that see ask in training what is text: all of it


class CaptionerTraining:
    """One run. `run` trains to the end, or on from the last checkpoint; `best_weights` then has the best adapter.

    The best epoch is the one with the lowest dev loss; epoch 0 is the model as it came.
    """

    def __init__(
        self, model: Any, train: Sequence[Example], dev: Sequence[Example], pad: int, options: CaptionerOptions,
        work: Path, run: str, dtype: torch.dtype = torch.float32,
        after_step: Callable[[int], None] = lambda step: None,
    ) -> None:  # fmt: skip
        """
        Args:
            model: a `PeftModel`; only its adapter has gradients.
            pad: token that fills up batches.
            run: digest of what the run is of: base model, data and prompt; with the options it is the checkpoint's key.
            after_step: told how many steps are done, after a checkpoint that is due.
        """
        self.model, self.options, self.work, self._after_step = model, options, work, after_step
        self._train, self._dev, self._pad, self._dtype = train, dev, pad, dtype
        self.key = digest(options.model_dump(mode="json"), run, len(train), len(dev))
        self._device = next(model.parameters()).device
        self._trained = [p for p in model.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(
            self._trained, lr=options.lr, betas=(0.9, options.beta2), weight_decay=options.weight_decay
        )
        known = inspect.signature(model.get_base_model().forward).parameters
        self._types, self._sparse = [n for n in _TYPES if n in known], "logits_to_keep" in known
        self.steps_per_epoch = math.ceil(len(train) / (options.batch * options.accumulate))
        self.history: list[dict[str, Any]] = []
        self.before: dict[str, float] = {}
        self.best: dict[str, float] = {}
        self.epoch = self.step = self._bad = 0  # `step` counts over all epochs
        self._sum, self._tokens = 0.0, 0  # of the epoch so far
        self.seconds = 0.0

    @property
    def parameters(self) -> tuple[int, int]:
        """(trained, all); a quantised weight counts as it is stored."""
        return sum(p.numel() for p in self._trained), sum(p.numel() for p in self.model.parameters())

    # --- training ---------------------------------------------------------------------------------------------

    def run(self, resume: bool = False) -> None:
        """Train; raises TrainingError for a checkpoint of another run."""
        o = self.options
        if not (resume and self._load()):
            self.before = {"loss": self.evaluate()}
            self.best = self.before | {"epoch": 0}
            self._keep_best()
        started, before = time.perf_counter(), self.seconds
        total = o.epochs * self.steps_per_epoch
        with tqdm(total=total, initial=self.step, unit="step", leave=False, disable=None) as bar:
            while self.epoch < o.epochs and not (o.patience and self._bad >= o.patience):
                for part in self._steps():
                    loss = self._learn(part)
                    self.seconds = before + time.perf_counter() - started
                    last = self.step == (self.epoch + 1) * self.steps_per_epoch
                    if last:
                        self._end_epoch()
                    if last or self.step % o.checkpoint_steps == 0:
                        self._save()
                    bar.update()
                    bar.set_postfix(epoch=self.epoch, loss=f"{loss:.3f}", dev=f"{self._last_dev:.3f}")
                    self._after_step(self.step)
        self.seconds = before + time.perf_counter() - started

    @property
    def complete(self) -> bool:
        return self.epoch == self.options.epochs

    @property
    def _last_dev(self) -> float:
        return self.history[-1]["dev_loss"] if self.history else self.before["loss"]

    def _steps(self) -> Iterator[list[Example]]:
        """The pairs of each step that is left of this epoch; the order is drawn anew for every epoch."""
        order = np.random.default_rng([self.options.seed, 2, self.epoch]).permutation(len(self._train))
        size = self.options.batch * self.options.accumulate
        for start in range((self.step - self.epoch * self.steps_per_epoch) * size, len(order), size):
            yield [self._train[i] for i in order[start : start + size]]

    def _learn(self, part: Sequence[Example]) -> float:
        """One step; returns its loss per token of the captions."""
        o = self.options
        # drawn anew for every step, so that dropout after a resume is that of the unbroken run
        torch.manual_seed(int(digest(o.seed, self.step)[:15], 16))
        for group in self._optimizer.param_groups:
            group["lr"] = o.lr * self._factor()
        self.model.train()
        self._optimizer.zero_grad(set_to_none=True)
        tokens, total = sum(e.learned for e in part), 0.0
        for start in range(0, len(part), o.batch):
            loss = self._loss(part[start : start + o.batch])
            (loss / tokens).backward()
            total += loss.item()
        if not math.isfinite(total):
            raise TrainingError(
                f"the loss of step {self.step + 1} is {total}: the numbers ran over; give a lower --lr than "
                f"{o.lr:g}, or --dtype float32."
            )
        if o.clip_norm:
            torch.nn.utils.clip_grad_norm_(self._trained, o.clip_norm)
        self._optimizer.step()
        self.step += 1
        self._sum, self._tokens = self._sum + total, self._tokens + tokens
        return total / tokens

    def _factor(self) -> float:
        """Of the learning rate at this step."""
        o, total = self.options, self.options.epochs * self.steps_per_epoch
        if self.step < o.warmup_steps:
            return (self.step + 1) / o.warmup_steps
        if o.schedule == "constant":
            return 1.0
        return 0.5 * (1 + math.cos(math.pi * (self.step - o.warmup_steps) / max(1, total - o.warmup_steps)))

    def _loss(self, examples: Sequence[Example]) -> torch.Tensor:
        """Sum of the cross-entropy over the captions' tokens; logits are computed only where a row has one."""
        batch = {k: v.to(self._device) for k, v in collate(examples, self._pad).items()}
        labels = batch.pop("labels")[:, 1:]  # position t predicts token t + 1
        at = (labels != IGNORED).any(dim=0).nonzero().squeeze(1)
        more: dict[str, Any] = {name: torch.zeros_like(batch["input_ids"]) for name in self._types}
        if self._sparse:
            more["logits_to_keep"] = at
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._dtype is torch.bfloat16):
            logits = self.model(**batch, **more, use_cache=False).logits
        if logits.shape[1] != len(at):
            logits = logits[:, at]
        return cross_entropy(
            logits.float().flatten(0, 1), labels[:, at].flatten(), ignore_index=IGNORED, reduction="sum"
        )

    def _end_epoch(self) -> None:
        self.epoch += 1
        dev = self.evaluate()
        self.history.append({"epoch": self.epoch, "loss": self._sum / self._tokens, "dev_loss": dev})
        self._sum, self._tokens = 0.0, 0
        if dev < self.best["loss"]:
            self.best, self._bad = {"loss": dev, "epoch": self.epoch}, 0
            self._keep_best()
        else:
            self._bad += 1

    # --- measuring --------------------------------------------------------------------------------------------

    @torch.no_grad()
    def evaluate(self) -> float:
        """Cross-entropy per token of the development captions, nats."""
        self.model.eval()
        size = self.options.batch
        parts = [self._dev[i : i + size] for i in range(0, len(self._dev), size)]
        return sum(self._loss(p).item() for p in parts) / sum(e.learned for e in self._dev)

    # --- checkpoints ------------------------------------------------------------------------------------------

    @property
    def best_weights(self) -> dict[str, torch.Tensor]:
        """Name -> tensor of the best epoch's adapter, as peft names them."""
        from safetensors.torch import load_file

        return load_file(self._best_file)

    @property
    def _best_file(self) -> Path:
        return self.work / f"best-{int(self.best['epoch'])}.safetensors"

    def _keep_best(self) -> None:
        """A file of its own: with a large rank it is the size of the model, and most checkpoints do not change it."""
        from safetensors.torch import save

        state = {k: t.detach().cpu().contiguous() for k, t in self._state().items()}
        write_beside(self._best_file, save(state))

    def _state(self) -> dict[str, torch.Tensor]:
        from peft import get_peft_model_state_dict

        # `auto` would ask the hub whether the vocabulary was changed; it is not
        return get_peft_model_state_dict(self.model, save_embedding_layers=False)

    def _save(self) -> None:
        checkpoint.save(
            self.work / CHECKPOINT,
            {
                "run": self.key, "model": self._state(), "optimizer": self._optimizer.state_dict(),
                "before": self.before, "best": self.best, "bad": self._bad, "epoch": self.epoch, "step": self.step,
                "sum": self._sum, "tokens": self._tokens, "history": self.history, "seconds": self.seconds,
            },
        )  # fmt: skip
        for old in self.work.glob("best-*.safetensors"):  # only now: a checkpoint before this one named another
            if old != self._best_file:
                old.unlink()

    def _load(self) -> bool:
        from peft import set_peft_model_state_dict

        state = checkpoint.load(self.work / CHECKPOINT, self.key)
        if state is None:
            return False
        self.best = state["best"]
        if not self._best_file.is_file():
            raise TrainingError(f"{self._best_file} is missing, which the checkpoint names; start without --resume.")
        set_peft_model_state_dict(self.model, state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.before, self._bad, self.history = state["before"], state["bad"], state["history"]
        self.epoch, self.step, self.seconds = state["epoch"], state["step"], state["seconds"]
        self._sum, self._tokens = state["sum"], state["tokens"]
        return True
