"""The evidence by hand in a real browser: dragged, moved by keys, excluded with a reason, added, previewed.

Every page of these tests fails on a request that leaves the machine and on any error in the page.
"""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import CROP, DONE, LONG, address, bench, chromium, open_page  # noqa: F401  (four are fixtures)

from newsctx.records import Inputs
from newsctx.workbench import Workbench


@pytest.fixture(scope="module")
def case_id(bench: Workbench) -> str:
    """A case that is analysed already."""
    case_id = bench.create_case(CROP.read_bytes(), CROP.name, Inputs(note="flood on the river"))
    for _ in bench.run(case_id):
        pass
    return case_id


@pytest.fixture
def page(address, open_page, bench, case_id) -> Iterator[object]:
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    page.wait_for_selector(".hit")
    yield page
    while bench.view(case_id).document.overrides:  # the next test begins with the case as it was
        bench.undo(case_id)
    for _ in bench.run(case_id):
        pass


def order(page) -> list[str]:
    """Article ids of the evidence cards, top down."""
    return page.eval_on_selector_all(".hit", "all => all.map(n => n.dataset.id)")


def settled(page, first: list[str]) -> None:
    """Wait until the list begins with these articles and everything is computed."""
    page.wait_for_function(
        "first => first.every((id, i) => document.querySelectorAll('.hit')[i]?.dataset.id === id)", arg=first,
        timeout=LONG,
    )  # fmt: skip
    page.wait_for_selector(DONE, timeout=LONG)


def last(bench: Workbench, case_id: str) -> dict[str, object]:
    return bench.view(case_id).document.overrides[-1].model_dump(mode="json")


def test_a_card_is_dragged_to_another_rank(page, bench, case_id):
    one, two, three = order(page)[:3]
    grip = page.locator(f'[data-key="hit:{three}"] [data-grip]')
    grip.scroll_into_view_if_needed()
    box, top = grip.bounding_box(), page.locator(f'[data-key="hit:{one}"]').bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24, "large enough for a finger"
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, top["y"] + top["height"] + 30, steps=6)
    page.wait_for_selector(".nx-dropline:visible")
    page.wait_for_function("() => document.querySelector('.nx-ghost').textContent.startsWith('3 → 2')")
    page.mouse.up()
    assert page.locator(".nx-dropline").count() == 0
    settled(page, [one, three, two])
    made = last(bench, case_id)
    assert (made["action"], made["article_id"], made["rank"]) == ("move", three, 2)


def test_keys_move_a_card_and_say_so_and_go_from_card_to_card(page, bench, case_id):
    one, two, three = order(page)[:3]
    page.focus(f'[data-key="hit:{one}"]')
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.dataset.id") == two
    page.keyboard.press("Alt+ArrowDown")
    assert "rank 3 of" in page.inner_text("#nx-live")
    settled(page, [one, three, two])
    assert page.evaluate("document.activeElement.dataset.id") == two, "the card keeps the focus where it went"
    page.keyboard.press("e")
    said = page.locator(f'[data-key="hit:{two}"] .scores .said')
    said.wait_for()
    assert "You moved it to rank 3" in said.inner_text(), "one key from the card to the reason for its rank"
    page.focus(f'[data-key="hit:{two}"]')
    page.keyboard.press("p")
    settled(page, [one])
    page.wait_for_selector(f'[data-key="hit:{two}"][data-pinned]')
    assert last(bench, case_id)["action"] == "pin"


def test_an_exclusion_has_its_reason(page, bench, case_id):
    one, two, three = order(page)[:3]
    page.focus(f'[data-key="hit:{two}"]')
    page.keyboard.press("x")
    page.wait_for_function("() => document.activeElement.name === 'why'")
    page.keyboard.type("an older flood")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'[data-key="hit:{two}"]', state="detached", timeout=LONG)
    page.wait_for_selector(DONE, timeout=LONG)
    assert page.evaluate("document.activeElement.dataset.id") == three, "the next card has the focus"
    made = last(bench, case_id)
    assert (made["action"], made["article_id"], made["reason"]) == ("exclude", two, "an older flood")
    page.click(f'[data-key="exclude:{three}"]')
    page.click(f'[data-key="hit:{three}"] [data-why="other event"]')
    page.wait_for_selector(f'[data-key="hit:{three}"]', state="detached", timeout=LONG)
    assert last(bench, case_id)["reason"] == "other event"
    page.click(".excluded summary")
    assert "an older flood" in page.inner_text(".excluded")


def test_pasted_text_becomes_an_article_of_the_case(page, bench, case_id):
    page.click("details.add summary")
    text = page.locator('[name="text"]')
    text.fill("River <b>falls</b> in Paris\n\nParis breathed again on Sunday as the Seine fell by a metre.")
    page.fill('form[data-act="added_article"] [name="published"]', "yesterday")
    page.click('[data-key="add-go"]')
    page.wait_for_selector(".message[data-kind=error]:not([hidden])")
    assert "River" in text.input_value(), "what was pasted is still there to be mended"
    page.fill('form[data-act="added_article"] [name="published"]', "2021-02-14")
    page.click('[data-key="add-go"]')
    card = page.locator('.hit[data-id^="added-"]')
    card.wait_for(timeout=LONG)
    page.wait_for_selector(DONE, timeout=LONG)
    assert "River <b>falls</b> in Paris" in card.inner_text() and "added by you" in card.inner_text()
    assert text.input_value() == "", "the form is empty for the next one"
    assert last(bench, case_id)["article"]["published"] == "2021-02-14"
    card.locator('[data-act="remove_article"]').click()
    card.wait_for(state="detached", timeout=LONG)


def test_a_weight_is_previewed_and_stored_only_when_applied(page, bench, case_id):
    page.click('[data-key="channels"]')
    slider = page.locator('[data-key="weight:copy"]')
    was = slider.input_value()
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_selector(".preview", timeout=LONG)
    assert "Set the weight of Copy to 5" in page.inner_text(".preview")
    assert not bench.view(case_id).document.overrides, "nothing is stored yet"
    page.click('[data-key="preview:discard"]')
    page.wait_for_selector(".preview", state="detached", timeout=LONG)
    assert slider.input_value() == was, "the slider is back where it was"
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_selector(".preview", timeout=LONG)
    page.click('[data-key="preview:apply"]')
    page.wait_for_selector(".preview", state="detached", timeout=LONG)
    page.wait_for_selector('[data-key="weight-reset:copy"]')
    made = last(bench, case_id)
    assert (made["action"], made["channel"], made["weight"]) == ("weight", "copy", 0)
    page.wait_for_selector(DONE, timeout=LONG)
