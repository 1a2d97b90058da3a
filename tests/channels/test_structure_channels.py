"""The content, composite and visual channels on small archives, with a vector per text that can be read off."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from toy_index import MemoryStore, Slots, TopicEncoder, article, unit

from newsctx import placement
from newsctx.archive.enrich import Enricher
from newsctx.archive.importer import import_archive
from newsctx.archive.index import ArchiveIndex
from newsctx.archive.index_build import build_index
from newsctx.archive.opened import open_archive
from newsctx.archive.store import ArchiveStore
from newsctx.channels import composite, content, copy, visual
from newsctx.records import ArticleImage, ChannelResult, ModelInfo
from newsctx.settings import IndexSettings, RetrieveSettings, Settings, StructureSettings

K, S = RetrieveSettings(), StructureSettings()
FIRE, FLOOD, VOTE = unit(1, 0, 0, 0), unit(0, 1, 0, 0), unit(0, 0, 1, 0)
WORDS = {"fire": 0, "flood": 1, "vote": 2}
NOWHERE = Enricher(resolve=lambda text: None, link=lambda headline, abstract, body: (), digest="none")


class WordsAndColours:
    """A text's vector counts its words (fire, flood, vote, any other); a picture's is its mean red, green and blue."""

    def __init__(self) -> None:
        self.info = ModelInfo(slot="image_text", name="words and colours", digest="c" * 64, device="cpu")
        self.texts: list[str] = []

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        self.texts += texts
        rows = np.zeros((len(texts), 4), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").split():
                row[WORDS.get(word, 3)] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_images(self, images: list[np.ndarray]) -> np.ndarray:
        rows = np.stack([np.append(i.reshape(-1, 3).mean(axis=0), 0.0) for i in images]).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def picture(folder: Path, *colour: int, name: str = "", side: int = 40) -> tuple[str, Path]:
    """A picture of one colour in stripes with black: its sha256 and path."""
    pixels = np.zeros((side, side, 3), np.uint8)
    pixels[::2] = colour
    path = folder / f"{name or colour}.png"
    Image.fromarray(pixels).save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest(), path


def index_of(folder: Path, *articles: object, images: dict[str, Path] | None = None, **more) -> ArchiveIndex:
    store, slots = MemoryStore(articles, images), Slots(image_text=WordsAndColours())  # type: ignore[arg-type]
    build_index(store, slots, folder)
    return ArchiveIndex.open(folder, store.version, slots, **more)


def test_content_by_hand(tmp_path: Path) -> None:
    """a: 0.4 fire + 0.3 flood + 0.2 fire (the body) + 0.1 vote: (0.6, 0.3, 0.1), length 0.678.

    b: a headline alone is the whole vector, whatever it weighs. c: flood. d has no text.
    """
    index = index_of(
        tmp_path,
        article("a", "fire", abstract="flood", body="fire\nfire", captions=("vote",)),
        article("b", "fire fire flood"),
        article("c", "flood"),
        article("d"),
    )
    found = content.search(FIRE, index, K, S)
    assert (found.name, found.state) == ("content", "ran")
    expected = {"a": 0.6 / np.sqrt(0.46), "b": 2 / np.sqrt(5), "c": 0.0}
    assert [a for a, _ in found.hits] == ["b", "a", "c"]
    assert dict(found.hits) == pytest.approx(expected, abs=2e-6)
    captions = content.search(VOTE, index, K, StructureSettings(alpha={"captions": 1.0}))
    assert captions.hits == (("a", 1.0),)  # no other article has captions
    assert [a for a, _ in content.search(FIRE, index, RetrieveSettings(k=1), S).hits] == ["b"]


def test_the_body_is_the_mean_of_its_sections(tmp_path: Path) -> None:
    """Whole: (2, 1), cosine 2/sqrt(5) to fire; in two sections (1, 0) and (0, 1): 1/sqrt(2)."""
    store, slots, s = (
        MemoryStore([article("a", body="lead\nfire fire\nflood")]),
        Slots(),
        StructureSettings(alpha={"body": 1}),
    )
    slots.image_text = WordsAndColours()
    for most, expected in ((1, 2 / np.sqrt(5)), (2, 1 / np.sqrt(2))):
        settings = Settings(index=IndexSettings(sections=most))
        build_index(store, slots, tmp_path, settings)
        index = ArchiveIndex.open(tmp_path, "v1", slots, settings)
        assert dict(content.search(FIRE, index, K, s).hits) == pytest.approx({"a": expected}, abs=2e-6)


def test_equal_articles_are_ordered_by_id(tmp_path: Path) -> None:
    index = index_of(tmp_path, *(article(a, "fire", abstract="flood") for a in "dbeca"))
    assert [a for a, _ in content.search(FIRE, index, RetrieveSettings(k=3), S).hits] == ["a", "b", "c"]


def test_content_needs_an_encoder_weights_and_its_part(tmp_path: Path) -> None:
    index = index_of(tmp_path, article("a", "fire"))
    assert content.search(None, index, K, S).reason == "no image-text encoder is loaded"
    zero = StructureSettings(alpha={"headline": 0.0})
    assert "structure.alpha" in content.search(FIRE, index, K, zero).reason
    manifest = tmp_path / "index" / "manifest.json"
    older = json.loads(manifest.read_text())
    del older["parts"]["content"]  # an index of before there was such a part
    for name in ("sections", "photo_captions", "blank"):
        del older["settings"][name]
    manifest.write_text(json.dumps(older))
    index = ArchiveIndex.open(tmp_path, "v1", Slots(image_text=WordsAndColours()))
    for found in (content.search(FIRE, index, K, S), composite.search(FIRE, index, K, S)):
        assert found.state == "unavailable" and f"python -m newsctx index --archive {tmp_path}" in found.reason
    assert visual.search(FIRE, index, K).state == "ran"
    without = tmp_path / "without"
    without.mkdir()
    build_index(MemoryStore([article("a", "fire")]), Slots(), without)
    index = ArchiveIndex.open(without, "v1", Slots())
    for found in (content.search(FIRE, index, K, S), composite.search(FIRE, index, K, S)):
        assert found.reason == "no image-text encoder in this test"


def test_a_second_run_encodes_nothing_and_an_edited_caption_only_itself(tmp_path: Path) -> None:
    articles = [
        article("a", "fire", abstract="flood", body="vote.\nfire here.", captions=("smoke",)),
        article("b", "x"),
    ]
    build_index(MemoryStore(articles), Slots(image_text=WordsAndColours()), tmp_path)
    encoder = WordsAndColours()
    changed = [articles[0].model_copy(update={"captions": ("flood smoke",)}), articles[1]]
    build_index(MemoryStore(changed, version="v2"), Slots(image_text=encoder), tmp_path)
    assert encoder.texts == ["flood smoke"]
    index = ArchiveIndex.open(tmp_path, "v2", Slots(image_text=WordsAndColours()))
    assert dict(content.search(FLOOD, index, K, StructureSettings(alpha={"captions": 1})).hits) == pytest.approx(
        {"a": 1 / np.sqrt(2)}, abs=2e-6
    )


def with_pictures(base, *images: tuple[str, int | None]):
    found = tuple(ArticleImage(image_id=i, suffix=".png", position=p) for i, p in images)
    return base.model_copy(update={"images": found})


def test_photographs_alone_are_composed_where_no_article_has_a_text(tmp_path: Path) -> None:
    image_id, path = picture(tmp_path, 200, 0, 0, name="alone")
    index = index_of(tmp_path, with_pictures(article("a"), (image_id, None)), article("b"), images={image_id: path})
    vector = WordsAndColours().encode_images([np.full((8, 8, 3), (200, 0, 0), np.uint8)])[0]
    found = composite.search(vector, index, RetrieveSettings(), StructureSettings())
    assert [a for a, _ in found.hits] == ["a"] and found.parts["a"]["content"] == 0
    assert found.parts["a"]["visual"] == pytest.approx(1.0, abs=1e-5) and found.parts["a"]["position"] == 1


@pytest.fixture
def pictured(tmp_path: Path) -> tuple[ArchiveIndex, dict[str, str]]:
    """a: text of fire, red picture in the middle. b: text of vote, red at the end. c: text of fire, no picture. d: no
    text that counts, green picture at an unknown place and a yellow one beyond the last paragraph. e: neither."""
    files = {
        n: picture(tmp_path, *c) for n, c in (("red", (200, 0, 0)), ("green", (0, 200, 0)), ("both", (150, 150, 0)))
    }
    ids = {n: i for n, (i, _) in files.items()}
    body = "x\nx\nx"
    articles = (
        with_pictures(article("a", "fire", abstract="fire", body="fire\nfire\nfire"), (ids["red"], 1)),
        with_pictures(article("b", "vote", abstract="vote", body="vote\nvote\nvote"), (ids["red"], 2)),
        article("c", "fire", abstract="fire", body="fire"),
        with_pictures(article("d", body=body), (ids["green"], None), (ids["both"], 77)),
        article("e"),
    )
    return index_of(tmp_path, *articles, images=dict(files.values())), ids


def test_composite_by_hand(pictured: tuple[ArchiveIndex, dict[str, str]]) -> None:
    """Query: pure red = fire. The picture that counts for d is the yellow one (cosine 0.707), beyond the end: 0.6."""
    index, ids = pictured
    found = composite.search(FIRE, index, K, S)
    parts = {
        "a": (1.0, 1.0, 0.2),  # the middle of three paragraphs
        "b": (0.0, 1.0, 0.6),  # the last one
        "c": (1.0, 0.0, 0.0),  # no picture: neither visual nor position
        "d": (0.0, np.sqrt(0.5), 0.6),
    }
    for a, expected in parts.items():
        assert list(found.parts[a]) == ["content", "visual", "position"]
        assert list(found.parts[a].values()) == pytest.approx(expected, abs=1e-5)
    scores = {a: 0.3 * t + 0.5 * v + 0.2 * p for a, (t, v, p) in parts.items()}
    assert [a for a, _ in found.hits] == sorted(scores, key=lambda a: -scores[a])
    assert dict(found.hits) == pytest.approx(scores, abs=1e-5)
    assert found.evidence == {"a": ids["red"], "b": ids["red"], "d": ids["both"]}
    green = composite.search(FLOOD, index, K, S)
    assert green.evidence["d"] == ids["green"] and green.parts["d"]["position"] == 1.0  # unknown: the headline's


@pytest.mark.parametrize("k", [1, 2, 3, 100])
@pytest.mark.parametrize(
    "beta", [S.beta, {"content": 1.0}, {"visual": 1.0}, {"content": 0.5, "visual": 0.3, "position": 0.2}]
)
def test_composite_is_the_formula_over_the_united_candidates(
    pictured: tuple[ArchiveIndex, dict[str, str]], k: int, beta: dict[str, float]
) -> None:
    """Slow oracle: both channels' first k, scored one by one from complete rankings."""
    index, ids = pictured
    few, s = RetrieveSettings(k=k), StructureSettings(beta=beta)
    place = {("a", "red"): (1, 3), ("b", "red"): (2, 3), ("d", "green"): (None, 3), ("d", "both"): (77, 3)}
    names = {i: n for n, i in ids.items()}
    for query in (FIRE, FLOOD, unit(0.1, 0.3, 1, 0), unit(1, 2, 0.5, 0.3)):
        texts, pictures = content.search(query, index, K, s), visual.search(query, index, K)
        text, seen = dict(texts.hits), dict(pictures.hits)
        united = {a for r, n in ((texts, "content"), (pictures, "visual")) if beta.get(n) for a, _ in r.hits[:k]}
        expected = {}
        for a in united:
            at = place.get((a, names.get(pictures.evidence.get(a, ""), "")))
            stands = placement.score(*at, s) if at else 0.0
            score = beta.get("content", 0) * text.get(a, 0) + beta.get("visual", 0) * seen.get(a, 0)
            expected[a] = score + beta.get("position", 0) * stands
        best = sorted(expected, key=lambda a: (-round(expected[a], 5), a))[:k]
        found = composite.search(query, index, few, s)
        assert dict(found.hits) == pytest.approx({a: expected[a] for a in best}, abs=1e-5)
        handed = composite.search(
            query, index, few, s, (content.search(query, index, few, s), visual.search(query, index, few))
        )
        assert handed == found
        off = ChannelResult(name="content", state="off", reason="its weight is 0")
        assert composite.search(query, index, few, s, (off,)) == found


