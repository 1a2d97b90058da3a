import random

import pytest

from newsctx.records import PartialDate
from newsctx.wordquery import WordQuery, parse


def day(text: str) -> PartialDate:
    return PartialDate.model_validate(text)


def told(note: str) -> dict:
    """Everything that was read but the notices."""
    return parse(note).model_dump(exclude_defaults=True, exclude={"notices"})


def test_the_example_of_the_issue():
    assert parse('"Swiss Crystal" place:Duisburg after:2017-12-01') == WordQuery(
        text="Swiss Crystal", phrases=("Swiss Crystal",), places=("Duisburg",), after=day("2017-12-01")
    )


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ('place:"Cape Town" fire', {"text": "fire", "places": ("Cape Town",)}),
        ("PLACE:Lyon Before:2018", {"places": ("Lyon",), "before": "2018"}),
        ("place:„São Paulo“, after:2017.", {"places": ("São Paulo",), "after": "2017"}),
        ('after:"26 December 2017"', {"after": "2017-12-26"}),
        ("after:2010s", {"after": "2010s"}),
        ("place:Paris place:Lyon place:Paris", {"places": ("Paris", "Lyon")}),
        ("after:2015 after:2017-12 after:2016", {"after": "2017-12"}),  # the narrowest
        ("before:2018 before:2017-12 fire", {"text": "fire", "before": "2017-12"}),
        ("a “big ship” b", {"text": "a big ship b", "phrases": ("big ship",)}),
        ("„das Boot“ «le feu» »Haus«", {"text": "das Boot le feu Haus", "phrases": ("das Boot", "le feu", "Haus")}),
        ("東京「火事」で", {"text": "東京 火事 で", "phrases": ("火事",)}),
        ('fire -sport -"cup final" -„das Boot“', {"text": "fire", "without": ("sport", "cup final", "das Boot")}),
        ('fire "hotel', {"text": 'fire "hotel'}),
        ('place:"Cape', {"text": 'place:"Cape'}),
    ],
)
def test_what_is_read(note: str, expected: dict):
    assert told(note) == expected


@pytest.mark.parametrize(
    "note",
    [
        "", " ", "fire  in a\nhotel ", "after: the fire", "before :2018", "place:",
        "well-known twin-engined", "- fire", "-5 degrees",
        'a 5" gun and a 6" shell', '"" empty', '"!?"', "don’t O'Neill", "https://example.org/place:x", "someplace:x",
        "rock 'n' roll", "after:, before:!", "«", "火事が東京で", "\x00\ud800 '", "-", "--", '-""',
    ],
)  # fmt: skip
def test_plain_text_is_unchanged(note: str):
    assert parse(note) == WordQuery(text=note)


@pytest.mark.parametrize(
    ("note", "names"),
    [
        ("after:soon fire", ["after:soon", "'soon' is no date", "after:2017-12-01"]),
        ("before:2017-02-30 fire", ["before:2017-02-30", "before:2017-12-01"]),
        ("after:1066 fire", ["after:1066"]),
        ("after:2018 before:2017 fire", ["after:2018", "before:2017", "Exchange"]),
        ("after:2017 before:2017 fire", ["No day"]),  # until the day before 2017 begins
        ("-place:Berlin fire", ["-place:Berlin", "-word"]),
        ("after:" + "x" * 5000 + " fire", ["…"]),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_loses_nothing_else(note: str, names: list[str]):
    query = parse(note)
    assert told(note) == {"text": "fire"}
    (notice,) = query.notices
    assert all(n in notice for n in names) and len(notice) < 400


def test_any_text_is_read_and_plain_words_survive():
    """Notes put together at random from every piece of the language and its near misses."""
    pieces = [
        "place:", "after:", "before:", "2017", "2017-12-", "soon", '"', "“", "”", "„", "«", "»", "「", "」", "-",
        " ", "\n", "fire", "Köln", "火事", "é", "\x00", "\u202e", "🔥", ",", ")", "：", "’", "0", "9" * 22,
    ]  # fmt: skip
    source = random.Random(4)
    for _ in range(4000):
        note = "".join(source.choice(pieces) for _ in range(source.randrange(14)))
        query = parse(note)
        assert parse(note) == query
        for word in ("fire", "Köln", "火事"):  # every word is searched, asked for, left out, or named as unusable
            kept = [query.text, *query.without, *query.places, *query.notices]
            assert word not in note or any(word in k or "…" in k for k in kept), note  # a long value is told in short
        if query.after and query.before:
            assert query.after.first < query.before.first
        if not (set(note) & set('"“”„«»「」:：-')):
            assert query == WordQuery(text=note)


def test_a_long_note_of_unclosed_quotes_is_read_at_once():
    for mark in ('"', "„", "“", "«", "「", '"a', "-“", "place:„", "»"):
        note = mark * 20_000
        parse(note)
        parse(" ".join([mark] * 20_000))


def test_a_long_note_is_read_as_far_as_allowed_and_a_notice_says_so():
    note = "fire " * 30 + '"a phrase" flood'
    assert parse(note, len(note)) == parse(note)
    found = parse(note, 100)
    assert found.text == "fire " * 20 and not found.phrases
    assert found.notices[0].startswith("The note has 166 characters; the first 100 are used, all of it is kept.")
    assert parse('"a phrase"', 5).text == '"a '  # a cut phrase is plain text
    assert [n[:8] for n in parse("after:x " + "y " * 99, 50).notices] == ["The note", "after:x "]
