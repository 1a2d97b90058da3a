"""The copy channel on a painted archive: every edit is found, a stranger is not."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest

from newsctx.bench.edits import EDITS, make_edits
from newsctx.channels import copy
from newsctx.localfeatures.draw import draw_match
from newsctx.localfeatures.index import CopyIndex, archive_features
from newsctx.settings import CopySettings, VerifySettings

SETTINGS = CopySettings()


def paint(seed: int, logo: bool = False) -> np.ndarray:
    """(259, 460, 3): smooth noise in three scales and some shapes, with the same logo in a corner where asked."""
    rng = np.random.default_rng(seed)
    out = np.zeros((259, 460, 3), np.float32)
    for cells in (6, 20, 60):
        noise = rng.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
        out += cv2.resize(noise, (460, 259), interpolation=cv2.INTER_CUBIC) / 3
    out = np.clip(out, 0, 255).astype(np.uint8)
    for _ in range(25):
        x, y, r = int(rng.integers(0, 460)), int(rng.integers(0, 259)), int(rng.integers(4, 30))
        cv2.circle(out, (x, y), r, tuple(int(c) for c in rng.integers(0, 255, 3)), -1, cv2.LINE_AA)
    if logo:
        cv2.rectangle(out, (350, 10), (450, 60), (200, 0, 0), -1)
        cv2.putText(out, "NEWS 24", (355, 45), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2, cv2.LINE_AA)
    return out


def name(i: int) -> str:
    return sha256(f"photo {i}".encode()).hexdigest()


NUMBER = {name(i): i for i in range(50)}


def articles_of(image_id: str) -> tuple[str, ...]:
    """Photo i belongs to article i; photo 3 to two articles; photo 5 is no longer in the archive."""
    i = NUMBER[image_id]
    return {3: ("article 3", "article 3 again"), 5: ()}.get(i, (f"article {i}",))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> CopyIndex:
    items = ((name(i), archive_features(paint(i, logo=i >= 8), SETTINGS)) for i in range(12))
    return CopyIndex.update(tmp_path_factory.mktemp("copy"), items, SETTINGS)


def ask(pixels: np.ndarray, index: CopyIndex, k: int = 10):
    return copy.search(pixels, index, SETTINGS, k, 0, articles_of)


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_found(index: CopyIndex, edit: str) -> None:
    pixels = make_edits(paint(2), paint(40), np.random.default_rng(0))[edit]
    result, matches = ask(pixels, index)
    assert [a for a, _ in result.hits] == ["article 2"]
    assert result.evidence == {"article 2": name(2)}
    assert matches[0].accepted and matches[0].mirrored == (edit == "mirror")
    assert matches[0].inliers == len(matches[0].lines) >= 8 and len(matches[0].homography) == 9


def test_a_collage_of_two_archived_photos_gives_both(index: CopyIndex) -> None:
    pixels = make_edits(paint(1), paint(4), np.random.default_rng(1))["collage"]
    assert {a for a, _ in ask(pixels, index)[0].hits} == {"article 1", "article 4"}


def test_a_stranger_gives_an_honest_empty_ranking(index: CopyIndex) -> None:
    for edit in make_edits(paint(30), paint(31), np.random.default_rng(2)).values():
        result, matches = ask(edit, index)
        assert result.state == "ran" and result.hits == () and matches == ()


def test_a_logo_that_many_photos_share_is_no_evidence(index: CopyIndex) -> None:
    assert ask(paint(35, logo=True), index)[0].hits == ()
    assert [a for a, _ in ask(paint(9, logo=True), index)[0].hits] == ["article 9"]


def test_every_article_of_a_photo_is_a_hit_and_k_limits_them(index: CopyIndex) -> None:
    assert [a for a, _ in ask(paint(3), index)[0].hits] == ["article 3", "article 3 again"]
    assert [a for a, _ in ask(paint(3), index, k=1)[0].hits] == ["article 3"]
    assert ask(paint(5), index)[0].hits == ()


def test_the_same_query_gives_the_same_answer(index: CopyIndex) -> None:
    (a, one), (b, two) = (ask(paint(6)[30:], index) for _ in range(2))
    assert a.hits == b.hits and one == two


def test_stricter_verification_refuses_more(index: CopyIndex) -> None:
    strict = VerifySettings(min_inliers=5000)
    assert copy.search(paint(6), index, SETTINGS, 10, 0, articles_of, strict)[0].hits == ()


def test_why_it_did_not_run(index: CopyIndex, tmp_path: Path) -> None:
    assert ask(np.full((300, 300, 3), 9, np.uint8), index)[0].state == "no_query"
    assert ask(np.zeros((1, 1, 3), np.uint8), index)[0].state == "no_query"
    empty = CopyIndex.open(tmp_path, SETTINGS)
    assert ask(paint(1), empty)[0].state == "unavailable"
    off = copy.search(paint(1), index, CopySettings(enabled=False), 10, 0, articles_of)[0]
    assert off.state == "off" and off.reason


def test_keypoint_view_shows_both_photos_and_the_lines(index: CopyIndex) -> None:
    photo = paint(7)
    query = photo[40:230, 60:420]
    _, matches = ask(query, index)
    view = draw_match(query, photo, matches[0], 800)
    assert view.dtype == np.uint8 and view.shape[1] <= 800 and view.shape[0] >= 180
    plain = draw_match(query, photo, matches[0].model_copy(update={"lines": (), "region": ()}), 800)
    assert view.shape == plain.shape and (view != plain).any(axis=2).mean() > 0.01
    # without ink the left panel is the query itself
    scale = plain.shape[0] / 190
    panel = cv2.resize(query, (round(360 * scale), plain.shape[0]), interpolation=cv2.INTER_AREA)
    assert np.abs(plain[:, : panel.shape[1]].astype(int) - panel).mean() < 6
    with pytest.raises(ValueError, match="64"):
        draw_match(query, photo, matches[0], 10)


def test_a_picture_of_many_stories_is_listed_with_the_reason_and_is_no_hit(index: CopyIndex) -> None:
    """Photo 6 is in six articles of six years: found beyond doubt, evidence of none. A collage still gives photo 4."""
    stories = tuple(f"story {i}" for i in range(6))

    def of(image_id: str) -> tuple[str, ...]:
        return stories if image_id == name(6) else articles_of(image_id)

    def ask_for(pixels: np.ndarray, logos: dict[str, int]):
        return copy.search(pixels, index, SETTINGS, 10, 0, of, logos=logos)

    assert {a for a, _ in ask_for(paint(6), {})[0].hits} == set(stories)
    result, matches = ask_for(paint(6), {name(6): 6})
    assert result.state == "ran" and result.hits == () and result.evidence == {}
    assert [m.article_id for m in matches] == ["story 0", "story 1", "story 2"]
    assert not any(m.accepted for m in matches) and "stands in 6 articles" in matches[0].note
    assert matches[0].inliers >= 8  # the geometry is told as it is
    both = make_edits(paint(6), paint(4), np.random.default_rng(1))["collage"]
    result, matches = ask_for(both, {name(6): 6})
    assert [a for a, _ in result.hits] == ["article 4"]
    assert matches[0].article_id == "article 4" and matches[0].accepted and not matches[0].note
