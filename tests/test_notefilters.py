import pytest

from newsctx.notefilters import Filters, at, label, of
from newsctx.records import ArticlePlace, PartialDate, Place
from newsctx.wordquery import parse


def day(text: str | None) -> PartialDate | None:
    return PartialDate.model_validate(text) if text else None


GERMANY = {"country": "Germany", "country_code": "DE", "continent": "Europe"}
NRW = Place(name="North Rhine-Westphalia", level="region", lat=51.5, lon=7.3, **GERMANY)
DUISBURG = Place(name="Duisburg", level="city", region=NRW.name, lat=51.43, lon=6.76, **GERMANY)
ESSEN = Place(name="Essen", level="city", region=NRW.name, lat=51.46, lon=7.01, **GERMANY)  # 18 km from Duisburg
BERLIN = Place(name="Berlin", level="city", region="Land Berlin", lat=52.52, lon=13.41, **GERMANY)
COUNTRY = Place(name="Germany", level="country", lat=51.43, lon=6.76, **GERMANY)  # its middle, as if in Duisburg
DUTCH = {"country": "Netherlands", "country_code": "NL", "continent": "Europe"}
VENLO = Place(name="Venlo", level="city", region="Limburg", lat=51.37, lon=6.17, **DUTCH)  # 41 km from Duisburg
EUROPE = Place(name="Europe", level="continent", continent="Europe")
COOK = Place(name="Cook County", level="region", region="Illinois", lat=41.8, lon=-87.8, country="United States",
             country_code="US", continent="North America")  # fmt: skip
CHICAGO = Place(name="Chicago", level="city", region="Illinois", lat=41.85, lon=-87.65, country="United States",
                country_code="US", continent="North America")  # 14 km from the county's middle  # fmt: skip
ILLINOIS = Place(name="Illinois", level="region", country="United States", country_code="US", continent="North America")


def given(place: Place | None, keyword: str = "x") -> ArticlePlace:
    return ArticlePlace(keyword=keyword, place=place)


@pytest.mark.parametrize(
    ("article", "wanted", "km", "expected"),
    [
        (DUISBURG, DUISBURG, 0, True),
        (ESSEN, DUISBURG, 50, True),
        (ESSEN, DUISBURG, 10, False),
        (VENLO, DUISBURG, 50, True),  # across the border
        (BERLIN, DUISBURG, 50, False),
        (COUNTRY, DUISBURG, 50, False),  # `Germany` says nothing of Duisburg, wherever its middle is
        (NRW, DUISBURG, 500, False),
        (DUISBURG, NRW, 0, True),
        (NRW, NRW, 0, True),
        (BERLIN, NRW, 1000, False),  # nearness counts for towns alone
        (BERLIN, COUNTRY, 0, True),
        (VENLO, COUNTRY, 1000, False),
        (NRW, COUNTRY, 0, True),
        (VENLO, EUROPE, 0, True),
        (CHICAGO, EUROPE, 0, False),
        (CHICAGO, COOK, 50, True),  # no town says which county it lies in: by distance
        (CHICAGO, COOK, 5, False),
        (COOK, COOK, 0, True),
        (COOK, ILLINOIS, 0, True),
        (EUROPE, COUNTRY, 0, False),
    ],
)
def test_where_an_article_is(article: Place, wanted: Place, km: float, expected: bool):
    assert at(given(article), wanted, km) is expected


def test_a_place_that_the_gazetteer_does_not_know_counts_by_its_name():
    assert at(given(None, "duisburg (Old Harbour)"), DUISBURG, 50)
    assert not at(given(None, "Harbour"), DUISBURG, 50)


@pytest.mark.parametrize(
    ("published", "after", "before", "why"),
    [
        ("2017-12-01", "2017-12-01", None, None),  # its day is included
        ("2017-11-30", "2017-12-01", None, "date"),
        ("2017-12", "2017-12-15", None, None),  # may be the 15th or later
        ("2017", "2017-12-01", None, None),
        ("2016", "2017-12-01", None, "date"),
        ("2010s", "2017-12-01", None, None),
        ("2017-01-01", "2017", None, None),
        ("2017-12-31", None, "2018", None),  # until the day before it
        ("2018-01-01", None, "2018", "date"),
        ("2018", None, "2018-01-01", "date"),
        ("2018", None, "2018-01-02", None),
        ("2017-12", None, "2017-12", "date"),
        ("2017-06-05", "2017", "2018", None),  # the year 2017
        (None, "2017", None, "undated"),
        (None, None, "2018", "undated"),
        (None, None, None, None),
    ],
)
def test_when_an_article_is(published: str | None, after: str | None, before: str | None, why: str | None):
    assert Filters(after=day(after), before=day(before)).why_not(day(published), ()) == why


def test_several_places_are_alternatives_and_all_kinds_hold_together():
    here = Filters(after=day("2017"), places=(DUISBURG, BERLIN), km=50)
    assert here.why_not(day("2017"), [given(CHICAGO), given(BERLIN)]) is None
    assert here.why_not(day("2017"), [given(CHICAGO)]) == "place"
    assert here.why_not(day("2017"), []) == "unplaced"
    assert here.why_not(day("2016"), [given(BERLIN)]) == "date"
    assert bool(here) and not Filters(km=50)


def test_an_unknown_place_filters_nothing_and_becomes_words():
    query = parse('place:Xyzzyville place:Duisburg place:"Old Harbour" after:2017')
    filters, notices, words = of(query, lambda name: DUISBURG if name == "Duisburg" else None, 50)
    assert filters == Filters(after=day("2017"), places=(DUISBURG,), km=50)
    assert words == "Xyzzyville Old Harbour"
    assert len(notices) == 2 and "place:Xyzzyville" in notices[0] and "country" in notices[0]
    assert label(filters) == ("after:2017", "place:Duisburg, North Rhine-Westphalia, Germany")
