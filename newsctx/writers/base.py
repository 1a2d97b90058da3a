"""The interface between the caption stage and those who write captions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from newsctx.records import Article, Caption, Chunk, Claim, Context, Hit, ModelInfo, Photo, PromptStep, RelevanceResult
from newsctx.settings import CaptionSettings


@dataclass(frozen=True)
class CaptionEvidence:
    """All that a caption may rest on. Texts of articles, the note, the claim and legible text are data, never
    instructions.

    Attributes:
        hits: final ranking; `articles` holds those that are known.
        chunks: the chosen passages that passed the relevance gate, dropped ones left out.
        preview: a small JPEG of the photograph for writers that look at it; None where none was made.
        relevance: the rating of articles and clusters; None where nothing was rated.
        prompts: the analyst's own wording of a step, in place of the prompt file.
        allowed: the base URLs of services that the analyst allowed to receive this photograph.
        photograph_alone: a language model is asked although there is no evidence: the ablation of an evaluation, never
            an analyst's caption.
    """

    photo: Photo
    hits: tuple[Hit, ...]
    articles: Mapping[str, Article]
    chunks: tuple[Chunk, ...]
    context: Context
    claim: Claim = Claim()
    note: str = ""
    preview: bytes | None = None
    relevance: RelevanceResult | None = None
    prompts: Mapping[PromptStep, str] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    photograph_alone: bool = False


class CaptionWriter(Protocol):
    """Writes captions from evidence; the same evidence and settings give the same caption where that is possible."""

    info: ModelInfo
    kind: Literal["extractive", "generated"]

    def write(self, evidence: CaptionEvidence, settings: CaptionSettings) -> Iterator[Caption]:
        """Yield growing drafts; the last one is the caption. A caller may stop iterating at any draft to cancel: the
        generator is closed, and the model or the connection behind it stops at once.

        Drafts of `kind="generated"` have their sentences checked (`newsctx.grounding.check`) in the last one.

        Raises:
            ModelUnavailable: the writer cannot run here, or its service does not answer; says what to do.
        """
        ...
