"""The recipe of the embedded weights: which commands, in which order, with which settings.

Every step is a command that a user can run; one that is done is not done again, one that was stopped goes on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsctx.cache import digest, write_beside
from newsctx.errors import TrainingError

# seeds name worlds: the encoder sees `training`, the heads and relevance are fitted on `heads`, which it never saw
ENCODER_WORLD = ("--seed", "training", "--events", "1500")
# one event in five for development: cities come in turn by 24, and one in four would keep six of them out of training
HEADS_WORLD = ("--seed", "heads", "--events", "240", "--articles", "3", "--photos", "3", "--dev-every", "5")
BI_ENCODER = (
    "--unfreeze", "all", "--augment", "--flip", "0.5", "--text", "mixed", "--lr", "1e-3", "--warmup-steps", "150",
    "--beta2", "0.98", "--weight-decay", "0.1", "--amp", "bf16", "--patience", "0", "--eval-every", "5",
    "--place-weight", "1", "--epochs", "60", "--half",
)  # fmt: skip
HEAD = ("--lr", "1e-4")  # 540 photographs: at the default rate a head knows them by heart after one epoch
FILES = ("open_clip_config.json", "open_clip_model.safetensors", "tokenizer.json", "tokenizer_config.json",
         "special_tokens_map.json", "training.json", "MODEL_CARD.md")  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One command and the file that stands when it is done."""

    name: str
    arguments: tuple[str, ...]


def recipe(work: Path, workers: int) -> Iterator[Step]:
    """All steps, in order."""
    model = f"local-dir:{work / 'model'}"
    for name, world in (("training", ENCODER_WORLD), ("heads", HEADS_WORLD)):
        folder = work / name
        photos = ("--photos", str(folder / "photos.jsonl"))
        archive = ("--archive", str(work / f"{name}-archive"))
        yield Step(f"{name}-world", ("demo", "world", "--out", str(folder), "--workers", str(workers), *world))
        yield Step(f"{name}-import", ("import", str(folder / "articles.jsonl"), *archive))
        labels = work / f"{name}-labels.jsonl"
        yield Step(f"{name}-labels", ("train", "labels", *archive, *photos, "--out", str(labels)))
        given = (*archive, *photos, "--labels", str(labels))
        if name == "training":
            start = work / "start"
            yield Step("start", ("train", "init", *archive, "--out", str(start)))
            out = ("--model", f"local-dir:{start}", "--out", str(work / "model"), "--resume")
            yield Step("model", ("train", "bi-encoder", *given, *out, *BI_ENCODER))
            continue
        heads = []
        for slot in ("location", "event"):
            out = ("--model", model, "--out", str(work / slot), "--name", "newsctx embedded", "--resume")
            yield Step(slot, ("train", slot, *given, *out, *HEAD))
            heads += [f"--{slot}", str(work / slot)]
        out = ("--model", model, "--out", str(work / "relevance"), "--name", "newsctx embedded")
        yield Step("relevance", ("train", "relevance", *given, *out, *heads))


def make_weights(work: Path, out: Path, workers: int) -> None:
    """Run what is not done yet, then copy the results to `out`.

    Raises:
        TrainingError: a step failed; its own message stands above.
    """
    from newsctx.cli import main

    before = ""
    for step in recipe(work, workers):
        before = digest(before, step.arguments)  # a step whose settings, or whose predecessor's, changed is done anew
        done = work / "done" / f"{step.name}.json"
        if done.is_file() and json.loads(done.read_text()) == before:
            continue
        _forget_other_run(work, step.name, before)
        print(f"{step.name}: python -m newsctx {' '.join(step.arguments)}", flush=True)
        code = main(step.arguments)
        if code:
            raise TrainingError(f"{step.name} failed with exit code {code}; mend what it says and run this again.")
        write_beside(done, json.dumps(before).encode())
    _publish(work, out)


def _forget_other_run(work: Path, name: str, run: str) -> None:
    """A step goes on from its own checkpoint, never from one that was written with other settings."""
    started = work / "done" / f"{name}.started.json"
    if not started.is_file() or json.loads(started.read_text()) != run:
        for checkpoint in sorted((work / f"{name}-work").glob("*.pt")):
            checkpoint.unlink()
    write_beside(started, json.dumps(run).encode())


def _publish(work: Path, out: Path) -> None:
    for name in FILES:
        if (work / "model" / name).is_file():
            _copy(work / "model" / name, out / name)
    for slot in ("location", "event"):
        for path in sorted((work / slot).iterdir()):
            if path.suffix in (".json", ".safetensors", ".md"):
                _copy(path, out / slot / path.name)
    _copy(work / "relevance" / "relevance.json", out / "relevance.json")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
