"""A workbench that is served on a free port, without a browser."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from newsctx.settings import Settings
from newsctx.ui.serving import serve
from newsctx.workbench import Workbench


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    archive: Path, state: Path, models: Any, settings: Settings | None = None,
    doors: Callable[[Workbench], tuple[Any, ...]] = lambda bench: (), **how: Any,
) -> Iterator[tuple[Workbench, str]]:  # fmt: skip
    """The workbench and its address; afterwards its server and its store are closed."""
    bench, port = Workbench(archive, state, models, settings), free_port()
    app = None
    try:
        app, *_ = serve(bench, "127.0.0.1", port, middleware=doors(bench), prevent_thread_lock=True, quiet=True, **how)
        yield bench, f"http://127.0.0.1:{port}/"
    finally:
        if app is not None:
            app.get_blocks().close()
        bench.close()
