"""What an analyst looks at in the list of cases and in a case's history, and what both are painted from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from newsctx import trail_reading

if TYPE_CHECKING:
    from newsctx.audit import AuditEntry
    from newsctx.case_records import CaseSummary, RunSummary
    from newsctx.compare_runs import Comparison
    from newsctx.overrides import Override

MORE = 12  # cases added by "show more"
ENTRIES = 40  # of the history, added by "show more"
RUNS = 3  # most runs side by side


@dataclass(frozen=True)
class Checked:
    """How the check of a trail ended."""

    entries: int
    head: str  # hash of the last entry then
    made: str  # ISO 8601, UTC
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class CasesLook:
    """Changes no result and is kept per browser tab."""

    query: str = ""
    status: str = ""  # "": all
    tag: str = ""
    archived: bool = False  # those that were archived, and only those
    whose: str = ""  # "mine", "shared", or "" for all that may be seen
    shown: int = MORE
    editing: str = ""  # the case whose title and tags are being edited
    deleting: str = ""  # the case whose deletion waits for its word
    runs: tuple[str, ...] = ()  # run ids to compare, in the order they were chosen
    entries: int = ENTRIES
    checked: Checked | None = None

    def anew(self) -> CasesLook:
        """Another case opens: the search stays, what belonged to the case is gone."""
        kept = {"query": self.query, "status": self.status, "tag": self.tag, "archived": self.archived}
        return replace(CasesLook(), whose=self.whose, **kept)


@dataclass(frozen=True)
class CaseList:
    """The cases that a search found."""

    rows: tuple[CaseSummary, ...] = ()
    more: bool = False
    total: int = 0  # cases there are at all, archived ones included
    tags: tuple[str, ...] = ()  # in use, for the filter


@dataclass(frozen=True)
class CaseHistory:
    """What was done to a case and computed for it."""

    trail: tuple[AuditEntry, ...] = ()  # oldest first
    runs: tuple[RunSummary, ...] = ()  # newest first
    compared: Comparison | None = None
    problem: str = ""  # why the chosen runs cannot be compared

    @cached_property
    def made(self) -> dict[int, Override]:
        """Every override that was made, by its number."""
        return trail_reading.made(self.trail)

    @cached_property
    def states(self) -> dict[int, trail_reading.State]:
        """Which of them count."""
        return trail_reading.states(self.trail)
