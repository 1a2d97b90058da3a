"""The archive's articles as training reads them, and the corpus filters (NewsRECON sec. 1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from newsctx.archive import index_texts
from newsctx.archive.store import ArchiveStore
from newsctx.cache import digest
from newsctx.captioning.ledger import read
from newsctx.captioning.run import JUDGEMENTS, Judged
from newsctx.errors import TrainingError
from newsctx.records import Article
from newsctx.training.exclusion import Exclusion, hashes_of, is_duplicate
from newsctx.training.options import LabelOptions, TextSource
from newsctx.training.photos import TrainingPhoto

BITS = LabelOptions().duplicate_bits
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
    exclusion: Exclusion | None = None  # None: there were no evaluation photographs to compare with

    @property
    def digest(self) -> str:
        """Changes with what training reads of the articles, not with where they lie."""
        read = (e.article.model_dump(mode="json", exclude={"images"}) for e in self.entries)
        return digest([[*e.article.image_ids, row] for e, row in zip(self.entries, read, strict=True)])


def load_corpus(
    archive: Path,
    duplicates_of: Sequence[TrainingPhoto] = (),
    bits: int = BITS,
    exclusion: Exclusion | None = None,
) -> Corpus:
    """The articles that may train.

    Left out, with counts: articles judged to be about no visual event (`filter-articles`), without a location keyword,
    without an image that exists, without a text, and those whose image is a perceptual duplicate of an evaluation
    photograph.

    Args:
        duplicates_of: the evaluation photographs.
        bits: hashes that differ in at most so many bits are one photograph.
        exclusion: instead of both, what `train labels` left out; also applied to what the archive has got since.

    Raises:
        ArchiveError: no archive there.
        TrainingError: nothing is left.
    """
    with ArchiveStore.open(archive) as store:
        entries = [_entry(a, store.image_path) for page in store.iter_articles() for a in page]
    unseen, visual_filter = _not_visual(archive)
    fit, left = [], Counter()
    for entry in entries:
        reason = "no visual event" if entry.id in unseen else _reason(entry)
        if reason:
            left[reason] += 1
        else:
            fit.append(entry)
    found = _again(fit, exclusion) if exclusion else _exclusion(fit, hashes_of(duplicates_of), bits)
    excluded = set(found.articles) if found else set()
    kept = tuple(e for e in fit if e.id not in excluded)
    if excluded:
        left["image duplicates an evaluation photograph"] = len(excluded)
    if not kept:
        raise TrainingError(
            f"{archive}: no article may train ({dict(left)}); expected articles with location keywords and photographs."
        )
    return Corpus(kept, dict(sorted(left.items())), tuple(e.id for e in entries), visual_filter, found)


def _exclusion(entries: Sequence[Entry], hashes: tuple[int, ...], bits: int) -> Exclusion | None:
    if not hashes:
        return None
    found = (e.id for e in entries if e.image and is_duplicate(e.image, hashes, bits))
    return Exclusion(hashes, bits, tuple(found), _checked(entries))


def _again(entries: Sequence[Entry], before: Exclusion) -> Exclusion | None:
    """The same, where nothing has changed; else all are compared anew, and what was left out before stays out."""
    if before.checked == _checked(entries):
        return before
    known = set(before.articles)
    found = _exclusion([e for e in entries if e.id not in known], before.hashes, before.bits)
    stay = [e.id for e in entries if e.id in known]
    return replace(found, articles=(*stay, *found.articles), checked=_checked(entries)) if found else None


def _checked(entries: Sequence[Entry]) -> str:
    return digest([[e.id, *e.article.image_ids] for e in entries])


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


def _reason(entry: Entry) -> str:
    if not entry.article.places:
        return "no location keyword"
    if entry.image is None:
        return "no image that exists"
    if not index_texts.captions(entry.article):
        return "no text"  # no caption, abstract or headline: nothing stands for it, in training or in a search
    return ""


def texts_of(article: Article, source: TextSource) -> tuple[str, ...]:
    """What stands for an article in training (METHODS: captions, else abstract, else headline).

    At least one text of every article of a corpus: what `source` does not give is made up for by what a search reads.
    """
    captions = [c.strip() for c in article.captions if c.strip()]
    whole = article.abstract.strip() or article.headline.strip()
    if source == "captions":
        found = captions or [whole]
    elif source == "abstract":
        found = [whole]
    else:
        found = [*captions, *index_texts.captions(article), article.abstract.strip(), article.headline.strip()]
    return tuple(dict.fromkeys(t for t in found if t)) or tuple(index_texts.captions(article))
