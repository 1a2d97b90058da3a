"""A public demonstration under a root path behind a real proxy: whatever the page loads stays under the prefix."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gradio
import pytest
from browser import CROP, DONE, LONG, chromium, free_port, open_page  # noqa: F401  (two are fixtures)
from prefix_proxy import Proxy, proxied

from newsctx import hosting
from newsctx.settings import Settings
from newsctx.ui.launch import _for_guests
from newsctx.ui.layout import TABS
from newsctx.ui.serving import serve
from newsctx.workbench import Example, Workbench

PREFIX = "/newsctx"


@pytest.fixture(scope="module")
def demonstration(demo_archive, models, tmp_path_factory) -> Iterator[tuple[str, Proxy, Workbench]]:
    """The address, the proxy and the workbench."""
    examples = (Example(path=CROP, title="A flood", note="Truth: Paris"),)
    framed = {"limits": {"frame_ancestors": ["http://localhost:*"]}}  # as on a Space, by the Hub
    settings = hosting.public(Settings.model_validate(framed))
    bench = Workbench(demo_archive, tmp_path_factory.mktemp("state"), models, settings, examples)
    port = free_port()
    serve(
        bench, "127.0.0.1", port, hosting.root_path(None, {"GRADIO_ROOT_PATH": f"{PREFIX}/"}),
        prevent_thread_lock=True, quiet=True, **_for_guests(settings),
    )  # fmt: skip
    with proxied(f"http://127.0.0.1:{port}", PREFIX) as (address, proxy):
        yield address, proxy, bench
    gradio.close_all()
    bench.close()


@contextmanager
def other_site(html: str) -> Iterator[str]:
    """A page by a name that is another site than 127.0.0.1 to a browser."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_everything_loads_under_the_prefix_and_each_browser_has_its_own_cases(demonstration, open_page, tmp_path):
    address, proxy, bench = demonstration
    page = open_page(address)
    asked: list[tuple[int, str]] = []
    page.context.on("response", lambda r: asked.append((r.status, r.url)))
    page.reload()
    page.wait_for_selector(".start h1")
    told = page.inner_text(".public")
    assert "visible only in this browser and deleted after 24 hours" in told and "must stay secret" in told
    assert "newsctx-guest" not in page.evaluate("document.cookie"), "no script reads the cookie"
    page.wait_for_function("document.querySelector('.examples img').naturalWidth > 0")
    page.click(".examples button")
    page.wait_for_selector(DONE, timeout=LONG)
    case = page.evaluate("new URLSearchParams(location.search).get('case')")
    assert case and page.url.startswith(address)
    for stage in TABS:
        page.evaluate(f"newsctx.show('{stage}')")
        page.locator(f"#nx-{stage} .panel, #nx-{stage} section").first.wait_for()
        if stage == "events":
            page.wait_for_selector("#map .layer.land path", state="attached", timeout=LONG)
            page.wait_for_selector("#timeline .js-plotly-plot .point", state="attached", timeout=LONG)
    page.click('[data-key="viewer:large"]')
    page.wait_for_selector("dialog.viewer[open]")
    page.wait_for_function("[...document.querySelectorAll('dialog.viewer img')].some((i) => i.naturalWidth > 0)")
    page.keyboard.press("Escape")
    page.evaluate("newsctx.show('caption')")
    with page.expect_download() as waiting:
        page.locator("#nx-caption [data-act='export']").first.click()
    kept = tmp_path / "analysis.json"
    waiting.value.save_as(kept)
    assert json.loads(kept.read_text())["photo"]["width"] > 0
    broken = "[...document.images].filter((i) => i.complete && i.src && !i.naturalWidth).map((i) => i.src)"
    assert page.evaluate(broken) == []
    wrong = [(status, url) for status, url in asked if status >= 400 or not url.startswith((address, "data:", "blob:"))]
    assert asked and not wrong, wrong
    assert proxy.outside == []

    page.reload()
    page.wait_for_selector(DONE, timeout=LONG)
    other = open_page(f"{address}?case={case}")
    other.wait_for_selector(".start h1")
    assert "No case has the address" in other.inner_text(".message")
    other.goto(address)
    other.wait_for_selector(".start h1")
    assert CROP.name not in other.inner_text("body"), "the case is in nobody else's list"
    assert bench.owner_of(case).startswith("guest:") and not bench.owner_of(case).startswith("guest:tab-")


def test_framed_by_another_site_without_cookies_cases_go_with_the_tab(demonstration, open_page):
    """Over http no cookie of a frame is kept; over https the browser may block it."""
    address, proxy, bench = demonstration
    outer = open_page(address)
    outer.context.clear_cookies()
    with other_site(f'<!doctype html><iframe src="{address}" width="1400" height="850"></iframe>') as hub:
        outer.goto(hub)
    page = outer.frames[1]
    page.wait_for_selector(".start h1")
    assert "visible only in this tab" in page.inner_text(".public")
    page.wait_for_function("document.querySelector('.examples img').naturalWidth > 0")
    page.click(".examples button")
    page.wait_for_selector(DONE, timeout=LONG)
    case = page.evaluate("new URLSearchParams(location.search).get('case')")
    assert bench.owner_of(case).startswith("guest:tab-")
    page.evaluate("location.reload()")
    page.wait_for_selector(".start h1")
    assert "No case has the address" in page.inner_text(".message")
