"""Frozen settings, one class per stage; every constant has a name, a default and its source.

`Settings()` is the default; `Settings.model_validate({"retrieve": {"k": 50}})` changes single values and refuses
unknown names. A stage is keyed in the cache by its own settings only.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PhotoSettings(_Group):
    """Safe decoding and reading of the uploaded photograph."""

    max_bytes: int = Field(50_000_000, ge=1, description="largest upload, bytes")
    max_pixels: int = Field(100_000_000, ge=1, description="largest photograph, width x height; above it is a decompression bomb")
    min_side: int = Field(16, ge=1, description="smallest side that carries evidence, pixels")
    work_side: int = Field(1600, ge=64, description="longest side of the working copy, pixels; the hash stays the original's")
    ocr_min_confidence: float = Field(0.5, ge=0, le=1, description="OCR lines below are left out (RapidOCR's own default text score)")


class CopySettings(_Group):
    """The training-free copy channel: local features, inverted file, homography."""

    enabled: bool = True


class RetrieveSettings(_Group):
    """Channels and their fusion."""

    k: int = Field(100, ge=1, le=10_000, description="hits kept per channel and after fusion (NewsRECON sec. 1: K = 100)")
    rrf_k: float = Field(60.0, gt=0, description="reciprocal rank fusion constant, 1/(60 + rank) (Cormack et al. 2009)")
    weights: dict[str, Annotated[float, Field(ge=0, le=10)]] = Field(
        default_factory=lambda: {
            "image_text": 1.0, "image_image": 1.0, "copy": 2.0, "words_bm25": 1.0, "words_dense": 1.0, "coverage": 1.0,
        },
        description="fusion weight per channel; 0 switches a channel off",
    )  # fmt: skip
    bm25_k1: float = Field(1.5, gt=0, description="BM25 term saturation (bm25s default, Lucene variant)")
    bm25_b: float = Field(0.75, ge=0, le=1, description="BM25 length normalisation")


class VerifySettings(_Group):
    """Geometric verification of candidates (BeyondVision, METHODS sec. 5)."""

    candidates: int = Field(20, ge=0, description="fused hits whose photographs are compared with the query")
    min_inliers: int = Field(8, ge=4, description="below: not a match (BeyondVision)")
    min_confidence: float = Field(0.4, ge=0, le=1, description="below: not a match (BeyondVision)")


class LocateSettings(_Group):
    """Location cross-encoder (NewsRECON sec. 2)."""

    enabled: bool = True
    template: str = Field("An image from {keywords}", description="text of an article for the scorer (NewsRECON)")
    base: Literal["fused", "bi_encoder"] = Field("bi_encoder", description="what p_loc multiplies: s_bi as published, or the fused score")


class EventSettings(_Group):
    """Event clusters and event cross-encoder (NewsRECON sec. 3)."""

    enabled: bool = True
    window_days: int = Field(15, ge=1, description="longest cluster, days inclusive = 2 * 7 + 1 (NewsRECON)")
    min_articles: int = Field(3, ge=1, description="smallest cluster, N_min (NewsRECON; 2 is also used)")
    template: str = Field("An image taken between {first} and {last} in {atom}", description="cluster text (NewsRECON)")
    pool: int = Field(100, ge=1, description="hits that clusters are built from (NewsRECON: K)")


class ChunkSettings(_Group):
    """Evidence chunks (METHODS sec. 6)."""

    method: Literal["windows", "sentences"] = Field("windows", description="windows: BeyondVision; sentences: EVENTA-H")
    articles: int = Field(3, ge=1, description="articles that chunks come from (NewsRECON shows the top 3 to the model)")
    window: int = Field(3, ge=1, description="sentences per window (BeyondVision)")
    stride: int = Field(1, ge=1, description="sentences between window starts (BeyondVision)")
    top: int = Field(5, ge=1, description="ranked windows kept per article (BeyondVision)")
    lead: int = Field(3, ge=0, description="first sentences always kept (BeyondVision)")
    closing: int = Field(2, ge=0, description="last sentences always kept (BeyondVision)")
    sentence_top: int = Field(3, ge=1, description="ranked sentences (EVENTA-H)")
    widen: int = Field(2, ge=0, description="neighbours added on each side (EVENTA-H)")


class ContextSettings(_Group):
    """Place and date answers (GRANOLA QA: the finest level that the evidence supports)."""

    articles: int = Field(10, ge=1, description="top articles that vote")
    min_share: float = Field(0.5, ge=0, le=1, description="share of the vote that a level needs to be answered")
    place_tolerance_km: float = Field(50.0, ge=0, description="a claimed place this near to the answer is supported")
    date_tolerance_days: int = Field(7, ge=0, description="a claimed day this near to the answer is supported (NewsRECON's +-7 days)")


class CaptionSettings(_Group):
    """Caption writing."""

    writer: Literal["extractive"] = Field("extractive", description="who writes; language models come as further writers")
    max_sentences: int = Field(3, ge=1, description="longest caption, sentences")


class Settings(_Group):
    """Everything that changes a result; recorded with every analysis."""

    profile: str = Field("embedded", description="which models fill which slot, see `newsctx.profiles`")
    seed: int = Field(0, ge=0, description="of every random draw, RANSAC included")
    photo: PhotoSettings = PhotoSettings()
    copy_detection: CopySettings = CopySettings()
    retrieve: RetrieveSettings = RetrieveSettings()
    verify: VerifySettings = VerifySettings()
    locate: LocateSettings = LocateSettings()
    events: EventSettings = EventSettings()
    chunks: ChunkSettings = ChunkSettings()
    context: ContextSettings = ContextSettings()
    caption: CaptionSettings = CaptionSettings()
