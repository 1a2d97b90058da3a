"""`python -m newsctx cases`."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest
from conftest import QUERIES

from newsctx.cases import CaseStore
from newsctx.cli import main
from newsctx.overrides import ExcludeArticle
from newsctx.records import Inputs
from newsctx.workbench import Workbench

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()
SHA = hashlib.sha256(b"x").hexdigest()


@pytest.fixture
def case_id(tmp_path):
    """One case in the state folder of NEWSCTX_STATE, another beside it."""
    store = CaseStore(tmp_path / "state")
    store.create(b"y", hashlib.sha256(b"y").hexdigest(), "other.jpg", Inputs())
    case_id = store.create(b"x", SHA, "ship.jpg", Inputs(note="Überschwemmung"), "Ada")
    store.append(case_id, ExcludeArticle(article_id="a1", reason="another ship"), "Ada")
    store.set_tags(case_id, ("flood",))
    store.close()
    return case_id


def execute(tmp_path, sql: str, values: list) -> None:
    store = CaseStore(tmp_path / "state")
    store._execute(sql, values)
    store.close()


def test_cases_are_listed_and_found(case_id, capsys):
    assert main(["cases", "list", "--query", "uberschwemmung", "--tag", "Flood"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(case_id) and "ship.jpg" in line and "#flood" in line
    assert main(["cases", "list", "--json"]) == 0
    assert {json.loads(x)["title"] for x in capsys.readouterr().out.splitlines()} == {"ship.jpg", "other.jpg"}
    assert main(["cases", "list", "--limit", "1"]) == 0
    assert "1 of 2 cases" in capsys.readouterr().err


def test_a_case_is_shown_with_who_did_what_why(case_id, capsys):
    assert main(["cases", "show", case_id]) == 0
    out = capsys.readouterr().out
    assert 'Ada: override {"excluded": []} -> {"excluded": ["a1"]} because another ship' in out
    assert main(["cases", "show", case_id, "--json"]) == 0
    assert [json.loads(x)["what"] for x in capsys.readouterr().out.splitlines()] == ["created", "override", "tagged"]
    assert main(["cases", "show", "nowhere"]) == 1
    assert "'nowhere'" in capsys.readouterr().err


def test_a_case_is_given_to_an_account_and_told_with_its_owner(case_id, tmp_path, capsys):
    from account_world import accounts

    team = accounts(tmp_path).file.path
    assert main(["cases", "show", case_id]) == 0
    assert "owner: nobody; shared with: nobody" in capsys.readouterr().out
    assert main(["cases", "give", case_id, "nobody-there", "--auth", str(team)]) == 1
    assert "There is no account 'nobody-there'" in capsys.readouterr().err
    assert main(["cases", "give", case_id, "ANNA", "--auth", str(team), "--who", "Ada"]) == 0
    assert f"{case_id} belongs to anna" in capsys.readouterr().out
    assert main(["cases", "give", case_id, "guest:x"]) == 1
    assert main(["cases", "give", case_id, "ben"]) == 0 and "anna may still edit it" in capsys.readouterr().out
    assert main(["cases", "list", "--owner", "ben"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(case_id) and "(ben)" in line
    assert main(["cases", "show", case_id]) == 0
    assert "owner: ben; shared with: anna (edit)" in capsys.readouterr().out
    assert main(["cases", "verify", case_id]) == 0
    execute(tmp_path, "UPDATE cases SET owner = 'guest:abcdef' WHERE case_id = ?", [case_id])
    main(["cases", "list"])
    assert "abcdef" not in (said := capsys.readouterr().out) and "(a guest)" in said


def test_stored_text_cannot_move_the_terminals_cursor(case_id, tmp_path, capsys):
    execute(tmp_path, "UPDATE cases SET title = ? WHERE case_id = ?", ["a\x1b[2Jb", case_id])
    for command in (["list"], ["show", case_id], ["verify"]):
        main(["cases", *command])
        out = capsys.readouterr()
        assert "\x1b" not in out.out + out.err


def test_trails_are_verified_with_or_without_an_anchor(case_id, tmp_path, capsys):
    assert main(["cases", "verify"]) == 0
    out = capsys.readouterr().out
    assert out.count("holds") == 3 and "holds the store itself: 2 entries" in out
    head = next(x.rpartition(" ")[2] for x in out.splitlines() if case_id in x)
    for args in ([], [case_id]):
        assert main(["cases", "verify", *args, "--anchor", head]) == 0
        assert main(["cases", "verify", *args, "--anchor", "0" * 64]) == 1
        assert "rewritten" in capsys.readouterr().out
    execute(tmp_path, "UPDATE trail SET reason = 'same ship' WHERE number = 2 AND case_id = ?", [case_id])
    assert main(["cases", "verify", case_id]) == 1
    assert f"WRONG case {case_id}, entry 2: is not what was written" in capsys.readouterr().out


def test_a_case_that_vanished_or_came_without_a_word_shows(case_id, tmp_path, capsys):
    for table in ("cases", "trail", "heads", "overrides"):
        execute(tmp_path, f"DELETE FROM {table} WHERE case_id = ?", [case_id])
    assert main(["cases", "verify"]) == 1
    assert f"WRONG case {case_id} is gone" in capsys.readouterr().out
    execute(tmp_path, "UPDATE cases SET case_id = 'foisted'", [])
    assert main(["cases", "verify"]) == 1
    assert "WRONG case foisted is there" in capsys.readouterr().out


def test_a_case_is_deleted_only_when_that_is_confirmed(case_id, tmp_path, capsys, monkeypatch):
    for answer in ("", "n", EOFError):
        monkeypatch.setattr("builtins.input", raising(answer) if answer is EOFError else lambda _, a=answer: a)
        assert main(["cases", "delete", case_id]) == 1
        assert "Nothing was deleted" in capsys.readouterr().err
    assert main(["cases", "delete", case_id, "--yes", "--who", "Ada", "--reason", "a test"]) == 0
    assert main(["cases", "show", case_id]) == 1
    assert not list((tmp_path / "state" / "photos").rglob(SHA))
    assert main(["cases", "verify"]) == 0


def raising(error: type[BaseException]):
    def ask(_: str) -> str:
        raise error

    return ask


def test_a_store_in_use_and_a_missing_one_are_said_clearly(case_id, tmp_path):
    held = CaseStore(tmp_path / "state")  # the app; a lock is the process's, so another one asks
    command = [sys.executable, "-m", "newsctx", "cases", "list", "--state"]
    found = subprocess.run([*command, str(tmp_path / "state")], capture_output=True, text=True, timeout=120)
    held.close()
    assert found.returncode == 1 and "is in use by another newsctx (process " in found.stderr
    assert main(["cases", "list", "--state", str(tmp_path / "nowhere")]) == 1
    assert not (tmp_path / "nowhere").exists()


def test_an_exported_case_is_replayed_elsewhere(demo_archive, make_archive, models, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("newsctx.models.load", lambda profile: models)  # loaded once for all tests
    bench = Workbench(demo_archive, tmp_path / "there", models)
    case_id = bench.create_case(CROP, "crop.jpg")
    list(bench.run(case_id))
    bench.close()
    bundle = str(tmp_path / "case.zip")
    assert main(["cases", "export", case_id, "--out", bundle, "--state", str(tmp_path / "there"), "--who", "Ada"]) == 0
    assert "head " in capsys.readouterr().out
    here = ["--state", str(tmp_path / "here")]
    assert main(["cases", "replay", bundle, "--archive", str(demo_archive), *here]) == 0
    assert capsys.readouterr().out.splitlines() == ["same result"]
    assert main(["cases", "verify", case_id, *here]) == 0
    again = Workbench(demo_archive, tmp_path / "here", models)
    assert {s.state for s in again.view(case_id).document.status} == {"fresh"}, "it opens with its results"
    again.close()
    small = make_archive([{"id": "lone", "headline": "Flood in Paris", "body": "The Seine rose.", "published": "2018"}])
    capsys.readouterr()
    assert main(["cases", "replay", bundle, "--archive", str(small)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == "another result" and any(x.startswith("archive: version") for x in out)
    assert any(x.startswith("retrieve: article paris-flood-1: rank 1 there, not found here") for x in out)
    assert main(["cases", "export", case_id, "--out", str(tmp_path), "--state", str(tmp_path / "there")]) == 1
    assert "cannot be written" in capsys.readouterr().err
