"""Relevance: signals and probabilities worked out by hand; files that belong to other models are refused."""

from __future__ import annotations

import math

import pytest

from newsctx.errors import ModelUnavailable
from newsctx.records import Article, ArticlePlace, ModelInfo
from newsctx.relevance import RelevanceInfo, RelevanceModel, signals

ENCODER, LOCATION, EVENT = (ModelInfo(slot=s, name=s, digest=s) for s in ("image_text", "location_head", "event_head"))


def article(name: str, place: str, on: str) -> Article:
    return Article(article_id=name, headline=name, places=(ArticlePlace(keyword=place),), published=on)


ARTICLES = {
    "a": article("a", "Rome (Italy)", "2019-05-01"),
    "b": article("b", "Rome (Italy)", "2019-05-08"),  # seven days later: the same event
    "c": article("c", "Rome (Italy)", "2019-05-09"),  # eight days: another one
    "d": article("d", "Paris (France)", "2019-05-01"),
}


def test_every_signal_by_hand():
    """12 cosines 0.9, 0.6, then 0.5 ...: ranks 11 and 12 are the background; a is first, yet b has the best cosine."""
    cosines = {"b": 0.9, "a": 0.6} | {f"x{i}": 0.5 for i in range(8)} | {"y": 0.4, "z": 0.2}
    found = signals(cosines, {"a": 0.8, "b": 0.1}, [0.3, 0.5], ["a", "b", "c", "d"], ARTICLES)
    assert found["best"] == 0.9
    assert found["lead"] == pytest.approx(0.9 - 0.3)  # mean of 0.4 and 0.2
    assert found["first"] == pytest.approx(0.6 - 0.9)
    assert found["location"] == pytest.approx(math.log(4))
    assert found["event"] == pytest.approx(0.0)
    assert found["agreement"] == pytest.approx(1 / 9)  # b alone of the nine places after the first


def test_what_cannot_be_had_is_left_out():
    assert signals({}, {}, [], ["a"], ARTICLES) == {}
    assert set(signals({"a": 0.5}, {}, [], ["a"], ARTICLES)) == {"best", "first", "agreement"}
    assert signals({"a": 0.5}, {"a": 1.0}, [0.0], ["a"], ARTICLES)["location"] == 8.0


def model() -> RelevanceModel:
    return RelevanceModel(
        RelevanceInfo(
            name="r", base_digest="image_text", location_digest="location_head", event_digest="event_head",
            mean={"best": 0.5, "lead": 0.1}, std={"best": 0.1, "lead": 0.1}, weights={"best": 2.0, "lead": 1.0},
            bias=-1.0,
        )
    )  # fmt: skip


def test_the_probability_is_the_logistic_of_the_standardised_signals():
    """(0.6 - 0.5) / 0.1 * 2 + (0.0 - 0.1) / 0.1 * 1 - 1 = 0; a signal that is missing counts as its mean."""
    assert model().probability({"best": 0.6, "lead": 0.0}) == pytest.approx(0.5)
    assert model().probability({"best": 0.6}) == pytest.approx(1 / (1 + math.exp(-1)))
    assert model().probability({"best": -1000.0}) == 0.0 and model().probability({"best": 1000.0}) == 1.0


def test_it_travels_and_refuses_other_models(tmp_path):
    model().save(tmp_path)
    again = RelevanceModel.load(tmp_path, ENCODER, LOCATION, EVENT)
    assert again.info == model().info and again.probability({"best": 0.6}) == model().probability({"best": 0.6})
    other = LOCATION.model_copy(update={"digest": "another"})
    with pytest.raises(ModelUnavailable, match="location scorer location_hea.*loaded is another"):
        RelevanceModel.load(tmp_path, ENCODER, other, EVENT)
    (tmp_path / "relevance.json").write_text("{")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        RelevanceModel.load(tmp_path, ENCODER, LOCATION, EVENT)
