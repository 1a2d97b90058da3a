"""Every text of the interface, as the catalogues need it: from templates, Python and Gradio's components.

`python tests/interface_texts.py de` prints what a catalogue lacks and what it holds for nobody.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2.ext
from jinja2 import nodes

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from newsctx.ui import html, language  # noqa: E402

UI = ROOT / "newsctx" / "ui"
SPEAKERS = {"tr", "trn", "word", "N_"}  # their arguments are texts; `N_` marks one that is translated where it is used
GETTEXT = {"gettext", "ngettext", "_"}
SPOKEN = (
    "title",
    "aria-label",
    "aria-description",
    "placeholder",
    "alt",
    "label",
)  # attributes that are read out or seen
CODE = {"code", "kbd", "script", "style"}  # commands and keys are the same in every language
ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
LETTERS = re.compile(r"[^\W\d_]{2,}")


def templates() -> list[Path]:
    return sorted(html.TEMPLATES.glob("*.html"))


@cache
def texts() -> dict[str, set[str]]:
    """Text -> the files that say it."""
    found: dict[str, set[str]] = {}
    for path in templates():
        with path.open("rb") as source:
            for _, _, said, _ in jinja2.ext.babel_extract(source, ("_", "gettext", "ngettext"), [], BABEL):
                for text in said if isinstance(said, tuple) else (said,):
                    found.setdefault(text, set()).add(path.name) if text else None
    for path in sorted(UI.glob("*.py")):
        for said, _ in python_texts(path):
            for text in said:
                found.setdefault(text, set()).add(path.name)
    return found


BABEL = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false", "encoding": "utf-8"}


def python_texts(path: Path) -> Iterator[tuple[set[str], str]]:
    """Texts of each call that translates, and the call's argument as written where no text was found in it."""
    module = importlib.import_module(f"newsctx.ui.{path.stem}")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if name not in SPEAKERS:
            continue
        for argument in node.args[: 2 if name == "trn" else 1]:
            said = {v for v in _values(argument, tree, vars(module)) if isinstance(v, str) and v}
            yield said, "" if said else ast.unparse(argument)


def _values(node: ast.expr, tree: ast.AST, names: dict[str, Any]) -> list[Any]:
    """What an argument can be: written out, chosen by a condition, a table's values, or what a loop takes from one."""
    match node:
        case ast.Constant(value=value):
            return [value]
        case ast.IfExp(body=first, orelse=second):
            return _values(first, tree, names) + _values(second, tree, names)
        case ast.BoolOp(values=values):
            return [v for one in values for v in _values(one, tree, names)]
        case ast.Name(id=name) if name not in names:
            return list(_bound(name, tree, names))
        case ast.Name() | ast.Attribute():
            return _evaluated(node, names)
        case ast.Subscript(value=table, slice=ast.Constant(value=int(index))):
            return [v[index] for v in _values(table, tree, names) if isinstance(v, tuple) and len(v) > index]
        case ast.Subscript(value=table) | ast.Call(func=ast.Attribute(value=table, attr="get")):
            return [one for v in _values(table, tree, names) if isinstance(v, dict) for one in v.values()]
    return []


def _bound(name: str, tree: ast.AST, names: dict[str, Any]) -> Iterator[Any]:
    """What loops over tables, and assignments from them, give to a local name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension):
            for element in next(iter(_evaluated(node.iter, names)), ()):
                yield from _taken(node.target, element, name)
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            yield from _values(node.value, tree, names) if not isinstance(node.value, ast.Name) else ()
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            together = tuple(node.value.elts)
            for one in _taken(node.targets[0], together, name):
                yield from _values(one, tree, names)


def _taken(target: ast.expr, element: Any, name: str) -> Iterator[Any]:
    match target:
        case ast.Name(id=found) if found == name:
            yield element
        case ast.Tuple(elts=parts) if isinstance(element, tuple) and len(parts) == len(element):
            for part, one in zip(parts, element, strict=True):
                yield from _taken(part, one, name)


def _evaluated(node: ast.expr, names: dict[str, Any]) -> list[Any]:
    """The value of an expression over the module's own tables; nothing where it needs more than those."""
    if any(isinstance(n, ast.Call) and getattr(n.func, "attr", "") not in ("items", "values") for n in ast.walk(node)):
        return []
    try:
        found = eval(ast.unparse(node), names)  # our own source
    except Exception:  # a local name, or a value that only a running page has
        return []
    return [list(found)] if isinstance(found, type({}.items()) | type({}.values())) else [found]


# --- words that nobody wrapped ----------------------------------------------------------------------------------


class _Words(HTMLParser):
    """Text and spoken attributes that hold words of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in CODE
        self.words += [f"{k}={v}" for k, v in attrs if k in SPOKEN and LETTERS.search(v or "")]

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in CODE

    def handle_data(self, data: str) -> None:
        data = ATTRIBUTE.sub("", data)  # of a macro that writes attributes
        if not self._code and LETTERS.search(data):
            self.words.append(" ".join(data.split()))


def unwrapped(path: Path) -> list[str]:
    """Words of a template that reach the page without a translation."""
    tree = html._environment().parse(path.read_text(encoding="utf-8"))
    parser = _Words()
    parser.feed("".join(_written(tree)))
    parser.close()
    return parser.words + [c for c in _constants(tree) if LETTERS.search(c)]


def _written(node: nodes.Node) -> Iterator[str]:
    """The template's own data in the order of the file; every expression is a mark without letters."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Expr):
        yield "\u2022"
    else:
        for child in node.iter_child_nodes():
            yield from _written(child)


def _constants(node: nodes.Node) -> Iterator[str]:
    """Sentences and capitalised words in expressions outside of `_()`; one small word is a class or a state."""
    match node:
        case nodes.Call(node=nodes.Name(name=name)) if name in GETTEXT:
            return
        case nodes.Compare() | nodes.TemplateData():
            return
        case nodes.Const(value=str(text)):
            if " " in text.strip() or text[:1].isupper():
                yield text
    for child in node.iter_child_nodes():
        yield from _constants(child)


if __name__ == "__main__":
    held = language.catalogue(sys.argv[1] if len(sys.argv) > 1 else "de")
    print(json.dumps({t: sorted(w) for t, w in sorted(texts().items()) if t not in held}, indent=1, ensure_ascii=False))
    print("for nobody:", json.dumps(sorted(set(held) - set(texts())), indent=1, ensure_ascii=False))
    for one in templates():
        for words in unwrapped(one):
            print(one.name, "|", words)
