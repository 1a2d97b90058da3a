"""The result of the copy benchmark and how it is printed."""

from __future__ import annotations

from pydantic import Field

from newsctx.bench.edits import EDITS
from newsctx.records import Record


class CopyBenchReport(Record):
    """recall[method][edit] = R@1, 0..1; pairs are (query file, accepted file); seconds; bytes on disk."""

    photos: int = Field(ge=1)
    held_out: int
    queries: int
    seed: int
    recall: dict[str, dict[str, float]]
    unknown_queries: int
    unknown_accepted: tuple[tuple[str, str], ...]
    other_accepted: tuple[tuple[str, str], ...]
    query_median: float
    query_p95: float
    index_seconds: float
    bytes_per_photo: float

    def mean(self, method: str) -> float:
        """R@1 over all edits, each weighing the same."""
        return sum(self.recall[method].values()) / len(self.recall[method])

    @property
    def false_acceptance(self) -> float | None:
        """Share of the queries with unindexed photos that got a match; None where none was held out."""
        return len(self.unknown_accepted) / self.unknown_queries if self.unknown_queries else None

    def text(self) -> str:
        """A table for the terminal."""
        methods = list(self.recall)
        lines = [
            f"Copy benchmark: {self.queries} queries x {len(EDITS)} edits, {self.photos} photographs indexed, "
            f"seed {self.seed}",
            "R@1".ljust(14) + "".join(m.rjust(8) for m in methods),
        ]
        lines += [e.ljust(14) + "".join(f"{self.recall[m][e]:8.3f}" for m in methods) for e in EDITS]
        lines.append("all edits".ljust(14) + "".join(f"{self.mean(m):8.3f}" for m in methods))
        false = self.false_acceptance
        lines += [
            "false acceptance: not measured, no photo could be held out"
            if false is None
            else f"false acceptance: {len(self.unknown_accepted)} of {self.unknown_queries} queries with "
            f"{self.held_out} photographs that are not indexed ({false:.4f})",
            f"also accepted outside the group: {len(self.other_accepted)} pairs (duplicates without label, or errors)",
            f"query: median {self.query_median:.3f} s, 95% below {self.query_p95:.3f} s",
            f"index: {self.bytes_per_photo / 1024:.1f} KB a photo, {self.index_seconds:.0f} s to build",
        ]
        lines += [f"  to look at: {a} ~ {b}" for a, b in dict.fromkeys(self.unknown_accepted + self.other_accepted)]
        return "\n".join(lines)
