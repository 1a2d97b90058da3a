"""Batches in the workbench: every photograph has one case and an outcome, whatever happens on the way."""

from __future__ import annotations

import csv
import io
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from batch.batch_world import CROP, desk, few, light, photos, until  # noqa: F401

from newsctx.access import DESK, NOBODY, ON_A_BATCH, Visitor, guarded
from newsctx.batch import sources
from newsctx.batch.export import as_csv
from newsctx.batch.records import BatchItem, Entry
from newsctx.cases import CaseStore
from newsctx.errors import AccessRefused, BatchError, BatchNotFound, CaseError
from newsctx.guests import sweep
from newsctx.records import Claim, Inputs
from newsctx.settings import BatchSettings, Settings
from newsctx.workbench import Workbench

ANNA, BEN, CHIEF = Visitor("account", "anna"), Visitor("account", "ben"), Visitor("account", "chief", admin=True)


@pytest.fixture
def begun(desk, photos):  # noqa: F811
    """A batch of the folder, analysed to its end."""
    batch_id = desk.batch_of(sources.folder(photos), "Storm", "ana")
    desk.start_batch(batch_id)
    until(desk, batch_id)
    return batch_id


def test_every_photograph_has_one_case_and_an_outcome(desk, begun):  # noqa: F811
    batch, items = desk.batch(begun), desk.batch_items(begun)
    assert (batch.state, batch.done, batch.failed, batch.total) == ("done", 2, 1, 3)
    assert [i.name for i in items] == [*(f"photo {n}.jpg" for n in (1, 2)), "photo 10.jpg"]
    assert "whatever its name" in items[2].error and items[2].case_id == "" and items[2].attempts == 1
    cases = desk.cases(archived=None)
    assert {c.case_id for c in cases} == {i.case_id for i in items[:2]} and len(cases) == 2
    for item in items[:2]:
        view = desk.view(item.case_id)
        assert view.tags == ("batch: Storm",) and not view.running and view.title == item.name
        assert {s.state for s in view.document.status} == {"fresh"}
        assert (item.outcome.place, item.outcome.date) == (view.document.context.place.label, _date(view))
        assert item.outcome.article_id == next((h.article_id for h in view.document.stages.events.hits), "")
        assert item.seconds > 0 and item.started and item.ended and item.status == "open"
        assert desk.verify(item.case_id) == ()
    paris = items[1].outcome  # the crop of an archived photograph
    assert paris.matched and paris.place.startswith("Paris") and paris.verdict in ("established", "partly")
    assert desk._workers == {}, "what pages follow is not held for photographs of a batch"


def _date(view):
    when = view.document.context.date.date
    return when.iso if when else ""


def test_what_failed_can_be_retried_and_keeps_its_case(desk, begun, photos):  # noqa: F811
    (photos / "photo 10.jpg").write_bytes(CROP)
    before = {i.number: i.case_id for i in desk.batch_items(begun)}
    assert desk.retry_batch(begun) == 1
    assert until(desk, begun).done == 3
    last = desk.batch_items(begun)[2]
    assert last.case_id and last.attempts == 2 and last.error == ""
    assert desk.retry_batch(begun, everything=True) == 3
    until(desk, begun)
    assert {i.number: i.case_id for i in desk.batch_items(begun)} == before | {3: last.case_id}
    assert desk.count_cases() == 3 and desk.retry_batch(begun) == 0


