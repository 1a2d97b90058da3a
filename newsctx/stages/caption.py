"""Caption: what a writer makes of the evidence, refused where it cites something that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from newsctx.errors import NewsctxError
from newsctx.passages import folded
from newsctx.records import Article, Caption, Chunk
from newsctx.settings import CaptionSettings
from newsctx.writers.base import CaptionEvidence, CaptionWriter

METADATA = ("headline", "published", "places", "source")  # what `ARTICLE#...` may name
ANALYST = ("analyst#place", "analyst#date")  # values that the analyst set


def run(evidence: CaptionEvidence, writer: CaptionWriter, settings: CaptionSettings) -> Caption:
    """The writer's last draft.

    Raises:
        NewsctxError: the writer gave no draft, or one whose citations do not hold.
    """
    last: Caption | None = None
    for last in drafts(evidence, writer, settings):  # noqa: B007 - the last draft is the caption
        pass
    if last is None:
        raise NewsctxError(
            f"caption writer {writer.info.name!r} wrote nothing: expected at least one draft; choose another writer"
        )
    problems = verify_citations(last, evidence.chunks, evidence.articles)
    if problems:
        raise NewsctxError(f"the caption of {writer.info.name!r} was refused: {'; '.join(problems)}; write it again")
    return last


def drafts(evidence: CaptionEvidence, writer: CaptionWriter, settings: CaptionSettings) -> Iterator[Caption]:
    """Growing drafts for an interface that shows them; unchecked, the last one is what `run` checks."""
    yield from writer.write(evidence, settings)


def verify_citations(caption: Caption, chunks: Sequence[Chunk], articles: Mapping[str, Article]) -> tuple[str, ...]:
    """What is wrong with a caption's citations, in words; empty where every one holds.

    Each cited chunk must be among `chunks` and not dropped, each `ARTICLE#field` must be a known field that has a
    value; the text must be its sentences; and a quotation of an extractive caption must stand in one of its chunks
    word for word.
    """
    usable = {c.chunk_id: c for c in chunks if c.decision != "dropped"}
    problems = [p for s in caption.sentences for p in _missing(s.chunk_ids, s.metadata_ids, usable, articles)]
    if caption.kind == "extractive":
        for s in caption.sentences:
            cited = [folded(usable[i].text) for i in s.chunk_ids if i in usable]
            if cited and not any(folded(s.text) in text for text in cited):
                problems.append(f"{s.text!r} does not stand in the cited passage")
        if caption.text != " ".join(s.text for s in caption.sentences):
            problems.append("the text has words outside its cited sentences")
    elif caption.text and not caption.sentences:
        problems.append("the text cites nothing")
    return tuple(problems)


def _missing(
    chunk_ids: Sequence[str], metadata_ids: Sequence[str], usable: Mapping[str, Chunk], articles: Mapping[str, Article]
) -> Iterator[str]:
    yield from (f"passage {i} is not among the chosen ones" for i in chunk_ids if i not in usable)
    for address in metadata_ids:
        article_id, _, field = address.rpartition("#")
        known = article_id in articles and field in METADATA and bool(getattr(articles[article_id], field))
        if not known and address not in ANALYST:
            yield f"{address} names nothing that is known"
