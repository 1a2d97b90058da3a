import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from toy_index import MemoryStore, Slots, TopicEncoder, article, load_tiny_clip, photo_file, with_photo

from newsctx.archive import index_texts
from newsctx.archive.index import ArchiveIndex
from newsctx.archive.index_build import build_index
from newsctx.channels import image_text, visual, words_ocr
from newsctx.errors import ArchiveError, IndexMismatch
from newsctx.records import ArticleImage, ChannelResult
from newsctx.settings import IndexSettings, RetrieveSettings, Settings

K = RetrieveSettings()
ARTICLES = (
    article("a", "fire fire", day="2017-05-01", place="Paris (France)", body="vote\nstrike"),
    article("b", "fire flood", day="2017-05"),
    article("c", "vote", place="Rome"),
    article("d", "storm trial"),
    article("e"),  # neither text, date, place nor photo
)


def _build(store: MemoryStore, slots: Slots, folder: Path, settings: Settings | None = None) -> ArchiveIndex:
    build_index(store, slots, folder, settings)
    return ArchiveIndex.open(folder, store.version, slots, settings)


def _words(text: str, index: ArchiveIndex, slots: Slots, share: float = 0.5) -> ChannelResult:
    return words_ocr.search(text, index, slots.sentence, Settings.model_validate({"words": {"interpolation": share}}))


@pytest.mark.parametrize("size", [0, 1, 5])
def test_small_archives_build_and_search(tmp_path: Path, size: int) -> None:
    slots = Slots(TopicEncoder(), load_tiny_clip(tmp_path / "clip"))
    index = _build(MemoryStore(ARTICLES[:size]), slots, tmp_path)
    assert index.article_ids == tuple("abcde"[:size])
    for share in (0, 0.5, 1):
        assert [a for a, _ in _words("fire", index, slots, share).hits] == list("ab"[:size])
    vector = slots.image_text.encode_images([np.zeros((32, 32, 3), np.uint8)])[0]
    assert len(image_text.search(vector, index, K).hits) == min(size, 4)  # e has no text
    assert visual.search(vector, index, K).state == "ran"
    assert len(index.copy) == 0


def test_dense_scores_by_hand_and_the_floor(tmp_path: Path) -> None:
    """fire: a's lead is all fire (1), b's half (0.7071); a's second passage answers strike; d answers nothing."""
    slots = Slots(TopicEncoder())
    index = _build(MemoryStore(ARTICLES), slots, tmp_path)
    found = _words("fire", index, slots, 0)
    assert [(a, round(s, 4)) for a, s in found.hits] == [("a", 1.0), ("b", 0.7071)]
    found = _words("strike", index, slots, 0)
    assert (found.hits, found.evidence) == ((("a", pytest.approx(1.0)),), {"a": "body passage 2"})
    assert _words("launch", index, slots, 0).hits == ()


def test_images_and_captions_are_searched_by_the_best_of_each_article(tmp_path: Path) -> None:
    from PIL import Image

    (one, path1), (two, path2) = photo_file(tmp_path, 1), photo_file(tmp_path, 2)
    gone = "0" * 64
    articles = (
        with_photo(ARTICLES[0], one, two).model_copy(update={"captions": ("a fire", "a roof")}),
        with_photo(ARTICLES[1], two, gone),
        ARTICLES[2],
    )
    clip = load_tiny_clip(tmp_path / "clip")
    slots = Slots(TopicEncoder(), clip)
    store = MemoryStore(articles, {one: path1, two: path2})
    index = _build(store, slots, tmp_path)
    pixels = [np.asarray(Image.open(p).convert("RGB")) for p in (path1, path2)]
    vectors = clip.encode_images(pixels)
    found = visual.search(vectors[0], index, K)
    oracle = {"a": 1.0, "b": float(vectors[0] @ vectors[1])}
    assert dict(found.hits) == pytest.approx(oracle, abs=1e-5)
    assert found.evidence == {"a": one, "b": two}
    assert index.manifest.parts["image_image"].missing == 1
    texts = clip.encode_texts(["a fire", "a roof", "fire flood", "vote"])
    expected = {
        "a": max(vectors[0] @ texts[0], vectors[0] @ texts[1]),
        "b": vectors[0] @ texts[2],
        "c": vectors[0] @ texts[3],
    }
    assert dict(image_text.search(vectors[0], index, K).hits) == pytest.approx(expected, abs=1e-5)
    assert index.bi_scores(vectors[0], ["c", "a", "nobody"]) == pytest.approx({k: expected[k] for k in "ca"}, abs=1e-5)
    location = clip.encode_texts(["An image from Paris (France)"])[0]
    assert np.allclose(index.location_vectors(["a", "b"])["a"], location, atol=1e-5)
    assert list(index.location_vectors(["a", "b"])) == ["a"]
    assert set(index.copy.image_ids) <= {one, two}


