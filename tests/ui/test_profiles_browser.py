"""Changing the models in a real browser: costs, progress, cancelling, refusals, a reload meanwhile, narrow windows."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import gradio
import pytest
from browser import CROP, DONE, LONG, chromium, open_page, start  # noqa: F401  (two are fixtures)
from toy_index import save_tiny_clip

from newsctx import hub, profiles
from newsctx.encoders import ImageTextEncoder
from newsctx.models import load
from newsctx.profiles import Cost, Profile
from newsctx.records import Inputs
from newsctx.settings import Settings
from newsctx.workbench import Workbench

IN_USE = '[data-profile="{}"] .chip.accent'


@pytest.fixture
def bench(demo_archive: Path, models, tmp_path: Path) -> Iterator[Workbench]:
    shutil.copytree(demo_archive, tmp_path / "demonstration")
    bench = Workbench(tmp_path / "demonstration", tmp_path / "bench", models)
    yield bench
    gradio.close_all()
    bench.close()


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`newsrecon` is a tiny random model, so that a switch takes seconds; `clip` is what it is."""
    made = Profile("newsrecon", image_text=save_tiny_clip(tmp_path / "tiny"), label="tiny", cost=Cost(0, 1, ""))
    monkeypatch.setitem(profiles._PROFILES, "newsrecon", lambda: made)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The encoder waits after its first photographs until this is set."""
    go, count, plain = threading.Event(), [0], ImageTextEncoder.encode_images

    def wait(self, images):
        count[0] += 1
        assert count[0] == 1 or go.wait(120)
        return plain(self, images)

    monkeypatch.setattr(ImageTextEncoder, "encode_images", wait)
    yield go
    go.set()


def analysed(bench: Workbench) -> str:
    case_id = bench.create_case(CROP.read_bytes(), CROP.name, Inputs(note="flood on the river"))
    bench.override(case_id, {"action": "exclude", "article_id": "paris-flood-2", "reason": "another flood"})
    *_, _ = bench.run(case_id)
    return case_id


def models_panel(page):
    page.click(".models")
    page.locator("#profiles").wait_for(state="visible")
    return page.locator("#profiles")


def test_the_profile_is_changed_and_the_open_case_recomputed(bench, tiny, held, open_page):
    case_id = analysed(bench)
    page = open_page(f"{start(bench)}?case={case_id}")
    page.wait_for_selector(DONE)
    panel = models_panel(page)
    assert "693 MB, once: not on this machine" in panel.locator('[data-profile="clip"]').inner_text()
    assert "to encode:" in panel.locator('[data-profile="newsrecon"]').inner_text()
    page.click('[data-key="profile:newsrecon"]')
    page.wait_for_selector(".switching .meter", timeout=LONG)
    page.reload()  # nothing is lost: the new page follows the same switch
    page.wait_for_selector(DONE)
    page.wait_for_function("() => document.querySelector('.models').textContent.includes('embedded → newsrecon')")
    assert bench.view(case_id).document.archive.profile == "embedded"
    held.set()
    page.wait_for_function(
        "() => document.querySelector('.message').textContent.includes('Now searching with newsrecon (tiny)')",
        timeout=LONG,
    )
    page.wait_for_selector('.rail [data-tab="locate"][data-state="fresh"]', timeout=LONG)
    page.wait_for_selector(DONE, timeout=LONG)
    models_panel(page)
    page.wait_for_selector(IN_USE.format("newsrecon"))
    document = bench.view(case_id).document
    assert document.archive.profile == "newsrecon" and document.overrides[0].reason == "another flood"
    assert "Excluded (1)" in page.inner_text("#nx-retrieve")
    page.click('[data-key="profile:embedded"]')
    page.wait_for_selector(IN_USE.format("embedded"), timeout=LONG)
    page.wait_for_selector('.rail [data-tab="locate"][data-state="unavailable"]', timeout=LONG)


def test_a_switch_is_cancelled_and_without_automatic_recomputing_a_case_only_turns_stale(
    bench, tiny, held, open_page
):  # fmt: skip
    case_id = analysed(bench)
    page = open_page(f"{start(bench)}?case={case_id}")
    page.wait_for_selector(DONE)
    models_panel(page)
    page.click('[data-key="profile:newsrecon"]')
    page.wait_for_selector(".switching .meter", timeout=LONG)
    page.click('[data-key="profile:cancel"]')
    held.set()
    page.wait_for_function(
        "() => document.querySelector('.message').textContent.includes('Cancelled: still using emb')"
    )
    assert bench.models.profile == "embedded" and page.locator(IN_USE.format("embedded")).is_visible()
    page.wait_for_selector(DONE)
    page.uncheck("#automatic input")
    page.click('[data-key="profile:newsrecon"]')
    page.wait_for_selector(IN_USE.format("newsrecon"), timeout=LONG)
    page.wait_for_selector('.rail [data-tab="caption"][data-state="stale"]')
    assert page.locator('.rail [data-tab="photo"]').get_attribute("data-state") == "fresh"
    assert "this case is stale" in page.inner_text(".message")


def test_missing_weights_are_refused_with_the_command(bench, tmp_path, open_page, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(hub, "reachable", lambda endpoint: False)
    page = open_page(start(bench), width=390, height=844)
    panel = models_panel(page)
    command = "hf download laion/CLIP-ViT-B-32-laion2B-s34B-b79K open_clip_model.safetensors"
    assert command in panel.locator('[data-profile="clip"] code').last.inner_text()
    page.click('[data-key="profile:clip"]')
    page.wait_for_selector('.message[data-kind=error][role="alert"]', timeout=LONG)
    text = page.inner_text(".message")
    assert text.startswith("Still using embedded.") and command in text and "Traceback" not in text
    page.wait_for_function("() => document.querySelector('.message').getBoundingClientRect().top >= 0")
    assert page.inner_text(".models") == "Models: embedded"


def test_where_it_is_locked_it_is_shown_with_the_reason(bench, open_page):
    bench._locked = "All visitors of this Space share one profile."
    page = open_page(start(bench))
    panel = models_panel(page)
    assert "All visitors of this Space share one profile." in panel.inner_text()
    assert panel.locator('[data-act="profile-switch"]').count() == 2
    assert panel.locator('[data-act="profile-switch"]:enabled').count() == 0


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1440, "dark")])
def test_the_panel_fits_and_the_keyboard_opens_and_closes_it(bench, open_page, width, scheme):
    page = open_page(start(bench), width=width, height=844, scheme=scheme)
    assert not page.locator("#profiles").is_visible()
    page.focus(".models")
    page.keyboard.press("Enter")
    page.locator("#profiles").wait_for(state="visible")
    assert page.get_attribute(".models", "aria-expanded") == "true"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inside = "[...document.querySelectorAll('#profiles button, #profiles dd, #profiles code')]"
    assert page.evaluate(f"{inside}.every(b => b.getBoundingClientRect().right <= {width})")
    page.focus('[data-key="profile:close"]')
    page.keyboard.press("Escape")
    page.locator("#profiles").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.className") == "models"


def test_another_open_page_hears_of_the_change(bench, tiny, held, open_page):
    case_id, address = analysed(bench), start(bench)
    page = open_page(f"{address}?case={case_id}")
    page.wait_for_selector(DONE)
    models_panel(page)
    page.click('[data-key="profile:newsrecon"]')
    page.wait_for_selector(".switching .meter", timeout=LONG)
    other = open_page(f"{address}?case={case_id}")
    other.wait_for_function("() => document.querySelector('.models').textContent.includes('→ newsrecon')")
    late = open_page(address)
    models_panel(late)
    late.wait_for_selector(".switching")
    held.set()
    other.wait_for_selector('.rail [data-tab="locate"][data-state="fresh"]', timeout=LONG)
    for one in (page, other, late):
        one.wait_for_function(
            "() => document.querySelector('.models').textContent === 'Models: newsrecon'", timeout=LONG
        )


def test_an_archive_without_an_index_of_these_models_is_indexed_from_the_page(demo_archive, tmp_path, tiny, open_page):
    shutil.copytree(demo_archive, tmp_path / "demonstration")
    settings = Settings(profile="newsrecon")
    bench = Workbench(tmp_path / "demonstration", tmp_path / "bench", load("newsrecon"), settings)
    page = open_page(start(bench), width=390, height=844)
    assert "python -m newsctx index" in page.inner_text(".start .note.bad")
    page.click('.start [data-drawer="profiles"]')
    card = page.locator('[data-profile="newsrecon"]')
    card.wait_for(state="visible")
    assert "chosen, not working" in card.inner_text() and "to encode:" in card.inner_text()
    page.click('[data-key="profile:newsrecon"]')
    page.wait_for_selector(IN_USE.format("newsrecon"), timeout=LONG)
    page.wait_for_selector(".start .note.bad", state="detached")
    page.context.close()
    gradio.close_all()
    bench.close()
