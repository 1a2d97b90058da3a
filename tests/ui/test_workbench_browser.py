"""The workbench in a real browser: upload, every stage, overrides, refresh, second tab, dark, narrow, refusals.

Every page of these tests fails on a request that leaves the machine and on any error in the page.
"""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import CROP, DONE, LONG, address, chromium, open_page, start, workbench  # noqa: F401  (three are fixtures)

from newsctx.records import STAGES, Inputs
from newsctx.workbench import Example, Workbench


@pytest.fixture(scope="module")
def bench(demo_archive, models, tmp_path_factory) -> Iterator[Workbench]:
    examples = (Example(path=CROP, title="Cropped photograph", note="Paris"),)
    with workbench(
        demo_archive, tmp_path_factory.mktemp("state"), models, examples=examples, notices=("Fictional",)
    ) as bench:
        yield bench


@pytest.fixture(scope="module")
def case_id(bench: Workbench) -> str:
    """A case that is analysed already."""
    case_id = bench.create_case(CROP.read_bytes(), CROP.name, Inputs(note="flood on the river"))
    *_, view = bench.run(case_id)
    assert [s.state for s in view.document.status] == ["fresh"] * len(STAGES)
    return case_id


def upload(page, path: Path) -> None:
    page.set_input_files("#drop input[type=file]", str(path))


def tab(page, stage: str):
    page.click(f'.rail [data-tab="{stage}"]')
    panel = page.locator(f"#nx-{stage}")
    panel.wait_for(state="visible")
    return panel


def order(page) -> list[str]:
    """Article ids of the evidence cards, top down."""
    return [k.removeprefix("hit:") for k in page.eval_on_selector_all(".hit", "all => all.map(n => n.dataset.key)")]


def test_a_photograph_is_uploaded_and_every_stage_is_seen(address, open_page):
    page = open_page(address)
    assert "Fictional" in page.inner_text(".archive")
    assert "will stand here" in tab(page, "caption").inner_text(), "an empty stage says what will fill it"
    upload(page, CROP)
    page.wait_for_selector(DONE, timeout=LONG)
    assert re.search(r"\?case=[\w-]{16,}", page.url), "the case has an address"
    preview = page.locator(".photo img")
    assert preview.evaluate("i => i.naturalWidth") > 0
    assert "DANGER" in page.inner_text(".ocr") and page.locator(".photo polygon").count() > 0
    assert order(tab(page, "retrieve").page)[0] == "paris-flood-1", "the cropped photograph's own article"
    match = tab(page, "verify").locator(".match img").first
    match.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.match img').naturalWidth > 0")
    assert "inliers" in page.inner_text("#nx-verify")
    assert "unavailable" in tab(page, "locate").inner_text(), "no image-text encoder: the stage says so"
    assert tab(page, "chunks").locator("li[data-key^='chunk:']").count() > 0
    assert "Paris" in tab(page, "context").locator(".value").first.inner_text()
    caption = tab(page, "caption")
    assert "Extractive caption: composed only of statements found in the evidence" in caption.inner_text()
    assert caption.locator(".sentence").count() >= 1
    caption.locator('.cite[data-goto^="chunk:"]').first.click()
    page.wait_for_selector('#nx-chunks li.flash[data-key^="chunk:"]')
    assert page.locator("#nx-chunks").is_visible(), "a citation leads to its chunk"


def test_an_example_is_one_click(address, open_page):
    page = open_page(address)
    picture = page.locator(".examples img")
    picture.wait_for()
    page.wait_for_function("() => document.querySelector('.examples img').naturalWidth > 0")
    page.click(".examples button")
    page.wait_for_selector(DONE, timeout=LONG)
    assert page.input_value(".head .case-title") == "q02-paris-crop.jpg"


