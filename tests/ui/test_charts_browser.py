"""Linked selection, map and timeline in a real browser."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import re

import pytest
from browser import CROP, DONE, LONG, address, bench, chromium, open_page  # noqa: F401  (four are fixtures)

from newsctx.records import Inputs
from newsctx.workbench import Workbench

#: The chosen article's marks: its card, event, bar, point and passage.
MARKED = (
    ".hit.linked", "#nx-events .clusters li.linked", "#timeline .bars .point.linked", "#map .point.linked",
    "#nx-chunks li.linked",
)  # fmt: skip


@pytest.fixture
def case_id(bench: Workbench) -> str:
    """A case that is analysed already, of its own: stages come from the cache."""
    case_id = bench.create_case(CROP.read_bytes(), CROP.name, Inputs(note="flood on the river"))
    *_, _ = bench.run(case_id)
    return case_id


def events(page):
    """The tab of the events with both charts drawn."""
    page.click('.rail [data-tab="events"]')
    page.wait_for_selector("#timeline .bars .point", state="attached", timeout=LONG)
    page.wait_for_selector("#map .scattergeo .point", state="attached", timeout=LONG)
    return page


#: Longitude and latitude of well-known cities; the demonstration's stories are elsewhere.
CITIES = ((-104.98, 39.74), (-3.70, 40.42), (21.01, 52.23), (36.82, -1.29), (77.21, 28.61))
FREE_SPOT = """cities => {
  const plot = document.querySelector('#map .js-plotly-plot'), box = plot.getBoundingClientRect();
  const {projection, xaxis, yaxis} = plot._fullLayout.geo._subplot;
  const inside = (v, axis) => v > axis._offset + 5 && v < axis._offset + axis._length - 5;
  const points = [...plot.querySelectorAll('.point')].map(n => n.getBoundingClientRect());
  for (const [lon, lat] of cities) {
    const [x, y] = projection([lon, lat]), [left, top] = [box.x + x, box.y + y];
    const far = points.every(b => Math.hypot(b.x + b.width / 2 - left, b.y + b.height / 2 - top) > 40);
    if (inside(x, xaxis) && inside(y, yaxis) && far) return [left, top, lon, lat];
  }
}"""


def test_choosing_a_card_by_key_marks_the_same_evidence_everywhere(address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    events(page)
    for stage in ("chunks", "retrieve"):  # a tab is built when it is first opened
        page.click(f'.rail [data-tab="{stage}"]')
        page.locator(f"#nx-{stage}").wait_for(state="visible")
    card = page.locator('.hit[data-evidence="paris-flood-1"]')
    card.focus()
    page.keyboard.press("Enter")
    for marked in MARKED:
        page.wait_for_selector(marked, state="attached")
    assert card.get_attribute("aria-current") == "true"
    assert page.locator(".hit.linked").count() == 1, "one article stands once in the list"
    assert "Selected: 1 article" in page.inner_text("[data-selected-text]")
    page.click('[data-act="order"][data-order="retrieve"]')  # the panel is rendered again
    page.wait_for_selector('[data-act="order"][data-order="retrieve"][aria-pressed="true"]')
    page.wait_for_selector('.hit[data-evidence="paris-flood-1"].linked[aria-current="true"]')
    page.keyboard.press("Escape")
    page.wait_for_selector(".linked", state="detached")
    assert page.locator("[data-chosen], .point.linked").count() == 0
    page.click('.hit[data-evidence="paris-flood-1"] summary >> nth=0')
    assert page.locator(".linked").count() == 0, "what stands inside a card does its own work"


def test_a_point_of_the_map_opens_its_event_and_selects_its_articles(address, open_page, case_id):
    page = events(open_page(f"{address}?case={case_id}"))
    point = page.locator('#map [data-kind="event"] .point').first
    point.click(force=True)
    page.wait_for_selector("#nx-events .clusters li[data-selected].linked", timeout=LONG)
    assert re.match(r"Selected: \d+ articles", page.inner_text("[data-selected-text]"))
    assert page.locator("#timeline .point.linked").count() > 0
    page.set_viewport_size({"width": 390, "height": 844})
    box = page.locator('[data-clear="selected"]').bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390, "the way back stays in a narrow window"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.click('[data-clear="selected"]')
    page.wait_for_selector("#nx-events .clusters li[data-selected]", state="detached", timeout=LONG)
    assert page.locator(".linked").count() == 0
    page.click(".chart-table summary")
    row = page.locator(".chart-table tr[data-event] button").first
    row.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#timeline .point.linked", state="attached")
    assert "role=img" in page.eval_on_selector("#map .js-plotly-plot", "p => `role=${p.getAttribute('role')}`")


def test_an_empty_spot_of_the_map_is_offered_and_sets_the_place(address, open_page, bench, case_id):
    page = events(open_page(f"{address}?case={case_id}"))
    page.locator("#map").scroll_into_view_if_needed()
    x, y, lon, lat = page.evaluate(FREE_SPOT, CITIES)
    page.mouse.click(x, y)
    offer = page.locator(".selection .offer")
    offer.wait_for(timeout=LONG)
    assert "Nearest is" in offer.inner_text() and not bench.view(case_id).document.overrides, "nothing is set yet"
    page.fill("[data-reason]", "the skyline")
    page.click('.offer [data-act="place_at"]')
    offer.wait_for(state="detached", timeout=LONG)
    page.wait_for_selector('.rail [data-tab="caption"][data-state="fresh"]', timeout=LONG)
    (made,) = bench.view(case_id).document.overrides
    assert made.action == "set_place" and made.reason == "the skyline"
    assert abs(made.place.lat - lat) < 1.5 and abs(made.place.lon - lon) < 1.5, "as near as a pixel and a city are"
    page.wait_for_selector('#map [data-kind="answer"] .point', state="attached")


def test_a_span_of_days_dims_the_other_articles(address, open_page, bench, case_id):
    page = events(open_page(f"{address}?case={case_id}"))
    page.locator("#timeline").scroll_into_view_if_needed()
    box = page.locator("#timeline .nsewdrag").bounding_box()
    y = box["y"] + box["height"] * 0.8
    page.mouse.move(box["x"] + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=4)
    page.mouse.move(box["x"] + box["width"] * 0.7, y, steps=4)
    page.mouse.up()
    page.wait_for_selector("[data-span-line]:not([data-off])")
    shown, total = map(int, re.search(r"Showing (\d+) of (\d+) articles", page.inner_text("[data-span-text]")).groups())
    assert 0 < shown < total == len(bench.view(case_id).document.articles)
    rows = page.locator(".chart-table tr[data-article]")
    assert rows.count() == total and page.locator(".chart-table tr[data-article]:not(.outside)").count() == shown
    page.click('[data-clear="span"] >> nth=0')
    page.wait_for_selector(".outside", state="detached")
    page.fill("#brush-from", "2021-02-01")
    page.fill("#brush-to", "2021-02-10")
    page.click("form[data-brush] button[type=submit]")  # the same without dragging
    page.wait_for_selector("tr[data-article].outside", state="attached")
    inside = page.eval_on_selector_all("tr[data-article]:not(.outside)", "all => all.map(r => r.dataset.first)")
    assert inside and all("2021-02-01" <= day <= "2021-02-10" for day in inside)
    page.keyboard.press("Escape")
    page.wait_for_selector(".outside", state="detached")


def test_an_empty_day_of_the_timeline_is_offered(address, open_page, bench, case_id):
    page = events(open_page(f"{address}?case={case_id}"))
    page.locator("#timeline").scroll_into_view_if_needed()
    box = page.locator("#timeline .nsewdrag").bounding_box()
    page.mouse.click(box["x"] + 3, box["y"] + 4)
    offer = page.locator(".selection .offer")
    offer.wait_for(timeout=LONG)
    assert re.search(r"Set the date to \d+ \w+ \d{4}\?", offer.inner_text())
    page.click('.offer [data-key="pick:no"]')
    offer.wait_for(state="detached", timeout=LONG)
    assert not bench.view(case_id).document.overrides
