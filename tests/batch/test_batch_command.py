"""`python -m newsctx batch`: what it prints, how it ends, and that a stopped one goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from batch.batch_world import few, light, photos  # noqa: F401

from newsctx import start
from newsctx.cases import CaseStore
from newsctx.cli import main
from newsctx.workbench import Workbench


@pytest.fixture
def command(few, light, tmp_path, monkeypatch, capsys):  # noqa: F811
    """Runs the command over the small archive; exit code, output, errors."""
    monkeypatch.setattr(start, "load", lambda *_: light)

    def call(what: str, *args: str):
        archive = ["--archive", str(few)] if what == "run" else []
        code = main(["batch", what, *args, *archive, "--state", str(tmp_path / "state")])
        return code, *capsys.readouterr()

    return call


def the_batch(command) -> str:
    return json.loads(command("list", "--json")[1])["batch_id"]


def test_a_folder_from_the_command_line(command, photos, tmp_path):  # noqa: F811
    code, out, err = command("run", str(photos), "--title", "Storm", "--who", "ana", "--claim", "a flood")
    assert code == 1, "one of the three is no photograph"
    lines = out.splitlines()
    assert lines[0].startswith("1/3 done      photo 1.jpg") and lines[1].startswith("2/3 done      photo 2.jpg")
    assert "Paris" in lines[1] and lines[2].startswith("3/3 failed    photo 10.jpg: By its content the file is")
    assert lines[3].startswith("2 done, 1 failed of 3; ") and "batch retry" in err
    code, out, _ = command("run", str(photos))
    assert out.splitlines()[0].startswith("2 done, 1 failed"), "the same command does nothing twice"
    batch_id = the_batch(command)
    (photos / "photo 10.jpg").write_bytes((photos / "photo 1.jpg").read_bytes())
    code, out, _ = command("retry", batch_id[:8])
    assert code == 0 and out.startswith("3/3 done      photo 10.jpg")
    code, out, _ = command("show", batch_id)
    assert out.startswith(f"Storm ({batch_id}): done") and len(out.splitlines()) == 4
    code, out, _ = command("export", batch_id, "--format", "json", "--out", str(tmp_path / "table.json"))
    table = json.loads((tmp_path / "table.json").read_text())
    assert [r["claim"] for r in table["photographs"]] == ["a flood"] * 3
    command("delete", batch_id)
    assert command("list")[1] == ""
    store = CaseStore(tmp_path / "state")
    assert store.count() == 3 and {e.who for c in store.list() for e in store.trail(c.case_id)} == {"ana"}
    store.close()


def test_ctrl_c_tells_how_to_go_on_and_the_same_command_does(command, photos, monkeypatch, tmp_path):  # noqa: F811
    waits, calls = Workbench.batch_news, []

    def stopped(self, *args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return waits(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Workbench, "batch_news", stopped)
        code, _, err = command("run", str(photos))
    batch_id = the_batch(command)
    assert code == 130 and f"batch resume --state {tmp_path / 'state'} {batch_id}" in err
    code, out, _ = command("run", str(photos))
    assert code == 1 and out.splitlines()[-1].startswith("2 done, 1 failed of 3")
    store = CaseStore(tmp_path / "state")
    assert store.count() == 2 and len(store.batches()) == 1
    store.close()


def test_a_check_makes_nothing(command, photos, tmp_path):  # noqa: F811
    (photos / "list.csv").write_text("path,date\nphoto 1.jpg,2021\nmissing.jpg,\n")
    code, out, err = command("run", str(photos / "list.csv"), "--check")
    assert code == 1 and out == "photo 1.jpg\n" and "not taken: line 3: there is no file 'missing.jpg'" in err
    code, out, _ = command("run", str(photos / "list.csv"), "--check", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert told[0]["line"] == 3 and told[1]["inputs"]["claim"]["date"] == "2021"
    assert told[2] == {"taken": 1, "refused": 1}
    assert not (tmp_path / "state").exists()


def test_a_paused_batch_waits_for_resume_and_can_be_cancelled(command, photos):  # noqa: F811
    assert command("run", str(photos), "--pause", "--json")[0] == 0
    batch_id = the_batch(command)
    assert command("cancel", batch_id)[1] == "cancelled: 0 done, 3 taken out\n"
    code, out, _ = command("resume", batch_id, "--archive", "nowhere")
    assert code == 1 and out == ""
    assert command("run", str(photos))[1].splitlines()[-1].startswith("2 done, 1 failed")


def test_a_store_that_the_page_holds(command, tmp_path):
    code = "import sys; from pathlib import Path; from newsctx.cases import CaseStore; s = CaseStore(Path(sys.argv[1]))"
    holder = subprocess.Popen(
        [sys.executable, "-c", f"{code}; print('held', flush=True); input()", str(tmp_path / "state")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == "held\n"
        code, _, err = command("list")
        assert code == 1 and f"(process {holder.pid})" in err and "on its page" in err
    finally:
        holder.communicate("\n", timeout=60)


def test_wrong_names(command, tmp_path):
    code, _, err = command("run", str(tmp_path / "none"))
    assert code == 1 and "cannot be read" in err
    code, _, err = command("list")
    assert code == 1 and "no case store" in err
    CaseStore(tmp_path / "state").close()
    code, _, err = command("show", "x")
    assert code == 1 and "No batch has the id 'x'" in err
