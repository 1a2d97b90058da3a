"""Two or three runs side by side in words: what was changed, what it moved, and the change responsible."""

from __future__ import annotations

from typing import Any

from newsctx.compare_runs import Change, Comparison, Effect, Row, Step
from newsctx.ui.language import N_, tr, trn
from newsctx.ui.override_words import quoted, sentence
from newsctx.ui.page import Page
from newsctx.ui.parts import STAGE_TITLES, move

SHOWN = 20  # articles whose ranks are listed
EFFECTS = {
    "ranking": N_("Ranking"), "clusters": N_("Events"), "chunks": N_("Chunks"), "place": N_("Place"),
    "date": N_("Date"), "caption": N_("Caption"),
}  # fmt: skip
INPUTS = {
    "note": N_("note"), "claim.text": N_("claim"), "claim.place": N_("claimed place"),
    "claim.date": N_("claimed date"),
}  # fmt: skip
ITEMS = {"place": N_("Place"), "date": N_("Date")}


def view(page: Page, found: Comparison) -> dict[str, Any]:
    """The comparison as the page shows it."""
    return {
        "labels": found.labels,
        "steps": [step(page, found, s) for s in found.steps],
        "moved": [_moved(m.article_id, m.headline, m.ranks) for m in found.moved[:SHOWN]],
        "more_moved": max(0, len(found.moved) - SHOWN),
        "unmoved": found.unmoved,
        "answers": [_row(r, tr(ITEMS[r.name])) for r in found.answers],
        "clusters": [{"text": i.text, "there": i.there} for i in found.clusters],
        "chunks": [{"text": i.text, "there": i.there} for i in found.chunks],
        "captions": [
            {"first": found.labels[i], "second": found.labels[i + 1], "parts": [p._asdict() for p in parts]}
            for i, parts in enumerate(found.caption_parts)
            if parts
        ],
        "settings": [_row(r) for r in found.settings],
        "versions": [_row(r, title) for r, title in _versions(found) if not r.alike],
        "same": [title for r, title in _versions(found) if r.alike],
        "seconds": [_row(r, tr(STAGE_TITLES[r.name])) for r in found.seconds],
    }


def _versions(found: Comparison) -> list[tuple[Row, str]]:
    """Models (only those that differ), the archive and newsctx itself, with their titles."""
    rows = [(r, tr("Model: %(slot)s", slot=r.name.replace("_", " "))) for r in found.models]
    return [*rows, (found.archive, tr("Archive")), (found.version, "newsctx")]


def _row(row: Row, title: str = "") -> dict[str, Any]:
    return {"name": title or row.name, "values": row.values, "alike": row.alike}


def _moved(article_id: str, headline: str, ranks: tuple[int | None, ...]) -> dict[str, Any]:
    cells, before = [], None
    for index, rank in enumerate(ranks):
        gone = index > 0 and rank is None and ranks[index - 1] is not None
        way = "gone" if gone else "" if rank is None or index == 0 else move(before, rank)
        cells.append({"rank": rank, "move": way})
        before = rank
    return {"id": article_id, "headline": headline, "cells": cells}


def step(page: Page, found: Comparison, one: Step) -> dict[str, Any]:
    """From one run to the next: the cause in a sentence, every change, every effect with what it can come from."""
    return {
        "first": found.labels[one.first],
        "second": found.labels[one.second],
        "verdict": verdict(page, one),
        "cause": one.cause is not None,
        "changes": [change(page, c) for c in one.changes],
        "effects": [_effect(page, one, e) for e in one.effects],
    }


def verdict(page: Page, one: Step) -> str:
    """Who is responsible, in one sentence."""
    if not one.changes:
        return tr("Nothing was changed.") if not one.effects else tr("Nothing that is recorded was changed.")
    if not one.effects:
        return trn(
            "%(num)s change, and everything came out the same.",
            "%(num)s changes, and everything came out the same.",
            len(one.changes),
        )
    if one.cause:
        return tr("Responsible: %(change)s.", change=change(page, one.cause)["text"].rstrip("."))
    return tr("Several things were changed at once: what each can have moved is listed, the runs cannot tell more.")


def change(page: Page, one: Change) -> dict[str, str]:
    """One change in words, with the analyst's reason."""
    if one.override is not None:
        said = sentence(page, one.override)
        return {"text": said if one.added else tr("No longer: %(change)s", change=said), "reason": one.override.reason}
    values = {"name": one.name, "before": quoted(one.before) or "–", "after": quoted(one.after) or "–"}
    match one.kind:
        case "order":
            said = tr("The same changes in another order")
        case "input":
            values["name"] = tr(INPUTS.get(one.name, one.name))
            said = tr("Your %(name)s: %(before)s → %(after)s", **values)
        case "setting":
            said = tr("Setting %(name)s: %(before)s → %(after)s", **values)
        case "model":
            values["name"] = one.name.replace("_", " ")
            said = tr("Model %(name)s: %(before)s → %(after)s", **values)
        case "archive":
            said = tr("Archive: %(before)s → %(after)s", **values)
        case _:
            said = f"newsctx: {values['before']} → {values['after']}"
    return {"text": said, "reason": ""}


def _effect(page: Page, one: Step, effect: Effect) -> dict[str, Any]:
    return {
        "title": tr(EFFECTS[effect.kind]),
        "text": _told(effect),
        "causes": [change(page, one.changes[i])["text"] for i in effect.causes] if one.cause is None else [],
    }


def _told(effect: Effect) -> str:
    """What came out differently, in a phrase."""
    if effect.kind in ("place", "date"):
        return f"{effect.before or tr('none')} → {effect.after or tr('none')}"
    if effect.kind == "caption":
        if not effect.before or not effect.after:
            return tr("written") if effect.after else tr("gone")
        return tr("other words")
    parts = []
    if effect.moved:
        parts.append(trn("%(num)s moved", "%(num)s moved", len(effect.moved)))
    if effect.gained:
        parts.append(trn("%(num)s came in", "%(num)s came in", len(effect.gained)))
    if effect.lost:
        parts.append(trn("%(num)s went out", "%(num)s went out", len(effect.lost)))
    return ", ".join(parts)
