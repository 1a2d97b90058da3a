"""Trails and bundles that somebody altered on purpose: what verification missed before, and what brought it down."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from newsctx.audit import AuditEntry
from newsctx.case_bundle import MANIFEST, MEMBERS, pack, unpack
from newsctx.cases import CaseStore
from newsctx.errors import CaseError
from newsctx.overrides import ApproveCaption, PinArticle
from newsctx.records import Caption, Inputs
from newsctx.settings import Settings

SETTINGS = Settings()
PHOTO = hashlib.sha256(b"x").hexdigest()


@pytest.fixture
def store(tmp_path):
    store = CaseStore(tmp_path / "state")
    yield store
    store.close()


@pytest.fixture
def case_id(store):
    """A case of Ada's with a pin and an approved caption."""
    case_id = store.create(b"x", PHOTO, "a.jpg", Inputs(), "Ada")
    store.append(case_id, PinArticle(article_id="a1"), "Ada")
    store.add_caption(case_id, Caption(text="A flood.", writer="extractive"))
    store.append(case_id, ApproveCaption(version=1), "Ada")
    assert store.verify(case_id) == ()
    return case_id


TAMPERED = [
    ("UPDATE overrides SET who = 'Eve' WHERE number = 1", "number 1 differs"),
    ("UPDATE cases SET filename = 'b.jpg'", "the filename of the case is 'b.jpg'"),
    ("UPDATE cases SET photo_sha256 = repeat('0', 64)", "the photo_sha256 of the case"),
    ("UPDATE captions SET caption = replace(caption, 'flood', 'fire')", "version 1 of the caption is not what"),
    ("DELETE FROM captions", "version 1 of the caption is not what"),
]


@pytest.mark.parametrize(("sql", "said"), TAMPERED, ids=[t[0] for t in TAMPERED])
def test_what_the_trail_says_of_photograph_name_and_caption_is_held_against_the_store(store, case_id, sql, said):
    store._execute(sql, [])
    assert any(said in p.problem for p in store.verify(case_id))


def test_another_file_in_the_photographs_place_shows(store, case_id):
    path = store._photo_path(PHOTO)
    path.write_bytes(b"y")
    assert [p.problem for p in store.verify(case_id)] == [
        "the photograph is another file than the one that was uploaded"
    ]
    path.unlink()
    (found,) = store.verify(case_id)
    assert found.problem.startswith("the photograph cannot be read")


