"""What duplicates an evaluation photograph and so does not train; kept with the labels, so that every step knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from newsctx.errors import TrainingError
from newsctx.training.photos import TrainingPhoto, listed, read_pixels, read_rows

ROW = "excluded"  # the field that marks the row of a labels file


@dataclass(frozen=True)
class Exclusion:
    """The duplicates that `train labels` left out, and what finds those of an archive that has changed since."""

    hashes: tuple[int, ...]  # perceptual hashes of the evaluation photographs, 64 bits each
    bits: int  # hashes that differ in at most so many bits are one photograph
    articles: tuple[str, ...]  # ids of those left out
    checked: str  # digest of all articles that were compared, with their images

    def row(self) -> dict[str, Any]:
        """As a row of a labels file."""
        hashes = [f"{h:016x}" for h in self.hashes]
        return {ROW: {"hashes": hashes, "bits": self.bits, "articles": list(self.articles), "checked": self.checked}}


def read_exclusion(path: Path) -> Exclusion | None:
    """The exclusion that a labels file holds, or None where it was made without evaluation photographs.

    Raises:
        TrainingError: an unreadable file, or a row that is damaged.
    """
    for number, row in read_rows(path):
        if ROW in row:
            try:
                return _of(row[ROW])
            except (KeyError, TypeError, ValueError) as error:
                raise TrainingError(
                    f"{path}, line {number}: {error!r} in what is excluded; run `train labels` again, with "
                    "--exclude-photos."
                ) from error
    return None


def check_excluded(path: Path, exclusion: Exclusion | None, evaluation: Sequence[TrainingPhoto]) -> None:
    """Raise TrainingError where labels were made without some of these evaluation photographs.

    Their duplicates among the training photographs would train: only `train labels` takes those out.
    """
    known = set(exclusion.hashes) if exclusion else set()
    lost = [p.id for p, h in zip(evaluation, hashes_of(evaluation), strict=True) if h not in known]
    if lost:
        raise TrainingError(
            f"{path} was made without {len(lost)} of the {len(evaluation)} photographs of --exclude-photos "
            f"({listed(lost)}), so duplicates of theirs may train; run `train labels` with this --exclude-photos again."
        )


def _of(row: Mapping[str, Any]) -> Exclusion:
    hashes = tuple(int(h, 16) for h in row["hashes"])
    if not all(0 <= h < 2**64 for h in hashes):
        raise ValueError("a hash of more than 64 bits")
    return Exclusion(hashes, int(row["bits"]), tuple(map(str, row["articles"])), str(row["checked"]))


def hashes_of(photos: Sequence[TrainingPhoto]) -> tuple[int, ...]:
    """The perceptual hash of each photograph."""
    return tuple(_hash(p.image) for p in photos)


def is_duplicate(image: Path, hashes: Sequence[int], bits: int) -> bool:
    """Whether its perceptual hash differs from one of `hashes` in at most `bits` bits."""
    if not hashes:
        return False
    known = np.array(hashes, np.uint64)
    return bool((np.bitwise_count(known ^ np.uint64(_hash(image))) <= bits).any())


def without_duplicates(
    photos: Sequence[TrainingPhoto], evaluation: Sequence[TrainingPhoto], bits: int
) -> tuple[TrainingPhoto, ...]:
    """The training photographs that are no perceptual duplicate of an evaluation photograph."""
    hashes = hashes_of(evaluation)
    return tuple(p for p in photos if not is_duplicate(p.image, hashes, bits))


def _hash(image: Path) -> int:
    from newsctx.imaging import phash

    return int(phash(read_pixels(image)), 16)
