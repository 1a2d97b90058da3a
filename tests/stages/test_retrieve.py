"""Retrieve: fused, refined, explained, edited; the numbers are computed by hand."""

import pytest

from newsctx.ranking import NO_EDITS, Move, RankEdits
from newsctx.records import ChannelResult, PartialDate
from newsctx.refine import Surroundings
from newsctx.settings import FusionSettings, RefineSettings, RetrieveSettings
from newsctx.stages import retrieve

PHOTO = "0" * 64
OTHER = "1" * 64
OFF = RefineSettings(temporal=0, citation=0)
BY_RANKS = FusionSettings(method="rrf")


def _channel(name: str, *ids: str, **more) -> ChannelResult:
    return ChannelResult(name=name, state="ran", hits=tuple((a, 1.0 - i / 10) for i, a in enumerate(ids)), **more)


def _settings(**weights: float) -> RetrieveSettings:
    return RetrieveSettings(weights=weights)


def _order(found) -> list[str]:
    return [h.article_id for h in found.hits]


def test_reciprocal_rank_fusion_by_hand() -> None:
    """a: 1/61 + 2/63, b: 1/62 + 2/61, c: 2/62; so b 0.04892 > a 0.04814 > c 0.03226."""
    channels = [_channel("visual", "a", "b"), _channel("copy", "b", "c", "a")]
    found = retrieve.run(channels, _settings(visual=1, copy=2), fusion=BY_RANKS)
    assert _order(found) == ["b", "a", "c"]
    assert [h.score for h in found.hits] == pytest.approx([1 / 62 + 2 / 61, 1 / 61 + 2 / 63, 2 / 62])
    assert {n: (s.score, s.rank) for n, s in found.hits[1].channels.items()} == {"visual": (1.0, 1), "copy": (0.8, 3)}
    assert found.hits[1].reason == "Image to image and copy agree."
    assert (found.fusion, found.hits[1].conflict, found.hits[1].refinements) == ("rrf", None, ())


def test_equal_scores_are_ordered_by_article_id() -> None:
    found = retrieve.run([_channel("visual", "b"), _channel("image_text", "a")], _settings(visual=1, image_text=1))
    assert _order(found) == ["a", "b"]


def test_a_channel_of_weight_0_or_that_did_not_run_counts_for_nothing_and_says_so() -> None:
    closed = ChannelResult(name="coverage", state="unavailable", reason="no weights")
    channels = [_channel("visual", "a"), _channel("copy", "b"), closed]
    found = retrieve.run(channels, _settings(visual=1, copy=0, coverage=1))
    assert _order(found) == ["a"]
    assert [(c.name, c.state, c.hits) for c in found.channels] == [
        ("visual", "ran", 1),
        ("copy", "off", 0),
        ("coverage", "unavailable", 0),
    ]
    assert found.channels[2].reason == "no weights"


def test_k_hits_are_kept_and_an_excluded_one_makes_room() -> None:
    settings = RetrieveSettings(weights={"visual": 1, "copy": 1}, k=2)
    channels = [_channel("visual", "a", "b"), _channel("copy", "b", "c")]
    assert _order(retrieve.run(channels, settings, fusion=BY_RANKS)) == ["b", "a"]
    assert _order(retrieve.run(channels, settings, RankEdits(excluded=("b",)), BY_RANKS)) == ["a", "c"]


def test_pins_and_moves() -> None:
    edits = RankEdits(pinned=("z",), moves=(Move(article_id="c", rank=2),))
    found = retrieve.run([_channel("visual", "a", "b", "c")], _settings(visual=1), edits)
    assert [(h.article_id, h.tier, h.rank_before) for h in found.hits] == [
        ("z", "pinned", None),
        ("c", "ranked", 3),
        ("a", "ranked", 1),
        ("b", "ranked", 2),
    ]


def test_nothing_found_is_an_empty_list() -> None:
    assert retrieve.run([], RetrieveSettings()).hits == ()
    around = pytest.fail  # nobody is asked about nothing
    assert retrieve.run([ChannelResult(name="copy", state="ran")], RetrieveSettings(), around=around).hits == ()


def test_the_evidence_and_the_parts_of_each_channel_are_handed_on() -> None:
    channel = _channel("visual", "a", evidence={"a": PHOTO}, parts={"a": {"position": 0.2}})
    (hit,) = retrieve.run([channel], _settings(visual=1)).hits
    assert (hit.channels["visual"].evidence, hit.channels["visual"].parts) == (PHOTO, {"position": 0.2})


# --- refinement ---------------------------------------------------------------------------------------------------

DAYS = {"a": "2020-01-01", "b": "2020-03-01", "c": "2020-03-05", "d": "2020-03-06"}


def _around(ids) -> Surroundings:
    return Surroundings(dates={a: PartialDate.model_validate(DAYS[a]) for a in ids}, links={"d": ("b",)})


