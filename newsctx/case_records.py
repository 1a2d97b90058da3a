"""The records of the case store."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from newsctx.overrides import Override
from newsctx.records import Inputs, Rank, Record, StageName

CaseStatus = Literal["open", "established", "not_established", "handed_over"]
CASE_STATUSES: tuple[CaseStatus, ...] = get_args(CaseStatus)
RunState = Literal["running", "done", "cancelled", "failed", "interrupted"]  # interrupted: the process ended in it


class CaseSummary(Record):
    """One line of the case list."""

    case_id: str
    title: str
    updated: str  # ISO 8601, UTC
    created: str = ""
    status: CaseStatus = "open"
    tags: tuple[str, ...] = ()
    archived: bool = False
    photo_sha256: str = ""
    note: str = ""
    place: str = ""  # the answer, of the latest run; empty: none
    date: str = ""
    owner: str = ""  # the account, or guest, whose it is; empty: nobody's, which only administrators see
    entries: int = 0  # of its trail


class Case(Record):
    """A case as it is stored."""

    case_id: str
    title: str
    created: str
    updated: str
    photo_sha256: str
    filename: str
    inputs: Inputs
    overrides: tuple[Override, ...] = ()  # those that count, oldest first
    undone: int = 0  # how many overrides redo can bring back
    status: CaseStatus = "open"
    tags: tuple[str, ...] = ()
    archived: bool = False


class OverrideMade(Record):
    """An override as it was made; those taken back are kept."""

    number: Rank
    made: str
    who: str
    state: Literal["live", "undone", "dropped"]  # dropped: undone, and then another was made
    override: Override


class RunSummary(Record):
    """One run of the stages over a case."""

    run_id: str
    case_id: str
    number: Rank
    started: str  # ISO 8601, UTC
    ended: str = ""  # empty while it runs
    state: RunState = "running"
    overrides: Annotated[int, Field(ge=0)] = 0  # how many the case had
    kept: bool = False  # its document can still be read
    who: str = ""
    computed: tuple[StageName, ...] = ()  # stages that were not in the cache
    seconds: Annotated[float, Field(ge=0)] = 0.0  # their computation
    note: str = ""  # what a failed stage said
    profile: str = ""
    archive_version: str = ""
