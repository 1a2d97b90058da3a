"""`python -m newsctx import` with the package's own gazetteer and linker."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from newsctx.archive import commands
from newsctx.archive.store import ArchiveStore


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    args = parser.parse_args(["import", *words])
    return args.run(args)


def test_import_prints_a_summary_and_links_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"id": "given", "places": ["Paris (France)", "Qqzzx"]},
        {
            "id": "text",
            "headline": "Ship hits bridge pylon in Duisburg",
            "body": "A ship hit a bridge in Duisburg, Germany.",
        },
    ]
    source = tmp_path / "articles.jsonl"
    source.write_text("".join(json.dumps(r) + "\n" for r in rows) + "{broken\n")
    assert _run(str(source), "--archive", str(tmp_path / "archive")) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "3 read: 2 added, 0 updated, 0 unchanged, 1 rejected"
    assert "rejected: articles.jsonl:3: not JSON" in err
    assert "import: 100%" in err  # the progress bar is on standard error
    with ArchiveStore.open(tmp_path / "archive") as store:
        given, text = store.article("given"), store.article("text")
    assert given and text
    paris, unknown = given.places
    assert paris.place and (paris.place.country_code, round(paris.place.lat or 0)) == ("FR", 49)
    assert (unknown.keyword, unknown.place, unknown.source) == ("Qqzzx", None, "given")
    duisburg = next(p for p in text.places if p.place and p.place.name == "Duisburg")
    assert duisburg.source != "given" and duisburg.place and duisburg.place.country == "Germany"


def test_an_unknown_format_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        _run("x", "--archive", str(tmp_path), "--format", "xml")
    assert stop.value.code == 2
    assert "parquet" in capsys.readouterr().err
