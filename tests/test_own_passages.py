"""Passages by an analyst: an article's own words, found again wherever white space differs."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import QUERIES

from newsctx.archive.opened import open_archive
from newsctx.cache import StageCache
from newsctx.errors import OverrideError
from newsctx.overrides import parse_override, replay
from newsctx.own_passages import check_addition, check_edit, check_undone, occurrences
from newsctx.passages import chunk_id
from newsctx.pipeline import Pipeline, Request
from newsctx.records import Article, ArticleImage, Assessment, Hit, RelevanceResult
from newsctx.settings import ChunkSettings, Settings
from newsctx.stages import chunks
from newsctx.writers.extractive import ExtractiveWriter

BODY = "One stood here. Two came  by \tnight. Three slept. One stood here. Four woke."
ARTICLE = Article(article_id="a", headline="A night", abstract="They slept.", body=BODY,
                  images=(ArticleImage(caption="A lamp."),))  # fmt: skip
OTHER = Article(article_id="b", headline="B", body="Five ran away quickly. Six stayed behind.")
SETTINGS = ChunkSettings(method="sentences", sentence_top=1, widen=0)
FIRST, SECOND = (0, 15), (50, 65)  # the two places of "One stood here."
TWO = (16, 36)  # Two came  by \tnight.


def embed(texts):
    """1 for a text with the word of the query, 0 else."""
    return np.array([[1.0, 0.0] if texts[0] in t else [0.0, 1.0] for t in texts])


def run(query: str = "Two", **more):
    hits = [Hit(article_id="a", rank=1, score=1.0), Hit(article_id="b", rank=2, score=0.5)]
    return chunks.run(hits, {"a": ARTICLE, "b": OTHER}, query, embed, SETTINGS, **more)


def body(span: tuple[int, int]) -> str:
    return chunk_id("a", "body", *span)


def texts(result) -> list[str]:
    return [c.text for c in result.chunks]


@pytest.mark.parametrize(
    ("text", "within", "spans"),
    [
        ("Two came by\nnight.", BODY, [TWO]),
        (" Two\u00a0came\tby night. ", BODY, [TWO]),
        ("One stood here.", BODY, [FIRST, SECOND]),
        ("two came by night.", BODY, []),  # letters are the article's
        ("tood", BODY, []),  # half a word
        ("", BODY, []),
        (" \n ", BODY, []),
        ("came night", BODY, []),
        (".*", "a.*b .* c", [(1, 3), (5, 7)]),
        ("“Hallo”, sagte", "Er rief. “Hallo”,\nsagte sie", [(9, 23)]),
        ("東京の", "昨日東京の空は", [(2, 5)]),
        ("<b>bold</b>", "x <b>bold</b> y", [(2, 13)]),
    ],
)
def test_where_words_stand(text, within, spans):
    assert list(occurrences(text, within)) == spans


def test_five_thousand_characters_are_found_in_two_hundred_thousand():
    words = " ".join(f"word{i}" for i in range(40_000))[:200_000]
    part = words[100_000:105_000].partition(" ")[2].rpartition(" ")[0]
    ((start, end),) = occurrences(part.replace(" ", "\n"), words)
    assert words[start:end] == part


def test_a_text_that_nearly_repeats_the_words_everywhere_takes_no_hours():
    assert list(occurrences("a " * 2400 + "b", "a " * 100_000)) == []


def test_an_edited_chunk_has_the_articles_characters_its_own_address_and_where_it_is_from():
    plain = run()
    assert texts(plain)[0] == "Two came  by \tnight." and plain.chunks[0].chunk_id == body(TWO)
    (new, *_) = run(passages={body(TWO): "One stood here. Two came by night. Three slept."}).chunks
    assert new.text == BODY[0:49] == "One stood here. Two came  by \tnight. Three slept."
    assert (new.chunk_id, new.edited_from, new.score) == (body((0, 49)), body(TWO), 1.0)
    back = run(passages={body(TWO): "Two came by night."})
    assert back.chunks == plain.chunks and back.note == plain.note  # the same words are no edit


def test_of_two_places_the_nearer_one_is_taken():
    result = run("Four", passages={body((66, 76)): "One stood here."})  # Four woke.
    edited = next(c for c in result.chunks if c.edited_from)
    assert (edited.start, edited.end) == SECOND and edited.score == 0.0  # another closeness than Four woke.


def test_an_edited_chunk_is_decided_on_by_either_address_and_can_be_edited_again():
    edit = {body(TWO): "Two came by night. Three slept."}
    for address in (body(TWO), body((16, 49))):
        result = run(passages=edit, dropped=(address,))
        (dropped,) = [c for c in result.chunks if c.decision == "dropped"]
        assert (dropped.chunk_id, dropped.edited_from) == (body((16, 49)), body(TWO))
        kept = run(passages=edit, kept=(address,))
        assert [c.chunk_id for c in kept.chunks if c.decision == "kept"] == [body((16, 49))]
    twice = run(passages={**edit, body((16, 49)): "Three slept."})
    (last,) = [c for c in twice.chunks if c.edited_from]
    assert (last.text, last.edited_from) == ("Three slept.", body(TWO))


def test_an_added_passage_is_kept_and_found_in_any_field():
    result = run(own=(("a", "Three  slept."), ("a", "A night"), ("a", "A lamp."), ("b", "Six stayed\nbehind.")))
    own = {c.text: c for c in result.chunks if c.role == "analyst"}
    assert {t: c.field for t, c in own.items()} == {
        "Three slept.": "body", "A night": "headline", "A lamp.": "caption", "Six stayed behind.": "body",
    }  # fmt: skip
    assert all(c.decision == "kept" and c.score == 0.0 for c in own.values())
    assert len([c for c in run(own=(("a", "Two came by night."),)).chunks if "Two" in c.text]) == 1  # it was there
    gone = run(own=(("a", "Three slept."),), dropped=(body((37, 49)),))
    assert [c.decision for c in gone.chunks if c.text == "Three slept."] == ["dropped"]


def test_an_added_passage_reaches_the_writer_although_its_article_is_below_the_gate():
    weak = {"a": Assessment(probability=0.01, level="weak", passes=False)}
    rated = RelevanceResult(articles={**weak, "b": Assessment(probability=0.9, level="strong")}, gate=0.02)
    result = run(own=(("a", "Three slept."),), rated=rated)
    (own,) = [c for c in result.chunks if c.article_id == "a"]
    assert own.text == "Three slept." and own.relevance.passes


def test_what_is_no_longer_there_is_named():
    result = run(
        passages={"gone#body:1-5": "x", body(TWO): "Nobody came."}, own=(("never", "Six."), ("a", "Nobody came.")),
        kept=("gone#body:2-9", "no address"),
    )  # fmt: skip
    assert texts(result) == texts(run())
    for named in ("gone#body:1-5", body(TWO), "never: Six.", "and 1 more", "gone#body:2-9; no address"):
        assert named in result.note


@pytest.mark.parametrize(
    ("address", "text", "named"),
    [
        (body(TWO), "Two came by day.", "own words"),
        (body(TWO), "<img src=x onerror=alert(1)>", "own words"),
        (body(TWO), "A lamp.", "the body"),
        (body((5, 9999)), "Two came by night.", "no passage"),
        ("b#body:0-4", "Five", "no passage"),
        ("nonsense", "Two", "no passage"),
    ],
)
def test_an_edit_that_is_not_the_articles_words_is_refused(address, text, named):
    with pytest.raises(OverrideError, match=named):
        check_edit(address, text, {"a": ARTICLE})
    check_edit(body(TWO), "Three slept.", {"a": ARTICLE})


def test_only_ends_by_hand_are_taken_back():
    check_undone(body(TWO), {body(TWO): "Three slept."})
    with pytest.raises(OverrideError, match="no ends by hand"):
        check_undone(body((37, 49)), {body(TWO): "Three slept."})


def test_an_addition_that_is_not_the_articles_words_is_refused():
    with pytest.raises(OverrideError, match="'They ran.' does not stand.*own words"):
        check_addition(ARTICLE, "They ran.")
    check_addition(ARTICLE, "They slept.")


# --- through the pipeline -------------------------------------------------------------------------------------


def test_the_writer_quotes_an_added_and_an_edited_passage_and_the_check_guards_both(demo_archive, models, tmp_path):
    chosen = Settings()
    line = Pipeline(
        open_archive(demo_archive, models, chosen), models, chosen, StageCache(tmp_path), ExtractiveWriter()
    )
    photo = (QUERIES / "q02-paris-crop.jpg").read_bytes()

    def analyse(*actions: dict):
        overrides = tuple(parse_override(a) for a in actions)
        for i, one in enumerate(overrides):
            line.check(one, replay(overrides[:i]))
        *_, document = line.analyse(Request(photo, "crop.jpg", overrides=overrides))
        assert [s for s in document.status if s.state == "failed"] == []
        return document

    before = analyse()
    chunk = before.stages.chunks[0]
    article = line.archive.store.article(chunk.article_id)
    add = {"action": "add_chunk", "article_id": article.article_id, "text": article.headline}
    after = analyse(add)
    (own,) = [c for c in after.stages.chunks if c.role == "analyst"]
    assert (own.text, own.field, own.decision) == (article.headline, "headline", "kept")
    assert {s.name for s in after.status if not s.cached} == {"chunks", "context", "caption"}
    words = chunk.text.split()
    edit = {"action": "edit_chunk", "chunk_id": chunk.chunk_id, "text": " ".join(words[:-3])}
    edited = analyse(edit)
    assert any(c.edited_from == chunk.chunk_id and c.text.split() == words[:-3] for c in edited.stages.chunks)
    assert analyse(edit, {**edit, "text": None}).stages == before.stages
    with pytest.raises(OverrideError, match="own words"):
        analyse({**edit, "text": "The mayor resigned."})
    with pytest.raises(OverrideError, match="own words"):
        analyse({**add, "text": "The mayor resigned."})
    lost = analyse({"action": "cluster", "cluster_id": "never", "decision": "kept"},
                   {"action": "chunk", "chunk_id": "gone#body:1-2", "decision": "kept"})  # fmt: skip
    notes = {s.name: s.note for s in lost.status}
    assert "never" in notes["events"] and "gone#body:1-2" in notes["chunks"]
