"""Overrides with undo and redo, and the trail that says who made them."""

from __future__ import annotations

import json
from typing import Any

from newsctx import audit, imaging
from newsctx.audit import AuditEntry, AuditProblem, What
from newsctx.case_core import CaseCore, named
from newsctx.case_db import now
from newsctx.case_records import Case, OverrideMade
from newsctx.case_results import caption_digest
from newsctx.errors import CaseError
from newsctx.overrides import ApproveCaption, Override, dump_overrides, parse_override, replay
from newsctx.records import Caption


class CaseEdits(CaseCore):
    """What analysts change in the results of a case."""

    # --- overrides --------------------------------------------------------------------------------------------

    def append(self, case_id: str, override: Override, who: str = "") -> int:
        """Add an override to the end of the case's list; what was undone cannot be redone any more.

        Returns its number. Raises CaseNotFound.
        """
        action, who = dump_overrides([override])[1:-1], named(who)
        with self._db.transaction():
            case = self.get(case_id)
            ((number,),) = self._execute(
                "SELECT coalesce(max(number), 0) + 1 FROM overrides WHERE case_id = ?", [case_id]
            )
            self._execute("UPDATE overrides SET state = 'dropped' WHERE case_id = ? AND state = 'undone'", [case_id])
            self._execute(
                "INSERT INTO overrides (case_id, number, action, made, who, state) VALUES (?, ?, ?, ?, ?, 'live')",
                [case_id, number, action, now(), who],
            )
            what: What = "approved" if isinstance(override, ApproveCaption) else "override"
            detail = {"number": number, "override": json.loads(action)}
            if isinstance(override, ApproveCaption) and override.version in (known := self._captions(case_id)):
                detail["caption"] = known[override.version]  # what was approved, not only its number
            self._edited(case, what, who, detail, (*case.overrides, override), override.reason)
        return number

    def undo(self, case_id: str, who: str = "", seen: int | None = None) -> None:
        """Take the newest override that counts back; nothing happens where there is none.

        seen: the number of the newest override that who asks has seen; a newer one, made on another page, stays, and
            CaseError says so. None: whatever is the newest.
        """
        with self._db.transaction():
            ((newest,),) = self._execute(
                "SELECT max(number) FROM overrides WHERE case_id = ? AND state = 'live'", [case_id]
            )
            if seen is not None and newest is not None and newest > seen:
                raise CaseError(
                    "Nothing was taken back: the case was changed on another page meanwhile. Look at that change "
                    "first; the next undo takes it back."
                )
            self._turn(case_id, "undo", named(who), "live", "undone", "max")

    def redo(self, case_id: str, who: str = "") -> None:
        """Put back the override that was taken back last; nothing happens where there is none."""
        self._turn(case_id, "redo", named(who), "undone", "live", "min")  # undone ones stand after all that count

    def _turn(self, case_id: str, what: What, who: str, was: str, becomes: str, which: str) -> None:
        with self._db.transaction():
            case = self.get(case_id)
            ((number,),) = self._execute(
                f"SELECT {which}(number) FROM overrides WHERE case_id = ? AND state = ?", [case_id, was]
            )
            if number is None:
                return
            one = [case_id, number]
            self._execute("UPDATE overrides SET state = ? WHERE case_id = ? AND number = ?", [becomes, *one])
            ((action,),) = self._execute("SELECT action FROM overrides WHERE case_id = ? AND number = ?", one)
            edited = case.overrides[:-1] if what == "undo" else (*case.overrides, parse_override(json.loads(action)))
            self._edited(case, what, who, {"number": number, "action": json.loads(action)["action"]}, edited)

    def _edited(
        self, case: Case, what: What, who: str, detail: dict[str, Any], edited: tuple[Override, ...], reason: str = ""
    ) -> None:
        before, after = audit.changed(replay(case.overrides), replay(edited))
        self._execute("UPDATE cases SET updated = ? WHERE case_id = ?", [now(), case.case_id])
        audit.write(self._execute, case.case_id, what, who, detail, reason, before, after)

    def overrides(self, case_id: str) -> tuple[OverrideMade, ...]:
        """Every override that was made, oldest first, also those that were taken back."""
        rows = self._execute(
            "SELECT number, made, who, state, action FROM overrides WHERE case_id = ? ORDER BY number", [case_id]
        )
        return tuple(
            OverrideMade(number=n, made=made, who=who or audit.NOBODY, state=state, override=parse_override(action))
            for n, made, who, state, action in ((*row[:4], json.loads(row[4])) for row in rows)
        )

    # --- the trail --------------------------------------------------------------------------------------------

    def trail(self, case_id: str) -> tuple[AuditEntry, ...]:
        """Everything that was done to a case, oldest first; "" is the store's own trail."""
        return audit.read(self._execute, case_id)

    def trail_since(self, case_id: str, number: int) -> tuple[AuditEntry, ...]:
        """What was done after the entry of this number, oldest first."""
        return audit.read(self._execute, case_id, max(number, 0))

    def entries(self, case_id: str) -> int:
        """How many entries the trail of a case has: it grows with whatever is done to it; 0: no such case."""
        return audit.head_of(self._execute, case_id)[0]

    def record(self, case_id: str, what: What, who: str = "", detail: dict[str, Any] | None = None) -> None:
        """Add an entry on something that changes nothing in the store, e.g. an export. Raises CaseNotFound."""
        with self._db.transaction():
            self.get(case_id)
            audit.write(self._execute, case_id, what, named(who), detail)

    def verify(self, case_id: str, anchor: str = "") -> tuple[AuditProblem, ...]:
        """What is wrong with a case's trail ("": the store's own), see `newsctx.audit.verify`. Raises CaseNotFound."""
        with self._db.lock:
            found = audit.verify(
                case_id, self.trail(case_id), audit.head_of(self._execute, case_id),
                self._stored(case_id) if case_id else None, anchor,
            )  # fmt: skip
            return (*found, *self._photograph(case_id)) if case_id else found

    def _photograph(self, case_id: str) -> tuple[AuditProblem, ...]:
        """What is wrong with the file of the photograph itself: it is named by its SHA-256."""
        case = self.get(case_id)
        try:
            same = imaging.sha256(self.photo(case)) == case.photo_sha256
            wrong = "" if same else "is another file than the one that was uploaded"
        except OSError as error:
            wrong = f"cannot be read ({error.strerror or error})"
        return (AuditProblem(case_id=case_id, number=0, problem=f"the photograph {wrong}"),) if wrong else ()

    def _stored(self, case_id: str) -> dict[str, Any]:
        """What the trail must tell."""
        case = self.get(case_id)
        rows = self._execute("SELECT number, action, state, who FROM overrides WHERE case_id = ?", [case_id])
        told = case.model_dump(mode="json", include=audit.FIELDS)
        overrides = {n: [json.loads(action), state, who or audit.NOBODY] for n, action, state, who in rows}
        ((owner,),) = self._execute("SELECT owner FROM cases WHERE case_id = ?", [case_id])
        shared = self._execute("SELECT name, allowed FROM shares WHERE case_id = ?", [case_id])
        told |= {"owner": owner or "", "shares": dict(shared)}
        beside = {"approved": self._captions(case_id), "runs": self._runs.digests(case_id)}
        return told | {"overrides": overrides} | beside

    def _captions(self, case_id: str) -> dict[int, str]:
        """Version of the caption -> digest of what it says now."""
        rows = self._execute("SELECT number, caption FROM captions WHERE case_id = ? ORDER BY number", [case_id])
        return {n: caption_digest(Caption.model_validate_json(text)) for n, text in rows}
