"""What the page says of accounts: who is logged in, whose cases are, what may only be read. As HTML."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from newsctx import access
from newsctx.case_records import CaseSummary
from newsctx.document import ArchiveInfo
from newsctx.records import Inputs
from newsctx.ui import language, paint, people, share_panel, visits
from newsctx.ui.case_look import CaseList, CasesLook
from newsctx.ui.page import Look, Page, Person
from newsctx.workbench import CaseView

ARCHIVE = ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded")
ANNA = Person("anna", "Anna <b>Berg</b>")
SOME = "2026-01-02T03:04:05+00:00"


class Pictures:
    def preview(self, case_id: str) -> Path | None:
        return None

    def hides_photo(self, case_id: str) -> bool:
        return False


def page(**fields: object) -> Page:
    return Page(archive=ARCHIVE, pictures=Pictures(), **{"person": ANNA} | fields)


def case(**fields: object) -> Page:
    view = CaseView(case_id="c1", title="Flood", created=SOME, updated=SOME, inputs=Inputs())
    return page(case=view, **{"owner": "anna"} | fields)


def listed(**fields: object) -> str:
    rows = tuple(
        CaseSummary(case_id=o or "none", title="Flood", updated=SOME, owner=o) for o in ("anna", "ben", "carl", "")
    )
    rights = {"anna": "own", "ben": "read", "carl": "edit", "none": "own"}
    return paint.html("cases", page(cases=CaseList(rows, total=4), rights=rights, **fields))


def test_a_desk_and_a_guest_see_nothing_of_accounts():
    for html in (
        paint.html("head", case(person=None)),
        paint.html("cases", page(person=None, cases=CaseList(total=1))),
    ):
        assert "share" not in html and 'href="account"' not in html and "whose" not in html
    assert "data-who" in paint.html("toolbar", page(person=None)) or not paint.html("toolbar", page(person=None))


def test_the_head_tells_who_is_logged_in_as_text():
    html = paint.html("head", case())
    assert "Anna &lt;b&gt;Berg&lt;/b&gt;" in html and 'href="account"' in html and 'tag">administrator' not in html
    assert 'tag">administrator' in paint.html("head", case(person=Person("chief", admin=True)))
    with language.use("de"):
        assert "Abmelden" in paint.html("head", case())


def test_an_owner_shares_an_editor_only_sees_with_whom():
    shares = {"<i>ben</i>": "read", "carl": "edit"}
    owner, editor = (
        paint.html("head", case(shares=shares)),
        paint.html("head", case(shares=shares, owner="x", right="edit")),
    )
    assert "&lt;i&gt;ben" in owner and 'data-act="case-give"' in owner and owner.count("case-share") == 3
    assert "&lt;i&gt;ben" in editor and "case-share" not in editor and "case-give" not in editor
    assert "data-readonly" not in owner + editor


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "yours"),
        ({"shares": {"ben": "read", "carl": "edit"}}, "yours, shared with 2"),
        ({"owner": "ben", "right": "read"}, "of ben, to read"),
        ({"owner": "ben", "right": "edit"}, "of ben"),
        ({"owner": "", "right": "own"}, "nobody's"),
    ],
)
def test_the_button_says_whose_the_case_is(fields, said):
    assert share_panel.told(case(**fields)) == said


def test_a_case_to_read_says_so():
    html = paint.html("head", case(owner="ben", right="read"))
    assert "data-readonly" in html and "belongs to ben and is shared with you to read" in html
    assert case(owner="ben", right="read").readonly and not case().readonly
    assert not page(right="read").readonly, "no case is open"


def test_the_list_tells_owners_and_offers_what_may_be_done():
    html = listed()
    assert html.count('class="whose"') == 3 and "of ben, to read" in html and "of carl" in html and "nobody" in html
    assert html.count('class="case-acts"') == 3, "all but the one to read"
    assert html.count('data-act="see-delete"') == 2, "only own ones, and those that nobody has"
    assert "Delete for good" not in listed(look=Look(cases=CasesLook(deleting="carl")))
    assert "Delete for good" in listed(look=Look(cases=CasesLook(deleting="anna")))
    assert '<option value="shared" selected>' in listed(look=Look(cases=CasesLook(whose="shared")))


def test_only_administrators_change_the_models():
    assert "administrator" in people.profile_locked(ANNA, "") and not people.profile_locked(None, "")
    assert people.profile_locked(Person("chief", admin=True), "") == ""
    assert people.profile_locked(Person("chief", admin=True), "read-only archive") == "read-only archive"


def test_refusals_of_the_guard_have_their_translation():
    said = inspect.getsource(access)
    for text in people.REFUSALS:
        assert text in said and text in language.catalogue("de"), text


def test_a_right_that_was_never_given_is_none():
    class Bench:
        def right(self, case_id: str) -> str:
            return "read"

    with visits.acting(access.Visitor("account", "anna")):
        assert people.right(Bench(), "c1") == "read"
    with visits.acting(access.DESK):
        assert people.right(Bench(), "c1") == "own" and people.standing(Bench(), "c1", ()) == {}
