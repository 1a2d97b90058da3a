"""The entries of a case's audit trail in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from newsctx.audit import NOBODY, AuditEntry
from newsctx.overrides import Override
from newsctx.records import STAGES, StageName
from newsctx.services.registry import NAMES as SERVICES
from newsctx.trail_reading import override_of
from newsctx.ui.language import N_, tr, trn
from newsctx.ui.override_words import quoted, sentence
from newsctx.ui.page import Page
from newsctx.ui.parts import STAGE_TITLES

LETTERS = 300  # of a value before and after
STATUSES = {
    "open": N_("open"), "established": N_("established"), "not_established": N_("not established"),
    "handed_over": N_("handed over"),
}  # fmt: skip
RUN_STATES = {
    "running": N_("running"), "done": N_("done"), "cancelled": N_("cancelled"), "failed": N_("failed"),
    "interrupted": N_("interrupted"),
}  # fmt: skip


def who(entry: AuditEntry) -> str:
    return "" if entry.who == NOBODY else entry.who


# --- words ----------------------------------------------------------------------------------------------------------


def told(page: Page, entry: AuditEntry, known: dict[int, Override]) -> str:
    """An entry as a sentence in the page's language. `known`: the trail's overrides by number."""
    values = entry.detail
    match entry.what:
        case "override" | "approved" | "undo" | "redo":
            one = override_of(entry) or known.get(values.get("number", 0))
            what = sentence(page, one) if one else tr("a change of another newsctx")
            if entry.what == "undo":
                return tr("Took back: %(change)s", change=what)
            return tr("Made again: %(change)s", change=what) if entry.what == "redo" else what
        case "created":
            return tr("Opened the case with the photograph %(name)s", name=_text(values.get("filename")))
        case "adopted":
            return tr("Taken over from an older newsctx")
        case "imported":
            return tr("Brought in from a case bundle")
        case "inputs":
            return tr("Changed the claim or the note")
        case "renamed":
            return tr("Renamed to: %(title)s", title=_text(entry.after.get("title")))
        case "tagged":
            tags = ", ".join(str(t) for t in entry.after.get("tags") or ())
            return tr("Set the tags: %(tags)s", tags=tags) if tags else tr("Took all tags off")
        case "status":
            status = str(entry.after.get("status", ""))
            return tr("Set the status: %(status)s", status=tr(STATUSES.get(status, status)))
        case "archived":
            return (
                tr("Archived the case") if entry.after.get("archived") else tr("Took the case out of the archived ones")
            )
        case "run_started":
            return tr("Run %(number)s began", number=values.get("number", ""))
        case "run_ended":
            return _ended(values)
        case "leave":
            service = tr(SERVICES.get(str(values.get("service")), "")) or _text(values.get("service"))
            return (
                tr("Chose the outside service: %(service)s", service=service)
                if values.get("on") is True
                else tr("Let go of the outside service: %(service)s", service=service)
            )
        case "sent":
            return _sent(values)
        case "shared":
            return _shared(values, str(entry.after.get("right", "")))
        case "given":
            return tr("Gave the case to %(name)s", name=_text(entry.after.get("owner")))
        case "exported":
            return _downloaded(str(values.get("format", "")))
    return str(entry.what).replace("_", " ")


def _downloaded(kind: str) -> str:
    if kind == "photo":
        return tr("Downloaded the photograph with its caption")
    names = {"html": "HTML", "pdf": "PDF", "md": "Markdown", "json": "JSON", "csv": "CSV"}
    report, _, name = kind.partition(" ")
    if report == "report" and name in names:
        return tr("Downloaded a report (%(format)s)", format=names[name])
    return tr("Downloaded the case")


def _shared(values: dict[str, Any], right: str) -> str:
    name = _text(values.get("name"))
    match right:
        case "read":
            return tr("Shared the case with %(name)s to read", name=name)
        case "edit":
            return tr("Shared the case with %(name)s to edit", name=name)
    return tr("Stopped sharing the case with %(name)s", name=name)


def _sent(values: dict[str, Any]) -> str:
    host, what = _text(values.get("host")), _text(values.get("what"))
    if values.get("service") in ("reverse_search", "web_archive"):
        return tr("Opened %(host)s for: %(what)s", host=host, what=what) if what else tr("Opened %(host)s", host=host)
    return tr("Asked %(host)s for: %(what)s", host=host, what=what)


def _ended(values: dict[str, Any]) -> str:
    state = str(values.get("state") or "done")
    said = {"number": values.get("number", ""), "state": tr(RUN_STATES.get(state, state))}
    computed = [n for n in STAGES if n in (values.get("computed") or ())]
    if not computed:
        return tr("Run %(number)s ended: %(state)s", **said)
    return tr("Run %(number)s ended: %(state)s (computed: %(stages)s)", stages=stages_told(computed), **said)


def stages_told(names: Sequence[StageName]) -> str:
    """`Evidence to Caption` of three or more that follow one another, else `Evidence and Places`."""
    titles = [tr(STAGE_TITLES[n]) for n in names]
    if len(titles) < 2:
        return "".join(titles)
    at = [STAGES.index(n) for n in names]
    if len(at) > 2 and at == list(range(at[0], at[0] + len(at))):
        return tr("%(first)s to %(last)s", first=titles[0], last=titles[-1])
    return tr("%(first)s and %(last)s", first=", ".join(titles[:-1]), last=titles[-1])


def differences(entry: AuditEntry) -> list[dict[str, str]]:
    """What an entry changed, name by name, as it was and as it is."""
    names = list(dict.fromkeys((*entry.before, *entry.after)))
    return [{"name": n, "before": _shown(entry.before.get(n)), "after": _shown(entry.after.get(n))} for n in names]


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"


def _text(value: object) -> str:
    return quoted(str(value or ""))


def changes_told(count: int) -> str:
    return trn("%(num)s change since the last run", "%(num)s changes since the last run", count)
