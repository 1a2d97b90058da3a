"""Finding cases: by words, status, tag and whether they are archived."""

from __future__ import annotations

import json
from typing import Any, get_args

from newsctx.case_db import CaseDb
from newsctx.case_records import CaseStatus, CaseSummary
from newsctx.case_words import QUERY, folded, line
from newsctx.errors import CaseError

_FIELDS = (
    "case_id, title, updated, created, status, tags, archived, photo_sha256, inputs, place, happened, owner, "
    "(SELECT heads.entries FROM heads WHERE heads.case_id = cases.case_id)"
)


#: Only somebody's own cases ("mine"), or those that others share with this name ("shared"); ("", ""): both, and more.
Whose = tuple[str, str]


def status_named(status: str) -> CaseStatus:
    """The status of this name. Raises CaseError."""
    for known in get_args(CaseStatus):
        if status == known:
            return known
    raise CaseError(f"{status[:40]!r} is no status of a case; expected one of {', '.join(get_args(CaseStatus))}.")


def _where(
    query: str, status: str, archived: bool | None, viewer: str | None, whose: Whose = ("", "")
) -> tuple[str, list[Any]]:
    terms = folded(line(query, "search", QUERY, "Search for fewer words.")).split()
    parts, values = ["TRUE"], []
    if archived is not None:
        parts, values = [*parts, "archived = ?"], [*values, archived]
    if status:
        parts, values = [*parts, "status = ?"], [*values, status_named(status)]
    if viewer is not None:
        shared = "case_id IN (SELECT shares.case_id FROM shares WHERE shares.name = ?)"
        parts, values = [*parts, f"((owner = ? AND owner <> '') OR {shared})"], [*values, viewer, viewer]
    if whose[0] == "mine":
        parts, values = [*parts, "owner = ?"], [*values, whose[1]]
    if whose[0] == "shared":
        shared = "case_id IN (SELECT shares.case_id FROM shares WHERE shares.name = ?)"
        parts, values = [*parts, f"owner <> ? AND {shared}"], [*values, whose[1], whose[1]]
    for term in terms:
        parts, values = [*parts, "contains(words, ?)"], [*values, term]
    return " AND ".join(parts), values


def find(
    db: CaseDb,
    query: str,
    status: str,
    tag: str,
    archived: bool | None,
    limit: int,
    offset: int,
    viewer: str | None = None,
    whose: Whose = ("", ""),
) -> tuple[CaseSummary, ...]:
    """Cases that hold every word of the query, newest change first. Raises CaseError."""
    where, values = _where(query, status, archived, viewer, whose)
    order = f"SELECT {_FIELDS} FROM cases WHERE {where} ORDER BY updated DESC, case_id"
    if not tag:
        rows = db.execute(f"{order} LIMIT ? OFFSET ?", [*values, max(limit, 0), max(offset, 0)])
        return tuple(_summary(row) for row in rows)
    found = [row for row in db.execute(order, values) if _has(row[5], tag)]
    return tuple(_summary(row) for row in found[max(offset, 0) :][: max(limit, 0)])


def count(db: CaseDb, query: str, status: str, tag: str, archived: bool | None, viewer: str | None = None) -> int:
    """How many cases `find` would come to without a limit. Raises CaseError."""
    where, values = _where(query, status, archived, viewer)
    rows = db.execute(f"SELECT tags FROM cases WHERE {where}", values)
    return sum(1 for (tags,) in rows if not tag or _has(tags, tag))


def tags(db: CaseDb, archived: bool | None, viewer: str | None = None) -> tuple[tuple[str, int], ...]:
    """Every tag in use with the number of its cases, the most used first."""
    names: dict[str, str] = {}
    numbers: dict[str, int] = {}
    where, values = _where("", "", archived, viewer)
    for (text,) in db.execute(f"SELECT tags FROM cases WHERE {where} ORDER BY case_id", values):
        for tag in json.loads(text):
            names.setdefault(folded(tag), tag)
            numbers[folded(tag)] = numbers.get(folded(tag), 0) + 1
    return tuple((names[key], numbers[key]) for key in sorted(numbers, key=lambda k: (-numbers[k], k)))


def _has(tags: str, tag: str) -> bool:
    return folded(tag) in {folded(t) for t in json.loads(tags)}


def _summary(row: tuple[Any, ...]) -> CaseSummary:
    case_id, title, updated, created, status, tags, archived, sha256, inputs, place, happened, owner, entries = row
    return CaseSummary(
        case_id=case_id, title=title, updated=updated, created=created, status=status, tags=tuple(json.loads(tags)),
        archived=archived, photo_sha256=sha256, note=json.loads(inputs).get("note", ""), place=place, date=happened,
        owner=owner, entries=entries or 0,
    )  # fmt: skip
