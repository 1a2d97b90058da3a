"""Which photographs are compared, and what the stage gets to judge."""

from __future__ import annotations

import numpy as np
from verify_world import EXTRACTION, SETTINGS, branded, paint

from newsctx.localfeatures.geometry import match
from newsctx.localfeatures.index import archive_features, query_views
from newsctx.verification.candidates import NOTHING, Compared, Comparing, photographs
from newsctx.verification.confirm import Confirmation
from newsctx.verification.features import photo_features

A, B, C, D = (letter * 64 for letter in "abcd")


def test_first_photos_of_all_hits_come_before_second_ones() -> None:
    images = {"x": (A, B), "y": ("", C), "z": (D,)}
    assert photographs(["x", "y", "z"], images, SETTINGS) == [(A, ("x",)), (D, ("z",)), (B, ("x",)), (C, ("y",))]


def test_a_photo_of_two_articles_is_compared_once_for_both() -> None:
    images = {"x": (A,), "y": (A, B), "z": (B, A)}
    assert photographs(["x", "y", "z"], images, SETTINGS) == [(A, ("x", "y", "z")), (B, ("z", "y"))]


def test_known_ones_and_those_beyond_the_limits_are_left_out() -> None:
    images = {"x": (A, B), "y": (C,), "z": (D,)}
    assert photographs(["x", "y", "z"], images, SETTINGS, known={A}) == [(C, ("y",)), (D, ("z",)), (B, ("x",))]
    two = SETTINGS.model_copy(update={"candidates": 2, "photographs": 2})
    assert photographs(["x", "y", "z"], images, two) == [(A, ("x",)), (C, ("y",))]
    assert photographs(["x"], images, SETTINGS.model_copy(update={"candidates": 0})) == []


def comparing(query: np.ndarray, photos: dict[str, np.ndarray], **more) -> Comparing:
    def features(image_id: str):
        return photo_features(photos[image_id], SETTINGS, EXTRACTION) if image_id in photos else None

    return Comparing(lambda: query, features, SETTINGS, EXTRACTION, 0, **more)


def test_matches_of_every_article_and_the_reason_of_every_other() -> None:
    photo = paint(1)
    found = comparing(photo[30:270, 40:420], {A: photo, B: np.zeros((200, 200, 3), np.uint8)}).run(
        [(A, ("x", "y")), (B, ("z",)), (C, ("gone",))]
    )
    assert [(m.article_id, m.image_id, m.accepted) for m in found] == [("x", A, True), ("y", A, True), ("z", B, False)]
    assert found[0].method == "sift" and found[0].relation == "photo" and found[0].agreement > 0.9
    assert len(found[0].lines) == found[0].inliers >= 8 and len(found[0].homography) == 9
    assert found[2].note == NOTHING and found[2].lines == () and found[2].inliers == 0


def test_what_is_remembered_is_not_computed() -> None:
    memory: dict[str, Compared] = {}

    def remember(image_id, compute):
        return memory.setdefault(image_id, None) or memory.update({image_id: compute()}) or memory[image_id]

    photo = paint(2)
    first = comparing(photo[20:], {A: photo}, remember=remember).run([(A, ("x",))])

    def never() -> np.ndarray:
        raise AssertionError("the query was looked at")

    again = Comparing(never, never, SETTINGS, EXTRACTION, 0, (), remember).run([(A, ("y",))])
    assert again == (first[0].model_copy(update={"article_id": "y"}),)


def test_the_second_look_keeps_a_copy_and_refuses_a_brand() -> None:
    """The copy channel's own geometry is taken at its word where the pixels bear it out, and only there."""
    one, other = branded(8, 30, 110, 2.0), branded(9, 70, 230, 1.9)
    crop = np.ascontiguousarray(one[20:280, 30:430])
    copied = match(query_views(crop, EXTRACTION)[0], archive_features(one, EXTRACTION), EXTRACTION, 0, False)
    look = Confirmation(crop, {A: one, B: other}.get, SETTINGS, EXTRACTION, 0)
    seen = look(A, copied)
    assert seen.geometry is copied and (seen.method, seen.relation, seen.note) == ("copy", "photo", "")
    assert seen.agreement > 0.9
    refused = look(B, copied)  # the same points claimed of another photograph: the pixels under them differ
    assert refused.note != ""
    assert look(C, copied).note == ""  # the file is gone: nothing speaks against the points