def test_channels_without_an_encoder_say_why(tmp_path: Path) -> None:
    index = _build(MemoryStore(ARTICLES), Slots(), tmp_path)
    assert image_text.search(None, index, K).reason == "no image-text encoder in this test"
    assert visual.search(None, index, K).state == "unavailable"
    found = _words("fire", index, Slots())
    assert (found.state, found.reason) == ("ran", "by BM25 alone: no sentence encoder in this test")
    assert index.bi_scores(np.ones(16, np.float32), ["a"]) == index.location_vectors(["a"]) == {}


def test_the_second_run_computes_nothing_and_a_changed_article_only_itself(tmp_path: Path) -> None:
    build_index(MemoryStore(ARTICLES), Slots(TopicEncoder()), tmp_path)
    encoder = TopicEncoder()
    assert build_index(MemoryStore(ARTICLES), Slots(encoder), tmp_path).computed.get("texts", 0) == 0
    changed = (*ARTICLES[:3], article("d", "storm launch"), ARTICLES[4])
    summary = build_index(MemoryStore(changed, version="v2"), Slots(encoder), tmp_path)
    assert encoder.encoded == ["storm launch"]
    assert (summary.computed["texts"], summary.kept["texts"]) == (1, 4)  # leads of a, b, c; vote is c's and a passage
    index = ArchiveIndex.open(tmp_path, "v2", Slots(encoder))
    assert [a for a, _ in _words("launch", index, Slots(), 1).hits] == ["d"]


def test_an_index_of_another_model_is_refused_with_both_names(tmp_path: Path) -> None:
    _build(MemoryStore(ARTICLES), Slots(TopicEncoder()), tmp_path)
    other = Slots(TopicEncoder("better", "b" * 64))
    with pytest.raises(IndexMismatch, match=r"built with topics, settings ask for better; run `python -m newsctx"):
        ArchiveIndex.open(tmp_path, "v1", other)
    retrained = Slots(TopicEncoder("topics", "b" * 64))  # the same name: the weights tell them apart
    with pytest.raises(IndexMismatch, match=r"topics \(weights aaaa.*topics \(weights bbbb"):
        ArchiveIndex.open(tmp_path, "v1", retrained)
    with pytest.raises(IndexMismatch, match="image-text encoder: index built without one, settings ask for local-dir"):
        ArchiveIndex.open(tmp_path, "v1", Slots(TopicEncoder(), load_tiny_clip(tmp_path / "clip")))
    assert ArchiveIndex.open(tmp_path, "v1", Slots()).why_not("words_dense")  # no model asked for: nothing to compare


def test_an_index_of_another_archive_version_or_settings_is_refused(tmp_path: Path) -> None:
    slots = Slots(TopicEncoder())
    _build(MemoryStore(ARTICLES), slots, tmp_path)
    with pytest.raises(IndexMismatch, match=r"version v1 .* now at v2; run `.*--profile toy`"):
        ArchiveIndex.open(tmp_path, "v2", slots)
    with pytest.raises(IndexMismatch, match=r"bm25_k1 1.5 against 1.2"):
        ArchiveIndex.open(tmp_path, "v1", slots, Settings(index=IndexSettings(bm25_k1=1.2)))


