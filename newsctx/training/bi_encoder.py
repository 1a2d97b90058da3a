"""Training of the bi-encoder: symmetric InfoNCE over news captions (NewsRECON sec. 1)."""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.functional import normalize
from tqdm import tqdm

from newsctx.cache import digest
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import TrainingError
from newsctx.runtime import Device, state_digest
from newsctx.training import checkpoint
from newsctx.training.bi_data import BatchMaker, BiData, EpochBatches, loader
from newsctx.training.dev import DevSet
from newsctx.training.images import AUGMENT_MARGIN, normalise, resize_of, store_images
from newsctx.training.loss import info_nce, place_loss
from newsctx.training.options import BiEncoderOptions
from newsctx.training.short_texts import encode_texts
from newsctx.training.unfreeze import set_train, unfreeze

log = logging.getLogger(__name__)
CHECKPOINT, BEST = "checkpoint.pt", "best.pt"
_MAX_SCALE = math.log(100)  # CLIP's bound of the temperature (Radford et al. 2021, sec. 2.5)
_DEV_BATCH = 64  # photographs per forward pass of an evaluation
_NOT_THE_RUN = {"max_minutes", "workers", "checkpoint_steps", "half"}  # settings that change no step


class BiEncoderTraining:
    """One run: `run` trains to the end, or on from the last checkpoint; the model then has its best weights."""

    def __init__(
        self, encoder: ImageTextEncoder, device: Device, data: BiData, options: BiEncoderOptions, work: Path,
        after_step: Callable[[int], None] = lambda step: None,
    ) -> None:  # fmt: skip
        """`work` holds checkpoints and decoded images; `after_step` is told the number of steps done."""
        self.model, _, tokenizer = encoder.parts
        self.device, self.data, self.options, self.work = device.name, data, options, work
        self._after_step = after_step
        self.key = digest(options.model_dump(exclude=_NOT_THE_RUN), data.digest, encoder.info.digest)
        self.preprocess: dict[str, Any] = dict(self.model.visual.preprocess_cfg)
        self.trained = unfreeze(self.model, options.unfreeze, options.learn_temperature)
        self.model.visual.to(memory_format=torch.channels_last)  # convolutions are faster so; others do not mind
        self._amp, fp16 = amp_of(options.amp, self.device)
        self._scaler = torch.amp.GradScaler(self.device.split(":")[0], enabled=fp16)
        self._optimizer = _optimizer(self.model, options)
        self._images = self._maker(tokenizer)
        self.dev_articles, self._dev = self._dev_set(tokenizer)
        self.epoch = self.index = self.step = 0  # the next batch, and how many steps are done
        self.history: list[dict[str, Any]] = []
        self.before: dict[str, float] = {}
        self.best: dict[str, float] = {}
        self._bad, self._loss, self._seconds = 0, 0.0, 0.0

    # --- preparing --------------------------------------------------------------------------------------------

    def _maker(self, tokenizer: Any) -> BatchMaker:
        resize, key = resize_of(self.preprocess, AUGMENT_MARGIN if self.options.augment else 1.0)
        paths = self.data.training_images
        with tqdm(total=len(paths), desc="images", unit="", leave=False, disable=None) as bar:
            store = store_images(paths, resize, key, self.work, bar.update)
        size = self.preprocess["size"]
        return BatchMaker(self.data, store, tokenizer, (size, size) if isinstance(size, int) else tuple(size))

    def _dev_set(self, tokenizer: Any) -> tuple[int, DevSet]:
        resize, key = resize_of(self.preprocess)
        store = store_images([p.image for p in self.data.dev], resize, key, self.work)
        rows = [store.row(p.image) for p in self.data.dev]

        def batch(start: int) -> torch.Tensor:
            pixels = torch.from_numpy(store.take(rows[start : start + _DEV_BATCH]))
            return normalise(pixels.permute(0, 3, 1, 2).float() / 255, self.preprocess)

        images = [partial(batch, start) for start in range(0, len(rows), _DEV_BATCH)]
        candidates = self.data.dev_candidates()
        column = {article: n for n, (article, _) in enumerate(candidates)}
        texts = [t for _, part in candidates for t in part]
        owners = [column[a] for a, part in candidates for _ in part]
        relevant = [{column[a] for a in p} for p in self.data.dev_positives]
        tokens = torch.cat([tokenizer(texts[i : i + 1024]) for i in range(0, len(texts), 1024)])
        return len(candidates), DevSet(images, tokens, owners, relevant, len(candidates))

    # --- training ---------------------------------------------------------------------------------------------

    def run(self, resume: bool = False) -> None:
        """Train; raises TrainingError where the loss is no number any more, or a checkpoint is of another run."""
        started = time.perf_counter()
        if not (resume and self._load()):
            self._evaluate_before()
        start_seconds = self._seconds
        while self.epoch < self.options.epochs:
            self._epoch(lambda: start_seconds + time.perf_counter() - started)
            self._seconds = start_seconds + time.perf_counter() - started
            stop = self._end_of_epoch()
            self._save()
            if stop:
                break
        self._seconds = start_seconds + time.perf_counter() - started
        self.model.load_state_dict(checkpoint.load(self.work / BEST, self.key)["model"])  # type: ignore[index]
        self.model.eval()

    @property
    def seconds(self) -> float:
        """Wall time of the whole run, over its interruptions."""
        return self._seconds

    def _evaluate_before(self) -> None:
        self.before = self._dev.evaluate(self.model, self.device)
        self.best = self.before | {"epoch": 0}
        checkpoint.save(self.work / BEST, {"run": self.key, "model": self.model.state_dict()})

    def _epoch(self, clock: Callable[[], float]) -> None:
        set_train(self.model)
        plan = self.data.plan(self.epoch)
        batches = loader(EpochBatches(self._images, plan, self.epoch, self.index), self.options.workers, self.device)
        name = f"epoch {self.epoch + 1}/{self.options.epochs}"
        with tqdm(total=len(plan), initial=self.index, desc=name, unit="step", leave=False, disable=None) as bar:
            for batch in batches:
                loss = self._train(*batch, self.epoch + self.index / len(plan))
                self.index, self.step, self._loss = self.index + 1, self.step + 1, self._loss + loss
                bar.update()
                bar.set_postfix(loss=f"{loss:.3f}")
                if self.step % self.options.checkpoint_steps == 0:
                    self._seconds = clock()
                    self._save()
                self._after_step(self.step)
        self.history.append({"epoch": self.epoch + 1, "steps": len(plan), "loss": self._loss / len(plan)})
        self.epoch, self.index, self._loss = self.epoch + 1, 0, 0.0

    def _train(
        self, images: torch.Tensor, tokens: torch.Tensor, places: torch.Tensor, own: torch.Tensor, epochs_done: float
    ) -> float:
        o = self.options
        # drawn anew for every step, so that dropout after a resume is that of the unbroken run
        torch.manual_seed(int(digest(o.seed, self.step)[:15], 16))
        cosine, warm = 0.5 * (1 + math.cos(math.pi * epochs_done / o.epochs)), (self.step + 1) / (o.warmup_steps + 1)
        rate = o.lr * cosine * min(1, warm)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        pixels = normalise(images.to(self.device, non_blocking=True), self.preprocess)
        with self._autocast():
            pictures = normalize(self.model.encode_image(pixels.contiguous(memory_format=torch.channels_last)), dim=-1)
            texts = encode_texts(self.model, tokens.to(self.device, non_blocking=True))
            located = encode_texts(self.model, places.to(self.device)) if len(places) else None
        scale = self.model.logit_scale.exp()
        loss = info_nce(pictures.float(), texts.float(), scale)
        if located is not None:
            loss = loss + o.place_weight * place_loss(pictures, located, own.to(self.device), scale)
        if not torch.isfinite(loss):
            raise TrainingError(f"the loss is {loss.item()} at step {self.step + 1}; use a smaller --lr, or --amp off.")
        self._optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        if o.clip_norm:
            self._scaler.unscale_(self._optimizer)
            nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], o.clip_norm)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, _MAX_SCALE)
        return loss.item()

    def _autocast(self) -> Any:
        if self._amp is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.split(":")[0], self._amp)

    def _end_of_epoch(self) -> bool:
        """Evaluate; True where the run ends here."""
        o, last = self.options, self.epoch == self.options.epochs
        over = bool(o.max_minutes) and self._seconds > o.max_minutes * 60
        if self.epoch % o.eval_every and not last and not over:
            return False
        found = self._dev.evaluate(self.model, self.device)
        self.history[-1]["dev"] = found
        log.info("epoch %d: loss %.4f, dev %s", self.epoch, self.history[-1]["loss"], found)
        tqdm.write(f"epoch {self.epoch}: loss {self.history[-1]['loss']:.3f}, dev R@1 {found['r1']:.3f}, "
                   f"R@10 {found['r10']:.3f}, {self._seconds / 60:.1f} min")  # fmt: skip
        if (found["r1"], found["mrr"]) > (self.best["r1"], self.best["mrr"]):
            self.best, self._bad = found | {"epoch": self.epoch}, 0
            checkpoint.save(self.work / BEST, {"run": self.key, "model": self.model.state_dict()})
        else:
            self._bad += 1
        return over or bool(o.patience and self._bad >= o.patience)

    # --- checkpoints ------------------------------------------------------------------------------------------

    def _save(self) -> None:
        state = {
            "run": self.key, "model": self.model.state_dict(), "optimizer": self._optimizer.state_dict(),
            "scaler": self._scaler.state_dict(), "epoch": self.epoch, "index": self.index, "step": self.step,
            "history": self.history, "before": self.before, "best": self.best, "bad": self._bad, "loss": self._loss,
            "seconds": self._seconds,
        }  # fmt: skip
        checkpoint.save(self.work / CHECKPOINT, state)

    def _load(self) -> bool:
        state = checkpoint.load(self.work / CHECKPOINT, self.key)
        if state is None:
            return False
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._scaler.load_state_dict(state["scaler"])
        self.epoch, self.index, self.step = state["epoch"], state["index"], state["step"]
        self.history, self.before, self.best = state["history"], state["before"], state["best"]
        self._bad, self._loss, self._seconds = state["bad"], state["loss"], state["seconds"]
        if self.options.patience and self._bad >= self.options.patience:
            self.epoch = self.options.epochs  # it had stopped early
        return True

    def digest(self) -> str:
        """Of the model's weights as they are."""
        return state_digest(self.model)


def amp_of(amp: str, device: str) -> tuple[torch.dtype | None, bool]:
    """The type of mixed precision, None without; and whether its gradients need scaling."""
    if amp == "off" or (amp == "auto" and not device.startswith("cuda")):
        return None, False
    if amp == "bf16" or torch.cuda.is_bf16_supported():
        return torch.bfloat16, False
    return torch.float16, True


def _optimizer(model: nn.Module, o: BiEncoderOptions) -> torch.optim.Optimizer:
    """AdamW; weight decay on matrices only, as CLIP does it."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": o.weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=o.lr, betas=(0.9, o.beta2))
