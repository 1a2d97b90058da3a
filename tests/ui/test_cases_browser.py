"""Cases, undo and redo, the history, runs side by side and the approval of a caption in a real browser.

Every page of these tests fails on a request that leaves the machine, on any error in the page and on any dialog.
"""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import pytest
from browser import CROP, DONE, LONG, address, bench, chromium, open_page  # noqa: F401  (four are fixtures)

from newsctx.errors import CaseNotFound
from newsctx.workbench import Workbench

REASON = 'the same "banner" <b>'


@pytest.fixture
def case_id(bench: Workbench) -> str:
    """A case that is analysed already; all but the first are read from the cache."""
    case_id = bench.create_case(CROP.read_bytes(), CROP.name)
    list(bench.run(case_id))
    return case_id


def test_cases_are_found_named_tagged_set_archived_and_deleted(bench, address, open_page, case_id):
    other = bench.create_case(CROP.read_bytes(), "other.jpg")
    page = open_page(address)
    row = page.locator(f'[data-case-row="{case_id}"]')
    row.wait_for()

    row.locator('[data-act="see-edit"]').press("Enter")  # by keyboard
    page.wait_for_function("() => document.activeElement.name === 'title'", timeout=LONG)
    page.keyboard.type("Élan on the Seine")  # what was there is selected
    page.keyboard.press("Tab")
    page.keyboard.type("flood, Ana's <i>desk</i>")
    page.keyboard.press("Enter")
    row.locator(".tagged").first.wait_for()
    assert row.locator(".case-name").inner_text() == "Élan on the Seine"
    assert row.locator(".tagged").all_inner_texts() == ["flood", "Ana's <i>desk</i>"]
    page.wait_for_function(f"() => document.activeElement.dataset.key === 'edit:{case_id}'")

    page.locator(".find-cases [name=query]").press_sequentially("elan seine", delay=30)
    page.wait_for_function("() => document.querySelectorAll('.case-list > li').length === 1", timeout=LONG)
    assert page.locator(".find-cases [name=query]").input_value() == "elan seine"
    assert page.evaluate("document.activeElement.name") == "query", "typing goes on"

    row.locator('[data-act="case-status"]').select_option("established")
    row.locator('select[data-status="established"]').wait_for()
    page.locator(".find-cases [name=status]").select_option("handed_over")
    page.get_by_text("No case fits this search").wait_for()
    page.locator('[data-key="cases:all"]').click()
    page.locator(f'[data-case-row="{other}"]').wait_for()
    assert page.locator(".find-cases [name=query]").input_value() == ""

    row.locator('[data-act="case-archive"]').click()
    row.wait_for(state="detached")
    page.locator(".find-cases [name=archived]").check()
    row.wait_for()
    row.locator('[data-act="see-delete"]').click()
    word = row.locator("[name=word]")
    word.wait_for()
    word.fill("yes")
    row.locator("button.danger").click()  # the field refuses the word
    assert bench.view(case_id).title == "Élan on the Seine"
    word.fill("delete")
    word.press("Enter")
    row.wait_for(state="detached")
    with pytest.raises(CaseNotFound):
        bench.view(case_id)
    page.locator("#nx-message").get_by_text("The case was deleted").wait_for()


