"""A report as one HTML file: no script, nothing loaded from anywhere, every text escaped.

The stamp stands in one place, `<time id="made">`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from newsctx.report.facts import Report
from newsctx.report.outline import Block, Heading
from newsctx.report.plain import visible

TEMPLATES = Path(__file__).parent / "templates"


def render(report: Report, blocks: Sequence[Block], pictures: Mapping[str, bytes]) -> bytes:
    """UTF-8. `pictures`: JPEG or SVG by name."""
    css = Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))  # ours, and named by the policy
    sheet = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{sheet}'; base-uri 'none'; form-action 'none'"
    text = _environment().get_template("report.html").render(
        blocks=[_named(b) for b in blocks], css=css, policy=policy, version=report.newsctx,
        pictures={name: data_address(data) for name, data in pictures.items()},
        contents=[b for b in blocks if isinstance(b, Heading) and b.key],
    )  # fmt: skip
    return text.encode("utf-8", "replace")  # a lone surrogate has no bytes


def data_address(data: bytes) -> str:
    """`data:image/...;base64,...` of a JPEG, PNG or SVG."""
    kind = "jpeg" if data[:2] == b"\xff\xd8" else "png" if data[:4] == b"\x89PNG" else "svg+xml"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _named(block: Block) -> dict[str, Any]:
    return {"kind": type(block).__name__, **vars(block)}


def _seen(value: Any) -> Any:
    """Text that is not ours, before it is escaped."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(default=True), undefined=StrictUndefined,
        keep_trailing_newline=True, finalize=_seen,
    )  # fmt: skip
