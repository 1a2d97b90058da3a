"""Caption: sentences with citations that lead to what they rest on, held word by word against the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from newsctx.document import ArticleCard
from newsctx.records import GO, Caption, CaptionVersion, Mention, Sentence
from newsctx.ui import approval, report_panel
from newsctx.ui.html import day, moment
from newsctx.ui.language import tr
from newsctx.ui.page import Page
from newsctx.ui.parts import evidence, header
from newsctx.worddiff import differences

TEMPLATE = "caption.html"
LABELS = {
    "extractive": "Extractive caption: composed only of statements found in the evidence",
    "generated": "Generated caption: written by a language model, check every sentence",
    "edited": "Your wording, held against the evidence like any other",
}
KINDS = {"extractive": "quotes", "generated": "language model", "edited": "your wording"}
MENTIONS = {"name": "name", "place": "place", "date": "date", "number": "number"}
OTHERS = {"analyst": "You", "photo": "The photograph under check"}  # sources that are no articles
FIELDS = {
    "seen": "what it shows", "source": "outlet", "headline": "headline", "abstract": "abstract", "body": "body",
    "caption": "caption", "published": "published", "places": "places", "place": "place", "date": "date",
}  # fmt: skip
SPACE = {"text": " ", "state": ""}
WRITERS = {
    "extractive": "Quotes from the evidence (no language model)",
    "transformers": "Language model on this machine",
    "openai-compatible": "Language model behind a server",
}
STEPS = {
    "describe": "Describe the photograph",
    "place": "Ask for the place",
    "date": "Ask for the date",
    "synthesise": "Write the caption",
    "repair": "Repair what the evidence does not have (only if needed)",
}


def view(page: Page) -> dict[str, Any]:
    """Sentences with numbered citations, the list of sources behind the numbers, who wrote it from what, versions."""
    caption = page.document.caption if page.document else None
    numbers = citations(caption) if caption else {}
    versions = page.case.captions if page.case else ()
    struck = [m for s in (caption.sentences if caption else ()) for m in s.mentions if m.struck]
    return {
        **header(page, "caption"),
        "ran": caption is not None,
        "label": tr(LABELS[caption.kind]) if caption else "",
        "writer": caption.writer if caption else "",
        "text": caption.text if caption else "",
        "caution": caption.note if caption else "",
        "empty_note": (caption.note if caption else "")
        or tr("The evidence holds no statement that a caption could use."),
        "awaiting": caption.awaiting if caption else "",
        "go": GO,
        "draft": bool(caption and caption.draft),
        "allowed": page.edits.allowed,
        "sentences": [_sentence(s, numbers) for s in (caption.sentences if caption else ())],
        "struck": len(struck),
        "repaired": bool(caption and caption.repaired),
        "sources": [source(page, i, n) for i, n in numbers.items()],
        "cited": cited(page, numbers),
        "own": page.edits.caption or "",
        "writers": [
            c.model_dump() | {"chosen": c.name == page.writer, "title": tr(WRITERS.get(c.name, "")) or c.title}
            for c in page.writers
        ],
        "run": page.edits.run,
        "chosen": page.writer,
        "description": caption.description if caption else "",
        "sent": [p.model_dump() | {"title": tr(STEPS[p.step])} for p in (caption.sent if caption else ())],
        "prompts": [p.model_dump() | {"title": tr(STEPS[p.step])} for p in page.prompts],
        "versions": [_version(v, caption) for v in reversed(versions)],
        "compared": compared(versions, page.look.compare),
        "approval": approval.view(page),
        "report": report_panel.view(page),
    }


def _sentence(sentence: Sentence, numbers: dict[str, int]) -> dict[str, Any]:
    cited = [{"number": numbers[i], "target": target(i)} for i in (*sentence.chunk_ids, *sentence.metadata_ids)]
    said = (*sentence.chunk_ids, *sentence.metadata_ids)
    return {
        "parts": marked(sentence), "text": sentence.text, "problem": sentence.problem, "citations": cited,
        "articles": articles(said),
    }  # fmt: skip


def articles(identifiers: Sequence[str]) -> list[str]:
    """Ids of the articles that chunk and metadata ids belong to, each once."""
    ids = dict.fromkeys(i.rpartition("#")[0] for i in identifiers)
    return [i for i in ids if i not in OTHERS]


def marked(sentence: Sentence) -> list[dict[str, Any]]:
    """The sentence in runs of text; those that are mentions carry what was found of them.

    Of mentions that share a character the first is marked.
    """
    runs: list[dict[str, Any]] = []
    end = 0
    for m in sorted(sentence.mentions, key=lambda m: (m.start, -m.end)):
        if m.start < end:
            continue
        if m.start > end:
            runs.append({"text": sentence.text[end : m.start], "state": ""})
        runs.append({"text": m.text, **_mention(m)})
        end = m.end
    if end < len(sentence.text):
        runs.append({"text": sentence.text[end:], "state": ""})
    return runs


def _mention(m: Mention) -> dict[str, str]:
    kind = tr(MENTIONS[m.kind])
    if m.found:
        return {"state": "found", "title": tr("This %(kind)s stands in the cited evidence.", kind=kind)}
    if m.accepted:
        return {
            "state": "accepted",
            "title": tr("You accepted this %(kind)s; the cited evidence does not have it.", kind=kind),
        }
    return {"state": "struck", "title": tr("This %(kind)s is not in the cited evidence.", kind=kind)}


def _version(version: CaptionVersion, current: Caption | None) -> dict[str, Any]:
    caption = version.caption
    templates = ", ".join(dict.fromkeys(p.template for p in caption.sent))
    return {
        "number": version.number,
        "made": moment(version.made),
        "kind": tr(KINDS[caption.kind]),
        "writer": caption.writer,
        "templates": templates,
        "parts": [run for s in caption.sentences for run in (*marked(s), SPACE)]
        or [{"text": caption.text, "state": ""}],
        "parent": version.parent,
        "current": current is not None and (caption.text, caption.writer) == (current.text, current.writer),
    }


def compared(versions: Sequence[CaptionVersion], pair: tuple[int, int]) -> dict[str, Any]:
    """Two versions side by side with their different words, or nothing where one of them is not there."""
    by_number = {v.number: v for v in versions}
    if pair[0] not in by_number or pair[1] not in by_number or pair[0] == pair[1]:
        return {}
    first, second = (by_number[n] for n in pair)
    parts = differences(first.caption.text, second.caption.text)
    return {
        "first": _version(first, None) | {"parts": [p._asdict() for p in parts if p.kind != "new"]},
        "second": _version(second, None) | {"parts": [p._asdict() for p in parts if p.kind != "gone"]},
    }


def citations(caption: Caption) -> dict[str, int]:
    """Chunk and metadata ids in the order of their first use, numbered from 1."""
    ids = dict.fromkeys(i for s in caption.sentences for i in (*s.chunk_ids, *s.metadata_ids))
    return {key: number for number, key in enumerate(ids, 1)}


def is_chunk(identifier: str) -> bool:
    """Chunk ids carry their span, `ARTICLE#body:120-310`; metadata ids only a field, `ARTICLE#published`."""
    return ":" in identifier.rpartition("#")[2]


def target(identifier: str) -> str:
    """What the page scrolls to: the chunk, or for metadata the article's card."""
    return f"chunk:{identifier}" if is_chunk(identifier) else f"hit:{identifier.rpartition('#')[0]}"


