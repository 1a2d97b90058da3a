import numpy as np
import pytest

from newsctx.heads import ZeroShotScorer
from newsctx.ranking import RankEdits
from newsctx.records import Hit, ModelInfo
from newsctx.settings import LocateSettings
from newsctx.stages import locate

IMAGE = np.array([1.0, 0.0], np.float32)


class Table:
    """A scorer that reads the probability off a text vector's second number."""

    info = ModelInfo(slot="location_head", name="table")

    def probabilities(self, image: np.ndarray, texts: np.ndarray) -> np.ndarray:
        assert image.shape == (2,)
        return texts[:, 1].astype(np.float64)


PUBLISHED = LocateSettings(base="bi_encoder")


def _hits(*ids: str, matched: tuple[str, ...] = ()) -> list[Hit]:
    tiers = {a: "matched" for a in matched}
    return [Hit(article_id=a, rank=i, score=1 / (60 + i), tier=tiers.get(a, "ranked")) for i, a in enumerate(ids, 1)]  # type: ignore[arg-type]


def _vectors(**p: float) -> dict[str, np.ndarray]:
    return {a: np.array([0, v], np.float32) for a, v in p.items()}


def test_order_is_probability_times_bi_encoder_score() -> None:
    """a 0.25 * 0.4 = 0.1, b 0.75 * 0.2 = 0.15, c 0.5 * 0.4 = 0.2."""
    found = locate.run(
        _hits("a", "b", "c"),
        IMAGE,
        _vectors(a=0.25, b=0.75, c=0.5),
        Table(),
        {"a": 0.4, "b": 0.2, "c": 0.4},
        PUBLISHED,
    )
    assert [(h.article_id, h.rank_before) for h in found.hits] == [("c", 3), ("b", 2), ("a", 1)]
    assert [h.score for h in found.hits] == pytest.approx([0.2, 0.15, 0.1])
    assert [h.probability for h in found.hits] == pytest.approx([0.5, 0.75, 0.25])
    assert (found.scorer, found.unavailable) == ("location head table", "")


def test_ties_keep_the_order_they_came_in() -> None:
    scores = dict.fromkeys("abc", 0.5)
    found = locate.run(_hits("b", "c", "a"), IMAGE, _vectors(a=0.5, b=0.5, c=0.5), Table(), scores, PUBLISHED)
    assert [h.article_id for h in found.hits] == ["b", "c", "a"]


def test_an_article_without_places_has_no_probability_and_the_neutral_weight() -> None:
    """a 0.25 * 0.4 = 0.1, b (no places) 0.5 * 0.4 = 0.2, c 0.75 * 0.4 = 0.3; d has no s_bi: 0."""
    scores = dict.fromkeys("abc", 0.4)
    found = locate.run(
        _hits("a", "b", "c", "d"),
        IMAGE,
        _vectors(a=0.25, c=0.75, d=1),
        Table(),
        scores,
        PUBLISHED,
    )
    assert [(h.article_id, h.probability) for h in found.hits] == [("c", 0.75), ("b", None), ("a", 0.25), ("d", 1.0)]
    assert [h.score for h in found.hits] == pytest.approx([0.3, 0.2, 0.1, 0])


def test_the_fused_score_is_the_base() -> None:
    """a 0.5 / 61 > b 0.5 / 62, whatever their cosines."""
    settings = LocateSettings()  # the default
    found = locate.run(_hits("a", "b"), IMAGE, _vectors(a=0.5, b=0.5), Table(), {"a": 0.1, "b": 0.9}, settings)
    assert [h.article_id for h in found.hits] == ["a", "b"]
    assert found.hits[0].score == pytest.approx(0.5 / 61)


def test_matched_and_pinned_articles_stay_on_top_and_excluded_ones_go() -> None:
    scores = dict.fromkeys("abcd", 0.5)
    hits = _hits("a", "b", "c", "d", matched=("b",))
    vectors = _vectors(a=0.1, b=0.1, c=0.9, d=0.8)
    found = locate.run(
        hits, IMAGE, vectors, Table(), scores, LocateSettings(), RankEdits(pinned=("a",), excluded=("d",))
    )
    assert [h.article_id for h in found.hits] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"image_vector": None, "unavailable": "weights come later"}, "weights come later"),
        ({"scorer": None}, "no image-text encoder or scorer"),
        ({"text_vectors": {}}, "none of the hits has a place"),
        ({"settings": LocateSettings(enabled=False)}, "switched off"),
    ],
)
def test_where_nothing_can_be_scored_the_order_is_kept_and_the_reason_said(changes: dict, says: str) -> None:
    inputs = {
        "hits": _hits("b", "a"), "image_vector": IMAGE, "text_vectors": _vectors(a=0.9, b=0.1), "scorer": Table(),
        "bi_scores": {"a": 0.5, "b": 0.5}, "settings": LocateSettings(),
    }  # fmt: skip
    found = locate.run(**(inputs | changes))
    assert [(h.article_id, h.rank_before, h.probability) for h in found.hits] == [("b", 1, None), ("a", 2, None)]
    assert says in found.unavailable
    assert found.scorer == ""


def test_the_stand_in_is_named() -> None:
    scorer = ZeroShotScorer("location_head", IMAGE, ModelInfo(slot="image_text", name="m"))
    found = locate.run(_hits("a"), IMAGE, _vectors(a=1), scorer, {"a": 0.5}, LocateSettings())
    assert found.scorer == "zero-shot"


def test_no_hits_no_error() -> None:
    assert locate.run([], IMAGE, {}, Table(), {}, LocateSettings()).hits == ()