def test_a_case_that_was_given_away_is_not_analysed_again_for_who_had_it(desk):  # noqa: F811
    mine = guarded(desk, ANNA)
    batch_id = mine.create_batch("Mine")
    mine.add_to_batch(batch_id, [("a.jpg", lambda: CROP)])
    mine.start_batch(batch_id)
    until(desk, batch_id)
    (item,) = desk.batch_items(batch_id)
    mine.give(item.case_id, "ben")
    assert mine.retry_batch(batch_id, everything=True) == 1, "who gave it may still edit it"
    assert until(desk, batch_id).done == 1
    theirs = guarded(desk, BEN)
    theirs.share(item.case_id, "anna", "read")
    runs = len(desk.runs(item.case_id))
    mine.retry_batch(batch_id, everything=True)
    assert until(desk, batch_id).failed == 1 and len(desk.runs(item.case_id)) == runs
    assert "somebody else's now" in desk.batch_items(batch_id)[0].error
    theirs.share(item.case_id, "anna", "none")
    secret = "what only Ben knows"
    theirs.rename(item.case_id, secret)
    theirs.override(item.case_id, {"action": "edit_caption", "text": secret})
    theirs.set_status(item.case_id, "established")
    list(theirs.run(item.case_id))
    (left,) = mine.batch_items(batch_id)
    assert left.case_id == "" and left.status is None and secret not in left.model_dump_json()
    assert secret not in mine.export_batch(batch_id).read_text()
    assert mine.retry_batch(batch_id, everything=True) == 0 and len(desk.runs(item.case_id)) == runs + 1


def test_the_same_folder_goes_on_where_it_was(desk, begun, photos):  # noqa: F811
    (photos / "photo 11.jpg").write_bytes(CROP)
    assert desk.batch_of(sources.folder(photos)) == begun
    assert (desk.batch(begun).waiting, desk.batch(begun).total) == (1, 4)
    desk.resume_batch(begun)
    assert until(desk, begun).done == 3 and desk.count_cases() == 3
    assert desk.batch_of(sources.folder(photos), new=True) != begun


def test_a_row_that_was_corrected_while_it_waited_is_analysed_once(tmp_path):
    """The list is given again with another claim in its second row, then with the first one once more."""
    store = CaseStore(tmp_path / "state")
    batch_id = store.create_batch("List", source="csv:list")
    one, two = Entry("1.jpg", tmp_path / "1.jpg"), Entry("2.jpg", tmp_path / "2.jpg", Inputs(note="Lion"))
    right = Entry("2.jpg", tmp_path / "2.jpg", Inputs(note="Lyon"))

    def waiting() -> list[tuple[str, str]]:
        return [(i.name, i.inputs.note) for i in store.batch_items(batch_id, "waiting")]

    assert store.add_entries(batch_id, (one, two)) == 2 and waiting() == [("1.jpg", ""), ("2.jpg", "Lion")]
    assert store.add_entries(batch_id, (one, right)) == 1 and waiting() == [("1.jpg", ""), ("2.jpg", "Lyon")]
    (out,) = store.batch_items(batch_id, "cancelled")
    assert out.inputs.note == "Lion" and "no such row any more" in out.error
    assert store.add_entries(batch_id, (one, two)) == 0 and waiting() == [("1.jpg", ""), ("2.jpg", "Lion")]
    assert store.add_entries(batch_id, (right,), by_name=True) == 0 and len(waiting()) == 2, "a folder keeps its rows"
    store.close()


def test_a_pause_holds_after_the_photograph_and_resume_goes_on(desk, photos):  # noqa: F811
    batch_id = desk.batch_of(sources.folder(photos))
    desk.start_batch(batch_id)
    until(desk, batch_id, lambda b: b.running or b.done)
    desk.pause_batch(batch_id)
    batch = until(desk, batch_id, lambda b: not b.running)
    assert batch.state == "paused" and 1 <= batch.done <= 2 and batch.waiting >= 1
    desk.resume_batch(batch_id)
    batch = until(desk, batch_id)
    assert (batch.state, batch.done, batch.failed) == ("done", 2, 1) and desk.count_cases() == 2
    assert all(i.attempts == 1 for i in desk.batch_items(batch_id))


