"""What the choice of a profile would cost here and now, told before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from newsctx import hub
from newsctx.archive.encoded import Encoded, encoded
from newsctx.profiles import Cost, Profile, get_profile, profiles

#: Where the weights of the named profiles lie on the model hub (the addresses that open_clip and timm fetch them from;
#: a test holds them against their configurations, since asking would mean loading them to paint a page).
ADDRESSES = {
    "ViT-B-32/laion2b_s34b_b79k": "laion/CLIP-ViT-B-32-laion2B-s34B-b79K/",
    "ViT-L-14/openai": "timm/vit_large_patch14_clip_224.openai/",
    "timm:vit_small_patch14_dinov2.lvd142m@224": "timm/vit_small_patch14_dinov2.lvd142m/model.safetensors",
    "ViT-B-16-SigLIP2/webli": "timm/ViT-B-16-SigLIP2/",
}
#: Seconds of one CPU core per photograph and per text (own measurement, torch with one thread).
RATES = {"ViT-B-32/laion2b_s34b_b79k": (0.1, 0.07), "ViT-L-14/openai": (1.8, 0.15)}
#: The same per photograph, of the second image encoders.
SECOND_RATES = {"timm:vit_small_patch14_dinov2.lvd142m@224": 0.13, "ViT-B-16-SigLIP2/webli": 0.38}
TEXTS = 2  # encoded per article: a caption, abstract or headline, and its places
Weights = Literal["here", "missing", "none", "unknown"]
#: Prefix of a name -> the file that says that a model lies in the folder.
FOLDERS = {"local-dir:": "open_clip_config.json", "timm-dir:": "config.json"}


@dataclass(frozen=True)
class Archive:
    """What is asked of the archive in use; `works` says whether it is searched with the profile in use."""

    folder: Path
    version: str
    articles: int
    photos: int
    works: bool


@dataclass(frozen=True)
class Second:
    """The second image encoder of a profile: wanted, but the profile works without it."""

    model: str = ""  # what documents call it; empty: the profile has none
    cost: Cost | None = None
    weights: Weights = "none"
    reason: str = ""  # why there is none
    loaded: bool = False  # in use now
    photos_left: int = 0  # to encode


@dataclass(frozen=True)
class Choice:
    """One profile, and what choosing it means on this machine and for this archive."""

    name: str
    summary: str
    model: str  # what documents call the image-text model; empty: the profile has none
    cost: Cost | None  # of the image-text model
    current: bool
    works: bool  # the profile in use: its model is loaded and the archive is searched with it
    weights: Weights  # none: the profile names no weights, and `reason` says why
    reason: str
    fetch: str  # the command that fetches missing weights, also those of the second image encoder
    scorers: tuple[str, str]  # location and event: `trained` or `zero-shot`; empty without an image-text model
    ready: bool  # nothing is left to encode: a switch takes seconds
    photos: int  # of the archive
    photos_left: int  # to encode
    articles: int  # whose texts are to encode; 0 when ready
    seconds: float | None  # rough time of the encoding on this CPU; None where it is not known
    second: Second = Second()


def choices(
    current: str, loaded: bool, archive: Archive, cores: int | None, second_loaded: bool = False
) -> tuple[Choice, ...]:
    """Every named profile, and the one in use where it has no name of its own (`local-dir:PATH`).

    Args:
        current: name of the profile in use.
        loaded: whether its image-text model is loaded (or it has none).
        cores: CPU cores that the models use; None on an accelerator, whose speed is not foretold.
        second_loaded: whether a second image encoder is loaded.
    """
    known = profiles()
    if current not in {p.name for p in known}:
        known = (get_profile(current), *known)
    return tuple(_choice(p, p.name == current, loaded, archive, cores, second_loaded) for p in known)


def _choice(
    profile: Profile, current: bool, loaded: bool, archive: Archive, cores: int | None, second_loaded: bool
) -> Choice:
    model = profile.image_text or ""
    label = profile.label or model
    state, fetch = weights(profile)
    second, fetch_second = _second(profile, current and second_loaded, archive)
    works = current and loaded and archive.works
    there = encoded(archive.folder, label, archive.version) if model else Encoded(complete=archive.works)
    ready = works or (there.complete and not second.photos_left)
    left = 0 if works or there.complete or not model else max(0, archive.photos - there.photos)
    articles = 0 if works or there.complete or not model else archive.articles
    return Choice(
        name=profile.name, summary=profile.summary, model=label if model else "", cost=profile.cost, current=current,
        works=works, weights=state, reason=profile.image_text_unavailable,
        fetch=" && ".join(dict.fromkeys(f for f in (fetch, fetch_second) if f)),
        scorers=_scorers(profile) if model else ("", ""), ready=ready, photos=archive.photos, photos_left=left,
        articles=articles, seconds=_seconds(profile, left, articles, second.photos_left, cores), second=second,
    )  # fmt: skip


def _second(profile: Profile, loaded: bool, archive: Archive) -> tuple[Second, str]:
    """The second image encoder, and the command that fetches its weights if they are missing."""
    model = profile.second_image
    if model is None:
        return Second(reason=profile.second_image_unavailable), ""
    label = profile.second_label or model
    there = encoded(archive.folder, label, archive.version, "second_image")
    done = there.complete or (loaded and archive.works)
    state, fetch = weights_of(model)
    left = 0 if done else max(0, archive.photos - there.photos)
    return Second(label, profile.second_cost, state, "", loaded, left), fetch


def weights(profile: Profile) -> tuple[Weights, str]:
    """Whether the image-text weights of a profile are on this machine, and the command that fetches them if not."""
    return ("none", "") if profile.image_text is None else weights_of(profile.image_text)


def weights_of(model: str) -> tuple[Weights, str]:
    """Whether the weights of a model are on this machine, and the command that fetches them if they are not."""
    for prefix, file in FOLDERS.items():
        if model.startswith(prefix):
            there = (Path(model.removeprefix(prefix)) / file).is_file()
            return ("here" if there else "missing"), ""
    address = ADDRESSES.get(model)
    if address is None:
        return "unknown", ""
    return ("here", "") if hub.cached(address) else ("missing", hub.fetch_command(address))


def _scorers(profile: Profile) -> tuple[str, str]:
    heads = (profile.location_head, profile.event_head)
    location, event = ("trained" if head else "zero-shot" for head in heads)
    return location, event


def _seconds(profile: Profile, photos: int, articles: int, second: int, cores: int | None) -> float | None:
    rate = RATES.get(profile.image_text or "") if photos or articles else (0.0, 0.0)
    rate_second = SECOND_RATES.get(profile.second_image or "") if second else 0.0
    if rate is None or rate_second is None or cores is None or not (photos or articles or second):
        return None
    return (photos * rate[0] + TEXTS * articles * rate[1] + second * rate_second) / max(1, cores)
