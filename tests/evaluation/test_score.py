"""Scoring prediction files: every rule of an evaluation run by hand, and every way in which a file can be wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from newsctx.cli import main
from newsctx.errors import EvaluationError
from newsctx.evaluation.score import score_files
from newsctx.records import Place

KM = 6371.0088 * math.pi / 180  # one degree of latitude


def resolve(text: str) -> Place | None:
    """Three places on one meridian, and nothing else."""
    known = {"paris": ("Paris", 0.0), "lyon": ("Lyon", 2.0), "oslo": ("Oslo", 30.0)}
    name, lat = known.get(text.split(",")[0].split(" (")[0].strip().lower(), ("", 0.0))
    country = "Norway" if name == "Oslo" else "France"
    return Place(name=name, level="city", country=country, continent="Europe", lat=lat, lon=0.0) if name else None


def write(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    return path


def scored(tmp_path: Path, truth: list[dict], predictions: list[dict]):
    return score_files(write(tmp_path / "t.jsonl", truth), write(tmp_path / "p.jsonl", predictions), resolve)


def means(found, task: str) -> dict[str, float]:
    return {n: m.mean for n, m in found.tables[task].metrics.items()}


def test_places_by_hand(tmp_path: Path) -> None:
    """q1 exact at rank 1: all 1. q2 at rank 2: the first, Lyon, is 2 degrees from Paris. q3 has no answer: all 0."""
    truth = [{"id": f"q{i}", "place": "Paris, France, Europe"} for i in (1, 2, 3)]
    found = scored(
        tmp_path,
        truth,
        [
            {"id": "q1", "places": ["Paris (France)"], "lat": 80.0, "lon": 0.0},  # far off, but exact
            {"id": "q2", "places": ["Lyon", "Paris"]},
            {"id": "q3", "places": []},
        ],
    )
    table = found.tables["place"]
    assert (table.expected, table.scored) == (3, 3)
    assert means(found, "place") == pytest.approx(
        {
            "EM@1": 1 / 3, "PM@1": 1 / 3, "EM@5": 2 / 3, "PM@5": 2 / 3, "EM@10": 2 / 3, "PM@10": 2 / 3,
            "Example-F1": (1 + 2 * 2 / 6) / 3,  # {lyon.., france.., europe} against {paris.., france.., europe}
            "CODelta": (1 + 1 / (1 + 2 * KM)) / 3,
            "GREAT": (1 + 1 - 2 * KM / 1000) / 3,
        }
    )  # fmt: skip
    assert table.metrics["EM@1"].low == 0.0 and table.metrics["EM@1"].high == 1.0


def test_given_coordinates_win_and_unknown_places_score_nothing(tmp_path: Path) -> None:
    found = scored(
        tmp_path,
        [{"id": 1, "place": "Paris", "lat": 10.0, "lon": 0.0}, {"id": 2, "place": "Atlantis"}],
        [{"id": 1, "places": ["Oslo"], "lat": 11.0, "lon": 0.0}, {"id": "2", "places": ["El Dorado"]}],
    )
    assert means(found, "place")["GREAT"] == pytest.approx((1 - KM / 1000) / 2)
    assert means(found, "place")["Example-F1"] == pytest.approx((2 * 1 / 6) / 2)  # Europe; two unknown ones: 0
    assert found.tables["place"].note.startswith("1 true places without coordinates")


def test_dates_by_hand(tmp_path: Path) -> None:
    found = scored(
        tmp_path,
        [{"id": i, "date": "2017-12-26"} for i in "abc"],
        [{"id": "a", "dates": ["2017-12-26"]}, {"id": "b", "dates": ["2015-12-26", "2017"]}, {"id": "c", "dates": []}],
    )
    assert means(found, "date") == pytest.approx(
        {
            "EM@1": 1 / 3, "PM@1": 1 / 3, "EM@5": 1 / 3, "PM@5": 2 / 3, "EM@10": 1 / 3, "PM@10": 2 / 3,
            "Example-F1": (1 + 2 * 2 / 10) / 3, "Delta": (1 + 1 / 3) / 3,
            "GREAT": (1 + (1 + 1 + 1.25 * 0.6 + 1.5 + 1.5) / 6.25) / 3,
        }
    )  # fmt: skip


def test_rankings_by_hand_and_queries_without_relevant_articles_have_no_recall(tmp_path: Path) -> None:
    found = scored(
        tmp_path,
        [
            {"id": "a", "relevant": ["n1", "n2"], "location_relevant": ["n3"]},
            {"id": "b", "relevant": []},
            {"id": "c", "relevant": ["n9"]},
        ],
        [{"id": i, "ranking": ["n1", "n3", "n2"]} for i in "abc"],
    )
    table = found.tables["event articles"]
    assert (table.expected, table.scored, found.queries) == (2, 2, 3)
    assert means(found, "event articles") == pytest.approx(
        {"R@1": 0.5, "R@5": 0.5, "R@10": 0.5, "R@100": 0.5, "mAP": (1 + 2 / 3) / 2 / 2}
    )
    assert means(found, "location articles")["mAP"] == 0.5
    assert set(found.tables) == {"event articles", "location articles"}


def test_what_is_not_scored_is_counted_and_said_with_its_reason(tmp_path: Path) -> None:
    """An empty list of relevant articles: none to find. No list, place or date: the truth is not known."""
    truth = [{"id": "a", "relevant": ["n1"], "date": "20th century"}, {"id": "b", "relevant": []}, {"id": "c"}]
    rows = [{"id": i, "ranking": ["n1"], "dates": ["1955-03-04"]} for i in "abc"]
    found = scored(tmp_path, truth, rows)
    note = found.tables["event articles"].note
    assert note.startswith("1 more queries have no relevant article") and "1 more are not scored" in note
    dates = found.tables["date"]
    assert (dates.expected, dates.scored) == (1, 1) and means(found, "date")["GREAT"] == 0.0  # a century is scored
    assert dates.note == "2 more are not scored: their date is not known"
    assert "2 more are not scored: their date is not known" in found.text()


def test_no_text_of_a_model_ends_the_command(tmp_path: Path, capsys) -> None:
    truth = write(tmp_path / "t.jsonl", [{"id": "a", "date": "2017-03"}])
    predictions = write(tmp_path / "p.jsonl", [{"id": "a", "dates": ["2017-²", "²s", "9" * 5000]}])
    assert main(["score", "--truth", str(truth), "--predictions", str(predictions)]) == 0
    assert "expected 1, scored 1" in capsys.readouterr().out


A = {"id": "a", "place": "Paris", "date": "2017"}
FULL = {"id": "a", "places": ["Paris"], "dates": ["2017"]}


@pytest.mark.parametrize(
    ("truth", "predictions", "message"),
    [
        ([A, {"id": "b", "date": "2017"}], [FULL], r"lack 1 query \(b\): expected 2, found 1"),
        ([A], [FULL, FULL], r"1 query \(a\) more than once"),
        ([A], [FULL, {"id": "z", "dates": []}], r"1 query \(z\) that the truth does not know"),
        ([A, A], [FULL], r"1 query \(a\) stand more than once"),
        ([A, {**A, "id": "b"}], [FULL, {"id": "b", "places": []}], r"`dates` is missing for 1 query \(b\) of 2"),
        ([A], [{"id": "a", "place": "Paris"}], "line 1: place Extra inputs"),
        ([A], [{"id": "a"}], "Nothing to score"),
        ([A], [{"id": "a", "ranking": ["n", "n"]}], "stands in the ranking once"),
        ([A], [{"id": "a", "places": [], "lat": 1.0, "lon": 2.0}], "belong to the first"),
        ([{"id": "a", "date": "26 Dec 2017"}], [FULL], "is not a date"),
        ([{"id": "a", "lat": 1.0}], [FULL], "go together"),
        ([{"place": "Paris"}], [FULL], "line 1: id Field required"),
        ([], [FULL], "holds no queries"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_an_error_that_names_it(tmp_path: Path, truth, predictions, message) -> None:
    with pytest.raises(EvaluationError, match=message):
        scored(tmp_path, truth, predictions)


def test_many_missing_queries_are_counted_and_ten_are_named(tmp_path: Path) -> None:
    truth = [{"id": f"q{i:02}", "date": "2017"} for i in range(30)]
    with pytest.raises(EvaluationError, match=r"29 queries \(q01, .*q10, \.\.\.\): expected 30, found 1"):
        scored(tmp_path, truth, [{"id": "q00", "dates": []}])


def test_a_file_that_is_not_json_lines_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"id": "a", "date": "2017"}\n\nnot json\n')
    with pytest.raises(EvaluationError, match="line 3: not JSON"):
        score_files(tmp_path / "t.jsonl", tmp_path / "t.jsonl", resolve)
    with pytest.raises(EvaluationError, match="cannot be read"):
        score_files(tmp_path / "none.jsonl", tmp_path / "t.jsonl", resolve)


def test_a_line_separator_inside_a_string_is_no_new_row(tmp_path: Path) -> None:
    found = scored(tmp_path, [{"id": "a", "date": "2017", "note": "x\u2028y"}], [{"id": "a", "dates": ["2017"]}])
    assert found.tables["date"].scored == 1


def test_the_command_prints_counts_and_writes_json_with_the_real_gazetteer(tmp_path: Path, capsys) -> None:
    """Lyon for Paris is 392 km off; both lie in France."""
    truth = write(tmp_path / "t.jsonl", [{"id": "a", "place": "Paris (France)", "date": "2021-02-01"}])
    guess = write(tmp_path / "p.jsonl", [{"id": "a", "places": ["Lyon (France)"], "dates": ["2021-02-01"]}])
    out = tmp_path / "out.json"
    assert main(["score", "--truth", str(truth), "--predictions", str(guess), "--json", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "place: expected 1, scored 1" in printed and "date: expected 1, scored 1" in printed
    report = json.loads(out.read_text())
    assert report["tables"]["place"]["metrics"]["GREAT"]["mean"] == pytest.approx(1 - 0.392, abs=0.01)
    assert report["tables"]["date"]["metrics"]["EM@1"]["mean"] == 1.0
    assert main(["score", "--truth", str(truth), "--predictions", str(truth)]) == 1
    assert "newsctx: " in capsys.readouterr().err
