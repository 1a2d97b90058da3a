"""Timeline, map and their table: what is drawn is computed by hand here. No browser, no gazetteer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from newsctx.document import ArchiveInfo, ArticleCard, Document, PlacePoint, Stages
from newsctx.errors import OverrideError
from newsctx.overrides import parse_override
from newsctx.records import (
    Camera,
    Claim,
    Cluster,
    Context,
    DateAnswer,
    EventsResult,
    Inputs,
    PartialDate,
    Photo,
    Place,
    PlaceAnswer,
)
from newsctx.ui import chart_acts, chart_map, charts, paint
from newsctx.ui.page import Look, Page, Picked
from newsctx.workbench import CaseView

HOSTILE = "<b>Flood</b> %{x} <script>alert(1)</script> & \"'"
ARCHIVE = ArchiveInfo(name="small", version="1", articles=3, photos=0, profile="embedded")
PARIS = Place(name="Paris", level="city", country="France", lat=48.0, lon=2.0)


class Flat:
    """An atlas of two places: Nullburg at 0, 0 and Widia, a country that reaches 111.195 km (one degree)."""

    def place_of(self, text: str) -> Place | None:
        known = {
            "Nullburg": Place(name="Nullburg", level="city", lat=0.0, lon=0.0),
            "Widia": Place(name="Widia", level="country", country="Widia", lat=0.0, lon=10.0),
        }
        return known.get(text)

    def reach_km(self, place: Place) -> float:
        return 111.195 if place.level == "country" else 0.0


class Nothing:
    def thumbnail(self, image_id: str) -> Path | None:
        return None


def cluster(key: str, ids: tuple[str, ...] = ("a", "b"), **more) -> Cluster:
    values = {"id": key, "place": "Paris", "atom": "paris", "first": date(2021, 2, 1), "last": date(2021, 2, 4)}
    values |= {"article_ids": ids, "text": "t", "representative": ids[0], "lat": 48.0, "lon": 2.0}
    return Cluster(**(values | more))


def card(key: str, published: str | None = "2021-02-01", place: PlacePoint | None = None, headline: str = "Flood"):
    place = place or PlacePoint(label="Paris, France", level="city", lat=48.0, lon=2.0)
    return ArticleCard(article_id=key, headline=headline, source="Paper", published=published, places=(place,))


def page(*clusters: Cluster, cards: tuple[ArticleCard, ...] = (), look: Look | None = None, **more) -> Page:
    values = {
        "version": "0", "archive": ARCHIVE, "stages": Stages(events=EventsResult(clusters=clusters)),
        "articles": {c.article_id: c for c in cards or (card("a"), card("b", "2021-02-03"))},
    }  # fmt: skip
    document = Document(**(values | more))
    case = CaseView(case_id="case1", title="t", created="", updated="", inputs=document.inputs, document=document)
    return Page(archive=ARCHIVE, pictures=Nothing(), case=case, look=look or Look(), atlas=Flat())


def photo(**camera) -> Photo:
    return Photo(
        sha256="a" * 64, phash="0" * 16, format="JPEG", bytes=1, width=2, height=1, camera=Camera(**camera)
    )  # fmt: skip


def traces(drawn) -> list[dict]:
    return json.loads(drawn.plot)["data"]


def of(drawn, kind: str) -> list[dict]:
    return [t for t in traces(drawn) if t["meta"]["kind"] == kind]


# --- timeline -----------------------------------------------------------------------------------------------------


def test_an_event_is_a_bar_over_its_days_and_its_articles_are_dots():
    drawn = charts.timeline(page(cluster("1")))
    (bar,), (dots,) = of(drawn, "event"), of(drawn, "article")
    assert bar["base"] == ["2021-02-01"] and bar["x"] == [4 * 86_400_000], "1 to 4 February, both days included"
    assert bar["customdata"] == [["1", "a b"]]
    assert dots["x"] == ["2021-02-01", "2021-02-03"] and dots["customdata"] == [["1", "a"], ["1", "b"]]


def test_a_date_is_a_band_as_wide_as_its_precision():
    context = Context(date=DateAnswer(date=PartialDate(year=2021, month=2), basis="evidence"))
    shown = page(
        cluster("1"), context=context, inputs=Inputs(claim=Claim(date="2021-01-30")),
        photo=photo(time="2021-02-03T10:11:12"),
    )  # fmt: skip
    drawn = charts.timeline(shown)
    spans = {kind: (of(drawn, kind)[0]["x"][:2], of(drawn, kind)[0]["name"]) for kind in ("claim", "camera", "answer")}
    assert spans == {
        "claim": (["2021-01-30", "2021-01-31"], "Claimed: 30 Jan 2021"),
        "camera": (["2021-02-03", "2021-02-04"], "Camera: 3 Feb 2021"),
        "answer": (["2021-02-01", "2021-03-01"], "Answer: Feb 2021 (to the month)"),
    }


def test_hostile_texts_are_only_texts_in_a_chart():
    cards = (card("a", headline=HOSTILE), card("b"))
    shown = page(cluster("1", place=HOSTILE), cards=cards, inputs=Inputs(claim=Claim(place="Nullburg")))
    for drawn in (charts.timeline(shown), charts.world(shown)):
        assert "<script" not in drawn.plot and "<b>" not in drawn.plot and "%{" not in drawn.plot
    assert "&lt;b&gt;Flood&lt;/b&gt; % {x}" in of(charts.timeline(shown), "article")[0]["text"][0]


def test_an_id_is_written_as_the_templates_write_it():
    key = 'x" y/ä#1'
    shown = page(cluster("1", ids=(key,)), cards=(card(key),))
    written = "x%22%20y/%C3%A4%231"
    assert of(charts.timeline(shown), "article")[0]["customdata"] == [["1", written]]
    assert f'data-evidence="{written}"' in paint.html("charts", shown)


def test_what_is_selected_draws_no_chart_again():
    shown = page(cluster("1"))
    other = replace(shown, look=Look(cluster="1"))
    assert charts.source(shown) == charts.source(other)
    assert charts.timeline(shown).plot == charts.timeline(other).plot
    changed = page(cluster("1"), inputs=Inputs(claim=Claim(date="2020")))
    assert charts.source(shown) != charts.source(changed)


def test_a_figure_is_small():
    many = [cluster(str(i), ids=(f"article-{i}-a", f"article-{i}-b")) for i in range(30)]
    cards = tuple(card(a) for c in many for a in c.article_ids)
    shown = page(*many, cards=cards)
    assert len(charts.timeline(shown).plot) < 6_000 and len(charts.world(shown).plot) < 6_000


# --- map ------------------------------------------------------------------------------------------------------------


def test_distances_from_claim_and_camera_to_the_answer():
    # a quarter of the equator is 6371.0088 km * pi / 2 = 10,007.557 km; ten degrees of a meridian are 1,111.95 km
    answer = Place(name="Eastville", level="city", lat=0.0, lon=90.0)
    shown = page(
        cluster("1"), context=Context(place=PlaceAnswer(place=answer, basis="evidence", article_ids=("a",))),
        inputs=Inputs(claim=Claim(place="Nullburg")), photo=photo(lat=10.0, lon=90.0),
    )  # fmt: skip
    drawn = charts.world(shown)
    (claim, middle), (camera, _) = of(drawn, "line-claim"), of(drawn, "line-camera")
    assert (claim["name"], camera["name"]) == (
        "Claimed place to answer: 10,008 km", "Camera to answer: 1,112 km",
    )  # fmt: skip
    assert list(zip(claim["lat"], claim["lon"], strict=True)) == [(0, 0), (0, 90)]
    assert (middle["lat"], middle["lon"], middle["hovertext"]) == ([0], [45], claim["name"]), "told half way"
    assert of(drawn, "answer")[0]["customdata"] == [["", "a"]], "the star stands for what the answer rests on"
    names = {t["meta"]["kind"] for t in traces(drawn)}
    assert names == {"line-claim", "line-camera", "event", "claim", "camera", "answer"}
    assert json.loads(drawn.plot)["layout"]["showlegend"]


def test_a_city_is_a_point_and_a_country_has_a_circle():
    assert of(charts.world(page(cluster("1"))), "area") == []
    there = PlacePoint(label="Widia", level="country", lat=0.0, lon=10.0)
    drawn = charts.world(page(cluster("1", lat=0.0, lon=10.0), cards=(card("a", place=there), card("b"))))
    (area,) = of(drawn, "area")
    # one degree around 0, 10: north, a quarter of the way round (clockwise) east, south, west
    corners = [(area["lat"][i], area["lon"][i]) for i in (0, 12, 24, 36)]
    assert corners == [(1.0, 10.0), (0.0, 11.0), (-1.0, 10.0), (0.0, 9.0)]
    assert area["hovertext"] == "Widia (country): 90% of its cities lie within 111 km"


def test_events_of_one_spot_share_a_point_that_grows_with_their_articles():
    # 3 different articles: 6 + 4 * sqrt(3) = 12.9 pixels
    shown = page(cluster("1"), cluster("2", ids=("b", "c")), cards=(card("a"), card("b"), card("c")))
    (points,) = of(charts.world(shown), "event")
    assert points["customdata"] == [["1", "a b c"]] and points["marker"]["size"] == [12.9]
    assert points["text"] == ["1 +1"]
    assert points["hovertext"][0].split("<br>") == [
        "Paris, France (city)", "1: 1 Feb 2021 to 4 Feb 2021, 2 articles", "2: 1 Feb 2021 to 4 Feb 2021, 2 articles",
    ]  # fmt: skip


def test_dropped_events_are_a_trace_of_their_own():
    drop = parse_override({"action": "cluster", "cluster_id": "1", "decision": "dropped"})
    shown = page(cluster("1"), cluster("2", lat=0.0, lon=0.0), overrides=(drop,))
    assert [t["customdata"][0][0] for k in ("event", "dropped") for t in of(charts.world(shown), k)] == ["2", "1"]


def test_half_way_round_the_earth_there_is_no_middle():
    assert chart_map.middle((0.0, 0.0), (0.0, 180.0)) == (0.0, 0.0)
    assert chart_map.middle((0.0, 170.0), (0.0, -170.0)) == (0.0, 180.0), "over the date line, not around the world"


# --- the table and the line above ------------------------------------------------------------------------------------


def test_the_table_says_what_the_charts_show():
    answer = Place(name="Eastville", level="city", lat=0.0, lon=90.0)
    context = Context(place=PlaceAnswer(place=answer, basis="evidence"))
    cards = (card("a", headline=HOSTILE), card("b", None))
    shown = page(cluster("1"), cards=cards, context=context, inputs=Inputs(claim=Claim(place="Nullburg", date="2021")))
    text = paint.html("charts", shown)
    assert "10,008" in text and "0.000, 90.000" in text and "Eastville" in text and "Nullburg" in text
    assert 'data-first="2021-02-01" data-last="2021-02-01"' in text and 'data-first="" data-last=""' in text
    assert "<script>" not in text and "&lt;script&gt;" in text
    assert text.count("data-select") == 3, "one event and two articles can be selected"
    assert 'data-gist-map="Map of 1 event.' in text and "Claimed place to answer: 10,008 km." in text


def test_empty_charts_say_what_would_fill_them():
    assert charts.timeline(page()) is None and charts.world(page()) is None
    text = paint.html("charts", page(inputs=Inputs(claim=Claim(place="Xyzzy<b>"))))
    assert "Nothing is dated yet" in text and "Nothing has a position yet" in text
    assert "does not know the claimed place “Xyzzy&lt;b&gt;”" in text


def test_a_picked_spot_is_offered_and_nothing_is_set():
    near = Picked(lat=48.01, lon=2.02, place=PARIS, km=1.8)
    text = paint.html("selection", page(cluster("1"), look=Look(picked=near)))
    assert "Nearest is Paris, France (2 km)" in text and 'data-act="place_at" data-lat="48.01" data-lon="2.02"' in text
    text = paint.html("selection", page(cluster("1"), look=Look(picked=Picked(lat=0.0, lon=-30.0))))
    assert "No city" in text and "place_at" not in text
    text = paint.html("selection", page(cluster("1"), look=Look(picked=Picked(date="2016-06-03"))))
    assert "Set the date to 3 Jun 2016?" in text and 'data-date="2016-06-03"' in text


@pytest.mark.parametrize("data", [{}, {"lat": "x", "lon": "1"}, {"lat": "nan", "lon": "0"}, {"lat": "91", "lon": "0"}])
def test_a_point_that_is_none_is_refused(data):
    with pytest.raises(OverrideError, match="no point on Earth"):
        chart_acts.point(data)
    assert chart_acts.point({"lat": "51.43", "lon": "-6.5"}) == (51.43, -6.5)
