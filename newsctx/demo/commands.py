"""`python -m newsctx demo`: the demonstration archive, more queries for it, and worlds to train on."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from newsctx.demo.locate import REPOSITORY

EMBEDDED = REPOSITORY / "assets" / "embedded"
SEED = 7


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the `demo` command."""
    demo = subparsers.add_parser("demo", help="the demonstration archive (fictional and painted)")
    actions = demo.add_subparsers(dest="action", required=True)
    make = actions.add_parser("build", help="write the articles, paint the photographs")
    make.add_argument(
        "--out", type=Path, default=REPOSITORY / "data" / "demo", help="folder to write (default: data/demo)"
    )
    make.add_argument("--seed", type=int, default=SEED, help="of every painting (default: %(default)s)")
    make.set_defaults(run=_build)
    queries = actions.add_parser("queries", help="paint more held-out queries for the demonstration archive")
    queries.add_argument("--out", type=Path, required=True, help="folder to write: queries.jsonl and queries/")
    queries.add_argument("--count", type=_positive, default=600, help="how many (default: %(default)s)")
    queries.add_argument("--seed", default="evaluation", help="names the set (default: %(default)s)")
    queries.set_defaults(run=_queries)
    world = actions.add_parser("world", help="write and paint a fictional world to train on")
    world.add_argument("--out", type=Path, required=True, help="folder to write; finished paintings are kept")
    world.add_argument("--events", type=_positive, default=1500, help="how many (default: %(default)s)")
    world.add_argument(
        "--articles", type=_positive, default=2, help="of every event, each with a photograph (default: 2)"
    )
    world.add_argument("--photos", type=_whole, default=2, help="of every event, to train with (default: 2)")
    world.add_argument("--seed", default="training", help="names the world (default: %(default)s)")
    world.add_argument(
        "--dev-every", type=_positive, default=20, help="one event in so many is for development (default: 20)"
    )
    world.set_defaults(run=_world)
    weights = actions.add_parser("weights", help="make the embedded weights; goes on where it stopped")
    weights.add_argument("--work", type=Path, required=True, help="folder for worlds, archives and checkpoints (2 GB)")
    weights.add_argument("--out", type=Path, default=EMBEDDED, help="default: assets/embedded")
    weights.set_defaults(run=_weights)
    for parser in (make, queries, world, weights):
        parser.add_argument(
            "--workers", type=_positive, default=os.cpu_count() or 1, help="processes (default: all cores)"
        )


def _whole(text: str, least: int = 0) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
    return int(text)


def _positive(text: str) -> int:
    return _whole(text, 1)


def _build(args: argparse.Namespace) -> int:
    from newsctx.demo.build import build

    build(args.out, args.seed, args.workers)
    return _told(args.out)


def _queries(args: argparse.Namespace) -> int:
    from newsctx.demo.build import write_queries
    from newsctx.demo.queries import drawn

    write_queries(args.out, drawn(args.count, args.seed), workers=args.workers)
    return _told(args.out)


def _world(args: argparse.Namespace) -> int:
    from newsctx.demo.worlds import build_world

    build_world(args.out, args.events, args.seed, args.workers, args.articles, args.photos, args.dev_every)
    return _told(args.out)


def _weights(args: argparse.Namespace) -> int:
    from newsctx.demo.weights import make_weights

    make_weights(args.work, args.out, args.workers)
    return _told(args.out)


def _told(out: Path) -> int:
    files = [p for p in out.rglob("*") if p.is_file()]
    print(f"{out}: {len(files)} files, {sum(p.stat().st_size for p in files) / 1e6:.1f} MB")
    return 0
