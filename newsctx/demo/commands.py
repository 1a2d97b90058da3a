"""`python -m newsctx demo build`."""

from __future__ import annotations

import argparse
from pathlib import Path

from newsctx.demo.build import SEED, build
from newsctx.demo.locate import REPOSITORY


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the `demo` command."""
    demo = subparsers.add_parser("demo", help="the demonstration archive (fictional and painted)")
    actions = demo.add_subparsers(dest="action", required=True)
    make = actions.add_parser("build", help="write the articles, paint the photographs")
    make.add_argument(
        "--out", type=Path, default=REPOSITORY / "data" / "demo", help="folder to write (default: data/demo)"
    )
    make.add_argument("--seed", type=int, default=SEED, help="of every painting (default: %(default)s)")
    make.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Builds; returns the exit status."""
    build(args.out, args.seed)
    files = [p for p in args.out.rglob("*") if p.is_file()]
    print(f"{args.out}: {len(files)} files, {sum(p.stat().st_size for p in files) / 1e6:.1f} MB")
    return 0
