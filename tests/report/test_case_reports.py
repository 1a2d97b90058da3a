"""Reports from the workbench, from the command line and from the page: recorded, guarded, and gone after a while."""

from __future__ import annotations

import io
import json
import os
import shutil
import time
from types import SimpleNamespace

import gradio as gr
import pytest
from conftest import QUERIES
from PIL import Image, IptcImagePlugin

from newsctx.access import Visitor, guarded
from newsctx.cases import CaseStore
from newsctx.cli import main
from newsctx.errors import CaseError, CaseNotFound
from newsctx.media import Media
from newsctx.records import Claim, Inputs
from newsctx.settings import PhotoSettings
from newsctx.ui.handlers import Handlers
from newsctx.ui.page import Look
from newsctx.ui.report_panel import FORMATS
from newsctx.workbench import Workbench

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()
STAMP, LATER = "2026-11-21T16:34:00+00:00", "2027-01-02T03:04:05+00:00"


@pytest.fixture(scope="module")
def case(demo_archive, models, tmp_path_factory):
    """A workbench with one approved case of Ada's."""
    bench = Workbench(demo_archive, tmp_path_factory.mktemp("reports") / "state", models)
    inputs = Inputs(note="Seine", claim=Claim(text="Flood in Lyon", place="Lyon", date="2019-06-01"))
    case_id = bench.create_case(CROP, "crop.jpg", inputs, "Ada", owner="ada")
    *_, view = bench.run(case_id, "Ada")
    bench.override(case_id, {"action": "approve", "version": view.captions[-1].number, "reason": "Checked"}, "Chief")
    yield bench, case_id
    bench.close()


@pytest.mark.parametrize("kind", ["html", "json", "csv"])
def test_the_same_case_is_the_same_report_whatever_was_downloaded_between(case, kind):
    bench, case_id = case
    first = bench.report(case_id, kind, "Ada", made=STAMP)
    bench.export_json(case_id, "Reader")
    again = bench.report(case_id, kind, "Reader", made=LATER)
    assert again.read_bytes().replace(LATER.encode(), STAMP.encode()) == first.read_bytes()
    assert first.name == f"newsctx-{case_id}-report.{kind}" and first != again
    last = bench.trail(case_id)[-1]
    assert (last.what, last.who, last.detail) == ("exported", "Reader", {"format": f"report {kind}"})


def test_a_report_holds_the_case(case):
    bench, case_id = case
    found = json.loads(bench.report(case_id, "json").read_bytes())
    assert found["case"]["claim_place"] == "Lyon" and found["caption"]["approved_by"] == "Chief"
    assert found["case"]["analysts"] == ["Ada", "Chief"] and found["trail"]["problems"] == []
    known = {e.hash for e in bench.trail(case_id)}
    assert found["hashes"]["trail_head"] in known, "an anchor for `cases verify`"
    assert [m["kind"] for m in found["marks"]][0] == "claimed" and found["marks"][0]["lat"] == pytest.approx(
        45.75, abs=0.1
    )
    assert any(name.startswith("match-") for name in found["hashes"]["pictures"])


def test_nothing_to_report_is_a_clear_error_and_leaves_no_entry(case):
    bench, _ = case
    empty = bench.create_case(CROP, "crop.jpg")
    before = bench.entries(empty)
    with pytest.raises(CaseError, match="analyse the photograph first"):
        bench.report(empty, "html")
    with pytest.raises(CaseError, match="no format"):
        bench.report(empty, "exe")
    with pytest.raises(CaseError, match="analyse the photograph first"):
        bench.captioned_photo(empty)
    assert bench.entries(empty) == before


def test_only_an_approved_caption_goes_into_the_photograph(case):
    bench, case_id = case
    path = bench.captioned_photo(case_id, "Ada", strip_gps=True)
    caption = bench.view(case_id).document.caption.text
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        iptc = IptcImagePlugin.getiptcinfo(image)
    assert iptc[(2, 120)].decode() == caption and iptc[(2, 122)] == b"Chief"
    assert b"approved by Chief" in iptc[(2, 40)] and case_id.encode() in iptc[(2, 40)]
    assert bench.trail(case_id)[-1].detail["format"] == "photo"
    bench.override(case_id, {"action": "approve", "version": None}, "Chief")
    try:
        with pytest.raises(CaseError, match="No caption of this case is approved"):
            bench.captioned_photo(case_id)
    finally:
        bench.undo(case_id, "Chief")


def test_who_may_not_see_a_case_gets_no_report_of_it(case):
    bench, case_id = case
    for visitor in (Visitor("account", "eve"), Visitor("guest", "t" * 22), Visitor("nobody")):
        for call in (lambda b: b.report(case_id, "html"), lambda b: b.captioned_photo(case_id)):
            with pytest.raises(CaseNotFound):
                call(guarded(bench, visitor))
    bench.share(case_id, "bob", "read", "ada")
    guarded(bench, Visitor("account", "bob")).report(case_id, "csv", who="somebody else")
    assert bench.trail(case_id)[-1].who == "bob"


# --- the files --------------------------------------------------------------------------------------------------


