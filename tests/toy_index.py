"""A small archive in memory and encoders that can be computed by hand, for the tests of index, channels and stages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from newsctx.encoders import ImageTextEncoder
from newsctx.records import Article, ArticleImage, ArticlePlace, ModelInfo
from newsctx.runtime import Device

CPU = Device("cpu", "tests")
TOPICS = ("fire", "flood", "vote", "strike", "match", "storm", "trial", "launch")


class TopicEncoder:
    """A vector counts the topic words of a text, one dimension each, and all others in a last one; L2-normalised."""

    def __init__(self, name: str = "topics", digest: str = "a" * 64) -> None:
        self.info = ModelInfo(slot="sentence", name=name, digest=digest, device="cpu")
        self.dim = len(TOPICS) + 1
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        rows = np.zeros((len(texts), self.dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[TOPICS.index(word) if word in TOPICS else -1] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def passages(self, text: str, overlap: int, limit: int) -> list[str]:
        return [p for p in text.split("\n") if p.strip()][:limit]


class Slots:
    """The encoder slots of a profile."""

    def __init__(
        self, sentence: object = None, image_text: object = None, second_image: object = None, modulation: object = None
    ) -> None:
        self.sentence, self.image_text, self.profile = sentence, image_text, "toy"
        self.second_image, self.modulation = second_image, modulation
        self.second_image_unavailable = "" if second_image else "no second image encoder in this test"
        self.sentence_unavailable = "" if sentence else "no sentence encoder in this test"
        self.image_text_unavailable = "" if image_text else "no image-text encoder in this test"


class MemoryStore:
    """The part of an archive that the index reads."""

    def __init__(self, articles: Sequence[Article], images: dict[str, Path] | None = None, version: str = "v1") -> None:
        self._articles = sorted(articles, key=lambda a: a.article_id)
        self._images, self.version = images or {}, version

    def ids(self) -> tuple[str, ...]:
        return tuple(a.article_id for a in self._articles)

    def iter_articles(self, batch: int = 500) -> Iterator[list[Article]]:
        for start in range(0, len(self._articles), batch):
            yield self._articles[start : start + batch]

    def image_ids(self) -> tuple[str, ...]:
        return tuple(sorted({i for a in self._articles for i in a.image_ids}))

    def image_path(self, image_id: str) -> Path | None:
        return self._images.get(image_id)

    def articles_of_image(self, image_id: str) -> tuple[str, ...]:
        return tuple(a.article_id for a in self._articles if image_id in a.image_ids)


def article(
    article_id: str, headline: str = "", *, day: str | None = None, place: str = "", **fields: object
) -> Article:
    """An article; `place` holds `;`-separated keywords."""
    places = tuple(ArticlePlace(keyword=k.strip()) for k in place.split(";") if k.strip())
    return Article(article_id=article_id, headline=headline, published=day, places=places, **fields)


def photo_file(folder: Path, seed: int, side: int = 96) -> tuple[str, Path]:
    """A blocky colour pattern as a PNG: its sha256 and path."""
    blocks = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    path = folder / f"{seed}.png"
    Image.fromarray(blocks).resize((side, side), Image.Resampling.NEAREST).save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest(), path


def with_photo(base: Article, *image_ids: str) -> Article:
    return base.model_copy(update={"images": tuple(ArticleImage(image_id=i, suffix=".png") for i in image_ids)})


def save_tiny_clip(folder: Path, seed: int = 0) -> str:
    """A CLIP of one layer with random weights, as open_clip reads it from a folder; returns its profile name."""
    import open_clip
    from safetensors.torch import save_file

    config = {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 16},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
    }
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    model = open_clip.CLIP(**json.loads(json.dumps(config)))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "open_clip_model.safetensors")
    preprocess = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}))
    return f"local-dir:{folder}"


def load_tiny_clip(folder: Path, seed: int = 0, batch_size: int = 32) -> ImageTextEncoder:
    return ImageTextEncoder.load(save_tiny_clip(folder, seed), CPU, batch_size)


def save_tiny_timm(folder: Path, seed: int = 0, name: str = "test_vit", **changes: object) -> str:
    """A timm model with random weights, saved as timm saves it; returns its name for the second image encoder."""
    import timm
    from timm.models import save_for_hf

    torch.manual_seed(seed)
    model = timm.create_model(name, pretrained=False, **changes)
    with torch.no_grad():  # timm starts from near-zero features, which are alike for every photograph
        for weight in model.parameters():
            weight += 0.3 * torch.randn_like(weight)
    save_for_hf(model, str(folder), safe_serialization=True)
    return f"timm-dir:{folder}"


def unit(*values: float) -> np.ndarray:
    """(D,) float32 of length 1."""
    row = np.array(values, np.float32)
    return row / np.linalg.norm(row)
