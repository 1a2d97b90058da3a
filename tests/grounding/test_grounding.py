"""Names, places, dates and numbers of a caption, held against a small world whose answers are known by reading it."""

from __future__ import annotations

import pytest

from newsctx import grounding
from newsctx.grounding import dating, numbers
from newsctx.grounding.text import clean, words
from newsctx.records import (
    Article,
    ArticlePlace,
    Caption,
    Chunk,
    Context,
    DateAnswer,
    Hit,
    Mention,
    Photo,
    Place,
    PlaceAnswer,
    Sentence,
)
from newsctx.writers.base import CaptionEvidence

TEXT = (
    "Chancellor Angela Merkel, President Donald J. Trump and the U.S. delegation met Bashar al-Assad on Tuesday, "
    "Dec. 26. Twelve people died, 3,200,000 fled, and 20 percent of homes built in 1995 were lost. Comparison with "
    "Manchester; a concert by Ludwig van Beethoven. The University of Oxford sent some 350 students, the World Health "
    "Organization none. It helped us. A German minister spoke in Łódź. John met Mary, Smith said."
)
DUISBURG = Place(
    name="Duisburg", level="city", region="North Rhine-Westphalia", country="Germany", country_code="DE",
    geonameid=2934691,
)  # fmt: skip
COLOGNE = DUISBURG.model_copy(update={"name": "Köln", "geonameid": 2886242})
ALL = ("a#published", "a#places", "a#source", "a#headline")


def world(text: str = TEXT, context: Context | None = None) -> CaptionEvidence:
    article = Article(
        article_id="a", headline="Warehouse burns near the river", body=text, source="Reuters", published="2017-12-27",
        places=tuple(ArticlePlace(keyword=f"{p.name} (Germany)", place=p) for p in (DUISBURG, COLOGNE)),
    )  # fmt: skip
    chunk = Chunk(chunk_id="c", article_id="a", start=0, end=len(text), text=text)
    chunk = chunk.model_copy(update={"chunk_id": f"a#body:0-{len(text)}"})
    photo = Photo(sha256="0" * 64, phash="0" * 16, format="JPEG", bytes=1, width=64, height=64)
    hits = (Hit(article_id="a", rank=1, score=1.0),)
    return CaptionEvidence(photo, hits, {"a": article}, (chunk,), context or Context())


def checked(
    sentence: str, text: str = TEXT, metadata: tuple[str, ...] = ALL, context: Context | None = None
) -> Sentence:
    evidence = world(text, context)
    cites = Sentence(text=sentence, chunk_ids=(evidence.chunks[0].chunk_id,), metadata_ids=metadata)
    return grounding.check([cites], evidence)[0]


def said(sentence: str, **kwargs: object) -> list[tuple[str, str, bool]]:
    """(kind, text, found) of every mention."""
    return [(m.kind, m.text, bool(m.found)) for m in checked(sentence, **kwargs).mentions]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "kind", "text"),
    [
        ("The chancellor, Angela Merkel, left.", "name", "Angela Merkel"),
        ("Merkel’s motorcade left.", "name", "Merkel"),  # a part of the name, and a possessive
        ("ANGELA MERKEL left.", "name", "ANGELA MERKEL"),
        ("He met Donald Trump.", "name", "Donald Trump"),  # the text has an initial
        ("He met Bashar al-Assad.", "name", "Bashar al-Assad"),
        ("He heard van Beethoven and Beethoven.", "name", "Beethoven"),
        ("It came to the US.", "place", "US"),  # the text writes U.S.
        ("It came to the United States.", "place", "United States"),
        ("It burned in Lodz.", "place", "Lodz"),  # diacritics folded
        ("It burned in Duisburg.", "place", "Duisburg"),  # only the metadata has it
        ("It burned in Germany.", "place", "Germany"),  # what contains the place
        ("It burned in Cologne.", "place", "Cologne"),  # Köln by another name
        ("It was reported by Reuters.", "name", "Reuters"),
        ("The WHO is silent.", "name", "WHO"),  # the initials of what the text spells out
        ("A visit to the University of Oxford.", "name", "University of Oxford"),
        ("It was 26 December 2017.", "date", "26 December 2017"),  # Dec. 26, of the year of publication
        ("It was 27 December 2017.", "date", "27 December 2017"),
        ("It was 2017-12-27.", "date", "2017-12-27"),
        ("It was 12/27/2017.", "date", "12/27/2017"),
        ("It was in December 2017.", "date", "December 2017"),  # coarser
        ("It was in the 2010s.", "date", "2010s"),
        ("It was Wednesday.", "date", "Wednesday"),  # 27 December 2017 was one
        ("It was Tuesday, Dec. 26.", "date", "Tuesday, Dec. 26"),
        ("It killed 12 people.", "number", "12"),
        ("It killed twelve people.", "number", "twelve"),
        ("It killed a dozen people.", "number", "a dozen"),
        ("It moved 3.2 million people.", "number", "3.2 million"),
        ("It moved 20% of them.", "number", "20%"),
        ("It moved hundreds of students.", "number", "hundreds"),  # 350
    ],
)
def test_other_forms_of_what_the_evidence_holds_are_found(sentence: str, kind: str, text: str) -> None:
    assert (kind, text, True) in said(sentence)


