"""The word channels: BM25 and sentence vectors interpolated, phrases, what a note leaves out."""

import math
from pathlib import Path

import numpy as np
import pytest
from toy_index import MemoryStore, Slots, TopicEncoder, article

from newsctx.archive.index import ArchiveIndex
from newsctx.archive.index_build import build_index
from newsctx.archive.words import tokens
from newsctx.channels import words_note, words_ocr
from newsctx.records import Article, ArticleImage, ChannelResult
from newsctx.settings import Settings
from newsctx.wordquery import parse


class World:
    """A small archive that is searched with notes and with legible text."""

    def __init__(self, folder: Path, *articles: Article, encoder: bool = True) -> None:
        self.slots = Slots(TopicEncoder() if encoder else None)
        self.articles = {a.article_id: a for a in articles}
        build_index(MemoryStore(articles), self.slots, folder)
        self.index = ArchiveIndex.open(folder, "v1", self.slots)

    def note(self, note: str, **settings: object) -> ChannelResult:
        return words_note.search(
            parse(note), self.index, self.slots.sentence, Settings.model_validate(settings),
            lambda ids: {a: self.articles[a] for a in ids},
        )  # fmt: skip

    def ocr(self, text: str, **settings: object) -> ChannelResult:
        return words_ocr.search(text, self.index, self.slots.sentence, Settings.model_validate(settings))


def ids(found: ChannelResult) -> list[str]:
    return [a for a, _ in found.hits]


FIVE = (
    article("a", "fire hotel"), article("b", "fire fire"), article("c", "flood"), article("d", "zebra"),
    article("e", body="fire flood"),
)  # fmt: skip


def test_scores_and_parts_by_hand(tmp_path: Path) -> None:
    """Query `fire`: 3 of 5 articles hold it, idf = ln(1 + 2.5/3.5). Lengths 2 2 1 1 2, mean 1.6, so norm at length 2 is
    1.5 (0.25 + 0.75 * 2/1.6) = 1.78125: a and e get 1/2.78125 of the idf, b 2/3.78125. Meaning: a = (1, other 1), so
    cosine 0.7071; b 1; e's passage (fire, flood) 0.7071. Score = half of each, divided by the idf as the bound."""
    found = World(tmp_path, *FIVE).note("fire")
    single, double = 1 / 2.78125, 2 / 3.78125
    expected = {"b": (double, 1.0), "a": (single, 0.5**0.5), "e": (single, 0.5**0.5)}
    assert ids(found) == ["b", "a", "e"]
    for key, (bm25, dense) in expected.items():
        assert found.parts[key] == {"bm25": pytest.approx(bm25, rel=1e-5), "dense": pytest.approx(dense, rel=1e-5)}
    assert dict(found.hits) == pytest.approx({k: (b + d) / 2 for k, (b, d) in expected.items()}, rel=1e-5)
    assert found.evidence == {"b": "headline and abstract", "a": "headline and abstract", "e": "body passage 1"}


def test_a_word_that_no_article_has_counts_in_the_bound(tmp_path: Path) -> None:
    world = World(tmp_path, *FIVE, encoder=False)
    alone, half = world.ocr("zebra").parts["d"]["bm25"], world.ocr("zebra giraffe").parts["d"]["bm25"]
    zebra, giraffe = math.log(1 + 4.5 / 1.5), math.log(1 + 5.5 / 0.5)
    assert half == pytest.approx(alone * zebra / (zebra + giraffe), rel=1e-5)


