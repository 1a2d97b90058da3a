"""The page's language: who decides it, what it says, and that the second language is complete."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import interface_texts
import pytest

from newsctx.records import PartialDate
from newsctx.ui import help_panel, html, language
from newsctx.ui.page import Look

GERMAN = language.catalogue("de")
PLACEHOLDERS = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w+")


# --- complete ---------------------------------------------------------------------------------------------------


def test_the_second_language_has_every_text_of_the_interface():
    missing = {text: where for text, where in interface_texts.texts().items() if text not in GERMAN}
    assert not missing, f"write these into newsctx/ui/languages/de.json: {missing}"


def test_the_second_language_has_no_text_that_nobody_says():
    assert sorted(set(GERMAN) - set(interface_texts.texts())) == []


def test_a_translation_holds_the_same_values_and_tags():
    wrong = {
        text: said
        for text, said in GERMAN.items()
        if sorted(PLACEHOLDERS.findall(text)) != sorted(PLACEHOLDERS.findall(said)) or not said.strip()
    }
    assert not wrong


def test_a_translation_formats_as_the_text_does():
    """A lone per cent sign in a text with values is an error only when it is shown: find it here."""
    for text, said in GERMAN.items():
        names = re.findall(r"%\((\w+)\)s", text)
        if names:
            values = {name: f"<{name}>" for name in names}
            assert all(f"<{name}>" in said % values for name in names), said


#: What looks like words and is none of the interface's: the program's name, a style's name, an example of names.
ALLOWED: dict[str, tuple[str, ...]] = {
    "account.html": ("newsctx", "• - newsctx"),
    "add_article.html": ("placeholder=https://", "placeholder=Paris; Lyon"),
    "head.html": ("newsctx",),
    "login.html": ("newsctx", "• - newsctx"),
    "services.html": ("placeholder=https://",),
    "toolbar.html": ("primary amber",),
}


@pytest.mark.parametrize("path", interface_texts.templates(), ids=lambda p: p.name)
def test_a_template_has_no_words_of_its_own(path):
    found = [w for w in interface_texts.unwrapped(path) if w not in ALLOWED.get(path.name, ())]
    assert not found, "wrap these in {% trans %} or _()"


#: Arguments whose texts are marked by `N_` where they stand, or that are translated already.
DYNAMIC = {
    ("charts_table.py", "name"),
    ("context_panel.py", "next((name for most, name in names if value <= most), above)"),
    ("help_panel.py", "title"),
    ("help_panel.py", "does"),
    ("help_panel.py", "s.title"),
    ("help_panel.py", "s.text"),
    ("whyhere.py", "channel(n)"),
}


@pytest.mark.parametrize("path", sorted(interface_texts.UI.glob("*.py")), ids=lambda p: p.name)
def test_every_call_that_translates_has_a_text_that_can_be_found(path):
    """`tr(found)` with a text from elsewhere would be English for ever: write it out, or mark its table."""
    lost = [written for said, written in interface_texts.python_texts(path) if not said]
    assert [w for w in lost if (path.name, w) not in DYNAMIC] == []


# --- who decides ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "cookies", "header", "expected"),
    [
        ({}, {}, "de-AT,de;q=0.9,en;q=0.5", "de"),
        ({}, {}, "fr-FR,de;q=0.3,en;q=0.8", "en"),  # French is not there; English is wanted more than German
        ({}, {}, "fr", "en"),
        ({}, {"newsctx_language": "en"}, "de", "en"),
        ({"lang": "de"}, {"newsctx_language": "en"}, "en", "de"),
        ({"lang": "../../etc"}, {"newsctx_language": "<b>"}, "de;q=x, ;;,", "en"),
        ({}, {}, "", "en"),
    ],
)
def test_the_address_then_the_switch_then_the_browser_decide(query, cookies, header, expected):
    assert language.of_browser(query, cookies, {"accept-language": header}) == expected


def test_an_unknown_language_is_english_and_reads_no_file():
    assert language.catalogue("../settings") == {} == language.catalogue("xx")
    with language.use("../de"):
        assert language.current() == "en"


def test_a_handler_speaks_the_language_of_its_look_whatever_thread_asks_for_the_next_step():
    @language.spoken
    def handler(look):
        yield language.current()
        yield language.current()

    steps = handler(Look(language="de"))
    with ThreadPoolExecutor(2) as pool:
        assert [pool.submit(next, steps).result() for _ in range(2)] == ["de", "de"]
    assert language.current() == "en"


def test_a_new_case_keeps_the_visitor():
    look = Look(order="events", shown=60, cluster="x", who="Ada", language="de").anew()
    assert (look.who, look.language) == ("Ada", "de") and look == Look(who="Ada", language="de")


# --- what it says -----------------------------------------------------------------------------------------------


def test_dates_and_numbers_follow_the_language():
    day = PartialDate.model_validate("2017-12-06")
    assert (html.day(day), html.score(0.0341), language.number(12345)) == ("6 Dec 2017", "0.034", "12,345")
    with language.use("de"):
        months = [html.day(PartialDate.model_validate(d)) for d in ("2017-12-06", "2017-03", "2017", "2010s")]
        assert months == ["6. Dez. 2017", "März 2017", "2017", "2010er"]
        assert (html.score(0.0341), language.number(12345), html.seconds(2.5)) == ("0,034", "12.345", "2,5 s")
        assert language.calendar(date(2024, 2, 29), "yMMMd") == "29. Feb. 2024"


def test_a_text_and_its_plural():
    with language.use("de"):
        assert language.trn("%(num)s day apart", "%(num)s days apart", 1) != language.trn(
            "%(num)s day apart", "%(num)s days apart", 1200
        )
        assert "1.200" in language.trn("%(num)s day apart", "%(num)s days apart", 1200)


def test_components_get_their_texts_in_every_language():
    texts = language.component_texts(["Analyse"])
    assert texts["en"] == {"Analyse": "Analyse"} and texts["de"]["Analyse"] == GERMAN["Analyse"]
    assert set(texts) == set(language.LANGUAGES)


def test_keys_are_split_into_ways_strokes_and_what_is_pressed_together():
    assert help_panel.ways("u / Ctrl+Z") == [[["u"]], [["Ctrl", "Z"]]]
    assert help_panel.ways("g c") == [[["g"], ["c"]]]
    assert help_panel.ways("/") == [[["/"]]] and help_panel.ways("+ / -") == [[["+"]], [["-"]]]