@pytest.mark.parametrize(
    ("sentence", "kind", "text"),
    [
        ("It burned in Paris.", "place", "Paris"),  # Comparison
        ("The island of Man burned.", "place", "Man"),  # Manchester
        ("It killed 5 people.", "number", "5"),  # 1995
        ("It killed 99 people.", "number", "99"),
        ("He met Angela Trump.", "name", "Angela Trump"),  # halves of two names
        ("He met Mary Smith.", "name", "Mary Smith"),  # `Mary, Smith`: no name reaches over a comma
        ("He met Angela Dorothea Merkel.", "name", "Angela Dorothea Merkel"),  # finer
        ("A visit to the University of Cambridge.", "name", "University of Cambridge"),
        ("A minister of Germany.", "place", "Germany"),  # German minister: he may speak anywhere
        ("Smoke rises in Kiev.", "place", "Kiev"),
        ("Obama left.", "name", "Obama"),  # first word of the sentence, but no common one
        ("It was 25 December 2017.", "date", "25 December 2017"),
        ("It was in December 2016.", "date", "December 2016"),
        ("It was Friday.", "date", "Friday"),
        ("It was in the 1980s.", "date", "1980s"),
        ("It killed thirteen people.", "number", "thirteen"),
        ("It moved 20 people.", "number", "20"),  # 20 percent
        ("It moved 3 million people.", "number", "3 million"),
        ("It moved thousands of students.", "number", "thousands"),
        ("He met Владимир Путин.", "name", "Владимир Путин"),
        ("A banner reads 自由 now.", "name", "自由"),
    ],
)
def test_another_or_a_finer_value_is_not_found(sentence: str, kind: str, text: str) -> None:
    metadata = ("a#published",) if text == "Germany" else ALL
    assert (kind, text, False) in said(sentence, metadata=metadata)


def test_the_ids_are_those_that_hold_the_mention() -> None:
    found = {m.text: m.found for m in checked("Merkel saw Duisburg on 26 December 2017.").mentions}
    chunk = f"a#body:0-{len(TEXT)}"
    assert found == {"Merkel": (chunk,), "Duisburg": ("a#places",), "26 December 2017": (chunk, "a#published")}


def test_a_day_without_year_needs_the_publication_to_be_cited() -> None:
    assert said("It was 26 December 2017.", metadata=("a#source",)) == [("date", "26 December 2017", False)]


def test_ordinary_words_are_no_names() -> None:
    for sentence in (
        "Firefighters work at a burning warehouse.",
        "Protesters gather. Smoke rises! The crowd waits.",
        "Police officers stand guard; “We wait,” a man says.",
        "One of the men, any one of them, may march.",
    ):
        assert said(sentence) == []


def test_what_only_looks_alike_in_lower_case_is_no_acronym() -> None:
    text = "It helped us. The doctor who came may help."
    assert said("It was the US.", text=text) == [("place", "US", False)]
    assert said("It was the WHO.", text=text) == [("name", "WHO", False)]