def members(store: CaseStore, case_id: str, folder: Path) -> dict[str, bytes]:
    (folder / "whole.zip").write_bytes(pack(store.bundle(case_id)))
    with zipfile.ZipFile(folder / "whole.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sealed(trail: list[dict[str, Any]]) -> str:
    """Hash a forged trail anew; returns its head."""
    previous = ""
    for entry in trail:
        entry["previous"] = previous
        entry["hash"] = previous = AuditEntry.model_validate(entry).sealed()
    return previous


def forged(folder: Path, files: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED, **changed: Any) -> Path:
    """A bundle with other members whose manifest fits."""
    manifest = json.loads(files[MANIFEST])
    files = files | {f"{name}.json": json.dumps(value).encode() for name, value in changed.items()}
    if "trail" in changed:
        trail = json.loads(files["trail.json"])
        manifest |= {"trail_entries": len(trail), "trail_head": trail[-1]["hash"]}
    manifest["members"] = {n: {"sha256": hashlib.sha256(files[n]).hexdigest(), "bytes": len(files[n])} for n in MEMBERS}
    with zipfile.ZipFile(folder / "forged.zip", "w", kind) as archive:
        for name, data in (files | {MANIFEST: json.dumps(manifest).encode()}).items():
            archive.writestr(name, data)
    return folder / "forged.zip"


NUMBERS = {
    "one far ahead": (lambda trail: trail[-1].update(number=10**12), "the trail does not hold"),
    "one twice": (lambda trail: trail[-1].update(number=trail[-2]["number"]), "it was put in"),
    "none before the first": (lambda trail: trail[0].update(number=0), "it was put in"),
}


@pytest.mark.parametrize("how", NUMBERS)
def test_a_forged_trail_of_any_numbers_is_refused_at_once(store, case_id, tmp_path, how):
    change, said = NUMBERS[how]
    files = members(store, case_id, tmp_path)
    trail = json.loads(files["trail.json"])
    change(trail)
    sealed(trail)
    with pytest.raises(CaseError, match=said):
        unpack(forged(tmp_path, files, trail=trail), SETTINGS)


def test_an_override_with_a_number_that_no_store_holds_is_a_clear_error(store, case_id, tmp_path):
    files = members(store, case_id, tmp_path)
    trail, overrides = json.loads(files["trail.json"]), json.loads(files["overrides.json"])
    overrides[0]["number"] = trail[1]["detail"]["number"] = 2**40
    sealed(trail)
    bundle = unpack(forged(tmp_path, files, trail=trail, overrides=overrides), SETTINGS)
    other = CaseStore(tmp_path / "other")
    with pytest.raises(CaseError, match="holds what the store cannot"):
        other.take_in(bundle)
    assert other.list(archived=None) == () and other.trail("") == (), "nothing of it is kept"
    other.close()


def test_a_bundle_cannot_put_words_or_deeds_into_anybodys_mouth(store, case_id, tmp_path):
    files = members(store, case_id, tmp_path)
    overrides, captions = json.loads(files["overrides.json"]), json.loads(files["captions.json"])
    overrides[0]["who"] = "Eve"
    with pytest.raises(CaseError, match="number 1 differs"):
        unpack(forged(tmp_path, files, overrides=overrides), SETTINGS)
    captions[0]["caption"]["text"] = "A fire."
    with pytest.raises(CaseError, match="version 1 of the caption is not what was approved"):
        unpack(forged(tmp_path, files, captions=captions), SETTINGS)
    with pytest.raises(CaseError, match="not one row"):
        unpack(forged(tmp_path, files, captions=[captions[0] | {"number": 2}]), SETTINGS)


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_that_unfold_without_a_bound_are_refused(store, case_id, tmp_path, kind):
    with pytest.raises(CaseError, match="packed in another way"):
        unpack(forged(tmp_path, members(store, case_id, tmp_path), kind), SETTINGS)


def test_an_undo_takes_back_what_its_page_has_seen_and_no_newer_change(store, case_id):
    """Number 1 is the pin, 2 the approval; another page makes 3 while this one still shows 2."""
    store.append(case_id, PinArticle(article_id="a2"), "Bo")
    before = store.trail(case_id)
    with pytest.raises(CaseError, match="changed on another page"):
        store.undo(case_id, "Ada", seen=2)
    assert store.trail(case_id) == before
    store.undo(case_id, "Ada", seen=3)
    store.undo(case_id, "Ada", seen=3)  # pressed twice before the page is painted anew: the next one
    assert [o.state for o in store.overrides(case_id)] == ["live", "undone", "undone"]
    store.undo(case_id, "Ada")
    store.undo(case_id, "Ada", seen=0)
    assert store.get(case_id).undone == 3 and store.verify(case_id) == ()


@pytest.mark.parametrize("moment", ["zzzz", "9999", "2026-01-01<b>", "9999-12-31T23:59:59+00:00"])
def test_no_bundle_stands_at_the_top_of_the_list_for_good(store, case_id, tmp_path, moment):
    files = members(store, case_id, tmp_path)
    path = forged(tmp_path, files, case=json.loads(files["case.json"]) | {"updated": moment})
    other = CaseStore(tmp_path / "other")
    if "T" not in moment:
        with pytest.raises(CaseError, match="updated"):
            unpack(path, SETTINGS)
    else:
        case = other.get(other.take_in(unpack(path, SETTINGS)))
        assert case.updated < "9999" and case.created
    other.close()
