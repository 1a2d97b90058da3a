"""Answers of language models, as they come."""

from __future__ import annotations

import json

import pytest

from newsctx.writers import language
from newsctx.writers.structured import CUT_OFF, NO_CITATION, PROSE, date_answer, described, parse, place_answer, spoken

IDS = {"c1": "a#body:0-9", "c2": "b#body:0-9", "m1": "a#headline", "m2": "a#published"}
GOOD = {"sentences": [{"text": "A bridge opened.", "chunks": ["c1", "m2"]}, {"text": "It is long.", "chunks": ["c2"]}]}
PLAIN = json.dumps(GOOD)


def read(answer: str, most: int = 5):
    return parse(answer, IDS, most)


def texts(answer: str) -> list[str]:
    return [s.text for s in read(answer).sentences]


def test_citations_become_chunk_and_metadata_ids():
    first, second = read(PLAIN).sentences
    assert first.chunk_ids == ("a#body:0-9",) and first.metadata_ids == ("a#published",) and first.problem == ""
    assert second.chunk_ids == ("b#body:0-9",) and second.metadata_ids == ()


@pytest.mark.parametrize(
    "answer",
    [
        f"```json\n{PLAIN}\n```",
        f"Sure! Here is the caption:\n{PLAIN}\nI hope {{this}} helps [c9].",
        f'<think>c9? {{"sentences": []}}</think>{PLAIN}',
        f"thought aloud</think>\n{PLAIN}",
        PLAIN.replace("]}]}", "],},],}").replace('"c1", "m2"', '"c1" , "m2" ,'),  # trailing commas
        json.dumps(GOOD["sentences"]),  # the list alone
        json.dumps({"caption": GOOD["sentences"]}),
        json.dumps(GOOD, indent=2),
        PLAIN.replace('["c1", "m2"]', '"c1, m2"').replace('["c2"]', '"[c2]"'),
        PLAIN.replace('"c1"', '"C1"'),
        PLAIN.replace('"c1"', '"a#body:0-9"'),  # the long id itself
        '{"sentences": [{"text": "A bridge opened. [c1][m2]"}, {"text": "It is long (c2)."}]}',
        '{"sentences": [{"text": "A bridge opened. [c1; m2] It is long. (c2)"}]}',
        "{note} " + PLAIN,
    ],
)
def test_what_models_wrap_around_the_structure_does_not_matter(answer):
    parsed = read(answer)
    assert parsed.sentences == read(PLAIN).sentences and parsed.notes == ()


def test_a_text_of_several_sentences_is_split_and_each_has_its_citations():
    answer = json.dumps({"sentences": [{"text": "One opened. Two closed.", "chunks": ["c1"]}]})
    assert [(s.text, s.chunk_ids) for s in read(answer).sentences] == [
        ("One opened.", ("a#body:0-9",)), ("Two closed.", ("a#body:0-9",)),
    ]  # fmt: skip


@pytest.mark.parametrize("at", range(len(PLAIN)))
def test_an_answer_that_breaks_off_keeps_its_whole_sentences(at):
    """The first text ends at the quotation mark after `opened.`: before it nothing, after it one, later two."""
    first = PLAIN.index('opened."') + len('opened."')
    second = PLAIN.index('long."') + len('long."')
    expected = ["A bridge opened.", "It is long."][: (at >= first) + (at >= second)]
    parsed = read(PLAIN[:at])
    assert [s.text for s in parsed.sentences] == expected
    if expected:
        assert CUT_OFF in parsed.notes
    assert [s.text for s in parse(PLAIN[:at], IDS, 5, whole=False).sentences] == expected


def test_unknown_ids_are_a_problem_of_their_sentence():
    answer = json.dumps(
        {"sentences": [{"text": "One.", "chunks": ["c1", "c9", "http://x"]}, {"text": "Two.", "chunks": ["c77"]}]}
    )
    one, two = read(answer).sentences
    assert one.chunk_ids == ("a#body:0-9",)
    assert one.problem == "It cites c9, http://x, which the evidence that was sent does not have."
    assert two.chunk_ids == () and "c77" in two.problem


def test_many_or_long_unknown_ids_do_not_flood_the_problem():
    answer = json.dumps({"sentences": [{"text": "One.", "chunks": ["z" * 5000] + [f"c{n}" for n in range(100, 900)]}]})
    (one,) = read(answer).sentences
    assert len(one.problem) < 250 and "and 796 more" in one.problem  # 801 in all, five named