def test_a_change_is_undone_made_again_told_in_the_history_and_named_by_the_comparison(
    bench, address, open_page, case_id
):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE, timeout=LONG)
    page.locator("[data-who]").fill("Ana Üñal")
    page.locator("[data-who]").press("Tab")
    page.wait_for_function("() => document.cookie.includes('newsctx_who=Ana')")
    second = page.locator("#nx-retrieve li.hit").nth(1)
    headline = second.locator("h3").inner_text()
    page.locator("[data-reason]").fill(REASON)
    second.locator('[data-act="pin"]').click()
    standing = page.locator(".standing")
    standing.get_by_text("and everything after it were recomputed").wait_for(timeout=LONG)
    assert headline in standing.inner_text()
    page.locator('[data-key="undo"]').click()
    page.wait_for_selector('[data-key="redo"]:not(:disabled)', timeout=LONG)
    assert headline in page.locator('[data-key="redo"]').get_attribute("title")
    assert bench.view(case_id).document.overrides == ()
    page.keyboard.press("Escape")
    page.locator('[data-key="redo"]').click()
    page.wait_for_selector('[data-key="redo"]:disabled', timeout=LONG)
    page.wait_for_selector(DONE, timeout=LONG)

    page.locator("#tab-history-button").evaluate("b => b.click()")
    trail = page.locator("#nx-history .trail")
    trail.get_by_text("Made again: Pinned").wait_for(timeout=LONG)
    made = trail.locator('li[data-what="override"]')
    assert headline in made.inner_text() and "Ana Üñal" in made.inner_text() and REASON in made.inner_text()
    runs = page.locator('#nx-history [data-act="see-run"][type=checkbox]')
    runs.nth(runs.count() - 1).check()  # the first run, before anything was changed
    page.get_by_text("One run is chosen").wait_for()
    runs.nth(0).check()
    verdict = page.locator(".verdict-line")
    verdict.wait_for()
    assert verdict.inner_text().startswith("Responsible: Pinned") and headline in verdict.inner_text()
    page.locator('[data-key="check"]').click()
    page.get_by_text("The chain holds").wait_for()

    page.reload()
    page.wait_for_selector(DONE, timeout=LONG)
    assert page.locator("[data-who]").input_value() == "Ana Üñal", "this browser keeps the name"


def test_stale_stages_wait_for_one_key_where_nothing_is_recomputed_by_itself(bench, address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE, timeout=LONG)
    page.locator("#automatic input").uncheck()
    page.locator('#nx-retrieve [data-act="pin"]').nth(1).click()
    page.wait_for_selector('.rail [data-tab="caption"][data-state="stale"]', timeout=LONG)
    assert page.locator('.rail [data-tab="photo"]').get_attribute("data-state") == "fresh"
    assert "Would recompute: Evidence to Caption" in page.locator(".standing").inner_text()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("r")
    page.wait_for_selector(DONE, timeout=LONG)
    assert page.locator('.rail [data-state="stale"]').count() == 0


def test_a_caption_is_approved_and_a_later_wording_is_shown_as_a_change(bench, address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE, timeout=LONG)
    page.click('.rail [data-tab="caption"]')
    page.locator('[data-key="approve"]').click()
    page.locator('[data-approval="approved"]').wait_for(timeout=LONG)
    assert bench.view(case_id).document.overrides[-1].version == 1
    page.locator('#nx-caption summary:has-text("Word it yourself")').click()
    page.locator("#own").fill("Water stands in the streets of Paris.")
    page.locator('[data-key="own:save"]').click()
    changed = page.locator('[data-approval="changed"]')
    changed.wait_for(timeout=LONG)
    assert "version 1 was approved" in changed.inner_text() and changed.locator("ins").count()
    page.locator('[data-key="approve:back"]').click()
    page.locator('[data-approval="none"]').wait_for(timeout=LONG)


def test_a_tab_follows_what_another_one_did(bench, address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE, timeout=LONG)
    page.evaluate("document.activeElement.blur()")
    bench.rename(case_id, "Renamed elsewhere", "Ben")
    page.wait_for_function("() => document.querySelector('.case-title').value === 'Renamed elsewhere'", timeout=LONG)
    page.evaluate("document.querySelector('.rail [data-tab=caption]').click()")
    assert page.title().startswith("Renamed elsewhere")


def test_a_case_that_another_tab_deleted_leads_back_to_the_list(bench, address, open_page, case_id):
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE, timeout=LONG)
    bench.delete_case(case_id)
    page.evaluate("document.querySelector('#nx-retrieve [data-act=pin]')?.click()")  # or the page asks by itself
    page.locator("#nx-message").get_by_text("deleted meanwhile, or is no longer shared").wait_for(timeout=LONG)
    page.wait_for_selector(".cases")
    assert "case=" not in page.url
