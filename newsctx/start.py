"""Starting the workbench: which archive, which models, where its state lies."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from pathlib import Path

from newsctx import hosting, zero_gpu
from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.opened import open_archive
from newsctx.archive.store import ArchiveStore
from newsctx.demo.locate import demo_queries, demo_source
from newsctx.errors import ArchiveError, IndexMismatch, SettingsError
from newsctx.models import Models, load
from newsctx.pauses import keep_short
from newsctx.pipeline import gazetteer
from newsctx.profiles import get_profile
from newsctx.settings import Settings
from newsctx.state import remembered_profile, state_folder
from newsctx.workbench import Example, Workbench

log = logging.getLogger(__name__)
DEMO_NOTICE = "Fictional demonstration archive: its events, outlets and painted photographs are invented."


def start(
    archive: Path | None = None,
    state: Path | None = None,
    settings: Settings | None = None,
    profile_locked: str = "",
) -> Workbench:
    """The workbench over `archive`, else NEWSCTX_ARCHIVE, else the demonstration archive (made ready on first start).

    A profile that the settings or NEWSCTX_PROFILE do not name is the one last chosen for this archive in the interface.
    `profile_locked` says why it cannot be changed there; empty: it can.

    Raises:
        NewsctxError: the state folder is in use, or the profile is unknown. A missing or damaged archive does not
            raise: the workbench opens and says so.
    """
    folder = state_folder(state)
    chosen = archive or (Path(os.environ["NEWSCTX_ARCHIVE"]) if os.environ.get("NEWSCTX_ARCHIVE") else None)
    where = chosen.expanduser() if chosen else demo_folder(folder)
    settings = with_chosen_profile(settings or Settings(), folder, where)
    models, fallen = load(settings.profile, zero_gpu.encoders_on(os.environ)), ""
    if hosting.on_space(os.environ):
        settings, models, fallen = or_embedded(settings, models)
    keep_short(settings.serving.collection_seconds, gazetteer)  # it takes seconds to load, and is needed by the answer
    said = (fallen,) if fallen else ()
    if chosen:
        return Workbench(where, folder, models, settings, notices=said, profile_locked=profile_locked)
    demo = prepare_demo(folder, models, settings)
    return Workbench(demo, folder, models, settings, demo_examples(), (DEMO_NOTICE, *said), profile_locked)


def or_embedded(settings: Settings, models: Models) -> tuple[Settings, Models, str]:
    """The embedded profile instead of one whose image-text model could not be loaded, and what the page says of it.

    Nobody sits before a Space who could choose another one; at a desk the interface offers that.
    """
    if models.image_text is not None or settings.profile == "embedded":
        return settings, models, ""
    said = (
        f"The profile {settings.profile} could not be loaded, so that the smaller embedded one searches: "
        f"{models.image_text_unavailable}"
    )
    log.warning(said)
    settings = settings.model_copy(update={"profile": "embedded"})
    return settings, load(settings.profile, zero_gpu.encoders_on(os.environ)), said


def with_chosen_profile(settings: Settings, state: Path, archive: Path) -> Settings:
    """The settings with the profile that was last chosen for the archive, unless one was named for this start."""
    if "profile" in settings.model_fields_set or os.environ.get("NEWSCTX_PROFILE"):
        return settings
    name = remembered_profile(state, archive)
    try:
        return settings.model_copy(update={"profile": get_profile(name).name}) if name else settings
    except SettingsError as error:  # of another version of newsctx
        log.warning("the remembered profile is not used: %s", error)
        return settings


def demo_examples() -> tuple[Example, ...]:
    """The held-out photographs of the demonstration archive that a visitor can try."""
    return tuple(
        Example(path=Path(str(q["path"])), title=str(q["note"]), note=f"Truth: {q['place']}, {q['date']}")
        for q in demo_queries()
        if q["example"]
    )


def demo_folder(state: Path, source: Path | None = None) -> Path:
    """Where the demonstration archive of this version lies; one folder for all profiles, as for any archive."""
    return state / f"demo-{_version(source or _demo_source())}" / "demonstration"


def prepare_demo(state: Path, models: Models, settings: Settings, source: Path | None = None) -> Path:
    """Import and index the demonstration archive of this version, unless that is done. Returns its folder."""
    source = source or _demo_source()
    folder = demo_folder(state, source)
    try:
        open_archive(folder, models, settings)
    except (ArchiveError, IndexMismatch) as error:
        print("newsctx: preparing the demonstration archive (once for each profile) ...", file=sys.stderr)
        if not isinstance(error, IndexMismatch):  # else the articles are there, only not with these models
            import_archive(source, folder)
        with ArchiveStore.open(folder) as store:
            build_index(store, models, folder, settings)
    return folder


def _demo_source() -> Path:
    return demo_source() / "articles.jsonl"


def _version(source: Path) -> str:
    """Changes with the texts and with the photographs beside them."""
    found = hashlib.sha256(source.read_bytes())
    for image in sorted((source.parent / "images").glob("*.jpg")):
        found.update(image.name.encode() + hashlib.sha256(image.read_bytes()).digest())
    return found.hexdigest()[:12]
