"""The command line: every command lives beside what it runs; this file only lists them.

Exit codes: 0 done, 1 an error that the message explains, or nobody reads the output any more, 2 wrong usage, 130
stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence

from newsctx import __version__
from newsctx.errors import NewsctxError

#: Modules with `add_parser(subparsers)`, which sets `run` on its parser; imported in this order for the help text.
COMMANDS = (
    "newsctx.ui.launch",
    "newsctx.archive.commands",
    "newsctx.archive.index_command",
    "newsctx.captioning.command",
    "newsctx.analyse_command",
    "newsctx.batch.command",
    "newsctx.case_command",
    "newsctx.mcp_server.command",
    "newsctx.users_command",
    "newsctx.demo.commands",
    "newsctx.bench.command",
    "newsctx.evaluation.evaluate_command",
    "newsctx.evaluation.score_command",
    "newsctx.training.command",
    "newsctx.tuning.command",
    "newsctx.settings_command",
    "newsctx.services.command",
)


def build_parser() -> argparse.ArgumentParser:
    """The parser with all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m newsctx", description="Find the news a photograph belongs to, stage by stage."
    )
    parser.add_argument("--version", action="version", version=f"newsctx {__version__}")
    parser.add_argument("--verbose", action="store_true", help="log what is done, to standard error")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        importlib.import_module(name).add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors meant for the user are printed without a traceback."""
    args = build_parser().parse_args(argv)
    logging.basicConfig(
        level=logging.INFO if args.verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        done = int(args.run(args) or 0)
        sys.stdout.flush()
        return done
    except BrokenPipeError:  # whoever reads what is printed has seen enough: `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing is left to fail at the exit
        return 1
    except NewsctxError as error:
        print(f"newsctx: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("newsctx: stopped; run the same command again to go on.", file=sys.stderr)
        return 130
