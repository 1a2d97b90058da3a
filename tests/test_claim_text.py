"""A claim in the words of articles: what supports it, what denies it, and what only looks like either."""

from __future__ import annotations

import pytest

from newsctx.claims import check_claim
from newsctx.records import Article, Claim, ClaimCheck, DateAnswer, PlaceAnswer
from newsctx.settings import ContextSettings

MOSQUE = "Soldiers burned the mosque in Ansbach."
FIRE = "Five people were killed in the Ansbach fire."


def article(body: str, headline: str = "News", article_id: str = "a") -> Article:
    return Article(article_id=article_id, headline=headline, body=body)


def check(claim: str, *articles: Article) -> ClaimCheck:
    (row,) = check_claim(
        Claim(text=claim), PlaceAnswer(), DateAnswer(), articles, {}.get, ContextSettings()
    )  # fmt: skip
    assert row.note and row.item == "text"
    return row


@pytest.mark.parametrize(
    ("claim", "body"),
    [
        (MOSQUE, "It was night. Soldiers burned the old mosque in Ansbach on Monday. The town slept."),
        ("The bridge in Genoa collapsed", "The Morandi bridge collapsed in Genoa."),  # one name may stand anywhere
        ("Israel attacked Iran.", "On Monday Israel attacked Iran from the air."),
        (FIRE, "Five people were killed in the Ansbach fire, police said."),
    ],
)
def test_all_words_in_one_sentence_and_in_order_support(claim, body):
    row = check(claim, article(body))
    assert row.verdict == "supported" and row.article_ids == ("a",)
    assert len(row.sentences) == 1 and row.sentences[0].text in body


@pytest.mark.parametrize(
    ("claim", "body"),
    [
        (MOSQUE, "Claims that soldiers burned the mosque in Ansbach are false, fact-checkers found."),
        (MOSQUE, "Soldiers never burned the mosque in Ansbach."),
        (MOSQUE, "No soldiers burned the mosque in Ansbach."),
        (FIRE, "No: five people were not killed in the Ansbach fire, police said."),
        ("The photo shows a protest in Lyon.", "The photo does not show a protest in Lyon."),
        ("The photo shows a protest in Lyon.", "The photo doesn't show a protest in Lyon."),
    ],
)
def test_a_plain_denial_of_the_same_words_contradicts(claim, body):
    row = check(claim, article(body))
    assert row.verdict == "contradicted" and [q.text for q in row.sentences] == [body]


@pytest.mark.parametrize(
    ("claim", "body", "headline"),
    [
        ("Israel attacked Iran.", "Iran attacked Israel.", "News"),
        ("Israel attacked Iran.", "Israel said that Iran attacked a ship.", "News"),  # the verb is Iran's
        ("Police shot protesters in Ansbach.", "Protesters shot police in Ansbach.", "News"),  # without names, too
        (MOSQUE, "Soldiers came to Ansbach. The mosque was burned by others.", "News"),  # not in one sentence
        (MOSQUE, "Soldiers burned the mosque in Ansbach, but not the school.", "News"),  # negates something else
        (MOSQUE, "Soldiers did not only loot; soldiers burned the mosque in Ansbach.", "News"),
        (MOSQUE, "The army denied that soldiers burned the mosque in Ansbach.", "News"),  # one side's word
        (MOSQUE, "It is not false that soldiers burned the mosque in Ansbach.", "News"),  # two denials
        (MOSQUE, "Soldiers burned the mosque in Ansbach. This is a hoax.", "News"),  # the neighbour
        (MOSQUE, "One report: soldiers burned the mosque in Ansbach. The report was wrong.", "News"),
        (MOSQUE, "Soldiers burned the mosque in Ansbach. Nobody was hurt.", "News"),  # conservative: read it
        (MOSQUE, "Soldiers burned the mosque in Ansbach.", "Fake: the Ansbach video"),
        (MOSQUE, "Soldiers burned the mosque in Ansbach. It was shared. Many saw it. Then it was debunked.", "News"),
        ("Soldiers burned mosque", "This is false. More follows.", "Soldiers burned mosque"),
        (MOSQUE, "Did soldiers burn it? It is unclear whether soldiers burned the mosque in Ansbach.", "News"),
        (FIRE, "Two people were killed in the Ansbach fire.", "News"),  # four of five words: the number is another
        (MOSQUE, "Soldiers guarded the mosque in Ansbach.", "News"),  # the verb is another
    ],
)
def test_what_is_no_plain_word_for_or_against_is_for_the_analyst(claim, body, headline):
    row = check(claim, article(body, headline))
    assert row.verdict == "not_addressed" and row.article_ids == () and row.sentences


def test_a_doubting_neighbour_is_quoted_beside_the_sentence():
    row = check(MOSQUE, article("Soldiers burned the mosque in Ansbach. This is a hoax."))
    assert [q.text for q in row.sentences] == ["Soldiers burned the mosque in Ansbach.", "This is a hoax."]


def test_the_headline_completes_a_sentence_where_no_two_names_can_change_places():
    fire = article("It killed five, police said.", "A fire in Ansbach")
    row = check("A fire in Ansbach killed five", fire)
    assert row.verdict == "supported" and [q.field for q in row.sentences] == ["headline", "body"]
    assert check("Five killed in Ansbach fire", fire).verdict == "not_addressed", "another order"
    for headline in ("The army of Israel", "Israel on alert"):
        row = check("Israel attacked Iran", article("Gunmen attacked a bus near Iran.", headline))
        assert row.verdict == "not_addressed", headline


def test_one_article_for_and_one_against_settles_nothing_and_quotes_both():
    says, denies = article(MOSQUE), article("Soldiers never burned the mosque in Ansbach.", article_id="b")
    for order in ((says, denies), (denies, says)):
        row = check(MOSQUE, *order)
        assert row.verdict == "not_addressed" and "read both" in row.note
        assert {q.article_id for q in row.sentences} == {"a", "b"}


def test_another_articles_unrelated_negation_takes_no_support_away():
    beside = article("Soldiers burned the mosque in Ansbach. Nobody slept.", article_id="b")
    assert check(MOSQUE, beside, article(MOSQUE)).verdict == "supported"


def test_the_claims_own_word_of_doubt_is_no_doubt_of_the_article():
    assert check("The minister denied guilt", article("The minister denied guilt.")).verdict == "supported"
