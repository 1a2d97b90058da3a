"""The core of the case store: its file, its photographs, and one case as it stands."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path

from newsctx import audit
from newsctx.cache import write_beside
from newsctx.case_db import CaseDb
from newsctx.case_records import Case
from newsctx.case_runs import Runs
from newsctx.case_words import WHO, line
from newsctx.errors import CaseNotFound
from newsctx.overrides import parse_overrides
from newsctx.records import Inputs
from newsctx.settings import CaseSettings


class CaseCore:
    """One state folder; one process writes, any of its threads may call."""

    def __init__(self, folder: Path, settings: CaseSettings | None = None, read_only: bool = False) -> None:
        """Raises NewsctxError where the store is in use, damaged, or of another version."""
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._db = CaseDb(folder, read_only)
        self._execute = self._db.execute
        self._runs = Runs(self._db, (settings or CaseSettings()).kept_runs)
        if not read_only:
            self._runs.interrupt()
            self._remove_torn()
            self._remove_photos()

    def close(self) -> None:
        self._db.close()

    def together(self) -> AbstractContextManager[None]:
        """All that is written inside is committed together, or none of it."""
        return self._db.transaction()

    def get(self, case_id: str) -> Case:
        """Raises CaseNotFound."""
        rows = self._execute(
            "SELECT title, created, updated, photo_sha256, filename, inputs, status, tags, archived FROM cases "
            "WHERE case_id = ?",
            [case_id],
        )
        if not rows:
            raise CaseNotFound.of(case_id)
        title, created, updated, sha256, filename, inputs, status, tags, archived = rows[0]
        actions = self._execute("SELECT action, state FROM overrides WHERE case_id = ? ORDER BY number", [case_id])
        return Case(
            case_id=case_id, title=title, created=created, updated=updated, photo_sha256=sha256, filename=filename,
            inputs=Inputs.model_validate_json(inputs), status=status, tags=tuple(json.loads(tags)), archived=archived,
            overrides=parse_overrides("[" + ",".join(a for a, state in actions if state == "live") + "]"),
            undone=sum(1 for _, state in actions if state == "undone"),
        )  # fmt: skip

    def shows(self, photo_sha256: str) -> int:
        """How many cases are about this photograph."""
        ((count,),) = self._execute("SELECT count(*) FROM cases WHERE photo_sha256 = ?", [photo_sha256])
        return int(count)

    def photo(self, case: Case) -> bytes:
        """The original bytes of the case's photograph."""
        return self._photo_path(case.photo_sha256).read_bytes()

    def _keep_photo(self, sha256: str, data: bytes) -> None:
        """Write a photograph, within the transaction that makes its case.

        It was announced before: where the process ends in between, the next start finds a removal without a case.
        """
        path = self._photo_path(sha256)
        if not path.exists():
            write_beside(path, data)
        self._execute("DELETE FROM removals WHERE photo_sha256 = ?", [sha256])

    def _announce(self, sha256: str) -> None:
        """A photograph is about to be written."""
        self._execute("INSERT INTO removals VALUES (?)", [sha256])

    def _remove_torn(self) -> None:
        """What a kill left of photographs that were being written; at the start nobody writes."""
        for path in self.folder.glob("photos/[0-9a-f][0-9a-f]/.writing-*"):
            path.unlink(missing_ok=True)

    def _remove_photos(self) -> None:
        """Unlink photographs of deleted cases; one that a kill left behind is removed at the next start."""
        with self._db.transaction():
            for (sha256,) in self._execute("SELECT DISTINCT photo_sha256 FROM removals"):
                if not self._execute("SELECT 1 FROM cases WHERE photo_sha256 = ?", [sha256]):
                    self._photo_path(sha256).unlink(missing_ok=True)
            self._execute("DELETE FROM removals")

    def _photo_path(self, sha256: str) -> Path:
        return self.folder / "photos" / sha256[:2] / sha256


def named(who: str) -> str:
    return line(who, "name of who did it", WHO) or audit.NOBODY