def test_words_that_name_no_topic_are_told_as_evidence(tmp_path: Path) -> None:
    articles = (article("a", "fire zebra lion"), article("b", "flood zebra"))
    found = World(tmp_path, *articles, encoder=False).ocr('"Lions", zebras!')
    assert found.evidence == {"a": "words: Lions, zebras", "b": "words: zebras"}  # the rarest first, as written


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_the_union_is_scored_like_the_slow_way(tmp_path: Path, share: float) -> None:
    """Every article scored from its own text, one after the other, against the two lists cut at k = 7 and united."""
    rng = np.random.default_rng(5)
    vocabulary = ["fire", "flood", "vote", "storm", "zebra", "lion", "the", "São", "hotel", "bridge"]
    texts = [" ".join(rng.choice(vocabulary, rng.integers(1, 9))) for _ in range(60)]
    articles = [article(f"n{i:02}", t, body="\n".join(rng.choice(texts, 2))) for i, t in enumerate(texts)]
    world = World(tmp_path, *articles)
    query, k = "fire hotel lion lion sao", 7
    encoder, settings = TopicEncoder(), {"retrieve": {"k": k}, "words": {"interpolation": share}}
    documents = {a.article_id: tokens(f"{a.headline}\n{a.body}") for a in articles}
    mean = sum(map(len, documents.values())) / len(documents)

    def idf(term: str) -> float:
        n = sum(term in d for d in documents.values())
        return math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))

    def bm25(document: list[str]) -> float:
        norm = 1.5 * (0.25 + 0.75 * len(document) / mean)
        parts = [idf(t) * document.count(t) / (document.count(t) + norm) for t in tokens(query)]
        return sum(parts) / sum(idf(t) for t in tokens(query))

    vector = encoder.encode([query])[0]
    sparse = {a: bm25(d) for a, d in documents.items()}
    dense = {
        a.article_id: max(float(v @ vector) for v in encoder.encode([a.headline, *a.body.split("\n")]))
        for a in articles
    }
    top = [
        a
        for side, weight in ((sparse, share), ({a: d for a, d in dense.items() if d >= 0.35}, 1 - share))
        for a in sorted(side, key=lambda a: (-round(side[a], 5), a))[:k]
        if weight > 0 and side[a] > 0
    ]
    score = {a: share * sparse[a] + (1 - share) * dense[a] for a in top}
    found = world.note(query, **settings)
    assert dict(found.hits) == pytest.approx(
        {a: score[a] for a in sorted(score, key=lambda a: (-round(score[a], 5), a))[:k]}, rel=1e-4
    )
    assert len(found.hits) == k


def test_without_an_encoder_bm25_alone_and_without_words_meaning_alone(tmp_path: Path) -> None:
    world = World(tmp_path, *FIVE)
    bare = World(tmp_path / "bare", *FIVE, encoder=False) if (tmp_path / "bare").mkdir() is None else world
    found = bare.note("fire")
    assert (found.state, found.reason) == ("ran", "by BM25 alone: no sentence encoder in this test")
    assert found.hits[0] == ("b", pytest.approx(2 / 3.78125, rel=1e-5)) and found.parts["b"].keys() == {"bm25"}
    found = world.note("what is there")  # stop words: all of the vector is its last dimension, like d's zebra
    assert found.reason.startswith("by meaning alone: ") and ids(found)[0] == "d"
    assert found.parts["d"] == {"dense": pytest.approx(1)}
    found = bare.note("what is there")
    assert found.state == "unavailable" and "no sentence encoder" in found.reason and "common words" in found.reason


def test_nothing_to_search_with_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, *FIVE)
    assert (world.note(" \n").state, world.note(" \n").reason) == ("no_query", "no note")
    assert "only what to leave out" in world.note("after:2017 -fire").reason
    assert world.ocr("").reason == "no text in the photograph"


def test_equal_scores_are_ordered_by_article_id_and_cut_at_k(tmp_path: Path) -> None:
    world = World(tmp_path, *(article(a, "fire") for a in "dbca"))
    for share in (0, 0.5, 1):
        assert ids(world.ocr("fire", retrieve={"k": 2}, words={"interpolation": share})) == ["a", "b"]


def test_words_of_another_script_find_their_article(tmp_path: Path) -> None:
    world = World(tmp_path, article("ja", "東京で大きな火事"), article("ru", "Взрыв в Москве"), article("en", "fire"))
    assert ids(world.ocr("火事 東京", words={"interpolation": 1})) == ["ja"]
    assert ids(world.ocr("МОСКВЕ", words={"interpolation": 1})) == ["ru"]


# --- phrases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "text", "found"),
    [
        ('"Swiss Crystal"', "The SWISS crystal on the Rhine", True),
        ('"Swiss Crystal"', "the Swiss-Crystal, a ship", True),  # across punctuation
        ('"swiss crystals"', "Swiss Crystal’s captain", True),  # endings fold like the index terms
        ('"Swiss Crystal"', "Swiss glass and crystal", False),
        ('"Swiss Crystal"', "Crystal Swiss", False),
        ("„São Paulo“", "in Sao PAULO", True),
        ("«Bank of America»", "Bank America fire", False),  # small words count inside a phrase
        ('"Bank of America"', "the Bank of America fire", True),
        ('"The Who"', "The who fire", True),  # common words alone
        ("「火事」", "東京で火事", True),
        ("「京で」", "東京で火事", True),  # a phrase may begin anywhere
        ("「事火」", "東京で火事", False),
        ('"fire" "flood"', "flood, then fire", True),  # all of them
        ('"fire" "flood"', "fire", False),
        ('"fire hotel"', "fire", False),  # the hotel is the next field
    ],
)
def test_an_article_has_to_hold_the_phrases(tmp_path: Path, note: str, text: str, found: bool) -> None:
    body = "hotel and the rest"
    world = World(tmp_path, article("x", text, body=body), article("y", "vote"))
    assert ids(world.note(f"{note} fire")) == (["x"] if found else [])


