"""Comparing two photographs whose relation is known, because the test made one from the other."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from verify_world import EXTRACTION, SETTINGS, accepted, branded, look, paint, typeset

from newsctx.localfeatures.homography import frame_of, warp
from newsctx.verification.features import photo_features, query_features
from newsctx.verification.matching import guided


def seen_from(photo: np.ndarray, corners: list[list[float]], size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The photo with its corners moved to `corners` in a frame of `size`, and the homography photo -> view."""
    height, width = photo.shape[:2]
    matrix = cv2.getPerspectiveTransform(frame_of(width, height).astype(np.float32), np.array(corners, np.float32))
    return cv2.warpPerspective(photo, matrix, size, borderValue=(127, 127, 127)), matrix


def error(found, truth: np.ndarray, inside: np.ndarray) -> float:
    """Largest distance, archived pixels, between where ours and the true homography (photo -> view) take the points."""
    return float(
        np.linalg.norm(warp(found.geometry.homography, inside) - warp(np.linalg.inv(truth), inside), axis=1).max()
    )


@pytest.mark.parametrize(
    ("corners", "size"),
    [
        ([[0, 0], [299, 0], [299, 195], [0, 195]], (300, 196)),  # two thirds of the size
        ([[60, 10], [380, 90], [330, 310], [10, 230]], (400, 330)),  # turned and sheared a little
        ([[20, 15], [450, 30], [430, 290], [35, 270]], (460, 300)),  # photographed from a screen
    ],
)
def test_a_known_warp_is_recovered_within_three_pixels(corners, size) -> None:
    photo = paint(1)
    view, truth = seen_from(photo, corners, size)
    (found,) = accepted(look(view, photo))
    assert error(found, truth, np.array(corners, float)) < 3
    assert (found.method, found.relation, found.geometry.mirrored) == ("sift", "photo", False)
    assert found.agreement > 0.9 and found.confidence > 0.99
    # the region is the photo's frame in the view (its own edges are half a pixel of rounding away)
    region = np.array(found.geometry.region)
    assert all(np.linalg.norm(region - c, axis=1).min() < 4 for c in np.clip(corners, 0, np.array(size) - 1.0))


def test_another_viewpoint_is_the_scene_and_not_the_photograph() -> None:
    photo = paint(2)
    # a facade from the side: stretched 1 : 2.5 in two directions, far above photo_stretch
    view, truth = seen_from(photo, [[0, 20], [180, 0], [180, 299], [0, 270]], (184, 300))
    (found,) = accepted(look(view, photo))
    assert found.relation == "scene" and error(found, truth, np.array([[90.0, 150.0]])) < 3


def test_a_mirrored_crop_in_the_pixels_that_were_given() -> None:
    photo = paint(3)
    query = np.ascontiguousarray(photo[40:280, 60:420][:, ::-1])
    (found,) = accepted(look(query, photo))
    assert found.geometry.mirrored and found.relation == "photo"
    # query x = 419 - archived x, query y = archived y - 40
    assert found.geometry.lines[:, 0] + found.geometry.lines[:, 2] == pytest.approx(419, abs=6)
    assert warp(found.geometry.homography, np.array([[0.0, 0.0]])) == pytest.approx(np.array([[419, 40]]), abs=3)


def test_each_photo_of_a_collage_has_its_own_region() -> None:
    left, right = paint(4), paint(5)
    collage = np.full((320, 960, 3), 255, np.uint8)
    collage[10:310, 10:470] = left
    collage[10:310, 490:950] = right[:, ::-1]
    (a,), (b,) = accepted(look(collage, left)), accepted(look(collage, right))
    assert (a.geometry.mirrored, b.geometry.mirrored) == (False, True)
    for found, x in ((a, 10), (b, 490)):
        region = np.array(found.geometry.region)
        assert (region.min(0), region.max(0)) == (
            pytest.approx(np.array([x, 10]), abs=4),
            pytest.approx(np.array([x + 459, 309]), abs=4),
        )
    assert accepted(look(collage, paint(6))) == []


def test_the_same_photo_twice_is_found_twice() -> None:
    photo = paint(7)
    query = np.full((640, 480, 3), 255, np.uint8)
    query[5:305, 10:470] = photo
    query[330:630, 10:470] = photo[:, ::-1]
    found = accepted(look(query, photo))
    assert sorted((f.geometry.mirrored, round(np.array(f.geometry.region).min(0)[1], -1)) for f in found) == [
        (False, 0.0),
        (True, 330.0),
    ]
    again = np.concatenate([photo, np.full((24, 460, 3), 255, np.uint8), photo])
    assert len(accepted(look(again, photo))) == 2


def test_different_photographs_are_never_accepted() -> None:
    for i in range(3):
        assert accepted(look(paint(20 + i), paint(30 + i))) == []


def test_a_large_shared_brand_is_refused_and_says_why() -> None:
    one, other = branded(8, 30, 110, 2.0), branded(9, 70, 230, 1.9)
    found = look(one, other)
    assert accepted(found) == []
    assert found and found[0].geometry.inliers >= 8  # the points are there
    assert "lettering, a logo" in found[0].reason and found[0].confidence == 0
    assert accepted(look(one[10:], one))[0].relation == "photo"


