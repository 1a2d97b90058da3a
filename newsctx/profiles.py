"""Profiles: which model fills which slot, by name; and loading them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import platformdirs

from newsctx.cache import digest
from newsctx.calibrations import FILE as CALIBRATIONS
from newsctx.calibrations import Calibrations
from newsctx.encoders import ImageEncoder, ImageTextEncoder, SentenceEncoder
from newsctx.errors import ModelUnavailable, SettingsError
from newsctx.heads import METADATA, CrossEncoderHead, Scorer, Slot, ZeroShotScorer
from newsctx.modulation import METADATA as MODULATION
from newsctx.modulation import PlacementModulation
from newsctx.records import ModelInfo
from newsctx.relevance import FILE, RelevanceModel
from newsctx.runtime import Device, ModelCache

ASSETS = Path(__file__).resolve().parents[1] / "assets"
EMBEDDED = ASSETS / "embedded"  # the weights that travel with the program: encoder, location/, event/
NO_WEIGHTS = (
    f"this copy of newsctx has no embedded image-text weights ({EMBEDDED.name}/ in assets); choose --profile clip or "
    "local-dir:PATH, or train them: `python -m newsctx train`"
)
NO_SECOND = "name one with NEWSCTX_SECOND_IMAGE: timm:NAME, timm-dir:PATH, or a name of open_clip"
_NO_CALIBRATIONS = (
    "the channels' scores are scaled over their own hits: `python -m newsctx tune --calibration DIR` fits more"
)
_NO_EMBEDDED_SECOND = f"no second image encoder travels with the program; {NO_SECOND}"


@dataclass(frozen=True)
class Cost:
    """What choosing a profile costs, for the interface; sizes in MB (10^6 bytes)."""

    download: int  # once, into the user's cache
    memory: int  # parameters in float32
    reindex: str  # what the archive's photographs and texts need


@dataclass(frozen=True)
class Profile:
    """What fills each slot; None leaves it empty, and a reason says why."""

    name: str
    image_text: str | None = None  # `ARCHITECTURE/WEIGHTS` of open_clip, or `local-dir:PATH`
    image_text_unavailable: str = ""
    label: str = ""  # what documents call the image-text model, where `image_text` holds a path of this machine
    sentence: str = "all-MiniLM-L6-v2"  # as `SentenceEncoder.load` takes it; NEWSCTX_SENTENCE names one for any profile
    second_image: str | None = None  # as `ImageEncoder.load` takes it; NEWSCTX_SECOND_IMAGE names one for any profile
    second_image_unavailable: str = f"this profile has no second image encoder; {NO_SECOND}"
    second_label: str = ""  # what documents call it, where `second_image` holds a path of this machine
    modulation: Path | None = None  # folder of `train modulation`; None: photographs count alike wherever they stand
    location_head: Path | None = None  # folder of a trained head; None: zero-shot
    event_head: Path | None = None
    relevance: Path | None = None  # folder of `train relevance`; None: answers are not rated
    fusion: Path | None = None  # folder of `tune --calibration`; None: scores are scaled over a channel's own hits
    location_neutral: str = "An image"  # what the zero-shot location scorer compares with
    event_neutral: str = "An image taken at some time in some place"
    temperature: float = 0.01  # of the zero-shot scorers (CLIP's own, Radford et al. 2021)
    batch_size: int = 32
    summary: str = ""
    cost: Cost | None = None  # of the image-text model
    second_cost: Cost | None = None  # of the second image encoder, beside it


def heads_folder() -> Path:
    """Where trained heads of the `newsrecon` profile are looked for: NEWSCTX_HEADS, else the user's data folder."""
    chosen = os.environ.get("NEWSCTX_HEADS")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("newsctx", False)) / "heads"


def _head(folder: Path) -> Path | None:
    """The folder, if a trained head lies in it."""
    return folder if (folder / METADATA).is_file() else None


def _calibrations(folder: Path) -> Path | None:
    return folder if (folder / CALIBRATIONS).is_file() else None


def _relevance(folder: Path) -> Path | None:
    return folder if (folder / FILE).is_file() else None


def _modulation(folder: Path) -> Path | None:
    return folder if (folder / MODULATION).is_file() else None


def _second_folder(folder: Path) -> str | None:
    """The name of a second image encoder's folder as timm or open_clip saved it; None where there is none."""
    if (folder / "config.json").is_file():
        return f"timm-dir:{folder}"
    return f"local-dir:{folder}" if (folder / "open_clip_config.json").is_file() else None


