"""`python -m newsctx index`: compute every vector of an archive."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from newsctx.settings import default_profile


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `index` to the command line."""
    parser = subparsers.add_parser(
        "index",
        help="compute the search index of an archive",
        description="Compute every vector of an archive, in batches. Stopped or killed, the next run goes on.",
    )
    parser.add_argument("--archive", type=Path, required=True, metavar="DIR", help="the archive's folder")
    parser.add_argument(
        "--profile", default=default_profile(), help="which models to use: embedded, clip, newsrecon or local-dir:PATH"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Build the index; 0 also where a channel is unavailable, which the summary names."""
    from newsctx.archive.index_build import build_index  # models and FAISS load here, not for --help
    from newsctx.archive.store import ArchiveStore
    from newsctx.profiles import load_models
    from newsctx.runtime import choose_device
    from newsctx.settings import Settings

    start = time.perf_counter()
    device = choose_device(args.device)
    with ArchiveStore.open(args.archive) as store:
        models = load_models(args.profile, device)
        with _Bars() as bars:
            summary = build_index(store, models, args.archive, Settings(profile=args.profile), bars.update)
    print(f"Index of {args.archive}: {summary.manifest.articles} articles in {time.perf_counter() - start:.1f} s.")
    print(f"  device: {device} ({device.reason})")
    if not any(summary.computed.values()):
        print("  nothing to compute: the index is up to date")
    for kind, count in summary.computed.items():
        print(f"  {kind}: {count} computed, {summary.kept[kind]} kept")
    for name, part in summary.manifest.parts.items():
        if part.missing:
            print(f"  {name}: {part.missing} photographs cannot be read or are blank, and are left out")
    for name, reason in summary.unavailable.items():
        print(f"  {name} is unavailable: {reason}")
    return 0


class _Bars:
    """Progress bars on standard error, one per kind of work; nothing where it is no terminal."""

    def __enter__(self) -> _Bars:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        self._progress = Progress(*columns, console=Console(file=sys.stderr), disable=not sys.stderr.isatty())
        self._tasks: dict[str, int] = {}
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are dealt with."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done, total=total)
