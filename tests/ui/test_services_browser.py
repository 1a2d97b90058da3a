"""Outside services in a real browser: no page asks anybody but this machine, up to the click on the link itself."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from browser import CROP, LONG, address, chromium, open_page, start, workbench  # noqa: F401  (three are fixtures)
from nominatim_server import MINE, Server

from newsctx.settings import Settings
from newsctx.workbench import Workbench


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    made.says([MINE])
    threading.Thread(target=lambda: made.serve_forever(0.02), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture(scope="module")
def bench(demo_archive, models, tmp_path_factory, server) -> Iterator[Workbench]:
    settings = Settings.model_validate({"services": {"geocoder_url": server.url, "geocoder_wait": 0}})
    with workbench(demo_archive, tmp_path_factory.mktemp("state"), models, settings=settings) as bench:
        yield bench


def test_a_service_is_chosen_shown_and_left_by_a_click_each(address, open_page, bench, server):
    case = bench.create_case(CROP.read_bytes(), CROP.name)
    *_, _ = bench.run(case)
    page = open_page(f"{address}?case={case}", width=390)

    page.click('[data-key="services:search"]')  # below the photograph
    page.click('[data-key="choose:reverse_search"]')
    page.select_option('[data-key="service:engine"]', "tineye")
    page.click('[data-key="service:ask:picture"]')
    link = page.locator('[data-key="service:go"]')
    link.wait_for()
    assert link.evaluate("a => [a.href, a.target, a.rel, a.referrerPolicy]") == [
        "https://tineye.com/", "_blank", "noopener noreferrer nofollow", "no-referrer",
    ]  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    link.evaluate("a => a.addEventListener('click', (e) => e.preventDefault())")  # all but the leaving
    link.click()
    link.wait_for(state="detached")
    with page.expect_download() as saved:
        page.click('[data-key="service:copy"]')
    assert saved.value.suggested_filename == "photograph.jpg"
    page.click('[data-close="services"]')

    page.click('.rail [data-tab="context"]')
    page.click(".geocoder summary")
    page.fill("#geocode", "Zeche Zollverein")
    page.click('[data-key="geocode:ask"]')
    page.wait_for_selector('[data-key="geocode:send"]')
    shown = page.locator(".geocoder .going code").inner_text()
    assert server.seen == []
    page.click('[data-key="geocode:send"]')
    page.click('[data-key="geocode:0"]', timeout=LONG)
    page.wait_for_selector(".origin")
    assert [server.url + path for path, *_ in server.seen] == [shown]
    assert "Zeche Zollverein" in page.locator('.answer[aria-label="Place"] .value').inner_text()
    told = [(e.what, e.detail.get("service")) for e in bench.trail(case) if e.what in ("leave", "sent")]
    assert told == [(what, one) for one in ("reverse_search", "geocoder") for what in ("leave", "sent")]
