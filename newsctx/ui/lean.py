"""Gradio's page without its work on what an event leaves alone.

A handler fills some of its outputs; Gradio builds every other one anew, settings and signatures included, for each
update (own profile of 20 analysts at once: a sixth of the server's time). What is left out here is left out there, too.
"""

from __future__ import annotations

import copy
from typing import Any

import gradio as gr


class LeanBlocks(gr.Blocks):
    """Postprocesses only the outputs that a handler has filled; the others are told to stay as they are."""

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """As `gr.Blocks.postprocess_data`: one value for each output."""
        if not isinstance(predictions, dict) or not predictions or not all(hasattr(k, "_id") for k in predictions):
            return await super().postprocess_data(block_fn, predictions, state)
        whole = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        given = {part._id: value for part, value in predictions.items()}  # a session has copies of its components
        filled = [block for block in whole.outputs if block._id in given]
        if len(filled) != len(given):  # Gradio names the one that is no output
            return await super().postprocess_data(block_fn, predictions, state)
        part = copy.copy(whole)
        part.outputs = filled
        values = [given[block._id] for block in filled]
        made = await super().postprocess_data(part, values if len(values) > 1 else values[0], state)
        by_id = {block._id: value for block, value in zip(filled, made, strict=True)}
        return [by_id.get(b._id, None if b.stateful else gr.skip()) for b in whole.outputs]
