"""Two tabs of one case in a real browser: what is refused is shown beside the other's, kept, and stored on request."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

from browser import CROP, DONE, LONG, address, bench, chromium, open_page  # noqa: F401  (four are fixtures)

OWN = ".own textarea"


def test_a_wording_over_another_tabs_wording_is_refused_kept_and_stored_on_request(bench, address, open_page):
    case_id = bench.create_case(CROP.read_bytes(), CROP.name)
    list(bench.run(case_id))
    ana, bo = (open_page(f"{address}?case={case_id}") for _ in range(2))
    for page in (ana, bo):
        page.evaluate(
            "document.hidden || Object.defineProperty(document, 'hidden', {value: true})"
        )  # no news by itself
        page.wait_for_selector(DONE, timeout=LONG)
        page.evaluate("document.querySelector('.rail [data-tab=caption]').click()")
        page.locator('[data-keep="edit"] > summary').first.click()
        page.locator(OWN).wait_for(timeout=LONG)

    ana.locator(OWN).fill("A tram stands in the water, Paris, 2016.")
    ana.locator(".own button[type=submit]").click()
    ana.locator(".caption:has-text('A tram stands')").first.wait_for(timeout=LONG)

    mine = "Water <b>in</b> the streets\nof Paris."
    bo.locator(OWN).fill(mine)
    bo.locator(".own button[type=submit]").click()
    refused = bo.locator(".message.conflict")
    refused.wait_for(timeout=LONG)
    said = refused.inner_text()
    assert "A tram stands in the water" in said and "Water <b>in</b> the streets" in said
    assert bo.locator(OWN).input_value() == mine  # what was typed is still in its field
    assert bench._cases.get(case_id).overrides[-1].text.startswith("A tram")
    fits = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    bo.set_viewport_size({"width": 390, "height": 800})
    assert bo.evaluate(fits)

    refused.locator('[data-act="apply-mine"]').press("Enter")
    bo.locator(".caption:has-text('Water <b>in</b> the streets')").first.wait_for(timeout=LONG)
    assert bench._cases.get(case_id).overrides[-1].text == mine and bench.verify(case_id) == ()
