"""A caption by a language model in a real browser: asked first, growing, struck, accepted, worded anew, compared."""

# ruff: noqa: F811 (a fixture from another file is a parameter here)

from __future__ import annotations

import gradio
import pytest
from asked_world import says, serving, wrote
from browser import CROP, DONE, LONG, chromium, open_page, start  # noqa: F401  (two are fixtures)

from newsctx.settings import Settings
from newsctx.workbench import Workbench
from newsctx.writers import openai_writer

ANSWER = wrote(("Boats pass flooded houses in Paris.", ["c1"]), ("Captain Marlow Quill waved.", ["c1"]))


@pytest.fixture
def world(demo_archive, models, tmp_path, monkeypatch):
    """A workbench whose captions a server on this machine writes, which it takes for one that is elsewhere."""
    monkeypatch.setattr(openai_writer, "is_loopback", lambda host: False)
    with serving(*[says(ANSWER, piece=9)] * 4) as server:
        caption = server.settings(describe=False, repair=False, allow_http=True)
        bench = Workbench(demo_archive, tmp_path / "state", models, Settings(caption=caption))
        yield bench, server
        gradio.close_all()
        bench.close()


def test_a_caption_is_allowed_written_checked_worded_and_compared(world, open_page):
    bench, server = world
    case_id = bench.create_case(CROP.read_bytes(), CROP.name)
    list(bench.run(case_id))
    assert server.requests == [], "nothing leaves the machine before it is allowed"
    page = open_page(f"{start(bench)}?case={case_id}")
    page.wait_for_selector(DONE, timeout=LONG)
    page.click('.rail [data-tab="caption"]')
    panel = page.locator("#nx-caption")
    assert "Nothing has been sent" in panel.locator(".ask").inner_text()
    panel.locator('summary:has-text("Prompts")').first.wait_for()
    assert "{chunks}" in panel.locator('[data-key="prompt:synthesise"]').input_value()

    panel.locator('[data-key="allow"]').click()
    page.wait_for_selector("#nx-caption .caption del.struck", timeout=LONG)
    assert len(server.requests) == 1
    assert panel.locator(".caption del.struck").all_inner_texts() == ["Captain Marlow Quill"] or "Marlow Quill" in (
        panel.locator(".caption del.struck").inner_text()
    )
    panel.locator('button[data-act="accept"]').first.click()
    page.wait_for_selector("#nx-caption u.accepted", timeout=LONG)
    assert panel.locator(".caption del.struck").count() == 0 and len(server.requests) == 1, "accepting asks no model"

    panel.locator('summary:has-text("Word it yourself")').click()
    panel.locator("#own").fill("Boats pass flooded houses in Paris. Nobody was hurt.")
    panel.locator('[data-key="own:save"]').click()
    page.wait_for_function(
        "() => document.querySelector('#nx-caption .origin').textContent.includes('Your wording')", timeout=LONG
    )
    panel.locator('summary:has-text("Versions (2)")').click()
    panel.locator('[data-key="compare:go"]').click()
    page.wait_for_selector("#nx-caption .compared ins", timeout=LONG)
    assert "Nobody was hurt" in " ".join(panel.locator(".compared ins").all_inner_texts())
    assert "Marlow" in " ".join(panel.locator(".compared del").all_inner_texts())

    panel.locator('[data-key="writer:extractive"]').click()
    page.wait_for_function(
        "() => document.querySelector('#nx-caption .origin').textContent.includes('Extractive')", timeout=LONG
    )
    page.reload()
    page.wait_for_selector(DONE, timeout=LONG)
    page.click('.rail [data-tab="caption"]')
    panel.locator('summary:has-text("Versions (3)")').wait_for()
    assert [v.caption.kind for v in bench.view(case_id).captions] == ["generated", "edited", "extractive"]


def test_an_own_prompt_is_sent_and_a_wrong_one_is_refused_with_the_known_placeholders(world, open_page):
    bench, server = world
    case_id = bench.create_case(CROP.read_bytes(), CROP.name)
    bench.override(case_id, {"action": "allow_remote", "base_url": bench.settings.caption.base_url})
    list(bench.run(case_id))
    page = open_page(f"{start(bench)}?case={case_id}")
    page.wait_for_selector(DONE, timeout=LONG)
    page.click('.rail [data-tab="caption"]')
    page.locator('#nx-caption summary:has-text("Prompts")').first.click()
    wording = page.locator('[data-key="prompt:synthesise"]')
    wording.fill("Write like a telegram. {chunks} {nonsense}")
    page.locator('[data-key="prompt:save:synthesise"]').click()
    page.wait_for_function("() => document.querySelector('.message').textContent.includes('{nonsense}')", timeout=LONG)
    wording.fill("Write like a telegram, with the ids as JSON. {chunks}")
    page.locator('[data-key="prompt:save:synthesise"]').click()
    for _ in range(LONG // 200):
        if len(server.requests) == 2:
            break
        page.wait_for_timeout(200)
    page.wait_for_selector(DONE, timeout=LONG)
    assert len(server.requests) == 2
    assert server.requests[1][2]["messages"][1]["content"][1]["text"].startswith("Write like a telegram")