def source(page: Page, identifier: str, number: int) -> dict[str, Any]:
    """One cited source: its outlet and date, and the passage or the metadata field."""
    article_id, _, place = identifier.rpartition("#")
    card = page.card(article_id)
    chunks = page.document.stages.chunks if page.document else ()
    text = next((c.text for c in chunks if c.chunk_id == identifier), "")
    return {
        "number": number,
        "target": target(identifier),
        "headline": card.headline or tr(OTHERS.get(article_id, "")) or tr("(no headline)"),
        "source": card.source,
        "field": tr(FIELDS.get(place.partition(":")[0], "")) or place.partition(":")[0],
        "value": _value(page, card, place),
        "text": text,
        "chunk": is_chunk(identifier),
        "articles": articles((identifier,)),
    }


def cited(page: Page, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    """The sources by article, each under its evidence card; what is no article has none."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for identifier, number in numbers.items():
        groups.setdefault(identifier.rpartition("#")[0], []).append(source(page, identifier, number))
    return [{"card": None if a in OTHERS else evidence(page, a), "sources": rows} for a, rows in groups.items()]


def _value(page: Page, card: ArticleCard, field: str) -> str:
    """What a metadata field holds; empty for a passage, whose text is shown."""
    answer = page.document.context if page.document else None
    match field:
        case "published":
            return day(card.published)
        case "places":
            return "; ".join(p.label for p in card.places)
        case "place":
            return answer.place.place.label if answer and answer.place.place else ""
        case "date":
            return day(answer.date.date) if answer else ""
    return ""
