"""The README is tested: its commands, settings, dependencies and file tree match the code."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from newsctx.cli import build_parser
from newsctx.settings_command import table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"python -m newsctx ([a-z-]+)")


def subcommands() -> dict:
    (action,) = [a for a in build_parser()._actions if hasattr(a, "choices") and a.choices]
    return dict(action.choices)


def test_every_command_is_in_the_readme_and_the_other_way_round():
    assert set(COMMAND.findall(README)) == set(subcommands())


@pytest.mark.parametrize("line", re.findall(r"^python -m newsctx .+$", README, re.M))
def test_the_commands_of_the_readme_parse(line):
    assert callable(build_parser().parse_args(shlex.split(line)[3:]).run)


def test_every_command_does_something():
    needed = {
        "import": "x --archive a", "index": "--archive a", "analyse": "x --archive a", "demo": "build",
        "train": "init --out o", "caption-articles": "--archive a", "filter-articles": "--archive a",
        "evaluate": "--archive a --queries q", "score": "--truth t --predictions p",
        "tune": "--archive a --queries q --out p.json", "cases": "list",
        "batch": "list", "users": "f list",
    }  # fmt: skip
    for name in subcommands():
        assert callable(build_parser().parse_args([name, *needed.get(name, "").split()]).run), name


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Those of the parser and of the commands below it (`train bi-encoder`)."""
    nested = [c for a in parser._actions if isinstance(a, argparse._SubParsersAction) for c in a.choices.values()]
    return [*parser._actions, *(a for c in nested for a in _actions(c))]


def test_the_options_that_the_readme_names_exist():
    named = set(re.findall(r"`(--[a-z-]+)", README))
    known = {o for p in subcommands().values() for a in _actions(p) for o in a.option_strings}
    assert named and named <= known


def test_the_settings_table_is_the_one_that_the_command_prints():
    found = re.search(r"<!-- settings -->\n(.*)\n<!-- /settings -->", README, re.S)
    assert found, "README.md has no settings table between its markers"
    assert found[1] == table(), "write the output of `python -m newsctx settings` into README.md"


def test_the_file_tree_is_the_one_on_disk():
    (tree,) = re.findall(r"```\n(app\.py.*?)```", README, re.S)
    named = {line.split()[0].rstrip("/") for line in tree.strip().splitlines()}
    ignored = {"LICENSE", "ruff.toml", "pytest.ini"}
    on_disk = {p.name for p in ROOT.iterdir() if not p.name.startswith(".") and p.name != "__pycache__"} - ignored
    assert named == on_disk


def test_every_requirement_has_its_reason():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    required = {re.split(r"[><=\[]", line)[0].strip() for line in lines if line and not line.startswith("#")}
    section = README.split("## Dependencies")[1].split("## ")[0]
    explained = {p.strip() for row in re.findall(r"^\| ([^|]+) \|", section, re.M) for p in row.split(",")}
    assert required == explained - {"package", "---"}


def test_the_front_matter_is_what_spaces_reads():
    matter = README.split("---")[1]
    keys = "title emoji colorFrom colorTo sdk sdk_version python_version app_file license"
    for key in keys.split():
        assert re.search(rf"^{key}: \S", matter, re.M), key
    assert len(re.search(r"short_description: (.+)", matter)[1]) <= 60
    assert (ROOT / re.search(r"app_file: (\S+)", matter)[1]).exists()


def test_the_pictures_exist():
    for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (ROOT / path).exists(), path
