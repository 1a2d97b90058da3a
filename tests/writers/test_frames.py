"""What is filled into a quoted sentence, and what is left out of it."""

from __future__ import annotations

import pytest

from newsctx.records import Article, ArticlePlace, PartialDate, Place
from newsctx.writers.clauses import LEAST, dependent, shortened, word_count
from newsctx.writers.frames import Where, article_places, dated, elsewhere, placed, says_when, where

WEDNESDAY = PartialDate.model_validate("2017-12-27")
PARIS = Where("Paris", "France")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It burned on Tuesday.", "It burned on Tuesday, 26 December 2017."),
        ("On Wednesday it burned.", "On Wednesday, 27 December 2017, it burned."),
        ("It burned on Friday night in Paris.", "It burned on Friday night, 22 December 2017, in Paris."),
        ("It burned on Thursday.", None),  # the day after publication: 28 December, by the clocks there, or the 21st
        ("Voters go to the polls in Ruritania on Sunday with the ruling party well ahead of its rivals.", None),
        ("The suspect faces court on Monday over the attack that killed five people.", None),
        ("The mayor meets his guests on Monday amid tension over the accident.", None),
        ("Storm Eva could reach the coast of Altdorf on Sunday and flood the old town again.", None),
        ("Storms hit the coast on Sunday.", None),  # may be the present tense
        ("Thirty years ago a ferry hit the pier of Altdorf on Tuesday and many people were hurt.", None),
        ("Two weeks earlier a ferry hit the pier on Tuesday and many were hurt.", None),
        ("Every Tuesday the ferry sank on Tuesday.", None),
        ("Theresa May spoke on Tuesday and left.", "Theresa May spoke on Tuesday, 26 December 2017, and left."),
        ("In 1987 a ferry hit the pier on Tuesday and many were hurt.", None),
        ("He was jailed ahead of elections on Sunday.", None),
        ("Leaders agreed to meet on Sunday.", None),
        ("The party called a strike on Sunday.", None),
        ("He said the vote on Sunday was in danger.", None),
        ("Heading into the final on Sunday, he was calm.", None),
        ("The vote on Sunday was called off.", None),
        ("The army on Monday said that it burned.", "The army on Monday, 25 December 2017, said that it burned."),
        ("On Sunday, Anna, who lives here, fell.", "On Sunday, 24 December 2017, Anna, who lives here, fell."),
        ("A fire on Monday killed five people.", "A fire on Monday, 25 December 2017, killed five people."),
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


def test_early_on_the_day_after_publication_is_no_day_of_the_week_before() -> None:
    text = "North Korea fired a ballistic missile over Japan early on Tuesday."
    assert dated(text, PartialDate.model_validate("2017-08-28")) is None  # a Monday; it was the 29th in Japan
    assert dated(text, PartialDate.model_validate("2017-08-29")) == text.replace(".", ", 29 August 2017.")


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


def test_a_date_needs_a_month_and_a_year() -> None:
    assert says_when("on 26 December 2017") and says_when("in May 2017") and not says_when("on Tuesday, Dec. 26")
    assert not says_when("on Tuesday a dragon that had been in storage since 2019")


LONG = (
    "More than thirty people (most of them tourists) were hurt on the pier when a ferry, which had left the island "
    "half an hour before, hit it at full speed, the coast guard said on Tuesday."
)
SAID = ", the coast guard said on Tuesday."
SHORT = f"More than thirty people were hurt on the pier when a ferry hit it at full speed{SAID}"


def test_clauses_are_left_out_one_after_the_other_until_it_is_short_enough() -> None:
    without_brackets = LONG.replace(" (most of them tourists)", "")
    assert [word_count(t) for t in (LONG, without_brackets, SHORT)] == [36, 32, 23]
    assert shortened(LONG, 36) == LONG
    assert shortened(LONG, 32) == without_brackets
    assert shortened(LONG, 31) == SHORT
    assert shortened(LONG, 1) == SHORT  # who said it always stays


