"""A case out of the store as a bundle, and a bundle into it as a case."""

from __future__ import annotations

import json
from collections.abc import Callable

import duckdb

from newsctx import audit
from newsctx.case_bundle import Bundle, BundledOverride, bundled
from newsctx.case_core import named
from newsctx.case_db import now
from newsctx.case_results import CaseResults
from newsctx.case_words import Found, searched
from newsctx.document import Document
from newsctx.errors import CaseError


class CaseTransfer(CaseResults):
    """Bundles of cases."""

    def bundle(self, case_id: str) -> Bundle:
        """A case with all that belongs to it. Raises CaseNotFound."""
        with self._db.lock:
            case = self.get(case_id)
            rows = self._execute(
                "SELECT number, made, who, state, action FROM overrides WHERE case_id = ? ORDER BY number", [case_id]
            )
            return Bundle(
                case=bundled(case), photo=self.photo(case), trail=audit.read(self._execute, case_id),
                overrides=tuple(
                    BundledOverride(number=n, made=made, who=who, state=state, action=json.loads(action))
                    for n, made, who, state, action in rows
                ),
                captions=self.captions(case_id), document=self._whole(case_id),
            )  # fmt: skip

    def _whole(self, case_id: str) -> Document | None:
        """The document of the last run that came to its end; else of one that failed, as far as it came; before there
        were runs, the latest document. What an unfinished run left is no result.
        """
        runs = self.runs(case_id)
        for state in ("done", "failed"):
            if ended := next((r for r in runs if r.state == state and r.kept), None):
                return self.run_document(case_id, ended.run_id)
        stored = None if runs else self.document(case_id)
        return stored[0] if stored else None

    def take_in(
        self, bundle: Bundle, who: str = "", also: Callable[[str], None] = lambda _: None, owner: str = ""
    ) -> str:
        """Store a bundle as a case of `owner` under the id that it has; its trail goes on with an entry that says so.

        also: what else is done to the case in the same transaction.

        Raises CaseError where the store has the case already.
        """
        try:
            return self._take_in(bundle, named(who), also, owner)
        except duckdb.Error as error:  # nothing of it was kept
            raise CaseError(
                f"The bundle holds what the store cannot ({str(error).splitlines()[0][:200]}). Export the case again."
            ) from error

    def _take_in(self, bundle: Bundle, who: str, also: Callable[[str], None], owner: str) -> str:
        case = bundle.case
        self._announce(case.photo_sha256)
        with self._db.transaction():
            if self._execute("SELECT 1 FROM cases WHERE case_id = ?", [case.case_id]):
                raise CaseError(
                    f"The store {self.folder} has the case {case.case_id} already. Choose another folder with --state, "
                    "or delete the case there first."
                )
            self._keep_photo(case.photo_sha256, bundle.photo)
            given = case.inputs.model_dump(mode="json")
            self._execute(
                "INSERT INTO cases (case_id, title, created, updated, photo_sha256, filename, inputs, status, tags, "
                "archived, words, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [case.case_id, case.title, case.created, min(case.updated, now()), case.photo_sha256, case.filename]
                + [case.inputs.model_dump_json(), case.status, json.dumps(case.tags), case.archived]
                + [searched(case.title, case.tags, given, Found()), owner],
            )
            for one in bundle.overrides:
                self._execute(
                    "INSERT INTO overrides (case_id, number, action, made, who, state) VALUES (?, ?, ?, ?, ?, ?)",
                    [case.case_id, one.number, json.dumps(one.action), one.made, one.who, one.state],
                )
            for version in bundle.captions:
                self.add_caption(case.case_id, version.caption, version.made)
            for entry in bundle.trail:
                audit.keep(self._execute, entry)
            came = bundle.manifest.made if bundle.manifest else ""
            entry = audit.write(self._execute, case.case_id, "imported", who, {"made": came} | audit.owned(owner))
            audit.write(self._execute, "", "case_imported", who, {"case_id": case.case_id, "head": entry.previous})
            also(case.case_id)
        return case.case_id
