"""The workbench: what the interface and the command line call.

It holds the open archive, the models and the case store. Long work runs in a thread of its own and writes to the
store, so that a page that goes away loses nothing.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsctx import article_search, imaging, linker, profile_choices
from newsctx.access import GUEST
from newsctx.added_articles import article_from_text
from newsctx.archive.enrich import Link, Resolve
from newsctx.archive.index_parts import Progress
from newsctx.archive.opened import OpenArchive, open_archive
from newsctx.archive.store import ArchiveStore
from newsctx.article_search import FoundArticles
from newsctx.atlas import Atlas
from newsctx.audit import AuditEntry
from newsctx.batch.desk import BatchDesk
from newsctx.cache import StageCache
from newsctx.case_articles import CaseArticles
from newsctx.case_conflicts import STACK, Seen, editing, inputs_to_write, slots, unseen
from newsctx.case_desk import CaseDesk
from newsctx.case_reports import CaseReports
from newsctx.cases import Case, CaseStatus, CaseStore
from newsctx.document import ArchiveInfo, Document
from newsctx.errors import ArchiveError, IndexMismatch, NewsctxError, OverrideError
from newsctx.inspection import Inspection, LastSeen, inspect
from newsctx.media import Media
from newsctx.models import Models
from newsctx.overrides import AddArticle, ApproveCaption, EditCaption, Override, parse_override, replay
from newsctx.passages import plain
from newsctx.pipeline import Pipeline, Request, gazetteer
from newsctx.preview import Preview, preview_of
from newsctx.profile_choices import Choice
from newsctx.profiles import forget, get_profile
from newsctx.records import Article, Caption, CaptionVersion, Inputs, Match, Place, Record, StageName
from newsctx.runtime import cpu_cores
from newsctx.sensitive import PHOTO, hidden
from newsctx.services.desk import ServiceDesk
from newsctx.settings import Settings
from newsctx.stages.photo import clean_name
from newsctx.state import remember_profile
from newsctx.switching import Switch, SwitchState, prepare
from newsctx.turns import Turns
from newsctx.worker import Worker, state_now
from newsctx.writers.choices import WriterChoice, Writers
from newsctx.writers.shown import PromptShown

log = logging.getLogger(__name__)
_LOOK = 0.02  # seconds between two looks whether what is waited for has ended


class CaseView(Record):
    """Everything that a page shows of a case."""

    case_id: str
    title: str
    created: str
    updated: str
    inputs: Inputs
    document: Document | None = None
    running: bool = False
    captions: tuple[CaptionVersion, ...] = ()  # every version, oldest first
    status: CaseStatus = "open"
    tags: tuple[str, ...] = ()
    archived: bool = False
    can_undo: bool = False
    can_redo: bool = False
    entries: int = 0  # of the trail, counted before anything else was read: all of them are in what is shown
    interrupted: bool = False  # the process ended in the middle of the last run; `run` goes on where it was
    waiting: int = 0  # place in the queue of guests' analyses, 1 is next; 0: it does not wait


@dataclass(frozen=True)
class Example:
    """A photograph that a visitor can try."""

    path: Path
    title: str
    note: str = ""


class Workbench(CaseDesk, ServiceDesk, BatchDesk, CaseReports):
    """One archive, one set of models, many cases."""

    def __init__(
        self,
        archive: Path,
        state: Path,
        models: Models,
        settings: Settings | None = None,
        examples: tuple[Example, ...] = (),
        notices: tuple[str, ...] = (),
        profile_locked: str = "",
    ) -> None:
        """`profile_locked`: why the profile cannot be changed while it runs; empty: it can."""
        self.settings = settings or Settings()
        self.models = models
        self._archive_dir = archive
        self._examples = examples
        self._notices = notices
        self._cases = CaseStore(state, self.settings.cases)
        self._cache = StageCache(state / "cache")
        self._media = Media(state / "media", self.settings.photo, self.settings.report.kept_minutes)
        self._writers = Writers(self.settings.caption)
        self._prompts: tuple[str, tuple[PromptShown, ...]] = ("", ())  # of the case shown last, by its key
        self._inspections = LastSeen()
        self._workers: dict[str, Worker] = {}
        self._turns = Turns(self.settings.hosting.analyses)
        self._searches = Turns(self.settings.serving.searches)
        self._previews: dict[str, threading.Event] = {}  # by case; set where a newer one is asked for
        self._lock = threading.RLock()
        self._opened: OpenArchive | None = None
        self._locked = profile_locked
        self._switch: Switch | None = None
        self.archive_problem = ""
        self.atlas = Atlas(gazetteer)
        self._open()

    # --- the archive ------------------------------------------------------------------------------------------

    def _open(self) -> None:
        try:
            opened = open_archive(self._archive_dir, self.models, self.settings, self._notices)
        except (ArchiveError, IndexMismatch) as error:
            self.archive_problem = str(error)
            self._opened = None
        else:
            self.archive_problem = ""
            self._opened = opened

    def _archive(self) -> OpenArchive:
        """The archive as it is on disk now: an import or index run that was swapped in is picked up here."""
        with self._lock:
            switching = self._switch is not None and self._switch.state.running  # it will open what it has built
            if self._opened is None or (self._opened.stale() and not switching):
                self._open()
            if self._opened is None:
                raise ArchiveError(self.archive_problem)
            return self._opened

    @property
    def archive_info(self) -> ArchiveInfo:
        """The archive in use; empty counts where it cannot be opened (see `archive_problem`)."""
        if self._opened:
            return self._opened.info
        return ArchiveInfo(
            name=self._archive_dir.name,
            version="",
            articles=0,
            photos=0,
            profile=self.models.profile,
            notices=self._notices,
        )

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(self.settings.retrieve.weights)

    @property
    def writers(self) -> tuple[WriterChoice, ...]:
        """Who can write captions here, and why not where one cannot."""
        return self._writers.choices()

    def writer_of(self, case_id: str) -> str:
        """The name of the writer that the case's caption is written by."""
        return replay(self._cases.get(case_id).overrides).writer or self.settings.caption.writer

    def prompts(self, case_id: str) -> tuple[PromptShown, ...]:
        """What a language model would be sent for the case; nothing where none is chosen or evidence is missing."""
        case = self._cases.get(case_id)
        try:
            pipeline, request = self.pipeline(), self._request(case)
            key = pipeline.keys(request)["caption"]
            found = self._prompts  # another page's thread may put its own case's there
            if found[0] != key or not found[1]:  # none: the stages before may have ended since
                self._prompts = found = (key, pipeline.prompts(request))
        except (ArchiveError, IndexMismatch, OverrideError):
            return ()
        return found[1]

    @property
    def media_dir(self) -> Path:
        return self._media.folder

    def pipeline(self) -> Pipeline:
        """The pipeline over the archive as it is now. Raises ArchiveError or IndexMismatch."""
        with self._lock:  # archive, models and settings of one profile
            writer = self._writers.get()
            opened, cache = self._archive(), self._cache
            return Pipeline(opened, self.models, self.settings, cache, writer, self._writers, ask_first=True)

    def examples(self) -> tuple[Example, ...]:
        return self._examples

    # --- the profile ------------------------------------------------------------------------------------------

    @property
    def profile_locked(self) -> str:
        """Why the profile cannot be changed here; empty where it can."""
        if self._locked:
            return self._locked
        if self._archive_dir.is_dir() and not os.access(self._archive_dir, os.W_OK):
            return f"The archive folder {self._archive_dir} is read-only here: no index of other models can be written."
        return ""

    @property
    def switch(self) -> SwitchState | None:
        """The switch that runs, or the last one that ran."""
        return self._switch.state if self._switch else None

    def profile_choices(self) -> tuple[Choice, ...]:
        """Every profile with what choosing it would cost here."""
        info, version = self._counts()
        archive = profile_choices.Archive(
            self._archive_dir, version, info.articles, info.photos, works=self._opened is not None
        )
        loaded = self.models.image_text is not None or get_profile(self.models.profile).image_text is None
        cores, second = cpu_cores(self.models.device), self.models.second_image is not None
        return profile_choices.choices(self.models.profile, loaded, archive, cores, second)

    def _counts(self) -> tuple[ArchiveInfo, str]:
        """Also where the archive has no index of the models in use, as long as it can be read."""
        info = self.archive_info
        if info.version or not self._archive_dir.is_dir():
            return info, info.version
        try:
            with ArchiveStore.open(self._archive_dir) as store:
                counts = store.counts()
                return info.model_copy(update={"articles": counts.articles, "photos": counts.photos}), store.version
        except ArchiveError:  # `archive_problem` says it
            return info, ""

    def switch_profile(self, name: str) -> Iterator[SwitchState]:
        """Load another profile's models, encode what they have not encoded of the archive, and search with them.

        Yields how far it has come; leaving the loop does not stop it. Until it is done, and if it fails or is
        cancelled, the profile in use stays. Cases are kept: what the models change in them becomes stale.

        Raises:
            SettingsError: an unknown profile.
            NewsctxError: switching is locked here, or another switch is at work.
        """
        get_profile(name)
        if self.profile_locked:
            raise NewsctxError(self.profile_locked)
        with self._lock:
            switch = self._switch
            if switch is None or not switch.state.running:
                before = self.models.profile
                self._switch = switch = Switch(name, before, lambda tell, check: self._change_to(name, tell, check))
                switch.start()
            elif switch.state.target != name:
                raise NewsctxError(
                    f"The switch to {switch.state.target} is still at work; cancel it first, or wait for its end."
                )
        return switch.follow()

    def follow_switch(self) -> Iterator[SwitchState]:
        """The news of the switch that runs; none where none does."""
        switch = self._switch
        return switch.follow() if switch and switch.state.running else iter(())

    def cancel_switch(self) -> None:
        """Stop the switch after the batch that is being encoded; the profile in use stays."""
        if self._switch:
            self._switch.cancel()

    def _change_to(self, name: str, progress: Progress, check: Callable[[], None]) -> str:
        ready = prepare(name, self._archive_dir, self.models, self.settings, self._notices, progress, check)
        with self._lock:
            before = self.models
            self.models, self.settings, self._opened = ready.models, ready.settings, ready.archive
            self.archive_problem = ""
        forget(before, ready.models)
        model = ready.models.image_text.info.name if ready.models.image_text else "no image-text model"
        try:
            remember_profile(self._cases.folder, self._archive_dir, name)
        except OSError as error:
            log.warning("the choice of the profile could not be kept: %s", error)
            return f"Now searching with {name} ({model}), until the next start: the choice could not be kept ({error})."
        return f"Now searching with {name} ({model}).{_missing_second(ready.models)}"

    # --- cases ------------------------------------------------------------------------------------------------

    def create_case(
        self, data: bytes, filename: str, inputs: Inputs | None = None, who: str = "", owner: str = ""
    ) -> str:
        """Store a photograph that can be analysed as a new case of `owner` ("": nobody's).

        Raises PhotoRefused; CaseError where a guest has too many cases.
        """
        self._admit(owner)
        imaging.decode(data, self.settings.photo)
        return self._cases.create(data, imaging.sha256(data), clean_name(filename), inputs or Inputs(), who, owner)

    def view(self, case_id: str) -> CaseView:
        """The case as it stands: results under keys that no longer hold are marked stale. Raises CaseNotFound."""
        entries, case = self._cases.entries(case_id), self._cases.get(case_id)
        worker = self._workers.get(case_id)
        running = bool(worker and worker.computing)
        last = self._cases.newest_run(case_id)
        return CaseView(
            case_id=case.case_id, title=case.title, created=case.created, updated=case.updated, inputs=case.inputs,
            document=self._document(case, running), running=running, captions=self._cases.captions(case_id),
            status=case.status, tags=case.tags, archived=case.archived,
            can_undo=bool(case.overrides), can_redo=bool(case.undone), entries=entries,
            interrupted=bool(last and last.state == "interrupted" and not running),
            waiting=worker.place if worker and running else 0,
        )  # fmt: skip

    def _document(self, case: Case, running: bool) -> Document | None:
        stored = self._latest(case.case_id)
        if not stored:
            return None
        document, keys = stored
        now = self._keys(case)
        if document.caption and document.caption.draft and not running:  # it was stopped in the middle
            document = document.model_copy(update={"caption": None})
        status = tuple(state_now(s, keys, now, running) for s in document.status)
        return document.model_copy(update={"status": status, "overrides": case.overrides, "inputs": case.inputs})

    def _latest(self, case_id: str) -> tuple[Document, dict[str, str]] | None:
        """The case's document and stage keys; those of a run that the store has not got to the end of come first."""
        worker = self._workers.get(case_id)
        return (worker.latest if worker and worker.alive else None) or self._cases.document(case_id)

    def _keys(self, case: Case) -> dict[StageName, str]:
        try:
            return self.pipeline().keys(self._request(case))
        except (ArchiveError, IndexMismatch):  # gone: old cases stay readable, `archive_problem` says why
            return {}

    def _request(self, case: Case) -> Request:
        return Request(self._cases.photo(case), case.filename, case.inputs, case.overrides)

    def set_inputs(self, case_id: str, inputs: Inputs, who: str = "", since: Seen | None = None) -> CaseView:
        """Change the note or the claim; what depends on it becomes stale.

        since: what who edits has seen: only the fields that were changed since are written. Raises EditConflict.
        """
        with editing(self._cases, case_id, frozenset(), since):
            new = inputs_to_write(self._cases, case_id, inputs, since) if since else inputs
            self._cases.set_inputs(case_id, new, who)
        return self.view(case_id)

    def override(
        self, case_id: str, action: dict[str, object], who: str = "", since: Seen | None = None
    ) -> CaseView:  # fmt: skip
        """Add an override by `who`; the stages from the first that it touches become stale.

        since: what who edits has seen; None: the newest edit wins.

        Raises OverrideError, CaseNotFound; EditConflict where somebody else has changed the same thing since.
        """
        one, pipeline = parse_override(action), self.pipeline()
        # checked against what it is added to, whatever another page does meanwhile
        with editing(self._cases, case_id, slots(one), since, one):
            case = self._cases.get(case_id)
            pipeline.check(one, replay(case.overrides))
            self._check_version(case_id, one)
            self._cases.append(case_id, one, who)
            if isinstance(one, EditCaption) and one.text:  # a version at once: the next edit may come before a run
                self._cases.add_caption(case_id, Caption(text=plain(one.text), writer="the analyst", kind="edited"))
        return self.view(case_id)

    def _check_version(self, case_id: str, one: Override) -> None:
        """Raise OverrideError for an approval of a version that the caption does not have."""
        if isinstance(one, ApproveCaption) and one.version is not None:
            known = [v.number for v in self._cases.captions(case_id)]
            if one.version not in known:
                raise OverrideError(
                    f"The caption has no version {str(one.version)[:20]}; its versions are 1 to {len(known)}."
                    if known
                    else "There is no caption to approve yet: analyse the photograph first."
                )

    def preview_override(self, case_id: str, action: dict[str, object]) -> Preview:
        """What an override would change; nothing is stored. A newer preview of the case ends an older one early.

        Raises OverrideError, CaseNotFound, ArchiveError, IndexMismatch; NewsctxError where nothing was analysed yet.
        """
        case = self._cases.get(case_id)
        if self._latest(case_id) is None:
            raise NewsctxError("There is nothing to compare with yet: analyse the photograph first.")
        pipeline, one = self.pipeline(), parse_override(action)
        pipeline.check(one, replay(case.overrides))
        mine = threading.Event()
        with self._lock:
            before, self._previews[case_id] = self._previews.get(case_id), mine
        if before:
            before.set()
        try:
            return preview_of(pipeline, self._request(case), one, mine.is_set)
        finally:
            with self._lock:
                if self._previews.get(case_id) is mine:
                    del self._previews[case_id]

    def undo(self, case_id: str, who: str = "", seen: int | None = None, since: Seen | None = None) -> CaseView:
        """Take the newest override back; `seen`: see `CaseStore.undo`.

        since: what who edits has seen. Raises CaseNotFound, CaseError; EditConflict where others have overridden, or
        taken back, anything since.
        """
        self._cases.get(case_id)
        with editing(self._cases, case_id, frozenset({STACK}), since):
            self._cases.undo(case_id, who, seen)
        return self.view(case_id)

    def redo(self, case_id: str, who: str = "", since: Seen | None = None) -> CaseView:
        """Make the override that was taken back last again; nothing happens where there is none. `since`: as `undo`."""
        self._cases.get(case_id)
        with editing(self._cases, case_id, frozenset({STACK}), since):
            self._cases.redo(case_id, who)
        return self.view(case_id)

    def news(self, case_id: str, since: Seen) -> tuple[AuditEntry, ...]:
        """What others did to the case since, oldest first, without runs and downloads."""
        return tuple(unseen(self._cases, case_id, since))

    # --- running ----------------------------------------------------------------------------------------------

    def run(self, case_id: str, who: str = "", pace: float = 0.0) -> Iterator[CaseView]:
        """Compute what is stale; yields the case after each change. Leaving the loop does not stop the work.

        The last view but one is the answer: nothing is running any more, and the store begins to write the run down;
        with the last one it has. pace: seconds between two views before the answer.

        Raises CaseNotFound, ArchiveError, IndexMismatch.
        """
        worker = self._start(self._cases.get(case_id), who)
        seen: int | None = -1
        with worker.followed():
            while seen is not None:
                seen = worker.wait_for_news(seen, pace)
                yield self.view(case_id)

    def follow(self, case_id: str, pace: float = 0.0) -> Iterator[CaseView]:
        """The same of a run that somebody else has begun; nothing is started. One view where none is at work.

        Raises CaseNotFound.
        """
        worker = self._workers.get(case_id)
        seen: int | None = -1
        if worker is None or not worker.alive:
            yield self.view(case_id)
            return
        with worker.followed():
            while seen is not None:
                seen = worker.wait_for_news(seen, pace)
                yield self.view(case_id)

    def _start(self, case: Case, who: str = "", before_stage: Callable[[], None] | None = None) -> Worker:
        with self._lock:
            pipeline = self.pipeline()
            request = self._request(case)
            keys = pipeline.keys(request)
            running = self._workers.get(case.case_id)
            if running and running.alive and running.keys == keys:
                return running  # another page already asked for the same
            owner = self._cases.owner_of(case.case_id)
            turns = [(self._turns, owner)] if owner.startswith(GUEST) else []
            searches = before_stage is None and self._searches_anew(case)  # a batch has its own manners
            if searches:
                turns.append((self._searches, case.case_id))
                before_stage = self._give_way
            self._workers[case.case_id] = worker = Worker(
                self._cases, case.case_id, pipeline, request, running, who, turns
            )
            worker.quick = not searches and before_stage is None
            if before_stage:
                worker.before_stage = before_stage
            worker.start()
            return worker

    def _searches_anew(self, case: Case) -> bool:
        """Whether an analysis begins with a search: seconds of work, where most overrides take a tenth of one."""
        stored = self._latest(case.case_id)
        return stored is None or "caption" not in stored[1] or stored[0].inputs != case.inputs

    def _give_way(self) -> None:
        """Wait while overrides are recomputed elsewhere, so long as a search has to before each of its stages."""
        end = time.monotonic() + self.settings.serving.give_way_seconds
        while time.monotonic() < end and any(w.quick and w.computing for w in tuple(self._workers.values())):
            time.sleep(_LOOK)

    @property
    def busy(self) -> bool:
        """Whether anybody waits for an analysis."""
        return any(w.computing for w in tuple(self._workers.values()))

    def cancel(self, case_id: str) -> None:
        """Stop after the stage that is running."""
        worker = self._workers.get(case_id)
        if worker:
            worker.stop()

    # --- pictures and files -----------------------------------------------------------------------------------

    def preview(self, case_id: str) -> Path:
        """The photograph re-encoded without any metadata."""
        case = self._cases.get(case_id)
        return self._media.preview(case.photo_sha256, lambda: self._cases.photo(case))

    def detail(self, case_id: str) -> Path:
        """A larger re-encoded copy, for looking closely."""
        case = self._cases.get(case_id)
        return self._media.detail(case.photo_sha256, lambda: self._cases.photo(case))

    def inspect(self, case_id: str) -> Inspection:
        """A first look at signs of editing and at the file's metadata; remembered for the photographs seen last."""
        case = self._cases.get(case_id)
        return self._inspections(
            case.photo_sha256,
            lambda: inspect(
                self._cases.photo(case), case.photo_sha256, self.settings.photo, self.settings.tamper, self._media.keep
            ),
        )

    def hides_photo(self, case_id: str) -> bool:
        """Whether the photograph under check of a case is to be covered until it is chosen."""
        case = self._cases.get(case_id)
        marked = replay(case.overrides).sensitive
        if PHOTO in marked or not marked:
            return PHOTO in marked
        stored = self._latest(case_id)  # a copy of it in the archive may be marked
        return bool(stored) and PHOTO in hidden(stored[0].model_copy(update={"overrides": case.overrides}))

    def example_picture(self, example: Example) -> Path:
        """A re-encoded copy of an example photograph, for the start page."""
        data = example.path.read_bytes()
        return self._media.preview(imaging.sha256(data), lambda: data)

    def thumbnail(self, image_id: str) -> Path | None:
        """A small copy of an archived photograph, or None where its file is gone."""
        return self._media.archived(image_id, self._image_path(image_id), small=True)

    def archive_photo(self, image_id: str) -> Path | None:
        """A re-encoded copy of an archived photograph, or None where its file is gone."""
        return self._media.archived(image_id, self._image_path(image_id), small=False)

    def _image_path(self, image_id: str) -> Path | None:
        return self._opened.store.image_path(image_id) if self._opened else None

    def article(self, article_id: str) -> Article | None:
        """An article of the archive with its whole text, or None."""
        return self._opened.store.article(article_id) if self._opened else None

    def search_articles(
        self, query: str, after: str = "", before: str = "", place: str = "", limit: int = 10, offset: int = 0
    ) -> FoundArticles:
        """A page of the archive's articles for words, without a photograph; see `article_search.search`.

        Raises CallRefused, ArchiveError, IndexMismatch.
        """
        with self._lock:  # archive, models and settings of one profile
            archive, encoder, settings = self._archive(), self.models.sentence, self.settings
        return article_search.search(
            archive, encoder, settings, lambda text: gazetteer().resolve(text), query, after, before, place, limit,
            offset,
        )  # fmt: skip

    def case_article(self, case_id: str, article_id: str) -> Article | None:
        """An article as the case has it: with its corrections, also one that the analyst added. Raises CaseNotFound."""
        edits = replay(self._cases.get(case_id).overrides)
        read = self._opened.store.articles if self._opened else lambda ids: {}
        return CaseArticles(read, edits, lambda text: gazetteer().resolve(text)).get([article_id]).get(article_id)

    def added_article(
        self, text: str, headline: str = "", source: str = "", published: str = "", places: str = "", url: str = ""
    ) -> dict[str, object]:
        """An `add_article` action for `override`, from pasted text. Raises OverrideError; see `article_from_text`."""
        link, resolve = self._linking()
        article = article_from_text(
            text, link, resolve, self.settings.imports, headline, source, published, places, url
        )  # fmt: skip
        return AddArticle(article=article).model_dump(mode="json")

    def fetch_article(self, url: str) -> dict[str, object]:
        """An `add_article` action for `override`, from a page that is fetched now; its `reason` says from where.

        Raises FetchRefused, OverrideError; see `safe_fetch`.
        """
        from newsctx.fetched_articles import article_from_url  # the reader of pages loads only where one is read

        article, origin = article_from_url(url, *self._linking(), self.settings)
        return AddArticle(article=article, reason=origin).model_dump(mode="json")

    def place_near(self, lat: float, lon: float) -> Place | None:
        """The nearest city to a point of the map (degrees, WGS 84); None where there is none within 50 km.

        Raises OverrideError for a point that is none.
        """
        try:
            return gazetteer().nearest(float(lat), float(lon))
        except (ValueError, TypeError) as error:
            raise OverrideError(f"There is no such point on the map: {str(error)[:200]}.") from error

    def _linking(self) -> tuple[Link, Resolve]:
        known, s = gazetteer(), self.settings.linker
        return lambda title, abstract, body: linker.link(title, abstract, body, known.gazetteer, s), known.resolve

    def match_view(self, case_id: str, match: Match) -> Path | None:
        """Both photographs side by side with the inlier lines, or None where the archived one is gone."""
        path, case = self._image_path(match.image_id), self._cases.get(case_id)
        return self._media.match(match, case.photo_sha256, lambda: self._cases.photo(case), path) if path else None

    def match_overlay(self, case_id: str, match: Match) -> Path | None:
        """The archived photograph as it lies in the query, or None where no plane or no file is there."""
        view, path = self.view(case_id), self._image_path(match.image_id)
        photo = view.document.photo if view.document else None
        return self._media.overlay(match, (photo.width, photo.height), path) if photo and path else None

    def export_json(self, case_id: str, who: str = "") -> Path:
        """The analysis document as a file."""
        view = self.view(case_id)
        if view.document is None:
            raise NewsctxError("There is nothing to export yet: analyse the photograph first.")
        if view.document.caption and view.document.caption.draft:
            raise NewsctxError("The caption is being written: wait for its end, or cancel, then download.")
        self._cases.record(case_id, "exported", who, {"format": "json"})
        document = view.document.model_copy(update={"sensitive": tuple(sorted(hidden(view.document)))})
        return self._media.export(f"newsctx-{case_id}.json", document.to_json().encode())

    def close(self) -> None:
        if self._switch:
            self._switch.cancel()
            self._switch.join(10)  # a download cannot be interrupted; it ends with the process
        self._close_batches()
        for worker in list(self._workers.values()):
            worker.stop()
            worker.join()
        self._cases.close()


def _missing_second(models: Models) -> str:
    """What a switch adds where the profile works, but without its second image encoder."""
    if models.second_image is not None or get_profile(models.profile).second_image is None:
        return ""
    return f" Its second image encoder could not be loaded: {models.second_image_unavailable}"
