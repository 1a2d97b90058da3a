"""The part of the workbench about batches of photographs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from newsctx import imaging
from newsctx.access import GUEST
from newsctx.batch.export import as_csv, as_json
from newsctx.batch.lists import parse_list
from newsctx.batch.records import Batch, BatchItem, Entry, Found, Problem
from newsctx.batch.runner import BatchRunner
from newsctx.cases import CaseStore
from newsctx.errors import BatchError, PhotoRefused
from newsctx.media import Media
from newsctx.records import Inputs
from newsctx.settings import Settings
from newsctx.stages.photo import clean_name
from newsctx.worker import Worker

FORMATS = ("csv", "json")
_MAKING = threading.Lock()


class BatchDesk:
    """Batches: what pages and the command line do with them."""

    _cases: CaseStore
    _media: Media
    _workers: dict[str, Worker]
    _lock: threading.RLock
    _archive_dir: Path
    settings: Settings
    _batches: BatchRunner | None = None

    _start: Callable[..., Worker]
    _admit: Callable[[str], None]  # raises CaseError where an owner can have no more cases

    # --- looking ----------------------------------------------------------------------------------------------

    def batches(self, limit: int = 50, viewer: str | None = None) -> tuple[Batch, ...]:
        """The newest batches; `viewer`: those of this owner, None: all."""
        return self._cases.batches(viewer, limit)

    def batch(self, batch_id: str) -> Batch:
        """How far a batch has come. Raises BatchNotFound."""
        return self._cases.batch(batch_id)

    def batch_items(
        self, batch_id: str, state: str = "", limit: int = 10**9, offset: int = 0
    ) -> tuple[BatchItem, ...]:  # fmt: skip
        """What came of each photograph, in their order; `state`: only those. Raises BatchNotFound."""
        self._cases.batch(batch_id)
        return self._cases.batch_items(batch_id, state, limit, offset)

    def owner_of_batch(self, batch_id: str) -> str:
        """Whose a batch is, empty where it is nobody's. Raises BatchNotFound."""
        return self._cases.batch(batch_id).owner

    def batch_news(self, batch_id: str, seen: int = -1, timeout: float | None = None) -> int:
        """Wait until anything has happened to batches since `seen`, or so many seconds; a number for the next call."""
        self._cases.batch(batch_id)
        return self._runner().wait_for_news(seen, timeout)

    # --- making one -------------------------------------------------------------------------------------------

    def create_batch(self, title: str, who: str = "", owner: str = "") -> str:
        """An empty batch; returns its id. Raises CaseError for a title that is too long."""
        return self._cases.create_batch(title, who, owner)

    def batch_of(self, found: Found, title: str = "", who: str = "", owner: str = "", new: bool = False) -> str:
        """The batch of a folder or list: the one that there is, with what has come since, unless `new`; its id."""
        batch_id = "" if new else self._cases.of_source(found.source)
        with self._cases.together():
            batch_id = batch_id or self._cases.create_batch(title or found.title, who, owner, found.source)
            self._fits(self._cases.batch(batch_id), 0)
            self._cases.add_entries(batch_id, found.entries, by_name=found.source.startswith("folder:"))
        return batch_id

    def add_to_batch(
        self, batch_id: str, photos: Iterable[tuple[str, Callable[[], bytes]]], table: bytes | None = None
    ) -> tuple[Problem, ...]:  # fmt: skip
        """Put uploaded photographs into a batch that has not begun: names and what reads their bytes.

        table: a CSV whose rows name them (`newsctx.batch.lists`); only those that it names are taken, as often as it
        does. A photograph that cannot be analysed stands in the batch with the reason. What of the CSV could not be
        used is returned. Raises BatchNotFound, BatchError.
        """
        given = [(clean_name(name), read) for name, read in photos]
        entries, problems = _named(given, table, self.settings) if table is not None else _plain(given)
        batch = self._cases.batch(batch_id)
        if batch.state != "new":
            raise BatchError("The batch has begun: nothing can be added. Make another one.")
        self._fits(batch, len(entries))
        for entry, read in entries:
            data = read()
            error = ""
            try:
                imaging.header(data, self.settings.photo)  # the whole is decoded when its turn comes
            except PhotoRefused as refused:
                error = str(refused)
            except Exception:  # readers raise almost anything: the stage says what it is
                error = ""
            self._cases.add_photo(batch_id, entry, data, error)
        return problems

    def _fits(self, batch: Batch, more: int) -> None:
        most, guests = self.settings.batch.items, self.settings.batch.waiting_of_guest
        if batch.total + more > most:
            raise BatchError(
                f"The batch would have {batch.total + more:,} photographs; at most {most:,} are taken (setting "
                "batch.items). Make several."
            )
        if batch.owner.startswith(GUEST) and self._cases.waiting_of(batch.owner) + more > guests:
            raise BatchError(
                f"Visitors may have {guests} photographs waiting, over all their batches (setting "
                "batch.waiting_of_guest). Wait for the first, or choose fewer."
            )

    # --- what is done to one ----------------------------------------------------------------------------------

    def start_batch(self, batch_id: str, title: str = "", inputs: Inputs | None = None) -> None:
        """Begin; `inputs`: note and claim of every photograph that has none of its own.

        A batch that has begun before goes on, as with `resume_batch`. Raises BatchNotFound, CaseError.
        """
        if self._cases.batch(batch_id).state == "new":
            self._cases.describe_batch(batch_id, title, inputs or Inputs())
        self.resume_batch(batch_id)

    def resume_batch(self, batch_id: str) -> None:
        """Go on with what waits, and with what was cancelled. Raises BatchNotFound."""
        with self._cases.together():
            batch = self._cases.batch(batch_id)
            if batch.state == "cancelled":
                self._cases.wait_again(batch_id, ("cancelled",))
            self._run_batch(batch_id)

    def _run_batch(self, batch_id: str) -> None:
        with self._cases.together():
            busy = self._runner().working_on(batch_id)
            if not busy:  # left by an error of the store
                self._cases.wait_again(batch_id, ("running",))
            waits = self._cases.batch(batch_id).waiting > 0
            self._cases.set_batch(
                batch_id, "running" if waits or busy else "done", archive=str(self._archive_dir.resolve())
            )
        self._runner().wake()

    def pause_batch(self, batch_id: str) -> None:
        """Stop after the photograph that is being analysed. Raises BatchNotFound."""
        with self._cases.together():
            if self._cases.batch(batch_id).state == "running":
                self._cases.set_batch(batch_id, "paused")
        self._runner().wake()

    def stop_batch(self, batch_id: str) -> None:
        """Stop after the stage that runs; its photograph waits again, and loses nothing. Raises BatchNotFound."""
        self.pause_batch(batch_id)
        self._runner().stop_stage(batch_id)

    def cancel_batch(self, batch_id: str) -> None:
        """Stop after the stage that runs, and take what waits out of the queue; cases stay. Raises BatchNotFound."""
        with self._cases.together():
            if self._cases.batch(batch_id).state != "done":
                self._cases.set_batch(batch_id, "cancelled")
            self._cases.cancel_waiting(batch_id)
        self._runner().stop_stage(batch_id)

    def retry_batch(self, batch_id: str, everything: bool = False) -> int:
        """Analyse again what failed (`everything`: all; what is in the stage cache is not computed anew); how many.

        Raises BatchNotFound.
        """
        with self._cases.together():
            self._cases.batch(batch_id)
            states = ("failed", "cancelled", "done") if everything else ("failed",)
            count = self._cases.wait_again(batch_id, states)  # type: ignore[arg-type]
            if count:
                self._run_batch(batch_id)
        return count

    def delete_batch(self, batch_id: str) -> None:
        """Forget a batch; its cases stay. Raises BatchNotFound."""
        self._cases.batch(batch_id)
        self._runner().stop_stage(batch_id)
        self._cases.delete_batch(batch_id)

    def export_batch(self, batch_id: str, kind: str = "csv") -> Path:
        """The table of outcomes as a file. Raises BatchNotFound, BatchError."""
        if kind not in FORMATS:
            raise BatchError(f"{kind[:20]!r} is no format of a batch's table; expected one of {', '.join(FORMATS)}.")
        batch, items = self._cases.batch(batch_id), self._cases.batch_items(batch_id)
        text = as_csv(items) if kind == "csv" else as_json(batch, items)
        return self._media.export(f"batch-{batch_id}.{kind}", text.encode())

    # --- going on ---------------------------------------------------------------------------------------------

    def continue_batches(self) -> tuple[str, ...]:
        """Go on with the batches that the last process ended in, where the settings say so; their ids.

        Called once by what serves pages. One that was searched in another archive stays, and says so.
        """
        going = []
        for batch in reversed(self._cases.batches(limit=10**9)):
            if batch.state != "interrupted" or not self.settings.batch.goes_on:
                continue
            if batch.archive != str(self._archive_dir.resolve()):
                note = (
                    f"It was searched in another archive, {batch.archive}. Resume goes on in the one that is open now."
                )
                self._cases.set_batch(batch.batch_id, "interrupted", note)
                continue
            self._run_batch(batch.batch_id)
            going.append(batch.batch_id)
        return tuple(going)

    def _runner(self) -> BatchRunner:
        with _MAKING:  # not the workbench's own lock: this is asked with the store's lock held
            if self._batches is None:
                self._batches = BatchRunner(self._cases, _Analysing(self), self.settings.batch)
            return self._batches

    def _close_batches(self) -> None:
        """Before the store is closed."""
        if self._batches:
            self._batches.close()