def test_a_caption_plate_that_fills_the_common_frame_needs_the_text_to_be_seen() -> None:
    plate = np.zeros((120, 330, 3), np.uint8)
    cv2.putText(plate, "NEWSFLIX", (8, 80), cv2.FONT_HERSHEY_TRIPLEX, 1.9, (230, 20, 20), 5, cv2.LINE_AA)
    one, other = paint(8), paint(9)
    one[20:140, 60:390] = plate
    other[150:270, 20:350] = plate
    box = ((60.0, 20.0), (390.0, 20.0), (390.0, 140.0), (60.0, 140.0))  # what OCR reads in the query
    assert accepted(look(one, other, text=(box,))) == []
    assert accepted(look(one[10:], one, text=(box,)))[0].relation == "photo"  # the rest agrees as well


def test_two_typeset_pages_share_letters_and_are_refused() -> None:
    one = typeset("police council vote budget river bridge market station protest minister hospital school " * 2)
    other = typeset("station minister police school market hospital bridge vote council protest river budget " * 2)
    assert accepted(look(one, other)) == []
    (same,) = accepted(look(cv2.resize(one, (450, 315), interpolation=cv2.INTER_AREA), one))
    assert same.relation == "photo"  # a page is found in a picture of itself


def test_points_on_text_prove_no_scene() -> None:
    photo = paint(10)
    view, _ = seen_from(photo, [[0, 20], [180, 0], [180, 299], [0, 270]], (184, 300))
    box = ((0.0, 0.0), (183.0, 0.0), (183.0, 299.0), (0.0, 299.0))
    assert accepted(look(view, photo))[0].relation == "scene"
    stretched = accepted(look(view, photo, text=(box,)))
    assert [f.relation for f in stretched] == ["scene"]  # the pixels agree: no text makes that undone
    noisy = view.copy()
    noisy[:, :, :] = np.where(np.arange(184)[None, :, None] % 184 < 110, paint(11, 184, 300), view)
    with_text, without = look(noisy, photo, text=(box,)), look(noisy, photo)
    assert accepted(with_text) == []
    assert not without or "text" not in without[0].reason


@pytest.mark.parametrize("query", [np.full((300, 400, 3), 200, np.uint8), np.zeros((20, 20, 3), np.uint8)])
def test_blank_and_tiny_photographs_match_nothing(query) -> None:
    assert look(query, paint(12)) == () and look(paint(12), query) == () and look(query, query) == ()


def test_orb_is_asked_where_sift_has_too_little() -> None:
    photo = paint(13)
    query = cv2.resize(photo[20:280, 30:430], (360, 234), interpolation=cv2.INTER_AREA)
    few = SETTINGS.model_copy(update={"features": 16})  # 16 SIFT keypoints of each: fewer than 8 agree
    found = look(query, photo, settings=few)
    assert [f.method for f in found] == ["orb"] and found[0].accepted(SETTINGS)
    assert accepted(look(query, photo, settings=few.model_copy(update={"orb_features": 16}))) == []


def test_same_seed_same_findings() -> None:
    photo = paint(14)
    a, b = look(photo[20:, 30:], photo)[0], look(photo[20:, 30:], photo)[0]
    assert np.array_equal(a.geometry.homography, b.geometry.homography) and a.agreement == b.agreement


def oblique(photo: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    return seen_from(photo, [[0, 45], [width, 0], [width, 299], [0, 250]], (width + 4, 300))


def test_an_oblique_view_is_won_by_matching_along_its_first_homography() -> None:
    photo = paint(16)
    view, truth = oblique(photo, 170)
    wide = SETTINGS.model_copy(update={"min_spread": 0.3})  # the first 41 points span 0.26 of the common frame
    (found,) = look(view, photo, settings=wide)
    assert found.accepted(wide) and found.relation == "scene" and found.agreement >= 0.9
    assert found.geometry.inliers > 60 and found.geometry.explained > 0.3
    assert error(found, truth, np.array([[40.0, 100.0], [120, 150], [80, 200]])) < 3
    (left,) = look(view, photo, settings=wide.model_copy(update={"grown_reach": 0.0}))
    assert not left.accepted(wide) and found.confidence == left.geometry.confidence  # growing adds no confidence


def test_guided_matches_are_the_nearest_within_reach() -> None:
    photo = paint(17)
    query = query_features(photo[:, 40:], SETTINGS, EXTRACTION).plain.sift.take(np.arange(60))
    archived = photo_features(photo, SETTINGS, EXTRACTION).sift
    matrix = np.array([[1.0, 0, 40], [0, 1, 0], [0, 0, 1]])
    a, b = query.descriptors.astype(float), archived.descriptors.astype(float)
    table = np.linalg.norm(a[:, None] - b[None], axis=2)
    table[np.linalg.norm((query.points + (40, 0))[:, None] - archived.points[None], axis=2) > 6] = np.inf
    expected = [
        (i, int(table[i].argmin()))
        for i in range(len(query))
        if table[i].min() < EXTRACTION.max_distance * 512 and table[:, table[i].argmin()].argmin() == i
    ]
    assert [tuple(p) for p in guided(query, archived, matrix, 6, EXTRACTION).tolist()] == expected
    assert len(expected) > 30
