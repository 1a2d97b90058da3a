"""A workbench that is served to three accounts; hashing is as cheap as the settings allow."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from newsctx.accounts import Account, AccountFile, Accounts, Passwords
from newsctx.settings import AccessSettings, Settings
from newsctx.ui.account_gate import AccountGate
from newsctx.ui.serving import serve
from newsctx.workbench import Workbench

CHEAP = AccessSettings(argon2_memory_kib=8192, argon2_time=1, argon2_lanes=1, slow_seconds=0)
PASSWORD = "flood gauge violet tram"
NAMES = ("anna", "ben", "chief")


def many_calls() -> Settings:
    """Settings with cheap hashes and limits that no test reaches."""
    fast = {"requests_per_second": 500, "requests_burst": 5000, "calls_per_second": 500, "calls_burst": 5000}
    return Settings.model_validate({"access": CHEAP.model_dump(), "limits": fast})


def accounts(folder: Path) -> Accounts:
    """anna, ben, and chief, who is an administrator."""
    path, hashes = folder / "team.json", Passwords(CHEAP)
    people = tuple(Account(name=n, hash=hashes.hash(PASSWORD, n), admin=n == "chief") for n in NAMES)
    AccountFile(path).change(lambda all_: people, make=True)
    return Accounts(path, CHEAP)


def serve_accounts(bench: Workbench, known: Accounts) -> tuple[Any, str]:
    """The app and its address, without a slash at its end; `gradio.close_all` ends it."""
    gate = AccountGate(known)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app, *_ = serve(
        bench, "127.0.0.1", port, gate=gate, middleware=gate.doors(bench), prevent_thread_lock=True, quiet=True
    )
    return app, f"http://127.0.0.1:{port}"
