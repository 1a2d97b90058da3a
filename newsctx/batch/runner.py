"""The thread that takes the photographs of batches one after the other.

There is one for a process: the models use the cores that there are. Batches take turns, so that none waits for the
end of another. Between two stages the work of analysts, who wait for it, goes first.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, cast

from newsctx.batch.outcome import outcome
from newsctx.batch.records import BatchItem
from newsctx.errors import AccessRefused, ArchiveError, BatchNotFound, CaseNotFound, IndexMismatch, NewsctxError
from newsctx.settings import BatchSettings

if TYPE_CHECKING:
    from newsctx.cases import CaseStore
    from newsctx.worker import Worker

log = logging.getLogger(__name__)
Turn = Callable[[], None]  # asked before each stage; it returns when that may begin


class Desk(Protocol):
    """What the runner asks of the workbench."""

    def check_photo(self, data: bytes, owner: str) -> None:
        """Raise PhotoRefused for bytes that cannot be analysed, CaseError where the owner can have no more cases."""

    def analysing(self, case_id: str, who: str, turn: Turn) -> Worker:
        """Start the analysis of a case, or join the one that runs. Raises CaseNotFound, ArchiveError, IndexMismatch."""

    def analysis_of(self, case_id: str) -> Worker | None:
        """The newest analysis of a case that was started in this process."""

    def let_go(self, case_id: str, worker: Worker) -> None:
        """An analysis has ended: what was held for pages that follow it is not needed."""

    def awaited(self, mine: Worker) -> bool:
        """Whether an analyst waits for another analysis than this one, and not for this one."""


class BatchRunner:
    """Takes what waits in the running batches; started when there is something."""

    def __init__(self, store: CaseStore, desk: Desk, settings: BatchSettings) -> None:
        self._store, self._desk, self._settings = store, desk, settings
        self._news = threading.Condition()
        self._count = 0
        self._thread: threading.Thread | None = None
        self._closing = self._wanted = False
        self._served: dict[str, int] = {}  # batch -> when it had its last turn
        self._now: tuple[str, int] | None = None  # what is being analysed: batch and number
        self._worker: Worker | None = None
        self._stopping: set[str] = set()  # batches whose analysis ends after its stage

    # --- from other threads -----------------------------------------------------------------------------------

    def wake(self) -> None:
        """There may be work."""
        with self._news:
            self._wanted = True
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="batches", daemon=True)
                self._thread.start()
            self._tell()

    def stop_stage(self, batch_id: str) -> None:
        """End the analysis of a batch after the stage that runs; its photograph waits again."""
        with self._news:
            if self._now and self._now[0] == batch_id:
                self._stopping.add(batch_id)
                if self._worker:
                    self._worker.stop()

    def working_on(self, batch_id: str) -> bool:
        """Whether a photograph of the batch is being analysed this moment."""
        with self._news:
            return self._now is not None and self._now[0] == batch_id

    def wait_for_news(self, seen: int, timeout: float | None = None) -> int:
        """Block until something has changed since `seen`, or so many seconds have passed; the new count."""
        with self._news:
            self._news.wait_for(lambda: self._count != seen, timeout)
            return self._count

    def close(self) -> None:
        """End after the stage that runs; what it was at waits again."""
        with self._news:
            self._closing, thread = True, self._thread
            if self._worker:
                self._worker.stop()
            self._tell()
        if thread:
            thread.join()

    def _tell(self) -> None:
        with self._news:
            self._count += 1
            self._news.notify_all()

    # --- in the thread ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self._more():
                chosen = self._next()
                if chosen:
                    self.wake()
                    self._serve(*chosen)
        except Exception:  # the store itself: nothing goes on until somebody asks again
            log.exception("the batches rest")
            with self._news:
                self._thread = None
                self._tell()

    def _more(self) -> bool:
        """Whether somebody has asked since the last look; if not, the thread ends."""
        with self._news:
            if self._wanted and not self._closing:
                self._wanted = False
                return True
            self._thread = None
            self._tell()
            return False

    def _next(self) -> tuple[str, int] | None:
        """The next photograph of the running batch that has waited longest; batches without any are done."""
        for batch_id in sorted(self._store.running_batches(), key=lambda b: self._served.get(b, 0)):
            number = self._store.next_item(batch_id)
            if number is not None:
                return batch_id, number
            self._end(batch_id)
        return None

    def _end(self, batch_id: str) -> None:
        """A batch is done where nothing waits, also one that was to pause after its last photograph."""
        with suppress(BatchNotFound), self._store.together():
            batch = self._store.batch(batch_id)
            if batch.state in ("running", "paused") and not batch.waiting and not batch.running:
                self._store.set_batch(batch_id, "done")
        self._tell()

    def _serve(self, batch_id: str, number: int) -> None:
        """One photograph; whatever goes wrong with it is told in its row."""
        with self._news:
            self._now = (batch_id, number)
            self._served[batch_id] = max(self._served.values(), default=0) + 1
        try:
            self._analyse(batch_id, number)
        except (BatchNotFound, CaseNotFound):
            self._lost(batch_id, number)
        except (ArchiveError, IndexMismatch) as error:  # every other photograph would fail the same way
            self._store.end_item(batch_id, number, "waiting")
            self._store.set_batch(batch_id, "paused", str(error))
        except NewsctxError as error:
            self._store.end_item(batch_id, number, "failed", str(error))
        except Exception as error:
            log.exception("photograph %s of batch %s", number, batch_id)
            text = f"An unexpected error ({type(error).__name__}); the log tells more. Retry it, or open its case."
            self._store.end_item(batch_id, number, "failed", text)
        finally:
            with self._news:
                self._now = self._worker = None
                self._stopping.discard(batch_id)
            self._end(batch_id)

    def _lost(self, batch_id: str, number: int) -> None:
        """The batch, or the case, was deleted while its turn was."""
        try:
            self._store.batch(batch_id)
        except BatchNotFound:
            return
        self._store.end_item(batch_id, number, "cancelled", "Its case was deleted while it was being analysed.")

    def _analyse(self, batch_id: str, number: int) -> None:
        store, began = self._store, time.monotonic()
        store.begin_item(batch_id, number)
        self._tell()
        item = store.batch_item(batch_id, number)
        case_id = item.case_id or self._make_case(item)
        self._check_right(store.batch(batch_id).owner, case_id)
        worker: Worker | None = self._desk.analysing(case_id, store.batch(batch_id).who, self._turn)
        with self._news:
            self._worker = worker
            if self._asked_to_stop(batch_id):
                worker.stop()
        while worker is not None:  # an analyst's change of the case puts another in its place
            worker.join()
            last, worker = worker, self._desk.analysis_of(case_id)
            if worker is last:
                self._desk.let_go(case_id, last)
                worker = None
        self._write_down(batch_id, number, case_id, time.monotonic() - began)

    def _check_right(self, owner: str, case_id: str) -> None:
        """A case that was given away since is its new owner's. Raises AccessRefused, CaseNotFound."""
        its = self._store.owner_of(case_id)
        if owner and owner != its and self._store.shares(case_id).get(owner) != "edit":
            raise AccessRefused("Its case is somebody else's now: whoever has it can analyse it again.")

    def _make_case(self, item: BatchItem) -> str:
        data = self._store.photo_of_item(item.batch_id, item.number)
        self._desk.check_photo(data, self._store.batch(item.batch_id).owner)
        return self._store.make_case(item.batch_id, item.number, data, item.name)

    def _write_down(self, batch_id: str, number: int, case_id: str, seconds: float) -> None:
        run, stored = self._store.newest_run(case_id), self._store.document(case_id)
        if run is None:
            raise CaseNotFound.of(case_id)
        if run.state == "cancelled" and self._asked_to_stop(batch_id):
            off = self._store.batch(batch_id).state == "cancelled"
            self._store.end_item(batch_id, number, "cancelled" if off else "waiting")
            return
        wrong = next((f"{s.name}: {s.note}" for s in stored[0].status if s.state == "failed"), "") if stored else ""
        if run.state == "cancelled":
            wrong = "Its analysis was cancelled on its page. Retry it, or open its case."
        elif run.state != "done":
            wrong = (
                wrong or "The analysis ended with an unexpected error; the log tells more. Retry it, or open its case."
            )
        came_to = outcome(stored[0]) if stored and not wrong else None
        self._store.end_item(batch_id, number, "failed" if wrong else "done", wrong, seconds, came_to)

    def _asked_to_stop(self, batch_id: str) -> bool:
        with self._news:
            return self._closing or batch_id in self._stopping

    def _turn(self) -> None:
        """Before a stage, in the analysis' own thread: what analysts wait for goes first, as long as settings say."""
        mine, until = cast("Worker", threading.current_thread()), time.monotonic() + self._settings.patience
        while not mine.stopped and time.monotonic() < until and self._desk.awaited(mine):
            time.sleep(self._settings.poll)
