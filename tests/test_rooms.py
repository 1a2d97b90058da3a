"""The rooms of the package: data flows one way."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "newsctx"
STORES = ("newsctx.archive", "newsctx.cases", "newsctx.cache", "newsctx.media", "newsctx.workbench", "newsctx.pipeline")
LEAVES = ("records", "errors", "settings", "ranking", "overrides", "dates", "places", "gazetteer", "linker", "imaging")


def imports(path: Path) -> set[str]:
    """Every module that the file imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{a.name}" for a in node.names}
    return found


def files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def within(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == r or module.startswith(r + ".") for r in rooms)


@pytest.mark.parametrize("path", files("stages"), ids=lambda p: p.name)
def test_a_stage_imports_no_other_stage_no_store_and_no_interface(path):
    own = f"newsctx.stages.{path.stem}"
    others = {m for m in imports(path) if within(m, ("newsctx.stages",)) and not within(m, (own,))}
    assert others == set()
    assert {m for m in imports(path) if within(m, (*STORES, "newsctx.ui", "gradio", "duckdb", "faiss"))} == set()


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_only_the_interface_knows_gradio(path):
    if "ui" not in path.relative_to(ROOT).parts:
        assert {m for m in imports(path) if within(m, ("gradio", "newsctx.ui"))} == set()


@pytest.mark.parametrize("name", [n for n in LEAVES if (ROOT / f"{n}.py").exists()])
def test_leaves_know_nothing_above_them(name):
    above = (*STORES, "newsctx.stages", "newsctx.channels", "newsctx.ui", "newsctx.models", "newsctx.encoders")
    assert {m for m in imports(ROOT / f"{name}.py") if within(m, above)} == set()


def test_the_interface_calls_the_workbench_and_holds_no_stage():
    for path in files("ui"):
        below = ("newsctx.stages", "newsctx.channels", "newsctx.pipeline", "newsctx.localfeatures", "duckdb", "faiss")
        assert {m for m in imports(path) if within(m, below)} == set(), path.name
