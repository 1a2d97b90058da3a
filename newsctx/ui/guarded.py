"""Pictures that are hidden never get an address: a glance, a screenshot or the browser's cache cannot leak them.

Every page asks through here (`Page` wraps what it is given), so that no panel can forget to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsctx.records import Article, Match
from newsctx.sensitive import PHOTO

if TYPE_CHECKING:
    from newsctx.ui.page import Page, Pictures


class Guarded:
    """The pictures of a page; None for those that it hides."""

    def __init__(self, inner: Pictures, page: Page) -> None:
        self._inner, self._page = inner, page

    @classmethod
    def over(cls, pictures: Pictures, page: Page) -> Guarded:
        """Guards for this page whatever guarded them for another."""
        return cls(pictures._inner if isinstance(pictures, Guarded) else pictures, page)

    def thumbnail(self, image_id: str) -> Path | None:
        return None if self._page.hides(image_id) else self._inner.thumbnail(image_id)

    def archived(self, image_id: str) -> Path | None:
        return None if self._page.hides(image_id) else self._inner.archived(image_id)

    def match_view(self, case_id: str, match: Match) -> Path | None:
        covered = self._page.hides(PHOTO) or self._page.hides(match.image_id)
        return None if covered else self._inner.match_view(case_id, match)

    def match_overlay(self, case_id: str, match: Match) -> Path | None:
        return None if self._page.hides(match.image_id) else self._inner.match_overlay(case_id, match)

    def preview(self, case_id: str) -> Path | None:
        return None if self._hides_photo(case_id) else self._inner.preview(case_id)

    def detail(self, case_id: str) -> Path | None:
        return None if self._hides_photo(case_id) else self._inner.detail(case_id)

    def upload_copy(self, case_id: str) -> Path | None:
        return None if self._hides_photo(case_id) else self._inner.upload_copy(case_id)

    def inspected(self, case_id: str) -> Any:
        """The first look at tampering; its pictures show the photograph."""
        return None if self._hides_photo(case_id) else self._inner.inspected(case_id)

    def article(self, article_id: str) -> Article | None:
        return self._inner.article(article_id)

    def hides_photo(self, case_id: str) -> bool:
        """Whether a case of a list covers its photograph."""
        return self._hides_photo(case_id)

    def _hides_photo(self, case_id: str) -> bool:
        page = self._page
        if page.case is not None and page.case.case_id == case_id:
            return page.hides(PHOTO)
        return page.hides_all or self._inner.hides_photo(case_id)
