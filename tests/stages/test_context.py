"""Place and date answers over small worlds whose shares are worked out by hand."""

from __future__ import annotations

import pytest

from newsctx.records import (
    Article,
    ArticlePlace,
    Camera,
    ChannelScore,
    Claim,
    Hit,
    PartialDate,
    Photo,
    Place,
    Relevance,
    RelevanceResult,
)
from newsctx.settings import ContextSettings
from newsctx.stages import context

GERMANY = Place(
    name="Germany", level="country", country="Germany", country_code="DE", continent="Europe", lat=51.0, lon=10.0
)
NRW = "North Rhine-Westphalia"


def german(name: str, level: str, lat: float, lon: float, region: str = NRW, city: str = "") -> Place:
    return Place(
        name=name,
        level=level,
        city=city,
        region=region,
        country="Germany",
        country_code="DE",
        continent="Europe",
        lat=lat,
        lon=lon,
    )


DUISBURG = german("Duisburg", "city", 51.43, 6.76)
COLOGNE = german("Cologne", "city", 50.94, 6.96)
BERLIN = german("Berlin", "city", 52.52, 13.41, region="Berlin")
STATION = german("Duisburg Central Station", "venue", 51.43, 6.775, city="Duisburg")
EUROPE = Place(name="Europe", level="continent", continent="Europe")
PARIS = Place(
    name="Paris",
    level="city",
    region="Ile-de-France",
    country="France",
    country_code="FR",
    continent="Europe",
    lat=48.86,
    lon=2.35,
)
LIMA = Place(
    name="Lima",
    level="city",
    region="Lima",
    country="Peru",
    country_code="PE",
    continent="South America",
    lat=-12.05,
    lon=-77.04,
)
KNOWN = {p.name: p for p in (GERMANY, DUISBURG, COLOGNE, BERLIN, STATION, PARIS, LIMA, EUROPE)}
PHOTOGRAPH = Photo(sha256="0" * 64, phash="0" * 16, format="JPEG", bytes=1, width=64, height=64)
FLAT = ContextSettings(rank_power=0.0, min_share=0.5)  # every article of a tier has the same vote


def article(article_id: str, *places: Place, on: str = "", body: str = "") -> Article:
    named = tuple(ArticlePlace(keyword=p.name, place=p, weight=1 / len(places)) for p in places)
    published = PartialDate.model_validate(on) if on else None
    return Article(
        article_id=article_id, headline=f"Headline of {article_id}", body=body, places=named, published=published
    )


def answer(
    *articles: Article,
    tiers: str = "",
    camera: Camera | None = None,
    claim: Claim | None = None,
    settings: ContextSettings = FLAT,
    set_place: Place | None = None,
    set_date: str = "",
    coverage: str = "",
):
    """`tiers`: one letter an article, p(inned), m(atched), r(anked); `coverage`: ids found by that channel."""
    names = {"p": "pinned", "m": "matched", "r": "ranked"}
    hits = [
        Hit(
            article_id=a.article_id,
            rank=i,
            score=1.0,
            tier=names[tiers[i - 1] if tiers else "r"],
            channels={"coverage": ChannelScore(score=0.7, rank=i)} if a.article_id in coverage else {},
        )
        for i, a in enumerate(articles, 1)
    ]
    photo = Photo(
        sha256="0" * 64, phash="0" * 16, format="JPEG", bytes=1, width=64, height=64, camera=camera or Camera()
    )
    when = PartialDate.model_validate(set_date) if set_date else None
    by_id = {a.article_id: a for a in articles}
    return context.run(hits, by_id, photo, claim or Claim(), KNOWN.get, settings, set_place, when)


# --- place ----------------------------------------------------------------------------------------------------


def test_the_finest_level_that_half_of_the_vote_supports() -> None:
    place = answer(article("a", DUISBURG), article("b", STATION), article("c", BERLIN)).place
    # venue: 1/3; city: Duisburg 2/3, because the station lies in it
    assert (place.place, place.basis) == (DUISBURG, "evidence")
    assert place.share == pytest.approx(2 / 3)
    assert place.article_ids == ("a", "b")
    assert [(s.label, s.article_ids) for s in place.alternatives][-1] == ("Berlin, Germany", ("c",))
    assert "No archived photograph matches" in place.note


