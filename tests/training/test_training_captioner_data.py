"""Pairs for the captioner: files of them, and those made of an archive, which never show the caption to be written."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from toy_index import article
from training.captioner_world import PAIRS, QUICK, save_language_model, write_pairs

from newsctx import cli
from newsctx.archive.importer import import_archive
from newsctx.archive.store import ArchiveStore
from newsctx.errors import TrainingError
from newsctx.passages import folded
from newsctx.records import Article, ArticleImage
from newsctx.training.captioner_archive import make_pairs, read_descriptions, without_caption
from newsctx.training.captioner_data import Pair, pairs_digest, read_pairs, split_pairs
from newsctx.training.captioner_options import CaptionPairOptions
from newsctx.training.photos import TrainingPhoto

CAPTION = "Residents of Duisburg leave the old town by boat on Monday."
BODY = (
    "The Rhine rose by two metres on Sunday night. Mayor Anna Schmidt spoke of the worst flood in forty years. "
    "The fire brigade was called out two hundred times. Schools stay closed until Wednesday. "
    "The railway line to Duisburg is interrupted. More rain is expected on Monday."
)


def captioned(caption: str = CAPTION, **more: object) -> Article:
    given = {"headline": "Flood in the west", "abstract": "", "body": BODY} | more
    return article("a1", given.pop("headline"), images=(ArticleImage(caption=caption),), **given)  # type: ignore[arg-type]


# --- files ----------------------------------------------------------------------------------------------------


def test_a_file_of_pairs_is_read_and_written_as_it_is(tmp_path: Path) -> None:
    pairs = read_pairs(write_pairs(tmp_path / "p.jsonl"))
    assert len(pairs) == 6 and pairs[0].caption == PAIRS[0]["caption"] and pairs[0].split == "train"
    from newsctx.training.captioner_data import write_pairs as write

    more = {"metadata": {"published": "2017-12", "places": ["Duisburg"]}, "language": "de"}
    rich = Pair.model_validate(pairs[0].model_dump() | more)
    write([rich, *pairs[1:]], tmp_path / "again.jsonl")
    again = read_pairs(tmp_path / "again.jsonl")
    assert again == (rich, *pairs[1:]) and pairs_digest(again) != pairs_digest(pairs)
    assert pairs_digest(again[1:]) == pairs_digest(pairs[1:]), "of what it says, not of where it lies"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"chunks": ["a"]}, "line 1: caption {'chunks': ['a']}: Field required"),
        ({"chunks": ["a"], "caption": " \t"}, "line 1: an empty caption"),
        ({"chunks": ["a"], "caption": ""}, "line 1: caption ''"),
        ({"chunks": "text", "caption": "c"}, "line 1: chunks 'text'"),
        ({"chunks": [" "], "caption": "c"}, "neither a description nor chunks"),
        ({"chunks": ["a"], "caption": "c", "split": "test"}, "split 'test'"),
        ({"chunks": ["a"], "caption": "c", "metadata": {"published": "soon"}}, "metadata.published 'soon'"),
    ],
)
def test_rows_that_teach_nothing_are_refused_by_line(tmp_path: Path, row: dict, says: str) -> None:
    (tmp_path / "p.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(TrainingError) as caught:
        read_pairs(tmp_path / "p.jsonl")
    assert says in str(caught.value)


def test_no_article_is_in_both_parts() -> None:
    pairs = [Pair(caption="c", description="d", article_id=f"a{i % 10}") for i in range(40)]
    train, dev = split_pairs(pairs, 0.2, seed=3)
    assert sorted(train + dev) == list(range(40)) and len(dev) == 8, "two of ten articles, with four pairs each"
    assert not {pairs[i].article_id for i in train} & {pairs[i].article_id for i in dev}
    assert (train, dev) == split_pairs(pairs, 0.2, seed=3) != split_pairs(pairs, 0.2, seed=4)
    alone = [Pair(caption="c", description="d") for _ in range(5)]
    assert len(split_pairs(alone, 0.2, 0)[1]) == 1, "a pair without an article is its own"
    with pytest.raises(TrainingError, match="at least two articles"):
        split_pairs(pairs[::10], 0.2, 0)


def test_named_splits_are_kept_or_refused() -> None:
    def of(*given: tuple[str | None, str]) -> list[Pair]:
        return [Pair(caption="c", description="d", split=s, article_id=a) for s, a in given]

    assert split_pairs(of(("dev", "a"), ("train", "b"), ("train", "")), 0.5, 0) == ([1, 2], [0])
    with pytest.raises(TrainingError, match="b have no split, others do"):
        split_pairs(of(("dev", "a"), (None, "b")), 0.5, 0)
    with pytest.raises(TrainingError, match="no pair has split 'dev'"):
        split_pairs(of(("train", "a"), ("train", "b")), 0.5, 0)
    with pytest.raises(TrainingError, match="articles a have pairs in both splits"):
        split_pairs(of(("train", "a"), ("dev", "a")), 0.5, 0)


# --- the caption is never shown -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "again",
    [
        CAPTION,
        "Residents of Duisburg leave the old town by boat on Monday (Photo: A. Photographer).",  # holds it
        "residents of Duisburg LEAVE the old\u00a0town by boat on Monday.",  # spelled otherwise
        "On Monday, residents of Duisburg had to leave the old town by boat.",  # ten of its eleven words
    ],
)
def test_sentences_that_are_the_caption_again_are_taken_out(again: str) -> None:
    bare, gone = without_caption(captioned(body=f"{BODY} {again}\nThe end of it."), CAPTION, 0.8)
    assert gone == 1 and "boat" not in bare.body and bare.body.endswith("The end of it.")
    assert bare.body.startswith(BODY[:-1]), "nothing else is"
    assert bare.images[0].caption == "" and bare.captions == ()


def test_each_sentence_of_a_caption_counts_and_what_is_merely_alike_stays() -> None:
    two = "Mayor Anna Schmidt spoke of the worst flood in forty years. The Rhine in Duisburg on Monday."
    bare, gone = without_caption(captioned(two), two, 0.8)
    assert gone == 1 and "Anna Schmidt" not in bare.body and "interrupted" in bare.body and "Rhine rose" in bare.body
    bare, gone = without_caption(captioned(), CAPTION, 0.8)
    assert gone == 0 and bare.body == BODY, "Duisburg and Monday alone are no caption"
    short = "Flood in Duisburg"
    bare, gone = without_caption(captioned(short, headline=short, abstract="A flood came."), short, 0.8)
    assert gone == 1 and bare.headline == "" and bare.abstract == "A flood came."


# --- from an archive ------------------------------------------------------------------------------------------


def picture(folder: Path, name: str, seed: int) -> str:
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((64, 64), Image.Resampling.BILINEAR).save(folder / name)
    return name


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    fire = "Firefighters in Cologne put out the fire in the hall on Friday."
    rows = [
        {"id": "flood", "headline": "Flood in the west", "body": f"{BODY} {CAPTION}", "published": "2017-12-26",
         "places": ["Duisburg (Germany)"], "source": "Daily News", "language": "en",
         "images": [{"path": picture(folder, "f1.png", 1), "caption": CAPTION},
                    {"path": picture(folder, "f2.png", 2), "caption": CAPTION.upper()},
                    {"path": picture(folder, "f3.png", 3), "caption": "File photo"}]},
        {"id": "fire", "headline": "Hall burns down", "language": "en", "published": "2018-03-02",
         "body": "A hall in Cologne burned down on Friday. The cause is unknown. Nobody was hurt. Police ask.",
         "images": [{"path": picture(folder, "b1.png", 4), "caption": fire},
                    {"path": picture(folder, "b2.png", 5), "caption": "Emmanuel Macron met Vladimir Putin in Rome."},
                    {"path": picture(folder, "b3.png", 6), "caption": "word " * 300},
                    {"path": picture(folder, "b4.png", 8), "caption": "Women carry red flowers."}]},
        {"id": "bare", "headline": fire, "body": fire,
         "images": [{"path": picture(folder, "c1.png", 7), "caption": fire}]},
    ]  # fmt: skip
    (folder / "articles.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    import_archive(folder / "articles.jsonl", folder / "archive")
    return folder / "archive"


def test_pairs_of_an_archive(archive: Path) -> None:
    made = make_pairs(archive, CaptionPairOptions())
    assert [p.article_id for p in made.pairs] == ["fire", "flood"]
    assert made.left_out == {
        "a caption of few words": 1, "a caption of many characters": 1, "same caption of the same article": 1,
        "its names and dates are not in the article": 1, "only visible, and not described": 1,
        "the article has no text beside the caption": 1,
    }  # fmt: skip
    flood = made.pairs[1]
    assert made.sentences_removed == 1 and flood.caption == CAPTION and flood.description == ""
    assert all(folded(CAPTION) not in folded(c) and "boat" not in c for c in flood.chunks)
    # nothing to rank by: the first three and the last two of the six sentences that are left
    assert flood.chunks[0].startswith("The Rhine rose") and flood.chunks[-1].endswith("rain is expected on Monday.")
    assert "Schools stay closed" not in " ".join(flood.chunks)
    assert flood.metadata.headline == "Flood in the west" and str(flood.metadata.published) == "2017-12-26"
    assert flood.metadata.places[0].startswith("Duisburg") and flood.metadata.source == "Daily News"


def test_a_description_ranks_the_passages(archive: Path) -> None:
    with ArchiveStore.open(archive) as store:
        photo = store.article("flood").images[0].image_id
    asked: list[str] = []

    def embed(texts: list[str]) -> np.ndarray:
        """Alike is what speaks of schools."""
        asked.append(texts[0])
        return np.array([[1.0, 0.0] if "chool" in t else [0.0, 1.0] for t in texts], np.float32)

    made = make_pairs(archive, CaptionPairOptions(method="sentences"), {photo: "An empty school under water."}, embed)
    flood = next(p for p in made.pairs if p.photo == photo)
    assert flood.description == "An empty school under water." and asked == [flood.description]
    assert "Schools stay closed" in " ".join(flood.chunks)
    with ArchiveStore.open(archive) as store:
        seen = store.article("fire").images[3].image_id
    made = make_pairs(archive, CaptionPairOptions(), {seen: "Women with flowers in their arms."}, embed)
    assert "Women carry red flowers." in [p.caption for p in made.pairs], "what is visible is known now"
    with pytest.raises(TrainingError, match="descriptions of 1 photographs that .* does not have"):
        make_pairs(archive, CaptionPairOptions(), {"0" * 64: "x"}, embed)


def test_photographs_of_the_evaluation_are_left_out(archive: Path, tmp_path: Path) -> None:
    with ArchiveStore.open(archive) as store:
        file = store.image_path(store.article("flood").images[0].image_id)
        assert file is not None
    same = tmp_path / "again.jpg"
    Image.open(file).resize((80, 80)).save(same, quality=80)
    made = make_pairs(archive, CaptionPairOptions(), evaluation=[TrainingPhoto(id="q", image=same)])
    assert made.left_out["duplicates an evaluation photograph"] == 1
    assert "flood" not in [p.article_id for p in made.pairs if p.caption == CAPTION]


def test_the_command_makes_a_file_that_trains(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pairs.jsonl"
    assert cli.main(["train", "caption-pairs", "--archive", str(archive), "--out", str(out)]) == 0
    assert "2 pairs; left out: {" in capsys.readouterr().out
    assert read_pairs(out) == make_pairs(archive, CaptionPairOptions()).pairs
    again = tmp_path / "again.jsonl"
    assert cli.main(["train", "caption-pairs", "--archive", str(archive), "--out", str(again)]) == 0
    assert again.read_bytes() == out.read_bytes()
    assert cli.main(["train", "caption-pairs", "--archive", str(tmp_path), "--out", str(again)]) != 0
    every = ["--min-words", "100", "--max-chars", "20"]
    assert cli.main(["train", "caption-pairs", "--archive", str(archive), "--out", str(again), *every]) != 0
    assert "no photograph gives a pair" in capsys.readouterr().err


def test_descriptions_are_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text('{"photo": "p", "description": "a wide street"}\n')
    assert read_descriptions(path) == {"p": "a wide street"}
    for bad in ('{"photo": "p"}', '{"photo": "", "description": "x"}', '{"photo": "p", "description": "x"}\n' * 2):
        path.write_text(bad)
        with pytest.raises(TrainingError, match="expected two strings"):
            read_descriptions(path)


def test_an_archive_trains_without_a_file_between(archive: Path, tmp_path: Path) -> None:
    model = save_language_model(tmp_path / "model")
    (tmp_path / "settings.json").write_text(json.dumps(QUICK | {"epochs": 1}))
    args = ["--archive", archive, "--model", model, "--settings", tmp_path / "settings.json", "--out", tmp_path / "out"]
    assert cli.main(["train", "captioner", *map(str, args), "--device", "cpu"]) == 0
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    made = make_pairs(archive, CaptionPairOptions())
    assert record["data"]["hash"] == pairs_digest(made.pairs)
    assert record["data"]["left_out"] == made.left_out and record["data"]["sentences_removed"] == 1
    assert (record["data"]["train"], record["data"]["dev"], record["steps"]) == (1, 1, 1)
