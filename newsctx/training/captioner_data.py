"""Pairs to fine-tune a captioner with: what is known of a photograph, and the caption that its outlet printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import ConfigDict, Field, ValidationError

from newsctx.cache import digest, write_beside
from newsctx.errors import TrainingError
from newsctx.records import PartialDate, Record
from newsctx.training.photos import listed, read_rows


class PairMetadata(Record):
    """What is known of the passages' article beside its text; the prompt shows it as the writer's prompt does."""

    headline: str = ""
    published: PartialDate | None = None
    places: tuple[str, ...] = ()
    source: str = ""


class Pair(Record):
    """One line of a pairs file."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    description: str = ""  # of the photograph, as a vision-language model wrote it; empty: nothing was described
    chunks: tuple[str, ...] = ()  # passages of the articles, in the order that the prompt shows them
    caption: Annotated[str, Field(min_length=1)]  # the target
    metadata: PairMetadata = PairMetadata()
    language: str = ""  # ISO 639-1, of the caption; empty: the writer's default
    photo: str = ""  # its id or file, for whoever reads the file
    article_id: str = ""  # pairs of one article are never in both training and development
    split: Literal["train", "dev"] | None = None


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """The pairs of a JSONL file: description, chunks, caption, and optionally photo, article_id, split.

    Raises:
        TrainingError: an unreadable file or row, no pairs, or a pair from which nothing can be learned.
    """
    pairs = tuple(_pair(path, number, row) for number, row in read_rows(path))
    if not pairs:
        raise TrainingError(
            f"{path} holds no pairs: expected one object a line with description, chunks and caption, as "
            "`train caption-pairs` writes them."
        )
    return pairs


def write_pairs(pairs: Sequence[Pair], path: Path) -> None:
    """Write a pairs file."""
    rows = (p.model_dump(mode="json", exclude_defaults=True) for p in pairs)
    write_beside(path, "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode())


def pairs_digest(pairs: Sequence[Pair]) -> str:
    """SHA-256 (hex) of what is learned from, wherever the file lies."""
    return digest([p.model_dump(mode="json") for p in pairs])


def split_pairs(pairs: Sequence[Pair], dev_share: float, seed: int) -> tuple[list[int], list[int]]:
    """Positions of the training and of the development pairs.

    Those that the file names; where it names none, a seeded share of the articles (at least one), so that no article is
    in both. A pair without an article is its own.

    Raises:
        TrainingError: splits are named for some pairs only, an article is in both, or a part is empty.
    """
    groups = [p.article_id or f"\0{i}" for i, p in enumerate(pairs)]
    if any(p.split for p in pairs):
        return _named(pairs)
    names = list(dict.fromkeys(groups))
    if len(names) < 2:
        raise TrainingError(
            f"{len(pairs)} pair(s) of {len(names)} article: expected those of at least two articles, one to train and "
            "one for development (early stopping needs it); add pairs."
        )
    order = np.random.default_rng([seed, 1]).permutation(len(names))
    count = min(max(1, round(dev_share * len(names))), len(names) - 1)
    aside = {names[i] for i in order[:count]}
    return (
        [i for i, g in enumerate(groups) if g not in aside],
        [i for i, g in enumerate(groups) if g in aside],
    )


def _named(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    unnamed = [_who(i, p) for i, p in enumerate(pairs) if p.split is None]
    if unnamed:
        raise TrainingError(f"{listed(unnamed)} have no split, others do; give each pair `train` or `dev`, or none.")
    parts = {name: [i for i, p in enumerate(pairs) if p.split == name] for name in ("train", "dev")}
    for name, part in parts.items():
        if not part:
            raise TrainingError(
                f"no pair has split {name!r}: early stopping needs both; name some, or leave `split` out of all pairs "
                "for a seeded share."
            )
    articles = [{pairs[i].article_id for i in part if pairs[i].article_id} for part in parts.values()]
    if both := sorted(articles[0] & articles[1]):
        raise TrainingError(
            f"articles {listed(both)} have pairs in both splits: what is measured would have been learned by heart; "
            "give all pairs of an article the same split."
        )
    return parts["train"], parts["dev"]


def _who(position: int, pair: Pair) -> str:
    return pair.photo or pair.article_id or f"pair {position + 1}"


def _pair(path: Path, number: int, row: dict[str, Any]) -> Pair:
    try:
        pair = Pair.model_validate({k: v for k, v in row.items() if v is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(p) for p in first["loc"])
        raise TrainingError(f"{path}, line {number}: {where} {first.get('input')!r}: {first['msg']}.") from error
    if not pair.caption.strip():
        raise TrainingError(f"{path}, line {number}: an empty caption; expected the text to learn; remove the line.")
    if not pair.description.strip() and not any(c.strip() for c in pair.chunks):
        raise TrainingError(
            f"{path}, line {number}: neither a description nor chunks; a caption of nothing teaches to invent; give "
            "one of them or remove the line."
        )
    return pair
