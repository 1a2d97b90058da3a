"""What the choice of a profile would cost here and now, told before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from newsctx import hub
from newsctx.archive.encoded import Encoded, encoded
from newsctx.profiles import Cost, Profile, get_profile, profiles

#: Where the weights of the named profiles lie on the model hub (the addresses that open_clip fetches them from; a
#: test holds them against its configurations, since asking open_clip would mean loading it to paint a page).
ADDRESSES = {
    "ViT-B-32/laion2b_s34b_b79k": "laion/CLIP-ViT-B-32-laion2B-s34B-b79K/",
    "ViT-L-14/openai": "timm/vit_large_patch14_clip_224.openai/",
}
#: Seconds of one CPU core per photograph and per text (own measurement, torch with one thread).
RATES = {"ViT-B-32/laion2b_s34b_b79k": (0.1, 0.07), "ViT-L-14/openai": (1.8, 0.15)}
TEXTS = 2  # encoded per article: a caption, abstract or headline, and its places
Weights = Literal["here", "missing", "none", "unknown"]


@dataclass(frozen=True)
class Archive:
    """What is asked of the archive in use; `works` says whether it is searched with the profile in use."""

    folder: Path
    version: str
    articles: int
    photos: int
    works: bool


@dataclass(frozen=True)
class Choice:
    """One profile, and what choosing it means on this machine and for this archive."""

    name: str
    summary: str
    model: str  # what documents call the image-text model; empty: the profile has none
    cost: Cost | None
    current: bool
    works: bool  # the profile in use: its model is loaded and the archive is searched with it
    weights: Weights  # none: the profile names no weights, and `reason` says why
    reason: str
    fetch: str  # the command that fetches missing weights
    scorers: tuple[str, str]  # location and event: `trained` or `zero-shot`; empty without an image-text model
    ready: bool  # nothing is left to encode: a switch takes seconds
    photos: int  # of the archive
    photos_left: int  # to encode
    articles: int  # whose texts are to encode; 0 when ready
    seconds: float | None  # rough time of the encoding on this CPU; None where it is not known


def choices(current: str, loaded: bool, archive: Archive, cores: int | None) -> tuple[Choice, ...]:
    """Every named profile, and the one in use where it has no name of its own (`local-dir:PATH`).

    Args:
        current: name of the profile in use.
        loaded: whether its image-text model is loaded (or it has none).
        cores: CPU cores that the models use; None on an accelerator, whose speed is not foretold.
    """
    known = profiles()
    if current not in {p.name for p in known}:
        known = (get_profile(current), *known)
    return tuple(_choice(p, p.name == current, loaded, archive, cores) for p in known)


def _choice(profile: Profile, current: bool, loaded: bool, archive: Archive, cores: int | None) -> Choice:
    model = profile.image_text or ""
    label = profile.label or model
    state, fetch = weights(profile)
    works = current and loaded and archive.works
    there = encoded(archive.folder, label, archive.version) if model else Encoded(complete=archive.works)
    ready = works or there.complete
    left = 0 if ready or not model else max(0, archive.photos - there.photos)
    articles = 0 if ready or not model else archive.articles
    return Choice(
        name=profile.name, summary=profile.summary, model=label if model else "", cost=profile.cost, current=current,
        works=works, weights=state, reason=profile.image_text_unavailable, fetch=fetch,
        scorers=_scorers(profile) if model else ("", ""), ready=ready, photos=archive.photos, photos_left=left,
        articles=articles, seconds=_seconds(model, left, articles, cores),
    )  # fmt: skip


def weights(profile: Profile) -> tuple[Weights, str]:
    """Whether the weights of a profile are on this machine, and the command that fetches them if they are not."""
    model = profile.image_text
    if model is None:
        return "none", ""
    if model.startswith("local-dir:"):
        there = (Path(model.removeprefix("local-dir:")) / "open_clip_config.json").is_file()
        return ("here" if there else "missing"), ""
    address = ADDRESSES.get(model)
    if address is None:
        return "unknown", ""
    return ("here", "") if hub.cached(address) else ("missing", hub.fetch_command(address))


def _scorers(profile: Profile) -> tuple[str, str]:
    heads = (profile.location_head, profile.event_head)
    location, event = ("trained" if head else "zero-shot" for head in heads)
    return location, event


def _seconds(model: str, photos: int, articles: int, cores: int | None) -> float | None:
    rate = RATES.get(model)
    if rate is None or cores is None:
        return None
    return (photos * rate[0] + TEXTS * articles * rate[1]) / max(1, cores)
