"""The read side: what was imported comes back, errors say what to do, swaps are noticed."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from newsctx.archive.enrich import Enricher
from newsctx.archive.importer import import_archive
from newsctx.archive.store import FILE, ArchiveCounts, ArchiveStore
from newsctx.errors import ArchiveError
from newsctx.records import PartialDate, Place

PARIS = Place(name="Paris", level="city", country="France", country_code="FR", lat=48.85, lon=2.35)
ENRICHER = Enricher(resolve={"Paris (France)": PARIS}.get, link=lambda headline, abstract, body: (), digest="test")


def _photo(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 120)).save(out, "JPEG")
    return out.getvalue()


ROWS = [
    {"id": "b", "url": "http://x.org/b", "headline": "Second", "published": "2017-12", "image": "1.jpg",
     "links": ["http://x.org/a", "http://y.org/"], "captions": ["A ship.", "A bridge."]},
    {"id": "a", "headline": "First", "published": "1970s", "places": ["Paris (France)", "Nowhere"],
     "images": [{"path": "2.jpg", "caption": "Tower", "position": 3}, {"path": "1.jpg"},
                {"url": "http://x.org/p.jpg"}]},
    {"id": "c", "headline": "Third", "body": "السلام 東京"},
]  # fmt: skip


def _import(folder: Path, rows: list[dict], name: str = "articles.jsonl") -> Path:
    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / "1.jpg").write_bytes(_photo(10))
    (source / "2.jpg").write_bytes(_photo(200))
    (source / name).write_text("".join(json.dumps(r) + "\n" for r in rows))
    import_archive(source / name, folder / "archive", enricher=ENRICHER)
    return folder / "archive"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return _import(tmp_path, ROWS)


def test_dates_and_places_are_read_without_the_texts(archive: Path) -> None:
    with ArchiveStore.open(archive) as store:
        whole = store.articles("abc")
        assert store.facts(["c", "a", "nobody", "a", "b"]) == {i: (a.published, a.places) for i, a in whole.items()}
        assert [p.keyword for p in store.facts(["a"])["a"][1]] == ["Paris (France)", "Nowhere"]
        assert store.facts([]) == {} and store.facts(["c"]) == {"c": (None, ())}


def test_what_was_imported_comes_back(archive: Path) -> None:
    one, two = (hashlib.sha256(_photo(shade)).hexdigest() for shade in (10, 200))
    with ArchiveStore.open(archive) as store:
        # a and b have photos, two distinct files in all; a and b are dated; only a has places
        assert store.counts() == ArchiveCounts(articles=3, with_photo=2, photos=2, dated=2, placed=1)
        assert store.ids() == ("a", "b", "c")
        a, b = store.article("a"), store.article("b")
        assert a and b
        assert a.published == PartialDate(year=1970, decade=True)
        assert [(p.keyword, p.place, p.weight, p.source) for p in a.places] == [
            ("Paris (France)", PARIS, 0.5, "given"),
            ("Nowhere", None, 0.5, "given"),
        ]
        assert [(i.image_id, i.caption, i.position, i.width, i.height, i.problem) for i in a.images] == [
            (two, "Tower", 3, 40, 30, ""),
            (one, "", None, 40, 30, ""),
            (None, "", None, None, None, "not fetched"),
        ]
        assert b.captions == ("A ship.", "A bridge.")
        assert b.links == ("http://x.org/a", "http://y.org/")
        assert (b.published_from, b.source) == ("published", "x.org")
        assert store.links(["a", "b", "zz"]) == {"b": ("http://x.org/a", "http://y.org/")}
        assert store.image_ids() == tuple(sorted((one, two)))
        assert store.articles_of_image(one) == ("a", "b")
        assert store.images_of_articles() == dict(sorted({one: ("a", "b"), two: ("a",)}.items()))


def test_articles_in_the_order_asked_for(archive: Path) -> None:
    with ArchiveStore.open(archive) as store:
        assert list(store.articles(["c", "zz", "a", "c"])) == ["c", "a"]
        assert store.articles([]) == {}
        assert store.article("zz") is None
        assert store.article("' OR 1=1 --") is None
        pages = list(store.iter_articles(batch=2))
        assert [[a.article_id for a in page] for page in pages] == [["a", "b"], ["c"]]
        assert {a.article_id: a for page in pages for a in page} == store.articles(store.ids())
        with pytest.raises(ValueError, match="at least 1"):
            next(store.iter_articles(batch=0))


def test_image_path(archive: Path) -> None:
    with ArchiveStore.open(archive) as store:
        image_id = store.image_ids()[0]
        path = store.image_path(image_id)
        assert path and path.relative_to(archive).as_posix() == f"images/{image_id[:2]}/{image_id}.jpg"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == image_id
        assert store.image_path("0" * 64) is None
        assert store.image_path("../../etc/passwd") is None
        path.unlink()
        assert store.image_path(image_id) is None


def test_missing_folder_file_and_archive(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    for name, message in {
        "none": "no archive folder",
        "file": "no archive folder",
        "empty": f"holds no {FILE}",
    }.items():
        with pytest.raises(ArchiveError, match=message) as error:
            ArchiveStore.open(tmp_path / name)
        assert str(tmp_path / name) in str(error.value)
        assert f"python -m newsctx import SOURCE --archive {tmp_path / name}" in str(error.value)


@pytest.mark.parametrize("damage", ["text", "empty", "half", "header", "middle"])
def test_a_corrupt_file(archive: Path, damage: str) -> None:
    path = archive / FILE
    data = path.read_bytes()
    half, late = len(data) // 2, 3 * 4096  # DuckDB has three header blocks of 4096 bytes
    bad = {
        "text": b"hello" * 999,
        "empty": b"",
        "half": data[:half],
        "header": data[:4096] + b"x" * 8192 + data[late:],
        "middle": data[:late] + b"x" * (half - late) + data[half:],
    }
    path.write_bytes(bad[damage])
    with (
        pytest.raises(ArchiveError, match="cannot be read as an archive") as error,
        ArchiveStore.open(archive) as store,
    ):
        store.articles(store.ids())
    assert str(path) in str(error.value) and "python -m newsctx import" in str(error.value)


def test_a_closed_store_says_so(archive: Path) -> None:
    store = ArchiveStore.open(archive)
    store.close()
    with pytest.raises(ArchiveError, match="was closed"):
        store.ids()


def test_another_duckdb_file_is_no_archive(tmp_path: Path) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / FILE)) as connection:
        connection.execute("CREATE TABLE t (x INTEGER)")
    with pytest.raises(ArchiveError, match="schema version 0"):
        ArchiveStore.open(tmp_path)


def test_the_version_follows_the_contents(tmp_path: Path) -> None:
    def version(rows: list[dict], name: str = "articles.jsonl") -> str:
        with ArchiveStore.open(_import(tmp_path, rows, name)) as store:
            return store.version

    first = version(ROWS)
    assert version(ROWS) == first
    assert version(list(reversed(ROWS)), "other.jsonl") == first  # another file and order, the same articles
    changed = version([{**ROWS[2], "headline": "Changed"}], "change.jsonl")
    assert changed != first
    assert version([ROWS[2]], "back.jsonl") == first


def test_an_open_store_keeps_its_state_and_knows_that_it_is_stale(tmp_path: Path, archive: Path) -> None:
    old = ArchiveStore.open(archive)
    assert not old.stale()
    _import(tmp_path, [{"id": "d", "headline": "Fourth"}], "more.jsonl")
    assert old.stale()
    assert old.ids() == ("a", "b", "c")  # what was there when it was opened
    with ArchiveStore.open(archive) as new:  # in the same process, with the old one still open
        assert new.ids() == ("a", "b", "c", "d")
        assert not new.stale()
    old.close()
    shutil.rmtree(archive)
    assert new.stale()


def test_two_processes_read_at_once(archive: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from newsctx.archive.store import ArchiveStore\n"
        "with ArchiveStore.open(Path(sys.argv[1])) as store: print(store.version)"
    )
    with ArchiveStore.open(archive) as store:
        found = subprocess.run(
            [sys.executable, "-c", program, str(archive)], capture_output=True, text=True, check=True
        )
        assert found.stdout.strip() == store.version


def test_many_threads_share_a_store(archive: Path) -> None:
    with ArchiveStore.open(archive) as store, ThreadPoolExecutor(8) as pool:
        expected = store.articles(store.ids())
        results = list(pool.map(lambda _: (store.articles(["a", "b", "c"]), store.counts().articles), range(80)))
    assert all(found == (expected, 3) for found in results)


def test_a_name_with_quotes_and_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "it's an archive; drop"
    folder.mkdir()
    with ArchiveStore.open(_import(folder, ROWS)) as store:
        assert store.counts().articles == 3
