"""Which caption writers can be chosen here: what the settings name, and nothing that a page could make up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import urlsplit

from newsctx.errors import ModelUnavailable, OverrideError, SettingsError
from newsctx.records import Caption, ModelInfo, Record
from newsctx.settings import CaptionSettings
from newsctx.writers import make_writer
from newsctx.writers.base import CaptionEvidence, CaptionWriter

TITLES = {
    "extractive": "Quotes from the evidence (no language model)",
    "transformers": "Language model on this machine",
    "openai-compatible": "Language model behind a server",
}
_NO_MODEL = "no model is named: start with `--settings FILE`, where FILE has caption.model"


class WriterChoice(Record):
    """One writer as the interface offers it."""

    name: str
    title: str
    model: str = ""
    host: str = ""  # where the evidence goes; empty: it stays in this process
    unavailable: str = ""


class Missing:
    """Stands for the writer of the settings where it cannot be made: the caption says why, the rest goes on."""

    kind: Literal["generated"] = "generated"

    def __init__(self, name: str, reason: str) -> None:
        self.info = ModelInfo(slot="caption_writer", name=name, unavailable=reason)

    def write(self, evidence: CaptionEvidence, settings: CaptionSettings) -> Iterator[Caption]:
        """Raises ModelUnavailable."""
        raise ModelUnavailable(self.info.unavailable)
        yield  # a generator, like every writer's


class Writers:
    """The writers that one set of settings can make; each is made once, when it is first asked for."""

    def __init__(
        self, settings: CaptionSettings, make: Callable[[CaptionSettings], CaptionWriter] = make_writer
    ) -> None:
        self._settings, self._make = settings, make
        self._made: dict[str, CaptionWriter] = {}
        self._lock = threading.Lock()

    def get(self, name: str | None = None) -> CaptionWriter:
        """The writer of this name; None: the setting's, or what says why there is none.

        Raises:
            OverrideError: one that cannot be chosen.
        """
        chosen = name or self._settings.writer
        found = next((c for c in self.choices() if c.name == chosen), None)
        if found is None or (name and found.unavailable):
            why, known = f": {found.unavailable}" if found else "", ", ".join(TITLES)
            raise OverrideError(f"The caption writer {chosen[:80]!r} cannot be chosen{why}. Known: {known}.")
        with self._lock:
            if chosen not in self._made:
                try:
                    self._made[chosen] = self._make(self._settings.model_copy(update={"writer": chosen}))
                except (ModelUnavailable, SettingsError) as error:
                    if name:
                        raise OverrideError(f"The caption writer {chosen!r} cannot be chosen: {error}") from error
                    return Missing(chosen, str(error))
            return self._made[chosen]

    def choices(self) -> tuple[WriterChoice, ...]:
        """Every writer, with the reason where it cannot be chosen."""
        s = self._settings
        lacking = "" if s.model else _NO_MODEL
        host = urlsplit(s.base_url).netloc
        return (
            WriterChoice(name="extractive", title=TITLES["extractive"]),
            WriterChoice(name="transformers", title=TITLES["transformers"], model=s.model, unavailable=lacking),
            WriterChoice(
                name="openai-compatible",
                title=TITLES["openai-compatible"],
                model=s.model,
                host=host,
                unavailable=lacking,
            ),
        )