def _embedded() -> Profile:
    present = (EMBEDDED / "open_clip_config.json").is_file()
    second = _second_folder(EMBEDDED / "second")
    return Profile(
        "embedded",
        image_text=f"local-dir:{EMBEDDED}" if present else None,
        image_text_unavailable="" if present else NO_WEIGHTS,
        label="newsctx embedded",
        second_image=second,
        second_image_unavailable="" if second else _NO_EMBEDDED_SECOND,
        second_label="newsctx embedded second",
        modulation=_modulation(EMBEDDED / "modulation"),
        location_head=_head(EMBEDDED / "location"),
        event_head=_head(EMBEDDED / "event"),
        relevance=_relevance(EMBEDDED),
        fusion=_calibrations(EMBEDDED),
        summary="travels with the program, no network; trained on the painted demonstration world",
        cost=Cost(0, 60, "nothing to fetch; seconds a hundred photographs"),
    )


def _clip() -> Profile:
    return Profile(
        "clip",
        image_text="ViT-B-32/laion2b_s34b_b79k",
        # at 224 pixels: at its own 518 a photograph takes seven times as long (measured)
        second_image="timm:vit_small_patch14_dinov2.lvd142m@224",
        modulation=_modulation(heads_folder() / "clip" / "modulation"),
        summary="a good general model for a laptop (LAION-2B, MIT licence), with DINOv2 as second image encoder",
        second_cost=Cost(88, 87, "every photograph of the archive is encoded with it, too"),
        cost=Cost(605, 605, "every photograph and text of the archive is encoded anew"),
    )


def _newsrecon() -> Profile:
    return Profile(
        "newsrecon",
        image_text="ViT-L-14/openai",  # NewsRECON's bi-encoder, frozen
        second_image="ViT-B-16-SigLIP2/webli",  # one of BeyondVision's two encoders
        modulation=_modulation(heads_folder() / "newsrecon" / "modulation"),
        location_head=_head(heads_folder() / "newsrecon" / "location"),
        event_head=_head(heads_folder() / "newsrecon" / "event"),
        relevance=_relevance(heads_folder() / "newsrecon"),
        fusion=_calibrations(heads_folder() / "newsrecon"),
        summary="the paper's encoder, SigLIP2 as second image encoder, your trained heads where present; wants a GPU",
        second_cost=Cost(1501, 372, "every photograph of the archive is encoded with it, too"),
        cost=Cost(
            1711, 1711, "every photograph and text of the archive is encoded anew, some ten times slower than clip"
        ),
    )


_PROFILES: dict[str, Callable[[], Profile]] = {"embedded": _embedded, "clip": _clip, "newsrecon": _newsrecon}
NAMES = tuple(_PROFILES)


def profiles() -> tuple[Profile, ...]:
    """Every named profile, as this machine would fill it."""
    return tuple(get_profile(name) for name in _PROFILES)


def get_profile(name: str) -> Profile:
    """A named profile, or `local-dir:PATH` for an open_clip model of one's own.

    Raises:
        SettingsError: an unknown name.
    """
    if name.startswith("local-dir:"):
        own = Path(name.removeprefix("local-dir:")) / "modulation"
        return _with_sentence(_with_second(Profile(name, image_text=name, modulation=_modulation(own))))
    try:
        return _with_sentence(_with_second(_PROFILES[name]()))
    except KeyError:
        raise SettingsError(f"unknown profile {name!r}; expected one of {', '.join(NAMES)} or local-dir:PATH") from None


def _with_second(profile: Profile) -> Profile:
    """The profile with the second image encoder that NEWSCTX_SECOND_IMAGE names; `none` leaves the slot empty."""
    chosen = os.environ.get("NEWSCTX_SECOND_IMAGE", "").strip()
    if not chosen:
        return profile
    named = "" if chosen != "none" else "switched off by NEWSCTX_SECOND_IMAGE"
    second = None if named else chosen
    return replace(profile, second_image=second, second_image_unavailable=named, second_label="", second_cost=None)


def _with_sentence(profile: Profile) -> Profile:
    """The profile with the sentence encoder that NEWSCTX_SENTENCE names, e.g. `BAAI/bge-m3` or `local-dir:PATH`."""
    chosen = os.environ.get("NEWSCTX_SENTENCE", "").strip()
    return replace(profile, sentence=chosen) if chosen else profile


@dataclass(frozen=True)
class Models:
    """The slots of a profile: each holds a model, or None and the reason."""

    profile: str
    device: Device
    image_text: ImageTextEncoder | None
    image_text_unavailable: str
    sentence: SentenceEncoder | None
    sentence_unavailable: str
    second_image: ImageEncoder | None
    second_image_unavailable: str
    modulation: PlacementModulation | None
    modulation_unavailable: str
    location_scorer: Scorer | None
    event_scorer: Scorer | None
    relevance: RelevanceModel | None
    relevance_unavailable: str
    calibrations: Calibrations | None = field(default=None, kw_only=True)
    calibrations_unavailable: str = field(default=_NO_CALIBRATIONS, kw_only=True)

    @property
    def infos(self) -> tuple[ModelInfo, ...]:
        """Every slot, loaded or not."""
        missing = self.image_text_unavailable
        return (
            _info("image_text", self.image_text, missing),
            _info("sentence", self.sentence, self.sentence_unavailable),
            _info("second_image", self.second_image, self.second_image_unavailable),
            _info("modulation", self.modulation, self.modulation_unavailable),
            _info("location_head", self.location_scorer, missing),
            _info("event_head", self.event_scorer, missing),
            _info("relevance", self.relevance, self.relevance_unavailable),
            _info("fusion", self.calibrations, self.calibrations_unavailable),
        )

    @cached_property
    def digest(self) -> str:
        """Changes with any model that changes a result; the device does not count."""
        return digest([i.model_dump(exclude={"device"}) for i in self.infos])


