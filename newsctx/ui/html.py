"""Templates to HTML, and the components that show it.

Texts of articles, OCR and analysts are escaped by Jinja (autoescape, no `safe` filter anywhere). Gradio's own
templates are not used for them: `gr.HTML(html_template=...)` runs Handlebars first and then evaluates the outcome as a
JavaScript template literal, so a headline with `${...}` would be code and one with a backslash an error. Here Gradio
only ever sees the finished `value`, which it inserts and does not evaluate.
"""

from __future__ import annotations

import marshal
import os
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2

from newsctx.memory import Memory
from newsctx.records import PartialDate
from newsctx.ui import language
from newsctx.ui.language import calendar, decimal, tr

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = Path(__file__).parents[2] / "assets"
_KEPT = 64  # renderings of each template, for the cases worked in at once; the largest has some 200 KB
_rendered = Memory()


def link(url: str) -> str:
    """The address if it is http(s), else empty: nothing else becomes a link."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def picture(path: Path | None) -> str:
    """Address of a file in the media folder, relative to the page so that it also works under a root path."""
    return f"gradio_api/file={quote(os.fspath(path))}" if path else ""


def day(value: PartialDate | None) -> str:
    """`26 Dec 2017`, `Dec 2017`, `2017`, `2010s`; in German `26. Dez. 2017`, `2010er`."""
    if value is None:
        return ""
    if value.decade:
        return tr("%(year)ss", year=value.iso.removesuffix("s"))
    if not value.month:
        return value.iso
    found = date(value.year, value.month, value.day or 1)
    return calendar(found, "yMMMd" if value.day else "yMMM")


def moment(iso: str) -> str:
    """`2026-11-20T22:04:05+00:00` as `2026-11-20 22:04 UTC`."""
    return iso[:16].replace("T", " ") + " UTC" if len(iso) >= 16 else iso


def seconds(value: float | None) -> str:
    """`12 ms`, `0.8 s`, `14 s`."""
    if value is None:
        return ""
    if value < 0.1:
        return f"{1000 * value:.0f} ms"
    return f"{decimal(value, 1 if value < 10 else 0)} s"


def size(count: int) -> str:
    """`812 B`, `31 KB`, `1.2 MB`."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} KB" if count < 1_000_000 else f"{decimal(count / 1_000_000, 1)} MB"


def score(value: float | None) -> str:
    """Three significant digits, without an exponent."""
    if value is None:
        return ""
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 100 else 0
    return decimal(value, digits)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters |= {"score": score, "seconds": seconds, "size": size, "day": day, "moment": moment}
    environment.filters |= {"number": language.number, "fixed": decimal}
    environment.globals |= {"languages": language.LANGUAGES, "language": language.current}
    return environment


def render(template: str, view: dict[str, Any]) -> str:
    """The HTML of a view; every text in it is escaped.

    A template depends on nothing but its view and the language: what was rendered lately is not rendered again. Views
    are compared by their marshalled form, which keeps apart what `==` does not (1, 1.0 and True read differently).
    """
    make = lambda: _environment().get_template(template).render(**view).strip()  # noqa: E731
    try:
        said = marshal.dumps(view, 0)  # in version 0 equal values are equal bytes, whatever they share
    except ValueError:  # something in it is no plain data
        return make()
    return _rendered.once(template, (language.current(), blake2b(said).digest()), make, _KEPT)


@cache
def script(name: str) -> str:
    """A JavaScript file of the templates folder."""
    return (TEMPLATES / name).read_text(encoding="utf-8")
