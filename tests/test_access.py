"""Whose cases are, who may do what with them, and that nothing of the workbench is open that nobody thought of."""

from __future__ import annotations

import inspect

import pytest
from conftest import QUERIES

from newsctx.access import DESK, FREE, LISTING, MAKING, NOBODY, ON_A_BATCH, ON_A_CASE, OPERATING, Visitor, guarded
from newsctx.errors import AccessRefused, CaseError, CaseNotFound
from newsctx.workbench import Workbench

ANNA, BEN, CHIEF = Visitor("account", "anna"), Visitor("account", "ben"), Visitor("account", "chief", admin=True)
GUEST, OTHER_GUEST = Visitor("guest", "a" * 32), Visitor("guest", "b" * 32)
PHOTO = (QUERIES / "q02-paris-crop.jpg").read_bytes()
#: Public parts of the workbench that no visitor needs: the process that serves it calls them.
INTERNAL = {"pipeline", "keep", "close", "busy", "batch_of", "continue_batches"}


@pytest.fixture
def bench(demo_archive, models, tmp_path):
    made = Workbench(demo_archive, tmp_path / "state", models)
    yield made
    made.close()


def test_every_method_of_the_workbench_is_either_guarded_or_closed():
    public = {name for name, _ in inspect.getmembers(Workbench) if not name.startswith("_")}
    public |= {"settings", "models", "archive_problem", "atlas"}  # set when it is made
    assert public == {*ON_A_CASE, *ON_A_BATCH, *MAKING, *LISTING, *FREE, *OPERATING, *INTERNAL}


def test_a_case_is_its_owners_until_it_is_shared(bench):
    annas, bens = guarded(bench, ANNA), guarded(bench, BEN)
    case = annas.create_case(PHOTO, "a.jpg")
    with pytest.raises(CaseNotFound) as hidden:
        bens.view(case)
    with pytest.raises(CaseNotFound) as missing:
        bens.view("x" * len(case))
    assert str(hidden.value).replace(case, "") == str(missing.value).replace("x" * len(case), "")  # nobody learns which
    assert [c.case_id for c in annas.cases()] == [case] and bens.cases() == ()
    assert bens.count_cases() == 0 and bens.recent() == ()

    annas.share(case, "ben", "read")
    assert bens.view(case).title == "a.jpg" and [c.case_id for c in bens.cases()] == [case]
    with pytest.raises(AccessRefused, match="to read, not to change"):
        bens.rename(case, "mine now")
    annas.share(case, "ben", "edit")
    bens.rename(case, "Tram")
    with pytest.raises(AccessRefused, match="Only the owner"):
        bens.delete_case(case)
    with pytest.raises(AccessRefused, match="Only the owner"):
        bens.share(case, "carl", "read")

    annas.share(case, "ben", "none")
    with pytest.raises(CaseNotFound):
        bens.view(case)
    told = [(e.what, e.who, e.after) for e in annas.trail(case) if e.what == "shared"]
    assert told == [("shared", "anna", {"right": r}) for r in ("read", "edit", "none")]
    assert bench.verify(case) == ()


def test_an_account_signs_with_its_own_name_whatever_is_typed(bench):
    annas = guarded(bench, ANNA)
    case = annas.create_case(PHOTO, "a.jpg", None, "the editor in chief")
    annas.rename(case, "Tram", who="ben")
    assert {e.who for e in annas.trail(case)} == {"anna"}
    desk = guarded(bench, DESK)
    desk.rename(case, "Tram 2", "Carla")
    assert desk.trail(case)[-1].who == "Carla"


def test_nobody_and_other_guests_see_nothing(bench):
    mine = guarded(bench, GUEST)
    case = mine.create_case(PHOTO, "a.jpg")
    ownerless = bench.create_case(PHOTO, "b.jpg")
    assert [c.case_id for c in mine.cases()] == [case]
    for visitor in (OTHER_GUEST, NOBODY, ANNA, Visitor("account", ""), Visitor("guest", "")):
        with pytest.raises(CaseNotFound):
            guarded(bench, visitor).view(case)
        with pytest.raises(CaseNotFound):
            guarded(bench, visitor).view(ownerless)
    with pytest.raises(AccessRefused):
        guarded(bench, NOBODY).cases()
    with pytest.raises(AccessRefused):
        guarded(bench, NOBODY).create_case(PHOTO, "a.jpg")
    assert guarded(bench, ANNA).case_tags() == ()