def _info(slot: str, model: Any, missing: str) -> ModelInfo:
    return model.info if model is not None else ModelInfo(slot=slot, unavailable=missing)


_CACHE = ModelCache()


def load_models(profile: str | Profile, device: Device) -> Models:
    """Load what a profile names; a model that cannot be loaded leaves its slot empty with the reason.

    Models are loaded once per process. Nothing is downloaded by the default profile.

    Raises:
        SettingsError: an unknown profile.
        ModelUnavailable: a head or modulation of another encoder (a wrong setup, not a missing file).
    """
    wanted = get_profile(profile) if isinstance(profile, str) else profile
    image_text, no_image_text = None, wanted.image_text_unavailable
    if wanted.image_text is not None:
        options = (wanted.image_text, device, wanted.batch_size, wanted.label)
        image_text, no_image_text = _try("image_text", ImageTextEncoder.load, *options)
    sentence, no_sentence = _try("sentence", SentenceEncoder.load, wanted.sentence, device, wanted.batch_size)
    second, no_second = None, wanted.second_image_unavailable
    if wanted.second_image is not None:
        options = (wanted.second_image, device, wanted.batch_size, wanted.second_label)
        second, no_second = _try("second_image", ImageEncoder.load, *options)
    modulation, no_modulation = _modulator(wanted, image_text, device)
    scorers: dict[str, Scorer | None] = {"location_head": None, "event_head": None}
    if image_text is not None:
        scorers = {
            "location_head": scorer_of("location_head", wanted, image_text, device),
            "event_head": scorer_of("event_head", wanted, image_text, device),
        }
    relevance, no_relevance = _rater(wanted, image_text, scorers)
    calibrations = None
    if wanted.fusion is not None and image_text is not None:
        calibrations = Calibrations.load(wanted.fusion, image_text.info, sentence.info if sentence else None)
    return Models(
        profile=wanted.name, device=device, image_text=image_text, image_text_unavailable=no_image_text,
        sentence=sentence, sentence_unavailable=no_sentence,
        second_image=second, second_image_unavailable=no_second,
        modulation=modulation, modulation_unavailable=no_modulation,
        location_scorer=scorers["location_head"], event_scorer=scorers["event_head"],
        relevance=relevance, relevance_unavailable=no_relevance,
        calibrations=calibrations,
    )  # fmt: skip


def _modulator(
    profile: Profile, encoder: ImageTextEncoder | None, device: Device
) -> tuple[PlacementModulation | None, str]:
    if encoder is None:
        return None, "no image-text encoder is loaded"
    if profile.modulation is None:
        return None, "photographs count alike wherever they stand: `python -m newsctx train modulation` teaches more"
    return PlacementModulation.load(profile.modulation, encoder.info, encoder.dim, device), ""


def _rater(
    profile: Profile, encoder: ImageTextEncoder | None, scorers: dict[str, Scorer | None]
) -> tuple[RelevanceModel | None, str]:
    location, event = scorers["location_head"], scorers["event_head"]
    if encoder is None or location is None or event is None:
        return None, "answers are not rated: no image-text encoder is loaded"
    if profile.relevance is None:
        return None, "answers are not rated with this profile: `python -m newsctx train relevance` makes what is needed"
    return RelevanceModel.load(profile.relevance, encoder.info, location.info, event.info), ""


def forget(models: Models, kept: Models) -> None:
    """Free the memory of encoders that only `models` uses; an analysis that still runs with them keeps them alive."""
    for slot in ("image_text", "second_image", "sentence"):
        one, other = getattr(models, slot), getattr(kept, slot)
        if one is not None and one is not other:
            _CACHE.forget(one)


def _try(slot: str, load: Callable[..., Any], name: str, device: Device, *options: Any) -> tuple[Any, str]:
    try:
        return _CACHE.get((slot, name, device.name, *options), lambda: load(name, device, *options)), ""
    except ModelUnavailable as error:
        return None, str(error)


def scorer_of(slot: Slot, profile: Profile, encoder: ImageTextEncoder, device: Device) -> Scorer:
    """The trained head of the profile, else the bi-encoder alone."""
    location = slot == "location_head"
    folder = profile.location_head if location else profile.event_head
    neutral = profile.location_neutral if location else profile.event_neutral
    if folder is not None:
        return CrossEncoderHead.load(folder, encoder.info, encoder.dim, slot, device)
    return ZeroShotScorer(slot, encoder.encode_texts([neutral])[0], encoder.info, profile.temperature)
