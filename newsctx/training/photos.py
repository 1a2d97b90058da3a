"""`photos.jsonl`: the photographs to train with, where and when they were taken."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import ConfigDict, Field, ValidationError

from newsctx.errors import PhotoRefused, TrainingError
from newsctx.records import PartialDate, Record


class TrainingPhoto(Record):
    """One photograph and what is true of it."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    id: Annotated[str, Field(min_length=1)]
    image: Path
    place: str = ""  # leaf to root: `Paris, France, Europe`
    date: PartialDate | None = None
    published: PartialDate | None = None  # when the photograph itself was published
    split: Literal["train", "dev"] | None = None


def read_photos(path: Path) -> tuple[TrainingPhoto, ...]:
    """The photographs of a file; `image` is relative to it.

    Raises:
        TrainingError: an unreadable file or row, none at all, an id twice, or a missing image.
    """
    rows = [_photo(path, number, row) for number, row in read_rows(path)]
    if not rows:
        raise TrainingError(f"{path} holds no photographs: expected one object a line with id, image, place, date.")
    photos = tuple(p.model_copy(update={"image": path.parent / p.image}) for p in rows)
    twice = [i for i, n in Counter(p.id for p in photos).items() if n > 1]
    if twice:
        raise TrainingError(f"{path}: {listed(twice)} stand more than once; give each photograph an id of its own.")
    missing = [f"{p.id} ({p.image})" for p in photos if not p.image.is_file()]
    if missing:
        raise TrainingError(
            f"{path}: the images of {listed(missing)} are missing; `image` is a path relative to the file. "
            "None is left out silently: add the files or remove the rows."
        )
    return photos


def _photo(path: Path, number: int, row: dict[str, Any]) -> TrainingPhoto:
    try:
        blank = {k: v for k, v in row.items() if v not in ("", None)}
        return TrainingPhoto.model_validate(blank)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(p) for p in first["loc"])
        raise TrainingError(f"{path}, line {number}: {where} {first.get('input')!r}: {first['msg']}.") from error


def read_rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line number, object) of every line of a JSONL file that is not blank; raises TrainingError."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # not splitlines(): U+2028 may stand inside a string
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path} cannot be read: {error}.") from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise TrainingError(f"{path}, line {number}: not JSON ({error}); expected one object a line.") from error
        if not isinstance(row, dict):
            raise TrainingError(f"{path}, line {number}: {type(row).__name__}, expected an object.")
        found.append((number, row))
    return found


def split_photos(photos: Sequence[TrainingPhoto], dev_share: float, seed: int) -> tuple[list[int], list[int]]:
    """Positions of the training and of the development photographs.

    Those that the file names; where it names none, a seeded share (`dev_share`, at least one).

    Raises:
        TrainingError: splits are named but one of them is empty, or named for some photographs only.
    """
    named = [p.split for p in photos]
    if any(named):
        train = [i for i, s in enumerate(named) if s == "train"]
        dev = [i for i, s in enumerate(named) if s == "dev"]
        if len(train) + len(dev) < len(photos):
            unnamed = [p.id for p in photos if p.split is None]
            raise TrainingError(f"{listed(unnamed)} have no split, others do; give each `train` or `dev`, or none.")
        for name, part in (("train", train), ("dev", dev)):
            if not part:
                raise TrainingError(
                    f"no photograph has split {name!r}: early stopping needs both; name some, or leave `split` out of "
                    "all rows for a seeded share."
                )
        return train, dev
    if len(photos) < 2:
        raise TrainingError(f"{len(photos)} photograph: expected at least two, one to train and one for development.")
    order = np.random.default_rng([seed, 1]).permutation(len(photos))
    count = min(max(1, round(dev_share * len(photos))), len(photos) - 1)
    return sorted(order[count:].tolist()), sorted(order[:count].tolist())


def read_pixels(path: Path) -> np.ndarray:
    """(H, W, 3) uint8 RGB, upright; raises TrainingError for what is no photograph."""
    from newsctx.imaging import decode
    from newsctx.settings import PhotoSettings

    try:
        return decode(path.read_bytes(), PhotoSettings()).pixels
    except (OSError, PhotoRefused) as error:
        raise TrainingError(f"{path} cannot be read as a photograph: {error}") from error


def listed(ids: Sequence[str], most: int = 10) -> str:
    """`a, b, c` with a count where there are more."""
    return ", ".join(ids[:most]) + (f" and {len(ids) - most} more" if len(ids) > most else "")
