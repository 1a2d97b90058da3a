"""Sentence encoders by name: from a folder, and from the model hub's cache. The model is tiny, with random weights."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_index import CPU

from newsctx import hub
from newsctx.encoders import SentenceEncoder
from newsctx.encoders.sentence import LONGEST
from newsctx.errors import ModelUnavailable
from newsctx.profiles import get_profile


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder as that library saves it; reads 1024 word pieces."""
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel, BertTokenizerFast

    parts, folder = tmp_path_factory.mktemp("parts"), tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "fire", "flood", "hotel", *"abcdefghijklmnopqrstuvwxyz"]
    (parts / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(parts / "vocab.txt")).save_pretrained(parts)
    torch.manual_seed(0)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(words), max_position_embeddings=1024, **size)).save_pretrained(parts)
    transformer = models.Transformer(str(parts), max_seq_length=1024)
    SentenceTransformer(modules=[transformer, models.Pooling(16)], device="cpu").save(str(folder))
    return folder


@pytest.fixture
def cached(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tiny model as the hub's cache holds `BAAI/bge-m3`; the hub itself cannot be reached."""
    from huggingface_hub import constants

    repository = tmp_path / "models--BAAI--bge-m3"
    shutil.copytree(tiny, repository / "snapshots" / ("0" * 40))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0" * 40)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub, "reachable", lambda endpoint: False)
    return "BAAI/bge-m3"


def test_a_folder_is_read_and_long_texts_are_cut(tiny: Path):
    encoder = SentenceEncoder.load(f"local-dir:{tiny}", CPU)
    rows = encoder.encode(["fire hotel", "flood"])
    assert rows.shape == (2, encoder.dim) == (2, 16)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert encoder.max_tokens == LONGEST == 512
    assert [len(p.split()) for p in encoder.passages("fire " * 1000, 10, 9)] == [510, 500]


def test_a_model_of_the_hub_is_loaded_from_the_cache_by_name(cached: str, tiny: Path):
    encoder = SentenceEncoder.load(cached, CPU)
    assert encoder.info.name == "BAAI/bge-m3"
    assert encoder.info.digest == SentenceEncoder.load(f"local-dir:{tiny}", CPU).info.digest
    assert np.array_equal(encoder.encode(["fire"]), SentenceEncoder.load(f"local-dir:{tiny}", CPU).encode(["fire"]))


def test_a_model_that_is_not_here_is_refused_with_the_remedy(cached: str):
    with pytest.raises(ModelUnavailable, match="hf download BAAI/bge-large.*local-dir:PATH"):
        SentenceEncoder.load("BAAI/bge-large", CPU)


@pytest.mark.parametrize("profile", ["embedded", "clip", "local-dir:somewhere"])
def test_the_environment_names_the_encoder_of_any_profile(profile: str, monkeypatch: pytest.MonkeyPatch):
    assert get_profile(profile).sentence == "all-MiniLM-L6-v2"
    monkeypatch.setenv("NEWSCTX_SENTENCE", " BAAI/bge-m3 ")
    assert get_profile(profile).sentence == "BAAI/bge-m3"
