"""A caption without a language model: who, what, where and when, cut out of the evidence.

One sentence of the chosen evidence, shortened by deletion, with the land behind its city and the date behind its
weekday; a place before it or a line on who reported it behind it where it does not say so itself. A second sentence
comes only where the first leaves a question open. Who said it, and what is denied or doubted, is never cut off; what
looks like an instruction to a program is not quoted. Nothing is worded anew but these fixed frames, and they are filled
with values of the metadata; `grounding.check` holds every name, place, date and number against what is cited, and what
it does not find is not written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from newsctx.five_w import answers
from newsctx.grounding import check
from newsctx.passage_relevance import passing
from newsctx.passages import folded, plain
from newsctx.records import Article, Caption, Hit, ModelInfo, Sentence
from newsctx.settings import CaptionSettings
from newsctx.votes import contains
from newsctx.writers import frames
from newsctx.writers.base import CaptionEvidence
from newsctx.writers.clauses import shortened, word_count
from newsctx.writers.frames import Where, spoken
from newsctx.writers.refusal import instructions_left_out, nothing
from newsctx.writers.selection import LONG, Candidate, best, candidates, instructs, left_out, repeats

_LOW = "Low confidence: the archive may hold nothing of this moment; check before you use any of this."
_DOUBTED = "Low confidence: the place or the date of the photograph is not certain; check before you use any of this."
_CONFLICTS = "The evidence contradicts itself on the place or the date; check before you use any of this."
_WEAK = (
    "No archived photograph matches this one: the text is from the best-ranked article and may be about something else."
)
_HEADLINE = 500  # characters; longer is no headline
_ESSENTIAL = {"who", "what"}  # what no frame can add: a further sentence has to


class ExtractiveWriter:
    """Composes captions of shortened quotations and metadata, each cited."""

    kind = "extractive"

    def __init__(self) -> None:
        self.info = ModelInfo(slot="caption_writer", name="extractive", digest="extractive-3", device="cpu")

    def write(self, evidence: CaptionEvidence, settings: CaptionSettings) -> Iterator[Caption]:
        """Yield the caption sentence by sentence; an empty one with the reason where there is no evidence."""
        lead = _lead_article(evidence)
        if lead is None:
            yield Caption(writer="extractive", note=nothing(evidence))
            return
        article, hit = lead
        sentences = _compose(article, evidence, settings.max_sentences)
        dropped = instructions_left_out(_left_out(article, evidence))
        note = " ".join(filter(None, (_note(hit, evidence), dropped)))
        for n in range(1, len(sentences) + 1):
            part = tuple(sentences[:n])
            yield Caption(text=" ".join(s.text for s in part), sentences=part, writer="extractive", note=note)
        if not sentences:
            yield Caption(writer="extractive", note=" ".join(filter(None, (nothing(evidence), dropped))))


def _note(hit: Hit, evidence: CaptionEvidence) -> str:
    """What stands against the caption: an uncertain answer or contradictions, whatever found the article."""
    low = "low" in (evidence.context.place.confidence, evidence.context.date.confidence)
    if hit.tier == "ranked":
        return f"{_LOW} {_WEAK}" if low else f"{_CONFLICTS} {_WEAK}" if evidence.context.conflicts else _WEAK
    return _DOUBTED if low else _CONFLICTS if evidence.context.conflicts else ""


def _left_out(article: Article, evidence: CaptionEvidence) -> int:
    chunks = [c for c in evidence.chunks if c.article_id == article.article_id]
    return left_out(chunks) + instructs(article.headline[:_HEADLINE])


def _lead_article(evidence: CaptionEvidence) -> tuple[Article, Hit] | None:
    """The best-ranked article that may be used and has a chosen passage."""
    for hit in evidence.hits:
        if usable(hit, evidence) and hit.article_id in evidence.articles:
            return evidence.articles[hit.article_id], hit
    return None


def usable(hit: Hit, evidence: CaptionEvidence) -> bool:
    """True where the article has chosen passages and is above the relevance gate, or the analyst keeps a passage."""
    chosen = [c for c in evidence.chunks if c.article_id == hit.article_id]
    if not chosen:
        return False
    return passing(hit, evidence.relevance) or any(c.decision == "kept" for c in chosen)


# --- composing ------------------------------------------------------------------------------------------------


def _compose(article: Article, evidence: CaptionEvidence, limit: int) -> list[Sentence]:
    """The caption's sentences, at most `limit`, each with nothing in it that its citations do not hold."""
    chunks = [c for c in evidence.chunks if c.article_id == article.article_id]
    ranked = best(article, candidates(article, chunks))
    first, quoted = _first(article, ranked, evidence)
    written = [first] if first else []
    set_ = [s for s in (_analysts_place(evidence), _analysts_date(evidence)) if s and _sound(s, evidence)]
    room = limit - len(set_)
    if first and room > 1:
        written += _second(ranked, first, quoted, article, evidence)
    if room > len(written) and evidence.context.date.basis != "analyst":
        told = _reported(article, " ".join(s.text for s in written))
        written += [told] if told and _sound(told, evidence) else []
    return (written[: max(room, 1)] + set_)[:limit]


def _first(
    article: Article, ranked: Sequence[Candidate], evidence: CaptionEvidence
) -> tuple[Sentence | None, Candidate | None]:
    """The sentence that says the event, and what it quotes."""
    for candidate in ranked[:3]:
        for sentence in _forms(candidate.sentence, article, evidence):
            if _sound(sentence, evidence):
                return sentence, candidate
    headline = _headline(article, evidence)
    return (headline if headline and _sound(headline, evidence) else None), None