def test_several_names_stand_in_the_order_of_the_text() -> None:
    assert said("In Duisburg, 12 people and Merkel, on 27 December 2017, heard Beethoven.") == [
        ("place", "Duisburg", True), ("number", "12", True), ("name", "Merkel", True),
        ("date", "27 December 2017", True), ("name", "Beethoven", True),
    ]  # fmt: skip


def test_scripts_without_capitals_are_compared_literally() -> None:
    text = "2017年12月27日、東京でジャスティン・トルドー首相が演説した。"
    sentence = "東京でジャスティン・トルドー氏が演説、大阪でマクロン氏。2017年12月27日"
    assert said(sentence, text=text) == [
        ("place", "東京", True), ("name", "ジャスティン・トルドー", True), ("place", "大阪", False),
        ("name", "マクロン", False), ("date", "2017年12月27日", True),
    ]  # fmt: skip


def test_unknown_ids_and_nothing_cited_are_problems() -> None:
    evidence = world()
    given = [
        Sentence(text="Merkel left.", chunk_ids=("a#body:0-9", "x" * 500)),
        Sentence(text="Merkel left.", metadata_ids=("b#published", "a#body", "analyst#place")),
        Sentence(text="Merkel left.", problem="no ids"),
        Sentence(text="Merkel left.", chunk_ids=(evidence.chunks[0].chunk_id,), problem="an old one"),
    ]
    first, second, third, fourth = grounding.check(given, evidence)
    assert "a#body:0-9" in first.problem and len(first.problem) < 300
    assert "b#published, a#body, analyst#place" in second.problem
    assert third.problem == "It cites nothing." and not third.mentions[0].found
    assert fourth.problem == "" and fourth.mentions[0].found


def test_a_dropped_passage_holds_nothing() -> None:
    evidence = world()
    dropped = evidence.chunks[0].model_copy(update={"decision": "dropped"})
    evidence = CaptionEvidence(evidence.photo, evidence.hits, evidence.articles, (dropped,), Context())
    sentence = grounding.check([Sentence(text="Merkel left.", chunk_ids=(dropped.chunk_id,))], evidence)[0]
    assert sentence.problem and not sentence.mentions[0].found


def test_what_the_analyst_set_can_be_cited() -> None:
    context = Context(
        place=PlaceAnswer(place=Place(name="Lyon", level="city", country="France"), basis="analyst"),
        date=DateAnswer(date="2019-05-04", basis="analyst"),
    )
    cites = ("analyst#place", "analyst#date")
    assert said("Lyon, France, on 4 May 2019.", metadata=cites, context=context) == [
        ("place", "Lyon", True), ("place", "France", True), ("date", "4 May 2019", True)
    ]  # fmt: skip
    assert checked("Lyon.", metadata=cites).problem  # nobody set them


def test_invisible_characters_part_no_name_and_offsets_count_them() -> None:
    hidden = "An\u200bgela Mer\u202ekel left with Mer\u00adkel."
    mentions = checked(hidden).mentions
    assert [m.text for m in mentions] == ["An\u200bgela Mer\u202ekel", "Mer\u00adkel"]
    assert all(m.found for m in mentions)
    assert clean("a\u200bb").original(1, 2) == (2, 3)  # the b


def test_checking_twice_changes_nothing_and_keeps_what_was_accepted() -> None:
    once = checked("Obama met Merkel.")
    accepted = once.model_copy(
        update={"mentions": tuple(m.model_copy(update={"accepted": True}) for m in once.mentions)}
    )
    twice = grounding.check([once, accepted], world())
    assert twice[0] == once
    assert [m.struck for m in twice[1].mentions] == [False, False]


def test_precision_is_the_share_of_mentions_found() -> None:
    sentence = checked("Obama met Merkel in Duisburg.")  # two of three
    caption = Caption(text=sentence.text, sentences=(sentence,), writer="w")
    assert grounding.precision([caption, Caption(writer="w")]) == pytest.approx(2 / 3)
    assert grounding.precision([Caption(writer="w")]) is None
    accepted = sentence.model_copy(update={"mentions": tuple(_accepted(m) for m in sentence.mentions)})
    assert grounding.precision([(accepted,)]) == pytest.approx(2 / 3)


