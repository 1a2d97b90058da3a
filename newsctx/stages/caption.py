"""Caption: what a writer makes of the evidence, refused where it cites something that is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from newsctx.errors import NewsctxError
from newsctx.grounding import check
from newsctx.grounding.sources import ANALYST, METADATA, PHOTO
from newsctx.passages import folded, plain
from newsctx.records import Article, Caption, Chunk, Sentence
from newsctx.sentences import split
from newsctx.settings import CaptionSettings
from newsctx.writers.base import CaptionEvidence, CaptionWriter

NOTHING = "there is no evidence to hold it against"
HELD = "Nothing has been sent to the model. Read the prompts below, change them if you like, then have it written."


def run(evidence: CaptionEvidence, writer: CaptionWriter, settings: CaptionSettings) -> Caption:
    """The writer's last draft.

    Raises:
        NewsctxError: the writer gave no draft, or one whose citations do not hold.
    """
    last: Caption | None = None
    for last in drafts(evidence, writer, settings):  # noqa: B007 - the last draft is the caption
        pass
    return finished(last, evidence, writer)


def drafts(evidence: CaptionEvidence, writer: CaptionWriter, settings: CaptionSettings) -> Iterator[Caption]:
    """Growing drafts for an interface that shows them; unchecked, the last one is for `finished`."""
    yield from writer.write(evidence, settings)


def finished(last: Caption | None, evidence: CaptionEvidence, writer: CaptionWriter) -> Caption:
    """The last draft, refused where it cites something that is not there. Raises NewsctxError."""
    if last is None:
        raise NewsctxError(
            f"caption writer {writer.info.name!r} wrote nothing: expected at least one draft; choose another writer"
        )
    problems = verify_citations(last, evidence.chunks, evidence.articles)
    if not problems and last.kind == "extractive":  # a language model's is checked by its writer, who asks it again
        last = last.model_copy(update={"sentences": check(last.sentences, evidence)})
        problems = ungrounded(last)
    if problems:
        raise NewsctxError(f"the caption of {writer.info.name!r} was refused: {'; '.join(problems)}; write it again")
    return last


def approved(caption: Caption, accepted: Collection[tuple[str, str]]) -> Caption:
    """The caption with the mentions that the analyst accepts, (mention, sentence or ""); compared without case."""
    wanted = {(folded(mention), folded(sentence)) for mention, sentence in accepted}

    def mark(sentence: Sentence) -> Sentence:
        here = folded(sentence.text)
        mentions = tuple(
            m.model_copy(update={"accepted": bool({(folded(m.text), here), (folded(m.text), "")} & wanted)})
            for m in sentence.mentions
        )
        return sentence.model_copy(update={"mentions": mentions})

    return caption.model_copy(update={"sentences": tuple(map(mark, caption.sentences))})


def edited(text: str, written: Caption, evidence: CaptionEvidence) -> Caption:
    """The analyst's own wording, held against the evidence like any other.

    A sentence that the writer wrote keeps what it cites; a new one is held against everything that the caption cites,
    or against all chosen passages where it cites nothing.
    """
    before = {folded(s.text): s for s in written.sentences}
    chunks = tuple(dict.fromkeys(i for s in written.sentences for i in s.chunk_ids))
    metadata = tuple(dict.fromkeys(i for s in written.sentences for i in s.metadata_ids))
    if not chunks and not metadata:
        chunks = tuple(c.chunk_id for c in evidence.chunks)
    problem = "" if chunks or metadata else NOTHING

    def sentence(words: str) -> Sentence:
        kept = before.get(folded(words))
        if kept:
            return Sentence(text=words, chunk_ids=kept.chunk_ids, metadata_ids=kept.metadata_ids, problem=kept.problem)
        return Sentence(text=words, chunk_ids=chunks, metadata_ids=metadata, problem=problem)

    sentences = check([sentence(s.text) for s in split(plain(text))], evidence)
    joined = " ".join(s.text for s in sentences)
    return Caption(text=joined, sentences=sentences, writer="the analyst", kind="edited", note=written.note)


def verify_citations(caption: Caption, chunks: Sequence[Chunk], articles: Mapping[str, Article]) -> tuple[str, ...]:
    """What is wrong with a caption's citations, in words; empty where every one holds.

    Each cited chunk must be among `chunks` and not dropped, each `ARTICLE#field` must be a known field that has a
    value, but where the sentence says itself what is wrong with it; and the text of an extractive caption must be its
    sentences.
    """
    usable = {c.chunk_id: c for c in chunks if c.decision != "dropped"}
    cited = [s for s in caption.sentences if not s.problem]
    problems = [p for s in cited for p in _missing(s.chunk_ids, s.metadata_ids, usable, articles)]
    if caption.kind == "extractive":
        if caption.text != " ".join(s.text for s in caption.sentences):
            problems.append("the text has words outside its cited sentences")
    elif caption.text and not caption.sentences:
        problems.append("the text cites nothing")
    return tuple(problems)


def ungrounded(caption: Caption) -> tuple[str, ...]:
    """The names, places, dates and numbers that the evidence does not have, in words."""
    missing = [m.text for s in caption.sentences for m in s.mentions if not m.found]
    return tuple(f"{text!r} is not in the cited evidence" for text in missing)


def _missing(
    chunk_ids: Sequence[str], metadata_ids: Sequence[str], usable: Mapping[str, Chunk], articles: Mapping[str, Article]
) -> Iterator[str]:
    yield from (f"passage {i} is not among the chosen ones" for i in chunk_ids if i not in usable)
    for address in metadata_ids:
        article_id, _, field = address.rpartition("#")
        known = article_id in articles and field in METADATA and bool(getattr(articles[article_id], field))
        if not known and address not in (*ANALYST, PHOTO):
            yield f"{address} names nothing that is known"
