"""`python -m newsctx import SOURCE --archive DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from newsctx.archive.sources import FORMATS
from newsctx.archive.summary import Counts, ImportSummary

_SHOWN = 20  # rejects and warnings printed; all of them are in the archive


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "import",
        help="put news articles and their photographs into an archive",
        description="Reads a JSONL, CSV or Parquet file. Stopped at any moment, it goes on when started again.",
    )
    parser.add_argument("source", type=Path, help="the file; photographs are found relative to its folder")
    parser.add_argument("--archive", type=Path, required=True, metavar="DIR", help="the archive, made if it is missing")
    parser.add_argument(
        "--format", choices=FORMATS, default="auto", help="of the source (default: by suffix, then content)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Imports with a progress bar on standard error and prints the summary; 0 also where single rows were refused."""
    from newsctx.archive.importer import import_archive  # heavy: keeps `--help` of other commands quick

    with tqdm(total=100, unit="%", desc="import", file=sys.stderr, bar_format=_BAR) as bar:

        def show(done: float, counts: Counts) -> None:
            bar.n = round(100 * done, 1)
            bar.set_postfix_str(f"{counts.read} rows, {counts.rejected} rejected")

        summary = import_archive(args.source, args.archive, args.format, progress=show)
        show(1.0, summary)
    _print(summary, args.archive)
    return 0


_BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining} {postfix}"


def _print(summary: ImportSummary, archive: Path) -> None:
    for title, reports, count in (
        ("rejected", summary.rejects, summary.rejected),
        ("warning", summary.notes, summary.warnings),
    ):
        for report in reports[:_SHOWN]:
            print(f"{title}: {report}", file=sys.stderr)
        if count > _SHOWN:
            print(f"{title}: and {count - _SHOWN} more, see `import_rejects` in the archive", file=sys.stderr)
    print("\n".join(summary.lines()))
    print(f"next: python -m newsctx index --archive {archive}")
