"""Guests' cases come to an end: those that nobody has changed for hours are deleted with all that was made of them.

The examples that guests try are analysed once by the house, so that a click on one is answered from the stage cache.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from newsctx import imaging
from newsctx.access import GUEST
from newsctx.errors import BatchNotFound, CaseNotFound, NewsctxError

if TYPE_CHECKING:
    from newsctx.cases import CaseSummary
    from newsctx.workbench import Workbench

log = logging.getLogger(__name__)
_HOUSE = "newsctx"  # who analyses the examples, in their trails
_TAG = "example analysed ahead"  # on the house's own cases: a desk's cases belong to nobody, too


def sweep(bench: Workbench, now: datetime | None = None) -> int:
    """Delete the guests' cases that nobody has changed for `hosting.guest_hours`; returns how many those were.

    The house's own cases of the same photographs go, too, and those that are as old: stage results of a photograph
    are only forgotten with the last case that shows it, and among them may be some of a guest's notes.
    """
    last = (now or datetime.now(UTC)) - timedelta(hours=bench.settings.hosting.guest_hours)
    found = bench.cases(archived=None, limit=1_000_000)
    gone = [c for c in reversed(found) if c.owner.startswith(GUEST) and datetime.fromisoformat(c.updated) <= last]
    count = sum(_delete(bench, c.case_id, "a guest's case that was not changed for long") for c in gone)
    for batch in bench.batches(limit=1_000_000):  # with what it holds of uploads that were never begun
        works = batch.state == "running" and (batch.waiting or batch.running)  # it goes with the sweep after its end
        if batch.owner.startswith(GUEST) and datetime.fromisoformat(batch.made) <= last and not works:
            with suppress(BatchNotFound):  # the guest was faster
                bench.delete_batch(batch.batch_id)
    photos = {c.photo_sha256 for c in gone}
    for c in found:
        if _of_the_house(c) and (c.photo_sha256 in photos or datetime.fromisoformat(c.created) <= last):
            _delete(bench, c.case_id, "an example, analysed anew")
    return count


def _of_the_house(case: CaseSummary) -> bool:
    return not case.owner and _TAG in case.tags


def _delete(bench: Workbench, case_id: str, reason: str) -> bool:
    try:
        bench.delete_case(case_id, _HOUSE, reason)
        return True
    except CaseNotFound:  # the guest was faster
        return False
    except Exception:  # the next sweep tries again; the other cases go now
        log.exception("the expired case %s could not be deleted", case_id)
        return False


class House(threading.Thread):
    """Sweeps now and every `hosting.sweep_minutes`, and keeps the examples analysed."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(name="guests", daemon=True)
        self._bench, self._stopped = bench, threading.Event()
        self.warmed = threading.Event()  # set when every example has been analysed, or could not be

    def stop(self) -> None:
        self._stopped.set()
        self.join(30)

    def run(self) -> None:
        """Called by `start`."""
        while not self._stopped.is_set():
            try:
                sweep(self._bench)
                self._warm()
            except Exception:  # a store that is busy or a disk that is full: said, and tried again
                log.exception("guests' cases could not be looked through")
            self.warmed.set()
            self._stopped.wait(self._bench.settings.hosting.sweep_minutes * 60)

    def _warm(self) -> None:
        """Analyse the examples in cases that belong to nobody: no guest sees them, and their results stay cached."""
        bench = self._bench
        kept = {c.photo_sha256 for c in bench.cases(archived=None, limit=1_000_000) if _of_the_house(c)}
        for example in bench.examples():
            if self._stopped.is_set():
                return
            data = example.path.read_bytes()
            if imaging.sha256(data) in kept:
                continue
            try:
                case_id = bench.create_case(data, example.path.name, who=_HOUSE)
                bench.tag(case_id, (_TAG,), _HOUSE)
                for _ in bench.run(case_id, _HOUSE):
                    if self._stopped.is_set():
                        bench.cancel(case_id)
                bench.preview(case_id)
            except NewsctxError as error:  # guests then wait for it themselves
                log.warning("the example %s could not be analysed ahead: %s", example.path.name, error)
