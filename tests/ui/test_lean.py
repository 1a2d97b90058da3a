"""What an event leaves alone is left alone, and what it fills is what Gradio itself would send."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from newsctx.ui.lean import LeanBlocks


def page(kind: type[gr.Blocks]) -> tuple[gr.Blocks, list[Any]]:
    with kind(analytics_enabled=False) as made:
        parts = [gr.HTML("", elem_id="a"), gr.State(0), gr.Number(0), gr.Button("Go"), gr.HTML("")]
        parts[3].click(lambda: None, None, parts)
    return made, parts


def sent(kind: type[gr.Blocks], filled: dict[int, Any]) -> tuple[list[Any], Any, set[int]]:
    """What is sent, what the session's state is then, and which components were built anew."""
    made, parts = page(kind)
    state, fn = SessionState(made), next(iter(made.fns.values()))
    given = {parts[i]: deepcopy(v) for i, v in filled.items()}  # Gradio takes the values out of updates
    found = asyncio.run(made.postprocess_data(fn, given, state))
    for one in found:
        if isinstance(one, dict):  # of HTML Gradio sends, as a property, that nothing is to be done
            assert one.pop("props", {"__type__": "update"}) == {"__type__": "update"}
    anew = {i for i, one in state.blocks_config.blocks.items() if one is not made.blocks[i]}
    return found, state[parts[1]._id], anew


@pytest.mark.parametrize(
    "filled",
    [
        {0: "<p>x</p>"},
        {0: "<p>x</p>", 1: 7, 2: 3},
        {3: gr.update(value="Stop", interactive=False), 4: "y"},
        {3: gr.update(interactive=False)},
        {1: 9},
    ],
)
def test_it_sends_what_gradio_sends(filled):
    lean, whole = sent(LeanBlocks, filled), sent(gr.Blocks, filled)
    assert lean[:2] == whole[:2] and len(lean[0]) == 5
    updates = [v for v in filled.values() if isinstance(v, dict)]
    assert len(lean[2]) == len(updates) < len(whole[2])  # Gradio builds what is left alone anew, too


def test_an_output_that_the_event_does_not_have_is_refused_as_by_gradio():
    made, parts = page(LeanBlocks)
    with made:
        other = gr.HTML("")
    with pytest.raises(ValueError, match="not specified as output"):
        asyncio.run(
            made.postprocess_data(next(iter(made.fns.values())), {parts[0]: "x", other: "y"}, SessionState(made))
        )