class _Analysing:
    """What the runner asks of the workbench."""

    def __init__(self, desk: BatchDesk) -> None:
        self._desk = desk

    def check_photo(self, data: bytes, owner: str) -> None:
        self._desk._admit(owner)
        imaging.decode(data, self._desk.settings.photo)

    def analysing(self, case_id: str, who: str, before_stage: Callable[[], None]) -> Worker:
        return self._desk._start(self._desk._cases.get(case_id), who, before_stage)

    def analysis_of(self, case_id: str) -> Worker | None:
        return self._desk._workers.get(case_id)

    def let_go(self, case_id: str, worker: Worker) -> None:
        with self._desk._lock:
            if self._desk._workers.get(case_id) is worker and not worker.awaited:
                del self._desk._workers[case_id]

    def awaited(self, mine: Worker) -> bool:
        return not mine.awaited and any(w.computing for w in list(self._desk._workers.values()) if w is not mine)


# --- uploads ----------------------------------------------------------------------------------------------------------

Given = tuple[str, Callable[[], bytes]]


def _plain(given: Sequence[Given]) -> tuple[list[tuple[Entry, Callable[[], bytes]]], tuple[Problem, ...]]:
    return [(Entry(name), read) for name, read in given], ()


def _named(
    given: Sequence[Given], table: bytes, settings: Settings
) -> tuple[list[tuple[Entry, Callable[[], bytes]]], tuple[Problem, ...]]:
    """The photographs that the rows of a CSV name, by the last part of their paths."""
    by_name: dict[str, list[Callable[[], bytes]]] = {}
    for name, read in given:
        by_name.setdefault(name, []).append(read)

    def locate(path: str) -> None:
        found = by_name.get(clean_name(path), [])
        if len(found) != 1:
            why = "is not among the uploaded files" if not found else "stands for several uploaded files"
            raise BatchError(f"{path[:80]!r} {why}: choose the list and its photographs together, each name once")

    entries, problems, notes = parse_list(table, locate, settings.batch)
    used = {clean_name(entry.name) for entry in entries}
    told = [Problem("The list", note) for note in notes]
    told += [Problem(name, "is in no row of the list: left out") for name in by_name if name not in used]
    return [(e, by_name[clean_name(e.name)][0]) for e in entries], (*problems, *told)
