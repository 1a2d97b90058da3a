"""The caption stage refuses what its writer cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from newsctx.errors import NewsctxError
from newsctx.records import Article, Caption, Chunk, Context, Hit, Mention, ModelInfo, Photo, Sentence
from newsctx.settings import CaptionSettings
from newsctx.stages import caption
from newsctx.writers import CaptionEvidence

TEXT = "A ferry hit the pier."
CHUNK = Chunk(chunk_id="a#body:0-21", article_id="a", start=0, end=21, text=TEXT)
ARTICLES = {"a": Article(article_id="a", headline="Ferry", body=TEXT)}
GOOD = Sentence(text=TEXT, chunk_ids=(CHUNK.chunk_id,))


class Scripted:
    """A writer that yields given drafts."""

    info = ModelInfo(slot="caption_writer", name="scripted")
    kind = "extractive"

    def __init__(self, *drafts: Caption) -> None:
        self.drafts = drafts

    def write(self, evidence: CaptionEvidence, settings: CaptionSettings) -> Iterator[Caption]:
        yield from self.drafts


def draft(*sentences: Sentence, kind: str = "extractive", text: str | None = None) -> Caption:
    joined = " ".join(s.text for s in sentences)
    return Caption(text=joined if text is None else text, sentences=sentences, writer="scripted", kind=kind)


def evidence() -> CaptionEvidence:
    photo = Photo(sha256="0" * 64, phash="0" * 16, format="JPEG", bytes=1, width=64, height=64)
    hits = (Hit(article_id="a", rank=1, score=1.0),)
    return CaptionEvidence(photo=photo, hits=hits, articles=ARTICLES, chunks=(CHUNK,), context=Context())


def test_the_last_draft_is_the_caption() -> None:
    last = draft(GOOD, Sentence(text="Ferry.", metadata_ids=("a#headline",)))
    assert caption.run(evidence(), Scripted(draft(GOOD), last), CaptionSettings()) == last


def test_a_writer_that_writes_nothing_is_an_error() -> None:
    with pytest.raises(NewsctxError, match="scripted.*wrote nothing"):
        caption.run(evidence(), Scripted(), CaptionSettings())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (draft(Sentence(text=TEXT, chunk_ids=("a#body:0-9",))), "passage a#body:0-9 is not among"),
        (draft(Sentence(text="x", metadata_ids=("b#headline",))), "b#headline names nothing"),
        (draft(Sentence(text="x", metadata_ids=("a#published",))), "a#published names nothing"),  # it has no date
        (draft(Sentence(text="x", metadata_ids=("a#body",))), "a#body names nothing"),
        (draft(Sentence(text="A ferry hit Pier 39.", chunk_ids=GOOD.chunk_ids)), "is not in the cited evidence"),
        (draft(GOOD, text=TEXT + " Sabotage!"), "outside its cited sentences"),
        (draft(kind="generated", text="Sabotage!"), "cites nothing"),
    ],
)
def test_citations_that_do_not_hold_are_refused(wrong: Caption, message: str) -> None:
    with pytest.raises(NewsctxError, match=message):
        caption.run(evidence(), Scripted(wrong), CaptionSettings())


def test_a_dropped_passage_cannot_be_cited() -> None:
    dropped = CHUNK.model_copy(update={"decision": "dropped"})
    assert caption.verify_citations(draft(GOOD), [CHUNK], ARTICLES) == ()
    assert len(caption.verify_citations(draft(GOOD), [dropped], ARTICLES)) == 1


def test_generated_sentences_may_paraphrase_what_they_cite() -> None:
    free = draft(Sentence(text="The ferry rammed the pier.", chunk_ids=GOOD.chunk_ids), kind="generated")
    assert caption.verify_citations(free, [CHUNK], ARTICLES) == ()


def test_a_sentence_that_says_what_is_wrong_with_it_is_shown_not_refused() -> None:
    doubtful = Sentence(text="It sank.", chunk_ids=("c9",), problem="cites c9, which is not there")
    assert caption.verify_citations(draft(doubtful, kind="generated"), [CHUNK], ARTICLES) == ()
    unsaid = Sentence(text="It sank.", chunk_ids=("c9",))
    assert caption.verify_citations(draft(unsaid, kind="generated"), [CHUNK], ARTICLES) != ()


def test_an_accepted_mention_is_no_longer_struck_whatever_its_case() -> None:
    text = "The ferry Aurora hit the pier."
    mention = Mention(kind="name", start=10, end=16, text="Aurora")
    before = draft(Sentence(text=text, chunk_ids=GOOD.chunk_ids, mentions=(mention,)), kind="generated")
    assert before.sentences[0].mentions[0].struck
    after = caption.approved(before, [("AURORA", "")])
    assert not after.sentences[0].mentions[0].struck
    assert caption.approved(before, [("aurora", text.upper())]) == after
    assert caption.approved(before, [("Aurora", "The Aurora sank with 12 children.")]) == before, "another sentence"
    assert caption.approved(after, []) == before  # and taken back


def test_the_analysts_wording_is_held_against_the_evidence_of_the_caption() -> None:
    own = caption.edited(f"{TEXT} Captain Marlow fled.", draft(GOOD), evidence())
    assert (own.kind, own.text) == ("edited", f"{TEXT} Captain Marlow fled.")
    first, second = own.sentences
    assert first.chunk_ids == second.chunk_ids == GOOD.chunk_ids  # the new one is held against what the caption cites
    assert not any(m.struck for m in first.mentions)
    assert any("Marlow" in m.text and m.struck for m in second.mentions)


def test_the_analysts_wording_without_any_evidence_says_so() -> None:
    bare = replace(evidence(), chunks=())
    own = caption.edited("A ferry hit the pier.", Caption(writer="extractive"), bare)
    assert own.sentences[0].problem and not own.sentences[0].chunk_ids