def test_an_export_lies_where_nobody_can_guess_and_goes_after_a_while(tmp_path):
    media = Media(tmp_path, PhotoSettings(), kept_minutes=60)
    old, other = media.export("newsctx-a.html", b"1"), media.export("newsctx-a.html", b"2")
    assert old != other and len(old.parent.name) >= 22 and old.parent.parent == tmp_path / "exports"
    past = time.time() - 3601
    os.utime(old.parent, (past, past))
    (tmp_path / "exports" / "newsctx-b.json").write_bytes(b"as older versions left it")
    os.utime(tmp_path / "exports" / "newsctx-b.json", (past, past))
    media.export("newsctx-c.html", b"3")
    assert not old.parent.exists() and other.read_bytes() == b"2"
    assert not (tmp_path / "exports" / "newsctx-b.json").exists()


def test_what_was_exported_of_a_deleted_case_is_gone(tmp_path):
    media = Media(tmp_path, PhotoSettings())
    mine, other = media.export("newsctx-mine-report.pdf", b"1"), media.export("newsctx-other-report.pdf", b"2")
    media.forget("mine", "")
    assert not mine.exists() and other.exists()


# --- the command ------------------------------------------------------------------------------------------------


@pytest.fixture
def stored(case, tmp_path, monkeypatch):
    """The case in a copy of its store: the workbench holds that one open."""
    bench, case_id = case
    bench._cases._execute("CHECKPOINT", [])
    shutil.copytree(bench._cases.folder, tmp_path / "there", ignore=shutil.ignore_patterns("media", "cache"))
    monkeypatch.setenv("NEWSCTX_STATE", str(tmp_path / "there"))
    return case_id


def test_the_command_writes_every_format_without_a_model(stored, demo_archive, tmp_path, capsys):
    for kind in ("html", "md", "json", "csv", "photo"):
        out = tmp_path / f"out.{kind}"
        command = ["cases", "report", stored, "--format", kind, "--output", str(out), "--who", "Ada"]
        assert main([*command, "--archive", str(demo_archive)]) == 0, capsys.readouterr().err
        assert out.stat().st_size > 500 and f"{out}: " in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_bytes())["stale"] == []
    store = CaseStore(tmp_path / "there")
    exported = [e.detail["format"] for e in store.trail(stored) if e.what == "exported" and e.who == "Ada"]
    store.close()
    assert exported[-5:] == ["report html", "report md", "report json", "report csv", "photo"]


def test_without_naming_the_archive_it_is_that_of_the_environment_or_the_demonstration(
    stored, demo_archive, tmp_path, capsys, monkeypatch
):
    """As the README has the command: without `--archive`; what is missing is told where the command was typed."""
    out, command = tmp_path / "out.html", ["cases", "report", stored, "--format", "html", "--output"]
    monkeypatch.delenv("NEWSCTX_ARCHIVE", raising=False)
    assert main([*command, str(out)]) == 0
    bare, said = out.read_bytes().count(b"data:image/jpeg"), capsys.readouterr().err
    assert bare == 1 and "name the archive that has them by --archive" in said
    monkeypatch.setenv("NEWSCTX_ARCHIVE", str(demo_archive))
    assert main([*command, str(out)]) == 0
    every, said = out.read_bytes().count(b"data:image/jpeg"), capsys.readouterr().err
    assert every > bare and "--archive" not in said
    monkeypatch.delenv("NEWSCTX_ARCHIVE")
    monkeypatch.setattr("newsctx.start.demo_folder", lambda state: demo_archive)
    assert main([*command, str(out)]) == 0 and out.read_bytes().count(b"data:image/jpeg") == every


def test_without_the_archive_the_report_says_which_pictures_it_lacks(stored, tmp_path, capsys):
    out = tmp_path / "out.md"
    assert main(["cases", "report", stored, "--format", "md", "--output", str(out)]) == 0
    assert "archived photographs could not be read from the archive" in out.read_text(encoding="utf-8")


def test_an_error_of_the_command_is_one_line(stored, tmp_path, capsys):
    assert main(["cases", "report", "nowhere", "--format", "md", "--output", str(tmp_path / "x")]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    folder = tmp_path / "folder"
    folder.mkdir()
    assert main(["cases", "report", stored, "--format", "md", "--output", str(folder)]) == 1
    assert "cannot be written" in capsys.readouterr().err


# --- the page ---------------------------------------------------------------------------------------------------


def pressed(bench, case_id: str, wanted: str):
    on = Handlers(bench, SimpleNamespace())
    return on.export(case_id, Look(who="Ada"), SimpleNamespace(_data={"format": wanted}))


def test_every_button_gives_its_file(case):
    bench, case_id = case
    names = {
        "bundle": ".zip",
        "": ".json",
        "photo": "-photo.jpg",
        "photo-no-gps": "-photo.jpg",
        "html-all": "-report.html",
    }
    names |= {f: f"-report.{f}" for f in FORMATS if f != "pdf"}
    for wanted, ends in names.items():
        assert pressed(bench, case_id, wanted)["value"].endswith(ends), wanted
    assert bench.trail(case_id)[-1].who == "Ada"


def test_an_error_of_a_button_is_a_message_and_no_markup(case):
    bench, case_id = case
    with pytest.raises(gr.Error) as refused:
        pressed(bench, case_id, "<b>")
    assert "&lt;b&gt;" in refused.value.message and "<b>" not in refused.value.message
