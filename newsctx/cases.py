"""The case store: photographs, inputs, overrides, runs, captions and the trail of every case, in one DuckDB file.

The page holds nothing but the case id; a refresh, a second tab or a restart reads the same state from here. A change
and its entry in the trail (`newsctx.audit`) are committed together or not at all.
"""

from __future__ import annotations

import json
from typing import Any

from newsctx import audit, case_list
from newsctx.audit import What
from newsctx.batch.store import CaseBatches
from newsctx.case_core import named
from newsctx.case_db import new_id, now
from newsctx.case_edits import CaseEdits
from newsctx.case_records import CASE_STATUSES, Case, CaseStatus, CaseSummary, OverrideMade, RunSummary
from newsctx.case_shares import CaseShares
from newsctx.case_transfer import CaseTransfer
from newsctx.case_words import REASON, TITLE, Found, line, searched, tag_line
from newsctx.errors import CaseError
from newsctx.records import Inputs

__all__ = ["CASE_STATUSES", "Case", "CaseStatus", "CaseStore", "CaseSummary", "OverrideMade", "RunSummary"]


class CaseStore(CaseEdits, CaseTransfer, CaseShares, CaseBatches):
    """All cases of one state folder; one process writes, any of its threads may call."""

    # --- cases ------------------------------------------------------------------------------------------------

    def create(self, data: bytes, sha256: str, filename: str, inputs: Inputs, who: str = "", owner: str = "") -> str:
        """Store a photograph as a new case of `owner` ("": nobody's); returns its id, which cannot be guessed."""
        case_id, made = new_id(), now()
        title, who = (filename or "Untitled photograph")[:TITLE], named(who)
        given = inputs.model_dump(mode="json")
        self._announce(sha256)
        with self._db.transaction():
            self._keep_photo(sha256, data)
            self._execute(
                "INSERT INTO cases (case_id, title, created, updated, photo_sha256, filename, inputs, words, owner) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [case_id, title, made, made, sha256, filename, inputs.model_dump_json()]
                + [searched(title, (), given, Found()), owner],
            )
            after = {"title": title, "tags": [], "status": "open", "archived": False, "inputs": given}
            detail = {"filename": filename, "photo_sha256": sha256} | audit.owned(owner)
            first = audit.write(self._execute, case_id, "created", who, detail, after=after)
            audit.write(self._execute, "", "case_created", who, {"case_id": case_id, "head": first.hash})
        return case_id

    def recent(self, limit: int = 20, viewer: str | None = None) -> tuple[CaseSummary, ...]:
        """The cases changed last, without archived ones."""
        return self.list(limit=limit, viewer=viewer)

    def list(
        self, query: str = "", status: str = "", tag: str = "", archived: bool | None = False,
        limit: int = 50, offset: int = 0, viewer: str | None = None, whose: case_list.Whose = ("", ""),
    ) -> tuple[CaseSummary, ...]:  # fmt: skip
        """Cases that hold every word of the query, newest change first; `archived` None: both kinds; `viewer`: those
        that are this owner's or shared with this name, None: all; `whose`: of those only some (`case_list.Whose`).

        Searched are title, tags, note, claim, caption and the answers of place and date, without case and diacritics.
        Raises CaseError for an unknown status or a query that is too long.
        """
        return case_list.find(self._db, query, status, tag, archived, limit, offset, viewer, whose)

    def count(
        self, query: str = "", status: str = "", tag: str = "", archived: bool | None = False,
        viewer: str | None = None,
    ) -> int:  # fmt: skip
        """How many cases `list` would come to without a limit."""
        return case_list.count(self._db, query, status, tag, archived, viewer)

    def tags(self, archived: bool | None = False, viewer: str | None = None) -> tuple[tuple[str, int], ...]:
        """Every tag in use with the number of its cases, the most used first."""
        return case_list.tags(self._db, archived, viewer)

    def set_inputs(self, case_id: str, inputs: Inputs, who: str = "") -> None:
        """Change note and claim. Raises CaseNotFound."""
        self._change(case_id, "inputs", who, inputs=inputs)

    def rename(self, case_id: str, title: str, who: str = "") -> None:
        """Raises CaseNotFound, CaseError."""
        clean = line(title, "title", TITLE)
        if not clean:
            raise CaseError(f"The title {title[:40]!r} is empty; expected 1 to {TITLE} characters. Type a name.")
        self._change(case_id, "renamed", who, title=clean)

    def set_tags(self, case_id: str, tags: tuple[str, ...], who: str = "") -> None:
        """Tags instead of those that the case has. Raises CaseNotFound, CaseError."""
        self._change(case_id, "tagged", who, tags=tag_line(tags))

    def set_status(self, case_id: str, status: str, who: str = "", reason: str = "") -> None:
        """Raises CaseNotFound, CaseError."""
        self._change(case_id, "status", who, reason, status=case_list.status_named(status))

    def archive(self, case_id: str, on: bool = True, who: str = "") -> None:
        """Put a case away, or fetch it back. Raises CaseNotFound."""
        self._change(case_id, "archived", who, archived=on)

    def _change(self, case_id: str, what: What, who: str, reason: str = "", **new: Any) -> None:
        """Set one field of the case; nothing happens where it has this value."""
        who, reason = named(who), line(reason, "reason", REASON)
        with self._db.transaction():
            case = self.get(case_id)
            changed = case.model_copy(update=new)
            old, now_is = (c.model_dump(mode="json", include=set(new)) for c in (case, changed))
            if old == now_is:
                return
            self._execute(
                "UPDATE cases SET title = ?, tags = ?, status = ?, archived = ?, inputs = ?, updated = ? "
                "WHERE case_id = ?",
                [changed.title, json.dumps(changed.tags), changed.status, changed.archived]
                + [changed.inputs.model_dump_json(), now(), case_id],
            )
            self._reword(case_id)
            audit.write(self._execute, case_id, what, who, reason=reason, before=old, after=now_is)

    def delete(self, case_id: str, who: str = "", reason: str = "") -> None:
        """Remove a case with all that belongs to it, its photograph too where no other case shows it.

        The store's own trail keeps the id, and how long its trail was with which head. Raises CaseNotFound.
        """
        who, reason = named(who), line(reason, "reason", REASON)
        with self._db.transaction():
            case = self.get(case_id)
            entries, head = audit.head_of(self._execute, case_id)
            for table in ("cases", "overrides", "documents", "captions", "runs", "trail", "heads", "shares"):
                self._execute(f"DELETE FROM {table} WHERE case_id = ?", [case_id])
            self._execute("INSERT INTO removals VALUES (?)", [case.photo_sha256])
            detail = {"case_id": case_id, "entries": entries, "head": head}
            audit.write(self._execute, "", "case_deleted", who, detail, reason)
        self._remove_photos()
