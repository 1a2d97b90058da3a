"""Every override of the analyst as a sentence, in the page's language."""

from __future__ import annotations

from typing import Any

from newsctx.overrides import Override
from newsctx.ui.language import tr, trn
from newsctx.ui.page import Page
from newsctx.ui.parts import LIST_TITLES, channel
from newsctx.ui.why import METHODS

LETTERS = 80  # of a quoted text
#: What an analyst calls the thresholds: a title, and what it does.
THRESHOLDS: dict[str, tuple[str, str]] = {
    "relevance.gate": ("Relevance gate", "Articles rated below this reach no answer and no caption."),
    "events.window_days": ("Days of an event", "Most days between the first and the last article of an event."),
    "events.min_articles": ("Articles of an event", "Fewer articles than this are no event."),
    "chunks.articles": ("Articles with chunks", "How many of the first articles give passages to the caption."),
    "chunks.five_w_sentences": ("Sentences of an article", "Most sentences that one article gives to the caption."),
    "context.min_share": ("Share of the vote", "What a place or a date needs of the vote to be answered."),
    "context.min_relevance": ("Sure enough to answer", "Answers of articles rated below this have low confidence."),
}
PILLARS = {
    "provenance": "provenance", "source": "source", "date": "date", "place": "place", "motivation": "motivation",
}  # fmt: skip
STATUSES = {"verified": "verified", "doubtful": "doubtful", "false": "false", "unknown": "unknown"}


def sentence(page: Page, one: Override) -> str:
    """What was done, to what. Names of articles, events and passages where the case has them, their ids otherwise."""
    values = one.model_dump(mode="json")
    article = headline(page, values["article_id"]) if "article_id" in values else ""
    match values["action"]:
        case "pin":
            said = tr("Pinned: %(article)s") if values["on"] else tr("Unpinned: %(article)s")
            return said % {"article": article}
        case "exclude":
            said = tr("Excluded: %(article)s") if values["on"] else tr("Restored: %(article)s")
            return said % {"article": article}
        case "move":
            stage = tr(LIST_TITLES[values["stage"]])
            return tr(
                "Moved to rank %(rank)s (%(stage)s): %(article)s", rank=values["rank"], stage=stage, article=article
            )
        case "set_place":
            place = values["place"]
            name = place["name"] if isinstance(place, dict) else place
            return tr("Set the place to %(place)s", place=name) if name else tr("Took the set place back")
        case "set_date":
            return (
                tr("Set the date to %(date)s", date=values["date"]) if values["date"] else tr("Took the set date back")
            )
        case "weight":
            return _weight(channel(values["channel"]), values["weight"])
        case "fusion":
            method = values["method"]
            name = tr(METHODS[method][0]) if method else ""
            return (
                tr("Combined the channels by %(method)s", method=name)
                if name
                else tr("Reset how the channels are combined")
            )
        case "threshold":
            title = tr(THRESHOLDS[values["name"]][0])
            value = values["value"]
            if value is None:
                return tr("Reset the threshold: %(name)s", name=title)
            return tr("Set the threshold %(name)s to %(value)s", name=title, value=f"{value:g}")
        case "add_article":
            name = quoted(values["article"]["headline"] or values["article"]["article_id"])
            return (
                tr("Added an article: %(article)s", article=name)
                if values["on"]
                else tr("Took out the added article: %(article)s", article=name)
            )
        case "correct_article":
            return _correction(article, values)
        case "cluster" | "merge_clusters" | "split_cluster":
            return _event(page, values)
        case "chunk" | "edit_chunk" | "add_chunk":
            return _passage(page, values)
        case "pillar" | "sensitive" | "approve":
            return _word(values)
    return _caption(values)


def headline(page: Page, article_id: str) -> str:
    """The headline of an article, its id where there is none."""
    return page.card(article_id).headline or article_id


