"""A report downloaded in a real browser, and opened there: nothing is loaded, nothing runs, nothing is out of reach."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

from pathlib import Path

from browser import CROP, DONE, LONG, address, bench, chromium, open_page  # noqa: F401  (four are fixtures)

from newsctx.records import Claim, Inputs


def test_a_report_is_downloaded_on_the_caption_tab_and_opens_by_itself(address, open_page, chromium, bench, tmp_path):
    claim = Claim(text="<img src=x onerror=alert(1)> Flood in Lyon", place="Lyon")
    case_id = bench.create_case(CROP.read_bytes(), CROP.name, Inputs(claim=claim))
    for _ in bench.run(case_id):
        pass
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE, timeout=LONG)
    page.click('.rail [data-tab="caption"]')
    place = page.locator("#nx-caption .reports")
    place.wait_for(timeout=LONG)
    assert "not approved" in place.inner_text()
    assert place.locator('[data-format="photo"]').is_disabled(), "nothing is approved yet"
    with page.expect_download(timeout=LONG) as waited:
        place.locator('[data-format="html"]').click()
    assert waited.value.suggested_filename == f"newsctx-{case_id}-report.html"
    file = tmp_path / "report.html"
    waited.value.save_as(file)
    place.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "tab.png")
    looks_right(chromium, file, tmp_path)


def looks_right(chromium, file: Path, folder: Path) -> None:
    """Opened at a narrow and a wide width, dark and light: no message of the browser, no scrolling to the side."""
    for width, scheme in ((390, "dark"), (1100, "light")):
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        opened, said, asked = context.new_page(), [], []
        opened.on("console", lambda message, said=said: said.append(message.text))
        opened.on("pageerror", lambda error, said=said: said.append(str(error)))
        opened.on("request", lambda request, asked=asked: asked.append(request.url))
        opened.goto(file.as_uri())
        assert said == [] and [u for u in asked if not u.startswith("data:")] == [file.as_uri()]
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        broken = "all => all.filter(i => !i.naturalWidth).length"
        assert opened.eval_on_selector_all("img", broken) == 0
        assert opened.locator(".warning").first.is_visible()
        assert "Flood in Lyon" in opened.locator("#claim + dl").inner_text()
        opened.screenshot(path=folder / f"{scheme}.png", full_page=True)
        context.close()
