import json
from pathlib import Path

import pytest
from toy_index import CPU, save_tiny_clip, save_tiny_timm

from newsctx.archive.enrich import Enricher
from newsctx.archive.importer import import_archive
from newsctx.archive.index import ArchiveIndex
from newsctx.archive.store import ArchiveStore
from newsctx.channels import words_ocr
from newsctx.cli import main
from newsctx.profiles import load_models
from newsctx.settings import Settings


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    rows = [{"id": f"a{i}", "headline": f"Fire number {i}", "body": "A hotel burnt."} for i in range(3)]
    source = tmp_path / "articles.jsonl"
    source.write_text("\n".join(json.dumps(r) for r in rows))
    nowhere = Enricher(resolve=lambda text: None, link=lambda headline, abstract, body: (), digest="none")
    import_archive(source, tmp_path / "archive", enricher=nowhere)
    return tmp_path / "archive"


def test_the_command_builds_what_it_can_and_says_what_it_cannot(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "--archive", str(archive), "--device", "cpu"]) == 0
    said = capsys.readouterr().out
    assert "3 articles" in said
    assert "texts: 4 computed, 0 kept" in said  # three headlines; the body is the same text three times
    assert "image_text is unavailable: this copy of newsctx has no embedded image-text weights" in said
    with ArchiveStore.open(archive) as store:
        index = ArchiveIndex.open(archive, store.version, load_models("embedded", CPU))
    assert [a for a, _ in words_ocr.search("hotel", index, None, Settings()).hits] == ["a0", "a1", "a2"]
    assert main(["index", "--archive", str(archive), "--device", "cpu"]) == 0
    assert "nothing to compute" in capsys.readouterr().out


def test_a_model_of_ones_own_fills_the_picture_channels(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = save_tiny_clip(archive.parent / "clip")
    assert main(["index", "--archive", str(archive), "--profile", profile, "--device", "cpu"]) == 0
    said = capsys.readouterr().out
    assert "captions: 4 computed" in said  # three headlines, and the body as the lead of all three
    assert said.count("is unavailable") == 1 and "image_second is unavailable: this profile has no second" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--profile", "klip"], "unknown profile 'klip'"), (["--device", "tpu"], "unknown device 'tpu'")],
)
def test_wrong_names_end_with_a_message(
    archive: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["index", "--archive", str(archive), *arguments]) == 1
    assert says in capsys.readouterr().err


def test_no_archive_ends_with_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "--archive", str(tmp_path / "none")]) == 1
    assert "there is no archive folder" in capsys.readouterr().err


def test_a_second_image_encoder_of_ones_own_fills_its_channel_too(
    archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = save_tiny_clip(archive.parent / "clip")
    monkeypatch.setenv("NEWSCTX_SECOND_IMAGE", save_tiny_timm(archive.parent / "second"))
    assert main(["index", "--archive", str(archive), "--profile", profile, "--device", "cpu"]) == 0
    said = capsys.readouterr().out
    assert "photographs, second encoder: " in said and "unavailable" not in said
