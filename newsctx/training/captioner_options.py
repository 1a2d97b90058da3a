"""Frozen settings of the captioner's training, and of making pairs for it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from newsctx.training.options import Options


# fmt: off
class CaptionerOptions(Options):
    """Fine-tuning of a language model that writes captions, by QLoRA (Dettmers et al. 2023, arXiv 2305.14314; BeyondVision)."""

    seed: int = Field(0, ge=0, description="of everything that is drawn")
    bits: Literal["8", "4", "none"] = Field("8", description="the frozen model's weights: 8 (BeyondVision) or 4 (NF4, QLoRA) by bitsandbytes on a CUDA device, none: as stored")
    dtype: Literal["auto", "float32", "bfloat16"] = Field("auto", description="of the computation; auto: bfloat16 on CUDA (QLoRA), else float32")
    rank: int = Field(256, ge=1, description="of the adapter's matrices (BeyondVision: 256; QLoRA: 64)")
    alpha: float = Field(256, gt=0, description="the adapter counts alpha / rank times (own choice: once; QLoRA: 16 with rank 64)")
    dropout: float = Field(0.1, ge=0, lt=1, description="of the adapter's inputs in training (QLoRA: 0.1 up to 13 billion parameters)")
    target_modules: tuple[str, ...] = Field(("all-linear",), min_length=1, description="last names of the linear layers that get an adapter, in the language model only; all-linear: all but the output layer (QLoRA)")
    lr: float = Field(2e-4, gt=0, description="AdamW learning rate (QLoRA: 2e-4 up to 13 billion parameters)")
    schedule: Literal["constant", "cosine"] = Field("constant", description="of the learning rate after the warm-up (QLoRA: constant)")
    warmup_steps: int = Field(0, ge=0, description="linear warm-up, steps (QLoRA: none)")
    weight_decay: float = Field(0.0, ge=0, description="AdamW (QLoRA: none)")
    beta2: float = Field(0.999, gt=0, lt=1, description="AdamW (QLoRA)")
    clip_norm: float = Field(0.3, ge=0, description="largest gradient norm, 0: not clipped (QLoRA)")
    epochs: int = Field(3, ge=1, description="passes over the pairs (own choice; the papers name none)")
    batch: int = Field(4, ge=1, description="pairs per forward pass (own choice: what fits)")
    accumulate: int = Field(4, ge=1, description="forward passes per step; with batch 4 the steps of 16 pairs of QLoRA")
    max_length: int = Field(2048, ge=16, description="tokens of prompt and caption together; above it the last chunks of a pair are left out (own choice)")
    dev_share: float = Field(0.1, gt=0, lt=1, description="share of the articles whose pairs are for development where the file names no split")
    patience: int = Field(2, ge=0, description="epochs without a lower dev loss before it stops, 0: never")
    checkpoint_steps: int = Field(50, ge=1, description="steps between checkpoints; each epoch ends with one, too")
    gradient_checkpointing: bool = Field(True, description="compute activations twice instead of keeping them (QLoRA); off is faster and needs more memory")


class CaptionPairOptions(Options):
    """Training pairs for the captioner from an archive's own photo captions."""

    method: Literal["windows", "sentences"] = Field("windows", description="how chunks are chosen: windows (BeyondVision), sentences (EVENTA-H); as in the settings it will run with")
    min_words: int = Field(4, ge=1, description="shorter captions (`File photo`) are no targets (own choice)")
    max_chars: int = Field(1000, ge=20, description="longer captions are no captions but texts; they are left out (own choice)")
    per_article: int = Field(5, ge=1, description="pairs of one article at most: a gallery is not to outweigh everything else (own choice)")
    leak_overlap: float = Field(0.8, gt=0, le=1, description="sentences of the article with at least this share of the caption's words are the caption again, and are left out of the chunks (own choice)")
    min_grounded: float = Field(0.5, ge=0, le=1, description="share of the caption's names, places, dates and numbers that chunks and metadata must hold: a caption of what they do not say teaches to invent (own choice)")
    duplicate_bits: int = Field(4, ge=0, le=64, description="perceptual hashes that differ in at most so many of 64 bits are one photograph, for --exclude-photos (as in `train labels`)")

# fmt: on
