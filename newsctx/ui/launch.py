"""Starting the workbench: `python app.py` and `python -m newsctx app` are the same."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from newsctx.errors import NewsctxError

#: Gradio calls home from the Python process unless this is set before it is imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

PORT = 7860


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the workbench."""
    parser.add_argument(
        "--archive",
        type=Path,
        metavar="DIR",
        help="archive to search (default: NEWSCTX_ARCHIVE, else the demonstration archive)",
    )
    parser.add_argument("--state", type=Path, metavar="DIR", help="where cases are kept (default: NEWSCTX_STATE)")
    parser.add_argument(
        "--profile", default=None, metavar="NAME", help="which models: embedded, clip, newsrecon or local-dir:PATH"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)"
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"port to listen on (default: {PORT})")
    parser.add_argument("--root-path", default=None, metavar="PATH", help="path prefix behind a proxy, e.g. /newsctx")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`python -m newsctx app`."""
    parser = subparsers.add_parser("app", help="open the workbench in the browser")
    add_arguments(parser)
    parser.set_defaults(run=run)


def main(argv: Sequence[str] | None = None) -> int:
    """`python app.py`."""
    parser = argparse.ArgumentParser(prog="app.py", description="The newsctx workbench.")
    add_arguments(parser)
    return run(parser.parse_args(argv))


def run(args: argparse.Namespace) -> int:
    """Open the archive, serve until stopped."""
    from newsctx.settings import Settings
    from newsctx.start import start  # models and Gradio load here, not for --help
    from newsctx.ui.serving import serve

    settings = Settings(profile=args.profile) if args.profile else Settings()
    workbench = start(args.archive, args.state, settings)
    try:
        serve(workbench, host=args.host, port=args.port, root_path=args.root_path)
    except OSError as error:  # Gradio's word for a port that is taken
        raise NewsctxError(
            f"{args.host}:{args.port} cannot be opened: the port is taken, or this machine has no such address. "
            "Choose another with --port or --host."
        ) from error
    finally:
        workbench.close()
    return 0
