"""Undo on two tabs of one case: what a tab has not seen, its button does not take back."""

from __future__ import annotations

import re

import gradio as gr
from conftest import QUERIES

from newsctx.records import Inputs
from newsctx.ui.handlers import Handlers
from newsctx.ui.layout import _assemble
from newsctx.ui.page import Look
from newsctx.workbench import Workbench

CROP = QUERIES / "q02-paris-crop.jpg"


def test_the_undo_of_a_tab_that_shows_an_older_state_takes_nothing_back(demo_archive, models, tmp_path):
    bench = Workbench(demo_archive, tmp_path / "state", models)
    case_id = bench.create_case(CROP.read_bytes(), "crop.jpg", Inputs())
    list(bench.run(case_id))
    bench.override(case_id, {"action": "pin", "article_id": "paris-flood-1"}, "Ana")
    with gr.Blocks(analytics_enabled=False):
        parts, _ = _assemble()
    handlers = Handlers(bench, parts)
    panels: dict[str, str] = {}

    def answer(updates) -> str:
        shown = ""
        for update in updates:
            panels.update({name: update[c] for name, c in parts.panels.items() if c in update})
            shown += str(update)
        return shown

    def press(number: str) -> str:
        data = {"act": "undo", "number": number}
        return answer(handlers._answer(data, [], (case_id, Look(who="Ana"), False)))

    answer(handlers.open(case_id, Look(who="Ana"), False))
    html = next(p for p in panels.values() if 'data-act="undo"' in str(p))
    (number,) = re.findall(r'data-act="undo"[^>]*data-number="(\d*)"', str(html))
    assert number == "1"
    bench.override(case_id, {"action": "exclude", "article_id": "kyoto-fire-1"}, "Bo")  # another tab
    assert "changed on another page" in press(number)
    assert len(bench.view(case_id).document.overrides) == 2
    press("2")
    press("no number")
    assert not bench.view(case_id).can_undo and bench.verify(case_id) == ()
    bench.close()
