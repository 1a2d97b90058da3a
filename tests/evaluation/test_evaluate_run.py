"""The evaluate command over a small real archive: report, sweeps, ablations, resuming, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from toy_index import save_tiny_clip

from newsctx import channel_names, imaging
from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.opened import open_archive
from newsctx.archive.store import ArchiveStore
from newsctx.cache import StageCache
from newsctx.cli import main
from newsctx.errors import SettingsError
from newsctx.evaluation import fast, session
from newsctx.evaluation.datasets import load_queries
from newsctx.evaluation.setting_paths import parse_axis, points, with_value
from newsctx.models import load
from newsctx.pipeline import Pipeline, Request
from newsctx.settings import LocateSettings, RefineSettings, Settings
from newsctx.writers.extractive import ExtractiveWriter

CITIES = {"paris": "Paris (France)", "rome": "Rome (Italy)", "oslo": "Oslo (Norway)"}


def picture(seed: int) -> bytes:
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return imaging.encode_jpeg(np.kron(blocks, np.ones((24, 24, 1), np.uint8)))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Three events of four articles each, one photograph an event; three queries, the last one about nothing here."""
    folder = tmp_path_factory.mktemp("evaluate")
    rows = [
        {
            "id": f"{key}-{n}", "headline": f"{what} in {key.title()}", "abstract": f"The {what} of {key}, part {n}.",
            "body": f"The {what} went on.", "published": f"202{e}-05-{n + 1:02}", "places": [where],
            "captions": [f"{what} at the town hall of {key}, {n}"],
        }
        for e, ((key, where), what) in enumerate(zip(CITIES.items(), ("flood", "strike", "vigil"), strict=True))
        for n in range(4)
    ]  # fmt: skip
    for e, key in enumerate(CITIES):
        (folder / f"{key}.jpg").write_bytes(picture(e))
        next(r for r in rows if r["id"] == f"{key}-0")["image"] = f"{key}.jpg"
    source = folder / "articles.jsonl"
    source.write_text("".join(json.dumps(r) + "\n" for r in rows))
    settings = Settings(profile=save_tiny_clip(folder / "clip"))
    models = load(settings.profile)
    import_archive(source, folder / "archive")
    with ArchiveStore.open(folder / "archive") as store:
        build_index(store, models, folder / "archive", settings)
    for n in range(3):
        (folder / f"q{n}.jpg").write_bytes(picture(10 + n))
    queries = [
        {"id": "q0", "image": "q0.jpg", "place": "Paris, France, Europe", "date": "2020-05-01",
         "relevant": ["paris-0", "paris-1"]},
        {"id": "q1", "image": "q1.jpg", "place": "Rome, Italy, Europe", "date": "2021-05", "relevant": ["rome-2"]},
        {"id": "q2", "image": "q2.jpg", "place": "Kyoto, Japan, Asia", "date": "1990s", "relevant": []},
    ]  # fmt: skip
    (folder / "queries.jsonl").write_text("".join(json.dumps(q) + "\n" for q in queries))
    return folder, settings, models