def test_pin_exclude_refresh_and_second_tab(address, open_page, bench, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    before = order(page)
    assert len(before) >= 3
    last, second = before[-1], before[1]
    page.fill("[data-reason]", "names the quay")
    page.click(f'[data-key="pin:{last}"]')
    page.wait_for_function(f"() => document.querySelector('.hit')?.dataset.key === 'hit:{last}'", timeout=LONG)
    page.wait_for_selector(DONE, timeout=LONG)
    page.click(f'[data-key="exclude:{second}"]')
    page.click(f'[data-key="exclude-go:{second}"]')
    page.wait_for_selector(f'[data-key="hit:{second}"]', state="detached", timeout=LONG)
    page.wait_for_selector(DONE, timeout=LONG)
    after = order(page)
    assert after[0] == last and second not in after
    assert "Excluded (1)" in page.inner_text("#nx-retrieve")
    reasons = [o.reason for o in bench.view(case_id).document.overrides]
    assert reasons == ["names the quay", ""], "a reason goes with one change only"
    page.reload()
    page.wait_for_selector(DONE)
    assert order(page) == after, "a refresh shows the same"
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(DONE)
    assert order(other) == after, "so does a second tab"
    page.click(".excluded summary")
    page.click(f'[data-key="restore:{second}"]')
    page.wait_for_selector(f'[data-key="hit:{second}"]', timeout=LONG)
    while bench.view(case_id).document.overrides:
        bench.undo(case_id)
    *_, _ = bench.run(case_id)


def test_without_automatic_recomputing_stages_stay_stale_until_asked(address, open_page, bench):
    case_id = bench.create_case(CROP.read_bytes(), "manual.jpg", Inputs(note="quay"))
    *_, _ = bench.run(case_id)
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    page.uncheck("#automatic input")
    form = tab(page, "context").locator('form[data-act="set_date"]')
    form.locator("input").fill("2021-02")
    form.locator("button[type=submit]").click()
    page.wait_for_selector('.rail [data-tab="caption"][data-state="stale"]')
    assert page.locator('.rail [data-tab="chunks"]').get_attribute("data-state") == "fresh", "not touched by the date"
    page.click('.toolbar [data-act="run"]')
    page.wait_for_selector(DONE, timeout=LONG)
    assert "Feb 2021" in page.inner_text('#nx-context .answer[data-basis="analyst"]')
    page.click('.toolbar [data-act="undo"]')
    page.wait_for_selector('.rail [data-tab="context"][data-state="stale"]')


def test_a_wrong_date_is_a_message(address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    form = tab(page, "context").locator('form[data-act="set_date"]')
    form.locator("input").fill("31.12.2017")
    form.locator("button[type=submit]").click()
    page.wait_for_selector('.message[data-kind="error"]')
    assert "31.12.2017" in page.inner_text(".message")
    assert "Traceback" not in page.inner_text("body")


def test_renamed_text_is_refused_calmly(address, open_page, tmp_path):
    fake = tmp_path / "photo.jpg"
    fake.write_text("This is no photograph.")
    page = open_page(address)
    upload(page, fake)
    page.wait_for_selector('.message[data-kind="error"][role="alert"]')
    text = page.inner_text("body")
    assert "Traceback" not in text and str(tmp_path) not in text and "/gradio/" not in text
    assert "?case=" not in page.url
    upload(page, CROP)
    page.wait_for_selector(DONE, timeout=LONG)
    assert not page.is_visible(".message"), "the next photograph is welcome, the message is gone"


def test_an_unknown_case_opens_the_start_page_with_a_message(address, open_page):
    page = open_page(f"{address}?case=nothing-of-that-name")
    page.wait_for_selector('.message[data-kind="error"]')
    assert "nothing-of-that-name" in page.inner_text(".message")
    assert page.is_visible(".start h1")


def test_events_on_timeline_and_map_without_a_network(address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    tab(page, "events")
    page.wait_for_selector("#map .layer.land path", state="attached", timeout=LONG)
    land = page.eval_on_selector("#map .layer.land path", "p => p.getAttribute('d').length")
    assert land > 1000, "the outlines are drawn from our own file"
    page.wait_for_selector("#timeline .js-plotly-plot .scatterlayer")
    point = page.locator("#map .scattergeo path.point").first
    point.wait_for()
    point.click(force=True)
    page.wait_for_selector("#nx-events .clusters li[data-selected]")
    page.click("#nx-events .clusters li[data-selected] .select")
    page.wait_for_selector("#nx-events .clusters li[data-selected]", state="detached")


@pytest.mark.parametrize("stage", ["retrieve", "verify", "locate", "events", "chunks", "context", "caption"])
def test_a_narrow_window_never_scrolls_sideways(address, open_page, case_id, stage):
    page = open_page(f"{address}?case={case_id}", width=390, height=844)
    page.wait_for_selector(DONE)
    tab(page, stage)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    inside = "[...document.querySelectorAll('#main button:not([disabled])')].filter(b => b.offsetParent)"
    assert page.evaluate(f"{inside}.every(b => b.getBoundingClientRect().right <= 390)"), "every button is reachable"


def test_the_overlay_follows_the_arrow_keys(address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    slider = tab(page, "verify").locator("input[data-wipe]").first
    loaded = "() => [...document.querySelectorAll('.wipe img')].slice(0, 2).every(i => i.naturalWidth > 0)"
    page.wait_for_function(loaded)
    before = int(slider.input_value())
    clip = "getComputedStyle(document.querySelector('.wipe .over')).clipPath"
    shown = page.evaluate(clip)
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert int(slider.input_value()) == before + 5
    assert page.evaluate(clip) != shown, "more of the archived photograph shows"
    assert page.locator(".wipe output").first.inner_text() == str(before + 5)


def test_dark_follows_the_system(address, open_page, case_id):
    light, dark = (
        open_page(f"{address}?case={case_id}", scheme=s).evaluate(
            "getComputedStyle(document.querySelector('.panel')).backgroundColor"
        )
        for s in ("light", "dark")
    )
    brightness = [sum(int(v) for v in re.findall(r"\d+", colour)[:3]) for colour in (light, dark)]
    assert brightness[0] > 600 > 200 > brightness[1]


def test_the_keyboard_reaches_the_stages_and_controls_have_names(address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    page.focus('.rail [data-tab="context"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#nx-context .value")
    nameless = page.evaluate(
        "[...document.querySelectorAll('#main button, #main input, #main textarea')].filter(n => n.offsetParent && "
        "!(n.textContent.trim() || n.ariaLabel || n.labels?.length)).map(n => n.outerHTML.slice(0, 120))"
    )
    assert not nameless
    assert page.locator(".photo img").get_attribute("alt")


def test_hostile_text_of_an_article_is_only_text(make_archive, models, tmp_path, open_page, noise):
    """Gradio evaluates HTML templates as JavaScript: `${...}`, backslashes and tags of an article must stay text."""
    headline = r"Ferry ${alert(1)} <img src=x onerror=alert(2)> \n \u00 `tick` {{value}}"
    row = {
        "id": 'x" onmouseover="alert(3)',
        "url": "javascript:alert(4)",
        "headline": headline,
        "body": f"The ferry sank in Lisbon. <script>alert(5)</script> {headline}",
        "published": "2022-05-17",
    }
    bench = Workbench(make_archive([row]), tmp_path / "hostile", models)
    case_id = bench.create_case(noise, "<b>photo</b>.jpg", Inputs(note="ferry ${alert(6)}"))
    *_, _ = bench.run(case_id)
    page = open_page(f"{start(bench)}?case={case_id}")
    page.wait_for_selector(DONE)
    assert page.inner_text(".hit h3") == headline
    assert page.locator(".hit h3 a").count() == 0, "only http(s) addresses become links"
    assert page.locator("#stages img[src=x], #stages script").count() == 0
    page.click('[data-act="pin"]')
    page.wait_for_selector(".hit[data-pinned]", timeout=LONG)
    assert "ferry ${alert(6)}" in tab(page, "chunks").inner_text()
    page.context.close()
    bench.close()
