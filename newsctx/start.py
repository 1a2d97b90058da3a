"""Starting the workbench: which archive, which models, where its state lies."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from pathlib import Path

from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.opened import open_archive
from newsctx.archive.store import ArchiveStore
from newsctx.demo.locate import demo_queries, demo_source
from newsctx.errors import ArchiveError, IndexMismatch
from newsctx.models import Models, load
from newsctx.pipeline import gazetteer
from newsctx.settings import Settings
from newsctx.state import state_folder
from newsctx.workbench import Example, Workbench

DEMO_NOTICE = "Fictional demonstration archive: its events, outlets and painted photographs are invented."


def start(archive: Path | None = None, state: Path | None = None, settings: Settings | None = None) -> Workbench:
    """The workbench over `archive`, else NEWSCTX_ARCHIVE, else the demonstration archive (made ready on first start).

    Raises:
        NewsctxError: the state folder is in use, or the profile is unknown. A missing or damaged archive does not
            raise: the workbench opens and says so.
    """
    settings = settings or Settings()
    folder = state_folder(state)
    models = load(settings.profile)
    chosen = archive or (Path(os.environ["NEWSCTX_ARCHIVE"]) if os.environ.get("NEWSCTX_ARCHIVE") else None)
    threading.Thread(target=gazetteer, name="gazetteer", daemon=True).start()  # takes seconds; needed by the answer
    if chosen:
        return Workbench(chosen.expanduser(), folder, models, settings)
    demo = prepare_demo(folder, models, settings)
    return Workbench(demo, folder, models, settings, demo_examples(), (DEMO_NOTICE,))


def demo_examples() -> tuple[Example, ...]:
    """The held-out photographs of the demonstration archive that a visitor can try."""
    return tuple(
        Example(path=Path(str(q["path"])), title=str(q["note"]), note=f"Truth: {q['place']}, {q['date']}")
        for q in demo_queries()
        if q["example"]
    )


def prepare_demo(state: Path, models: Models, settings: Settings, source: Path | None = None) -> Path:
    """Import and index the demonstration archive of this version, unless that is done. Returns its folder."""
    source = source or demo_source() / "articles.jsonl"
    version = _version(source)
    folder = state / f"demo-{version}-{settings.profile.replace('/', '-').replace(':', '-')}" / "demonstration"
    try:
        open_archive(folder, models, settings)
    except (ArchiveError, IndexMismatch):
        print("newsctx: preparing the demonstration archive (once) ...", file=sys.stderr)
        import_archive(source, folder)
        with ArchiveStore.open(folder) as store:
            build_index(store, models, folder, settings)
    return folder


def _version(source: Path) -> str:
    """Changes with the texts and with the photographs beside them."""
    found = hashlib.sha256(source.read_bytes())
    for image in sorted((source.parent / "images").glob("*.jpg")):
        found.update(image.name.encode() + hashlib.sha256(image.read_bytes()).digest())
    return found.hexdigest()[:12]
