"""What an evaluation found: means with intervals per task, as JSON and as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import Field

from newsctx.evaluation.bootstrap import Interval, bootstrap_intervals
from newsctx.records import Record


class Measured(Record):
    """A mean over the scored queries and its 95% bootstrap interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, interval: Interval) -> Measured:
        return cls(mean=interval.mean, low=interval.low, high=interval.high)

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


class Table(Record):
    """One task: how many queries have a truth for it, how many were scored (the same, or it is an error)."""

    expected: int
    scored: int
    metrics: dict[str, Measured] = Field(default_factory=dict)
    note: str = ""


def table(scores: Sequence[Mapping[str, float]], expected: int, note: str = "") -> Table:
    """Means and intervals of one row of scores per query; all rows have the same metrics."""
    return Table(expected=expected, scored=len(scores), metrics=measured(scores), note=note)


def measured(scores: Sequence[Mapping[str, float]]) -> dict[str, Measured]:
    if not scores:
        return {}
    names = list(scores[0])
    values = np.array([[row[n] for n in names] for row in scores], np.float64)
    return {n: Measured.of(i) for n, i in zip(names, bootstrap_intervals(values), strict=True)}


def differences(before: Sequence[Mapping[str, float]], after: Sequence[Mapping[str, float]]) -> dict[str, Measured]:
    """Paired differences of the metrics that both have, query by query."""
    if len(before) != len(after):
        raise ValueError(f"{len(before)} queries before, {len(after)} after: expected the same ones")
    pairs = zip(before, after, strict=True)
    return measured([{n: b[n] - a[n] for n in b if n in a} for a, b in pairs])


def text_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns padded to their widest cell; the first to the left, the others to the right."""
    cells = [[str(c) for c in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        first, *others = [
            c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join([first, *others]).rstrip()

    return "\n".join([line(cells[0]), line(["-" * w for w in widths]), *(line(row) for row in cells[1:])])


def shown(value: Measured) -> str:
    return f"{value.mean:.3f} [{value.low:.3f}, {value.high:.3f}]"


def shown_difference(value: Measured) -> str:
    """`+0.105 [+0.061, +0.150] *`: the star where the interval excludes zero."""
    return f"{value.mean:+.3f} [{value.low:+.3f}, {value.high:+.3f}]{' *' if value.excludes_zero else '  '}"