# --- bad pictures ---------------------------------------------------------------------------------------------


def import_world(folder: Path, rows: list[dict], sentence: object = None) -> tuple:
    (folder / "articles.jsonl").write_text("\n".join(json.dumps(r) for r in rows))
    summary = import_archive(folder / "articles.jsonl", folder / "archive", enricher=NOWHERE)
    slots = Slots(sentence, WordsAndColours())
    settings = Settings()
    with ArchiveStore.open(folder / "archive") as store:
        build_index(store, slots, folder / "archive", settings)
    return open_archive(folder / "archive", slots, settings), summary  # type: ignore[arg-type]


def test_missing_tiny_blank_and_misplaced_pictures(tmp_path: Path) -> None:
    picture(tmp_path, 200, 0, 0, name="red")
    picture(tmp_path, 200, 0, 0, name="tiny", side=6)
    Image.new("RGB", (64, 64), (255, 0, 0)).save(tmp_path / "blank.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    rows = [
        {"id": n, "headline": "vote", "body": "vote\nvote", "images": [{"path": p, "position": at}]}
        for n, p, at in (
            ("good", "red.png", 0), ("gone", "no.png", 0), ("tiny", "tiny.png", 0), ("blank", "blank.png", 0),
            ("broken", "broken.jpg", 0), ("far", "red.png", 99), ("before", "red.png", -1),
        )
    ]  # fmt: skip
    archive, summary = import_world(tmp_path, rows)
    said = " ".join(n.reason for n in summary.notes)
    assert "position 99 lies beyond the 2 paragraphs" in said and "position '-1'" in said and "6 x 6" in said
    index = archive.index
    found = visual.search(FIRE, index, K)
    assert sorted(a for a, _ in found.hits) == ["before", "far", "good"]  # the rest has no picture that shows anything
    assert index.manifest.parts["image_image"].missing == 1  # blank; what cannot be read is not in the archive at all
    parts = composite.search(FIRE, index, K, S).parts
    assert set(parts) == {r["id"] for r in rows}
    assert {a: p["position"] for a, p in parts.items()} == pytest.approx(
        {"good": 1.0, "before": 1.0, "far": 0.6, "gone": 0, "tiny": 0, "blank": 0, "broken": 0}
    )


