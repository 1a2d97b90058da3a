"""The painter: every kind, landmark, light, weather and season shows, in every city, and nothing raises.

What is compared is the stage before the camera, with a plain sky where the sky does not matter: it takes half the time.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np
import pytest
from PIL import Image

from newsctx.demo.facts import KINDS as NAMES
from newsctx.demo.facts import PARENTS
from newsctx.demo.painter import camera, ground, paint, stage, weather
from newsctx.demo.painter.camera import OUT_SIZE, develop, jpeg
from newsctx.demo.painter.canvas import Canvas, H, Layer, W, rng_for
from newsctx.demo.painter.cities import CITIES
from newsctx.demo.painter.city import Landmark
from newsctx.demo.painter.light import Light, light_for
from newsctx.demo.painter.stage import Scene, build_stage
from newsctx.demo.scenes import draw
from newsctx.demo.worlds import event

VIEWS = ("river", "street", "square")
TIMES = ("dawn", "day", "golden", "dusk", "night")
WEATHERS = ("clear", "cloudy", "overcast", "rain", "snow", "fog")
SEASONS = ("spring", "summer", "autumn", "winter")
PLAIN = Scene("Prague", "train derailment", "square", "day", "clear", "with trees", ("A",), landmark=-1)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


@pytest.fixture
def plain_sky(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(canvas: Canvas, light: Light, horizon: float, rng: np.random.Generator) -> None:
        canvas.rgb[:] = np.array(light.mid, np.float32) / 255

    monkeypatch.setattr(stage, "paint_sky", fill)


def _changed(first: np.ndarray, second: np.ndarray) -> float:
    """Share of the pixels that differ so much that one sees it."""
    return float((np.abs(first - second).max(axis=2) > 0.08).mean())


# kinds


def _any_scene(number: int, kind: str, view: str) -> Scene:
    """Cities, times, weathers, seasons and landmarks in turn: with 28 scenes every one of them occurs."""
    return Scene(
        sorted(CITIES)[number % 24], kind, view, TIMES[number % 5], WEATHERS[number % 6], f"any {number}",  # type: ignore[arg-type]
        ("ONE", "TWO\nLINES"), snow=number % 4 == 0, landmark=number % 3 - 1, season=SEASONS[number % 4],  # type: ignore[arg-type]
    )  # fmt: skip


FIRST_OTHER, SECOND_OTHER = ("ZWEI WORTE", "TWO\nLINES"), ("ONE", "ZWEI\nWORTE")
ALWAYS_SIGNS = {  # the kinds that show their first text in every picture, and those that show the second one, too
    "protest": (FIRST_OTHER, SECOND_OTHER),
    "flood": (FIRST_OTHER, SECOND_OTHER),
    "snow chaos": (FIRST_OTHER, SECOND_OTHER),
    "ferry accident": (FIRST_OTHER, SECOND_OTHER),
    "parade": (FIRST_OTHER,),
}


@pytest.mark.parametrize("kind", NAMES)
def test_every_kind_shows_in_any_setting(kind: str, plain_sky: None) -> None:
    """Also in views that no scene of it is drawn with: a story may ask for them."""
    for part in range(2):
        number = NAMES.index(kind) * 2 + part
        scene = _any_scene(number, kind, VIEWS[(number + part) % 3])
        bare = build_stage(scene)
        done = copy.deepcopy(bare)
        paint.KINDS[kind](done)
        assert np.isfinite(done.canvas.rgb).all() and np.isfinite(done.canvas.emit).all()
        seen = np.maximum(done.canvas.rgb, done.canvas.emit)
        assert _changed(seen, np.maximum(bare.canvas.rgb, bare.canvas.emit)) > 0.03, scene
        for words in ALWAYS_SIGNS.get(kind, ()) if part else ():
            other = copy.deepcopy(bare)
            other.scene = replace(scene, signs=words)
            paint.KINDS[kind](other)
            differ = np.abs(other.canvas.rgb - done.canvas.rgb).max(axis=2) > 0.08
            assert differ.sum() > 60, f"the words do not show: {words} {scene}"


def test_every_kind_has_a_painter_of_its_own_and_every_city_a_look() -> None:
    assert set(paint.KINDS) == set(NAMES) and len(set(paint.KINDS.values())) == len(NAMES)
    assert set(CITIES) == set(PARENTS) and all(name == city.name for name, city in CITIES.items())
    assert len({city.style.walls for city in CITIES.values()}) == 24
    assert len({city.style.shops for city in CITIES.values()}) == 24


@pytest.mark.parametrize("number", (3, 11))
def test_a_drawn_scene_becomes_a_photograph_of_the_promised_form(number: int) -> None:
    scene = draw(event(number, "form"), rng_for("form", number), "form")
    picture = paint.paint(scene)
    assert (picture.size, picture.mode) == ((640, 427), "RGB") == (OUT_SIZE, "RGB")
    assert np.array_equal(np.asarray(picture), np.asarray(paint.paint(scene)))
    data = jpeg(picture, 47)
    again = Image.open(io.BytesIO(data))
    assert (again.format, again.size, dict(again.getexif())) == ("JPEG", (640, 427), {})
    assert 10_000 < len(data) < 80_000, len(data)
    assert np.abs(np.asarray(again, np.float32) - np.asarray(picture, np.float32)).mean() < 8


# landmarks

LANDMARKS = [(city.name, i) for city in CITIES.values() for i in range(len(city.landmarks))]


@pytest.fixture
def shining(monkeypatch: pytest.MonkeyPatch, plain_sky: None) -> list[int]:
    """Landmarks give off light, by day, when nothing else does: what shines in the end is what one sees of them, not
    what a facade laid over them or left out beside them changes. Returns the sizes of those painted, in pixels."""
    sizes: list[int] = []

    def lamp(landmark: Landmark) -> Landmark:
        def shine(layer: Layer, x: float, base: float, height: float, night: float) -> None:
            landmark.paint(layer, x, base, height, night)
            shape = layer.img.getchannel("A")
            sizes.append(int((np.asarray(shape) > 128).sum()))
            layer.emit.paste((255, 255, 255), (0, 0, *layer.img.size), shape)

        return replace(landmark, paint=shine)

    for name, city in CITIES.items():
        monkeypatch.setitem(CITIES, name, replace(city, landmarks=tuple(map(lamp, city.landmarks))))
    monkeypatch.setattr(ground, "flow", lambda *args, **more: None)  # no reflections
    monkeypatch.setattr(ground, "pave", lambda *args, **more: None)
    return sizes


@pytest.mark.parametrize("city, index", LANDMARKS)
def test_a_landmark_in_frame_is_seen(city: str, index: int, shining: list[int]) -> None:
    for view in ("river", VIEWS[1 + (len(city) + index) % 2]):
        scene = Scene(city, "protest", view, "day", "clear", "a", landmark=index)  # type: ignore[arg-type]
        shown = build_stage(scene).canvas.emit.max(axis=2) > 0.02
        assert len(shining) == 1
        assert shown.mean() > 0.004, (view, shown.mean())  # the Chain Bridge down a street: the smallest
        assert shown.sum() > 0.10 * shining.pop(), view


def test_no_landmark_is_painted_where_none_is_in_frame(shining: list[int]) -> None:
    assert build_stage(Scene("Paris", "protest", "square", "day", "clear", "a", landmark=-1)).canvas.emit.max() == 0
    assert not shining


def test_no_two_landmarks_look_alike() -> None:
    """Their outlines overlap less than nine tenths, at the same height; every city has one, by its own name."""
    shapes: dict[str, np.ndarray] = {}
    for city, index in LANDMARKS:
        landmark, layer = CITIES[city].landmarks[index], Layer()
        landmark.paint(layer, W / 2, 700, 400, 0.0)
        small = layer.img.getchannel("A").resize((W // 4, H // 4))
        assert landmark.name not in shapes, landmark.name
        shapes[landmark.name] = np.asarray(small) > 128
    assert len(shapes) == len(LANDMARKS) >= 40
    for (one, first), (two, second) in combinations(shapes.items(), 2):
        assert (first & second).sum() < 0.9 * (first | second).sum(), (one, two)


# light, weather, season, framing


def _photograph(**changes: object) -> np.ndarray:
    return np.asarray(paint.paint(replace(PLAIN, **changes)), np.float32) / 255  # type: ignore[arg-type]


@pytest.fixture
def in_the_air(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """What weather laid over the pictures, with the share of the pixels that it changed."""
    found: list[tuple[str, float]] = []

    def noted(name: str) -> None:
        lay = getattr(weather, name)

        def over(canvas: Canvas, *args: object) -> None:
            before = canvas.rgb.copy()
            lay(canvas, *args)
            found.append((name, float((np.abs(canvas.rgb - before).max(axis=2) > 0.04).mean())))

        monkeypatch.setattr(weather, name, over)

    for name in ("rain", "snowfall", "fog"):
        noted(name)
    return found


def test_times_and_weathers_tell_themselves_apart(in_the_air: list[tuple[str, float]]) -> None:
    by_time = {t: _photograph(time=t) for t in TIMES}
    by_weather = {w: by_time["day"] if w == "clear" else _photograph(weather=w) for w in WEATHERS}
    for pictures in (by_time, by_weather):
        for (one, first), (two, second) in combinations(pictures.items(), 2):
            assert _changed(first, second) > 0.05, (one, two)
    assert [name for name, _ in in_the_air] == ["rain", "snowfall", "fog"], "each once, in its weather alone"
    assert all(share > 0.003 for _, share in in_the_air), in_the_air  # streaks are thin
    light = {t: float(p.mean()) for t, p in by_time.items()}
    assert light["night"] < light["dusk"] < min(light["dawn"], light["day"], light["golden"]), light
    warmth = {t: float((p[..., 0] - p[..., 2]).mean()) for t, p in by_time.items()}
    assert warmth["golden"] > warmth["day"] + 0.03, "the low sun is warm"
    contrast = {w: float(p[150:260].std()) for w, p in by_weather.items()}  # around the horizon
    assert contrast["fog"] < 0.8 * contrast["clear"], contrast
    sky = {w: p[:60] for w, p in by_weather.items()}
    blue = {w: float((s[..., 2] - s[..., 0]).mean()) for w, s in sky.items()}
    assert blue["clear"] > 0.1 + max(blue["overcast"], blue["rain"], blue["snow"], blue["fog"]), blue


def test_seasons_and_snow_show(plain_sky: None) -> None:
    pictures = {s: build_stage(replace(PLAIN, season=s)).canvas.rgb for s in SEASONS}  # type: ignore[arg-type]
    for (one, first), (two, second) in combinations(pictures.items(), 2):
        assert _changed(first, second) > 0.005, (one, two)
    leaves = pictures["autumn"] - pictures["summer"]
    where = np.abs(leaves).max(axis=2) > 0.08
    assert (leaves[where][:, 0] - leaves[where][:, 1]).mean() > 0.02, "autumn is redder and less green than summer"
    snowy = build_stage(replace(PLAIN, season="winter", snow=True)).canvas.rgb
    low = slice(int(H * 0.75), H)
    assert snowy[low].mean() > pictures["winter"][low].mean() + 0.1, "the ground is white"


def test_weather_and_time_names_make_lights_of_their_own() -> None:
    lights = {(t, w): light_for(t, w) for t in TIMES for w in WEATHERS}  # type: ignore[arg-type]
    assert len({(x.top, x.mid, x.low, x.ambient, x.haze_strength) for x in lights.values()}) == 30
    assert all(0 <= c <= 255 for x in lights.values() for color in (x.top, x.mid, x.low, x.haze) for c in color)


def _target() -> Canvas:
    """Red grows from left to right, green from top to bottom."""
    yy, xx = np.mgrid[0:H, 0:W].astype(np.float32)
    rgb = np.stack([xx / W, yy / H, np.full_like(xx, 0.5)], axis=2)
    return Canvas(rgb, np.zeros_like(rgb))


@pytest.mark.parametrize(
    "shift, red, green", (((-1, 0), "low", ""), ((1, 0), "high", ""), ((0, -1), "", "low"), ((0, 1), "", "high"))
)
def test_the_camera_frames_what_it_is_told_to(shift: tuple[float, float], red: str, green: str) -> None:
    """Twice as near, the frame holds half of the width and half of the height, at the side that shift names."""

    def means(zoom: float, shift: tuple[float, float]) -> tuple[float, float]:
        picture = np.asarray(develop(_target(), rng_for("camera"), zoom=zoom, shift=shift, night=0.0), np.float32) / 255
        assert picture.shape == (427, 640, 3)
        return float(picture[..., 0].mean()), float(picture[..., 1].mean())

    middle, moved = means(2.0, (0.0, 0.0)), means(2.0, shift)
    assert np.allclose(means(1.0, (0.0, 0.0)), means(1.0, shift)), "the whole picture cannot be shifted"
    for i, side in enumerate((red, green)):
        expected = {"low": -0.2, "high": 0.2, "": 0.0}[side]
        assert abs(moved[i] - middle[i] - expected) < 0.08, (middle, moved)


def test_the_camera_s_noise_is_that_of_its_generator() -> None:
    one, again, other = (
        np.asarray(develop(_target(), rng_for(seed), zoom=1.0, shift=(0, 0), night=1.0), np.float32) for seed in "aab"
    )
    assert np.array_equal(one, again) and 0.5 < np.abs(one - other).mean() < 15
    assert camera.OUT_SIZE == (640, 427)


# refusals


@pytest.mark.parametrize(
    "changes, told",
    (
        ({"city": "Atlantis"}, "city 'Atlantis'"),
        ({"kind": "picnic"}, "kind 'picnic'"),
        ({"view": "rooftop"}, "view 'rooftop'"),
        ({"time": "nihgt"}, "time 'nihgt'"),
        ({"weather": "hail"}, "weather 'hail'"),
        ({"season": "fall"}, "season 'fall'"),
        ({"zoom": 0.5}, "zoom 0.5"),
        ({"shift": (1.5, 0.0)}, "shift (1.5, 0.0)"),
        ({"kind": "protest", "signs": ()}, "without signs"),
    ),
)
def test_a_scene_that_cannot_be_painted_says_why(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError) as refused:
        paint.paint(replace(PLAIN, **changes))  # type: ignore[arg-type]
    assert told in str(refused.value)
