"""What an import counts and reports."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Report:
    """One row that was refused, or one thing about a kept row that the user should know."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True)
class Counts:
    """Rows by outcome (read = added + updated + unchanged + rejected) and photographs of the rows that were kept."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    duplicates: int = 0  # of the unchanged: articles that the same source had named before
    warnings: int = 0
    images: int = 0  # photographs in the archive's folder
    image_problems: int = 0  # files that cannot be used
    not_fetched: int = 0  # photographs that only have an address


@dataclass(frozen=True)
class ImportSummary(Counts):
    """The result of an import; `rejects` and `notes` are the first ones, all of them stay in `import_rejects`."""

    rejects: tuple[Report, ...] = field(default=())
    notes: tuple[Report, ...] = field(default=())
    resumed_from: int = 0  # the source's last row that an earlier, interrupted run had committed; 0: from the start
    version: str = ""  # of the archive's contents now

    def lines(self) -> list[str]:
        """The summary for a terminal."""
        text = [
            f"{self.read} read: {self.added} added, {self.updated} updated, {self.unchanged} unchanged, "
            f"{self.rejected} rejected",
            f"{self.images} photographs, {self.image_problems} unusable, "
            f"{self.not_fetched} with an address only (never fetched)",
        ]
        if self.duplicates:
            text.append(f"{self.duplicates} rows named an article of this source again: the first one counts")
        if self.resumed_from:
            text.append(f"continued an interrupted import after row {self.resumed_from}")
        return text
