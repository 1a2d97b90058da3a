"""Who, what, where, when and why of hand-written sentences, also of those that do not say."""

from __future__ import annotations

import pytest

from newsctx.five_w import answers, find
from newsctx.gazetteer import Gazetteer, load


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load()


def phrases(text: str, question: str, gazetteer: Gazetteer | None = None) -> list[str]:
    return [text[f.start : f.end] for f in find(text, gazetteer) if f.question == question]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Felipe Massa crashed in Sao Paulo on Sunday.", "who what where when"),
        ("Five people were shot near Westlake Park in Seattle on Wednesday night.", "who what where when"),
        ("The bridge collapsed because of the flood.", "what why"),
        ("Rescuers are trying to reach a boy.", "who what"),
        ("FBI Director James Comey resigned.", "who what"),
        ("LONDON (Reuters) - The cabinet resigned on Dec. 26.", "what where when"),
        ("Protesters marched after midnight in protest at the ruling.", "who what when why"),
        ("The strike was triggered by rising prices.", "what why"),
        # nothing of it
        ("", ""),
        ("It was cold and wet.", ""),
        ("That is not true.", ""),
        ("Photo: Reuters", ""),
        ("12.5 percent", ""),
        ("No comment.", ""),
    ],
)
def test_a_sentence_answers_these(text: str, expected: str, gazetteer: Gazetteer) -> None:
    assert " ".join(answers(text, gazetteer)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Bank of England raised rates.", ["Bank of England"]),
        ("Mr. J. R. Smith and Dr. Lee met the mayor.", ["Mr. J. R. Smith", "Dr. Lee", "mayor"]),
        ("A gunman opened fire.", ["gunman"]),
        ("NATO troops withdrew.", ["NATO", "troops"]),
        ("Toblerone altered the shape of its bars.", ["Toblerone"]),
        ("Prices rose again.", []),  # a capital that only the sentence's start explains
        ("The World Series began on Monday.", []),  # an event and a day
        ("British and French ships sailed in March.", []),  # nations and a month
        ("Massive Fire Destroys Old Factory Near Harbour", []),  # Title Case: capitals say nothing
        ("President Trump Meets Barack Obama In Washington", ["President Trump"]),
    ],
)
def test_who(text: str, expected: list[str]) -> None:
    assert phrases(text, "who") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It stood at the White House.", ["White House"]),  # a venue needs no gazetteer
        ("The race at Interlagos ended.", ["Interlagos"]),
        ("He was seen in Congress.", []),  # a body
        ("She was born in March.", []),
        ("He believed in Michael Jordan.", []),  # a person
    ],
)
def test_where_without_a_gazetteer(text: str, expected: list[str]) -> None:
    assert phrases(text, "where") == expected


def test_where_with_a_gazetteer(gazetteer: Gazetteer) -> None:
    text = "BEIJING -- Rescuers from Baoding, Hebei province, reached the well. Felipe Massa watched; Massa wept."
    # Massa is also a town of Tuscany; a surname in one place of the text is a surname throughout
    assert phrases(text, "where", gazetteer) == ["BEIJING", "Baoding", "Hebei"]
    assert phrases(text, "who", gazetteer) == ["Rescuers", "Felipe Massa", "Massa"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Sunday, Nov. 13, 2016", ["Sunday", "Nov. 13, 2016"]),
        ("on 8 November 2016 at 00:48", ["8 November 2016", "at 00:48"]),
        ("at 5 p.m. yesterday", ["5 p.m.", "yesterday"]),
        ("in 1994, since the 1970s", ["in 1994", "1970s"]),
        ("two days ago, just hours after the vote", ["two days ago", "just hours after"]),
        ("last month; earlier this week; on Wednesday night", ["last month", "earlier this week", "Wednesday night"]),
        ("2016-11-08 and 08/11/2016", ["2016-11-08", "08/11/2016"]),
        ("2016年11月8日，北京", ["2016年11月8日"]),
        # no time
        ("He may march; they marched on Washington.", []),
        ("of 2000 people, 1,800 homes and 2016.5 points", []),
        ("It won 3:2 and cost 1999%.", []),
        ("a second chance", []),
    ],
)
def test_when(text: str, expected: list[str]) -> None:
    assert phrases(text, "when") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The crowd tore down the fence.", ["tore"]),
        ("Two ships were sunk.", ["sunk"]),
        ("Workers are clearing the road.", ["clearing"]),
        ("Hamilton wins in Brazil.", ["wins"]),
        # speech, being and feeling, and a participle before a noun
        ("He said he was pleased and had wanted it.", []),
        ("A trapped boy and his injured dog.", []),
        ("The united front was an indeed sacred one.", []),
        ("Police searched. Marched.", ["searched"]),  # nobody stands before the last word
    ],
)
def test_what(text: str, expected: list[str]) -> None:
    assert phrases(text, "what") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Flights were cancelled due to snow.", ["due to"]),
        ("The storm led to floods and forced 500 people to flee.", ["led to", "forced 500 people to"]),
        ("He did it in order to win.", ["in order to"]),
        ("Since Monday it rained as he spoke, so he left.", []),  # temporal, or nothing
        ("The road led them home.", []),
    ],
)
def test_why(text: str, expected: list[str]) -> None:
    assert phrases(text, "why") == expected


@pytest.mark.parametrize(
    "text", ["दिल्ली में आग लगी।", "هل أصيب أحد؟", "東京で火災が発生した。", "เกิดไฟไหม้", "\u200b\x00 \ud83d"]
)
def test_other_scripts_claim_nothing_that_is_not_known(text: str) -> None:
    assert answers(text) == ()


def test_offsets_are_of_the_text_and_in_order() -> None:
    text = "“Zürich” — Police arrested Ueli Maurer’s driver on 3 May 2019 because of a debt."
    found = find(text)
    assert [text[f.start : f.end] for f in found] == [
        "Police", "arrested", "Ueli Maurer", "driver", "3 May 2019", "because",
    ]  # fmt: skip
    assert [f.start for f in found] == sorted(f.start for f in found)


def test_equal_keys_are_the_same_answer() -> None:
    text = "Donald Trump won on Sunday. Mr Trump spoke to Ann Lee. Trump left Lee by Sunday."
    assert [(f.question, f.key) for f in find(text) if f.question in ("who", "when")] == [
        ("who", "donald trump"), ("when", "sunday"), ("who", "donald trump"), ("who", "ann lee"),
        ("who", "donald trump"), ("who", "ann lee"), ("when", "sunday"),
    ]  # fmt: skip
