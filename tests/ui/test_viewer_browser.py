"""The photo viewer, hidden pictures and the checklist in a real browser, by keyboard and by mouse."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import re

import pytest
from browser import CROP, LONG, bench, chromium, open_page, start  # noqa: F401  (three are fixtures)

from newsctx.records import STAGES
from newsctx.workbench import Workbench

VIEWER = "dialog.viewer[open]"


@pytest.fixture(scope="module")
def address(bench: Workbench) -> str:
    """The page of a case that is analysed already."""
    case_id = bench.create_case(CROP.read_bytes(), CROP.name)
    *_, view = bench.run(case_id)
    assert [s.state for s in view.document.status] == ["fresh"] * len(STAGES)
    return f"{start(bench)}?case={case_id}"


@pytest.fixture
def page(address, open_page):
    page = open_page(address)
    page.wait_for_selector('[data-key="viewer:open"]:not([disabled])', timeout=LONG)
    return page


def media(page) -> set[str]:
    """The kinds of pictures whose addresses stand anywhere in the page."""
    return set(re.findall(r"media/([a-z]+)-", page.content()))


def percent(page) -> int:
    return int(page.inner_text(f"{VIEWER} [data-v-percent]").rstrip("%"))


def test_the_viewer_by_keyboard(page):
    page.focus('[data-key="viewer:open"]')
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{VIEWER} .v-stage")
    assert page.evaluate("document.activeElement.className") == "v-stage"
    fitted = percent(page)
    page.keyboard.press("+")
    assert percent(page) > fitted
    page.keyboard.press("1")
    assert percent(page) == 100
    for _ in range(10):  # until it is larger than the window
        page.keyboard.press("+")
    at = page.eval_on_selector(f"{VIEWER} .v-canvas", "n => n.style.transform")
    page.keyboard.press("ArrowRight")
    assert page.eval_on_selector(f"{VIEWER} .v-canvas", "n => n.style.transform") != at
    page.keyboard.press("0")
    assert percent(page) == fitted
    for _ in range(40):  # the focus stays inside, whatever the number of controls
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    page.wait_for_selector(VIEWER, state="detached")
    assert page.evaluate("document.activeElement.dataset.key") == "viewer:open"


def test_the_viewer_by_mouse_reads_pixels_and_lays_photographs_over(page):
    page.click('[data-key="viewer:open"]')
    width = page.eval_on_selector("#nx-photo [data-viewer]", "n => Number(n.dataset.width)")
    canvas = page.locator(f"{VIEWER} .v-canvas").bounding_box()
    page.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + 10)
    x = int(re.match(r"x (\d+), y \d+$", page.inner_text(f"{VIEWER} [data-v-at]"))[1])
    assert abs(x - width / 2) <= width / canvas["width"] + 1
    before = percent(page)
    page.mouse.wheel(0, -400)
    page.wait_for_function(
        f"() => parseInt(document.querySelector('{VIEWER} [data-v-percent]').textContent) > {before}"
    )
    after = page.locator(f"{VIEWER} .v-canvas").bounding_box()
    share = (canvas["width"] / 2) / canvas["width"]  # the point under the pointer stays where it is
    assert abs(after["x"] + share * after["width"] - (canvas["x"] + canvas["width"] / 2)) < 3
    page.check(f"{VIEWER} [name=v-match] >> nth=0")
    assert page.locator(f"{VIEWER} [data-region][data-on]").count() == 1
    page.click(f"{VIEWER} [data-v-mode=wipe]")
    page.fill(f"{VIEWER} [data-v-mix]", "30")
    over = page.locator(f"{VIEWER} [data-over]:not([hidden])")
    assert "70%" in over.evaluate("n => n.style.clipPath")
    page.click(f"{VIEWER} [data-v-mode=fade]")
    assert over.evaluate("n => n.style.opacity") == "0.6"
    page.click(f"{VIEWER} [data-v-mode=points]")
    page.wait_for_function(f"() => document.querySelector('{VIEWER} [data-pair]:not([hidden]) img')?.naturalWidth > 0")


def test_signs_and_metadata_are_read_when_opened_and_leave_the_view_as_it_was(page):
    assert not {"ela", "noise"} & media(page)
    page.click('[data-key="viewer:open"]')
    page.keyboard.press("1")
    page.keyboard.press("+")
    zoomed = percent(page)
    page.click(f"{VIEWER} [data-v-tab=signs]")  # the panel is rendered again with what was found
    page.check(f"{VIEWER} [data-v-layer][value=ela]")
    page.wait_for_function(f"() => document.querySelector('{VIEWER} img[data-layer=ela]').naturalWidth > 0")
    assert percent(page) == zoomed and "indication and never proof" in page.inner_text(f"{VIEWER} #v-signs")
    page.click(f"{VIEWER} [data-v-tab=metadata]")
    rows = page.locator(f"{VIEWER} [data-v-row]:visible")
    everything = rows.count()
    page.fill(f"{VIEWER} [data-v-search]", "jfif_version")
    assert 0 < rows.count() < everything
    page.fill(f"{VIEWER} [data-v-search]", "no such tag <b>")
    assert rows.count() == 0 and page.is_visible(f"{VIEWER} [data-v-nothing]")


def test_a_sensitive_photograph_is_covered_until_it_is_chosen_in_each_tab(address, page, open_page):
    page.click('[data-key="viewer:open"]')
    page.click(f"{VIEWER} .v-head [data-act=sensitive]")
    page.wait_for_selector("#nx-photo .cover")
    page.wait_for_selector(VIEWER, state="detached")  # the viewer closes and leaves nothing behind
    assert not {"photo", "match", "overlay", "detail"} & media(page)
    page.click('#nx-photo [data-act="see-reveal"]')
    page.wait_for_selector('[data-key="viewer:open"]')
    assert "photo" in media(page) and "match" not in media(page)
    other = open_page(address)
    other.wait_for_selector("#nx-photo .cover")
    assert not {"photo", "match", "overlay"} & media(other)
    other.click('#nx-photo [data-act="sensitive"]')
    other.wait_for_selector('[data-key="viewer:open"]')


def test_the_checklist_keeps_the_analyst_s_word_and_a_browser_covers_everything(address, page):
    page.click('[data-key="tab:checklist"]')
    page.fill('[data-key^="pillar-note:date"]', "shadows <b>fit</b>")
    page.click('[data-key="pillar:date:verified"]')
    page.wait_for_selector('[data-key="pillar:date:verified"][aria-pressed=true]')
    assert "1 of 5 answered" in page.inner_text("#nx-checklist")
    assert page.input_value('[data-key^="pillar-note:date"]') == "shadows <b>fit</b>"
    page.check("[data-hide-all]")
    page.wait_for_selector("#nx-photo .cover")
    page.goto(address)
    page.wait_for_selector("#nx-photo .cover")
    page.click('[data-key="tab:checklist"]')
    page.wait_for_selector('[data-key="pillar:date:verified"][aria-pressed=true]')
    assert not {"photo", "archive", "match", "overlay"} & media(page)
