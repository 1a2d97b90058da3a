"""The English words of a report: names of stages, channels and states, and every override as a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from newsctx.document import Document
from newsctx.override_types import ThresholdName
from newsctx.overrides import Override
from newsctx.records import PartialDate

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # of no machine's locale
CHANNELS = {
    "image_text": "image to text", "content": "image to article text", "visual": "image to image",
    "visual_second": "second image encoder", "composite": "article structure", "copy": "copy of the photograph",
    "words_note": "words of the note", "words_ocr": "legible text", "coverage": "other coverage",
}  # fmt: skip
STAGES = {
    "photo": "photograph", "retrieve": "retrieval", "verify": "matches", "locate": "places", "events": "events",
    "relevance": "relevance", "chunks": "passages", "context": "answers", "caption": "caption",
}  # fmt: skip
CASE_STATUS = {
    "open": "Open: work goes on", "established": "Established", "not_established": "Not established",
    "handed_over": "Handed over",
}  # fmt: skip
CONFIDENCE = {
    "high": "high confidence", "medium": "medium confidence", "low": "low confidence",
    "unrated": "confidence not rated", "": "",
}  # fmt: skip
LEVELS = {
    "venue": "to the venue", "city": "to the city", "region": "to the region", "country": "to the country",
    "continent": "to the continent", "day": "to the day", "month": "to the month", "year": "to the year",
    "decade": "to the decade",
}  # fmt: skip
RELEVANCE = {"strong": "strong evidence", "likely": "likely evidence", "uncertain": "uncertain", "weak": "weak"}
VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_addressed": "Not addressed"}
WITNESSES = {
    "copy": "Matched photograph", "image_text": "What the photograph looks like", "words_note": "Words of the note",
    "words_ocr": "Legible text", "camera": "Camera", "claim": "Claim under check",
}  # fmt: skip
SIDES = {
    "conflicts": "contradicts", "agrees": "agrees", "compatible": "does not contradict", "unopposed": "says so",
    "silent": "says nothing",
}  # fmt: skip
TIERS = {"pinned": "pinned", "matched": "photograph matched", "ranked": ""}
PILLAR_STATUS = {
    "verified": "Verified", "doubtful": "Doubtful", "false": "False", "unknown": "Unknown", "": "Not answered",
}  # fmt: skip
PILLAR_EVIDENCE = {
    "supports": "The evidence supports an answer", "contradicts": "The evidence holds contradictions",
    "silent": "The evidence is silent",
}  # fmt: skip
BEARING = {"supports": "For:", "contradicts": "Against:", "context": "Also:", "missing": "Missing:"}
CAPTION_KINDS = {
    "extractive": "composed only of statements found in the evidence", "generated": "written by a language model",
    "edited": "the analyst's own wording",
}  # fmt: skip
OVERRIDE_STATES = {"live": "in force", "undone": "taken back", "dropped": "taken back for good"}
FUSION = {
    "rrf": "reciprocal ranks", "weighted": "weighted scores", "evidence": "evidence theory",
    "learned": "learned weights",
}  # fmt: skip
SLOTS = {
    "image_text": "image-text encoder", "second_image": "second image encoder", "ocr": "reader of legible text",
    "local_features": "local features", "location_head": "scorer of places", "event_head": "scorer of events",
    "sentence": "sentence encoder",
}  # fmt: skip
THRESHOLDS: dict[ThresholdName, str] = {
    "relevance.gate": "relevance gate", "events.window_days": "days of an event",
    "events.min_articles": "articles of an event", "chunks.articles": "articles with passages",
    "chunks.five_w_sentences": "sentences of an article", "context.min_share": "share of the vote",
    "context.min_relevance": "sure enough to answer",
}  # fmt: skip
_QUOTED = 120  # letters of a quoted text


def channel(name: str) -> str:
    return CHANNELS.get(name, name.replace("_", " "))


def day(value: PartialDate | date | None) -> str:
    """`26 Dec 2017`, `Dec 2017`, `2017`, `2010s`."""
    if value is None:
        return ""
    if isinstance(value, PartialDate) and (value.decade or not value.month):
        return value.iso
    month = MONTHS[(value.month or 1) - 1]
    return f"{value.day} {month} {value.year}" if value.day else f"{month} {value.year}"


def iso_day(iso: str) -> str:
    """`day` of a date as the records write it."""
    return day(PartialDate.model_validate(iso)) if iso else ""


def moment(iso: str) -> str:
    """`2026-11-20T22:04:05+00:00` as `2026-11-20 22:04 UTC`."""
    return iso[:16].replace("T", " ") + " UTC" if len(iso) >= 16 else iso


def count(number: int, one: str, many: str = "") -> str:
    """`1 article`, `2 articles`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def link(url: str) -> str:
    """The address where it is http(s), else empty: nothing else becomes a link."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    clean = url.strip()
    plain = clean.isprintable() and not any(c.isspace() for c in clean)
    return clean if plain and parts.scheme in ("http", "https") and parts.netloc else ""


def quoted(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1].rstrip() + "…"


class Told:
    """Overrides of a case in words: names of articles, events and passages where it has them, their ids otherwise."""

    def __init__(self, document: Document) -> None:
        self._articles = document.articles
        self._clusters = {c.id: c for c in document.stages.events.clusters} if document.stages.events else {}
        self._chunks = {c.chunk_id: c for c in document.stages.chunks}

    def article(self, article_id: str) -> str:
        card = self._articles.get(article_id)
        return f"“{quoted(card.headline)}”" if card and card.headline else article_id

    def event(self, cluster_id: str) -> str:
        found = self._clusters.get(cluster_id)
        return f"{found.place}, {day(found.first)}" if found else cluster_id

    def passage(self, chunk_id: str) -> str:
        found = self._chunks.get(chunk_id)
        return f"“{quoted(found.text)}”" if found else chunk_id

    def sentence(self, one: Override) -> str:
        """What was done, to what."""
        values = one.model_dump(mode="json")
        for tell in (self._of_article, self._of_stage, self._of_event, self._of_caption):
            said = tell(str(values["action"]), values)
            if said:
                return said
        return str(values["action"]).replace("_", " ")

    def _of_article(self, action: str, v: dict[str, Any]) -> str:
        name = self.article(v["article_id"]) if "article_id" in v else ""
        match action:
            case "pin":
                return f"{'Pinned' if v['on'] else 'Unpinned'} {name}"
            case "exclude":
                return f"{'Excluded' if v['on'] else 'Brought back'} {name}"
            case "move":
                return f"Moved {name} to rank {v['rank']} ({STAGES[v['stage']]})"
            case "add_article":
                headline = quoted(v["article"]["headline"] or v["article"]["article_id"])
                return f"Added the article “{headline}”" if v["on"] else f"Took out the added article “{headline}”"
            case "correct_article":
                parts = [f"place {'; '.join(v['places']) or 'none'}"] if v["places"] is not None else []
                parts += [f"date {v['published']}"] if v["published"] is not None else []
                return f"Corrected {name}: {', '.join(parts)}" if parts else f"Took the correction of {name} back"
            case "add_chunk":
                what = "Added a passage of" if v["on"] else "Took out an added passage of"
                return f"{what} {name}: “{quoted(v['text'])}”"
        return ""

    def _of_stage(self, action: str, v: dict[str, Any]) -> str:
        match action:
            case "set_place":
                name = v["place"]["name"] if isinstance(v["place"], dict) else v["place"]
                return f"Set the place to {name}" if name else "Took the set place back"
            case "set_date":
                return f"Set the date to {v['date']}" if v["date"] else "Took the set date back"
            case "weight":
                name = channel(v["channel"])
                set_to = v["weight"]
                return f"Reset the weight of “{name}”" if set_to is None else f"Weight of “{name}” set to {set_to:g}"
            case "fusion":
                method = v["method"]
                return f"Combined the channels by {FUSION.get(method, method)}" if method else "Reset the combination"
            case "threshold":
                name, value = THRESHOLDS.get(v["name"], v["name"]), v["value"]
                return f"Reset the threshold “{name}”" if value is None else f"Threshold “{name}” set to {value:g}"
            case "pillar":
                if not v["status"]:
                    return f"Took the answer on {v['pillar']} back"
                note = f" ({quoted(v['note'])})" if v["note"] else ""
                return f"Answered {v['pillar']}: {v['status']}{note}"
            case "sensitive":
                what = f"the archived photograph {v['image_id'][:12]}" if v["image_id"] else "the photograph"
                return f"Marked {what} as sensitive" if v["on"] else f"No longer marks {what} as sensitive"
            case "allow_remote":
                may = "Allowed" if v["on"] else "No longer allows"
                return f"{may} {v['base_url']} to receive this photograph and its evidence"
        return ""

    def _of_event(self, action: str, v: dict[str, Any]) -> str:
        decided = {"kept": "Kept", "dropped": "Dropped", "": "Took the decision back on"}
        match action:
            case "cluster":
                return f"{decided[v['decision']]} the event {self.event(v['cluster_id'])}"
            case "merge_clusters":
                names = " + ".join(self.event(c) for c in dict.fromkeys(v["cluster_ids"]))
                return f"{'Merged' if v['on'] else 'No longer merges'} the events {names}"
            case "split_cluster":
                what = "Split" if v["on"] else "No longer splits"
                return f"{what} {count(len(v['article_ids']), 'article')} off the event {self.event(v['cluster_id'])}"
            case "chunk":
                return f"{decided[v['decision']]} the passage {self.passage(v['chunk_id'])}"
            case "edit_chunk":
                text = v["text"]
                return f"Passage reworded to “{quoted(text)}”" if text else f"Reset {self.passage(v['chunk_id'])}"
        return ""

    def _of_caption(self, action: str, v: dict[str, Any]) -> str:
        match action:
            case "writer":
                again = f", once more ({v['run']})" if v["run"] else ""
                return f"Had the caption written by {v['writer']}{again}" if v["writer"] else "Reset the writer"
            case "prompt":
                return f"{'Worded' if v['text'] else 'Reset'} the prompt “{v['step']}”"
            case "accept":
                return f"{'Accepted' if v['on'] else 'No longer accepts'} “{quoted(v['text'])}” in the caption"
            case "edit_caption":
                return f"Worded the caption: “{quoted(v['text'])}”" if v["text"] else "Took the own wording back"
            case "approve":
                number = v["version"]
                return f"Approved version {number} of the caption" if number else "Took the approval back"
        return ""
