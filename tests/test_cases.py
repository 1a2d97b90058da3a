"""The case store: what the analyst did is there after a restart."""

import hashlib
import threading

import pytest

from newsctx.cases import CaseStore
from newsctx.document import ArchiveInfo, Document
from newsctx.errors import CaseNotFound, NewsctxError
from newsctx.overrides import PinArticle, SetDate, SetWeight
from newsctx.records import Caption, Claim, Inputs, PartialDate, PromptSent, Sentence

DATA = b"bytes of a photograph"
SHA = hashlib.sha256(DATA).hexdigest()
PIN = PinArticle(article_id="a é", reason="same shirt")
DATE = SetDate(date=PartialDate(year=2017, month=12))


def new_case(store: CaseStore) -> str:
    return store.create(DATA, SHA, "ship.jpg", Inputs(note="Rhein"))


def test_everything_survives_a_restart(tmp_path):
    store = CaseStore(tmp_path)
    case_id = new_case(store)
    store.append(case_id, PIN)
    store.append(case_id, DATE)
    store.set_inputs(case_id, Inputs(note="Duisburg", claim=Claim(text="2019")))
    document = Document(version="0", archive=ArchiveInfo(name="n", version="v", articles=1, photos=0, profile="p"))
    store.save_document(case_id, document, {"photo": "k1"})
    store.close()

    store = CaseStore(tmp_path)
    case = store.get(case_id)
    assert case.overrides == (PIN, DATE)
    assert case.inputs == Inputs(note="Duisburg", claim=Claim(text="2019"))
    assert store.photo(case) == DATA
    assert store.document(case_id) == (document, {"photo": "k1"})
    assert [c.case_id for c in store.recent()] == [case_id]


def test_an_override_that_names_a_channel_as_it_was_called_then_is_read(tmp_path):
    store = CaseStore(tmp_path)
    case_id = new_case(store)
    old = '{"reason":"","action":"weight","channel":"image_image","weight":0.5}'
    store._execute("INSERT INTO overrides (case_id, number, action, made) VALUES (?, 1, ?, '')", [case_id, old])
    assert store.get(case_id).overrides == (SetWeight(channel="visual", weight=0.5),)


def test_undo_takes_back_the_last_override_only_of_its_case(tmp_path):
    store = CaseStore(tmp_path)
    one, two = new_case(store), new_case(store)
    assert one != two
    store.append(one, PIN)
    store.append(one, DATE)
    store.append(two, PIN)
    store.undo(one)
    assert store.get(one).overrides == (PIN,)
    assert store.get(two).overrides == (PIN,)
    store.undo(one)
    store.undo(one)  # nothing left: no error
    assert store.get(one).overrides == ()
    store.append(one, DATE)
    assert store.get(one).overrides == (DATE,)


def test_an_unknown_case_is_named_and_nothing_is_made(tmp_path):
    store = CaseStore(tmp_path)
    with pytest.raises(CaseNotFound, match="'nowhere'"):
        store.get("nowhere")
    assert store.recent() == ()
    assert store.document("nowhere") is None


def test_a_damaged_store_is_a_clear_error(tmp_path):
    (tmp_path / "cases.duckdb").write_bytes(b"this is not a database" * 1000)
    with pytest.raises(NewsctxError, match="cannot be opened"):
        CaseStore(tmp_path)


def test_closing_waits_for_a_reader_in_another_thread(tmp_path):
    store = CaseStore(tmp_path)
    for _ in range(200):
        new_case(store)
    readers = [threading.Thread(target=lambda: [store.recent(200) for _ in range(20)]) for _ in range(3)]
    failures: list[object] = []
    threading.excepthook, before = lambda args: failures.append(args.exc_value), threading.excepthook
    try:
        for reader in readers:
            reader.start()
        store.close()  # DuckDB refuses to close a connection that is in use
        for reader in readers:
            reader.join()
    finally:
        threading.excepthook = before
    assert all("closed" in str(f).lower() for f in failures), failures
    assert len(CaseStore(tmp_path).recent(500)) == 200


def sentence(text: str) -> Caption:
    return Caption(text=text, sentences=(Sentence(text=text, chunk_ids=("a#body:0-9",)),), writer="extractive")


def test_every_caption_is_kept_as_a_version_and_the_same_one_only_once(tmp_path):
    store = CaseStore(tmp_path)
    case_id, other = new_case(store), new_case(store)
    first, second = sentence("A ferry hit the pier."), sentence("A ferry sank.")
    own = first.model_copy(update={"kind": "edited", "text": "The ferry hit it.", "writer": "the analyst"})
    for one in (first, second, first, own, own):
        store.add_caption(case_id, one)
    store.add_caption(other, first)
    store.close()

    store = CaseStore(tmp_path)
    kept = store.captions(case_id)
    assert [(v.number, v.caption) for v in kept] == [(1, first), (2, second), (3, own)]
    assert [v.parent for v in kept] == [None, None, 2]  # the wording began from the newest written one
    assert [v.number for v in store.captions(other)] == [1]


def test_the_same_words_written_from_another_prompt_are_another_version(tmp_path):
    store = CaseStore(tmp_path)
    case_id = new_case(store)
    sent = PromptSent(step="synthesise", template="synthesise@1", text="Write.")
    for prompt in (sent, sent.model_copy(update={"text": "Write it short."})):
        store.add_caption(case_id, sentence("A ferry.").model_copy(update={"sent": (prompt,)}))
    assert len(store.captions(case_id)) == 2


def test_the_same_words_with_other_citations_are_another_version_an_own_wording_is_one(tmp_path):
    store = CaseStore(tmp_path)
    case_id = new_case(store)
    elsewhere = Sentence(text="A ferry.", chunk_ids=("b#body:0-9",))
    for sentences in (sentence("A ferry.").sentences, (elsewhere,)):
        store.add_caption(case_id, Caption(text="A ferry.", sentences=sentences, writer="extractive"))
    for sentences in ((), (elsewhere,)):  # when it is typed, and when it has been held against the evidence
        store.add_caption(case_id, Caption(text="Mine.", sentences=sentences, writer="the analyst", kind="edited"))
    assert [v.caption.text for v in store.captions(case_id)] == ["A ferry.", "A ferry.", "Mine."]
