"""Undo, redo and runs."""

import hashlib
import random
import threading

import pytest

from newsctx.cases import CaseStore
from newsctx.document import ArchiveInfo, Document
from newsctx.errors import CaseNotFound
from newsctx.overrides import PinArticle
from newsctx.records import Inputs, StageStatus
from newsctx.settings import CaseSettings

ARCHIVE = ArchiveInfo(name="n", version="v", articles=1, photos=0, profile="p")


def document(seconds: float) -> Document:
    return Document(
        version="0", archive=ARCHIVE, status=(StageStatus(name="photo", state="fresh", seconds=seconds),)
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    store = CaseStore(tmp_path, CaseSettings(kept_runs=3))
    yield store
    store.close()


def new(store: CaseStore) -> str:
    return store.create(b"x", hashlib.sha256(b"x").hexdigest(), "a.jpg", Inputs())


def pins(store: CaseStore, case_id: str) -> str:
    return "".join(o.article_id for o in store.get(case_id).overrides)


def test_redo_brings_back_the_last_undone_and_a_new_override_empties_its_list(store):
    case_id = new(store)
    for name in "abc":
        store.append(case_id, PinArticle(article_id=name))
    store.undo(case_id), store.undo(case_id)
    assert pins(store, case_id) == "a" and store.get(case_id).undone == 2
    store.redo(case_id)
    assert pins(store, case_id) == "ab" and store.get(case_id).undone == 1
    store.append(case_id, PinArticle(article_id="d"))
    assert pins(store, case_id) == "abd" and store.get(case_id).undone == 0
    store.redo(case_id)  # nothing to bring back: no error, no entry
    assert pins(store, case_id) == "abd"
    assert [e.what for e in store.trail(case_id)] == ["created", *["override"] * 3, "undo", "undo", "redo", "override"]
    assert [(o.number, o.state) for o in store.overrides(case_id)] == [
        (1, "live"),
        (2, "live"),
        (3, "dropped"),
        (4, "live"),
    ]
    store.undo(case_id), store.undo(case_id)
    store.redo(case_id), store.redo(case_id)
    assert pins(store, case_id) == "abd", "the one that was dropped never comes back"
    assert store.verify(case_id) == ()


@pytest.mark.parametrize("seed", range(3))
def test_undo_and_redo_are_those_of_two_stacks(store, seed):
    """The oracle: a list of what counts and a list of what can come back."""
    case_id, draw = new(store), random.Random(seed)
    live: list[str] = []
    undone: list[str] = []
    for step in range(40):
        match draw.choice(["do", "do", "undo", "undo", "redo"]):
            case "do":
                store.append(case_id, PinArticle(article_id=f"{step};"))
                live, undone = [*live, f"{step};"], []
            case "undo":
                store.undo(case_id)
                if live:
                    undone.append(live.pop())
            case "redo":
                store.redo(case_id)
                if undone:
                    live.append(undone.pop())
        assert pins(store, case_id) == "".join(live) and store.get(case_id).undone == len(undone)
    assert store.verify(case_id) == ()


def test_overrides_of_many_threads_are_all_kept_in_one_order(store):
    case_id = new(store)

    def work(name: int) -> None:
        for n in range(10):
            store.append(case_id, PinArticle(article_id=f"{name}-{n}"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = store.overrides(case_id)
    assert [o.number for o in made] == list(range(1, 41)) and len({o.override.article_id for o in made}) == 40
    for name in range(4):
        assert [o.override.article_id for o in made if o.override.article_id[0] == str(name)] == [
            f"{name}-{n}" for n in range(10)
        ]
    assert store.verify(case_id) == ()


def test_unknown_cases_are_named(store):
    for change in (store.undo, store.redo, lambda c: store.append(c, PinArticle(article_id="a")), store.delete):
        with pytest.raises(CaseNotFound, match="'nowhere'"):
            change("nowhere")
    assert store.trail("nowhere") == () and store.trail("") == ()


def test_the_documents_of_the_last_runs_are_kept_and_older_runs_stay_as_lines(store):
    case_id = new(store)
    ids = []
    for n in range(5):
        ids.append(store.begin_run(case_id, n, "Ada"))
        store.end_run(ids[-1], "done", document(n), {"photo": f"k{n}"})
    runs = store.runs(case_id)
    assert [r.number for r in runs] == [5, 4, 3, 2, 1] and [r.kept for r in runs] == [True] * 3 + [False] * 2
    assert (runs[0].run_id, runs[0].state, runs[0].overrides, runs[0].who) == (ids[4], "done", 4, "Ada")
    assert runs[0].computed == ("photo",) and runs[0].seconds == 4 and runs[0].archive_version == "v"
    assert store.run_document(case_id, ids[2]) == document(2)
    with pytest.raises(CaseNotFound, match="newer runs have taken its place"):
        store.run_document(case_id, ids[1])
    with pytest.raises(CaseNotFound, match="no run of the case"):
        store.run_document(new(store), ids[4])


def test_a_run_that_the_process_ended_in_is_interrupted_at_the_next_start(tmp_path):
    store = CaseStore(tmp_path)
    case_id = new(store)
    store.begin_run(case_id, 0)
    store.close()
    again = CaseStore(tmp_path)
    (run,) = again.runs(case_id)
    assert run.state == "interrupted" and run.ended and not run.kept
    assert again.trail(case_id)[-1].detail["state"] == "interrupted" and again.verify(case_id) == ()
    again.close()