def test_no_index_and_damaged_ones_name_the_remedy(tmp_path: Path) -> None:
    slots = Slots(TopicEncoder())
    with pytest.raises(ArchiveError, match="has no index yet; run `python -m newsctx index"):
        ArchiveIndex.open(tmp_path, "v1", slots)
    index = _build(MemoryStore(ARTICLES), slots, tmp_path)
    folder = tmp_path / "index" / index.manifest.version
    (folder / "words_dense" / "vectors.npy").write_bytes(b"")
    with pytest.raises(ArchiveError, match="damaged.*delete"):
        ArchiveIndex.open(tmp_path, "v1", slots)
    manifest = tmp_path / "index" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 99}))
    with pytest.raises(IndexMismatch, match="format 99, this program reads"):
        ArchiveIndex.open(tmp_path, "v1", slots)
    manifest.write_text("{")
    with pytest.raises(ArchiveError, match="damaged"):
        ArchiveIndex.open(tmp_path, "v1", slots)
    shutil.rmtree(tmp_path / "index")
    assert _build(MemoryStore(ARTICLES), slots, tmp_path).article_ids == tuple("abcde")


def test_a_reader_goes_on_over_a_swap_and_notices_it(tmp_path: Path) -> None:
    slots = Slots(TopicEncoder())
    index = _build(MemoryStore(ARTICLES), slots, tmp_path)
    assert not index.stale()
    build_index(MemoryStore(ARTICLES[:2], version="v2"), slots, tmp_path)
    assert index.stale()
    assert [a for a, _ in _words("vote", index, slots, 0).hits][:2] == ["a", "c"]
    build_index(MemoryStore(ARTICLES[:1], version="v3"), slots, tmp_path)
    versions = [p.name for p in (tmp_path / "index").iterdir() if len(p.name) == 16]
    assert len(versions) == 2  # the new one and the one before


def test_a_second_run_at_the_same_time_is_refused(tmp_path: Path) -> None:
    from newsctx.archive.index_build import _only_run

    (tmp_path / "index").mkdir()
    with _only_run(tmp_path / "index"), pytest.raises(ArchiveError, match="another index run"):
        build_index(MemoryStore(ARTICLES), Slots(TopicEncoder()), tmp_path)


def test_progress_counts_articles_up_to_all_of_them(tmp_path: Path) -> None:
    seen: dict[str, list[tuple[int, int]]] = {}
    build_index(
        MemoryStore(ARTICLES), Slots(TopicEncoder()), tmp_path, None,
        lambda what, done, total: seen.setdefault(what, []).append((done, total)),
    )  # fmt: skip
    assert seen["article texts"][-1] == (5, 5)
    assert [d for d, _ in seen["article texts"]] == sorted(d for d, _ in seen["article texts"])


def test_an_index_of_before_photo_captions_were_words_still_serves_until_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    captioned = article("a", "fire", images=(ArticleImage(caption="A zebra"),))
    slots, store = Slots(TopicEncoder()), MemoryStore([captioned])
    with monkeypatch.context() as before:
        before.setattr(index_texts, "REVISION", 1)
        before.setattr(index_texts, "words", lambda a: f"{a.headline}\n{a.body}")
        old = _build(store, slots, tmp_path)
    assert old.words("zebra", 5) == [] and [a for a, _ in old.words("fire", 5)] == ["a"]
    opened = ArchiveIndex.open(tmp_path, "v1", slots)
    assert (opened.version, opened.stale()) == (old.version, False)
    new = _build(store, slots, tmp_path)
    assert old.stale() and [a for a, _ in new.words("zebra", 5)] == ["a"]