@pytest.fixture
def command(place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command over that archive; the models are loaded once for all tests."""
    folder, settings, models = place
    monkeypatch.setattr(session, "load", lambda profile: models)
    monkeypatch.chdir(tmp_path)

    def call(*extra: str, queries: str = "queries.jsonl", state: Path = tmp_path / "state") -> int:
        fixed = ["--archive", folder / "archive", "--queries", folder / queries, "--profile", settings.profile]
        return main(["evaluate", *map(str, fixed), "--state", str(state), *extra])

    return call


def test_captions_are_measured_beside_the_headline_and_without_evidence(
    place, command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place[0]
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    rows[0]["captions"] = ["Water covers the square in Paris, France, 1 May 2020."]
    rows[1]["captions"] = ["People on strike in Rome, Italy, 3 May 2021.", "Strike in Rome."]
    (folder / "worded.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    out = tmp_path / "captions.json"
    asked = ("--stage", "caption", "--ablations", "--json", str(out))
    assert command(*asked, queries="worded.jsonl") == 0
    text = capsys.readouterr().out
    report = json.loads(out.read_text())[session.CAPTIONS]
    own, headline, without = report["rows"]
    assert (report["expected"], report["referenced"], report["without_relevant"]) == (3, 2, 1)
    assert (own["name"], headline["name"], without["name"]) == (
        "extractive", "headline of the first article", "without evidence"
    )  # fmt: skip
    assert own["grounding"] == headline["grounding"] == 1.0 and own["mentions"] > 0
    assert without["empty"] == 2 and without["silent"] == 1.0 and without["metrics"]["CIDEr"]["mean"] == 0
    assert "tiny" in report["encoder"] or report["encoder"] in text
    assert command(*asked, queries="worded.jsonl") == 0  # read from what is kept: the same
    assert json.loads(out.read_text())[session.CAPTIONS] == report


@pytest.mark.parametrize(
    ("extra", "words"),
    [(("--fast",), "reads no text"), (("--sweep", "retrieve.k=5,10"), "measures rankings")],
)
def test_what_captions_have_no_part_in_is_refused(
    command, capsys: pytest.CaptureFixture[str], extra: tuple[str, ...], words: str
) -> None:
    assert command("--stage", "caption", *extra) != 0
    assert words in capsys.readouterr().err


def test_the_fast_run_is_the_pipeline_with_one_channel_and_no_refinement(place, tmp_path: Path) -> None:
    folder, settings, models = place
    queries = load_queries(folder / "queries.jsonl", need_images=True)
    archive = open_archive(folder / "archive", models, settings)
    weights = {name: float(name == "image_text") for name in settings.retrieve.weights}
    single = settings.retrieve.model_copy(update={"weights": weights})
    published = {
        "retrieve": single,
        "refine": RefineSettings(temporal=0, citation=0),
        "locate": LocateSettings(base="bi_encoder"),
    }
    alone = settings.model_copy(update=published)
    world = fast.prepare(archive, models, settings, queries, StageCache(tmp_path / "kept"))
    found = fast.run(world, settings)
    pipeline = Pipeline(archive, models, alone, StageCache(tmp_path / "cache"), ExtractiveWriter())
    for query in queries:
        *_, document = pipeline.analyse(Request(query.image.read_bytes(), query.image.name))
        stages = document.stages
        for name in ("retrieve", "locate", "events"):
            ranked = tuple(h.article_id for h in getattr(stages, name).hits)
            assert found[query.id].rankings[name] == ranked, name
        assert found[query.id].clusters == len(stages.events.clusters) > 2
        assert (found[query.id].place, found[query.id].date) == (
            document.context.place.place, document.context.date.date.iso if document.context.date.date else "",
        )  # fmt: skip


def test_photographs_are_encoded_once(place, tmp_path: Path) -> None:
    folder, settings, models = place
    queries = load_queries(folder / "queries.jsonl")
    kept, done = StageCache(tmp_path), []
    first = fast.see(queries, models.image_text, settings, kept, done.append)

    class Refusing:
        info = models.image_text.info

        def encode_images(self, images):
            raise AssertionError("encoded again")

    assert fast.see(queries, Refusing(), settings, kept, done.append) == first
    assert done == [3, 3]


def test_the_fast_report(command, tmp_path: Path, capsys) -> None:
    assert command("--fast", "--json", str(tmp_path / "out.json")) == 0
    printed = capsys.readouterr().out
    assert "expected 3 queries, scored 3" in printed and "retrieve -> events" in printed
    report = json.loads((tmp_path / "out.json").read_text())
    assert set(report["stages"]) == {"retrieve", "locate", "events alone", "events", "context"}
    counts = {t: (f["expected"], f["scored"]) for t, f in report["stages"]["retrieve"].items()}
    assert counts == {"event articles": (2, 2), "location articles": (2, 2), "place": (3, 3), "date": (3, 3)}
    assert report["without_relevant"]["queries"] == 1
    assert report["settings"]["profile"].startswith("local-dir:") and report["archive"]["articles"] == 12


def test_the_whole_pipeline_and_a_second_run_that_computes_nothing(command, tmp_path, capsys, monkeypatch) -> None:
    assert command("--json", "-") == 0
    first = json.loads(capsys.readouterr().out)
    assert set(first["stages"]) == {"retrieve", "verify", "locate", "events", "context"}
    with monkeypatch.context() as patched:
        patched.setattr(Pipeline, "analyse", lambda *_: pytest.fail("a kept outcome was computed again"))
        assert command("--json", "-") == 0
    assert json.loads(capsys.readouterr().out) == first
    assert command("--limit", "2", "--stage", "locate") == 0
    printed = capsys.readouterr().out
    assert "expected 2 queries (the first of 3: --limit), scored 2" in printed
    assert "events" not in printed
    assert command("--stage", "verify") == 0
    printed = capsys.readouterr().out
    assert "retrieve -> verify" in printed and "locate" not in printed


def test_a_failing_stage_names_the_query(command, monkeypatch, capsys) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("newsctx.pipeline.context.run", broken)
    assert command() == 1
    assert "query q0: the stage context failed" in capsys.readouterr().err


def test_missing_photographs_and_articles_are_errors(command, place, capsys) -> None:
    folder, *_ = place
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    (folder / "gone.jsonl").write_text(json.dumps({**rows[0], "image": "gone.jpg"}) + "\n")
    assert command("--fast", queries="gone.jsonl") == 1
    assert "photographs of 1 query (q0) are missing" in capsys.readouterr().err
    (folder / "other.jsonl").write_text(json.dumps({**rows[0], "relevant": ["lyon-1"]}) + "\n")
    assert command("--fast", queries="other.jsonl") == 1
    assert "'lyon-1' of q0" in capsys.readouterr().err


def test_sweeps_print_a_table_each_and_write_a_plot(command, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out.json"
    sweep = ("--sweep", "events.window_days=0,15", "--sweep", "events.min_size=2,5", "--archive-share", "0.5,1")
    assert command(*sweep, "--json", str(out)) == 0
    printed = capsys.readouterr().out
    assert [line.split()[0] for line in printed.splitlines() if " queries " in line] == [
        "events.window_days", "events.min_size", "archive.share",
    ]  # fmt: skip
    found = json.loads(out.read_text())["points"]
    clusters = {json.dumps(p["values"]): p["clusters"] for p in found}
    # one article a day: no window of 0 days holds two; with 15 each city's four give three windows, its country's the
    # same; five articles: none
    assert clusters['{"events.window_days": 0}'] == 0 and clusters['{"events.window_days": 15}'] == 9
    assert clusters['{"events.min_size": 2}'] == 9 and clusters['{"events.min_size": 5}'] == 0
    page = (tmp_path / "sweep.html").read_text()
    assert "plotly" in page and "events.min_size" in page
    assert command("--fast", *sweep[:4], "--grid", "--plot", str(tmp_path / "grid.png")) == 0
    assert len(capsys.readouterr().out.split("\n\n")[1].splitlines()) == 2 + 4
    assert (tmp_path / "grid.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (("--sweep", "events.window=3"), "no setting 'events.window'; close names: events.window_days"),
        (("--sweep", "events.window_days"), "expected SETTING=VALUE"),
        (("--sweep", "events.pool=1", "--sweep", "events.pool=2"), "stands twice"),
        (("--archive-share", "0,1"), "expected shares above 0"),
        (("--sweep", "events.pool=1", "--ablations"), "expected one of them"),
        (("--limit", "0"), "expected at least 1"),
        (("--fast", "--stage", "verify"), "the fast evaluation compares no photographs. Leave --fast away"),
        (("--fast", "--sweep", "verify.candidates=1"), "does not depend on verify.candidates"),
        (("--sweep", "events.window_days=soon"), "events.window_days = 'soon'"),
        (("--sweep", "events.pool=1", "--plot", "x.pdf"), "ends in .html or .png"),
    ],
)
def test_what_cannot_be_measured_is_refused(command, capsys, extra, message) -> None:
    assert command(*extra) == 1
    assert message in capsys.readouterr().err


def test_the_ablations_are_one_table(command, tmp_path: Path, capsys) -> None:
    assert command("--ablations", "--fast", "--json", str(tmp_path / "out.json")) == 0
    table, structure = json.loads((tmp_path / "out.json").read_text()).values()
    names = [row["name"] for row in table["rows"]]
    assert names[0] == "encoder, location and events" and "image_text alone, frozen random encoder" in names
    assert any("abstracts" in n for n in names) and "visual channel alone" in names
    assert all(row["metrics"] for row in table["rows"])
    assert table["rows"][0]["difference"] is None and table["rows"][1]["difference"] is not None
    assert "frozen random encoder" in capsys.readouterr().out
    parts = [row["name"] for row in structure["rows"]]
    assert parts[:2] == ["encoder only (captions)", "content"] and parts[2:4] == ["+ visual", "+ position"]
    assert all({"event R@1", "event R@10", "event mAP"} <= set(row["metrics"]) for row in structure["rows"])


def test_axes_and_points() -> None:
    share, size = parse_axis("archive.share=0.5,1"), parse_axis("events.min_size=2,3")
    assert (size.real, size.values, share.values) == ("events.min_articles", (2, 3), (0.5, 1))
    assert points([share, size], grid=False) == [
        {"archive.share": 0.5}, {"archive.share": 1}, {"events.min_size": 2}, {"events.min_size": 3},
    ]  # fmt: skip
    assert len(points([share, size], grid=True)) == 4
    assert parse_axis("locate.base=fused,bi_encoder").values == ("fused", "bi_encoder")
    assert with_value(Settings(), "retrieve.k", 7).retrieve.k == 7
    assert with_value(Settings(), "retrieve.weights.copy", 0).retrieve.weights["copy"] == 0
    with pytest.raises(SettingsError, match="greater than or equal to 1"):
        with_value(Settings(), "retrieve.k", 0)


def test_the_pipelines_ablations_have_a_row_for_each_stage_and_channel(command, tmp_path: Path, capsys) -> None:
    assert command("--ablations", "--json", str(tmp_path / "out.json")) == 0
    tables = json.loads((tmp_path / "out.json").read_text())
    assert {session.FAST, session.WHOLE} <= set(tables)
    names = [row["name"] for row in tables[session.WHOLE]["rows"]]
    assert names == [
        "whole pipeline", "without verify", "without locate", "without events", "image_text alone", "content alone",
        "visual alone", "visual_second alone", "composite alone", "copy alone", "words_note alone", "words_ocr alone",
        "copy + coverage alone",
    ]  # fmt: skip
    assert {n.split()[-2] for n in names[4:]} == set(channel_names.WEIGHTS)
    rows = {row["name"]: row for row in tables[session.WHOLE]["rows"]}
    assert "answer GREAT" in rows["whole pipeline"]["metrics"]
    copies = rows["copy + coverage alone"]
    assert copies["metrics"]["event R@1"] == 0.0, "no query is a copy of an archived photograph"
    assert rows["visual_second alone"]["note"].startswith("found nothing"), "there is no second encoder"
    assert rows["visual alone"]["note"] == rows["image_text alone"]["note"] == ""


def test_a_sweep_of_a_setting_that_fast_does_not_see_runs_the_pipeline(command, tmp_path: Path, capsys) -> None:
    assert command("--sweep", "verify.candidates=0,5", "--json", "-", "--plot", str(tmp_path / "x.png")) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["mode"] == session.WHOLE and [p["values"] for p in found["points"]] == [
        {"verify.candidates": 0}, {"verify.candidates": 5},
    ]  # fmt: skip


def test_the_archive_share_needs_the_encoder(command, place, capsys, monkeypatch) -> None:
    from dataclasses import replace

    _, _, models = place
    blind = replace(models, image_text=None, image_text_unavailable="no weights in this test")
    monkeypatch.setattr(session, "load", lambda profile: blind)
    assert command("--fast") == 1
    assert "no weights in this test" in capsys.readouterr().err
    assert command("--archive-share", "0.5,1") == 1
    assert "no weights in this test" in capsys.readouterr().err
