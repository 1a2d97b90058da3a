"""Pictures and article texts from the workbench; none where the archive cannot be read (the page says so on top)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from newsctx.errors import NewsctxError
from newsctx.records import Article, Match

if TYPE_CHECKING:
    from newsctx.inspection import Inspection
    from newsctx.workbench import Example, Workbench

log = logging.getLogger(__name__)
T = TypeVar("T")


class WorkbenchPictures:
    """What `newsctx.ui.page.Pictures` asks for; made anew for every event, so that what it remembers cannot grow old.

    An analysis paints the page some seventeen times, and asking the archive for the same thumbnails each time took
    longer than most stages.
    """

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._found: dict[tuple[object, ...], Any] = {}

    def thumbnail(self, image_id: str) -> Path | None:
        return self._once(("thumbnail", image_id), lambda: self._workbench.thumbnail(image_id))

    def match_view(self, case_id: str, match: Match) -> Path | None:
        key = ("match", case_id, match.image_id, match.homography, match.lines)
        return self._once(key, lambda: self._workbench.match_view(case_id, match))

    def match_overlay(self, case_id: str, match: Match) -> Path | None:
        key = ("overlay", case_id, match.image_id, match.homography)
        return self._once(key, lambda: self._workbench.match_overlay(case_id, match))

    def archived(self, image_id: str) -> Path | None:
        return self._once(("archived", image_id), lambda: self._workbench.archive_photo(image_id))

    def preview(self, case_id: str) -> Path | None:
        return self._once(("preview", case_id), lambda: self._workbench.preview(case_id))

    def detail(self, case_id: str) -> Path | None:
        return self._once(("detail", case_id), lambda: self._workbench.detail(case_id))

    def upload_copy(self, case_id: str) -> Path | None:
        return self._once(("copy", case_id), lambda: self._workbench.upload_copy(case_id))

    def inspected(self, case_id: str) -> Inspection | None:
        return self._once(("inspected", case_id), lambda: self._workbench.inspect(case_id))

    def hides_photo(self, case_id: str) -> bool:
        """Whether a case covers its photograph; one that cannot be asked does."""
        return self._once(("hides", case_id), lambda: self._workbench.hides_photo(case_id)) is not False

    def example(self, example: Example) -> Path | None:
        return _or_none(lambda: self._workbench.example_picture(example))

    def article(self, article_id: str) -> Article | None:
        return self._once(("article", article_id), lambda: self._workbench.article(article_id))

    def _once(self, key: tuple[object, ...], get: Callable[[], T | None]) -> T | None:
        if key not in self._found:
            self._found[key] = _or_none(get)
        return self._found[key]


def _or_none(get: Callable[[], T]) -> T | None:
    try:
        return get()
    except (NewsctxError, OSError) as error:
        log.info("not shown: %s", error)
        return None
