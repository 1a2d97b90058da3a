"""Changing the profile of a running workbench: nothing is lost, and whatever fails leaves the one in use."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from toy_index import photo_file, save_tiny_clip, save_tiny_timm

from newsctx import hub, profiles, switching
from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.store import ArchiveStore
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import ArchiveError, ModelUnavailable, NewsctxError, SettingsError
from newsctx.profiles import Cost, Profile
from newsctx.records import Inputs
from newsctx.settings import Settings
from newsctx.start import prepare_demo, start
from newsctx.state import remember_profile
from newsctx.switching import SwitchState
from newsctx.workbench import Workbench

PHOTOS = 5


@pytest.fixture
def archive(tmp_path: Path, models) -> Path:
    """Five articles with a photograph each, indexed without an image-text encoder."""
    rows = []
    (tmp_path / "source").mkdir()
    for seed in range(PHOTOS):
        _, path = photo_file(tmp_path / "source", seed)
        rows.append({"id": f"a{seed}", "headline": f"Flood number {seed}", "image": path.name, "places": ["Lyon"]})
    source = tmp_path / "source" / "articles.jsonl"
    source.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    import_archive(source, tmp_path / "archive")
    with ArchiveStore.open(tmp_path / "archive") as store:
        build_index(store, models, tmp_path / "archive", Settings())
    return tmp_path / "archive"


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profiles `clip` and `newsrecon` are two tiny random models, and two photographs are a batch."""
    for seed, name in enumerate(("clip", "newsrecon")):
        model = save_tiny_clip(tmp_path / name, seed)
        made = Profile(name, image_text=model, label=f"tiny {name}", cost=Cost(1, 1, "all"))
        monkeypatch.setitem(profiles._PROFILES, name, lambda made=made: made)


@pytest.fixture
def bench(archive: Path, models, tmp_path: Path) -> Iterator[Workbench]:
    settings = Settings(index={"batch": 2})
    with ArchiveStore.open(archive) as store:
        build_index(store, models, archive, settings)
    bench = Workbench(archive, tmp_path / "bench", models, settings)
    assert bench.archive_problem == ""
    yield bench
    bench.close()


def switch(bench: Workbench, name: str) -> SwitchState:
    *_, last = bench.switch_profile(name)
    assert last == bench.switch and not last.running
    return last


def analysed(bench: Workbench) -> str:
    """A case about an archived photograph, with an override."""
    path = bench._archive().store.image_path(bench._archive().store.image_ids()[0])
    case_id = bench.create_case(path.read_bytes(), "photo.png", Inputs(note="flood in Lyon"))
    bench.override(case_id, {"action": "exclude", "article_id": "a4", "reason": "another one"})
    *_, _ = bench.run(case_id)
    return case_id


def states(bench: Workbench, case_id: str) -> dict[str, str]:
    return {s.name: s.state for s in bench.view(case_id).document.status}


def choice(bench: Workbench, name: str):
    return next(c for c in bench.profile_choices() if c.name == name)


def manifest(bench: Workbench) -> bytes:
    return (bench._archive_dir / "index" / "manifest.json").read_bytes()


def test_a_switch_encodes_the_archive_and_what_depends_on_the_model_becomes_stale(bench, tiny):
    case_id = analysed(bench)
    before = choice(bench, "clip")
    assert (before.ready, before.photos_left, before.articles, before.current) == (False, PHOTOS, PHOTOS, False)
    assert choice(bench, "embedded").works
    last = switch(bench, "clip")
    assert last.phase == "done" and last.message == "Now searching with clip (tiny clip)."
    found = states(bench, case_id)
    assert found.pop("photo") == "fresh" and set(found.values()) == {"stale"}
    view = bench.view(case_id)
    assert view.document.archive.profile == "embedded", "the document still says what it was made with"
    assert [o.reason for o in view.document.overrides] == ["another one"]
    *_, after = bench.run(case_id)
    document = after.document
    assert set(states(bench, case_id).values()) == {"fresh"}
    assert (document.archive.profile, document.settings["profile"]) == ("clip", "clip")
    assert {m.slot: m.name for m in document.models}["image_text"] == "tiny clip"
    assert {c.name: c.state for c in document.stages.retrieve.channels}["visual"] == "ran"
    assert "a4" not in {h.article_id for h in document.stages.events.hits}, "overrides hold under every profile"
    now = choice(bench, "clip")
    assert (now.current, now.works, now.ready, now.photos_left, now.articles) == (True, True, True, 0, 0)
    assert bench.archive_info.profile == "clip"


def test_going_back_and_forth_encodes_nothing_twice(bench, tiny, monkeypatch):
    switch(bench, "clip")
    switch(bench, "newsrecon")
    assert choice(bench, "clip").ready and choice(bench, "clip").seconds is None
    asked: list[int] = []
    plain = ImageTextEncoder.encode_images
    monkeypatch.setattr(ImageTextEncoder, "encode_images", lambda s, images: (asked.append(1), plain(s, images))[1])
    for name in ("clip", "embedded", "newsrecon", "clip"):
        assert switch(bench, name).phase == "done"
        assert bench.archive_problem == "" and bench.pipeline().models.profile == name
    assert asked == []


