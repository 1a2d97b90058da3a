"""Frozen settings of the training commands: each has a description with its source, and is an option of its command."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from newsctx.errors import SettingsError
from newsctx.heads import Feature

Amp = Literal["auto", "off", "bf16"]
Positive = Literal["event_else_location", "event", "location"]
TextSource = Literal["captions", "abstract", "mixed"]
O = TypeVar("O", bound="Options")  # noqa: E741


class Options(BaseModel):
    """Base of the groups below."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# fmt: off
class BiEncoderOptions(Options):
    """Fine-tuning or training of the bi-encoder (NewsRECON sec. 1)."""

    seed: int = Field(0, ge=0, description="of everything that is drawn")
    batch: int = Field(128, ge=2, description="image-text pairs per step (NewsRECON)")
    queries: int = Field(64, ge=1, description="query photographs among them, the others are random corpus pairs (NewsRECON)")
    epochs: int = Field(3, ge=1, description="passes over the query photographs (NewsRECON)")
    lr: float = Field(3e-5, gt=0, description="AdamW learning rate (NewsRECON)")
    weight_decay: float = Field(0.01, ge=0, description="AdamW, matrices only (torch's default; the paper names none)")
    beta2: float = Field(0.999, gt=0, lt=1, description="AdamW (torch's default; 0.98 is CLIP's choice from scratch)")
    warmup_steps: int = Field(0, ge=0, description="linear warm-up before the cosine schedule, steps")
    clip_norm: float = Field(1.0, ge=0, description="largest gradient norm, 0: not clipped (own choice)")
    unfreeze: str = Field("4", pattern=r"^(all|[0-9]+)$", description="last blocks of both towers that train, beside the projections (NewsRECON: 4), or all")
    learn_temperature: bool = Field(False, description="train the temperature too (always with unfreeze all)")
    positive: Positive = Field("event_else_location", description="which relevant articles are a photograph's positives: event-relevant, else location-relevant")
    text: TextSource = Field("captions", description="captions: news captions, else abstract, else headline; abstract: abstract, else headline; mixed: any of these")
    place_weight: float = Field(0.0, ge=0, description="weight of a second loss, photographs against the batch's location texts (own choice; a model from scratch finds places late without it; NewsRECON: none)")
    augment: bool = Field(False, description="change training photographs at random (own choice: on from scratch, off for fine-tuning)")
    crop_min_area: float = Field(0.6, gt=0, le=1, description="smallest random crop, share of the area, 1: whole frame")
    crop_ratio: float = Field(1.2, ge=1, description="largest change of the aspect ratio")
    jitter: float = Field(0.3, ge=0, lt=1, description="brightness, contrast and saturation change by at most this share")
    blur: float = Field(0.2, ge=0, le=1, description="share of photographs that are blurred (sigma 0.5 to 1.5 pixels)")
    jpeg: float = Field(0.1, ge=0, le=1, description="share of photographs that are JPEG-compressed anew (quality 30 to 90)")
    flip: float = Field(0.0, ge=0, le=1, description="share of photographs that are mirrored; signs become unreadable")
    dev_share: float = Field(0.1, gt=0, lt=1, description="share of photographs for development where the file names no split")
    hold_out_dev: bool = Field(True, description="articles that are event-relevant to a development photograph are no training pairs")
    patience: int = Field(2, ge=0, description="evaluations without a better dev R@1 before it stops, 0: never")
    eval_every: int = Field(1, ge=1, description="epochs between evaluations")
    dev_texts: int = Field(4000, ge=2, description="texts at most that a dev photograph is ranked against; its positives are always among them")
    max_minutes: float = Field(0, ge=0, description="stop after the epoch that passes this, 0: no limit; a run that is cut so is not reproducible")
    checkpoint_steps: int = Field(200, ge=1, description="steps between checkpoints; each epoch ends with one, too")
    workers: int = Field(0, ge=0, description="processes that prepare batches; 0: in the training process")
    amp: Amp = Field("auto", description="mixed precision: auto on CUDA only; bf16 also on a CPU that has it (1.6 times faster on AVX512-BF16, measured)")
    half: bool = Field(False, description="store the weights as fp16")


class LabelOptions(Options):
    """Weak labels and corpus filters (NewsRECON sec. 1)."""

    days: int = Field(7, ge=0, description="event-relevant: the article is dated at most this many days from the photograph (NewsRECON)")
    duplicate_bits: int = Field(4, ge=0, le=64, description="perceptual hashes that differ in at most so many of 64 bits are one photograph (own choice)")


class HeadOptions(Options):
    """Training of a cross-encoder head (NewsRECON sec. 2 and 3)."""

    seed: int = Field(0, ge=0, description="of everything that is drawn")
    features: tuple[Feature, ...] = Field(("concat", "product", "absdiff"), min_length=1, description="features of the two vectors (NewsRECON: any subset)")
    hidden: int = Field(256, ge=1, description="width of the hidden layer (NewsRECON)")
    dropout: float = Field(0.0, ge=0, lt=1, description="in training (NewsRECON: 0.1 for the event head)")
    negatives: int = Field(5, ge=1, description="negatives per photograph at most (NewsRECON)")
    top_k: int = Field(100, ge=1, description="articles of a photograph's pool, best first (NewsRECON: K)")
    epochs: int = Field(30, ge=1, description="passes over all pairs (own choice)")
    batch: int = Field(128, ge=1, description="pairs per step (own choice)")
    lr: float = Field(1e-3, gt=0, description="AdamW learning rate (own choice)")
    weight_decay: float = Field(0.01, ge=0, description="AdamW (torch's default)")
    patience: int = Field(5, ge=0, description="epochs without a better dev R@1 before it stops, 0: never")
    dev_share: float = Field(0.1, gt=0, lt=1, description="share of photographs for development where the file names no split")
    window_days: int = Field(15, ge=0, description="event head: most days between a cluster's first and last article (NewsRECON)")
    min_articles: int = Field(2, ge=1, description="event head: smallest cluster (NewsRECON: 3, 2 is also used)")
    order: Literal["product", "probability"] = Field("product", description="event head: how development ranks clusters; as in the settings it will run with")
    days: int = Field(7, ge=0, description="event head: days around the photograph's date that a positive cluster reaches into (NewsRECON)")
    encode_batch: int = Field(32, ge=1, description="photographs or texts per forward pass of the frozen encoder")


