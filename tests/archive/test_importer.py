"""Imports: outcomes are counted, the same article is one, bad rows and photographs are reported, the rest goes on."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import duckdb
import pytest
from PIL import Image

from newsctx.archive.enrich import Enricher
from newsctx.archive.importer import import_archive
from newsctx.archive.store import FILE, ArchiveStore
from newsctx.archive.summary import ImportSummary
from newsctx.archive.workfile import NEXT, locked
from newsctx.errors import ArchiveError, ImportRefused
from newsctx.records import Article, ArticlePlace
from newsctx.settings import ImportSettings, PhotoSettings, Settings

NO_PLACES = Enricher(resolve=lambda keyword: None, link=lambda headline, abstract, body: (), digest="none")


def _source(folder: Path, rows: list, name: str = "articles.jsonl") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows))
    return path


def _run(
    tmp_path: Path, rows: list, name: str = "articles.jsonl", enricher: Enricher = NO_PLACES, batch: int = 2
) -> ImportSummary:
    settings = Settings(imports=ImportSettings(batch=batch))
    summary = import_archive(
        _source(tmp_path / "s", rows, name), tmp_path / "archive", enricher=enricher, settings=settings
    )
    assert summary.read == summary.added + summary.updated + summary.unchanged + summary.rejected
    return summary


def _articles(tmp_path: Path) -> dict[str, Article]:
    with ArchiveStore.open(tmp_path / "archive") as store:
        return store.articles(store.ids())


def _outcome(summary: ImportSummary) -> tuple[int, int, int, int]:
    return summary.added, summary.updated, summary.unchanged, summary.rejected


def test_added_unchanged_updated(tmp_path: Path) -> None:
    rows = [{"id": str(n), "headline": f"Number {n}", "captions": ["x"]} for n in range(5)]
    assert _outcome(_run(tmp_path, rows)) == (5, 0, 0, 0)
    assert _outcome(_run(tmp_path, rows)) == (0, 0, 5, 0)
    rows[3]["headline"] = "Changed"
    assert _outcome(_run(tmp_path, [*rows, {"id": "5"}])) == (1, 1, 4, 0)
    found = _articles(tmp_path)
    assert len(found) == 6
    assert (found["3"].headline, found["3"].captions) == ("Changed", ("x",))  # its captions are not doubled


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_the_same_article_twice_is_one(tmp_path: Path, batch: int) -> None:
    rows = [
        {"id": "a", "url": "http://x.org/story", "headline": "Once"},
        {"id": "other", "url": "https://x.org/story/?utm_source=feed", "headline": "The same page again"},
        {"url": "http://x.org/story#top", "headline": "And again"},
        {"id": "a", "headline": "The same id"},
        {"id": "b", "url": "http://x.org/another"},
    ]
    for expected in ((2, 0, 3, 0), (0, 0, 5, 0)):
        summary = _run(tmp_path, rows, batch=batch)
        assert _outcome(summary) == expected
        assert summary.duplicates == 3
    found = _articles(tmp_path)
    assert list(found) == ["a", "b"]
    assert found["a"].headline == "Once"  # the first row of a source speaks


def test_the_same_url_in_a_later_import_updates(tmp_path: Path) -> None:
    _run(tmp_path, [{"url": "http://x.org/story", "headline": "Old"}])
    assert _outcome(_run(tmp_path, [{"id": "mine", "url": "https://x.org/story", "headline": "New"}])) == (0, 1, 0, 0)
    (article,) = _articles(tmp_path).values()
    assert article.headline == "New"


def test_an_id_and_a_url_of_two_articles_are_refused(tmp_path: Path) -> None:
    _run(tmp_path, [{"id": "a", "url": "http://x.org/1"}, {"id": "b", "url": "http://x.org/2"}])
    summary = _run(tmp_path, [{"id": "a", "url": "http://x.org/2"}])
    assert _outcome(summary) == (0, 0, 0, 1)
    assert "belong to two articles" in summary.rejects[0].reason


def test_bad_rows_are_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    summary = _run(
        tmp_path, [{"id": "a"}, "{broken", {"headline": "nameless"}, {"id": "b", "published": "yesterday-ish"}]
    )
    assert _outcome(summary) == (2, 0, 0, 2)
    assert [(r.file, r.line) for r in summary.rejects] == [("articles.jsonl", 2), ("articles.jsonl", 3)]
    assert str(summary.rejects[1]).startswith("articles.jsonl:3: neither `id` nor `url`")
    # an unreadable date costs the date, not the article
    assert [(n.line, "yesterday-ish" in n.reason) for n in summary.notes] == [(4, True)]
    assert summary.warnings == 1
    assert _articles(tmp_path)["b"].published is None
    with duckdb.connect(str(tmp_path / "archive" / FILE), read_only=True) as connection:
        assert connection.execute("SELECT kind, line FROM import_rejects ORDER BY line").fetchall() == [
            ("rejected", 2), ("rejected", 3), ("warning", 4),
        ]  # fmt: skip


def test_dates(tmp_path: Path) -> None:
    rows = [
        {"id": "day", "published": "2017-12-26T23:30:00+09:00"},
        {"id": "month", "published": "2017-12"},
        {"id": "year", "published": 2017},
        {"id": "line", "body": "Updated: 2017-09-15 17:52\nBEIJING -- China said so."},
        {"id": "none", "body": "In 1912 a ship sank."},
    ]
    _run(tmp_path, rows)
    found = {key: (str(a.published or ""), a.published_from) for key, a in _articles(tmp_path).items()}
    assert found == {
        "day": ("2017-12-26", "published"), "month": ("2017-12", "published"), "year": ("2017", "published"),
        "line": ("2017-09-15", "dateline"), "none": ("", ""),
    }  # fmt: skip


def test_places_are_linked_only_where_none_are_given(tmp_path: Path) -> None:
    asked: list[str] = []

    def link(headline: str, abstract: str, body: str) -> tuple[ArticlePlace, ...]:
        asked.append(headline)
        return (ArticlePlace(keyword="Lyon", source="lead", weight=1.0),)

    rows = [{"id": "a", "headline": "A", "places": ["Paris (France)"]}, {"id": "b", "headline": "B"}]
    for _ in range(2):
        _run(tmp_path, rows, enricher=Enricher(resolve=lambda k: None, link=link, digest="1"))
    assert asked == ["B"]  # an unchanged article is not linked again
    found = _articles(tmp_path)
    assert (found["a"].location_text, found["b"].location_text) == ("Paris (France)", "Lyon")
    better = Enricher(resolve=lambda k: None, link=lambda *_: (), digest="2")
    summary = _run(tmp_path, rows, enricher=better)
    assert (summary.updated, summary.unchanged) == (1, 1)  # another linker: B loses its place, A is what it was
    assert _articles(tmp_path)["b"].places == ()
    assert _run(tmp_path, rows, enricher=better).unchanged == 2


def _jpeg(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).save(out, "JPEG")
    return out.getvalue()


def test_photographs_that_cannot_be_used_cost_the_photograph_only(tmp_path: Path) -> None:
    source = tmp_path / "s"
    source.mkdir()
    good = _jpeg((64, 48))
    (tmp_path / "secret.jpg").write_bytes(good)
    (source / "good.png").write_bytes(good)  # a JPEG with another suffix
    (source / "cut.jpg").write_bytes(good[: len(good) // 2])
    (source / "text.jpg").write_text("no photo")
    (source / "empty.jpg").write_bytes(b"")
    (source / "pixel.jpg").write_bytes(_jpeg((1, 1)))
    (source / "large.jpg").write_bytes(_jpeg((400, 400)))
    (source / "folder.jpg").mkdir()
    os.symlink(tmp_path / "secret.jpg", source / "link.jpg")
    os.mkfifo(source / "pipe.jpg")
    names = ["good.png", "cut.jpg", "text.jpg", "empty.jpg", "pixel.jpg", "large.jpg", "folder.jpg", "link.jpg",
             "pipe.jpg", "missing.jpg", "../secret.jpg", str(tmp_path / "secret.jpg"), "x" * 1500]  # fmt: skip
    path = _source(source, [{"id": "a", "images": names}])
    settings = Settings(photo=PhotoSettings(max_pixels=100_000))
    summary = import_archive(path, tmp_path / "archive", enricher=NO_PLACES, settings=settings)
    assert (summary.added, summary.images, summary.image_problems, summary.not_fetched) == (1, 1, 12, 0)
    images = _articles(tmp_path)["a"].images
    assert (images[0].suffix, images[0].width, images[0].height, images[0].problem) == (".jpg", 64, 48, "")
    problem = dict(zip(names, (i.problem for i in images), strict=True))
    for name in ("link.jpg", "../secret.jpg", str(tmp_path / "secret.jpg")):
        assert "outside the source folder" in problem[name]
    assert "no such file" in problem["missing.jpg"]
    assert "not a file" in problem["folder.jpg"] and "not a file" in problem["pipe.jpg"]
    assert "0 bytes" in problem["empty.jpg"]
    assert len(summary.notes) == 12
    stored = [p for p in (tmp_path / "archive" / "images").rglob("*") if p.is_file()]
    assert [p.read_bytes() for p in stored] == [good]


def test_a_photograph_that_appears_later_updates_the_article(tmp_path: Path) -> None:
    rows = [{"id": "a", "image": "late.jpg"}]
    assert _run(tmp_path, rows).image_problems == 1
    (tmp_path / "s" / "late.jpg").write_bytes(_jpeg((64, 48)))
    assert _outcome(_run(tmp_path, rows)) == (0, 1, 0, 0)
    assert _articles(tmp_path)["a"].image_ids


@pytest.mark.parametrize("count", [0, 1, 5])
def test_small_archives(tmp_path: Path, count: int) -> None:
    assert _run(tmp_path, [{"id": str(n)} for n in range(count)]).read == count
    assert len(_articles(tmp_path)) == count


def test_a_second_import_at_the_same_time_is_refused(tmp_path: Path) -> None:
    path = _source(tmp_path / "s", [{"id": "a"}])
    with locked(tmp_path / "archive"), pytest.raises(ImportRefused, match="another import into .* is running"):
        import_archive(path, tmp_path / "archive", enricher=NO_PLACES)
    assert import_archive(path, tmp_path / "archive", enricher=NO_PLACES).added == 1


def test_a_corrupt_archive_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = _source(tmp_path / "s", [{"id": "a"}])
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / FILE).write_text("not a database")
    with pytest.raises(ArchiveError, match="cannot be read as an archive"):
        import_archive(path, tmp_path / "archive", enricher=NO_PLACES)
    assert (tmp_path / "archive" / FILE).read_text() == "not a database"


def test_an_archive_that_is_a_file(tmp_path: Path) -> None:
    path = _source(tmp_path / "s", [{"id": "a"}])
    (tmp_path / "archive").write_text("x")
    with pytest.raises(ArchiveError, match="cannot be written"):
        import_archive(path, tmp_path / "archive", enricher=NO_PLACES)


def test_a_corrupt_half_done_file_is_discarded(tmp_path: Path) -> None:
    _run(tmp_path, [{"id": "a"}])
    (tmp_path / "archive" / NEXT).write_text("torn")
    assert _outcome(_run(tmp_path, [{"id": "a"}, {"id": "b"}])) == (1, 0, 1, 0)
    assert list(_articles(tmp_path)) == ["a", "b"]


def test_text_is_data(tmp_path: Path) -> None:
    nasty = "'); DROP TABLE articles; -- <script>alert(1)</script> {{x}} %s $ids"
    _run(
        tmp_path,
        [{"id": nasty, "headline": nasty, "body": nasty, "captions": [nasty], "places": [nasty.replace(";", ",")]}],
    )
    (article,) = _articles(tmp_path).values()
    assert article.article_id == article.headline == article.body == article.captions[0] == nasty


def test_real_articles_import_as_they_are(tmp_path: Path) -> None:
    if not (data := os.environ.get("NEWSCTX_TEST_DATA")):
        pytest.skip("NEWSCTX_TEST_DATA is not set: the real articles are not part of the repository")
    source = Path(data) / "news_clusters" / "articles.jsonl"
    rows = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    summary = import_archive(source, tmp_path / "archive", enricher=NO_PLACES)
    assert (summary.read, _outcome(summary)) == (307, (307, 0, 0, 0))
    assert summary.images + summary.image_problems == 208 == sum(1 for r in rows if r["image"])
    assert summary.image_problems == 0
    found = _articles(tmp_path)
    for row in rows:
        article = found[row["id"]]
        if row["published"]:
            assert (str(article.published), article.published_from) == (row["published"], "published")
        assert bool(article.headline) == bool(row["headline"])
    assert _outcome(import_archive(source, tmp_path / "archive", enricher=NO_PLACES)) == (0, 0, 307, 0)


def test_half_characters_and_nul_are_mended_in_every_field(tmp_path: Path) -> None:
    r"""JSON can hold `\ud800`, half of a pair, which no database and no tokeniser takes."""
    bad = "x\ud800\0"
    row = {n: bad for n in ("headline", "abstract", "body", "source", "language", "published", "image", "image_url")}
    lists = {"places": [bad], "captions": [bad], "links": [f"https://e.org/{bad}"], "\ud800": bad}
    images = [{"path": bad, "caption": bad, "position": bad, "offset": 1}]
    rows = [{"id": "a", "url": f"https://e.org/{bad}", "images": images, **row, **lists}, {"id": bad}]
    assert _outcome(_run(tmp_path, rows)) == (2, 0, 0, 0)
    found = _articles(tmp_path)
    assert list(found) == ["a", "x\ufffd"]
    one = found["a"]
    assert {one.headline, one.abstract, one.body, one.source, one.language, *one.captions} == {"x\ufffd"}
    assert one.location_keywords == ("x\ufffd",) and one.images[0].caption == "x\ufffd"
    assert "\\ud800" not in json.dumps(one.model_dump(mode="json"))
