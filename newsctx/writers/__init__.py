"""Caption writers: who turns evidence into a caption."""

from __future__ import annotations

from newsctx.errors import SettingsError
from newsctx.records import PromptSent
from newsctx.settings import CaptionSettings
from newsctx.writers.base import CaptionEvidence, CaptionWriter

__all__ = ["WRITERS", "CaptionEvidence", "CaptionWriter", "make_writer", "preview"]

WRITERS = ("extractive", "transformers", "openai-compatible")


def make_writer(settings: CaptionSettings, device: str = "auto") -> CaptionWriter:
    """The writer that the settings name; quick, a model is loaded when it is first asked.

    Args:
        device: for `transformers`: as `newsctx.runtime.choose_device` reads it.

    Raises:
        SettingsError: a writer that is unknown, or settings that cannot be together.
        ModelUnavailable: a server's key is not in the environment.
    """
    if settings.writer == "extractive":  # writers are imported when they are asked for: some are heavy
        from newsctx.writers.extractive import ExtractiveWriter

        return ExtractiveWriter()
    if settings.writer == "transformers":
        from newsctx.writers.transformers_writer import TransformersWriter

        return TransformersWriter(settings, device)
    if settings.writer == "openai-compatible":
        from newsctx.writers.openai_writer import OpenAIWriter

        return OpenAIWriter(settings)
    raise SettingsError(f"caption writer {settings.writer!r} is unknown: expected one of {', '.join(WRITERS)}")


def preview(evidence: CaptionEvidence, settings: CaptionSettings) -> tuple[PromptSent, ...]:
    """What a language model would be sent, step by step, without asking one; see `language_model.preview`."""
    from newsctx.writers import language_model

    return language_model.preview(evidence, settings)
