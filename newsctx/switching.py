"""Changing the profile of a running workbench: the one in use stays until the other is loaded and indexed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from newsctx.archive import manifest as manifests
from newsctx.archive.index_build import build_index
from newsctx.archive.index_parts import Progress
from newsctx.archive.opened import OpenArchive, open_archive
from newsctx.archive.store import ArchiveStore
from newsctx.cache import write_beside
from newsctx.errors import ArchiveError, IndexMismatch, ModelUnavailable, NewsctxError
from newsctx.models import Models, load
from newsctx.profiles import forget, get_profile
from newsctx.settings import Settings

log = logging.getLogger(__name__)
Phase = Literal["loading", "encoding", "done", "failed", "cancelled"]
PAUSE = 0.25  # seconds between two pieces of news: a page need not be painted more often


class Cancelled(Exception):
    """The analyst took the switch back."""


@dataclass(frozen=True)
class SwitchState:
    """How far a switch has come."""

    target: str  # the profile that is wanted
    before: str  # the one in use until the switch is done
    phase: Phase = "loading"
    what: str = ""  # what is being encoded
    done: int = 0
    total: int = 0
    seconds_left: float | None = None  # of what is being encoded
    message: str = ""  # how it ended
    cancelling: bool = False

    @property
    def running(self) -> bool:
        return self.phase in ("loading", "encoding")


class Switch(threading.Thread):
    """One switch; pages wait for its news, and it goes on without them."""

    def __init__(self, target: str, before: str, work: Callable[[Progress, Callable[[], None]], str]) -> None:
        """`work` is given a progress function and one that raises `Cancelled` where asked for; returns a message."""
        super().__init__(name=f"switch-{target[:20]}", daemon=True)
        self._work = work
        self._news = threading.Condition()
        self._count = 0
        self._state = SwitchState(target, before)
        self._stopped = threading.Event()
        self._told = self._began = 0.0
        self._first = 0

    @property
    def state(self) -> SwitchState:
        return self._state

    def cancel(self) -> None:
        """Stop after the batch that is being encoded; a download is left when it ends."""
        if self._state.running:
            self._stopped.set()
            self._tell(cancelling=True)

    def run(self) -> None:
        """Work and tell; called by `start`."""
        before = self._state.before
        try:
            message = self._work(self._progress, self._check)
        except Cancelled:
            self._tell(phase="cancelled", message=f"Cancelled: still using {before}. What was encoded is kept.")
        except NewsctxError as error:
            self._tell(phase="failed", message=f"Still using {before}. {_sentence(str(error))}")
        except Exception as error:  # the thread's end: whatever it was, the analyst has to hear of it
            log.exception("the switch to %s failed", self._state.target)
            reason = f"{type(error).__name__}: {str(error)[:200]}"
            self._tell(phase="failed", message=f"Still using {before}. The switch failed ({reason}).")
        else:
            self._tell(phase="done", message=message)

    def follow(self) -> Iterator[SwitchState]:
        """Every piece of news, the last one when the switch has ended. Leaving the loop does not stop it."""
        seen = -1
        while True:
            with self._news:
                while self._count <= seen:
                    self._news.wait()
                seen, state = self._count, self._state
            yield state
            if not state.running:
                return

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Cancelled

    def _progress(self, what: str, done: int, total: int) -> None:
        self._check()
        now = time.monotonic()
        if what != self._state.what:
            self._began, self._first, self._told = now, done, 0.0
        if now - self._told < PAUSE and done < total:
            return
        self._told = now
        since = done - self._first
        left = (now - self._began) / since * (total - done) if since > 0 else None
        self._tell(phase="encoding", what=what, done=done, total=total, seconds_left=left)

    def _tell(self, **changes: object) -> None:
        with self._news:
            self._state = replace(self._state, **changes)
            self._count += 1
            self._news.notify_all()


@dataclass(frozen=True)
class Prepared:
    """Everything that a workbench needs of a profile."""

    models: Models
    settings: Settings
    archive: OpenArchive


def prepare(
    name: str, archive_dir: Path, now: Models, settings: Settings, notices: tuple[str, ...], progress: Progress,
    check: Callable[[], None],
) -> Prepared:  # fmt: skip
    """Load the models of a profile and open the archive with them, encoding what they have not encoded yet.

    Nothing in use changes: where this raises, the archive's index is the one that it was.

    Raises:
        SettingsError: an unknown profile.
        ModelUnavailable: weights that are not here and cannot be fetched, or a head of another encoder.
        ArchiveError: the archive is missing, or its index cannot be written.
        Whatever `check` or `progress` raise.
    """
    models = _load(name, now)
    settings = settings.model_copy(update={"profile": name})
    try:
        check()
        try:
            return Prepared(models, settings, open_archive(archive_dir, models, settings, notices))
        except (ArchiveError, IndexMismatch):
            pass  # no index of these models yet; a missing archive raises again below
        with ArchiveStore.open(archive_dir) as store, _index_restored(archive_dir):
            build_index(store, models, archive_dir, settings, progress)
            return Prepared(models, settings, open_archive(archive_dir, models, settings, notices))
    except BaseException:
        forget(models, now)
        raise


def _load(name: str, now: Models) -> Models:
    models = load(name, now.device.name)
    if get_profile(name).image_text is not None and models.image_text is None:
        raise ModelUnavailable(models.image_text_unavailable)
    if models.sentence is None and now.sentence is not None:
        raise ModelUnavailable(models.sentence_unavailable)
    if now.ocr is not None:  # the reader and the remembered sentence vectors depend on no profile
        models = replace(models, ocr=now.ocr, ocr_unavailable="")
    return replace(models, embed=now.embed) if models.sentence is now.sentence else models


@contextmanager
def _index_restored(archive_dir: Path) -> Iterator[None]:
    """Where the block raises, the manifest points to the index it pointed to (whose folder an index run keeps)."""
    path = archive_dir / "index" / manifests.FILE
    before = path.read_bytes() if path.is_file() else None
    try:
        yield
    except BaseException:
        if before is not None and (not path.is_file() or path.read_bytes() != before):
            write_beside(path, before)
        raise


def _sentence(text: str) -> str:
    """A message as a sentence of its own."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
