"""Loss, what trains, shortened texts, and a resumed run against an unbroken one."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from torch import nn
from toy_index import CPU
from training.training_world import SMALL_CONFIG, make_world

from newsctx.encoders import ImageTextEncoder
from newsctx.errors import TrainingError
from newsctx.training.bi_data import prepare
from newsctx.training.bi_encoder import BiEncoderTraining
from newsctx.training.corpus import load_corpus
from newsctx.training.dev import DevSet, retrieval
from newsctx.training.initial import init_model
from newsctx.training.labels import make_labels
from newsctx.training.loss import info_nce, place_loss
from newsctx.training.options import BiEncoderOptions
from newsctx.training.photos import read_photos
from newsctx.training.saving import config_of
from newsctx.training.short_texts import encode_texts
from newsctx.training.unfreeze import blocks_of, set_train, unfreeze

OPTIONS = BiEncoderOptions(
    batch=8, queries=4, epochs=3, lr=3e-3, unfreeze="all", augment=True, checkpoint_steps=2, patience=0, warmup_steps=2
)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_the_place_loss_is_the_written_out_formula() -> None:
    """Two places; the first photograph is of place 0, the second of place 1, the third names none and does not count.

    Logits at scale 2: (2, 0) -> -log(e^2 / (e^2 + 1)); (0.8 * 2, 0.6 * 2) -> -log(e^1.2 / (e^1.6 + e^1.2)).
    """
    images = torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    places = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    found = place_loss(images, places, torch.tensor([0, 1, -1]), 2.0)
    one = math.log(1 + math.exp(-2))
    two = math.log(1 + math.exp(0.4))
    assert float(found) == pytest.approx((one + two) / 2, abs=1e-6)
    assert float(place_loss(images, places[:0], torch.tensor([-1, -1, -1]), 2.0)) == 0.0


def test_info_nce_is_the_written_out_formula() -> None:
    rng = np.random.default_rng(0)
    a, t = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in rng.normal(size=(2, 5, 7)))
    s = 3.0 * a @ t.T
    images = -np.mean([math.log(math.exp(s[i, i]) / sum(math.exp(s[i, j]) for j in range(5))) for i in range(5)])
    texts = -np.mean([math.log(math.exp(s[i, i]) / sum(math.exp(s[j, i]) for j in range(5))) for i in range(5)])
    found = info_nce(torch.tensor(a), torch.tensor(t), 3.0)
    assert float(found) == pytest.approx((images + texts) / 2, abs=1e-6)


def _tiny_vit() -> nn.Module:
    return open_clip.CLIP(
        embed_dim=8,
        vision_cfg={"image_size": 16, "layers": 5, "width": 16, "head_width": 8, "patch_size": 8},
        text_cfg={"context_length": 12, "vocab_size": 50, "width": 16, "heads": 2, "layers": 6},
    )


def test_projections_and_the_last_four_blocks_train_and_nothing_else() -> None:
    model = _tiny_vit()
    names = set(unfreeze(model, "4"))
    blocks = [f"visual.transformer.resblocks.{i}." for i in (1, 2, 3, 4)]
    blocks += [f"transformer.resblocks.{i}." for i in (2, 3, 4, 5)]
    expected = {n for n, _ in model.named_parameters() if n.startswith(tuple(blocks))}
    assert names == expected | {"visual.proj", "text_projection"}
    assert names == {n for n, p in model.named_parameters() if p.requires_grad}
    assert "logit_scale" in unfreeze(model, "1", temperature=True)
    assert set(unfreeze(model, "all")) == {n for n, _ in model.named_parameters()}


def test_blocks_of_other_towers() -> None:
    text = {"context_length": 12, "vocab_size": 50, "width": 16, "heads": 2, "layers": 1}
    resnet = open_clip.CLIP(8, {"image_size": 32, "layers": [1, 2, 1, 1], "width": 4, "head_width": 8}, text)
    names = unfreeze(resnet, "2")
    assert len(blocks_of(resnet.visual)) == 5
    visual = {n.split(".")[1] for n in names if n.startswith("visual.")}
    assert visual == {"layer3", "layer4", "attnpool"}
    set_train(resnet)
    assert resnet.visual.layer4[0].bn1.training  # its statistics move with its weights
    assert not resnet.visual.layer2[0].bn1.training
    timm = {"image_size": 32, "timm_model_name": "test_vit", "timm_pool": "avg", "timm_proj": "linear"}
    vit = open_clip.CustomTextCLIP(8, timm, text)
    names = unfreeze(vit, "1")
    last = len(vit.visual.trunk.blocks) - 1
    image = {n for n in names if n.startswith("visual.")}
    assert image == {
        n for n, _ in vit.named_parameters() if n.startswith((f"visual.trunk.blocks.{last}.", "visual.head."))
    }
    with pytest.raises(TrainingError, match="--unfreeze all"):
        model = _tiny_vit()
        model.visual = nn.Linear(2, 2)
        unfreeze(model, "4")


@pytest.mark.parametrize("pooling", [{"pool_type": "argmax"}, {"pool_type": "eos", "eos_id": 49}])
@pytest.mark.parametrize("kind", [open_clip.CLIP, open_clip.CustomTextCLIP])
def test_shortened_texts_give_the_same_vectors(pooling: dict, kind: type) -> None:
    torch.manual_seed(0)
    vision = {"image_size": 16, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8}
    text = {"context_length": 40, "vocab_size": 50, "width": 16, "heads": 2, "layers": 2, **pooling}
    model = kind(8, vision, text).eval()
    tokens = torch.zeros(6, 40, dtype=torch.long)
    for row, length in enumerate((2, 5, 7, 9, 15, 3)):
        tokens[row, :length] = torch.randint(1, 49, (length,))
        tokens[row, length] = 49  # the highest id, and the end of the text
    whole = model.encode_text(tokens, normalize=True)
    seen: list[int] = []
    ln = model.ln_final if kind is open_clip.CLIP else model.text.ln_final
    hook = ln.register_forward_hook(lambda m, i, o: seen.append(o.shape[1]))
    assert torch.allclose(encode_texts(model, tokens), whole, atol=1e-6)
    hook.remove()
    assert seen == [16]  # 15 tokens and the end, of 40


def test_retrieval_metrics_by_hand() -> None:
    scores = np.array([[0.9, 0.1, 0.5], [0.2, 0.3, 0.1], [0.5, 0.5, 0.4]])
    # ranks of the first relevant article: 1; 2 (the other is third); 2 (a tie, the earlier column first)
    found = retrieval(scores, [{0}, {0, 2}, {1}])
    assert found == {"r1": pytest.approx(1 / 3), "r10": 1.0, "mrr": pytest.approx((1 + 0.5 + 0.5) / 3)}


def test_a_candidate_without_a_text_shifts_no_column() -> None:
    """Two texts of candidate 0, none of 1, one of 2: their best scores would stand in columns 0 and 1."""
    for owners, columns in (([0, 0, 2], 3), ([0, 1], 3), ([1, 0], 2), ([1, 2], 3)):
        with pytest.raises(ValueError, match="no text, or are out of order"):
            DevSet([], torch.zeros(len(owners), 4), owners, [], columns)
    assert DevSet([], torch.zeros(3, 4), [0, 0, 1], [], 2)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("world")
    archive, photos = make_world(folder)
    corpus, found = load_corpus(archive), read_photos(photos)
    texts = [t for e in corpus.entries for t in e.article.captions]
    init_model(SMALL_CONFIG, folder / "model", 0, texts)
    labels = {m.photo: m for m in make_labels(found, [e.article for e in corpus.entries])}
    return folder, prepare(found, labels, corpus, OPTIONS)


class _Killed(Exception):
    pass


def _training(world, work: Path, kill_at: int = 0, **change) -> BiEncoderTraining:
    folder, data = world

    def after(step: int) -> None:
        if step == kill_at:
            raise _Killed

    encoder = ImageTextEncoder.load(f"local-dir:{folder / 'model'}", CPU)
    return BiEncoderTraining(encoder, CPU, data, OPTIONS.model_copy(update=change), work, after)


def test_a_killed_run_goes_on_to_the_same_result(world, tmp_path: Path) -> None:
    whole = _training(world, tmp_path / "whole")
    whole.run()
    assert len(whole.history) == 3
    for kill_at in (3, 4, 9):  # between checkpoints, at one, in a later epoch
        work = tmp_path / f"killed-{kill_at}"
        with pytest.raises(_Killed):
            _training(world, work, kill_at).run()
        resumed = _training(world, work)
        resumed.run(resume=True)
        assert resumed.step == whole.step
        assert resumed.history == whole.history
        assert resumed.best == whole.best
        assert resumed.digest() == whole.digest()


def test_the_place_loss_tells_the_cities_of_a_batch_apart(world, tmp_path: Path) -> None:
    """Every photograph points at its own city's text; the loss at the start is that of InfoNCE and of four cities."""
    folder, data = world
    data = replace(data, options=OPTIONS.model_copy(update={"place_weight": 1.0, "epochs": 12, "augment": False}))
    training = _training((folder, data), tmp_path, place_weight=1.0, epochs=12, augment=False)
    batch = training._images.make(data.plan(0)[0], 0, 0)
    cities = [e.article.location_text for e in data.entries]
    of_batch = [cities[a] for a in (*data.plan(0)[0].positives, *data.plan(0)[0].pairs)]
    own, texts = batch[3].tolist(), batch[2]
    assert len(texts) == len(set(of_batch)) and len(own) == len(of_batch)
    assert all((own[i] == own[j]) == (of_batch[i] == of_batch[j]) for i in range(len(own)) for j in range(len(own)))
    bare = replace(data, options=data.options.model_copy(update={"place_weight": 0.0}))
    plain = _training((folder, bare), tmp_path / "plain", epochs=12, augment=False)
    for each in (training, plain):
        set_train(each.model)
    first, without = training._train(*batch, 0.0), plain._train(*plain._images.make(data.plan(0)[0], 0, 0), 0.0)
    assert first > without + 0.3, "the same batch costs more: a second loss is added"
    training.run()
    assert training.history[-1]["loss"] < 0.6 * training.history[0]["loss"]


