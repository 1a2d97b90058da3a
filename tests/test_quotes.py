"""Sentences that say a place or a date: verbatim with their address, and none that only looks like it."""

from __future__ import annotations

from newsctx.passages import field_text
from newsctx.quotes import covering, naming_date, naming_place
from newsctx.records import Article, ArticleImage, PartialDate, Place

PARIS = Place(name="Paris", level="city", country="France")
DAY = PartialDate.model_validate("2017-12-26")


def article(article_id: str, body: str, on: str = "", headline: str = "", caption: str = "") -> Article:
    published = PartialDate.model_validate(on) if on else None
    images = (ArticleImage(caption=caption),) if caption else ()
    return Article(article_id=article_id, headline=headline, body=body, published=published, images=images)


def texts(quotes):
    return [q.text for q in quotes]


def test_every_quote_stands_where_it_says():
    one = article(
        "a",
        "It rained. The Seine rose in PARIS. Paris was closed.",
        headline="Flood in Paris",
        caption="Paris, Monday.",
    )
    quotes = naming_place([one], PARIS, 9)
    assert texts(quotes) == ["Flood in Paris", "Paris, Monday.", "The Seine rose in PARIS."]  # the first of each field
    for q in quotes:
        assert field_text(one, q.field)[q.start : q.end] == q.text
    assert len(naming_place([one], PARIS, 1)) == 1 and naming_place([one], PARIS, 0) == ()


def test_a_name_inside_another_word_is_no_place():
    assert naming_place([article("a", "The Parisian crowd cheered. Comparison is idle.")], PARIS, 9) == ()


def test_a_venue_is_found_by_its_city_too():
    venue = Place(name="Gare du Nord", level="venue", city="Paris")
    body = "Trains stopped. The GARE DU NORD was empty. Paris slept."
    assert texts(naming_place([article("a", body)], venue, 9)) == ["The GARE DU NORD was empty."]


def test_a_date_is_the_publication_or_a_sentence_that_writes_it():
    dated = article("a", "Nothing here.", on="2017-12-26")
    spelled = article("b", "It fell. It began on Dec. 26 at dawn. It ended.", on="2017-12-30")
    found = naming_date([dated, spelled], DAY, 0, 9)
    assert [(q.article_id, q.field, q.text) for q in found] == [
        ("a", "published", "2017-12-26"), ("b", "body", "It began on Dec. 26 at dawn."),
    ]  # fmt: skip


def test_the_same_day_of_another_year_is_another_date():
    old = article("a", "It began on December 26.", on="2004-12-27")  # of 2004
    named = article("b", "The wave of December 26, 2004 is remembered.", on="2017-12-25")
    assert naming_date([old, named], DAY, 0, 9) == ()
    ordinary = article("c", "Shops close on the 26th of December 2017.")
    assert len(naming_date([ordinary], DAY, 0, 9)) == 1
    assert naming_date([article("d", "Number 12017 won.")], PartialDate(year=2017), 0, 9) == ()


def test_months_years_and_decades_are_found_as_they_are_written():
    world = [article("a", "In March 2019 it burned. In 2018 it did not. The 1970s were calm.")]
    for iso, said in (
        ("2019-03", "In March 2019 it burned."),
        ("2018", "In 2018 it did not."),
        ("1970s", "The 1970s were calm."),
    ):
        assert texts(naming_date(world, PartialDate.model_validate(iso), 0, 9)) == [said]


def test_the_fewest_sentences_that_hold_the_words():
    body = "The bridge stood. A bridge fell. Police counted seven cars. Rain."
    one = article("a", body)
    assert texts(covering(one, ("bridge", "fell", "seven"), 4)) == ["A bridge fell.", "Police counted seven cars."]
    assert texts(covering(one, ("bridge", "fell", "seven"), 1)) == ["A bridge fell."]
    assert covering(one, ("volcano",), 4) == ()


def test_markup_is_quoted_as_it_stands():
    one = article("a", "<script>alert('Paris')</script> stood in Paris.")
    (quote,) = naming_place([one], PARIS, 4)
    assert "<script>" in quote.text and one.body[quote.start : quote.end] == quote.text
