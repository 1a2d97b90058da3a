"""training.json and MODEL_CARD.md: what was done, with what, and what came of it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from newsctx import __version__
from newsctx.cache import write_beside

_LIBRARIES = ("torch", "open_clip_torch", "timm", "numpy", "pillow", "opencv-python-headless", "tokenizers")


def versions(*more: str) -> dict[str, str]:
    """Of the program and of what shapes the numbers; `more`: packages that this command uses beside them."""
    names = (*_LIBRARIES, *more)
    return {"newsctx": __version__, "python": platform.python_version()} | {n: version(n) for n in names}


def plain_name(name: str) -> str:
    """A model's name without a path of this machine."""
    local = name.startswith("local-dir:")
    return f"local-dir:{Path(name.removeprefix('local-dir:')).resolve().name}" if local else name


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write training.json."""
    write_beside(folder / "training.json", (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())


def write_card(folder: Path, record: Mapping[str, Any]) -> None:
    """Write MODEL_CARD.md from training.json's contents."""
    write_beside(folder / "MODEL_CARD.md", card(record).encode())


def card(record: Mapping[str, Any]) -> str:
    """The model card of a bi-encoder."""
    data, best, settings = record["data"], record["best"], record["settings"]
    lines = [
        "# Image-text bi-encoder",
        "",
        f"An open_clip model trained by `python -m newsctx train bi-encoder`, from `{record['model']['base']}`.",
        "Load it with `--profile local-dir:THIS_FOLDER`.",
        "",
        "## Data",
        "",
        f"{data['train_with_positive']} query photographs with at least one relevant article and {data['pairs']} "
        f"corpus pairs of {data['articles']} articles; {data['dev_with_positive']} photographs for development. "
        "Relevance comes from weak labels (place keywords and dates), not from people. "
        f"Visual-event filter: {data['visual_filter']}.",
        f"Data hash `{data['hash']}`, seed {settings['seed']}.",
        "",
        "## Training",
        "",
        f"Symmetric InfoNCE, AdamW, learning rate {settings['lr']}, batches of {settings['batch']} with up to "
        f"{settings['queries']} queries, {len(record['epochs'])} epochs, {record['steps']} steps, "
        f"{record['seconds'] / 60:.0f} minutes on {record['device']}. Trained parameters: "
        f"{record['trained']['count']:,} of {record['trained']['of']:,}. All settings are in training.json.",
        "",
        "## Result",
        "",
        f"Development photographs, ranked against {data['dev_articles']} articles: R@1 {best['r1']:.3f}, "
        f"R@10 {best['r10']:.3f}, MRR {best['mrr']:.3f} (epoch {best['epoch']}; before training R@1 "
        f"{record['before']['r1']:.3f}).",
        "",
        "## Limits",
        "",
        "It ranks articles by how well their texts fit a photograph; it does not prove that a photograph shows an "
        "event. It knows places and events like those of its training data, and no others.",
        "",
    ]
    return "\n".join(lines)
