"""The parts of an index: collects the texts and photographs of an archive, encodes what is missing, writes the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from newsctx import imaging, modulation, placement
from newsctx.archive import index_texts as texts
from newsctx.archive import structure
from newsctx.archive.manifest import EncoderSlots, PartInfo
from newsctx.archive.vector_cache import VectorCache, text_key
from newsctx.archive.vectors import VectorPart
from newsctx.archive.words import WordsPart, tokens
from newsctx.errors import PhotoRefused
from newsctx.records import Article
from newsctx.settings import Settings

ARTICLES_PER_PAGE = 200
_BLOCK = 4096  # photographs that are modulated together
PLACES = "places.npy"  # beside `image_image`: paragraph, of how many, per row
PHOTO_PARTS = {"image_image": "image_text", "image_second": "second_image"}  # index part -> slot of its encoder
Progress = Callable[[str, int, int], None]  # what, done, of how many


class Store(Protocol):
    """What is read of the archive."""

    version: str

    def ids(self) -> tuple[str, ...]: ...
    def iter_articles(self, batch: int = ...) -> Iterator[list[Article]]: ...
    def image_ids(self) -> tuple[str, ...]: ...
    def image_path(self, image_id: str) -> Path | None: ...
    def articles_of_image(self, image_id: str) -> tuple[str, ...]: ...


@dataclass
class _Rows:
    """The rows of one vector part before they are written: content key, owner and tag of each."""

    keys: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)

    def add(self, key: str, owner: int, tag: int) -> None:
        self.keys.append(key)
        self.owners.append(owner)
        self.tags.append(tag)


class Parts:
    """One run's work on the parts that depend on the archive's version and the models."""

    def __init__(
        self, store: Store, models: EncoderSlots, vectors: Path, settings: Settings, progress: Progress
    ) -> None:
        self.store, self.models, self.vectors = store, models, vectors
        self.settings, self.progress = settings, progress
        self.computed: dict[str, int] = {}
        self.kept: dict[str, int] = {}
        self.unreadable: dict[str, str] = {}  # image id -> why

    def write(self, folder: Path) -> None:
        """Compute what is missing and write every part but `copy` into an empty folder; `parts.json` comes last."""
        self._open_caches()
        self.rows = {name: _Rows() for name in (*PHOTO_PARTS, "words_dense", "image_text", "location")}
        # (article, image id) -> position and key of the text there
        self.placed: dict[tuple[int, str], tuple[float, str]] = {}
        self.stands: dict[tuple[int, str], tuple[int, int]] = {}  # (article, image id) -> paragraph, of how many
        self.structure: list[tuple[int, int, str]] = []  # article, part of it, key of a text
        articles: list[tuple[str, str]] = []
        words: list[list[str]] = []
        total = len(self.store.ids())
        for page in self.store.iter_articles(ARTICLES_PER_PAGE):
            first = len(articles)
            for article in page:
                articles.append((article.article_id, article.published.iso if article.published else ""))
                words.append(tokens(texts.words(article)))
            self._page(page, first, total)
        images = self._images({a: i for i, (a, _) in enumerate(articles)})
        WordsPart.save(folder / "words_bm25", words, self.settings.index)
        parts = {"words_bm25": PartInfo(state="built", rows=len(words))}
        for name, rows in self.rows.items():
            parts[name] = self._part(folder / name, name, rows)
        parts["content"] = self._content(folder / "content")
        (folder / "articles.json").write_text(json.dumps(articles), encoding="utf-8")
        (folder / "images.json").write_text(json.dumps(images), encoding="utf-8")
        (folder / "parts.json").write_text(json.dumps({n: p.model_dump() for n, p in parts.items()}), encoding="utf-8")

    def _open_caches(self) -> None:
        where = self.vectors
        text, image = self.models.sentence, self.models.image_text
        self.sentence_cache = VectorCache(where, "sentence", text.info.digest) if text else None
        self.caption_cache = VectorCache(where, "caption", image.info.digest) if image else None
        second = self.models.second_image
        self.image_caches = {  # of the photographs, by index part
            "image_image": VectorCache(where, "image", image.info.digest) if image else None,
            "image_second": VectorCache(where, "second", second.info.digest) if second else None,
        }
        self.caches = {
            "words_dense": self.sentence_cache, "image_text": self.caption_cache, "location": self.caption_cache,
            **self.image_caches,
        }  # fmt: skip

    def _page(self, page: Sequence[Article], first: int, total: int) -> None:
        """Collect and encode the texts of some articles; `first` is the row number of the first of them."""
        for_sentence: dict[str, str] = {}
        for_caption: dict[str, str] = {}
        for row, article in enumerate(page, first):
            self._stand(article, row)
            if self.models.sentence is not None:
                for tag, text in texts.sentences(article, self.models.sentence, self.settings.index):
                    self._add("words_dense", text, row, tag, for_sentence)
            if self.models.image_text is not None:
                for tag, text in enumerate(texts.captions(article)):
                    self._add("image_text", text, row, tag, for_caption)
                if text := texts.location(article, self.settings.index):
                    self._add("location", text, row, 0, for_caption)
                for tag, text in structure.texts(article, self.settings.index):
                    for_caption[text_key(text)] = text
                    self.structure.append((row, tag, text_key(text)))
                if self.models.modulation is not None:
                    self._place(article, row, for_caption)
        done = first + len(page)
        if self.sentence_cache is not None:
            share = _share(self.progress, "article texts", first, done, total, len(for_sentence))
            self._fill("texts", self.sentence_cache, for_sentence, self.models.sentence.encode, share)
        if self.caption_cache is not None:
            share = _share(self.progress, "captions", first, done, total, len(for_caption))
            self._fill("captions", self.caption_cache, for_caption, self.models.image_text.encode_texts, share)

    def _add(self, part: str, text: str, owner: int, tag: int, wanted: dict[str, str]) -> None:
        key = text_key(text)
        wanted[key] = text
        self.rows[part].add(key, owner, tag)

    def _stand(self, article: Article, row: int) -> None:
        """Note the paragraphs of the photographs, for the position score; of one that stands there twice the first."""
        count = len(placement.paragraphs(article.body)) if article.images else 0
        for image in article.images:
            if image.image_id:
                position = placement.UNKNOWN if image.position is None else image.position
                self.stands.setdefault((row, image.image_id), (position, count))

    def _place(self, article: Article, row: int, wanted: dict[str, str]) -> None:
        """Note where the photographs stand, for the placement modulation."""
        for image_id, placed in modulation.places(article).items():
            key = text_key(placed.text)
            wanted[key] = placed.text
            self.placed[row, image_id] = placed.position, key

    def _fill(
        self, kind: str, cache: VectorCache, wanted: dict[str, str], encode: Callable[[list[str]], np.ndarray],
        advance: Callable[[int], None],
    ) -> None:  # fmt: skip
        def batch(keys: Sequence[str]) -> dict[str, np.ndarray]:
            return dict(zip(keys, encode([wanted[k] for k in keys]), strict=True))

        # texts of like length share a batch: little padding. The order depends on the texts alone, so that a resumed
        # run forms the same batches and its vectors are the same to the last bit
        keys = sorted(wanted, key=lambda k: (len(wanted[k]), k))
        self.count(kind, cache.fill(keys, batch, self.settings.index.batch, advance))

    def count(self, kind: str, counts: tuple[int, int]) -> None:
        """Note how many vectors of a kind were computed and kept."""
        self.computed[kind] = self.computed.get(kind, 0) + counts[0]
        self.kept[kind] = self.kept.get(kind, 0) + counts[1]

    def _images(self, row_of: dict[str, int]) -> list[str]:
        """Encode the photographs; returns their ids in the order of the tags."""
        ids = list(self.store.image_ids())
        for part, kind in (("image_image", "photographs"), ("image_second", "photographs, second encoder")):
            self._encode(kind, self.image_caches[part], getattr(self.models, PHOTO_PARTS[part]), ids)
        caches = {part: cache for part, cache in self.image_caches.items() if cache is not None}
        usable = [i for i in ids if any(i in cache for cache in caches.values())]
        pairs = [(row_of[a], n) for n, i in enumerate(usable) for a in self.store.articles_of_image(i) if a in row_of]
        for owner, tag in sorted(pairs):
            for part, cache in caches.items():
                if usable[tag] in cache:
                    self.rows[part].add(usable[tag], owner, tag)
        return usable

    def _encode(self, kind: str, cache: VectorCache | None, encoder: Any, ids: list[str]) -> None:
        if cache is None:
            return

        def batch(keys: Sequence[str]) -> dict[str, np.ndarray]:
            read = {k: pixels for k in keys if (pixels := self.pixels(k)) is not None}
            return dict(zip(read, encoder.encode_images(list(read.values())), strict=True)) if read else {}

        advance = _share(self.progress, kind, 0, len(ids), len(ids), len(ids))
        self.count(kind, cache.fill(ids, batch, self.settings.index.batch, advance))

    def pixels(self, image_id: str) -> np.ndarray | None:
        """(H, W, 3) uint8 RGB of an archived photograph; None (counted as missing) where it shows nothing."""
        path = self.store.image_path(image_id)
        try:
            if path is None:
                raise PhotoRefused("the file is gone")
            pixels = imaging.decode(path.read_bytes(), self.settings.photo).pixels
            if contrast(pixels) < self.settings.index.blank:  # its vector would be near that of any dark or pale photo
                raise PhotoRefused("it is blank")
            return pixels
        except (PhotoRefused, OSError) as error:
            self.unreadable[image_id] = str(error)
            return None

    def _part(self, folder: Path, name: str, rows: _Rows) -> PartInfo:
        cache = self.caches[name]
        if cache is None:
            slot = "sentence" if name == "words_dense" else PHOTO_PARTS.get(name, "image_text")
            return PartInfo(state="unavailable", reason=getattr(self.models, f"{slot}_unavailable"))
        vectors: Sequence[np.ndarray] = [cache[k] for k in rows.keys]
        if name == "image_image" and self.models.modulation is not None and vectors:
            vectors = self._modulated(vectors, rows)
        VectorPart.save(folder, vectors, rows.owners, rows.tags, self.settings.index.exact_up_to)
        if name == "image_image":
            stands = [self.stands[owner, key] for owner, key in zip(rows.owners, rows.keys, strict=True)]
            np.save(folder / PLACES, np.array(stands, np.int32).reshape(-1, 2))
        return PartInfo(state="built", rows=len(vectors), missing=len(self.unreadable) if name in PHOTO_PARTS else 0)

    def _content(self, folder: Path) -> PartInfo:
        """Headline, lead, body and captions as one vector each."""
        if self.caption_cache is None:
            return PartInfo(state="unavailable", reason=self.models.image_text_unavailable)
        grouped: dict[tuple[int, int], list[np.ndarray]] = {}
        for owner, tag, key in self.structure:
            grouped.setdefault((owner, tag), []).append(self.caption_cache[key])
        rows = {at: row for at, vectors in grouped.items() if (row := structure.mean(vectors)) is not None}
        structure.StructurePart.save(folder, rows, self.settings.index.exact_up_to)
        return PartInfo(state="built", rows=len(rows))

    def _modulated(self, vectors: Sequence[np.ndarray], rows: _Rows) -> Sequence[np.ndarray]:
        """The photographs' vectors as their places in the articles make them; the raw ones stay in the cache."""
        places = [self.placed[owner, key] for owner, key in zip(rows.owners, rows.keys, strict=True)]
        found: list[np.ndarray] = []
        for start in range(0, len(places), _BLOCK):
            part = slice(start, start + _BLOCK)
            positions = np.array([p for p, _ in places[part]])
            around = np.stack([self.caption_cache[k] for _, k in places[part]])
            found += list(self.models.modulation.apply(np.stack(vectors[part]), positions, around))
        return found


def contrast(pixels: np.ndarray) -> float:
    """Largest standard deviation of a colour over an (H, W, 3) photograph, 0..128; every n-th pixel of a large one."""
    step = max(1, max(pixels.shape[:2]) // 512)
    return float(pixels[::step, ::step].reshape(-1, 3).std(axis=0).max())


def _share(progress: Progress, what: str, first: int, last: int, total: int, items: int) -> Callable[[int], None]:
    """Progress in articles, from `first` to `last`, while `items` texts of them are dealt with."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(what, last if done >= items else first + (last - first) * done // items, total)

    return advance
