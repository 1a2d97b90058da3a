"""The second image encoder and the placement modulation: from the archive to the channels' hits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from toy_index import CPU, MemoryStore, Slots, TopicEncoder, article, load_tiny_clip, photo_file, save_tiny_timm

from newsctx.archive import manifest as manifests
from newsctx.archive.index import ArchiveIndex
from newsctx.archive.index_build import build_index
from newsctx.channels import visual, visual_second
from newsctx.encoders import ImageEncoder, ImageTextEncoder
from newsctx.errors import IndexMismatch
from newsctx.modulation import ModulationInfo, PlacementModulation
from newsctx.records import Article, ArticleImage
from newsctx.settings import CopySettings, Settings

SETTINGS = Settings(copy_detection=CopySettings(enabled=False), index={"batch": 4})


class World:
    """Six articles with two photographs each, at the top and at the bottom; `a5` shares its second one with `a4`."""

    def __init__(self, folder: Path) -> None:
        files = dict(photo_file(folder, seed) for seed in range(11))
        self.ids = list(files)
        self.articles = [self._article(n) for n in range(6)]
        self.store = MemoryStore(self.articles, files)

    def _article(self, n: int) -> Article:
        own = (self.ids[2 * n], self.ids[min(2 * n + 1, 10) if n < 5 else 9])
        images = tuple(ArticleImage(image_id=i, suffix=".png", position=p) for i, p in zip(own, (0, 2), strict=True))
        return article(f"a{n}", f"fire number {n}", body=f"flood {n}\nvote {n}\nstrike {n}", images=images)

    def pixels(self, n: int) -> np.ndarray:
        return np.asarray(Image.open(self.store.image_path(self.ids[n])).convert("RGB"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> ImageTextEncoder:
    return load_tiny_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> ImageEncoder:
    return ImageEncoder.load(save_tiny_timm(tmp_path_factory.mktemp("timm")), CPU)


def modulation(clip: ImageTextEncoder, seed: int | None = 0) -> PlacementModulation:
    """With random weights, or untrained."""
    info = ModulationInfo(name="placing", base_model="tiny", base_digest=clip.info.digest, dim=clip.dim, hidden=8)
    found = PlacementModulation(info)
    if seed is not None:
        torch.manual_seed(seed)
        with torch.no_grad():
            found.network[-1].weight.normal_(std=2.0)
    return found


def built(world: World, slots: Slots, folder: Path) -> ArchiveIndex:
    folder.mkdir(exist_ok=True)
    build_index(world.store, slots, folder, SETTINGS)
    return ArchiveIndex.open(folder, world.store.version, slots, SETTINGS)


def by_hand(world: World, encoder: ImageEncoder, query: np.ndarray) -> list[tuple[str, float]]:
    rows = {i: encoder.encode_images([world.pixels(n)])[0] for n, i in enumerate(world.ids)}
    scores = {a.article_id: max(float(rows[i] @ query) for i in a.image_ids) for a in world.articles}
    return sorted(scores.items(), key=lambda s: (-s[1], s[0]))


# --- the second encoder ---------------------------------------------------------------------------------------


def test_the_channel_ranks_articles_by_their_most_alike_photograph(
    world: World, second: ImageEncoder, tmp_path: Path
) -> None:
    index = built(world, Slots(second_image=second), tmp_path)  # also without an image-text encoder
    assert index.manifest.parts["image_second"].rows == 12 and index.manifest.parts["image_second"].missing == 0
    query = second.encode_images([world.pixels(3)])[0]
    found = visual_second.search(query, index, SETTINGS.retrieve)
    assert found.state == "ran" and found.hits[0][0] == "a1" and found.hits[0][1] == pytest.approx(1, abs=1e-5)
    wanted = by_hand(world, second, query)
    assert [a for a, _ in found.hits] == [a for a, _ in wanted]
    assert [s for _, s in found.hits] == pytest.approx([s for _, s in wanted], abs=1e-5)
    assert found.evidence["a1"] == world.ids[3], "the photograph that is alike"
    assert visual.search(None, index, SETTINGS.retrieve).state == "unavailable"


def test_both_encoders_keep_their_own_vectors(
    world: World, clip: ImageTextEncoder, second: ImageEncoder, tmp_path: Path
) -> None:
    index = built(world, Slots(TopicEncoder(), clip, second), tmp_path)
    assert {p: index.manifest.parts[p].rows for p in ("image_image", "image_second")} == {
        "image_image": 12, "image_second": 12,
    }  # fmt: skip
    for channel, encoder, slot in ((visual, clip, "image_image"), (visual_second, second, "image_second")):
        query = encoder.encode_images([world.pixels(0)])[0]
        hits = channel.search(query, index, SETTINGS.retrieve).hits
        assert hits[0][0] == "a0" and hits[0][1] == pytest.approx(1, abs=1e-5)
        assert index.rows(slot)[0].shape == (12, encoder.dim)


def test_a_photograph_that_cannot_be_read_is_left_out_and_counted(
    world: World, second: ImageEncoder, tmp_path: Path
) -> None:
    world.store.image_path(world.ids[3]).write_bytes(b"broken")
    index = built(world, Slots(second_image=second), tmp_path)
    assert (index.manifest.parts["image_second"].rows, index.manifest.parts["image_second"].missing) == (11, 1)
    found = visual_second.search(second.encode_images([world.pixels(4)])[0], index, SETTINGS.retrieve)
    assert found.hits[0][0] == "a2" and found.evidence["a2"] == world.ids[4], "tags still name the right photographs"


def test_what_was_encoded_before_a_kill_is_not_encoded_again(
    world: World, second: ImageEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, asked = ImageEncoder.encode_images, []

    def counted(self: ImageEncoder, images: Sequence[np.ndarray]) -> np.ndarray:
        if len(asked) == 2:
            asked.clear()
            raise KeyboardInterrupt
        asked.append(len(images))
        return plain(self, images)

    monkeypatch.setattr(ImageEncoder, "encode_images", counted)
    with pytest.raises(KeyboardInterrupt):
        build_index(world.store, Slots(second_image=second), tmp_path, SETTINGS)  # after two batches of four
    summary = build_index(world.store, Slots(second_image=second), tmp_path, SETTINGS)
    assert asked == [3], "eleven photographs, eight were done"
    assert summary.computed["photographs, second encoder"] == 3 and summary.kept["photographs, second encoder"] == 8
    monkeypatch.undo()
    assert build_index(world.store, Slots(second_image=second), tmp_path, SETTINGS).computed == {}


def test_without_one_the_channel_says_why(world: World, clip: ImageTextEncoder, tmp_path: Path) -> None:
    index = built(world, Slots(image_text=clip), tmp_path)
    found = visual_second.search(None, index, SETTINGS.retrieve)
    assert (found.state, found.reason) == ("unavailable", "no second image encoder in this test")
    assert index.manifest.parts["image_second"].state == "unavailable"


def test_an_index_without_it_or_of_another_one_is_refused_with_the_remedy(
    world: World, clip: ImageTextEncoder, second: ImageEncoder, tmp_path: Path
) -> None:
    built(world, Slots(image_text=clip), tmp_path)
    with pytest.raises(IndexMismatch, match="second image encoder: index built without one, settings ask for timm-dir"):
        ArchiveIndex.open(tmp_path, "v1", Slots(image_text=clip, second_image=second), SETTINGS)
    built(world, Slots(image_text=clip, second_image=second), tmp_path)
    other = ImageEncoder.load(save_tiny_timm(tmp_path / "other", 1), CPU, label=second.info.name)
    wrong = "second image encoder: index built with .*weights .*python -m newsctx index"
    with pytest.raises(IndexMismatch, match=wrong):
        ArchiveIndex.open(tmp_path, "v1", Slots(image_text=clip, second_image=other), SETTINGS)
    index = ArchiveIndex.open(tmp_path, "v1", Slots(image_text=clip), SETTINGS)  # its vectors lie unused
    assert visual_second.search(None, index, SETTINGS.retrieve).state == "unavailable"


def test_an_index_from_before_there_was_such_a_part_still_opens(
    world: World, clip: ImageTextEncoder, tmp_path: Path
) -> None:
    built(world, Slots(image_text=clip), tmp_path)
    path = tmp_path / "index" / manifests.FILE
    old = json.loads(path.read_text())
    del old["parts"]["image_second"]
    path.write_text(json.dumps(old))
    index = ArchiveIndex.open(tmp_path, "v1", Slots(image_text=clip), SETTINGS)
    assert visual.search(clip.encode_images([world.pixels(0)])[0], index, SETTINGS.retrieve).state == "ran"
    assert index.why_not("image_second")


# --- placement modulation -------------------------------------------------------------------------------------


def test_untrained_it_leaves_the_index_as_it_was(world: World, clip: ImageTextEncoder, tmp_path: Path) -> None:
    raw = built(world, Slots(image_text=clip), tmp_path / "raw")
    same = built(world, Slots(image_text=clip, modulation=modulation(clip, None)), tmp_path / "same")
    assert np.array_equal(raw.rows("image_image")[0], same.rows("image_image")[0])
    for n in range(11):
        query = clip.encode_images([world.pixels(n)])[0]
        assert visual.search(query, raw, SETTINGS.retrieve) == visual.search(query, same, SETTINGS.retrieve)


def test_trained_the_index_holds_modulated_vectors_of_each_place(
    world: World, clip: ImageTextEncoder, tmp_path: Path
) -> None:
    one = modulation(clip)
    index = built(world, Slots(image_text=clip, modulation=one), tmp_path)
    vectors, owners = index.rows("image_image")
    # by hand: a photograph at the top (0) reads `flood n` and the headline, at the bottom (1) `strike n`, `vote n`
    for n, wanted in enumerate(world.articles):
        for image, position, text in zip(
            wanted.image_ids, (0.0, 1.0), (f"flood {n}\nfire number {n}", f"strike {n}\nvote {n}"), strict=True
        ):
            raw = clip.encode_images([world.pixels(world.ids.index(image))])
            expected = one.apply(raw, np.array([position]), clip.encode_texts([text]))[0]
            assert any(np.allclose(expected, v, atol=1e-5) for v in vectors[owners == n])
            assert not np.allclose(expected, raw[0], atol=1e-2)
    shared = world.ids[9]  # of a4 and a5, at the bottom of both: the texts differ, and so do the vectors
    query = clip.encode_images([world.pixels(9)])[0]
    scores = dict(visual.search(query, index, SETTINGS.retrieve).hits)
    assert shared in world.articles[4].image_ids and shared in world.articles[5].image_ids
    assert scores["a4"] != scores["a5"]


def test_the_raw_vectors_stay_in_the_cache(world: World, clip: ImageTextEncoder, tmp_path: Path) -> None:
    built(world, Slots(image_text=clip), tmp_path)
    trained = build_index(world.store, Slots(image_text=clip, modulation=modulation(clip)), tmp_path, SETTINGS)
    assert trained.computed["photographs"] == 0 and trained.kept["photographs"] == 11
    again = build_index(world.store, Slots(image_text=clip, modulation=modulation(clip, 1)), tmp_path, SETTINGS)
    assert not any(again.computed.values()), "another modulation encodes nothing at all"
    assert again.manifest.version != trained.manifest.version


def test_an_index_of_another_modulation_is_refused(world: World, clip: ImageTextEncoder, tmp_path: Path) -> None:
    built(world, Slots(image_text=clip, modulation=modulation(clip)), tmp_path)
    with pytest.raises(IndexMismatch, match="placement modulation: index built with placing .weights .*settings ask"):
        ArchiveIndex.open(tmp_path, "v1", Slots(image_text=clip, modulation=modulation(clip, 1)), SETTINGS)
    with pytest.raises(IndexMismatch, match="index built with placing, settings ask for none"):
        ArchiveIndex.open(tmp_path, "v1", Slots(image_text=clip), SETTINGS)
    ArchiveIndex.open(tmp_path, "v1", Slots(), SETTINGS)  # nothing is searched with it
    built(world, Slots(image_text=clip), tmp_path)
    with pytest.raises(IndexMismatch, match="placement modulation: index built without one, settings ask for placing"):
        ArchiveIndex.open(tmp_path, "v1", Slots(image_text=clip, modulation=modulation(clip)), SETTINGS)