def test_a_switch_encodes_with_the_second_image_encoder_and_says_where_it_is_missing(
    bench, tiny, tmp_path, monkeypatch
):
    monkeypatch.setenv("NEWSCTX_SECOND_IMAGE", f"timm-dir:{tmp_path / 'second'}")
    before = choice(bench, "clip")
    assert (before.second.weights, before.second.photos_left) == ("missing", PHOTOS)
    last = switch(bench, "clip")
    assert last.phase == "done", "the profile works without it"
    assert "Its second image encoder could not be loaded" in last.message and "no config.json" in last.message
    case_id = analysed(bench)
    channels = {c.name: c for c in bench.view(case_id).document.stages.retrieve.channels}
    assert channels["visual"].state == "ran"
    assert channels["visual_second"].state == "unavailable" and "no config.json" in channels["visual_second"].reason

    save_tiny_timm(tmp_path / "second")
    there = choice(bench, "clip")
    assert (there.works, there.second.weights, there.second.loaded) == (True, "here", False)
    last = switch(bench, "clip")  # the same profile again: now it is there
    assert (last.phase, last.message) == ("done", "Now searching with clip (tiny clip).")
    *_, after = bench.run(case_id)
    channels = {c.name: c for c in after.document.stages.retrieve.channels}
    assert (channels["visual_second"].state, channels["visual_second"].hits) == ("ran", PHOTOS)
    now = choice(bench, "clip")
    assert (now.ready, now.second.loaded, now.second.photos_left) == (True, True, 0)


def test_a_model_no_longer_in_use_gives_its_memory_back(bench, tiny):
    switch(bench, "clip")
    gone = weakref.ref(bench.models.image_text)
    switch(bench, "newsrecon")
    gc.collect()
    assert gone() is None