@pytest.mark.parametrize("encoder", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    ("note", "found"),
    [
        ('"The Who"', ["band"]),
        ('"the"', ["band", "flood"]),
        ('"of the" "the who"', []),
        ('"the who" -zebra', []),
        ("「東」", ["ja"]),  # the index holds pairs of characters
        ('"The Who" fire', ["band"]),  # other words do not stand in the way
        ('"the" "flood"', ["flood"]),  # one with an index term is enough to find candidates
    ],
)
def test_a_phrase_without_an_index_term_is_found_in_the_texts(
    tmp_path: Path, note: str, found: list[str], share: float, encoder: bool
) -> None:
    world = World(
        tmp_path, article("band", "zebra", body="They saw the Who."), article("fire", "fire"), article("ja", "東京"),
        article("flood", "The flood"), article("who", "Who, then, is it?"), encoder=encoder,
    )  # fmt: skip
    result = world.note(note, words={"interpolation": share})
    assert result.state == "ran" and sorted(ids(result)) == found
    assert all("in the" in result.evidence[a] for a in found)


def test_not_all_texts_of_a_large_archive_are_read_and_the_reason_says_so(tmp_path: Path) -> None:
    articles = [article(f"a{i}", "zebra", body="of the Who" if i > 3 else "") for i in range(9)]
    world = World(tmp_path, *articles, encoder=False)
    assert ids(world.note('"the who"', words={"scan": 9})) == ["a4", "a5", "a6", "a7", "a8"]
    partly = world.note('"the who"', words={"scan": 6})
    assert partly.hits == (("a4", 1.0), ("a5", 1.0)) and not partly.parts  # held: there is nothing to weigh
    assert partly.reason.startswith("by the phrase alone: no sentence encoder")
    assert '"the who": common words alone' in partly.reason and "texts of 6 of 9 articles" in partly.reason
    assert "add a rarer word" in partly.reason and "words.scan" in partly.reason
    rest = world.note('"the who" zebra', words={"scan": 0})
    assert len(ids(rest)) == 5 and "texts of 0 of 9" in rest.reason  # the other words find them
    assert "common words" not in world.note('"zebra"', words={"scan": 0}).reason  # the index finds it


def test_evidence_names_the_phrase_and_its_field(tmp_path: Path) -> None:
    ship = article("ship", "A ship", images=(ArticleImage(caption=""), ArticleImage(caption="The Swiss Crystal")))
    world = World(tmp_path, ship, article("body", "fire", body="On the Swiss\nCrystal"))
    found = world.note('"Swiss Crystal"')
    assert found.evidence == {
        "ship": '"Swiss Crystal" in the caption of photo 2', "body": '"Swiss Crystal" in the body',
    }  # fmt: skip


def test_a_phrase_is_found_below_many_better_scores(tmp_path: Path) -> None:
    """A hundred articles about fire score higher than the one that holds the phrase; k is 5."""
    many = [article(f"m{i:03}", "fire crystal fire") for i in range(100)]
    world = World(tmp_path, *many, article("z", "Swiss Crystal " + "word " * 300))
    assert ids(world.note('fire "Swiss Crystal"', retrieve={"k": 5}, words={"depth": 5})) == ["z"]


def test_what_a_note_excludes_is_no_hit(tmp_path: Path) -> None:
    world = World(
        tmp_path, article("a", "fire hotel"), article("b", "fire", body="the cup final"), article("c", "fire"),
        article("d", "fire final cup"), article("e", "fire", images=(ArticleImage(caption="HOTELS"),)),
    )  # fmt: skip
    assert set(ids(world.note("fire -hotel"))) == {"b", "c", "d"}
    assert set(ids(world.note('fire -"cup final"'))) == {"a", "c", "d", "e"}
    assert set(ids(world.ocr("fire -hotel"))) == {"a", "b", "c", "d", "e"}  # a photograph has no operators
