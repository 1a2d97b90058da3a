"""A batch in the page: upload, begin, follow without reloading, open a case from the table, resume, narrow, German."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from batch.batch_world import few, light  # noqa: F401
from browser import CROP, LONG, chromium, open_page, start, workbench  # noqa: F401
from conftest import QUERIES

PHOTOS = [str(CROP), str(QUERIES / "held-out-001.jpg")]


@pytest.fixture(scope="module")
def bench(few, light, tmp_path_factory):  # noqa: F811
    with workbench(few, tmp_path_factory.mktemp("state"), light) as made:
        yield made


@pytest.fixture(scope="module")
def address(bench):
    return start(bench)


def shot(page, name: str) -> None:
    if os.environ.get("NEWSCTX_SHOTS"):
        page.screenshot(path=str(Path(os.environ["NEWSCTX_SHOTS"]) / f"{name}.png"), full_page=True)


def test_many_photographs_become_cases_while_the_page_looks_on(open_page, address, tmp_path):  # noqa: F811
    page = open_page(address)
    page.wait_for_selector(".batches")
    (tmp_path / "x.jpg").write_bytes(b"no photograph")
    page.set_input_files("#many input[type=file]", [*PHOTOS, str(tmp_path / "x.jpg")])
    page.wait_for_selector(".batch-form")
    page.fill(".batch-form [name=title]", "Harbour <b>")
    page.fill(".batch-form [name=claim]", "A flood in Paris")
    assert page.locator(".outcomes tbody tr").count() == 3
    shot(page, "batch_new")
    page.reload()  # nothing is lost: it waits
    page.wait_for_selector(".batch-form")
    page.fill(".batch-form [name=title]", "Harbour <b>")
    page.click(".batch-form button[type=submit]")
    page.wait_for_selector('.batch[data-state="done"]', timeout=LONG)  # without reloading
    assert page.locator('.outcomes tr[data-kind="failed"] .bad').inner_text().startswith("By its content the file is")
    assert page.locator(".case-list > li").count() == 2, "the list of cases has followed, too"
    shot(page, "batch_done")
    page.click('[data-act="see-batch-outcome"][data-outcome="failed"]')
    page.wait_for_function("document.querySelectorAll('.outcomes tbody tr').length === 1")
    page.click('[data-act="see-batch-outcome"][data-outcome="failed"]')
    with page.expect_download() as download:
        page.click('.batch [data-format="csv"]')
    assert download.value.suggested_filename.endswith(".csv")
    assert Path(download.value.path()).read_bytes().count(b"\r\n") == 4
    page.click(".outcomes .case-name >> nth=0")
    page.wait_for_selector(".head .case")
    assert "case=" in page.url and not page.locator("#many").is_visible()
    assert page.input_value(".head .case-tags") == "batch: Harbour <b>"
    page.click(".brand")
    page.wait_for_selector('.batch[data-state="done"]')  # the table is still open


def test_a_narrow_german_page(open_page, address, bench):  # noqa: F811
    page = open_page(address, width=390, locale="de-DE")
    page.wait_for_selector(".batch-list")
    page.click(".batch-list .batch-name >> nth=0")
    page.wait_for_selector(".outcomes")
    text = page.inner_text(".batches")
    assert "Stapel" in text and "Ergebnisse" in text and "Outcome" not in text
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "batch_narrow")
