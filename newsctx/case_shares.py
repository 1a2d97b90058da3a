"""Whose a case is, and whom it is shared with."""

from __future__ import annotations

from newsctx import audit
from newsctx.access import SHARED, Right
from newsctx.case_core import CaseCore, named
from newsctx.case_words import WHO, line
from newsctx.errors import CaseError, CaseNotFound


class CaseShares(CaseCore):
    """Owners and shares; the trail tells every change of them."""

    def owner_of(self, case_id: str) -> str:
        """The owner of a case, empty where it is nobody's. Raises CaseNotFound."""
        rows = self._execute("SELECT owner FROM cases WHERE case_id = ?", [case_id])
        if not rows:
            raise CaseNotFound.of(case_id)
        return str(rows[0][0] or "")

    def shares(self, case_id: str) -> dict[str, Right]:
        """Name -> right, in order of the names."""
        rows = self._execute("SELECT name, allowed FROM shares WHERE case_id = ? ORDER BY name", [case_id])
        return {name: allowed for name, allowed in rows}

    def photo_shown(self, sha256: str, viewer: str | None = None) -> bool:
        """Whether a case of this owner, or one that is shared with this name, is about the photograph; None: any."""
        mine = "((owner = ? AND owner <> '') OR case_id IN (SELECT shares.case_id FROM shares WHERE shares.name = ?))"
        where, values = ("", []) if viewer is None else (f" AND {mine}", [viewer, viewer])
        return bool(
            self._execute(f"SELECT count(*) FROM cases WHERE photo_sha256 = ?{where}", [sha256, *values])[0][0]
        )

    def share(self, case_id: str, name: str, right: str, who: str = "") -> None:
        """Let somebody read or edit a case; "none" takes it back. Raises CaseNotFound, CaseError."""
        name, who = line(name, "name", WHO), named(who)
        if not name or right not in SHARED:
            raise CaseError(
                f"A case is shared with a name and one of {', '.join(SHARED)}; got {name!r}, {right[:20]!r}."
            )
        with self._db.transaction():
            if name == self.owner_of(case_id):
                raise CaseError(f"The case is {name}'s own.")
            before = self.shares(case_id).get(name, "none")
            if before == right:
                return
            self._execute("DELETE FROM shares WHERE case_id = ? AND name = ?", [case_id, name])
            if right != "none":
                self._execute("INSERT INTO shares VALUES (?, ?, ?)", [case_id, name, right])
            audit.write(
                self._execute, case_id, "shared", who, {"name": name}, before={"right": before}, after={"right": right}
            )

    def give(self, case_id: str, owner: str, who: str = "") -> None:
        """Make a case somebody else's; who had it keeps the right to edit. Raises CaseNotFound, CaseError."""
        owner, who = line(owner, "name", WHO), named(who)
        if not owner:
            raise CaseError("A case is given to a name; got none.")
        with self._db.transaction():
            before = self.owner_of(case_id)
            if before == owner:
                return
            self._execute("DELETE FROM shares WHERE case_id = ? AND name = ?", [case_id, owner])
            self._execute("UPDATE cases SET owner = ? WHERE case_id = ?", [owner, case_id])
            if before:
                self._execute("INSERT INTO shares VALUES (?, ?, 'edit')", [case_id, before])
            audit.write(self._execute, case_id, "given", who, before={"owner": before}, after={"owner": owner})