def test_a_venue_is_answered_where_it_has_the_vote_and_its_city_where_it_has_not() -> None:
    """Two of three say the station itself: 67%. One of three does: the city has all of the vote."""
    place = answer(article("a", STATION), article("b", STATION), article("c", COLOGNE)).place
    assert (place.place, place.place.level) == (STATION, "venue") and place.share == pytest.approx(2 / 3)
    assert place.label.startswith("Duisburg Central Station, Duisburg")
    coarser = answer(article("a", STATION), article("b", DUISBURG), article("c", DUISBURG)).place
    assert coarser.place == DUISBURG and coarser.share == 1.0
    (row,) = answer(article("a", STATION), claim=Claim(place="Duisburg")).agreement
    assert row.verdict == "supported" and "finer" in row.note
    (row,) = answer(article("a", DUISBURG), claim=Claim(place="Duisburg Central Station")).agreement
    assert row.verdict == "supported" and "does not reach the claimed venue" in row.note
    unnamed = german("Main Hall", "venue", 51.43, 6.77, city="Duisburg")  # two venues of one city, no winner: the city
    both = answer(article("a", STATION), article("b", unnamed)).place
    assert (both.place.name, both.place.level) == ("Duisburg", "city")


def test_dates_climb_from_day_to_month_year_and_decade() -> None:
    cases = {
        ("2017-12-26", "2017-12-26", "2017-12-01"): "2017-12-26", ("2017-12-26", "2017-12-02"): "2017-12",
        ("2017-12-26", "2017-03-02"): "2017", ("2017-12-26", "2012-03-02"): "2010s",
    }  # fmt: skip
    for days, said in cases.items():
        found = answer(*(article(f"a{i}", on=d) for i, d in enumerate(days))).date
        assert found.date.iso == said, days
    assert len(answer(article("a", on="2017-12-26"), article("b", on="2012-03-02")).date.alternatives) == 2
    assert answer(article("a", on="2017-12-26"), article("b", on="1992-03-02")).date.date is None


def test_a_place_is_called_as_its_articles_call_it() -> None:
    koeln = COLOGNE.model_copy(update={"name": "Köln"})
    one = Article(article_id="a", places=(ArticlePlace(keyword="Cologne (Germany)", place=koeln),))
    found = answer(one).place
    assert (found.place.name, found.called) == ("Köln", "Cologne") and found.label == f"Cologne, {NRW}, Germany"
    assert answer(article("b", DUISBURG)).place.called == ""


def test_climbing_to_region_country_and_continent() -> None:
    region = answer(article("a", DUISBURG), article("b", COLOGNE)).place
    assert (region.place.name, region.place.level, region.place.lat) == (NRW, "region", None)
    assert region.share == 1.0 and [s.label.split(",")[0] for s in region.alternatives] == ["Duisburg", "Cologne"]
    country = answer(article("a", DUISBURG), article("b", BERLIN)).place
    assert country.place == GERMANY  # as the gazetteer has it, coordinates included
    continent = answer(article("a", DUISBURG), article("b", PARIS)).place
    assert continent.place == EUROPE


def test_a_tie_is_no_answer_and_a_split_vote_says_so() -> None:
    place = answer(article("a", DUISBURG), article("b", LIMA)).place
    assert (place.place, place.basis) == (None, "none")
    assert "disagree" in place.note and len(place.alternatives) == 2


def test_an_articles_vote_is_shared_among_its_places() -> None:
    # Duisburg 1 + 1/2, Paris 1/2 of 2 votes
    place = answer(article("a", DUISBURG), article("b", DUISBURG, PARIS)).place
    assert place.place == DUISBURG and place.share == pytest.approx(0.75)


def test_a_place_given_coarsely_supports_only_its_own_level() -> None:
    place = answer(article("a", DUISBURG), article("b", GERMANY), article("c", GERMANY)).place
    assert place.place == GERMANY and place.share == 1.0  # at city level Duisburg has 1/3 only


def test_an_enclosing_place_of_the_same_article_is_context_of_the_finer_one() -> None:
    def weighed(duisburg: float, germany: float, paris: float) -> Article:
        weights = ((DUISBURG, duisburg), (GERMANY, germany), (PARIS, paris))
        return Article(
            article_id="a", places=tuple(ArticlePlace(keyword=p.name, place=p, weight=w) for p, w in weights)
        )

    strong = answer(weighed(0.45, 0.3, 0.25)).place  # Germany's 0.3 goes to Duisburg: 0.75
    assert strong.place == DUISBURG and strong.share == pytest.approx(0.75)
    passing = answer(weighed(0.1, 0.7, 0.2)).place  # Duisburg only in passing: Germany holds 0.1 + 0.7
    assert passing.place == GERMANY and passing.share == pytest.approx(0.8)
    # Germany's 1 of 3 is shared by two cities that are named as often: a tie, so Germany is the answer
    assert answer(article("a", DUISBURG, GERMANY, BERLIN)).place.place == GERMANY


