"""Two people with accounts in real browsers: logging in, sharing, reading without changing, logging out."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

from collections.abc import Iterator

import gradio
import pytest
from account_world import PASSWORD, accounts, many_calls, serve_accounts
from browser import CROP, DONE, LOCAL, LONG, SEEN, chromium  # noqa: F401  (one is a fixture)

from newsctx.workbench import Workbench

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
BY_HAND = ".toolbar [data-act], #nx-retrieve [data-act=pin], .head [data-act=case-status], .case-title"


@pytest.fixture(scope="module")
def bench(demo_archive, models, tmp_path_factory) -> Iterator[Workbench]:
    made = Workbench(demo_archive, tmp_path_factory.mktemp("state"), models, many_calls())
    yield made
    gradio.close_all()
    made.close()


@pytest.fixture(scope="module")
def case_id(bench) -> str:
    case_id = bench.create_case(CROP.read_bytes(), CROP.name, who="anna", owner="anna")
    list(bench.run(case_id, "anna"))
    return case_id


def violations(page) -> list[str]:
    page.add_style_tag(content="* { transition: none !important; animation: none !important; }")
    found = axe.Axe().run(page, options=RULES).response["violations"]
    return [f"{v['id']}: {n['target']} {n['html'][:140]}" for v in found for n in v["nodes"]]


def test_two_people_log_in_share_and_log_out(chromium, bench, case_id, tmp_path):
    known, wrong = accounts(tmp_path), []
    _, address = serve_accounts(bench, known)

    def visit(name: str, locale: str, width: int = 1440, scheme: str = "light"):
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=locale, color_scheme=scheme)
        context.add_init_script(SEEN)
        page = context.new_page()
        page.on("request", lambda r: None if r.url.startswith(LOCAL) else wrong.append(f"request to {r.url}"))
        page.on("pageerror", lambda e: wrong.append(f"page error: {e}"))
        page.on("dialog", lambda d: (wrong.append(f"dialog: {d.message}"), d.dismiss()))
        page.goto(f"{address}/?case={case_id}")
        page.fill("[name=username]", name)
        page.fill("[name=password]", "not the password at all")
        page.press("[name=password]", "Enter")
        page.wait_for_selector("[role=alert]")
        assert page.input_value("[name=username]") == name and not violations(page)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_selector(".rail", timeout=LONG)
        return page

    anna = visit("anna", "en-GB")
    anna.wait_for_selector(DONE, timeout=LONG)
    assert anna.inner_text(".head .account b") == "anna" and anna.inner_text(".toolbar .signed b") == "anna"
    assert anna.locator("[data-who]").count() == 0, "nobody signs with another name"

    ben = visit("ben", "de-DE", width=390, scheme="dark")
    ben.wait_for_selector('.message[data-kind="error"]', timeout=LONG)
    assert "accounts" in ben.inner_text(".message p") and CROP.stem not in ben.inner_text("body")

    anna.click(".share summary")
    assert not violations(anna)
    anna.fill(".share-panel [name=name] >> nth=0", "nobody-there")
    anna.click('[data-key="share:add"]')
    anna.wait_for_selector('.message[data-kind="error"]', timeout=LONG)
    anna.fill(".share-panel [name=name] >> nth=0", "Ben")
    anna.click('[data-key="share:add"]')
    anna.wait_for_selector('[data-key="share:ben"]', timeout=LONG)
    assert bench.shares(case_id) == {"ben": "read"}

    ben.goto(f"{address}/")
    ben.locator(f'[data-case-row="{case_id}"] .whose').wait_for(timeout=LONG)
    assert ben.inner_text(f'[data-case-row="{case_id}"] .whose') == "von anna, nur lesen"
    assert ben.locator(f'[data-case-row="{case_id}"] .case-acts').count() == 0
    ben.click(f'[data-case-row="{case_id}"] .case-name')
    ben.wait_for_selector(".readonly-note", timeout=LONG)
    ben.wait_for_function("() => document.querySelector('.case-title')?.disabled", timeout=LONG)
    trail = bench.trail(case_id)
    assert ben.evaluate(f"[...document.querySelectorAll('{BY_HAND}')].every(n => n.disabled)")
    assert ben.evaluate("document.querySelector('#inputs textarea').readOnly")
    assert ben.locator("#go button").first.is_disabled()
    assert not violations(ben) and ben.evaluate("document.documentElement.scrollWidth") <= 390
    ben.keyboard.press("u")
    assert bench.trail(case_id) == trail and bench.runs(case_id)[0].number == 1

    anna.select_option('[data-key="share:ben"]', "edit")
    ben.wait_for_function("() => !document.querySelector('.case-title')?.disabled", timeout=LONG)  # it asks by itself
    ben.select_option("[data-key='head:status']", "established")
    ben.wait_for_selector(".head select[data-status=established]", timeout=LONG)
    assert bench.trail(case_id)[-1].who == "ben"

    ben.click(".head .account a")
    ben.wait_for_selector("h1")
    assert not violations(ben)
    ben.click("form[action=logout] button")
    ben.wait_for_selector("[name=password]")
    ben.goto(f"{address}/?case={case_id}")
    ben.wait_for_selector("[name=password]")

    known.set_password("anna", "another long password")  # her login ends
    anna.select_option("[data-key='head:status']", "handed_over")
    anna.wait_for_selector(".logged-out a", timeout=LONG)
    assert anna.get_attribute(".logged-out a", "href") == f"login?case={case_id}"
    assert bench.view(case_id).status == "established"
    assert not wrong, wrong
