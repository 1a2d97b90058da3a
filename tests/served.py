"""A workbench that is served on a free port, without a browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio

from newsctx.ui.serving import serve
from newsctx.workbench import Workbench


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(archive: Path, state: Path, models: Any, **how: Any) -> Iterator[tuple[Workbench, str]]:
    """The workbench and its address; afterwards its server and its store are closed."""
    bench, port = Workbench(archive, state, models), free_port()
    try:
        serve(bench, "127.0.0.1", port, prevent_thread_lock=True, quiet=True, **how)
        yield bench, f"http://127.0.0.1:{port}/"
    finally:
        gradio.close_all()
        bench.close()