def test_rank_and_tier_weigh() -> None:
    # 1/1 against 1/2 + 1/3 = 0.55 of 1.83
    assert (
        answer(article("a", LIMA), article("b", PARIS), article("c", PARIS), settings=ContextSettings()).place.place
        == LIMA
    )
    # pinned and matched decide alone, and a pin counts twice as much: 4/6
    both = answer(
        article("a", LIMA), article("b", PARIS), *(article(f"x{i}", BERLIN) for i in range(5)), tiers="pmrrrrr"
    )
    assert both.place.place == LIMA and both.place.share == pytest.approx(4 / 6)
    contested = answer(article("a", LIMA), article("b", PARIS), tiers="pm")
    assert both.place.confidence == contested.place.confidence == "low"
    assert len([c for c in both.conflicts if "contradict" in c]) == 2
    agreed = answer(article("a", LIMA), article("b", LIMA), article("c", PARIS), tiers="pmr").place
    assert agreed.note == "" and agreed.confidence == "high"


def test_a_matched_article_without_a_place_leaves_the_vote_to_the_others() -> None:
    found = answer(article("a", on="2017-12-27"), article("b", PARIS, on="2015-01-01"), tiers="mr")
    assert found.place.place == PARIS and "No archived photograph" in found.place.note
    assert found.date.date.iso == "2017-12-27"


def test_only_the_top_articles_vote() -> None:
    articles = [article("a", PARIS), *(article(f"x{i}", BERLIN) for i in range(4))]
    assert answer(*articles, settings=FLAT.model_copy(update={"articles": 1})).place.place == PARIS


def test_unresolved_places_and_none_are_named_as_nothing() -> None:
    unresolved = Article(article_id="a", places=(ArticlePlace(keyword="Atlantis"),))
    found = answer(unresolved)
    assert found.place.basis == "none" and "none of the 1 best articles has a known place" in found.place.note
    assert found.date.basis == "none" and "known date" in found.date.note
    empty = answer()
    assert "no article was found" in empty.place.note and empty.agreement == () and empty.conflicts == ()


# --- date -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "expected", "share"),
    [
        (["2017-12-26", "2017-12-26", "2017-12-27"], "2017-12-26", 2 / 3),
        (["2017-12-26", "2017-12-27"], "2017-12", 1.0),
        (["2017-12-26", "2017-11-27"], "2017", 1.0),
        (["2017-12-26", "2018-01-01"], "2010s", 1.0),
        (["2017-12-26", "2017"], "2017-12-26", 0.5),  # half of the vote, no other day: enough
        (["2017-12-26", "2017", "2017"], "2017", 1.0),
        (["1999-12-31", "2000-01-01"], None, None),
    ],
)
def test_dates_climb_from_day_to_decade(published: list[str], expected: str | None, share: float | None) -> None:
    date = answer(*(article(f"a{i}", on=d) for i, d in enumerate(published))).date
    assert (date.date.iso if date.date else None) == expected
    assert date.share == (pytest.approx(share) if share else None)
    if expected:
        assert "event can be earlier" in date.note


def test_an_older_copy_of_the_photograph_is_a_conflict() -> None:
    found = answer(
        article("a", on="2017-12-26"), article("b", on="2017-12-26"), article("c", on="2016-12-26"), tiers="mmm"
    )
    assert found.date.date.iso == "2017-12-26"
    assert found.conflicts[0] == (
        "A matching photograph was published on 2016-12-26 (c), 365 days before 2017-12-26: "
        "the picture may be older than the event."
    )
    # a third of the vote says otherwise: that is a contradiction, and it is said
    assert "33% for 2016-12-26 (c)" in found.conflicts[1] and found.date.confidence == "low"


def test_a_match_dated_late_is_told_of_earlier_coverage_of_its_story() -> None:
    """Found on real articles: the match carries the day it was crawled, the other papers the day of the event."""
    world = [
        article(i, on=d) for i, d in (("a", "2017-12-30"), ("b", "2017-12-27"), ("c", "2017-12-28"), ("d", "2016"))
    ]
    found = answer(*world, tiers="mrrr", coverage="bcd").date
    assert found.date.iso == "2017-12-30", "the answer stays the match's"
    assert (
        "Other coverage of the story is dated from 2017-12-27 on (Headline of b)." in found.note
    )  # 2016 is another story
    assert "Other coverage" not in answer(*world, tiers="mrrr").date.note, "only what the coverage channel found counts"


# --- camera ---------------------------------------------------------------------------------------------------


