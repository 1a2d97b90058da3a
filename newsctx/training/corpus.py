"""The archive's articles as training reads them, and the corpus filters (NewsRECON sec. 1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from newsctx.archive import index_texts
from newsctx.archive.store import ArchiveStore
from newsctx.cache import digest
from newsctx.captioning.ledger import read
from newsctx.captioning.run import JUDGEMENTS, Judged
from newsctx.errors import TrainingError
from newsctx.records import Article
from newsctx.training.options import TextSource
from newsctx.training.photos import TrainingPhoto, read_pixels

VISUAL_FILTER = "not applied: `filter-articles` has not been run on this archive"


@dataclass(frozen=True)
class Entry:
    """An article with the photograph that training pairs it with."""

    article: Article
    image: Path | None  # its first usable photograph
    images: tuple[tuple[str, Path], ...] = ()  # image id and file of every usable one, in the article's order

    @property
    def id(self) -> str:
        return self.article.article_id


@dataclass(frozen=True)
class Corpus:
    """Articles in the order of their ids."""

    entries: tuple[Entry, ...]
    left_out: dict[str, int]  # reason -> articles
    all_ids: tuple[str, ...]  # of the archive, also of articles left out
    visual_filter: str = VISUAL_FILTER

    @property
    def digest(self) -> str:
        """Changes with what training reads of the articles, not with where they lie."""
        read = (e.article.model_dump(mode="json", exclude={"images"}) for e in self.entries)
        return digest([[*e.article.image_ids, row] for e, row in zip(self.entries, read, strict=True)])


def load_corpus(archive: Path, duplicates_of: Sequence[TrainingPhoto] = (), bits: int = 4) -> Corpus:
    """The articles that may train.

    Left out, with counts: articles judged to be about no visual event (`filter-articles`), without a location keyword,
    without an image that exists, and those whose image is a perceptual duplicate of one of `duplicates_of` (the
    evaluation photographs).

    Raises:
        ArchiveError: no archive there.
        TrainingError: nothing is left.
    """
    with ArchiveStore.open(archive) as store:
        entries = [_entry(a, store.image_path) for page in store.iter_articles() for a in page]
    hashes = _hashes([p.image for p in duplicates_of])
    unseen, visual_filter = _not_visual(archive)
    kept, left = [], Counter()
    for entry in entries:
        reason = "no visual event" if entry.id in unseen else _reason(entry, hashes, bits)
        if reason:
            left[reason] += 1
        else:
            kept.append(entry)
    if not kept:
        raise TrainingError(
            f"{archive}: no article may train ({dict(left)}); expected articles with location keywords and photographs."
        )
    return Corpus(tuple(kept), dict(sorted(left.items())), tuple(e.id for e in entries), visual_filter)


def _not_visual(archive: Path) -> tuple[frozenset[str], str]:
    """The articles that `filter-articles` found to show nothing, and what the record says of it."""
    judged = read(archive / JUDGEMENTS, Judged)
    if not judged:
        return frozenset(), VISUAL_FILTER
    unseen = frozenset(a for a, row in judged.items() if row.visual is False)
    return unseen, f"applied: {len(judged)} articles judged, {len(unseen)} are not about a visual event"


def _entry(article: Article, path: Callable[[str], Path | None]) -> Entry:
    found = tuple((i, p) for i in dict.fromkeys(article.image_ids) if (p := path(i)) is not None)
    return Entry(article, found[0][1] if found else None, found)


def _reason(entry: Entry, hashes: np.ndarray, bits: int) -> str:
    if not entry.article.places:
        return "no location keyword"
    if entry.image is None:
        return "no image that exists"
    if len(hashes) and is_duplicate(entry.image, hashes, bits):
        return "image duplicates an evaluation photograph"
    return ""


def is_duplicate(image: Path, hashes: np.ndarray, bits: int) -> bool:
    """Whether its perceptual hash differs from one of `hashes` ((N,) uint64) in at most `bits` bits."""
    return bool((np.bitwise_count(hashes ^ _hashes([image])[0]) <= bits).any())


def _hashes(images: Sequence[Path]) -> np.ndarray:
    from newsctx.imaging import phash

    return np.array([int(phash(read_pixels(p)), 16) for p in images], np.uint64)


def without_duplicates(
    photos: Sequence[TrainingPhoto], evaluation: Sequence[TrainingPhoto], bits: int
) -> tuple[TrainingPhoto, ...]:
    """The training photographs that are no perceptual duplicate of an evaluation photograph."""
    hashes = _hashes([p.image for p in evaluation])
    return tuple(p for p in photos if not len(hashes) or not is_duplicate(p.image, hashes, bits))


def texts_of(article: Article, source: TextSource) -> tuple[str, ...]:
    """What stands for an article in training, at least one text (METHODS: captions, else abstract, else headline)."""
    captions = [c.strip() for c in article.captions if c.strip()]
    whole = article.abstract.strip() or article.headline.strip()
    if source == "captions":
        found = captions or [whole]
    elif source == "abstract":
        found = [whole]
    else:
        found = [*captions, *index_texts.captions(article), article.abstract.strip(), article.headline.strip()]
    return tuple(dict.fromkeys(t for t in found if t))
