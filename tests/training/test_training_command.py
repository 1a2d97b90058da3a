"""The whole chain from the command line on a tiny archive, and the errors of bad input."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from toy_index import CPU
from training.training_world import SMALL_CONFIG, make_world

from newsctx.archive.importer import import_archive
from newsctx.cli import main
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import TrainingError
from newsctx.heads import CrossEncoderHead
from newsctx.records import Article, ArticleImage
from newsctx.training.corpus import load_corpus, texts_of
from newsctx.training.exclusion import read_exclusion
from newsctx.training.photos import read_photos


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("command")
    make_world(folder)
    (folder / "config.json").write_text(json.dumps(SMALL_CONFIG))
    assert run("init", folder, "--config", folder / "config.json", "--out", folder / "first") == 0
    assert run("labels", folder, "--photos", folder / "photos.jsonl", "--out", folder / "labels.jsonl") == 0
    return folder


def run(what: str, folder: Path, *args: object) -> int:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return main(["train", what, "--archive", str(folder / "archive"), *map(str, args)])
    finally:
        torch.set_num_threads(threads)


def common(world: Path, model: str, out: Path) -> list[object]:
    return [
        "--photos", world / "photos.jsonl", "--labels", world / "labels.jsonl", "--model", model, "--out", out,
        "--device", "cpu",
    ]  # fmt: skip


def test_init_is_reproducible_and_loads(world: Path) -> None:
    again = world / "again"
    assert run("init", world, "--config", world / "config.json", "--out", again) == 0
    names = sorted(p.name for p in again.iterdir())
    assert names == ["open_clip_config.json", "open_clip_model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    for name in names:
        first, second = (hashlib.sha256((f / name).read_bytes()).hexdigest() for f in (world / "first", again))
        assert first == second, name
    encoder = ImageTextEncoder.load(f"local-dir:{again}", CPU)
    assert encoder.dim == 16
    tokens = encoder.parts[2](["Paris flood"])[0].tolist()
    assert tokens[0] == 2 and 3 in tokens and tokens[-1] == 0  # start, end, padding
    assert tokens == encoder.parts[2](["PARIS  Flóod"])[0].tolist()


def test_labels_of_the_world(world: Path) -> None:
    rows = {r["photo"]: r for r in map(json.loads, (world / "labels.jsonl").read_text().splitlines())}
    assert len(rows) == 24
    # two articles, one and two days after the event; six of the city
    assert rows["p-paris-fire-1"]["event"] == ["paris-fire-1", "paris-fire-2"]
    assert len(rows["p-paris-fire-1"]["location"]) == 6


def test_evaluation_photographs_are_left_out(world: Path, capsys: pytest.CaptureFixture) -> None:
    evaluation = world / "evaluation.jsonl"
    evaluation.write_text('{"id": "q", "image": "images/paris-flood-1.png", "place": "Paris"}\n')
    labels, args = world / "without.jsonl", ["--photos", world / "photos.jsonl", "--exclude-photos", evaluation]
    assert run("labels", world, *args, "--duplicate-bits", 0, "--out", labels) == 0
    assert "image duplicates an evaluation photograph" in capsys.readouterr().out
    first, *rows = map(json.loads, labels.read_text().splitlines())
    named = {a for r in rows for a in r["location"]}
    assert "paris-flood-1" not in named and "paris-fire-1" in named
    assert first["excluded"]["bits"] == 0 and "paris-flood-1" in first["excluded"]["articles"]


def test_what_the_labels_leave_out_stays_out_of_every_later_step(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """Neither the bits nor the evaluation photographs have to be said again; other ones are refused."""
    evaluation, labels = tmp_path / "evaluation.jsonl", tmp_path / "labels.jsonl"
    evaluation.write_text(json.dumps({"id": "q", "image": str(world / "images/paris-flood-1.png"), "place": "Paris"}))
    photos = ["--photos", world / "photos.jsonl", "--exclude-photos", evaluation]
    assert run("labels", world, *photos, "--duplicate-bits", 26, "--out", labels) == 0
    excluded = set(read_exclusion(labels).articles)
    few = load_corpus(world / "archive", read_photos(evaluation)).left_out  # by the 4 bits of old
    assert len(excluded) > few["image duplicates an evaluation photograph"] > 0
    model = f"local-dir:{world / 'first'}"
    for what, more in (("bi-encoder", ["--batch", 8, "--queries", 4]), ("location", []), ("event", [])):
        args = [*common(world, model, tmp_path / what), "--labels", labels, "--epochs", 1, *more]
        assert run(what, world, *args) == 0
        record = json.loads((tmp_path / what / "training.json").read_text())
        assert record["data"]["left_out"] == {"image duplicates an evaluation photograph": len(excluded)}
        assert record["data"]["articles"] == 24 - len(excluded)
    capsys.readouterr()
    args = [*common(world, model, tmp_path / "no"), "--exclude-photos", evaluation]
    assert run("location", world, *args) == 1  # labels of the world: made without
    assert "made without 1 of the 1 photographs of --exclude-photos (q)" in capsys.readouterr().err


def test_an_exclusion_is_also_applied_to_what_the_archive_got_since(world: Path, tmp_path: Path) -> None:
    archive, photos = make_world(tmp_path)
    evaluation = read_photos(photos)[:1]
    before = load_corpus(archive, evaluation, bits=0).exclusion
    assert before is not None and before.articles == ()  # the photographs of this world are no copies
    rows = [json.loads(r) for r in (tmp_path / "articles.jsonl").read_text().splitlines()]
    copy = rows[0] | {"id": "late", "images": [{"path": str(evaluation[0].image.relative_to(tmp_path))}]}
    _write(tmp_path / "articles.jsonl", [*rows, copy])
    import_archive(tmp_path / "articles.jsonl", archive)
    after = load_corpus(archive, exclusion=before)
    assert after.exclusion.articles == ("late",) and "late" not in {e.id for e in after.entries}
    known = replace(before, articles=("agra-fire-1",))
    assert load_corpus(archive, exclusion=known).exclusion.articles == ("agra-fire-1", "late")


def test_a_damaged_exclusion_names_the_line_and_the_remedy(tmp_path: Path) -> None:
    for bad in ({"hashes": ["zz"]}, {"hashes": [], "bits": 4}, [], {"hashes": ["1" * 17], "bits": 4, "articles": []}):
        _write(tmp_path / "labels.jsonl", [{"excluded": bad}])
        with pytest.raises(TrainingError, match=r"line 1: .* run `train labels` again"):
            read_exclusion(tmp_path / "labels.jsonl")


@pytest.mark.parametrize("split", ["train", "dev"])
def test_an_article_without_text_is_left_out_and_counted(
    split: str, tmp_path: Path, world: Path, capsys: pytest.CaptureFixture
) -> None:
    """With a photograph and a place but nothing that a search could read, it can be no pair and no candidate."""
    make_world(tmp_path)
    rows = [json.loads(r) for r in (tmp_path / "articles.jsonl").read_text().splitlines()]
    photos = {r["id"]: r for r in map(json.loads, (tmp_path / "photos.jsonl").read_text().splitlines())}
    bare = next(r for r in rows if photos[f"p-{r['id']}"]["split"] == split)
    bare |= {"headline": "", "abstract": "", "captions": []}
    _write(tmp_path / "articles.jsonl", rows)
    import_archive(tmp_path / "articles.jsonl", tmp_path / "other")
    archive = ["--archive", str(tmp_path / "other"), "--photos", str(tmp_path / "photos.jsonl")]
    assert main(["train", "labels", *archive, "--out", str(tmp_path / "labels.jsonl")]) == 0
    assert "articles: 23, left out: {'no text': 1}" in capsys.readouterr().out
    for text in ("captions", "abstract", "mixed"):
        out = tmp_path / text
        made = [*archive, "--labels", str(tmp_path / "labels.jsonl"), "--model", f"local-dir:{world / 'first'}"]
        made += [
            "--out",
            str(out),
            "--device",
            "cpu",
            "--text",
            text,
            "--epochs",
            "1",
            "--batch",
            "8",
            "--queries",
            "4",
        ]
        assert main(["train", "bi-encoder", *made]) == 0
        assert json.loads((out / "training.json").read_text())["data"]["left_out"] == {"no text": 1}
    capsys.readouterr()


def test_an_article_that_a_setting_gives_no_text_is_known_by_another() -> None:
    image = ArticleImage(caption="A bridge at dawn.")
    article = Article(article_id="a", headline="", abstract="", body="", images=(image,))
    assert texts_of(article, "captions") == texts_of(article, "abstract") == ("A bridge at dawn.",)


def test_the_whole_chain(world: Path, capsys: pytest.CaptureFixture) -> None:
    model = world / "model"
    settings = world / "settings.json"
    settings.write_text(json.dumps({"epochs": 99, "batch": 8, "queries": 4, "lr": 0.003, "unfreeze": "all"}))
    args = common(world, f"local-dir:{world / 'first'}", model)
    assert run("bi-encoder", world, *args, "--settings", settings, "--epochs", 2, "--half", "--augment") == 0
    record = json.loads((model / "training.json").read_text())
    assert record["settings"]["epochs"] == 2 and record["settings"]["lr"] == 0.003 and record["complete"]
    assert [e["steps"] for e in record["epochs"]] == [4, 4]
    assert record["data"]["held_out_articles"] == 8 and len(record["data"]["hash"]) == 64
    assert record["model"]["base"] == "local-dir:first"
    assert str(world) not in (model / "training.json").read_text()
    assert "R@1" in (model / "MODEL_CARD.md").read_text()
    encoder = ImageTextEncoder.load(f"local-dir:{model}", CPU)
    assert encoder.info.digest == record["model"]["digest"]
    for what, slot in (("location", "location_head"), ("event", "event_head")):
        out = world / what
        args = common(world, f"local-dir:{model}", out)
        assert run(what, world, *args, "--epochs", 2, "--min-articles", 2, "--features", "product,absdiff") == 0
        head = CrossEncoderHead.load(out, encoder.info, encoder.dim, slot, CPU)
        assert head.meta.features == ("product", "absdiff")
        assert head.meta.dropout == (0.1 if what == "event" else 0.0)
        assert "dev_r1" in head.meta.metrics and head.meta.data_hash == record["data"]["hash"]
    capsys.readouterr()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--model", "No-Such/model"], "open_clip knows no 'No-Such'"),
        (["--unfreeze", "some"], "unfreeze 'some'"),
        (["--lr", "0"], "lr '0'"),
        (["--photos", "missing.jsonl"], "missing.jsonl cannot be read"),
        (["--photos", "gone.jsonl"], r"images of p \(.*nowhere.png\) are missing"),
        (["--photos", "nodev.jsonl"], "no photograph has split 'dev'"),
        (["--labels", "foreign.jsonl"], "labels are of another archive"),
        (["--labels", "none.jsonl"], "no photograph has a relevant article"),
    ],
)
def test_bad_input_names_value_and_remedy(
    world: Path, change: list[str], message: str, capsys: pytest.CaptureFixture
) -> None:
    rows = [json.loads(r) for r in (world / "photos.jsonl").read_text().splitlines()]
    labels = [json.loads(r) for r in (world / "labels.jsonl").read_text().splitlines()]
    _write(world / "gone.jsonl", [{"id": "p", "image": "nowhere.png", "place": "Paris"}])
    _write(world / "nodev.jsonl", [r | {"split": "train"} for r in rows])
    _write(world / "foreign.jsonl", [r | {"location": ["another"]} for r in labels])
    _write(world / "none.jsonl", [r | {"location": [], "event": []} for r in labels])
    change = [str(world / c) if c.endswith(".jsonl") else c for c in change]
    args = common(world, f"local-dir:{world / 'first'}", world / "bad")
    assert run("bi-encoder", world, *args, *change) == 1
    assert re.search(message, capsys.readouterr().err)


def _write(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