def _accepted(mention: Mention) -> Mention:
    return mention.model_copy(update={"accepted": True})


HOSTILE = [
    "Paris ", "A", "Aa ", "A de ", "1,", "1", "May ", "一", "東京", "e\u0301", "a\u0301\u0301\u0301", "<b>", "\u200b",
    "Dec. 26, ", "twenty ", "U.", "A. ", "1 ", "O'", "2017 ", "a dozen ", "「", "$", "\u202e", "University of ",
    "two hundred and ", "Paris Hilton ", "in moscow ", "minus ", "Kim Jong-", "5 p.m. ", "der ", "12 more ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_is_read_without_error(piece: str) -> None:
    long = piece * (5_000 // len(piece))
    sentence = checked(long, text=long)
    assert all(sentence.text[m.start : m.end] == m.text for m in sentence.mentions)
    assert all(m.found for m in sentence.mentions)  # it is compared with itself


def test_a_sentence_of_100_000_characters_is_read_whole() -> None:
    long = "smoke " * 17_000 + "Obama"
    assert said(long) == [("name", "Obama", False)]


def test_dates_of_running_text() -> None:
    text = (
        "On May 5, in March 2011, on Sat. 3 June 2017, in the 1970s; he may march on 31/12/2010 and 30 February 2011."
    )
    assert [text[d.start : d.end] for d in dating.find_dates(text)] == [
        "May 5", "March 2011", "Sat. 3 June 2017", "1970s", "31/12/2010", "February 2011",
    ]  # fmt: skip


def test_a_day_without_year_is_of_the_year_that_is_nearest_to_publication() -> None:
    published = world().articles["a"].published
    known = dating.completed(dating.Stated(month=1, day=3), published)  # 27 December 2017: next week
    assert known == dating.Stated(2018, 1, 3)


def test_a_weekday_is_the_last_one_up_to_publication() -> None:
    published = world().articles["a"].published  # Wednesday 27 December 2017
    assert dating.completed(dating.Stated(weekday=1), published) == dating.Stated(2017, 12, 26, 1)
    assert dating.completed(dating.Stated(weekday=2), published) == dating.Stated(2017, 12, 27, 2)
    assert dating.completed(dating.Stated(weekday=4), published) == dating.Stated(2017, 12, 22, 4)
    text = "It burned on Friday."
    assert said("It burned on Friday, 22 December 2017.", text=text)[0][2]
    assert not said("It burned on Friday, 29 December 2017.", text=text)[0][2]


def test_the_weekday_of_the_next_day_may_be_the_next_day() -> None:
    published = world().articles["a"].published  # Wednesday: a Thursday is the 21st, or the 28th where it is later
    assert dating.completed(dating.Stated(weekday=3), published) == dating.Stated(weekday=3)
    assert not said("It burned on Thursday, 21 December 2017.", text="It burned on Thursday.")[0][2]


@pytest.mark.parametrize(
    "text",
    [
        "Voters go to the polls in Ruritania on Sunday with the ruling party well ahead of its rivals.",
        "Storm Eva could reach the coast of Altdorf on Sunday.",
        "Thirty years ago a ferry hit the pier of Altdorf on Sunday and many people were hurt.",
        "It will burn again on Sunday.",
    ],
)
def test_a_weekday_that_is_not_told_as_past_has_no_date(text: str) -> None:
    assert not said("It was on Sunday, 24 December 2017.", text=text)[0][2]
    assert said("It was on Sunday.", text=text)[0][2]  # the weekday itself stands there
    past = f"{text} Voters went to the polls on Sunday."  # another sentence tells it as past
    assert said("It was on Sunday, 24 December 2017.", text=past)[0][2]
    assert not said("It will be on Sunday, 24 December 2017.", text=past)[0][2]


def test_numbers_of_running_text() -> None:
    text = "1,234 of 5.5 million at 9:30, $5m, 21st, twenty-one, two dozen, ten percent, G20, COVID-19"
    assert [(text[n.start : n.end], str(n.amount.least), n.amount.unit) for n in numbers.find_numbers(text)] == [
        ("1,234", "1234", ""), ("5.5 million", "5500000.0", ""), ("9:30", "570", ":"), ("$5m", "5000000", "dollar"),
        ("21st", "21", "th"), ("twenty-one", "21", ""), ("two dozen", "24", ""), ("ten percent", "10", "%"),
        ("19", "19", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "number", "text", "found"),
    [
        ("Damage was $5 million.", "$5 million", "Some 5 million people fled.", False),
        ("Damage was $5 million.", "$5 million", "It cost 5 million dollars.", True),
        ("Damage was $5 million.", "$5 million", "It cost €5 million.", False),
        ("It fell to -20 degrees.", "-20", "It was 20 degrees.", False),
        ("It fell to −20 degrees.", "−20", "It was minus 20 degrees.", True),
        ("He was 20-25 years old.", "25", "He was 25.", True),  # a range, no minus
        ("He arrived at 5 p.m.", "5 p.m.", "He arrived at 5 a.m.", False),
        ("He arrived at 5 p.m.", "5 p.m.", "He arrived at 17:00.", True),
        ("He arrived at 12 a.m.", "12 a.m.", "He arrived at 0:00.", True),
        ("Over 100 km away.", "100", "Over 100 miles away.", False),
        ("Over 100 km away.", "100", "Over 100 kilometers away.", True),
        ("Over 100 square miles burned.", "100", "It is 100 miles away.", False),
        ("It killed 12 people.", "12", "It lasted 12 hours.", False),
        ("It killed 12 people.", "12", "It killed 12 soldiers.", True),
        ("It killed 12 people.", "12", "It killed 12.", True),
        ("It killed 12 people.", "12", "It lasted 12 hours and killed 12.", True),
        ("It destroyed 1800 homes.", "1800", "Some 1800 homes burned.", True),
        ("It destroyed 1800 homes.", "1800", "In 1800 the city burned.", False),
        ("Two hundred and fifty people died.", "Two hundred and fifty", "Some 250 people died.", True),
        ("Two million three hundred thousand fled.", "Two million three hundred thousand", "2,300,000 fled", True),
        ("A hundred and one died; twenty five were hurt.", "twenty five", "25 were hurt", True),
        ("Nineteen hundred men.", "Nineteen hundred", "1,900 men", True),
        ("Dozens or 24 people.", "24", "Dozens, 24, died; scores and 40.", True),  # nothing that is ordered wrongly
    ],
)
def test_a_number_is_compared_with_its_currency_sign_and_unit(
    sentence: str, number: str, text: str, found: bool
) -> None:
    assert ("number", number, found) in said(sentence, text=text, metadata=())


@pytest.mark.parametrize(
    ("sentence", "kind", "text", "evidence"),
    [
        ("Prime Minister May resigned.", "name", "May", "The minister resigned. She may return."),
        ("May resigned on Tuesday.", "name", "May", "The minister resigned on Tuesday; he may return."),
        ("Brown resigned.", "name", "Brown", "The minister resigned."),
        ("Cook unveiled the phone.", "name", "Cook", "The chief unveiled the phone."),
        ("The fire was in paris.", "place", "paris", "The fire was big."),
        ("vladimir putin spoke in new delhi.", "place", "new delhi", "The fire was big."),
        ("The fire broke out in Paris.", "place", "Paris", "Paris Hilton said the fire was big."),
        ("The fire broke out in Jordan.", "place", "Jordan", "Michael Jordan saw the fire."),
        ("A fire in Washington.", "place", "Washington", "Denzel Washington saw the fire."),
        ("Kim Jong-un visited.", "name", "Kim Jong-un", "Kim Jong-il visited."),
    ],
)
def test_what_only_looks_like_evidence_is_struck(sentence: str, kind: str, text: str, evidence: str) -> None:
    assert (kind, text, False) in said(sentence, text=evidence, metadata=())


@pytest.mark.parametrize(
    ("sentence", "kind", "text", "evidence"),
    [
        ("Prime Minister May resigned.", "name", "May", "Theresa May resigned."),
        ("Cook unveiled the phone.", "name", "Cook", "Tim Cook unveiled the phone."),
        ("The fire was in moscow.", "place", "moscow", "A fire in Moscow."),
        ("A fire in Paris.", "place", "Paris", "Paris Hilton visited. Paris burned."),  # once a place is enough
        ("A fire in Paris.", "place", "Paris", "Police in central Paris Tuesday saw it."),
        ("A fire in Manchester.", "place", "Manchester", "It hit Manchester Arena."),  # no given name
        ("A fire in Paris.", "place", "Paris", "Gunmen Attack Paris Hilton Hotel, Police Say"),  # capitals say nothing
        ("A game by Jordan in Chicago.", "name", "Jordan", "Michael Jordan was in Chicago."),
        ("Kim Jong-un visited.", "name", "Kim Jong-un", "Kim Jong-un visited."),
        ("Second only to Hamilton.", "place", "Hamilton", "Lewis Hamilton won."),  # `to` a person too
        ("Palestinians have hailed her.", "place", "Palestinians", "She is Palestinian, Palestinians say."),
        ("Malian troops.", "place", "Malian", "Troops of Mali."),
        ("Congolese troops.", "place", "Congolese", "Troops of Congo."),
        ("Firefighters in Munich.", "place", "Munich", "Feuerwehr in München."),
        ("Feuerwehrleute löschen den Brand in Köln.", "place", "Köln", "Firefighters in Cologne."),
        ("Bundeskanzlerin Angela Merkel sprach über die Lage.", "name", "Angela Merkel", "Chancellor Angela Merkel."),
    ],
)
def test_what_the_evidence_holds_is_not_struck(sentence: str, kind: str, text: str, evidence: str) -> None:
    kinds = {kind, "name"} if text == "Jordan" else {kind}  # a country or a player: found either way
    found = said(sentence, text=evidence, metadata=())
    assert any((k, text, True) in found for k in kinds | ({"place"} if text == "Jordan" else set()))
    assert all(is_found for _, what, is_found in found if what != "Chicago")


def test_a_place_that_only_the_metadata_hold_is_found_there() -> None:
    """`Duisburg` is a person's name in the text, and a place of the metadata."""
    found = checked("A fire in Duisburg.", text="Klaus Duisburg said.").mentions[0].found
    assert found == ("a#places",)


@pytest.mark.parametrize(
    "sentence",
    [
        "Mid-December 2017 snowfall.",  # the prefix is no name; the date is one
        "Placards are held up.",
        "Bystanders were watching.",
        "Un pont a brûlé.",
        "Le 3 mars 2017.",
        "Feuerwehrleute löschen den Brand.",  # German nouns
        "Zwölf Menschen sind in der Nacht gestorben.",
        "Price hikes were announced; black smoke rose.",
        "She may have seen it, in orange light, reading.",
        "A Moscow-based reader.",
    ],
)
def test_ordinary_words_in_capitals_are_no_names(sentence: str) -> None:
    assert [m for m in said(sentence, text="Moscow") if m[0] == "name"] == []


def test_the_language_can_be_told() -> None:
    """`Brand` alone has nothing German; a name of several words is one in any language."""
    evidence = world("x")
    given = Sentence(text="Emmanuel Macron sah Brand.", chunk_ids=(evidence.chunks[0].chunk_id,))
    assert [m.text for m in grounding.check([given], evidence, "de")[0].mentions] == ["Emmanuel Macron"]
    assert [m.text for m in grounding.check([given], evidence, "en")[0].mentions] == ["Emmanuel Macron", "Brand"]


def test_what_counts_homes_is_no_year() -> None:
    assert said("In 1800 the city burned.", text="Some 1800 homes burned.", metadata=()) == [("date", "1800", False)]
    assert said("In 1800 people fled.", text="It was in 1800.", metadata=()) == [("date", "1800", True)]


def test_words_know_what_opens_a_sentence() -> None:
    found = words("Mr. Smith left. Then St. James’s Park, “He” said")
    assert [w.text for w in found if w.opens and w.capital] == ["Mr", "Then", "He"]