@pytest.mark.parametrize(
    "text",
    [
        "Forces killed 40 protesters in the square of the capital late on Sunday after weeks of unrest across the "
        "country, although the government denied that anyone was hurt.",
        "Forces killed 40 protesters in the square on Sunday, opposition leaders said, but officials denied it.",
        "The gunman, who had threatened his wife, a police officer and two neighbours in the months before, was shot "
        "dead at the house in Altdorf on Tuesday after a long siege.",
        "The bishop, who owned cars, houses and boats, told the court that he had never taken any money from it.",
        "The gunman, who had threatened his wife, wounded men and two neighbours, was shot dead at the house.",
        "A plane carrying 10 American tourists, including a family of five from New York and a family of four from "
        "Florida, as well as two pilots crashed in Costa Rica, killing everyone.",
        "A plane carrying 10 tourists, including a family of four from Florida crashed in the hills of Costa Rica.",
        "They learned of the deaths of Bruce M. Steinberg, 50, and Irene G. Steinberg, 51; and their sons, Zachary J. "
        "Steinberg, 19; William A. Steinberg, 18; and Matthew B. Steinberg, 13.",
        "Cars in space may conjure notions of a flight of fancy, but Musk says he wants to send one to Mars.",
        "As if bringing humans to the Red Planet were not difficult enough, he wants to send his sports car too.",
        "The ferry (not the one that sank last year) hit the pier, which the owner denies, at full speed on Tuesday.",
        "The minister, who denied wrongdoing, resigned on Tuesday over money he is said to have taken from a firm.",
        "The crowd cheered the driver – who had not seen the child – and carried him through the streets of the town.",
        "Nobody was hurt, with the exception of the driver who was thrown into the cold water of the harbour.",
        "“[The mayor] (my friend) was shot, which is a disgrace,” said the baker of the old town of Altdorf.",
        "A mayor (and his wife) were hurt when a ferry hit the old pier of Altdorf in fog.",
    ],
)
def test_what_denies_doubts_or_lists_is_not_cut(text: str) -> None:
    assert shortened(text, 1) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "A statement says there were ten foreigners aboard the plane, which had taken off nearby.",
            "A statement says there were ten foreigners aboard the plane.",
        ),
        (
            "Prince, who died in April 2016, wasn’t just the town’s own king of pop, he sang there.",
            "Prince wasn’t just the town’s own king of pop, he sang there.",
        ),
        (
            "The firm has confirmed the list of new features in the update, including faster pictures.",
            "The firm has confirmed the list of new features in the update.",
        ),
    ],
)
def test_detail_that_the_grammar_sets_off_is_cut(text: str, expected: str) -> None:
    assert shortened(text, 1) == expected


def test_a_clause_without_its_sentence_is_called_so() -> None:
    assert dependent("As if bringing humans to the Red Planet were not difficult enough.")
    assert not dependent("As if that were not enough, he wants to send his car too.")
    assert not dependent("Assistants were there.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A fire in the harbour of Wedestadt killed five people on Tuesday.", True),  # of which no gazetteer knows
        ("A fire in Lyon killed five people.", True),
        ("Lyon burned.", True),
        ("A fire in Paris, France, killed five people in June 2017 on a Sunday.", False),
        ("A fire in the harbour killed five people.", False),
    ],
)
def test_another_place_in_the_sentence_is_seen(text: str, expected: bool) -> None:
    assert elsewhere(text, Place(name="Paris", level="city", country="France", continent="Europe")) is expected


def test_a_quotation_is_not_shortened() -> None:
    said = "It was, according to “many, who saw it,” a very long day for the people of the town."
    assert shortened(said, 1) == said


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
        short = shortened(text, enough)
        assert word_count(short) >= min(LEAST, word_count(text))
        assert all(any(w.strip(",.") == o.strip(",.") for o in left) for w in short.split()), short


def test_ideographs_count_as_words() -> None:
    assert (
        word_count("周二上午，一艘渡轮") == 3
    )  # eight ideographs and a comma in one run: three to a word, and the run