class RelevanceOptions(Options):
    """Fitting how probable it is that the first article is right (own design)."""

    seed: int = Field(0, ge=0, description="of the drawn archives")
    draws: int = Field(20, ge=2, description="archives that are drawn; a fifth of the photographs is kept for the metrics")
    articles: int = Field(400, ge=10, description="articles of a drawn archive")
    c: float = Field(1.0, gt=0, description="inverse strength of the ridge penalty (scikit-learn's default)")
    rated_photos: int = Field(400, ge=10, description="photographs that the whole pipeline ranks, with and without their articles; those of `dev` are all among them")
    top: int = Field(20, ge=2, description="articles of a ranking that are rated: as in the settings (relevance.articles)")
    folds: int = Field(5, ge=2, description="parts of the held-out photographs, each measured by a scaling without it (own choice)")
    bins: int = Field(10, ge=2, description="of the reliability table and the expected calibration error (Naeini et al. 2015)")
    min_articles: int = Field(2, ge=1, description="smallest event cluster: as in the settings that the profile will run with")
    window_days: int = Field(15, ge=0, description="days of an event cluster: as in the settings that the profile will run with")
    encode_batch: int = Field(32, ge=1, description="photographs or texts per forward pass of the frozen encoder")

class ModulationOptions(Options):
    """Training of the placement modulation (EVENTA-H; the papers name no recipe, so all of these are own choices)."""

    seed: int = Field(0, ge=0, description="of everything that is drawn")
    hidden: int = Field(256, ge=1, description="width of the hidden layer")
    positive: Positive = Field("event", description="which relevant articles are a photograph's positives")
    temperature: float = Field(0.05, gt=0, description="of the InfoNCE loss over articles")
    epochs: int = Field(60, ge=1, description="passes over the query photographs")
    batch: int = Field(64, ge=1, description="query photographs per step")
    negatives: int = Field(128, ge=0, description="articles drawn at random per step, beside the other photographs' positives")
    lr: float = Field(1e-3, gt=0, description="AdamW learning rate")
    weight_decay: float = Field(0.01, ge=0, description="AdamW (torch's default)")
    dropout: float = Field(0.1, ge=0, lt=1, description="of the inputs in training: a text that is known by heart does not help")
    patience: int = Field(8, ge=0, description="epochs without a better dev MRR before it stops, 0: never")
    dev_share: float = Field(0.1, gt=0, lt=1, description="share of photographs for development where the file names no split")
    encode_batch: int = Field(32, ge=1, description="photographs or texts per forward pass of the frozen encoder")

# fmt: on


def add_options(parser: argparse.ArgumentParser, group: type[Options]) -> None:
    """An option of the command line for each setting, and --settings for a JSON file of them."""
    parser.add_argument("--settings", type=Path, metavar="FILE", help="JSON with settings; single options change them")
    shown = parser.add_argument_group("settings")
    for name, field in group.model_fields.items():
        flag, help = f"--{name.replace('_', '-')}", f"{field.description} (default: {_plain(field.default)})"
        help = help.replace("%", "%%")
        if field.annotation is bool:
            shown.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=help)
        elif get_origin(field.annotation) is tuple:
            shown.add_argument(flag, metavar="A,B", default=None, help=help)
        elif get_origin(field.annotation) is Literal:
            shown.add_argument(flag, choices=get_args(field.annotation), default=None, help=help)
        else:
            shown.add_argument(flag, metavar="X", default=None, help=help)


def read_options(args: argparse.Namespace, group: type[O], **defaults: Any) -> O:
    """The settings of a command: its own defaults, then --settings, then single options.

    Raises:
        SettingsError: an unreadable file, an unknown name or a value out of range.
    """
    given: dict[str, Any] = dict(defaults)
    if args.settings:
        try:
            read = json.loads(args.settings.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"--settings {args.settings} cannot be read: {error}.") from error
        if not isinstance(read, dict):
            raise SettingsError(f"--settings {args.settings}: expected a JSON object of settings.")
        given |= read
    for name, field in group.model_fields.items():
        value = getattr(args, name, None)
        if value is not None:
            given[name] = value.split(",") if get_origin(field.annotation) is tuple else value
    try:
        return group.model_validate(given)
    except ValidationError as error:
        lines = [f"{'.'.join(str(p) for p in e['loc'])} {e.get('input')!r}: {e['msg']}" for e in error.errors()]
        known = ", ".join(group.model_fields)
        raise SettingsError(f"{'; '.join(lines)}. The settings are {known}.") from error


def _plain(value: Any) -> Any:
    return ",".join(value) if isinstance(value, tuple) else value
