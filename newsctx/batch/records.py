"""The records of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from newsctx.case_records import CaseStatus
from newsctx.records import Confidence, Inputs, Rank, Record

#: new: not started yet; interrupted: the process ended in it; done: no photograph waits, some may have failed
BatchState = Literal["new", "running", "paused", "interrupted", "cancelled", "done"]
ItemState = Literal["waiting", "running", "done", "failed", "cancelled"]
ITEM_STATES: tuple[ItemState, ...] = get_args(ItemState)
#: What the answer is worth: claim checks come first, since they are what was asked.
Verdict = Literal["", "contradicted", "supported", "established", "partly", "not_established"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)[1:]


@dataclass(frozen=True)
class Entry:
    """A photograph of a folder, a list or an upload, before it is part of a batch."""

    name: str  # as the source calls it
    path: Path | None = None  # where its bytes are; None: they come with an upload
    inputs: Inputs = Inputs()
    title: str = ""  # of its case; empty: the file's name
    tags: tuple[str, ...] = ()
    line: int = 0  # of the CSV


@dataclass(frozen=True)
class Problem:
    """A row or file that cannot be taken; the others go on."""

    name: str
    text: str
    line: int = 0  # of the CSV, 0 for none

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else f"{self.name}: {self.text}"


@dataclass(frozen=True)
class Found:
    """What a folder or a list holds."""

    title: str
    source: str  # the same for the same source, so that a second command finds its batch
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()  # what was left out on purpose


class Outcome(Record):
    """What the analysis of a photograph came to, in a line."""

    verdict: Verdict = ""
    place: str = ""
    date: str = ""
    caption: str = ""  # its first line
    confidence: Confidence = ""  # of the place, else of the date
    abstained: str = ""  # why there is no answer
    article_id: str = ""  # the best article
    article: str = ""  # its headline
    source: str = ""
    matched: bool = False  # it shows the photograph itself
    changed: bool = False  # an analyst has changed the case since: place, date and caption are today's


class BatchItem(Record):
    """One photograph of a batch."""

    batch_id: str
    number: Rank
    name: str
    inputs: Inputs = Inputs()
    case_id: str = ""  # empty: it has none yet, or the case was deleted
    title: str = ""
    status: CaseStatus | None = None  # of the case, now
    state: ItemState = "waiting"
    error: str = ""
    started: str = ""  # ISO 8601, UTC
    ended: str = ""
    seconds: Annotated[float, Field(ge=0)] = 0.0
    attempts: Annotated[int, Field(ge=0)] = 0
    outcome: Outcome | None = None


class Batch(Record):
    """A batch, and how far it has come."""

    batch_id: str
    title: str
    owner: str = ""
    who: str = ""
    made: str  # ISO 8601, UTC
    source: str = ""  # of the command line; empty: uploaded
    archive: str = ""  # the folder that it was last searched in
    state: BatchState = "new"
    note: str = ""  # why it rests
    waiting: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    cancelled: int = 0
    seconds: Annotated[float, Field(ge=0)] = 0.0  # median of a photograph that is done; 0: none is

    @property
    def total(self) -> int:
        return self.waiting + self.running + self.done + self.failed + self.cancelled

    @property
    def ended(self) -> int:
        return self.done + self.failed

    @property
    def eta(self) -> float | None:
        """Seconds until the last photograph, by the median of those that are done; None: nobody can tell."""
        return (self.waiting + self.running) * self.seconds if self.seconds and self.state == "running" else None