def test_a_cancelled_batch_keeps_what_is_done_and_can_be_resumed(desk, photos):  # noqa: F811
    batch_id = desk.batch_of(sources.folder(photos))
    desk.start_batch(batch_id)
    until(desk, batch_id, lambda b: b.running)
    desk.cancel_batch(batch_id)
    batch = until(desk, batch_id, lambda b: not b.running)
    assert batch.state == "cancelled" and batch.waiting == 0 and batch.cancelled >= 2
    desk.resume_batch(batch_id)
    assert until(desk, batch_id).done == 2 and desk.count_cases() == 2


def test_a_batch_that_its_process_left_goes_on_or_offers_to(few, light, photos, tmp_path):  # noqa: F811
    state = tmp_path / "kept"
    first = Workbench(few, state, light)
    batch_id = first.batch_of(sources.folder(photos))
    first.start_batch(batch_id)
    until(first, batch_id, lambda b: b.running)
    first.close()  # as a server that is stopped
    second = Workbench(few, state, light, Settings(batch=BatchSettings(goes_on=False)))
    assert second.batch(batch_id).state == "interrupted" and second.batch(batch_id).running == 0
    assert second.continue_batches() == ()
    second.close()
    third = Workbench(few, state, light)
    assert third.continue_batches() == (batch_id,)
    assert until(third, batch_id).done == 2 and third.count_cases() == 2
    third.close()


def test_a_batch_of_another_archive_does_not_go_on_by_itself(few, light, photos, tmp_path, desk):  # noqa: F811
    batch_id = desk.batch_of(sources.folder(photos))
    desk._cases.set_batch(batch_id, "interrupted", archive="/elsewhere")
    assert desk.continue_batches() == () and "/elsewhere" in desk.batch(batch_id).note
    desk.resume_batch(batch_id)
    assert until(desk, batch_id).done == 2


def test_an_archive_that_cannot_be_opened_pauses_the_batch(light, photos, tmp_path):  # noqa: F811
    bench = Workbench(tmp_path / "none", tmp_path / "state2", light)
    batch_id = bench.batch_of(sources.folder(photos))
    bench.start_batch(batch_id)
    batch = until(bench, batch_id)
    assert (batch.state, batch.waiting) == ("paused", 3) and str(tmp_path / "none") in batch.note
    assert bench.batch_items(batch_id)[0].case_id, "its case was made, and is not made again"
    bench.close()


def test_the_work_of_an_analyst_goes_first(few, light, photos, tmp_path):  # noqa: F811
    bench = Workbench(few, tmp_path / "state3", light, Settings(batch=BatchSettings(patience=60)))
    hold = threading.Event()
    mine = bench.create_case(CROP, "mine.jpg")
    started = bench._start(bench._cases.get(mine), before_stage=lambda: hold.wait(60) and None)  # an analyst's, at work
    batch_id = bench.batch_of(sources.folder(photos))
    bench.start_batch(batch_id)
    until(bench, batch_id, lambda b: b.running)
    with pytest.raises(AssertionError):
        until(bench, batch_id, lambda b: b.done, seconds=1.5)
    assert started.computing
    hold.set()
    assert until(bench, batch_id).done == 2
    bench.close()


def test_an_analyst_who_changes_a_case_during_its_turn_disturbs_nothing(desk, photos):  # noqa: F811
    batch_id = desk.batch_of(sources.folder(photos))
    desk.start_batch(batch_id)
    until(desk, batch_id, lambda b: b.running and desk.batch_items(batch_id)[0].case_id)
    case = desk.batch_items(batch_id)[0].case_id
    desk.override(case, {"action": "set_date", "date": "2011"}, "ana")
    *_, view = desk.run(case, "ana")
    assert until(desk, batch_id).done == 2
    assert view.document.context.date.date.iso == "2011" == desk.batch_items(batch_id)[0].outcome.date


def test_a_change_after_the_batch_shows_in_the_table(desk, begun):  # noqa: F811
    item = desk.batch_items(begun)[1]
    assert not item.outcome.changed
    desk.override(item.case_id, {"action": "set_place", "place": "Lyon"})
    for _ in desk.run(item.case_id):
        pass
    desk.set_status(item.case_id, "established")
    now = desk.batch_items(begun)[1]
    assert now.outcome.changed and now.outcome.place.startswith("Lyon") and now.status == "established"


