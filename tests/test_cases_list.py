"""Finding cases again: names, tags, states, searching, deleting; and a store that an older newsctx has written."""

import hashlib
import json

import duckdb
import pytest

from newsctx.case_schema import MIGRATIONS
from newsctx.cases import CASE_STATUSES, CaseStore
from newsctx.document import ArchiveInfo, Document
from newsctx.errors import CaseError, CaseNotFound, NewsctxError
from newsctx.overrides import PinArticle
from newsctx.records import Caption, Claim, Context, DateAnswer, Inputs, PartialDate, Place, PlaceAnswer

ARCHIVE = ArchiveInfo(name="n", version="v", articles=1, photos=0, profile="p")
ANSWERED = Document(
    version="0",
    archive=ARCHIVE,
    context=Context(
        place=PlaceAnswer(place=Place(name="Zürich", level="city", country="Switzerland"), basis="evidence"),
        date=DateAnswer(date=PartialDate(year=2019, month=5), basis="evidence"),
    ),
    caption=Caption(text="Ein Fährunglück.", writer="extractive"),
)


@pytest.fixture
def store(tmp_path):
    store = CaseStore(tmp_path)
    yield store
    store.close()


def add(store: CaseStore, name: str, data: bytes = b"", **inputs) -> str:
    data = data or name.encode()
    return store.create(data, hashlib.sha256(data).hexdigest(), name, Inputs(**inputs))


def titles(found) -> set[str]:
    return {c.title for c in found}


def test_everything_that_is_known_of_a_case_is_searched_without_case_and_diacritics(store):
    a, b = add(store, "a.jpg", note="Überschwemmung"), add(store, "b.jpg", claim=Claim(text="a SHARK", place="Łódź"))
    c = add(store, "c.jpg")
    store.rename(c, "  Straßenfest \n in İzmir ")
    store.set_tags(c, ("Élection", "élection", "élection", "desk two"))
    store.save_document(b, ANSWERED, {})
    expected = {"UBERSCHWEMMUNG": a, "shark": b, "lodz": b, "strassenfest IZMIR": c, "election": c, "zurich 2019-05": b}
    expected |= {"fahrungluck": b}
    for query, case_id in expected.items():
        assert [s.case_id for s in store.list(query)] == [case_id], query
        assert store.count(query) == 1
    assert store.list("shark zurich election") == (), "every word must be there"
    assert store.list("100%_'\"; DROP TABLE cases") == (), "a query is no pattern and no SQL"
    assert len(store.list("")) == 3
    (line,) = store.list("zurich")
    assert (line.place, line.date, line.note) == ("Zürich, Switzerland", "2019-05", "")
    (line,) = store.list("election")
    assert line.title == "Straßenfest in İzmir" and line.tags == ("Élection", "desk two")
    assert line.photo_sha256 == hashlib.sha256(b"c.jpg").hexdigest() and line.created


