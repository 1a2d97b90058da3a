"""The trail: it says who did what and why, and what somebody changed in the store behind its back shows."""

import hashlib
import json
import zlib

import pytest

from newsctx.audit import NOBODY, AuditEntry, told
from newsctx.cases import CaseStore
from newsctx.document import ArchiveInfo, Document
from newsctx.overrides import AddArticle, ApproveCaption, ExcludeArticle, PinArticle
from newsctx.records import Article, Inputs, StageStatus

DOCUMENT = Document(
    version="0.1",
    archive=ArchiveInfo(name="n", version="v9", articles=1, photos=0, profile="p"),
    status=(
        StageStatus(name="photo", state="fresh", seconds=1.25, cached=True),
        StageStatus(name="retrieve", state="fresh", seconds=0.5),
        StageStatus(name="verify", state="failed", note="no file"),
    ),
)


@pytest.fixture
def store(tmp_path):
    store = CaseStore(tmp_path)
    yield store
    store.close()


@pytest.fixture
def case_id(store):
    return store.create(b"x", hashlib.sha256(b"x").hexdigest(), "a.jpg", Inputs(note="one"), "Ada")


def edit(store: CaseStore, case_id: str) -> None:
    """Entries 2 to 6."""
    store.append(case_id, PinArticle(article_id="a1", reason="same shirt"), "Ada")
    store.append(case_id, ExcludeArticle(article_id="a2"), "Bo")
    store.undo(case_id, "Bo")
    store.redo(case_id)
    store.append(case_id, ApproveCaption(version=1), "Ada")


def problems(store: CaseStore, case_id: str, anchor: str = "") -> list[tuple[int, str]]:
    return [(p.number, p.problem) for p in store.verify(case_id, anchor)]


def test_a_trail_says_who_did_what_why_with_before_and_after(store, case_id):
    edit(store, case_id)
    trail = store.trail(case_id)
    assert [(e.number, e.what, e.who) for e in trail] == [
        (1, "created", "Ada"), (2, "override", "Ada"), (3, "override", "Bo"), (4, "undo", "Bo"), (5, "redo", NOBODY),
        (6, "approved", "Ada"),
    ]  # fmt: skip
    pin, exclude, undo, redo, approved = trail[1:]
    assert (pin.reason, pin.before, pin.after) == ("same shirt", {"pinned": []}, {"pinned": ["a1"]})
    assert pin.detail["number"] == 1 and pin.detail["override"]["article_id"] == "a1"
    assert (exclude.before, exclude.after) == ({"excluded": []}, {"excluded": ["a2"]})
    assert (undo.before, undo.after) == ({"excluded": ["a2"]}, {"excluded": []}) and undo.detail["number"] == 2
    assert (redo.before, redo.after) == (exclude.before, exclude.after)
    assert (approved.before, approved.after) == ({"approved": None}, {"approved": 1})
    assert [e.previous for e in trail] == ["", *(e.hash for e in trail[:-1])]
    assert all(e.made.endswith("+00:00") for e in trail)
    assert problems(store, case_id) == []


def test_every_change_of_a_case_is_an_entry_and_the_same_value_again_is_none(store, case_id):
    for _ in range(2):
        store.set_inputs(case_id, Inputs(note="two"), "Ada")
        store.rename(case_id, "Ship")
        store.set_tags(case_id, ("flood",))
        store.set_status(case_id, "handed_over", "Bo", "to the night desk")
        store.archive(case_id)
    trail = store.trail(case_id)[1:]
    assert [e.what for e in trail] == ["inputs", "renamed", "tagged", "status", "archived"]
    assert trail[0].before["inputs"]["note"] == "one" and trail[0].after["inputs"]["note"] == "two"
    assert (trail[1].before, trail[1].after) == ({"title": "a.jpg"}, {"title": "Ship"})
    assert (trail[3].reason, trail[3].after) == ("to the night desk", {"status": "handed_over"})
    assert problems(store, case_id) == []
    said = told(store.trail(case_id))
    assert (said["title"], said["tags"], said["archived"]) == ("Ship", ["flood"], True)


