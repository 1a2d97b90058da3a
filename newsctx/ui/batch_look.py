"""What an analyst looks at in the panel of batches, and what it is painted from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsctx.batch.records import Batch, BatchItem

LISTED = 8  # batches in the list, added by "show more"
ROWS = 20  # photographs of the table, added by "show more"
NONE = "-"  # no batch is open, although one runs


@dataclass(frozen=True)
class BatchLook:
    """Changes no result and is kept per browser tab."""

    batch_id: str = ""  # the open one; "": the newest that is not done
    outcome: str = ""  # only those photographs, see `batch_panel.outcome_of`
    rows: int = ROWS
    listed: int = LISTED
    deleting: bool = False  # the open one's deletion waits for a second word


@dataclass(frozen=True)
class BatchList:
    """The batches of who asks, and the photographs of the open one."""

    batches: tuple[Batch, ...] = ()
    more: bool = False
    chosen: Batch | None = None
    items: tuple[BatchItem, ...] = ()
    most: int = 0  # photographs of a batch
    offered: bool = True  # whether this page makes batches at all
