"""Access in a real browser: axe-core on every panel, the keyboard, the tour, the second language, 390 px.

axe-core comes with its Python package; nothing is fetched.
"""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import CROP, DONE, LONG, address, chromium, open_page, start, workbench  # noqa: F401  (three are fixtures)

from newsctx.records import Inputs
from newsctx.ui.layout import TABS
from newsctx.workbench import Example, Workbench

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
#: Markup of Gradio and Plotly that cannot be mended from here: selector -> why.
THEIRS: dict[str, str] = {}


@pytest.fixture(scope="module")
def bench(demo_archive, models, tmp_path_factory) -> Iterator[Workbench]:
    examples = tuple(Example(path=CROP, title=f"Example {n}", note="") for n in (1, 2, 3))
    with workbench(demo_archive, tmp_path_factory.mktemp("state"), models, examples=examples) as bench:
        yield bench


@pytest.fixture(scope="module")
def case_id(bench: Workbench) -> str:
    """A case that is analysed, with a change to undo."""
    case_id = bench.create_case(CROP.read_bytes(), CROP.name, Inputs(note="flood on the river"))
    *_, view = bench.run(case_id)
    first = view.document.stages.retrieve.hits[0].article_id
    bench.override(case_id, {"action": "pin", "article_id": first, "on": True})
    *_, _ = bench.run(case_id)
    return case_id


def violations(page) -> list[str]:
    page.add_style_tag(content="* { transition: none !important; animation: none !important; }")  # no colour half way
    found = axe.Axe().run(page, context={"exclude": [[s] for s in THEIRS]}, options=RULES).response["violations"]
    return [f"{v['id']}: {n['target']} {n['html'][:140]}" for v in found for n in v["nodes"]]


def show(page, stage: str) -> None:
    page.evaluate(f"newsctx.show('{stage}')")
    page.locator(f"#nx-{stage} .panel, #nx-{stage} section").first.wait_for()
    if stage == "events":
        page.wait_for_selector("#map .layer.land path", state="attached", timeout=LONG)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)])
def test_nothing_on_the_page_shuts_anybody_out(address, open_page, case_id, scheme, width):
    page = open_page(address, width=width, scheme=scheme)
    page.wait_for_selector(".start h1")
    wrong = {"start": violations(page)}
    page.click("[data-help]")
    page.wait_for_selector("#help[open]")
    wrong["help"] = violations(page)
    page.goto(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    for stage in TABS:
        show(page, stage)
        wrong[stage] = violations(page)
        across = page.evaluate("document.documentElement.scrollWidth")
        assert across <= width, f"{stage} scrolls sideways: {across} px"
    page.click('[data-key="viewer:large"]')
    page.wait_for_selector("dialog.viewer[open]")
    wrong["viewer"] = violations(page)
    assert not {where: what for where, what in wrong.items() if what}


def test_the_keyboard_does_what_its_help_says(address, open_page, case_id, bench):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    keys = page.keyboard
    keys.press("Tab")
    assert page.evaluate("document.activeElement.matches('[data-skip]')"), "the first stop leads past the head line"
    keys.press("Enter")
    assert page.evaluate("Boolean(document.activeElement.closest('.rail'))")
    keys.press("8")
    page.wait_for_selector("#nx-context .value")
    keys.press("g")
    keys.press("e")
    page.wait_for_selector("#nx-retrieve .hit")
    keys.press("j")
    assert page.evaluate("document.activeElement.matches('#nx-retrieve li.hit')"), "j enters the list"
    keys.press("/")
    assert page.evaluate("['INPUT', 'TEXTAREA'].includes(document.activeElement.tagName)")
    keys.press("8")
    assert page.is_visible("#nx-retrieve"), "what is typed is text"
    page.evaluate("document.activeElement.blur()")
    before = bench.view(case_id).document.overrides
    keys.press("u")
    page.wait_for_selector('.toolbar [data-act="redo"]:not([disabled])', timeout=LONG)
    page.wait_for_selector(DONE, timeout=LONG)
    assert len(bench.view(case_id).document.overrides) == len(before) - 1
    keys.press("Control+Shift+Z")
    page.wait_for_function("() => document.querySelector('.hit')?.matches('[data-pinned]')", timeout=LONG)
    page.wait_for_selector(DONE, timeout=LONG)
    keys.press("?")
    page.wait_for_selector("#help[open]")
    page.uncheck("[data-single-keys]")
    keys.press("Escape")
    assert not page.is_visible("#help") and page.evaluate("localStorage.getItem('newsctx:keys')") == "off"
    page.evaluate("document.activeElement.blur()")
    keys.press("8")
    keys.press("?")
    assert page.is_visible("#nx-retrieve") and not page.is_visible("#help"), "single keys are off"


def test_the_tour_is_offered_once_and_covers_nothing_that_it_points_to(address, open_page):
    page = open_page(address, tour=True)
    page.wait_for_selector(".tour")
    assert page.locator(".tour [data-tour-example]").count() == 3
    apart = """() => {
      const [a, b] = ['.tour', '.tour-here'].map((s) => document.querySelector(s).getBoundingClientRect());
      return a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top }"""
    page.wait_for_function(apart)
    page.click(".tour [data-tour-example='0']")
    page.wait_for_selector(DONE, timeout=LONG)
    titles = []
    for _ in range(6):
        page.wait_for_timeout(300)  # the card glides
        page.wait_for_function(apart)
        titles.append(page.inner_text(".tour h2"))
        page.focus(".tour [data-tour-next]")
        page.keyboard.press("Enter")
    page.wait_for_selector(".tour", state="detached")
    assert len(set(titles)) == 6, titles
    assert page.evaluate("document.activeElement.matches('[data-help]')"), "focus goes where the tour can be had again"
    page.goto(address)
    page.wait_for_selector(".start h1")
    page.wait_for_timeout(900)
    assert not page.locator(".tour").count(), "never again"
    page.click("[data-help]")
    page.click("[data-tour]")
    page.wait_for_selector(".tour")
    page.keyboard.press("Escape")
    page.wait_for_selector(".tour", state="detached")


def test_the_second_language_is_the_browsers_and_the_switch_is_kept(address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}", locale="de-DE")
    page.wait_for_selector(DONE)
    german = "() => document.documentElement.lang === 'de'"
    page.wait_for_function(german)
    texts = page.inner_text("body")
    assert "Belege" in texts and "Zu prüfende Behauptung" in texts, "the server's panels and Gradio's own components"
    page.click('[data-language="en"]')
    page.wait_for_function("() => document.documentElement.lang === 'en' && document.querySelector('.rail')")
    page.wait_for_function("() => document.body.innerText.includes('Claim under check')")
    page.reload()
    page.wait_for_selector(DONE)
    page.wait_for_function("() => document.body.innerText.includes('Claim under check')")
    assert "Evidence" in page.inner_text(".rail") and "case=" in page.url
    page.goto(f"{address}?case={case_id}&lang=de")
    page.wait_for_selector(DONE)
    page.wait_for_function(german)
    assert "Belege" in page.inner_text(".rail"), "the address goes before the switch"