def test_a_run_is_told_with_what_it_computed(store, case_id):
    run_id = store.begin_run(case_id, 0, "Ada")
    store.end_run(run_id, "failed", DOCUMENT, {"photo": "k1", "retrieve": "k2"})
    started, ended = store.trail(case_id)[1:]
    assert (started.what, started.detail) == ("run_started", {"run_id": run_id, "number": 1, "overrides": 0})
    assert ended.what == "run_ended" and ended.who == "Ada"
    assert ended.detail["computed"] == ["retrieve"] and ended.detail["seconds"] == {"photo": 1.25, "retrieve": 0.5}
    assert ended.detail["keys"] == {"photo": "k1", "retrieve": "k2"} and ended.detail["failed"] == {"verify": "no file"}
    assert ended.detail["archive"] == "v9" and ended.detail["newsctx"] == "0.1"
    assert set(ended.detail["results"]) == {"photo", "retrieve"} and problems(store, case_id) == []


def test_an_added_article_is_named_and_not_told_twice(store, case_id):
    article = Article(article_id="added-1", headline="H", body="long " * 500)
    store.append(case_id, AddArticle(article=article))
    entry = store.trail(case_id)[-1]
    assert entry.after == {"added": ["added-1"], "pinned": ["added-1"]}
    assert problems(store, case_id) == []


TAMPERED = [
    ("UPDATE trail SET who = 'Eve' WHERE number = 3", [3], "altered"),
    ("UPDATE trail SET made = '2020-01-01T00:00:00+00:00' WHERE number = 1", [1], "altered"),
    ("UPDATE trail SET reason = '' WHERE number = 2", [2], "altered"),
    ("UPDATE trail SET after = '{}' WHERE number = 2", [2], "altered"),
    ("UPDATE trail SET detail = '{}' WHERE number = 2", [2], "altered"),
    ("UPDATE trail SET detail = 'no JSON' WHERE number = 2", [2], "altered"),
    ("UPDATE trail SET what = 'nothing' WHERE number = 2", [2], "altered"),
    ("UPDATE trail SET number = -1 WHERE number = 1", [-1], "altered"),
    ("DELETE FROM trail WHERE number = 3", [3, 0], "is missing"),
    ("DELETE FROM trail WHERE number IN (3, 4)", [3, 4, 0], "is missing"),
    ("DELETE FROM trail WHERE number = 1", [1], "is missing"),
    ("DELETE FROM trail WHERE number = 6", [0], "it ends with entry 5, but 6 were written"),
    ("DELETE FROM trail", [0], "it ends with entry 0, but 6 were written"),
    ("UPDATE heads SET head = 'x'", [0], "its end is missing or changed"),
    ("DELETE FROM overrides WHERE number = 1", [0], "number 1 differs"),
    ("UPDATE overrides SET state = 'undone' WHERE number = 2", [0], "number 2 differs"),
    ("UPDATE overrides SET action = replace(action, 'a1', 'a9')", [0], "number 1 differs"),
    ("UPDATE cases SET title = 'Other'", [0], "the title of the case is 'Other', the trail says 'a.jpg'"),
    ("UPDATE cases SET inputs = '{}'", [0], "the inputs of the case"),
    ("UPDATE cases SET status = 'established'", [0], "the status of the case"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "numbers", "said"), TAMPERED, ids=[t[0] for t in TAMPERED])
def test_what_is_changed_behind_the_trails_back_shows_and_where(store, case_id, sql, numbers, said):
    edit(store, case_id)
    store._execute(sql if " WHERE " not in sql else sql + f" AND case_id = '{case_id}'", [])
    found = problems(store, case_id)
    assert said in found[0][1]
    assert [n for n, _ in found][: len(numbers)] == numbers