def test_camera_position_is_compared_in_km() -> None:
    near = answer(article("a", DUISBURG), camera=Camera(lat=51.45, lon=6.80))
    assert near.conflicts == ()
    far = answer(article("a", DUISBURG), camera=Camera(lat=52.52, lon=13.41))
    assert len(far.conflicts) == 1 and "GPS" in far.conflicts[0]
    km = int(far.conflicts[0].split(" is ")[1].split(" km")[0])
    assert 465 <= km <= 475  # Duisburg - Berlin on the map: about 470 km
    coarse = answer(article("a", GERMANY), camera=Camera(lat=52.52, lon=13.41))
    assert coarse.conflicts == ()  # Berlin lies in Germany, 290 km from its centre


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        ("2017-12-26T10:00:00", None),
        ("2017-12-20T10:00:00", None),  # 7 days before: within the tolerance
        ("2017-12-28T01:00:00", None),  # 1 day after: another time zone
        ("2017-12-19T10:00:00", "8 days before the coverage"),
        ("2018-01-27T10:00:00", "31 days after the coverage"),
        ("", None),
    ],
)
def test_camera_time_is_compared_in_days(taken: str, words: str | None) -> None:
    conflicts = answer(article("a", on="2017-12-27"), camera=Camera(time=taken)).conflicts
    assert [words in c for c in conflicts] == ([True] if words else [])


def test_the_camera_is_compared_with_the_claim_too() -> None:
    camera = Camera(lat=51.43, lon=6.76, time="2017-12-26T10:00:00")
    claim = Claim(place="Berlin", date=PartialDate.model_validate("2019-12-26"))
    assert answer(camera=camera, claim=claim).conflicts == (
        "The camera's GPS position (51.4300, 6.7600) is 471 km from the claimed place Berlin, Germany.",
        "The camera's clock says 2017-12-26, 730 days before the claimed date (2019-12-26).",
    )


# --- the analyst ----------------------------------------------------------------------------------------------


def test_what_the_analyst_sets_wins_and_disagreement_is_shown() -> None:
    found = answer(article("a", DUISBURG, on="2017-12-27"), set_place=BERLIN, set_date="2016-12-27")
    assert (found.place.place, found.place.basis) == (BERLIN, "analyst")
    assert (found.date.date.iso, found.date.basis) == ("2016-12-27", "analyst")
    assert found.place.alternatives[0].label == DUISBURG.label and found.place.article_ids == ()
    assert "471 km away" in found.conflicts[0]  # great circle of the two coordinates above
    assert "365 days apart" in found.conflicts[1]


def test_a_coarser_value_of_the_analyst_is_no_conflict() -> None:
    found = answer(article("a", DUISBURG, on="2017-12-27"), set_place=GERMANY, set_date="2017")
    assert found.conflicts == () and found.place.article_ids == ("a",)


# --- the claim ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [
        ("Duisburg", "supported"),
        ("Germany", "supported"),  # coarser, and right
        ("Duisburg Central Station", "supported"),  # finer: as far as the city
        ("Cologne", "contradicted"),
        ("Lima", "contradicted"),
        ("Atlantis", "not_addressed"),
    ],
)
def test_claimed_place(claimed: str, verdict: str) -> None:
    (row,) = answer(article("a", DUISBURG), claim=Claim(place=claimed)).agreement
    assert (row.item, row.claimed, row.verdict) == ("place", claimed, verdict)
    if claimed == "Lima":
        assert 10_500 < row.km < 10_800 and row.found == DUISBURG.label and row.article_ids == ("a",)
    if claimed == "Duisburg Central Station":
        assert "Only as far as the city" in row.note


@pytest.mark.parametrize(
    ("claimed", "verdict", "days"),
    [
        ("2017-12-27", "supported", 0),
        ("2017-12", "supported", 0),
        ("2017-12-20", "supported", 7),
        ("2017-12-19", "contradicted", 8),
        ("2018-01", "supported", 5),
        ("2016", "contradicted", 361),  # 31 December 2016 to 27 December 2017
    ],
)
def test_claimed_date(claimed: str, verdict: str, days: int) -> None:
    claim = Claim(date=PartialDate.model_validate(claimed))
    (row,) = answer(article("a", on="2017-12-27"), claim=claim).agreement
    assert (row.item, row.verdict, row.days) == ("date", verdict, days)


def test_an_answer_as_coarse_as_a_continent_or_decade_supports_no_finer_claim() -> None:
    claim = Claim(place="Cologne", date=PartialDate.model_validate("2017-12-26"))
    rows = answer(article("a", DUISBURG, on="2011"), article("b", PARIS, on="2018"), claim=claim).agreement
    assert [(r.verdict, r.found) for r in rows] == [("not_addressed", "Europe"), ("not_addressed", "2010s")]


