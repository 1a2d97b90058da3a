"""Launching the page with everything that keeps it on this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

import gradio as gr
from gradio.i18n import I18nData
from starlette.middleware import Middleware

from newsctx.ui import language, theme
from newsctx.ui.door import Door
from newsctx.ui.health import Health
from newsctx.ui.hosts import own_hosts
from newsctx.ui.layout import build
from newsctx.ui.own_place import OwnPlace
from newsctx.ui.protection import protection
from newsctx.ui.visits import OpenGate

if TYPE_CHECKING:
    from newsctx.ui.visits import Gate
    from newsctx.workbench import Workbench


def serve(
    workbench: Workbench,
    host: str,
    port: int,
    root_path: str | None = None,
    gate: Gate | None = None,
    middleware: Sequence[Middleware] = (),
    kept_hours: float | None = None,
    mcp: bool = False,
    **launch: Any,
) -> tuple[Any, str, str]:
    """Serve the workbench; `gate` tells who asks, None: a desk without accounts.

    `middleware` stands before every request but `/health`, the first one outermost. `kept_hours`: Gradio's copies of
    uploads and downloads are deleted after so long; None: after `limits.upload_age`.

    `mcp`: whether MCP clients are answered, too (`newsctx.ui.mcp`); Gradio's own MCP server is off in any case.

    Only the folder of re-encoded pictures is served, never uploads. The browser keeps no copy of inputs or outputs
    (`run_history`). An upload above the limit is refused while it arrives.
    """
    page = build(workbench, gate)
    kept = int(workbench.settings.limits.upload_age if kept_hours is None else kept_hours * 3600)
    page.delete_cache = (max(60, kept // 4), kept)  # how often, and how old: seconds
    meant = Middleware(Door, hosts=own_hosts(host, root_path, workbench.settings.access.hosts))
    translations = gr.I18n(**language.component_texts(component_texts(page)))
    workbench.continue_batches()
    # uvicorn, too, takes clients' addresses from X-Forwarded-For: from proxies of this machine and those that the
    # settings trust; where the environment says "*", whatever a client claims would count
    trusted = ("127.0.0.1", "::1", *workbench.settings.limits.trusted_proxies)
    os.environ["FORWARDED_ALLOW_IPS"] = ",".join(trusted)
    return page.launch(
        server_name=host,
        server_port=port,
        root_path=root_path,
        theme=theme.theme(),
        css_paths=list(theme.CSS),
        head=theme.head(),
        favicon_path=theme.FAVICON,
        allowed_paths=[str(workbench.media_dir.resolve())],
        max_file_size=workbench.settings.photo.max_bytes,
        i18n=translations,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,  # also where GRADIO_MCP_SERVER asks for it
        pwa=False,  # on a Space Gradio would offer to install the page, with icons and names of its own
        app_kwargs={
            "middleware": [
                Middleware(Health, workbench=workbench, root_path=root_path or ""),
                *protection(workbench.settings.limits, (meant, *middleware), _larger(workbench) if mcp else None),
                Middleware(OwnPlace),
            ],
            **(_mcp(workbench, gate or OpenGate()) if mcp else {}),
        },
        # else Gradio gives up where a busy machine does not answer within 3 s, and advises a public link
        **{"quiet": False, "_frontend": False, **launch},
    )


def _larger(workbench: Workbench) -> dict[str, int]:
    from newsctx.ui.mcp import most_bytes

    return {"mcp": most_bytes(workbench.settings.photo.max_bytes)}


def _mcp(workbench: Workbench, gate: Gate) -> dict[str, Any]:
    from newsctx.ui.mcp import Mcp  # only where it is asked for

    served = Mcp(workbench, gate)
    return {"routes": served.routes, "lifespan": served.lifespan}


def component_texts(page: gr.Blocks) -> list[str]:
    """What Gradio's own components say (labels, placeholders, hints): the browser translates it."""
    said = [v for block in page.blocks.values() for v in vars(block).values() if isinstance(v, I18nData)]
    return sorted({text.key for text in said})
