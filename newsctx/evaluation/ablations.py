"""Ablations: what is lost without a part, in one table."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from newsctx import channel_names, imaging
from newsctx.archive.opened import OpenArchive
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import ArchiveError, EvaluationError
from newsctx.evaluation.fast import FastWorld, Texts
from newsctx.evaluation.fast import run as run_fast
from newsctx.evaluation.metrics import paired_bootstrap
from newsctx.evaluation.outcome import ANSWER, Judge, Outcome
from newsctx.evaluation.runner import photograph
from newsctx.evaluation.tables import Measured, measured, shown_difference, text_table
from newsctx.records import Article, Record
from newsctx.remembered import Remembered
from newsctx.settings import Settings

RANDOM_SEED = 7  # of the untrained encoder
_BASIS = {"coverage": ("copy",)}  # channels that start from what another one finds: they are measured together
_SILENT = "found nothing for any query: no match, or it lacks its encoder, its part of the index or a text to search by"
_COLUMNS = (("event articles", "R@1"), ("event articles", "R@10"), ("event articles", "mAP"), ("place", "EM@1"),
            ("date", "EM@1"))  # fmt: skip


class Row(Record):
    """One variant: the metrics of its final ranking and answer, and its event R@1 against the whole."""

    name: str
    metrics: dict[str, float]
    difference: Measured | None = None
    note: str = ""


class Ablations(Record):
    rows: list[Row]

    def text(self) -> str:
        heads = list(dict.fromkeys(n for r in self.rows for n in r.metrics))
        lines = [
            [
                r.name, *(f"{r.metrics[h]:.3f}" if h in r.metrics else "" for h in heads),
                shown_difference(r.difference) if r.difference else "", r.note,
            ]
            for r in self.rows
        ]  # fmt: skip
        return text_table(["variant", *heads, "event R@1 against the first row", ""], lines)


@dataclass
class AblationTable:
    """Collects rows; the first is what the others of its kind are held against."""

    judge: Judge
    rows: list[Row]
    base: list[float] | None = None

    def add(self, name: str, outcomes: Mapping[str, Outcome], stage: str, note: str = "") -> None:
        metrics: dict[str, float] = {}
        for task, metric in _COLUMNS:
            found = measured(self.judge.scores(task, stage, outcomes))
            if metric in found:
                metrics[f"{task.split()[0]} {metric}"] = found[metric].mean
        if all(o.answered for o in outcomes.values()):
            great = [measured(self.judge.scores(t, ANSWER, outcomes))["GREAT"].mean for t in self._truths()]
            if great:
                metrics["answer GREAT"] = sum(great) / len(great)
        firsts = [s["R@1"] for s in self.judge.scores("event articles", stage, outcomes)]
        if self.base is None:
            self.base, difference = firsts, None
        else:
            difference = Measured.of(paired_bootstrap(self.base, firsts)) if firsts else None
        self.rows.append(Row(name=name, metrics=metrics, difference=difference, note=note))

    def _truths(self) -> list[str]:
        return [t for t in ("place", "date") if self.judge.asked(t)]


def fast_ablations(
    world: FastWorld, judge: Judge, archive: OpenArchive, encoder: ImageTextEncoder, settings: Settings
) -> Ablations:
    """What needs no more than the encoder: heads and stages off, abstracts, photographs alone, a random encoder."""
    table = AblationTable(judge, [])
    off = {"locate": {"enabled": False}, "events": {"enabled": False}}
    table.add("encoder, location and events", run_fast(world, settings), "events")
    for name, groups in (("without location", ("locate",)), ("without events", ("events",)),
                         ("image_text channel alone", ("locate", "events"))):  # fmt: skip
        table.add(name, run_fast(world, _with(settings, {g: off[g] for g in groups})), "events")
    bare = _with(settings, off)
    texts = [(a.article_id, t) for a in world.articles.values() if (t := a.abstract.strip() or a.headline.strip())]
    abstracts = replace(world, texts=_encoded(world, texts, encoder.encode_texts))
    table.add("image_text alone, abstracts instead of captions", run_fast(abstracts, bare), "events")
    try:
        pictures = replace(world, texts=_archived(world, archive, "image_image"))
        table.add("visual channel alone", run_fast(pictures, bare), "events")
    except ArchiveError as error:
        table.rows.append(Row(name="visual channel alone", metrics={}, note=str(error)))
    random = untrained(encoder)
    captions = [(a.article_id, t) for a in world.articles.values() for t in _captions(a)]
    blind = replace(
        world, images=_images(world, random, settings), texts=_encoded(world, captions, random.encode_texts),
        encode_texts=Remembered(random.encode_texts), p_location={},
    )  # fmt: skip
    table.add("image_text alone, frozen random encoder", run_fast(blind, bare), "events")
    return Ablations(rows=table.rows)


def pipeline_ablations(
    judge: Judge, settings: Settings, evaluate: Callable[[Settings, str], Mapping[str, Outcome]]
) -> Ablations:
    """What needs the whole pipeline: each channel alone, each stage off.

    Args:
        evaluate: settings and last stage -> outcomes.
    """
    table = AblationTable(judge, [])
    table.add("whole pipeline", evaluate(settings, "context"), "events")
    for stage in ("verify", "locate", "events"):
        off = _with(settings, {stage: {"enabled": False}})
        table.add(f"without {stage}", evaluate(off, "context"), "events")
    for channel in channel_names.WEIGHTS:
        channels = (*_BASIS.get(channel, ()), channel)
        weights = {c: float(c in channels) for c in channel_names.WEIGHTS}
        outcomes = evaluate(_with(settings, {"retrieve": {"weights": weights}}), "retrieve")
        silent = not any(o.rankings["retrieve"] for o in outcomes.values())
        table.add(f"{' + '.join(channels)} alone", outcomes, "retrieve", _SILENT if silent else "")
    return Ablations(rows=table.rows)


def untrained(encoder: ImageTextEncoder, seed: int = RANDOM_SEED) -> ImageTextEncoder:
    """The same architecture with random weights: matrices of variance 1 / fan-in, gains of 1, no biases."""
    import torch

    model = copy.deepcopy(encoder._model)
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim >= 2:
                fan_in = math.prod(weight.shape[1:])
                weight.copy_(torch.randn(weight.shape, generator=draw) / math.sqrt(fan_in))
            elif name.endswith("bias"):
                weight.zero_()
            elif weight.ndim == 1:
                weight.fill_(1.0) if "embedding" not in name else weight.copy_(
                    torch.randn(weight.shape, generator=draw) / math.sqrt(len(weight))
                )
    name = f"{encoder.info.name} with random weights"
    return ImageTextEncoder(model, encoder._preprocess, encoder._tokenizer, name, encoder._device, encoder.batch_size)


def _with(settings: Settings, changes: Mapping[str, Mapping[str, object]]) -> Settings:
    groups = {g: getattr(settings, g).model_copy(update=dict(c)) for g, c in changes.items()}
    return settings.model_copy(update=groups)


def _captions(article: Article) -> list[str]:
    from newsctx.archive.index_texts import captions

    return captions(article)


def _encoded(
    world: FastWorld, texts: Sequence[tuple[str, str]], encode: Callable[[Sequence[str]], np.ndarray]
) -> Texts:
    column = {a: n for n, a in enumerate(world.article_ids)}
    pairs = sorted((column[a], t) for a, t in texts if a in column)
    if not pairs:
        raise EvaluationError("No article of the archive has a text to encode: nothing to compare photographs with.")
    return Texts(encode([t for _, t in pairs]), np.array([c for c, _ in pairs], np.int64))


def _archived(world: FastWorld, archive: OpenArchive, part: str) -> Texts:
    rows, owners = archive.index.rows(part)
    if not len(rows):
        raise ArchiveError(f"the archive has no {part} vectors")
    column = {a: n for n, a in enumerate(world.article_ids)}
    columns = np.array([column[archive.index.article_ids[o]] for o in owners], np.int64)
    order = np.argsort(columns, kind="stable")
    return Texts(rows[order], columns[order])


def _images(world: FastWorld, encoder: ImageTextEncoder, settings: Settings) -> np.ndarray:
    rows = []
    for start in range(0, len(world.queries), encoder.batch_size):
        part = world.queries[start : start + encoder.batch_size]
        rows.append(encoder.encode_images([imaging.decode(photograph(q), settings.photo).pixels for q in part]))
    return np.concatenate(rows)
