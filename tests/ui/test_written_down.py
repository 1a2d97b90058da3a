"""What the store writes of a run paints no panel anew that shows nothing of it."""

from __future__ import annotations

import pytest

from newsctx.document import ArchiveInfo
from newsctx.records import Inputs
from newsctx.ui import paint
from newsctx.ui.page import Look, Message, Page
from newsctx.workbench import CaseView


class Nothing:
    """No pictures."""

    def __getattr__(self, name: str) -> object:
        return lambda *_: None


class Unreadable:
    """A history that no panel may look at."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the history was read: {name}")


def page(**more) -> Page:
    case = CaseView(case_id="c", title="t", created="", updated="1", inputs=Inputs(), entries=3)
    return Page(
        **(
            {
                "archive": ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded"),
                "pictures": Nothing(),
                "case": case,
            }
            | more
        )
    )


def test_pages_that_differ_in_their_trail_only():
    before = page()
    grown = before.case.model_copy(update={"entries": 4, "updated": "2"})
    assert paint.only_written_down(before, page(case=grown))
    assert not paint.only_written_down(before, page(case=grown.model_copy(update={"title": "other"})))
    assert not paint.only_written_down(before, page(case=grown.model_copy(update={"running": True})))
    assert not paint.only_written_down(before, page(case=grown, look=Look(shown=40)))
    assert not paint.only_written_down(before, page(case=grown, message=Message("said")))
    assert not paint.only_written_down(page(case=None), page(case=None))


@pytest.mark.parametrize("name", paint.TIMELESS)
def test_a_panel_that_stays_reads_nothing_of_the_trail(name):
    one = page(history=Unreadable())
    assert paint.html(name, one) == paint.html(name, page(case=one.case.model_copy(update={"entries": 9})))
