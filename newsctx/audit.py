"""The audit trail: who did what to a case, when and why, each entry chained to the one before by its SHA-256.

An entry's hash is taken over the canonical JSON of all that it says and of the hash before it, so that an entry that is
altered, taken out or put in shows. The entry is written in the transaction of the change that it records.

What the chain cannot show by itself: somebody who can write the store can rewrite a trail from the altered entry on,
hashes and head included, or cut its end off together with its head. Only an anchor shows that: a hash of the trail that
is kept elsewhere (printed, mailed, in a bundle) and must still be in it. Nor is `who` proven: it is the name given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from newsctx.access import GUEST
from newsctx.cache import digest
from newsctx.overrides import Edits
from newsctx.records import Inputs, Record

#: What a trail tells of the case itself.
FIELDS = frozenset({"title", "tags", "status", "archived", "inputs", "filename", "photo_sha256"})
_GAPS = 20  # missing entries that are told one by one: a number of a forged trail can be any
NOBODY = "not given"  # who, where nobody said
What = Literal[
    "created", "adopted", "imported", "inputs", "override", "approved", "undo", "redo", "renamed", "tagged", "status",
    "archived", "run_started", "run_ended", "exported", "case_created", "case_adopted", "case_imported", "case_deleted",
    "shared", "given", "leave", "sent",
]  # fmt: skip
Execute = Callable[[str, list[Any]], list[tuple[Any, ...]]]
_COLUMNS = "case_id, number, made, who, what, reason, detail, before, after, previous, hash"


class AuditEntry(Record):
    """One thing that was done. `case_id` "" is the store's own trail: cases created and deleted."""

    case_id: str
    number: int  # 1, 2, 3 ... within the case; what was altered can hold anything, and is read to be told
    made: str  # ISO 8601, UTC
    who: str
    what: str  # one of `What`
    reason: str = ""
    detail: dict[str, Any] = Field(default_factory=dict)
    before: dict[str, Any] = Field(default_factory=dict)  # only what changed; of an override the part of `Edits`
    after: dict[str, Any] = Field(default_factory=dict)
    previous: str = ""  # hash of the entry before; empty for the first
    hash: str = ""

    def sealed(self) -> str:
        """The hash that the entry must have."""
        said = self.model_dump(mode="json", exclude={"hash", "previous"})
        return digest(self.previous, said)


class AuditProblem(Record):
    """What is wrong with a trail, and where: `number` 0 is the trail as a whole."""

    case_id: str
    number: int
    problem: str

    def __str__(self) -> str:
        place = f"case {self.case_id}" if self.case_id else "the store's own trail"
        return f"{place}, entry {self.number}: {self.problem}" if self.number else f"{place}: {self.problem}"


