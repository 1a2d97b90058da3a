"""Loading queries: our own form, and those of 5Pils-OOC (its real metadata too), TARA and OpenEvents."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from newsctx.archive.rows import parse_row
from newsctx.errors import EvaluationError
from newsctx.evaluation.datasets import load_queries, open_events_articles
from newsctx.settings import ImportSettings


def lines(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def test_our_own_form(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    path = lines(
        tmp_path / "q.jsonl",
        [
            {
                "id": 1,
                "image": "a.jpg",
                "place": "Istanbul (Turkey)",
                "date": "2022-05",
                "relevant": [],
                "split": "dev",
            },
            {"id": "2", "image": "a.jpg", "place": None, "lat": 1, "lon": 2},
        ],
    )
    first, second = load_queries(path, need_images=True)
    assert (first.id, first.image, first.place, first.relevant) == ("1", tmp_path / "a.jpg", "Istanbul, Turkey", ())
    assert (second.place, second.point, second.relevant) == ("", (1.0, 2.0), None)


def test_a_missing_photograph_is_an_error_not_a_skip(tmp_path: Path) -> None:
    path = lines(tmp_path / "q.jsonl", [{"id": "a", "image": "gone.jpg"}, {"id": "b"}])
    with pytest.raises(EvaluationError, match=r"photographs of 2 queries \(a, b\) are missing"):
        load_queries(path, need_images=True)
    assert len(load_queries(path)) == 2


def test_an_unknown_form_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="expected auto or one of queries, 5pils_ooc, tara, openevents"):
        load_queries(tmp_path / "q.jsonl", "coco")


FIVE = {
    "image_id": 7, "image_path": "processed_img/x.png", "location": "Jodhpur, India", "type_of_image": "out-of-context",
    "date_numeric_label": ["2016-01-14T00:00:00+00:00"],
}  # fmt: skip


def test_five_pils_has_one_query_a_photograph(tmp_path: Path) -> None:
    unknown = {
        **FIVE,
        "image_id": 8,
        "location": "not enough information",
        "date_numeric_label": "not enough information",
    }
    (tmp_path / "test.json").write_text(json.dumps([FIVE, {**FIVE, "caption": "false"}, unknown]))
    names = [
        {"query": "Jodhpur", "coordinates": [0, 0], "hierarchy": []},
        {"query": "Jodhpur", "coordinates": [26.27, 73.02], "hierarchy": ["Earth", "Asia", "India", "Jodhpur"]},
    ]
    (tmp_path / "geonames.json").write_text(json.dumps(names))
    first, second = load_queries(tmp_path / "test.json")
    assert (first.id, first.place, first.date, first.point) == ("7", "Jodhpur, India", "2016-01-14", (26.27, 73.02))
    assert first.path == ("Asia", "India", "Jodhpur") and first.image is None
    assert (second.place, second.date, second.point) == ("", "", None)
    (tmp_path / "processed_img").mkdir()
    (tmp_path / "processed_img" / "x.png").write_bytes(b"x")
    assert load_queries(tmp_path / "test.json")[0].image == tmp_path / "processed_img" / "x.png"
    (tmp_path / "test.json").write_text(json.dumps([{"image_id": 1}]))
    with pytest.raises(EvaluationError, match="row 1: KeyError 'location'"):
        load_queries(tmp_path / "test.json")


def test_the_last_geonames_row_of_a_query_counts_and_a_hierarchy_may_be_one_string(tmp_path: Path) -> None:
    """The published evaluation reads the rows into a dictionary by query, and splits a string at its semicolons."""
    (tmp_path / "test.json").write_text(
        json.dumps([{**FIVE, "location": "Mongolia"}, {**FIVE, "image_id": 8, "location": "D.C., USA"}])
    )
    names = [
        {"query": "mongolia", "coordinates": [46.0, 105.0], "hierarchy": "Earth;Asia;Mongolia"},
        {"query": "Mongolia", "coordinates": [43.5, 114.75], "hierarchy": "Earth;Asia;China;China; Inner Mongolia"},
        {"query": "d.c.", "coordinates": [38.9, -77.0], "hierarchy": ["Earth", "North America"]},
        {"query": "d.c."},  # GeoNames knew nothing: this answer is the last one, too
    ]
    (tmp_path / "geonames.json").write_text(json.dumps(names))
    mongolia, capital = load_queries(tmp_path / "test.json")
    assert (mongolia.point, mongolia.path) == ((43.5, 114.75), ("Asia", "China", "Inner Mongolia"))
    assert (capital.point, capital.path) == (None, ())


def test_the_published_five_pils_metadata() -> None:
    folder = os.environ.get("NEWSCTX_TEST_DATA")
    if not folder:
        pytest.skip("NEWSCTX_TEST_DATA is not set: the 5Pils-OOC metadata are not here")
    found = load_queries(Path(folder) / "5pils_ooc" / "test.json")
    assert len(found) == 624
    assert sum(bool(q.place) for q in found) == 535 and sum(bool(q.date) for q in found) == 576
    assert sum(q.point is not None for q in found) > 200
    assert not any(len(name) < 2 for q in found for name in q.path), "a hierarchy was read letter by letter"
    # the published cache, written out: a dictionary of the rows
    rows, names = (
        json.loads((Path(folder) / "5pils_ooc" / name).read_text(encoding="utf-8"))
        for name in ("test.json", "geonames.json")
    )
    cache = {row["query"].lower(): row.get("coordinates") for row in names}
    location = {str(row["image_id"]): row["location"] for row in rows}
    for query in found:
        at = cache.get(location[query.id].split(",")[0].strip().lower())
        assert query.point == (tuple(at) if at else None), query.place


def test_tara_gold_and_training_files(tmp_path: Path) -> None:
    gold = [
        {"web_url": "https://n/1", "image_url": "https://static01.nyt.com/images/2021/a.jpg",
         "gold_location": "Tokyo, Japan, Asia", "gold_time": "2021-5-2"},
        {"image_url": "https://static01.nyt.com/images/2021/b.jpg", "gold_location": None, "gold_time": "1970s"},
        {"gold_location": ["Paris (France)"], "gold_time": "20th century"},
    ]  # fmt: skip
    path = lines(tmp_path / "gold_dev.jsonl", gold)
    (tmp_path / "0.png").write_bytes(b"x")
    (tmp_path / "images-2021-b.jpg").write_bytes(b"x")
    found = load_queries(path)
    assert [(q.id, q.place, q.date) for q in found] == [
        ("0", "Tokyo, Japan, Asia", "2021-05-02"), ("1", "", "1970s"), ("2", "Paris, France", "20th century"),
    ]  # fmt: skip
    assert [q.image.name if q.image else None for q in found] == ["0.png", "images-2021-b.jpg", None]
    train = lines(tmp_path / "train.jsonl", [{"locations": ["Oslo (Norway)", "Norway"], "date": "2019"}])
    assert (load_queries(train)[0].place, load_queries(train)[0].date) == ("Oslo, Norway, Norway", "2019")
    with pytest.raises(EvaluationError, match="line 1: time 'this century'"):
        load_queries(lines(tmp_path / "x.jsonl", [{"gold_time": "this century"}]))
    with pytest.raises(EvaluationError, match="line 1: time 'soon'"):
        load_queries(lines(tmp_path / "x.jsonl", [{"gold_time": "soon"}]))
    with pytest.raises(EvaluationError, match="neither gold_location"):
        load_queries(lines(tmp_path / "x.jsonl", [{"id": "a"}]), "tara")


def test_open_events_truth_and_articles(tmp_path: Path) -> None:
    path = tmp_path / "gt_train.csv"
    path.write_text('image_index,retrieved_article_id,caption\nq1.jpg,n1,"a, b"\nq1.jpg,n2,c\nq2,n1,d\n')
    (tmp_path / "q1.jpg").write_bytes(b"x")
    found = load_queries(path)
    assert [(q.id, q.relevant) for q in found] == [("q1", ("n1", "n2")), ("q2", ("n1",))]
    assert found[0].image == tmp_path / "q1.jpg" and found[1].image is None
    path.write_text("query_id,retrieved_article_id\nimg.v1,n1\nimg.v2.JPG,n2\n c.d.webp ,\n")
    found = load_queries(path)
    assert [(q.id, q.relevant) for q in found] == [
        ("img.v1", ("n1",)), ("img.v2", ("n2",)), ("c.d", None),  # no article named: unknown, not `none`
    ]  # fmt: skip
    path.write_text("query_id,retrieved_article_id\n,n1\n")
    with pytest.raises(EvaluationError, match="a row has no query_id"):
        load_queries(path)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(EvaluationError, match="columns a, b; expected one of query_id, image_index"):
        load_queries(tmp_path / "bad.csv")
    database = {
        "n1": {"url": "https://n.org/1", "title": "T", "content": "C", "images": ["q1", "zz"], "date": "2020-01-02"}
    }
    (tmp_path / "database.json").write_text(json.dumps(database))
    (row,) = open_events_articles(tmp_path / "database.json", tmp_path)
    read = parse_row(row, ImportSettings())  # what `import` makes of it
    assert (read.article_id, read.headline, read.body, len(read.images)) == ("n1", "T", "C", 1)


def test_captions_of_open_events_are_references(tmp_path: Path) -> None:
    path = tmp_path / "gt_train.csv"
    path.write_text('image_index,retrieved_article_id,caption\nq1.jpg,n1,"a, b"\nq1.jpg,n2,c\nq2,n1,\n')
    assert [q.captions for q in load_queries(path, "openevents")] == [("a, b", "c"), ()]