def test_neighbours_lift_an_article_and_the_rank_before_is_the_fused_one() -> None:
    """Fused: a 1/61, b 1/62, c 1/63, d 1/64. b has c and d in its week: + 0.5 * mean(1/63, 1/64) = 0.0239 passes a."""
    settings = RefineSettings(temporal=0.5, citation=0, named=1)
    found = retrieve.run([_channel("visual", *"abcd")], _settings(visual=1), NO_EDITS, BY_RANKS, settings, _around)
    assert [(h.article_id, h.rank_before) for h in found.hits] == [("b", 2), ("c", 3), ("d", 4), ("a", 1)]
    assert found.hits[0].score == pytest.approx(1 / 62 + 0.5 * (1 / 63 + 1 / 64) / 2)
    (lift,) = found.hits[0].refinements
    assert (lift.name, lift.neighbours) == ("temporal", ("c",))  # the strongest of two: one is named
    assert lift.added == pytest.approx(0.5 * (1 / 63 + 1 / 64) / 2)
    assert found.hits[0].reason == "Image to image alone finds it; lifted by 2 articles of the same week."
    assert found.hits[3].refinements == () and "lifted" not in found.hits[3].reason


def test_scores_that_the_lifts_make_equal_are_ordered_by_article_id() -> None:
    """With a weight of 1 two lone neighbours have the sum of both scores each: c 1/61 + 1/62, b 1/62 + 1/61."""
    settings = RefineSettings(temporal=1, citation=0)
    found = retrieve.run([_channel("visual", "c", "b")], _settings(visual=1), refinement=settings, around=_around)
    assert [(h.article_id, h.rank_before) for h in found.hits] == [("b", 2), ("c", 1)]
    assert found.hits[0].score == found.hits[1].score


def test_an_excluded_article_lifts_nobody() -> None:
    settings = RefineSettings(temporal=0.5, citation=0)
    run = [_channel("visual", *"abcd")], _settings(visual=1)
    found = retrieve.run(*run, RankEdits(excluded=("c", "d")), refinement=settings, around=_around)
    assert _order(found) == ["a", "b"] and all(h.refinements == () for h in found.hits)


def test_with_both_weights_0_the_fused_order_stays() -> None:
    found = retrieve.run([_channel("visual", *"abcd")], _settings(visual=1), refinement=OFF, around=_around)
    assert [h.rank_before for h in found.hits] == [1, 2, 3, 4]


# --- the method ---------------------------------------------------------------------------------------------------


def test_the_method_is_named_and_evidence_shows_its_conflict() -> None:
    """visual says b 0 (its last), copy says b 1: K = (0.6 * 1) * (0.6 * 1) = 0.36."""
    channels = [_channel("visual", "a", "b"), _channel("copy", "b", "c")]
    found = retrieve.run(channels, _settings(visual=1, copy=1), fusion=FusionSettings(method="evidence"))
    assert found.fusion == "evidence"
    assert {h.article_id: h.conflict for h in found.hits} == pytest.approx({"a": 0.0, "b": 0.36, "c": 0.0})


def test_notices_are_handed_on() -> None:
    assert retrieve.run([], RetrieveSettings(), notices=("left out: 3",)).notices == ("left out: 3",)


def test_an_added_article_stands_last_with_no_score_unless_it_is_pinned_or_taken_out() -> None:
    """No channel knows it: above those that one found it would be a claim that nothing supports."""
    channels = [_channel("visual", "a", "b")]

    def order(edits: RankEdits = NO_EDITS) -> list[tuple[str, str, float]]:
        found = retrieve.run(channels, _settings(visual=1), edits, added=("own",))
        return [(h.article_id, h.tier, h.score) for h in found.hits]

    assert order()[-1] == ("own", "ranked", 0.0) and len(order()) == 3
    assert order(RankEdits(pinned=("own",)))[0] == ("own", "pinned", 0.0)
    assert "own" not in [a for a, *_ in order(RankEdits(excluded=("own",)))]
    last = retrieve.run(channels, _settings(visual=1), added=("own",)).hits[-1]
    assert last.channels == {} and last.rank_before is None and last.reason.startswith("Added by the analyst")


# --- the sentence -------------------------------------------------------------------------------------------------


def test_the_sentence_names_the_channels_the_objects_and_the_neighbours() -> None:
    channels = [
        _channel("image_text", "b", "a", evidence={"a": "caption 1"}),
        _channel("visual", "a", evidence={"a": PHOTO}),
        _channel("copy", "a", evidence={"a": PHOTO}),
    ]

    def around(ids) -> Surroundings:
        week = {"a": PartialDate(year=2020, month=1, day=1), "b": PartialDate(year=2020, month=1, day=8)}
        return Surroundings(dates=week, links={"b": ("a",)}, images={"a": (OTHER, PHOTO)})

    found = retrieve.run(channels, RetrieveSettings(), around=around, refinement=RefineSettings(high_share=1))
    assert found.hits[0].reason == (
        "Copy, image to image and image to text agree: its photograph 2 and caption 1; "
        "lifted by 1 article of the same week and 1 linked by citation."
    )
