"""Channel weights: partial, unknown and old names."""

import pytest
from pydantic import ValidationError

from newsctx import channel_names
from newsctx.errors import SettingsError
from newsctx.evaluation.setting_paths import with_value
from newsctx.overrides import dump_overrides, parse_override, parse_overrides, replay
from newsctx.settings import FusionSettings, RetrieveSettings, Settings


def test_a_channel_that_is_not_named_keeps_its_default() -> None:
    assert RetrieveSettings(weights={"copy": 0}).weights == channel_names.WEIGHTS | {"copy": 0}
    assert RetrieveSettings(weights={}).weights == RetrieveSettings().weights == channel_names.WEIGHTS
    assert list(RetrieveSettings(weights={"copy": 0}).weights) == list(channel_names.WEIGHTS)  # the order is shown


def test_the_defaults_are_not_shared() -> None:
    assert RetrieveSettings().weights is not channel_names.WEIGHTS


@pytest.mark.parametrize(
    "group",
    [
        {"retrieve": {"weights": {"colour": 1}}},
        {"fusion": {"reliability": {"colour": 0.5}}},
        {"fusion": {"calibration": {"colour": {"slope": 1, "intercept": 0}}}},
    ],
)
def test_an_unknown_channel_is_refused_and_the_known_ones_named(group) -> None:
    with pytest.raises(ValidationError, match="there is no channel 'colour': expected one of image_text, .*copy"):
        Settings.model_validate(group)


def test_old_names_are_taken_as_the_new_ones() -> None:
    assert RetrieveSettings(weights={"image_image": 0.5}).weights["visual"] == 0.5
    assert RetrieveSettings(weights={"image_image": 0.5, "visual": 3}).weights["visual"] == 3  # the present name wins
    assert RetrieveSettings(weights={"visual": 3, "image_image": 0.5}).weights["visual"] == 3
    assert FusionSettings(reliability={"image_image": 0.1}).reliability == {"visual": 0.1}
    assert "image_image" not in RetrieveSettings(weights={"image_image": 0.5}).weights


def test_of_two_old_names_of_one_channel_the_larger_weight_counts(monkeypatch) -> None:
    monkeypatch.setattr(channel_names, "WEIGHTS", {"words_note": 1.0})
    assert channel_names.by_current_name({"words_bm25": 0.5, "words_dense": 0.0}) == {"words_note": 0.5}
    assert channel_names.by_current_name({"words_dense": 0.0, "words_bm25": 0.5}) == {"words_note": 0.5}
    assert channel_names.current("words_dense") == "words_note"


def test_a_name_that_is_a_channel_is_never_taken_for_an_old_one(monkeypatch) -> None:
    monkeypatch.setattr(channel_names, "WEIGHTS", {"words_bm25": 1.0, "words_note": 1.0})
    assert channel_names.by_current_name({"words_bm25": 0.5}) == {"words_bm25": 0.5}


def test_every_channel_has_a_name_for_sentences() -> None:
    assert set(channel_names.WEIGHTS) <= set(channel_names.SPOKEN)
    assert channel_names.spoken("new_one") == "new one"


def test_an_override_of_an_old_case_names_the_channel_of_today() -> None:
    (old,) = parse_overrides('[{"action":"weight","channel":"image_image","weight":0.5}]')
    assert replay([old]).weights == {"visual": 0.5}
    assert '"visual"' in dump_overrides([old])
    unknown = parse_override({"action": "weight", "channel": "gone for ever", "weight": 1})
    assert replay([unknown]).weights == {"gone for ever": 1.0}  # readable; a new one is refused by the archive


def test_a_sweep_over_an_old_name_changes_the_channel_of_today() -> None:
    assert with_value(Settings(), "retrieve.weights.image_image", 0.25).retrieve.weights["visual"] == 0.25
    with pytest.raises(SettingsError, match="there is no channel 'colour'"):
        with_value(Settings(), "retrieve.weights.colour", 1)