def test_missing_weights_without_a_network_are_refused_at_once_with_the_command(bench, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(hub, "reachable", lambda endpoint: False)
    monkeypatch.setattr(hub.time, "sleep", lambda seconds: pytest.fail(f"waited for {seconds} s"))
    case_id, index = analysed(bench), manifest(bench)
    fetch = "hf download laion/CLIP-ViT-B-32-laion2B-s34B-b79K open_clip_model.safetensors"
    assert choice(bench, "clip").weights == "missing" and choice(bench, "clip").fetch.startswith(fetch)
    last = switch(bench, "clip")
    assert last.phase == "failed" and last.message.startswith("Still using embedded. Image-text encoder 'ViT-B-32/")
    assert f"`{fetch}`" in last.message
    assert bench.models.profile == "embedded" and manifest(bench) == index
    assert set(states(bench, case_id).values()) == {"fresh"}


def test_an_encoder_that_fails_half_way_leaves_the_profile_in_use(bench, tiny, monkeypatch):
    case_id, index = analysed(bench), manifest(bench)

    def full(self, images):
        raise ModelUnavailable("tiny clip ran out of memory")

    monkeypatch.setattr(ImageTextEncoder, "encode_images", full)
    last = switch(bench, "clip")
    assert last.phase == "failed" and last.message == "Still using embedded. Tiny clip ran out of memory."
    assert manifest(bench) == index and set(states(bench, case_id).values()) == {"fresh"}
    *_, view = bench.run(case_id)
    assert view.document.archive.profile == "embedded"


def test_an_unforeseen_error_is_told_too(bench, tiny, monkeypatch):
    monkeypatch.setattr(ImageTextEncoder, "encode_images", lambda *_: 1 / 0)
    last = switch(bench, "clip")
    assert last.phase == "failed" and "ZeroDivisionError" in last.message and bench.models.profile == "embedded"
    monkeypatch.undo()


def test_an_index_that_cannot_be_opened_after_it_was_swapped_in_is_swapped_out_again(bench, tiny, monkeypatch):
    index, opened = manifest(bench), []

    def second_fails(*args):
        opened.append(args)
        raise ArchiveError("the index is damaged")

    monkeypatch.setattr(switching, "open_archive", second_fails)
    assert switch(bench, "clip").message == "Still using embedded. The index is damaged."
    assert len(opened) == 2 and manifest(bench) == index
    assert bench.pipeline().models.profile == "embedded"


def held(monkeypatch: pytest.MonkeyPatch, batches: int) -> tuple[threading.Event, threading.Event]:
    """The encoder waits after some batches of photographs: `reached` tells, `go` lets it go on."""
    reached, go, count, plain = threading.Event(), threading.Event(), [0], ImageTextEncoder.encode_images

    def wait(self, images):
        count[0] += 1
        if count[0] > batches:
            reached.set()
            assert go.wait(60)
        return plain(self, images)

    monkeypatch.setattr(ImageTextEncoder, "encode_images", wait)
    return reached, go


def test_a_cancelled_switch_keeps_the_profile_and_what_was_encoded(bench, tiny, monkeypatch):
    reached, go = held(monkeypatch, batches=1)
    news = bench.switch_profile("clip")
    assert reached.wait(60)
    assert bench.switch.phase == "encoding"
    bench.cancel_switch()
    assert bench.switch.cancelling
    go.set()
    *_, last = news
    assert last.phase == "cancelled" and last.message.startswith("Cancelled: still using embedded.")
    assert bench.models.profile == "embedded" and bench.archive_problem == ""
    assert choice(bench, "clip").photos_left == PHOTOS - 4, "two batches of two were done"
    assert switch(bench, "clip").phase == "done"


def test_analyses_go_on_during_a_switch_and_another_switch_has_to_wait(bench, tiny, monkeypatch):
    case_id = analysed(bench)
    reached, go = held(monkeypatch, batches=0)
    news = bench.switch_profile("clip")
    assert reached.wait(60)
    bench.override(case_id, {"action": "pin", "article_id": "a1"})
    *_, view = bench.run(case_id)
    assert view.document.archive.profile == "embedded" and set(states(bench, case_id).values()) == {"fresh"}
    with pytest.raises(NewsctxError, match="The switch to clip is still at work; cancel it first"):
        bench.switch_profile("newsrecon")
    also = bench.switch_profile("clip")
    go.set()
    *_, last = news
    *_, same = also
    assert last == same and last.phase == "done"
    assert states(bench, case_id)["retrieve"] == "stale"
    assert list(bench.follow_switch()) == []


def test_where_it_is_locked_nothing_is_switched(archive, models, tmp_path, tiny):
    bench = Workbench(archive, tmp_path / "bench", models, profile_locked="The owner chooses.")
    with pytest.raises(NewsctxError, match="The owner chooses"):
        bench.switch_profile("clip")
    with pytest.raises(SettingsError, match="unknown profile"):
        bench.switch_profile("../clip")
    assert bench.switch is None and bench.models.profile == "embedded"
    bench.close()


def test_a_read_only_archive_says_so(bench, monkeypatch):
    monkeypatch.setattr("newsctx.workbench.os.access", lambda path, mode: False)
    with pytest.raises(NewsctxError, match="read-only here"):
        bench.switch_profile("clip")


def test_an_archive_without_an_index_of_the_profile_in_use_is_indexed_from_here(archive, tmp_path, tiny):
    from newsctx.models import load

    bench = Workbench(archive, tmp_path / "bench", load("clip", "cpu"), Settings(profile="clip"))
    assert "python -m newsctx index" in bench.archive_problem
    wanted = choice(bench, "clip")
    assert (wanted.current, wanted.works, wanted.photos_left) == (True, False, PHOTOS)
    assert switch(bench, "clip").phase == "done"
    assert bench.archive_problem == "" and choice(bench, "clip").works
    bench.close()


def test_a_missing_archive_is_named(models, tmp_path, tiny):
    bench = Workbench(tmp_path / "nowhere", tmp_path / "bench", models)
    last = switch(bench, "clip")
    assert last.phase == "failed" and "There is no archive folder" in last.message
    bench.close()


def started(archive: Path, state: Path, settings: Settings | None = None) -> str:
    bench = start(archive, state, settings)
    try:
        assert bench.archive_problem == ""
        return bench.models.profile
    finally:
        bench.close()


def test_the_choice_holds_at_the_next_start_unless_another_is_named(archive, tmp_path, tiny, monkeypatch):
    monkeypatch.delenv("NEWSCTX_PROFILE", raising=False)
    monkeypatch.delenv("SPACE_ID", raising=False)
    state = tmp_path / "bench"
    bench = start(archive, state)
    assert bench.models.profile == "embedded"
    switch(bench, "clip")
    bench.close()
    assert started(archive, state) == "clip"
    assert started(archive, tmp_path / "elsewhere") == "embedded", "another state folder knows nothing of it"
    assert started(archive, state, Settings(profile="embedded")) == "embedded"
    monkeypatch.setenv("NEWSCTX_PROFILE", "embedded")
    assert started(archive, state) == "embedded"
    monkeypatch.delenv("NEWSCTX_PROFILE")
    remember_profile(state, archive, "of-the-future")
    assert started(archive, state) == "embedded"


def test_the_demonstration_archive_serves_every_profile_from_one_folder(tmp_path, models, tiny):
    from newsctx.models import load

    source = tmp_path / "articles.jsonl"
    source.write_text(json.dumps({"id": "a", "headline": "Flood in Lyon"}) + "\n", encoding="utf-8")
    first = prepare_demo(tmp_path / "state", models, Settings(), source)
    runs: list[Path] = []

    with pytest.MonkeyPatch.context() as patch:
        imported: Callable[..., object] = lambda *a: runs.append(a)  # noqa: E731
        patch.setattr("newsctx.start.import_archive", imported)
        again = prepare_demo(tmp_path / "state", load("clip", "cpu"), Settings(profile="clip"), source)
    assert again == first and runs == [], "what is imported is only indexed"
