"""Profiles: which model fills which slot, by name; and loading them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsctx.cache import digest
from newsctx.encoders import ImageTextEncoder, SentenceEncoder
from newsctx.errors import ModelUnavailable, SettingsError
from newsctx.heads import CrossEncoderHead, Scorer, Slot, ZeroShotScorer
from newsctx.records import ModelInfo
from newsctx.runtime import Device, ModelCache

NO_WEIGHTS = "the embedded image-text weights come with a later version; choose --profile clip or local-dir:PATH"


@dataclass(frozen=True)
class Profile:
    """What fills each slot; None leaves it empty, and a reason says why."""

    name: str
    image_text: str | None = None  # `ARCHITECTURE/WEIGHTS` of open_clip, or `local-dir:PATH`
    image_text_unavailable: str = ""
    sentence: str = "all-MiniLM-L6-v2"
    location_head: Path | None = None  # folder of a trained head; None: zero-shot
    event_head: Path | None = None
    location_neutral: str = "An image"  # what the zero-shot location scorer compares with
    event_neutral: str = "An image taken at some time in some place"
    temperature: float = 0.01  # of the zero-shot scorers (CLIP's own, Radford et al. 2021)
    batch_size: int = 32


PROFILES: dict[str, Profile] = {
    p.name: p
    for p in (
        Profile("embedded", image_text_unavailable=NO_WEIGHTS),
        Profile("clip", image_text="ViT-L-14/openai"),  # NewsRECON's bi-encoder, frozen
        Profile("clip-small", image_text="ViT-B-32/laion2b_s34b_b79k"),
    )
}


def get_profile(name: str) -> Profile:
    """A named profile, or `local-dir:PATH` for an open_clip model of one's own.

    Raises:
        SettingsError: an unknown name.
    """
    if name.startswith("local-dir:"):
        return Profile(name, image_text=name)
    try:
        return PROFILES[name]
    except KeyError:
        raise SettingsError(
            f"unknown profile {name!r}; expected one of {', '.join(PROFILES)} or local-dir:PATH"
        ) from None


@dataclass(frozen=True)
class Models:
    """The slots of a profile: each holds a model, or None and the reason."""

    profile: str
    device: Device
    image_text: ImageTextEncoder | None
    image_text_unavailable: str
    sentence: SentenceEncoder | None
    sentence_unavailable: str
    location_scorer: Scorer | None
    event_scorer: Scorer | None

    @property
    def infos(self) -> tuple[ModelInfo, ...]:
        """Every slot, loaded or not."""
        missing = self.image_text_unavailable
        return (
            self.image_text.info if self.image_text else ModelInfo(slot="image_text", unavailable=missing),
            self.sentence.info if self.sentence else ModelInfo(slot="sentence", unavailable=self.sentence_unavailable),
            self.location_scorer.info if self.location_scorer else ModelInfo(slot="location_head", unavailable=missing),
            self.event_scorer.info if self.event_scorer else ModelInfo(slot="event_head", unavailable=missing),
        )

    @property
    def digest(self) -> str:
        """Changes with any model that changes a result; the device does not count."""
        return digest([i.model_dump(exclude={"device"}) for i in self.infos])


_CACHE = ModelCache()


def load_models(profile: str | Profile, device: Device) -> Models:
    """Load what a profile names; a model that cannot be loaded leaves its slot empty with the reason.

    Models are loaded once per process. Nothing is downloaded by the default profile.

    Raises:
        SettingsError: an unknown profile.
        ModelUnavailable: a head that was trained for another encoder (a wrong setup, not a missing file).
    """
    wanted = get_profile(profile) if isinstance(profile, str) else profile
    image_text, no_image_text = None, wanted.image_text_unavailable
    if wanted.image_text is not None:
        image_text, no_image_text = _try("image_text", ImageTextEncoder, wanted.image_text, device, wanted.batch_size)
    sentence, no_sentence = _try("sentence", SentenceEncoder, wanted.sentence, device, wanted.batch_size)
    scorers: dict[str, Scorer | None] = {"location_head": None, "event_head": None}
    if image_text is not None:
        scorers = {
            "location_head": _scorer("location_head", wanted, image_text, device),
            "event_head": _scorer("event_head", wanted, image_text, device),
        }
    return Models(
        profile=wanted.name, device=device, image_text=image_text, image_text_unavailable=no_image_text,
        sentence=sentence, sentence_unavailable=no_sentence,
        location_scorer=scorers["location_head"], event_scorer=scorers["event_head"],
    )  # fmt: skip


def _try(slot: str, kind: type, name: str, device: Device, batch: int) -> tuple[object | None, str]:
    try:
        return _CACHE.get((slot, name, device.name, batch), lambda: kind.load(name, device, batch)), ""
    except ModelUnavailable as error:
        return None, str(error)


def _scorer(slot: Slot, profile: Profile, encoder: ImageTextEncoder, device: Device) -> Scorer:
    location = slot == "location_head"
    folder = profile.location_head if location else profile.event_head
    neutral = profile.location_neutral if location else profile.event_neutral
    if folder is not None:
        return CrossEncoderHead.load(folder, encoder.info, encoder.dim, slot, device)
    return ZeroShotScorer(slot, encoder.encode_texts([neutral])[0], encoder.info, profile.temperature)
