"""Driving the workbench in headless Chromium: importing this skips a test file where there is none.

Every page of these tests fails on a request that leaves the machine and on any error in the page.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio
import pytest
from conftest import QUERIES

from newsctx.ui.serving import serve
from newsctx.workbench import Workbench

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if not CHROMIUM:
    pytest.skip("no Chromium to drive: apt-get install chromium", allow_module_level=True)

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CROP = QUERIES / "q02-paris-crop.jpg"
LOCAL = ("http://127.0.0.1:", "http://localhost:", "data:", "blob:")
DONE = '.rail [data-tab="caption"][data-state="fresh"]'
LONG = 120_000  # ms: a first analysis on a busy machine reads text and loads models
#: A browser that has seen the tour: it would start on a first visit. Run before every page's own scripts.
SEEN = "try { localStorage.setItem('newsctx:tour', 'seen') } catch (e) {}  // no storage on a blank page"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(bench: Workbench) -> str:
    port = free_port()
    serve(bench, "127.0.0.1", port, prevent_thread_lock=True, quiet=True)
    return f"http://127.0.0.1:{port}/"


@contextmanager
def workbench(archive: Path, state: Path, models: Any, **more: Any) -> Iterator[Workbench]:
    """A workbench for `start`; afterwards its server and its store are closed."""
    bench = Workbench(archive, state, models, **more)
    try:
        yield bench
    finally:
        gradio.close_all()
        bench.close()


@pytest.fixture(scope="module")
def bench(demo_archive, models, tmp_path_factory) -> Iterator[Workbench]:
    with workbench(demo_archive, tmp_path_factory.mktemp("state"), models) as bench:
        yield bench


@pytest.fixture(scope="module")
def address(bench: Workbench) -> str:
    return start(bench)


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium) -> Iterator[Callable[..., object]]:
    """Opens watched pages; afterwards none of them may have failed or asked anybody but this machine."""
    contexts, wrong = [], []

    def watch(page):
        page.on("request", lambda r: None if r.url.startswith(LOCAL) else wrong.append(f"request to {r.url}"))
        page.on("pageerror", lambda e: wrong.append(f"page error: {e}"))
        page.on("dialog", lambda d: (wrong.append(f"dialog: {d.message}"), d.dismiss()))

    def make(
        url: str, width: int = 1440, height: int = 900, scheme: str = "light", tour: bool = False, locale: str = "en-GB"
    ):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale)
        if not tour:
            context.add_init_script(SEEN)
        context.on("page", watch)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector(".rail")
        return page

    yield make
    for context in contexts:
        context.close()
    assert not wrong, wrong