def quoted(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LETTERS else line[: LETTERS - 1].rstrip() + "…"


def cluster_name(page: Page, cluster_id: str) -> str:
    """`Paris, 2 Feb 2021`: place and first day of an event; its id where it is not there (any more)."""
    result = page.document.stages.events if page.document else None
    found = next((c for c in result.clusters if c.id == cluster_id), None) if result else None
    return f"{found.place}, {found.first.day} {found.first:%b %Y}" if found else cluster_id


def _weight(name: str, weight: float | None) -> str:
    if weight is None:
        return tr("Reset the weight of %(channel)s", channel=name)
    return tr("Set the weight of %(channel)s to %(weight)s", channel=name, weight=f"{weight:g}")


def _correction(article: str, values: dict[str, Any]) -> str:
    parts = []
    if values["places"] is not None:
        places = "; ".join(values["places"])
        parts.append(tr("place %(place)s", place=places) if places else tr("no place"))
    if values["published"] is not None:
        parts.append(tr("date %(date)s", date=values["published"]))
    if not parts:
        return tr("Took the correction back: %(article)s", article=article)
    return tr("Corrected to %(what)s: %(article)s", what=", ".join(parts), article=article)


def _event(page: Page, values: dict[str, Any]) -> str:
    if values["action"] == "merge_clusters":
        return _merger(page, values["cluster_ids"], values["on"])
    name = cluster_name(page, values["cluster_id"])
    if values["action"] == "split_cluster":
        gone = name == values["cluster_id"]  # as it is once it was split
        if not values["on"]:
            return tr("No longer splits an event") if gone else tr("No longer splits the event %(event)s", event=name)
        if gone:
            one, many = "Split %(num)s article off an event", "Split %(num)s articles off an event"
            return trn(one, many, len(values["article_ids"]))
        one, many = "Split %(num)s article off the event %(event)s", "Split %(num)s articles off the event %(event)s"
        return trn(one, many, len(values["article_ids"]), event=name)
    said = {
        "kept": tr("Kept the event %(event)s"), "dropped": tr("Dropped the event %(event)s"),
        "": tr("Took the decision back on the event %(event)s"),
    }  # fmt: skip
    return said[values["decision"]] % {"event": name}


def _merger(page: Page, ids: list[str], on: bool) -> str:
    """The events by name; by number where a name is not known any more, since they have become one."""
    names = [cluster_name(page, c) for c in dict.fromkeys(ids)]
    if any(name in ids for name in names):
        one, many = ("Merged %(num)s event", "Merged %(num)s events") if on else (
            "No longer merges %(num)s event", "No longer merges %(num)s events")  # fmt: skip
        return trn(one, many, len(names))
    said = tr("Merged events: %(events)s") if on else tr("No longer merges events: %(events)s")
    return said % {"events": " + ".join(names)}


def _passage(page: Page, values: dict[str, Any]) -> str:
    if values["action"] == "add_chunk":
        article, text = headline(page, values["article_id"]), quoted(values["text"])
        said = (
            tr("Added the passage “%(text)s” of: %(article)s")
            if values["on"]
            else tr("Took out the added passage “%(text)s” of: %(article)s")
        )
        return said % {"text": text, "article": article}
    chunks = page.document.stages.chunks if page.document else ()
    found = next((c.text for c in chunks if c.chunk_id == values["chunk_id"]), "")
    name = f"{values['chunk_id']} (“{quoted(found)}”)" if found else values["chunk_id"]
    if values["action"] == "edit_chunk":
        text = values["text"]
        return (
            tr("Edited the chunk %(chunk)s: “%(passage)s”", chunk=values["chunk_id"], passage=quoted(text))
            if text
            else tr("Reset the chunk %(chunk)s", chunk=name)
        )
    said = {
        "kept": tr("Kept the chunk %(chunk)s"), "dropped": tr("Dropped the chunk %(chunk)s"),
        "": tr("Took the decision back on the chunk %(chunk)s"),
    }  # fmt: skip
    return said[values["decision"]] % {"chunk": name}


def _word(values: dict[str, Any]) -> str:
    match values["action"]:
        case "pillar":
            pillar = tr(PILLARS[values["pillar"]])
            if not values["status"]:
                return tr("Took the answer back: %(pillar)s", pillar=pillar)
            said = tr("Answered %(pillar)s: %(status)s", pillar=pillar, status=tr(STATUSES[values["status"]]))
            return f"{said} ({quoted(values['note'])})" if values["note"] else said
        case "sensitive":
            what = tr("a photograph of the archive") if values["image_id"] else tr("this photograph")
            said = tr("Marked %(what)s as sensitive") if values["on"] else tr("No longer marks %(what)s as sensitive")
            return said % {"what": what}
    version = values["version"]
    return (
        tr("Approved version %(number)s of the caption", number=version)
        if version
        else tr("Took the approval of the caption back")
    )


def _caption(values: dict[str, Any]) -> str:
    match values["action"]:
        case "writer":
            if not values["writer"]:
                return tr("Took the choice of the writer back")
            said = tr("Had the caption written by %(writer)s", writer=values["writer"])
            return f"{said} {tr('once more (%(run)s)', run=values['run'])}" if values["run"] else said
        case "prompt":
            said = tr("Worded the prompt: %(step)s") if values["text"] else tr("Reset the prompt: %(step)s")
            return said % {"step": values["step"]}
        case "accept":
            said = tr("Accepted %(text)s in captions") if values["on"] else tr("No longer accepts %(text)s in captions")
            return said % {"text": repr(values["text"])}
        case "edit_caption":
            text = values["text"]
            return (
                tr("Worded the caption: %(wording)s", wording=quoted(text)) if text else tr("Took the own wording back")
            )
        case "allow_remote":
            said = (
                tr("Allowed %(url)s to receive this photograph")
                if values["on"]
                else tr("No longer allows %(url)s to receive this photograph")
            )
            return said % {"url": values["base_url"]}
    return str(values["action"])
