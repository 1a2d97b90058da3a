"""The example and the configurations that the README gives for programs are those that work."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import QUERIES
from served import served

from newsctx.api.calls import FORMATS
from newsctx.cli import build_parser
from newsctx.ui.api import ANSWERS
from newsctx.ui.mcp import PATH

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def section() -> str:
    found = re.search(r"(?ms)^#+ For programs: API and MCP\n(.*?)(?=^## |\Z)", README)
    if not found:
        pytest.skip("this copy's README has no section about the API")
    return found[1]


def blocks(section: str, language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", section)


def test_the_example_runs_as_it_stands(section, demo_archive, models, tmp_path, monkeypatch, capsys):
    (example,) = blocks(section, "python")
    shutil.copy(QUERIES / "q02-paris-crop.jpg", tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    with served(demo_archive, tmp_path / "state", models) as (bench, address):
        assert "http://127.0.0.1:7860/" in example
        exec(compile(example.replace("http://127.0.0.1:7860/", address), "README.md", "exec"), {})
        assert bench.count_cases() == 1
    said = capsys.readouterr().out
    assert "Seine" in said and f"{address}?case=" in said and "place contradicted" in said and ".html" in said


def test_the_configurations_name_a_command_and_an_address_that_there_are(section):
    by_command, by_address = (json.loads(b)["mcpServers"]["newsctx"] for b in blocks(section, "json"))
    assert by_command["args"][:2] == ["-m", "newsctx"]
    assert build_parser().parse_args(by_command["args"][2:]).command == "mcp"
    assert by_address["url"].endswith(PATH)


def test_the_table_names_every_call_and_format(section):
    named = re.findall(r"(?m)^\| `(\w+)` \|", section)
    assert set(named) == set(ANSWERS)
    assert all(f"`{name}`" in section for name in FORMATS)
