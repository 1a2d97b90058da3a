"""Whom articles cite in the archive, their photographs and dates."""

from __future__ import annotations

import io
import json
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from newsctx.archive import surroundings
from newsctx.archive.enrich import Enricher
from newsctx.archive.importer import import_archive
from newsctx.archive.store import ArchiveStore
from newsctx.archive.surroundings import Neighbourhood
from newsctx.records import PartialDate

ENRICHER = Enricher(resolve={}.get, link=lambda headline, abstract, body: (), digest="test")
INDEX = SimpleNamespace(published=lambda a: PartialDate(year=2020) if a == "a" else None)
ROWS = [
    # b under https and with a tracker, itself, an unknown page, b once more
    {"id": "a", "url": "http://x.org/a", "headline": "A",
     "images": [{"path": "1.jpg"}, {"path": "gone.jpg"}, {"path": "2.jpg"}],
     "links": ["https://x.org/b?utm_source=mail", "http://x.org/a", "http://elsewhere.org/", "http://x.org/b"]},
    {"id": "b", "url": "http://x.org/b", "headline": "B", "links": ["http://x.org/c/", "http://x.org/a"]},
    {"id": "c", "url": "https://x.org/c", "headline": "C", "image": "2.jpg"},
    {"id": "d", "headline": "no address", "links": ["http://elsewhere.org/"]},
]  # fmt: skip


def _photo(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 120)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def store(tmp_path: Path):
    for name, shade in (("1.jpg", 10), ("2.jpg", 200)):
        (tmp_path / name).write_bytes(_photo(shade))
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in ROWS))
    import_archive(tmp_path / "rows.jsonl", tmp_path / "archive", enricher=ENRICHER)
    with ArchiveStore.open(tmp_path / "archive") as opened:
        yield opened


def test_links_become_articles_of_the_archive(store: ArchiveStore) -> None:
    assert store.citations() == {"a": ("b",), "b": ("a", "c")}


def test_photographs_come_in_the_articles_order_with_room_for_the_missing(store: ArchiveStore) -> None:
    one, two = (sha256(_photo(shade)).hexdigest() for shade in (10, 200))
    assert store.photographs(["c", "a", "b", "nobody"]) == {"a": (one, "", two), "c": (two,)}


def test_what_stands_around_articles(store: ArchiveStore) -> None:
    found = Neighbourhood(store, INDEX).around(["d", "a", "c"])
    assert found.dates == {"d": None, "a": PartialDate(year=2020), "c": None}
    assert found.links == {"a": ("b",)}  # also to articles that were not asked for: refinement leaves them out
    assert {a: len(i) for a, i in found.images.items()} == {"d": 0, "a": 3, "c": 1}


def test_an_article_is_read_once(store: ArchiveStore, monkeypatch: pytest.MonkeyPatch) -> None:
    near = Neighbourhood(store, INDEX)
    first = near.around(["a", "d"])
    asked: list[list[str]] = []
    read = store.photographs
    monkeypatch.setattr(store, "photographs", lambda ids: asked.append(list(ids)) or read(ids))
    monkeypatch.setattr(store, "citations", lambda: pytest.fail("the links were read again"))
    assert near.around(["a", "d"]) == first and asked == []
    assert set(near.around(["c", "a"]).images) == {"a", "c"} and asked == [["c"]]


def test_what_is_remembered_is_bounded(store: ArchiveStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "_KEPT", 2)
    near = Neighbourhood(store, INDEX)
    for ids in (["a", "b"], ["c"], ["a", "c", "d"]):
        assert set(near.around(ids).images) == set(ids)
        assert len(near._images) <= 3
