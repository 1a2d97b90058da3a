"""A synthetic archive of any size: made-up articles and blocks of colour, for timing alone. It says nothing of quality.

Everything but the encoders is the real thing: articles are imported, indexed and searched as a user's are. The encoders
draw a seeded unit vector for each text or picture, near the centre of one of a few hundred topics, as real vectors
cluster.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from newsctx.models import Models
from newsctx.records import ModelInfo
from newsctx.runtime import Device

_TOPICS, _WORDS, _SPREAD = 400, 50_000, 0.7
_FIRST, _DAYS = date(2016, 1, 1), 8 * 365
_CITIES = (
    "Paris (France)", "Lyon (France)", "Berlin (Germany)", "Rome (Italy)", "Madrid (Spain)", "London (England)",
    "Chicago (Illinois)", "Nairobi (Kenya)", "Lagos (Nigeria)", "Mumbai (India)", "Osaka (Japan)", "Lima (Peru)",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SIDES = (240, 180)  # pixels of a photograph
_EPOCH = 200  # photographs of one sub-folder


class SyntheticEncoder:
    """Unit vectors (N, D) float32 drawn from the content of texts and pictures."""

    def __init__(self, slot: str, dim: int) -> None:
        self.dim, self.batch_size, self.encoded = dim, 256, 0  # encoded: texts and pictures so far
        self.info = ModelInfo(slot=slot, name=f"synthetic {dim}", digest=f"{dim:064x}", device="cpu")
        self._centres = np.random.default_rng(dim).standard_normal((_TOPICS, dim)).astype(np.float32)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return self._rows([t.encode() for t in texts])

    encode_texts = encode

    def encode_images(self, images: Sequence[np.ndarray]) -> np.ndarray:
        return self._rows([np.ascontiguousarray(i).tobytes() for i in images])

    def passages(self, text: str, overlap: int, limit: int) -> list[str]:
        return [p for p in text.split("\n") if p.strip()][:limit]

    def _rows(self, contents: Sequence[bytes]) -> np.ndarray:
        self.encoded += len(contents)
        rows = np.empty((len(contents), self.dim), np.float32)
        for row, content in zip(rows, contents, strict=True):
            seed = int.from_bytes(hashlib.sha256(content).digest()[:8], "little")
            rng = np.random.default_rng(seed)
            row[:] = self._centres[seed % _TOPICS] + _SPREAD * rng.standard_normal(self.dim, np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True) if len(rows) else rows


def models(dim: int = 512, sentence_dim: int = 384) -> Models:
    """Both image encoders and the sentence encoder; no heads, no OCR: the retrieve stage uses none."""
    none = "not part of the scale bench"
    return Models(
        profile="synthetic", device=Device("cpu", "scale bench"),
        image_text=SyntheticEncoder("image_text", dim), image_text_unavailable="",  # type: ignore[arg-type]
        sentence=SyntheticEncoder("sentence", sentence_dim), sentence_unavailable="",  # type: ignore[arg-type]
        second_image=SyntheticEncoder("second_image", sentence_dim), second_image_unavailable="",  # type: ignore[arg-type]
        modulation=None, modulation_unavailable=none, location_scorer=None, event_scorer=None,
        relevance=None, relevance_unavailable=none, ocr=None, ocr_unavailable=none, embed=None,
    )  # fmt: skip


def write(folder: Path, articles: int, photos: int, seed: int = 0) -> Path:
    """`articles.jsonl` with `articles` rows, the first `photos` of them with a photograph; what is there is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(photos):
        path = folder / _photo(number)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            _picture(seed, number).save(path, quality=85)
    source = folder / "articles.jsonl"
    if not source.is_file():
        part = source.with_suffix(".part")
        with part.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in _rows(articles, photos, seed))
        part.replace(source)
    return source


def _rows(articles: int, photos: int, seed: int) -> Iterator[dict[str, object]]:
    rng = np.random.default_rng(seed)
    vocabulary = [f"word{n}" for n in range(_WORDS)]

    def text(words: int) -> str:
        drawn = np.minimum(rng.zipf(1.3, words), _WORDS) - 1  # as often as words are: Zipf
        return " ".join(vocabulary[i] for i in drawn)

    def paragraph(city: str) -> str:
        """Four sentences of fifteen words, one of them with a place and a day, as the stages that read texts find."""
        sentences = [text(15).capitalize() for _ in range(4)]
        sentences[1] += f" in {city.partition(' (')[0]} on {_WEEKDAYS[int(rng.integers(7))]}"
        return " ".join(f"{s}." for s in sentences)

    for number in range(articles):
        city = _CITIES[int(rng.integers(len(_CITIES)))]
        links = [_url(int(n)) for n in rng.integers(0, number, 2)] if number else []
        images = [{"path": _photo(number), "caption": text(10), "position": 0}] if number < photos else []
        yield {
            "id": f"s{number:07}", "url": _url(number), "headline": text(8), "abstract": text(25),
            "body": "\n".join(paragraph(city) for _ in range(4)), "captions": [text(14)],
            "published": (_FIRST + timedelta(days=int(rng.integers(_DAYS)))).isoformat(),
            "places": [city], "images": images, "links": links, "language": "en",
        }  # fmt: skip


def _url(number: int) -> str:
    return f"https://synthetic.invalid/{number}"


def _photo(number: int) -> str:
    return f"photos/{number // _EPOCH:05}/{number:07}.jpg"


def _picture(seed: int, number: int) -> Image.Image:
    """Blocks of two sizes: corners to find at two scales, another pattern for every number."""
    rng = np.random.default_rng([seed, number])
    coarse = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize(_SIDES, Image.Resampling.NEAREST)
    fine = Image.fromarray(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8)).resize(_SIDES, Image.Resampling.NEAREST)
    return Image.blend(coarse, fine, 0.4)
