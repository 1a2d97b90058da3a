"""`python -m newsctx mcp`: the tools over standard input and output, for programs of this machine's user."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from newsctx.errors import NewsctxError

if TYPE_CHECKING:
    from newsctx.settings import Settings
    from newsctx.workbench import Workbench

log = logging.getLogger(__name__)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("mcp", help="answer MCP clients over standard input and output")
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
        "--settings", type=Path, metavar="FILE", help="a JSON file with settings that differ from the defaults"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until standard input ends."""
    from newsctx.analyse_command import read_settings
    from newsctx.api.calls import Calls
    from newsctx.mcp_server.tools import make

    opened = Opened(args.archive, args.state, read_settings(args.settings, args.profile))
    try:
        make(lambda request: Calls(opened.bench()), files=True).run("stdio")
    finally:
        opened.close()
    return 0


class Opened:
    """A workbench that is opened while the client is greeted already: models take seconds, a new archive minutes."""

    def __init__(self, archive: Path | None, state: Path | None, settings: Settings) -> None:
        self._with = (archive, state, settings)
        self._bench: Workbench | None = None
        self._problem: NewsctxError | None = None
        self._thread = threading.Thread(target=self._open, name="open", daemon=True)
        self._thread.start()

    def bench(self) -> Workbench:
        """The workbench as soon as it is there. Raises NewsctxError where it cannot be opened."""
        self._thread.join()
        if self._bench is None:
            raise self._problem or NewsctxError("The workbench could not be opened; standard error says why.")
        return self._bench

    def close(self) -> None:
        self._thread.join()
        if self._bench:
            self._bench.close()

    def _open(self) -> None:
        from newsctx.start import start  # models load here

        try:
            self._bench = start(*self._with)
        except NewsctxError as error:
            self._problem = error
            print(f"newsctx: {error}", file=sys.stderr, flush=True)
        except Exception:
            log.exception("the workbench could not be opened")