def test_an_administrator_sees_all_and_gives_cases_away(bench):
    ownerless = bench.create_case(PHOTO, "b.jpg")
    chief = guarded(bench, CHIEF)
    assert [c.case_id for c in chief.cases()] == [ownerless]
    chief.give(ownerless, "anna")
    annas = guarded(bench, ANNA)
    assert annas.right(ownerless) == "own"
    annas.give(ownerless, "ben")
    assert annas.right(ownerless) == "edit" and guarded(bench, BEN).right(ownerless) == "own"
    with pytest.raises(AccessRefused, match="administrator"):
        annas.switch_profile("embedded")
    with pytest.raises(AccessRefused, match="administrator"):
        annas.cancel_switch()


@pytest.mark.parametrize("right", ["own", "", "write"])
def test_only_known_rights_can_be_given(bench, right):
    case = guarded(bench, ANNA).create_case(PHOTO, "a.jpg")
    with pytest.raises(CaseError, match="read, edit"):
        guarded(bench, ANNA).share(case, "ben", right)


def test_what_is_not_named_is_closed(bench):
    for name in ("pipeline", "close", "keep", "_cases", "_media"):
        with pytest.raises(AttributeError, match="not open to visitors"):
            getattr(guarded(bench, CHIEF), name)


def test_a_deleted_case_leaves_no_share_behind(bench):
    annas = guarded(bench, ANNA)
    case = annas.create_case(PHOTO, "a.jpg")
    annas.share(case, "ben", "edit")
    annas.delete_case(case)
    assert bench.shares(case) == {}


def test_the_trail_holds_owner_and_shares(bench):
    annas = guarded(bench, ANNA)
    case = annas.create_case(PHOTO, "a.jpg")
    annas.share(case, "ben", "read")
    annas.share(case, "carl", "edit")
    annas.share(case, "carl", "none")
    guarded(bench, CHIEF).give(case, "ben")
    assert bench.shares(case) == {"anna": "edit"} and bench.verify(case) == ()
    execute = bench._cases._execute
    execute("UPDATE cases SET owner = 'carl' WHERE case_id = ?", [case])
    execute("INSERT INTO shares VALUES (?, 'dora', 'edit')", [case])
    problems = [p.problem for p in bench.verify(case)]
    assert len(problems) == 2 and any("owner of the case is 'carl'" in p for p in problems)
    assert any("shares of the case" in p and "dora" in p for p in problems)
    nobodys = bench.create_case(PHOTO, "b.jpg")
    execute("UPDATE cases SET owner = 'carl' WHERE case_id = ?", [nobodys])
    assert [p.problem for p in bench.verify(nobodys)] == ["the owner of the case is 'carl', the trail says ''"]


def test_the_trail_of_a_guests_case_names_no_guest(bench):
    mine = guarded(bench, GUEST)
    case = mine.create_case(PHOTO, "a.jpg")
    assert bench.verify(case) == () and "guest" not in str(bench.trail(case)) + str(bench.trail(""))


def test_a_case_that_comes_in_belongs_to_who_brings_it(bench):
    annas, bens = guarded(bench, ANNA), guarded(bench, BEN)
    case = annas.create_case(PHOTO, "a.jpg")
    annas.share(case, "carl", "edit")
    bundle = annas.export_case(case)
    copy = bundle.with_name("copy.zip")
    copy.write_bytes(bundle.read_bytes())
    annas.delete_case(case)
    assert bens.import_case(copy) == case
    assert bench.owner_of(case) == "ben" and bench.shares(case) == {} and bench.verify(case) == ()


def test_a_reader_follows_a_run_and_starts_none(bench):
    annas, bens = guarded(bench, ANNA), guarded(bench, BEN)
    case = annas.create_case(PHOTO, "a.jpg")
    annas.share(case, "ben", "read")
    with pytest.raises(AccessRefused):
        bens.run(case)
    assert [v.running for v in bens.follow(case)] == [False], "nothing is at work, and nothing was started"
    assert bench.runs(case) == ()
    *_, last = annas.run(case)
    assert list(bens.follow(case))[-1].document is not None and len(bench.runs(case)) == 1
