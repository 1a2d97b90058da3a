"""A tiny world: coloured squares in coloured cities, its archive, photographs and labels; and a tiny CLIP."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from newsctx.archive.importer import import_archive

CITIES = {"Paris": "France", "Cairo": "Egypt", "Agra": "India", "Lisbon": "Portugal"}
COLOURS = {"Paris": (200, 30, 30), "Cairo": (30, 200, 30), "Agra": (30, 30, 200), "Lisbon": (200, 200, 30)}
KINDS = ("flood", "march", "fire")
SMALL_CONFIG = {
    "model_cfg": {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 4, "head_width": 8},
        "text_cfg": {
            "context_length": 16, "vocab_size": 400, "width": 16, "heads": 2, "layers": 1,
            "hf_tokenizer_name": "bpe", "pool_type": "eos", "pad_id": 0, "eos_id": 3,
        },
    },
    "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "resize_mode": "squash"},
}  # fmt: skip


def picture(path: Path, city: str, kind: int, seed: int) -> None:
    """The city's colour with a bright bar at the height that tells the kind."""
    rng = np.random.default_rng(seed)
    pixels = np.full((32, 48, 3), COLOURS[city], np.float64) + rng.normal(0, 12, (32, 48, 3))
    pixels[4 + kind * 9 : 10 + kind * 9] += 120
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)


def make_world(folder: Path, split: bool = True) -> tuple[Path, Path]:
    """Twelve events with two articles and two photographs each: the archive's folder and photos.jsonl."""
    articles, photos = [], []
    for c, (city, country) in enumerate(CITIES.items()):
        for k, kind in enumerate(KINDS):
            month = 1 + c * 3 + k
            for part in (1, 2):
                seed = 1000 * c + 100 * k + part
                id = f"{city.lower()}-{kind}-{part}"
                picture(folder / f"images/{id}.png", city, k, seed)
                picture(folder / f"photos/{id}.png", city, k, seed + 50)
                articles.append({
                    "id": id, "headline": f"The {kind} in {city}", "abstract": f"People saw the {kind} of {city}.",
                    "published": f"2019-{month:02d}-{10 + part:02d}", "places": [f"{city} ({country})"],
                    "images": [{"path": f"images/{id}.png"}],
                    "captions": [f"{kind} in {city} {country}", f"a {kind} seen in {city}"],
                })  # fmt: skip
                photos.append({
                    "id": f"p-{id}", "image": f"photos/{id}.png", "place": f"{city}, {country}",
                    "date": f"2019-{month:02d}-10", **({"split": "dev" if k == c % 3 else "train"} if split else {}),
                })  # fmt: skip
    for name, rows in (("articles.jsonl", articles), ("photos.jsonl", photos)):
        (folder / name).write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    import_archive(folder / "articles.jsonl", folder / "archive")
    return folder / "archive", folder / "photos.jsonl"
