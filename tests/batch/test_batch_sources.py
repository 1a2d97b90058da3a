"""Photographs of folders and lists: which are taken, in which order, and what is told of the others."""

from __future__ import annotations

import codecs
import csv
import io

import pytest

from newsctx.batch import lists, sources
from newsctx.batch.export import as_csv
from newsctx.batch.records import BatchItem, Outcome
from newsctx.errors import BatchError
from newsctx.records import Claim, Inputs
from newsctx.settings import BatchSettings

SETTINGS = BatchSettings()


def make(folder, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


# --- folders ----------------------------------------------------------------------------------------------------------


def test_a_folder_is_taken_in_natural_order_without_hidden_files(tmp_path):
    make(tmp_path, "p10.jpg", "p2.JPG", "p1.heic", "notes.txt", ".hidden.jpg", "sub/p3.jpg", ".git/p4.jpg")
    found = sources.folder(tmp_path)
    assert [e.name for e in found.entries] == ["p1.heic", "p2.JPG", "p10.jpg"]
    assert [e.path for e in found.entries] == [tmp_path / e.name for e in found.entries]
    assert found.title == tmp_path.name and found.problems == ()
    assert found.notes[0].startswith("1 file that is no photograph") and found.notes[1].startswith("1 folder left out")


def test_recursive_takes_the_folders_after_the_files_and_names_them(tmp_path):
    make(tmp_path, "z.jpg", "b/10.jpg", "b/9.jpg", "a/deep/1.jpg", ".trash/1.jpg")
    assert [e.name for e in sources.folder(tmp_path, True).entries] == ["z.jpg", "a/deep/1.jpg", "b/9.jpg", "b/10.jpg"]


def test_links_are_told_and_not_followed(tmp_path):
    outside = tmp_path / "outside"
    make(outside, "secret.jpg")
    inside = tmp_path / "inside"
    make(inside, "a.jpg")
    (inside / "link.jpg").symlink_to(outside / "secret.jpg")
    (inside / "folder").symlink_to(outside)
    (inside / "round").symlink_to(inside)
    found = sources.folder(inside, True)
    assert [e.name for e in found.entries] == ["a.jpg"]
    assert [p.name for p in found.problems] == ["folder", "link.jpg", "round"]


def test_a_folder_without_photographs_or_with_too_many_is_refused(tmp_path):
    make(tmp_path / "few", "sub/1.jpg")
    with pytest.raises(BatchError, match="holds no photograph.*--recursive"):
        sources.folder(tmp_path / "few")
    make(tmp_path / "many", *(f"{n}.jpg" for n in range(4)))
    with pytest.raises(BatchError, match="more than 3 photographs"):
        sources.folder(tmp_path / "many", most=3)
    with pytest.raises(BatchError, match="is no folder"):
        sources.folder(tmp_path / "none")


def test_a_name_that_is_no_text_is_told(tmp_path):
    make(tmp_path, "a.jpg", "b\n\x1b[2Jc.jpg")
    found = sources.folder(tmp_path)
    assert [e.name for e in found.entries] == ["a.jpg"] and "\x1b" not in str(found.problems[0])


def test_natural_order_is_total():
    names = ["a1", "a01", "A1", "a10", "a2", "b", "10", "9", "a", "a1b", "²", "a٣"]
    assert len({sources.natural(n) for n in names}) == len(names)
    assert sorted(["9", "10", "a10", "a2", "a"], key=sources.natural) == ["9", "10", "a", "a2", "a10"]


# --- lists ------------------------------------------------------------------------------------------------------------


def read(tmp_path, text: str | bytes, **more):
    path = tmp_path / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return lists.read_list(path, SETTINGS, **more)


def test_every_column_of_a_row_is_taken(tmp_path):
    make(tmp_path, "a.jpg")
    (entry,) = read(
        tmp_path, "File,Note,Claim,Place,Date,Title,Tags\na.jpg,tram,A flood,Paris,2021-02,Seine,war; old | x\n"
    ).entries
    claim = Claim.model_validate({"text": "A flood", "place": "Paris", "date": "2021-02"})
    assert entry.inputs == Inputs(note="tram", claim=claim)
    assert (entry.title, entry.tags, entry.path, entry.line) == ("Seine", ("war", "old", "x"), tmp_path / "a.jpg", 2)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig", "utf-16"])
def test_as_spreadsheets_write_it(tmp_path, delimiter, encode):
    make(tmp_path, "ä, ö.jpg")
    out = io.StringIO()
    rows = [["photo", "note"], ["ä, ö.jpg", 'says "hi";\nbye, | you']]
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    (entry,) = read(tmp_path, out.getvalue().encode(encode)).entries
    assert entry.name == "ä, ö.jpg" and entry.inputs.note == 'says "hi";\nbye, | you'


def test_the_word_of_a_spreadsheet_for_its_delimiter(tmp_path):
    make(tmp_path, "a.jpg")
    found = read(tmp_path, "sep=;\r\npath;note\r\na.jpg;x, y\r\n;nothing\r\n")
    assert found.entries[0].inputs.note == "x, y" and [p.line for p in found.problems] == [4]


def test_a_bad_row_is_told_with_its_line_and_the_others_go_on(tmp_path):
    make(tmp_path, "a.jpg", "b.jpg", "text.txt", "sub/c.jpg")
    make(tmp_path.parent, "outside.jpg")
    (tmp_path / "away.jpg").symlink_to(tmp_path.parent / "outside.jpg")
    rows = [
        "path,note,date,tags",  # 1
        'a.jpg,"two',  # 2, and 3: a cell of two lines
        'lines",,',
        "missing.jpg,,,",  # 4
        "../outside.jpg,,,",  # 5
        f"{tmp_path.parent}/outside.jpg,,,",  # 6
        "away.jpg,,,",  # 7: a link out of the folder
        "text.txt,,,",  # 8
        "b.jpg,,32 May,",  # 9
        "sub,,,",  # 10
        "https://example.org/a.jpg,,,",  # 11
        'a.jpg,"two',  # 12: once more what line 2 says
        'lines",,',
        f"b.jpg,,,{'x' * 60}",  # 14
        ",,,",  # 15: nothing at all
        "sub/c.jpg,,2021,",  # 16
        "a.jpg",  # 17: a short row
    ]
    found = read(tmp_path, "\n".join(rows))
    assert [(e.name, e.line) for e in found.entries] == [("a.jpg", 2), ("sub/c.jpg", 16), ("a.jpg", 17)]
    told = {p.line: p.text for p in found.problems}
    assert sorted(told) == [4, 5, 6, 7, 8, 9, 10, 11, 12, 14]
    words = {4: "no file", 5: "outside", 6: "absolute", 7: "outside", 8: "no photograph", 9: "no date", 10: "no file",
             11: "address", 12: "the same as line 2", 14: "tag"}  # fmt: skip
    assert all(word in told[n] for n, word in words.items()), told


def test_absolute_paths_only_where_they_are_allowed(tmp_path):
    make(tmp_path, "far/a.jpg", "near/b.jpg")
    (tmp_path / "near" / "l.csv").write_text(f"path\n{tmp_path}/far/a.jpg\n../far/a.jpg\n")
    assert lists.read_list(tmp_path / "near" / "l.csv", SETTINGS).entries == ()
    allowed = lists.read_list(tmp_path / "near" / "l.csv", SETTINGS, absolute=True)
    assert [e.path for e in allowed.entries] == [tmp_path / "far" / "a.jpg"] * 2 and allowed.problems == ()


def test_a_list_that_cannot_be_read_as_a_whole(tmp_path):
    with pytest.raises(BatchError, match="no column `path`"):
        read(tmp_path, "name,claim\nx,y\n")
    with pytest.raises(BatchError, match=r"not UTF-8 \(line 2"):
        read(tmp_path, "path\nä.jpg\n".encode("latin-1"))
    with pytest.raises(BatchError, match="no row"):
        read(tmp_path, "path\n\n")
    with pytest.raises(BatchError, match="no column"):
        read(tmp_path, "")
    with pytest.raises(BatchError, match="batch.list_bytes"):
        lists.parse_list(b"x" * 2000, lambda name: None, BatchSettings(list_bytes=1000))
    with pytest.raises(BatchError, match="batch.items"):
        lists.parse_list(b"path\na.jpg\nb.jpg\n", lambda name: None, BatchSettings(items=1))
    with pytest.raises(BatchError, match="cannot be read"):
        lists.read_list(tmp_path / "none.csv", SETTINGS)


def test_what_is_given_for_all_stands_where_a_row_says_nothing(tmp_path):
    make(tmp_path, "a.jpg", "b.jpg")
    given = Inputs(note="all", claim=Claim(text="the same"))
    first, second = read(tmp_path, "path,claim,note\na.jpg,,own\nb.jpg,own,\n", inputs=given).entries
    assert first.inputs == Inputs(note="own", claim=Claim(text="the same"))
    assert second.inputs == Inputs(note="all", claim=Claim(text="own"))


@pytest.mark.parametrize(
    "data", [b"\x00" * 50, codecs.BOM_UTF16_LE + b"\xff", b'path\n"open', b"path\n" + b"a" * 200_000]
)
def test_nonsense_is_refused_or_told_and_never_raises_anything_else(tmp_path, data):
    try:
        found = read(tmp_path, data)
    except BatchError:
        return
    assert found.entries == () and found.problems


# --- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_no_cell_of_the_table_is_a_formula(text):
    item = BatchItem(
        batch_id="b", number=1, name=text, title=text, error=text, inputs=Inputs(note=text),
        outcome=Outcome(place=text, caption=text, article=text, source=text),
    )  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(as_csv([item]).removeprefix("\ufeff")))
    for name in ("file", "title", "error", "note", "place", "caption", "article", "source"):
        assert row[name].startswith("'"), name
    assert row["number"] == "1" and row["matched"] == "no"
