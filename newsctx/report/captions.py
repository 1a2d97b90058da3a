"""The caption of a report: the approved version with who approved it, or the draft, labelled as one."""

from __future__ import annotations

from collections.abc import Sequence

from newsctx.audit import NOBODY
from newsctx.case_records import OverrideMade
from newsctx.document import Document
from newsctx.overrides import ApproveCaption, Edits
from newsctx.records import Caption, CaptionVersion, Sentence
from newsctx.report import facts, words

_FIELDS = {
    "seen": "what it shows", "source": "outlet", "published": "date of publication", "places": "places",
    "place": "place", "date": "date",
}  # fmt: skip
_OTHERS = {"analyst": "the analyst", "photo": "the photograph under check"}


def caption(
    document: Document, versions: Sequence[CaptionVersion], edits: Edits, made: Sequence[OverrideMade]
) -> facts.CaptionFacts:
    """State `approved`, `changed` (approved, but the wording of now is another), `draft` or `none`."""
    now = document.caption
    approved = next((v for v in versions if v.number == edits.approved), None)
    if approved is None:
        if now is None or not now.text:
            return facts.CaptionFacts(note=now.note if now else "No caption has been written.")
        return _facts(document, now, "draft", _number(versions, now))
    same = now is not None and (now.text, now.kind) == (approved.caption.text, approved.caption.kind)
    shown = now if same and now is not None else approved.caption  # the held-against-evidence copy where there is one
    who, when, reason = _by(made, approved.number)
    return _facts(document, shown, "approved" if same else "changed", approved.number).model_copy(
        update={
            "approved_by": who, "approved_at": when, "reason": reason,
            "draft": "" if same or now is None else now.text,
        }
    )  # fmt: skip


def approved(versions: Sequence[CaptionVersion], edits: Edits) -> CaptionVersion | None:
    """The version that is approved now."""
    return next((v for v in versions if v.number == edits.approved), None)


def _facts(document: Document, one: Caption, state: facts.CaptionState, number: int) -> facts.CaptionFacts:
    texts = {c.chunk_id: c.text for c in document.stages.chunks}
    return facts.CaptionFacts(
        state=state, text=one.text, version=number, writer=one.writer, kind=words.CAPTION_KINDS[one.kind],
        note=one.note, repaired=one.repaired, sent=one.sent,
        sentences=tuple(_sentence(document, s, texts) for s in one.sentences),
    )  # fmt: skip


def _number(versions: Sequence[CaptionVersion], now: Caption) -> int:
    return next((v.number for v in reversed(versions) if v.caption.text == now.text), 0)


def _by(made: Sequence[OverrideMade], number: int) -> tuple[str, str, str]:
    """Who approved a version, when and why: of the newest approval that counts."""
    for one in reversed(made):
        if isinstance(one.override, ApproveCaption) and one.override.version == number and one.state == "live":
            return "" if one.who == NOBODY else one.who, one.made, one.override.reason
    return "", "", ""


def _sentence(document: Document, one: Sentence, texts: dict[str, str]) -> facts.SentenceFacts:
    missing = [m for m in one.mentions if not m.found]
    return facts.SentenceFacts(
        text=one.text, problem=one.problem,
        sources=tuple(_source(document, i, texts) for i in (*one.chunk_ids, *one.metadata_ids)),
        unsupported=tuple(m.text for m in missing if not m.accepted),
        accepted=tuple(m.text for m in missing if m.accepted),
    )  # fmt: skip


def _source(document: Document, source_id: str, texts: dict[str, str]) -> facts.SourceFacts:
    article_id, _, field = source_id.rpartition("#")
    card = document.articles.get(article_id)
    text = texts.get(source_id, "")
    if not text:
        value = words.day(card.published) if card and field == "published" else ""
        value = card.source if card and field == "source" else value
        value = "; ".join(p.label for p in card.places) if card and field == "places" else value
        name = _FIELDS.get(field, field.partition(":")[0])
        text = ": ".join(t for t in (_OTHERS.get(article_id, ""), name, value) if t)
    return facts.SourceFacts(source_id=source_id, article_id=article_id if card else "", text=text)