def test_an_entry_that_is_put_in_another_place_shows(store, case_id):
    edit(store, case_id)
    for was, becomes in ((2, 99), (3, 2), (99, 3)):
        store._execute(f"UPDATE trail SET number = {becomes} WHERE number = {was} AND case_id = ?", [case_id])
    assert {n for n, _ in problems(store, case_id)} >= {2, 3, 4}


def rewrite(store: CaseStore, case_id: str) -> None:
    """What a chain by itself cannot show: all is written anew from the second entry on, hashes and head included."""
    previous = ""
    for entry in store.trail(case_id):
        update = {"previous": previous} | ({"reason": "another"} if entry.number == 2 else {})
        new = entry.model_copy(update=update)
        new = AuditEntry.model_validate(new.model_dump() | {"hash": new.sealed()})
        store._execute(
            "UPDATE trail SET reason = ?, previous = ?, hash = ? WHERE case_id = ? AND number = ?",
            [new.reason, new.previous, new.hash, case_id, new.number],
        )
        previous = new.hash
    store._execute("UPDATE heads SET head = ? WHERE case_id = ?", [previous, case_id])


def test_only_an_anchor_kept_elsewhere_shows_a_trail_that_was_written_anew(store, case_id):
    edit(store, case_id)
    first, _, third, *_ = store.trail(case_id)
    assert problems(store, case_id, anchor=third.hash) == []
    rewrite(store, case_id)
    assert problems(store, case_id) == [] and problems(store, case_id, anchor=first.hash) == []
    ((number, problem),) = problems(store, case_id, anchor=third.hash)
    assert number == 0 and third.hash in problem and "rewritten" in problem


def test_a_change_that_fails_leaves_no_entry_and_an_entry_that_fails_no_change(store, case_id, monkeypatch):
    before = store.get(case_id), store.trail(case_id)

    def fail(*args, **more):
        raise RuntimeError("disk full")

    monkeypatch.setattr("newsctx.audit.write", fail)
    for change in (lambda: store.append(case_id, PinArticle(article_id="a")), lambda: store.rename(case_id, "x")):
        with pytest.raises(RuntimeError):
            change()
    assert (store.get(case_id), store.trail(case_id)) == before
    assert store._execute("SELECT count(*) FROM overrides", []) == [(0,)]


def test_a_deletion_shows_in_the_stores_own_trail(store, case_id):
    store.delete(case_id)
    assert [e.what for e in store.trail("")] == ["case_created", "case_deleted"]
    store._execute("DELETE FROM trail WHERE case_id = '' AND number = 2", [])
    assert "it ends with entry 1, but 2 were written" in str(store.verify("")[0])
    assert json.loads(json.dumps(store.trail("")[0].model_dump(mode="json")))["detail"]["case_id"] == case_id


def test_the_document_of_a_run_that_was_changed_or_damaged_shows(store, case_id):
    run_id = store.begin_run(case_id, 0)
    store.end_run(run_id, "done", DOCUMENT, {})
    assert problems(store, case_id) == []
    other = DOCUMENT.model_copy(update={"version": "0.2"}).to_json(indent=None).encode()
    for packed in (zlib.compress(other), b"damaged"):
        store._execute("UPDATE runs SET document = ? WHERE run_id = ?", [packed, run_id])
        assert problems(store, case_id) == [(0, f"the document of run {run_id} is not what the run came to")]
    store._execute("UPDATE runs SET document = NULL", [])
    assert problems(store, case_id) == [], "of older runs no document is kept"


def test_an_empty_store_holds_and_a_case_without_a_trail_does_not(store):
    assert store.verify("") == ()
    case_id = store.create(b"x", hashlib.sha256(b"x").hexdigest(), "a.jpg", Inputs())
    for table in ("trail", "heads"):
        store._execute(f"DELETE FROM {table} WHERE case_id = ?", [case_id])
    assert problems(store, case_id) == [(0, "there is no trail")]