def test_claims_that_nothing_addresses() -> None:
    rows = answer(claim=Claim(text="A bridge fell", place="Paris", date=PartialDate(year=2017))).agreement
    assert [(r.item, r.verdict) for r in rows] == [(i, "not_addressed") for i in ("text", "place", "date")]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("The bridge in Genoa collapsed", "supported"),
        ("The bridge in Genoa collapsed, 43 dead", "not_addressed"),  # in two sentences: of one event or of two
        ("A bridge in Genoa collapsed and 430 died", "not_addressed"),  # the number is not there
        ("The bridge in Genoa did not collapse", "not_addressed"),  # negated: words say nothing
        ("Aliens landed in Genoa", "not_addressed"),
        ("!!!", "not_addressed"),
    ],
)
def test_claimed_text_is_compared_word_by_word(claim: str, verdict: str) -> None:
    body = "The Morandi bridge in Genoa collapsed on Tuesday. At least 43 people are dead."
    (row,) = answer(article("a", body=body), claim=Claim(text=claim)).agreement
    assert (row.item, row.verdict) == ("text", verdict)
    assert row.note


# --- confidence -----------------------------------------------------------------------------------------------


def rated(p: float | None, tier: str = "ranked", **kwargs):
    """One dated article in Duisburg, with that relevance."""
    found = {"a": article("a", DUISBURG, on="2017-12-26")}
    hits = [Hit(article_id="a", rank=1, score=1.0, tier=tier)]
    relevance = Relevance(probability=p, unavailable="" if p is not None else "no such model")
    settings = ContextSettings(min_relevance=0.6)
    return context.run(
        hits, found, PHOTOGRAPH, Claim(), KNOWN.get, settings, rated=RelevanceResult(first=relevance), **kwargs
    )


@pytest.mark.parametrize(("p", "confidence"), [(0.6, "high"), (0.59, "low"), (None, "unrated")])
def test_ranked_evidence_is_as_sure_as_its_relevance(p, confidence):
    found = rated(p)
    assert (found.place.confidence, found.date.confidence) == (confidence, confidence)
    assert found.place.place == DUISBURG, "the answer is shown whatever its confidence"
    assert ("may hold nothing" in found.place.note and "may hold nothing" in found.date.note) == (p == 0.59)


def test_a_match_needs_no_relevance_and_the_analyst_none_either():
    assert rated(0.01, tier="matched").place.confidence == "high"
    own = rated(0.01, set_place=LIMA)
    assert own.place.confidence == "" and own.date.confidence == "low"
    nothing = context.run(
        (), {}, PHOTOGRAPH, Claim(), KNOWN.get, FLAT, rated=RelevanceResult(first=Relevance(probability=0.9))
    )
    assert nothing.place.confidence == "" and nothing.date.confidence == ""


# --- sentences ------------------------------------------------------------------------------------------------


def test_every_item_of_a_claim_comes_with_the_sentences_that_say_so() -> None:
    body = "The bridge in Duisburg fell on Dec. 26. Berlin sent help. Nobody slept."
    one = article("a", DUISBURG, on="2017-12-26", body=body)
    claim = Claim(text="A bridge fell", place="Berlin", date=PartialDate.model_validate("2019-12-26"))
    rows = {row.item: row for row in answer(one, claim=claim).agreement}
    assert rows["text"].verdict == "supported"
    assert [q.text for q in rows["text"].sentences] == ["The bridge in Duisburg fell on Dec. 26."]
    assert rows["place"].verdict == "contradicted"  # the answer's place first, then the claimed one
    said = [(q.field, q.text) for q in rows["place"].sentences]
    assert said == [
        ("body", "The bridge in Duisburg fell on Dec. 26."), ("body", "Berlin sent help."),
    ]  # fmt: skip
    assert rows["date"].verdict == "contradicted" and rows["date"].days == 730
    assert [(q.field, q.text) for q in rows["date"].sentences] == [("published", "2017-12-26")]
    for row in rows.values():
        for q in row.sentences:
            assert q.field == "published" or one.body[q.start : q.end] == q.text


def test_a_supported_item_quotes_the_answer_alone() -> None:
    one = article("a", DUISBURG, on="2017-12-26", body="Duisburg burned.")
    claim = Claim(place="Duisburg", date=PartialDate.model_validate("2017-12-25"))
    place, date = answer(one, claim=claim).agreement
    assert place.verdict == date.verdict == "supported"
    assert [q.text for q in place.sentences] == ["Duisburg burned."]
    assert [q.text for q in date.sentences] == ["2017-12-26"]