def test_deleted_cases_and_batches_leave_nothing_behind(desk, begun):  # noqa: F811
    item = desk.batch_items(begun)[0]
    desk.delete_case(item.case_id)
    assert desk.batch_items(begun)[0].case_id == "" and desk.batch_items(begun)[0].state == "done"
    desk.delete_batch(begun)
    assert desk.batches() == () and desk.count_cases() == 1
    with pytest.raises(BatchNotFound):
        desk.batch_items(begun)
    with pytest.raises(BatchNotFound):
        desk.delete_batch(begun)


def test_a_batch_can_be_deleted_while_it_runs(desk, photos):  # noqa: F811
    batch_id = desk.batch_of(sources.folder(photos))
    desk.start_batch(batch_id)
    until(desk, batch_id, lambda b: b.running)
    desk.delete_batch(batch_id)
    other = desk.create_batch("next")
    desk.add_to_batch(other, [("a.jpg", lambda: CROP)])
    desk.start_batch(other)
    assert until(desk, other).done == 1


# --- uploads ----------------------------------------------------------------------------------------------------------


def test_uploads_are_kept_until_they_have_a_case(desk, tmp_path):  # noqa: F811
    queue = tmp_path / "state" / "queue"
    batch_id = desk.create_batch("From the page", "ana")
    given = [("a.jpg", lambda: CROP), ("../../b.jpg", lambda: CROP), ("c.jpg", lambda: b"nothing")]
    assert desk.add_to_batch(batch_id, given) == ()
    assert [p.read_bytes() for p in queue.rglob("*") if p.is_file()] == [CROP]  # by content
    items = desk.batch_items(batch_id)
    assert [(i.name, i.state) for i in items] == [("a.jpg", "waiting"), ("b.jpg", "waiting"), ("c.jpg", "failed")]
    desk.start_batch(batch_id, "Harbour", Inputs(note="fire", claim=Claim(text="a fire")))
    batch = until(desk, batch_id)
    assert (batch.title, batch.done, batch.failed) == ("Harbour", 2, 1)
    assert not [p for p in queue.rglob("*") if p.is_file()]
    assert desk.view(desk.batch_items(batch_id)[0].case_id).inputs == Inputs(note="fire", claim=Claim(text="a fire"))
    assert desk.retry_batch(batch_id) == 0, "what was refused when it came is not kept"
    with pytest.raises(BatchError, match="has begun"):
        desk.add_to_batch(batch_id, given)


def test_a_list_names_the_uploaded_photographs(desk):  # noqa: F811
    batch_id = desk.create_batch("")
    table = b"file,claim,title,tags\nold/a.jpg,one,First,x\na.jpg,two,,\nmissing.jpg,,,\ntwice.jpg,,,\n"
    given = [(n, lambda: CROP) for n in ("a.jpg", "twice.jpg", "twice.jpg", "unused.jpg")]
    problems = desk.add_to_batch(batch_id, given, table)
    items = desk.batch_items(batch_id)
    assert [(i.inputs.claim.text, i.title) for i in items] == [("one", "First"), ("two", "a.jpg")]
    assert [(p.line, p.name) for p in problems] == [
        (4, "missing.jpg"), (5, "twice.jpg"), (0, "twice.jpg"), (0, "unused.jpg")
    ]  # fmt: skip
    desk.start_batch(batch_id, inputs=Inputs(claim=Claim(text="not this"), note="for all"))
    until(desk, batch_id)
    first = desk.view(desk.batch_items(batch_id)[0].case_id)
    assert first.title == "First" and first.tags[0] == "x" and first.tags[1].startswith("batch: Batch of ")
    assert first.inputs == Inputs(note="for all", claim=Claim(text="one"))