def test_plain_prose_is_kept_without_citations():
    parsed = read("**Caption:** A bridge opened in Lyon. It is long [c2].")
    assert [s.text for s in parsed.sentences] == ["A bridge opened in Lyon.", "It is long."]
    assert parsed.sentences[0].problem == NO_CITATION and parsed.sentences[1].chunk_ids == ("b#body:0-9",)
    assert parsed.notes == (PROSE,)


@pytest.mark.parametrize(
    "answer", ["", "   ", "\x00\x01", "<think>hm", "```\n```", "...", '{"sentences": []}', "{}", "[[[["]
)
def test_nothing_usable_is_no_sentence(answer):
    assert read(answer).sentences == ()


@pytest.mark.parametrize(
    "answer",
    [
        "__import__('os').system('touch /tmp/evaluated')",
        '{"sentences": __import__("os").getcwd()}',
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"sentences": [{"text": "' + "x" * 100_000,
        "{" + '"' * 100_000,
        '{"sentences": 5}',
        '{"sentences": [1, null, {"text": 3}, {"chunks": ["c1"]}]}',
        '{"sentences": [{"text": "\\ud800 lone", "chunks": {"a": [["c1"]]}}]}',
        "\ud800 prose with a lone surrogate",
    ],
)  # fmt: skip
def test_nothing_is_evaluated_and_nothing_raises(answer):
    parsed = read(answer)
    for sentence in parsed.sentences:
        sentence.model_dump_json()  # a lone surrogate could not be written


def test_more_sentences_than_allowed_are_left_out_and_it_is_said():
    parsed = read(PLAIN, most=1)
    assert [s.text for s in parsed.sentences] == ["A bridge opened."]
    assert parsed.notes == ("1 sentence(s) more than caption.max_sentences = 1 were left out.",)


def test_control_characters_and_markup_of_an_answer_are_plain_text():
    (one,) = read(json.dumps({"sentences": [{"text": "A\u202e <b>big</b>\nbridge\x07.", "chunks": ["c1"]}]})).sentences[
        :1
    ]
    assert "\u202e" not in one.text and "\x07" not in one.text and "\n" not in one.text


def test_a_growing_answer_shows_no_prose_that_may_become_structure():
    assert parse("Here is", IDS, 5, whole=False).sentences == ()


def test_thoughts_are_no_part_of_an_answer():
    assert spoken("<think>It is Paris.</think> Lyon") == "Lyon" and spoken("<thinking>and on") == ""
    assert described("<think>x</think>```\nA bridge.\n\nPeople.\n```") == "A bridge. People."


def test_place_answers():
    assert place_answer("Lyon, Auvergne-Rhone-Alpes, France") == "Lyon,Auvergne-Rhone-Alpes,France"
    assert place_answer("```\n,,France.\n```") == ",,France"
    assert [place_answer(a) for a in ("", "Lyon", "I think it is Lyon", ",,", "a,b,c,d", "x" * 300 + ",y,z")] == [
        ""
    ] * 6


def test_date_answers():
    found = {
        a: date_answer(a) for a in ("2018-01-26", "**2018-01**", "around 1998.", "1970s", "unknown", "2018-02-31", "")
    }
    assert {a: d.iso if d else None for a, d in found.items()} == {
        "2018-01-26": "2018-01-26", "**2018-01**": "2018-01", "around 1998.": "1998", "1970s": "1970s", "unknown": None,
        "2018-02-31": None, "": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The mayor opened the bridge in the centre of Lyon on Friday.", ""),
        ("Die Bürgermeisterin hat die Brücke in der Stadt mit einem Fest eröffnet und nicht gewartet.", "de"),
        ("La maire a ouvert le pont dans la ville avec une fête pour les habitants.", "fr"),
        ("Мэр открыла мост в Лионе в пятницу.", "ru"),
        ("市长周五在里昂开放了一座桥，约三百人参加。", "zh"),
        ("市長は金曜日にリヨンで橋を開通させた。", "ja"),
        ("افتتحت رئيسة البلدية الجسر في ليون", "ar"),
        ("Anna Keller, Lyon, 26.01.2018", ""),  # names tell nothing
        ("", ""),
    ],
)
def test_an_answer_in_another_language_is_told(text, code):
    assert language.another(text, "en") == code


def test_the_language_that_was_asked_for_is_no_other():
    assert language.another("Die Brücke ist in der Stadt und nicht auf dem Land.", "de") == ""
    assert language.another("The bridge in the city was opened by the mayor.", "de") == "en"
    assert language.note("Мэр открыла мост в Лионе.", "en") == "The answer is in Russian; English was asked for."
