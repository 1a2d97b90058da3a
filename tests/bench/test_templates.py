"""Templates that two different photographs share prove nothing, and their absence is what the tests would miss."""

from __future__ import annotations

import numpy as np
import pytest
from verify_world import EXTRACTION, SETTINGS, accepted, look, paint

from newsctx.bench.templates import TEMPLATES, make
from newsctx.localfeatures.geometry import match
from newsctx.localfeatures.index import archive_features, query_views
from newsctx.verification.confirm import Confirmation

LOOSE = SETTINGS.model_copy(update={"filled": 0.0, "few_agreement": 0.0})


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_no_match(name: str) -> None:
    for seed in range(3):
        one, other = make(name, paint(40 + seed), paint(50 + seed), seed)
        assert accepted(look(one, other)) == []
        assert accepted(look(one[20:-10, 15:], one))[0].relation == "photo"  # the very picture is still found


@pytest.mark.parametrize("name", [n for n in TEMPLATES if n != "drawn boards"])
def test_it_is_the_part_between_the_points_that_refuses_it(name: str) -> None:
    one, other = make(name, paint(41), paint(51), 1)
    (found,) = look(one, other)
    assert found.geometry.confidence > 0.99 and found.geometry.explained > 0.6  # a wide hull of sure points
    assert "between the points" in found.reason


def test_without_the_two_rules_templates_would_pass() -> None:
    """Else the tests above could not fail."""
    passed = [
        n for n in TEMPLATES if any(f.accepted(LOOSE) for f in look(*make(n, paint(41), paint(51), 1), settings=LOOSE))
    ]
    assert {"decorated frame", "wide decorated frame", "studio backdrop"} <= set(passed)


@pytest.mark.parametrize("name", ["wide decorated frame", "studio backdrop"])
def test_the_second_look_of_the_copy_channel_refuses_them_too(name: str) -> None:
    one, other = make(name, paint(42), paint(52), 2)
    found = match(query_views(one, EXTRACTION)[0], archive_features(other, EXTRACTION), EXTRACTION, 0, False)
    assert found is not None and found.inliers >= 8 and found.confidence > 0.9
    seen = Confirmation(one, {"x": other}.get, SETTINGS, EXTRACTION, 0)("x", found)
    assert "between the points" in seen.note


def test_the_same_seed_draws_the_same_pair() -> None:
    for name in TEMPLATES:
        first, again = make(name, paint(1), paint(2), 7), make(name, paint(1), paint(2), 7)
        assert all(np.array_equal(a, b) and a.shape == (600, 800, 3) for a, b in zip(first, again, strict=True))
