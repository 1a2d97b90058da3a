"""The placement modulation learns which place in an article tells, in a world made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from toy_index import CPU, MemoryStore, Slots, article, save_tiny_clip
from training.training_world import make_world

from newsctx import cli
from newsctx.archive.index import ArchiveIndex
from newsctx.archive.index_build import build_index
from newsctx.channels import visual
from newsctx.errors import TrainingError
from newsctx.modulation import ModulationInfo, PlacementModulation
from newsctx.profiles import Profile, load_models
from newsctx.records import ArticleImage, ModelInfo
from newsctx.settings import CopySettings, Settings
from newsctx.training.corpus import Entry
from newsctx.training.images import image_digest
from newsctx.training.labels import Label
from newsctx.training.modulation_training import ModulationTraining
from newsctx.training.options import ModulationOptions
from newsctx.training.photos import TrainingPhoto, read_pixels
from newsctx.training.placed_pictures import Pictures, first_relevant_rank
from newsctx.training.pools import FrozenVectors

DIM, EVENTS = 12, 40
INFO = ModulationInfo(name="m", base_model="toy", base_digest="e" * 64, dim=DIM, hidden=32)
QUICK = ModulationOptions(epochs=40, lr=5e-3, batch=16, negatives=40, patience=0, hidden=32)


class Table:
    """Vectors by the name of the file; every text has the same one."""

    def __init__(self, rows: dict[str, np.ndarray]) -> None:
        self.rows = rows

    def pictures(self, files: list[Path]) -> np.ndarray:
        return np.stack([self.rows[f.name] for f in files])

    def photos(self, photos: list[TrainingPhoto]) -> np.ndarray:
        return self.pictures([p.image for p in photos])

    def texts(self, texts: list[str]) -> np.ndarray:
        return np.full((len(texts), DIM), DIM**-0.5, np.float32)


def unit(row: np.ndarray) -> np.ndarray:
    return (row / np.linalg.norm(row)).astype(np.float32)


class World:
    """Event i: a photograph q_i, an article with two photographs: its own at the top, which is much like q_i, and at
    the bottom one of another event, which is still more like that event's photograph. Position alone tells them apart.
    """

    def __init__(self, folder: Path, telling: bool = True) -> None:
        rng = np.random.default_rng(0)
        rows: dict[str, np.ndarray] = {}
        self.photos, self.entries, self.labels = [], [], {}

        def file(name: str, row: np.ndarray) -> Path:
            (folder / name).write_bytes(name.encode())  # content: its digest is its identity
            rows[name] = unit(row)
            return folder / name

        events = rng.normal(size=(EVENTS, DIM))
        for i, event in enumerate(events):
            query = file(f"q{i}", event + 0.05 * rng.normal(size=DIM))
            other = events[(i + 7) % EVENTS]
            own = file(f"own{i}", event + 0.5 * rng.normal(size=DIM))
            stray = file(f"stray{i}", other + 0.1 * rng.normal(size=DIM))
            places = (0, 3) if telling or i % 2 else (3, 0)  # where it does not tell, both stand at either end
            images = tuple(
                ArticleImage(image_id=image_digest(f), suffix=".png", position=p)
                for f, p in zip((own, stray), places, strict=True)
            )
            text = article(f"a{i:02d}", "news", body="one\ntwo\nthree\nfour", images=images)
            self.entries.append(Entry(text, own, tuple((image_digest(f), f) for f in (own, stray))))
            split = "dev" if i % 4 == 0 else "train"
            self.photos.append(TrainingPhoto(id=f"q{i}", image=query, split=split))
            self.labels[f"q{i}"] = Label(f"q{i}", (f"a{i:02d}",), (f"a{i:02d}",))
        self.vectors = Table(rows)

    def training(self, work: Path, options: ModulationOptions = QUICK, **more: object) -> ModulationTraining:
        return ModulationTraining(INFO, self.photos, self.labels, self.entries, self.vectors, options, work, **more)


def test_where_position_tells_relevant_photographs_apart_it_learns_to_listen(tmp_path: Path) -> None:
    training = World(tmp_path).training(tmp_path / "work")
    assert training.counts == {
        "train": 30, "dev": 10, "train_with_positive": 30, "dev_with_positive": 10, "articles": 40, "images": 80,
        "articles_with_several_images": 40,
    }  # fmt: skip
    assert training.before["r1"] <= 0.3, "the stray photographs are nearer to the queries"
    training.run()
    assert training.best["r1"] >= 0.8 and training.best["mrr"] > training.before["mrr"] + 0.3
    # what it learned: at the bottom a photograph is turned away from what it shows, at the top it is hardly changed
    v = unit(np.arange(1.0, DIM + 1))
    text = np.full((1, DIM), DIM**-0.5, np.float32)
    top, bottom = (training.modulation.apply(v[None], np.array([p]), text)[0] @ v for p in (0.0, 1.0))
    assert top > 0.8 > 0.5 > bottom
    assert training.evaluate() == {k: training.best[k] for k in ("r1", "r10", "mrr")}


class Colours:
    """An encoder to compute by hand: the colours of 4 x 4 blocks, less their mean; every text has the same vector."""

    batch_size, dim = 32, 48
    info = ModelInfo(slot="image_text", name="colours", digest="c" * 64, device="cpu")

    def encode_images(self, images: list[np.ndarray]) -> np.ndarray:
        small = [np.asarray(Image.fromarray(i).resize((4, 4), Image.Resampling.BOX), np.float64) for i in images]
        return np.stack([unit(s.ravel() - s.mean()) for s in small])

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.full((len(texts), self.dim), self.dim**-0.5, np.float32)


def test_from_photographs_and_articles_to_better_hits_of_the_visual_channel(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    events = rng.integers(0, 256, (24, 4, 4, 3)).astype(np.float64)

    def file(name: str, pattern: np.ndarray, noise: float) -> Path:
        pixels = (pattern + rng.normal(0, noise, pattern.shape)).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).resize((32, 32), Image.Resampling.NEAREST).save(tmp_path / f"{name}.png")
        return tmp_path / f"{name}.png"

    articles, files, photos, labels = [], {}, [], {}
    for n, event in enumerate(events):
        pair = file(f"own{n}", event, 60), file(f"stray{n}", events[(n + 5) % 24], 10)
        ids = [image_digest(f) for f in pair]
        files.update(zip(ids, pair, strict=True))
        images = tuple(ArticleImage(image_id=i, suffix=".png", position=p) for i, p in zip(ids, (0, 3), strict=True))
        articles.append(article(f"a{n:02d}", "news", body="one\ntwo\nthree\nfour", images=images))
        split = "dev" if n % 4 == 0 else "train"
        photos.append(TrainingPhoto(id=f"q{n}", image=file(f"q{n}", event, 10), split=split))
        labels[f"q{n}"] = Label(f"q{n}", (f"a{n:02d}",), (f"a{n:02d}",))
    encoder = Colours()
    entries = [Entry(a, None, tuple((i, files[i]) for i in a.image_ids)) for a in articles]
    info = INFO.model_copy(update={"dim": 48, "base_digest": encoder.info.digest})
    vectors = FrozenVectors(encoder, tmp_path / "vectors")  # type: ignore[arg-type]
    training = ModulationTraining(info, photos, labels, entries, vectors, QUICK, tmp_path / "work")
    training.run()
    training.modulation.save(tmp_path / "m")
    trained = PlacementModulation.load(tmp_path / "m", encoder.info, encoder.dim, CPU)

    settings = Settings(copy_detection=CopySettings(enabled=False))
    store, first = MemoryStore(articles, files), {}
    for name, slots in (("raw", Slots(None, encoder)), ("trained", Slots(None, encoder, modulation=trained))):
        (tmp_path / name).mkdir()
        build_index(store, slots, tmp_path / name, settings)
        index = ArchiveIndex.open(tmp_path / name, "v1", slots, settings)
        asked = [(p.id, encoder.encode_images([read_pixels(p.image)])[0]) for p in photos if p.split == "dev"]
        hits = {q: visual.search(v, index, settings.retrieve).hits[0][0] for q, v in asked}
        first[name] = sum(hits[q] == f"a{int(q[1:]):02d}" for q in hits)
    assert first["raw"] == 0, "of six, the article with the stray photograph of the event comes first"
    assert first["trained"] >= 5


def test_where_position_tells_nothing_it_is_on_the_development_photographs_no_worse_than_none(tmp_path: Path) -> None:
    training = World(tmp_path, telling=False).training(tmp_path / "work")
    training.run()
    assert training.best["mrr"] >= training.before["mrr"]
    assert training.best["mrr"] < training.before["mrr"] + 0.25, "there is nothing to gain"
    if training.best["epoch"] == 0:
        assert not any(t.any() for t in training.modulation.network[-1].state_dict().values()), "no modulation at all"


def test_a_killed_run_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def kill(epoch: int) -> None:
        if epoch == 3:
            raise Killed

    world, short = World(tmp_path), QUICK.model_copy(update={"epochs": 8})
    whole = world.training(tmp_path / "whole", short)
    whole.run()
    with pytest.raises(Killed):
        world.training(tmp_path / "cut", short, after_epoch=kill).run()
    resumed = world.training(tmp_path / "cut", short)
    resumed.run(resume=True)
    assert resumed.history == whole.history and len(resumed.history) == 8
    assert resumed.modulation.info.digest == whole.modulation.info.digest
    with pytest.raises(TrainingError, match="of another run"):
        world.training(tmp_path / "cut", short.model_copy(update={"lr": 1e-4})).run(resume=True)


def test_patience_stops_it(tmp_path: Path) -> None:
    options = QUICK.model_copy(update={"patience": 2, "lr": 1e-9})
    training = World(tmp_path).training(tmp_path / "work", options)
    training.run()
    assert training.epoch == 2 and training.best["epoch"] == 0, "so small a step changes no rank"


def test_the_article_with_the_photograph_itself_shows_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    own = world.entries[1]
    same = Entry(
        own.article.model_copy(update={"article_id": "a98"}),
        own.image,
        ((image_digest(tmp_path / "q1"), tmp_path / "q1"),),
    )
    image = ArticleImage(image_id=image_digest(tmp_path / "q1"), suffix=".png")
    world.entries.append(Entry(same.article.model_copy(update={"images": (image,)}), same.image, same.images))
    world.labels["q1"] = Label("q1", ("a01", "a98"), ("a01", "a98"))
    training = world.training(tmp_path / "work")
    query = next(q for q in training._train if np.array_equal(q.vector, world.vectors.rows["q1"]))
    assert query.positives.tolist() == [1] and query.left_out.tolist() == [40]
    world.labels["q1"] = Label("q1", ("a98",), ("a98",))
    assert len(world.training(tmp_path / "work")._train) == 29, "a photograph found by itself teaches nothing"


def test_what_cannot_be_learned_from_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.labels = {k: Label(k, m.location, ()) for k, m in world.labels.items()}
    with pytest.raises(TrainingError, match="none of the 30 training photographs has a relevant article"):
        world.training(tmp_path / "work")
    del world.labels["q3"]
    with pytest.raises(TrainingError, match="q3 have no row"):
        world.training(tmp_path / "work")
    world.entries = world.entries[:1]
    world.labels["q3"] = Label("q3", (), ())
    with pytest.raises(TrainingError, match="1 articles have photographs"):
        world.training(tmp_path / "work")


def test_scores_are_the_best_photograph_of_each_article(tmp_path: Path) -> None:
    training = World(tmp_path).training(tmp_path / "work")
    asked = torch.from_numpy(training._dev[0].vector[None])
    articles = np.array([0, 5, 9])
    found = training._scores(asked, articles)[0].detach().numpy()
    own = [max(float(training.pictures.vectors[2 * a + i] @ training._dev[0].vector) for i in (0, 1)) for a in articles]
    assert found == pytest.approx(own, abs=1e-6)


def test_rows_of_articles_with_different_numbers_of_photographs() -> None:
    # articles with 2, 0 and 1 photographs: rows 0-1, none, 2
    pictures = Pictures(np.zeros((3, 1)), np.zeros(3), np.zeros((3, 1)), np.array([0, 2, 2, 3]))
    assert pictures.rows(np.array([2, 0, 1])).tolist() == [[2, -1], [0, 1], [-1, -1]]


def test_rank_of_the_first_relevant_article() -> None:
    scores = np.array([0.9, 0.8, 0.8, 0.1])
    assert first_relevant_rank(scores, np.array([2]), np.array([], int)) == 3  # behind the tied one before it
    assert first_relevant_rank(scores, np.array([2]), np.array([0])) == 2
    assert first_relevant_rank(scores, np.array([1, 3]), np.array([0])) == 1


def test_the_command_writes_what_a_profile_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, photos = make_world(tmp_path)
    model = save_tiny_clip(tmp_path / "clip")
    known = ["--archive", str(archive), "--photos", str(photos)]
    assert cli.main(["train", "labels", *known, "--out", str(tmp_path / "labels.jsonl")]) == 0
    made = ["train", "modulation", *known, "--labels", str(tmp_path / "labels.jsonl"), "--model", model]
    made += ["--epochs", "2", "--hidden", "8", "--device", "cpu"]
    assert cli.main([*made, "--out", str(tmp_path / "m")]) == 0
    assert "dev MRR" in capsys.readouterr().out
    record = json.loads((tmp_path / "m" / "training.json").read_text())
    assert record["settings"]["epochs"] == 2 and record["data"]["images"] == 24 and len(record["data"]["hash"]) == 64
    models = load_models(Profile("p", image_text=model, sentence="local-dir:/nowhere", modulation=tmp_path / "m"), CPU)
    assert models.modulation is not None and models.modulation.info.digest == record["modulation"]
    assert models.modulation.meta.metrics["before_mrr"] == record["before"]["mrr"]
    again = tmp_path / "again"
    assert cli.main([*made, "--out", str(again)]) == 0
    assert (
        PlacementModulation.load(again, models.image_text.info, models.image_text.dim, CPU).info.digest
        == (record["modulation"])
    ), "the same data, settings and seed"
