"""Six stories from the upload to the approved caption, by mouse and by keyboard alone.

Three are of the demonstration archive, three of real news.
"""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser import DONE, LONG, chromium, open_page, playwright, start, workbench  # noqa: F401  (two are fixtures)
from conftest import QUERIES
from real_world import EVENTS, cropped, real_archive, rows  # noqa: F401  (two are fixtures)

from newsctx.workbench import Workbench

DEMO = {
    "q02-paris-crop.jpg": ("paris-flood-", "Paris"),
    "q04-kyoto-grey.jpg": ("kyoto-parade-", "Kyoto"),
    "q05-sf-banner.jpg": ("sf-protest-", "San Francisco"),
}
NAME, REASON = "Ada Analyst", "shows another day"


@dataclass(frozen=True)
class Story:
    """A photograph, the articles that belong to it, and the place that the answer names."""

    photo: Path
    articles: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Desk:
    """A workbench that is served."""

    bench: Workbench
    address: str


@pytest.fixture(scope="module")
def demo_desk(demo_archive, models, tmp_path_factory) -> Iterator[Desk]:
    with workbench(demo_archive, tmp_path_factory.mktemp("state"), models) as bench:
        yield Desk(bench, start(bench))


@pytest.fixture(scope="module")
def real_desk(real_archive, models, tmp_path_factory) -> Iterator[Desk]:
    with workbench(real_archive, tmp_path_factory.mktemp("state"), models) as bench:
        yield Desk(bench, start(bench))


@pytest.fixture(params=["mouse", "keyboard"])
def hands(request) -> str:
    return request.param


@pytest.mark.parametrize("query", DEMO)
def test_a_story_of_the_demonstration_goes_from_upload_to_approval(demo_desk, open_page, hands, query):
    prefix, place = DEMO[query]
    story = Story(QUERIES / query, tuple(f"{prefix}{n}" for n in range(1, 5)), place)
    walk(demo_desk, open_page(demo_desk.address), hands, story)


@pytest.mark.parametrize("event", EVENTS)
def test_a_real_story_goes_from_upload_to_approval(real_desk, rows, open_page, hands, event, tmp_path):
    of_event = [r for r in rows if r["event"] == event]
    photo = tmp_path / f"{event}.jpg"
    photo.write_bytes(cropped(next(r["image"] for r in of_event if r["image"])))
    story = Story(photo, tuple(r["id"] for r in of_event), EVENTS[event])
    walk(real_desk, open_page(real_desk.address), hands, story)


def walk(desk: Desk, page, hands: str, story: Story) -> None:
    """Upload, look, exclude with a reason, read the answer, approve; then everything is there in another page."""
    page.wait_for_selector(".start h1")  # the server has answered: the page listens
    (by_keyboard if hands == "keyboard" else by_mouse)(page, story)
    case_id = page.url.partition("case=")[2].partition("&")[0]
    view = desk.bench.view(case_id)
    first = view.document.stages.events.hits[0]
    assert first.article_id in story.articles
    assert view.document.caption.text and f"{view.captions[-1].number}" in page.inner_text(".approval")
    actions = {o.action: o for o in view.document.overrides}
    assert actions["exclude"].reason == REASON
    assert actions["approve"].version == view.captions[-1].number
    assert {e.who for e in desk.bench.trail(case_id) if e.what in ("override", "approved")} == {NAME}
    assert not desk.bench.verify(case_id)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(DONE)
    other.click('.rail [data-tab="caption"]')
    other.wait_for_selector('[data-key="approve:back"]')


def settled(page) -> None:
    page.wait_for_selector(DONE, timeout=LONG)


def last_card(page) -> str:
    """Article id of the lowest card on the page."""
    return page.eval_on_selector_all("li.hit", "all => all.at(-1).dataset.id")


def by_mouse(page, story: Story) -> None:
    page.set_input_files("#drop input[type=file]", str(story.photo))
    settled(page)
    page.fill("[data-who]", NAME)
    page.locator("[data-who]").blur()
    page.click('.rail [data-tab="retrieve"]')
    assert page.locator("li.hit").first.get_attribute("data-id") in story.articles
    out = last_card(page)
    page.click(f'summary[data-key="exclude:{out}"]')
    page.fill(f'[data-key="whyexclude:{out}"]', REASON)
    page.click(f'[data-key="exclude-go:{out}"]')
    page.wait_for_selector(f'[data-key="hit:{out}"]', state="detached", timeout=LONG)
    settled(page)
    page.click('.rail [data-tab="context"]')
    assert story.place in page.inner_text("#nx-context .value")
    page.click('.rail [data-tab="caption"]')
    page.click('[data-key="approve"]')
    page.wait_for_selector('[data-key="approve:back"]', timeout=LONG)
    settled(page)


def by_keyboard(page, story: Story) -> None:
    choose(page, story.photo)
    settled(page)
    press_to(page, "[data-who]")
    page.keyboard.type(NAME)
    press_to(page, '.rail [data-tab="retrieve"]', "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("li.hit", state="visible")
    page.keyboard.press("j")
    assert focused(page, "id") in story.articles
    out = last_card(page)
    while focused(page, "id") != out:
        page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.type(REASON)
    page.keyboard.press("Enter")
    page.wait_for_selector(f'[data-key="hit:{out}"]', state="detached", timeout=LONG)
    settled(page)
    page.keyboard.press("8")
    assert story.place in page.inner_text("#nx-context .value")
    page.keyboard.press("9")
    page.wait_for_selector('[data-key="approve"]', state="visible")
    press_to(page, '[data-key="approve"]')
    page.keyboard.press("Enter")
    page.wait_for_selector('[data-key="approve:back"]', timeout=LONG)
    settled(page)


def focused(page, name: str) -> str:
    return page.evaluate("(name) => document.activeElement?.dataset[name] ?? ''", name)


def choose(page, photo: Path, attempts: int = 3) -> None:
    """The drop zone's button opens the system's dialog; while the page is still being built it may be drawn anew."""
    for attempt in range(attempts):
        press_to(page, "#drop button")
        try:
            with page.expect_file_chooser(timeout=5_000) as chooser:
                page.keyboard.press("Enter")
        except playwright.TimeoutError:
            if attempt == attempts - 1:
                raise
        else:
            chooser.value.set_files(str(photo))
            return


def press_to(page, selector: str, key: str = "Tab", most: int = 250) -> None:
    """Tab until what the selector names has the focus."""
    for _ in range(most):
        if page.evaluate("(s) => Boolean(document.activeElement?.matches(s))", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not reach {selector}")