def test_limits(few, light, tmp_path):  # noqa: F811
    bench = Workbench(few, tmp_path / "s", light, Settings(batch=BatchSettings(items=2, waiting_of_guest=1)))
    batch_id = bench.create_batch("x")
    with pytest.raises(BatchError, match="at most 2"):
        bench.add_to_batch(batch_id, [("a.jpg", lambda: CROP)] * 3)
    guest = bench.create_batch("x", owner="guest:abc")
    bench.add_to_batch(guest, [("a.jpg", lambda: CROP)])
    with pytest.raises(BatchError, match="Visitors may have 1"):
        bench.add_to_batch(bench.create_batch("y", owner="guest:abc"), [("a.jpg", lambda: CROP)])
    with pytest.raises(CaseError, match="title"):
        bench.create_batch("x" * 300)
    bench.close()


# --- whose they are ---------------------------------------------------------------------------------------------------


def test_another_account_learns_nothing_of_a_batch(desk):  # noqa: F811
    annas, bens = guarded(desk, ANNA), guarded(desk, BEN)
    batch_id = annas.create_batch("Harbour", "somebody else")
    annas.add_to_batch(batch_id, [("a.jpg", lambda: CROP)])
    calls = {
        "batch": (), "batch_items": (), "owner_of_batch": (), "batch_news": (), "start_batch": (), "resume_batch": (),
        "pause_batch": (), "stop_batch": (), "cancel_batch": (), "retry_batch": (), "delete_batch": (),
        "export_batch": ("json",), "add_to_batch": ([("b.jpg", lambda: CROP)],),
    }  # fmt: skip
    assert set(calls) == ON_A_BATCH
    for other in (
        bens,
        guarded(desk, Visitor("guest", "b" * 32)),
        guarded(desk, NOBODY),
        guarded(desk, Visitor("account", "")),
    ):
        for name, more in calls.items():
            said = []
            for guess in (batch_id, "x" * len(batch_id)):
                with pytest.raises(BatchNotFound) as refused:
                    getattr(other, name)(guess, *more)
                said.append(str(refused.value).replace(guess, ""))
            assert said[0] == said[1], name
    assert bens.batches() == () and [b.who for b in annas.batches()] == ["anna"]
    assert [b.batch_id for b in guarded(desk, CHIEF).batches()] == [batch_id] == [b.batch_id for b in desk.batches()]
    with pytest.raises(AccessRefused):
        guarded(desk, NOBODY).batches()
    with pytest.raises(AccessRefused):
        guarded(desk, NOBODY).create_batch("x")
    annas.start_batch(batch_id)
    until(desk, batch_id)
    (item,) = annas.batch_items(batch_id)
    assert desk.owner_of(item.case_id) == "anna" and bens.cases() == ()
    assert "Harbour" in annas.export_batch(batch_id, "json").read_text()
    for name in ("batch_of", "continue_batches"):
        with pytest.raises(AttributeError):
            getattr(annas, name)


def test_a_batch_without_an_owner_is_nobodys(desk):  # noqa: F811
    batch_id = guarded(desk, DESK).create_batch("x")
    with pytest.raises(BatchNotFound):
        guarded(desk, Visitor("account", "")).batch(batch_id)


def test_the_table_as_files(desk, begun):  # noqa: F811
    told = json.loads(desk.export_batch(begun, "json").read_text())
    assert told["title"] == "Storm" and [r["number"] for r in told["photographs"]] == [1, 2, 3]
    assert "owner" not in told
    rows = desk.export_batch(begun).read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 4 and rows[0].startswith("number,file,case")
    with pytest.raises(BatchError, match="no format"):
        desk.export_batch(begun, "xlsx")