def _forms(quoted: Sentence, article: Article, evidence: CaptionEvidence, said: str = "") -> Iterator[Sentence]:
    """The quotation shortened and filled in, then with less done to it: the first that holds is taken."""
    yield _completed(quoted.model_copy(update={"text": shortened(quoted.text)}), article, evidence, said)
    yield _completed(quoted, article, evidence, said)
    yield quoted


def _completed(quoted: Sentence, article: Article, evidence: CaptionEvidence, said: str = "") -> Sentence:
    """With the date behind its weekday, the land behind its city, or the place before it; nothing of it where the
    sentences before (`said`) have it.
    """
    text, cites = quoted.text, list(quoted.metadata_ids)
    dated = None if frames.says_when(said) else frames.dated(text, article.published)
    if dated:
        text, cites = dated, [*cites, f"{article.article_id}#published"]
    place = _established(article, evidence)
    known = frames.article_places(article)
    known = [place] + [p for p in known if p != place] if place else known
    if not said:
        landed = frames.placed(text, known)
        if landed is None and place and _may_stand_before(text, evidence):
            landed = f"{plain(place.text)}: {text}"
        if landed and landed != text:
            text, cites = landed, [*cites, f"{article.article_id}#places"]
    return quoted.model_copy(update={"text": text, "metadata_ids": tuple(dict.fromkeys(cites))})


def _may_stand_before(text: str, evidence: CaptionEvidence) -> bool:
    """True where the answered place is certain enough to stand before a sentence that names no place of its own."""
    answer = evidence.context.place
    return (
        answer.confidence != "low"
        and answer.place is not None
        and not _names(text, answer.place.name)
        and (not frames.elsewhere(text, answer.place))
    )


def _established(article: Article, evidence: CaptionEvidence) -> Where | None:
    """The answered place, where this article bears it out; a continent is no place for a caption."""
    answer = evidence.context.place
    if answer.place is None or answer.basis != "evidence" or answer.place.level == "continent":
        return None
    known = [p for p in article.places if p.place and contains(answer.place, p.place)]
    if article.article_id not in answer.article_ids or not known:
        return None
    same = next((p.keyword for p in known if p.place == answer.place), "")
    place = frames.where(answer.place, same)
    if any(p.source == "given" for p in known):
        return place
    # a place that a linker read in running text may be a person or a spacecraft: the headline or dateline has to say it
    read = [article.headline, *(c.text for c in evidence.chunks if c.article_id == article.article_id)]
    told = any(p.source in ("headline", "dateline") for p in known)
    return place if told and any(_names(t, place.name) for t in read) else None


def _second(
    ranked: Sequence[Candidate], first: Sentence, used: Candidate | None, article: Article, evidence: CaptionEvidence
) -> list[Sentence]:
    """A sentence that says who did what, where the first leaves that open; none that says the first again."""
    left = _ESSENTIAL - set(answers(first.text))
    for candidate in ranked:
        quoted = candidate.sentence
        if not left & set(answers(quoted.text)) or quoted.chunk_ids == () or word_count(shortened(quoted.text)) > LONG:
            continue
        before = [first.text, *([used.sentence.text] if used else [])]
        if candidate is used or any(repeats(shortened(quoted.text), text) for text in before):
            continue
        for sentence in _forms(quoted, article, evidence, said=first.text):
            if _sound(sentence, evidence):
                return [sentence]
    return []


def _headline(article: Article, evidence: CaptionEvidence) -> Sentence | None:
    text = plain(article.headline[:_HEADLINE])
    if not text or len(article.headline) > _HEADLINE or instructs(article.headline):  # an article in the wrong field
        return None
    ended = text if text.endswith((".", "!", "?", "。", "！", "？")) else f"{text}."
    return _completed(Sentence(text=ended, metadata_ids=(f"{article.article_id}#headline",)), article, evidence)


# --- frames of their own --------------------------------------------------------------------------------------


def _analysts_place(evidence: CaptionEvidence) -> Sentence | None:
    answer = evidence.context.place
    if answer.basis != "analyst" or answer.place is None:
        return None
    text = f"Location set by the analyst: {plain(answer.place.label)}."
    return Sentence(text=text, metadata_ids=("analyst#place",))


def _analysts_date(evidence: CaptionEvidence) -> Sentence | None:
    answer = evidence.context.date
    if answer.basis != "analyst" or answer.date is None:
        return None
    return Sentence(text=f"Date set by the analyst: {spoken(answer.date)[1]}.", metadata_ids=("analyst#date",))


def _reported(article: Article, said: str) -> Sentence | None:
    """When and by whom it was reported, where the caption has no date."""
    if frames.says_when(said):
        return None
    by = f" by {plain(article.source)}" if plain(article.source) and not instructs(article.source) else ""
    on = f" {' '.join(spoken(article.published))}" if article.published else ""
    ids = [f"{article.article_id}#{field}" for field, there in (("source", by), ("published", on)) if there]
    return Sentence(text=f"Reported{by}{on}.", metadata_ids=tuple(ids)) if ids else None


def _sound(sentence: Sentence, evidence: CaptionEvidence) -> bool:
    """True where the evidence holds all that the sentence names."""
    checked = check([sentence], evidence)[0]
    return not checked.problem and all(m.found for m in checked.mentions)


def _names(text: str, name: str) -> bool:
    """True where the name stands in the text as whole words."""
    return bool(re.search(rf"(?<!\w){re.escape(folded(name))}(?!\w)", folded(text)))