def test_the_list_is_narrowed_by_status_tag_and_archive_and_read_in_pages(store):
    ids = [add(store, f"{n}.jpg") for n in range(5)]
    for case_id in ids[:3]:
        store.set_tags(case_id, ("Flood",))
    store.set_status(ids[0], "established")
    store.archive(ids[1])
    assert titles(store.list(tag="FLOOD")) == {"0.jpg", "2.jpg"} and store.count(tag="flood") == 2
    assert titles(store.list(status="established")) == {"0.jpg"}
    assert titles(store.list(archived=True)) == {"1.jpg"} and titles(store.recent()) == {
        f"{n}.jpg" for n in (0, 2, 3, 4)
    }
    assert store.count(archived=None) == 5 and store.tags() == (("Flood", 2),) and store.tags(None) == (("Flood", 3),)
    pages = [store.list(limit=3), store.list(limit=3, offset=3)]
    assert [len(p) for p in pages] == [3, 1] and pages[0] + pages[1] == store.list()
    assert store.list(tag="flood", limit=1, offset=1) == store.list(tag="flood")[1:]
    store.archive(ids[1], on=False)
    assert store.count() == 5


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda s, c: s.rename(c, " \n "), "empty"),
        (lambda s, c: s.rename(c, "x" * 201), "201 characters; expected at most 200"),
        (lambda s, c: s.set_tags(c, ("x" * 51,)), "tag .* 51 characters; expected at most 50"),
        (lambda s, c: s.set_tags(c, tuple(f"t{n}" for n in range(21))), "21 tags"),
        (lambda s, c: s.set_status(c, "done"), "'done' is no status.*handed_over"),
        (lambda s, c: s.rename(c, "x", who="y" * 201), "name of who"),
        (lambda s, c: s.set_status(c, "open", reason="y" * 2001), "reason"),
        (lambda s, c: s.list("y" * 501), "search"),
        (lambda s, c: s.list(status="done"), "'done'"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_what_was_expected(store, change, expected):
    case_id = add(store, "a.jpg")
    before = store.get(case_id), store.trail(case_id)
    with pytest.raises(CaseError, match=expected):
        change(store, case_id)
    assert (store.get(case_id), store.trail(case_id)) == before


def test_hostile_text_is_kept_as_text(store):
    case_id = add(store, "a.jpg")
    hostile = "<script>alert(1)</script>' OR 1=1 --\0 \ud800 \u202e"
    store.rename(case_id, hostile, who=hostile)
    store.set_tags(case_id, (hostile, "", "\0"))
    clean = "<script>alert(1)</script>' OR 1=1 -- \ufffd \u202e"
    case = store.get(case_id)
    assert case.title == clean and case.tags == (clean,)
    assert store.trail(case_id)[1].who == clean
    assert store.verify(case_id) == ()
    assert store.list(hostile)[0].case_id == case_id


def test_a_deleted_case_leaves_nothing_but_a_line_in_the_stores_own_trail(store, tmp_path):
    gone, other = add(store, "a.jpg", b"same"), add(store, "b.jpg", b"same")
    store.append(gone, PinArticle(article_id="a"))
    store.save_document(gone, ANSWERED, {})
    store.add_caption(gone, ANSWERED.caption)
    store.end_run(store.begin_run(gone, 1), "done", ANSWERED, {})
    head = store.trail(gone)[-1]
    store.delete(gone, who="Ada", reason="a test")
    with pytest.raises(CaseNotFound):
        store.get(gone)
    photo = tmp_path / "photos"
    assert [p.read_bytes() for p in photo.rglob("*") if p.is_file()] == [b"same"], "the other case still shows it"
    for table in ("cases", "overrides", "documents", "captions", "runs", "trail", "heads"):
        assert store._execute(f"SELECT count(*) FROM {table} WHERE case_id = ?", [gone]) == [(0,)], table
    last = store.trail("")[-1]
    assert (last.what, last.who, last.reason) == ("case_deleted", "Ada", "a test")
    assert last.detail == {"case_id": gone, "entries": head.number, "head": head.hash}
    store.save_document(gone, ANSWERED, {})  # a worker in the middle of a stage
    store.add_caption(gone, ANSWERED.caption)
    assert store.begin_run(gone, 0) == "" and store.document(gone) is None and store.captions(gone) == ()
    store.delete(other)
    assert [p for p in photo.rglob("*") if p.is_file()] == []
    assert store.verify("") == ()


def test_a_photograph_that_a_kill_left_after_a_deletion_is_removed_at_the_next_start(tmp_path):
    store = CaseStore(tmp_path)
    case_id = add(store, "a.jpg")
    store._remove_photos = lambda: None  # as if killed after the commit
    store.delete(case_id)
    store.close()
    assert list((tmp_path / "photos").rglob(hashlib.sha256(b"a.jpg").hexdigest()))
    CaseStore(tmp_path).close()
    assert not list((tmp_path / "photos").rglob(hashlib.sha256(b"a.jpg").hexdigest()))


def old_store(folder, versions: int):
    """A store as newsctx wrote it when it knew only so many migrations, with one case."""
    db = duckdb.connect(str(folder / "cases.duckdb"))
    db.execute("CREATE TABLE schema_version (number INTEGER PRIMARY KEY, title TEXT)")
    for step in MIGRATIONS[:versions]:
        db.execute(step.sql)
        db.execute("INSERT INTO schema_version VALUES (?, ?)", [step.number, step.title])
    note = Inputs(note="Überschwemmung").model_dump_json()
    sha = hashlib.sha256(b"old").hexdigest()
    (folder / "photos" / sha[:2]).mkdir(parents=True)
    (folder / "photos" / sha[:2] / sha).write_bytes(b"old")
    db.execute("INSERT INTO cases VALUES ('old', 'Alt', '2020-01-01', '2020-01-02', ?, 'a.jpg', ?)", [sha, note])
    for number, article in enumerate(("one", "two"), 1):
        action = PinArticle(article_id=article).model_dump_json()
        db.execute("INSERT INTO overrides VALUES ('old', ?, ?, '2020-01-01')", [number, action])
    db.execute("INSERT INTO documents VALUES ('old', ?, ?)", [ANSWERED.to_json(), json.dumps({"photo": "k"})])
    db.close()


@pytest.mark.parametrize("versions", [1, 2])
def test_an_older_store_opens_with_all_its_data_and_its_trail_begins(tmp_path, versions):
    old_store(tmp_path, versions)
    with pytest.raises(NewsctxError, match=f"schema version {versions}.*only reads"):
        CaseStore(tmp_path, read_only=True)
    store = CaseStore(tmp_path)
    case = store.get("old")
    assert (case.title, case.created, case.updated, case.status, case.tags) == (
        "Alt",
        "2020-01-01",
        "2020-01-02",
        "open",
        (),
    )
    assert [o.article_id for o in case.overrides] == ["one", "two"]
    assert store.document("old") == (ANSWERED, {"photo": "k"})
    assert [c.case_id for c in store.list("uberschwemmung zurich fahrungluck")] == ["old"]
    assert [e.what for e in store.trail("old")] == ["adopted"] and [e.what for e in store.trail("")] == ["case_adopted"]
    assert store.verify("old") == () and store.verify("") == ()
    store.undo("old")
    assert [o.article_id for o in store.get("old").overrides] == ["one"] and store.verify("old") == ()
    store.close()
    again = CaseStore(tmp_path)
    assert len(again.trail("old")) == 2 and again.verify("old") == ()
    again.close()


def test_a_store_can_be_read_only(tmp_path):
    with pytest.raises(NewsctxError, match="There is no case store"):
        CaseStore(tmp_path / "nowhere", read_only=True)
    assert not (tmp_path / "nowhere").exists()
    store = CaseStore(tmp_path)
    case_id = add(store, "a.jpg")
    store.close()
    reader = CaseStore(tmp_path, read_only=True)
    assert reader.get(case_id).title == "a.jpg"
    with pytest.raises(duckdb.Error, match="read-only"):
        reader.rename(case_id, "b")
    reader.close()


def test_the_statuses_are_those_of_the_desk():
    assert CASE_STATUSES == ("open", "established", "not_established", "handed_over")
