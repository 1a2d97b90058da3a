"""Pictures and article texts from the workbench; none where the archive cannot be read (the page says so on top)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from newsctx.errors import NewsctxError
from newsctx.records import Article

if TYPE_CHECKING:
    from newsctx.workbench import Example, Workbench

log = logging.getLogger(__name__)
T = TypeVar("T")


class WorkbenchPictures:
    """What `newsctx.ui.page.Pictures` asks for."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    def thumbnail(self, image_id: str) -> Path | None:
        return _or_none(lambda: self._workbench.thumbnail(image_id))

    def match_view(self, case_id: str, article_id: str) -> Path | None:
        return _or_none(lambda: self._workbench.match_view(case_id, article_id))

    def preview(self, case_id: str) -> Path | None:
        return _or_none(lambda: self._workbench.preview(case_id))

    def example(self, example: Example) -> Path | None:
        return _or_none(lambda: self._workbench.example_picture(example))

    def article(self, article_id: str) -> Article | None:
        return _or_none(lambda: self._workbench.article(article_id))


def _or_none(get: Callable[[], T]) -> T | None:
    try:
        return get()
    except (NewsctxError, OSError) as error:
        log.warning("not shown: %s", error)
        return None