def write(
    execute: Execute,
    case_id: str,
    what: What,
    who: str,
    detail: dict[str, Any] | None = None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add an entry to the end of a trail; the caller holds the transaction of the change itself."""
    count, head = head_of(execute, case_id)
    entry = AuditEntry(
        case_id=case_id, number=count + 1, made=datetime.now(UTC).isoformat(timespec="seconds"), who=who or NOBODY,
        what=what, reason=reason, detail=detail or {}, before=before or {}, after=after or {}, previous=head,
    )  # fmt: skip
    entry = AuditEntry.model_validate_json(entry.model_dump_json())  # as it will be read: no tuple, no date
    entry = entry.model_copy(update={"hash": entry.sealed()})
    keep(execute, entry)
    return entry


def keep(execute: Execute, entry: AuditEntry) -> None:
    """Store an entry as it is and make it the head of its trail."""
    said = [entry.case_id, entry.number, entry.made, entry.who, entry.what, entry.reason]
    said += [json.dumps(part, ensure_ascii=False) for part in (entry.detail, entry.before, entry.after)]
    execute(
        f"INSERT INTO trail ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [*said, entry.previous, entry.hash],
    )
    if entry.number == 1:
        execute("INSERT INTO heads VALUES (?, 1, ?)", [entry.case_id, entry.hash])
    else:
        execute("UPDATE heads SET entries = ?, head = ? WHERE case_id = ?", [entry.number, entry.hash, entry.case_id])


def head_of(execute: Execute, case_id: str) -> tuple[int, str]:
    """How many entries a trail has had, and the hash of the last one."""
    rows = execute("SELECT entries, head FROM heads WHERE case_id = ?", [case_id])
    return rows[0] if rows else (0, "")


def read(execute: Execute, case_id: str, after: int = 0) -> tuple[AuditEntry, ...]:
    """A trail, oldest first; only entries with a number above `after`."""
    where = "case_id = ? AND number > ?" if after else "case_id = ?"
    values = [case_id, after] if after else [case_id]
    rows = execute(f"SELECT {_COLUMNS} FROM trail WHERE {where} ORDER BY number", values)
    names = _COLUMNS.split(", ")
    return tuple(
        AuditEntry.model_validate(dict(zip(names, (*row[:6], *map(_json, row[6:9]), *row[9:]), strict=True)))
        for row in rows
    )


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:  # it was altered, and its hash will say so
        return {"unreadable": text}
    return value if isinstance(value, dict) else {"unreadable": text}


def owned(owner: str) -> dict[str, str]:
    """What the entry that begins a case says of its owner; nothing of a guest, whose name is a key to the case."""
    return {} if owner.startswith(GUEST) else {"owner": owner}


def changed(before: Edits, after: Edits) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of the edits that differ, as they were and as they are; articles that were added by their ids."""
    old, new = _plain(before), _plain(after)
    names = [name for name in new if old[name] != new[name]]
    return {n: old[n] for n in names}, {n: new[n] for n in names}


def _plain(edits: Edits) -> dict[str, Any]:
    return edits.model_dump(mode="json") | {"added": [a.article_id for a in edits.added]}


# --- verifying ------------------------------------------------------------------------------------------------


def verify(
    case_id: str,
    entries: Sequence[AuditEntry],
    head: tuple[int, str],
    stored: dict[str, Any] | None = None,
    anchor: str = "",
) -> tuple[AuditProblem, ...]:
    """What is wrong with a trail; nothing where it holds. `stored`: as `told`, of `approved` all versions.

    Found are entries that were altered, are missing or do not follow one another; a tail that is missing (the store
    keeps the count and the head hash apart from the entries); and, where the chain holds, against `stored`, a case, a
    list of overrides or a run's document that is not what the trail says when it is replayed (see `told`). What this
    cannot find without `anchor`, a hash kept elsewhere, stands at the top of this module.
    """
    problems = _chain(entries)
    count, last = head
    if len(entries) < count or (entries and entries[-1].hash != last):
        ends = entries[-1].number if entries else 0
        problems.append((0, f"it ends with entry {ends}, but {count} were written: its end is missing or changed"))
    elif not count and case_id:  # the store's own begins with its first case
        problems.append((0, "there is no trail"))
    if anchor and anchor not in {e.hash for e in entries}:
        problems.append((0, f"no entry has the hash {anchor[:64]!r} that was kept elsewhere: the trail was rewritten"))
    if stored is not None and entries and not problems:
        try:
            problems += _against(told(entries), stored)
        except (KeyError, TypeError, ValueError) as error:  # a chain that holds, made by something else
            problems.append((0, f"what it says cannot be replayed ({type(error).__name__}: {str(error)[:80]})"))
    return tuple(AuditProblem(case_id=case_id, number=n, problem=p) for n, p in problems)


def _chain(entries: Sequence[AuditEntry]) -> list[tuple[int, str]]:
    problems: list[tuple[int, str]] = []
    number, before = 0, ""
    for entry in entries:
        if entry.number > number + 1:
            told_apart = min(entry.number, number + 1 + _GAPS)
            problems += [(gone, "is missing") for gone in range(number + 1, told_apart)]
            if told_apart < entry.number:
                problems.append((told_apart, f"and all up to entry {entry.number} are missing"))
        elif entry.number <= number and entry.hash == entry.sealed():
            problems.append((entry.number, f"stands after entry {number}: it was put in"))
        elif entry.previous != before:
            problems.append((entry.number, "does not follow the entry before it: one of them was replaced"))
        if entry.hash != entry.sealed():
            problems.append((entry.number, f"is not what was written ({entry.what}, {entry.made}): it was altered"))
        number, before = entry.number, entry.hash
    return problems


def _against(said: dict[str, Any], stored: dict[str, Any]) -> list[tuple[int, str]]:
    stored = stored | {"approved": {v: stored.get("approved", {}).get(v, "") for v in said["approved"]}}
    said["runs"] = {k: v for k, v in said["runs"].items() if k in stored.get("runs", ())}  # of older ones none is kept
    known = [n for n in stored if n in said or n not in ("photo_sha256", "owner")]
    return [(0, _differs(name, said.get(name), stored[name])) for name in known if said.get(name) != stored[name]]


def _differs(name: str, said: Any, found: Any) -> str:
    if name == "overrides":
        was, now = said or {}, found or {}
        numbers = sorted(n for n in {*was, *now} if was.get(n) != now.get(n))
        return f"the list of overrides is not what the trail says: number {', '.join(map(str, numbers))} differs"
    if name == "approved":
        numbers = sorted(n for n in {*(said or {}), *(found or {})} if (said or {}).get(n) != (found or {}).get(n))
        return f"version {', '.join(map(str, numbers))} of the caption is not what was approved"
    if name == "runs":
        return f"the document of run {next(k for k in found if said.get(k) != found[k])} is not what the run came to"
    return f"the {name} of the case is {str(found)[:80]!r}, the trail says {str(said)[:80]!r}"


def told(entries: Sequence[AuditEntry]) -> dict[str, Any]:
    """The case as its trail tells it: title, tags, status, archived, inputs, filename, photo_sha256 (of one that was
    adopted from an older store its trail knows none), owner (unknown of a guest's case, and of older ones until they
    are given away), shares {name: right}, overrides {number: [action, state, who]}, approved {version of the caption:
    its digest} and runs {run id: SHA-256 of the document}.
    """
    state: dict[str, Any] = {}
    runs: dict[str, str] = {}
    overrides: dict[int, list[Any]] = {}
    approved: dict[int, str] = {}
    shares: dict[str, str] = {}
    for entry in entries:
        if entry.what in ("created", "adopted", "imported"):  # whoever brings a case in is its owner there
            shares = {}
            state.pop("owner", None)
            state |= {"owner": entry.detail["owner"]} if "owner" in entry.detail else {}
        match entry.what:
            case "created" | "adopted" | "inputs" | "renamed" | "tagged" | "status" | "archived":
                state |= entry.after | {n: entry.detail[n] for n in ("filename", "photo_sha256") if n in entry.detail}
                for one in entry.detail.get("overrides", ()):
                    overrides[one["number"]] = [one["override"], "live", NOBODY]
            case "override" | "approved":
                for one in overrides.values():
                    one[1] = "dropped" if one[1] == "undone" else one[1]
                overrides[entry.detail["number"]] = [entry.detail["override"], "live", entry.who]
                if "caption" in entry.detail:
                    approved[entry.detail["override"]["version"]] = entry.detail["caption"]
            case "run_ended" if "document" in entry.detail:
                runs[entry.detail["run_id"]] = entry.detail["document"]
            case "shared":
                name, right = str(entry.detail.get("name")), str(entry.after.get("right"))
                shares = {n: r for n, r in shares.items() if n != name} | ({name: right} if right != "none" else {})
            case "given":
                state["owner"], before = str(entry.after.get("owner")), str(entry.before.get("owner") or "")
                shares = {n: r for n, r in shares.items() if n != state["owner"]}
                shares |= {before: "edit"} if before else {}
            case "undo" | "redo" if entry.detail.get("number") in overrides:
                overrides[entry.detail["number"]][1] = "undone" if entry.what == "undo" else "live"
    if "inputs" in state:  # a field that later versions know stands there with its default
        state["inputs"] = Inputs.model_validate(state["inputs"]).model_dump(mode="json")
    return state | {"shares": shares, "overrides": overrides, "approved": approved, "runs": runs}
