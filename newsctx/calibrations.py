"""How probable a channel's score is to be of a relevant article: Platt scalings that travel with a profile.

A channel that knows nothing of an archive still has a best hit. Scaled over its own hits alone it would count as much
as one that knows; a calibration that was fitted where the truth is known (`python -m newsctx tune --calibration`) gives
its low scores the little weight that they deserve.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from newsctx.cache import digest, write_beside
from newsctx.errors import ModelUnavailable
from newsctx.records import ModelInfo, Record
from newsctx.settings import Calibration

FILE = "fusion.json"
BY_WORDS = ("words_note", "words_ocr", "coverage")  # channels whose scores are the sentence encoder's


class Calibrations(Record):
    """The scalings and what they were fitted on; loading compares the encoders."""

    format: Literal[1] = 1
    name: Annotated[str, Field(min_length=1)]
    base_digest: str  # image-text encoder
    sentence_digest: str
    queries: Annotated[int, Field(ge=1)]
    data_hash: str
    channels: dict[str, Calibration]

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(slot="fusion", name=self.name, digest=digest(self.model_dump(mode="json")), device="cpu")

    def save(self, folder: Path) -> None:
        write_beside(folder / FILE, (self.model_dump_json(indent=1) + "\n").encode())

    @classmethod
    def load(cls, folder: Path, encoder: ModelInfo, sentence: ModelInfo | None) -> Calibrations:
        """Load them for these encoders; with another sentence encoder those of the words are left out.

        Raises:
            ModelUnavailable: a damaged file, or one that was fitted with another image-text encoder; names both.
        """
        try:
            found = cls.model_validate(json.loads((folder / FILE).read_bytes()))
        except (OSError, json.JSONDecodeError, ValidationError) as error:
            raise ModelUnavailable(
                f"{folder / FILE} cannot be read: {error}; run `tune --calibration` again"
            ) from error
        if found.base_digest != encoder.digest:
            raise ModelUnavailable(
                f"{found.name}: channels calibrated with the encoder {found.base_digest[:12]}, loaded is "
                f"{encoder.digest[:12]}; run `tune --calibration` again"
            )
        if sentence is not None and sentence.digest == found.sentence_digest:
            return found
        kept = {name: one for name, one in found.channels.items() if name not in BY_WORDS}
        return found.model_copy(update={"channels": kept})
