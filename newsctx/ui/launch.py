"""Starting the workbench: `python app.py` and `python -m newsctx app` are the same."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsctx import hosting, zero_gpu
from newsctx.errors import NewsctxError
from newsctx.ui.hosts import loopback

if TYPE_CHECKING:
    from newsctx.settings import Settings
    from newsctx.ui.account_gate import AccountGate

#: Gradio calls home from the Python process unless this is set before it is imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


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
        "--settings", type=Path, metavar="FILE", help="a JSON file with settings that differ from the defaults"
    )
    parser.add_argument(
        "--host", default=None, help="address to listen on (default: 127.0.0.1, this machine only; on a Space all)"
    )
    parser.add_argument("--port", type=int, default=None, help=f"port to listen on (default: {hosting.PORT})")
    parser.add_argument(
        "--root-path",
        default=None,
        metavar="PATH",
        help="path prefix behind a proxy, e.g. /newsctx (default: GRADIO_ROOT_PATH)",
    )
    parser.add_argument(
        "--auth", type=Path, default=None, metavar="FILE", help="accounts that can log in, see `users` (default: none)"
    )
    parser.add_argument(
        "--guests",
        action="store_true",
        help="a public demonstration: every browser has cases of its own, which expire (always so on a Space)",
    )
    parser.add_argument(
        "--mcp", action="store_true", help="answer MCP clients, too, at /gradio_api/mcp (see also: newsctx mcp)"
    )


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
    end_on_term()
    zero_gpu.begin(os.environ)  # before anything imports torch
    from newsctx.analyse_command import read_settings
    from newsctx.guests import House
    from newsctx.start import start  # models and Gradio load here, not for --help
    from newsctx.ui.serving import serve
    from newsctx.warming import Warming

    settings = read_settings(args.settings, args.profile)
    host, port = hosting.address(args.host, args.port, os.environ)
    root_path = hosting.root_path(args.root_path, os.environ)
    guests = args.guests or (hosting.on_space(os.environ) and not args.auth)
    how = who_comes_in(host, args.auth, guests)
    gate = _accounts(args.auth, settings) if args.auth else None  # a file without accounts stops here
    if guests:
        settings = hosting.public(settings)
    locked = "" if args.auth else profile_lock(host, root_path, os.environ)  # with accounts, administrators choose
    try:
        workbench = start(args.archive, hosting.state(args.state, os.environ), settings, locked)
    except KeyboardInterrupt:
        print("newsctx: stopped before it was ready; the next start goes on from what is done", flush=True)
        return 130
    house, warming = House(workbench) if guests else None, Warming(workbench)
    sys.setswitchinterval(settings.serving.switch_seconds)
    try:
        warming.start()
        if house:
            house.start()
        with zero_gpu.lent(settings.hosting):
            print(f"newsctx: {how}", flush=True)
            with_accounts = {"gate": gate, "middleware": gate.doors(workbench)} if gate else {}
            served = _for_guests(settings) if guests else with_accounts
            serve(workbench, host=host, port=port, root_path=root_path, mcp=args.mcp, **served)
    except OSError as error:  # Gradio's word for a port that is taken
        raise NewsctxError(
            f"{host}:{port} cannot be opened: the port is taken, or this machine has no such address. "
            "Choose another with --port or --host."
        ) from error
    finally:
        warming.stop()
        if house:
            house.stop()
        workbench.close()
    return 0


def who_comes_in(host: str, auth: Path | None, guests: bool) -> str:
    """What is said at the start of who can come in.

    Raises:
        NewsctxError: without a login the workbench would be open to others.
    """
    if auth and guests:
        raise NewsctxError(
            "--auth and --guests exclude each other: people have accounts, or are guests. Leave one out."
        )
    if guests:
        return "a public demonstration; every browser has cases of its own, which expire"
    if auth:
        clear = "; passwords travel in the clear: put a proxy that speaks https in front (see --root-path)"
        return f"open to the accounts of {auth}{'' if loopback(host) else clear}"
    if not loopback(host):
        raise NewsctxError(
            f"--host {host} would open the workbench to other machines without a login; expected an address of this "
            "machine only, such as 127.0.0.1. Make accounts with `python -m newsctx users FILE add NAME` and start "
            "with --auth FILE, or show a public demonstration with --guests."
        )
    return "open to this machine only; for others there is --auth FILE"


def _accounts(file: Path, settings: Settings) -> AccountGate:
    from newsctx.accounts import Accounts
    from newsctx.ui.account_gate import AccountGate

    return AccountGate(Accounts(file, settings.access))


def _for_guests(settings: Settings) -> dict[str, Any]:
    """How the page is served to guests."""
    from starlette.middleware import Middleware

    from newsctx.ui.belongings import TabOwners, by_cookie
    from newsctx.ui.guest_gate import GuestCookies, GuestGate

    gate, hours = GuestGate(), settings.hosting.guest_hours
    doors = (
        Middleware(GuestCookies, hours=hours),
        Middleware(TabOwners, who=by_cookie(gate), most=2 * settings.photo.max_bytes),
    )
    return {"gate": gate, "middleware": doors, "kept_hours": hours}


def end_on_term() -> None:
    """SIGTERM, by which containers and services are stopped, ends the workbench as Ctrl-C does: what runs is kept.

    The first process of a container gets no default action for it, and would be killed seconds later.
    """

    def end(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one would interrupt the ending
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)


def profile_lock(host: str, root_path: str | None, environment: Mapping[str, str]) -> str:
    """Why visitors may not change the profile; empty where the workbench is open to this machine only.

    All visitors share the models and the archive's index, and there are no accounts: where others than the desk's
    own analysts come in, the choice belongs to whoever runs it.
    """
    if environment.get("SPACE_ID"):
        return (
            "All visitors of this Space share one profile. Its owner chooses it: the variable NEWSCTX_PROFILE in the "
            "Space's settings. In a copy of your own, duplicate the Space or run newsctx on your machine."
        )
    if root_path or not loopback(host):
        return (
            "This workbench is open to other machines and all its visitors share one profile. Whoever runs it chooses: "
            "start it with --profile NAME or NEWSCTX_PROFILE."
        )
    return ""
