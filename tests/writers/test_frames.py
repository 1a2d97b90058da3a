"""What is filled into a quoted sentence, and what is left out of it."""

from __future__ import annotations

import pytest

from newsctx.records import Article, ArticlePlace, PartialDate, Place
from newsctx.writers.clauses import LEAST, shortened, word_count
from newsctx.writers.frames import Where, article_places, dated, placed, says_when, where

WEDNESDAY = PartialDate.model_validate("2017-12-27")
PARIS = Where("Paris", "France")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It burned on Tuesday.", "It burned on Tuesday, 26 December 2017."),
        ("On Wednesday it burned.", "On Wednesday, 27 December 2017, it burned."),
        ("It burned on Thursday night in Paris.", "It burned on Thursday night, 21 December 2017, in Paris."),
        ("It burned on Tuesday, twice.", "It burned on Tuesday, 26 December 2017, twice."),
        ("On Monday it burned that had been built on Friday.", "On Monday, 25 December 2017, it burned that had been "
         "built on Friday."),
        ("It will open on Tuesday.", None),  # the day is still to come
        ("It is expected to burn on Tuesday.", None),
        ("It burned on Tuesday, Dec. 26.", None),  # the day is said
        ("It burned.", None),
        ("Tuesday's fire was small.", None),
    ],
)  # fmt: skip
def test_a_weekday_is_dated_by_the_day_of_publication(text: str, expected: str | None) -> None:
    assert dated(text, WEDNESDAY) == expected


def test_without_a_day_of_publication_nothing_is_dated() -> None:
    assert dated("It burned on Tuesday.", PartialDate(year=2017, month=12)) is None
    assert dated("It burned on Tuesday.", None) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It burned in Paris.", "It burned in Paris, France."),
        ("It burned in Paris on Monday.", "It burned in Paris, France, on Monday."),
        ("Paris, quiet for days, burned in the night.", "Paris, France, quiet for days, burned in the night."),
        ("It burned in Paris, the French capital of France.", "It burned in Paris, the French capital of France."),
        ("A Paris square burned.", "A Paris square burned."),
        ("Paris Hilton spoke.", None),
        ("Paris's mayor spoke.", None),
        ("The Paris Agreement held.", None),
        ("A comparison was made.", None),
    ],
)
def test_the_land_stands_behind_the_city(text: str, expected: str | None) -> None:
    assert placed(text, [PARIS]) == expected


def test_places_are_written_as_the_archive_does() -> None:
    cologne = Place(name="Köln", level="city", country="Germany", country_code="DE")
    assert where(cologne, "Cologne (Germany)").text == "Cologne, Germany"
    assert where(cologne).text == "Köln, Germany"
    seattle = Place(name="Seattle", level="city", region="Washington", country="United States", country_code="US")
    assert where(seattle, "Seattle (United States)").text == "Seattle, Washington"
    assert where(Place(name="Singapore", level="city", country="Singapore")).text == "Singapore"
    louvre = Place(name="Louvre", level="venue", city="Paris", country="France")
    assert where(louvre).text == "Louvre, Paris, France"
    article = Article(
        article_id="a",
        places=(
            ArticlePlace(keyword="Germany", place=Place(name="Germany", level="country"), weight=1.0),
            ArticlePlace(keyword="Cologne (Germany)", place=cologne, weight=0.2),
            ArticlePlace(keyword="Seattle", place=seattle, weight=0.5),
        ),
    )
    assert [p.name for p in article_places(article)] == ["Seattle", "Cologne"]


def test_a_date_needs_a_year() -> None:
    assert says_when("on 26 December 2017") and says_when("in 2017") and not says_when("on Tuesday, Dec. 26")


LONG = (
    "More than thirty people (most of them tourists) were hurt on the pier when a ferry, which had left the island "
    "half an hour before, hit it at full speed, the coast guard said on Tuesday."
)
SHORT = "More than thirty people were hurt on the pier when a ferry hit it at full speed"


def test_clauses_are_left_out_one_after_the_other_until_it_is_short_enough() -> None:
    without_brackets = LONG.replace(" (most of them tourists)", "")
    assert [word_count(t) for t in (LONG, without_brackets, SHORT)] == [36, 32, 17]
    assert shortened(LONG, 36) == (LONG, False)
    assert shortened(LONG, 32) == (without_brackets, False)
    assert shortened(LONG, 31) == (f"{SHORT}, the coast guard said on Tuesday.", False)
    assert shortened(LONG, 20) == (f"{SHORT}.", True)  # who said it goes last but one


def test_a_quotation_is_not_shortened() -> None:
    said = "It was, according to “many, who saw it,” a very long day for the people of the town."
    assert shortened(said, 1)[0] == said


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        "The mayor, who spoke, left, police said.",
        "It was, according to “many, who saw it,” a very long day here.",
    ],
)
def test_every_form_is_left_over_from_the_sentence(text: str) -> None:
    for enough in range(1, 40):
        left = iter(text.split())
        short, _ = shortened(text, enough)
        assert word_count(short) >= min(LEAST, word_count(text))
        assert all(any(w.strip(",.") == o.strip(",.") for o in left) for w in short.split()), short


def test_ideographs_count_as_words() -> None:
    assert (
        word_count("周二上午，一艘渡轮") == 3
    )  # eight ideographs and a comma in one run: three to a word, and the run
