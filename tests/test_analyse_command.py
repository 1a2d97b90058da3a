"""The command line: one JSON document, errors without tracebacks."""

from __future__ import annotations

import json

import pytest
from conftest import QUERIES

from newsctx.cli import main
from newsctx.document import Document

CROP = str(QUERIES / "q02-paris-crop.jpg")


def test_analyse_writes_the_document_and_prints_a_summary(demo_archive, tmp_path, capsys):
    overrides = tmp_path / "overrides.json"
    overrides.write_text('[{"action": "set_place", "place": "Lyon"}]')
    out = tmp_path / "out.json"
    command = ["analyse", CROP, "--archive", str(demo_archive), "--claim-date", "2019", "--json", str(out)]
    assert main([*command, "--overrides", str(overrides)]) == 0
    document = Document.model_validate_json(out.read_text())
    assert document.context.place.place.name == "Lyon" and document.context.place.basis == "analyst"
    assert document.inputs.claim.date.iso == "2019"
    assert json.loads(out.read_text())["schema"] == "newsctx.analysis/1"
    assert document.caption.text in capsys.readouterr().out


def test_json_to_standard_output_is_nothing_but_json(demo_archive, capsys):
    assert main(["analyse", CROP, "--archive", str(demo_archive), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["photo"]["format"] == "JPEG"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["nowhere.jpg"], "nowhere.jpg"),
        ([CROP, "--claim-date", "yesterday"], "yesterday"),
        ([CROP, "--overrides", "nowhere.json"], "nowhere.json"),
        ([CROP, "--profile", "telepathy"], "telepathy"),
        ([CROP, "--archive", "no-archive"], "no-archive"),
    ],
)
def test_wrong_arguments_are_explained_without_a_traceback(demo_archive, capsys, arguments, names):
    command = ["analyse", "--archive", str(demo_archive), *arguments]
    assert main(command) == 1
    error = capsys.readouterr().err
    assert error.startswith("newsctx: ") and names in error and "Traceback" not in error


def test_settings_from_a_file(demo_archive, tmp_path, capsys):
    settings = tmp_path / "settings.json"
    settings.write_text('{"caption": {"max_sentences": 1}}')
    command = ["analyse", CROP, "--archive", str(demo_archive), "--json", "-", "--settings", str(settings)]
    assert main(command) == 0
    assert len(json.loads(capsys.readouterr().out)["caption"]["sentences"]) == 1
    settings.write_text('{"caption": {"max_sentences": 0}}')
    assert main(command) == 1
    assert "caption.max_sentences" in capsys.readouterr().err
    settings.write_text('{"caption": {"sentences": 3}}')
    assert main(command) == 1
    assert "caption.sentences" in capsys.readouterr().err