def test_workers_prepare_the_same_batches(world, tmp_path: Path) -> None:
    alone, helped = _training(world, tmp_path / "a", epochs=1), _training(world, tmp_path / "b", epochs=1, workers=2)
    alone.run()
    helped.run()
    assert alone.digest() == helped.digest()


def test_a_checkpoint_of_another_run_is_refused(world, tmp_path: Path) -> None:
    _training(world, tmp_path, epochs=1).run()
    with pytest.raises(TrainingError, match="another run"):
        _training(world, tmp_path, epochs=1, lr=1e-4).run(resume=True)


def test_training_learns_and_held_out_articles_do_not_train(world, tmp_path: Path) -> None:
    _, data = world
    held = {a for p in data.dev_positives for a in p}
    assert held and not held & set(data.pairs) and not held & {a for p in data.positives for a in p}
    training = _training(world, tmp_path, epochs=25, augment=False)
    training.run()
    assert training.history[-1]["loss"] < 0.5 * training.history[0]["loss"]
    # eight photographs of four unseen events among 24 articles, two of them right: by chance 2 in 24 are right at once
    assert training.best["r1"] >= 0.25


def test_early_stopping(world, tmp_path: Path) -> None:
    training = _training(world, tmp_path, epochs=9, lr=1e-12, patience=2)  # learns nothing
    training.run()
    assert len(training.history) == training.best["epoch"] + 2 < 9


def test_the_configuration_of_a_named_model_keeps_its_activation() -> None:
    class Loaded:
        class visual:
            preprocess_cfg = {"size": (224, 224), "resize_mode": "shortest"}

    openai, laion = config_of("ViT-B-32/openai", Loaded), config_of("ViT-B-32/laion2b_s34b_b79k", Loaded)
    assert openai["model_cfg"]["quick_gelu"] and "quick_gelu" not in laion["model_cfg"]
    assert openai["model_cfg"]["vision_cfg"]["patch_size"] == 32 and openai["preprocess_cfg"]["size"] == (224, 224)
