"""The relevance stage: who passes the gate, who is not rated and why, and what an older file can still do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from newsctx.article_signals import Rankings
from newsctx.records import Article, ArticlePlace, ChannelScore, Cluster, Hit
from newsctx.relevance import Rating, Regression, RelevanceInfo, RelevanceModel
from newsctx.settings import RelevanceSettings
from newsctx.stages import relevance

GATE = RelevanceSettings(gate=0.2, strong=0.9, likely=0.5, uncertain=0.2, articles=3)


def of_cosine() -> Regression:
    """P = logistic(10 * cosine), the cosine being the own one less the best: 0.5 for the best, less for all others."""
    return Regression(mean={"cosine": 0.0}, std={"cosine": 0.1}, weights={"cosine": 1.0}, bias=0.0)


def of_articles() -> Regression:
    return Regression(mean={"articles": 0.0}, std={"articles": 1.0}, weights={"articles": 1.0}, bias=0.0)


def model(rates_all: bool = True) -> RelevanceModel:
    extended = {"articles": Rating(regression=of_cosine()), "clusters": Rating(regression=of_articles())}
    return RelevanceModel(
        RelevanceInfo(
            format=2 if rates_all else 1, name="r", base_digest="", location_digest="", event_digest="",
            mean={"best": 0.5}, std={"best": 0.1}, weights={"best": 1.0}, bias=0.0, **(extended if rates_all else {}),
        )
    )  # fmt: skip


def hit(article_id: str, rank: int, cosine: float | None, tier: str = "ranked") -> Hit:
    scores = {"image_text": ChannelScore(score=cosine, rank=rank)} if cosine is not None else {}
    return Hit(article_id=article_id, rank=rank, score=cosine or 0.0, tier=tier, channels=scores)


def cluster(name: str, *ids: str, decision: str = "", maximal: bool = True) -> Cluster:
    return Cluster(
        id=name, place=name, atom=name, first=date(2019, 1, 1), last=date(2019, 1, 2), article_ids=ids, text=name,
        representative=ids[0], decision=decision, maximal=maximal,
    )  # fmt: skip


def rankings(hits: list[Hit], clusters: tuple[Cluster, ...] = ()) -> Rankings:
    return Rankings(retrieved=hits, located=(), clusters=clusters, final=hits, articles={})


HITS = [hit("a", 1, 0.8), hit("b", 2, 0.6), hit("c", 3, 0.5), hit("d", 4, 0.4)]


def test_every_article_of_the_first_ones_is_rated_and_the_gate_holds_back() -> None:
    """P = logistic(0), logistic(-2) = 0.119, logistic(-3) = 0.047."""
    found = relevance.run(rankings(HITS), model(), "", GATE)
    assert list(found.articles) == ["a", "b", "c"], "settings.articles are rated"
    assert [a.probability for a in found.articles.values()] == pytest.approx([0.5, 0.1192, 0.0474], abs=1e-4)
    assert [a.level for a in found.articles.values()] == ["likely", "weak", "weak"]
    assert [a.passes for a in found.articles.values()] == [True, False, False]
    assert found.first.probability == pytest.approx(0.5) and found.gate == 0.2 and found.unavailable == ""


def test_pinned_and_matched_articles_pass_and_keep_what_the_model_says() -> None:
    hits = [hit("p", 1, None, "pinned"), hit("m", 2, 0.2, "matched"), hit("a", 3, 0.8)]
    found = relevance.run(rankings(hits), model(), "", GATE).articles
    assert found["m"].passes and found["m"].basis.startswith("Its photograph matches") and found["m"].level == "weak"
    assert found["p"].passes and found["p"].basis.startswith("Pinned by you")
    # the channel did not find the pinned one: it counts as its last hit, 0.2 - 0.8
    assert found["p"].probability == pytest.approx(found["m"].probability)


def test_the_words_of_the_note_open_the_gate_and_two_words_of_a_sign_do_not() -> None:
    flood = Article(article_id="c", headline="Seine floods Paris", body="The road is closed.")
    whole = replace(rankings(HITS), articles={"c": flood})
    by_note = relevance.run(whole, model(), "", GATE, note="flood of the Seine").articles
    assert by_note["c"].passes and by_note["c"].level == "weak" and "your note" in by_note["c"].basis
    assert not by_note["b"].passes
    for note in ("flood", "flood of the Thames", ""):  # one word, half of the words, none
        assert not relevance.run(whole, model(), "", GATE, note=note).articles["c"].passes
    assert not relevance.run(whole, model(), "", GATE, legible="ROAD CLOSED").articles["c"].passes
    assert relevance.run(whole, model(), "", GATE, legible="SEINE ROAD CLOSED FLOOD").articles["c"].passes


def test_other_coverage_of_a_matched_story_passes() -> None:
    other = hit("o", 3, 0.2).model_copy(update={"channels": {"coverage": ChannelScore(score=0.6, rank=1)}})
    found = relevance.run(rankings([hit("m", 1, 0.2, "matched"), hit("a", 2, 0.8), other]), model(), "", GATE).articles
    assert found["o"].passes and "covers the story" in found["o"].basis
    years_apart = other.model_copy(update={"channels": {"coverage": ChannelScore(score=0.009, rank=6)}})
    whole = rankings([hit("m", 1, 0.2, "matched"), hit("a", 2, 0.8), years_apart])
    assert not relevance.run(whole, model(), "", GATE).articles["o"].passes


def test_without_a_model_nothing_is_rated_and_nothing_is_held_back() -> None:
    found = relevance.run(rankings(HITS, (cluster("x", "a"),)), None, "no relevance model in this profile", GATE)
    assert all(a.probability is None and a.level is None and a.passes for a in found.articles.values())
    assert all("no relevance model in this profile" in a.basis for a in found.articles.values())
    assert found.clusters["x"].passes and "nothing is held back" in found.unavailable
    assert found.first.probability is None and found.first.unavailable == "no relevance model in this profile"


def test_a_file_of_format_1_rates_the_first_article_alone() -> None:
    """`best` 0.8: logistic((0.8 - 0.5) / 0.1) = 0.953."""
    found = relevance.run(rankings(HITS), model(rates_all=False), "", GATE)
    assert found.first.probability == pytest.approx(0.9526, abs=1e-4)
    assert found.articles["a"].probability == found.first.probability and found.articles["a"].level == "strong"
    assert found.articles["b"].probability is None and found.articles["b"].passes
    assert "train relevance" in found.articles["b"].basis and "train relevance" in found.unavailable


def test_without_any_signal_an_article_is_not_rated_and_passes() -> None:
    bare = [Hit(article_id="a", rank=1, score=0.0), Hit(article_id="b", rank=2, score=0.0)]
    found = relevance.run(rankings(bare), model(), "", GATE)
    assert found.articles["a"].probability is None and found.articles["a"].passes
    assert "no encoder has scored it" in found.articles["a"].basis
    nothing = relevance.run(rankings([]), model(), "", GATE)
    assert nothing.articles == {} and nothing.first.unavailable == "no article was found"


def test_an_event_candidate_is_as_relevant_as_its_best_article() -> None:
    clusters = (
        cluster("of-a", "d", "a"), cluster("of-c", "c"), cluster("beyond", "d"), cluster("inner", "a", maximal=False),
        cluster("kept", "c", decision="kept"), cluster("dropped", "a", decision="dropped"),
    )  # fmt: skip
    found = relevance.run(rankings(HITS, clusters), model(), "", GATE).clusters
    assert set(found) == {"of-a", "of-c", "beyond", "kept", "dropped"}, "an inner cluster is not shown"
    assert found["of-a"].probability == pytest.approx(0.5) and found["of-a"].passes
    assert found["of-c"].probability == pytest.approx(0.0474, abs=1e-4) and not found["of-c"].passes
    assert found["beyond"].probability is None and not found["beyond"].passes
    assert found["kept"].passes and found["kept"].basis.startswith("Kept by you")
    assert not found["dropped"].passes


@pytest.mark.parametrize(
    ("p", "name"),
    [
        (1.0, "strong"),
        (0.9, "strong"),
        (0.89, "likely"),
        (0.5, "likely"),
        (0.49, "uncertain"),
        (0.19, "weak"),
        (0.0, "weak"),
    ],
)
def test_levels_begin_where_the_settings_say(p: float, name: str) -> None:
    assert relevance.level_of(p, GATE) == name


def test_levels_that_fall_are_refused() -> None:
    with pytest.raises(ValueError, match="levels must not fall"):
        RelevanceSettings(strong=0.4, likely=0.5)


def test_the_signals_of_an_article_by_hand() -> None:
    """Two of the first ten are of a's place and week; a is the second of three in the fused list."""
    rome = (ArticlePlace(keyword="Rome (Italy)"),)
    articles = {
        n: Article(article_id=n, places=rome, published=d)
        for n, d in (("a", "2019-05-01"), ("b", "2019-05-08"), ("c", "2019-05-09"))
    }
    retrieved = [
        Hit(article_id="b", rank=1, score=0.8, channels={"image_text": ChannelScore(score=0.7, rank=1)}),
        Hit(article_id="a", rank=2, score=0.4, channels={
            "image_text": ChannelScore(score=0.6, rank=2), "visual": ChannelScore(score=0.9, rank=1)}),
        Hit(article_id="c", rank=3, score=0.2),
    ]  # fmt: skip
    located = [retrieved[1].model_copy(update={"rank": 1, "probability": 0.8})]
    clusters = (cluster("x", "a", "b").model_copy(update={"probability": 0.5}),)
    final = [h.model_copy(update={"rank": i}) for i, h in enumerate(retrieved, 1)]
    found = Rankings(retrieved, located, clusters, final, articles)
    assert found.article("a") == pytest.approx({
        "best": 0.7, "cosine": -0.1, "visual_best": 0.9, "visual": 0.0, "fused": 0.5, "location": 1.3863, "event": 0.0,
        "agreement": 1 / 9, "rank": 0.6931,
    }, abs=1e-4)  # fmt: skip
    assert found.article("c")["cosine"] == pytest.approx(-0.1), "not found: as the channel's last hit"
    assert "location" not in found.article("c") and found.article("nowhere") == {}
    rated = found.cluster(clusters[0], {"a": 0.8, "b": 0.2})
    assert rated == pytest.approx({"articles": 1.3863, "event": 0.0, "size": 0.6931, "rank": 0.0}, abs=1e-4)
    assert found.cluster(clusters[0], {}) == {}


