"""A case in one file: what comes out of it elsewhere is what went in, and what was altered is refused."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pytest
from conftest import QUERIES

from newsctx.audit import AuditEntry
from newsctx.case_bundle import MANIFEST, MEMBERS, unpack
from newsctx.case_replay import replay
from newsctx.cases import CaseStore
from newsctx.errors import CaseError
from newsctx.records import Claim, Inputs
from newsctx.settings import Settings
from newsctx.workbench import Workbench

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()
SETTINGS = Settings()


@pytest.fixture(scope="module")
def exported(demo_archive, models, tmp_path_factory):
    """A case with overrides, undo and a run, as a bundle."""
    folder = tmp_path_factory.mktemp("there")
    bench = Workbench(demo_archive, folder, models)
    case_id = bench.create_case(CROP, "crop.jpg", Inputs(note="Paris", claim=Claim(text="Flood of 2019")), "Ada")
    bench.override(case_id, {"action": "exclude", "article_id": "paris-flood-2", "reason": "another flood"}, "Ada")
    bench.override(case_id, {"action": "pin", "article_id": "kyoto-fire-1"}, "Bo")
    bench.undo(case_id, "Bo")
    *_, view = bench.run(case_id, "Ada")
    assert not view.running
    bench.rename(case_id, "Seine")
    bench.tag(case_id, ["flood"])
    path = bench.export_case(case_id, "Ada")
    kept = bench._cases.get(case_id), bench.trail(case_id), bench.view(case_id), path.read_bytes()
    bench.close()
    path.write_bytes(kept[3])
    return path, *kept[:3]


@pytest.fixture
def files(exported) -> dict[str, bytes]:
    with zipfile.ZipFile(exported[0]) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, files: dict[str, bytes], sealed: bool = True):
    """`sealed`: with a manifest that fits, as somebody makes it who alters a bundle on purpose."""
    if sealed:
        manifest = json.loads(files[MANIFEST])
        for name in MEMBERS:
            digest = hashlib.sha256(files[name]).hexdigest()
            manifest["members"][name] = {"sha256": digest, "bytes": len(files[name])}
        files = files | {MANIFEST: json.dumps(manifest).encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_case_comes_out_as_it_went_in(exported, tmp_path):
    path, case, trail, view = exported
    bundle = unpack(path, SETTINGS)
    store = CaseStore(tmp_path)
    assert store.take_in(bundle, "Cy") == case.case_id
    there = store.get(case.case_id)
    assert there == case and store.photo(there) == CROP
    assert [o.state for o in store.overrides(case.case_id)] == ["live", "undone"]
    assert store.trail(case.case_id)[:-1] == trail and store.verify(case.case_id) == ()
    last = store.trail(case.case_id)[-1]
    assert (last.what, last.who) == ("imported", "Cy")
    assert store.captions(case.case_id) == view.captions
    assert [e.what for e in store.trail("")] == ["case_imported"]
    assert [c.case_id for c in store.list("seine flood")] == [case.case_id]
    store.redo(case.case_id)
    assert [o.action for o in store.get(case.case_id).overrides] == ["exclude", "pin"]
    with pytest.raises(CaseError, match="has the case .* already"):
        store.take_in(bundle)
    store.close()


def test_the_manifest_says_what_computed_the_run_and_the_head_of_the_trail(exported):
    path, case, trail, view = exported
    manifest = unpack(path, SETTINGS).manifest
    assert manifest.case_id == case.case_id and manifest.archive == view.document.archive
    assert manifest.models == view.document.models and manifest.settings == view.document.settings
    assert (manifest.trail_entries, manifest.trail_head) == (len(trail), trail[-1].hash)
    assert trail[-1].what == "exported"


def test_the_same_archive_and_models_give_the_same_result(exported, demo_archive, models, tmp_path):
    bundle = unpack(exported[0], SETTINGS)
    bench = Workbench(demo_archive, tmp_path / "here", models)
    found = replay(bundle, bench.pipeline())
    bench.close()
    assert found.same and found.around == () and not found.moved_on
    assert not any(s.cached for s in found.document.status), "it was computed, not read"


def test_another_archive_and_other_settings_are_named_with_what_they_change(exported, make_archive, models, tmp_path):
    bundle = unpack(exported[0], SETTINGS)
    archive = make_archive(
        [{"id": "lone", "headline": "Flood in Paris", "body": "The Seine rose.", "published": "2018"}]
    )
    settings = Settings.model_validate({"events": {"window_days": 9}})
    bench = Workbench(archive, tmp_path / "here", models, settings)
    found = replay(bundle, bench.pipeline())
    bench.close()
    assert not found.same
    assert any(line.startswith("archive: version ") for line in found.around)
    assert any(line.startswith("setting events.window_days: ") and "9 here" in line for line in found.around)
    assert "photo" not in found.stages, "the photograph is read alike"
    retrieved = found.stages["retrieve"]
    first = bundle.document.stages.retrieve.hits[0].article_id
    assert f"article {first}: rank 1 there, not found here" in retrieved
    assert "caption" in found.stages


def test_a_changed_model_is_named(exported, demo_archive, models, tmp_path):
    bundle = unpack(exported[0], SETTINGS)
    slot = next(m for m in bundle.document.models if m.slot == "sentence")
    other = tuple(
        m.model_copy(update={"digest": "f" * 64}) if m.slot == "sentence" else m for m in bundle.document.models
    )
    bundle = bundle.model_copy(update={"document": bundle.document.model_copy(update={"models": other})})
    bench = Workbench(demo_archive, tmp_path / "here", models)
    found = replay(bundle, bench.pipeline())
    bench.close()
    assert found.same, "the results are the same all the same"
    assert found.around == (f"model sentence: {slot.name} ffffffffffff there, {slot.name} {slot.digest[:12]} here",)


def changed(name: str, old: bytes, new: bytes):
    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        assert old in files[name]
        return files | {name: files[name].replace(old, new, 1)}

    return change


ALTERED = {
    "a reason of the trail": (changed("trail.json", b"another flood", b"another fire "), "altered"),
    "who did it": (changed("trail.json", b'"who":"Bo"', b'"who":"Ed"'), "altered"),
    "an override": (changed("overrides.json", b"paris-flood-2", b"paris-flood-1"), "number 1 differs"),
    "the title": (changed("case.json", b"Seine", b"Loire"), "the title of the case"),
    "the photograph": (lambda f: f | {"photograph": f["photograph"] + b"x"}, "not the one of the case"),
    "another id": (changed("case.json", b'"case_id":"', b'"case_id":"x'), "not of one case"),
    "a path as the id": (
        lambda f: {n: (d.replace(json.loads(f[MANIFEST])["case_id"].encode(), b"../../x")) for n, d in f.items()},
        "manifest.json case_id",
    ),
    "an override of no kind": (changed("overrides.json", b'"action":"exclude"', b'"action":"explode"'), "override 1"),
    "no JSON": (lambda f: f | {"captions.json": b"[" * 100_000}, "captions.json"),
    "a document that is none": (lambda f: f | {"document.json": b'{"a":1}'}, "document.json"),
    "another member": (lambda f: f | {"../../evil": b"x"}, "'../../evil' does not belong there"),
}


@pytest.mark.parametrize("how", ALTERED)
def test_what_was_altered_is_refused_with_what_is_wrong(files, tmp_path, how):
    change, said = ALTERED[how]
    path = write(tmp_path / "b.zip", change(files))
    with pytest.raises(CaseError, match=said.replace(".", r"\.")):
        unpack(path, SETTINGS)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.zip"], "nothing is written to any path"


def test_an_altered_member_without_a_new_manifest_is_refused(files, tmp_path):
    path = write(tmp_path / "b.zip", changed("document.json", b"Paris", b"Parys")(files), sealed=False)
    with pytest.raises(CaseError, match="document.json is not what the manifest says"):
        unpack(path, SETTINGS)


def test_sizes_are_bounded_whatever_the_header_says(files, tmp_path):
    path = write(tmp_path / "b.zip", files | {"captions.json": b" " * 5_000_000 + files["captions.json"]})
    small = Settings.model_validate({"cases": {"bundle_bytes": 3_000_000}})
    assert path.stat().st_size < 3_000_000
    with pytest.raises(CaseError, match=r"larger than [\d,]+ bytes"):
        unpack(path, small)
    with pytest.raises(CaseError, match="photograph is larger than 1,000 bytes"):
        unpack(path, Settings.model_validate({"photo": {"max_bytes": 1000}}))


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x03\x04" + b"\0" * 60])
def test_what_is_no_bundle_is_a_clear_error(tmp_path, data):
    (tmp_path / "b.zip").write_bytes(data)
    with pytest.raises(CaseError, match="is no case bundle"):
        unpack(tmp_path / "b.zip", SETTINGS)
    with pytest.raises(CaseError, match="cannot be read"):
        unpack(tmp_path / "nowhere.zip", SETTINGS)


def test_a_torn_bundle_is_a_clear_error(exported, tmp_path):
    whole = exported[0].read_bytes()
    for size in range(10, len(whole), max(len(whole) // 12, 1)):
        (tmp_path / "b.zip").write_bytes(whole[:size])
        with pytest.raises(CaseError):
            unpack(tmp_path / "b.zip", SETTINGS)


def test_a_case_that_was_never_analysed_travels_and_cannot_be_replayed(demo_archive, models, tmp_path):
    bench = Workbench(demo_archive, tmp_path / "a", models)
    path = bench.export_case(bench.create_case(CROP, "crop.jpg"))
    with pytest.raises(CaseError, match="holds no run"):
        replay(unpack(path, SETTINGS), bench.pipeline())
    bench.close()
    other = Workbench(demo_archive, tmp_path / "b", models)
    assert other.view(other.import_case(path)).document is None
    other.close()


def test_a_trail_whose_hashes_fit_and_that_says_nonsense_is_refused(files, tmp_path):
    trail = json.loads(files["trail.json"])
    previous = ""
    for entry in trail:
        entry |= {"previous": previous, "detail": {"number": []} if entry["what"] == "override" else entry["detail"]}
        entry["hash"] = previous = AuditEntry.model_validate(entry).sealed()
    manifest = json.loads(files[MANIFEST]) | {"trail_head": previous}
    files |= {"trail.json": json.dumps(trail).encode(), MANIFEST: json.dumps(manifest).encode()}
    with pytest.raises(CaseError, match="cannot be replayed"):
        unpack(write(tmp_path / "b.zip", files), SETTINGS)
