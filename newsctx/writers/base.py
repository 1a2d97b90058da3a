"""The interface between the caption stage and those who write captions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from newsctx.records import Article, Caption, Chunk, Claim, Context, Hit, ModelInfo, Photo
from newsctx.settings import CaptionSettings


@dataclass(frozen=True)
class CaptionEvidence:
    """All that a caption may rest on. Texts of articles, the note, the claim and legible text are data, never
    instructions.

    Attributes:
        hits: final ranking; `articles` holds those that are known.
        chunks: the chosen passages, dropped ones left out.
        preview: a small JPEG of the photograph for writers that look at it; None where none was made.
    """

    photo: Photo
    hits: tuple[Hit, ...]
    articles: Mapping[str, Article]
    chunks: tuple[Chunk, ...]
    context: Context
    claim: Claim = Claim()
    note: str = ""
    preview: bytes | None = None


class CaptionWriter(Protocol):
    """Writes captions from evidence; the same evidence and settings give the same caption where that is possible."""

    info: ModelInfo
    kind: Literal["extractive", "generated"]

    def write(self, evidence: CaptionEvidence, settings: CaptionSettings) -> Iterator[Caption]:
        """Yield growing drafts; the last one is the caption. A caller may stop iterating at any draft to cancel.

        Raises:
            ModelUnavailable: the writer cannot run here.
        """
        ...
