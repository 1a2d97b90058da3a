"""Training pairs from an archive: the outlet's own caption of a photograph, and the article without that caption.

An article often has the caption of its photograph in its text once more; with it among the chunks a model would learn
to copy, so every sentence that is the caption again is taken out before chunks are chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import regex

from newsctx.archive.store import ArchiveStore
from newsctx.errors import TrainingError
from newsctx.passages import folded, plain
from newsctx.records import Article, ArticleImage, Hit
from newsctx.sentences import split
from newsctx.settings import ChunkSettings
from newsctx.stages import chunks as selection
from newsctx.training.captioner_data import Pair, PairMetadata
from newsctx.training.captioner_options import CaptionPairOptions
from newsctx.training.captioner_prompt import caption_prompt
from newsctx.training.exclusion import hashes_of, is_duplicate
from newsctx.training.photos import TrainingPhoto, listed, read_rows

Embed = Callable[[Sequence[str]], np.ndarray]
# scripts without spaces between words: each character counts as one
_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{M}\p{N}]+")
_TEXTS = ("headline", "abstract", "body")


@dataclass(frozen=True)
class Made:
    """Pairs in the order of the archive."""

    pairs: tuple[Pair, ...]
    left_out: dict[str, int]  # reason -> photographs
    sentences_removed: int  # of articles, because they are the caption again


def make_pairs(
    archive: Path,
    options: CaptionPairOptions,
    descriptions: Mapping[str, str] | None = None,
    embed: Embed | None = None,
    evaluation: Sequence[TrainingPhoto] = (),
) -> Made:
    """A pair for every captioned photograph.

    Args:
        archive: an imported archive; the photographs need not be there, unless `evaluation` is given.
        descriptions: image id (SHA-256 of the archived file) -> what it shows; photographs without one get none.
        embed: sentence encoder; passages are ranked by it where there is a description, else taken by position.
        evaluation: photographs whose perceptual duplicates are left out.

    Raises:
        ArchiveError: no archive there.
        TrainingError: no pair is left, or descriptions of photographs that the archive does not have.
    """
    known, hashes = descriptions or {}, hashes_of(evaluation)
    pairs: list[Pair] = []
    left: Counter[str] = Counter()
    removed, seen = 0, set()
    with ArchiveStore.open(archive) as store:
        strange = sorted(set(known) - set(store.image_ids()))
        if strange:
            raise TrainingError(
                f"descriptions of {len(strange)} photographs that {archive} does not have ({listed(strange, 3)}): "
                "expected `photo` to be the SHA-256 of the archived file; describe the photographs of this archive."
            )
        for article, image in _captioned(store, options, left):
            path = store.image_path(image.image_id) if image.image_id and hashes else None
            if path and is_duplicate(path, hashes, options.duplicate_bits):
                left["duplicates an evaluation photograph"] += 1
                continue
            bare, gone = without_caption(article, image.caption, options.leak_overlap)
            pair = _pair(bare, image, known.get(image.image_id or "", ""), embed, options)
            if not pair.chunks:
                left["the article has no text beside the caption"] += 1
            elif (key := (article.article_id, folded(pair.caption))) in seen:
                left["same caption of the same article"] += 1
            elif why := _unfounded(pair, options.min_grounded):
                left[why] += 1
            else:
                seen.add(key)
                pairs.append(pair)
                removed += gone
    if not pairs:
        raise TrainingError(
            f"{archive}: no photograph gives a pair ({dict(sorted(left.items())) or 'no captions'}); expected articles "
            "with text whose photographs have captions."
        )
    return Made(tuple(pairs), dict(sorted(left.items())), removed)


def without_caption(article: Article, caption: str, overlap: float) -> tuple[Article, int]:
    """The article as it would be without this photograph's caption, and how many sentences were taken out.

    All photo captions and news captions go: neighbouring photographs are often captioned in the same words. Of the
    headline, abstract and body, each sentence that is part of the caption, holds it, or has at least `overlap` of its
    distinct words goes.
    """
    target, words = folded(caption), _words(caption)
    parts = [(folded(s.text), _words(s.text)) for s in split(caption)]
    count = 0
    texts: dict[str, str] = {}
    for field in _TEXTS:
        kept, text, end = [], getattr(article, field), 0
        for span in split(text):
            if _is_again(span.text, target, words, parts, overlap):
                kept.append(text[end : span.start])
                end, count = span.end, count + 1
        texts[field] = "".join([*kept, text[end:]])
    images = tuple(i.model_copy(update={"caption": ""}) for i in article.images)
    return article.model_copy(update={**texts, "images": images, "captions": ()}), count


def _is_again(
    text: str, target: str, words: frozenset[str], parts: Sequence[tuple[str, frozenset[str]]], overlap: float
) -> bool:
    own, own_words = folded(text), _words(text)
    if not own_words:
        return False
    if own == target or target in own or (own in target and len(own_words) > 2):
        return True
    known = [(target, words), *parts]
    return any(w and len(w & own_words) >= overlap * len(w) and len(w) > 3 for _, w in known)


def read_descriptions(path: Path) -> dict[str, str]:
    """Image id -> description, of a JSONL file with `photo` and `description`; raises TrainingError."""
    found: dict[str, str] = {}
    for number, row in read_rows(path):
        photo, text = row.get("photo"), row.get("description")
        if not isinstance(photo, str) or not isinstance(text, str) or not photo or photo in found:
            raise TrainingError(
                f"{path}, line {number}: photo {photo!r} with description {type(text).__name__}; expected two strings, "
                "each photo (SHA-256 of the archived file) once."
            )
        found[photo] = text
    return found


def _captioned(
    store: ArchiveStore, options: CaptionPairOptions, left: Counter[str]
) -> Iterator[tuple[Article, ArticleImage]]:
    for page in store.iter_articles():
        for article in page:
            given = 0
            for image in article.images:
                caption = plain(image.caption)
                if len(_WORD.findall(caption)) < options.min_words:
                    left["no caption" if not caption else "a caption of few words"] += 1
                elif len(caption) > options.max_chars:
                    left["a caption of many characters"] += 1
                elif given == options.per_article:
                    left["one of many of its article"] += 1
                else:
                    given += 1
                    yield article, image


def _pair(
    article: Article, image: ArticleImage, description: str, embed: Embed | None, options: CaptionPairOptions
) -> Pair:
    """What the chunk stage chooses of this article alone; its query is the description, as METHODS has it."""
    settings = ChunkSettings(method=options.method)
    hit = Hit(article_id=article.article_id, rank=1, score=1.0)
    known = {article.article_id: article}
    found = selection.run([hit], known, plain(description)[: settings.query_chars], embed, settings)
    metadata = PairMetadata(
        headline=plain(article.headline), published=article.published, source=plain(article.source),
        places=tuple(p.place.label if p.place else p.keyword for p in article.places),
    )  # fmt: skip
    return Pair(
        description=plain(description), chunks=tuple(plain(c.text) for c in found.chunks), metadata=metadata,
        caption=plain(image.caption), language=article.language, photo=image.image_id or "",
        article_id=article.article_id,
    )  # fmt: skip


def _unfounded(pair: Pair, least: float) -> str:
    """Why the caption cannot be written from what is known; empty where it can."""
    target = caption_prompt().target(pair)
    if target.mentions and target.found < least * target.mentions:
        return "its names and dates are not in the article"
    if not target.cited and not pair.description:
        return "only visible, and not described"  # nothing of it stands in the article: it would teach to guess
    return ""


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(folded(text)))
