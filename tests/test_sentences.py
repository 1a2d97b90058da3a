"""Sentence spans: exact offsets, news punctuation, other scripts, text without punctuation."""

from __future__ import annotations

import pytest

from newsctx.sentences import MAX_SENTENCE, MAX_UNMARKED, _rules, split


def texts(text: str) -> list[str]:
    spans = split(text)
    assert all(text[s.start : s.end] == s.text == s.text.strip() for s in spans)
    assert all(a.end <= b.start for a, b in zip(spans, spans[1:], strict=False))
    kept = "".join("".join(s.text.split()) for s in spans)
    assert kept == "".join(text.split()), "no visible character is lost or repeated"
    return [s.text for s in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "DUISBURG, Germany (AP) — Mr. J. R. Smith fell on Dec. 26. He left.",
            ["DUISBURG, Germany (AP) — Mr. J. R. Smith fell on Dec. 26.", "He left."],
        ),
        (
            '"We don\'t know," said Dr. Lee. "It is bad!" He left at 5 p.m. The U.S. Army came.',
            ['"We don\'t know," said Dr. Lee.', '"It is bad!"', "He left at 5 p.m.", "The U.S. Army came."],
        ),
        ("Prices rose 3.5 percent. Same. Same.", ["Prices rose 3.5 percent.", "Same.", "Same."]),
        (
            "A headline without a stop\n\n  The first sentence. \r\nThe second",
            ["A headline without a stop", "The first sentence.", "The second"],
        ),
        (
            "北京发生地震。救援人员赶到现场！“有人受伤吗？”他问。",
            ["北京发生地震。", "救援人员赶到现场！", "“有人受伤吗？”他问。"],
        ),
        (
            "東京で火災が発生した。「大変です。」と彼は言った。",
            ["東京で火災が発生した。", "「大変です。」と彼は言った。"],
        ),
        ("दिल्ली में आग लगी। दमकल पहुंची।", ["दिल्ली में आग लगी।", "दमकल पहुंची।"]),
        ("هل أصيب أحد؟ نعم، قال الطبيب. انتهى", ["هل أصيب أحد؟", "نعم، قال الطبيب.", "انتهى"]),
        # abbreviations, initials, numbers, datelines
        (
            "WASHINGTON, D.C. (AP) — Pres. J.F. Kennedy Jr. met Sen. Smith on Jan. 5. They talked.",
            ["WASHINGTON, D.C. (AP) — Pres. J.F. Kennedy Jr. met Sen. Smith on Jan. 5.", "They talked."],
        ),
        (
            "Apple Inc. rose 2.5% to $1,234.56 vs. $1.2 bn. in Q3. Analysts cheered.",
            ["Apple Inc. rose 2.5% to $1,234.56 vs. $1.2 bn. in Q3.", "Analysts cheered."],
        ),
        (
            "Gov. Lee came at 10 a.m. Monday. It ended at 12:30 a.m. ET. He left at 5 p.m. Crowds cheered.",
            ["Gov. Lee came at 10 a.m. Monday.", "It ended at 12:30 a.m. ET.", "He left at 5 p.m.", "Crowds cheered."],
        ),
        ("Fig. 3 shows it, cf. p. 5. See example.com now.", ["Fig. 3 shows it, cf. p. 5.", "See example.com now."]),
        ("Lt. Col. R. H. Jones (ret.) spoke. He left.", ["Lt. Col. R. H. Jones (ret.) spoke.", "He left."]),
        ("He won.She lost. Is it true? No!", ["He won.", "She lost.", "Is it true?", "No!"]),  # a lost line break
        (
            '"It rose," he said. "It was bad." British police came.',
            ['"It rose," he said.', '"It was bad."', "British police came."],
        ),
        # other languages: rules are chosen by small words
        (
            "Dr. med. Müller kam am 3. Oktober nach Köln. Er blieb z. B. zwei Tage in der Stadt.",
            ["Dr. med. Müller kam am 3. Oktober nach Köln.", "Er blieb z. B. zwei Tage in der Stadt."],
        ),
        (
            "Le 3 nov. 2016, M. Dupont est arrivé. « C'est fini ! » a-t-il dit.",
            ["Le 3 nov. 2016, M. Dupont est arrivé.", "« C'est fini ! » a-t-il dit."],
        ),
        (
            "Москва, 5 янв. 2016 г. Президент В. В. Путин прибыл. Он уехал.",
            ["Москва, 5 янв. 2016 г. Президент В. В. Путин прибыл.", "Он уехал."],
        ),
        # other scripts
        ("قال د. أحمد إن 3.5 ملايين نزحوا. متى؟ غداً!", ["قال د. أحمد إن 3.5 ملايين نزحوا.", "متى؟", "غداً!"]),
        ("یہ خبر ہے۔ وہ گیا۔", ["یہ خبر ہے۔", "وہ گیا۔"]),
        ('डॉ. शर्मा ने कहा, "हम 3.5 लाख हैं।" क्या हुआ?', ['डॉ. शर्मा ने कहा, "हम 3.5 लाख हैं।"', "क्या हुआ?"]),
        ("8日3.5级地震。Apple Inc.的股价涨了。谁？我", ["8日3.5级地震。", "Apple Inc.的股价涨了。", "谁？", "我"]),
        (
            "知事は「問題ない。」と述べた。3.5%増だ。本当か？",
            ["知事は「問題ない。」と述べた。", "3.5%増だ。", "本当か？"],
        ),
        ("서울에서 불이 났다. 3.5명이 다쳤다.", ["서울에서 불이 났다.", "3.5명이 다쳤다."]),
        ("Αθήνα. Τι έγινε; Τίποτα.", ["Αθήνα.", "Τι έγινε;", "Τίποτα."]),
        ("เกิดเหตุไฟไหม้ เมื่อวันจันทร์", ["เกิดเหตุไฟไหม้ เมื่อวันจันทร์"]),
        # lower case after a stop begins a sentence where the word before is no abbreviation
        ("It is over. pic.twitter.com/x -- Ann", ["It is over.", "pic.twitter.com/x -- Ann"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize("unit", ["word ", "x", '"', "a. ", "((", "!", "字", "\x00\x07 ", "*.* \\1 "])
def test_fifty_kilobytes_of_anything_are_split_into_bounded_sentences(unit: str) -> None:
    parts = texts(unit * (50_000 // len(unit)))
    assert max(map(len, parts)) <= MAX_SENTENCE


def test_a_script_without_full_stops_is_cut_at_its_spaces() -> None:
    # 30 clauses of 20 letters and a space: 9 of them, 189 characters, fit into 200
    parts = texts(" ".join(["เกิดเหตุไฟไหม้เมื่อว"] * 30))
    assert max(map(len, parts)) <= MAX_UNMARKED and len(parts) == 4


def test_the_rules_are_chosen_by_script_and_small_words() -> None:
    samples = {
        "en": "The mayor of the town said it was over.",
        "de": "Der Bürgermeister sagt, die Lage ist nicht ernst.",
        "fr": "Le maire est arrivé dans les rues avec des amis.",
        "es": "El alcalde dijo que los vecinos se fueron por la noche.",
        "it": "Il sindaco ha detto che non è finita per gli abitanti della città.",
        "nl": "De burgemeester zei dat het voorbij is en niet meer.",
        "pl": "Burmistrz powiedział, że nie jest to koniec i że się nie boi.",
        "ru": "Мэр сказал.",
        "zh": "市长说。",
        "ja": "市長は言った。",
        "ur": "یہ خبر ہے۔",
        "ar": "قال العمدة.",
    }
    assert {language: _rules(text) for language, text in samples.items()} == {k: k for k in samples}
    assert _rules("Fire! Oslo. 12") == "en"  # no small word decides