def test_an_article_that_no_channel_searched_is_not_rated_and_passes_because_the_analyst_added_it() -> None:
    """Without this its cosine would count as that of the channel's last hit, which nobody has measured."""
    own, added = hit("own", 4, None), [hit("a", 1, 0.8), hit("b", 2, 0.6), hit("c", 3, 0.5)]
    settings = GATE.model_copy(update={"articles": 4})
    ranked = Rankings(
        retrieved=[*added, own],
        located=(),
        clusters=(),
        final=[*added, own],
        articles={},
        unsearched=frozenset({"own"}),
    )
    found = relevance.run(ranked, model(), "", settings).articles["own"]
    assert found.probability is None and found.level is None and found.passes
    assert found.basis == "Added by you. Not rated: no channel has searched it"
    for each in (model(), model(rates_all=False)):  # also the older file, which rates the first article alone
        first = Rankings(
            retrieved=added, located=(), clusters=(), final=[hit("own", 1, None, "pinned"), *added[:2]], articles={},
            unsearched=frozenset({"own"}),
        )  # fmt: skip
        rated = relevance.run(first, each, "", settings)
        assert rated.first.probability is None and "no channel has searched it" in rated.first.unavailable
        assert rated.articles["own"].passes and rated.articles["own"].basis.startswith("Pinned by you.")
