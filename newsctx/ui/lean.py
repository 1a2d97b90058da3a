"""Gradio's page without its work on what an event leaves alone, and on text that is sent as it is.

A handler fills some of its outputs; Gradio builds every other one anew, settings and signatures included, for each
update (own profile of 20 analysts at once: a sixth of the server's time). Each HTML text goes through a thread of its
own there, which returns it unchanged, and has to wait for every thread that computes.
"""

from __future__ import annotations

import copy
from typing import Any

import gradio as gr


class LeanBlocks(gr.Blocks):
    """Postprocesses only outputs that a handler has filled and that are no HTML; the others stay as they are."""

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """As `gr.Blocks.postprocess_data`: one value for each output."""
        if not isinstance(predictions, dict) or not predictions or not all(hasattr(k, "_id") for k in predictions):
            return await super().postprocess_data(block_fn, predictions, state)
        whole = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        given = {part._id: value for part, value in predictions.items()}  # a session has copies of its components
        filled = [block for block in whole.outputs if block._id in given]
        if len(filled) != len(given):  # Gradio names the one that is no output
            return await super().postprocess_data(block_fn, predictions, state)
        by_id = {b._id: given[b._id] for b in filled if type(b) is gr.HTML and isinstance(given[b._id], str)}
        if state is not None:
            for block_id, value in by_id.items():
                state._update_value_in_config(block_id, value)
        rest = [b for b in filled if b._id not in by_id]
        if rest:
            part = copy.copy(whole)
            part.outputs = rest
            values = [given[b._id] for b in rest]
            made = await super().postprocess_data(part, values if len(values) > 1 else values[0], state)
            by_id |= {b._id: value for b, value in zip(rest, made, strict=True)}
        return [by_id.get(b._id, None if b.stateful else gr.skip()) for b in whole.outputs]
