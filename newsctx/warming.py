"""Archived photographs are got ready to be compared while the workbench has nothing else to do.

Comparing a photograph under check with an archived one needs that one's keypoints, which take some 0.2 s of processor
time when a case first asks for them; fifteen or twenty new ones are most of the wait for a first analysis. They are
kept by content (`newsctx.verification.cache`), so this is done once for each photograph of an archive.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from newsctx.archive.pictures import archived_pixels
from newsctx.errors import NewsctxError
from newsctx.verification.cache import FeatureCache

if TYPE_CHECKING:
    from newsctx.workbench import Workbench

log = logging.getLogger(__name__)
READY_TO_COMPARE = "archived photographs are ready to be compared"  # printed when all have been looked at
_LOOK = 0.2  # seconds between two looks whether analysts still wait for something


class Warming(threading.Thread):
    """Looks at up to `serving.warm_photos` photographs of the archive, one after the other, and ends."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(name="warming", daemon=True)
        self._bench, self._stopped = bench, threading.Event()
        self.done = 0  # photographs that are ready

    def stop(self) -> None:
        """End after the photograph that is being looked at."""
        self._stopped.set()
        if self.is_alive():
            self.join(10)

    def run(self) -> None:
        """Called by `start`."""
        try:
            self._warm()
        except NewsctxError as error:  # the archive cannot be opened: the page says so
            log.info("photographs are not looked at ahead: %s", error)
        except Exception:  # e.g. the archive was swapped meanwhile: whoever needs one computes it then
            log.exception("photographs could not be looked at ahead")

    def _warm(self) -> None:
        line = self._bench.pipeline()
        s, store = line.settings, line.archive.store
        if not s.verify.enabled:
            return
        kept = FeatureCache(line.cache.folder / "photographs", s.verify, s.copy_detection)
        for image_id in store.image_ids()[: s.serving.warm_photos]:
            while self._bench.busy and not self._stopped.wait(_LOOK):
                pass
            if self._stopped.is_set():
                return
            if not kept.path(image_id).exists():
                kept.get(image_id, lambda: archived_pixels(store, image_id, s.photo))  # noqa: B023  called at once
            self.done += 1
        print(f"newsctx: {self.done} {READY_TO_COMPARE}", flush=True)
