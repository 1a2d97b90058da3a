"""Names that others give and that could become paths: ids, files of imports and bundles, languages, profiles, lists.

Each is handed names that lead out; outside of the folders lies a file that must be neither read nor written nor gone.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import QUERIES
from fault_child import light_models

from newsctx import prompts
from newsctx.access import Visitor, guarded
from newsctx.archive.images import ImageStore
from newsctx.archive.importer import import_archive
from newsctx.archive.store import ArchiveStore
from newsctx.batch.lists import read_list
from newsctx.errors import ArchiveError, CaseError, CaseNotFound, NewsctxError, SettingsError
from newsctx.profiles import get_profile
from newsctx.settings import PhotoSettings, Settings
from newsctx.stages.photo import clean_name
from newsctx.ui import language
from newsctx.workbench import Workbench

PHOTO = (QUERIES / "q02-paris-crop.jpg").read_bytes()
SECRET = b"the-word-that-nobody-may-read"


@dataclass
class Place:
    bench: Workbench
    folder: Path
    secret: Path
    case_id: str

    def files(self) -> dict[Path, bytes]:
        """What lies outside of the store."""
        state = self.folder / "state"
        return {p: p.read_bytes() for p in self.folder.rglob("*") if p.is_file() and not p.is_relative_to(state)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    secret = folder / "secret.jpg"
    secret.write_bytes(SECRET)
    bench = Workbench(folder / "none", folder / "state", light_models())
    yield Place(bench, folder, secret, bench.create_case(PHOTO, "a.jpg"))
    bench.close()


def names(place: Place) -> list[str]:
    out, up = str(place.secret), "../" * 12
    return [
        out, up + out.lstrip("/"), "..", ".", "/", "", "../secret.jpg", "..\\secret.jpg", "%2e%2e%2fsecret.jpg",
        f"x\x00{out}", "~/x", "file://" + out, "*", "?", "[a]", "CON", "a/../b", "a" * 5000, "'; DROP TABLE cases; --",
        "\u2025/x", "．．/secret.jpg", place.case_id + "/../x", place.case_id[:-1], place.case_id + "\n", "-rf",
        "$(id)", "`id`",
    ]  # fmt: skip


def test_a_case_id_is_looked_up_and_never_a_path(place: Place) -> None:
    before, bench = place.files(), guarded(place.bench, Visitor("account", "ann", admin=True))  # as handlers have it
    calls: list[Callable[[str], object]] = [
        bench.view, bench.export_json, bench.export_case, bench.preview, bench.detail,
        bench.inspect, bench.trail, bench.runs, bench.undo, bench.delete_case,
        lambda i: bench.report(i, "html"), lambda i: bench.rename(i, "x"), lambda i: list(bench.run(i)),
    ]  # fmt: skip
    for name in names(place):
        for call in calls:
            with pytest.raises(CaseNotFound):
                call(name)
    assert place.files() == before and place.bench.view(place.case_id).case_id == place.case_id


def test_the_format_of_a_report_is_one_of_a_list(place: Place) -> None:
    for name in names(place):
        with pytest.raises(NewsctxError):
            place.bench.report(place.case_id, name)
        with pytest.raises(NewsctxError):
            place.bench.export_batch(name)


def test_an_image_id_is_a_digest(place: Place, tmp_path: Path) -> None:
    store = ImageStore(tmp_path / "archive", PhotoSettings())
    for name in names(place):
        with pytest.raises(ValueError, match="not an image id"):
            store.path(name, ".jpg")
        for call in (place.bench.thumbnail, place.bench.archive_photo):
            try:
                assert call(name) is None
            except NewsctxError as error:
                assert SECRET.decode() not in str(error)


@pytest.mark.parametrize("kind", ["jsonl", "parquet", "csv"])
def test_an_import_copies_no_picture_from_outside_of_its_folder(place: Place, tmp_path: Path, kind: str) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (tmp_path / "outside.jpg").write_bytes(PHOTO)  # a real photograph: only its place speaks against it
    (source / "inside.jpg").write_bytes(PHOTO)
    (source / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (source / "folder").symlink_to(tmp_path)
    outside = ["../outside.jpg", str(tmp_path / "outside.jpg"), "link.jpg", "folder/outside.jpg", "x/../../outside.jpg",
               "..\\outside.jpg", "file://" + str(tmp_path / "outside.jpg"), "/etc/passwd", ".."]  # fmt: skip
    rows = [{"id": f"a{i}", "headline": "h", "body": "b", "images": [{"path": p}]} for i, p in enumerate(outside)]
    rows.append({"id": "good", "headline": "h", "body": "b", "images": [{"path": "inside.jpg"}]})
    path = source / f"articles.{kind}"
    if kind == "jsonl":
        path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    elif kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        lines = [f'{r["id"]},h,b,"{r["images"][0]["path"]}"' for r in rows]
        path.write_text("id,headline,body,images\n" + "\n".join(lines) + "\n")
    import_archive(path, tmp_path / "archive")
    with ArchiveStore.open(tmp_path / "archive") as store:
        kept = {
            a.article_id: [i for i in a.images if i.image_id] for a in store.articles([r["id"] for r in rows]).values()
        }
    assert [i for i, images in kept.items() if images] == ["good"], kept
    assert len([p for p in (tmp_path / "archive" / "images").rglob("*") if p.is_file()]) == 1


def test_a_bundle_has_its_own_members_and_no_others(place: Place, tmp_path: Path) -> None:
    whole = place.bench.export_case(place.case_id)
    before = place.files()
    for name in [n for n in names(place) if n and "\x00" not in n and len(n) < 200]:
        for replaced in (False, True):
            path = tmp_path / "bundle.zip"
            with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
                for info in old.infolist():
                    other = replaced and info.filename == "trail.json"
                    new.writestr(name if other else info.filename, old.read(info))
                if not replaced:
                    new.writestr(name, SECRET)
            with pytest.raises(CaseError):
                place.bench.import_case(path)
    for name in [n for n in names(place) if n != place.case_id]:
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
            for info in old.infolist():
                data = old.read(info)
                if info.filename == "manifest.json":
                    data = json.dumps(json.loads(data) | {"case_id": name}).encode()
                new.writestr(info.filename, data)
        with pytest.raises(CaseError):
            place.bench.import_case(path)
    linked = io.BytesIO()
    with zipfile.ZipFile(linked, "w") as new:
        info = zipfile.ZipInfo("manifest.json")
        info.external_attr = 0o120777 << 16  # a symbolic link
        new.writestr(info, str(place.secret))
    path.write_bytes(linked.getvalue())
    with pytest.raises(CaseError):
        place.bench.import_case(path)
    assert place.files() == before


def test_a_photographs_name_is_a_name(place: Place) -> None:
    for name in names(place):
        kept = clean_name(name)
        assert "/" not in kept and "\\" not in kept and len(kept) <= 120 and kept.isprintable() or kept == ""


def test_languages_prompts_and_profiles_are_those_that_there_are(place: Place, tmp_path: Path) -> None:
    (tmp_path / "xx.json").write_text('{"a": "b"}')
    for name in (*names(place), f"../../../..{tmp_path}/xx", "xx"):
        assert dict(language.catalogue(name)) == {}
        assert language.of_browser({"lang": name}, {language.COOKIE: name}, {"accept-language": name}) == "en"
        with pytest.raises(SettingsError):
            prompts.load(name)  # type: ignore[arg-type]
        with pytest.raises(SettingsError):
            prompts.load("synthesise", name)
        with pytest.raises(SettingsError):
            get_profile(name)


def test_a_list_names_photographs_of_its_own_folder(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "outside.jpg").write_bytes(PHOTO)
    (folder / "inside.jpg").write_bytes(PHOTO)
    (folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    wrong = [
        "../outside.jpg",
        str(tmp_path / "outside.jpg"),
        "link.jpg",
        "x/../../outside.jpg",
        "/etc/passwd",
        "..",
        "/",
    ]
    (folder / "list.csv").write_text("path\n" + "\n".join(["inside.jpg", *wrong]) + "\n")
    found = read_list(folder / "list.csv", Settings().batch)
    assert [e.name for e in found.entries] == ["inside.jpg"], found
    assert len(found.problems) == len(wrong)


def test_an_archive_is_opened_where_it_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    for name in ("../none", "none/../../x", "none"):
        with pytest.raises((ArchiveError, NewsctxError)), ArchiveStore.open(tmp_path / name):
            pass
    assert list(tmp_path.iterdir()) == []
