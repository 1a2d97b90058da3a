"""What an analyst sees of the prompts before anything is sent."""

from __future__ import annotations

from newsctx import prompts
from newsctx.records import PromptStep, Record
from newsctx.settings import CaptionSettings
from newsctx.writers import preview
from newsctx.writers.base import CaptionEvidence


class PromptShown(Record):
    """One step: its wording, which can be changed, and what it comes to with the evidence filled in."""

    step: PromptStep
    template: str  # name and version, or `analyst`
    system: str
    wording: str
    own: bool  # the wording is the analyst's
    filled: str
    photograph: bool  # it goes along
    problem: str = ""  # why the wording cannot be filled in


def shown(evidence: CaptionEvidence, settings: CaptionSettings) -> tuple[PromptShown, ...]:
    """Every step that a language model would be asked; no model is. Nothing for the extractive writer."""
    return tuple(
        PromptShown(
            step=one.step,
            template=one.template,
            system=one.system,
            wording=evidence.prompts.get(one.step) or prompts.load(one.step, settings.preset).text,
            own=one.step in evidence.prompts,
            filled=one.text,
            photograph=one.photograph,
        )
        for one in preview(evidence, settings)
    )