@pytest.mark.parametrize("name", ["=1.jpg", "\u00a0=1.jpg", "\n=1.jpg", "＝1.jpg"])
def test_a_name_that_a_spreadsheet_would_compute_is_text_in_the_table(name):
    item = BatchItem(batch_id="b", number=1, name=name)
    (_, row) = csv.reader(io.StringIO(as_csv([item]).removeprefix("\ufeff"), newline=""))
    assert row[1] == f"'{name}"


# --- the store --------------------------------------------------------------------------------------------------------


def test_a_case_is_made_with_its_row_or_not_at_all(tmp_path, monkeypatch):
    store = CaseStore(tmp_path)
    batch_id = store.create_batch("x", source="folder:/a")
    store.add_entries(batch_id, [Entry("a.jpg", tmp_path / "a.jpg", tags=("t",), title="T")])

    def torn(*args, **named):
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_change_item", torn)
        with pytest.raises(RuntimeError):
            store.make_case(batch_id, 1, b"photo", "a.jpg")
    assert store.list() == () and store.batch_item(batch_id, 1).case_id == ""
    case_id = store.make_case(batch_id, 1, b"photo", "a.jpg")
    assert store.make_case(batch_id, 1, b"photo", "a.jpg") == case_id and len(store.list()) == 1
    assert store.get(case_id).title == "T" and store.get(case_id).tags == ("t", "batch: x")
    assert store.verify(case_id) == () and store.verify("") == ()
    store.close()
    again = CaseStore(tmp_path)
    assert again.photo(again.get(case_id)) == b"photo"
    assert again.of_source("folder:/a") == batch_id and again.of_source("folder:/b") == ""
    again.close()


def test_a_start_clears_uploads_that_nothing_waits_for(tmp_path):
    store = CaseStore(tmp_path)
    batch_id = store.create_batch("x")
    store.add_photo(batch_id, Entry("a.jpg"), b"waits")
    (tmp_path / "queue" / "ab").mkdir()
    (tmp_path / "queue" / "ab" / ("ab" + "0" * 62)).write_bytes(b"left by a kill")
    store.close()
    store = CaseStore(tmp_path)
    assert [p.read_bytes() for p in (tmp_path / "queue").rglob("*") if p.is_file()] == [b"waits"]
    assert store.delete_batches_of("") == 0, "what is nobody's is not deleted with anybody"
    store.delete_batch(batch_id)
    assert not [p for p in (tmp_path / "queue").rglob("*") if p.is_file()]
    store.close()


def test_what_a_guest_left_waiting_goes_with_the_visit(desk):  # noqa: F811
    mine = guarded(desk, Visitor("guest", "g" * 32))
    left = mine.create_batch("left")
    mine.add_to_batch(left, [("a.jpg", lambda: CROP)])
    annas = guarded(desk, ANNA).create_batch("hers")
    assert sweep(desk) == 0 and [b.batch_id for b in mine.batches()] == [left]
    tomorrow = datetime.now(UTC) + timedelta(hours=desk.settings.hosting.guest_hours, seconds=1)
    desk._cases.set_batch(left, "running")
    sweep(desk, tomorrow)
    assert [b.batch_id for b in mine.batches()] == [left], "what is at work is not taken away"
    desk._cases.set_batch(left, "paused")
    sweep(desk, tomorrow)
    assert mine.batches() == () and [b.batch_id for b in desk.batches()] == [annas]
    assert not [p for p in (desk.media_dir.parent / "queue").rglob("*") if p.is_file()]


def test_a_batch_begins_while_an_analysis_is_being_started(desk, photos):  # noqa: F811
    """The workbench's lock is taken before the store's; nothing of a batch may take them the other way round."""
    batch_id = desk.batch_of(sources.folder(photos))
    for change in (desk.resume_batch, desk.pause_batch, desk.cancel_batch, desk.resume_batch, desk.retry_batch):
        with desk._lock:  # as where an analysis is being started
            asked = threading.Thread(target=change, args=(batch_id,), daemon=True)
            asked.start()
            asked.join(20)
            assert not asked.is_alive(), change.__name__
    until(desk, batch_id)
