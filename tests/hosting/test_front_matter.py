"""The front matter of README.md, from which a Space is made: documented fields, and the weights of its profile.

Fields and values: https://huggingface.co/docs/hub/spaces-config-reference.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import gradio
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from newsctx import hub
from newsctx.profile_choices import ADDRESSES
from newsctx.profiles import get_profile

yaml = pytest.importorskip("yaml", reason="PyYAML comes with Gradio")
ROOT = Path(__file__).parents[2]
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
HARDWARE = {"zero-a10g", "cpu-basic", "cpu-upgrade", "t4-small", "t4-medium", "l4x1", "a10g-small", "a10g-large"}
FIELDS = {
    "title": str, "emoji": str, "colorFrom": str, "colorTo": str, "sdk": str, "python_version": str, "sdk_version": str,
    "suggested_hardware": str, "suggested_storage": str, "app_file": str, "fullWidth": bool, "header": str,
    "short_description": str, "models": list, "datasets": list, "tags": list, "thumbnail": str, "pinned": bool,
    "hf_oauth": bool, "disable_embedding": bool, "startup_duration_timeout": str, "custom_headers": dict,
    "preload_from_hub": list, "license": str,
}  # fmt: skip


def front_matter() -> dict:
    parts = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    assert parts[0] == "", "the block opens the file"
    return yaml.safe_load(parts[1])


def weights_of_clip() -> set[tuple[str, str]]:
    """Repository and file of everything that the profile of a Space fetches."""
    profile = get_profile("clip")
    found = set()
    for name in (profile.image_text, profile.second_image):
        repository, file = hub._split(ADDRESSES[name])
        found.add((repository, file or hub.WEIGHTS))
    return found


def test_every_field_is_documented_and_of_its_kind():
    made = front_matter()
    assert set(made) <= set(FIELDS)
    assert {name for name, value in made.items() if not isinstance(value, FIELDS[name])} == set()
    assert {made["colorFrom"], made["colorTo"]} <= COLOURS and made["sdk"] == "gradio"
    assert made.get("suggested_hardware", "cpu-basic") in HARDWARE
    assert re.fullmatch(r"[1-9]\d*[smh]", made["startup_duration_timeout"]) and len(made["short_description"]) <= 60
    assert (ROOT / made["app_file"]).is_file() and (ROOT / "LICENSE").is_file()


def test_the_space_gets_the_gradio_and_the_python_that_are_tested():
    made = front_matter()
    wanted = next(
        Requirement(r) for r in (ROOT / "requirements.txt").read_text().splitlines() if r.startswith("gradio")
    )
    assert wanted.specifier.contains(made["sdk_version"])
    assert Version(gradio.__version__).release[:2] == Version(made["sdk_version"]).release[:2]
    assert made["python_version"] == "3.12"


def test_the_weights_of_its_profile_are_fetched_while_it_is_built():
    made = front_matter()
    if "preload_from_hub" not in made:
        pytest.fail(f"preload_from_hub is missing; expected {sorted(' '.join(w) for w in weights_of_clip())}")
    listed = set()
    for line in made["preload_from_hub"]:
        repository, *rest = str(line).split(" ")
        assert len(rest) <= 2, "REPOSITORY [FILE,FILE] [REVISION]"
        listed |= {(repository, file) for file in rest[0].split(",")} if rest else {(repository, "")}
    assert listed == weights_of_clip(), "no more (a whole repository has copies in several formats) and no less"
    assert set(made["models"]) == {repository for repository, _ in listed}


def test_without_a_profile_a_space_takes_clip():
    code = "from newsctx.settings import Settings; print(Settings().profile)"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"SPACE_ID": "someone/newsctx", "PATH": ""}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "clip"
