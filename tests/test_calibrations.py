"""Calibrations travel with a profile and belong to its encoders."""

from __future__ import annotations

import pytest

from newsctx.calibrations import FILE, Calibrations
from newsctx.errors import ModelUnavailable
from newsctx.records import ModelInfo
from newsctx.settings import Calibration

ENCODER = ModelInfo(slot="image_text", name="tiny", digest="e" * 64)
SENTENCE = ModelInfo(slot="sentence", name="mini", digest="s" * 64)
LINE = Calibration(slope=2.0, intercept=-1.0)


def saved(folder) -> Calibrations:
    found = Calibrations(
        name="tiny", base_digest=ENCODER.digest, sentence_digest=SENTENCE.digest, queries=110, data_hash="d",
        channels={"visual": LINE, "words_ocr": LINE},
    )  # fmt: skip
    found.save(folder)
    return found


def test_they_are_read_back_for_the_encoders_that_they_were_fitted_with(tmp_path):
    assert Calibrations.load(saved_in(tmp_path), ENCODER, SENTENCE) == saved(tmp_path)


def saved_in(folder):
    saved(folder)
    return folder


def test_another_sentence_encoder_leaves_the_words_uncalibrated(tmp_path):
    other = SENTENCE.model_copy(update={"digest": "x" * 64})
    for sentence in (other, None):
        assert set(Calibrations.load(saved_in(tmp_path), ENCODER, sentence).channels) == {"visual"}


def test_another_encoder_and_a_damaged_file_are_errors_that_say_what_to_do(tmp_path):
    saved(tmp_path)
    with pytest.raises(ModelUnavailable, match="eeeeeeeeeeee.*ffffffffffff.*tune --calibration"):
        Calibrations.load(tmp_path, ENCODER.model_copy(update={"digest": "f" * 64}), SENTENCE)
    (tmp_path / FILE).write_text("{}")
    with pytest.raises(ModelUnavailable, match="(?s)cannot be read.*tune --calibration"):
        Calibrations.load(tmp_path, ENCODER, SENTENCE)


def test_what_they_say_is_part_of_the_models_digest(tmp_path):
    one = saved(tmp_path)
    other = one.model_copy(update={"channels": {"visual": LINE}})
    assert one.info.digest != other.info.digest and one.info.slot == "fusion"