def noise(seed: int) -> Image.Image:
    """A picture with features and a colour of its own."""
    draw = np.random.default_rng(seed)
    tint = {1: (1, 0.35, 0.25), 2: (0.2, 1, 0.35), 3: (0.3, 0.3, 1), 4: (0.5, 0.3, 0.9)}[seed]
    pixels = draw.integers(0, 256, (24, 36, 1), np.uint8) * np.array(tint)
    return Image.fromarray(pixels.astype(np.uint8)).resize((360, 240), Image.Resampling.BICUBIC)


def test_a_logo_in_six_articles_wins_neither_copy_nor_visual(tmp_path: Path) -> None:
    """Six stories of six years carry the logo, two of them beside a photograph of their own; a wire photo stands in
    five stories of one week. The query is the logo itself, then the wire photo."""
    for name, seed in (("logo", 1), ("wire", 2), ("own0", 3), ("own1", 4)):
        noise(seed).save(tmp_path / f"{name}.png")
    rows = [
        {
            "id": f"l{i}",
            "headline": "vote",
            "published": f"201{i}-03-01",
            "images": ["logo.png"] + [f"own{i}.png"] * (i < 2),
        }
        for i in range(6)
    ]
    rows += [
        {"id": f"w{i}", "headline": "vote", "published": f"2017-05-0{i + 1}", "images": ["wire.png"]} for i in range(5)
    ]
    archive, _ = import_world(tmp_path, rows)
    ids = {
        n: hashlib.sha256((tmp_path / f"{n}.png").read_bytes()).hexdigest() for n in ("logo", "wire", "own0", "own1")
    }
    assert archive.logos == {ids["logo"]: 6}
    index, settings = archive.index, Settings()

    def ask(name: str):
        pixels = np.asarray(noise({"logo": 1, "wire": 2}[name]))
        vector = WordsAndColours().encode_images([pixels])[0]
        found = copy.search(
            pixels,
            index.copy,
            settings.copy_detection,
            100,
            0,
            archive.store.articles_of_image,
            settings.verify,
            archive.logos,
        )
        return found[0], found[1], visual.search(vector, index, K), composite.search(vector, index, K, S)

    copied, matches, seen, whole = ask("logo")
    assert copied.state == "ran" and copied.hits == ()
    assert matches and not any(m.accepted for m in matches) and "stands in 6 articles" in matches[0].note
    order = [a for a, _ in seen.hits]
    assert sorted(order[:7]) == ["l0", "l1", "w0", "w1", "w2", "w3", "w4"]  # what has a photograph of its own
    assert order[7:] == ["l2", "l3", "l4", "l5"]
    assert {a: seen.evidence[a] for a in ("l0", "l1")} == {"l0": ids["own0"], "l1": ids["own1"]}
    assert dict(seen.hits)["l2"] == pytest.approx(1 / 6, abs=1e-5)  # the cosine 1, divided by its articles
    assert whole.parts["l2"]["visual"] == pytest.approx(1 / 6, abs=1e-5)
    assert whole.evidence["l0"] == ids["own0"] and whole.hits[0][0] not in ("l2", "l3", "l4", "l5")

    copied, _, seen, _ = ask("wire")  # one event in five papers is no logo
    assert sorted(a for a, _ in copied.hits) == [f"w{i}" for i in range(5)]
    assert sorted(a for a, _ in seen.hits[:5]) == [f"w{i}" for i in range(5)]
    assert dict(seen.hits)["w0"] == pytest.approx(1.0, abs=1e-5)


def test_words_tell_a_logo_of_one_day_from_a_wire_photo_of_one_day(tmp_path: Path) -> None:
    """Both pictures stand in four articles of 1 May 2017; only those of the wire photo tell the same."""
    for name, seed in (("logo", 1), ("wire", 2)):
        noise(seed).save(tmp_path / f"{name}.png")
    rows = [
        {"id": f"{picture}{i}", "headline": words, "published": "2017-05-01", "images": [f"{picture}.png"]}
        for picture, stories in (("logo", ("storm", "trial", "match", "launch")), ("wire", ("fire flood",) * 4))
        for i, words in enumerate(stories)
    ]
    archive, _ = import_world(tmp_path, rows, TopicEncoder())
    logo = hashlib.sha256((tmp_path / "logo.png").read_bytes()).hexdigest()
    assert archive.logos == {logo: 4}
    without, _ = import_world(tmp_path, rows)
    assert without.logos == {}  # by dates alone both are one event
