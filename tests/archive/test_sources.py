"""Readers and rows: every format gives the same articles, every bad row its place and reason."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsctx.archive.rows import ImageRef, RowRejected, parse_row
from newsctx.archive.sources import detect_format, read_rows
from newsctx.errors import ImportRefused
from newsctx.settings import ImportSettings

SETTINGS = ImportSettings()
ROWS = [
    {"id": "a1", "headline": "Ship hits bridge", "places": ["Duisburg (Germany)", "Rhine"], "published": "2017-12-26"},
    {"id": "a2", "headline": 'She said: "no",\nthen left', "places": [], "published": "2017"},
    {"id": "a3", "headline": None, "places": ["Zürich"], "published": None},
]


def _jsonl(path: Path, rows: list) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def _csv(path: Path, rows: list[dict], delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows({k: "; ".join(v) if isinstance(v, list) else v for k, v in r.items()} for r in rows)
    return path


def _read(path: Path, form: str = "auto", after: int = 0) -> list:
    return list(read_rows(path, detect_format(path, form), SETTINGS, after))


def _articles(path: Path, form: str = "auto") -> list:
    return [parse_row(row.data, SETTINGS) for row in _read(path, form)]


def test_all_formats_agree(tmp_path: Path) -> None:
    expected = _articles(_jsonl(tmp_path / "x.jsonl", ROWS))
    assert [r.article_id for r in expected] == ["a1", "a2", "a3"]
    assert expected[0].places == ("Duisburg (Germany)", "Rhine")
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "x.parquet", row_group_size=2)
    packed = tmp_path / "x.jsonl.gz"
    packed.write_bytes(gzip.compress((tmp_path / "x.jsonl").read_bytes()))
    for path in (
        tmp_path / "x.parquet", packed, _csv(tmp_path / "x.csv", ROWS), _csv(tmp_path / "x.tsv", ROWS, "\t"),
        _csv(tmp_path / "semicolons.csv", ROWS, "|"),
    ):  # fmt: skip
        assert _articles(path) == expected, path.name


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.parquet", "x.jsonl.gz"])
def test_content_decides_without_a_suffix(tmp_path: Path, name: str) -> None:
    real = tmp_path / name
    if "jsonl" in name:
        _jsonl(tmp_path / "x.jsonl", ROWS)
        if name.endswith("gz"):
            real.write_bytes(gzip.compress((tmp_path / "x.jsonl").read_bytes()))
    elif name == "x.csv":
        _csv(real, ROWS)
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), real)
    bare = real.rename(tmp_path / "articles")
    assert detect_format(bare) == name.split(".")[1]
    assert len(_articles(bare)) == 3


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.parquet"])
def test_going_on_after_a_position(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "x.parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=2)
    else:
        (_jsonl if name == "x.jsonl" else _csv)(path, ROWS)
    rows = _read(path)
    for stop in range(3):
        assert _read(path, after=rows[stop].line) == rows[stop + 1 :]


def test_bad_lines_of_jsonl(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"id": "ok"}\n\n{"id": \n["id"]\n{"id": "\xff"}\n'
        + b"[" * 100_000
        + b'\n{"id": "n", "body": NaN}\n42'
    )
    rows = _read(path)
    assert [r.line for r in rows] == [1, 3, 4, 5, 6, 7, 8]  # the blank line 2 is no row
    assert rows[0].data == {"id": "ok"}
    assert "not JSON" in rows[1].reason
    assert "found list" in rows[2].reason
    assert "not UTF-8 at byte 9" in rows[3].reason  # 1-based: {"id": " is eight bytes
    assert rows[4].data is None
    assert rows[5].data == {"id": "n", "body": None}
    assert "found int" in rows[6].reason


def test_a_line_too_long_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": "' + "x" * 3_000_000 + '"}\n{"id": "ok"}\n')
    small = ImportSettings(max_row_bytes=1000)
    rows = list(read_rows(path, "jsonl", small))
    assert "more than 1000 bytes" in rows[0].reason
    assert (rows[1].line, rows[1].data) == (2, {"id": "ok"})


def test_bad_rows_of_csv(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'id,headline\n1,"two\nlines"\n2,a,b\n3,\xff\n4\n5,fine\n')
    rows = _read(path)
    assert [r.line for r in rows] == [2, 4, 5, 6, 7]  # the first row spans lines 2 and 3
    assert "3 cells under 2 columns" in rows[1].reason
    assert rows[2].reason == "not UTF-8"
    assert "1 cells under 2" in rows[3].reason
    assert rows[4].data == {"id": "5", "headline": "fine"}


def test_sources_refused_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "u16.jsonl").write_text('{"id": "a"}\n', "utf-16")
    (tmp_path / "u16.csv").write_text("id,url\n1,2\n", "utf-16")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 broken")
    (tmp_path / "noid.csv").write_text("name,text\n1,2\n")
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 20)
    whole = gzip.compress(b'{"id": "a"}\n' * 5000)
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    for name, message in {
        "u16.jsonl": "UTF-16", "u16.csv": "UTF-16", "x.parquet": "cannot be read", "noid.csv": "neither a column",
        "binary": "neither JSONL", "cut.jsonl.gz": "cannot be read to its end", "missing.jsonl": "is not a file",
        ".": "folder",
    }.items():  # fmt: skip
        with pytest.raises(ImportRefused, match=message):
            _read(tmp_path / name)
    with pytest.raises(ImportRefused, match="auto, jsonl, csv, parquet"):
        detect_format(tmp_path / "u16.csv", "xml")


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x"])
def test_an_empty_file_has_no_rows(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert _read(tmp_path / name) == []


def test_parquet_values(tmp_path: Path) -> None:
    table = pa.table(
        {"ID": pa.array([1, 2]), "published": pa.array([dt.date(2017, 12, 26), None]), "extra": [b"x", b"y"]}
    )
    pq.write_table(table, tmp_path / "x.parquet")
    first, second = _articles(tmp_path / "x.parquet")
    assert (first.article_id, first.published, second.published) == ("1", "2017-12-26", "")


def test_text_is_cleaned() -> None:
    row = parse_row(
        {"id": " a\x00b ", "body": "one\r\ntwo\x07\u202e\u0000 e\u0301\ud800", "headline": "a\n b"}, SETTINGS
    )
    assert row.article_id == "ab"
    assert row.body == "one\ntwo \u00e9\ufffd"  # half of a pair is shown as lost
    assert row.headline == "a b"


def test_long_text_is_cut_with_a_warning_and_a_long_id_refused() -> None:
    small = ImportSettings(max_text=100, max_line=10)
    row = parse_row({"id": "a", "body": "x" * 150}, small)
    assert len(row.body) == 100
    assert "150 characters was cut to 100" in row.warnings[0]
    with pytest.raises(RowRejected, match="at most 10"):
        parse_row({"id": "a" * 11}, small)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "neither `id` nor `url`"),
        ({"id": None, "url": "  "}, "neither `id` nor `url`"),
        ({"url": "not an address"}, "there is no `id`"),
        ({"id": True}, "expected text, found bool"),
        ({"id": "a", "headline": ["x"]}, "`headline`: expected text, found list"),
        ({"id": "a", "places": 7}, "`places`: expected a list or text"),
        ({"id": "a", "places": [["Paris"]]}, "`places`: expected texts, found list"),
        ({"id": "a", "images": [3]}, "`images`: expected objects or texts"),
        ({"id": "a", "links": ["http://x.org"] * 1001}, "1001 entries"),
    ],
)
def test_rejected_rows(data: dict, reason: str) -> None:
    with pytest.raises(RowRejected, match=reason):
        parse_row(data, SETTINGS)


def test_fields() -> None:
    row = parse_row(
        {
            "url": "https://News.example.org/a?utm_source=x", "places": "Paris (France); Lyon; Paris (France)",
            "links": ["http://b.org/x#y", "nonsense", "http://b.org/x"], "captions": "One; two", "language": "EN",
            "published": 2017.0, "unknown": {"kept": "out"},
        },
        SETTINGS,
    )  # fmt: skip
    assert row.source == "news.example.org"  # no outlet named: the host
    assert row.places == ("Paris (France)", "Lyon")
    assert row.links == ("http://b.org/x",)
    assert any("nonsense" in w for w in row.warnings)
    assert row.captions == ("One; two",)  # a text is one caption: news captions contain semicolons
    assert (row.language, row.published) == ("en", 2017)


def test_images_of_a_row() -> None:
    row = parse_row(
        {
            "id": "a", "image": "p/1.jpg", "image_url": "http://x.org/1.jpg",
            "images": [{"path": "p/1.jpg", "caption": "A ship", "position": 2}, {"url": "http://x.org/2.jpg"},
                       "p/3.jpg",
                       "http://x.org/4.jpg", {"path": "p/5.jpg", "position": -1}, {}],
        },
        SETTINGS,
    )  # fmt: skip
    assert row.images == (
        ImageRef("p/1.jpg", "http://x.org/1.jpg", "A ship", 2),
        ImageRef(url="http://x.org/2.jpg"),
        ImageRef("p/3.jpg"),
        ImageRef(url="http://x.org/4.jpg"),
        ImageRef("p/5.jpg"),
    )
    assert any("position '-1'" in w for w in row.warnings)


BODY = "\r\n\x07First.\r\n\r\nSecond one.\r\nThird."  # paragraphs start at characters 3, 13 and 26


@pytest.mark.parametrize(
    ("image", "position", "says"),
    [
        ({"offset": 3}, 0, ""),
        ({"offset": 12}, 0, ""),  # in the gap: the paragraph before
        ({"offset": 13}, 1, ""),
        ({"offset": 26.0}, 2, ""),  # a table with gaps makes floats of whole numbers
        ({"offset": 5000}, 2, "offset 5000 lies beyond the 32 characters"),
        ({"offset": -4}, None, "offset '-4' is not a character offset"),
        ({"offset": float("nan")}, None, ""),
        ({"offset": 13, "position": 0}, 0, ""),  # `position` is a paragraph and comes first
        ({"position": 2}, 2, ""),
        ({"position": 3}, 3, "position 3 lies beyond the 3 paragraphs"),
        ({"position": 2.5}, None, "position '2.5' is not a paragraph number"),
        ({"position": True}, None, "position 'True' is not a paragraph number"),
        ({}, None, ""),
    ],
)
def test_a_photograph_stands_at_a_paragraph(image: dict, position: int | None, says: str) -> None:
    row = parse_row({"id": "a", "body": BODY, "images": [{"path": "1.jpg", **image}]}, SETTINGS)
    assert row.images[0].position == position
    assert [w for w in row.warnings if says and says in w] or (not says and not row.warnings)


def test_lists_in_csv_cells() -> None:
    row = parse_row({"id": "a", "places": '["Paris, Texas", "Lyon"]', "images": '[{"path": "a.jpg"}]'}, SETTINGS)
    assert row.places == ("Paris, Texas", "Lyon")
    assert row.images == (ImageRef("a.jpg"),)
    assert parse_row({"id": "a", "places": "[Paris"}, SETTINGS).places == ("[Paris",)
